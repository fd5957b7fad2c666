//! One bag: every spelling in which apps say things means the same.

use crate::support::*;
use cyanotype::http::api::Params;
use cyanotype::service::limits;
use reqwest::Method;
use serde_json::json;

fn form(text: &str) -> Params {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    let mut params = Params::default();
    params.add(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))).unwrap();
    params
}

fn json_of(value: &serde_json::Value) -> Params {
    let mut params = Params::default();
    params.add_json(value.to_string().as_bytes()).unwrap();
    params
}

#[test]
fn a_list_is_the_same_in_every_spelling() {
    let spellings = [
        form("id[]=1&id[]=2"),
        form("id[0]=1&id[1]=2"),
        form("id[1]=2&id[0]=1"),
        form("id=1&id=2"),
        form("id%5B%5D=1&id%5B%5D=2"),
        json_of(&json!({ "id": [1, 2] })),
        json_of(&json!({ "id": ["1", "2"] })),
        json_of(&json!({ "id[]": ["1", "2"] })),
    ];
    for params in spellings {
        assert_eq!(params.list("id"), ["1", "2"], "{params:?}");
        assert_eq!(params.ids("id"), [1, 2]);
    }
    for one in [form("id=7"), form("id[]=7"), json_of(&json!({ "id": 7 })), json_of(&json!({ "id": "7" }))] {
        assert_eq!(one.ids("id"), [7]);
    }
    assert!(json_of(&json!({ "id": [null, null] })).list("id").is_empty(), "nulls in a list are nothing");
}

#[test]
fn yes_and_no_are_understood_in_every_spelling() {
    for yes in ["true", "True", "1", "t", "T", "on"] {
        assert_eq!(form(&format!("local={yes}")).flag("local"), Some(true), "{yes}");
    }
    for no in ["false", "False", "0", "f", "off"] {
        assert_eq!(form(&format!("local={no}")).flag("local"), Some(false), "{no}");
    }
    assert_eq!(json_of(&json!({ "local": true })).flag("local"), Some(true));
    assert_eq!(json_of(&json!({ "local": 0 })).flag("local"), Some(false));
    for nothing in [form("local="), form(""), form("local=perhaps"), json_of(&json!({ "local": null }))] {
        assert_eq!(nothing.flag("local"), None);
    }
}

#[test]
fn what_lies_within_something_is_found_there() {
    let spellings = [
        form("source[privacy]=private&poll[options][]=a&poll[options][]=b&data[alerts][follow]=true"),
        json_of(&json!({
            "source": { "privacy": "private" },
            "poll": { "options": ["a", "b"] },
            "data": { "alerts": { "follow": true } },
        })),
    ];
    for params in spellings {
        assert_eq!(params.text("source[privacy]"), Some("private"));
        assert_eq!(params.list("poll[options]"), ["a", "b"]);
        assert_eq!(params.flag("data[alerts][follow]"), Some(true));
        assert_eq!(params.text("source"), None);
        assert!(params.sent("source") && !params.sent("sour"));
    }
}

#[test]
fn rows_are_the_same_as_a_list_as_a_hash_and_without_numbers() {
    let spellings = [
        form("f[0][name]=a&f[0][value]=1&f[1][name]=b&f[1][value]=2"),
        form("f[][name]=a&f[][value]=1&f[][name]=b&f[][value]=2"),
        json_of(&json!({ "f": [{ "name": "a", "value": 1 }, { "name": "b", "value": 2 }] })),
        json_of(&json!({ "f": { "0": { "name": "a", "value": 1 }, "1": { "name": "b", "value": 2 } } })),
    ];
    for params in spellings {
        let rows = params.rows("f");
        let told: Vec<_> = rows.iter().map(|row| (row.text("name"), row.number("value"))).collect();
        assert_eq!(told, [(Some("a"), Some(1)), (Some("b"), Some(2))], "{params:?}");
    }
    assert!(json_of(&json!({ "f": [] })).sent("f"), "an empty list was said");
    assert!(json_of(&json!({ "f": [] })).rows("f").is_empty());
}

#[test]
fn what_is_empty_is_absent_and_what_is_said_twice_counts_once() {
    let params = form("limit=20&_pe=1&limit=30&max_id=");
    assert_eq!((params.number("limit"), params.text("max_id")), (Some(30), None));
    assert!(params.sent("max_id"));
    assert_eq!(params.text("nothing"), None);
    for odd in ["a[=1", "a]=1", "[]=1", "[a]=1", "a[b=1", "=1", "&&", "a[[b]]=1"] {
        form(odd);
    }
}

#[test]
fn there_is_an_end_to_parameters() {
    let many = |n: usize| json!((0..n).map(|i| (format!("p{i}"), json!(1))).collect::<serde_json::Map<_, _>>());
    let read = |value: &serde_json::Value| Params::default().add_json(value.to_string().as_bytes());
    assert!(read(&many(limits::PARAMETERS)).is_ok());
    assert!(read(&many(limits::PARAMETERS + 1)).is_err());
    let deep = |n: usize| (0..n).fold(json!(1), |inner, _| json!({ "a": inner }));
    assert!(read(&deep(limits::DEPTH)).is_ok());
    assert!(read(&deep(limits::DEPTH + 1)).is_err());
    let ids: Vec<usize> = (1..=limits::IDS + 1).collect();
    assert_eq!(json_of(&json!({ "id": ids })).ids("id").len(), limits::IDS);
}

#[tokio::test]
async fn a_call_is_the_same_by_query_form_multipart_and_json() {
    let server = Server::start("a.test").await;
    let api = Api::nobody(&server);
    let query = "client_name=An+app&redirect_uris=urn:ietf:wg:oauth:2.0:oob&scopes=read+write&unknown=1&unknown=2";
    let boundary = "X";
    let part = |name: &str, value: &str| {
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let multipart = [
        part("client_name", "An app"),
        part("redirect_uris", "urn:ietf:wg:oauth:2.0:oob"),
        part("scopes", "read write"),
        format!("--{boundary}--\r\n"),
    ]
    .concat();
    let body = json!({
        "client_name": "An app", "redirect_uris": ["urn:ietf:wg:oauth:2.0:oob"], "scopes": "read write", "website": null,
    });
    let post = |path: &str| api.request(Method::POST, path);
    let (json, form) = ("application/json", "application/x-www-form-urlencoded");
    let ways = [
        ("query", post(&format!("/api/v1/apps?{query}"))),
        ("query, an empty JSON body", post(&format!("/api/v1/apps?{query}")).header("content-type", json)),
        ("form", post("/api/v1/apps").header("content-type", form).body(query)),
        ("JSON", post("/api/v1/apps").header("content-type", json).body(body.to_string())),
        (
            "JSON in UTF-8",
            post("/api/v1/apps/").header("content-type", "application/json; charset=utf-8").body(body.to_string()),
        ),
        (
            "multipart",
            post("/api/v1/apps")
                .header("content-type", format!("multipart/form-data; boundary={boundary}"))
                .body(multipart),
        ),
    ];
    for (way, request) in ways {
        let said = api.send(request).await;
        assert_eq!(said.status, 200, "{way}: {}", said.text);
        assert_eq!(said.body["name"], "An app", "{way}");
        assert_eq!(said.body["scopes"], json!(["read", "write"]), "{way}");
        assert_eq!(said.body["redirect_uri"], "urn:ietf:wg:oauth:2.0:oob", "{way}");
        assert_eq!(said.body["website"], serde_json::Value::Null, "{way}");
    }
}

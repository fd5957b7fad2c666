//! What one says of oneself through an app; signing up in one.

use crate::support::*;
use cyanotype::service::limits;
use reqwest::Method;
use serde_json::{Value, json};

const UPDATE: &str = "/api/v1/accounts/update_credentials";

async fn ada() -> (Server, Api) {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let api = Api::of(&ada).await;
    (server, api)
}

/// A multipart body: texts, and files from the fixtures.
async fn multipart(api: &Api, method: Method, path: &str, texts: &[(&str, &str)], files: &[(&str, &str)]) -> Said {
    const BOUNDARY: &str = "----profile-9Kq";
    let mut body = Vec::new();
    for (name, value) in texts {
        let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    for (name, file) in files {
        let head =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&fixture_bytes(file));
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    api.send(api.request(method, path).header("content-type", kind).body(body)).await
}

#[tokio::test]
async fn only_what_is_sent_is_changed() {
    let (_server, api) = ada().await;
    let body = json!({
        "display_name": "Ada L.", "note": "Fog and boats #fog", "locked": true,
        "fields_attributes": [{ "name": "Web", "value": "https://ada.example" }, { "name": "Pronouns", "value": "she" }],
        "source": { "privacy": "private", "sensitive": true, "language": "pt", "quote_policy": "followers" },
        "attribution_domains": ["Ada.example"],
    });
    let said = api.json(Method::PATCH, UPDATE, &body).await.fine();
    assert_eq!((&said["display_name"], &said["locked"]), (&json!("Ada L."), &json!(true)));
    assert!(said["note"].as_str().unwrap().contains("https://a.test/tags/fog"), "HTML");
    assert_eq!(said["fields"][1]["name"], "Pronouns");
    let source = &said["source"];
    assert_eq!((&source["note"], &source["privacy"]), (&json!("Fog and boats #fog"), &json!("private")));
    assert_eq!((&source["sensitive"], &source["language"]), (&json!(true), &json!("pt")));
    assert_eq!(
        (&source["quote_policy"], &source["attribution_domains"]),
        (&json!("followers"), &json!(["ada.example"]))
    );
    assert_eq!(source["fields"][0], json!({ "name": "Web", "value": "https://ada.example", "verified_at": null }));
    let preferences = api.get("/api/v1/preferences").await.fine();
    assert_eq!(preferences["posting:default:visibility"], "private");
    assert_eq!(preferences["posting:default:sensitive"], true);
    let said = api.form(Method::PATCH, UPDATE, &[("note", "Boats"), ("source[privacy]", "unlisted")]).await.fine();
    assert_eq!((&said["source"]["note"], &said["source"]["privacy"]), (&json!("Boats"), &json!("unlisted")));
    assert_eq!((&said["display_name"], &said["locked"]), (&json!("Ada L."), &json!(true)));
    assert_eq!(said["fields"].as_array().unwrap().len(), 2);
    let form = [("fields_attributes[0][name]", "Only"), ("fields_attributes[0][value]", "this")];
    let said = api.form(Method::PATCH, UPDATE, &form).await.fine();
    assert_eq!(said["fields"].as_array().unwrap().len(), 1);
    let said = api.form(Method::PATCH, UPDATE, &[("fields_attributes", ""), ("display_name", "")]).await.fine();
    assert_eq!(
        (&said["fields"], &said["display_name"]),
        (&json!([]), &json!("")),
        "sent and empty is nothing any more"
    );
    assert_eq!(api.get("/api/v1/accounts/verify_credentials").await.fine(), said);
}

#[tokio::test]
async fn pictures_come_with_what_is_to_be_seen_on_them_and_go() {
    let (server, api) = ada().await;
    let texts = [("display_name", "Ada"), ("avatar_description", "A dahlia")];
    let files = [("avatar", "photo-dahlia.jpg"), ("header", "photo-coffee.jpg")];
    let said = multipart(&api, Method::PATCH, UPDATE, &texts, &files).await.fine();
    for name in ["avatar", "header"] {
        let address = said[name].as_str().unwrap();
        let answer = server.ask(address, "image/*").await;
        assert_eq!(answer.status(), 200, "{address}");
        let picture = image::load_from_memory(&answer.bytes().await.unwrap()).unwrap();
        assert!(name == "header" || picture.width() == picture.height(), "an avatar is square");
    }
    assert_eq!((&said["avatar_description"], &said["header_description"]), (&json!("A dahlia"), &json!("")));
    let actor = server.document(&server.actor_id("ada").await).await.1;
    assert_eq!(actor["icon"]["name"], "A dahlia");
    let before = said["avatar"].as_str().unwrap().to_owned();
    let posted = multipart(&api, Method::POST, UPDATE, &[], &[("avatar", "photo-coffee.jpg")]).await.fine();
    assert_ne!(posted["avatar"], said["avatar"], "as Pixelfed's app sends it");
    server.quiet().await;
    assert_eq!(server.ask(&before, "image/*").await.status(), 404, "the one before is gone");
    let said = api.form(Method::DELETE, "/api/v1/profile/avatar", &[]).await.fine();
    assert!(said["avatar"].as_str().unwrap().ends_with("/missing.png"));
    assert_eq!((&said["avatar_description"], said["source"].is_object()), (&json!(""), true));
    let said = api.form(Method::DELETE, "/api/v1/profile/header", &[]).await.fine();
    assert!(said["header"].as_str().unwrap().ends_with("/missing.png"));
    server.quiet().await;
    assert!(server.document(&server.actor_id("ada").await).await.1.get("icon").is_none());
}

#[tokio::test]
async fn what_is_wrong_in_a_profile_is_said_and_nothing_is_changed() {
    let (_server, api) = ada().await;
    api.form(Method::PATCH, UPDATE, &[("display_name", "Ada")]).await.fine();
    let long = "x".repeat(2_000);
    let lines: Vec<(String, String)> = (0..5)
        .flat_map(|n| {
            [
                (format!("fields_attributes[{n}][name]"), format!("L{n}")),
                (format!("fields_attributes[{n}][value]"), "v".to_owned()),
            ]
        })
        .collect();
    let lines: Vec<(&str, &str)> = lines.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for (wrong, field) in [
        (vec![("display_name", &*long)], "display_name"),
        (vec![("note", &*long)], "note"),
        (vec![("source[privacy]", "secret")], "privacy"),
        (vec![("source[quote_policy]", "some")], "quote_policy"),
        (vec![("attribution_domains[]", "no host")], "attribution_domains"),
        (vec![("website", "no address")], "website"),
        (lines, "fields_attributes"),
    ] {
        let form: Vec<_> = wrong.iter().copied().chain([("locked", "true")]).collect();
        let said = api.form(Method::PATCH, UPDATE, &form).await;
        assert_eq!(said.status, 422, "{}", said.text);
        assert!(said.body["details"][field].is_array(), "{}", said.text);
    }
    let said = multipart(&api, Method::PATCH, UPDATE, &[("locked", "true")], &[("avatar", "../Cargo.toml")]).await;
    assert_eq!(said.status, 422, "{}", said.text);
    let me = api.get("/api/v1/accounts/verify_credentials").await.fine();
    assert_eq!((&me["display_name"], &me["locked"]), (&json!("Ada"), &json!(false)));
}

#[tokio::test]
async fn other_servers_hear_what_was_changed_and_that_nobody_sits_behind_a_bot() {
    let scene = Scene::followed().await;
    let api = Api::of(&scene.ada).await;
    let form = [("bot", "true"), ("indexable", "true"), ("discoverable", "false"), ("name", "By Pixelfed's name")];
    let said = api.form(Method::PATCH, &format!("{UPDATE}?note=In+the+query"), &form).await.fine();
    assert_eq!((&said["bot"], &said["indexable"], &said["discoverable"]), (&json!(true), &json!(true), &json!(false)));
    assert_eq!(
        (&said["display_name"], &said["source"]["note"]),
        (&json!("By Pixelfed's name"), &json!("In the query"))
    );
    scene.world().clock().advance(60_000);
    let update = scene.peer.expect("Update").await;
    assert_eq!((&update["object"]["type"], &update["object"]["indexable"]), (&json!("Service"), &json!(true)));
    assert_eq!(api.form(Method::PATCH, UPDATE, &[("bot", "false")]).await.fine()["bot"], false);
}

#[tokio::test]
async fn a_profile_is_read_and_changed_as_it_was_typed() {
    let (_server, api) = ada().await;
    let said = api.get("/api/v1/profile").await.fine();
    let keys: Vec<&str> = said.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys.join(" "),
        "attribution_domains avatar avatar_description avatar_static bot discoverable display_name featured_tags fields \
         header header_description header_static hide_collections id indexable locked note show_featured show_media \
         show_media_replies"
    );
    assert_eq!(said["avatar"], Value::Null);
    api.post("/api/v1/featured_tags", &[("name", "fog")]).await.fine();
    for method in [Method::PATCH, Method::PUT] {
        let note = format!("By {method}");
        let files = [("avatar", "photo-dahlia.jpg")];
        let said = multipart(&api, method, "/api/v1/profile", &[("note", &note)], &files).await.fine();
        assert_eq!(said["note"], note);
        assert!(said["avatar"].is_string() && said.get("source").is_none());
        assert_eq!(said["featured_tags"][0]["name"], "fog");
    }
}

/// What somebody fills in who signs up.
const WISH: [(&str, &str); 5] = [
    ("username", "bea"),
    ("email", "bea@mail.example"),
    ("password", "four quiet words here"),
    ("agreement", "true"),
    ("locale", "pt-BR"),
];

/// An app that acts for itself.
async fn alone(server: &Server) -> Api {
    let app = Api::registered(&server.world, &server.host, "read write follow push").await;
    app.for_itself("read write").await
}

#[tokio::test]
async fn whoever_signs_up_in_an_app_is_told_what_is_wrong_with_each_line() {
    let server = Server::start("a.test").await;
    server.owner("ada").await;
    let app = alone(&server).await;
    for missing in ["username", "email", "password", "agreement"] {
        let part: Vec<_> = WISH.into_iter().filter(|(name, _)| *name != missing).collect();
        let said = app.post("/api/v1/accounts", &part).await;
        assert_eq!(said.status, 422, "{missing}");
        let word = if missing == "agreement" { "ERR_ACCEPTED" } else { "ERR_BLANK" };
        assert_eq!(said.body["details"][missing][0]["error"], word, "{}", said.text);
    }
    let nothing = app.post("/api/v1/accounts", &[]).await;
    assert_eq!(nothing.body["details"].as_object().unwrap().len(), 4, "all at once: {}", nothing.text);
    for (field, value, word) in [
        ("username", "a b", "ERR_INVALID"),
        ("username", "admin", "ERR_RESERVED"),
        ("username", "ada", "ERR_TAKEN"),
        ("username", "abcdefghijklmnopqrstuvwxyzabcdefghij", "ERR_TOO_LONG"),
        ("email", "nowhere", "ERR_INVALID"),
        ("password", "short", "ERR_TOO_SHORT"),
    ] {
        let wrong = WISH.map(|(n, v)| (n, if n == field { value } else { v }));
        server.world.clock().advance(limits::SIGN_UP_WINDOW);
        let said = app.post("/api/v1/accounts", &wrong).await;
        let told = &said.body["details"][field][0]["error"];
        assert_eq!((said.status, told), (422, &json!(word)), "{value}: {}", said.text);
    }
}

#[tokio::test]
async fn somebody_signs_up_in_an_app_where_that_is_open() {
    let server = Server::start("a.test").await;
    server.owner("ada").await;
    let app = alone(&server).await;
    let given = app.post("/api/v1/accounts", &WISH).await.fine();
    assert_eq!((&given["token_type"], &given["scope"]), (&json!("Bearer"), &json!("read write follow push")));
    let bea = app.holding(given["access_token"].as_str().unwrap());
    let me = bea.get("/api/v1/accounts/verify_credentials").await.fine();
    assert_eq!((&me["acct"], &me["source"]["language"]), (&json!("bea"), &json!("pt")));
    let again = app.post("/api/v1/accounts", &WISH).await;
    assert_eq!((again.status, &again.body["details"]["username"][0]["error"]), (422, &json!("ERR_TAKEN")));
    assert_eq!(bea.post("/api/v1/accounts", &WISH).await.status, 422, "somebody is signed in already");
    let closed = Server::start_with("b.test", &[("registration", "closed")]).await;
    let said = alone(&closed).await.post("/api/v1/accounts", &WISH).await;
    assert_eq!(said.status, 404, "closed: as where there is no signing up in apps");
}

#[tokio::test]
async fn pixelfeds_app_changes_a_profile_in_words_of_its_own() {
    let (_server, api) = ada().await;
    let lines = [("fields_attributes[0][name]", "Web"), ("fields_attributes[0][value]", "https://old.example")];
    api.form(Method::PATCH, UPDATE, &lines).await.fine();
    let change = [
        ("website", "https://ada.example/photos"),
        ("pronouns[]", "she"),
        ("pronouns[]", "her"),
        ("is_suggestable", "false"),
        ("crawlable", "true"),
        ("show_profile_follower_count", "false"),
    ];
    let said = api.form(Method::POST, UPDATE, &change).await.fine();
    assert_eq!(said["website"], "https://ada.example/photos");
    assert_eq!(said["pronouns"], json!(["she", "her"]));
    let kept: Vec<(&Value, &Value)> =
        said["source"]["fields"].as_array().unwrap().iter().map(|line| (&line["name"], &line["value"])).collect();
    let (web, pronouns) = ((json!("Web"), json!("https://ada.example/photos")), (json!("Pronouns"), json!("she/her")));
    assert_eq!(kept, [(&web.0, &web.1), (&pronouns.0, &pronouns.1)], "lines like others, each in its place");
    assert_eq!((&said["discoverable"], &said["indexable"]), (&json!(false), &json!(true)));
    assert_eq!(said["hide_collections"], true);
    let settings = &said["settings"];
    assert_eq!((&settings["is_suggestable"], &settings["crawlable"]), (&json!(false), &json!(true)));
    assert_eq!(settings["show_profile_following_count"], false);
    let all = [("crawlable", "false"), ("indexable", "true"), ("show_profile_follower_count", "true")];
    let said = api.form(Method::POST, UPDATE, &all).await.fine();
    assert_eq!((&said["indexable"], &said["hide_collections"]), (&json!(false), &json!(false)), "what is new counts");
    let said = api.form(Method::PATCH, &format!("{UPDATE}?website="), &[]).await.fine();
    assert_eq!((&said["website"], said["fields"].as_array().unwrap().len()), (&Value::Null, 1));
}

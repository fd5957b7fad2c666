//! The table of routes says all there is, and the description says the same.

use crate::support::*;
use cyanotype::http::api::{Access, describe, table};
use cyanotype::service::apps::scopes;
use cyanotype::service::limits;
use std::collections::BTreeSet;

#[test]
fn every_route_says_what_it_needs_and_what_it_answers() {
    let mut known = BTreeSet::new();
    for route in table() {
        let what = format!("{} {}", route.method, route.path);
        assert!(known.insert(what.clone()), "{what} stands there twice");
        assert!(!route.path.ends_with('/'), "{what}: a closing slash is the same route anyway");
        for scope in route.access.scopes() {
            assert!(scopes::ALL.contains(scope), "{what}: there is no scope {scope}");
        }
        if matches!(route.access, Access::Person(_)) {
            assert!(!route.access.scopes().is_empty(), "{what} needs a scope");
        }
        assert!(route.answer.is_some() || route.path == "/api/openapi.json", "{what}: say which entity it answers");
        for taken in route.takes {
            let kind = taken.split_once(':').map_or("text", |(_, kind)| kind);
            assert!(["text", "flag", "number", "id", "time", "file"].contains(&kind), "{what}: {taken}");
        }
    }
    assert!(known.len() >= 20, "{known:#?}");
}

#[tokio::test]
async fn the_description_names_every_route_and_every_key() {
    let server = Server::start("a.test").await;
    let said = Api::nobody(&server).get("/api/openapi.json").await.fine();
    assert_eq!(said, describe("https://a.test"));
    assert_eq!(said["openapi"], "3.1.0");
    for route in table() {
        let operation = &said["paths"][route.path][route.method.as_str().to_lowercase()];
        let fine = if route.path == "/api/v1/streaming" { "101" } else { "200" };
        assert!(operation["responses"][fine].is_object(), "{} {}", route.method, route.path);
    }
    let status = &said["components"]["schemas"]["Status"];
    let (keys, required) = (status["properties"].as_object().unwrap(), status["required"].as_array().unwrap());
    assert_eq!(keys.len(), required.len());
    assert!(keys.contains_key("edited_at") && keys.contains_key("filtered"));
    // What is named is there.
    let text = said.to_string();
    for name in text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(said["components"]["schemas"][name].is_object(), "{name}");
    }
}

#[tokio::test]
async fn no_route_can_be_called_without_what_it_needs() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let nobody = Api::nobody(&server);
    for route in table() {
        let what = format!("{} {}", route.method, route.path);
        let path = route.path.replace("{id}", "1").replace("{name}", "fog");
        let without = nobody.send(nobody.request(route.method.clone(), &path)).await;
        match route.access {
            Access::Person(_) | Access::App(_) => assert_eq!(without.status, 401, "{what}: {}", without.text),
            Access::Free | Access::Open(_) => {
                assert_ne!(without.body["error"], "The access token is invalid", "{what}");
            }
        }
        server.world.clock().advance(limits::CALLS_WINDOW);
    }
    // One scope that holds none of the others.
    for other in ["push", "admin:read"] {
        let api = Api::with(&ada, other).await;
        let wanting = |route: &&cyanotype::http::api::Route| {
            !route.access.scopes().is_empty() && !route.access.scopes().contains(&other)
        };
        for route in table().iter().filter(wanting) {
            let path = route.path.replace("{id}", "1").replace("{name}", "fog");
            let said = api.send(api.request(route.method.clone(), &path)).await;
            assert_eq!(said.status, 403, "{} {} with {other}: {}", route.method, route.path, said.text);
        }
    }
}

#[test]
fn what_changes_something_is_described_by_its_body() {
    let said = describe("https://a.test");
    let of = |method: &str, path: &str| said["paths"][path][method].clone();
    for (path, operations) in said["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let in_query = operation["parameters"].as_array().unwrap().iter().any(|given| given["in"] == "query");
            assert!(method == "get" || !in_query, "{method} {path}");
            assert!(method != "get" || operation["requestBody"].is_null(), "{method} {path}");
        }
    }
    let post = of("post", "/api/v1/statuses")["requestBody"]["content"].clone();
    let form = &post["application/x-www-form-urlencoded"]["schema"]["properties"];
    assert!(form["media_ids[]"].is_object() && form["status"].is_object(), "{form}");
    let json = &post["application/json"]["schema"]["properties"];
    assert_eq!((&json["media_ids"]["type"], &post["multipart/form-data"]), (&"array".into(), &serde_json::Value::Null));
    let profile = of("patch", "/api/v1/accounts/update_credentials")["requestBody"]["content"].clone();
    let source = &profile["application/json"]["schema"]["properties"]["source"]["properties"];
    assert_eq!(source["sensitive"]["type"], "boolean");
    assert!(profile["multipart/form-data"]["schema"]["properties"]["avatar"].is_object());
    assert!(profile["application/json"]["schema"]["properties"]["avatar"].is_null(), "JSON holds no file");
    assert!(of("post", "/api/v2/media")["responses"]["202"].is_object());
    assert!(of("get", "/api/v1/media/{id}")["responses"]["206"].is_object());
    let home = &of("get", "/api/v1/timelines/home")["responses"]["200"]["headers"];
    assert!(home["Link"].is_object() && home["X-RateLimit-Reset"].is_object(), "{home}");
    let stream = of("get", "/api/v1/streaming/user")["responses"]["200"]["content"].clone();
    assert_eq!(stream["text/event-stream"]["schema"]["type"], "string", "{stream}");
    assert!(said["components"]["schemas"]["Error"]["properties"]["details"].is_object());
    assert!(said["components"]["schemas"]["AuthorizationServer"]["required"].is_array());
}

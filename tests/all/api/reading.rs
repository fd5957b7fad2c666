//! What one has chosen, and how far one has read.

use crate::support::*;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn markers_are_kept_for_every_app_of_hers() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let (phone, desk) = (Api::of(&ada).await, Api::of(&ada).await);
    assert_eq!(phone.get("/api/v1/markers?timeline[]=home&timeline[]=notifications").await.fine(), json!({}));
    let said = phone.post("/api/v1/markers", &[("home[last_read_id]", "12")]).await.fine();
    assert_eq!((&said["home"]["last_read_id"], &said["home"]["version"]), (&json!("12"), &json!(1)));
    let body = json!({ "home": { "last_read_id": "13" }, "notifications": { "last_read_id": "7" } });
    let said = phone.json(Method::POST, "/api/v1/markers", &body).await.fine();
    assert_eq!((&said["home"]["version"], &said["notifications"]["last_read_id"]), (&json!(2), &json!("7")));
    let seen = desk.get("/api/v1/markers?timeline[]=home").await.fine();
    assert_eq!(seen["home"]["last_read_id"], "13");
    assert!(seen.get("notifications").is_none(), "only what was asked for");
    let at = seen["home"]["updated_at"].as_str().unwrap();
    assert!(at.len() == 24 && at.ends_with('Z'), "{at}");
    let eve = Api::of(&server.person("eve").await).await;
    assert_eq!(eve.get("/api/v1/markers?timeline[]=home").await.fine(), json!({}), "everybody has her own");
    assert_eq!(phone.post("/api/v1/markers", &[("home[last_read_id]", "x")]).await.status, 422);
}

#[tokio::test]
async fn preferences_have_every_key() {
    let server = Server::start("a.test").await;
    let api = Api::of(&server.owner("ada").await).await;
    let said = api.get("/api/v1/preferences").await.fine();
    let keys: Vec<&str> = said.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "posting:default:language",
            "posting:default:quote_policy",
            "posting:default:sensitive",
            "posting:default:visibility",
            "reading:autoplay:gifs",
            "reading:expand:media",
            "reading:expand:spoilers",
        ]
    );
}

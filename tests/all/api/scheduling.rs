//! Posts that wait for their hour.

use crate::support::*;
use cyanotype::activitypub::stamp;
use reqwest::Method;
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const SCHEDULED: &str = "/api/v1/scheduled_statuses";

async fn schedule(api: &Api, at: i64, photo: &str) -> Said {
    let form = [
        ("status", "In the morning"),
        ("spoiler_text", "light"),
        ("visibility", "unlisted"),
        ("media_ids[]", photo),
        ("scheduled_at", &stamp::write(at)),
    ];
    api.post("/api/v1/statuses", &form).await
}

#[tokio::test]
async fn a_scheduled_post_is_posted_at_its_hour_also_after_a_restart() {
    let world = World::new(["a.test"]).await;
    let server = world.server("a.test").await;
    let api = Api::of(&server.owner("ada").await).await;
    let photo = api.upload("orientation-1.jpg", "Dawn").await;
    let at = server.app.now() + HOUR;
    let waiting = schedule(&api, at, &photo).await.fine();
    assert_eq!(waiting["scheduled_at"], stamp::write(at));
    assert_eq!(
        (&waiting["params"]["text"], &waiting["params"]["media_ids"]),
        (&json!("In the morning"), &json!([photo]))
    );
    assert_eq!(
        (&waiting["params"]["visibility"], &waiting["params"]["spoiler_text"]),
        (&json!("unlisted"), &json!("light"))
    );
    assert_eq!(waiting["media_attachments"][0]["description"], "Dawn");
    assert_eq!(api.get(SCHEDULED).await.fine(), json!([waiting]));
    server.quiet().await;
    assert_eq!(api.get("/api/v1/timelines/home").await.fine(), json!([]), "not yet");
    let data = server.stop().await;
    world.clock().advance(HOUR + 1);
    let server = world.server_in("a.test", data, &[]).await.unwrap();
    server.quiet().await;
    let home = api.get("/api/v1/timelines/home").await.fine();
    let post = &home[0];
    assert_eq!((&post["content_text"], &post["visibility"]), (&json!("In the morning"), &json!("unlisted")));
    assert_eq!((&post["spoiler_text"], &post["media_attachments"][0]["id"]), (&json!("light"), &json!(photo)));
    assert_eq!(post["media_attachments"][0]["description"], "Dawn");
    assert_eq!((home.as_array().unwrap().len(), api.get(SCHEDULED).await.fine()), (1, json!([])));
}

#[tokio::test]
async fn a_scheduled_post_is_moved_and_taken_back() {
    let server = Server::start("a.test").await;
    let api = Api::of(&server.owner("ada").await).await;
    let photo = api.upload("orientation-1.jpg", "").await;
    let now = server.app.now();
    let first = schedule(&api, now + HOUR, &photo).await.fine();
    let path = format!("{SCHEDULED}/{}", first["id"].as_str().unwrap());
    let taken = api.post("/api/v1/statuses", &[("media_ids[]", &photo)]).await;
    assert_eq!(taken.status, 422, "its photo is in it");
    let moved = api.form(Method::PUT, &path, &[("scheduled_at", &stamp::write(now + 3 * HOUR))]).await.fine();
    assert_eq!(moved["scheduled_at"], stamp::write(now + 3 * HOUR));
    server.quiet().await;
    server.world.clock().advance(2 * HOUR);
    server.quiet().await;
    assert_eq!(api.get(&path).await.fine(), moved, "its first hour has passed");
    assert_eq!(api.form(Method::DELETE, &path, &[]).await.fine(), json!({}));
    assert_eq!(api.get(&path).await.status, 404);
    server.world.clock().advance(2 * HOUR);
    server.quiet().await;
    assert_eq!(api.get("/api/v1/timelines/home").await.fine(), json!([]));
    api.post("/api/v1/statuses", &[("media_ids[]", &photo)]).await.fine();
}

#[tokio::test]
async fn what_is_wrong_with_a_scheduled_post_is_said_at_once() {
    let server = Server::start("a.test").await;
    let api = Api::of(&server.owner("ada").await).await;
    let photo = api.upload("orientation-1.jpg", "").await;
    let now = server.app.now();
    for at in [now - HOUR, now + 4 * 60_000, now + 10 * 365 * 24 * HOUR] {
        let said = schedule(&api, at, &photo).await;
        assert_eq!((said.status, said.body["details"]["scheduled_at"].is_array()), (422, true), "{}", said.text);
    }
    let form = [("media_ids[]", photo.as_str()), ("scheduled_at", "tomorrow")];
    assert_eq!(api.post("/api/v1/statuses", &form).await.status, 422);
    assert_eq!(schedule(&api, now + HOUR, "12345").await.status, 422);
    assert_eq!(api.get(SCHEDULED).await.fine(), json!([]));
}

#[tokio::test]
async fn a_scheduled_post_is_its_authors_alone() {
    let server = Server::start("a.test").await;
    let ada = Api::of(&server.owner("ada").await).await;
    let eve = Api::of(&server.person("eve").await).await;
    let photo = ada.upload("orientation-1.jpg", "").await;
    let at = server.app.now() + HOUR;
    let waiting = schedule(&ada, at, &photo).await.fine();
    let path = format!("{SCHEDULED}/{}", waiting["id"].as_str().unwrap());
    assert_eq!(eve.get(&path).await.status, 404);
    assert_eq!(eve.form(Method::PUT, &path, &[("scheduled_at", &stamp::write(at + HOUR))]).await.status, 404);
    assert_eq!(eve.form(Method::DELETE, &path, &[]).await.status, 404);
    assert_eq!(eve.get(SCHEDULED).await.fine(), json!([]));
    assert_eq!(ada.get(&path).await.fine(), waiting);
}

#[tokio::test]
async fn the_same_key_schedules_once_and_finds_the_post_after_its_hour() {
    let server = Server::start("a.test").await;
    let api = Api::of(&server.owner("ada").await).await;
    let photo = api.upload("orientation-1.jpg", "").await;
    let at = stamp::write(server.app.now() + 10 * 60_000);
    let send = async || {
        let body = json!({ "status": "Once", "media_ids": [photo], "scheduled_at": at }).to_string();
        let call = api.request(Method::POST, "/api/v1/statuses").header("idempotency-key", "later");
        api.send(call.header("content-type", "application/json").body(body)).await.fine()
    };
    let first: Value = send().await;
    assert_eq!(send().await, first);
    server.quiet().await;
    server.world.clock().advance(11 * 60_000);
    server.quiet().await;
    assert_eq!(send().await["content_text"], "Once", "posted meanwhile");
    assert_eq!(api.get("/api/v1/timelines/home").await.ids().len(), 1);
}

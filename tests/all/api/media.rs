//! Photos on their way into posts.

use crate::support::*;
use cyanotype::service::attaching::{self, Told};
use cyanotype::service::uploads::{self, Upload};
use cyanotype::service::{housekeeping, limits};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const MEDIA: &str = "/api/v2/media";

/// Takes a file for ada and does not wait for it; its id.
async fn hurried(server: &Server, api: &Api, bytes: &[u8]) -> String {
    let me = api.get("/api/v1/accounts/verify_credentials").await.fine()["id"].as_str().unwrap().parse().unwrap();
    let upload = Upload { path: uploads::temp_path(&server.app).unwrap(), file_name: "x.jpg".to_owned() };
    std::fs::write(&upload.path, bytes).unwrap();
    let row = attaching::take(&server.app, me, upload, Told::default(), Some(Duration::ZERO)).await.unwrap();
    row.id.to_string()
}

#[tokio::test]
async fn a_photo_that_takes_long_is_asked_for_until_it_is_ready() {
    let server = Server::start("a.test").await;
    let api = Api::of(&server.owner("ada").await).await;
    let id = hurried(&server, &api, &fixture_bytes("photo-dahlia.jpg")).await;
    let path = format!("/api/v1/media/{id}");
    // What is said of it meanwhile holds.
    let told = api.form(Method::PUT, &path, &[("description", "A dahlia"), ("focus", "-0.5,0.25")]).await.fine();
    assert_eq!(told["description"], "A dahlia");
    let first = api.get(&path).await;
    if first.status == 206 {
        assert_eq!((&first.body["url"], &first.body["meta"]), (&Value::Null, &json!({})));
        assert_eq!((&first.body["type"], &first.body["id"]), (&json!("image"), &json!(id)));
    }
    // Whoever posts it at once does not have to ask.
    let posted = api.post("/api/v1/statuses", &[("media_ids[]", &id)]).await.fine();
    let photo = &posted["media_attachments"][0];
    assert!(photo["url"].is_string() && photo["blurhash"].is_string(), "{photo}");
    assert_eq!((&photo["description"], &photo["meta"]["focus"]["x"]), (&json!("A dahlia"), &json!(-0.5)));
    assert_eq!(api.get(&path).await.status, 200);
}

#[tokio::test]
async fn a_file_that_is_no_photo_is_refused_in_the_words_apps_look_for() {
    let server = Server::start_with("a.test", &[("max_photo_bytes", "200000")]).await;
    let api = Api::of(&server.owner("ada").await).await;
    let large = vec![0; 300_000];
    for bytes in [b"no photo at all".as_slice(), b"", b"cyanotype-drill:abort", &large] {
        for path in [MEDIA, "/api/v1/media"] {
            let said = api.send_file(path, "x.jpg", bytes, &[]).await;
            assert_eq!(said.status, 422, "{}", said.text);
            assert_eq!(said.body["errors"]["file"][0], said.body["error"]);
            assert_eq!(said.header("access-control-allow-origin"), "*");
        }
    }
    let none = api.post(MEDIA, &[("description", "Of nothing")]).await;
    assert_eq!((none.status, none.body["errors"]["file"].is_array()), (422, true));
    let id = hurried(&server, &api, b"no photo at all").await;
    let failed = || async { api.get(&format!("/api/v1/media/{id}")).await.status == 422 };
    eventually(failed, "what cannot be read is not waited for").await;
    assert_eq!(api.post("/api/v1/statuses", &[("media_ids[]", &id)]).await.status, 422);
}

#[tokio::test]
async fn a_description_that_is_too_long_is_refused_and_not_cut() {
    let server = Server::start_with("a.test", &[("max_alt", "100")]).await;
    let api = Api::of(&server.owner("ada").await).await;
    let bytes = fixture_bytes("orientation-1.jpg");
    let long = "a".repeat(101);
    assert_eq!(api.send_file(MEDIA, "x.jpg", &bytes, &[("description", &long)]).await.status, 422);
    let id = api.upload("orientation-1.jpg", &"a".repeat(100)).await;
    let path = format!("/api/v1/media/{id}");
    assert_eq!(api.form(Method::PUT, &path, &[("description", &long)]).await.status, 422);
    assert_eq!(api.form(Method::PUT, &path, &[("focus", "left")]).await.status, 422);
    let said = api.json(Method::PUT, &path, &json!({ "description": "" })).await.fine();
    assert_eq!(said["description"], Value::Null, "taken away");
}

#[tokio::test]
async fn r076_somebody_elses_photo_is_not_there() {
    let server = Server::start("a.test").await;
    let ada = Api::of(&server.owner("ada").await).await;
    let eve = Api::of(&server.person("eve").await).await;
    let id = ada.upload("orientation-1.jpg", "Hers").await;
    let path = format!("/api/v1/media/{id}");
    assert_eq!(eve.get(&path).await.status, 404);
    assert_eq!(eve.form(Method::PUT, &path, &[("description", "Mine")]).await.status, 404);
    assert_eq!(eve.form(Method::DELETE, &path, &[]).await.status, 404);
    let taken = eve.post("/api/v1/statuses", &[("media_ids[]", &id)]).await;
    let unknown = eve.post("/api/v1/statuses", &[("media_ids[]", "12345")]).await;
    assert_eq!((taken.status, taken.text), (422, unknown.text.replace("12345", &id)));
    assert_eq!(ada.get(&path).await.fine()["description"], "Hers");
}

#[tokio::test]
async fn a_photo_is_taken_back_unless_it_is_in_a_post() {
    let server = Server::start("a.test").await;
    let api = Api::of(&server.owner("ada").await).await;
    let id = api.upload("orientation-1.jpg", "").await;
    let address = api.get(&format!("/api/v1/media/{id}")).await.fine()["url"].as_str().unwrap().to_owned();
    assert_eq!(api.form(Method::DELETE, &format!("/api/v1/media/{id}"), &[]).await.fine(), json!({}));
    assert_eq!(api.get(&format!("/api/v1/media/{id}")).await.status, 404);
    eventually(|| async { server.ask(&address, "image/*").await.status() == 404 }, "its files are gone").await;
    let post = api.say("Out").await;
    let path = format!("/api/v1/media/{}", post["media_attachments"][0]["id"].as_str().unwrap());
    assert_eq!(api.form(Method::DELETE, &path, &[]).await.status, 422);
    assert_eq!(api.get(&path).await.status, 200);
}

#[tokio::test]
async fn a_photo_that_no_post_takes_goes_after_a_day_and_others_stay() {
    let server = Server::start("a.test").await;
    let api = Api::of(&server.owner("ada").await).await;
    let (loose, kept) = (api.upload("orientation-1.jpg", "").await, api.upload("orientation-2.jpg", "").await);
    let post = api.say("Out").await;
    let posted = post["media_attachments"][0]["id"].as_str().unwrap();
    let at = cyanotype::activitypub::stamp::write(server.app.now() + 3 * 24 * 3_600_000);
    let form = [("status", "Later"), ("media_ids[]", kept.as_str()), ("scheduled_at", &at)];
    api.post("/api/v1/statuses", &form).await.fine();
    server.quiet().await;
    housekeeping::run(&server.app).await;
    assert_eq!(api.get(&format!("/api/v1/media/{loose}")).await.status, 200, "not yet");
    server.world.clock().advance(limits::LOOSE + 1);
    housekeeping::run(&server.app).await;
    for (id, status) in [(loose.as_str(), 404), (kept.as_str(), 200), (posted, 200)] {
        assert_eq!(api.get(&format!("/api/v1/media/{id}")).await.status, status);
    }
}

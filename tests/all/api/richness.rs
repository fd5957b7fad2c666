//! Custom emoji, lines that are proven, and quotes, as apps are told of them.

use crate::support::*;
use cyanotype::service::emoji;
use serde_json::{Value, json};

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|e| e["shortcode"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn custom_emoji_of_this_server_are_listed_and_told_where_they_are_used() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    for (name, category) in [("blob", Some("Blobs".to_owned())), ("unused", None)] {
        emoji::add(&server.app, name, fixture("alpha.png"), category).await.unwrap();
    }
    let form = ada.form("/settings", "/settings/profile").await.set("name", "Ada :blob:").set("bio", "No :nothing:");
    ada.submit(form).await;
    let api = Api::of(&ada).await;
    let all = Api::nobody(&server).get("/api/v1/custom_emojis").await.fine();
    assert_eq!(names(&all), ["blob", "unused"]);
    let blob = &all[0];
    assert_eq!((&blob["category"], &blob["visible_in_picker"]), (&json!("Blobs"), &json!(true)));
    let picture = server.ask(blob["url"].as_str().unwrap(), "image/*").await;
    assert_eq!((picture.status().as_u16(), picture.headers()["content-type"].to_str().unwrap()), (200, "image/png"));
    assert_eq!(blob["static_url"], blob["url"]);
    let plain = api.say("Nothing here: :nothing:").await;
    assert_eq!((&plain["emojis"], names(&plain["account"]["emojis"])), (&json!([]), vec!["blob"]));
    let photo = api.upload("orientation-1.jpg", "").await;
    let form = [("status", ":blob: and :blob:"), ("spoiler_text", "A :unused:"), ("media_ids[]", &photo)];
    let post = api.post("/api/v1/statuses", &form).await.fine();
    assert_eq!(names(&post["emojis"]), ["blob", "unused"], "each once, the warning's too");
    assert_eq!(post["emojis"][0], *blob);
}

#[tokio::test]
async fn custom_emoji_of_others_are_told_from_our_own_store() {
    let scene = Scene::following().await;
    scene.peer.serve("/emoji/blob.png", "image/png", fixture_bytes("alpha.png"));
    emoji::add(&scene.a.app, "ours", fixture("alpha.png"), None).await.unwrap();
    let mut note = scene.bob.photo_note("Hello :blob: :ours:", "photo-lake.jpg", "A lake");
    note["tag"] = json!([{ "id": "https://peer.test/emoji/blob", "type": "Emoji", "name": ":blob:",
        "updated": "2026-01-05T10:00:00.000Z",
        "icon": { "type": "Image", "mediaType": "image/png", "url": "https://peer.test/emoji/blob.png" } }]);
    scene.bob.serve(&note);
    scene.heard(&scene.bob.create(&note)).await;
    scene.a.quiet().await;
    let home = Api::of(&scene.ada).await.get("/api/v1/timelines/home").await.fine();
    assert_eq!(names(&home[0]["emojis"]), ["blob"], "theirs, not ours of another name");
    assert!(home[0]["emojis"][0]["url"].as_str().unwrap().starts_with("https://a.test/media/"));
}

#[tokio::test]
async fn a_line_that_is_proven_says_since_when() {
    let scene = Scene::new().await;
    let ours = scene.a.url("/@ada");
    let html = format!("<html><body><a rel=\"me\" href=\"{ours}\">me</a></body></html>");
    scene.peer.serve("/good", "text/html", html);
    let form = scene.ada.form("/settings", "/settings/profile").await;
    let form = form.set("field_name_0", "Site").set("field_value_0", &scene.peer.url("/good"));
    let form = form.set("field_name_1", "Other").set("field_value_1", &scene.peer.url("/other"));
    scene.ada.submit(form).await;
    scene.a.quiet().await;
    let said = Api::nobody(&scene.a).get("/api/v1/accounts/lookup?acct=ada").await.fine();
    let since = said["fields"][0]["verified_at"].as_str().unwrap();
    assert!(since.len() == 24 && since.ends_with('Z'), "{since}");
    assert_eq!(said["fields"][1]["verified_at"], Value::Null);
}

#[tokio::test]
async fn what_a_post_elsewhere_said_before_is_kept_too() {
    let scene = Scene::following().await;
    let mut note = scene.bob.photo_note("Frist", "photo-lake.jpg", "A lake");
    scene.bob.serve(&note);
    scene.heard(&scene.bob.create(&note)).await;
    let api = Api::of(&scene.ada).await;
    let post = api.get("/api/v1/timelines/home").await.fine()[0].clone();
    scene.world().clock().advance(60_000);
    note["content"] = "<p>First</p>".into();
    note["updated"] = cyanotype::activitypub::stamp::write(scene.a.app.now()).into();
    scene.bob.serve(&note);
    scene.heard(&scene.bob.activity("Update", note.clone())).await;
    let said = api.get(&format!("/api/v1/statuses/{}/history", post["id"].as_str().unwrap())).await.fine();
    let texts: Vec<&str> = said.as_array().unwrap().iter().map(|v| v["content"].as_str().unwrap()).collect();
    assert!(texts.len() == 2 && texts[0].contains("Frist") && texts[1].contains("First"), "{texts:?}");
}

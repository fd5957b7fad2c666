//! What one has chosen, and how far one has read.

use crate::support::*;
use cyanotype::service::limits;
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

#[tokio::test]
async fn home_shows_people_of_this_server_alone_where_that_is_asked() {
    let scene = Scene::following().await;
    let api = Api::of(&scene.ada).await;
    let note = scene.bob.note("From afar");
    scene.heard(&scene.bob.create(&note)).await;
    let own = scene.ada.post_photo("orientation-1.jpg", "From here").await;
    scene.a.quiet().await;
    assert_eq!(api.get("/api/v1/timelines/home?local=true").await.ids(), [own.number]);
    assert_eq!(api.get("/api/v1/timelines/home").await.ids().len(), 2);
}

#[tokio::test]
async fn a_long_conversation_is_told_whole_to_whoever_is_signed_in() {
    let server = Server::start("a.test").await;
    let api = Api::of(&server.owner("ada").await).await;
    let id = api.say("Ask me").await["id"].as_str().unwrap().to_owned();
    let most = usize::try_from(limits::CONVERSATION).unwrap();
    let mut last = id.clone();
    for n in 0..most + 5 {
        let under = if n % 2 == 0 { id.clone() } else { last };
        last = api.answer(&under, &format!("Answer {n}")).await["id"].as_str().unwrap().to_owned();
    }
    server.world.clock().advance(limits::CALLS_WINDOW);
    let below = async |api: &Api| {
        let around = api.get(&format!("/api/v1/statuses/{id}/context")).await.fine();
        around["descendants"].as_array().unwrap().len()
    };
    assert_eq!((below(&api).await, below(&Api::nobody(&server)).await), (most + 5, most));
}

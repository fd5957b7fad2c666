//! Servers that somebody does not want to see.

use super::relations::id_of;
use crate::support::*;
use reqwest::Method;
use serde_json::{Value, json};

/// Ada and bob of another server follow each other; her app and bob's id here.
async fn friends() -> (Scene, Api, String) {
    let scene = Scene::following().await;
    scene.bob_follows().await;
    let api = Api::of(&scene.ada).await;
    let bob = api.get(&format!("/api/v1/accounts/lookup?acct={}", scene.bob.acct())).await.fine();
    (scene, api, bob["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn hiding_a_server_ends_what_ties_one_to_its_people() {
    let (scene, api, bob) = friends().await;
    let preview = api.get("/api/v1/domain_blocks/preview?domain=peer.test").await.fine();
    assert_eq!(preview, json!({ "following_count": 1, "followers_count": 1 }));
    assert_eq!(api.post("/api/v1/domain_blocks", &[("domain", "Peer.test")]).await.fine(), json!({}));
    assert_eq!(scene.peer.expect("Undo").await["object"]["type"], "Follow");
    assert_eq!(scene.peer.expect("Reject").await["object"]["type"], "Follow");
    scene.a.quiet().await;
    assert_eq!(api.get("/api/v1/domain_blocks").await.fine(), json!(["peer.test"]));
    let standing = api.get(&format!("/api/v1/accounts/relationships?id={bob}")).await.fine();
    let flag = |name: &str| standing[0][name].as_bool().unwrap();
    assert!(flag("domain_blocking") && !flag("following") && !flag("followed_by"));
    scene.bob.follow(&scene.ada_id).await;
    scene.peer.expect("Reject").await;
    assert_eq!(scene.followers().await, 0, "nobody of it follows her again");
    let follow = api.post(&format!("/api/v1/accounts/{bob}/follow"), &[]).await;
    assert_eq!(follow.status, 422, "and she none of them as long as she hides it");
    assert_eq!(api.get(&format!("/api/v1/accounts/{bob}")).await.status, 200, "to be shown again");
}

#[tokio::test]
async fn a_hidden_server_is_hidden_from_its_hider_alone_until_she_shows_it_again() {
    let (scene, api, _) = friends().await;
    let eve = Api::of(&scene.a.person("eve").await).await;
    let note = scene.bob.photo_note("Look @ada", "orientation-1.jpg", "A photograph");
    scene.heard(&scene.bob.create(&note)).await;
    let wall = async |api: &Api| api.get("/api/v1/timelines/public").await.ids().len();
    assert_eq!((wall(&api).await, wall(&eve).await), (1, 1));
    api.post("/api/v1/domain_blocks", &[("domain", "peer.test")]).await.fine();
    scene.a.quiet().await;
    assert_eq!((wall(&api).await, wall(&eve).await), (0, 1));
    let body = json!({ "domain": "peer.test" });
    assert_eq!(api.json(Method::DELETE, "/api/v1/domain_blocks", &body).await.fine(), json!({}));
    assert_eq!(api.get("/api/v1/domain_blocks").await.fine(), json!([]));
    assert_eq!(wall(&api).await, 1);
    assert!(!id_of(&api).await.is_empty());
}

#[tokio::test]
async fn nothing_is_told_of_people_of_a_hidden_server() {
    let (scene, api, _) = friends().await;
    let post = scene.ada.post_photo("orientation-1.jpg", "Like me").await;
    scene.heard(&scene.bob.activity("Like", post.id.as_str())).await;
    assert!(scene.ada.notifications().await.html.contains("likes your post"));
    api.post("/api/v1/domain_blocks", &[("domain", "peer.test")]).await.fine();
    scene.heard(&scene.bob.activity("Announce", post.id.as_str())).await;
    let page = scene.ada.notifications().await;
    assert!(!page.html.contains("likes your post") && !page.html.contains("boosted"), "{}", page.text());
}

#[tokio::test]
async fn only_names_of_other_servers_can_be_hidden() {
    let server = Server::start("a.test").await;
    let api = Api::of(&server.owner("ada").await).await;
    for domain in ["a.test", "no domain", "", "localhost"] {
        assert_eq!(api.post("/api/v1/domain_blocks", &[("domain", domain)]).await.status, 422, "{domain}");
    }
    for n in 1..=3 {
        api.post("/api/v1/domain_blocks", &[("domain", &format!("s{n}.test"))]).await.fine();
        api.post("/api/v1/domain_blocks", &[("domain", &format!("s{n}.test"))]).await.fine();
    }
    let walked = Value::Array(api.walk("/api/v1/domain_blocks?limit=2").await);
    assert_eq!(walked, json!(["s3.test", "s2.test", "s1.test"]), "each once, the last first");
}

//! Hashtags in apps: followed, shown on profiles, counted.

use super::relations::id_of;
use crate::support::*;
use reqwest::Method;
use serde_json::{Value, json};

async fn texts(server: &Server, api: &Api) -> Vec<String> {
    server.quiet().await;
    let said = api.get("/api/v1/timelines/home").await.fine();
    said.as_array().unwrap().iter().map(|post| post["content_text"].as_str().unwrap().trim().to_owned()).collect()
}

#[tokio::test]
async fn a_hashtag_says_how_much_it_was_used() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let bea = server.person("bea").await;
    ada.post_photo("orientation-1.jpg", "#Fog").await;
    server.world.clock().advance(2 * 86_400_000);
    ada.post_photo("orientation-1.jpg", "#fog again").await;
    ada.post_photo("orientation-1.jpg", "#fog and again").await;
    bea.post_photo("orientation-1.jpg", "#FOG").await;
    bea.post_album(&["orientation-1.jpg"], "#fog for few", "followers", &[""]).await;
    let nobody = Api::nobody(&server);
    let said = nobody.get("/api/v1/tags/FOG").await.fine();
    let keys: Vec<&str> = said.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["featuring", "following", "history", "id", "name", "url"]);
    assert_eq!((&said["name"], &said["url"]), (&json!("fog"), &json!("https://a.test/tags/fog")));
    assert_eq!((&said["following"], &said["featuring"]), (&json!(false), &json!(false)), "never null");
    let history = said["history"].as_array().unwrap();
    assert_eq!(history.len(), 7);
    let day = |n: usize| (history[n]["uses"].as_str().unwrap(), history[n]["accounts"].as_str().unwrap());
    assert_eq!((day(0), day(1), day(2)), (("3", "2"), ("0", "0"), ("1", "1")), "today first, numbers in text");
    assert_eq!(history[0]["day"].as_str().unwrap().parse::<i64>().unwrap() % 86_400, 0);
    let unknown = nobody.get("/api/v1/tags/nothing").await.fine();
    assert_eq!((&unknown["name"], &unknown["history"][0]["uses"]), (&json!("nothing"), &json!("0")));
    assert_eq!(nobody.get("/api/v1/tags/fog/").await.fine(), said, "as Ice Cubes asks");
    assert_eq!(nobody.get("/api/v1/tags/%20").await.status, 404);
}

#[tokio::test]
async fn what_carries_a_followed_hashtag_comes_home() {
    let server = Server::start("a.test").await;
    let ada = Api::of(&server.owner("ada").await).await;
    let (bea, cleo) = (server.person("bea").await, server.person("cleo").await);
    bea.post_photo("orientation-1.jpg", "Old #fog").await;
    let said = ada.post("/api/v1/tags/Fog/follow", &[]).await.fine();
    assert_eq!((&said["name"], &said["following"]), (&json!("fog"), &json!(true)));
    bea.post_photo("orientation-1.jpg", "New #fog").await;
    bea.post_photo("orientation-1.jpg", "Other #sea").await;
    let both = cleo.post_photo("orientation-1.jpg", "Both #fog #sea").await;
    cleo.post_album(&["orientation-1.jpg"], "Quiet #fog", "quiet", &[""]).await;
    cleo.reply(&both.path, "An answer #fog").await;
    assert_eq!(texts(&server, &ada).await, ["Both #fog #sea", "New #fog", "Old #fog"]);
    ada.post("/api/v1/tags/sea/follow", &[]).await.fine();
    assert_eq!(texts(&server, &ada).await.len(), 4);
    let followed = ada.get("/api/v1/followed_tags").await.fine();
    let names: Vec<&Value> = followed.as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    assert_eq!(names, [&json!("sea"), &json!("fog")], "the last first");
    assert_eq!(ada.walk("/api/v1/followed_tags?limit=1").await.len(), 2);
    ada.post(&format!("/api/v1/accounts/{}/follow", id_of(&Api::of(&bea).await).await), &[]).await.fine();
    let said = ada.post("/api/v1/tags/fog/unfollow", &[]).await.fine();
    assert_eq!(said["following"], false);
    let kept = texts(&server, &ada).await;
    assert_eq!(kept, ["Both #fog #sea", "Other #sea", "New #fog", "Old #fog"], "what is home for more than that stays");
    ada.post("/api/v1/tags/sea/unfollow", &[]).await.fine();
    assert_eq!(texts(&server, &ada).await, ["Other #sea", "New #fog", "Old #fog"], "as bea is followed");
    assert_eq!(ada.get("/api/v1/followed_tags").await.fine(), json!([]));
    assert_eq!(ada.post("/api/v1/tags/%23/follow", &[]).await.status, 404);
}

#[tokio::test]
async fn a_photo_from_elsewhere_comes_home_by_its_hashtag() {
    let scene = Scene::new().await;
    let ada = Api::of(&scene.ada).await;
    ada.post("/api/v1/tags/fog/follow", &[]).await.fine();
    let mut note = scene.bob.photo_note("Mist", "orientation-1.jpg", "Mist");
    note["tag"] = json!([
        { "type": "Mention", "href": scene.ada_id, "name": "@ada@a.test" },
        { "type": "Hashtag", "href": "https://peer.test/tags/fog", "name": "#fog" },
    ]);
    note["cc"] = json!([scene.bob.followers(), scene.ada_id]);
    scene.heard(&scene.bob.create(&note)).await;
    assert_eq!(texts(&scene.a, &ada).await, ["Mist"]);
}

#[tokio::test]
async fn hashtags_stand_at_the_head_of_a_profile() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let api = Api::of(&ada).await;
    let me = id_of(&api).await;
    ada.post_photo("orientation-1.jpg", "#Fog #sea").await;
    ada.post_photo("orientation-1.jpg", "#fog").await;
    let offered = api.get("/api/v1/featured_tags/suggestions").await.fine();
    assert_eq!((&offered[0]["name"], &offered[1]["name"]), (&json!("fog"), &json!("sea")), "the most used first");
    let said = api.post("/api/v1/featured_tags", &[("name", "#Fog")]).await.fine();
    let day = said["last_status_at"].as_str().unwrap();
    assert_eq!(day.len(), 10);
    let id = said["id"].as_str().unwrap();
    let expected = json!({
        "id": id, "name": "fog", "url": "https://a.test/tags/fog", "statuses_count": "2", "last_status_at": day,
    });
    assert_eq!(said, expected);
    assert_eq!(api.get("/api/v1/featured_tags").await.fine(), json!([expected]));
    assert_eq!(
        Api::nobody(&server).get(&format!("/api/v1/accounts/{me}/featured_tags")).await.fine(),
        json!([expected])
    );
    assert_eq!(api.get("/api/v1/tags/fog").await.fine()["featuring"], true);
    assert_eq!(
        api.get("/api/v1/featured_tags/suggestions").await.fine()[0]["name"],
        "sea",
        "what is shown is not offered"
    );
    assert!(server.visitor().page("/@ada").await.link("/tags/fog").is_some(), "on her page too");
    assert_eq!(api.form(Method::DELETE, &format!("/api/v1/featured_tags/{id}"), &[]).await.fine(), json!({}));
    assert_eq!(api.form(Method::DELETE, &format!("/api/v1/featured_tags/{id}"), &[]).await.status, 404);
    assert_eq!(api.post("/api/v1/tags/quay/feature", &[]).await.fine()["featuring"], true, "used or not");
    assert_eq!(api.get("/api/v1/featured_tags").await.fine()[0]["statuses_count"], "0");
    assert_eq!(api.post("/api/v1/tags/quay/unfeature", &[]).await.fine()["featuring"], false);
    assert_eq!(api.get("/api/v1/featured_tags").await.fine(), json!([]));
    assert_eq!(api.post("/api/v1/featured_tags", &[("name", "no tag")]).await.status, 422);
    for n in 0..10 {
        api.post("/api/v1/featured_tags", &[("name", &format!("tag{n}"))]).await.fine();
    }
    assert_eq!(api.post("/api/v1/featured_tags", &[("name", "one_more")]).await.status, 422);
}

#[tokio::test]
async fn other_servers_hear_of_a_hashtag_at_the_head_of_a_profile() {
    let scene = Scene::followed().await;
    let api = Api::of(&scene.ada).await;
    let id = api.post("/api/v1/featured_tags", &[("name", "Fog")]).await.fine()["id"].as_str().unwrap().to_owned();
    let add = scene.peer.expect("Add").await;
    assert_eq!((&add["object"]["type"], &add["object"]["name"]), (&json!("Hashtag"), &json!("#Fog")));
    api.form(Method::DELETE, &format!("/api/v1/featured_tags/{id}"), &[]).await.fine();
    assert_eq!(scene.peer.expect("Remove").await["object"]["name"], "#Fog");
}

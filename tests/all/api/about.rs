//! The server, in parts: its rules, whom it knows, and what a link to a post shows.

use crate::support::*;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_rules_are_told_wherever_one_looks_for_them() {
    let server = Server::start_with("a.test", &[("rules", "Be kind.,Post what is yours.")]).await;
    let api = Api::nobody(&server);
    let rules = api.get("/api/v1/instance/rules").await.fine();
    let rule = |id: &str, text: &str| json!({ "id": id, "text": text, "hint": "", "translations": {} });
    assert_eq!(rules, json!([rule("1", "Be kind."), rule("2", "Post what is yours.")]));
    for path in ["/api/v1/instance", "/api/v2/instance"] {
        assert_eq!(api.get(path).await.fine()["rules"], rules, "{path}");
    }
    assert!(server.visitor().page("/about").await.says("Post what is yours."));
    let said = api.get("/api/v1/instance/extended_description").await.fine();
    assert_eq!(said["content"], "<p>A quiet place for photographs.</p>");
    assert!(said["updated_at"].as_str().unwrap().ends_with('Z'), "{said}");
    server.quiet().await;
    server.world.clock().advance(86_400_000);
    assert_eq!(api.get("/api/v1/instance/extended_description").await.fine(), said, "since when it is said");
}

#[tokio::test]
async fn servers_that_are_known_are_told_without_those_kept_out() {
    let scene = Scene::among(&["third.test"]).await;
    let third = scene.world().peer("third.test");
    third.actor("carol").follow(&scene.ada_id).await;
    third.expect("Accept").await;
    scene.bob_follows().await;
    let api = Api::nobody(&scene.a);
    let all = api.get("/api/v1/instance/peers").await.fine();
    assert_eq!(all, json!([scene.peer.host, "third.test"]));
    cyanotype::service::moderation::block_domain(&scene.a.app, "third.test", "").await.unwrap();
    assert_eq!(api.get("/api/v1/instance/peers").await.fine(), json!([scene.peer.host]));
}

#[tokio::test]
async fn a_link_to_a_post_shows_what_everybody_may_see() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let open = ada.post_photo("photo-dahlia.jpg", "A dahlia").await;
    let narrow = ada.post_album(&["photo-dahlia.jpg"], "For followers", "followers", &[]).await;
    let (api, own) = (Api::nobody(&server), Api::of(&ada).await);
    let ask = |path: &str, more: &str| {
        format!(
            "/api/oembed?url={}{more}",
            url::form_urlencoded::byte_serialize(server.url(path).as_bytes()).collect::<String>()
        )
    };
    let said = api.get(&ask(&open.path, "")).await.fine();
    assert_eq!((&said["type"], &said["version"], &said["title"]), (&json!("photo"), &json!("1.0"), &json!("A dahlia")));
    assert_eq!((&said["author_name"], &said["author_url"]), (&json!("ada"), &json!("https://a.test/@ada")));
    let picture =
        image::load_from_memory(&server.ask(said["url"].as_str().unwrap(), "image/*").await.bytes().await.unwrap());
    assert_eq!(said["width"].as_u64(), Some(picture.unwrap().width().into()));
    let small = api.get(&ask(&open.path, "&maxwidth=1000")).await.fine();
    assert!(small["width"].as_i64().unwrap() <= 1_000, "{small}");
    let tiny = api.get(&ask(&open.path, "&maxwidth=10")).await.fine();
    assert_eq!((&tiny["type"], &tiny["url"]), (&json!("link"), &Value::Null));
    let page = server.visitor().page(&open.path).await;
    assert!(
        page.html.contains("application/json+oembed") && page.html.contains("/api/oembed?url=https"),
        "{}",
        page.html
    );
    for api in [&api, &own] {
        assert_eq!(api.get(&ask(&narrow.path, "")).await.status, 404, "also for those who may see it");
    }
    assert!(!ada.page(&narrow.path).await.html.contains("oembed"));
    for other in ["/@ada", "/about", "/@ada/1"] {
        assert_eq!(api.get(&ask(other, "")).await.status, 404, "{other}");
    }
    assert_eq!(api.get("/api/oembed?url=https%3A%2F%2Felsewhere.test%2F%40bob%2F1").await.status, 404);
    assert_eq!(api.get(&ask(&open.path, "&format=xml")).await.status, 501);
    assert_eq!(api.get("/api/oembed").await.status, 422);
}

#[tokio::test]
async fn the_front_page_tells_the_time_without_being_read() {
    let server = Server::start("a.test").await;
    server.owner("ada").await;
    let api = Api::nobody(&server);
    let said = api.send(api.request(Method::HEAD, "/")).await;
    assert_eq!((said.status, said.text.as_str()), (200, ""));
    assert!(said.header("date").ends_with(" GMT"), "{}", said.header("date"));
}

#[tokio::test]
async fn who_uses_the_server_through_apps_is_counted_wherever_one_looks() {
    let server = Server::start("a.test").await;
    let (ada, eve) = (server.owner("ada").await, server.person("eve").await);
    let (hers, nobody) = (Api::of(&ada).await, Api::nobody(&server));
    Api::of(&eve).await;
    server.quiet().await;
    server.world.clock().advance(40 * 86_400_000);
    hers.get("/api/v1/preferences").await.fine();
    server.quiet().await;
    assert_eq!(nobody.get("/api/v2/instance").await.fine()["usage"]["users"]["active_month"], 1);
    for version in ["2.0", "2.1"] {
        let usage = nobody.get(&format!("/nodeinfo/{version}")).await.fine()["usage"]["users"].clone();
        assert_eq!((&usage["activeMonth"], &usage["activeHalfyear"]), (&json!(1), &json!(2)), "{version}");
    }
}

//! Pixelfed's own app finds what it asks for, and nobody else is told that this were Pixelfed.

use crate::support::*;
use cyanotype::store::reports;
use reqwest::Method;
use serde_json::{Value, json};

async fn id_of(api: &Api, name: &str) -> String {
    api.get(&format!("/api/v1.1/accounts/username/{name}?_pe=1")).await.fine()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn pixelfeds_app_is_let_in_by_one_word_at_its_own_address_alone() {
    let server = Server::start("a.test").await;
    server.owner("ada").await;
    let nobody = Api::nobody(&server);
    let gate = nobody.get("/api/nodeinfo/2.0.json").await.fine();
    assert_eq!((&gate["version"], &gate["software"]["name"]), (&json!("2.0"), &json!("pixelfed")));
    let version: Vec<u64> =
        gate["software"]["version"].as_str().unwrap().split('.').map(|part| part.parse().unwrap()).collect();
    assert!(version >= vec![0, 12, 3], "{version:?}");
    let real = &gate["metadata"]["software"];
    assert_eq!((&real["name"], &real["version"]), (&json!("cyanotype"), &json!(env!("CARGO_PKG_VERSION"))));
    assert_eq!(gate["usage"]["users"]["total"], 1);
    for path in ["/nodeinfo/2.0", "/nodeinfo/2.1", "/api/v1/instance", "/api/v2/instance", "/.well-known/nodeinfo"] {
        let said = nobody.get(path).await;
        assert_eq!(said.status, 200, "{path}");
        assert!(!said.text.to_lowercase().contains("pixelfed"), "{path}: {}", said.text);
    }
    let other = nobody.get("/nodeinfo/2.0").await.fine();
    assert_eq!((&other["software"]["name"], &other["usage"]), (&json!("cyanotype"), &gate["usage"]));
}

#[tokio::test]
async fn an_administrator_can_take_that_word_back() {
    let server = Server::start_with("a.test", &[("pixelfed_app", "false")]).await;
    assert_eq!(Api::nobody(&server).get("/api/nodeinfo/2.0.json").await.status, 404);
}

#[tokio::test]
async fn pixelfeds_app_learns_the_true_limits() {
    let server =
        Server::start_with("a.test", &[("max_photos", "12"), ("max_caption", "777"), ("max_alt", "1234")]).await;
    let api = Api::of(&server.owner("ada").await).await;
    let compose = api.get("/api/v1.1/compose/settings").await.fine();
    let expected = json!({ "default_scope": "public", "default_license": 1, "media_descriptions": false,
        "max_altext_length": 1234, "max_media_attachments": 12 });
    assert_eq!(compose, expected);
    let usual = [("source[privacy]", "private")];
    api.form(reqwest::Method::PATCH, "/api/v1/accounts/update_credentials", &usual).await.fine();
    let compose = api.get("/api/v1.1/compose/settings").await.fine();
    assert_eq!(compose["default_scope"], "private", "the app posts as this says");
    let config = api.get("/api/v2/config").await.fine();
    assert_eq!(config["account"]["max_bio_length"], cyanotype::service::limits::BIO);
    assert_eq!(
        (&config["uploader"]["album_limit"], &config["uploader"]["max_caption_length"]),
        (&json!(12), &json!(777))
    );
    for pushes in ["/api/v1.1/nag/state", "/api/v1.1/push/state"] {
        assert_eq!(api.get(pushes).await.fine(), json!({ "active": false }), "{pushes}");
    }
    let settings = api.get("/api/pixelfed/v1/app/settings").await.fine();
    assert_eq!((&settings["username"], &settings["updated_at"]), (&json!("ada"), &Value::Null));
    let common = settings["common"].as_object().unwrap();
    assert_eq!(common.keys().map(String::as_str).collect::<Vec<_>>(), ["appearance", "media", "timelines"]);
    for absent in ["/api/v1.2/stories/carousel", "/api/v1.1/collections/self"] {
        assert_eq!(api.get(absent).await.status, 404, "{absent}: what is not there is not made up");
    }
}

#[tokio::test]
async fn pixelfeds_app_finds_people_by_name_as_far_as_they_may_meet() {
    let server = Server::start("a.test").await;
    let (ada, ben) = (server.owner("ada").await, server.person("ben").await);
    ada.block("@ben@a.test").await;
    let path = "/api/v1.1/accounts/username/ada?_pe=1";
    assert_eq!(Api::nobody(&server).get(path).await.fine()["acct"], "ada");
    assert_eq!(Api::of(&ben).await.get(path).await.status, 404, "403 would sign him out");
    let hers = Api::of(&ada).await;
    assert_eq!(hers.get("/api/v1.1/accounts/username/nobody").await.status, 404);
    let (bob, eve) = (server.person("bob").await, server.person("eve").await);
    ada.follow("@bob@a.test").await;
    bob.follow("@eve@a.test").await;
    let shared = hers.get(&format!("/api/v1.1/accounts/mutuals/{}", id_of(&hers, "eve").await)).await.fine();
    assert_eq!((shared[0]["acct"].as_str(), shared.as_array().unwrap().len()), (Some("bob"), 1));
    let gone = Api::of(&eve).await.form(Method::DELETE, "/api/v1.1/accounts/avatar", &[]).await.fine();
    assert!(gone["avatar"].as_str().unwrap().ends_with("/missing.png"));
}

#[tokio::test]
async fn pixelfeds_app_shows_what_is_liked_here_and_elsewhere() {
    let server = Server::start("a.test").await;
    let (ada, bob, eve) = (server.owner("ada").await, server.person("bob").await, server.person("eve").await);
    let first = ada.post_photo("orientation-1.jpg", "First #fog #sea").await;
    let second = bob.post_photo("orientation-2.jpg", "Second #fog #dusk").await;
    bob.post_photo("orientation-3.jpg", "Nobody likes it #fog #sea").await;
    eve.like(&second.path).await;
    bob.boost(&first.path).await;
    eve.follow("@bob@a.test").await;
    let api = Api::of(&eve).await;
    let of_day = "/api/v1.1/discover/posts/trending?range=daily";
    assert_eq!(api.get(of_day).await.ids(), [first.number.as_str(), &second.number], "a boost counts more than a like");
    server.quiet().await;
    server.world.clock().advance(3 * 86_400_000);
    assert!(api.get(of_day).await.ids().is_empty());
    for range in ["monthly", "yearly"] {
        assert_eq!(api.get(&format!("/api/v1.1/discover/posts/trending?range={range}")).await.ids().len(), 2);
    }
    assert!(api.get("/api/v1.1/discover/posts/network/trending").await.ids().is_empty(), "all of it is from here");
    let popular = api.get("/api/v1.1/discover/accounts/popular").await.fine();
    assert_eq!((popular[0]["acct"].as_str(), popular.as_array().unwrap().len()), (Some("bob"), 1));
    let tags = api.get("/api/v1.1/discover/posts/hashtags").await.fine();
    let expected = json!({ "id": tags[0]["id"], "name": "#fog", "hashtag": "fog", "url": "https://a.test/tags/fog",
        "count": 3 });
    assert_eq!((&tags[0], tags[1]["hashtag"].as_str(), tags.as_array().unwrap().len()), (&expected, Some("sea"), 2));
    let related = api.get("/api/v1/tags/fog/related").await.fine();
    assert_eq!(related, json!([{ "name": "sea", "related_count": 2 }, { "name": "dusk", "related_count": 1 }]));
}

#[tokio::test]
async fn pixelfeds_app_reports_people_and_posts_in_words_of_its_own() {
    let server = Server::start("a.test").await;
    let (ada, eve) = (server.owner("ada").await, server.person("eve").await);
    let post = ada.post_photo("orientation-1.jpg", "Mine").await;
    let hidden = ada.post_album(&["orientation-1.jpg"], "For followers", "followers", &[]).await;
    let api = Api::of(&eve).await;
    let ada_id = id_of(&api, "ada").await;
    let report = async |kind: &str, id: &str, word: &str| {
        let body = json!({ "object_type": kind, "object_id": id, "report_type": word });
        api.json(Method::POST, "/api/v1.1/report", &body).await
    };
    let said = report("user", &ada_id, "impersonation").await.fine();
    assert_eq!(said["msg"], "Successfully sent report");
    report("post", &post.number, "copyright").await.fine();
    let own = id_of(&api, "eve").await;
    for (kind, id, word, code) in [
        ("post", &*hidden.number, "spam", "ERROR_INVALID_OBJECT_ID"),
        ("post", "ten", "spam", "ERROR_INVALID_OBJECT_ID"),
        ("story", &*post.number, "spam", "ERROR_REPORT_OBJECT_TYPE_INVALID"),
        ("post", &*post.number, "boring", "ERROR_TYPE_INVALID"),
        ("post", &*post.number, "", "ERROR_INVALID_PARAMS"),
        ("user", &*own, "spam", "ERROR_NO_SELF_REPORTS"),
    ] {
        let said = report(kind, id, word).await;
        assert_eq!((said.status, &said.body["error_code"]), (400, &json!(code)), "{kind} {id} {word}: {}", said.text);
        assert!(said.body["error"].is_string());
    }
    let kept = reports::page(&server.app.db.read, true, cyanotype::store::Cursor::first(10)).await.unwrap();
    let kept: Vec<_> =
        kept.iter().map(|row| (row.category.as_str(), row.comment.as_str(), row.posts.as_str())).collect();
    let of_post = format!("[{}]", post.number);
    assert_eq!(kept, [("legal", "copyright", of_post.as_str()), ("violation", "impersonation", "[]")]);
}

#[tokio::test]
async fn pixelfeds_app_reads_and_writes_messages_between_two_people() {
    let server = Server::start("a.test").await;
    let (ada, bob, eve) = (server.owner("ada").await, server.person("bob").await, server.person("eve").await);
    ada.follow("@bob@a.test").await;
    bob.follow("@ada@a.test").await;
    ada.follow("@eve@a.test").await;
    let (hers, his, other) = (Api::of(&ada).await, Api::of(&bob).await, Api::of(&eve).await);
    let people = hers.get("/api/v1.1/direct/compose/mutuals").await.fine();
    let names: Vec<_> = people["data"].as_array().unwrap().iter().map(|person| person["acct"].as_str()).collect();
    assert_eq!(names, [Some("bob")], "who follows back");
    let (ada_id, bob_id) = (id_of(&hers, "ada").await, id_of(&hers, "bob").await);
    let body = json!({ "to_id": bob_id, "message": "Hello there", "type": "text" });
    let sent = hers.json(Method::POST, "/api/v1.1/direct/thread/send", &body).await.fine();
    assert_eq!(
        (&sent["isAuthor"], &sent["text"], &sent["type"]),
        (&json!(true), &json!("Hello there"), &json!("text"))
    );
    let answer = json!({ "to_id": ada_id, "message": "And to you" });
    his.json(Method::POST, "/api/v1.1/direct/thread/send", &answer).await.fine();
    let thread = his.get(&format!("/api/v1.1/direct/thread?pid={ada_id}")).await.fine();
    assert_eq!((&thread["id"], &thread["username"], &thread["isLocal"]), (&json!(ada_id), &json!("ada"), &json!(true)));
    let lines: Vec<(Option<&str>, &Value)> =
        thread["messages"].as_array().unwrap().iter().map(|m| (m["text"].as_str(), &m["isAuthor"])).collect();
    assert_eq!(lines, [(Some("And to you"), &json!(true)), (Some("Hello there"), &json!(false))]);
    let strangers = other.get(&format!("/api/v1.1/direct/thread?pid={ada_id}")).await.fine();
    assert_eq!(strangers["messages"], json!([]));
    let id = sent["reportId"].as_str().unwrap();
    let message = format!("/api/v1.1/direct/thread/message?id={id}");
    for api in [&his, &other] {
        assert_eq!(api.json(Method::DELETE, &message, &json!({})).await.status, 404);
    }
    hers.json(Method::DELETE, &message, &json!({})).await.fine();
    let thread = hers.get(&format!("/api/v1.1/direct/thread?pid={bob_id}")).await.fine();
    assert_eq!(thread["messages"].as_array().unwrap().len(), 1);
    let nothing = json!({ "to_id": bob_id, "message": "  " });
    assert_eq!(hers.json(Method::POST, "/api/v1.1/direct/thread/send", &nothing).await.status, 422);
}

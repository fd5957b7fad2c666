//! Reports from apps.

use crate::support::*;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_report_reaches_the_owner_and_says_what_it_holds() {
    let server = Server::start("a.test").await;
    let owner = server.owner("ada").await;
    let (bea, cleo) = (server.person("bea").await, server.person("cleo").await);
    let post = bea.post_photo("orientation-1.jpg", "Buy this").await;
    let api = Api::of(&cleo).await;
    let target = api.get("/api/v1/accounts/lookup?acct=bea").await.fine();
    let id = target["id"].as_str().unwrap();
    let form = [("account_id", id), ("status_ids[]", &*post.number), ("comment", "An advert"), ("category", "spam")];
    let said = api.post("/api/v1/reports", &form).await.fine();
    let expected = json!({
        "id": said["id"], "action_taken": false, "action_taken_at": null, "category": "spam", "comment": "An advert",
        "forwarded": false, "created_at": said["created_at"], "status_ids": [post.number], "rule_ids": [],
        "target_account": target,
    });
    assert_eq!(said, expected);
    let page = owner.page("/reports").await;
    assert!(page.says("An advert") && page.link(&post.path).is_some(), "{}", page.text());
}

#[tokio::test]
async fn every_reason_and_the_rules_that_are_broken_are_kept() {
    let server = Server::start_with("a.test", &[("rules", "Be kind.,Post what is yours.,No spoilers.")]).await;
    let owner = server.owner("ada").await;
    let (_bea, cleo) = (server.person("bea").await, server.person("cleo").await);
    let api = Api::of(&cleo).await;
    let target = api.get("/api/v1/accounts/lookup?acct=bea").await.fine();
    for category in ["spam", "legal", "violation", "other"] {
        let body = json!({ "account_id": target["id"], "category": category });
        let said = api.json(Method::POST, "/api/v1/reports", &body).await.fine();
        assert_eq!(said["category"], category);
    }
    let body = json!({ "account_id": target["id"], "rule_ids": ["1", "3"] });
    let said = api.json(Method::POST, "/api/v1/reports", &body).await.fine();
    assert_eq!((&said["category"], &said["rule_ids"]), (&json!("violation"), &json!(["1", "3"])));
    let page = owner.page("/reports").await;
    assert!(page.says("Be kind.") && page.says("No spoilers.") && !page.says("Post what is yours."), "{}", page.text());
    let said = api.json(Method::POST, "/api/v1/reports", &json!({ "account_id": target["id"] })).await.fine();
    assert_eq!((&said["category"], &said["comment"]), (&json!("other"), &json!("")));
    let long = "x".repeat(1_001);
    for (wrong, status) in [
        (json!({}), 422),
        (json!({ "account_id": "99" }), 404),
        (json!({ "account_id": target["id"], "comment": long }), 422),
        (json!({ "account_id": target["id"], "status_ids": ["99"] }), 404),
        (json!({ "account_id": target["id"], "rule_ids": ["1", "4"] }), 422),
        (json!({ "account_id": target["id"], "rule_ids": ["01"] }), 422),
    ] {
        let said = api.json(Method::POST, "/api/v1/reports", &wrong).await;
        assert_eq!(said.status, status, "{wrong}: {}", said.text);
    }
}

#[tokio::test]
async fn a_report_goes_on_to_the_other_server_without_a_name() {
    let scene = Scene::following().await;
    let note = scene.bob.photo_note("Wrong", "orientation-1.jpg", "Wrong");
    scene.heard(&scene.bob.create(&note)).await;
    let api = Api::of(&scene.ada).await;
    let home = api.get("/api/v1/timelines/home").await.fine();
    let (post, bob) = (home[0]["id"].as_str().unwrap(), home[0]["account"]["id"].as_str().unwrap());
    let form = [("account_id", bob), ("status_ids[]", post), ("comment", "Not nice"), ("forward", "true")];
    let said = api.post("/api/v1/reports", &form).await.fine();
    assert_eq!(said["forwarded"], true);
    let flag = scene.peer.expect("Flag").await;
    let named: Vec<&str> = flag["object"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    assert!(named.contains(&&*scene.bob.id) && named.contains(&note["id"].as_str().unwrap()), "{flag}");
    assert_eq!(flag["content"], "Not nice");
    assert!(!flag.to_string().contains(&scene.ada_id), "{flag}");
    let quiet = [("account_id", bob)];
    assert_eq!(api.post("/api/v1/reports", &quiet).await.fine()["forwarded"], Value::Bool(false));
}

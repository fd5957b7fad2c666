//! What somebody wants to be told of, and who waits until she asks.

use super::notifications::Told;
use crate::support::*;
use reqwest::Method;
use serde_json::{Value, json};

const POLICY: &str = "/api/v2/notifications/policy";
const REQUESTS: &str = "/api/v1/notifications/requests";
const LIST: &str = "/api/v1/notifications";

/// Ada, who wants to hear nobody at once whom she does not follow.
async fn wary() -> Told {
    let told = Told::new().await;
    told.api.form(Method::PATCH, POLICY, &[("for_not_following", "filter")]).await.fine();
    told
}

#[tokio::test]
async fn everything_is_told_unless_one_says_otherwise() {
    let told = Told::new().await;
    let policy = told.api.get(POLICY).await.fine();
    let all = json!({
        "for_not_following": "accept", "for_not_followers": "accept", "for_new_accounts": "accept",
        "for_private_mentions": "accept", "for_limited_accounts": "accept",
        "summary": { "pending_requests_count": 0, "pending_notifications_count": 0 },
    });
    assert_eq!(policy, all);
    let said = told.api.json(Method::PUT, POLICY, &json!({ "for_new_accounts": "drop" })).await.fine();
    assert_eq!((&said["for_new_accounts"], &said["for_not_following"]), (&json!("drop"), &json!("accept")));
    assert_eq!(told.api.get(POLICY).await.fine(), said);
    let wrong = told.api.form(Method::PATCH, POLICY, &[("for_new_accounts", "never")]).await;
    assert_eq!(wrong.status, 422);
}

#[tokio::test]
async fn whoever_is_filtered_waits_until_she_is_let_in() {
    let told = wary().await;
    told.ada.follow("@eve@a.test").await;
    let post = told.ada.post_photo("orientation-1.jpg", "Fern").await;
    told.eve.like(&post.path).await;
    told.zoe.like(&post.path).await;
    told.zoe.reply(&post.path, "Lovely").await;
    assert_eq!(told.list(LIST).await, ["favourite eve"]);
    assert!(!told.ada.notifications().await.says("replied"), "nor on the page");
    let all = told.api.get(&format!("{LIST}?include_filtered=true")).await.fine();
    assert_eq!((all.as_array().unwrap().len(), &all[0]["filtered"]), (3, &json!(true)));
    let summary = told.api.get(POLICY).await.fine()["summary"].clone();
    assert_eq!(summary, json!({ "pending_requests_count": 1, "pending_notifications_count": 2 }));
    let requests = told.api.get(REQUESTS).await.fine();
    let request = &requests[0];
    let keys: Vec<&str> = request.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys.join(" "), "account created_at id last_status notifications_count updated_at");
    assert_eq!((&request["account"]["acct"], &request["notifications_count"]), (&json!("zoe"), &json!("2")));
    assert!(request["last_status"]["content"].as_str().unwrap().contains("Lovely"));
    let one = format!("{REQUESTS}/{}", request["id"].as_str().unwrap());
    assert_eq!(told.api.get(&one).await.fine(), *request);
    assert_eq!(told.api.post(&format!("{one}/accept"), &[]).await.fine(), json!({}));
    assert_eq!(told.api.get(&format!("{REQUESTS}/merged")).await.fine(), json!({ "merged": true }));
    assert_eq!(told.list(LIST).await, ["mention zoe", "favourite zoe", "favourite eve"]);
    assert_eq!(told.api.get(&one).await.status, 404);
    told.zoe.follow("@ada@a.test").await;
    assert_eq!(told.list(LIST).await.first().map(String::as_str), Some("follow zoe"), "from now on too");
}

#[tokio::test]
async fn what_is_dropped_is_never_told() {
    let told = Told::new().await;
    told.api
        .form(Method::PATCH, POLICY, &[("for_not_followers", "drop"), ("for_not_following", "filter")])
        .await
        .fine();
    let post = told.ada.post_photo("orientation-1.jpg", "Fern").await;
    told.zoe.like(&post.path).await;
    assert_eq!(told.api.get(&format!("{LIST}?include_filtered=true")).await.fine(), json!([]));
    assert_eq!(told.api.get(REQUESTS).await.fine(), json!([]));
}

#[tokio::test]
async fn strangers_cannot_write_to_somebody_alone_who_does_not_want_it() {
    let told = Told::new().await;
    told.api.form(Method::PATCH, POLICY, &[("for_private_mentions", "filter")]).await.fine();
    let post = told.ada.post_album(&["orientation-1.jpg"], "For @eve", "mentioned", &[]).await;
    told.eve.reply(&post.path, "In answer").await;
    told.zoe.post_album(&["orientation-1.jpg"], "Unasked @ada", "mentioned", &[]).await;
    told.zoe.post_photo("orientation-1.jpg", "In the open @ada").await;
    assert_eq!(told.list(LIST).await, ["mention zoe", "mention eve"]);
    let waiting = told.api.get(REQUESTS).await.fine();
    assert!(waiting[0]["last_status"]["content"].as_str().unwrap().contains("Unasked"), "{waiting}");
}

#[tokio::test]
async fn many_requests_are_answered_at_once() {
    let told = wary().await;
    let post = told.ada.post_photo("orientation-1.jpg", "Fern").await;
    let dora = told.server.person("dora").await;
    for person in [&told.eve, &told.zoe, &dora] {
        person.like(&post.path).await;
    }
    let waiting: Vec<Value> = told.api.walk(&format!("{REQUESTS}?limit=1")).await;
    let id = |n: usize| waiting[n]["id"].as_str().unwrap();
    assert_eq!(waiting.len(), 3);
    told.api.post(&format!("{REQUESTS}/accept"), &[("id[]", id(0)), ("id[]", id(1))]).await.fine();
    assert_eq!(told.list(LIST).await.len(), 2);
    told.api.post(&format!("{REQUESTS}/dismiss"), &[("id[]", id(2))]).await.fine();
    assert_eq!(told.api.get(REQUESTS).await.fine(), json!([]));
    assert_eq!(told.api.get(&format!("{LIST}?include_filtered=true")).await.ids().len(), 2, "gone unheard");
}

#[tokio::test]
async fn r098_nobody_answers_requests_of_somebody_else() {
    let told = wary().await;
    let post = told.ada.post_photo("orientation-1.jpg", "Fern").await;
    told.zoe.like(&post.path).await;
    let id = told.api.get(REQUESTS).await.ids().remove(0);
    let zoe = Api::of(&told.zoe).await;
    assert_eq!(zoe.get(&format!("{REQUESTS}/{id}")).await.status, 404);
    for deed in ["accept", "dismiss"] {
        assert_eq!(zoe.post(&format!("{REQUESTS}/{id}/{deed}"), &[]).await.status, 404);
        assert_eq!(zoe.post(&format!("{REQUESTS}/{deed}"), &[("id[]", &id)]).await.status, 404);
    }
    assert_eq!(told.api.get(REQUESTS).await.ids(), [id]);
}

#[tokio::test]
async fn older_apps_set_the_policy_with_yes_and_no() {
    let told = Told::new().await;
    let path = "/api/v1/notifications/policy";
    let said = told.api.json(Method::PUT, path, &json!({ "filter_not_following": true })).await.fine();
    let keys: Vec<&str> = said.as_object().unwrap().keys().map(String::as_str).collect();
    let every = "filter_new_accounts filter_not_followers filter_not_following filter_private_mentions summary";
    assert_eq!(keys.join(" "), every);
    assert_eq!((&said["filter_not_following"], &said["filter_new_accounts"]), (&json!(true), &json!(false)));
    assert_eq!(told.api.get(POLICY).await.fine()["for_not_following"], "filter");
    told.api.form(Method::PATCH, path, &[("filter_not_following", "false")]).await.fine();
    assert_eq!(told.api.get(path).await.fine()["filter_not_following"], false);
}

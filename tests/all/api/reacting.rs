//! What people do with posts in apps, and what they are shown of it.

use crate::support::*;
use serde_json::{Value, json};

async fn two() -> (Server, Person, Api, Api, String) {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let api = Api::of(&ada).await;
    let eve = Api::of(&server.person("eve").await).await;
    let id = api.say("Look").await["id"].as_str().unwrap().to_owned();
    (server, ada, api, eve, id)
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|a| a["acct"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_post_is_liked_and_who_likes_it_is_told_and_listed() {
    let (server, ada, api, eve, id) = two().await;
    let said = eve.with_post(&id, "favourite").await.fine();
    assert_eq!((&said["id"], &said["favourited"], &said["favourites_count"]), (&json!(id), &json!(true), &json!(1)));
    assert_eq!(eve.with_post(&id, "favourite").await.fine()["favourites_count"], 1, "twice is once");
    assert_eq!(api.get(&format!("/api/v1/statuses/{id}")).await.fine()["favourited"], false, "it is eve's mark");
    let by = Api::nobody(&server).get(&format!("/api/v1/statuses/{id}/favourited_by")).await.fine();
    assert_eq!(names(&by), ["eve"]);
    assert!(ada.notifications().await.says("eve"));
    let said = eve.with_post(&id, "unfavourite").await.fine();
    assert_eq!((&said["favourited"], &said["favourites_count"]), (&json!(false), &json!(0)));
    assert_eq!(eve.get("/api/v1/favourites").await.fine(), json!([]));
}

#[tokio::test]
async fn a_boost_is_answered_with_its_wrapper_and_taken_back_with_the_post() {
    let (_server, _ada, api, eve, id) = two().await;
    let wrapper = eve.with_post(&id, "reblog").await.fine();
    assert_ne!(wrapper["id"], id);
    let original = &wrapper["reblog"];
    assert_eq!(
        (&original["id"], &original["reblogged"], &original["reblogs_count"]),
        (&json!(id), &json!(true), &json!(1))
    );
    assert_eq!(wrapper["account"]["acct"], "eve");
    assert_eq!(eve.with_post(&id, "reblog").await.fine()["id"], wrapper["id"], "twice is once");
    let on_wrapper = eve.with_post(wrapper["id"].as_str().unwrap(), "favourite").await.fine();
    assert_eq!((&on_wrapper["id"], &on_wrapper["favourited"]), (&json!(id), &json!(true)), "the post is meant");
    assert_eq!(names(&api.get(&format!("/api/v1/statuses/{id}/reblogged_by")).await.fine()), ["eve"]);
    let back = eve.with_post(&id, "unreblog").await.fine();
    assert_eq!((&back["id"], &back["reblogged"], &back["reblogs_count"]), (&json!(id), &json!(false), &json!(0)));
    assert_eq!(eve.get(&format!("/api/v1/statuses/{}", wrapper["id"].as_str().unwrap())).await.status, 404);
}

#[tokio::test]
async fn what_one_boosts_stands_in_ones_own_home_too() {
    let (server, _ada, _api, eve, id) = two().await;
    let wrapper = eve.with_post(&id, "reblog").await.fine();
    server.quiet().await;
    assert_eq!(eve.get("/api/v1/timelines/home").await.ids(), [wrapper["id"].as_str().unwrap()]);
    eve.with_post(&id, "unreblog").await.fine();
    server.quiet().await;
    assert!(eve.get("/api/v1/timelines/home").await.ids().is_empty());
    let narrow = eve.post(&format!("/api/v1/statuses/{id}/reblog"), &[("visibility", "private")]).await;
    assert_eq!(narrow.status, 422, "it would be seen by more than she thinks: {}", narrow.text);
}

#[tokio::test]
async fn nobody_pins_what_somebody_else_posted() {
    let (_server, _ada, _api, eve, id) = two().await;
    assert_eq!(eve.with_post(&id, "pin").await.status, 422);
    assert_eq!(eve.with_post("12345", "pin").await.status, 404);
}

#[tokio::test]
async fn what_one_keeps_and_likes_is_listed_in_the_order_of_doing_so() {
    let (_server, _ada, api, eve, first) = two().await;
    let second = api.say("And this").await["id"].as_str().unwrap().to_owned();
    let third = api.say("And that").await["id"].as_str().unwrap().to_owned();
    for (deed, list, flag) in
        [("bookmark", "/api/v1/bookmarks", "bookmarked"), ("favourite", "/api/v1/favourites", "favourited")]
    {
        for id in [&second, &third, &first] {
            assert_eq!(eve.with_post(id, deed).await.fine()[flag], true);
        }
        let found = eve.walk(&format!("{list}?limit=1")).await;
        let ids: Vec<&str> = found.iter().map(|s| s["id"].as_str().unwrap()).collect();
        assert_eq!(ids, [&first, &third, &second], "{list}");
        assert!(found.iter().all(|s| s[flag] == true));
        assert_eq!(api.get(list).await.fine(), json!([]), "everybody has her own");
    }
    assert_eq!(eve.with_post(&third, "unbookmark").await.fine()["bookmarked"], false);
    assert_eq!(eve.get("/api/v1/bookmarks").await.ids(), [first.clone(), second.clone()]);
    api.form(reqwest::Method::DELETE, &format!("/api/v1/statuses/{second}"), &[]).await.fine();
    assert_eq!(eve.get("/api/v1/bookmarks").await.ids(), [first], "what is gone is kept by nobody");
}

#[tokio::test]
async fn a_pin_stands_on_the_profile_and_other_servers_hear_of_it() {
    let scene = Scene::followed().await;
    let api = Api::of(&scene.ada).await;
    let post = api.say("My best").await;
    let id = post["id"].as_str().unwrap();
    scene.peer.expect("Create").await;
    assert_eq!(api.with_post(id, "pin").await.fine()["pinned"], true);
    let add = scene.peer.expect("Add").await;
    assert!(add["target"].as_str().unwrap().ends_with("/collections/featured"), "{add}");
    let me = post["account"]["id"].as_str().unwrap();
    assert_eq!(api.get(&format!("/api/v1/accounts/{me}/statuses?pinned=true")).await.ids(), [id]);
    assert_eq!(api.with_post(id, "unpin").await.fine()["pinned"], false);
    scene.peer.expect("Remove").await;
    let photo = api.upload("orientation-1.jpg", "").await;
    let form = [("media_ids[]", photo.as_str()), ("visibility", "private")];
    let narrow = api.post("/api/v1/statuses", &form).await.fine();
    assert_eq!(api.with_post(narrow["id"].as_str().unwrap(), "pin").await.status, 422);
}

#[tokio::test]
async fn a_conversation_that_is_muted_is_told_of_no_more() {
    let (_server, ada, api, eve, id) = two().await;
    let answer = eve.answer(&id, "The first word").await;
    assert!(ada.notifications().await.says("The first word"));
    assert_eq!(api.with_post(&id, "mute").await.fine()["muted"], true);
    let deeper = eve.answer(answer["id"].as_str().unwrap(), "@ada The second word").await;
    eve.answer(&id, "The third word").await;
    let told = ada.notifications().await;
    assert!(!told.says("The second word") && !told.says("The third word"), "{}", told.text());
    let below = api.get(&format!("/api/v1/statuses/{}", deeper["id"].as_str().unwrap())).await.fine();
    assert_eq!(below["muted"], true, "the whole conversation");
    assert_eq!(eve.get(&format!("/api/v1/statuses/{id}")).await.fine()["muted"], false, "ada's choice alone");
    assert_eq!(api.with_post(&id, "unmute").await.fine()["muted"], false);
    eve.answer(&id, "The fourth word").await;
    assert!(ada.notifications().await.says("The fourth word"));
}

#[tokio::test]
async fn whoever_is_blocked_is_in_no_list_of_who_likes() {
    let (server, ada, api, eve, id) = two().await;
    let bob = Api::of(&server.person("bob").await).await;
    for api in [&eve, &bob] {
        api.with_post(&id, "favourite").await.fine();
    }
    let path = format!("/api/v1/statuses/{id}/favourited_by");
    assert_eq!(names(&Value::Array(api.walk(&format!("{path}?limit=1")).await)), ["bob", "eve"]);
    ada.block("@bob@a.test").await;
    assert_eq!(names(&api.get(&path).await.fine()), ["eve"]);
}

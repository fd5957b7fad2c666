//! Posts elsewhere that quote ours (FEP-044f): asked for, allowed, proved, taken back.

use crate::support::*;
use serde_json::{Value, json};

/// Ada lets these quote her.
async fn let_quote(person: &Person, who: &str) {
    let form = person.form("/settings/reach", "/settings/reach").await.set("quotes", who);
    assert_eq!(person.submit(form).await.status, 200);
}

/// A post by somebody that quotes another, served.
fn quoting(actor: &Actor, quoted: &str) -> Value {
    let mut note = actor.photo_note("Look at this", "photo-lake.jpg", "A lake");
    note["quote"] = quoted.into();
    actor.serve(&note);
    note
}

fn request(actor: &Actor, quoted: &str, instrument: impl Into<Value>) -> Value {
    let mut activity = actor.activity("QuoteRequest", quoted);
    activity["instrument"] = instrument.into();
    activity
}

/// Everybody may quote; bob did. Gives the post, his note and the stamp.
async fn quoted() -> (Scene, Posted, Value, String) {
    let scene = Scene::followed().await;
    let_quote(&scene.ada, "everyone").await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let note = quoting(&scene.bob, &post.id);
    scene.tell(&request(&scene.bob, &post.id, note.clone())).await;
    let accept = scene.peer.expect("Accept").await;
    let stamp = accept["result"].as_str().unwrap().to_owned();
    scene.a.quiet().await;
    (scene, post, note, stamp)
}

#[tokio::test]
async fn g17_nobody_quotes_who_does_not_let_her_be_quoted() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    assert_eq!(
        scene.a.document(&post.id).await.1["interactionPolicy"]["canQuote"],
        json!({ "automaticApproval": [scene.ada_id] })
    );
    let note = quoting(&scene.bob, &post.id);
    let asked = request(&scene.bob, &post.id, note["id"].clone());
    scene.tell(&asked).await;
    let reject = scene.peer.expect_delivery("Reject").await;
    assert_eq!(reject.target, "/users/bob/inbox");
    let reject = reject.json.unwrap();
    assert_eq!(reject["actor"], scene.ada_id);
    for name in ["id", "type", "actor", "object", "instrument"] {
        assert_eq!(reject["object"][name], asked[name], "{name}");
    }
}

#[tokio::test]
async fn g17_a_quote_that_is_allowed_gets_a_stamp_that_can_be_fetched() {
    let (scene, post, note, stamp) = quoted().await;
    assert_eq!(
        scene.a.document(&post.id).await.1["interactionPolicy"]["canQuote"],
        json!({ "automaticApproval": [PUBLIC] })
    );
    let (status, document) = scene.a.document(&stamp).await;
    assert_eq!(status, 200);
    assert_eq!(document["type"], "QuoteAuthorization");
    assert_eq!((&document["id"], &document["attributedTo"]), (&json!(stamp), &json!(scene.ada_id)));
    assert_eq!((&document["interactingObject"], &document["interactionTarget"]), (&note["id"], &json!(post.id)));
    assert!(scene.ada.notifications().await.says("quotes your post"));
    let page = scene.a.visitor().page(&post.path).await;
    assert!(page.says("Quoted elsewhere") && page.post_of(&scene.bob.acct()).is_some(), "{}", page.text());
    assert_eq!(scene.a.document(&stamp.replace("/stamps/", "/stamps/1")).await.0, 404);
}

#[tokio::test]
async fn a_request_asked_again_is_answered_again_with_the_same_stamp() {
    let (scene, post, note, stamp) = quoted().await;
    let again = request(&scene.bob, &post.id, note["id"].clone());
    for _ in 0..2 {
        scene.tell(&again).await;
        assert_eq!(scene.peer.expect("Accept").await["result"], stamp);
    }
}

#[tokio::test]
async fn g17_only_followers_quote_where_only_they_may() {
    let scene = Scene::among(&["third.test"]).await;
    scene.bob_follows().await;
    let third = scene.world().peer("third.test");
    let carol = third.actor("carol");
    let_quote(&scene.ada, "followers").await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let note = quoting(&carol, &post.id);
    carol.tell(&scene.inbox, &request(&carol, &post.id, note)).await;
    third.expect("Reject").await;
    let note = quoting(&scene.bob, &post.id);
    scene.tell(&request(&scene.bob, &post.id, note)).await;
    scene.peer.expect("Accept").await;
}

#[tokio::test]
async fn g17_a_quote_taken_back_loses_its_stamp_for_good() {
    let (scene, post, note, stamp) = quoted().await;
    let number = stamp.rsplit('/').next().unwrap();
    let action = format!("{}/quotes/{number}/revoke", post.path);
    let eve = scene.a.person("eve").await;
    assert!(eve.page(&post.path).await.form(&action).is_none());
    scene.ada.press(&post.path, &action).await;
    let delete = scene.peer.expect("Delete").await;
    assert_eq!(delete["object"], json!({ "id": stamp, "type": "QuoteAuthorization" }));
    assert_eq!(delete["to"], json!([scene.bob.id]));
    assert_eq!(scene.a.document(&stamp).await.0, 404);
    assert!(!scene.ada.page(&post.path).await.says("Quoted elsewhere"));
    assert!(!scene.ada.notifications().await.says("quotes your post"));
    scene.tell(&request(&scene.bob, &post.id, note["id"].clone())).await;
    scene.peer.expect("Reject").await;
}

#[tokio::test]
async fn r099_nobody_else_takes_a_quote_back() {
    let (scene, post, _, stamp) = quoted().await;
    let eve = scene.a.person("eve").await;
    let number = stamp.rsplit('/').next().unwrap();
    let form = Form {
        action: format!("{}/quotes/{number}/revoke", post.path),
        method: "post".to_owned(),
        multipart: false,
        fields: Vec::new(),
        files: Vec::new(),
    };
    assert_eq!(eve.submit(form).await.status, 404);
    assert_eq!(scene.a.document(&stamp).await.0, 200);
}

#[tokio::test]
async fn r037_whoever_is_blocked_quotes_no_longer() {
    let (scene, post, note, stamp) = quoted().await;
    scene.ada.block(&scene.bob.handle()).await;
    assert_eq!(scene.peer.expect("Delete").await["object"]["id"], stamp);
    assert_eq!(scene.a.document(&stamp).await.0, 404);
    scene.tell(&request(&scene.bob, &post.id, note["id"].clone())).await;
    let answers = || async { scene.peer.deliveries("Reject").len() == 2 };
    eventually(answers, "the follow and the quote are refused").await;
}

#[tokio::test]
async fn r025_a_quote_counts_only_of_the_signers_own_post_that_quotes_ours() {
    let scene = Scene::among(&["evil.test"]).await;
    let evil = scene.world().peer("evil.test");
    let mallory = evil.actor("mallory");
    let_quote(&scene.ada, "everyone").await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let of_bob = quoting(&scene.bob, &post.id);
    // Somebody else's post, named or carried along.
    mallory.tell(&scene.inbox, &request(&mallory, &post.id, of_bob["id"].clone())).await;
    let mut claimed = of_bob.clone();
    claimed["id"] = mallory.new_id("notes").into();
    mallory.tell(&scene.inbox, &request(&mallory, &post.id, claimed)).await;
    // One of hers that quotes something else.
    let other = quoting(&mallory, "https://peer.test/notes/1");
    mallory.tell(&scene.inbox, &request(&mallory, &post.id, other)).await;
    scene.a.quiet().await;
    assert!(evil.deliveries("Accept").is_empty() && scene.peer.deliveries("Accept").is_empty());
    assert!(!scene.ada.page(&post.path).await.says("Quoted elsewhere"));
}

#[tokio::test]
async fn g17_a_post_that_is_not_public_is_quoted_by_nobody() {
    let scene = Scene::among(&["third.test"]).await;
    scene.bob_follows().await;
    let third = scene.world().peer("third.test");
    let carol = third.actor("carol");
    let_quote(&scene.ada, "everyone").await;
    let post = scene.ada.post_album(&["photo-dahlia.jpg"], "Ours", "followers", &[]).await;
    for actor in [&carol, &scene.bob] {
        let note = quoting(actor, &post.id);
        actor.tell(&scene.inbox, &request(actor, &post.id, note)).await;
    }
    scene.peer.expect("Reject").await;
    scene.a.quiet().await;
    assert!(third.deliveries("Reject").is_empty(), "whoever may not see it does not learn that it is there");
}

#[tokio::test]
async fn g17_a_quote_ends_with_either_post() {
    let (scene, post, note, _) = quoted().await;
    scene.heard(&scene.bob.activity("Delete", json!({ "id": note["id"], "type": "Tombstone" }))).await;
    assert!(!scene.ada.page(&post.path).await.says("Quoted elsewhere"));
    let (scene, post, _, stamp) = quoted().await;
    scene.ada.delete(&post).await;
    assert_eq!(scene.a.document(&stamp).await.0, 404);
}

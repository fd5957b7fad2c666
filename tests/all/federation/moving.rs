//! Moving to another account, in and out (FEP-7628).

use crate::support::*;
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

/// Ada follows bob, who is about to move to carol on another server.
async fn about_to_move() -> (Scene, Peer, Actor) {
    let scene = Scene::among(&["new.test"]).await;
    scene.ada_follows().await;
    let new = scene.world().peer("new.test");
    let carol = new.actor("carol");
    (scene, new, carol)
}

fn named(actor: &Actor, others: &[&str]) {
    let mut document = actor.document();
    document["alsoKnownAs"] = json!(others);
    actor.serve(&document);
}

fn moving(from: &Actor, to: &str) -> Value {
    let mut activity = from.activity("Move", from.id.as_str());
    activity["target"] = to.into();
    activity
}

#[tokio::test]
async fn g20_whoever_follows_an_account_that_moves_follows_the_new_one() {
    let (scene, new, carol) = about_to_move().await;
    named(&carol, &[&scene.bob.id]);
    scene.heard(&moving(&scene.bob, &carol.id)).await;
    let follow = new.expect("Follow").await;
    assert_eq!((&follow["actor"], &follow["object"]), (&json!(scene.ada_id), &json!(carol.id)));
    let undo = scene.peer.expect("Undo").await;
    assert_eq!(undo["object"]["object"], scene.bob.id);
    let page = scene.ada.page(&format!("/@{}", scene.bob.acct())).await;
    assert!(page.says("Has moved to") && page.says(&carol.handle()) && !page.html.contains(">Following<span"));
    scene.heard(&moving(&scene.bob, &carol.id)).await;
    scene.a.quiet().await;
    assert_eq!(new.deliveries("Follow").len(), 1, "once");
}

#[tokio::test]
async fn r029b_an_account_that_does_not_name_the_old_one_gets_nobody() {
    let (scene, new, carol) = about_to_move().await;
    scene.heard(&moving(&scene.bob, &carol.id)).await;
    named(&carol, &["https://peer.test/users/somebody"]);
    scene.heard(&moving(&scene.bob, &carol.id)).await;
    let mut of_another = moving(&scene.bob, &carol.id);
    of_another["object"] = carol.id.as_str().into();
    scene.heard(&of_another).await;
    scene.a.quiet().await;
    assert!(new.deliveries("Follow").is_empty() && scene.peer.deliveries("Undo").is_empty());
    assert!(scene.ada.page(&format!("/@{}", scene.bob.acct())).await.html.contains(">Following<span"));
}

#[tokio::test]
async fn where_somebody_says_she_has_moved_is_shown_only_when_it_is_said_there_too() {
    let (scene, _new, carol) = about_to_move().await;
    let mut document = scene.bob.document();
    document["movedTo"] = carol.id.as_str().into();
    scene.bob.serve(&document);
    scene.heard(&scene.bob.activity("Update", document)).await;
    let looks = async || {
        // What is known of her is old by then, and asked for again.
        scene.world().clock().advance(2 * DAY);
        let path = format!("/@{}", scene.bob.acct());
        scene.ada.page(&path).await;
        scene.a.quiet().await;
        scene.ada.page(&path).await
    };
    let page = looks().await;
    assert!(!page.says("Has moved to") && !page.html.contains(&carol.id), "{}", page.text());
    named(&carol, &["https://peer.test/users/somebody"]);
    assert!(!looks().await.says("Has moved to"));
    named(&carol, &[&scene.bob.id]);
    let page = looks().await;
    assert!(page.says("Has moved to") && page.says(&carol.handle()), "{}", page.text());
}

#[tokio::test]
async fn an_account_moves_once_in_seven_days() {
    let (scene, new, carol) = about_to_move().await;
    let dave = new.actor("dave");
    let eve = scene.a.person("eve").await;
    named(&carol, &[&scene.bob.id]);
    named(&dave, &[&scene.bob.id]);
    scene.heard(&moving(&scene.bob, &carol.id)).await;
    new.expect("Follow").await;
    eve.follow(&scene.bob.handle()).await;
    let follow = scene.peer.expect("Follow").await;
    assert_ne!(follow["actor"], scene.ada_id);
    scene.heard(&scene.bob.activity("Accept", follow)).await;
    scene.heard(&moving(&scene.bob, &dave.id)).await;
    assert_eq!(new.deliveries("Follow").len(), 1, "too soon");
    scene.world().clock().advance(8 * DAY);
    scene.heard(&moving(&scene.bob, &dave.id)).await;
    assert_eq!(new.expect("Follow").await["object"], dave.id);
}

#[tokio::test]
async fn an_account_elsewhere_can_move_here() {
    let scene = Scene::following().await;
    let eve = scene.a.person("eve").await;
    let form = eve.form("/settings/reach", "/settings/reach").await.set("aliases", &scene.bob.id);
    assert_eq!(eve.submit(form).await.status, 200);
    scene.heard(&moving(&scene.bob, &scene.a.actor_id("eve").await)).await;
    scene.peer.expect("Undo").await;
    assert!(scene.ada.page("/@eve").await.html.contains(">Following<span"));
}

/// The form of moving, filled in and sent.
async fn leave(person: &Person, handle: &str, password: &str) -> Page {
    let form = person.form("/settings/reach", "/settings/move").await;
    person.submit(form.set("target", handle).set("password", password)).await
}

#[tokio::test]
async fn a_person_of_ours_moves_and_takes_her_followers_along() {
    let scene = Scene::among(&["new.test"]).await;
    scene.bob_follows().await;
    let new = scene.world().peer("new.test");
    let carol = new.actor("carol");
    let eve = scene.a.person("eve").await;
    eve.follow("@ada@a.test").await;
    named(&carol, &[&scene.ada_id]);
    let page = leave(&scene.ada, &carol.handle(), PASSWORD).await;
    assert!(page.status == 200 && page.says("has moved to"), "{}", page.text());
    let sent = scene.peer.expect("Move").await;
    assert_eq!(
        (&sent["actor"], &sent["object"], &sent["target"]),
        (&json!(scene.ada_id), &json!(scene.ada_id), &json!(carol.id))
    );
    scene.world().clock().advance(60_000);
    assert_eq!(scene.peer.expect("Update").await["object"]["movedTo"], carol.id);
    assert_eq!(new.expect("Follow").await["actor"], scene.a.actor_id("eve").await, "those who follow her here");
    assert_eq!(scene.a.document(&scene.ada_id).await.1["movedTo"], carol.id);
    let late = scene.peer.actor("late");
    late.follow(&scene.ada_id).await;
    scene.peer.expect("Reject").await;
}

#[tokio::test]
async fn nobody_moves_without_her_password_or_to_an_account_that_does_not_name_her() {
    let scene = Scene::among(&["new.test"]).await;
    scene.bob_follows().await;
    let new = scene.world().peer("new.test");
    let carol = new.actor("carol");
    let page = leave(&scene.ada, &carol.handle(), PASSWORD).await;
    assert!(page.status == 422 && page.says("does not name this account"), "{}", page.text());
    assert_eq!(page.form("/settings/move").unwrap().values("target"), [carol.handle()], "what was typed stays");
    named(&carol, &[&scene.ada_id]);
    let page = leave(&scene.ada, &carol.handle(), "not the password").await;
    assert!(page.status == 422 && page.says("password is not right"), "{}", page.text());
    let page = leave(&scene.ada, "@nobody@new.test", PASSWORD).await;
    assert!(page.status == 422 && page.says("was not found"), "{}", page.text());
    scene.a.quiet().await;
    assert!(scene.peer.deliveries("Move").is_empty());
    assert!(scene.a.document(&scene.ada_id).await.1.get("movedTo").is_none());
}

#[tokio::test]
async fn whoever_moved_can_stay_after_all_but_moves_again_only_later() {
    let scene = Scene::among(&["new.test"]).await;
    let new = scene.world().peer("new.test");
    let carol = new.actor("carol");
    named(&carol, &[&scene.ada_id]);
    leave(&scene.ada, &carol.handle(), PASSWORD).await;
    scene.ada.press("/settings/reach", "/settings/stay").await;
    assert!(scene.a.document(&scene.ada_id).await.1.get("movedTo").is_none());
    let page = leave(&scene.ada, &carol.handle(), PASSWORD).await;
    assert!(page.status == 409 && page.says("seven days"), "{}", page.text());
    scene.world().clock().advance(8 * DAY);
    assert!(leave(&scene.ada, &carol.handle(), PASSWORD).await.says("has moved to"));
}

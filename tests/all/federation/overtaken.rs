//! What waits to be sent again is not sent once it is no longer so.

use crate::support::*;

const HOUR: i64 = 3_600_000;

/// A post of bob in ada's home.
async fn bobs_post(scene: &Scene) -> String {
    let note = scene.bob.photo_note("Mountains", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    scene.ada.sees(&scene.bob.acct()).await
}

/// Kinds of all deliveries so far, in order.
fn kinds(scene: &Scene) -> Vec<String> {
    let said =
        |r: Received| r.json.filter(|_| r.method == "POST").map(|json| json["type"].as_str().unwrap().to_owned());
    scene.peer.received().into_iter().filter_map(said).collect()
}

/// The peer refuses `first` once; `deed` then takes it back and `last` arrives. What was refused must
/// not be sent after it.
async fn never_after(scene: &Scene, first: &str, deed: impl Future, last: &str) {
    scene.peer.expect(first).await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(202);
    deed.await;
    scene.peer.expect(last).await;
    scene.world().clock().advance(HOUR);
    scene.a.quiet().await;
    let kinds = kinds(scene);
    let at = kinds.iter().rposition(|kind| kind == last).unwrap();
    assert!(kinds[at..].iter().all(|kind| kind != first), "no {first} after the {last}: {kinds:?}");
}

#[tokio::test]
async fn a_like_taken_back_does_not_arrive_after_its_undo() {
    let scene = Scene::following().await;
    let path = bobs_post(&scene).await;
    scene.peer.answer_inbox(503);
    scene.ada.like(&path).await;
    never_after(&scene, "Like", scene.ada.react(&path, "unlike"), "Undo").await;
}

#[tokio::test]
async fn a_boost_taken_back_does_not_arrive_after_its_undo() {
    let scene = Scene::following().await;
    let path = bobs_post(&scene).await;
    scene.peer.answer_inbox(503);
    scene.ada.boost(&path).await;
    never_after(&scene, "Announce", scene.ada.react(&path, "unboost"), "Undo").await;
}

#[tokio::test]
async fn a_follow_taken_back_does_not_arrive_after_its_undo() {
    let scene = Scene::new().await;
    scene.peer.answer_inbox(503);
    let bob = scene.bob.handle();
    scene.ada.follow(&bob).await;
    never_after(&scene, "Follow", scene.ada.unfollow(&bob), "Undo").await;
}

#[tokio::test]
async fn a_follow_that_was_answered_is_not_sent_again() {
    let scene = Scene::new().await;
    scene.peer.answer_inbox(503);
    scene.ada.follow(&scene.bob.handle()).await;
    let follow = scene.peer.expect("Follow").await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(202);
    scene.heard(&scene.bob.activity("Accept", follow)).await;
    scene.world().clock().advance(HOUR);
    scene.a.quiet().await;
    assert_eq!(scene.peer.deliveries("Follow").len(), 1);
}

#[tokio::test]
async fn an_undo_does_not_arrive_after_the_next_like() {
    let scene = Scene::following().await;
    let path = bobs_post(&scene).await;
    scene.ada.like(&path).await;
    scene.peer.expect("Like").await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(503);
    scene.ada.react(&path, "unlike").await;
    never_after(&scene, "Undo", scene.ada.like(&path), "Like").await;
}

#[tokio::test]
async fn a_pin_taken_down_is_not_added_after_it_was_removed() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(503);
    scene.ada.react(&post.path, "pin").await;
    never_after(&scene, "Add", scene.ada.react(&post.path, "unpin"), "Remove").await;
}

#[tokio::test]
async fn an_accept_does_not_arrive_after_the_reject_that_ended_the_follow() {
    let scene = Scene::new().await;
    scene.peer.answer_inbox(503);
    scene.bob.follow(&scene.ada_id).await;
    let block = async {
        scene.ada.search(&scene.bob.handle()).await;
        scene.ada.block(&scene.bob.handle()).await
    };
    never_after(&scene, "Accept", block, "Reject").await;
}

#[tokio::test]
async fn what_still_holds_is_sent_again_until_it_arrives() {
    let scene = Scene::following().await;
    let path = bobs_post(&scene).await;
    scene.peer.answer_inbox(503);
    scene.ada.like(&path).await;
    scene.peer.expect("Like").await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(202);
    scene.world().clock().advance(2 * 60_000);
    scene.peer.expect("Like").await;
}

//! Servers that are out of order, inboxes that are gone, people who are.

use crate::support::*;
use cyanotype::store::{deliveries, inboxes};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Moves the clock and waits until nothing that is due is left.
async fn later(scene: &Scene, by: i64) {
    scene.world().clock().advance(by);
    scene.a.quiet().await;
}

/// Posts until the peer has failed so often that it is left alone.
async fn broken_peer() -> Scene {
    let scene = Scene::followed().await;
    scene.peer.answer_inbox(500);
    for index in 0..5 {
        scene.ada.post_photo("orientation-1.jpg", &format!("Photo {index}")).await;
        scene.peer.expect("Create").await;
        scene.a.quiet().await;
    }
    scene
}

async fn failures(scene: &Scene) -> Option<i64> {
    let found = inboxes::failing(&scene.a.app.db.read, ["peer.test"]).await.unwrap();
    found.get("peer.test").map(|host| host.failures)
}

#[tokio::test]
async fn a_host_that_fails_five_times_running_is_left_alone() {
    let scene = broken_peer().await;
    assert_eq!(failures(&scene).await, Some(5));
    let before = scene.peer.deliveries("Create").len();
    scene.ada.post_photo("orientation-1.jpg", "Not now").await;
    later(&scene, 2 * MINUTE).await;
    assert_eq!(scene.peer.deliveries("Create").len(), before, "nothing is tried for ten minutes");
}

#[tokio::test]
async fn a_host_left_alone_is_tried_with_one_delivery_and_then_gets_everything() {
    let scene = broken_peer().await;
    let before = scene.peer.deliveries("Create").len();
    later(&scene, 13 * MINUTE).await;
    assert_eq!(scene.peer.deliveries("Create").len(), before + 1, "one to see whether it is there");
    assert_eq!(failures(&scene).await, Some(6));
    scene.peer.answer_inbox(202);
    later(&scene, 25 * MINUTE).await;
    later(&scene, HOUR).await;
    assert_eq!(failures(&scene).await, None);
    let (waiting, _) = deliveries::waiting(&scene.a.app.db.read, scene.a.app.now()).await.unwrap();
    assert_eq!(waiting, 0, "everything has arrived");
}

#[tokio::test]
async fn a_host_left_alone_is_tried_again_at_once_when_it_speaks_itself() {
    let scene = broken_peer().await;
    scene.peer.answer_inbox(202);
    let before = scene.peer.deliveries("Create").len();
    // As long as the first pause is at least: it has failed again and is left alone longer.
    scene.peer.answer_inbox(500);
    later(&scene, 13 * MINUTE).await;
    scene.peer.answer_inbox(202);
    scene.world().clock().advance(11 * MINUTE);
    scene.tell(&scene.bob.activity("Like", format!("{}/nothing", scene.ada_id))).await;
    eventually(|| async { scene.peer.deliveries("Create").len() >= before + 2 }, "it is tried at once").await;
}

#[tokio::test]
async fn r116_an_inbox_that_answers_404_for_a_week_is_sent_nothing_more() {
    let scene = Scene::followed().await;
    scene.peer.answer_inbox(404);
    for day in 0..8 {
        scene.ada.post_photo("orientation-1.jpg", &format!("Day {day}")).await;
        scene.peer.expect("Create").await;
        // How it ended is written down on that day.
        scene.a.quiet().await;
        later(&scene, DAY).await;
    }
    let before = scene.peer.deliveries("Create").len();
    let post = scene.ada.post_photo("orientation-1.jpg", "Into the void").await;
    scene.a.quiet().await;
    assert_eq!(scene.peer.deliveries("Create").len(), before, "nothing is sent after a week of 404");
    assert!(scene.ada.page(&format!("{}/deliveries", post.path)).await.says("not tried"));
    // It speaks: it is there again.
    scene.peer.answer_inbox(202);
    scene.heard(&scene.bob.activity("Like", format!("{}/nothing", scene.ada_id))).await;
    scene.ada.post_photo("orientation-1.jpg", "Back").await;
    scene.peer.expect("Create").await;
}

#[tokio::test]
async fn one_404_stops_nothing() {
    let scene = Scene::followed().await;
    scene.peer.answer_inbox(404);
    scene.ada.post_photo("orientation-1.jpg", "One").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(202);
    scene.ada.post_photo("orientation-1.jpg", "Two").await;
    scene.peer.expect("Create").await;
    later(&scene, 8 * DAY).await;
    scene.peer.answer_inbox(404);
    scene.ada.post_photo("orientation-1.jpg", "Three").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    later(&scene, MINUTE).await;
    scene.ada.post_photo("orientation-1.jpg", "Four").await;
    scene.peer.expect("Create").await;
}

#[tokio::test]
async fn a_follower_is_dropped_when_inbox_and_actor_say_gone_twice_an_hour_apart() {
    let scene = Scene::followed().await;
    scene.peer.answer_inbox(410);
    scene.peer.refuse("/users/bob", 410);
    scene.ada.post_photo("orientation-1.jpg", "Hello?").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    assert_eq!(scene.followers().await, 1, "once is not enough");
    later(&scene, HOUR / 2).await;
    assert_eq!(scene.followers().await, 1, "half an hour neither");
    later(&scene, HOUR).await;
    assert_eq!(scene.followers().await, 0);
}

#[tokio::test]
async fn a_follower_whose_inbox_says_gone_and_whose_actor_does_not_stays() {
    let scene = Scene::followed().await;
    scene.peer.answer_inbox(410);
    scene.ada.post_photo("orientation-1.jpg", "Hello?").await;
    scene.peer.expect("Create").await;
    later(&scene, 3 * HOUR).await;
    assert_eq!(scene.followers().await, 1);
}

#[tokio::test]
async fn a_follower_whose_actor_is_there_again_after_an_hour_stays() {
    let scene = Scene::followed().await;
    scene.peer.answer_inbox(410);
    scene.peer.refuse("/users/bob", 410);
    scene.ada.post_photo("orientation-1.jpg", "Hello?").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    scene.bob.serve(&scene.bob.document());
    later(&scene, 2 * HOUR).await;
    assert_eq!(scene.followers().await, 1, "an answer given by mistake costs nobody her followers");
}

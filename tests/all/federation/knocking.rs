//! Servers that refuse one kind of signature are asked by the other.

use crate::support::*;
use cyanotype::clock::{DAY, HOUR, Millis};
use cyanotype::entity::signature_form;
use cyanotype::service::Refusal;
use cyanotype::store::forms;

/// For each request about this post, or of this path, whether it was signed by RFC 9421.
fn knocks(peer: &Peer, about: &str) -> Vec<bool> {
    let about = |r: &Received| r.target == about || r.json.as_ref().is_some_and(|json| json["object"]["id"] == about);
    peer.received().iter().filter(|r| about(r)).map(|r| r.headers.contains_key("signature-input")).collect()
}

/// Ada posts something; gives how bob's server was asked to take it, once it was that often.
async fn posted(scene: &Scene, times: usize) -> Vec<bool> {
    let post = scene.ada.post_photo("orientation-1.jpg", "A flower").await;
    let enough = || async { knocks(&scene.peer, &post.id).len() >= times };
    eventually(enough, "the post is delivered").await;
    scene.a.quiet().await;
    knocks(&scene.peer, &post.id)
}

#[tokio::test]
async fn whoever_takes_the_draft_hears_nothing_else() {
    let scene = Scene::followed().await;
    assert_eq!(posted(&scene, 1).await, [false]);
}

#[tokio::test]
async fn whoever_refuses_the_draft_is_asked_by_rfc_9421_and_remembered_for_days() {
    for status in [400, 401] {
        let scene = Scene::followed().await;
        scene.peer.refuse_signed(status, 0);
        assert_eq!(posted(&scene, 2).await, [false, true], "{status}");
        assert_eq!(posted(&scene, 1).await, [true], "remembered");
        scene.world().clock().advance(6 * DAY);
        assert_eq!(posted(&scene, 1).await, [true], "for days");
        scene.world().clock().advance(2 * DAY);
        assert_eq!(posted(&scene, 2).await, [false, true], "and then found out again");
    }
}

#[tokio::test]
async fn a_server_that_takes_the_draft_again_is_spoken_to_by_it() {
    let scene = Scene::followed().await;
    scene.peer.refuse_signed(401, 0);
    posted(&scene, 2).await;
    scene.peer.refuse_signed(0, 401);
    assert_eq!(posted(&scene, 2).await, [true, false]);
    assert_eq!(posted(&scene, 1).await, [false]);
}

#[tokio::test]
async fn whoever_refuses_both_is_not_knocked_at_twice_for_an_hour() {
    let scene = Scene::followed().await;
    scene.peer.refuse_signed(401, 401);
    assert_eq!(posted(&scene, 2).await[..2], [false, true]);
    assert_eq!(posted(&scene, 1).await, [false]);
    let newer = || scene.peer.received().iter().filter(|r| r.headers.contains_key("signature-input")).count();
    let before = newer();
    scene.world().clock().advance(HOUR + 1_000);
    scene.ada.post_photo("orientation-1.jpg", "A flower").await;
    eventually(|| async { newer() > before }, "it is found out again").await;
}

#[tokio::test]
async fn other_refusals_are_no_reason_to_knock_again() {
    for status in [403, 404, 410, 500] {
        let scene = Scene::followed().await;
        scene.peer.refuse_signed(status, 0);
        assert_eq!(posted(&scene, 1).await, [false], "{status}");
    }
}

#[tokio::test]
async fn documents_are_asked_for_by_rfc_9421_too() {
    let scene = Scene::new().await;
    scene.peer.refuse_signed(401, 0);
    let eve = scene.peer.actor("eve");
    assert!(scene.ada.search(&eve.handle()).await.says("EVE"));
    assert_eq!(knocks(&scene.peer, "/users/eve")[..2], [false, true]);
}

#[tokio::test]
async fn r060_no_more_hosts_are_remembered_than_there_is_room_for() {
    let a = Server::start("a.test").await;
    let put = async |host: &str, until: Millis| {
        let row = signature_form::Model { host: host.to_owned(), form: "rfc9421".to_owned(), until };
        let kept =
            a.app.db.write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(forms::put(tx, row, 2).await?) }));
        kept.await.unwrap();
    };
    let now = a.app.now();
    put("one.test", now + 3_000).await;
    put("two.test", now + 1_000).await;
    put("three.test", now + 2_000).await;
    let known = async |host: &str| forms::get(&a.app.db.read, host, now).await.unwrap().is_some();
    assert!(known("one.test").await && known("three.test").await);
    assert!(!known("two.test").await, "the one that ends first is forgotten");
    assert!(forms::get(&a.app.db.read, "one.test", now + 3_000).await.unwrap().is_none(), "its time is over");
}

//! What is said about one thing arrives in the order in which it was said.

use crate::support::*;
use cyanotype::worker;
use sea_orm::{ConnectionTrait, DbErr};

const MINUTE: i64 = 60_000;

/// Kinds of all deliveries so far, in order.
fn kinds(peer: &Peer) -> Vec<String> {
    let said =
        |r: Received| r.json.filter(|_| r.method == "POST").map(|json| json["type"].as_str().unwrap().to_owned());
    peer.received().into_iter().filter_map(said).collect()
}

#[tokio::test]
async fn an_update_never_overtakes_its_create() {
    let scene = Scene::followed().await;
    scene.peer.answer_inbox(503);
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(202);
    scene.ada.edit(&post, |form| form.set("caption", "A dahlia")).await;
    // Something else in between arrives: the server is there.
    scene.ada.post_photo("photo-coffee.jpg", "Coffee").await;
    scene.peer.expect("Create").await;
    assert!(scene.peer.deliveries("Update").is_empty(), "the Update waits for its Create");
    scene.world().clock().advance(2 * MINUTE);
    scene.peer.expect("Update").await;
    let kinds = kinds(&scene.peer);
    assert_eq!(kinds[kinds.len() - 2..], ["Create", "Update"], "{kinds:?}");
}

#[tokio::test]
async fn of_several_changes_only_the_last_is_sent_where_none_has_arrived() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(503);
    scene.ada.edit(&post, |form| form.set("caption", "The first change")).await;
    scene.peer.expect("Update").await;
    scene.a.quiet().await;
    scene.ada.edit(&post, |form| form.set("caption", "The second change")).await;
    scene.peer.expect("Update").await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(202);
    scene.world().clock().advance(2 * MINUTE);
    let last = scene.peer.expect("Update").await;
    assert!(last["object"]["content"].as_str().unwrap().contains("The second change"));
    scene.a.quiet().await;
    scene.world().clock().advance(60 * MINUTE);
    scene.a.quiet().await;
    assert_eq!(scene.peer.deliveries("Update").len(), 3);
}

#[tokio::test]
async fn a_deletion_does_not_wait_for_what_it_deletes() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(503);
    scene.ada.edit(&post, |form| form.set("caption", "A change")).await;
    scene.peer.expect("Update").await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(202);
    scene.ada.delete(&post).await;
    scene.peer.expect("Delete").await;
    scene.a.quiet().await;
    scene.world().clock().advance(60 * MINUTE);
    scene.a.quiet().await;
    assert_eq!(kinds(&scene.peer).last().unwrap(), "Delete");
}

#[tokio::test]
async fn one_delivery_at_a_time_goes_to_an_inbox() {
    let scene = Scene::followed().await;
    scene.peer.hang(true);
    for index in 0..3 {
        scene.ada.post_photo("orientation-1.jpg", &format!("Photo {index}")).await;
    }
    scene.peer.expect("Create").await;
    scene.ada.get("/").await;
    assert_eq!(scene.peer.deliveries("Create").len(), 1, "a process that dies now repeats one");
}

#[tokio::test]
async fn what_somebody_does_waits_for_what_another_process_does_for_her() {
    let scene = Scene::followed().await;
    let carol = scene.peer.actor("carol");
    scene.a.quiet().await;
    scene.a.stop_working();
    let undo = scene.bob.activity("Undo", scene.bob.activity("Follow", scene.ada_id.as_str()));
    scene.tell(&undo).await;
    lease(&scene.a, scene.a.app.now() + 2 * MINUTE).await;
    scene.tell(&scene.bob.activity("Follow", scene.ada_id.as_str())).await;
    carol.tell(&scene.inbox, &carol.activity("Follow", scene.ada_id.as_str())).await;
    let told = async {
        scene.peer.expect("Accept").await;
        assert_eq!(scene.followers().await, 2, "carol, who is somebody else, and bob, whose Undo is being worked on");
        assert_eq!(scene.peer.deliveries("Accept").len(), 2, "his new Follow waits");
        lease(&scene.a, 0).await;
        scene.peer.expect("Accept").await;
        scene.a.quiet().await;
        assert_eq!(scene.followers().await, 2, "he follows again");
    };
    tokio::select! {
        () = worker::work(scene.a.app.clone()) => panic!("it goes on"),
        () = told => {}
    }
}

/// Somebody has taken the jobs there are, until then.
async fn lease(server: &Server, until: i64) {
    let taken = server.app.db.write_quietly(move |tx| {
        Box::pin(
            async move { tx.execute_unprepared(&format!("UPDATE job SET leased_until = {until}")).await.map(drop) },
        )
    });
    let taken: Result<(), DbErr> = taken.await;
    taken.unwrap();
}

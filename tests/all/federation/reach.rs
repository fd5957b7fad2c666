//! Where a post went: for its author, for the administrator, and for nobody else.

use crate::support::*;
use cyanotype::service::housekeeping;

const DAY: i64 = 86_400_000;

#[tokio::test]
async fn the_author_sees_how_many_servers_have_her_post_and_which() {
    let scene = Scene::among(&["far.test"]).await;
    let far = scene.world().peer("far.test");
    far.actor("carol").follow(&scene.ada_id).await;
    far.expect("Accept").await;
    scene.bob_follows().await;
    far.answer_inbox(403);
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect("Create").await;
    far.expect("Create").await;
    scene.a.quiet().await;
    assert!(scene.ada.page(&post.path).await.says("Reached 1 of 2 servers"));
    let list = scene.ada.page(&format!("{}/deliveries", post.path)).await;
    assert!(list.says("peer.test") && list.says("arrived"), "{}", list.text());
    assert!(list.says("far.test") && list.says("not taken: it answered 403"), "{}", list.text());
}

#[tokio::test]
async fn nobody_else_sees_where_a_post_went() {
    let scene = Scene::followed().await;
    let eve = scene.a.person("eve").await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    for person in [&eve, &scene.a.visitor()] {
        assert!(!person.page(&post.path).await.says("Reached"));
        let list = person.get(&format!("{}/deliveries", post.path)).await;
        assert!(!list.says("peer.test"), "{} {}", list.status, list.text());
    }
    assert_eq!(eve.get(&format!("{}/deliveries", post.path)).await.status, 404);
}

#[tokio::test]
async fn what_a_server_answers_is_shown_as_text() {
    let scene = Scene::followed().await;
    scene.peer.answer_inbox(503);
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    let list = scene.ada.page(&format!("{}/deliveries", post.path)).await;
    assert!(list.says("will be tried again: it answered 503"), "{}", list.text());
}

#[tokio::test]
async fn the_log_is_kept_for_thirty_days() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    scene.world().clock().advance(29 * DAY);
    housekeeping::run(&scene.a.app).await;
    assert!(scene.ada.page(&post.path).await.says("Reached 1 of 1 server"));
    scene.world().clock().advance(2 * DAY);
    housekeeping::run(&scene.a.app).await;
    assert!(!scene.ada.page(&post.path).await.says("Reached"));
    // Who has it is not forgotten with it.
    scene.ada.delete(&post).await;
    scene.peer.expect("Delete").await;
}

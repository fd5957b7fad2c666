//! Where a post went: for its author, for the administrator, and for nobody else.

use crate::support::*;
use cyanotype::entity::activity;
use cyanotype::service::{Refusal, housekeeping};
use cyanotype::store::delivery_log;
use sea_orm::prelude::*;

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

#[tokio::test]
async fn what_was_said_is_forgotten_with_the_log_and_what_still_stands_is_not() {
    let scene = Scene::followed().await;
    scene.ada_follows().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    let said = async || {
        let rows = activity::Entity::find().all(&scene.a.app.db.read).await.unwrap();
        let mut kinds: Vec<String> = rows.into_iter().map(|row| row.kind).collect();
        kinds.sort();
        kinds
    };
    assert_eq!(said().await, ["Accept", "Create", "Follow"]);
    scene.world().clock().advance(29 * DAY);
    housekeeping::run(&scene.a.app).await;
    assert_eq!(said().await, ["Accept", "Create", "Follow"]);
    scene.world().clock().advance(2 * DAY);
    housekeeping::run(&scene.a.app).await;
    assert_eq!(said().await, ["Follow"], "bob still has it, and his server may ask for it by its id");
    let create = scene.a.visitor().get(&format!("{}/activity", post.id.strip_prefix("https://a.test").unwrap())).await;
    assert!(create.status != 404 && create.status != 410, "a Create answers from its post: {}", create.status);
}

#[tokio::test]
async fn what_waits_to_be_delivered_is_not_forgotten_however_old() {
    let scene = Scene::followed().await;
    scene.peer.answer_inbox(503);
    scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    let waiting = async || {
        let rows = activity::Entity::find().filter(activity::Column::Kind.eq("Create"));
        rows.count(&scene.a.app.db.read).await.unwrap()
    };
    let before = scene.a.app.now() + 365 * DAY;
    let trimmed =
        scene.a.app.db.write_quietly(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(delivery_log::trim_said(tx, before).await?) })
        });
    trimmed.await.unwrap();
    assert_eq!(waiting().await, 1);
}

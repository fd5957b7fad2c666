//! Changes and deletions go to everyone a post was ever sent to.

use crate::support::*;

/// Ada with a photo that bob's server has; he follows no more.
async fn had_by_bob() -> (Scene, Posted) {
    let scene = Scene::new().await;
    let follow = scene.bob.follow(&scene.ada_id).await;
    scene.peer.expect("Accept").await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect("Create").await;
    scene.heard(&scene.bob.activity("Undo", follow)).await;
    assert_eq!(scene.followers().await, 0);
    (scene, post)
}

#[tokio::test]
async fn r105_a_deletion_reaches_those_who_followed_when_it_was_posted() {
    let (scene, post) = had_by_bob().await;
    scene.ada.delete(&post).await;
    let delete = scene.peer.expect("Delete").await;
    assert_eq!(delete["object"]["id"], post.id.as_str());
    assert_eq!(delete["object"]["type"], "Tombstone");
    let (status, tombstone) = scene.a.document(&post.id).await;
    assert_eq!((status, &tombstone["type"]), (410, &"Tombstone".into()));
}

#[tokio::test]
async fn a_change_reaches_those_who_followed_when_it_was_posted() {
    let (scene, post) = had_by_bob().await;
    scene.ada.edit(&post, |form| form.set("caption", "A dahlia")).await;
    let update = scene.peer.expect("Update").await;
    assert!(update["object"]["content"].as_str().unwrap().contains("A dahlia"));
}

#[tokio::test]
async fn r105_a_deletion_reaches_those_who_were_once_mentioned() {
    let scene = Scene::new().await;
    scene.ada.search(&scene.bob.handle()).await;
    let caption = format!("Look, {}", scene.bob.handle());
    let post = scene.ada.post_photo("photo-dahlia.jpg", &caption).await;
    scene.peer.expect("Create").await;
    scene.ada.edit(&post, |form| form.set("caption", "Look")).await;
    scene.peer.expect("Update").await;
    scene.ada.delete(&post).await;
    scene.peer.expect("Delete").await;
}

#[tokio::test]
async fn r105_a_deletion_is_sent_again_until_it_arrives() {
    let (scene, post) = had_by_bob().await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(503);
    scene.ada.delete(&post).await;
    scene.peer.expect("Delete").await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(202);
    scene.world().clock().advance(120_000);
    scene.peer.expect("Delete").await;
}

#[tokio::test]
async fn r105_a_deletion_reaches_a_blocked_follower_and_a_change_does_not() {
    let scene = Scene::followed().await;
    let posts =
        [scene.ada.post_photo("photo-dahlia.jpg", "One").await, scene.ada.post_photo("photo-coffee.jpg", "Two").await];
    scene.peer.expect("Create").await;
    scene.peer.expect("Create").await;
    scene.ada.search(&scene.bob.handle()).await;
    scene.ada.block(&scene.bob.handle()).await;
    scene.peer.expect("Reject").await;
    scene.ada.edit(&posts[0], |form| form.set("caption", "Not for bob")).await;
    scene.ada.delete(&posts[1]).await;
    scene.peer.expect("Delete").await;
    scene.a.quiet().await;
    assert!(scene.peer.deliveries("Update").is_empty(), "nothing new for whoever is blocked");
}

#[tokio::test]
async fn r105_a_deletion_reaches_a_server_that_fetched_the_post_by_itself() {
    let scene = Scene::among(&["far.test"]).await;
    let far = scene.world().peer("far.test");
    let carol = far.actor("carol");
    // Whoever asks must be known here already: nobody is asked for because she asks.
    let follow = carol.follow(&scene.ada_id).await;
    far.expect("Accept").await;
    carol.tell(&scene.inbox, &carol.activity("Undo", follow)).await;
    scene.a.quiet().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.a.quiet().await;
    assert!(far.deliveries("Create").is_empty());
    assert_eq!(carol.get(&post.id).await.0, 200);
    scene.ada.delete(&post).await;
    far.expect("Delete").await;
}

#[tokio::test]
async fn an_undone_boost_is_undone_where_the_boost_went() {
    let scene = Scene::among(&["far.test"]).await;
    let far = scene.world().peer("far.test");
    let carol = far.actor("carol");
    let follow = carol.follow(&scene.ada_id).await;
    far.expect("Accept").await;
    scene.ada_follows().await;
    let note = scene.bob.photo_note("Mountains", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    scene.ada.boost(&path).await;
    far.expect("Announce").await;
    carol.tell(&scene.inbox, &carol.activity("Undo", follow)).await;
    scene.a.quiet().await;
    scene.ada.react(&path, "unboost").await;
    assert_eq!(far.expect("Undo").await["object"]["type"], "Announce");
}

#[tokio::test]
async fn r065b_many_followers_of_one_server_get_one_delivery() {
    let scene = Scene::new().await;
    for name in ["one", "two", "three"] {
        scene.peer.actor(name).follow(&scene.ada_id).await;
        scene.peer.expect("Accept").await;
    }
    scene.ada.post_photo("photo-dahlia.jpg", "Once").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    assert_eq!(scene.peer.deliveries("Create").len(), 1);
}

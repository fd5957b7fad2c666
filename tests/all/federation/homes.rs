//! What comes into a home: posts with and without pictures, boosts, and nothing of people muted.

use crate::support::*;
use cyanotype::clock::{HOUR, MINUTE};
use serde_json::Value;

/// Somebody else's photo that bob boosts.
fn by_carol(scene: &Scene, text: &str) -> (Actor, Value) {
    let carol = scene.peer.actor("carol");
    let mut note = carol.photo_note(text, "photo-dune.jpg", "A dune");
    note["published"] = cyanotype::activitypub::stamp::write(scene.world().clock().now() - 300 * HOUR).into();
    carol.serve(&note);
    (carol, note)
}

async fn said(scene: &Scene, text: &str) {
    let note = scene.bob.note(text);
    scene.heard(&scene.bob.create(&note)).await;
}

#[tokio::test]
async fn words_without_a_picture_come_home_unless_one_wants_pictures_only() {
    let scene = Scene::following().await;
    said(&scene, "Only words").await;
    let note = scene.bob.photo_note("A picture", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let home = scene.ada.home().await;
    assert!(home.says("Only words") && home.says("A picture"));
    let home = scene.ada.press("/", "/settings/home").await;
    assert!(!home.says("Only words") && home.says("A picture"));
    assert!(
        scene.ada.page("/settings").await.html.contains("id=\"pictures\" name=\"pictures\" value=\"true\" checked")
    );
    assert!(scene.ada.press("/", "/settings/home").await.says("Only words"), "and back again");
}

#[tokio::test]
async fn a_boost_stands_where_it_was_boosted_and_says_by_whom() {
    let scene = Scene::following().await;
    said(&scene, "An hour ago").await;
    scene.world().clock().advance(HOUR);
    let (_, note) = by_carol(&scene, "Weeks old");
    scene.heard(&scene.bob.activity("Announce", note["id"].clone())).await;
    let home = scene.ada.home().await;
    let (boost, post) = (home.html.find("Weeks old").expect("the boost"), home.html.find("An hour ago").unwrap());
    assert!(boost < post, "what was boosted just now stands first");
    assert!(home.text().contains("BOB boosted"), "{}", home.text());
}

#[tokio::test]
async fn what_two_people_boost_is_there_once_and_stays_when_one_takes_it_back() {
    let scene = Scene::following().await;
    let dave = scene.peer.actor("dave");
    scene.ada.follow(&dave.handle()).await;
    let follow = scene.peer.expect("Follow").await;
    dave.tell(&scene.inbox, &dave.activity("Accept", follow)).await;
    let (_, note) = by_carol(&scene, "Liked by many");
    let boost = scene.bob.activity("Announce", note["id"].clone());
    scene.heard(&boost).await;
    dave.tell(&scene.inbox, &dave.activity("Announce", note["id"].clone())).await;
    scene.a.quiet().await;
    let home = scene.ada.home().await;
    assert_eq!(home.html.matches("Liked by many").count(), 1);
    scene.heard(&scene.bob.activity("Undo", boost)).await;
    let home = scene.ada.home().await;
    assert!(home.says("Liked by many") && home.text().contains("DAVE boosted"), "{}", home.text());
}

#[tokio::test]
async fn whoever_is_muted_is_not_seen_until_the_time_is_over() {
    let scene = Scene::following().await;
    said(&scene, "Before").await;
    let profile = format!("/@{}", scene.bob.acct());
    let form = scene.ada.form(&format!("{profile}/mute"), &format!("{profile}/mute")).await;
    let page = scene.ada.submit(form.set("length", "hour")).await;
    assert!(page.says("You mute") && page.form(&format!("{profile}/unmute")).is_some());
    let (_, boosted) = by_carol(&scene, "Boosted meanwhile");
    scene.heard(&scene.bob.activity("Announce", boosted["id"].clone())).await;
    let post = scene.ada.post_photo("photo-lake.jpg", "Mine").await;
    scene.heard(&scene.bob.activity("Like", post.id.as_str())).await;
    let reply = scene.bob.reply_note("Do you hear me?", &post.id, &scene.ada_id);
    scene.heard(&scene.bob.create(&reply)).await;
    let home = scene.ada.home().await;
    assert!(!home.says("Before") && !home.says("Boosted meanwhile"), "{}", home.text());
    assert!(!scene.ada.page(&post.path).await.says("Do you hear me?"));
    assert!(!scene.ada.notifications().await.says("BOB"));
    assert!(scene.ada.page(&format!("{profile}?tab=replies")).await.says("Before"), "who looks for it finds it");
    assert!(scene.a.visitor().page(&post.path).await.says("Do you hear me?"), "for others nothing changed");
    scene.world().clock().advance(HOUR + MINUTE);
    assert!(scene.ada.home().await.says("Before") && scene.ada.page(&post.path).await.says("Do you hear me?"));
    assert!(!scene.ada.page(&profile).await.says("You mute"));
}

#[tokio::test]
async fn a_mute_is_taken_back_and_listed_meanwhile() {
    let scene = Scene::following().await;
    said(&scene, "Still there").await;
    let profile = format!("/@{}", scene.bob.acct());
    scene.ada.press(&format!("{profile}/mute"), &format!("{profile}/mute")).await;
    assert!(!scene.ada.home().await.says("Still there"));
    scene.ada.press("/settings", &format!("{profile}/unmute")).await;
    assert!(scene.ada.home().await.says("Still there"));
}

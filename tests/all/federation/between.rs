//! Two servers of ours, their people at browsers.

use crate::support::*;

#[tokio::test]
async fn somebody_found_by_handle_is_followed_and_told() {
    let two = Two::new().await;
    let notifications = two.ada.notifications().await;
    assert!(notifications.says("follows you") && notifications.link("/@bob@b.test").is_some());
    assert!(two.ada.page("/@ada/followers").await.link("/@bob@b.test").is_some());
    assert!(two.bob.page("/@bob/following").await.link("/@ada@a.test").is_some());
}

#[tokio::test]
async fn somebody_found_by_the_address_of_her_profile_is_the_same() {
    let world = World::new(["a.test", "b.test"]).await;
    let (a, b) = (world.server("a.test").await, world.server("b.test").await);
    let (_ada, bob) = (a.owner("ada").await, b.owner("bob").await);
    assert!(bob.search("https://a.test/@ada").await.form("/@ada@a.test/follow").is_some());
    let id = a.actor_id("ada").await;
    assert!(bob.search(&id).await.form("/@ada@a.test/follow").is_some());
}

#[tokio::test]
async fn an_album_appears_in_the_followers_home_with_pictures_of_his_own_server() {
    let two = Two::new().await;
    let (_, path) = two.album().await;
    let fetched = || async { two.bob.home().await.photos().len() == 2 };
    eventually(fetched, "both photos are fetched and shown").await;
    let page = two.bob.page(&path).await;
    let alts: Vec<_> = page.photos().into_iter().map(|image| image.alt).collect();
    assert_eq!(alts, ["A dahlia", "Coffee"]);
    assert!(page.says("Morning"));
    for picture in page.images().iter().chain(&two.bob.home().await.images()) {
        assert!(picture.src.starts_with('/'), "hot-linked: {}", picture.src);
    }
    for photo in page.photos() {
        let answer = two.b.ask(&photo.src, "image/*").await;
        assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()), (200, "image/jpeg"));
    }
}

#[tokio::test]
async fn a_like_is_counted_and_told_and_can_be_taken_back() {
    let two = Two::new().await;
    let (post, path) = two.album().await;
    two.bob.like(&path).await;
    two.says(&two.ada, "/notifications", "likes your post").await;
    assert_eq!(two.ada.page(&post.path).await.count("like").as_deref(), Some("1"));
    two.bob.react(&path, "unlike").await;
    let none = || async { two.a.total(&format!("{}/likes", post.id)).await == 0 };
    eventually(none, "the like is taken back").await;
}

#[tokio::test]
async fn a_boost_is_counted_and_told_and_can_be_taken_back() {
    let two = Two::new().await;
    let (post, path) = two.album().await;
    two.bob.boost(&path).await;
    two.says(&two.ada, "/notifications", "boosted your post").await;
    assert_eq!(two.ada.page(&post.path).await.count("boost").as_deref(), Some("1"));
    two.bob.react(&path, "unboost").await;
    let none = || async { two.a.total(&format!("{}/shares", post.id)).await == 0 };
    eventually(none, "the boost is taken back").await;
}

#[tokio::test]
async fn a_boost_brings_the_post_to_the_boosters_followers() {
    let world = World::new(["a.test", "b.test", "c.test"]).await;
    let (a, b, c) = (world.server("a.test").await, world.server("b.test").await, world.server("c.test").await);
    let (ada, bob, carol) = (a.owner("ada").await, b.owner("bob").await, c.owner("carol").await);
    bob.follows(&ada.handle()).await;
    carol.follows(&bob.handle()).await;
    ada.post_photo("photo-dahlia.jpg", "A flower").await;
    bob.boost(&bob.sees("ada@a.test").await).await;
    carol.sees("ada@a.test").await;
    let home = carol.home().await;
    assert!(home.says("boosted") && home.says("A flower"));
}

#[tokio::test]
async fn a_reply_stands_under_the_photo_and_is_told_and_answered() {
    let two = Two::new().await;
    let (post, path) = two.album().await;
    two.bob.reply(&path, "What a light!").await;
    two.says(&two.ada, &post.path, "What a light!").await;
    assert!(two.ada.notifications().await.says("replied"));
    let answered = two.ada.page(&post.path).await.post_of("bob@b.test").expect("the reply has its own page");
    two.ada.reply(&answered, "Half past six").await;
    two.says(&two.bob, &path, "Half past six").await;
    assert!(two.bob.notifications().await.says("Half past six"));
}

#[tokio::test]
async fn replies_of_others_are_listed_for_whoever_asks() {
    let two = Two::new().await;
    let (post, path) = two.album().await;
    two.bob.reply(&path, "What a light!").await;
    two.says(&two.ada, &post.path, "What a light!").await;
    let (_, page) = two.a.document(&format!("{}/replies?page=1", post.id)).await;
    let ids = page["items"].as_array().unwrap();
    assert!(ids.len() == 1 && ids[0].as_str().unwrap().starts_with("https://b.test/ap/posts/"), "{page}");
}

#[tokio::test]
async fn an_edit_changes_caption_and_alt_text_there_and_keeps_the_pictures() {
    let two = Two::new().await;
    let (post, path) = two.album().await;
    eventually(|| async { two.bob.page(&path).await.photos().len() == 2 }, "the photos are fetched").await;
    let before: Vec<_> = two.bob.page(&path).await.photos().into_iter().map(|p| p.src).collect();
    let page = two.ada.edit(&post, |form| {
        let first = form.values("photo")[0].to_owned();
        form.set("caption", "Evening").set(&format!("alt_{first}"), "A red dahlia")
    });
    assert!(page.await.says("Evening"));
    two.says(&two.bob, &path, "Evening").await;
    let page = two.bob.page(&path).await;
    assert!(!page.says("Morning") && page.says("edited"));
    assert_eq!(page.photos()[0].alt, "A red dahlia");
    let after: Vec<_> = page.photos().into_iter().map(|p| p.src).collect();
    assert_eq!(before, after, "what did not change is not fetched again");
}

#[tokio::test]
async fn a_photo_added_by_an_edit_appears_there() {
    let two = Two::new().await;
    let (post, path) = two.album().await;
    two.ada.edit(&post, |form| form.file("photos", "photo-lake.jpg", fixture_bytes("photo-lake.jpg"))).await;
    eventually(|| async { two.bob.page(&path).await.photos().len() == 3 }, "the third photo is shown there").await;
}

#[tokio::test]
async fn r105_a_deleted_post_is_gone_there_and_leaves_a_tombstone_here() {
    let two = Two::new().await;
    let (post, path) = two.album().await;
    let (_, note) = two.a.document(&post.id).await;
    two.ada.delete(&post).await;
    eventually(|| async { two.bob.get(&path).await.status == 404 }, "the post is gone there").await;
    assert_eq!(two.bob.home().await.post_of(&two.ada.acct()), None);
    let (status, tombstone) = two.a.document(&post.id).await;
    assert_eq!((status, &tombstone["type"], &tombstone["id"]), (410, &"Tombstone".into(), &post.id.as_str().into()));
    two.a.quiet().await;
    let picture = note["attachment"][0]["url"].as_str().unwrap();
    assert_eq!(two.a.ask(picture, "*/*").await.status(), 404, "its pictures are gone too");
}

#[tokio::test]
async fn after_an_unfollow_nothing_more_arrives() {
    let two = Two::new().await;
    two.bob.unfollow(&two.ada.handle()).await;
    eventually(
        || async { two.a.total(&format!("{}/followers", two.a.actor_id("ada").await)).await == 0 },
        "nobody follows",
    )
    .await;
    two.ada.post_photo("photo-dahlia.jpg", "Unseen").await;
    two.a.quiet().await;
    two.b.quiet().await;
    assert_eq!(two.bob.page("/@ada@a.test").await.post_of("ada@a.test"), None);
}

#[tokio::test]
async fn r037_a_block_ends_the_follow_and_keeps_both_from_each_other() {
    let two = Two::new().await;
    let (post, path) = two.album().await;
    two.ada.block(&two.bob.handle()).await;
    two.a.quiet().await;
    two.b.quiet().await;
    assert_eq!(two.a.total(&format!("{}/followers", two.a.actor_id("ada").await)).await, 0);
    assert!(two.bob.page("/@ada@a.test").await.form("/@ada@a.test/follow").is_some(), "he no longer follows");
    two.ada.post_photo("photo-lake.jpg", "Unseen").await;
    two.bob.like(&path).await;
    two.bob.reply(&path, "Why?").await;
    two.bob.follow(&two.ada.handle()).await;
    two.b.quiet().await;
    two.a.quiet().await;
    two.b.quiet().await;
    assert!(!two.bob.page("/@ada@a.test").await.says("Unseen"));
    let page = two.ada.page(&post.path).await;
    assert!(!page.says("Why?"));
    assert_eq!(page.count("like").as_deref().unwrap_or("0"), "0");
    assert!(!two.ada.notifications().await.says("likes your post"));
    assert_eq!(two.a.total(&format!("{}/followers", two.a.actor_id("ada").await)).await, 0);
}

#[tokio::test]
async fn a_locked_person_answers_when_she_likes() {
    let world = World::new(["a.test", "b.test"]).await;
    let (a, b) = (world.server("a.test").await, world.server("b.test").await);
    let (ada, bob) = (a.owner("ada").await, b.owner("bob").await);
    let form = ada.form("/settings", "/settings/profile").await.set("locked", "true");
    ada.submit(form).await;
    bob.follow(&ada.handle()).await;
    let asked = || async { ada.notifications().await.form("/@bob@b.test/accept").is_some() };
    eventually(asked, "the request is shown").await;
    assert!(bob.page("/@ada@a.test").await.says("Requested"));
    ada.post_album(&["photo-lake.jpg"], "For followers", "followers", &[]).await;
    a.quiet().await;
    assert_eq!(bob.home().await.post_of("ada@a.test"), None, "r036: not before she says yes");
    ada.press("/notifications", "/@bob@b.test/accept").await;
    let followed = || async { bob.page("/@ada@a.test").await.html.contains(">Following<span") };
    eventually(followed, "the follow is in force").await;
}

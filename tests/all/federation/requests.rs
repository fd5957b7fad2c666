//! Follows that are approved one by one, from both sides.

use crate::support::*;

/// Two servers; ada approves followers one by one, and bob has asked.
async fn asked() -> (Server, Server, Person, Person) {
    let world = World::new(["a.test", "b.test"]).await;
    let (a, b) = (world.server("a.test").await, world.server("b.test").await);
    let (ada, bob) = (a.owner("ada").await, b.owner("bob").await);
    ada.submit(ada.form("/settings", "/settings/profile").await.set("locked", "true")).await;
    bob.follow(&ada.handle()).await;
    let waits = || async { ada.page("/follow-requests").await.form("/@bob@b.test/accept").is_some() };
    eventually(waits, "the request waits").await;
    (a, b, ada, bob)
}

#[tokio::test]
async fn whoever_is_let_in_is_told_and_follows() {
    let (a, b, ada, bob) = asked().await;
    assert!(bob.page("/@ada@a.test").await.says("Requested"));
    assert!(ada.home().await.says("Follow requests"), "the menu says that somebody waits");
    let page = ada.press("/follow-requests", "/@bob@b.test/accept").await;
    assert!(page.says("Nobody is waiting"), "and she is where she was");
    let told = || async { bob.notifications().await.says("lets you follow them") };
    eventually(told, "he is told").await;
    ada.post_album(&["photo-lake.jpg"], "For followers", "followers", &["A lake"]).await;
    bob.sees("ada@a.test").await;
    a.quiet().await;
    b.quiet().await;
}

#[tokio::test]
async fn whoever_is_refused_may_ask_again() {
    let (_a, b, ada, bob) = asked().await;
    ada.press("/follow-requests", "/@bob@b.test/reject").await;
    let free = || async { bob.page("/@ada@a.test").await.says("Ask to follow") };
    eventually(free, "the request is over on his side").await;
    b.quiet().await;
    assert!(!bob.notifications().await.says("lets you follow"));
    bob.follow(&ada.handle()).await;
    let waits = || async { ada.page("/follow-requests").await.form("/@bob@b.test/accept").is_some() };
    eventually(waits, "he asks again").await;
}

#[tokio::test]
async fn a_request_that_is_taken_back_waits_no_longer() {
    let (a, _b, ada, bob) = asked().await;
    bob.unfollow(&ada.handle()).await;
    let gone = || async { ada.page("/follow-requests").await.form("/@bob@b.test/accept").is_none() };
    eventually(gone, "the request is gone").await;
    a.quiet().await;
    assert!(!ada.notifications().await.says("asks to follow"));
}

#[tokio::test]
async fn a_follower_is_removed_and_her_server_knows() {
    let two = Two::new().await;
    two.ada.press("/@bob@b.test", "/@bob@b.test/remove-follower").await;
    two.a.quiet().await;
    let ended = || async { two.bob.page("/@ada@a.test").await.form("/@ada@a.test/follow").is_some() };
    eventually(ended, "he no longer follows on his side").await;
    assert_eq!(two.a.total(&format!("{}/followers", two.a.actor_id("ada").await)).await, 0);
}

#[tokio::test]
async fn people_of_one_server_ask_and_are_answered_alike() {
    let a = Server::start("a.test").await;
    let (ada, eve) = (a.owner("ada").await, a.person("eve").await);
    ada.submit(ada.form("/settings", "/settings/profile").await.set("locked", "true")).await;
    eve.press("/@ada", "/@ada/follow").await;
    assert!(eve.page("/@ada").await.says("Requested"));
    ada.press("/follow-requests", "/@eve/accept").await;
    assert!(eve.notifications().await.says("lets you follow them"));
    assert!(eve.page("/@ada").await.html.contains(">Following<span"));
}

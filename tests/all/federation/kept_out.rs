//! Servers that are kept out, in both directions.

use crate::support::*;
use cyanotype::service::{housekeeping, moderation};

async fn keep_out(server: &Server, domain: &str) {
    moderation::block_domain(&server.app, domain, "").await.unwrap();
    housekeeping::read_policies(&server.app).await;
}

#[tokio::test]
async fn r095_a_kept_out_server_reaches_nobody() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    keep_out(&scene.a, "peer.test").await;
    let status = scene.bob.send(&scene.inbox, &scene.bob.activity("Like", post.id.as_str())).await;
    assert_eq!(status, 403);
    scene.a.quiet().await;
    assert_eq!(scene.likes(&post).await, 0);
}

#[tokio::test]
async fn r095_a_kept_out_server_is_told_nothing_and_asked_nothing() {
    let scene = Scene::followed().await;
    keep_out(&scene.a, "peer.test").await;
    scene.a.quiet().await;
    let before = scene.peer.requests();
    scene.ada.post_album(&["photo-dahlia.jpg"], &format!("For {}", scene.bob.handle()), "public", &[]).await;
    scene.ada.search(&scene.bob.handle()).await;
    scene.ada.search("https://peer.test/users/somebody").await;
    scene.a.quiet().await;
    assert_eq!(scene.peer.requests(), before);
}

#[tokio::test]
async fn r095_what_is_known_of_a_kept_out_server_is_hidden() {
    let scene = Scene::following().await;
    let note = scene.bob.photo_note("Soon hidden", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    keep_out(&scene.a, "peer.test").await;
    assert_eq!(scene.ada.get(&path).await.status, 404);
    assert_eq!(scene.ada.get(&format!("/@{}", scene.bob.acct())).await.status, 404);
    assert!(!scene.ada.home().await.says("Soon hidden"));
}

#[tokio::test]
async fn r095_a_signed_request_from_a_kept_out_server_is_refused() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    keep_out(&scene.a, "peer.test").await;
    let page = "https://a.test/@ada".to_owned();
    for address in [&post.id, &scene.ada_id, &format!("{}/outbox", scene.ada_id), &page] {
        let (status, _) = scene.bob.get(address).await;
        assert!(status == 403 || status == 404, "{address}: {status}");
    }
    assert_eq!(scene.bob.get("https://a.test/actor").await.0, 200, "the server's own actor is open");
}

#[tokio::test]
async fn r095_a_domain_means_all_below_it_and_no_other() {
    let scene = Scene::among(&["deep.evil.test", "notevil.test"]).await;
    let (deep, fine) = (scene.world().peer("deep.evil.test"), scene.world().peer("notevil.test"));
    let (mallory, carol) = (deep.actor("mallory"), fine.actor("carol"));
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    keep_out(&scene.a, "EVIL.test.").await;
    assert_eq!(mallory.send(&scene.inbox, &mallory.activity("Like", post.id.as_str())).await, 403);
    carol.tell(&scene.inbox, &carol.activity("Like", post.id.as_str())).await;
    scene.a.quiet().await;
    assert_eq!((scene.likes(&post).await, deep.requests()), (1, 0));
}

#[tokio::test]
async fn r095_a_domain_in_letters_of_any_script_is_kept_out_in_its_ascii_form() {
    let scene = Scene::among(&["xn--bse-sna.test", "sub.xn--bse-sna.test"]).await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    keep_out(&scene.a, "BÖSE.test").await;
    for host in ["xn--bse-sna.test", "sub.xn--bse-sna.test"] {
        let peer = scene.world().peer(host);
        let mallory = peer.actor("mallory");
        let status = mallory.send(&scene.inbox, &mallory.activity("Like", post.id.as_str())).await;
        assert_eq!(status, 403, "{host}");
        scene.ada.search("@mallory@böse.test").await;
        scene.ada.search(&mallory.handle()).await;
        scene.a.quiet().await;
        assert_eq!(peer.requests(), 0, "{host}");
    }
    assert_eq!(scene.likes(&post).await, 0);
}

#[tokio::test]
async fn r095_boosts_of_what_a_kept_out_server_holds_are_dropped() {
    let scene = Scene::among(&["third.test"]).await;
    let third = scene.world().peer("third.test");
    let carol = third.actor("carol");
    scene.ada_follows().await;
    keep_out(&scene.a, "third.test").await;
    let note = carol.photo_note("Kept out", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.activity("Announce", note["id"].clone())).await;
    assert_eq!(third.requests(), 0);
    assert!(!scene.ada.home().await.says("Kept out"));
}

#[tokio::test]
async fn a_server_let_in_again_is_heard_again() {
    let scene = Scene::new().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    keep_out(&scene.a, "peer.test").await;
    assert_eq!(scene.bob.send(&scene.inbox, &scene.bob.activity("Like", post.id.as_str())).await, 403);
    assert!(moderation::unblock_domain(&scene.a.app, "peer.test").await.unwrap());
    housekeeping::read_policies(&scene.a.app).await;
    scene.heard(&scene.bob.activity("Like", post.id.as_str())).await;
    assert_eq!(scene.likes(&post).await, 1);
}

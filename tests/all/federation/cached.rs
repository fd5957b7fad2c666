//! Pictures of other servers are kept under names of our own, and nothing their servers do later changes them; our own
//! are gone when their post is.

use crate::support::*;
use reqwest::header::HeaderMap;
use std::time::{Duration, Instant};

/// Every file of a server's media folder that is served.
async fn served(server: &Server) -> Vec<Vec<u8>> {
    let stored = server.stored().await.into_iter();
    stored.filter(|(key, _)| key.starts_with("media/")).map(|(_, bytes)| bytes).collect()
}

/// A picture as it is answered: status, headers, bytes.
async fn got(server: &Server, src: &str) -> (u16, HeaderMap, Vec<u8>) {
    let answer = server.ask(src, "*/*").await;
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap().to_vec())
}

/// The note becomes a post at ada's, whose one picture is fetched.
async fn shown(scene: &Scene, note: &serde_json::Value) -> String {
    scene.heard(&scene.bob.create(note)).await;
    scene.a.quiet().await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    eventually(|| async { scene.ada.page(&path).await.photos().pop() }, "the photo is fetched").await.src
}

#[tokio::test]
async fn r079_a_picture_from_elsewhere_is_fetched_once_and_stays_what_it_was() {
    let scene = Scene::following().await;
    let note = scene.bob.photo_note("First", "photo-lake.jpg", "A lake");
    let address = note["attachment"][0]["url"].as_str().unwrap().to_owned();
    let target = address.strip_prefix("https://peer.test").unwrap().to_owned();
    let fetched = || scene.peer.received().iter().filter(|r| r.target == target).count();
    let src = shown(&scene, &note).await;
    let key = src.trim_start_matches("/media/").trim_end_matches(".jpg");
    assert!(key.len() == 32 && key.bytes().all(|b| b.is_ascii_hexdigit()), "a name of our own: {src}");
    let (_, _, before) = got(&scene.a, &src).await;
    for _ in 0..3 {
        scene.ada.home().await;
        got(&scene.a, &src).await;
    }
    assert_eq!(fetched(), 1, "nobody's look at it asks there again");

    // The same address turns into something else, of another kind, and is announced anew in another post.
    scene.peer.serve(&target, "text/html", "<script>alert(1)</script>");
    let mut second = scene.bob.note("Second");
    second["attachment"] = note["attachment"].clone();
    scene.bob.serve(&second);
    scene.heard(&scene.bob.create(&second)).await;
    scene.a.quiet().await;
    scene.peer.serve(&target, "image/jpeg", fixture_bytes("photo-dahlia.jpg"));
    let mut third = scene.bob.note("Third");
    third["attachment"] = note["attachment"].clone();
    scene.bob.serve(&third);
    let other = shown(&scene, &third).await;
    assert_ne!(other, src, "an entry of its own");

    let (status, headers, after) = got(&scene.a, &src).await;
    assert_eq!((status, &headers["content-type"]), (200, &"image/jpeg".parse().unwrap()));
    assert!(after == before, "what is kept is never overwritten");
    let (_, headers, bytes) = got(&scene.a, &other).await;
    assert_eq!(headers["content-type"], "image/jpeg");
    assert_eq!(image::load_from_memory(&bytes).unwrap().width(), 384, "the dahlia");
    for bytes in served(&scene.a).await {
        assert!(bytes.starts_with(&[0xFF, 0xD8, 0xFF]), "only pictures are kept");
    }
}

#[tokio::test]
async fn r079_an_update_with_other_bytes_is_judged_anew_and_keeps_no_type_of_theirs() {
    let scene = Scene::following().await;
    for (kind, body) in [
        ("image/svg+xml", fixture_bytes("svg.jpg")),
        ("text/html", fixture_bytes("html.jpg")),
        ("image/jpeg", fixture_bytes("html.jpg")),
        ("application/activity+json", b"{\"type\":\"Note\"}".to_vec()),
    ] {
        let mut note = scene.bob.photo_note("A note", "photo-dahlia.jpg", "x");
        let first = shown(&scene, &note).await;
        scene.peer.serve("/files/changed", kind, body);
        note["attachment"][0]["url"] = "https://peer.test/files/changed".into();
        note["attachment"][0]["mediaType"] = kind.into();
        scene.heard(&scene.bob.update(&note, "A note")).await;
        scene.a.quiet().await;
        let path = scene.ada.sees(&scene.bob.acct()).await;
        for photo in scene.ada.page(&path).await.photos() {
            let (_, headers, bytes) = got(&scene.a, &photo.src).await;
            assert_eq!(headers["content-type"], "image/jpeg", "{kind}");
            assert!(bytes.starts_with(&[0xFF, 0xD8, 0xFF]), "{kind}");
        }
        let (status, headers, _) = got(&scene.a, &first).await;
        assert!(status == 404 || headers["content-type"] == "image/jpeg", "{kind}");
    }
}

#[tokio::test]
async fn a_picture_from_elsewhere_that_ends_its_reader_is_tried_once() {
    let scene = Scene::following().await;
    for drill in ["abort", "overflow"] {
        let note = scene.bob.photo_note("Broken", "photo-lake.jpg", "x");
        let target =
            note["attachment"][0]["url"].as_str().unwrap().strip_prefix("https://peer.test").unwrap().to_owned();
        scene.peer.serve(&target, "image/jpeg", format!("cyanotype-drill:{drill}"));
        scene.heard(&scene.bob.create(&note)).await;
        scene.a.quiet().await;
        // Whatever would be tried again later is due now.
        scene.a.world.clock().advance(86_400_000);
        scene.a.quiet().await;
        assert_eq!(scene.peer.received().iter().filter(|r| r.target == target).count(), 1, "{drill}");
    }
}

#[tokio::test]
async fn r105_with_a_post_its_pictures_and_its_original_are_gone_within_thirty_seconds() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_album(&["leaky.jpg", "phone.heic"], "Not for long", "public", &["one", "two"]).await;
    let create = scene.peer.expect("Create").await;
    let pictures: Vec<String> = create["object"]["attachment"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["url"].as_str().unwrap().to_owned())
        .collect();
    scene.a.quiet().await;
    assert!(pictures.len() == 2 && scene.a.stored().await.len() >= 4);
    // Whatever is still to be done may not wait for a later hour: only what is due by then counts.
    let begun = (Instant::now(), scene.a.app.now());
    scene.ada.delete(&post).await;
    let (status, tombstone) = scene.a.document(&post.id).await;
    assert_eq!((status, &tombstone["type"]), (410, &"Tombstone".into()));
    assert!(begun.0.elapsed() < Duration::from_secs(5));
    assert_eq!(scene.peer.expect("Delete").await["object"]["id"], post.id.as_str());
    eventually(async || scene.a.stored().await.is_empty(), "every file of the post is gone, originals too").await;
    for picture in &pictures {
        assert_eq!(scene.a.ask(picture, "*/*").await.status(), 404, "{picture}");
    }
    assert!(scene.a.app.now() - begun.1 < 30_000 && begun.0.elapsed() < Duration::from_secs(30));
}

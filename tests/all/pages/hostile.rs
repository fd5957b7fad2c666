//! Files that are no photos, or more than that, sent by somebody at a browser.

use super::composer;
use super::composing::upload;
use crate::support::{Server, World, fixture_bytes};

const MARK: &str = "alert-7f3a";

/// What it is called, what it is, and whether there is a photo in it.
type Sent = (&'static str, Vec<u8>, bool);

/// The ways in which a file can pretend, each with a mark that must never be served.
fn pretenders() -> Vec<Sent> {
    let behind = |fixture: &str, more: &str| [fixture_bytes(fixture), format!("{more}{MARK}").into_bytes()].concat();
    let comment = {
        let mut jpeg = fixture_bytes("interleaved.jpg");
        let text = format!("<script>{MARK}</script>").into_bytes();
        let head = [0xFF, 0xFE, 0, u8::try_from(text.len() + 2).unwrap()];
        jpeg.splice(2..2, head.into_iter().chain(text));
        jpeg
    };
    let svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg"><script>{MARK}</script><image href="https://peer.test/svg"/></svg>"#
    );
    let xxe =
        format!(r#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "https://peer.test/xxe">]><x>&e;{MARK}</x>"#);
    let note = format!(r#"{{"@context":"https://www.w3.org/ns/activitystreams","type":"Note","content":"{MARK}"}}"#);
    let mvg = format!("push graphic-context\nimage over 0,0 0,0 'https://peer.test/mvg'\n{MARK}");
    vec![
        ("drawing.svg", svg.into_bytes(), false),
        ("page.html", format!("<!doctype html><script>{MARK}</script>").into_bytes(), false),
        ("entities.xml", xxe.into_bytes(), false),
        ("script.js", format!("/* {MARK} */ alert(1)").into_bytes(), false),
        ("document.pdf", format!("%PDF-1.4 {MARK}").into_bytes(), false),
        ("note.json", note.into_bytes(), false),
        ("commands.mvg", mvg.into_bytes(), false),
        ("text.jpg", MARK.as_bytes().to_vec(), false),
        ("zeros.jpg", vec![0; 4096], false),
        ("nothing.jpg", Vec::new(), false),
        ("archive.jpg", behind("interleaved.jpg", "PK\x03\x04"), true),
        ("applet.gif", behind("leaky.gif", "PK\x03\x04META-INF"), true),
        ("page.png", behind("palette.png", "<html><script>"), true),
        ("server.webp", behind("lossy.webp", "<?php system($_GET[0]); "), true),
        ("comment.jpg", comment, true),
    ]
}

#[tokio::test]
async fn r071_what_pretends_to_be_a_photo_is_refused_or_served_as_nothing_but_one() {
    let world = World::new(["a.test", "peer.test"]).await;
    let (server, peer) = (world.server("a.test").await, world.peer("peer.test"));
    let ada = server.person("ada").await;
    let draft = composer(&ada, "/compose").await.action;
    for (name, bytes, holds_a_photo) in pretenders() {
        let (status, answer) = upload(&ada, &draft, name, &bytes).await;
        assert_eq!(status, if holds_a_photo { 201 } else { 422 }, "{name}: {answer}");
        let Some(thumb) = answer["thumb"].as_str() else {
            assert!(answer["error"].as_str().unwrap().starts_with(name), "{answer}");
            continue;
        };
        for accept in ["text/html", "application/activity+json", "*/*"] {
            let served = server.ask(thumb, accept).await;
            let header = |name: &str| served.headers()[name].to_str().unwrap().to_owned();
            assert_eq!((header("content-type").as_str(), served.status().as_u16()), ("image/jpeg", 200), "{name}");
            assert_eq!(header("x-content-type-options"), "nosniff", "{name}");
            assert!(header("content-security-policy").contains("sandbox"), "{name}");
            let bytes = served.bytes().await.unwrap();
            assert!(!bytes.windows(MARK.len()).any(|window| window == MARK.as_bytes()), "{name}");
        }
    }
    assert_eq!(peer.requests(), 0, "nobody was asked for anything on a file's behalf");
}

#[tokio::test]
async fn r070_of_a_file_that_is_refused_nothing_is_made_and_nothing_is_kept() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let draft = composer(&ada, "/compose").await.action;
    let half = fixture_bytes("plain.heic");
    let damaged: Vec<Sent> = vec![
        ("cut.jpg", fixture_bytes("cut.jpg"), false),
        ("bomb.png", fixture_bytes("bomb.png"), false),
        ("half.heic", half[..half.len() / 2].to_vec(), false),
    ];
    for (name, bytes, _) in pretenders().into_iter().filter(|sent| !sent.2).chain(damaged) {
        assert_eq!(upload(&ada, &draft, name, &bytes).await.0, 422, "{name}");
    }
    let kept = server.stored().await;
    assert!(kept.is_empty(), "{:?}", kept.into_iter().map(|(key, _)| key).collect::<Vec<_>>());
    let temp = std::fs::read_dir(server.app.blobs.temp_dir()).unwrap();
    assert_eq!(temp.count(), 0, "nor on the way there");
}

#[tokio::test]
async fn r070_a_photo_under_the_name_of_another_kind_is_what_its_bytes_are() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let draft = composer(&ada, "/compose").await.action;
    for (name, fixture) in [
        ("photo.jpg", "plain.heic"),
        ("photo.heic", "interleaved.jpg"),
        ("photo.png", "lossy.webp"),
        ("photo.svg", "plain.avif"),
        ("photo.html", "palette.png"),
        ("photo", "alpha.webp"),
    ] {
        let (status, answer) = upload(&ada, &draft, name, &fixture_bytes(fixture)).await;
        assert_eq!(status, 201, "{name}: {answer}");
        let served = server.ask(answer["thumb"].as_str().unwrap(), "*/*").await;
        assert_eq!(served.headers()["content-type"], "image/jpeg", "{name}");
        assert!(served.bytes().await.unwrap().starts_with(&[0xFF, 0xD8, 0xFF]), "{name}");
    }
}

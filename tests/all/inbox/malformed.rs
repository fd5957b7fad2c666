//! Bodies that are no activities, or too much of one; and people nobody here ever heard of.

use crate::support::*;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn alive(scene: &Scene) {
    assert_eq!(scene.a.ask("/healthz", "*/*").await.status(), 200);
}

async fn post_signed(scene: &Scene, body: Vec<u8>) -> u16 {
    let now = scene.world().clock().system();
    scene.bob.signed_post(&scene.inbox, body, &scene.bob.key_id, now).send().await
}

#[tokio::test]
#[allow(clippy::too_many_lines, reason = "a table of cases")]
async fn r029_nonsense_is_refused_or_ignored_and_harms_nothing() {
    let scene = Scene::following().await;
    let like = |change: fn(&mut Value)| {
        let mut activity = scene.bob.activity("Like", "https://a.test/ap/posts/1");
        change(&mut activity);
        activity
    };
    let create = |change: fn(&mut Value)| {
        let mut activity = scene.bob.create(&scene.bob.note("Odd"));
        change(&mut activity["object"]);
        activity
    };
    let bodies: Vec<Value> = vec![
        json!(null),
        json!(true),
        json!(1),
        json!("text"),
        json!([]),
        json!({}),
        json!([{ "type": "Like" }]),
        json!({ "type": 5, "actor": scene.bob.id }),
        json!({ "type": "Like" }),
        json!({ "type": "Like", "actor": {} }),
        like(|a| a["id"] = json!(17)),
        like(|a| a["id"] = json!("not an address")),
        like(|a| a["id"] = json!({ "a": 1 })),
        like(|a| a["object"] = json!(null)),
        like(|a| a["object"] = json!([])),
        like(|a| a["object"] = json!("javascript:alert(1)")),
        like(|a| a["object"] = json!("https://a.test/ap/posts/99999999999999999999999999")),
        like(|a| a["object"] = json!("https://a.test/ap/posts/-1")),
        like(|a| a["object"] = json!("https://a.test/ap/posts/1\u{0}")),
        like(|a| a["type"] = json!(["Like", "Create"])),
        like(|a| a["@context"] = json!({ "@vocab": "x" })),
        create(|n| n["published"] = json!("yesterday")),
        create(|n| n["published"] = json!(-1e300)),
        create(|n| n["content"] = json!(["a", "b"])),
        create(|n| n["content"] = json!("\u{0}\u{ffff}\u{202e}")),
        create(|n| n["to"] = json!({ "x": [1, 2] })),
        create(|n| n["attachment"] = json!([null, 1, "x", { "url": [] }, { "type": {} }])),
        create(|n| n["tag"] = json!([null, { "type": "Hashtag", "name": 5 }, { "type": "Mention", "href": [] }])),
        create(|n| n["inReplyTo"] = json!([{ "id": 1 }, "x"])),
        create(|n| n["summary"] = json!({})),
        create(|n| n["attributedTo"] = json!([])),
        create(|n| n["id"] = json!("https://peer.test:8443/notes/1")),
        create(|n| n["id"] = json!("https://peer.test./notes/1")),
        create(|n| n["id"] = json!("https://user@peer.test/notes/1")),
        create(|n| {
            n["attachment"] =
                json!({ "type": "Image", "url": "data:image/png;base64,AAAA", "width": -5, "height": 1e40 })
        }),
    ];
    for body in bodies {
        let status = post_signed(&scene, body.to_string().into_bytes()).await;
        assert!(matches!(status, 202 | 400 | 401 | 403), "{status} for {body}");
    }
    for body in [
        &b""[..],
        b"{",
        b"{\"type\":\"Like\",}",
        b"\xff\xfe",
        b"{\"a\":1}{\"b\":2}",
        b"\x00",
        b"{\"x\":\"\\ud800\"}",
        b"{\"n\":1e400}",
    ] {
        let status = post_signed(&scene, body.to_vec()).await;
        assert!(matches!(status, 202 | 400 | 401), "{status} for {}", String::from_utf8_lossy(body));
    }
    scene.a.quiet().await;
    alive(&scene).await;
    assert_eq!(scene.ada.home().await.status, 200);
    assert_eq!(scene.ada.page(&format!("/@{}", scene.bob.acct())).await.status, 200);
}

#[tokio::test]
async fn r051_a_body_of_more_than_a_megabyte_is_refused() {
    let scene = Scene::followed().await;
    let mut note = scene.bob.note("Long");
    note["content"] = "x".repeat(1 << 20).into();
    let body = scene.bob.create(&note).to_string().into_bytes();
    assert_eq!(post_signed(&scene, body).await, 413);
    let mut fits = scene.bob.activity("Like", "https://a.test/ap/posts/1");
    let free = (1 << 20) - fits.to_string().len() - ",\"x\":\"\"".len();
    fits["x"] = "x".repeat(free).into();
    let body = fits.to_string().into_bytes();
    assert_eq!(body.len(), 1 << 20);
    assert_eq!(post_signed(&scene, body).await, 202, "a megabyte is taken");
    alive(&scene).await;
}

#[tokio::test]
async fn r051_an_endless_body_is_cut_off() {
    let scene = Scene::new().await;
    let taken = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = taken.clone();
    let endless = futures_util::stream::repeat_with(move || {
        counted.fetch_add(64 * 1024, std::sync::atomic::Ordering::Relaxed);
        Ok::<_, std::io::Error>(vec![b' '; 64 * 1024])
    });
    let request = scene.world().client().post(format!("http://{}/ap/inbox", scene.a.address));
    let request = request.header("host", "a.test").header("content-type", "application/activity+json");
    let sent = request.body(reqwest::Body::wrap_stream(endless)).send();
    let answer = tokio::time::timeout(Duration::from_secs(10), sent).await.expect("it is cut off");
    if let Ok(answer) = answer {
        assert_eq!(answer.status(), 413);
    }
    // What lies in the buffers of two sockets on the way counts too.
    let taken = taken.load(std::sync::atomic::Ordering::Relaxed);
    assert!((1 << 20..16 << 20).contains(&taken), "{taken} bytes were taken");
    alive(&scene).await;
}

#[tokio::test]
async fn r054_deep_nesting_is_refused_at_once() {
    let scene = Scene::followed().await;
    for depth in [100, 100_000] {
        for (open, close) in [("[", "]"), ("{\"object\":", "}")] {
            let inner = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let body = format!("{{\"type\":\"Create\",\"actor\":\"{}\",\"object\":{inner}}}", scene.bob.id);
            if body.len() > 1 << 20 {
                continue;
            }
            let begun = Instant::now();
            assert_eq!(post_signed(&scene, body.into_bytes()).await, 400);
            assert!(begun.elapsed() < Duration::from_secs(1));
        }
    }
    alive(&scene).await;
}

#[tokio::test]
async fn other_content_types_are_refused() {
    let scene = Scene::followed().await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/html", ""] {
        let delivery = scene.bob.delivery(&scene.inbox, &scene.bob.activity("Like", "https://a.test/ap/posts/1"));
        let status = delivery.header("content-type", kind).send().await;
        assert!(matches!(status, 415 | 406 | 400), "{kind}: {status}");
    }
}

#[tokio::test]
async fn r019_a_value_of_an_odd_kind_leaves_the_rest_readable() {
    let scene = Scene::following().await;
    let mut note = scene.bob.photo_note("Still readable", "photo-lake.jpg", "A lake");
    note["summary"] = json!({ "odd": true });
    note["contentMap"] = json!([]);
    note["tag"] = json!("odd");
    note["url"] = json!("javascript:alert(1)");
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    let page = scene.ada.page(&path).await;
    assert!(page.says("Still readable") && !page.html.contains("javascript:"));
}

#[tokio::test]
async fn r053_a_note_with_a_thousand_of_everything_is_bounded() {
    let scene = Scene::following().await;
    let mut note = scene.bob.photo_note("Too much", "orientation-1.jpg", "x");
    let attachment = note["attachment"][0].clone();
    note["attachment"] = vec![attachment; 1_000].into();
    note["tag"] = (0..2_000)
        .map(
            |n| json!({ "type": "Mention", "href": format!("https://peer.test/users/u{n}"), "name": format!("@u{n}") }),
        )
        .chain((0..500).map(|n| json!({ "type": "Hashtag", "name": format!("#t{n}") })))
        .collect::<Vec<_>>()
        .into();
    let before = scene.peer.requests();
    scene.heard(&scene.bob.create(&note)).await;
    scene.ada.sees(&scene.bob.acct()).await;
    let caused = scene.peer.requests() - before;
    assert!(caused <= 100, "{caused} requests");
    let page = scene.ada.home().await;
    assert!(page.photos().len() <= 32, "{}", page.photos().len());
}

#[tokio::test]
async fn r058_an_endless_chain_of_replies_ends() {
    let scene = Scene::following().await;
    for index in 0..60 {
        let mut note = scene.bob.note("Deeper");
        note["id"] = format!("https://peer.test/chain/{index}").into();
        note["inReplyTo"] = format!("https://peer.test/chain/{}", index + 1).into();
        scene.peer.serve_json(&format!("/chain/{index}"), &note);
    }
    let before = scene.peer.requests();
    let mut note = scene.bob.note("First");
    note["inReplyTo"] = "https://peer.test/chain/0".into();
    scene.heard(&scene.bob.create(&note)).await;
    let caused = scene.peer.requests() - before;
    assert!(caused <= 50, "{caused} requests");
}

#[tokio::test]
async fn d18_deletes_and_updates_of_people_never_heard_of_cost_nothing() {
    let scene = Scene::new().await;
    let unknown = scene.peer.actor("unknown");
    for kind in ["Delete", "Update"] {
        let object = if kind == "Delete" { json!(unknown.id) } else { unknown.document() };
        for _ in 0..5 {
            assert_eq!(unknown.send(&scene.inbox, &unknown.activity(kind, object.clone())).await, 202);
        }
    }
    let tombstone = json!({ "id": unknown.id, "type": "Person" });
    assert_eq!(unknown.send(&scene.inbox, &unknown.activity("Delete", tombstone)).await, 202);
    scene.a.quiet().await;
    assert_eq!(scene.peer.requests(), 0);
}

#[tokio::test]
async fn d17_a_signature_by_somebody_who_is_gone_leaves_nothing() {
    let scene = Scene::new().await;
    let gone = scene.peer.actor("gone");
    scene.peer.refuse("/users/gone", 410);
    let post = scene.ada.post_photo("orientation-1.jpg", "A flower").await;
    assert_eq!(gone.send(&scene.inbox, &gone.activity("Like", post.id.as_str())).await, 401);
    scene.a.quiet().await;
    assert_eq!(scene.likes(&post).await, 0);
}

#[tokio::test]
async fn a_key_that_cannot_be_fetched_just_now_asks_for_patience() {
    let scene = Scene::new().await;
    scene.peer.refuse("/users/bob", 503);
    let post = scene.ada.post_photo("orientation-1.jpg", "A flower").await;
    let answer = scene.bob.delivery(&scene.inbox, &scene.bob.activity("Like", post.id.as_str())).answer().await;
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn inboxes_of_nobody_are_not_there() {
    let scene = Scene::new().await;
    for address in ["https://a.test/ap/users/999/inbox", "https://a.test/ap/users/x/inbox"] {
        assert_eq!(
            scene.bob.send(address, &scene.bob.activity("Follow", scene.ada_id.as_str())).await,
            404,
            "{address}"
        );
    }
}

#[tokio::test]
async fn a_follow_of_nobody_or_of_the_server_itself_is_not_accepted() {
    let scene = Scene::new().await;
    for target in ["https://a.test/ap/users/999", "https://a.test/actor", "https://peer.test/users/bob"] {
        scene.bob.send(&scene.inbox, &scene.bob.activity("Follow", target)).await;
    }
    scene.a.quiet().await;
    assert!(scene.peer.deliveries("Accept").is_empty());
}

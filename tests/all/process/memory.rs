//! What hostile pictures may cost the program, measured on its own process.

use super::binary::{Folder, PATIENCE, Running, photograph};
use super::stage::{PASSWORD, Stage, database, number, until_no_jobs};
use super::tab::{Form, Tab};
use crate::support::{Actor, PUBLIC, gzip_bomb};
use std::time::{Duration, Instant};

/// Requirement R063: growth in bytes, and time, that a picture of 30 000 × 30 000 may cost.
const MOST_GROWTH: u64 = 300_000_000;
const MOST_TIME: Duration = Duration::from_secs(5);
/// Requirement R062: the same for a document or a file that inflates to a gigabyte.
const MOST_GROWTH_OF_TEXT: u64 = 100_000_000;
/// Requirement R061: bytes of an endless document that are read at most.
const MOST_READ: u64 = 2 << 20;
/// What may be under way between two processes when the reader has had enough: buffers of TLS and of two sockets.
const UNDER_WAY: u64 = 8 << 20;

/// A server with an owner, and her tab.
async fn owned(stage: &Stage) -> (Folder, Running, Tab) {
    let folder = Folder::new();
    let arguments = ["admin", "create-account", "ada", "--email", "ada@example.org", "--role", "owner"];
    assert!(folder.run(&arguments, PASSWORD).success);
    let server = stage.launch(&folder, None);
    server.until_ready();
    let tab = Tab::at(&folder.url(""));
    assert_eq!(tab.sign_in("ada", PASSWORD).await.led(), "/");
    (folder, server, tab)
}

#[tokio::test(flavor = "multi_thread")]
async fn r063_a_bomb_uploaded_is_refused_at_once_and_without_memory() {
    let stage = Stage::build().await;
    let (_folder, server, tab) = owned(&stage).await;
    let draft = tab.compose().await;
    let before = server.most_memory();
    for bomb in ["bomb.jpg", "bomb.png"] {
        let begun = Instant::now();
        let form = Form::new().photo(bomb, &photograph(bomb));
        let answer = tab.submit(&format!("{draft}/photos"), &form).await;
        assert_eq!(answer.status, 422, "{bomb}: {}", answer.text());
        assert!(answer.has(bomb) && answer.has("900 megapixels"), "{bomb}: {}", answer.text());
        assert!(begun.elapsed() < MOST_TIME, "{bomb} took {:?}", begun.elapsed());
    }
    let growth = server.most_memory() - before;
    assert!(growth < MOST_GROWTH, "grew by {growth} bytes");
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn r063_a_bomb_from_another_server_is_left_out_without_memory() {
    let stage = Stage::build().await;
    let (folder, server, _tab) = owned(&stage).await;
    let (bob, ada) = (stage.peer.actor("bob"), stage.actor_id("ada").await);
    let before = server.most_memory();
    for bomb in ["bomb.jpg", "bomb.png"] {
        let mut note = bob.photo_note("Look at this", bomb, "A bomb");
        note["to"] = serde_json::json!([PUBLIC, ada]);
        note["tag"] = serde_json::json!([{ "type": "Mention", "href": ada, "name": "@ada" }]);
        bob.serve(&note);
        bob.tell(&format!("{ada}/inbox"), &bob.create(&note)).await;
    }
    let db = database(&folder).await;
    let given_up = "SELECT count(*) FROM photo WHERE remote_url IS NOT NULL AND state = 'failed'";
    let begun = Instant::now();
    while number(&db, given_up).await < 2 {
        assert!(begun.elapsed() < PATIENCE, "the bombs were not judged: {}", server.said());
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    assert!(until_no_jobs(&folder, &server).await, "the server lives");
    let growth = server.most_memory() - before;
    assert!(growth < MOST_GROWTH, "grew by {growth} bytes");
    server.stop();
}

/// Tells ada's server something signed with a key that only the actor's document can show; true if it was believed.
async fn believed(actor: &Actor, ada: &str) -> bool {
    actor.send(&format!("{ada}/inbox"), &actor.activity("Follow", ada)).await == 202
}

#[tokio::test(flavor = "multi_thread")]
async fn r061_an_endless_document_or_photo_is_read_to_its_limit_and_no_further() {
    use std::sync::atomic::Ordering;
    let stage = Stage::build().await;
    let (folder, server, _tab) = owned(&stage).await;
    let (bob, mallory, ada) = (stage.peer.actor("bob"), stage.peer.actor("mallory"), stage.actor_id("ada").await);
    assert!(believed(&bob, &ada).await, "an ordinary one is");
    let before = server.most_memory();
    let path = mallory.id.strip_prefix("https://peer.test").unwrap().to_owned();
    let sent = stage.peer.serve_endlessly(&path, "application/activity+json");
    assert!(!believed(&mallory, &ada).await);
    let document = sent.load(Ordering::Relaxed);
    assert!(document > 0 && document < MOST_READ + UNDER_WAY, "{document} bytes of a document");

    let mut note = bob.photo_note("Look at this", "grey.jpg", "Without end");
    note["attachment"][0]["url"] = "https://peer.test/endless.jpg".into();
    note["to"] = serde_json::json!([PUBLIC, ada]);
    note["tag"] = serde_json::json!([{ "type": "Mention", "href": ada, "name": "@ada" }]);
    bob.serve(&note);
    let sent = stage.peer.serve_endlessly("/endless.jpg", "image/jpeg");
    bob.tell(&format!("{ada}/inbox"), &bob.create(&note)).await;
    let db = database(&folder).await;
    let begun = Instant::now();
    let judged = "SELECT count(*) FROM photo WHERE remote_url IS NOT NULL AND state = 'not_had'";
    while number(&db, judged).await < 1 {
        assert!(begun.elapsed() < PATIENCE, "it was not judged: {}", server.said());
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    let photo = sent.load(Ordering::Relaxed);
    assert!(photo > 0 && photo < (40 << 20) + UNDER_WAY, "{photo} bytes of a photo, once");
    let growth = server.most_memory() - before;
    assert!(growth < MOST_GROWTH_OF_TEXT, "grew by {growth} bytes");
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn r062_a_document_that_inflates_to_a_gigabyte_costs_next_to_no_memory() {
    let stage = Stage::build().await;
    let (_folder, server, _tab) = owned(&stage).await;
    let (bob, mallory, ada) = (stage.peer.actor("bob"), stage.peer.actor("mallory"), stage.actor_id("ada").await);
    assert!(believed(&bob, &ada).await, "an ordinary one is");
    let bomb = gzip_bomb((1 << 30) / 258);
    assert!(bomb.len() < 8_000_000, "{}", bomb.len());
    let path = mallory.id.strip_prefix("https://peer.test").unwrap().to_owned();
    stage.peer.serve_gzip(&path, "application/activity+json", bomb.clone());
    let before = server.most_memory();
    let begun = Instant::now();
    assert!(!believed(&mallory, &ada).await);
    assert!(begun.elapsed() < MOST_TIME, "{:?}", begun.elapsed());
    let growth = server.most_memory() - before;
    assert!(growth < MOST_GROWTH_OF_TEXT, "grew by {growth} bytes");
    server.stop();
}

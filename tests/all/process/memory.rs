//! What hostile pictures may cost the program, measured on its own process.

use super::binary::{Folder, PATIENCE, Running, photograph};
use super::stage::{PASSWORD, Stage, database, number, until_no_jobs};
use super::tab::{Form, Tab};
use crate::support::PUBLIC;
use std::time::{Duration, Instant};

/// Requirement R063: growth in bytes, and time, that a picture of 30 000 × 30 000 may cost.
const MOST_GROWTH: u64 = 300_000_000;
const MOST_TIME: Duration = Duration::from_secs(5);

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
    let mut db = database(&folder).await;
    let given_up = "SELECT count(*) FROM photo WHERE remote_url IS NOT NULL AND state = 'failed'";
    let begun = Instant::now();
    while number(&mut db, given_up).await < 2 {
        assert!(begun.elapsed() < PATIENCE, "the bombs were not judged: {}", server.said());
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    assert!(until_no_jobs(&folder, &server).await, "the server lives");
    let growth = server.most_memory() - before;
    assert!(growth < MOST_GROWTH, "grew by {growth} bytes");
    server.stop();
}

//! The secret is changed while the server runs, and nobody on other servers notices.

use super::binary::Folder;
use super::stage::{PASSWORD, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn r125_the_secret_is_changed_while_the_server_runs_and_the_old_one_can_go() {
    let stage = Stage::build().await;
    let folder = Folder::new();
    let arguments = ["admin", "create-account", "ada", "--email", "ada@example.org", "--role", "owner"];
    assert!(folder.run(&arguments, PASSWORD).success);
    let secret = folder.path("data/secret.key");
    let old = std::fs::read_to_string(&secret).unwrap();
    let server = stage.launch(&folder, None);
    server.until_ready();

    let done = folder.run(&["admin", "rotate-secret"], "");
    assert!(done.success && done.out.contains("4 keys"), "{done:?}");
    let both = std::fs::read_to_string(&secret).unwrap();
    let lines: Vec<&str> = both.lines().collect();
    assert_eq!((lines.len(), lines[1]), (2, old.trim()), "the old one still opens what was sealed meanwhile");
    assert_eq!(super::binary::mode(&secret), 0o600);
    let ada = stage.actor_id("ada").await;
    stage.peer.actor("bob").follow(&ada).await;
    stage.peer.expect("Accept").await;
    server.stop();

    std::fs::write(&secret, lines[0]).unwrap();
    let server = stage.launch(&folder, None);
    server.until_ready();
    stage.peer.actor("carol").follow(&ada).await;
    stage.peer.expect("Accept").await;
    server.stop();
}

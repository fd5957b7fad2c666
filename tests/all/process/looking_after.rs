//! Accounts and deliveries, looked after from the command line beside a running server.

use super::binary::Folder;
use super::stage::{Stage, followed, until_no_jobs};
use super::tab::Tab;
use std::time::{Duration, Instant};

const PASSWORD: &str = "the sea at ten past four";

fn with_ada() -> Folder {
    let folder = Folder::new();
    assert!(folder.run(&["admin", "create-account", "ada", "--email", "ada@example.org"], PASSWORD).success);
    folder
}

#[tokio::test]
async fn r106_an_account_is_deleted_for_good_or_not_at_all() {
    let folder = with_ada();
    let _server = folder.start();
    let ada = Tab::at(&folder.url(""));
    ada.sign_in("ada", PASSWORD).await.led();
    let asked = folder.run(&["admin", "delete-account", "ada"], "");
    assert!(!asked.success && asked.err.contains("--for-good"), "{asked:?}");
    ada.get("/settings").await.ok();
    let deleted = folder.run(&["admin", "delete-account", "@ada", "--for-good"], "");
    assert!(deleted.success && deleted.out.contains("@ada is deleted"), "{deleted:?}");
    let since = Instant::now();
    while ada.get("/settings").await.status == 200 {
        assert!(since.elapsed() < Duration::from_secs(5), "the session goes on");
    }
    assert_eq!(ada.sign_in("ada", PASSWORD).await.status, 422);
    let again = folder.run(&["admin", "create-account", "ada", "--email", "new@example.org"], PASSWORD);
    assert!(again.err.contains("@ada is taken"), "{again:?}");
    assert!(!folder.run(&["admin", "delete-account", "ada", "--for-good"], "").success, "once");
}

#[tokio::test]
async fn r087_suspending_ends_sessions_and_can_be_taken_back() {
    let folder = with_ada();
    let _server = folder.start();
    let ada = Tab::at(&folder.url(""));
    ada.sign_in("ada", PASSWORD).await.led();
    assert!(folder.run(&["admin", "suspend", "ada"], "").success);
    let since = Instant::now();
    while ada.get("/settings").await.status == 200 {
        assert!(since.elapsed() < Duration::from_secs(5), "the session goes on");
    }
    assert!(folder.run(&["admin", "unsuspend", "ada"], "").success);
    assert_eq!(ada.sign_in("ada", PASSWORD).await.led(), "/");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_deliveries_went_is_listed() {
    let stage = Stage::build().await;
    let (folder, _) = followed(&stage).await;
    let server = stage.launch(&folder, None);
    server.until_ready();
    until_no_jobs(&folder, &server).await;
    let listed = folder.run(&["admin", "deliveries"], "");
    assert!(listed.success, "{listed:?}");
    assert!(listed.out.contains("peer.test\tAccept\tarrived"), "{}", listed.out);
    assert_eq!(folder.run(&["admin", "deliveries", "--failed"], "").out, "");
    assert_eq!(folder.run(&["admin", "deliveries", "--host", "other.test"], "").out, "");
}

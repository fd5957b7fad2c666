//! A server of several processes: some answer, some work.

use super::binary::{free_port, status_of};
use super::stage::{Stage, followed, until_no_jobs};
use super::stopping::post;
use super::tab::Tab;
use crate::support::eventually;
use std::net::SocketAddr;

#[tokio::test]
async fn what_one_process_answers_another_delivers() {
    let stage = Stage::build().await;
    let (folder, cookie) = followed(&stage).await;
    let web = stage.launch_with(&folder, &[("CYANOTYPE_ROLE", "web")]);
    web.until_ready();
    let ada = Tab::at(&folder.url(""));
    ada.set_cookie(Some(cookie));
    post(&ada, "from-a-web-process").await;
    let listen = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let settings = [("CYANOTYPE_ROLE", "worker"), ("CYANOTYPE_LISTEN", &*listen.to_string())];
    // It was asked for while there was nobody to do it.
    assert!(stage.arrived("from-a-web-process").is_empty());
    let worker = stage.launch_with(&folder, &settings);
    assert!(until_no_jobs(&folder, &worker).await);
    eventually(async || !stage.arrived("from-a-web-process").is_empty(), "it is delivered").await;
    let status = |path: &str| status_of(listen, path, "localhost");
    assert_eq!((status("/readyz"), status("/"), status("/api/v2/instance")), (Some(200), Some(404), Some(404)));
    worker.stop();
    web.stop();
}

#[test]
fn a_part_that_is_none_is_refused_in_a_sentence() {
    let folder = super::binary::Folder::new();
    let refused = folder.run(&["serve", "--role", "manager"], "");
    assert!(!refused.success && refused.err.contains("must be \"all\", \"web\" or \"worker\""), "{}", refused.err);
}

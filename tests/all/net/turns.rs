//! Turns at a host.

use cyanotype::net::{HOSTS_KEPT, Turns};

#[tokio::test]
async fn r060_hosts_nobody_waits_for_are_forgotten() {
    let turns = Turns::new(1);
    for n in 0..10_000 {
        turns.take(&format!("host-{n}.example")).await.unwrap();
    }
    assert!(turns.known() <= HOSTS_KEPT);
}

#[tokio::test]
async fn a_host_gets_no_more_than_its_turns() {
    let turns = Turns::new(1);
    let first = turns.take("a.example").await;
    let mut second = Box::pin(turns.take("a.example"));
    assert!(futures_util::poll!(&mut second).is_pending());
    assert!(turns.take("b.example").await.is_some(), "another host does not wait");
    drop(first);
    assert!(second.await.is_some());
}

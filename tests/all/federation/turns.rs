//! Whose turn it is to be sent something, and how long a host that fails is left alone.

use cyanotype::clock::{DAY, MINUTE};
use cyanotype::entity::activity;
use cyanotype::service::federation::deliver::Letter;
use cyanotype::service::federation::hosts::{DEAD_AFTER, PROBE, failed};
use cyanotype::store::deliveries::Parcel;
use cyanotype::worker::courier::hosts::{Hosts, Ready};
use std::sync::Arc;
use std::time::Instant;

fn ready(id: i64, host: &str, inbox_id: i64) -> Ready {
    let parcel = Parcel {
        id,
        activity_id: 1,
        inbox_id,
        attempts: 0,
        url: format!("https://{host}/{inbox_id}"),
        host: host.to_owned(),
        missing_since: None,
        stopped_at: None,
    };
    let (kind, body) = ("Like".to_owned(), "{}".to_owned());
    let said = activity::Model { id: 1, account_id: 1, kind, public: 1, body, created_at: 0 };
    Ready { parcel, letter: Arc::new(Letter::new(said)), since: Instant::now() }
}

fn numbers(hosts: &mut Hosts) -> Vec<i64> {
    std::iter::from_fn(|| hosts.take_next()).map(|ready| ready.parcel.id).collect()
}

#[test]
fn hosts_take_turns_and_one_that_has_not_answered_gets_one() {
    let mut hosts = Hosts::new(2);
    for (id, host) in [(1, "a.example"), (2, "a.example"), (3, "a.example"), (4, "b.example")] {
        hosts.add(ready(id, host, id), false);
    }
    assert_eq!(numbers(&mut hosts), [1, 4]);
    let first = ready(1, "a.example", 1).parcel;
    hosts.ended(&first, false, true);
    assert_eq!(numbers(&mut hosts), [2, 3], "it has answered: two at once");
}

#[test]
fn an_inbox_gets_the_next_one_when_the_last_is_written_down() {
    let mut hosts = Hosts::new(2);
    for id in [1, 2] {
        hosts.add(ready(id, "a.example", 9), false);
    }
    let first = ready(1, "a.example", 9).parcel;
    assert_eq!(numbers(&mut hosts), [1]);
    hosts.ended(&first, false, true);
    assert!(numbers(&mut hosts).is_empty());
    hosts.written(&first);
    assert_eq!(numbers(&mut hosts), [2]);
}

#[test]
fn r060_a_host_with_nothing_to_do_is_forgotten() {
    let mut hosts = Hosts::new(2);
    for id in 0..1_000 {
        let ready = ready(id, &format!("host-{id}.example"), id);
        let parcel = ready.parcel.clone();
        hosts.add(ready, false);
        assert!(hosts.take_next().is_some());
        hosts.ended(&parcel, false, true);
        hosts.written(&parcel);
    }
    assert_eq!((hosts.known(), hosts.claimed()), (0, 0));
}

#[test]
fn what_was_taken_for_a_host_that_takes_long_is_given_up() {
    let mut hosts = Hosts::new(2);
    for id in [1, 2, 3] {
        hosts.add(ready(id, "a.example", id), false);
    }
    assert_eq!(numbers(&mut hosts), [1]);
    assert_eq!(hosts.slow("a.example").len(), 2);
    assert_eq!((hosts.claimed(), hosts.full()), (0, vec!["a.example".to_owned()]));
}

#[test]
fn pauses_double_up_to_six_hours_and_become_weekly_after_a_week() {
    let mut row = None;
    let mut pauses = Vec::new();
    let mut now = 0;
    while now < DEAD_AFTER + DAY {
        let next = failed("a.example", row.as_ref(), now, |pause| pause);
        pauses.push(next.open_until - now);
        now = next.open_until.max(now + 1);
        row = Some(next);
    }
    assert_eq!(pauses.iter().take(4).copied().collect::<Vec<_>>(), [0; 4]);
    let minutes: Vec<_> = pauses.iter().skip(4).take(8).map(|p| p / MINUTE).collect();
    assert_eq!(minutes, [10, 20, 40, 80, 160, 320, 360, 360]);
    assert_eq!(pauses.last(), Some(&PROBE));
}

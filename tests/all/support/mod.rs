//! What promises are played with: a [`World`] of host names, [`Server`]s (ours, whole, behind a TLS
//! proxy), [`Person`]s (signed-in browsers without script) and [`Peer`]s (strict servers of others).
//!
//! Hosts are `.test` names mapped to loopback ports by the `resolve` setting, over TLS with a
//! certificate authority of this process: no rule of production is switched off.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(clippy::disallowed_methods, reason = "tests are the other end of what the bans protect")]
#![allow(dead_code, reason = "not every module uses every helper")]

mod actor;
mod api;
pub mod bucket;
mod check;
pub mod copies;
mod data;
pub mod flaky;
mod html;
mod listener;
mod made_once;
mod peer;
mod person;
pub mod postgres;
mod scene;
mod schemas;
pub mod seaweed;
mod server;
pub mod statements;
mod stopwatch;
mod tls;
mod world;

pub use actor::{Actor, Delivery, PUBLIC};
pub use api::{Api, Said};
pub use data::Data;
pub use html::{Form, Page};
pub use listener::{Event, Listener};
pub use peer::{Peer, Received};
pub use person::{PASSWORD, Person, Posted};
pub use scene::{Scene, Two};
pub use schemas::strict_entities;
pub use server::Server;
pub use stopwatch::Stopwatch;
pub use world::{Front, World};

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Whatever is awaited must have come about after so long.
const DEADLINE: Duration = Duration::from_secs(20);
/// It is looked for soon, then ever more seldom, down to this often.
const PAUSE: Duration = Duration::from_millis(25);
const SHORT_PAUSE: Duration = Duration::from_millis(3);

/// Something that yields a value once what is awaited has come about.
pub trait Found {
    type Value;

    fn found(self) -> Option<Self::Value>;
}

impl Found for bool {
    type Value = ();

    fn found(self) -> Option<()> {
        self.then_some(())
    }
}

impl<T> Found for Option<T> {
    type Value = T;

    fn found(self) -> Option<T> {
        self
    }
}

/// Asks again and again until the answer is `true` or `Some`; fails with `what` after 20 seconds.
pub async fn eventually<F, A, R>(ask: F, what: &str) -> R::Value
where
    F: Fn() -> A,
    A: Future<Output = R>,
    R: Found,
{
    let (begun, mut pause) = (Instant::now(), SHORT_PAUSE);
    loop {
        if let Some(value) = ask().await.found() {
            return value;
        }
        assert!(begun.elapsed() < DEADLINE, "did not come about: {what}");
        tokio::time::sleep(pause).await;
        pause = PAUSE.min(pause * 2);
    }
}

/// A file of `media-test-fixtures`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("media-test-fixtures").join(name)
}

/// Its bytes.
pub fn fixture_bytes(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Blanks, gzipped by hand: one literal, then `n` times "the last byte 258 times over" (RFC 1951,
/// section 3.2.6). Becomes 159 times as long.
pub fn gzip_bomb(n: usize) -> Vec<u8> {
    let bits = ["010", "01010000", &"1100010100000".repeat(n)].concat().into_bytes();
    let packed = bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |sum, bit| sum << 1 | (bit - b'0')));
    [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3].into_iter().chain(packed).collect()
}

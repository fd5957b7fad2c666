//! How many calls an app may make, counted by token, or by address without one. Each process counts in memory;
//! what counts many is added up over all processes every second.

use super::error::ApiError;
use crate::clock::Millis;
use crate::http::Web;
use crate::service::calls::{self, Calls};
use crate::service::limits::{CALLS, CALLS_WINDOW};
use crate::service::views::iso;
use axum::http::{HeaderMap, HeaderValue};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Whoever calls less often here is not spoken of to other processes: most never come near the limit.
const SPOKEN_OF: u32 = CALLS / 10;
/// Calls are added up this often.
const SHARED: Duration = Duration::from_secs(1);
/// Buckets added up in one transaction.
const AT_ONCE: usize = 500;

/// Whose calls are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// Whoever holds this token.
    Token(i64),
    /// Whoever calls from there; see [`crate::http::client::Client::bucket`].
    Address(String),
}

impl Bucket {
    fn name(&self) -> String {
        match self {
            Self::Token(id) => format!("calls:token:{id}"),
            Self::Address(address) => format!("calls:from:{address}"),
        }
    }
}

type Key = (Bucket, Millis);

#[derive(Debug, Default)]
struct Count {
    /// Calls as far as they are known here.
    used: AtomicU32,
    /// Those of them that no other process has heard of.
    unshared: AtomicU32,
    /// It is to be shared.
    queued: AtomicBool,
}

/// Counts calls.
pub struct Limiter {
    counts: moka::sync::Cache<Key, Arc<Count>>,
    unshared: Mutex<Vec<(Key, Arc<Count>)>>,
}

impl Default for Limiter {
    fn default() -> Self {
        let kept = Duration::from_millis(CALLS_WINDOW.unsigned_abs());
        let counts = moka::sync::Cache::builder().max_capacity(100_000).time_to_live(kept).build();
        Self { counts, unshared: Mutex::default() }
    }
}

impl Limiter {
    /// Counts one call.
    pub fn take(&self, bucket: Bucket, now: Millis) -> Rate {
        let window = now - now.rem_euclid(CALLS_WINDOW);
        let key = (bucket, window);
        let count = self.counts.get(&key).unwrap_or_else(|| self.counts.get_with(key.clone(), Arc::default));
        let used = count.used.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        count.unshared.fetch_add(1, Ordering::Relaxed);
        if used >= SPOKEN_OF && !count.queued.swap(true, Ordering::AcqRel) {
            self.queue((key, count));
        }
        Rate { used, reset: window + CALLS_WINDOW }
    }

    fn queue(&self, one: (Key, Arc<Count>)) {
        self.unshared.lock().unwrap_or_else(PoisonError::into_inner).push(one);
    }

    fn queued(&self) -> Vec<(Key, Arc<Count>)> {
        std::mem::take(&mut *self.unshared.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Adds up what this process and others counted, until the server stops.
pub async fn share(web: Web) {
    let mut again = tokio::time::interval(SHARED);
    again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while web.app.stopping.run_until_cancelled(again.tick()).await.is_some() {
        for some in web.limiter.queued().chunks(AT_ONCE) {
            add_up(&web, some).await;
        }
    }
}

async fn add_up(web: &Web, some: &[(Key, Arc<Count>)]) {
    let mut counts = HashMap::new();
    let mut counted = Vec::new();
    for ((bucket, window), count) in some {
        // From here on a call queues it anew.
        count.queued.store(false, Ordering::Release);
        let calls = Calls { bucket: bucket.name(), window: *window, count: count.unshared.swap(0, Ordering::AcqRel) };
        counts.insert((calls.bucket.clone(), calls.window), (count, calls.count));
        counted.push(calls);
    }
    match calls::share(&web.app, counted).await {
        Ok(everywhere) => {
            for calls in everywhere {
                let Some((count, _)) = counts.get(&(calls.bucket, calls.window)) else { continue };
                let meanwhile = count.unshared.load(Ordering::Acquire);
                count.used.fetch_max(calls.count.saturating_add(meanwhile), Ordering::AcqRel);
            }
        }
        Err(error) => {
            tracing::warn!(%error, "the calls of apps could not be added up; each process counts for itself");
            for (count, missed) in counts.values() {
                count.unshared.fetch_add(*missed, Ordering::AcqRel);
            }
        }
    }
}

/// How far somebody has used up what she may.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    used: u32,
    reset: Millis,
}

impl Rate {
    /// Refuses the call that is one too many.
    pub fn check(self, now: Millis) -> Result<(), ApiError> {
        let seconds = u64::try_from((self.reset - now).max(1_000)).unwrap_or(1_000).div_ceil(1_000);
        if self.used > CALLS { Err(ApiError::too_many(seconds)) } else { Ok(()) }
    }

    /// Says so in the headers apps read.
    pub fn tell(self, headers: &mut HeaderMap) {
        headers.insert("x-ratelimit-limit", HeaderValue::from(CALLS));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(CALLS.saturating_sub(self.used)));
        if let Ok(reset) = HeaderValue::from_str(&iso(self.reset)) {
            headers.insert("x-ratelimit-reset", reset);
        }
    }
}

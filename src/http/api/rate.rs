//! How many calls an app may make, counted in memory: by token, or by address without one.

use super::error::ApiError;
use crate::clock::Millis;
use crate::service::limits::{CALLS, CALLS_WINDOW};
use crate::service::views::iso;
use axum::http::{HeaderMap, HeaderValue};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Whose calls are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// Whoever holds this token.
    Token(i64),
    /// Whoever calls from there; see [`crate::http::client::Client::bucket`].
    Address(String),
}

/// Counts calls.
pub struct Limiter(moka::sync::Cache<(Bucket, Millis), Arc<AtomicU32>>);

impl Default for Limiter {
    fn default() -> Self {
        let kept = Duration::from_millis(CALLS_WINDOW.unsigned_abs());
        Self(moka::sync::Cache::builder().max_capacity(100_000).time_to_live(kept).build())
    }
}

impl Limiter {
    /// Counts one call.
    pub fn take(&self, bucket: Bucket, now: Millis) -> Rate {
        let window = now - now.rem_euclid(CALLS_WINDOW);
        let key = (bucket, window);
        let count = self.0.get(&key).unwrap_or_else(|| self.0.get_with(key, Arc::default));
        let count = count.fetch_add(1, Ordering::Relaxed);
        Rate { used: count.saturating_add(1), reset: window + CALLS_WINDOW }
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

//! Every number of the door in one place, and the turns requests take at one host.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What another party's server may cost. Each total time covers waiting for a turn, every redirect,
/// and the whole body, so a peer that drips bytes ends with it too.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Longest URL visited, in bytes.
    pub url_bytes: usize,
    /// Largest JSON document, in bytes after decompression.
    pub document_bytes: u64,
    /// How much of the answer to a POST is read, in bytes after decompression.
    pub excerpt_bytes: usize,
    /// Redirects followed for one GET.
    pub redirects: usize,
    /// Requests for documents and media under way at one host.
    pub per_host: usize,
    /// Names looked up at the same time.
    pub lookups: usize,
    /// Addresses of one name tried.
    pub addresses: usize,
    /// For looking up a name.
    pub lookup_time: Duration,
    /// For looking up, connecting and the TLS handshake together.
    pub connect_time: Duration,
    /// For a document in total.
    pub document_time: Duration,
    /// For a media file in total.
    pub media_time: Duration,
    /// For a POST in total.
    pub post_time: Duration,
    /// For the body of the answer to a POST, once its status is known.
    pub excerpt_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            url_bytes: 2048,
            document_bytes: 1024 * 1024,
            excerpt_bytes: 4096,
            redirects: 3,
            per_host: 4,
            lookups: 32,
            addresses: 8,
            lookup_time: Duration::from_secs(3),
            connect_time: Duration::from_secs(5),
            document_time: Duration::from_secs(10),
            media_time: Duration::from_secs(30),
            post_time: Duration::from_secs(30),
            excerpt_time: Duration::from_secs(2),
        }
    }
}

/// How many hosts are remembered before those nobody waits for are forgotten.
pub const HOSTS_KEPT: usize = 512;

/// Turns at each host: no host gets more than its share, and none is remembered for long.
#[derive(Debug)]
pub struct Turns {
    per_host: usize,
    hosts: Mutex<HashMap<String, Weak<Semaphore>>>,
}

/// One turn; ends when dropped. Keeps the host's counter alive as long as anyone needs it.
#[derive(Debug)]
pub struct Turn {
    _permit: OwnedSemaphorePermit,
}

impl Turns {
    pub fn new(per_host: usize) -> Self {
        Self { per_host: per_host.max(1), hosts: Mutex::default() }
    }

    /// Waits for a turn at `host`; `None` cannot happen while the door stands (nothing closes it).
    pub async fn take(&self, host: &str) -> Option<Turn> {
        let permit = self.counter(host).acquire_owned().await.ok()?;
        Some(Turn { _permit: permit })
    }

    /// How many hosts are remembered.
    pub fn known(&self) -> usize {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn counter(&self, host: &str) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = hosts.get(host).and_then(Weak::upgrade) {
            return counter;
        }
        if hosts.len() >= HOSTS_KEPT {
            hosts.retain(|_, counter| counter.strong_count() > 0);
        }
        let counter = Arc::new(Semaphore::new(self.per_host));
        hosts.insert(host.to_owned(), Arc::downgrade(&counter));
        counter
    }
}

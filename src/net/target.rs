//! Which URLs are visited at all, judged before any name is looked up.

use super::DoorError;
use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};
use url::{Host, Url};

/// Last labels of names that exist in no public DNS (RFC 6761, 6762, 7686, 9476 and ICANN's
/// `.internal`), or that private networks use.
const NOT_PUBLIC: &[&str] = &[
    "alt",
    "corp",
    "example",
    "home",
    "i2p",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
    "test",
];

/// Longest host name, in bytes (RFC 1035, section 2.3.4, less the closing dot).
const HOST_BYTES: usize = 253;

/// The rules for URLs, and the hosts that are never visited.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// Longest URL, in bytes.
    pub url_bytes: usize,
    /// Names the operator mapped to an address: they may end in `.test` and the like.
    pub mapped: HashSet<String>,
    /// This server's own hosts: what they have to say is read from the database.
    pub own: HashSet<String>,
    /// Domains blocked, with everything below them.
    pub blocked: RwLock<HashSet<String>>,
}

impl Targets {
    /// The host of `url`, if it may be visited. Called again for every redirect.
    pub(super) fn admit<'u>(&self, url: &'u Url) -> Result<&'u str, DoorError> {
        let host = self.host(url).map_err(|why| DoorError::BadUrl { url: shortened(url), why })?;
        if self.own.contains(host) {
            return Err(DoorError::OwnHost { host: host.to_owned() });
        }
        let blocked = self.blocked.read().unwrap_or_else(PoisonError::into_inner);
        if with_parents(host).any(|domain| blocked.contains(domain)) {
            return Err(DoorError::BlockedHost { host: host.to_owned() });
        }
        Ok(host)
    }

    fn host<'u>(&self, url: &'u Url) -> Result<&'u str, &'static str> {
        if url.as_str().len() > self.url_bytes {
            return Err("it is too long");
        }
        if url.scheme() != "https" {
            return Err("it is not https");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it carries a user name");
        }
        if url.port().is_some() {
            return Err("it names a port");
        }
        match url.host() {
            Some(Host::Domain(name)) => self.name(name),
            Some(_) => Err("its host is a literal address"),
            None => Err("it has no host"),
        }
    }

    fn name<'u>(&self, name: &'u str) -> Result<&'u str, &'static str> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.');
        if name.len() > HOST_BYTES || !name.bytes().all(plain) {
            return Err("its host is no name of the DNS");
        }
        if name.split('.').any(str::is_empty) {
            return Err("its host has an empty label or a trailing dot");
        }
        let Some((_, last)) = name.rsplit_once('.') else { return Err("its host is a single label") };
        let private = NOT_PUBLIC.contains(&last) || name.ends_with(".home.arpa");
        if private && !self.mapped.contains(name) {
            return Err("its host is not a public name");
        }
        Ok(name)
    }

    /// Replaces the blocked domains.
    pub(super) fn set_blocked(&self, domains: impl IntoIterator<Item = String>) {
        let domains = domains.into_iter().map(|d| canonical(&d)).collect();
        *self.blocked.write().unwrap_or_else(PoisonError::into_inner) = domains;
    }
}

/// The host name as URLs carry it: lower case, no closing dot.
pub(super) fn canonical(host: &str) -> String {
    host.trim_end_matches('.').to_lowercase()
}

/// `a.b.c`, then `b.c`, then `c`.
fn with_parents(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |name| name.split_once('.').map(|(_, parent)| parent))
}

/// Enough of a URL for a sentence in the log.
fn shortened(url: &Url) -> String {
    url.as_str().chars().take(200).collect()
}

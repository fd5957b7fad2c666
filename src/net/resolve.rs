//! Names to addresses: the addresses checked here are the ones dialled.
//!
//! The HTTP client asks this resolver each time it opens a connection, so there is no moment between
//! the check and the dialling in which a name could come to mean another address.

use super::address::AddressPolicy;
use super::limits::Limits;
use super::target::canonical;
use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How a name is looked up. What it answers is still judged by the address policy. Port 0 means the
/// port of the URL, which is 443.
pub type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// The system's way: files, DNS, whatever it is configured for.
pub fn system_lookup() -> Lookup {
    Arc::new(|host| Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.collect()) }))
}

/// Why a name gave no address to dial.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// The name does not exist, or has no addresses.
    #[error("the name does not exist")]
    NoSuchName,
    /// Every address it has is refused by the address policy.
    #[error("the name has no public address")]
    NoPublicAddress,
    /// Nobody answered in time.
    #[error("looking the name up took too long")]
    TimedOut,
    /// The resolver could not say.
    #[error("the name could not be looked up: {0}")]
    Failed(String),
}

/// Looks names up, a few at a time, and keeps only the addresses that may be dialled.
#[derive(Clone)]
pub struct Resolver {
    shared: Arc<Shared>,
}

struct Shared {
    mapped: HashMap<String, Vec<SocketAddr>>,
    policy: AddressPolicy,
    lookup: Lookup,
    places: Semaphore,
    time: Duration,
    most: usize,
}

impl Resolver {
    /// `mapped` names are dialled at the addresses given, which the operator wrote and nobody checks.
    pub fn new(mapped: &[(String, SocketAddr)], policy: AddressPolicy, lookup: Lookup, limits: &Limits) -> Self {
        let mut by_name: HashMap<String, Vec<SocketAddr>> = HashMap::new();
        for (host, address) in mapped {
            by_name.entry(canonical(host)).or_default().push(*address);
        }
        Self {
            shared: Arc::new(Shared {
                mapped: by_name,
                policy,
                lookup,
                places: Semaphore::new(limits.lookups),
                time: limits.lookup_time,
                most: limits.addresses,
            }),
        }
    }

    /// The addresses of `host` that may be dialled, at least one.
    pub async fn addresses(&self, host: &str) -> Result<Vec<SocketAddr>, ResolveError> {
        if let Some(mapped) = self.shared.mapped.get(host) {
            return Ok(mapped.clone());
        }
        let found =
            tokio::time::timeout(self.shared.time, self.look_up(host)).await.map_err(|_| ResolveError::TimedOut)??;
        if found.is_empty() {
            return Err(ResolveError::NoSuchName);
        }
        let policy = &self.shared.policy;
        let dialled: Vec<_> = found.into_iter().filter(|a| policy.allows(a.ip())).take(self.shared.most).collect();
        if dialled.is_empty() { Err(ResolveError::NoPublicAddress) } else { Ok(dialled) }
    }

    /// The place is given back when time is up although the system still waits for its answer: names
    /// that hang then cost threads for a while (a few hundred at worst), but stop nobody else.
    async fn look_up(&self, host: &str) -> Result<Vec<SocketAddr>, ResolveError> {
        let _place = self.shared.places.acquire().await.map_err(|e| ResolveError::Failed(e.to_string()))?;
        (self.shared.lookup)(host.to_owned()).await.map_err(|e| classified(&e))
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let this = self.clone();
        Box::pin(async move {
            let addresses = this.addresses(name.as_str()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// The standard library hands on the resolver's sentence, not its code; these are the sentences of
/// glibc, musl and the BSDs for a name that does not exist or has no address.
fn classified(error: &io::Error) -> ResolveError {
    const ABSENT: &[&str] =
        &["not known", "No address associated", "does not resolve", "no usable address", "nodename nor servname"];
    let text = error.to_string();
    if ABSENT.iter().any(|sentence| text.contains(sentence)) {
        return ResolveError::NoSuchName;
    }
    ResolveError::Failed(text)
}

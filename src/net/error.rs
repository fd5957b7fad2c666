//! Why a request to another server came to nothing.

use super::resolve::ResolveError;
use std::error::Error;
use std::io;
use std::time::Duration;
use url::Url;

type Cause = Box<dyn Error + Send + Sync>;

/// Why the door did not open, or what came through it was refused.
///
/// A status such as 404 or 503 is no error here: it is an answer.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// The door could not be built: settings or certificates.
    #[error("the HTTP client could not be set up: {why}")]
    Setup { why: String },
    /// The URL breaks a rule: https only, no port, user name, literal address or private name.
    #[error("{url} is not visited: {why}")]
    BadUrl { url: String, why: &'static str },
    /// The URL is this server's own.
    #[error("{host} is this server itself")]
    OwnHost { host: String },
    /// The host, or a domain above it, is blocked.
    #[error("{host} is blocked")]
    BlockedHost { host: String },
    /// The name does not exist in the DNS.
    #[error("{host} does not exist")]
    NoSuchHost { host: String },
    /// The name has addresses, but none that may be dialled.
    #[error("{host} has no public address")]
    RefusedAddress { host: String },
    /// The name could not be looked up just now.
    #[error("{host} could not be looked up")]
    Lookup { host: String, source: ResolveError },
    /// No TLS connection: an expired certificate, one for another name, no common version.
    #[error("no trustworthy TLS connection to {host}")]
    Tls { host: String, source: Cause },
    /// The connection was refused, reset, or spoke no HTTP.
    #[error("the connection to {host} failed")]
    Connection { host: String, source: Cause },
    /// The total time for this kind of request is up.
    #[error("{host} did not finish within {limit:?}")]
    TimedOut { host: String, limit: Duration },
    /// The body is longer than allowed; counted after decompression.
    #[error("{host} sent more than {limit} bytes")]
    TooLarge { host: String, limit: u64 },
    /// A redirect without a readable address.
    #[error("{host} redirects to nowhere")]
    BadRedirect { host: String },
    /// A document that has moved to another origin: only the origin of an id may speak for it.
    #[error("{from} redirects to another server, {to}")]
    CrossOrigin { from: String, to: Box<Url> },
    /// More redirects than followed.
    #[error("{host} redirects more than {limit} times")]
    TooManyRedirects { host: String, limit: usize },
    /// The signer could not sign.
    #[error("the request to {host} could not be signed")]
    Signing { host: String, source: Cause },
    /// The file for a download could not be written.
    #[error("the download could not be written")]
    File { source: io::Error },
}

impl DoorError {
    /// Whether asking again soon is pointless. What is not permanent (a timeout, a reset connection,
    /// a resolver out of order, a full disk) may pass.
    pub fn is_permanent(&self) -> bool {
        !matches!(self, Self::Lookup { .. } | Self::Connection { .. } | Self::TimedOut { .. } | Self::File { .. })
    }

    /// What went wrong while talking to `host`.
    pub(super) fn from_client(host: &str, limit: Duration, error: reqwest::Error) -> Self {
        let host = host.to_owned();
        if let Some(resolve) = find::<ResolveError>(&error) {
            return match resolve.clone() {
                ResolveError::NoSuchName => Self::NoSuchHost { host },
                ResolveError::NoPublicAddress => Self::RefusedAddress { host },
                source => Self::Lookup { host, source },
            };
        }
        if let Some(tls) = find::<rustls::Error>(&error) {
            return Self::Tls { host, source: Box::new(tls.clone()) };
        }
        if error.is_timeout() {
            return Self::TimedOut { host, limit };
        }
        if error.is_builder() {
            return Self::BadUrl { url: format!("https://{host}/…"), why: "it cannot be put on the wire" };
        }
        Self::Connection { host, source: Box::new(error.without_url()) }
    }
}

/// Looks for a cause of type `T`; also inside `io::Error`, whose `source` skips what it wraps.
fn find<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    if let Some(found) = error.downcast_ref::<T>() {
        return Some(found);
    }
    if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        return find(inner);
    }
    find(error.source()?)
}

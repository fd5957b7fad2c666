//! The one door out: every request to an address another party chose.
//!
//! It visits public HTTPS hosts and nothing else. Each hop is judged anew: the URL by rules
//! (`target`), the addresses behind its name by policy at the moment they are dialled (`address`,
//! `resolve`), what comes back by size and time (`limits`, `request`).

mod address;
mod error;
mod limits;
mod request;
mod resolve;
mod target;

pub use address::{AddressPolicy, is_global};
pub use error::DoorError;
pub use limits::{HOSTS_KEPT, Limits, Turn, Turns};
pub use resolve::{Lookup, ResolveError, Resolver, system_lookup};
pub use rustls::pki_types::CertificateDer;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use ipnet::IpNet;
use request::{Ask, Redirects};
use rustls::pki_types::pem::PemObject;
use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use target::{Targets, canonical};
use url::Url;

/// What WebFinger answers with (RFC 7033, section 10.2); some servers only know plain JSON.
const ACCEPT_JRD: HeaderValue = HeaderValue::from_static("application/jrd+json, application/json;q=0.9");

/// What pages are asked for as.
const ACCEPT_PAGE: HeaderValue = HeaderValue::from_static("text/html");

/// How the door is built.
#[derive(Clone)]
pub struct DoorConfig {
    /// What the door calls itself, e.g. `Cyanotype/0.1 (+https://photos.example/)`.
    pub user_agent: String,
    /// Addresses beside the global ones that may be dialled: the operator's exceptions, none by default.
    pub allow_private: Vec<IpNet>,
    /// Names dialled at fixed addresses and ports, still over TLS and as themselves. The operator
    /// wrote them, so the address policy does not apply.
    pub resolve: Vec<(String, SocketAddr)>,
    /// This server's own hosts, never visited.
    pub own_hosts: Vec<String>,
    /// Roots trusted beside the system's (which `SSL_CERT_FILE` replaces).
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// How names are looked up.
    pub lookup: Lookup,
    /// Sizes, times and counts.
    pub limits: Limits,
}

impl Default for DoorConfig {
    fn default() -> Self {
        Self {
            user_agent: "Cyanotype".to_owned(),
            allow_private: Vec::new(),
            resolve: Vec::new(),
            own_hosts: Vec::new(),
            extra_roots: Vec::new(),
            lookup: system_lookup(),
            limits: Limits::default(),
        }
    }
}

/// All certificates in PEM text, for [`DoorConfig::extra_roots`].
///
/// # Errors
/// [`DoorError::Setup`] when the text holds a broken one.
pub fn roots_from_pem(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, DoorError> {
    CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(setup)
}

/// Signs requests; the door calls it anew for each hop, so that no signature reaches another URL.
pub trait Sign: Send + Sync {
    /// The headers to add (`Date`, `Digest`, `Signature`, …) to this very request. A `Host` among
    /// them must be the URL's host; it is compared, and sent as the HTTP version demands.
    ///
    /// # Errors
    /// Whatever keeps it from signing; the request is then not sent.
    fn sign(
        &self,
        method: &str,
        url: &Url,
        body: Option<&[u8]>,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, Box<dyn Error + Send + Sync>>;
}

/// A document, or the status given instead.
#[derive(Debug, Clone)]
pub struct Document {
    /// Where it was found, after redirects.
    pub url: Url,
    pub status: StatusCode,
    /// As sent, with its parameters.
    pub content_type: Option<String>,
    /// When to ask again, if the answer says so; not capped.
    pub retry_after: Option<Duration>,
    /// Empty unless the status is a success.
    pub body: Bytes,
}

/// A media file that was saved, or the status given instead.
#[derive(Debug, Clone)]
pub struct Media {
    /// Where it was found, after redirects.
    pub url: Url,
    /// There is a file only if this is a success.
    pub status: StatusCode,
    /// As sent; decode the bytes to know.
    pub content_type: Option<String>,
    /// Length of the file.
    pub bytes: u64,
}

/// The answer to a POST.
#[derive(Debug, Clone)]
pub struct PostAnswer {
    /// Redirects too: they are never followed.
    pub status: StatusCode,
    /// When to try again, if the answer says so; not capped.
    pub retry_after: Option<Duration>,
    /// The beginning of the body, without control characters; for the operator's eyes.
    pub body_excerpt: String,
}

/// The door. Cheap to clone; clones share connections, turns and the list of blocked domains.
#[derive(Clone)]
pub struct Door {
    shared: Arc<Shared>,
}

struct Shared {
    client: reqwest::Client,
    targets: Targets,
    turns: Turns,
    limits: Limits,
}

impl Door {
    /// Builds the door and logs every exception the operator made.
    ///
    /// # Errors
    /// [`DoorError::Setup`] when no root certificate is found or the client refuses its settings.
    pub fn new(config: DoorConfig) -> Result<Self, DoorError> {
        for net in &config.allow_private {
            tracing::warn!(%net, "requests to other servers may reach this private range");
        }
        for (host, address) in &config.resolve {
            tracing::warn!(host, %address, "this name is dialled at a fixed address");
        }
        let client = client(&config)?;
        let targets = Targets {
            url_bytes: config.limits.url_bytes,
            mapped: config.resolve.iter().map(|(host, _)| canonical(host)).collect(),
            own: config.own_hosts.iter().map(|host| canonical(host)).collect(),
            ..Targets::default()
        };
        let turns = Turns::new(config.limits.per_host);
        Ok(Self { shared: Arc::new(Shared { client, targets, turns, limits: config.limits }) })
    }

    /// Replaces the blocked domains: neither they nor anything below them is visited, whether asked
    /// for or redirected to.
    pub fn set_blocked(&self, domains: impl IntoIterator<Item = String>) {
        self.shared.targets.set_blocked(domains);
    }

    /// Whether an address may be visited at all, as far as that can be told without looking its host up.
    pub fn may_visit(&self, url: &Url) -> bool {
        self.admit(url).is_ok()
    }

    /// GETs a document. Redirects are followed within its origin only, and signed anew.
    ///
    /// # Errors
    /// Everything in [`DoorError`] but `File`; statuses are returned.
    pub async fn get_document(
        &self,
        url: &Url,
        accept: &str,
        signer: Option<&dyn Sign>,
    ) -> Result<Document, DoorError> {
        let accept = HeaderValue::from_str(accept).map_err(setup)?;
        self.document(url, accept, signer, Redirects::SameOrigin).await
    }

    /// GETs a WebFinger answer, unsigned. A domain may redirect to the host that answers for it.
    ///
    /// # Errors
    /// As [`Door::get_document`].
    pub async fn get_webfinger(&self, url: &Url) -> Result<Document, DoorError> {
        self.document(url, ACCEPT_JRD, None, Redirects::AnyHost).await
    }

    /// GETs a page for people, unsigned. Redirects are followed within its origin only: elsewhere it would
    /// be another page.
    ///
    /// # Errors
    /// As [`Door::get_document`].
    pub async fn get_page(&self, url: &Url) -> Result<Document, DoorError> {
        self.document(url, ACCEPT_PAGE, None, Redirects::SameOrigin).await
    }

    /// GETs a media file of at most `max_bytes` into a new file at `into`, unsigned. Nothing is left
    /// at `into` unless the status is a success and all bytes are written (not synced).
    ///
    /// # Errors
    /// Everything in [`DoorError`] but `CrossOrigin` and `Signing`; statuses are returned.
    pub async fn get_media(&self, url: &Url, into: &Path, max_bytes: u64) -> Result<Media, DoorError> {
        self.within(url, self.limits().media_time, async {
            let ask = Ask { method: Method::GET, headers: Vec::new(), body: None, signer: None };
            let mut arrived = self.follow(url, ask, Redirects::AnyHost).await?;
            let status = arrived.response.status();
            let content_type = content_type(arrived.response.headers());
            let bytes = if status.is_success() { self.save(&mut arrived, into, max_bytes).await? } else { 0 };
            Ok(Media { url: arrived.url, status, content_type, bytes })
        })
        .await
    }

    /// POSTs `body`, signed. Redirects are not followed; the answer is read a little and not waited for.
    ///
    /// # Errors
    /// Everything in [`DoorError`] but those about redirects, files and sizes; statuses are returned.
    pub async fn post(
        &self,
        url: &Url,
        body: Bytes,
        content_type: &str,
        signer: &dyn Sign,
    ) -> Result<PostAnswer, DoorError> {
        let headers = vec![(CONTENT_TYPE, HeaderValue::from_str(content_type).map_err(setup)?)];
        let ask = Ask { method: Method::POST, headers, body: Some(body), signer: Some(signer) };
        let mut url = url.clone();
        url.set_fragment(None);
        self.within(&url, self.limits().post_time, async {
            let host = self.admit(&url)?;
            let mut response = self.send(&host, &url, &ask).await?;
            let (status, retry_after) = (response.status(), request::retry_after(response.headers()));
            Ok(PostAnswer { status, retry_after, body_excerpt: self.excerpt(&mut response).await })
        })
        .await
    }

    async fn document(
        &self,
        url: &Url,
        accept: HeaderValue,
        signer: Option<&dyn Sign>,
        redirects: Redirects,
    ) -> Result<Document, DoorError> {
        self.within(url, self.limits().document_time, async {
            let ask = Ask { method: Method::GET, headers: vec![(ACCEPT, accept)], body: None, signer };
            let mut arrived = self.follow(url, ask, redirects).await?;
            let status = arrived.response.status();
            let content_type = content_type(arrived.response.headers());
            let retry_after = request::retry_after(arrived.response.headers());
            let limit = self.limits().document_bytes;
            let body = if status.is_success() { self.read(&mut arrived, limit).await? } else { Bytes::new() };
            Ok(Document { url: arrived.url, status, content_type, retry_after, body })
        })
        .await
    }

    /// Boxed, because what runs inside is large and sits in many callers' futures.
    async fn within<T>(
        &self,
        url: &Url,
        limit: Duration,
        work: impl Future<Output = Result<T, DoorError>>,
    ) -> Result<T, DoorError> {
        match tokio::time::timeout(limit, Box::pin(work)).await {
            Ok(done) => done,
            Err(_) => Err(DoorError::TimedOut { host: url.host_str().unwrap_or_default().to_owned(), limit }),
        }
    }

    fn admit(&self, url: &Url) -> Result<String, DoorError> {
        self.shared.targets.admit(url).map(str::to_owned)
    }

    async fn turn(&self, host: &str) -> Option<Turn> {
        self.shared.turns.take(host).await
    }

    fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    fn client(&self) -> &reqwest::Client {
        &self.shared.client
    }
}

/// The only HTTP client: no proxy from the environment (the address policy would check the proxy),
/// no redirects of its own, no cookies, no plain HTTP.
#[allow(clippy::disallowed_methods, reason = "the one place that makes a client")]
fn client(config: &DoorConfig) -> Result<reqwest::Client, DoorError> {
    let policy = AddressPolicy::new(config.allow_private.clone());
    let resolver = Resolver::new(&config.resolve, policy, Arc::clone(&config.lookup), &config.limits);
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls(&config.extra_roots)?)
        .user_agent(&config.user_agent)
        .https_only(true)
        .no_proxy()
        .referer(false)
        .redirect(reqwest::redirect::Policy::none())
        .dns_resolver(resolver)
        .connect_timeout(config.limits.connect_time)
        // Long enough for the next of several deliveries; a post to thousands of hosts must not keep
        // thousands of connections.
        .pool_idle_timeout(Duration::from_secs(3))
        .pool_max_idle_per_host(2)
        .http2_max_header_list_size(64 * 1024)
        .build()
        .map_err(setup)
}

fn tls(extra: &[CertificateDer<'static>]) -> Result<rustls::ClientConfig, DoorError> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for root in extra {
        roots.add(root.clone()).map_err(setup)?;
    }
    if roots.is_empty() {
        return Err(setup("no root certificates found; install ca-certificates or set SSL_CERT_FILE"));
    }
    let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(setup)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The sentence of an error and of its causes.
fn setup(error: impl Into<Box<dyn Error + Send + Sync>>) -> DoorError {
    let error = error.into();
    let mut why = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        why = format!("{why}: {deeper}");
        cause = deeper.source();
    }
    DoorError::Setup { why }
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    headers.get(CONTENT_TYPE)?.to_str().ok().map(str::to_owned)
}

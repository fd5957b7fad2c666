//! TLS servers on loopback under `.test` names, and doors that know them.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path as Segment;
use axum::http::header::{CONTENT_TYPE, HOST, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use axum::routing::get;
use cyanotype::net::{CertificateDer, Door, DoorConfig, Limits, Lookup, Sign};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;
use url::Url;

pub const JSON: &str = "application/activity+json";

pub struct Authority {
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
    pub root: CertificateDer<'static>,
}

static AUTHORITY: LazyLock<Authority> = LazyLock::new(authority);

pub fn authority() -> Authority {
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = params.self_signed(&key).expect("a root").der().clone();
    Authority { issuer: rcgen::Issuer::new(params, key), root }
}

/// What a host saw of one request.
#[derive(Debug, Clone)]
pub struct Seen {
    pub target: String,
    /// The `Host` header or the `:authority`.
    pub host: String,
    pub version: Version,
    pub headers: HeaderMap,
}

/// A server for one name; ends when dropped.
pub struct Host {
    pub name: &'static str,
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
    seen: Arc<Mutex<Vec<Seen>>>,
    _tasks: JoinSet<()>,
}

impl Host {
    pub async fn start(name: &'static str, router: Router) -> Self {
        Self::start_at(name, "127.0.0.1", &[b"h2", b"http/1.1"], router).await
    }

    pub async fn start_at(name: &'static str, ip: &str, protocols: &[&[u8]], router: Router) -> Self {
        let listener = TcpListener::bind((ip, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let acceptor = acceptor(name, protocols);
        let (connections, seen) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (count, log) = (Arc::clone(&connections), Arc::clone(&seen));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                open.spawn(answer(acceptor.clone(), socket, router.clone(), Arc::clone(&log)));
            }
        });
        Self { name, address, connections, seen, _tasks: tasks }
    }

    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("https://{}{path}", self.name)).expect("a URL")
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic").clone()
    }
}

fn acceptor(name: &str, protocols: &[&[u8]]) -> TlsAcceptor {
    let key = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new(vec![name.to_owned()]).expect("a name");
    let cert = params.signed_by(&key, &AUTHORITY.issuer).expect("a certificate");
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let mut config = tokio_rustls::rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key.into())
        .expect("a server");
    config.alpn_protocols = protocols.iter().map(|p| p.to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}

async fn answer(acceptor: TlsAcceptor, socket: tokio::net::TcpStream, router: Router, log: Arc<Mutex<Vec<Seen>>>) {
    let Ok(stream) = acceptor.accept(socket).await else { return };
    let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let host = request.headers().get(HOST).and_then(|h| h.to_str().ok()).or(request.uri().host());
        log.lock().expect("no panic").push(Seen {
            target: request.uri().path_and_query().map(ToString::to_string).unwrap_or_default(),
            host: host.unwrap_or_default().to_owned(),
            version: request.version(),
            headers: request.headers().clone(),
        });
        router.clone().oneshot(request)
    });
    let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}

/// Settings under which `hosts` are found.
pub fn knowing(hosts: &[&Host]) -> DoorConfig {
    DoorConfig {
        resolve: hosts.iter().map(|h| (h.name.to_owned(), h.address)).collect(),
        extra_roots: vec![AUTHORITY.root.clone()],
        ..DoorConfig::default()
    }
}

pub fn door(hosts: &[&Host]) -> Door {
    Door::new(knowing(hosts)).expect("a door")
}

/// Settings under which every name is looked up through `answers`.
pub fn looking_up(answers: impl Fn(String) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static) -> DoorConfig {
    let lookup: Lookup = Arc::new(move |host| {
        let answer = answers(host);
        Box::pin(async move { answer })
    });
    DoorConfig { lookup, ..knowing(&[]) }
}

pub fn short(time: Duration) -> Limits {
    Limits {
        connect_time: time,
        document_time: time,
        media_time: time,
        post_time: time,
        excerpt_time: time,
        ..Limits::default()
    }
}

pub fn text(body: &'static str) -> Router {
    Router::new().route("/", get(move || async move { ([(CONTENT_TYPE, JSON)], body) }))
}

/// Redirects `/{n}` to the n-th target.
pub fn redirecting(targets: &'static [&'static str]) -> Router {
    let found = move |Segment(n): Segment<usize>| async move { (StatusCode::FOUND, [(LOCATION, targets[n])]) };
    Router::new().route("/{n}", get(found))
}

/// A body without end, `size` bytes at a time.
pub fn endless(size: usize) -> Body {
    let chunk = Bytes::from(vec![b' '; size]);
    Body::from_stream(futures_util::stream::repeat_with(move || Ok::<_, io::Error>(chunk.clone())))
}

/// One byte now and then, for ever.
pub fn dripping() -> Body {
    Body::from_stream(futures_util::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Ok::<_, io::Error>(Bytes::from_static(b" ")), ()))
    }))
}

/// A server whose answers come one byte now and then, from their first line on, and never end; where it
/// listens. It ends with `tasks`.
pub async fn dripping_host(name: &'static str, tasks: &mut JoinSet<()>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let acceptor = acceptor(name, &[b"http/1.1"]);
    tasks.spawn(async move {
        let mut open = JoinSet::new();
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            open.spawn(async move {
                let Ok(mut stream) = acceptor.accept(socket).await else { return };
                for byte in b"HTTP/1.1 202 Accepted\r\nx-slow: ".iter().chain(std::iter::repeat(&b'a')) {
                    if stream.write_all(&[*byte]).await.is_err() || stream.flush().await.is_err() {
                        return;
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            });
        }
    });
    address
}

/// Signs by writing down what it was asked to sign.
pub struct Witness;

impl Sign for Witness {
    fn sign(
        &self,
        method: &str,
        url: &Url,
        body: Option<&[u8]>,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, Box<dyn Error + Send + Sync>> {
        let signature = format!("{method} {url} {}", body.map_or(0, <[u8]>::len));
        let host = url.host_str().unwrap_or_default();
        Ok(vec![
            (HOST, HeaderValue::from_str(host)?),
            (HeaderName::from_static("signature"), HeaderValue::from_str(&signature)?),
        ])
    }
}

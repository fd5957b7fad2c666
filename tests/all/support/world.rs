//! Host names with ports reserved before anything runs, so that everybody can be told of everybody.

use super::{Data, Peer, Server, made_once, tls};
use crate::activitypub::validators;
use bytes::Bytes;
use cyanotype::app::MakeRsa;
use cyanotype::clock::Clock;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use http::{HeaderName, Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// The hosts of one test. Clones share them.
#[derive(Clone)]
pub struct World(Arc<Inner>);

struct Inner {
    hosts: Vec<(String, SocketAddr)>,
    listeners: Mutex<HashMap<String, TcpListener>>,
    fronts: Mutex<HashMap<String, Front>>,
    clock: Clock,
    rsa_keys: MakeRsa,
    addresses: AtomicU8,
    tasks: Mutex<JoinSet<()>>,
}

impl World {
    /// Reserves a port for each name.
    pub async fn new(names: impl IntoIterator<Item = &str>) -> Self {
        crate::whole_days::begin();
        let (mut hosts, mut listeners) = (Vec::new(), HashMap::new());
        for name in names {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            hosts.push((name.to_owned(), listener.local_addr().unwrap()));
            listeners.insert(name.to_owned(), listener);
        }
        Self(Arc::new(Inner {
            hosts,
            listeners: Mutex::new(listeners),
            fronts: Mutex::default(),
            clock: Clock::default(),
            rsa_keys: made_once::rsa_keys(),
            addresses: AtomicU8::new(1),
            tasks: Mutex::default(),
        }))
    }

    /// The clock everybody in this world reads; move it with `advance`.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Where the accounts of this world get their keys.
    pub(super) fn rsa_keys(&self) -> MakeRsa {
        self.0.rsa_keys.clone()
    }

    /// Our server under this name, with a fresh data folder.
    pub async fn server(&self, host: &str) -> Server {
        self.server_with(host, &[]).await
    }

    /// The same with other settings: name (as in `cyanotype.toml`) and text (as in the environment).
    pub async fn server_with(&self, host: &str, settings: &[(&str, &str)]) -> Server {
        let data = Arc::new(Data::new());
        self.server_in(host, data, settings).await.unwrap_or_else(|error| panic!("{host}: {error:#}"))
    }

    /// The same over a data folder that may be there already.
    pub async fn server_in(&self, host: &str, data: Arc<Data>, settings: &[(&str, &str)]) -> anyhow::Result<Server> {
        Box::pin(Server::open(self.clone(), host, data, settings)).await
    }

    /// A server of others under this name.
    pub fn peer(&self, host: &str) -> Peer {
        Peer::start(self.clone(), host, self.take(host))
    }

    /// The TLS proxy under this name; where it forwards to is said by [`Front::forward_to`].
    pub fn front(&self, host: &str) -> Front {
        if let Some(front) = self.0.fronts.lock().unwrap().get(host) {
            return front.clone();
        }
        let front = Front { backend: Arc::default(), problems: Arc::default() };
        self.spawn(front.clone().listen(self.take(host), tls::acceptor(host)));
        self.0.fronts.lock().unwrap().insert(host.to_owned(), front.clone());
        front
    }

    /// Value of the `resolve` setting: every host of this world.
    pub fn resolve(&self) -> String {
        let entries: Vec<_> = self.0.hosts.iter().map(|(host, address)| format!("{host}:{address}")).collect();
        entries.join(",")
    }

    /// Where a host is dialled.
    pub fn address(&self, host: &str) -> SocketAddr {
        self.0.hosts.iter().find(|(name, _)| name == host).unwrap_or_else(|| panic!("{host} is not in this world")).1
    }

    /// The authority's certificate, for `SSL_CERT_FILE` and the like.
    pub fn ca_file(&self) -> &'static Path {
        tls::ca_file()
    }

    /// A client that finds the hosts and trusts their authority. Follows no redirects, keeps no cookies.
    pub fn client(&self) -> reqwest::Client {
        self.client_at(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    /// The same from another loopback address.
    pub fn client_at(&self, address: IpAddr) -> reqwest::Client {
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client_config())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .local_address(address);
        for (host, address) in &self.0.hosts {
            builder = builder.resolve(host, *address);
        }
        builder.build().unwrap()
    }

    /// An address nobody has asked from yet.
    pub fn new_address(&self) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(127, 0, 1, self.0.addresses.fetch_add(1, Ordering::Relaxed)))
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.tasks.lock().unwrap().spawn(task);
    }

    /// The listener of a host that a test plays by hand, and its end of TLS.
    pub fn by_hand(&self, host: &str) -> (TcpListener, tokio_rustls::TlsAcceptor) {
        (self.take(host), tls::acceptor(host))
    }

    fn take(&self, host: &str) -> TcpListener {
        let taken = self.0.listeners.lock().unwrap().remove(host);
        taken.unwrap_or_else(|| panic!("{host} was not reserved, or is in use"))
    }
}

/// A TLS proxy as people run it: forwards to one address and says for whom.
#[derive(Clone)]
pub struct Front {
    backend: Arc<Mutex<Option<SocketAddr>>>,
    /// What went through and breaks a rule of those who read it.
    problems: Arc<Mutex<Vec<String>>>,
}

type Body = BoxBody<Bytes, hyper::Error>;
type Answer = Response<Body>;

impl Front {
    /// From now on requests go there.
    pub fn forward_to(&self, backend: SocketAddr) {
        *self.backend.lock().unwrap() = Some(backend);
    }

    /// From now on the answer is 502.
    pub fn cut(&self) {
        *self.backend.lock().unwrap() = None;
    }

    async fn listen(self, listener: TcpListener, acceptor: tokio_rustls::TlsAcceptor) {
        let mut open = JoinSet::new();
        while let Ok((socket, peer)) = listener.accept().await {
            let (front, acceptor) = (self.clone(), acceptor.clone());
            open.spawn(async move {
                let Ok(stream) = acceptor.accept(socket).await else { return };
                let service = hyper::service::service_fn(move |request| {
                    let front = front.clone();
                    async move { Ok::<_, std::convert::Infallible>(front.forward(peer.ip(), request).await) }
                });
                let server = hyper::server::conn::http1::Builder::new();
                let _ = server.serve_connection(TokioIo::new(stream), service).with_upgrades().await;
            });
            while open.try_join_next().is_some() {}
        }
    }

    async fn forward(&self, client: IpAddr, mut request: Request<Incoming>) -> Answer {
        let headers = request.headers_mut();
        let before = headers.get("x-forwarded-for").and_then(|v| v.to_str().ok()).map(|v| format!("{v}, "));
        let hops = format!("{}{client}", before.unwrap_or_default());
        headers.insert(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_str(&hops).unwrap());
        headers.insert(HeaderName::from_static("x-forwarded-proto"), HeaderValue::from_static("https"));
        if let Some(host) = headers.get(HOST).cloned() {
            headers.insert(HeaderName::from_static("x-forwarded-host"), host);
        }
        let address = address_of(&request);
        let accept = request.headers().get(ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let path = request.uri().path();
        if accept.contains("json") || path.starts_with("/ap/") || path.starts_with("/actor") {
            // So that what is answered can be read on its way.
            request.headers_mut().remove(ACCEPT_ENCODING);
        }
        let fetched = request.method() == Method::GET;
        let request = self.checked_delivery(&address, request).await;
        match self.pass(request).await {
            Some(answer) if fetched => self.checked(&address, answer).await,
            Some(answer) => answer,
            None => {
                let empty = Empty::new().map_err(|never| match never {}).boxed();
                let mut answer = Response::new(empty);
                *answer.status_mut() = StatusCode::BAD_GATEWAY;
                answer
            }
        }
    }

    /// What broke a rule so far; a test that takes it has looked at it.
    pub fn take_problems(&self) -> Vec<String> {
        std::mem::take(&mut self.problems.lock().unwrap())
    }

    /// Every document that leaves is one that everybody reads.
    async fn checked(&self, address: &str, answer: Answer) -> Answer {
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        if answer.status() != StatusCode::OK || !kind.contains("activity+json") {
            return answer;
        }
        let (head, body) = answer.into_parts();
        let Ok(bytes) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
            return Response::from_parts(head, Empty::new().map_err(|never| match never {}).boxed());
        };
        if let Err(problem) = validators::document_for_everybody(address, &kind, &bytes) {
            self.problems.lock().unwrap().push(format!("{address}: {problem}"));
        }
        Response::from_parts(head, Full::new(bytes).map_err(|never| match never {}).boxed())
    }

    /// Every delivery by a server of ours is one that everybody takes.
    async fn checked_delivery(&self, address: &str, request: Request<Incoming>) -> Request<Body> {
        let header = |name| request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let ours = header(USER_AGENT).starts_with("Cyanotype/") && header(CONTENT_TYPE).contains("activity+json");
        let (head, body) = request.into_parts();
        if !ours || head.method != Method::POST {
            return Request::from_parts(head, body.boxed());
        }
        let Ok(bytes) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
            return Request::from_parts(head, Empty::new().map_err(|never| match never {}).boxed());
        };
        if let Err(problem) = validators::delivery_for_everybody(&bytes) {
            self.problems.lock().unwrap().push(format!("POST {address}: {problem}"));
        }
        Request::from_parts(head, Full::new(bytes).map_err(|never| match never {}).boxed())
    }

    async fn pass(&self, mut request: Request<Body>) -> Option<Answer> {
        let backend = (*self.backend.lock().unwrap())?;
        let stream = TcpStream::connect(backend).await.ok()?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection.with_upgrades());
        let before = hyper::upgrade::on(&mut request);
        let mut answer = sender.send_request(request).await.ok()?;
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            let behind = hyper::upgrade::on(&mut answer);
            tokio::spawn(async move {
                let (Ok(before), Ok(behind)) = tokio::join!(before, behind) else { return };
                let _ = tokio::io::copy_bidirectional(&mut TokioIo::new(before), &mut TokioIo::new(behind)).await;
            });
        }
        Some(answer.map(BodyExt::boxed))
    }
}

/// The address that a request is for.
fn address_of(request: &Request<Incoming>) -> String {
    let host = request.headers().get(HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
    format!("https://{host}{}", request.uri().path_and_query().map_or("/", |p| p.as_str()))
}

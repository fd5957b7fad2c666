//! A server of others: answers what it is given, records what it is asked, and is strict about it.

use super::actor::{self, Actor};
use super::check::{self, Incoming, Keys};
use super::{World, eventually, tls};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, LOCATION};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

pub const ACTIVITY: &str = "application/activity+json";

/// A peer. When it is dropped, the test fails if anything it was sent broke a rule.
pub struct Peer {
    pub host: String,
    pub(super) state: Arc<State>,
}

/// One request that came in.
#[derive(Debug, Clone)]
pub struct Received {
    pub method: Method,
    /// Path and query.
    pub target: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The body, where it is JSON.
    pub json: Option<Value>,
    /// Pictures of a Create or Update, as they were fetched before this request was answered.
    pub pictures: Vec<Picture>,
}

/// A picture the peer fetched.
#[derive(Debug, Clone)]
pub struct Picture {
    pub url: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

/// Status of a document that is never sent.
const HANGS: u16 = 0;

struct Document {
    status: u16,
    /// Content type, or where a redirect leads.
    kind: String,
    body: Body,
}

enum Body {
    Whole(Bytes),
    /// Compressed already.
    Gzip(Bytes),
    /// Blanks without end; how many were sent.
    Endless(Arc<AtomicU64>),
}

type Answer = Response<UnsyncBoxBody<Bytes, Infallible>>;

pub(super) struct State {
    pub world: World,
    pub host: String,
    documents: Mutex<HashMap<String, Document>>,
    received: Mutex<Vec<Received>>,
    /// Places in `received` that [`Peer::expect`] has handed out.
    taken: Mutex<Vec<usize>>,
    problems: Mutex<Vec<String>>,
    inbox_status: AtomicU16,
    hanging: AtomicBool,
    /// Status for what is signed by the draft, and by RFC 9421, where it is not taken.
    refused: [AtomicU16; 2],
    actors: AtomicUsize,
    pub numbers: AtomicUsize,
    keys: Keys,
}

impl Peer {
    pub(super) fn start(world: World, host: &str, listener: TcpListener) -> Self {
        let state = Arc::new(State {
            world: world.clone(),
            host: host.to_owned(),
            documents: Mutex::default(),
            received: Mutex::default(),
            taken: Mutex::default(),
            problems: Mutex::default(),
            inbox_status: AtomicU16::new(202),
            hanging: AtomicBool::new(false),
            refused: Default::default(),
            actors: AtomicUsize::new(0),
            numbers: AtomicUsize::new(1),
            keys: Keys::default(),
        });
        world.spawn(listen(state.clone(), listener));
        Self { host: host.to_owned(), state }
    }

    /// Somebody who lives here: document, WebFinger, empty collections.
    pub fn actor(&self, name: &str) -> Actor {
        let index = self.state.actors.fetch_add(1, Ordering::Relaxed);
        Actor::settle(self.state.clone(), name, actor::key(index))
    }

    /// Somebody recorded elsewhere, by her actor document. Serves nothing; the key she signs with is
    /// her `public_pem`, which what is served has to name.
    pub fn recorded_actor(&self, document: &Value) -> Actor {
        let index = self.state.actors.fetch_add(1, Ordering::Relaxed);
        Actor::recorded(self.state.clone(), document, actor::key(index))
    }

    /// An address of this host.
    pub fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.host)
    }

    /// Answers `path` (and query, where given) with this from now on.
    pub fn serve(&self, path: &str, kind: &str, body: impl Into<Bytes>) {
        self.state.serve(path, 200, kind, body.into());
    }

    /// The same for a document.
    pub fn serve_json(&self, path: &str, document: &Value) {
        self.serve(path, ACTIVITY, document.to_string());
    }

    /// Answers `path` with what says of itself that it is compressed.
    pub fn serve_gzip(&self, path: &str, kind: &str, body: Vec<u8>) {
        self.state.put(path, 200, kind, Body::Gzip(body.into()));
    }

    /// Answers `path` with blanks that never end; gives the number of those sent.
    pub fn serve_endlessly(&self, path: &str, kind: &str) -> Arc<AtomicU64> {
        let sent = Arc::new(AtomicU64::new(0));
        self.state.put(path, 200, kind, Body::Endless(sent.clone()));
        sent
    }

    /// Answers `path` with a bare status.
    pub fn refuse(&self, path: &str, status: u16) {
        self.state.serve(path, status, "text/plain", Bytes::new());
    }

    /// Takes requests for `path` and never answers them.
    pub fn never_answer(&self, path: &str) {
        self.state.serve(path, HANGS, "", Bytes::new());
    }

    /// Sends whoever asks for `path` elsewhere.
    pub fn redirect(&self, path: &str, to: &str) {
        self.state.serve(path, 302, to, Bytes::new());
    }

    /// Inboxes answer this instead of 202.
    pub fn answer_inbox(&self, status: u16) {
        self.state.inbox_status.store(status, Ordering::Relaxed);
    }

    /// Inboxes take connections and never answer.
    pub fn hang(&self, hanging: bool) {
        self.state.hanging.store(hanging, Ordering::Relaxed);
    }

    /// Answers this to whatever is signed by the draft, and that to whatever is signed by RFC 9421; 0 takes it.
    pub fn refuse_signed(&self, cavage: u16, rfc9421: u16) {
        self.state.refused[0].store(cavage, Ordering::Relaxed);
        self.state.refused[1].store(rfc9421, Ordering::Relaxed);
    }

    /// Asks for every key again, as a server does that was told of a new one.
    pub async fn forget_keys(&self) {
        self.state.keys.lock().await.clear();
    }

    /// Everything that came in.
    pub fn received(&self) -> Vec<Received> {
        self.state.received.lock().unwrap().clone()
    }

    /// How many requests came in.
    pub fn requests(&self) -> usize {
        self.state.received.lock().unwrap().len()
    }

    /// Deliveries of that kind so far.
    pub fn deliveries(&self, kind: &str) -> Vec<Received> {
        self.received().into_iter().filter(|r| r.is(kind)).collect()
    }

    /// Waits for a delivery of that kind that was not handed out before.
    pub async fn expect_delivery(&self, kind: &str) -> Received {
        let next = || async {
            let received = self.state.received.lock().unwrap();
            let mut taken = self.state.taken.lock().unwrap();
            let at = received.iter().enumerate().position(|(at, r)| r.is(kind) && !taken.contains(&at))?;
            taken.push(at);
            Some(received[at].clone())
        };
        eventually(next, &format!("{} receives a {kind}", self.host)).await
    }

    /// The activity of [`Self::expect_delivery`].
    pub async fn expect(&self, kind: &str) -> Value {
        self.expect_delivery(kind).await.json.unwrap()
    }

    /// What broke a rule so far; a test that takes it has looked at it.
    pub fn take_problems(&self) -> Vec<String> {
        std::mem::take(&mut self.state.problems.lock().unwrap())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let problems = self.take_problems();
        if !std::thread::panicking() {
            assert!(problems.is_empty(), "{} was sent what breaks rules: {problems:#?}", self.host);
        }
    }
}

impl Received {
    /// A delivery of that kind.
    pub fn is(&self, kind: &str) -> bool {
        self.method == Method::POST && self.json.as_ref().is_some_and(|json| json["type"] == kind)
    }
}

impl Document {
    fn answer(&self) -> Answer {
        let mut answer = Response::new(match &self.body {
            Body::Whole(bytes) | Body::Gzip(bytes) => Full::new(bytes.clone()).boxed_unsync(),
            Body::Endless(sent) => {
                static BLANKS: [u8; 64 << 10] = [b' '; 64 << 10];
                let sent = sent.clone();
                let next = move |()| {
                    sent.fetch_add(BLANKS.len() as u64, Ordering::Relaxed);
                    std::future::ready(Ok(Frame::data(Bytes::from_static(&BLANKS))))
                };
                StreamBody::new(stream::repeat(()).then(next)).boxed_unsync()
            }
        });
        if matches!(self.body, Body::Gzip(_)) {
            answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        *answer.status_mut() = StatusCode::from_u16(self.status).unwrap();
        let name = if answer.status().is_redirection() { LOCATION } else { CONTENT_TYPE };
        answer.headers_mut().insert(name, self.kind.parse().unwrap());
        answer
    }
}

impl State {
    pub fn serve(&self, path: &str, status: u16, kind: &str, body: Bytes) {
        self.put(path, status, kind, Body::Whole(body));
    }

    fn put(&self, path: &str, status: u16, kind: &str, body: Body) {
        let document = Document { status, kind: kind.to_owned(), body };
        self.documents.lock().unwrap().insert(path.to_owned(), document);
    }

    fn find<T>(&self, target: &str, read: impl FnOnce(&Document) -> T) -> Option<T> {
        let documents = self.documents.lock().unwrap();
        let path = target.split('?').next().unwrap_or_default();
        documents.get(target).or_else(|| documents.get(path)).map(read)
    }

    async fn answer(&self, request: Request<hyper::body::Incoming>) -> Answer {
        let (head, body) = request.into_parts();
        let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else { return status(400) };
        let target = head.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        let json: Option<Value> = serde_json::from_slice(&body).ok();
        let pictures = match &json {
            Some(json) if head.method == Method::POST => self.pictures(json).await,
            _ => Vec::new(),
        };
        if let Err(problem) = self.check(&head.method, &target, &head.headers, &body).await {
            self.problems.lock().unwrap().push(format!("{} {target}: {problem}", head.method));
        }
        let (method, headers) = (head.method, head.headers);
        let refused = headers.contains_key("signature").then(|| {
            let newer = headers.contains_key("signature-input");
            self.refused[usize::from(newer)].load(Ordering::Relaxed)
        });
        let received = Received { method: method.clone(), target: target.clone(), headers, body, json, pictures };
        self.received.lock().unwrap().push(received);
        if let Some(refused) = refused.filter(|status| *status != 0) {
            return status(refused);
        }
        if method != Method::POST {
            let target = decoded(&target);
            if self.find(&target, |found| found.status == HANGS) == Some(true) {
                std::future::pending::<()>().await;
            }
            return self.find(&target, Document::answer).unwrap_or_else(|| status(404));
        }
        if self.hanging.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        status(self.inbox_status.load(Ordering::Relaxed))
    }

    async fn check(&self, method: &Method, target: &str, headers: &HeaderMap, body: &[u8]) -> Result<(), String> {
        let text = |name: http::HeaderName| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !text(http::header::USER_AGENT).starts_with("Cyanotype/") {
            return Err("no User-Agent of ours".to_owned());
        }
        let request = Incoming { method: method.as_str(), host: &self.host, target, headers, body };
        if method == Method::POST {
            return check::delivery(&self.world, &self.keys, &request).await;
        }
        if text(ACCEPT).contains("activity+json") {
            return check::signature(&self.world, &self.keys, &request).await.map(drop);
        }
        if headers.contains_key("signature") { Err("signed for no reason".to_owned()) } else { Ok(()) }
    }

    /// As Mastodon may do it: before the delivery is even answered.
    async fn pictures(&self, activity: &Value) -> Vec<Picture> {
        let mut found = Vec::new();
        for item in activity["object"]["attachment"].as_array().into_iter().flatten() {
            let Some(url) = item["url"].as_str() else { continue };
            let Ok(answer) = self.world.client().get(url).header("user-agent", "Peer/1.0").send().await else {
                self.problems.lock().unwrap().push(format!("{url} could not be fetched"));
                continue;
            };
            let (status, headers) = (answer.status(), answer.headers().clone());
            let bytes = answer.bytes().await.unwrap_or_default();
            found.push(Picture { url: url.to_owned(), status, headers, bytes });
        }
        found
    }
}

/// Queries are told apart by what they mean, not by how they are written.
fn decoded(target: &str) -> String {
    percent_encoding::percent_decode_str(target).decode_utf8_lossy().into_owned()
}

fn status(code: u16) -> Answer {
    let mut answer = Response::new(Full::default().boxed_unsync());
    *answer.status_mut() = StatusCode::from_u16(code).unwrap();
    answer
}

/// An empty list.
pub(super) fn empty(id: &str) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "OrderedCollection",
        "totalItems": 0, "orderedItems": [],
    })
}

async fn listen(state: Arc<State>, listener: TcpListener) {
    let acceptor = tls::acceptor(&state.host);
    let mut open = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        open.spawn(serve(state.clone(), acceptor.clone(), socket));
        while open.try_join_next().is_some() {}
    }
}

async fn serve(state: Arc<State>, acceptor: tokio_rustls::TlsAcceptor, socket: TcpStream) {
    let Ok(stream) = acceptor.accept(socket).await else { return };
    let service = hyper::service::service_fn(move |request| {
        let state = state.clone();
        async move { Ok::<_, Infallible>(state.answer(request).await) }
    });
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

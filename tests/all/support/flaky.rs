//! A TCP proxy before a server that is not what it should be: it refuses, crawls, hangs up, or answers for it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What the way to the server is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As it should be.
    Open,
    /// Every connection is closed at once.
    Shut,
    /// Connections are taken, and nothing is ever answered.
    Silent,
    /// So many bytes a second go to the server.
    Slow(u64),
    /// After so many bytes on their way to the server a connection is cut.
    Cut(u64),
    /// A bit of what goes to the server is another one there.
    Flips,
    /// Nothing of what is asked arrives; it is answered as stores do: 503 that they have too much to do, 403 that
    /// the keys are wrong.
    Answers(u16),
    /// The same to so many connections, then open.
    AnswersOnce(u32, u16),
}

/// No head of a request is longer, in bytes.
const HEAD: u64 = 8 << 10;

/// The proxy; ends with its value.
pub struct Flaky {
    pub endpoint: String,
    way: Arc<Mutex<Way>>,
    /// Connections that are open: a way that is shut ends them.
    _running: JoinSet<()>,
}

impl Flaky {
    /// Before a server at an address such as `http://127.0.0.1:9000`.
    pub async fn before(endpoint: &str) -> Self {
        let backend: SocketAddr = endpoint.trim_start_matches("http://").parse().expect("an address");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let (way, mut running) = (Arc::new(Mutex::new(Way::Open)), JoinSet::new());
        running.spawn(listen(listener, backend, Arc::clone(&way)));
        Self { endpoint, way, _running: running }
    }

    pub fn set(&self, way: Way) {
        *self.way.lock().expect("no panic") = way;
    }
}

async fn listen(listener: TcpListener, backend: SocketAddr, way: Arc<Mutex<Way>>) {
    let mut open = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        open.spawn(carry(socket, backend, Arc::clone(&way)));
    }
}

/// The way of this connection as it is now.
fn now(way: &Mutex<Way>) -> Way {
    let mut way = way.lock().expect("no panic");
    let now = *way;
    if let Way::AnswersOnce(left, status) = now {
        *way = if left <= 1 { Way::Open } else { Way::AnswersOnce(left - 1, status) };
    }
    now
}

async fn carry(mut socket: TcpStream, backend: SocketAddr, way: Arc<Mutex<Way>>) {
    match now(&way) {
        Way::Shut => return,
        Way::Silent => std::future::pending().await,
        Way::Answers(status) | Way::AnswersOnce(_, status) => return answer(&mut socket, status).await,
        Way::Open | Way::Slow(_) | Way::Cut(_) | Way::Flips => {}
    }
    let Ok(server) = TcpStream::connect(backend).await else { return };
    let (from_client, to_client) = socket.into_split();
    let (from_server, to_server) = server.into_split();
    let there = forward(from_client, to_server, Arc::clone(&way));
    let back = async move {
        let (mut from_server, mut to_client) = (from_server, to_client);
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
    };
    tokio::select! { () = there => {}, () = back => {} }
}

/// Reads what comes, up to its end or a pause, so that the answer is heard.
async fn answer(socket: &mut TcpStream, status: u16) {
    let code = if status == 403 { "AccessDenied" } else { "SlowDown" };
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>Not now.</Message></Error>");
    let head = format!("HTTP/1.1 {status} No\r\ncontent-type: application/xml\r\nconnection: close\r\n");
    let text = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    let mut heard = vec![0; 64 << 10];
    let _ = socket.read(&mut heard).await;
    let _ = socket.write_all(text.as_bytes()).await;
    while let Ok(Ok(1..)) = tokio::time::timeout(Duration::from_millis(50), socket.read(&mut heard)).await {}
}

/// Carries bytes as the way allows, which may change meanwhile. A connection that is kept open for the next
/// request is as flaky as a new one.
async fn forward(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, way: Arc<Mutex<Way>>) {
    let (mut piece, mut carried) = (vec![0; 16 << 10], 0_u64);
    while let Ok(read @ 1..) = from.read(&mut piece).await {
        let now = *way.lock().expect("no panic");
        match now {
            Way::Slow(rate) => tokio::time::sleep(Duration::from_millis(read as u64 * 1_000 / rate)).await,
            Way::Cut(most) if carried + read as u64 > most => return,
            Way::Silent => std::future::pending().await,
            Way::Shut | Way::Answers(_) | Way::AnswersOnce(..) => return,
            // Behind the head of a request: what it carries.
            Way::Flips if carried > HEAD => piece[read - 1] ^= 1,
            Way::Open | Way::Cut(_) | Way::Flips => {}
        }
        carried += read as u64;
        if to.write_all(&piece[..read]).await.is_err() {
            return;
        }
    }
}

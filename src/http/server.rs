//! The accept loop: slow senders are cut off, connections are bounded, and stopping drains.

use crate::app::App;
use anyhow::Context;
use axum::Router;
use axum::extract::ConnectInfo;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// Connections at once.
const CONNECTIONS: usize = 4_000;
/// The head of a request must be there after so long.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// Whoever connected before the server was told to stop may still begin to ask for so long.
const FIRST_BYTE: Duration = Duration::from_secs(1);
/// Open requests have so long to end when the server stops.
const DRAIN_TIME: Duration = Duration::from_secs(15);

/// Binds the address to listen on.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("{address} cannot be listened on; is another server running there?"))
}

/// Serves until the app is told to stop, then lets open requests end.
pub async fn serve(app: App, listener: TcpListener, router: Router) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let open = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = app.stopping.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(pair) => pair,
            Err(error) => {
                // Out of file descriptors, most often: wait for some to be given back.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Ok(place) = places.clone().acquire_owned().await else { break };
        open.spawn(connection(app.clone(), stream, peer, router.clone(), Some(place)));
    }
    for (stream, peer) in left_waiting(listener) {
        open.spawn(connection(app.clone(), stream, peer, router.clone(), None));
    }
    open.close();
    if tokio::time::timeout(DRAIN_TIME, open.wait()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

/// Connections that nobody accepted yet: to close the listener alone would cut them off.
fn left_waiting(listener: TcpListener) -> Vec<(TcpStream, SocketAddr)> {
    let Ok(listener) = listener.into_std() else { return Vec::new() };
    let waiting = std::iter::from_fn(|| {
        let (stream, peer) = listener.accept().ok()?;
        stream.set_nonblocking(true).ok()?;
        Some((TcpStream::from_std(stream).ok()?, peer))
    });
    waiting.collect()
}

/// Answers what comes on a connection. When the server is told to stop, what was asked is still answered.
async fn connection(
    app: App,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    _place: Option<OwnedSemaphorePermit>,
) {
    // Small answers must not wait for more to send.
    let _ = stream.set_nodelay(true);
    // Until the first byte is there: hyper would close a connection that stops before.
    let begun = tokio::time::timeout(HEADER_TIME, stream.readable());
    let in_time = async {
        app.stopping.cancelled().await;
        tokio::time::sleep(FIRST_BYTE).await;
    };
    tokio::select! {
        biased;
        begun = begun => if begun.is_err() { return },
        () = in_time => return,
    }
    let service = hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIME).max_buf_size(64 * 1024);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(100).keep_alive_interval(Duration::from_secs(20));
    let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = app.stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, %peer, "a connection broke off");
    }
}

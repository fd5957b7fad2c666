//! What is left of a request when its answer is ready: a refusal is often decided before the body is read.
//!
//! It is read and forgotten, as far as it is short. Otherwise the connection is cut while the other end still
//! writes, which many clients and proxies take for a broken server; and they find the next request on it lost.

use super::Web;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Bytes that are read, …
const MOST: usize = 1 << 20;
/// … and how long it may take.
const TIME: Duration = Duration::from_secs(5);

/// Reads on where a handler did not.
pub async fn read_on(State(web): State<Web>, request: Request, next: Next) -> Response {
    let (tasks, stopping) = (web.app.tasks.clone(), web.app.stopping.clone());
    next.run(request.map(|body| Body::new(Rest { body: Some(body), tasks, stopping }))).await
}

/// A body of which nothing is lost when it is dropped.
struct Rest {
    body: Option<Body>,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl HttpBody for Rest {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match self.body.as_mut() {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, HttpBody::size_hint)
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        let short = |body: &Body| !body.is_end_stream() && body.size_hint().lower() <= MOST as u64;
        let Some(body) = self.body.take().filter(short) else { return };
        let stopping = self.stopping.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                _ = tokio::time::timeout(TIME, read(body)) => {}
                () = stopping.cancelled() => {}
            }
        });
    }
}

async fn read(mut body: Body) {
    let mut left = MOST;
    while let Some(Ok(frame)) = body.frame().await {
        match frame.data_ref().map(|data| left.checked_sub(data.len())) {
            Some(Some(less)) => left = less,
            Some(None) => return,
            None => {}
        }
    }
}

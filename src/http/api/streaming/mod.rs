//! Hearing at once of what happens: over one socket for any number of streams, or as events sent by the
//! server (SSE), a stream a request.

mod events;
mod said;
mod socket;

use super::call::{Answer, Call};
use super::json::Empty;
use super::route::{EVENTS, SOCKET};
use super::{Access, ApiError, Route};
use crate::service::Refusal;
use crate::service::streaming::{Listening, Stream};
use axum::http::header;
use axum::response::IntoResponse;

const PERSON: Access = Access::Person(&["read:statuses", "read:notifications"]);

pub fn routes() -> Vec<Route> {
    let sse = |path, stream: &'static str| {
        Route::get(path, PERSON, move |call| events::answer(call, stream)).streams(EVENTS).gives::<Empty>()
    };
    let with_pictures = &["only_media:flag", "access_token"] as &[_];
    let token = &["access_token"] as &[_];
    vec![
        Route::get("/api/v1/streaming/health", Access::Free, health).kind("text/plain").gives::<Empty>(),
        Route::get("/api/v1/streaming", PERSON, socket::answer)
            .takes(&["stream", "tag", "list:id", "access_token"])
            .streams(SOCKET)
            .gives::<Empty>(),
        sse("/api/v1/streaming/user", "user").takes(token),
        sse("/api/v1/streaming/user/notification", "user:notification").takes(token),
        sse("/api/v1/streaming/public", "public").takes(with_pictures),
        sse("/api/v1/streaming/public/local", "public:local").takes(with_pictures),
        sse("/api/v1/streaming/public/remote", "public:remote").takes(with_pictures),
        sse("/api/v1/streaming/hashtag", "hashtag").takes(&["tag", "access_token"]),
        sse("/api/v1/streaming/hashtag/local", "hashtag:local").takes(&["tag", "access_token"]),
        sse("/api/v1/streaming/list", "list").takes(&["list:id", "access_token"]),
        sse("/api/v1/streaming/direct", "direct").takes(token),
    ]
}

async fn health(_: Call) -> Answer {
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "OK").into_response())
}

/// Begins to listen.
fn listen(call: &Call) -> Result<Listening, ApiError> {
    let holder = call.holder.as_ref().ok_or(Refusal::SignIn)?;
    Ok(call.web.hub.listen(&call.app, holder)?)
}

/// Whether the token allows this stream.
fn allowed(call: &Call, stream: &Stream) -> bool {
    call.holder.as_ref().is_some_and(|holder| holder.scopes.allow(stream.scope()))
}

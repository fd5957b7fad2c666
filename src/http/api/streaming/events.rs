//! One stream as events sent by the server (the HTML standard, section 9.2).

use super::super::call::{Answer, Call};
use super::super::error::ApiError;
use super::said::Listener;
use super::{allowed, listen};
use crate::service::streaming::{Listening, Stream};
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use std::time::Duration;

/// Something is said so often, that nobody on the way takes the connection for dead.
const THUMP: Duration = Duration::from_secs(15);

struct Open {
    listener: Listener,
    listening: Listening,
    streams: [Stream; 1],
    greeted: bool,
}

pub async fn answer(call: Call, name: &'static str) -> Answer {
    let pictures = name.starts_with("public") && call.params.flag("only_media") == Some(true);
    let name = if pictures { format!("{name}:media") } else { name.to_owned() };
    let stream = Stream::parse(&name, call.params.text("tag"), call.params.text("list"))
        .map_err(|unknown| ApiError::new(StatusCode::BAD_REQUEST, unknown.to_string()))?;
    if !allowed(&call, &stream) {
        return Err(ApiError::outside_scopes());
    }
    let listening = listen(&call)?;
    let listener = listener(&call)?;
    let open = Open { listener, listening, streams: [stream], greeted: false };
    let body = futures_util::stream::unfold(open, |mut open| async move {
        let text = open.next().await?;
        Some((Ok::<_, std::convert::Infallible>(text), open))
    });
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "private, no-store")];
    Ok((headers, [("x-accel-buffering", "no")], Body::from_stream(body)).into_response())
}

/// Whoever calls, as somebody who listens.
pub(super) fn listener(call: &Call) -> Result<Listener, ApiError> {
    let scopes = call.holder.as_ref().map(|holder| holder.scopes.clone()).unwrap_or_default();
    Ok(Listener { app: call.app.clone(), urls: call.urls.clone(), id: call.me()?.id(), scopes })
}

impl Open {
    /// What is sent next; none at the end.
    async fn next(&mut self) -> Option<String> {
        if !std::mem::replace(&mut self.greeted, true) {
            return Some(":)\n\n".to_owned());
        }
        loop {
            let news = match tokio::time::timeout(THUMP, self.listening.next()).await {
                Err(_) => return Some(":thump\n\n".to_owned()),
                Ok(news) => news?,
            };
            if let Some(said) = self.listener.hears(&self.streams, &news).await {
                // Without data there would be no event.
                let data = said.payload.unwrap_or_else(|| "{}".to_owned());
                return Some(format!("event: {}\ndata: {data}\n\n", said.event));
            }
        }
    }
}

//! Inboxes: personal ones and the shared one take the same things.

use crate::app::App;
use crate::http::pages::id;
use crate::http::{SMALL_BODY, Web, error};
use crate::service::Refusal;
use crate::service::federation::inbox::{Received, Rejected, receive};
use crate::store::accounts;
use axum::body::Body;
use axum::extract::{OriginalUri, Path, Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// A delivery must have come in whole after so long.
const BODY_TIME: Duration = Duration::from_secs(20);
/// Whoever finds no room is asked to come again after so many seconds.
const COME_AGAIN: &str = "10";

pub async fn shared(State(web): State<Web>, OriginalUri(uri): OriginalUri, request: Request) -> Response {
    take(&web, uri, request).await
}

pub async fn personal(
    State(web): State<Web>,
    OriginalUri(uri): OriginalUri,
    Path(user): Path<String>,
    request: Request,
) -> Response {
    let owner = async {
        let row = accounts::by_id(&web.app.db.read, id(&user)?)
            .await?
            .filter(|a| a.domain.is_empty())
            .ok_or(Refusal::Missing)?;
        if row.deleted_at.is_some() { Err(Refusal::Gone) } else { Ok(()) }
    };
    match owner.await {
        Ok(()) => take(&web, uri, request).await,
        Err(refusal) => error::bare(&refusal),
    }
}

/// A body in memory, and the room it takes until it is let go.
struct Taken {
    body: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

/// Reads a body, making room for it as it comes: whoever sends slowly holds no more than came, and when
/// there is no room left the rest is refused before it is in memory.
async fn read(app: &App, body: Body) -> Result<Taken, Response> {
    let mut body = std::pin::pin!(body);
    let (mut bytes, mut room) = (BytesMut::new(), None::<OwnedSemaphorePermit>);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| StatusCode::BAD_REQUEST.into_response())?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > SMALL_BODY {
            return Err(StatusCode::PAYLOAD_TOO_LARGE.into_response());
        }
        let kib = u32::try_from(data.len().div_ceil(1024)).unwrap_or(u32::MAX);
        let more = app.inbox_room.clone().try_acquire_many_owned(kib).map_err(|_| busy())?;
        match &mut room {
            Some(room) => room.merge(more),
            None => room = Some(more),
        }
        bytes.extend_from_slice(&data);
    }
    Ok(Taken { body: bytes.freeze(), _room: room })
}

fn busy() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", COME_AGAIN)]).into_response()
}

async fn take(web: &Web, uri: Uri, request: Request) -> Response {
    if web.app.public().is_none() {
        return error::bare(&Refusal::Missing);
    }
    let (parts, body) = request.into_parts();
    let taken = match tokio::time::timeout(BODY_TIME, read(&web.app, body)).await {
        Ok(Ok(taken)) => taken,
        Ok(Err(response)) => return response,
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let received = Received {
        method: parts.method,
        path_and_query: uri.path_and_query().map_or("/", |p| p.as_str()).to_owned(),
        headers: parts.headers,
        body: taken.body.clone(),
    };
    let rejected = match receive(&web.app, received).await {
        Ok(()) => return StatusCode::ACCEPTED.into_response(),
        Err(rejected) => rejected,
    };
    tracing::debug!(why = %rejected, "a delivery was not taken");
    let status = match rejected {
        Rejected::WrongType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Rejected::Malformed(_) => StatusCode::BAD_REQUEST,
        Rejected::Unsigned(_) => StatusCode::UNAUTHORIZED,
        Rejected::KeptOut => StatusCode::FORBIDDEN,
        Rejected::Full => return busy(),
        Rejected::Later(refusal) => {
            error::log(&refusal);
            return (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "60")]).into_response();
        }
    };
    status.into_response()
}

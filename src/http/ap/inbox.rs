//! Inboxes: personal ones and the shared one take the same things.

use crate::http::pages::id;
use crate::http::{Web, error};
use crate::service::Refusal;
use crate::service::federation::inbox::{Received, Rejected, receive};
use crate::store::accounts;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

pub async fn shared(
    State(web): State<Web>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    take(&web, method, uri, headers, body).await
}

pub async fn personal(
    State(web): State<Web>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    Path(user): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let owner = async {
        let row = accounts::by_id(&web.app.db.read, id(&user)?)
            .await?
            .filter(|a| a.domain.is_empty())
            .ok_or(Refusal::Missing)?;
        if row.deleted_at.is_some() { Err(Refusal::Gone) } else { Ok(()) }
    };
    match owner.await {
        Ok(()) => take(&web, method, uri, headers, body).await,
        Err(refusal) => error::bare(&refusal),
    }
}

async fn take(web: &Web, method: Method, uri: axum::http::Uri, headers: HeaderMap, body: Bytes) -> Response {
    if web.app.public().is_none() {
        return error::bare(&Refusal::Missing);
    }
    let path_and_query = uri.path_and_query().map_or("/", |p| p.as_str());
    let received = Received { method: &method, path_and_query, headers: &headers, body };
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
        Rejected::Later(refusal) => {
            error::log(&refusal);
            return (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "60")]).into_response();
        }
    };
    status.into_response()
}

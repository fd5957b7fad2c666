//! `/healthz`: the process is alive. `/readyz`: it can do its work.

use super::{Web, metrics};
use crate::app::App;
use crate::blob::BlobError;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

pub fn router() -> Router<Web> {
    Router::new().route("/healthz", get(async || "alive\n")).route("/readyz", get(ready))
}

/// All that a process answers which only works.
pub fn only(app: App) -> anyhow::Result<Router> {
    Ok(router().merge(metrics::router()).with_state(Web::new(app)?))
}

/// 503 with the name of what is not ready; the cause is for the log.
async fn ready(State(web): State<Web>) -> (StatusCode, String) {
    let app = &web.app;
    if app.stopping.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n".to_owned());
    }
    if let Err(error) = app.db.ready().await {
        tracing::warn!(%error, "the database is not ready");
        return (StatusCode::SERVICE_UNAVAILABLE, "database\n".to_owned());
    }
    match app.db.pending().await {
        Ok(steps) if steps.is_empty() => {}
        Ok(steps) => {
            tracing::warn!(steps = steps.join(", "), "the database lacks steps of its schema");
            return (StatusCode::SERVICE_UNAVAILABLE, "migrations\n".to_owned());
        }
        Err(error) => {
            tracing::warn!(%error, "which steps of the schema the database has cannot be read");
            return (StatusCode::SERVICE_UNAVAILABLE, "migrations\n".to_owned());
        }
    }
    match app.blobs.ready().await {
        // What is there can still be looked at.
        Ok(()) | Err(BlobError::Full { .. }) => {}
        Err(error) => {
            tracing::warn!(%error, "the media store is not ready");
            return (StatusCode::SERVICE_UNAVAILABLE, "storage\n".to_owned());
        }
    }
    (StatusCode::OK, "ready\n".to_owned())
}

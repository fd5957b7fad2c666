//! `/metrics`, for whoever holds the token of the settings, and how long each request takes.

use super::Web;
use crate::secrets::sha256;
use crate::service::measuring;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::time::Instant;

/// The text format of Prometheus, version 0.0.4.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// What no route knows.
const NO_ROUTE: &str = "none";

pub fn router() -> Router<Web> {
    Router::new().route("/metrics", get(show))
}

async fn show(State(web): State<Web>, headers: HeaderMap) -> Response {
    let Some(token) = &web.app.settings.metrics_token else { return StatusCode::NOT_FOUND.into_response() };
    if !shows(&headers, token) {
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")]).into_response();
    }
    web.app.metrics.listeners.set(i64::try_from(web.hub.listeners()).unwrap_or(i64::MAX));
    match measuring::text(&web.app).await {
        Ok(text) => ([(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, "no-store")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Compared by their hashes: how long that takes says nothing about the token.
fn shows(headers: &HeaderMap, token: &str) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given =
        given.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    given.is_some_and(|(_, given)| sha256(given.trim().as_bytes()) == sha256(token.as_bytes()))
}

/// Times each request, by its route: paths, of which there is no end, are nowhere told.
pub async fn timed(State(web): State<Web>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = method(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let times = &web.app.metrics.requests;
    times.with_label_values(&[method, route, class(response.status())]).observe(begun.elapsed().as_secs_f64());
    response
}

/// Anybody may make up methods.
fn method(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

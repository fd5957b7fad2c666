//! What holds for every answer to an app, also where no route was found or a handler broke: JSON, CORS,
//! limits told, nothing kept by caches. Pages are not touched.

use super::error::ApiError;
use super::rate::{Bucket, Rate};
use crate::http::Web;
use crate::http::client::Client;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Paths that answer apps, in JSON always.
pub fn is_api(path: &str) -> bool {
    let oauth = ["/oauth/token", "/oauth/revoke", "/oauth/userinfo"];
    path.starts_with("/api/") || path == "/api" || oauth.contains(&path.trim_end_matches('/'))
}

/// Paths that programs in browsers on other sites may read.
fn is_shared(path: &str) -> bool {
    is_api(path) || ["/nodeinfo/", "/.well-known/", "/media/"].iter().any(|start| path.starts_with(start))
}

pub async fn around(State(web): State<Web>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if !is_shared(&path) {
        return next.run(request).await;
    }
    if request.method() == Method::OPTIONS {
        return preflight();
    }
    let api = is_api(&path);
    let client = request.extensions().get::<Client>().cloned();
    let mut response = next.run(request).await;
    if api {
        response = in_json(response);
        let rate = response.extensions().get::<Rate>().copied();
        let rate = rate.unwrap_or_else(|| {
            web.limiter.take(Bucket::Address(client.as_ref().map(Client::bucket).unwrap_or_default()), web.app.now())
        });
        rate.tell(response.headers_mut());
        let headers = response.headers_mut();
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-store"));
        headers.append(header::VARY, HeaderValue::from_static("Authorization, Origin"));
    }
    share(response.headers_mut());
    response
}

/// An error that came about outside the handlers says so in JSON too.
fn in_json(response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !(status.is_client_error() || status.is_server_error()) || kind.starts_with("application/json") {
        return response;
    }
    let mut said = ApiError::of(status).into_response();
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            said.headers_mut().insert(name, value.clone());
        }
    }
    said
}

fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let fixed = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, Idempotency-Key, Range"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    share(response.headers_mut());
    response
}

fn share(headers: &mut HeaderMap) {
    let read = "Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset";
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(read));
}

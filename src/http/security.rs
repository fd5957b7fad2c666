//! Headers that keep a browser from being used against its owner.

use super::Web;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::csrf::CsrfLayer;

/// The policy of a page whose one `<style>` block carries `nonce`.
pub fn policy(nonce: &str, media: Option<&str>) -> String {
    let media = media.map(|m| format!(" {m}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:{media}; \
         connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )
}

/// Lets the window that opened a page go on speaking with it: apps sign people in in such windows.
pub fn in_reach_of_opener(mut response: Response) -> Response {
    response.headers_mut().insert("cross-origin-opener-policy", HeaderValue::from_static("unsafe-none"));
    response
}

/// Lets the form of a page lead away from here. Browsers apply `form-action` to what a form is answered
/// with, too, and apps come back at addresses of any kind.
pub fn leading_away(mut response: Response) -> Response {
    let policy = response.headers().get("content-security-policy").and_then(|v| v.to_str().ok());
    let policy = policy.map(|text| text.replace(" form-action 'self';", ""));
    if let Some(value) = policy.and_then(|text| HeaderValue::from_str(&text).ok()) {
        response.headers_mut().insert("content-security-policy", value);
    }
    in_reach_of_opener(response)
}

/// Sets what every page answers with, where the handler has not said otherwise.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let fixed = [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    ];
    for (name, value) in fixed {
        response.headers_mut().entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Refuses forms that another site sent: `Sec-Fetch-Site`, then `Origin` against ours.
pub fn csrf(web: &Web) -> CsrfLayer {
    let layer = CsrfLayer::new();
    match web.app.public() {
        Some(public) => layer.clone().add_trusted_origin(&public.origin).unwrap_or(layer),
        None => layer,
    }
}

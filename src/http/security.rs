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

//! How a refusal looks at each edge: a page with a sentence and a way on, JSON for scripts, a bare
//! status for other servers. The cause is logged here, once.

use super::Web;
use super::pages::context::ErrorPage;
use super::pages::templates::Shown;
use super::viewer::Visitor;
use crate::service::Refusal;
use crate::service::federation::urls::segment;
use axum::Json;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// The status and the sentence of a refusal.
pub fn said(refusal: &Refusal) -> (StatusCode, String) {
    match refusal {
        Refusal::Missing => (StatusCode::NOT_FOUND, "There is nothing here, or it is not for you to see.".to_owned()),
        Refusal::Gone => (StatusCode::GONE, "This has been deleted.".to_owned()),
        Refusal::SignIn => (StatusCode::UNAUTHORIZED, "Sign in first.".to_owned()),
        Refusal::Forbidden(why) => (StatusCode::FORBIDDEN, why.clone()),
        Refusal::Invalid { why, .. } => (StatusCode::UNPROCESSABLE_ENTITY, why.clone()),
        Refusal::TooMany { retry_after } => {
            let minutes = retry_after.div_ceil(60);
            (StatusCode::TOO_MANY_REQUESTS, format!("Too many attempts. Try again in {minutes} min."))
        }
        Refusal::Conflict(why) => (StatusCode::CONFLICT, why.clone()),
        Refusal::Busy => {
            (StatusCode::SERVICE_UNAVAILABLE, "The server is busy. Try again in a moment; nothing was lost.".to_owned())
        }
        Refusal::NoStore => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The place where photos are kept does not answer just now. Nothing that was here is lost; try again in a \
             minute."
                .to_owned(),
        ),
        Refusal::Full => (
            StatusCode::INSUFFICIENT_STORAGE,
            "The server has no space left. Tell its owner; what you sent now was not kept.".to_owned(),
        ),
        Refusal::Broken(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something broke on the server. It has been noted; try again.".to_owned(),
        ),
    }
}

/// Logs what deserves it.
pub fn log(refusal: &Refusal) {
    if let Refusal::Broken(cause) = refusal {
        let mut chain = cause.to_string();
        let mut next = cause.source();
        while let Some(cause) = next {
            chain.push_str(": ");
            chain.push_str(&cause.to_string());
            next = cause.source();
        }
        tracing::error!(cause = %chain, "a request failed");
    }
}

/// Seconds after which a store that is away is asked again.
pub const STORE_AGAIN: u64 = 30;

/// Says when to come back, where that is known.
pub fn with_retry(refusal: &Refusal, mut response: Response) -> Response {
    let seconds = match refusal {
        Refusal::TooMany { retry_after } => *retry_after,
        Refusal::Busy => 5,
        Refusal::NoStore => STORE_AGAIN,
        _ => return response,
    };
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// A refusal as a page.
pub async fn page(web: &Web, visitor: &Visitor, refusal: Refusal) -> Response {
    log(&refusal);
    if matches!(refusal, Refusal::SignIn) {
        let to = super::pages::redirect(&format!("/sign-in?next={}", segment(&visitor.path)));
        // An app may wait for the window this happens in.
        return super::security::in_reach_of_opener(to);
    }
    let (status, text) = said(&refusal);
    let title = match status {
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::GONE => "Deleted",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::SERVICE_UNAVAILABLE => "Busy",
        StatusCode::TOO_MANY_REQUESTS => "Wait a little",
        s if s.is_server_error() => "Something broke",
        _ => "That did not work",
    };
    let shown = Shown::new(web, visitor, "").await;
    let page = ErrorPage { frame: shown.frame.clone(), status: status.as_u16(), title: title.to_owned(), text };
    let mut response = shown.render("error.html", &page);
    *response.status_mut() = status;
    with_retry(&refusal, response)
}

/// A refusal as JSON, for our own scripts.
pub fn json(refusal: &Refusal) -> Response {
    log(refusal);
    let (status, text) = said(refusal);
    with_retry(refusal, (status, Json(json!({ "error": text }))).into_response())
}

/// A refusal for another server: a status, nothing to read.
pub fn bare(refusal: &Refusal) -> Response {
    log(refusal);
    let (status, _) = said(refusal);
    with_retry(refusal, status.into_response())
}

/// A panic in a handler: noted, and a plain page.
pub fn panicked(cause: Box<dyn std::any::Any + Send + 'static>) -> axum::http::Response<Body> {
    let text =
        cause.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| cause.downcast_ref::<String>().cloned());
    tracing::error!(cause = text.unwrap_or_default(), "a handler panicked");
    (StatusCode::INTERNAL_SERVER_ERROR, "Something broke on the server. It has been noted; try again.").into_response()
}

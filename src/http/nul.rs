//! The character NUL, which no text of ours holds: PostgreSQL can neither keep nor look for it. It is left out
//! of what is sent, whichever database there is; documents of other servers that hold it are refused where
//! they are read.

use super::{Web, pages};
use crate::http::viewer::Visitor;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request, State};
use axum::http::Uri;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// As addresses and forms write it.
const WRITTEN: &str = "%00";

/// Leaves it out of the query; nothing has an address with it.
pub async fn left_out(State(web): State<Web>, visitor: Visitor, mut request: Request, next: Next) -> Response {
    let uri = request.uri();
    if uri.path().contains(WRITTEN) {
        return pages::not_found(State(web), visitor, uri.clone()).await;
    }
    if let Some(query) = uri.query().filter(|query| query.contains(WRITTEN)) {
        let without = format!("{}?{}", uri.path(), without(query));
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = without.parse().ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    next.run(request).await
}

fn without(text: &str) -> String {
    let mut text = text.replace('\0', "");
    // What is left may come together to another.
    while text.contains(WRITTEN) {
        text = text.replace(WRITTEN, "");
    }
    text
}

/// A form in the body, without it.
pub struct Form<T>(pub T);

impl<T, S> FromRequest<S> for Form<T>
where
    T: serde::de::DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (head, body) = request.into_parts();
        let whole = Request::from_parts(head.clone(), body);
        let bytes = Bytes::from_request(whole, state).await.map_err(IntoResponse::into_response)?;
        let holds = bytes.contains(&0) || bytes.windows(WRITTEN.len()).any(|three| three == WRITTEN.as_bytes());
        let bytes = match std::str::from_utf8(&bytes) {
            Ok(text) if holds => without(text).into(),
            _ => bytes,
        };
        let request = Request::from_parts(head, Body::from(bytes));
        let form = axum_extra::extract::Form::from_request(request, state).await;
        form.map(|form| Self(form.0)).map_err(IntoResponse::into_response)
    }
}

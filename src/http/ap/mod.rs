//! ActivityPub: documents at their ids, discovery, inboxes. Cookies mean nothing here.

mod discovery;
mod inbox;
mod objects;

pub use discovery::info;

use super::client::Client;
use super::pages::redirect;
use super::{Web, error};
use crate::activitypub::{ACTIVITY_JSON, wants_activitypub};
use crate::app::App;
use crate::service::federation::inbox::Received;

use crate::service::federation::urls::Urls;
use crate::service::federation::{documents, frozen, inbox as hearing};
use crate::service::visibility::Reader;
use crate::service::{Refusal, accounts};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use bytes::Bytes;
use serde_json::Value;

pub fn router() -> Router<Web> {
    Router::new()
        .route("/.well-known/webfinger", get(discovery::webfinger))
        .route("/.well-known/host-meta", get(discovery::host_meta))
        .route("/.well-known/host-meta.json", get(discovery::host_meta_json))
        .route("/.well-known/nodeinfo", get(discovery::nodeinfo_links))
        .route("/nodeinfo/{version}", get(discovery::nodeinfo))
        .route("/actor", get(objects::instance))
        .route("/actor/inbox", post(inbox::shared))
        .route("/actor/outbox", get(objects::instance_outbox))
        .route("/ap/inbox", post(inbox::shared))
        .route("/ap/users/{id}", get(objects::actor))
        .route("/ap/users/{id}/inbox", post(inbox::personal))
        .route("/ap/users/{id}/outbox", get(objects::outbox))
        .route("/ap/users/{id}/followers", get(objects::followers))
        .route("/ap/users/{id}/followers/sync", get(objects::followers_of_host))
        .route("/ap/users/{id}/following", get(objects::following))
        .route("/ap/users/{id}/stamps/{stamp}", get(objects::stamp))
        .route("/ap/users/{id}/collections/featured", get(objects::featured))
        .route("/ap/users/{id}/collections/tags", get(objects::featured_tags))
        .route("/ap/posts/{id}", get(objects::post))
        .route("/ap/posts/{id}/activity", get(objects::create))
        .route("/ap/posts/{id}/replies", get(objects::replies))
        .route("/ap/posts/{id}/likes", get(objects::likes))
        .route("/ap/posts/{id}/shares", get(objects::shares))
        .route("/ap/activities/{id}", get(objects::activity))
        .route("/ap/emoji/{id}", get(objects::emoji))
        .layer(axum::middleware::from_fn(unless_known))
}

/// Whoever has a document already is told so, and not sent it again (RFC 9110, section 13.1.2).
async fn unless_known(request: Request, next: Next) -> Response {
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    is_known(known.as_ref(), next.run(request).await)
}

fn is_known(known: Option<&HeaderValue>, response: Response) -> Response {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let (Some(known), Some(tag)) = (known.map(text), response.headers().get(header::ETAG).map(text)) else {
        return response;
    };
    let same = |candidate: &str| candidate == "*" || candidate.trim_start_matches("W/") == tag.trim_start_matches("W/");
    if response.status() != StatusCode::OK || !known.split(',').any(|candidate| same(candidate.trim())) {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::empty())
}

/// The request wants the document rather than the page.
pub fn asks_for_activity(headers: &HeaderMap) -> bool {
    let accept: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).collect();
    wants_activitypub(&accept.join(", "))
}

/// A document, cacheable only when everybody may see it. Its tag is weak: the same bytes may be sent
/// compressed or not.
fn document(value: &Value, public: bool) -> Response {
    let cache = if public { "public, max-age=180" } else { "private, no-store" };
    let body = value.to_string();
    let sum = ring::digest::digest(&ring::digest::SHA256, body.as_bytes());
    let tag: String = sum.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let headers = [
        (header::CONTENT_TYPE, ACTIVITY_JSON),
        (header::CACHE_CONTROL, cache),
        (header::VARY, "Accept, Signature"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    naming(StatusCode::OK, (headers, [(header::ETAG, format!("W/\"{tag}\""))], body))
}

/// Marks an answer that names somebody or something of ours by its address.
#[derive(Clone, Copy)]
struct NamesUs;

/// An answer that holds addresses of ours which others will remember.
fn naming(status: StatusCode, answer: impl IntoResponse) -> Response {
    let mut response = (status, answer).into_response();
    response.extensions_mut().insert(NamesUs);
    response
}

/// Freezes the public address before the first answer that makes others remember it. A scanner that
/// knows only our number heard nothing it could remember us by, and nor did one that found nothing.
pub async fn freeze(
    State(web): State<Web>,
    Extension(client): Extension<Client>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    if response.extensions().get::<NamesUs>().is_none() || !client.asked_by_name() {
        return response;
    }
    match frozen::freeze(&web.app).await {
        Ok(_) => response,
        Err(refusal) => error::bare(&refusal),
    }
}

/// The way from an id to its page, for browsers.
fn to_page(path: &str) -> Response {
    let mut response = redirect(path);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept, Signature"));
    response
}

fn answer(result: Result<Response, Refusal>) -> Response {
    result.unwrap_or_else(|refusal| {
        let mut response = error::bare(&refusal);
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept, Signature"));
        response
    })
}

/// Addresses, where there is a public one.
fn urls(app: &App) -> Result<Urls, Refusal> {
    Urls::of(app).ok_or(Refusal::Missing)
}

/// Who asks, by signature; only where a public address is set.
async fn reader(app: &App, headers: &HeaderMap, uri: &Uri) -> Result<Reader, Refusal> {
    match is_signed(headers) {
        true => hearing::reader(app, asked(headers, uri)).await,
        false => Ok(None),
    }
}

/// Which server asks about a person's followers there, by signature.
async fn asking_host(app: &App, headers: &HeaderMap, uri: &Uri, target: i64) -> Result<Option<String>, Refusal> {
    hearing::asking_host(app, asked(headers, uri), target).await
}

fn is_signed(headers: &HeaderMap) -> bool {
    headers.contains_key("signature")
}

/// A GET, as its signature covers it.
fn asked(headers: &HeaderMap, uri: &Uri) -> Received {
    let path_and_query = uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
    Received { method: Method::GET, path_and_query, headers: headers.clone(), body: Bytes::new() }
}

/// A local person's document at her page's address.
pub async fn actor_by_acct(web: &Web, headers: &HeaderMap, uri: &Uri, acct: &str) -> Response {
    let found = async {
        // Only to learn that a server that is kept out asks.
        reader(&web.app, headers, uri).await?;
        let row = accounts::by_acct(&web.app, acct).await?;
        if !row.domain.is_empty() {
            return Err(Refusal::Missing);
        }
        let urls = urls(&web.app)?;
        Ok(document(&documents::actor(&web.app, &urls, row.id).await?, true))
    };
    is_known(headers.get(header::IF_NONE_MATCH), answer(found.await))
}

/// A local post's document at its page's address.
pub async fn post_at_page(web: &Web, headers: &HeaderMap, acct: &str, post: &str) -> Response {
    let uri: Uri = format!("/@{acct}/{post}").parse().unwrap_or_default();
    is_known(headers.get(header::IF_NONE_MATCH), objects::note(web, headers, &uri, post).await)
}

/// `Link: rel=alternate` to the document behind a page.
pub fn with_alternate(mut response: Response, id: &str) -> Response {
    let link = format!("<{id}>; rel=\"alternate\"; type=\"{ACTIVITY_JSON}\"");
    if !id.is_empty()
        && let Ok(value) = HeaderValue::from_str(&link)
    {
        response.headers_mut().insert(header::LINK, value);
    }
    response
}

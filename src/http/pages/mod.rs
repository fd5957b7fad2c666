//! The pages people see.

mod account;
mod authorize;
mod compose;
pub mod context;
mod deliveries;
mod elsewhere;
mod feeds;
mod files;
mod keeping;
mod leaving;
mod messages;
mod people;
mod post;
mod reach;
pub mod samples;
mod settings;
pub mod templates;

use super::viewer::Visitor;
use super::{Web, error, uploads};
use crate::service::Refusal;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post as post_to};
use axum_extra::extract::Query;
use std::collections::HashMap;
use templates::StaticFiles;

/// Every page and form.
pub fn router(web: &Web) -> Router<Web> {
    // Room for a whole album in one form, and its boundaries.
    let album = web.app.settings.max_photo_bytes.saturating_mul(web.app.settings.max_photos).saturating_add(1 << 20);
    let big = Router::new()
        .route("/compose/{draft}", get(compose::show).post(compose::submit))
        .route("/compose/{draft}/photos", post_to(compose::upload))
        .route("/@{acct}/{post}/edit", get(compose::edit).post(compose::submit_edit))
        .route("/settings/profile", post_to(settings::save_profile))
        .layer(DefaultBodyLimit::max(album))
        .layer(axum::middleware::from_fn_with_state(web.clone(), uploads::read_to_the_end));
    Router::new()
        .route("/", get(feeds::front))
        .route("/explore", get(feeds::explore))
        .route("/tags/{tag}", get(feeds::tag))
        .route("/notifications", get(feeds::notifications))
        .route("/follow-requests", get(people::requests))
        .route("/messages", get(messages::list).post(messages::write))
        .route("/messages/{conversation}", get(messages::open))
        .route("/messages/{conversation}/dismiss", post_to(messages::dismiss))
        .route("/reports", get(keeping::reports))
        .route("/reports/{report}/close", post_to(keeping::close_report))
        .route("/authorize_interaction", get(elsewhere::interact))
        .route("/search", get(feeds::search))
        .route("/about", get(feeds::about))
        .route("/sign-in", get(account::sign_in_page).post(account::sign_in))
        .route("/sign-out", post_to(account::sign_out))
        .route("/oauth/authorize", get(authorize::ask).post(authorize::decide))
        .route("/oauth/authorize/", get(authorize::ask).post(authorize::decide))
        .route("/oauth/authorize/native", get(authorize::native))
        .route("/join", get(account::join_page).post(account::join))
        .route("/welcome/{link}", get(account::welcome_page).post(account::welcome))
        .route("/reset/{link}", get(account::reset_page).post(account::reset))
        .route("/settings", get(settings::show))
        .route("/settings/home", post_to(settings::save_home))
        .route("/settings/language", post_to(settings::save_language))
        .route("/settings/reach", get(reach::show).post(reach::save))
        .route("/settings/move", post_to(reach::leave))
        .route("/settings/stay", post_to(reach::stay))
        .route("/settings/password", post_to(settings::change_password))
        .route("/settings/delete", get(leaving::ask).post(leaving::leave))
        .route("/settings/sessions/{id}/end", post_to(settings::end_session))
        .route("/settings/sessions/end-others", post_to(settings::end_others))
        .route("/settings/apps/{id}/end", post_to(settings::throw_out))
        .route("/compose", get(compose::show_new))
        .route("/compose/{draft}/photos/{photo}/remove", post_to(compose::remove_photo))
        .route("/settings/originals.tar", get(files::export))
        .route("/settings/photos", post_to(settings::save_photos))
        .route("/static/{*path}", get(static_file))
        .route("/favicon.ico", get(|web| static_file(web, Path("mark.svg".to_owned()), Query(HashMap::new()))))
        .merge(people_routes())
        .merge(post_routes())
        .merge(big)
}

/// A person, and what one can do about her.
fn people_routes() -> Router<Web> {
    Router::new()
        .route("/@{acct}", get(people::show))
        .route("/@{acct}/followers", get(people::followers))
        .route("/@{acct}/following", get(people::following))
        .route("/@{acct}/follow", post_to(people::follow))
        .route("/@{acct}/unfollow", post_to(people::unfollow))
        .route("/@{acct}/accept", post_to(people::accept))
        .route("/@{acct}/reject", post_to(people::reject))
        .route("/@{acct}/older", post_to(people::fetch_older))
        .route("/@{acct}/remove-follower", post_to(people::remove_follower))
        .route("/@{acct}/elsewhere", get(elsewhere::ask_person).post(elsewhere::person))
        .route("/@{acct}/block", get(keeping::ask_block).post(keeping::block))
        .route("/@{acct}/unblock", post_to(keeping::unblock))
        .route("/@{acct}/mute", get(keeping::ask_mute).post(keeping::mute))
        .route("/@{acct}/unmute", post_to(keeping::unmute))
        .route("/@{acct}/report", get(keeping::ask_report).post(keeping::report))
}

/// A post, and what one can do with it.
fn post_routes() -> Router<Web> {
    Router::new()
        .route("/@{acct}/{post}", get(post::show))
        .route("/@{acct}/{post}/like", post_to(post::like))
        .route("/@{acct}/{post}/unlike", post_to(post::unlike))
        .route("/@{acct}/{post}/boost", post_to(post::boost))
        .route("/@{acct}/{post}/unboost", post_to(post::unboost))
        .route("/@{acct}/{post}/pin", post_to(post::pin))
        .route("/@{acct}/{post}/unpin", post_to(post::unpin))
        .route("/@{acct}/{post}/vote", post_to(post::vote))
        .route("/@{acct}/{post}/reply", post_to(post::reply))
        .route("/@{acct}/{post}/elsewhere", get(elsewhere::ask_post).post(elsewhere::post))
        .route("/@{acct}/{post}/quotes/{quote}/revoke", post_to(post::revoke_quote))
        .route("/@{acct}/{post}/files", get(files::show))
        .route("/@{acct}/{post}/files/{photo}", get(files::original))
        .route("/@{acct}/{post}/deliveries", get(deliveries::show))
        .route("/@{acct}/{post}/delete", get(post::ask_delete).post(post::delete))
}

/// A page or the refusal it ran into.
pub type Answer = Result<Response, Refusal>;

/// Turns a handler's answer into a response.
pub async fn finish(web: &Web, visitor: &Visitor, answer: Answer) -> Response {
    match answer {
        Ok(response) => response,
        Err(refusal) if visitor.wants_json => error::json(&refusal),
        Err(refusal) => error::page(web, visitor, refusal).await,
    }
}

/// 404 for what no route knows.
pub async fn not_found(State(web): State<Web>, visitor: Visitor, uri: Uri) -> Response {
    if uri.path().starts_with("/ap/") || uri.path().starts_with("/.well-known/") || uri.path().starts_with("/api/") {
        return error::bare(&Refusal::Missing);
    }
    error::page(&web, &visitor, Refusal::Missing).await
}

/// 405, in words.
pub async fn wrong_method() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, "This address does not take that kind of request.").into_response()
}

/// 303 to a path of this server; anything else leads to the front page.
pub fn redirect(to: &str) -> Response {
    let to = safe_path(to).unwrap_or("/");
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// A path of this server and nothing that a browser could take for another host.
pub fn safe_path(path: &str) -> Option<&str> {
    let plain = path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let decoded = path.to_lowercase();
    // What stands in the query leads nowhere by itself.
    let way = path.split('?').next().unwrap_or_default();
    let tricky = path.starts_with("//")
        || decoded.starts_with("/%2f")
        || decoded.starts_with("/%5c")
        || way.contains("/..")
        || way.contains("/./");
    (path.starts_with('/') && plain && !tricky).then_some(path)
}

/// An id from a path; what is no number is not found.
pub fn id(text: &str) -> Result<i64, Refusal> {
    text.parse().ok().filter(|id| *id > 0).ok_or(Refusal::Missing)
}

/// Kept for ever under the version that was asked for, where it is ours: while servers are started anew one after the
/// other, the page of one asks another for its style.
async fn static_file(
    State(web): State<Web>,
    Path(path): Path<String>,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let Some(file) = StaticFiles::get(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    };
    let cache = match asked.get("v") {
        _ if cfg!(debug_assertions) => "no-cache",
        Some(version) if *version == web.templates.version => "public, max-age=31536000, immutable",
        Some(_) => "no-store",
        None => "public, max-age=3600",
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache)];
    (headers, file.data.into_owned()).into_response()
}

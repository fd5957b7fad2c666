//! Mastodon's client API, as apps speak it. [`table`] says what there is; [`call`] carries a call out;
//! [`edge`] holds what is true of every answer. How to add an endpoint: `docs/notes/client-api.md`.

mod about;
mod access;
mod accounts;
mod announcements;
mod apps;
mod body;
mod call;
mod conversations;
mod describe;
mod edge;
mod error;
mod filters;
mod grouped;
mod instance;
pub mod json;
mod kept_out;
mod lists;
mod me;
mod media;
mod notifications;
mod oauth;
mod paging;
mod params;
mod pixelfed;
mod polls;
mod profile;
mod push;
mod rate;
mod reactions;
mod relations;
mod remembered;
mod reports;
mod requests;
mod route;
mod scheduled;
mod search;
mod statuses;
mod streaming;
mod tags;
mod timelines;
mod trends;

pub use access::Access;
pub use call::{Answer, Call, done, said};
pub use describe::document as describe;
pub use edge::around;
pub use error::ApiError;
pub use paging::{Page, link};
pub use params::Params;
pub use rate::{Limiter, share as share_calls};
pub use remembered::{Answers, answers};
pub use route::Route;

use super::Web;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};

/// Every endpoint there is.
pub fn table() -> Vec<Route> {
    [
        apps::routes(),
        oauth::routes(),
        instance::routes(),
        about::routes(),
        accounts::routes(),
        profile::routes(),
        relations::routes(),
        kept_out::routes(),
        lists::routes(),
        tags::routes(),
        reports::routes(),
        statuses::routes(),
        polls::routes(),
        reactions::routes(),
        media::routes(),
        scheduled::routes(),
        timelines::routes(),
        me::routes(),
        notifications::routes(),
        grouped::routes(),
        requests::routes(),
        conversations::routes(),
        streaming::routes(),
        announcements::routes(),
        push::routes(),
        filters::routes(),
        search::routes(),
        trends::routes(),
        pixelfed::routes(),
        describe::routes(),
    ]
    .concat()
}

/// The table as a router.
pub fn router(web: &Web) -> Router<Web> {
    let file = web.app.settings.max_photo_bytes.saturating_add(1 << 20);
    let mut router = Router::new();
    for route in table() {
        let (path, files) = (route.path, route.files);
        let filter = match route.method {
            Method::POST => MethodFilter::POST,
            Method::PUT => MethodFilter::PUT,
            Method::PATCH => MethodFilter::PATCH,
            Method::DELETE => MethodFilter::DELETE,
            _ => MethodFilter::GET,
        };
        let handler = move |State(web): State<Web>, request: Request| {
            let route = route.clone();
            async move { call::answer(&route, web, request).await }
        };
        let mut method: MethodRouter<Web> = on(filter, handler);
        if files > 0 {
            method = method.layer(DefaultBodyLimit::max(file.saturating_mul(files)));
        }
        // A closing slash is the same route.
        let closed = format!("{path}/");
        router = router.route(path, method.clone()).route(&closed, method);
    }
    router
}

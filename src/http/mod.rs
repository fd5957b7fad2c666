//! The web edge: requests in, answers out. Translates and checks shapes; every rule of the product is
//! in `service`.

pub mod ap;
pub mod api;
pub mod client;
pub mod error;
pub mod health;
pub mod media;
pub mod metrics;
pub mod nul;
pub mod pages;
pub mod security;
pub mod server;
mod unread;
pub mod uploads;
pub mod viewer;

use crate::app::App;
use crate::service::apps::grants::{self, Holders};
use crate::service::streaming::Hub;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use pages::templates::Templates;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use tower_http::trace::TraceLayer;

/// Largest body of a plain form or an inbox delivery.
pub const SMALL_BODY: usize = 1 << 20;
/// A body that stands still for so long is given up.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// What handlers are handed. Clones share it: each layer has its own.
#[derive(Clone)]
pub struct Web(Arc<Parts>);

/// See [`Web`].
pub struct Parts {
    pub app: App,
    pub templates: Arc<Templates>,
    /// Counts the calls of apps.
    pub limiter: api::Limiter,
    /// Who calls, as far as it is remembered …
    pub holders: Holders,
    /// … and what was answered.
    pub answers: api::Answers,
    /// Where those who listen are known.
    pub hub: Hub,
}

impl Web {
    /// Over an app.
    pub fn new(app: App) -> anyhow::Result<Self> {
        Ok(Self(Arc::new(Parts {
            templates: Arc::new(Templates::load()?),
            app,
            limiter: api::Limiter::default(),
            holders: grants::holders(),
            answers: api::answers(),
            hub: Hub::default(),
        })))
    }
}

impl Deref for Web {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl axum::extract::FromRef<Web> for App {
    fn from_ref(web: &Web) -> Self {
        web.app.clone()
    }
}

/// Every route of the server.
pub fn router(app: App) -> anyhow::Result<Router> {
    let web = Web::new(app)?;
    web.app.tasks.spawn(api::share_calls(web.clone()));
    let pages = pages::router(&web).layer(security::csrf(&web));
    Ok(Router::new()
        .merge(pages)
        .merge(ap::router())
        .merge(api::router(&web))
        .merge(media::router())
        .merge(health::router())
        .merge(metrics::router())
        .fallback(pages::not_found)
        .method_not_allowed_fallback(pages::wrong_method)
        .layer(axum::middleware::from_fn_with_state(web.clone(), ap::freeze))
        .layer(axum::middleware::from_fn_with_state(web.clone(), nul::left_out))
        .layer(axum::middleware::from_fn(security::headers))
        .layer(DefaultBodyLimit::max(SMALL_BODY))
        .layer(RequestBodyTimeoutLayer::new(TIMEOUT))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(axum::middleware::from_fn_with_state(web.clone(), api::around))
        .layer(axum::middleware::from_fn_with_state(web.clone(), client::find))
        .layer(axum::middleware::from_fn_with_state(web.clone(), unread::read_on))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(axum::middleware::from_fn_with_state(web.clone(), metrics::timed))
        .with_state(web))
}

/// What log lines about a request begin with: without its query, in which apps that listen put their tokens.
fn span(request: &Request) -> tracing::Span {
    tracing::debug_span!("request", method = %request.method(), path = request.uri().path())
}

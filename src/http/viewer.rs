//! Who is looking at a page.

use super::client::Client;
use super::{Web, error};
use crate::service::sessions::{self, Viewer};
use crate::service::visibility::Reader;
use crate::service::{Refusal, limits};
use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use std::convert::Infallible;

/// Name of the session cookie.
const COOKIE: &str = "cyanotype_session";

/// Somebody, signed in or not, at a path.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub viewer: Option<Viewer>,
    pub client: Client,
    /// Path and query of the page, for coming back.
    pub path: String,
    /// Browser and system, as it calls itself.
    pub device: String,
    /// A script asks, not a page view.
    pub wants_json: bool,
}

impl Visitor {
    /// For `can_see`.
    pub fn reader(&self) -> Reader {
        self.viewer.as_ref().map(Viewer::id)
    }

    /// The viewer, or the refusal that leads to signing in.
    pub fn signed_in(&self) -> Result<&Viewer, Refusal> {
        self.viewer.as_ref().ok_or(Refusal::SignIn)
    }
}

impl FromRequestParts<Web> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Infallible> {
        let client = parts.extensions.get::<Client>().cloned();
        let client =
            client.unwrap_or_else(|| super::client::read(std::net::Ipv4Addr::UNSPECIFIED.into(), &parts.headers, &[]));
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |o| &o.0);
        let path = uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        let text = |name| parts.headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok()).unwrap_or_default();
        let device = text(header::USER_AGENT).to_owned();
        let wants_json = text(header::ACCEPT).contains("application/json");
        let viewer = match CookieJar::from_headers(&parts.headers).get(COOKIE) {
            // A database that does not answer makes a visitor of her; the page then says what is wrong.
            Some(cookie) => sessions::viewer(&web.app, cookie.value()).await.unwrap_or_else(|refusal| {
                error::log(&refusal);
                None
            }),
            None => None,
        };
        Ok(Self { viewer, client, path, device, wants_json })
    }
}

/// Somebody who is signed in; others are led to the sign-in page.
pub struct SignedIn(pub Visitor, pub Viewer);

impl FromRequestParts<Web> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, web).await.unwrap_or_else(|never| match never {});
        match visitor.viewer.clone() {
            Some(viewer) => Ok(Self(visitor, viewer)),
            None if visitor.wants_json => Err(error::json(&Refusal::SignIn)),
            None => Err(error::page(web, &visitor, Refusal::SignIn).await.into_response()),
        }
    }
}

/// The cookie that holds a session's secret.
pub fn cookie(secret: &str, client: &Client) -> HeaderMap {
    set(secret, limits::SESSION / 1_000, client)
}

/// The cookie that ends it.
pub fn no_cookie(client: &Client) -> HeaderMap {
    set("", 0, client)
}

fn set(value: &str, seconds: i64, client: &Client) -> HeaderMap {
    let cookie = Cookie::build((COOKIE, value.to_owned()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(client.https)
        .max_age(time::Duration::seconds(seconds))
        .build();
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        headers.insert(header::SET_COOKIE, value);
    }
    headers
}

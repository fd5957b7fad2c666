//! A call as a handler gets it, and the answer it gives.

use super::error::ApiError;
use super::paging::{self, Page};
use super::params::{self, Params};
use super::rate::Bucket;
use super::remembered::{self, Question};
use super::route::Route;
use super::{access, body};
use crate::app::App;
use crate::http::Web;
use crate::http::client::Client;
use crate::service::apps::grants::Holder;
use crate::service::federation::urls::Urls;
use crate::service::limits;
use crate::service::sessions::Viewer;
use crate::service::timelines::{Ends, Part};
use crate::service::trends::Slice;
use crate::service::visibility::Reader;
use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams, Request, WebSocketUpgrade};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;

/// Everything a handler may want to know.
pub struct Call {
    pub web: Web,
    pub app: App,
    pub params: Params,
    /// Absolute addresses.
    pub urls: Urls,
    /// Who calls, with what: absent where no token was sent.
    pub holder: Option<Arc<Holder>>,
    pub client: Client,
    pub headers: HeaderMap,
    /// Whoever calls wants to go on over a socket.
    pub socket: Option<WebSocketUpgrade>,
    path: HashMap<String, String>,
    uri: Uri,
}

/// What a handler comes to.
pub type Answer = Result<Response, ApiError>;

/// An answer in JSON.
pub fn json(value: &impl Serialize) -> Answer {
    said(StatusCode::OK, value)
}

/// The same with another status.
pub fn said(status: StatusCode, value: &impl Serialize) -> Answer {
    let text = serde_json::to_vec(value).map_err(crate::service::Refusal::broken)?;
    Ok((status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], text).into_response())
}

/// Done, and there is nothing to say: `{}`.
pub fn done() -> Answer {
    json(&serde_json::json!({}))
}

impl Call {
    /// The person who calls. A route that wants one is never reached without.
    pub fn me(&self) -> Result<&Viewer, ApiError> {
        self.holder.as_ref().and_then(|h| h.viewer.as_ref()).ok_or_else(access::no_person)
    }

    /// For `can_see`.
    pub fn reader(&self) -> Reader {
        self.holder.as_ref().and_then(|h| h.viewer.as_ref()).map(Viewer::id)
    }

    /// A part of the path, decoded.
    pub fn path(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// The id in the path: what is no number is not found.
    pub fn id(&self) -> Result<i64, ApiError> {
        params::id(self.path("id"))
    }

    /// Which part of a list is asked for; `(default, most)` of how many.
    pub fn page(&self, most: (u64, u64)) -> Result<Page, ApiError> {
        Page::asked(&self.params, most)
    }

    /// A part of a list, with the way to the next ones.
    pub fn listed(&self, items: &impl Serialize, page: &Page, ends: Ends) -> Answer {
        let query = self.uri.query().unwrap_or_default();
        self.linked(items, paging::link(&self.urls.at(self.uri.path()), query, page, ends))
    }

    /// Which part of a list that is ranked anew each time; `(default, most)` of how many.
    pub fn slice(&self, (default, most): (u64, u64)) -> Slice {
        let number = |name: &str| self.params.number(name).and_then(|n| u64::try_from(n).ok());
        let limit = number("limit").filter(|n| *n > 0).unwrap_or(default).min(most);
        Slice { offset: number("offset").unwrap_or(0).min(limits::DEEPEST), limit }
    }

    /// A part of such a list, with the way to the next ones.
    pub fn ranked(&self, items: &impl Serialize, slice: Slice, more: bool) -> Answer {
        let query = self.uri.query().unwrap_or_default();
        self.linked(items, paging::link_by_place(&self.urls.at(self.uri.path()), query, slice, more))
    }

    fn linked(&self, items: &impl Serialize, link: Option<String>) -> Answer {
        let mut response = json(items)?;
        if let Some(value) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
            response.headers_mut().insert(header::LINK, value);
        }
        Ok(response)
    }

    /// Posts of a list.
    pub async fn posts(&self, part: Part<crate::service::views::Shown>, page: &Page) -> Answer {
        let found = super::json::statuses(self, part.items).await?;
        self.listed(&found, page, part.ends)
    }
}

/// Carries out a call: token, limit, parameters, handler. Nothing goes round this.
pub async fn answer(route: &Route, web: Web, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let client = parts
        .extensions
        .get::<Client>()
        .cloned()
        .unwrap_or_else(|| crate::http::client::read(std::net::Ipv4Addr::UNSPECIFIED.into(), &parts.headers, &[]));
    let bearer = access::bearer(&parts.headers);
    let bearer = bearer.or_else(|| access::of_listener(&parts).filter(|_| route.streams));
    let found = route.access.check(&web, bearer.as_deref()).await;
    let bucket = match found.as_ref().map(Option::as_ref) {
        Ok(Some(holder)) => Bucket::Token(holder.token_id),
        _ => Bucket::Address(client.bucket()),
    };
    let rate = web.limiter.take(bucket, web.app.now());
    let called = async {
        rate.check(web.app.now())?;
        let holder = found?;
        let question = Question::of(route, &web, &parts, &client, holder.as_deref());
        let socket = match route.streams {
            true => WebSocketUpgrade::from_request_parts(&mut parts, &web).await.ok(),
            false => None,
        };
        let known = web.clone();
        // In a box of its own: most of the time it is not needed.
        let carry_out = || Box::pin(carry_out(route, web, parts, body, Caller { client, holder, socket }));
        match question {
            Some(question) => remembered::answer(&known, question, carry_out).await,
            None => carry_out().await,
        }
    };
    let mut response = called.await.unwrap_or_else(|error: ApiError| error.renamed(route.names).into_response());
    response.extensions_mut().insert(rate);
    response
}

/// Whoever calls.
struct Caller {
    client: Client,
    holder: Option<Arc<Holder>>,
    socket: Option<WebSocketUpgrade>,
}

async fn carry_out(route: &Route, web: Web, mut parts: Parts, body: Body, caller: Caller) -> Answer {
    let path = RawPathParams::from_request_parts(&mut parts, &web).await.map_err(|_| ApiError::missing())?;
    let params = body::read(&web, &parts, body, route.files).await?;
    let Caller { client, holder, socket } = caller;
    let call = Call {
        app: web.app.clone(),
        urls: Urls::for_app(&web.app, &client.origin()),
        path: path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        uri: parts.uri,
        headers: parts.headers,
        socket,
        web,
        params,
        holder,
        client,
    };
    (route.handler)(call).await
}

//! Who may call what: each route says it once, in the table of routes.

use super::error::ApiError;
use crate::http::Web;
use crate::service::apps::grants::{self, Found, Holder};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use std::sync::Arc;

/// What a route wants to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing; a token is not even looked at.
    Free,
    /// No token; one that is sent must be good and hold this scope.
    Open(&'static str),
    /// A good token of a person that holds one of these.
    Person(&'static [&'static str]),
    /// Any good token, of a person or of an app for itself; it holds one of these, where there are any.
    App(&'static [&'static str]),
}

impl Access {
    /// The scopes of which one is needed.
    pub fn scopes(&self) -> &[&'static str] {
        match self {
            Self::Free => &[],
            Self::Open(scope) => std::slice::from_ref(scope),
            Self::Person(scopes) | Self::App(scopes) => scopes,
        }
    }

    /// Who calls, if she may.
    pub async fn check(&self, web: &Web, bearer: Option<&str>) -> Result<Option<Arc<Holder>>, ApiError> {
        let bearer = match (self, bearer) {
            (Self::Free, _) | (Self::Open(_), None) => return Ok(None),
            (_, bearer) => bearer.ok_or_else(|| ApiError::token("The access token is invalid"))?,
        };
        let holder = match grants::holder(&web.app, &web.holders, bearer).await? {
            Found::Valid(holder) => holder,
            Found::Unknown => return Err(ApiError::token("The access token is invalid")),
            Found::Revoked => return Err(ApiError::token("The access token was revoked")),
            Found::Expired => return Err(ApiError::token("The access token expired")),
            Found::Disabled => {
                return Err(ApiError::new(StatusCode::FORBIDDEN, "Your login is currently disabled"));
            }
        };
        let scopes = self.scopes();
        if !scopes.is_empty() && !scopes.iter().any(|scope| holder.scopes.allow(scope)) {
            return Err(ApiError::outside_scopes());
        }
        if matches!(self, Self::Person(_)) && holder.viewer.is_none() {
            return Err(no_person());
        }
        Ok(Some(holder))
    }
}

/// An app calls for itself what only a person can.
pub fn no_person() -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "This method requires an authenticated user")
}

/// The token in the `Authorization` header.
pub fn bearer(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// The token of somebody who wants to listen, who may not be able to send headers: a browser's socket is not.
pub fn of_listener(parts: &Parts) -> Option<String> {
    let query = parts.uri.query().unwrap_or_default();
    let asked = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "access_token");
    asked.map(|(_, token)| token.into_owned()).or_else(|| protocol(&parts.headers)).filter(|token| !token.is_empty())
}

/// What stands where the names of protocols do: it must be said back.
pub fn protocol(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()?;
    text.split(',').next().map(|name| name.trim().to_owned())
}

//! What an app is told when something did not work: always JSON, always `error` and `error_description`.

use crate::http::error;
use crate::service::apps::grants::Denied;
use crate::service::{Fault, Refusal};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// An answer that says no. 404 hides, 401 is for tokens, 403 for scopes: apps sign somebody out at those.
#[derive(Debug)]
pub struct ApiError {
    pub status: StatusCode,
    /// A sentence, or a word of OAuth.
    pub error: String,
    pub description: String,
    /// Further members of the answer.
    more: Option<(&'static str, Value)>,
    /// Seconds after which it may work.
    retry_after: Option<u64>,
}

impl ApiError {
    /// With a sentence.
    pub fn new(status: StatusCode, why: impl Into<String>) -> Self {
        let why = why.into();
        Self { status, description: why.clone(), error: why, more: None, retry_after: None }
    }

    /// With a word of OAuth (RFC 6749, section 5.2) and a sentence.
    pub fn oauth(status: StatusCode, error: &str, why: impl Into<String>) -> Self {
        Self { error: error.to_owned(), ..Self::new(status, why) }
    }

    /// It is not there, or not for this reader.
    pub fn missing() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Record not found")
    }

    /// The token is good, and may not do this.
    pub fn outside_scopes() -> Self {
        Self::new(StatusCode::FORBIDDEN, "This action is outside the authorized scopes")
    }

    /// There is no token, or none that is good.
    pub fn token(why: &str) -> Self {
        Self::oauth(StatusCode::UNAUTHORIZED, why, why)
    }

    /// What was sent is wrong.
    pub fn invalid(field: &str, why: impl Into<String>) -> Self {
        Self::faulty(vec![(field, Fault::Invalid, why.into())])
    }

    /// Several things that were sent are wrong: each by its name, with a word for apps and a sentence.
    pub fn faulty(faults: Vec<(&str, Fault, String)>) -> Self {
        let (mut details, mut said) = (Map::new(), Vec::new());
        for (field, fault, why) in faults {
            details.insert(field.to_owned(), json!([{ "error": word(fault), "description": why }]));
            said.push(why);
        }
        Self { more: Some(("details", details.into())), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, said.join(" ")) }
    }

    /// With what is wrong called as the app calls it: pairs of our name and the app's.
    pub fn renamed(mut self, names: &[(&str, &str)]) -> Self {
        if let Some(("details", Value::Object(details))) = &mut self.more {
            for (ours, theirs) in names {
                if let Some(said) = details.remove(*ours) {
                    details.insert((*theirs).to_owned(), said);
                }
            }
        }
        self
    }

    /// A file was refused. Pixelfed's app looks at `errors.file` alone.
    pub fn file(why: &str) -> Self {
        Self { more: Some(("errors", json!({ "file": [why] }))), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, why) }
    }

    /// What was sent is wrong, with a word that Pixelfed's app knows.
    pub fn coded(code: &str, why: impl Into<String>) -> Self {
        Self { more: Some(("error_code", code.into())), ..Self::new(StatusCode::BAD_REQUEST, why) }
    }

    /// Too many calls; come back after so many seconds.
    pub fn too_many(seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests") }
    }

    /// For an answer that came about elsewhere without a word for apps.
    pub fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::missing(),
            _ => Self::new(status, status.canonical_reason().unwrap_or("That did not work")),
        }
    }
}

/// Mastodon's words for faults.
fn word(fault: Fault) -> &'static str {
    match fault {
        Fault::Invalid => "ERR_INVALID",
        Fault::Blank => "ERR_BLANK",
        Fault::TooShort => "ERR_TOO_SHORT",
        Fault::TooLong => "ERR_TOO_LONG",
        Fault::Taken => "ERR_TAKEN",
        Fault::Reserved => "ERR_RESERVED",
        Fault::NotAccepted => "ERR_ACCEPTED",
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        error::log(&refusal);
        let (status, why) = error::said(&refusal);
        match refusal {
            Refusal::Missing => Self::missing(),
            Refusal::SignIn => Self::token("The access token is invalid"),
            Refusal::Invalid { field, fault, .. } => Self::faulty(vec![(field, fault, why)]),
            // 403 would sign people out of some apps.
            Refusal::Forbidden(_) | Refusal::Conflict(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, why),
            Refusal::TooMany { retry_after } => Self::too_many(retry_after),
            Refusal::Busy => Self { retry_after: Some(5), ..Self::new(status, why) },
            Refusal::NoStore => Self { retry_after: Some(error::STORE_AGAIN), ..Self::new(status, why) },
            _ => Self::new(status, why),
        }
    }
}

impl From<sea_orm::DbErr> for ApiError {
    fn from(error: sea_orm::DbErr) -> Self {
        Refusal::from(error).into()
    }
}

impl From<Denied> for ApiError {
    fn from(denied: Denied) -> Self {
        let why = denied.to_string();
        match denied {
            // Elk registers anew at these very words.
            Denied::Client => Self::oauth(
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "Client authentication failed due to unknown client, no client authentication included, or unsupported \
                 authentication method.",
            ),
            Denied::Grant(_) => Self::oauth(StatusCode::BAD_REQUEST, "invalid_grant", why),
            Denied::Scope => Self::oauth(StatusCode::BAD_REQUEST, "invalid_scope", why),
            Denied::NotYours => Self::oauth(StatusCode::FORBIDDEN, "unauthorized_client", why),
            Denied::Refused(refusal) => refusal.into(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut body = json!({ "error": self.error, "error_description": self.description });
        if let Some((name, value)) = self.more {
            body[name] = value;
        }
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

//! Tokens (RFC 6749, 7009), and where everything is (RFC 8414). The page that asks a person is one of
//! the pages.

use super::call::{Answer, Call, done, json};
use super::error::ApiError;
use super::json::{self as entities, AuthorizationServer, Empty, GivenToken, UserInfo};
use super::{Access, Route};
use crate::service::apps::Scopes;
use crate::service::apps::grants::{self, Credentials};
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/oauth/token", Access::Free, token)
            .takes(&[
                "grant_type",
                "client_id",
                "client_secret",
                "code",
                "redirect_uri",
                "code_verifier",
                "refresh_token",
                "scope",
            ])
            .gives::<GivenToken>(),
        Route::post("/oauth/revoke", Access::Free, revoke)
            .takes(&["client_id", "client_secret", "token"])
            .gives::<Empty>(),
        Route::get("/oauth/userinfo", Access::Person(&["profile"]), user_info).gives::<UserInfo>(),
        Route::post("/oauth/userinfo", Access::Person(&["profile"]), user_info).gives::<UserInfo>(),
        Route::get("/.well-known/oauth-authorization-server", Access::Free, metadata).gives::<AuthorizationServer>(),
    ]
}

/// Which app it says it is: in the body, or by HTTP Basic.
fn credentials(call: &Call) -> Result<Credentials, ApiError> {
    if let Some((client_id, secret)) = basic(&call.headers) {
        return Ok(Credentials { client_id, secret: Some(secret) });
    }
    let client_id = call.params.text("client_id").ok_or(grants::Denied::Client)?.to_owned();
    Ok(Credentials { client_id, secret: call.params.text("client_secret").map(str::to_owned) })
}

/// RFC 6749, section 2.3.1: both parts are urlencoded.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, rest) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let text = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(rest.trim()).ok())??;
    let text = String::from_utf8(text).ok()?;
    let (name, secret) = text.split_once(':')?;
    let plain = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    Some((plain(name), plain(secret)))
}

async fn token(call: Call) -> Answer {
    let (app, params) = (&call.app, &call.params);
    let missing =
        |what: &str| ApiError::oauth(StatusCode::BAD_REQUEST, "invalid_request", format!("{what} is missing."));
    let given = match params.text("grant_type") {
        Some("authorization_code") => {
            let code = params.text("code").ok_or_else(|| missing("code"))?;
            let back = params.text("redirect_uri").ok_or_else(|| missing("redirect_uri"))?;
            grants::exchange(app, &credentials(&call)?, code, back, params.text("code_verifier")).await?
        }
        Some("client_credentials") => {
            let wanted = Scopes::parse(params.text("scope").unwrap_or_default())
                .map_err(|unknown| ApiError::oauth(StatusCode::BAD_REQUEST, "invalid_scope", format!("{unknown}.")))?;
            grants::for_itself(app, &credentials(&call)?, &wanted).await?
        }
        Some("refresh_token") => {
            let renewal = params.text("refresh_token").ok_or_else(|| missing("refresh_token"))?;
            grants::renew(app, &credentials(&call)?, renewal).await?
        }
        Some(_) => {
            let why = "Only authorization_code, refresh_token and client_credentials are possible.";
            return Err(ApiError::oauth(StatusCode::BAD_REQUEST, "unsupported_grant_type", why));
        }
        None => return Err(missing("grant_type")),
    };
    let mut response = json(&GivenToken::of(&given))?;
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn revoke(call: Call) -> Answer {
    let token = call.params.text("token").unwrap_or_default();
    grants::revoke(&call.app, &credentials(&call)?, token).await?;
    done()
}

async fn user_info(call: Call) -> Answer {
    let account = entities::account(&call, call.me()?.account.clone()).await?;
    json(&UserInfo::of(call.urls.at("/"), &account))
}

async fn metadata(call: Call) -> Answer {
    json(&AuthorizationServer::of(&call.urls, &["authorization_code", "refresh_token", "client_credentials"]))
}

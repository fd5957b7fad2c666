//! Application, Token, and what OpenID calls user info.

use super::Account;
use crate::entity::application;
use crate::service::apps::{Given, Registered, redirect_uris};
use crate::service::limits;
use serde::Serialize;
use utoipa::ToSchema;

/// An app.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Application {
    pub id: String,
    pub name: String,
    pub website: Option<String>,
    pub scopes: Vec<String>,
    pub redirect_uris: Vec<String>,
    /// The same with line ends between.
    pub redirect_uri: String,
    /// The key pushes are signed with.
    pub vapid_key: String,
}

impl Application {
    pub fn of(row: &application::Model, vapid_key: String) -> Self {
        let back = redirect_uris(row);
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            website: row.website.clone(),
            scopes: row.scopes.split(' ').map(str::to_owned).collect(),
            redirect_uri: back.join("\n"),
            redirect_uris: back,
            vapid_key,
        }
    }
}

/// An app that has just registered.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CredentialApplication {
    #[serde(flatten)]
    pub application: Application,
    pub client_id: String,
    /// Told now and never again.
    pub client_secret: String,
    /// Never.
    pub client_secret_expires_at: i64,
}

impl CredentialApplication {
    pub fn of(made: &Registered, vapid_key: String) -> Self {
        Self {
            application: Application::of(&made.app, vapid_key),
            client_id: made.app.client_id.clone(),
            client_secret: made.secret.clone(),
            client_secret_expires_at: 0,
        }
    }
}

/// A token, told once.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Token {
    pub access_token: String,
    pub token_type: String,
    pub scope: String,
    /// Seconds since 1970.
    pub created_at: i64,
}

impl Token {
    pub fn of(given: &Given) -> Self {
        Self {
            access_token: given.secret.clone(),
            token_type: "Bearer".to_owned(),
            scope: given.scopes.to_string(),
            created_at: given.created_at / 1_000,
        }
    }
}

/// A token that its app asked to be able to renew.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RenewableToken {
    pub access_token: String,
    pub token_type: String,
    pub scope: String,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds.
    pub expires_in: i64,
    pub refresh_token: String,
}

/// A token, one way or the other.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum GivenToken {
    Renewable(RenewableToken),
    Lasting(Token),
}

impl GivenToken {
    pub fn of(given: &Given) -> Self {
        let token = Token::of(given);
        match given.renewal.clone() {
            Some(refresh_token) => Self::Renewable(RenewableToken {
                access_token: token.access_token,
                token_type: token.token_type,
                scope: token.scope,
                created_at: token.created_at,
                expires_in: limits::TOKEN / 1_000,
                refresh_token,
            }),
            None => Self::Lasting(token),
        }
    }
}

/// Who signed in, for sites that let people sign in with this server.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserInfo {
    pub iss: String,
    pub sub: String,
    pub name: String,
    pub preferred_username: String,
    pub profile: String,
    pub picture: String,
}

impl UserInfo {
    pub fn of(issuer: String, account: &Account) -> Self {
        Self {
            iss: issuer,
            sub: account.uri.clone(),
            name: account.display_name.clone(),
            preferred_username: account.username.clone(),
            profile: account.url.clone(),
            picture: account.avatar.clone(),
        }
    }
}

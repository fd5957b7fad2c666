//! Where everything is that an app needs to be let in.

use crate::service::apps::scopes;
use crate::service::federation::urls::Urls;
use serde::Serialize;
use utoipa::ToSchema;

/// What an authorization server says of itself (RFC 8414).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuthorizationServer {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub revocation_endpoint: String,
    pub userinfo_endpoint: String,
    pub app_registration_endpoint: String,
    pub service_documentation: String,
    pub scopes_supported: Vec<String>,
    pub response_types_supported: Vec<String>,
    pub response_modes_supported: Vec<String>,
    pub grant_types_supported: Vec<String>,
    pub token_endpoint_auth_methods_supported: Vec<String>,
    pub code_challenge_methods_supported: Vec<String>,
}

impl AuthorizationServer {
    pub fn of(urls: &Urls, grants: &[&str]) -> Self {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            issuer: urls.at("/"),
            authorization_endpoint: urls.at("/oauth/authorize"),
            token_endpoint: urls.at("/oauth/token"),
            revocation_endpoint: urls.at("/oauth/revoke"),
            userinfo_endpoint: urls.at("/oauth/userinfo"),
            app_registration_endpoint: urls.at("/api/v1/apps"),
            service_documentation: urls.at("/api/openapi.json"),
            scopes_supported: scopes::offered().map(str::to_owned).collect(),
            response_types_supported: list(&["code"]),
            response_modes_supported: list(&["query"]),
            grant_types_supported: list(grants),
            token_endpoint_auth_methods_supported: list(&["client_secret_basic", "client_secret_post", "none"]),
            code_challenge_methods_supported: list(&["S256"]),
        }
    }
}

//! Apps: registering them, letting them in, and throwing them out again.

pub mod grants;
pub mod scopes;

pub use scopes::Scopes;

use super::{Refusal, limits, sessions};
use crate::app::App;
use crate::entity::{access_token, application};
use crate::secrets::{random_hex, sha256};
use crate::store::tokens;
use serde::{Deserialize, Serialize};

/// "Show the code on a page": for apps that cannot be called back (RFC 8252 calls it a private address).
pub const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// What an app says of itself.
#[derive(Debug, Clone, Default)]
pub struct NewApp {
    pub name: String,
    /// Its page.
    pub website: Option<String>,
    /// Where it may be called back, byte for byte.
    pub redirect_uris: Vec<String>,
    pub scopes: Scopes,
}

/// An app that has just been registered; its secret is told now and never again.
pub struct Registered {
    pub app: application::Model,
    pub secret: String,
}

/// Registers an app. Nobody has to be signed in for that: it may do nothing yet.
pub async fn register(app: &App, new: NewApp, address: &str) -> Result<Registered, Refusal> {
    check(&new)?;
    sessions::take_attempt(app, &[(format!("apps:{address}"), limits::APPS)], limits::APPS_WINDOW).await?;
    let secret = random_hex::<32>()?;
    let now = app.now();
    let row = application::Model {
        id: app.id(),
        client_id: random_hex::<16>()?,
        secret_hash: sha256(secret.as_bytes()),
        name: new.name.trim().to_owned(),
        website: new.website,
        redirect_uris: serde_json::to_string(&new.redirect_uris).map_err(Refusal::broken)?,
        scopes: new.scopes.to_string(),
        created_at: now,
        used_at: now,
    };
    let made = row.clone();
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(tokens::insert_app(tx, row).await?) }))
        .await?;
    Ok(Registered { app: made, secret })
}

fn check(new: &NewApp) -> Result<(), Refusal> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > limits::APP_NAME || name.chars().any(char::is_control) {
        let why = format!("An app has a name of 1 to {} characters.", limits::APP_NAME);
        return Err(Refusal::invalid("client_name", why));
    }
    if let Some(page) = &new.website {
        let web = url::Url::parse(page).is_ok_and(|u| matches!(u.scheme(), "http" | "https"));
        if !web || page.chars().count() > limits::APP_NAME {
            return Err(Refusal::invalid("website", "The website is an address that begins with https://."));
        }
    }
    if new.redirect_uris.is_empty() || new.redirect_uris.len() > limits::REDIRECTS {
        let why = format!("An app names 1 to {} addresses to come back to.", limits::REDIRECTS);
        return Err(Refusal::invalid("redirect_uris", why));
    }
    match new.redirect_uris.iter().find(|uri| !may_redirect_to(uri)) {
        Some(uri) => {
            Err(Refusal::invalid("redirect_uris", format!("\"{uri}\" is no address an app can come back to.")))
        }
        None => Ok(()),
    }
}

/// Whether a browser may be sent there: any scheme an app may have, none that runs or reads something here.
fn may_redirect_to(uri: &str) -> bool {
    let Some((scheme, _)) = uri.split_once(':') else { return false };
    let scheme = scheme.to_ascii_lowercase();
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let harmful = ["javascript", "data", "vbscript", "file", "blob", "about", "view-source"];
    let plain = uri.bytes().all(|b| b.is_ascii_graphic() && b != b'#');
    is_scheme && plain && uri.len() <= limits::REDIRECT && !harmful.contains(&scheme.as_str())
}

/// Where an app may be called back.
pub fn redirect_uris(app: &application::Model) -> Vec<String> {
    serde_json::from_str(&app.redirect_uris).unwrap_or_default()
}

/// Whether an app registered this address: the same bytes, but for the port on this very machine, which an
/// app cannot know beforehand (RFC 8252, section 7.3).
pub fn is_registered(app: &application::Model, uri: &str) -> bool {
    redirect_uris(app).iter().any(|known| {
        known == uri || without_port(known).is_some_and(|known| without_port(uri).as_deref() == Some(known.as_str()))
    })
}

/// An address on a loopback number, without its port.
fn without_port(uri: &str) -> Option<String> {
    let rest = uri.strip_prefix("http://")?;
    let host = ["127.0.0.1", "[::1]"].into_iter().find(|host| rest.starts_with(host))?;
    let after = &rest[host.len()..];
    let path = match after.strip_prefix(':') {
        Some(port) => &port[port.bytes().take_while(u8::is_ascii_digit).count()..],
        None => after,
    };
    (path.is_empty() || path.starts_with('/') || path.starts_with('?')).then(|| format!("http://{host}{path}"))
}

/// An app as a post that was written with it keeps it: also when the app is forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Via {
    pub name: String,
    /// Its page.
    pub website: Option<String>,
}

impl Via {
    /// Of a post; none where it was written here, or elsewhere.
    pub fn of(kept: &str) -> Option<Self> {
        serde_json::from_str(kept).ok()
    }
}

/// What a post keeps of the app of this id; nothing where there is none.
pub async fn via(app: &App, id: i64) -> Result<String, Refusal> {
    match tokens::app(&app.db.read, id).await? {
        Some(row) => serde_json::to_string(&Via { name: row.name, website: row.website }).map_err(Refusal::broken),
        None => Ok(String::new()),
    }
}

/// An app somebody let in.
#[derive(Debug, Clone)]
pub struct LetIn {
    pub app: application::Model,
    /// What it may do: everything any of its tokens may.
    pub scopes: Scopes,
    pub since: i64,
    pub seen_at: i64,
}

/// Apps a person let in, the one used last first.
pub async fn let_in(app: &App, account_id: i64) -> Result<Vec<LetIn>, Refusal> {
    let held = tokens::of_account(&app.db.read, account_id).await?;
    let ids: Vec<i64> = held.iter().map(|t| t.application_id).collect();
    let apps = tokens::apps(&app.db.read, &ids).await?;
    let mut found: Vec<LetIn> = Vec::new();
    for token in held {
        let Some(row) = apps.get(&token.application_id) else { continue };
        let scopes = Scopes::stored(&token.scopes);
        match found.iter_mut().find(|l| l.app.id == row.id) {
            Some(known) => {
                known.scopes = known.scopes.with(&scopes);
                known.since = known.since.min(token.created_at);
            }
            None => {
                found.push(LetIn { app: row.clone(), scopes, since: token.created_at, seen_at: token.seen_at });
            }
        }
    }
    Ok(found)
}

/// A person throws an app out: everything it holds for her is void at once.
pub async fn throw_out(app: &App, account_id: i64, app_id: i64) -> Result<(), Refusal> {
    let now = app.now();
    app.db.write(move |tx| Box::pin(async move { Ok(tokens::revoke_app(tx, account_id, app_id, now).await?) })).await
}

/// A new token: the row, and the secrets of which it holds only the hashes. It lasts until it is revoked, unless
/// the app asked, by the scope `offline_access`, for one that it renews itself.
fn new_token(
    app: &App,
    application_id: i64,
    account_id: Option<i64>,
    scopes: String,
) -> Result<(access_token::Model, Given), Refusal> {
    let secret = random_hex::<32>()?;
    let now = app.now();
    let granted = Scopes::stored(&scopes);
    let renewal = match account_id.is_some() && granted.list().contains(&scopes::OFFLINE) {
        true => Some(random_hex::<32>()?),
        false => None,
    };
    let row = access_token::Model {
        id: app.id(),
        token_hash: sha256(secret.as_bytes()),
        application_id,
        account_id,
        scopes,
        created_at: now,
        seen_at: now,
        revoked_at: None,
        expires_at: renewal.as_ref().map(|_| now + limits::TOKEN),
        renewal_hash: renewal.as_ref().map(|renewal| sha256(renewal.as_bytes())),
        used_renewal_hash: None,
    };
    Ok((row, Given { secret, scopes: granted, created_at: now, renewal }))
}

/// A token as it is told once.
pub struct Given {
    pub secret: String,
    pub scopes: Scopes,
    /// Milliseconds.
    pub created_at: i64,
    /// What it can be renewed with, in [`limits::TOKEN`] at the latest.
    pub renewal: Option<String>,
}

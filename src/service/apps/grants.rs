//! Letting an app in: the code it is given, the token it changes it for, and who holds a token
//! (RFC 6749, sections 4.1 and 4.4; RFC 7636; RFC 7009).

use super::{Given, Scopes, is_registered, new_token};
use crate::app::App;
use crate::clock::{HOUR, Millis};
use crate::entity::{access_token, application, auth_code};
use crate::secrets::{random_hex, sha256};
use crate::service::sessions::Viewer;
use crate::service::{Refusal, limits};
use crate::store::memo::Memo;
use crate::store::{accounts, tokens};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::Arc;

/// Why an app is not given what it asks for, in the words of RFC 6749, section 5.2.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// 401 `invalid_client`
    #[error("the app is not known, or its secret is wrong")]
    Client,
    /// 400 `invalid_grant`
    #[error("{0}")]
    Grant(&'static str),
    /// 400 `invalid_scope`
    #[error("the app did not register what it asks for")]
    Scope,
    /// 403 `unauthorized_client`
    #[error("the token is another app's")]
    NotYours,
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl From<sea_orm::DbErr> for Denied {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Refused(error.into())
    }
}

impl crate::store::FromDatabase for Denied {
    fn database(&self) -> Option<&sea_orm::DbErr> {
        match self {
            Self::Refused(refusal) => refusal.database(),
            _ => None,
        }
    }
}

/// How an app says which one it is.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    pub client_id: String,
    pub secret: Option<String>,
}

/// What a person is asked to allow.
#[derive(Debug, Clone)]
pub struct Wish {
    pub app: application::Model,
    pub redirect_uri: String,
    pub scopes: Scopes,
    /// Of PKCE, by S256.
    pub challenge: Option<String>,
}

/// A person lets an app in: the code it may change for a token, once and soon.
pub async fn allow(app: &App, viewer: &Viewer, wish: Wish) -> Result<String, Refusal> {
    let code = random_hex::<32>()?;
    let row = auth_code::Model {
        code_hash: sha256(code.as_bytes()),
        application_id: wish.app.id,
        account_id: viewer.id(),
        redirect_uri: wish.redirect_uri,
        scopes: wish.scopes.to_string(),
        challenge: wish.challenge,
        expires_at: app.now() + limits::CODE,
        token_id: None,
    };
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(tokens::insert_code(tx, row).await?) }))
        .await?;
    Ok(code)
}

/// An app by its public name.
pub async fn known_app(app: &App, client_id: &str) -> Result<Option<application::Model>, Refusal> {
    Ok(tokens::app_by_client(&app.db.read, client_id).await?)
}

/// Its consent page was opened: it is kept for a while longer.
pub async fn asked(app: &App, row: &application::Model) -> Result<(), Refusal> {
    let (id, now) = (row.id, app.now());
    if now - row.used_at < HOUR {
        return Ok(());
    }
    app.db.write_quietly(move |tx| Box::pin(async move { Ok(tokens::touch_app(tx, id, now).await?) })).await
}

/// The app that shows its secret; one without any may pass only where `public` says so.
async fn client(app: &App, who: &Credentials, public: bool) -> Result<application::Model, Denied> {
    let row = known_app(app, &who.client_id).await?.ok_or(Denied::Client)?;
    match &who.secret {
        Some(secret) if sha256(secret.as_bytes()) == row.secret_hash => Ok(row),
        None if public => Ok(row),
        _ => Err(Denied::Client),
    }
}

/// Changes a code for a token. Everything is checked in the transaction that uses the code up, so that a
/// call that failed can be made again.
pub async fn exchange(
    app: &App,
    who: &Credentials,
    code: &str,
    redirect_uri: &str,
    verifier: Option<&str>,
) -> Result<Given, Denied> {
    let row = client(app, who, true).await?;
    let hash = sha256(code.as_bytes());
    let found = tokens::code(&app.db.read, hash.clone()).await?.filter(|c| c.application_id == row.id);
    let found = found.ok_or(Denied::Grant("The code is not known."))?;
    if let Some(token) = found.token_id {
        // Whoever comes second may have stolen it, or the first one did.
        let now = app.now();
        app.db
            .write(move |tx| Box::pin(async move { Ok::<_, Refusal>(tokens::revoke(tx, token, now).await?) }))
            .await?;
        return Err(Denied::Grant("The code has been used."));
    }
    check_code(app, who, &found, redirect_uri, verifier)?;
    let (token, given) = new_token(app, row.id, Some(found.account_id), found.scopes.clone())?;
    let now = app.now();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if !tokens::use_code(tx, hash, token.id).await? {
                    return Err(Denied::Grant("The code has been used."));
                }
                tokens::insert(tx, token).await?;
                Ok::<_, Denied>(tokens::touch_app(tx, row.id, now).await?)
            })
        })
        .await?;
    Ok(given)
}

fn check_code(
    app: &App,
    who: &Credentials,
    code: &auth_code::Model,
    redirect_uri: &str,
    verifier: Option<&str>,
) -> Result<(), Denied> {
    if code.expires_at <= app.now() {
        return Err(Denied::Grant("The code has expired."));
    }
    if code.redirect_uri != redirect_uri {
        return Err(Denied::Grant("The redirect_uri is not the one the code was given for."));
    }
    match (&code.challenge, verifier) {
        (Some(challenge), Some(verifier)) if is_answer(challenge, verifier) => Ok(()),
        (Some(_), _) => Err(Denied::Grant("The code_verifier does not answer the code_challenge.")),
        // Without a secret and without a challenge anybody could have it.
        (None, _) if who.secret.is_none() => Err(Denied::Client),
        (None, _) => Ok(()),
    }
}

/// RFC 7636, section 4.6, for S256.
fn is_answer(challenge: &str, verifier: &str) -> bool {
    URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes())) == challenge.trim_end_matches('=')
}

/// A token for an app itself, which nobody let in.
pub async fn for_itself(app: &App, who: &Credentials, scopes: &Scopes) -> Result<Given, Denied> {
    let row = client(app, who, false).await?;
    if !Scopes::stored(&row.scopes).cover(scopes) {
        return Err(Denied::Scope);
    }
    let (token, given) = new_token(app, row.id, None, scopes.to_string())?;
    let now = app.now();
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                tokens::insert(tx, token).await?;
                Ok::<_, Denied>(tokens::touch_app(tx, row.id, now).await?)
            })
        })
        .await?;
    Ok(given)
}

/// A token for somebody who has just signed up through an app, for everything it was registered for.
pub async fn for_new_person(app: &App, app_id: i64, account_id: i64) -> Result<Given, Denied> {
    let row = tokens::app(&app.db.read, app_id).await?.ok_or(Denied::Client)?;
    let (token, given) = new_token(app, row.id, Some(account_id), row.scopes.clone())?;
    app.db.write(move |tx| Box::pin(async move { Ok::<_, Denied>(tokens::insert(tx, token).await?) })).await?;
    Ok(given)
}

/// Renews a token: a new one in the place of the one before, which is void from then on, and a new renewal
/// (RFC 9700, section 4.14.2). A renewal that is shown twice was stolen from somebody: its token is revoked.
pub async fn renew(app: &App, who: &Credentials, renewal: &str) -> Result<Given, Denied> {
    let row = client(app, who, true).await?;
    let used = sha256(renewal.as_bytes());
    let found = tokens::by_renewal(&app.db.read, &used).await?.filter(|token| token.application_id == row.id);
    let token =
        found.filter(|token| token.revoked_at.is_none()).ok_or(Denied::Grant("The refresh_token is not known."))?;
    let (fresh, given) = new_token(app, row.id, token.account_id, token.scopes.clone())?;
    let fresh = access_token::Model { id: token.id, ..fresh };
    let now = app.now();
    let renewed = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                if tokens::renew(tx, &used, fresh).await? {
                    tokens::touch_app(tx, row.id, now).await?;
                    return Ok::<_, Refusal>(true);
                }
                tokens::revoke(tx, token.id, now).await?;
                Ok(false)
            })
        })
        .await?;
    renewed.then_some(given).ok_or(Denied::Grant("The refresh_token has been used."))
}

/// An app gives a token back, or what it can be renewed with. One that is not known is void already. The token
/// is proof enough for an app that keeps no secret.
pub async fn revoke(app: &App, who: &Credentials, secret: &str) -> Result<(), Denied> {
    let row = client(app, who, true).await?;
    let hash = sha256(secret.as_bytes());
    let token = match tokens::by_hash(&app.db.read, hash.clone()).await? {
        None => tokens::by_renewal(&app.db.read, &hash).await?,
        found => found,
    };
    let Some(token) = token else { return Ok(()) };
    if token.application_id != row.id {
        return Err(Denied::NotYours);
    }
    let now = app.now();
    Ok(app
        .db
        .write(move |tx| Box::pin(async move { Ok::<_, Refusal>(tokens::revoke(tx, token.id, now).await?) }))
        .await?)
}

/// Whether a code may be asked for like this; the app did register the address and the scopes.
pub fn is_fair(app: &application::Model, redirect_uri: &str, scopes: &Scopes) -> bool {
    is_registered(app, redirect_uri) && Scopes::stored(&app.scopes).cover(scopes)
}

/// Who holds a token.
#[derive(Debug, Clone)]
pub struct Holder {
    pub token_id: i64,
    pub app_id: i64,
    pub scopes: Scopes,
    /// Absent where an app acts for itself.
    pub viewer: Option<Viewer>,
}

/// What a token turned out to be.
#[derive(Debug, Clone)]
pub enum Found {
    Valid(Arc<Holder>),
    Unknown,
    Revoked,
    /// It was to be renewed.
    Expired,
    /// Its person may not sign in any more.
    Disabled,
}

/// A token that was looked up: what it is worth, and two things that the hours change.
#[derive(Debug, Clone)]
pub struct Known {
    found: Found,
    seen_at: Millis,
    expires_at: Option<Millis>,
}

impl From<Found> for Known {
    fn from(found: Found) -> Self {
        Self { found, seen_at: 0, expires_at: None }
    }
}

/// Tokens that were looked up, by their hash.
pub type Holders = Memo<Vec<u8>, Known>;

/// Room for them, in bytes, and what one of them takes, about.
const ROOM: u64 = 16 << 20;
const TAKES: u32 = 4 << 10;

/// None so far.
pub fn holders() -> Holders {
    Memo::new(ROOM, |_| TAKES)
}

/// Who holds a token.
pub async fn holder(app: &App, holders: &Holders, secret: &str) -> Result<Found, Refusal> {
    let (hash, now) = (sha256(secret.as_bytes()), app.now());
    let recalled = holders.recall(&app.db, now, &hash).await;
    app.metrics.asked_memory("tokens", recalled.is_some());
    let known = match recalled {
        Some(known) => known,
        None => {
            let is_good = |known: &Known| matches!(known.found, Found::Valid(_));
            holders.make(&app.db, now, hash.clone(), look_up(app, hash), is_good).await?
        }
    };
    let Found::Valid(holder) = &known.found else { return Ok(known.found) };
    if known.expires_at.is_some_and(|at| at <= now) {
        return Ok(Found::Expired);
    }
    if now - known.seen_at > HOUR {
        touch(app, holder.token_id, now).await;
    }
    Ok(known.found)
}

async fn look_up(app: &App, hash: Vec<u8>) -> Result<Known, Refusal> {
    let Some(token) = tokens::by_hash(&app.db.read, hash).await? else {
        return Ok(Found::Unknown.into());
    };
    if token.revoked_at.is_some() {
        return Ok(Found::Revoked.into());
    }
    let viewer = match token.account_id {
        None => None,
        Some(id) => {
            let Some((account, login)) = accounts::with_login(&app.db.read, id).await? else {
                return Ok(Found::Unknown.into());
            };
            if account.suspended != 0 || account.deleted_at.is_some() {
                return Ok(Found::Disabled.into());
            }
            Some(Viewer { account, login, session_id: 0 })
        }
    };
    let found = Found::Valid(Arc::new(Holder {
        token_id: token.id,
        app_id: token.application_id,
        scopes: Scopes::stored(&token.scopes),
        viewer,
    }));
    Ok(Known { found, seen_at: token.seen_at, expires_at: token.expires_at })
}

/// Notes that a token is in use, hourly.
async fn touch(app: &App, token: i64, now: Millis) {
    let touched =
        app.db.write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(tokens::touch(tx, token, now).await?) }));
    if let Err(error) = touched.await {
        tracing::warn!(%error, "a token's last use could not be written");
    }
}

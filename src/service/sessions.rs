//! Signing in and out, passwords, one-time links.

use super::accounts::{self as people, NewAccount};
use super::{Fault, Refusal, limits};
use crate::app::App;
use crate::clock::{HOUR, MINUTE, Millis};
use crate::entity::{account, login, one_time_link, session};
use crate::secrets::{random_hex, sha256};
use crate::store::{accounts, sessions, tokens};
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub account: account::Model,
    pub login: login::Model,
    /// Which of her sessions this is.
    pub session_id: i64,
}

impl Viewer {
    /// Her account's id.
    pub fn id(&self) -> i64 {
        self.account.id
    }

    /// She runs this server.
    pub fn is_owner(&self) -> bool {
        self.login.role == "owner"
    }
}

/// What a one-time link is good for.
pub const OWNER_LINK: &str = "owner";
/// Setting a new password.
pub const RESET_LINK: &str = "reset";

/// Signs in with a name or e-mail address. Returns the secret for the cookie.
///
/// Wrong passwords are counted by account and by address; a known and an unknown name take the same
/// time and get the same answer.
pub async fn sign_in(app: &App, name: &str, password: &str, address: &str, device: &str) -> Result<String, Refusal> {
    let name: String = name.trim().trim_start_matches('@').to_lowercase().chars().take(320).collect();
    let found = find_login(app, &name).await?;
    // Name and e-mail address are two ways to one account: they share its guesses.
    let whose = found.as_ref().map_or(name, |l| l.account_id.to_string());
    let buckets = [
        (format!("password:{whose}"), limits::WRONG_PER_ACCOUNT),
        (format!("password-from:{address}"), limits::WRONG_PER_ADDRESS),
    ];
    let taken = take_attempt(app, &buckets, limits::PASSWORD_WINDOW).await?;
    let hash = found.as_ref().and_then(|l| l.password_hash.clone());
    let right = verify_password(app, password.to_owned(), hash).await?;
    let (Some(login), true) = (found, right) else {
        return Err(Refusal::invalid("password", "Name or password are not right."));
    };
    give_back(app, &buckets, taken).await?;
    open_session(app, login.account_id, device).await
}

async fn find_login(app: &App, name: &str) -> Result<Option<login::Model>, Refusal> {
    if name.contains('@') {
        return Ok(accounts::login_by_email(&app.db.read, name).await?);
    }
    let Some(row) = accounts::by_handle(&app.db.read, name, "").await?.filter(|a| a.deleted_at.is_none()) else {
        return Ok(None);
    };
    Ok(accounts::login_of(&app.db.read, row.id).await?)
}

/// Counts an attempt before it is made, so that many at once are counted too; refuses when any of
/// these buckets is full for the last `length`. Attempts are kept by the minute, and the minute is
/// returned: a window that slides has no edge at which the count begins anew.
pub(super) async fn take_attempt(app: &App, buckets: &[(String, i64)], length: Millis) -> Result<Millis, Refusal> {
    let (now, buckets) = (app.now(), buckets.to_vec());
    let minute = now - now.rem_euclid(MINUTE);
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                for (bucket, most) in &buckets {
                    let (count, oldest) = sessions::attempts(tx, bucket, now - length).await?;
                    if count >= *most {
                        let left = (oldest + length - now).max(1_000) / 1_000;
                        return Err(Refusal::TooMany { retry_after: u64::try_from(left).unwrap_or(60) });
                    }
                }
                for (bucket, _) in &buckets {
                    sessions::count_attempt(tx, bucket, minute, 1).await?;
                }
                Ok(minute)
            })
        })
        .await
}

/// The attempt was no wrong one after all.
async fn give_back(app: &App, buckets: &[(String, i64)], minute: Millis) -> Result<(), Refusal> {
    let buckets = buckets.to_vec();
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                for (bucket, _) in &buckets {
                    sessions::count_attempt(tx, bucket, minute, -1).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Opens a session; returns the cookie's secret, of which only the hash is kept.
pub async fn open_session(app: &App, account_id: i64, device: &str) -> Result<String, Refusal> {
    let secret = random_hex::<32>()?;
    let now = app.now();
    let row = session::Model {
        id: app.id(),
        token_hash: sha256(secret.as_bytes()),
        account_id,
        device: device.chars().filter(|c| !c.is_control()).take(200).collect(),
        created_at: now,
        seen_at: now,
        expires_at: now + limits::SESSION,
    };
    app.db
        .write(move |tx| Box::pin(async move { sessions::insert(tx, row).await }))
        .await
        .map_err(|e: sea_orm::DbErr| Refusal::from(e))?;
    Ok(secret)
}

/// Who holds this cookie.
pub async fn viewer(app: &App, secret: &str) -> Result<Option<Viewer>, Refusal> {
    let now = app.now();
    let Some(session) = sessions::by_hash(&app.db.read, sha256(secret.as_bytes()), now).await? else { return Ok(None) };
    let Some(account) = accounts::by_id(&app.db.read, session.account_id).await? else { return Ok(None) };
    let Some(login) = accounts::login_of(&app.db.read, session.account_id).await? else { return Ok(None) };
    if account.suspended != 0 || account.deleted_at.is_some() {
        return Ok(None);
    }
    if now - session.seen_at > HOUR {
        let id = session.id;
        let touched = app.db.write_quietly(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(sessions::touch(tx, id, now, now + limits::SESSION).await?) })
        });
        if let Err(error) = touched.await {
            tracing::warn!(%error, "a session's last use could not be written");
        }
    }
    Ok(Some(Viewer { account, login, session_id: session.id }))
}

/// Ends one session of an account.
pub async fn sign_out(app: &App, account_id: i64, session_id: i64) -> Result<(), Refusal> {
    app.db.write(move |tx| Box::pin(async move { Ok(sessions::end(tx, account_id, session_id).await?) })).await
}

/// Ends every session but the one in use.
pub async fn sign_out_others(app: &App, viewer: &Viewer) -> Result<(), Refusal> {
    let (id, keep) = (viewer.id(), viewer.session_id);
    app.db.write(move |tx| Box::pin(async move { Ok(sessions::end_all(tx, id, Some(keep)).await?) })).await
}

/// Makes sure that it is really she: asks for the password, so often and no more.
pub async fn check_password(app: &App, viewer: &Viewer, current: &str) -> Result<(), Refusal> {
    let bucket = [(format!("change:{}", viewer.id()), limits::WRONG_PER_ACCOUNT)];
    let taken = take_attempt(app, &bucket, limits::PASSWORD_WINDOW).await?;
    if !verify_password(app, current.to_owned(), viewer.login.password_hash.clone()).await? {
        return Err(Refusal::invalid("current", "The current password is not right."));
    }
    give_back(app, &bucket, taken).await
}

/// Changes the password and ends every other session.
pub async fn change_password(app: &App, viewer: &Viewer, current: &str, new: &str) -> Result<(), Refusal> {
    check_password(app, viewer, current).await?;
    set_password(app, viewer.id(), new, Some(viewer.session_id)).await
}

/// Sets a password and ends every session but `keep`; apps have to be let in again.
pub async fn set_password(app: &App, account_id: i64, new: &str, keep: Option<i64>) -> Result<(), Refusal> {
    let hash = hash_password(app, new.to_owned()).await?;
    let now = app.now();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                accounts::set_password(tx, account_id, hash).await?;
                tokens::revoke_all(tx, account_id, now).await?;
                Ok(sessions::end_all(tx, account_id, keep).await?)
            })
        })
        .await
}

/// Hashes a password (argon2id) after checking that it is one.
pub async fn hash_password(app: &App, password: String) -> Result<String, Refusal> {
    if password.chars().count() < limits::PASSWORD {
        let why = format!("A password has at least {} characters. A few words do well.", limits::PASSWORD);
        return Err(Refusal::faulty("password", Fault::TooShort, why));
    }
    if password.len() > limits::PASSWORD_BYTES {
        return Err(Refusal::faulty("password", Fault::TooLong, "This password is too long."));
    }
    let _turn = app.hashing.acquire().await.map_err(Refusal::broken)?;
    tokio::task::spawn_blocking(move || {
        let hash: Result<argon2::password_hash::phc::PasswordHash, _> =
            Argon2::default().hash_password(password.as_bytes());
        hash.map(|h| h.to_string())
    })
    .await
    .map_err(Refusal::broken)?
    .map_err(|e| Refusal::broken(e.to_string()))
}

/// Compares; without a hash the same work is done against a made-up one.
async fn verify_password(app: &App, password: String, hash: Option<String>) -> Result<bool, Refusal> {
    /// Of a random password nobody knows.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$5DsSS9dVm8fBZc7bpgUTGbHgWQWYZ3Ny5vYmO0wHKCM";
    if password.len() > limits::PASSWORD_BYTES {
        return Ok(false);
    }
    let _turn = app.hashing.acquire().await.map_err(Refusal::broken)?;
    tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| NOBODY.to_owned());
        let same = PasswordHash::new(&text)
            .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
        known && same
    })
    .await
    .map_err(Refusal::broken)
}

/// Makes a one-time link; older unused ones for the same purpose die. Returns the secret in it.
pub async fn make_link(app: &App, purpose: &'static str, account_id: Option<i64>) -> Result<String, Refusal> {
    let secret = random_hex::<24>()?;
    let now = app.now();
    let row = one_time_link::Model {
        token_hash: sha256(secret.as_bytes()),
        purpose: purpose.to_owned(),
        account_id,
        created_at: now,
        expires_at: now + limits::LINK,
        used_at: None,
    };
    app.db
        .write(move |tx| {
            Box::pin(async move {
                sessions::drop_links(tx, purpose, account_id).await?;
                sessions::insert_link(tx, row).await
            })
        })
        .await
        .map_err(|e: sea_orm::DbErr| Refusal::from(e))?;
    Ok(secret)
}

/// Whether a link still works; whose it is.
pub async fn check_link(app: &App, purpose: &str, secret: &str) -> Result<one_time_link::Model, Refusal> {
    sessions::link(&app.db.read, sha256(secret.as_bytes()), purpose, app.now()).await?.ok_or(Refusal::Missing)
}

/// The owner's account through the link printed at the start. Returns the cookie's secret.
pub async fn create_owner(app: &App, link: &str, mut new: NewAccount, device: &str) -> Result<String, Refusal> {
    check_link(app, OWNER_LINK, link).await?;
    if accounts::owner(&app.db.read).await?.is_some() {
        return Err(Refusal::Missing);
    }
    new.role = "owner";
    let row = people::create(app, new, Some(sha256(link.as_bytes()))).await?;
    open_session(app, row.id, device).await
}

/// A new password through a link. Every session ends, and apps have to be let in again.
pub async fn reset_password(app: &App, link: &str, password: &str) -> Result<(), Refusal> {
    let row = check_link(app, RESET_LINK, link).await?;
    let account_id = row.account_id.ok_or(Refusal::Missing)?;
    let hash = hash_password(app, password.to_owned()).await?;
    let now = app.now();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if !sessions::use_link(tx, row.token_hash, now).await? {
                    return Err(Refusal::Missing);
                }
                accounts::set_password(tx, account_id, hash).await?;
                tokens::revoke_all(tx, account_id, now).await?;
                Ok(sessions::end_all(tx, account_id, None).await?)
            })
        })
        .await
}

/// Signing up, where it is open. Returns the cookie's secret.
pub async fn join(app: &App, new: NewAccount, address: &str, device: &str) -> Result<String, Refusal> {
    let row = register(app, new, address).await?;
    open_session(app, row.id, device).await
}

/// The same without signing in.
pub async fn register(app: &App, new: NewAccount, address: &str) -> Result<account::Model, Refusal> {
    if !app.settings.open_registration {
        return Err(Refusal::Forbidden("This server takes no new accounts at the moment.".to_owned()));
    }
    let bucket = [(format!("join:{address}"), limits::SIGN_UPS)];
    take_attempt(app, &bucket, limits::SIGN_UP_WINDOW).await?;
    people::create(app, NewAccount { role: "person", ..new }, None).await
}

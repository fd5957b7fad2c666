//! Accounts of this server: making them, finding them.

use super::visibility::{self, Reader};
use super::{Fault, Refusal, federation, sessions};
use crate::activitypub::signature::SigningKey;
use crate::app::App;
use crate::entity::{account, login};
use crate::store::{self, accounts, policies};
use sea_orm::ConnectionTrait;
use std::collections::HashSet;

/// The account whose key signs what the server itself asks of others: `/actor`.
pub const INSTANCE: i64 = 0;

/// Names nobody can take: they would read as the server's own voice, or as a path of it.
const RESERVED: &[&str] = &[
    "admin",
    "administrator",
    "root",
    "moderator",
    "mod",
    "support",
    "help",
    "about",
    "actor",
    "instance",
    "owner",
    "system",
    "cyanotype",
    "ap",
    "api",
    "media",
    "static",
];

/// An account as it is kept.
pub type Row = account::Model;

/// What somebody gives to get an account.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub username: String,
    pub email: String,
    /// Absent: a one-time link sets it later.
    pub password: Option<String>,
    /// `owner` or `person`.
    pub role: &'static str,
}

/// Makes an account of this server. Returns its row. With `link`, a one-time link (its hash) is used
/// up in the same transaction, so that of two who hold it only one gets an account.
pub async fn create(app: &App, new: NewAccount, link: Option<Vec<u8>>) -> Result<account::Model, Refusal> {
    let username = check_username(&new.username)?;
    let email = check_email(&new.email)?;
    // Asked again inside the transaction; here it saves the costly work below.
    free(&app.db.read, &username, &email).await?;
    let hash = match &new.password {
        Some(password) => Some(sessions::hash_password(app, password.clone()).await?),
        None => None,
    };
    let row = fresh(app, app.id(), username).await?;
    let ed25519 = federation::keys::new_ed25519(app, row.id)?;
    let login = login::Model {
        account_id: row.id,
        email_key: accounts::fold(&email),
        email,
        password_hash: hash,
        role: new.role.to_owned(),
        language: "en".to_owned(),
        notifications_seen: 0,
        created_at: app.now(),
        seen_at: None,
        shows: String::new(),
        credit_artist: String::new(),
        credit_copyright: String::new(),
        home_pictures: 0,
        posts_to: String::new(),
        posts_sensitive: 0,
    };
    let (made, now) = (row.clone(), app.now());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if let Some(hash) = link
                    && !store::sessions::use_link(tx, hash, now).await?
                {
                    return Err(Refusal::Missing);
                }
                free(tx, &row.username, &login.email).await?;
                accounts::insert(tx, row).await?;
                store::keys::add(tx, ed25519).await?;
                accounts::insert_login(tx, login).await?;
                Ok(())
            })
        })
        .await?;
    tracing::info!(account = made.id, name = %made.username, "account made");
    Ok(made)
}

/// Neither name nor address belongs to somebody already.
async fn free(db: &impl ConnectionTrait, username: &str, email: &str) -> Result<(), Refusal> {
    if accounts::by_handle(db, username, "").await?.is_some() {
        let why = format!("@{username} is taken. Choose another name.");
        return Err(Refusal::faulty("username", Fault::Taken, why));
    }
    if accounts::login_by_email(db, email).await?.is_some() {
        let why = "This e-mail address belongs to an account already. Sign in instead.";
        return Err(Refusal::faulty("email", Fault::Taken, why));
    }
    Ok(())
}

/// A local account's row with a key of its own.
async fn fresh(app: &App, id: i64, username: String) -> Result<account::Model, Refusal> {
    let key = federation::keys::new_rsa(app).await?;
    let now = app.now();
    Ok(account::Model {
        id,
        username_key: accounts::fold(&username),
        username,
        domain: String::new(),
        name: String::new(),
        bio: String::new(),
        fields: "[]".to_owned(),
        kind: if id == INSTANCE { "Application" } else { "Person" }.to_owned(),
        locked: i32::from(id == INSTANCE),
        discoverable: i32::from(id != INSTANCE),
        indexable: 0,
        suspended: 0,
        avatar_key: None,
        header_key: None,
        avatar_url: None,
        header_url: None,
        featured_albums: 10,
        uri: None,
        url: None,
        inbox: None,
        shared_inbox: None,
        outbox_url: None,
        followers_url: None,
        following_url: None,
        featured_url: None,
        key_id: None,
        public_key: Some(key.public_pem),
        private_key: Some(app.secrets.seal(&key.private_pkcs8_der)?),
        remote_posts: None,
        remote_followers: None,
        remote_following: None,
        fetched_at: None,
        created_at: now,
        updated_at: now,
        deleted_at: None,
        moved_to: None,
        moved_at: None,
        aliases: "[]".to_owned(),
        attribution_domains: "[]".to_owned(),
        featured_tags: "[]".to_owned(),
        replies_from: "everyone".to_owned(),
        quotes_from: "nobody".to_owned(),
        says_blocks: 0,
        pictures_seen_at: 0,
        pictures_asked_at: 0,
        hide_collections: 0,
        avatar_alt: String::new(),
        header_alt: String::new(),
    })
}

/// Makes the instance actor's account when it is not there yet, and keys that accounts of older
/// versions lack.
pub async fn ensure_instance(app: &App) -> Result<(), Refusal> {
    if accounts::by_id(&app.db.read, INSTANCE).await?.is_none() {
        let row = fresh(app, INSTANCE, "instance.actor".to_owned()).await?;
        app.db
            .write(move |tx| {
                Box::pin(async move { Ok::<_, Refusal>(accounts::insert_if_new(tx, row).await.map(drop)?) })
            })
            .await?;
    }
    federation::keys::ensure_ed25519(app).await
}

/// Whether the secret in the data folder opens the keys in the database.
pub async fn opens_keys(app: &App) -> Result<bool, Refusal> {
    let row = accounts::by_id(&app.db.read, INSTANCE).await?.ok_or(Refusal::Missing)?;
    let sealed = row.private_key.ok_or(Refusal::Missing)?;
    Ok(app.secrets.open(&sealed).is_ok())
}

/// The key that signs for a local account.
pub async fn signing_key(app: &App, account_id: i64) -> Result<SigningKey, Refusal> {
    if let Some(key) = app.keys.get(&account_id) {
        return Ok(key);
    }
    let row = accounts::by_id(&app.db.read, account_id).await?.ok_or(Refusal::Missing)?;
    let sealed = row.private_key.ok_or(Refusal::Missing)?;
    let key = SigningKey::from_pkcs8_der(&app.secrets.open(&sealed)?).map_err(Refusal::broken)?;
    app.keys.insert(account_id, key.clone());
    Ok(key)
}

/// Puts a new secret before the one in use and seals every signing key with it, beside running servers.
/// Returns how many keys there are.
pub async fn rotate_secret(app: &App) -> Result<u64, Refusal> {
    // First under the newest there is: an earlier run may have stopped half-way, and its older secret
    // is about to be forgotten.
    seal_anew(app).await?;
    app.secrets.rotate()?;
    seal_anew(app).await
}

async fn seal_anew(app: &App) -> Result<u64, Refusal> {
    super::push::seal_anew(app).await?;
    Ok(seal_rsa_anew(app).await? + seal_others_anew(app).await?)
}

async fn seal_others_anew(app: &App) -> Result<u64, Refusal> {
    let (mut after, mut done) = (i64::MIN, 0);
    loop {
        let page = store::keys::sealed(&app.db.read, after, 100).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = last.id;
        let mut sealed = Vec::new();
        for row in page {
            let key = app.secrets.open(&row.private_key.ok_or(Refusal::Missing)?)?;
            sealed.push((row.id, app.secrets.seal(&key)?));
        }
        done += sealed.len() as u64;
        app.db
            .write_quietly(move |tx| {
                Box::pin(async move {
                    for (id, key) in sealed {
                        store::keys::set_sealed(tx, id, key).await?;
                    }
                    Ok::<_, Refusal>(())
                })
            })
            .await?;
    }
}

async fn seal_rsa_anew(app: &App) -> Result<u64, Refusal> {
    let (mut after, mut done) = (i64::MIN, 0);
    loop {
        let page = accounts::with_keys(&app.db.read, after, 100).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = last.id;
        let mut sealed = Vec::new();
        for row in page {
            let key = app.secrets.open(&row.private_key.ok_or(Refusal::Missing)?)?;
            sealed.push((row.id, app.secrets.seal(&key)?));
        }
        done += sealed.len() as u64;
        app.db
            .write_quietly(move |tx| {
                Box::pin(async move {
                    for (id, key) in sealed {
                        accounts::set_sealed_key(tx, id, key).await?;
                    }
                    Ok::<_, Refusal>(())
                })
            })
            .await?;
    }
}

fn check_username(name: &str) -> Result<String, Refusal> {
    let name = name.trim().trim_start_matches('@').to_lowercase();
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let fault = match name.len() {
        0 => Some(Fault::Blank),
        31.. if plain => Some(Fault::TooLong),
        _ if plain => None,
        _ => Some(Fault::Invalid),
    };
    if let Some(fault) = fault {
        let why = "A user name has 1 to 30 letters (a–z), digits or underscores.";
        return Err(Refusal::faulty("username", fault, why));
    }
    if RESERVED.contains(&name.as_str()) {
        let why = format!("@{name} is kept for the server itself. Choose another name.");
        return Err(Refusal::faulty("username", Fault::Reserved, why));
    }
    Ok(name)
}

fn check_email(email: &str) -> Result<String, Refusal> {
    let email = email.trim();
    let ok = email.len() <= 320
        && email
            .split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !host.contains('@'))
        && !email.chars().any(|c| c.is_whitespace() || c.is_control() || "%,\"<>()".contains(c));
    if ok {
        Ok(email.to_owned())
    } else {
        Err(Refusal::invalid("email", "That is no e-mail address such as ada@example.org."))
    }
}

/// The row of a local account by name.
pub async fn local(app: &App, username: &str) -> Result<account::Model, Refusal> {
    let row = store::accounts::by_handle(&app.db.read, username, "").await?.filter(|a| a.id != INSTANCE);
    row.filter(|a| a.deleted_at.is_none() && a.suspended == 0).ok_or(Refusal::Missing)
}

/// Whether a handle with this domain is of somebody here: that of handles, or the one the pages are at.
fn is_ours(app: &App, domain: &str) -> bool {
    domain.is_empty() || domain == app.handle_domain() || app.public().is_some_and(|public| public.host == domain)
}

/// The row of an account, local or remote, as written in a path: `ada` or `bob@elsewhere.example`.
pub async fn by_acct(app: &App, acct: &str) -> Result<account::Model, Refusal> {
    let (name, domain) = acct.split_once('@').unwrap_or((acct, ""));
    let domain = domain.to_lowercase();
    if is_ours(app, &domain) {
        return local(app, name).await;
    }
    let row = store::accounts::by_handle(&app.db.read, name, &domain).await?;
    row.filter(|a| a.deleted_at.is_none() && a.suspended == 0).ok_or(Refusal::Missing)
}

/// The row of an account as [`by_acct`], suspended or not.
pub async fn known(app: &App, acct: &str) -> Result<account::Model, Refusal> {
    let (name, domain) = acct.split_once('@').unwrap_or((acct, ""));
    let domain = Some(domain.to_lowercase()).filter(|domain| !is_ours(app, domain)).unwrap_or_default();
    let row = store::accounts::by_handle(&app.db.read, name, &domain).await?;
    row.filter(|a| a.deleted_at.is_none() && a.id != INSTANCE).ok_or(Refusal::Missing)
}

/// Somebody whom this reader may meet, by id. One who was suspended is there, and says nothing.
pub async fn met(app: &App, reader: Reader, id: i64) -> Result<account::Model, Refusal> {
    let row = accounts::by_id(&app.db.read, id).await?.filter(|row| row.id != INSTANCE).ok_or(Refusal::Missing)?;
    if row.deleted_at.is_some() {
        return Err(Refusal::Gone);
    }
    visibility::may_meet(app, reader, &row).await?;
    Ok(row)
}

/// Somebody who is or was here, whoever asks: to take something back that concerns her.
pub async fn there(app: &App, id: i64) -> Result<account::Model, Refusal> {
    accounts::by_id(&app.db.read, id).await?.filter(|row| row.id != INSTANCE).ok_or(Refusal::Missing)
}

/// Those of these whom the reader may meet, in this order: see [`met`].
pub async fn all_met(app: &App, reader: Reader, ids: &[i64]) -> Result<Vec<account::Model>, Refusal> {
    let db = &app.db.read;
    let mut rows = accounts::by_ids(db, ids.iter().copied()).await?;
    rows.retain(|id, row| *id != INSTANCE && row.deleted_at.is_none());
    let out = policies::kept_out_of(db, rows.values()).await?;
    let blocks = match reader {
        Some(reader) => policies::between(db, reader, ids).await?,
        None => Vec::new(),
    };
    let shut: HashSet<i64> = blocks.iter().filter(|b| Some(b.target_id) == reader).map(|b| b.account_id).collect();
    Ok(ids.iter().filter(|id| !out.contains(id) && !shut.contains(id)).filter_map(|id| rows.remove(id)).collect())
}

/// People in a list, in this order: without those who are gone or of servers that are kept out, and those
/// with whom the reader has nothing to do: see [`visibility::apart`].
pub async fn listed(app: &App, reader: Reader, ids: &[i64]) -> Result<Vec<account::Model>, Refusal> {
    let db = &app.db.read;
    let mut rows = accounts::by_ids(db, ids.iter().copied()).await?;
    rows.retain(|_, row| row.deleted_at.is_none() && row.suspended == 0);
    let out = policies::kept_out_of(db, rows.values()).await?;
    let apart = match reader {
        Some(reader) => visibility::apart(db, reader, rows.values()).await?,
        None => HashSet::new(),
    };
    Ok(ids.iter().filter(|id| !out.contains(id) && !apart.contains(id)).filter_map(|id| rows.remove(id)).collect())
}

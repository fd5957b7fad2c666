//! Accounts of this server: making them, changing what they say of themselves.

use super::limits;
use super::visibility::{self, Reader};
use super::{Refusal, federation, sessions, surface};
use crate::activitypub::html::to_plain_text;
use crate::activitypub::signature::keys::{self, SigningKey};
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
        return Err(Refusal::invalid("username", format!("@{username} is taken. Choose another name.")));
    }
    if accounts::login_by_email(db, email).await?.is_some() {
        return Err(Refusal::invalid("email", "This e-mail address belongs to an account already. Sign in instead."));
    }
    Ok(())
}

/// A local account's row with a key of its own.
async fn fresh(app: &App, id: i64, username: String) -> Result<account::Model, Refusal> {
    let key =
        tokio::task::spawn_blocking(keys::generate_rsa).await.map_err(Refusal::broken)?.map_err(Refusal::broken)?;
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

/// What somebody wants her profile to say.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    pub name: String,
    pub bio: String,
    /// How to speak of her; empty where she does not say.
    pub pronouns: String,
    /// Label and text; empty ones are left out.
    pub fields: Vec<(String, String)>,
    pub locked: bool,
    pub discoverable: bool,
    pub featured_albums: i64,
    /// New pictures, already stored: blob keys.
    pub avatar: Option<String>,
    pub header: Option<String>,
}

/// Refuses what is too long in a profile; asked before pictures are stored for it.
pub fn check_profile(change: &ProfileChange) -> Result<(), Refusal> {
    too_long("name", "The name", &change.name, limits::NAME)?;
    too_long("bio", "The text about you", &change.bio, limits::BIO)?;
    too_long("pronouns", "The line for pronouns", &change.pronouns, limits::PRONOUNS)?;
    for (name, value) in &change.fields {
        too_long("fields", "A label", name, limits::FIELD)?;
        too_long("fields", "A line", value, limits::FIELD)?;
    }
    Ok(())
}

/// Changes a profile, and tells the other servers.
pub async fn change_profile(app: &App, account_id: i64, change: ProfileChange) -> Result<(), Refusal> {
    check_profile(&change)?;
    let fields = serde_json::to_string(&lines(&change)).map_err(Refusal::broken)?;
    let at = app.now();
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let mut row = accounts::by_id(tx, account_id).await?.ok_or(Refusal::Missing)?;
                let old = [
                    change.avatar.is_some().then(|| row.avatar_key.clone()),
                    change.header.is_some().then(|| row.header_key.clone()),
                ];
                row.name = change.name.trim().to_owned();
                row.bio = change.bio.trim().to_owned();
                row.fields = fields;
                row.locked = i32::from(change.locked);
                row.discoverable = i32::from(change.discoverable);
                row.featured_albums = change.featured_albums.clamp(0, 10);
                row.avatar_key = change.avatar.or(row.avatar_key);
                row.header_key = change.header.or(row.header_key);
                row.updated_at = at;
                accounts::save(tx, row.clone()).await?;
                surface::drop_blobs(&app2, tx, old.into_iter().flatten().flatten().collect()).await?;
                federation::links::profile_written(&app2, tx, &row, true).await?;
                Ok(surface::profile_changed(&app2, tx, &row).await?)
            })
        })
        .await
}

/// The lines of a profile as they are kept: pronouns first, under the label that others know them by.
fn lines(change: &ProfileChange) -> Vec<(String, String)> {
    let line = |(name, value): &(String, String)| (name.trim().to_owned(), value.trim().to_owned());
    let pronouns = (PRONOUNS[0].to_owned(), change.pronouns.trim().to_owned());
    let others = change.fields.iter().map(line).filter(|(name, value)| !name.is_empty() && !value.is_empty());
    let first = Some(pronouns).filter(|(_, said)| !said.is_empty());
    first.into_iter().chain(others.take(limits::FIELDS)).collect()
}

/// What people elsewhere write before their pronouns: a line of a profile like any other.
const PRONOUNS: [&str; 6] = ["Pronouns", "Pronoun", "Pronomen", "Pronoms", "Pronombres", "Pronomi"];

/// Whether a line of a profile says how to speak of its owner.
pub fn is_pronouns(label: &str, said: &str) -> bool {
    let label = label.trim().trim_end_matches(':').trim_end();
    let short = !said.trim().is_empty() && said.chars().count() <= limits::PRONOUNS && !said.contains("://");
    short && PRONOUNS.iter().any(|known| known.to_lowercase() == label.to_lowercase())
}

/// How to speak of somebody; empty where she does not say.
pub fn pronouns(row: &account::Model) -> String {
    let fields: Vec<(String, String)> = serde_json::from_str(&row.fields).unwrap_or_default();
    let read = |(label, value): (String, String)| {
        let said = if row.domain.is_empty() { value } else { to_plain_text(&value) };
        is_pronouns(&label, &said).then(|| said.trim().to_owned())
    };
    fields.into_iter().find_map(read).unwrap_or_default()
}

/// The language that what somebody writes is in, unless she says otherwise.
pub async fn choose_language(app: &App, account_id: i64, language: String) -> Result<(), Refusal> {
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(accounts::set_language(tx, account_id, &language).await?) })
        })
        .await
}

/// Whether home shows posts with pictures only.
pub async fn choose_home(app: &App, account_id: i64, pictures: bool) -> Result<(), Refusal> {
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(accounts::set_home_pictures(tx, account_id, pictures).await?) })
        })
        .await
}

fn too_long(field: &'static str, what: &str, text: &str, most: usize) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length <= most {
        return Ok(());
    }
    Err(Refusal::invalid(field, format!("{what} has {length} characters; {most} are possible.")))
}

fn check_username(name: &str) -> Result<String, Refusal> {
    let name = name.trim().trim_start_matches('@').to_lowercase();
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if name.is_empty() || name.len() > 30 || !plain {
        return Err(Refusal::invalid("username", "A user name has 1 to 30 letters (a–z), digits or underscores."));
    }
    if RESERVED.contains(&name.as_str()) {
        return Err(Refusal::invalid(
            "username",
            format!("@{name} is kept for the server itself. Choose another name."),
        ));
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

/// The row of an account, local or remote, as written in a path: `ada` or `bob@elsewhere.example`.
pub async fn by_acct(app: &App, acct: &str) -> Result<account::Model, Refusal> {
    let (name, domain) = acct.split_once('@').unwrap_or((acct, ""));
    let domain = domain.to_lowercase();
    if domain.is_empty() || domain == app.handle_domain() {
        return local(app, name).await;
    }
    let row = store::accounts::by_handle(&app.db.read, name, &domain).await?;
    row.filter(|a| a.deleted_at.is_none() && a.suspended == 0).ok_or(Refusal::Missing)
}

/// The row of an account as [`by_acct`], suspended or not.
pub async fn known(app: &App, acct: &str) -> Result<account::Model, Refusal> {
    let (name, domain) = acct.split_once('@').unwrap_or((acct, ""));
    let domain = Some(domain.to_lowercase()).filter(|domain| *domain != app.handle_domain()).unwrap_or_default();
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

/// People in a list, in this order: without those who are gone or of servers that are kept out, and those
/// between whom and the reader there is a block.
pub async fn listed(app: &App, reader: Reader, ids: &[i64]) -> Result<Vec<account::Model>, Refusal> {
    let db = &app.db.read;
    let mut rows = accounts::by_ids(db, ids.iter().copied()).await?;
    rows.retain(|_, row| row.deleted_at.is_none() && row.suspended == 0);
    let out = policies::kept_out_of(db, rows.values()).await?;
    let blocks = match reader {
        Some(reader) => policies::between(db, reader, ids).await?,
        None => Vec::new(),
    };
    let apart: HashSet<i64> =
        blocks.iter().flat_map(|b| [b.account_id, b.target_id]).filter(|id| Some(*id) != reader).collect();
    Ok(ids.iter().filter(|id| !out.contains(id) && !apart.contains(id)).filter_map(|id| rows.remove(id)).collect())
}

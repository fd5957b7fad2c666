//! Whose a key is, and keys of our own people beside the one that signs.

use super::profile;
use super::say::{self, Said, say as tell};
use super::urls::Urls;
use crate::activitypub::KeyId;
use crate::activitypub::render::activity as render;
use crate::activitypub::signature::{GeneratedKey, PublicKey, generate_ed25519};
use crate::activitypub::vocab::Actor;
use crate::app::{App, KnownKey};
use crate::entity::{account, actor_key};
use crate::secrets::SecretError;
use crate::service::{Refusal, accounts as local};
use crate::store::{accounts, keys, relations};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Everybody known here who lists this key: kept in memory, because each delivery asks.
pub async fn known(app: &App, id: &KeyId) -> Result<Arc<Vec<KnownKey>>, Refusal> {
    if let Some(known) = app.known_keys.get(id.as_str()) {
        return Ok(known);
    }
    let rows = keys::owners(&app.db.read, id.as_str()).await?;
    let known = Arc::new(rows.into_iter().filter_map(|(row, text)| as_known(row, &text)).collect::<Vec<_>>());
    if !known.is_empty() {
        app.known_keys.insert(id.as_str().to_owned(), known.clone());
    }
    Ok(known)
}

fn as_known(row: account::Model, text: &str) -> Option<KnownKey> {
    let heard = row.suspended == 0 && row.deleted_at.is_none();
    let key = PublicKey::read(text).ok()?;
    Some(KnownKey { account: row.id, uri: row.uri?, domain: row.domain, heard, key })
}

/// The keys an actor lists beside its RSA key, as rows.
pub fn others(app: &App, actor: &Actor, account_id: i64) -> Vec<actor_key::Model> {
    let row = |key: &crate::activitypub::vocab::ActorKey| actor_key::Model {
        id: app.id(),
        account_id,
        kind: keys::OTHER.to_owned(),
        key_id: Some(key.id.as_str().to_owned()),
        public_key: key.text.clone(),
        private_key: None,
        activity_id: None,
        created_at: app.now(),
    };
    actor.other_keys().map(row).collect()
}

/// An RSA key for somebody here.
pub async fn new_rsa(app: &App) -> Result<GeneratedKey, Refusal> {
    let make = app.make_rsa.clone();
    tokio::task::spawn_blocking(move || make()).await.map_err(Refusal::broken)?.map_err(Refusal::broken)
}

/// An Ed25519 key for somebody here.
pub fn new_ed25519(app: &App, account_id: i64) -> Result<actor_key::Model, Refusal> {
    let key = generate_ed25519().map_err(Refusal::broken)?;
    own(app, account_id, keys::ED25519, key.public_pem, app.secrets.seal(&key.private_pkcs8_der))
}

fn own(
    app: &App,
    account_id: i64,
    kind: &str,
    public_key: String,
    sealed: Result<Vec<u8>, SecretError>,
) -> Result<actor_key::Model, Refusal> {
    Ok(actor_key::Model {
        id: app.id(),
        account_id,
        kind: kind.to_owned(),
        key_id: None,
        public_key,
        private_key: Some(sealed?),
        activity_id: None,
        created_at: app.now(),
    })
}

/// Everybody here has an Ed25519 key; those from before there were any get theirs.
pub async fn ensure_ed25519(app: &App) -> Result<(), Refusal> {
    loop {
        let without = keys::without_ed25519(&app.db.read, 100).await?;
        if without.is_empty() {
            return Ok(());
        }
        let rows = without.into_iter().map(|id| new_ed25519(app, id)).collect::<Result<Vec<_>, _>>()?;
        app.db
            .write_quietly(move |tx| {
                Box::pin(async move {
                    for row in rows {
                        if keys::ed25519(tx, row.account_id).await?.is_none() {
                            keys::add(tx, row).await?;
                        }
                    }
                    Ok::<_, Refusal>(())
                })
            })
            .await?;
    }
}

/// Gives somebody here a new RSA key. Everybody who may know the old one is told in an Update that the
/// old one signs; from now on her document holds the new one, and never both: several peers read one
/// key only. Returns how many inboxes are told.
pub async fn rotate(app: &App, name: &str) -> Result<usize, Refusal> {
    let row = local::local(app, name).await?;
    let made = new_rsa(app).await?;
    let sealed = app.secrets.seal(&made.private_pkcs8_der)?;
    let activity = app.id();
    let old = (row.public_key.clone().unwrap_or_default(), row.private_key.clone().ok_or(Refusal::Missing)?);
    let mut retired = own(app, row.id, keys::RETIRED, old.0, Ok(old.1))?;
    retired.activity_id = Some(activity);
    let mut next = row.clone();
    next.public_key = Some(made.public_pem.clone());
    let said = match Urls::of(app) {
        Some(urls) => Some(Said {
            id: activity,
            account_id: row.id,
            public: true,
            body: render::update_actor(
                &urls.activity(activity),
                &urls.actor(row.id),
                profile::document(app, &urls, &next).await?,
            ),
        }),
        None => None,
    };
    let inboxes = who_knows(app, row.id).await?;
    let told = inboxes.len();
    let (app2, id) = (app.clone(), row.id);
    app.db
        .write(move |tx| {
            Box::pin(async move {
                keys::add(tx, retired).await?;
                keys::set_rsa(tx, id, &made.public_pem, sealed).await?;
                match said {
                    Some(said) => tell(&app2, tx, said, inboxes).await,
                    None => Ok(()),
                }
            })
        })
        .await?;
    app.keys.invalidate(&row.id);
    Ok(told)
}

/// Inboxes of those who have somebody's key: her followers' servers, and those of whom she follows.
async fn who_knows(app: &App, id: i64) -> Result<BTreeSet<String>, Refusal> {
    let followers = relations::follower_inboxes(&app.db.read, id).await?;
    let mut inboxes: BTreeSet<String> = followers.into_iter().map(|(_, inbox)| inbox).collect();
    let mut cursor = crate::store::Cursor::first(200);
    loop {
        let page = relations::following(&app.db.read, id, cursor).await?;
        let Some(last) = page.last() else { return Ok(inboxes) };
        cursor.before = last.id;
        for person in accounts::by_ids(&app.db.read, page.iter().map(|follow| follow.target_id)).await?.values() {
            inboxes.extend(person.shared_inbox.clone().map_or_else(|| say::to_one(person), |one| [one].into()));
        }
    }
}

/// What is remembered of these keys counts no more.
pub fn forget<'a>(app: &App, ids: impl IntoIterator<Item = &'a str>) {
    for id in ids {
        app.known_keys.invalidate(id);
    }
}

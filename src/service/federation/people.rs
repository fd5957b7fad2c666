//! Accounts of other servers: fetched, confirmed, kept up to date.

use super::fetch::{self, Budget};
use super::urls::Urls;
use super::{emoji, keys, links};
use crate::activitypub::vocab::{Actor, Collection};
use crate::activitypub::webfinger::{self, Handle, Jrd};
use crate::activitypub::{RemoteId, html};
use crate::app::App;
use crate::clock::DAY;
use crate::entity::account;
use crate::service::work::{self, Work};
use crate::service::{Refusal, limits};
use crate::store::{accounts, keys as stored_keys, policies};
use serde_json::Value;
use url::Url;

/// An actor is asked again after so long, when something about it matters.
const FRESH: i64 = DAY;

/// The account of this id, fetched when it is not known or old.
pub async fn by_id(app: &App, id: &RemoteId, budget: &Budget) -> Result<account::Model, Refusal> {
    let known = known(app, id).await?;
    if let Some(row) = &known
        && row.fetched_at.is_some_and(|at| app.now() - at < FRESH)
    {
        return Ok(row.clone());
    }
    match (refresh(app, id, budget).await, known) {
        (Ok(row), _) => Ok(row),
        // Known but not reachable just now: what is known stands.
        (Err(_), Some(row)) => Ok(row),
        (Err(refusal), None) => Err(refusal),
    }
}

/// The account of this id, if it is known here.
pub async fn known(app: &App, id: &RemoteId) -> Result<Option<account::Model>, Refusal> {
    Ok(accounts::by_uri(&app.db.read, id.as_str()).await?)
}

/// Fetches an actor and writes down what it says.
pub async fn refresh(app: &App, id: &RemoteId, budget: &Budget) -> Result<account::Model, Refusal> {
    if Urls::of(app).is_none_or(|urls| urls.is_ours(id.as_str())) {
        return Err(Refusal::Missing);
    }
    let document = fetch::document(app, id, None, budget).await?;
    read(app, id, &document, budget).await
}

/// Writes down what an actor's document says, which was fetched from the actor's id.
pub async fn read(app: &App, id: &RemoteId, document: &Value, budget: &Budget) -> Result<account::Model, Refusal> {
    if Urls::of(app).is_none_or(|urls| urls.is_ours(id.as_str())) {
        return Err(Refusal::Missing);
    }
    let actor = Actor::read(document).map_err(|error| {
        tracing::debug!(%error, %id, "no usable actor");
        Refusal::Missing
    })?;
    let handle = handle_of(app, &actor, budget).await?;
    write(app, actor, handle).await
}

/// The handle an actor is shown under: the one WebFinger confirms, else its name on its own host.
async fn handle_of(app: &App, actor: &Actor, budget: &Budget) -> Result<Handle, Refusal> {
    let own = Handle { user: actor.preferred_username.clone(), host: actor.id.host().to_owned() };
    let said = actor.webfinger.as_deref().and_then(Handle::parse).unwrap_or_else(|| own.clone());
    if let Some(row) = known(app, &actor.id).await?
        && row.username == said.user
        && row.domain == said.host
    {
        return Ok(said);
    }
    if let Ok(jrd) = ask_webfinger(app, &said, budget).await
        && jrd.actor == actor.id
    {
        if jrd.subject.host == said.host {
            return Ok(jrd.subject);
        }
        // Another handle: believed only if its own host says the same.
        if let Ok(second) = ask_webfinger(app, &jrd.subject, budget).await
            && second.actor == actor.id
            && second.subject == jrd.subject
        {
            return Ok(second.subject);
        }
    }
    let taken = accounts::by_handle(&app.db.read, &own.user, &own.host).await?;
    if taken.is_some_and(|row| row.uri.as_deref() != Some(actor.id.as_str())) { Err(Refusal::Missing) } else { Ok(own) }
}

/// Asks a host who a handle is.
pub async fn ask_webfinger(app: &App, handle: &Handle, budget: &Budget) -> Result<Jrd, Refusal> {
    let Some(urls) = Urls::of(app) else { return Err(Refusal::Missing) };
    let ours = handle.host == urls.host() || handle.host == urls.handle_domain();
    if ours || policies::domain_blocked(&app.db.read, &handle.host).await? {
        return Err(Refusal::Missing);
    }
    let address =
        format!("https://{}/.well-known/webfinger?resource=acct:{}@{}", handle.host, handle.user, handle.host);
    let url = Url::parse(&address).map_err(|_| Refusal::Missing)?;
    let key = url.to_string();
    fetch::failed_lately(app, &key)?;
    budget.take()?;
    let answer = app.door.get_webfinger(&url).await.ok().filter(|d| d.status.is_success());
    let found = answer.and_then(|document| webfinger::read_jrd(&document.body).ok());
    found.ok_or_else(|| {
        fetch::failed(app, &key, true);
        Refusal::Missing
    })
}

/// Writes an actor's row, new or changed. Only for documents that came from the actor itself.
pub async fn write(app: &App, actor: Actor, handle: Handle) -> Result<account::Model, Refusal> {
    let known = known(app, &actor.id).await?;
    if known.as_ref().is_some_and(|k| k.deleted_at.is_some()) {
        return Err(Refusal::Gone);
    }
    let mut row = row_of(app, known.clone(), &actor, handle);
    let others = keys::others(app, &actor, row.id);
    let listed: Vec<_> = actor.public_keys.iter().map(|key| key.id.as_str().to_owned()).collect();
    let before = known.as_ref().and_then(|k| k.key_id.clone());
    let changed = known.as_ref().is_none_or(|k| k.fields != row.fields);
    let used = actor.emoji.clone();
    let pictures = known
        .is_none_or(|k| k.avatar_url != row.avatar_url || k.header_url != row.header_url || k.remote_posts.is_none());
    if pictures {
        row.pictures_asked_at = row.updated_at;
    }
    let (app2, saved) = (app.clone(), row);
    let (written, gone) = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                if accounts::by_id(tx, saved.id).await?.is_some() {
                    accounts::save(tx, saved.clone()).await?;
                } else if !accounts::insert_if_new(tx, saved.clone()).await? {
                    // Somebody else met it first, or the handle moved to a new actor.
                    let other = accounts::by_uri(tx, saved.uri.as_deref().unwrap_or_default()).await?;
                    return other.map(|row| (row, Vec::new())).ok_or(Refusal::Missing);
                }
                let gone = stored_keys::replace(tx, saved.id, others).await?;
                emoji::hear(&app2, tx, &saved.domain, &used).await?;
                links::profile_written(&app2, tx, &saved, changed).await?;
                if pictures {
                    let key = format!("pictures:{}", saved.id);
                    let work = Work::FetchPictures { account: saved.id, host: saved.domain.clone() };
                    work::queue_once(&app2, tx, work, key, 0).await?;
                }
                Ok((saved, gone))
            })
        })
        .await?;
    keys::forget(app, listed.iter().chain(&before).chain(&gone).map(String::as_str));
    Ok(written)
}

fn row_of(app: &App, known: Option<account::Model>, actor: &Actor, handle: Handle) -> account::Model {
    let now = app.now();
    let text = |id: &Option<RemoteId>| id.as_ref().map(|i| i.as_str().to_owned());
    let fields: Vec<(&str, &str)> =
        actor.fields.iter().map(|f| (f.name.as_str(), f.value.as_str())).take(limits::FIELDS * 4).collect();
    let key = actor.public_key();
    let old = known.as_ref();
    account::Model {
        id: old.map_or_else(|| app.id(), |k| k.id),
        username_key: accounts::fold(&handle.user),
        username: handle.user,
        domain: handle.host,
        name: actor.name.clone(),
        bio: html::sanitize(&actor.summary).into_string(),
        fields: serde_json::to_string(&fields).unwrap_or_else(|_| "[]".to_owned()),
        kind: actor.kind.as_str().to_owned(),
        locked: i32::from(actor.locked),
        discoverable: i32::from(actor.discoverable),
        indexable: i32::from(actor.indexable),
        suspended: i32::from(actor.suspended),
        avatar_key: old.and_then(|k| k.avatar_key.clone()),
        header_key: old.and_then(|k| k.header_key.clone()),
        avatar_url: actor.icon_url.clone(),
        header_url: actor.image_url.clone(),
        featured_albums: 0,
        uri: Some(actor.id.as_str().to_owned()),
        url: actor.url.clone(),
        inbox: Some(actor.inbox.as_str().to_owned()),
        shared_inbox: text(&actor.shared_inbox),
        outbox_url: text(&actor.outbox),
        followers_url: text(&actor.followers),
        following_url: text(&actor.following),
        featured_url: text(&actor.featured),
        key_id: key.map(|k| k.id.as_str().to_owned()),
        public_key: key.map(|k| k.text.clone()),
        private_key: None,
        remote_posts: old.and_then(|k| k.remote_posts),
        remote_followers: old.and_then(|k| k.remote_followers),
        remote_following: old.and_then(|k| k.remote_following),
        fetched_at: Some(now),
        created_at: old.map_or_else(|| actor.published.unwrap_or(now).min(now), |k| k.created_at),
        updated_at: now,
        deleted_at: None,
        moved_to: text(&actor.moved_to),
        moved_at: old.and_then(|k| k.moved_at),
        aliases: list_of(&actor.also_known_as),
        attribution_domains: "[]".to_owned(),
        featured_tags: old.map_or_else(|| "[]".to_owned(), |k| k.featured_tags.clone()),
        replies_from: "everyone".to_owned(),
        quotes_from: "nobody".to_owned(),
        says_blocks: 0,
        pictures_seen_at: old.map_or(0, |k| k.pictures_seen_at),
        pictures_asked_at: old.map_or(0, |k| k.pictures_asked_at),
        hide_collections: 0,
        avatar_alt: String::new(),
        header_alt: String::new(),
    }
}

fn list_of(ids: &[RemoteId]) -> String {
    let ids: Vec<&str> = ids.iter().map(RemoteId::as_str).collect();
    serde_json::to_string(&ids).unwrap_or_else(|_| "[]".to_owned())
}

/// The totals an actor's collections claim: posts, followers, following.
pub async fn totals(app: &App, row: &account::Model, budget: &Budget) -> [Option<i64>; 3] {
    let mut found = [None; 3];
    for (slot, address) in found.iter_mut().zip([&row.outbox_url, &row.followers_url, &row.following_url]) {
        *slot = total(app, address.as_deref(), budget).await;
    }
    found
}

/// How many a collection claims to hold.
pub async fn total(app: &App, address: Option<&str>, budget: &Budget) -> Option<i64> {
    let id = RemoteId::parse(address?).ok()?;
    let value = fetch::document(app, &id, None, budget).await.ok()?;
    Collection::read(&value).ok()?.total_items.map(|n| n.clamp(0, i64::from(i32::MAX)))
}

//! Receiving: who signed, whether it counts, and into the queue. Nothing below looks at who claims to
//! act again: there is a signer, and the actor is the signer.

use super::fetch::{self, Budget};
use super::urls::Urls;
use super::{carried, keys, people, sync};
use crate::activitypub::signature::{ParsedSignature, PublicKey, Request, SignatureError, verify};
use crate::activitypub::vocab::{self, Activity, ActivityKind, KeyDocument};
use crate::activitypub::{KeyId, RemoteId, is_inbox_content_type};
use crate::app::{App, Failure, KnownKey};
use crate::clock::MINUTE;
use crate::entity::marker;
use crate::service::Refusal;
use crate::service::moderation::is_kept_out;
use crate::service::work::{self, Queue, Work};
use crate::store::intake::Heard;
use crate::store::{jobs, markers, relations};
use bytes::Bytes;
use http::{HeaderMap, Method};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A body longer than this is read off the threads that serve.
const LONG: usize = 32 * 1024;
/// What waits is counted again after so long.
const COUNTED: i64 = 5_000;
/// A key that did not fit is asked for again after so long.
const KEY_AGAIN: i64 = 10 * MINUTE;

/// A request as it came.
pub struct Received {
    pub method: Method,
    /// Path with its query.
    pub path_and_query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Why a delivery was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Rejected {
    /// Not what an inbox takes.
    #[error("the content type is not one of ActivityPub's")]
    WrongType,
    /// No activity.
    #[error("the body is no activity: {0}")]
    Malformed(String),
    /// Not signed, or not well.
    #[error("the signature does not count: {0}")]
    Unsigned(String),
    /// The server is kept out.
    #[error("not taken from this server")]
    KeptOut,
    /// Too much waits already.
    #[error("too many activities wait to be understood")]
    Full,
    /// It broke here, or the signer's server could not be reached; to be sent again.
    #[error("could not be handled now")]
    Later(#[source] Refusal),
}

impl From<Refusal> for Rejected {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Missing | Refusal::Gone => Self::Unsigned("the key cannot be had".to_owned()),
            other => Self::Later(other),
        }
    }
}

impl From<sea_orm::DbErr> for Rejected {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Later(error.into())
    }
}

/// Takes a delivery: after `Ok` it is in the queue, durable, or of no interest.
pub async fn receive(app: &App, received: Received) -> Result<(), Rejected> {
    let content_type = received.headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !is_inbox_content_type(content_type) {
        return Err(Rejected::WrongType);
    }
    let received = Arc::new(received);
    let activity = read(received.body.clone()).await?;
    if is_kept_out(app, activity.actor.host()).await? {
        return Err(Rejected::KeptOut);
    }
    // Most of what a new server hears: people it never heard of are gone or changed.
    if activity.is_about_self() && people::known(app, &activity.actor).await?.is_none() {
        return Ok(());
    }
    if !has_room(app).await? {
        return Err(Rejected::Full);
    }
    let parsed = ParsedSignature::from_headers(&received.headers).map_err(unsigned)?;
    if parsed.key_id().host() != activity.actor.host() {
        return carried::receive(app, &received, &parsed, &activity).await;
    }
    if matches!(activity.kind, ActivityKind::Other(_)) {
        return of_no_interest(app, &received, &parsed, &activity.actor).await;
    }
    let signer = signer_of(app, &received, &parsed, &activity.actor).await?;
    if parsed.covers(sync::HEADER.as_str()) {
        sync::hear(app, signer, &received.headers).await?;
    }
    remember(app, signer, activity, &received.body).await
}

/// Whether more may wait. Counted by whoever comes after a while; the others go by what was counted.
async fn has_room(app: &App) -> Result<bool, Refusal> {
    let (now, backlog) = (app.now(), &app.backlog);
    let counted = backlog.counted.load(Ordering::Relaxed);
    let mine = now - counted >= COUNTED
        && backlog.counted.compare_exchange(counted, now, Ordering::Relaxed, Ordering::Relaxed).is_ok();
    if mine {
        let waiting = jobs::count(&app.db.read, Queue::Incoming.as_str()).await?;
        backlog.full.store(waiting > backlog.most.load(Ordering::Relaxed), Ordering::Relaxed);
    }
    Ok(!backlog.full.load(Ordering::Relaxed))
}

async fn read(body: Bytes) -> Result<Activity, Rejected> {
    let short = body.len() <= LONG;
    let reading = move || {
        let value = vocab::parse(&body).map_err(|e| Rejected::Malformed(e.to_string()))?;
        Activity::read(&value).map_err(|e| Rejected::Malformed(e.to_string()))
    };
    if short { reading() } else { off_thread(reading).await? }
}

/// What is not understood leads to no request: its signature is checked where the key is known here.
async fn of_no_interest(
    app: &App,
    received: &Arc<Received>,
    parsed: &ParsedSignature,
    actor: &RemoteId,
) -> Result<(), Rejected> {
    match keys::known(app, parsed.key_id()).await?.iter().find(|key| key.uri == actor.as_str()) {
        Some(known) => check(app, received, parsed, &known.key).await.map_err(unsigned),
        None => Ok(()),
    }
}

/// Verifies the signature and that its key is the actor's. Gives the actor's account.
async fn signer_of(
    app: &App,
    received: &Arc<Received>,
    parsed: &ParsedSignature,
    actor: &RemoteId,
) -> Result<i64, Rejected> {
    let key_id = parsed.key_id();
    let budget = Budget::key();
    let (mut known, fetched_now) = match hers(app, key_id, actor).await? {
        Some(known) => (known, false),
        None => {
            let turn = app.asking.get_with(key_id.as_str().to_owned(), Default::default);
            let _turn = turn.lock().await;
            match hers(app, key_id, actor).await? {
                Some(known) => (known, false),
                None => (owned_by(app, key_id, actor, &budget).await?, true),
            }
        }
    };
    if let Err(error) = check(app, received, parsed, &known.key).await {
        // The key may have changed since it was fetched; asked once in a while, not at every try.
        let asked = format!("key:{}", key_id.as_str());
        if !matches!(error, SignatureError::Mismatch) || fetched_now || fetch::failed_lately(app, &asked).is_err() {
            return Err(unsigned(error));
        }
        app.unreachable.insert(asked, Failure { for_good: true, until: app.now() + KEY_AGAIN });
        people::refresh(app, actor, &budget).await?;
        known = hers(app, key_id, actor).await?.ok_or_else(not_listed)?;
        check(app, received, parsed, &known.key).await.map_err(unsigned)?;
    }
    let elsewhere = known.domain != actor.host();
    if !known.heard || (elsewhere && is_kept_out(app, &known.domain).await?) {
        return Err(Rejected::KeptOut);
    }
    Ok(known.account)
}

pub(super) fn unsigned(error: SignatureError) -> Rejected {
    if error.is_malformed() { Rejected::Malformed(error.to_string()) } else { Rejected::Unsigned(error.to_string()) }
}

fn not_listed() -> Rejected {
    Rejected::Unsigned("the key's owner does not list it".to_owned())
}

/// The key as the actor lists it, if that is known here. A key that stands in somebody else's own
/// document is hers, whoever else lists it.
async fn hers(app: &App, key_id: &KeyId, actor: &RemoteId) -> Result<Option<KnownKey>, Rejected> {
    let known = keys::known(app, key_id).await?;
    if let Some(key) = known.iter().find(|key| key.uri == actor.as_str()) {
        return Ok(Some(key.clone()));
    }
    let document = key_id.document();
    if known.iter().any(|key| key.uri == document.as_str()) {
        return Err(Rejected::Unsigned("the key belongs to somebody else than the actor".to_owned()));
    }
    Ok(None)
}

/// Checks a signature, on a thread that serves nobody meanwhile.
pub(super) async fn check(
    app: &App,
    received: &Arc<Received>,
    parsed: &ParsedSignature,
    key: &PublicKey,
) -> Result<(), SignatureError> {
    let own = Urls::of(app).map(|urls| urls.host().to_owned()).unwrap_or_default();
    let (received, parsed, key, now) = (received.clone(), parsed.clone(), key.clone(), app.clock.system());
    let _place = app.checking.acquire().await;
    off_thread(move || {
        let request = Request {
            method: &received.method,
            path_and_query: &received.path_and_query,
            headers: &received.headers,
            body: (received.method == Method::POST).then_some(&received.body[..]),
            own_hosts: &[&own],
        };
        verify(&parsed, &request, &key, now)
    })
    .await
    .unwrap_or(Err(SignatureError::Mismatch))
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.map_err(Refusal::broken)
}

/// Whose key this is: the key's document names the actor, and the actor's own document lists the key.
async fn owned_by(app: &App, key_id: &KeyId, actor: &RemoteId, budget: &Budget) -> Result<KnownKey, Rejected> {
    let document = fetch::key_document(app, &key_id.document(), budget).await?;
    let found = KeyDocument::read(&document, key_id).map_err(|e| Rejected::Unsigned(e.to_string()))?;
    if found.key.owner != *actor {
        return Err(Rejected::Unsigned("the key belongs to somebody else than the actor".to_owned()));
    }
    // Most keys stand in the owner's own document, which need not be asked for twice.
    if key_id.document() == *actor && document["id"] == actor.as_str() {
        people::read(app, actor, &document, budget).await?;
    } else {
        people::refresh(app, actor, budget).await?;
    }
    hers(app, key_id, actor).await?.ok_or_else(not_listed)
}

/// Into the queue, once for each activity. A Follow may be asked again: its answer may have been lost.
async fn remember(app: &App, signer: i64, activity: Activity, body: &Bytes) -> Result<(), Rejected> {
    let body = String::from_utf8(body.to_vec()).map_err(|_| Rejected::Malformed("not UTF-8".to_owned()))?;
    // Some servers give each Follow, and each end of it, the same id every time; those handlers can run again.
    let again = matches!(
        activity.kind,
        ActivityKind::Follow
            | ActivityKind::Undo
            | ActivityKind::Block
            | ActivityKind::Accept
            | ActivityKind::Reject
            | ActivityKind::QuoteRequest
    );
    let once = activity.id.filter(|_| !again).map(|id| marker::Model {
        uri: id.as_str().to_owned(),
        kind: markers::SEEN.to_owned(),
        actor: activity.actor.as_str().to_owned(),
        created_at: app.now(),
    });
    let job = work::row(app, Work::Incoming { signer, body });
    app.db.hear(Heard { once, job }).await.map_err(|error| Rejected::Later(error.into()))
}

/// Who signed a GET. Only people already known count: nobody makes this server fetch by asking for
/// something.
pub async fn reader(app: &App, received: Received) -> Result<Option<i64>, Refusal> {
    let Ok(parsed) = ParsedSignature::from_headers(&received.headers) else { return Ok(None) };
    if is_kept_out(app, parsed.key_id().host()).await? {
        return Err(Refusal::Forbidden("kept out".to_owned()));
    }
    let received = Arc::new(received);
    for known in keys::known(app, parsed.key_id()).await?.iter().filter(|known| known.heard) {
        if check(app, &received, &parsed, &known.key).await.is_ok() {
            return Ok(Some(known.account));
        }
    }
    Ok(None)
}

/// The server that signed a GET about a person's followers there. Its key is fetched when it is not
/// known, but only for a server that has such followers.
pub async fn asking_host(app: &App, received: Received, target: i64) -> Result<Option<String>, Refusal> {
    let Ok(parsed) = ParsedSignature::from_headers(&received.headers) else { return Ok(None) };
    let key_id = parsed.key_id().clone();
    let start = format!("https://{}/", key_id.host());
    if is_kept_out(app, key_id.host()).await?
        || relations::follower_ids_at(&app.db.read, target, &start, 1).await?.is_empty()
    {
        return Ok(None);
    }
    let mut known: Vec<KnownKey> = keys::known(app, &key_id).await?.iter().cloned().collect();
    if known.is_empty() {
        match whose(app, &key_id).await {
            Ok(key) => known.push(key),
            Err(Rejected::Later(refusal)) => return Err(refusal),
            Err(_) => return Ok(None),
        }
    }
    let received = Arc::new(received);
    for key in known.iter().filter(|key| key.heard) {
        if check(app, &received, &parsed, &key.key).await.is_ok() {
            return Ok(Some(key_id.host().to_owned()));
        }
    }
    Ok(None)
}

/// The key and whoever its document says it belongs to, on the same server.
async fn whose(app: &App, key_id: &KeyId) -> Result<KnownKey, Rejected> {
    let budget = Budget::key();
    let document = fetch::key_document(app, &key_id.document(), &budget).await?;
    let found = KeyDocument::read(&document, key_id).map_err(|e| Rejected::Unsigned(e.to_string()))?;
    if found.key.owner.host() != key_id.host() {
        return Err(not_listed());
    }
    owned_by(app, key_id, &found.key.owner, &budget).await
}

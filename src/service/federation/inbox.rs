//! Receiving: who signed, whether it counts, and into the queue. Nothing below looks at who claims to
//! act again: there is a signer, and the actor is the signer.

use super::fetch::{self, Budget};
use super::urls::Urls;
use super::{people, sync};
use crate::activitypub::signature::{ParsedSignature, PublicKey, SignatureError, verify};
use crate::activitypub::vocab::{self, Activity, ActivityKind, KeyDocument};
use crate::activitypub::{KeyId, RemoteId, is_inbox_content_type};
use crate::app::App;
use crate::entity::account;
use crate::service::Refusal;
use crate::service::work::{Work, queue};
use crate::store::{accounts, markers, policies, relations};
use bytes::Bytes;
use http::{HeaderMap, Method};

/// A request as it came.
pub struct Received<'a> {
    pub method: &'a Method,
    /// Path with its query.
    pub path_and_query: &'a str,
    pub headers: &'a HeaderMap,
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
pub async fn receive(app: &App, received: Received<'_>) -> Result<(), Rejected> {
    let content_type = received.headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !is_inbox_content_type(content_type) {
        return Err(Rejected::WrongType);
    }
    let value = vocab::parse(&received.body).map_err(|e| Rejected::Malformed(e.to_string()))?;
    let activity = Activity::read(&value).map_err(|e| Rejected::Malformed(e.to_string()))?;
    if policies::domain_blocked(&app.db.read, activity.actor.host()).await? {
        return Err(Rejected::KeptOut);
    }
    // Most of what a new server hears: people it never heard of are gone or changed.
    if activity.is_about_self() && people::known(app, &activity.actor).await?.is_none() {
        return Ok(());
    }
    if matches!(activity.kind, ActivityKind::Other(_)) {
        return of_no_interest(app, &received, &activity).await;
    }
    let signer = signer_of(app, &received, &activity.actor).await?;
    sync::hear(app, &signer, received.headers).await?;
    remember(app, signer, activity, received.body).await
}

/// What is not understood leads to no request: its signature is checked where the key is known here.
async fn of_no_interest(app: &App, received: &Received<'_>, activity: &Activity) -> Result<(), Rejected> {
    let parsed = ParsedSignature::from_headers(received.headers).map_err(unsigned)?;
    if parsed.key_id().host() != activity.actor.host() {
        return Err(Rejected::Unsigned("the key is of another server than the actor".to_owned()));
    }
    match accounts::by_key_id(&app.db.read, parsed.key_id().as_str()).await? {
        Some(signer) => check(app, received, &parsed, &signer).map_err(unsigned),
        None => Ok(()),
    }
}

/// Verifies the signature and that its key is the actor's.
async fn signer_of(app: &App, received: &Received<'_>, actor: &RemoteId) -> Result<account::Model, Rejected> {
    let parsed = ParsedSignature::from_headers(received.headers).map_err(unsigned)?;
    let key_id = parsed.key_id().clone();
    if key_id.host() != actor.host() {
        return Err(Rejected::Unsigned("the key is of another server than the actor".to_owned()));
    }
    let budget = Budget::activity();
    let known = accounts::by_key_id(&app.db.read, key_id.as_str()).await?;
    let fetched_now = known.is_none();
    let mut signer = match known {
        Some(row) => row,
        None => {
            let turn = app.asking.get_with(key_id.as_str().to_owned(), Default::default);
            let _turn = turn.lock().await;
            match accounts::by_key_id(&app.db.read, key_id.as_str()).await? {
                Some(row) => row,
                None => owner_of(app, &key_id, &budget).await?,
            }
        }
    };
    if signer.uri.as_deref() != Some(actor.as_str()) {
        return Err(Rejected::Unsigned("the key belongs to somebody else than the actor".to_owned()));
    }
    if let Err(error) = check(app, received, &parsed, &signer) {
        // The key may have changed since it was fetched; asked once in a while, not at every try.
        let asked = format!("key:{}", key_id.as_str());
        let may_ask =
            matches!(error, SignatureError::Mismatch) && !fetched_now && !app.unreachable.contains_key(&asked);
        if !may_ask {
            return Err(unsigned(error));
        }
        app.unreachable.insert(asked, true);
        signer = people::refresh(app, actor, &budget).await?;
        check(app, received, &parsed, &signer).map_err(unsigned)?;
    }
    if signer.suspended != 0 || signer.deleted_at.is_some() || policies::kept_out(&app.db.read, &signer).await? {
        return Err(Rejected::KeptOut);
    }
    Ok(signer)
}

fn unsigned(error: SignatureError) -> Rejected {
    if error.is_malformed() { Rejected::Malformed(error.to_string()) } else { Rejected::Unsigned(error.to_string()) }
}

fn check(
    app: &App,
    received: &Received<'_>,
    parsed: &ParsedSignature,
    signer: &account::Model,
) -> Result<(), SignatureError> {
    let own: Vec<String> = Urls::of(app).map(|u| u.host().to_owned()).into_iter().collect();
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let key =
        PublicKey::from_pem(signer.public_key.as_deref().unwrap_or_default()).map_err(|_| SignatureError::Mismatch)?;
    let request = crate::activitypub::signature::Request {
        method: received.method,
        path_and_query: received.path_and_query,
        headers: received.headers,
        body: (received.method == Method::POST).then_some(&received.body[..]),
        own_hosts: &own,
    };
    verify(parsed, &request, &key, app.clock.system())
}

/// Whose key this is: the key's document names an owner, and the owner's own document lists the key.
async fn owner_of(app: &App, key_id: &KeyId, budget: &Budget) -> Result<account::Model, Rejected> {
    let document = fetch::key_document(app, &key_id.document(), budget).await?;
    let found = KeyDocument::read(&document, key_id).map_err(|e| Rejected::Unsigned(e.to_string()))?;
    let owner = &found.key.owner;
    // Most keys stand in the owner's own document, which need not be asked for twice.
    let is_owners = key_id.document() == *owner && document["id"] == owner.as_str();
    let owner = match is_owners {
        true => people::read(app, owner, &document, budget).await?,
        false => people::refresh(app, owner, budget).await?,
    };
    if owner.key_id.as_deref() == Some(key_id.as_str()) {
        Ok(owner)
    } else {
        Err(Rejected::Unsigned("the key's owner does not list it".to_owned()))
    }
}

/// Into the queue, once for each activity. A Follow may be asked again: its answer may have been lost.
async fn remember(app: &App, signer: account::Model, activity: Activity, body: Bytes) -> Result<(), Rejected> {
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
    let once = activity.id.filter(|_| !again);
    let app2 = app.clone();
    let now = app.now();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if let Some(id) = once
                    && !markers::put(tx, id.as_str(), markers::SEEN, activity.actor.as_str(), now).await?
                {
                    return Ok(());
                }
                crate::fault::point("before an activity is queued");
                queue(&app2, tx, Work::Incoming { signer: signer.id, body }).await?;
                Ok::<_, Refusal>(())
            })
        })
        .await
        .map_err(Rejected::Later)
}

/// Who signed a GET. Only people already known count: nobody makes this server fetch by asking for
/// something.
pub async fn reader(app: &App, received: &Received<'_>) -> Result<Option<i64>, Refusal> {
    let Ok(parsed) = ParsedSignature::from_headers(received.headers) else { return Ok(None) };
    if policies::domain_blocked(&app.db.read, parsed.key_id().host()).await? {
        return Err(Refusal::Forbidden("kept out".to_owned()));
    }
    let Some(signer) = accounts::by_key_id(&app.db.read, parsed.key_id().as_str()).await? else { return Ok(None) };
    let counts = check(app, received, &parsed, &signer).is_ok() && signer.suspended == 0 && signer.deleted_at.is_none();
    Ok(counts.then_some(signer.id))
}

/// The server that signed a GET about a person's followers there. Its key is fetched when it is not
/// known, but only for a server that has such followers.
pub async fn asking_host(app: &App, received: &Received<'_>, target: i64) -> Result<Option<String>, Refusal> {
    let Ok(parsed) = ParsedSignature::from_headers(received.headers) else { return Ok(None) };
    let key_id = parsed.key_id().clone();
    let start = format!("https://{}/", key_id.host());
    if policies::domain_blocked(&app.db.read, key_id.host()).await?
        || relations::follower_ids_at(&app.db.read, target, &start, 1).await?.is_empty()
    {
        return Ok(None);
    }
    let signer = match accounts::by_key_id(&app.db.read, key_id.as_str()).await? {
        Some(row) => row,
        None => match owner_of(app, &key_id, &Budget::activity()).await {
            Ok(row) => row,
            Err(Rejected::Later(refusal)) => return Err(refusal),
            Err(_) => return Ok(None),
        },
    };
    let counts = check(app, received, &parsed, &signer).is_ok() && signer.suspended == 0 && signer.deleted_at.is_none();
    Ok(counts.then(|| key_id.host().to_owned()))
}

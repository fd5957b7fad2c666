//! Documents of other servers, fetched through the guarded door and believed only for ids of the
//! origin they came from.

use super::{knock, signer};
use crate::activitypub::vocab;
use crate::activitypub::{RemoteId, is_activity_content_type};
use crate::app::{App, Failure};
use crate::clock::{MINUTE, Millis};
use crate::net::DoorError;
use crate::service::Refusal;
use crate::service::accounts::INSTANCE;
use crate::store::policies;
use http::StatusCode;
use serde_json::Value;
use std::sync::atomic::{AtomicU32, Ordering};
use url::Url;

/// Requests one incoming activity may cause, finding its signer's key included.
pub const PER_ACTIVITY: u32 = 20;
/// Those of them that are for the key: its document, its owner, and the owner's handle.
pub const PER_KEY: u32 = 5;
/// Requests one thing a person does may cause; also one filling of a profile.
pub const PER_PERSON: u32 = 50;
/// What was not to be had is not asked for again for so long.
pub const FAILED: Millis = 10 * MINUTE;
/// A host that could not even be connected to is left alone for so long.
pub const UNREACHABLE: Millis = MINUTE;

/// How many requests one trigger may still cause.
pub struct Budget(AtomicU32);

impl Budget {
    /// For finding out who signed an incoming activity.
    pub fn key() -> Self {
        Self(AtomicU32::new(PER_KEY))
    }

    /// For one incoming activity whose signer is known.
    pub fn activity() -> Self {
        Self(AtomicU32::new(PER_ACTIVITY - PER_KEY))
    }

    /// For one thing a signed-in person does.
    pub fn person() -> Self {
        Self(AtomicU32::new(PER_PERSON))
    }

    /// So many.
    pub fn of(requests: u32) -> Self {
        Self(AtomicU32::new(requests))
    }

    /// None is left.
    pub fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    /// Takes one, if one is left.
    pub fn take(&self) -> Result<(), Refusal> {
        let left = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
        left.map(drop).map_err(|_| Refusal::Missing)
    }
}

/// The document with this very id. Signed by the instance actor, or by `reader` for what only a
/// follower may fetch. What is not there, wrong, or of another origin is [`Refusal::Missing`].
pub async fn document(app: &App, id: &RemoteId, reader: Option<i64>, budget: &Budget) -> Result<Value, Refusal> {
    let (value, found) = fetch(app, id, reader, budget).await?;
    if found.as_ref() == Some(id) {
        return Ok(value);
    }
    // A page's address leads to the document's own id, on the same server; one more step settles it.
    let real = found.filter(|f| f.same_origin(id)).ok_or(Refusal::Missing)?;
    let (value, again) = fetch(app, &real, reader, budget).await?;
    if again.as_ref() == Some(&real) { Ok(value) } else { Err(Refusal::Missing) }
}

/// A document and the id it gives itself.
async fn fetch(
    app: &App,
    id: &RemoteId,
    reader: Option<i64>,
    budget: &Budget,
) -> Result<(Value, Option<RemoteId>), Refusal> {
    let (value, url) = ask(app, id, reader, budget).await?;
    let own = value.get("id").and_then(Value::as_str).and_then(|text| RemoteId::parse(text).ok());
    let same_origin = own.as_ref().is_some_and(|own| url.host_str() == Some(own.host()));
    if same_origin { Ok((value, own)) } else { Err(Refusal::Missing) }
}

/// What a key's id leads to: an actor, or a document of the key alone.
pub async fn key_document(app: &App, id: &RemoteId, budget: &Budget) -> Result<Value, Refusal> {
    ask(app, id, None, budget).await.map(|(value, _)| value)
}

/// A list at an address its owner signed, which need not name itself.
pub async fn unnamed(app: &App, address: &RemoteId, budget: &Budget) -> Result<Value, Refusal> {
    ask(app, address, None, budget).await.map(|(value, _)| value)
}

/// Whether an address, or the host of one, failed lately.
pub fn failed_lately(app: &App, address: &str) -> Result<(), Refusal> {
    match app.unreachable.get(address).filter(|failure| failure.until > app.now()) {
        None => Ok(()),
        Some(Failure { for_good: true, .. }) => Err(Refusal::Missing),
        Some(_) => Err(Refusal::broken(format!("{address} could not be reached a moment ago"))),
    }
}

/// Remembers that an address was not to be had.
pub fn failed(app: &App, address: &str, for_good: bool) {
    app.unreachable.insert(address.to_owned(), Failure { for_good, until: app.now() + FAILED });
}

/// Under which a host stands among the failures.
fn whole(host: &str) -> String {
    format!("host:{host}")
}

/// Whether its origin says that something is not there any more.
pub async fn is_gone(app: &App, id: &RemoteId, budget: &Budget) -> Result<bool, Refusal> {
    if policies::domain_blocked(&app.db.read, id.host()).await? {
        return Ok(false);
    }
    budget.take()?;
    let url = id.to_url().ok_or(Refusal::Missing)?;
    let signer = signer::of(app, INSTANCE).await?;
    let document = knock::get(app, &url, &signer).await.map_err(Refusal::broken)?;
    let tombstone = || vocab::parse(&document.body).is_ok_and(|value| value["type"] == "Tombstone");
    Ok(matches!(document.status, StatusCode::NOT_FOUND | StatusCode::GONE)
        || (document.status.is_success() && document.url.host_str() == Some(id.host()) && tombstone()))
}

/// Asks once, unless it failed lately. What answers is JSON of ActivityPub's content types.
async fn ask(app: &App, id: &RemoteId, reader: Option<i64>, budget: &Budget) -> Result<(Value, Url), Refusal> {
    let address = id.as_str();
    failed_lately(app, address)?;
    failed_lately(app, &whole(id.host()))?;
    if policies::domain_blocked(&app.db.read, id.host()).await? {
        return Err(Refusal::Missing);
    }
    budget.take()?;
    let asked = request(app, id, reader).await;
    if let Err(refusal) = &asked {
        tracing::debug!(%address, why = %refusal, "a document was not to be had");
        failed(app, address, !matches!(refusal, Refusal::Broken(_)));
    }
    asked
}

async fn request(app: &App, id: &RemoteId, reader: Option<i64>) -> Result<(Value, Url), Refusal> {
    let url = id.to_url().ok_or(Refusal::Missing)?;
    let signer = signer::of(app, reader.unwrap_or(INSTANCE)).await?;
    let answer = knock::get(app, &url, &signer).await;
    if let Err(DoorError::Connection { .. } | DoorError::TimedOut { .. } | DoorError::Lookup { .. }) = &answer {
        let failure = Failure { for_good: false, until: app.now() + UNREACHABLE };
        app.unreachable.insert(whole(id.host()), failure);
    }
    let document = answer.map_err(|e| if e.is_permanent() { Refusal::Missing } else { Refusal::broken(e) })?;
    if document.status.is_server_error() || document.status == StatusCode::TOO_MANY_REQUESTS {
        return Err(Refusal::broken(format!("{} answered {}", id.host(), document.status)));
    }
    let typed = document.content_type.as_deref().is_some_and(is_activity_content_type);
    match document.status {
        StatusCode::GONE => Err(Refusal::Gone),
        status if !status.is_success() || !typed || document.url.host_str() != Some(id.host()) => Err(Refusal::Missing),
        _ => vocab::parse(&document.body).map(|value| (value, document.url)).map_err(|_| Refusal::Missing),
    }
}

//! What one server passes on for another: relays, and servers that forward answers to the followers of
//! whoever was answered. The signature says who passed it on, nothing else; what is true is asked at
//! the origin.

use super::fetch::{self, Budget};
use super::inbox::{Received, Rejected, check, unsigned};
use super::{keys, note, relays};
use crate::activitypub::RemoteId;
use crate::activitypub::signature::ParsedSignature;
use crate::activitypub::vocab::{Activity, ActivityKind};
use crate::app::{App, KnownKey};
use crate::service::Refusal;
use crate::service::moderation::is_kept_out;
use crate::service::work::{self, Work};
use crate::store::intake::Heard;
use crate::store::{accounts, posts};
use std::sync::Arc;

/// Takes what is signed by a key of another server than the actor's: news of a post, passed on by a
/// relay of ours, or by anybody known here when it belongs to a conversation known here.
pub async fn receive(
    app: &App,
    received: &Arc<Received>,
    parsed: &ParsedSignature,
    activity: &Activity,
) -> Result<(), Rejected> {
    let refused = || Rejected::Unsigned("the key is of another server than the actor".to_owned());
    let gone = match activity.kind {
        ActivityKind::Create | ActivityKind::Update => false,
        ActivityKind::Delete => true,
        _ => return Err(refused()),
    };
    let object = activity.object.remote_id().filter(|id| id.same_origin(&activity.actor)).ok_or_else(refused)?;
    if is_kept_out(app, parsed.key_id().host()).await? {
        return Err(Rejected::KeptOut);
    }
    for known in keys::known(app, parsed.key_id()).await?.iter().filter(|known| known.heard) {
        if counts(app, known, activity, &object).await? {
            check(app, received, parsed, &known.key).await.map_err(unsigned)?;
            let job = work::carried(app, Work::Carried { object: object.as_str().to_owned(), gone });
            return app.db.hear(Heard { once: None, job }).await.map_err(|error| Rejected::Later(error.into()));
        }
    }
    Err(refused())
}

/// Whether anybody here cares enough to ask the origin.
async fn counts(app: &App, known: &KnownKey, activity: &Activity, object: &RemoteId) -> Result<bool, Refusal> {
    if relays::joined(app, &known.uri).await?.is_some() || posts::by_uri(&app.db.read, object.as_str()).await?.is_some()
    {
        return Ok(true);
    }
    let parent = activity.object.value().and_then(|value| value.get("inReplyTo")).and_then(|id| id.as_str());
    match parent {
        Some(parent) if activity.kind != ActivityKind::Delete => note::is_known(app, parent).await,
        _ => Ok(false),
    }
}

/// Asks the origin, and believes it.
pub async fn handle(app: &App, object: &str, gone: bool) -> Result<(), Refusal> {
    let Ok(id) = RemoteId::parse(object) else { return Ok(()) };
    let budget = Budget::activity();
    let asked = if gone { hear_gone(app, &id, &budget).await } else { note::from_origin(app, &id, &budget).await };
    match asked {
        Err(later @ (Refusal::Broken(_) | Refusal::Busy | Refusal::Full)) => Err(later),
        _ => Ok(()),
    }
}

async fn hear_gone(app: &App, id: &RemoteId, budget: &Budget) -> Result<(), Refusal> {
    let Some(row) = posts::by_uri(&app.db.read, id.as_str()).await?.filter(|row| row.deleted_at.is_none()) else {
        return Ok(());
    };
    let author = accounts::by_id(&app.db.read, row.account_id).await?.ok_or(Refusal::Missing)?;
    if fetch::is_gone(app, id, budget).await? { note::hear_delete(app, &author, id).await } else { Ok(()) }
}

//! An inbox answers 410: its people are asked for, twice an hour apart, before anybody is taken for
//! gone. An answer given by mistake must not cost anybody her followers.

use super::{knock, signer};
use crate::activitypub::RemoteId;
use crate::app::App;
use crate::clock::{HOUR, Millis};
use crate::entity::account;
use crate::service::Refusal;
use crate::service::accounts::INSTANCE;
use crate::service::work::{self, Work};
use crate::store::{accounts, inboxes, relations};
use http::StatusCode;
use sea_orm::ConnectionTrait;

/// The second look comes so long after the first.
pub const BETWEEN: Millis = HOUR;
/// People of one inbox looked for.
pub const PEOPLE: u64 = 50;

/// An inbox said that it is gone: its people are looked for.
pub async fn look(app: &App, tx: &impl ConnectionTrait, inbox_id: i64) -> Result<(), Refusal> {
    let work = Work::LookForGone { inbox: inbox_id, seen: Vec::new() };
    Ok(work::queue_once(app, tx, work, format!("gone:{inbox_id}"), 0).await.map(drop)?)
}

/// Looks for the followers behind an inbox. `seen` were gone an hour ago: those who are gone still
/// follow nobody any more.
pub async fn check(app: &App, inbox_id: i64, seen: &[i64]) -> Result<(), Refusal> {
    let Some(inbox) = inboxes::by_id(&app.db.read, inbox_id).await? else { return Ok(()) };
    let people = accounts::followers_behind(&app.db.read, &inbox.url, PEOPLE).await?;
    let second = !seen.is_empty();
    let mut gone = Vec::new();
    for person in people.into_iter().filter(|p| !second || seen.contains(&p.id)) {
        if is_gone(app, &person).await? {
            gone.push(person.id);
        }
    }
    if gone.is_empty() {
        return Ok(());
    }
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if !second {
                    let work = Work::LookForGone { inbox: inbox_id, seen: gone };
                    work::queue_once(&app2, tx, work, format!("gone-still:{inbox_id}"), BETWEEN).await?;
                    return Ok(());
                }
                for id in gone {
                    tracing::info!(account = id, "a follower is gone: her actor said so twice");
                    relations::remove_follower(tx, id).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Whether the actor itself says so. A server that does not answer says nothing.
async fn is_gone(app: &App, person: &account::Model) -> Result<bool, Refusal> {
    let url = person.uri.as_deref().and_then(|uri| RemoteId::parse(uri).ok()).and_then(|id| id.to_url());
    let Some(url) = url else { return Ok(false) };
    let signer = signer::of(app, INSTANCE).await?;
    match knock::get(app, &url, &signer).await {
        Ok(document) => Ok(document.status == StatusCode::GONE),
        Err(error) => {
            tracing::debug!(%error, "an actor could not be asked whether it is gone");
            Ok(false)
        }
    }
}

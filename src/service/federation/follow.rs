//! Follows, their answers, and their ends, said and heard.

use super::say::{self, Said, say as tell};
use super::urls::{Named, Urls};
use crate::activitypub::render::activity::{self as render, ReceivedFollow};
use crate::activitypub::vocab::Activity;
use crate::app::App;
use crate::entity::{account, follow};
use crate::service::{Refusal, following, surface};
use crate::store::{accounts, hidden_servers, markers, notifications, policies, relations};
use sea_orm::ConnectionTrait;

/// A person of this server asks to follow somebody elsewhere.
pub async fn say(
    app: &App,
    tx: &impl ConnectionTrait,
    row: &follow::Model,
    follower: &account::Model,
    target: &account::Model,
) -> Result<(), Refusal> {
    let (urls, Some(target_id)) = (say::urls(app)?, &target.uri) else { return Ok(()) };
    let body = render::follow(&urls.activity(row.id), &urls.actor(follower.id), target_id);
    tell(app, tx, Said { id: row.id, account_id: follower.id, public: false, body }, say::to_one(target)).await
}

/// She stops following, or takes the request back. Of somebody elsewhere it is only remembered: her own
/// server says so.
pub async fn unsay(
    app: &App,
    tx: &impl ConnectionTrait,
    row: &follow::Model,
    follower: &account::Model,
    target: &account::Model,
) -> Result<(), Refusal> {
    has_ended(app, tx, row, follower).await?;
    let (Some(urls), Some(target_id)) = (Urls::of(app).filter(|_| follower.domain.is_empty()), &target.uri) else {
        return Ok(());
    };
    let body = render::follow(&urls.activity(row.id), &urls.actor(follower.id), target_id);
    let id = app.id();
    let body = render::undo(&urls.activity(id), body);
    tell(app, tx, Said { id, account_id: follower.id, public: false, body }, say::to_one(target)).await
}

/// The follow as it was asked for, to be carried along in the answer.
fn received(
    urls: &Urls,
    row: &follow::Model,
    follower: &account::Model,
    target: &account::Model,
) -> Option<ReceivedFollow> {
    let follower = follower.uri.clone()?;
    // A request whose id is not known is named by the two it is about.
    let id = row.uri.clone().unwrap_or_else(|| format!("{follower}#follow-{}", row.id));
    Some(ReceivedFollow { id, follower, followed: urls.actor(target.id) })
}

/// Yes, to somebody elsewhere. Goes to her own inbox, with the Follow inside.
pub async fn accept(
    app: &App,
    tx: &impl ConnectionTrait,
    row: &follow::Model,
    follower: &account::Model,
    target: &account::Model,
) -> Result<(), Refusal> {
    answer(app, tx, row, follower, target, render::accept).await
}

/// No, or: no longer.
pub async fn reject(
    app: &App,
    tx: &impl ConnectionTrait,
    row: &follow::Model,
    follower: &account::Model,
    target: &account::Model,
) -> Result<(), Refusal> {
    has_ended(app, tx, row, follower).await?;
    answer(app, tx, row, follower, target, render::reject).await
}

/// Some servers give the follow of one person by another the same id for good. Once it has ended, a
/// later Undo of it is no news, and must not stand in the way of the next Follow.
async fn has_ended(
    app: &App,
    tx: &impl ConnectionTrait,
    row: &follow::Model,
    follower: &account::Model,
) -> Result<(), Refusal> {
    if let (Some(uri), Some(who)) = (&row.uri, &follower.uri) {
        markers::put(tx, uri, markers::ENDED, who, app.now()).await?;
    }
    Ok(())
}

async fn answer(
    app: &App,
    tx: &impl ConnectionTrait,
    row: &follow::Model,
    follower: &account::Model,
    target: &account::Model,
    form: fn(&str, &ReceivedFollow) -> serde_json::Value,
) -> Result<(), Refusal> {
    let Some(urls) = Urls::of(app).filter(|_| target.domain.is_empty()) else { return Ok(()) };
    let Some(asked) = received(&urls, row, follower, target) else { return Ok(()) };
    let id = app.id();
    let body = form(&urls.activity(id), &asked);
    tell(app, tx, Said { id, account_id: target.id, public: false, body }, say::to_one(follower)).await
}

/// Somebody elsewhere wants to follow a person of this server. Asked again, she is answered again:
/// the first answer may have been lost.
pub async fn hear(app: &App, signer: &account::Model, activity: &Activity) -> Result<(), Refusal> {
    let target = local_target(app, activity).await?;
    let asked = activity.id.as_ref().map(|id| id.as_str().to_owned());
    let blocked = target.moved_to.is_some()
        || !policies::between(&app.db.read, target.id, &[signer.id]).await?.is_empty()
        || hidden_servers::hides(&app.db.read, target.id, &signer.domain).await?;
    let row = follow::Model {
        state: if target.locked != 0 { relations::PENDING } else { relations::ACCEPTED }.to_owned(),
        uri: asked.clone(),
        ..relations::row(app.id(), signer.id, target.id, app.now())
    };
    let (app2, signer) = (app.clone(), signer.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if blocked {
                    return reject(&app2, tx, &row, &signer, &target).await;
                }
                let made = relations::insert(tx, row.clone()).await?;
                let Some(mut row) = relations::get(tx, signer.id, target.id).await? else {
                    return Err(Refusal::Missing);
                };
                if !made && asked.is_some() {
                    relations::set(tx, row.id, &row.state, asked.clone()).await?;
                    row.uri = asked;
                }
                let in_force = row.state == relations::ACCEPTED;
                if made {
                    surface::follow_appeared(&app2, tx, &row, in_force).await?;
                }
                if in_force { accept(&app2, tx, &row, &signer, &target).await } else { Ok(()) }
            })
        })
        .await
}

/// The person of this server that an activity is about.
pub(super) async fn local_target(app: &App, activity: &Activity) -> Result<account::Model, Refusal> {
    let urls = say::urls(app)?;
    let address = activity.object.id().ok_or(Refusal::Missing)?;
    let Some(Named::Actor(id)) = urls.parse(address.as_str()) else { return Err(Refusal::Missing) };
    let row =
        accounts::by_id(&app.db.read, id).await?.filter(|a| a.id > 0 && a.domain.is_empty() && a.deleted_at.is_none());
    row.ok_or(Refusal::Missing)
}

/// Somebody elsewhere no longer follows; false when she did not.
pub async fn hear_undo(
    app: &App,
    signer: &account::Model,
    undone: Option<&Activity>,
    uri: Option<&str>,
) -> Result<bool, Refusal> {
    let by_uri = match uri {
        Some(uri) => relations::by_uri(&app.db.read, uri).await?.filter(|f| f.follower_id == signer.id),
        None => None,
    };
    let target_id = match (undone, by_uri) {
        (Some(follow), _) => local_target(app, follow).await?.id,
        (None, Some(row)) => row.target_id,
        (None, None) => return Ok(false),
    };
    let (app2, follower) = (app.clone(), signer.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let ended = relations::remove(tx, follower.id, target_id).await?;
                notifications::forget(tx, target_id, surface::kind::FOLLOW, follower.id, 0).await?;
                notifications::forget(tx, target_id, surface::kind::FOLLOW_REQUEST, follower.id, 0).await?;
                if let Some(row) = &ended {
                    has_ended(&app2, tx, row, &follower).await?;
                }
                Ok(ended.is_some())
            })
        })
        .await
}

/// Our follow that an answer is about: the signer must be the one we asked.
async fn ours(app: &App, signer: &account::Model, activity: &Activity) -> Result<Option<follow::Model>, Refusal> {
    let urls = say::urls(app)?;
    let inner = activity.object.activity();
    let mut follower = inner.and_then(|f| match urls.parse(f.actor.as_str()) {
        Some(Named::Actor(id)) => Some(id),
        _ => None,
    });
    if let Some(Named::Activity(id)) = activity.object.id().and_then(|id| urls.parse(id.as_str()))
        && let Some(row) = relations::by_id(&app.db.read, id).await?
    {
        follower = Some(row.follower_id);
    }
    match follower {
        Some(id) => Ok(relations::get(&app.db.read, id, signer.id).await?),
        None => Ok(None),
    }
}

/// She says yes.
pub async fn hear_accept(app: &App, signer: &account::Model, activity: &Activity) -> Result<(), Refusal> {
    match ours(app, signer, activity).await?.filter(|r| r.state == relations::PENDING) {
        Some(row) => following::accepted(app, row, signer).await,
        None => Ok(()),
    }
}

/// She takes her yes back: the follow waits for an answer again.
pub async fn hear_undo_accept(app: &App, signer: &account::Model, accept: &Activity) -> Result<(), Refusal> {
    let Some(row) = ours(app, signer, accept).await?.filter(|r| r.state == relations::ACCEPTED) else {
        return Ok(());
    };
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                relations::set(tx, row.id, relations::PENDING, None).await?;
                Ok(surface::home_without(tx, row.follower_id, row.target_id).await.map(drop)?)
            })
        })
        .await
}

/// She says no, or ends it.
pub async fn hear_reject(app: &App, signer: &account::Model, activity: &Activity) -> Result<(), Refusal> {
    match ours(app, signer, activity).await? {
        Some(row) => following::ended(app, row.follower_id, row.target_id).await,
        None => Ok(()),
    }
}

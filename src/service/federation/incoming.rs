//! What an activity of another server means. Its signature was good; the signer is the actor.

use super::fetch::Budget;
use super::{announce, block, featured, flag, follow, hosts, like, moving, note, profile, quote, relays};
use crate::activitypub::vocab::{self, Activity, ActivityKind};
use crate::app::App;
use crate::entity::account;
use crate::service::{Refusal, reacting};
use crate::store::{accounts, markers, posts, reactions};

/// Handles one activity. What concerns nobody here, or is not the signer's to say, changes nothing.
pub async fn handle(app: &App, signer_id: i64, body: &[u8]) -> Result<(), Refusal> {
    let value = vocab::parse(body).map_err(Refusal::broken)?;
    let Ok(activity) = Activity::read(&value) else { return Ok(()) };
    let Some(signer) =
        accounts::by_id(&app.db.read, signer_id).await?.filter(|a| a.deleted_at.is_none() && a.suspended == 0)
    else {
        return Ok(());
    };
    if signer.uri.as_deref() != Some(activity.actor.as_str()) {
        return Ok(());
    }
    hosts::heard(app, activity.actor.host()).await?;
    match act(app, &signer, &activity).await {
        Err(
            refused @ (Refusal::Missing
            | Refusal::Gone
            | Refusal::Forbidden(_)
            | Refusal::Invalid { .. }
            | Refusal::Conflict(_)),
        ) => {
            tracing::debug!(kind = ?activity.kind, why = %refused, "an activity changed nothing");
            Ok(())
        }
        other => other,
    }
}

async fn act(app: &App, signer: &account::Model, activity: &Activity) -> Result<(), Refusal> {
    let budget = Budget::activity();
    if undone_before(app, activity).await? {
        return Ok(());
    }
    if heard_of_relay(app, signer, activity, &budget).await? {
        return Ok(());
    }
    match &activity.kind {
        ActivityKind::Follow => follow::hear(app, signer, activity).await,
        ActivityKind::Accept => follow::hear_accept(app, signer, activity).await,
        ActivityKind::Reject => follow::hear_reject(app, signer, activity).await,
        ActivityKind::Undo => undo(app, signer, activity).await,
        ActivityKind::Like => like::hear(app, signer, activity).await,
        ActivityKind::Announce => announce::hear(app, signer, activity, &budget).await,
        ActivityKind::Create => note::hear_create(app, signer, activity, &budget).await,
        ActivityKind::Update if activity.is_about_self() => profile::hear_update(app, signer, activity, &budget).await,
        ActivityKind::Update => note::hear_update(app, signer, activity, &budget).await,
        ActivityKind::Delete => delete(app, signer, activity).await,
        ActivityKind::Block => block::hear(app, signer, activity).await,
        ActivityKind::Move => moving::hear(app, signer, activity, &budget).await,
        ActivityKind::Add => featured::hear(app, signer, activity, &budget, true).await,
        ActivityKind::Remove => featured::hear(app, signer, activity, &budget, false).await,
        ActivityKind::QuoteRequest => quote::hear_request(app, signer, activity, &budget).await,
        ActivityKind::Flag => flag::hear(app, signer, activity).await,
        ActivityKind::Other(_) => Ok(()),
    }
}

/// What relays say means something else than what people say.
async fn heard_of_relay(
    app: &App,
    signer: &account::Model,
    activity: &Activity,
    budget: &Budget,
) -> Result<bool, Refusal> {
    match &activity.kind {
        ActivityKind::Accept => relays::hear_answer(app, signer, activity, true).await,
        ActivityKind::Reject => relays::hear_answer(app, signer, activity, false).await,
        ActivityKind::Follow => relays::hear_follow(app, signer, activity).await,
        ActivityKind::Announce if relays::joined(app, activity.actor.as_str()).await?.is_some() => {
            relays::hear_announce(app, activity, budget).await.map(|()| true)
        }
        _ => Ok(false),
    }
}

/// An Undo may come before what it undoes.
async fn undone_before(app: &App, activity: &Activity) -> Result<bool, Refusal> {
    let Some(id) = &activity.id else { return Ok(false) };
    marked(app, id.as_str(), markers::UNDONE, activity).await
}

/// Whether the activity's own actor has set this marker.
async fn marked(app: &App, uri: &str, kind: &str, activity: &Activity) -> Result<bool, Refusal> {
    Ok(markers::get(&app.db.read, uri, kind).await?.is_some_and(|who| who == activity.actor.as_str()))
}

async fn delete(app: &App, signer: &account::Model, activity: &Activity) -> Result<(), Refusal> {
    if activity.is_about_self() {
        return profile::hear_delete(app, signer).await;
    }
    let Some(object) = activity.object.remote_id().filter(|id| id.same_origin(&activity.actor)) else { return Ok(()) };
    note::hear_delete(app, signer, &object).await
}

/// Takes back what the signer herself did. Found by what it is about first, then by its id: not all
/// servers repeat the id they gave.
async fn undo(app: &App, signer: &account::Model, activity: &Activity) -> Result<(), Refusal> {
    let inner = activity.object.activity();
    if inner.as_ref().is_some_and(|i| i.actor != activity.actor) {
        return Ok(());
    }
    let uri = activity.object.id().map(|id| id.as_str().to_owned());
    let found = match inner.as_ref().map(|i| &i.kind) {
        Some(ActivityKind::Follow) => follow::hear_undo(app, signer, inner.as_ref(), uri.as_deref()).await?,
        Some(ActivityKind::Block) => match &inner {
            Some(undone) => block::hear_undo(app, signer, undone).await.map(|()| true)?,
            None => true,
        },
        Some(ActivityKind::Accept) => match &inner {
            Some(accept) => follow::hear_undo_accept(app, signer, accept).await.map(|()| true)?,
            None => true,
        },
        Some(ActivityKind::Like | ActivityKind::Announce) => {
            undo_reaction(app, signer, inner.as_ref(), uri.as_deref()).await?
        }
        Some(_) => true,
        None => {
            follow::hear_undo(app, signer, None, uri.as_deref()).await?
                || undo_reaction(app, signer, None, uri.as_deref()).await?
        }
    };
    // It came before what it undoes. Not set otherwise: some servers use one id again and again.
    let own = activity.object.id().is_some_and(|id| id.host() == activity.actor.host());
    if let Some(uri) = uri.filter(|_| own && !found)
        && !marked(app, &uri, markers::ENDED, activity).await?
    {
        let (actor, now) = (activity.actor.as_str().to_owned(), app.now());
        app.db
            .write_quietly(move |tx| {
                Box::pin(async move {
                    Ok::<_, Refusal>(markers::put(tx, &uri, markers::UNDONE, &actor, now).await.map(drop)?)
                })
            })
            .await?;
    }
    Ok(())
}

/// True when something was taken back.
async fn undo_reaction(
    app: &App,
    signer: &account::Model,
    inner: Option<&Activity>,
    uri: Option<&str>,
) -> Result<bool, Refusal> {
    let about = match inner {
        Some(inner) => note::known(app, &inner.object).await?.map(|p| p.id),
        None => None,
    };
    let mut found = false;
    let is = |kind: ActivityKind| inner.is_none_or(|i| i.kind == kind);
    if is(ActivityKind::Like) {
        let named = match uri {
            Some(uri) => reactions::like_by_uri(&app.db.read, uri)
                .await?
                .filter(|l| l.account_id == signer.id)
                .map(|l| l.post_id),
            None => None,
        };
        if let Some(post) = about.or(named) {
            found |= reacting::unlike(app, signer.id, post).await?;
        }
    }
    if is(ActivityKind::Announce) {
        let named = match uri {
            Some(uri) => reactions::boost_by_uri(&app.db.read, uri)
                .await?
                .filter(|b| b.account_id == signer.id)
                .map(|b| b.post_id),
            None => None,
        };
        if let Some(post) = about.or(named)
            && posts::by_id(&app.db.read, post).await?.is_some()
        {
            found |= reacting::unboost(app, signer.id, post).await?;
        }
    }
    Ok(found)
}

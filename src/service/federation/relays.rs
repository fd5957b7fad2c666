//! Relays: servers that pass public posts on to others. The server's own actor follows them, signs
//! for them and hears them; nothing they carry is believed, everything is fetched from its origin.

use super::fetch::Budget;
use super::say::{self, Said, say as tell};
use super::urls::{Named, Urls};
use super::{note, people};
use crate::activitypub::render::activity::{self as render, ReceivedFollow};
use crate::activitypub::vocab::Activity;
use crate::activitypub::{PUBLIC, RemoteId};
use crate::app::App;
use crate::entity::{account, activity, post, relay};
use crate::service::accounts::INSTANCE;
use crate::service::work::What;
use crate::service::{Refusal, visibility};
use crate::store::{policies, posts, relays};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use std::collections::BTreeSet;

/// Asks a relay to be let in. The address of an inbox is a relay in Mastodon's style, which is asked to
/// pass on everything public; any other address is an actor to be followed, as LitePub has it.
pub async fn add(app: &App, address: &str) -> Result<relay::Model, Refusal> {
    let urls = Urls::of(app).ok_or_else(|| {
        Refusal::Forbidden("This server has no public address yet, so it cannot join a relay.".to_owned())
    })?;
    let invalid = |why: &str| Refusal::invalid("address", format!("{address} {why}"));
    let id = RemoteId::parse(address)
        .map_err(|_| invalid("is no address such as https://relay.example/inbox or https://relay.example/actor."))?;
    if urls.is_ours(id.as_str()) || policies::domain_blocked(&app.db.read, id.host()).await? {
        return Err(invalid("is this server itself, or one that is kept out."));
    }
    let (kind, inbox, actor) = if address.ends_with("/inbox") {
        (relays::MASTODON, address.to_owned(), None)
    } else {
        let found = people::by_id(app, &id, &Budget::person()).await;
        let actor = found.map_err(|_| invalid("does not answer with an actor."))?;
        (relays::LITEPUB, actor.inbox.clone().unwrap_or_default(), actor.uri)
    };
    let row = relay::Model {
        id: app.id(),
        kind: kind.to_owned(),
        address: address.to_owned(),
        inbox,
        actor,
        state: relays::ASKED.to_owned(),
        created_at: app.now(),
    };
    let (app2, made) = (app.clone(), row.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if !relays::insert(tx, row.clone()).await? {
                    return Err(Refusal::Conflict(format!("{} was added before.", row.address)));
                }
                tell(&app2, tx, said(row.id, follow_of(&urls, &row)), [row.inbox.clone()].into()).await
            })
        })
        .await?;
    Ok(made)
}

/// Leaves a relay; false when it was never joined.
pub async fn remove(app: &App, address: &str) -> Result<bool, Refusal> {
    let Some(row) = relays::by_address(&app.db.read, address).await? else { return Ok(false) };
    let (urls, app2) = (say::urls(app)?, app.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                relays::remove(tx, row.id).await?;
                let id = app2.id();
                let undo = render::undo(&urls.activity(id), follow_of(&urls, &row));
                tell(&app2, tx, said(id, undo), [row.inbox].into()).await?;
                Ok(true)
            })
        })
        .await
}

fn follow_of(urls: &Urls, row: &relay::Model) -> Value {
    let object = if row.kind == relays::MASTODON { PUBLIC } else { row.actor.as_deref().unwrap_or(&row.address) };
    render::follow(&urls.activity(row.id), &urls.actor(INSTANCE), object)
}

fn said(id: i64, body: Value) -> Said {
    Said { id, account_id: INSTANCE, public: true, body }
}

/// A relay answers; false when the answer is about something else. Only the actor that was asked
/// answers, or, of a relay known by its inbox alone, one of the same server.
pub async fn hear_answer(app: &App, signer: &account::Model, activity: &Activity, yes: bool) -> Result<bool, Refusal> {
    let urls = say::urls(app)?;
    let named = activity.object.id().and_then(|id| urls.parse(id.as_str()));
    let Some(Named::Activity(id)) = named else { return Ok(false) };
    let Some(row) = relays::by_id(&app.db.read, id).await? else { return Ok(false) };
    let own = |address: &str| RemoteId::parse(address).is_ok_and(|id| id.host() == activity.actor.host());
    let asked = match &row.actor {
        Some(actor) => *actor == activity.actor.as_str(),
        None => own(&row.inbox),
    };
    if asked {
        let state = if yes { relays::ACCEPTED } else { relays::REFUSED };
        let actor = signer.uri.clone().unwrap_or_default();
        app.db
            .write(move |tx| Box::pin(async move { Ok::<_, Refusal>(relays::set(tx, id, state, &actor).await?) }))
            .await?;
    }
    Ok(true)
}

/// A relay follows back, so as to be told of our posts; false when the Follow is anything else.
pub async fn hear_follow(app: &App, signer: &account::Model, activity: &Activity) -> Result<bool, Refusal> {
    let urls = say::urls(app)?;
    let ours = activity.object.id().is_some_and(|id| id.as_str() == urls.actor(INSTANCE));
    if !ours || joined(app, signer.uri.as_deref().unwrap_or_default()).await?.is_none() {
        return Ok(false);
    }
    let asked = ReceivedFollow {
        id: activity.id.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default(),
        follower: activity.actor.as_str().to_owned(),
        followed: urls.actor(INSTANCE),
    };
    let id = app.id();
    let (said, inbox, app2) = (said(id, render::accept(&urls.activity(id), &asked)), say::to_one(signer), app.clone());
    app.db.write(move |tx| Box::pin(async move { tell(&app2, tx, said, inbox).await })).await?;
    Ok(true)
}

/// The relay this actor is, if it let us in.
pub async fn joined(app: &App, actor: &str) -> Result<Option<relay::Model>, Refusal> {
    Ok(relays::by_actor(&app.db.read, actor).await?.filter(|row| row.state == relays::ACCEPTED))
}

/// A relay names a post. It is fetched from its origin, and kept when it has pictures.
pub async fn hear_announce(app: &App, activity: &Activity, budget: &Budget) -> Result<(), Refusal> {
    let Some(id) = activity.object.remote_id() else { return Ok(()) };
    note::from_origin(app, &id, budget).await
}

/// The inboxes of relays that a post goes to like to a follower: all posts to those that pass posts on,
/// changes and ends also to those that were only told its id.
pub async fn inboxes(app: &App, row: &post::Model, what: What) -> Result<BTreeSet<String>, Refusal> {
    if !passed_on(row) {
        return Ok(BTreeSet::new());
    }
    let all = relays::all(&app.db.read).await?.into_iter().filter(|relay| relay.state == relays::ACCEPTED);
    let told = all.filter(|relay| relay.kind == relays::MASTODON || what != What::Created);
    Ok(told.map(|relay| relay.inbox).collect())
}

/// Whether relays get a post: public ones with photos that answer nothing.
fn passed_on(row: &post::Model) -> bool {
    visibility::of(row) == crate::activitypub::Visibility::Public
        && row.in_reply_to_id.is_none()
        && row.in_reply_to_uri.is_none()
}

/// Tells relays that only pass ids on of a new post.
pub async fn announce(app: &App, tx: &impl ConnectionTrait, row: &post::Model) -> Result<(), Refusal> {
    if !passed_on(row) {
        return Ok(());
    }
    let urls = say::urls(app)?;
    let all = relays::all(tx).await?.into_iter();
    let told: Vec<_> = all.filter(|r| r.state == relays::ACCEPTED && r.kind == relays::LITEPUB).collect();
    let actors: Vec<String> = told.iter().filter_map(|relay| relay.actor.clone()).collect();
    let id = app.id();
    let body = render::announce(
        &urls.activity(id),
        &urls.actor(INSTANCE),
        &urls.post(row.id),
        app.now(),
        &[PUBLIC.to_owned()],
        &actors,
    );
    tell(app, tx, said(id, body), told.into_iter().map(|relay| relay.inbox).collect()).await
}

/// Whether what waits to be said to a relay still holds.
pub async fn still(app: &App, said: &activity::Model, body: &Value) -> Result<bool, Refusal> {
    let urls = say::urls(app)?;
    let about = body.pointer("/object/id").or(body.get("object")).and_then(Value::as_str).unwrap_or_default();
    let db = &app.db.read;
    Ok(match (said.kind.as_str(), urls.parse(about)) {
        ("Follow", _) => relays::by_id(db, said.id).await?.is_some(),
        ("Announce", Some(Named::Post(id))) => posts::by_id(db, id).await?.is_some_and(|p| p.deleted_at.is_none()),
        _ => true,
    })
}

//! Boosts, said and heard.

use super::fetch::Budget;
use super::say::{self, Said, say as tell};
use super::{note, urls};
use crate::activitypub::PUBLIC;
use crate::activitypub::render::activity as render;
use crate::activitypub::vocab::Activity;
use crate::app::App;
use crate::entity::{account, boost, post};
use crate::service::{Refusal, reacting};
use crate::store::{accounts, inboxes as known, relations};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use std::collections::BTreeSet;

/// A person of this server boosts: her followers elsewhere and the author hear it.
pub async fn say(
    app: &App,
    tx: &impl ConnectionTrait,
    boost: &boost::Model,
    post: &post::Model,
    booster: &account::Model,
) -> Result<(), Refusal> {
    let Some((body, inboxes)) = body(app, tx, boost, post, booster).await? else { return Ok(()) };
    tell(app, tx, Said { id: boost.id, account_id: booster.id, public: true, body }, inboxes).await
}

/// She takes it back; it goes where the boost went.
pub async fn unsay(
    app: &App,
    tx: &impl ConnectionTrait,
    boost: &boost::Model,
    post: &post::Model,
    booster: &account::Model,
) -> Result<(), Refusal> {
    let Some((body, mut inboxes)) = body(app, tx, boost, post, booster).await? else { return Ok(()) };
    inboxes.extend(known::with(tx, boost.id).await?);
    let id = app.id();
    let body = render::undo(&say::urls(app)?.activity(id), body);
    tell(app, tx, Said { id, account_id: booster.id, public: true, body }, inboxes).await
}

async fn body(
    app: &App,
    tx: &impl ConnectionTrait,
    boost: &boost::Model,
    post: &post::Model,
    booster: &account::Model,
) -> Result<Option<(Value, BTreeSet<String>)>, Refusal> {
    let Some(urls) = urls::Urls::of(app).filter(|_| booster.domain.is_empty()) else { return Ok(None) };
    let Some(author) = accounts::by_id(tx, post.account_id).await? else { return Ok(None) };
    let (Some(object), Some(author_id)) = (urls::known_post(app, &author, post), urls::known_actor(app, &author))
    else {
        return Ok(None);
    };
    let cc = [author_id, urls.followers(booster.id)];
    let body = render::announce(
        &urls.activity(boost.id),
        &urls.actor(booster.id),
        &object,
        boost.created_at,
        &[PUBLIC.to_owned()],
        &cc,
    );
    let mut inboxes: BTreeSet<String> =
        relations::follower_inboxes(tx, booster.id).await?.into_iter().map(|(_, inbox)| inbox).collect();
    // Where followers and the author share an inbox, one delivery tells them all.
    if author.shared_inbox.as_ref().is_none_or(|shared| !inboxes.contains(shared)) {
        inboxes.extend(say::to_one(&author));
    }
    Ok(Some((body, inboxes)))
}

/// Somebody elsewhere boosts. A post not known here is fetched only when a person of this server
/// follows the booster; what is carried along is never believed.
pub async fn hear(app: &App, signer: &account::Model, activity: &Activity, budget: &Budget) -> Result<(), Refusal> {
    let post = match note::known(app, &activity.object).await? {
        Some(post) => post,
        None if relations::followed_here(&app.db.read, signer.id).await? => {
            let id = activity.object.remote_id().ok_or(Refusal::Missing)?;
            note::fetch(app, &id, budget).await?
        }
        None => return Ok(()),
    };
    let uri = activity.id.as_ref().map(|id| id.as_str().to_owned());
    reacting::boost(app, signer.id, post.id, uri).await.map(drop)
}

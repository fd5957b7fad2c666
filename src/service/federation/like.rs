//! Likes, said and heard.

use super::say::{self, Said, say as tell};
use super::{note, urls};
use crate::activitypub::render::activity as render;
use crate::activitypub::vocab::Activity;
use crate::app::App;
use crate::entity::{account, post, post_like};
use crate::service::{Refusal, reacting, visibility};
use crate::store::accounts;
use sea_orm::ConnectionTrait;
use serde_json::Value;

/// A person of this server likes somebody else's post.
pub async fn say(
    app: &App,
    tx: &impl ConnectionTrait,
    like: &post_like::Model,
    post: &post::Model,
) -> Result<(), Refusal> {
    let Some((body, author)) = body(app, tx, like, post).await? else { return Ok(()) };
    tell(
        app,
        tx,
        Said { id: like.id, account_id: like.account_id, public: visibility::of(post).is_open(), body },
        say::to_one(&author),
    )
    .await
}

/// She takes it back.
pub async fn unsay(
    app: &App,
    tx: &impl ConnectionTrait,
    like: &post_like::Model,
    post: &post::Model,
) -> Result<(), Refusal> {
    let Some((body, author)) = body(app, tx, like, post).await? else { return Ok(()) };
    let id = app.id();
    let body = render::undo(&say::urls(app)?.activity(id), body);
    tell(app, tx, Said { id, account_id: like.account_id, public: false, body }, say::to_one(&author)).await
}

/// The Like, and the remote author it goes to; none when there is nobody to tell.
async fn body(
    app: &App,
    tx: &impl ConnectionTrait,
    like: &post_like::Model,
    post: &post::Model,
) -> Result<Option<(Value, account::Model)>, Refusal> {
    let Some(urls) = urls::Urls::of(app) else { return Ok(None) };
    let liker = accounts::by_id(tx, like.account_id).await?.filter(|a| a.domain.is_empty());
    let author = accounts::by_id(tx, post.account_id).await?.filter(|a| !a.domain.is_empty());
    let (Some(_), Some(author), Some(uri)) = (liker, author, &post.uri) else { return Ok(None) };
    let author_id = author.uri.clone().unwrap_or_default();
    let body = render::like(&urls.activity(like.id), &urls.actor(like.account_id), uri, &author_id);
    Ok(Some((body, author)))
}

/// Somebody elsewhere likes a post that is known here.
pub async fn hear(app: &App, signer: &account::Model, activity: &Activity) -> Result<(), Refusal> {
    let post = note::known(app, &activity.object).await?.ok_or(Refusal::Missing)?;
    let uri = activity.id.as_ref().map(|id| id.as_str().to_owned());
    reacting::like(app, signer.id, post.id, uri).await.map(drop)
}

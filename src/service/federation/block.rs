//! Blocks, said and heard. Ours are said only for people who chose so: otherwise the other server learns
//! only that its person is no longer a follower.

use super::follow::local_target;
use super::say::{self, Said, say as tell};
use super::urls::Urls;
use crate::activitypub::render::activity as render;
use crate::activitypub::vocab::Activity;
use crate::app::App;
use crate::entity::{account, block};
use crate::service::{Refusal, moderation};
use sea_orm::ConnectionTrait;
use serde_json::Value;

/// A person of this server blocks somebody elsewhere.
pub async fn say(
    app: &App,
    tx: &impl ConnectionTrait,
    row: &block::Model,
    who: &account::Model,
    target: &account::Model,
) -> Result<(), Refusal> {
    let Some(body) = body(app, row, who, target) else { return Ok(()) };
    tell(app, tx, Said { id: row.id, account_id: who.id, public: false, body }, say::to_one(target)).await
}

/// She takes it back.
pub async fn unsay(
    app: &App,
    tx: &impl ConnectionTrait,
    row: &block::Model,
    who: &account::Model,
    target: &account::Model,
) -> Result<(), Refusal> {
    let Some(body) = body(app, row, who, target) else { return Ok(()) };
    let id = app.id();
    let body = render::undo(&say::urls(app)?.activity(id), body);
    tell(app, tx, Said { id, account_id: who.id, public: false, body }, say::to_one(target)).await
}

fn body(app: &App, row: &block::Model, who: &account::Model, target: &account::Model) -> Option<Value> {
    let urls = Urls::of(app).filter(|_| who.domain.is_empty() && who.says_blocks != 0)?;
    Some(render::block(&urls.activity(row.id), &urls.actor(who.id), target.uri.as_deref()?))
}

/// Somebody elsewhere blocks a person of this server: follows end both ways, and she is not found
/// by that person any more.
pub async fn hear(app: &App, signer: &account::Model, activity: &Activity) -> Result<(), Refusal> {
    let target = local_target(app, activity).await?;
    moderation::block(app, signer, target.id).await
}

/// She takes the block back.
pub async fn hear_undo(app: &App, signer: &account::Model, activity: &Activity) -> Result<(), Refusal> {
    let target = local_target(app, activity).await?;
    moderation::unblock(app, signer, target.id).await
}

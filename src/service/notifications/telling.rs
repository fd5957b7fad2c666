//! Telling somebody something: whether she hears it at once, when she asks, or never.

use super::requests::{Choice, policy_of};
use crate::activitypub::Visibility;
use crate::app::App;
use crate::clock::{DAY, Millis};
use crate::entity::{account, notification, notification_request};
use crate::service::happening::{self, Happening};
use crate::service::surface::kind;
use crate::service::{push, visibility};
use crate::store::{accounts, bookmarks, hidden_servers, mutes, notifications, policies, posts, relations, requests};
use sea_orm::{ConnectionTrait, DbErr};

/// Whoever follows for less than this is not yet a follower to a policy …
const NEW_FOLLOWER: Millis = 3 * DAY;
/// … and an account younger than this is a new one. Both as Mastodon has them.
const NEW_ACCOUNT: Millis = 30 * DAY;

/// Tells a person of this server, unless it is herself, one of the two blocks the other, or she wants to
/// hear nothing of the other or of her server.
pub async fn tell(
    app: &App,
    tx: &impl ConnectionTrait,
    account_id: i64,
    kind: &str,
    actor_id: i64,
    post_id: i64,
) -> Result<(), DbErr> {
    if account_id == actor_id || !policies::between(tx, account_id, &[actor_id]).await?.is_empty() {
        return Ok(());
    }
    if post_id != 0 && bookmarks::is_silent(tx, account_id, post_id).await? {
        return Ok(());
    }
    let local = accounts::login_of(tx, account_id).await?.is_some();
    let silent = mutes::of(tx, account_id, &[actor_id], app.now()).await?.iter().any(|m| m.notifications != 0);
    if !local || silent {
        return Ok(());
    }
    let of = accounts::by_id(tx, actor_id).await?.map(|actor| actor.domain).unwrap_or_default();
    if hidden_servers::hides(tx, account_id, &of).await? {
        return Ok(());
    }
    let choice = judge(app, tx, account_id, kind, actor_id, post_id).await?;
    if choice == Choice::Drop {
        return Ok(());
    }
    let now = app.now();
    let row = notification::Model {
        id: app.id(),
        account_id,
        kind: kind.to_owned(),
        actor_id,
        post_id,
        created_at: now,
        filtered: i32::from(choice == Choice::Filter),
    };
    let id = row.id;
    if !notifications::tell(tx, row).await? {
        return Ok(());
    }
    if choice == Choice::Filter {
        let row = notification_request::Model { id, account_id, actor_id, created_at: now, updated_at: now };
        return requests::put(tx, row).await;
    }
    push::told(app, tx, account_id, id, kind).await?;
    happening::say(app, tx, Happening::Told { account: account_id, notification: id }).await
}

/// What somebody's policy says to this; the strictest of what applies.
async fn judge(
    app: &App,
    tx: &impl ConnectionTrait,
    account_id: i64,
    kind: &str,
    actor_id: i64,
    post_id: i64,
) -> Result<Choice, DbErr> {
    let Some(row) = requests::policy(tx, account_id).await? else { return Ok(Choice::Accept) };
    let policy = policy_of(&row);
    let Some(actor) = accounts::by_id(tx, actor_id).await? else { return Ok(Choice::Accept) };
    // What comes of something she did herself is no news of a stranger.
    if matches!(kind, kind::FOLLOW_GRANTED | kind::POLL) || requests::permitted(tx, account_id, actor_id).await? {
        return Ok(Choice::Accept);
    }
    let follows = relations::between(tx, account_id, &[actor_id]).await?;
    let accepted = |from: i64| follows.iter().find(|f| f.follower_id == from && f.state == relations::ACCEPTED);
    let following = accepted(account_id).is_some();
    let long_ago = app.now() - NEW_FOLLOWER;
    let mut choices = Vec::new();
    if !following {
        choices.push(policy.not_following);
    }
    if accepted(actor_id).is_none_or(|f| f.created_at > long_ago) {
        choices.push(policy.not_followers);
    }
    if !following && is_new(app, &actor) {
        choices.push(policy.new_accounts);
    }
    if !following && is_private(tx, account_id, kind, post_id).await? {
        choices.push(policy.private_mentions);
    }
    Ok(choices.into_iter().max().unwrap_or(Choice::Accept))
}

fn is_new(app: &App, actor: &account::Model) -> bool {
    actor.created_at > app.now() - NEW_ACCOUNT
}

/// Whether it is said to her alone, and not in answer to her.
async fn is_private(tx: &impl ConnectionTrait, account_id: i64, kind: &str, post_id: i64) -> Result<bool, DbErr> {
    if !matches!(kind, kind::MENTION | kind::REPLY) {
        return Ok(false);
    }
    let Some(post) = posts::by_id(tx, post_id).await? else { return Ok(false) };
    if visibility::of(&post) != Visibility::Mentioned {
        return Ok(false);
    }
    let Some(parent) = post.in_reply_to_id else { return Ok(true) };
    Ok(posts::by_id(tx, parent).await?.is_none_or(|parent| parent.account_id != account_id))
}

//! What people are told, as pages and apps list it: only what its owner may see at this moment.

pub mod groups;
pub mod requests;
mod telling;
pub mod words;

pub use telling::tell;

use super::Refusal;
use super::filters::{self, Context};
use super::sessions::Viewer;
use super::surface::kind;
use super::timelines::{Ends, Part};
use super::visibility::can_see;
use crate::app::App;
use crate::entity::{account, notification, post};
use crate::store::notifications::Wanted;
use crate::store::{Cursor, accounts, mutes, notifications, policies, posts};
use sea_orm::DbErr;
use std::collections::{HashMap, HashSet};

/// A notification, with whom and what it is about.
#[derive(Debug, Clone)]
pub struct Told {
    pub row: notification::Model,
    pub actor: account::Model,
    /// For answers and mentions the post that says it, for likes and boosts the one that is liked.
    pub post: Option<post::Model>,
}

/// Leaves out what is about somebody who is gone, blocked, kept out or not to be heard, and about posts
/// that are gone or may not be seen. A fixed number of queries, however many there are.
pub async fn seen(app: &App, owner: i64, rows: Vec<notification::Model>) -> Result<Vec<Told>, DbErr> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let db = &app.db.read;
    let actors: HashSet<i64> = rows.iter().map(|n| n.actor_id).collect();
    let actors: Vec<i64> = actors.into_iter().collect();
    let people = accounts::by_ids(db, actors.iter().copied()).await?;
    let mut hidden = policies::kept_out_of(db, people.values()).await?;
    hidden.extend(people.values().filter(|a| a.suspended != 0 || a.deleted_at.is_some()).map(|a| a.id));
    hidden.extend(policies::between(db, owner, &actors).await?.into_iter().flat_map(|b| [b.account_id, b.target_id]));
    let silent = mutes::of(db, owner, &actors, app.now()).await?;
    hidden.extend(silent.into_iter().filter(|m| m.notifications != 0).map(|m| m.target_id));
    let ids: HashSet<i64> = rows.iter().map(|n| n.post_id).filter(|id| *id != 0).collect();
    let ids: Vec<i64> = ids.into_iter().collect();
    let about = can_see(db, Some(owner), posts::by_ids(db, &ids).await?.into_values().collect()).await?;
    let about = filters::hide(app, Some(owner), Context::Notifications, about, |post| post).await?;
    let about: HashMap<i64, post::Model> = about.into_iter().map(|p| (p.id, p)).collect();
    let one = |row: notification::Model| {
        let post = about.get(&row.post_id).cloned();
        if hidden.contains(&row.actor_id) || (row.post_id != 0 && post.is_none()) {
            return None;
        }
        Some(Told { actor: people.get(&row.actor_id)?.clone(), post, row })
    };
    Ok(rows.into_iter().filter_map(one).collect())
}

/// What stands on the page.
pub fn shown_on_pages() -> Wanted {
    Wanted::default()
}

/// A part of somebody's notifications, newest first.
pub async fn listed(app: &App, owner: i64, wanted: &Wanted, cursor: Cursor) -> Result<Part<Told>, Refusal> {
    let rows = notifications::page(&app.db.read, owner, wanted, cursor).await?;
    let keys: Vec<i64> = rows.iter().map(|n| n.id).collect();
    Ok(Part { items: seen(app, owner, rows).await?, ends: Ends::of(&keys, cursor) })
}

/// One of somebody's notifications.
pub async fn one(app: &App, owner: i64, id: i64) -> Result<Told, Refusal> {
    let row = notifications::by_id(&app.db.read, owner, id).await?.ok_or(Refusal::Missing)?;
    seen(app, owner, vec![row]).await?.pop().ok_or(Refusal::Missing)
}

/// How many she has not read, on a page or in an app; counted up to `cap`.
pub async fn unread(app: &App, viewer: &Viewer, wanted: &Wanted, cap: u64) -> Result<usize, Refusal> {
    let cursor = Cursor { after: viewer.login.notifications_seen, ..Cursor::first(cap) };
    Ok(listed(app, viewer.id(), wanted, cursor).await?.items.len())
}

/// Takes one out of her list.
pub async fn dismiss(app: &App, owner: i64, id: i64) -> Result<(), Refusal> {
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                let was = notifications::dismiss(tx, owner, id).await?;
                if was { Ok(()) } else { Err(Refusal::Missing) }
            })
        })
        .await
}

/// Empties her list.
pub async fn clear(app: &App, owner: i64) -> Result<(), Refusal> {
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(notifications::clear(tx, owner).await?) }))
        .await
}

/// Kinds whose post was written by whoever they are about.
pub const SAID: [&str; 4] = [kind::REPLY, kind::MENTION, kind::QUOTE, kind::STATUS];

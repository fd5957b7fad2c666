//! Posts somebody keeps for later, and conversations she does not want to be told of. Nobody else is told
//! of either.

use super::Refusal;
use super::timelines::{Ends, Part};
use super::views::Shown;
use super::visibility::can_see;
use crate::app::App;
use crate::entity::{bookmark, post};
use crate::store::{Cursor, bookmarks, posts, reactions};

/// Keeps a post that she may see.
pub async fn keep(app: &App, who: i64, post: &post::Model) -> Result<(), Refusal> {
    let row = bookmark::Model { id: app.id(), account_id: who, post_id: post.id, created_at: app.now() };
    app.db.write_quietly(move |tx| Box::pin(async move { Ok(bookmarks::put(tx, row).await?) })).await
}

/// Keeps it no longer.
pub async fn let_go(app: &App, who: i64, post: &post::Model) -> Result<(), Refusal> {
    let id = post.id;
    app.db.write_quietly(move |tx| Box::pin(async move { Ok(bookmarks::remove(tx, who, id).await?) })).await
}

/// What she keeps and may still see, the last kept first; paged by the bookmarks' ids.
pub async fn listed(app: &App, who: i64, cursor: Cursor) -> Result<Part<Shown>, Refusal> {
    let rows = bookmarks::page(&app.db.read, who, cursor).await?;
    of_relations(app, who, rows.iter().map(|row| (row.id, row.post_id)).collect(), cursor).await
}

/// What she likes and may still see, the last liked first; paged by the likes' ids.
pub async fn liked(app: &App, who: i64, cursor: Cursor) -> Result<Part<Shown>, Refusal> {
    let rows = reactions::likes_by(&app.db.read, who, cursor).await?;
    of_relations(app, who, rows.iter().map(|row| (row.id, row.post_id)).collect(), cursor).await
}

/// Posts in the order of what leads to them: keys with ids of posts.
async fn of_relations(app: &App, who: i64, rows: Vec<(i64, i64)>, cursor: Cursor) -> Result<Part<Shown>, Refusal> {
    let (keys, ids): (Vec<i64>, Vec<i64>) = rows.into_iter().unzip();
    let mut found = posts::by_ids(&app.db.read, &ids).await?;
    let in_order = ids.iter().filter_map(|id| found.remove(id)).collect();
    let seen = can_see(&app.db.read, Some(who), in_order).await?;
    Ok(Part { items: seen.into_iter().map(Shown::from).collect(), ends: Ends::of(&keys, cursor) })
}

/// She is told nothing more of the conversation that a post belongs to.
pub async fn silence(app: &App, who: i64, post: &post::Model) -> Result<(), Refusal> {
    let (root, now) = (post.root_id, app.now());
    app.db.write_quietly(move |tx| Box::pin(async move { Ok(bookmarks::silence(tx, who, root, now).await?) })).await
}

/// She is told of it again.
pub async fn unsilence(app: &App, who: i64, post: &post::Model) -> Result<(), Refusal> {
    let root = post.root_id;
    app.db.write_quietly(move |tx| Box::pin(async move { Ok(bookmarks::unsilence(tx, who, root).await?) })).await
}

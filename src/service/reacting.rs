//! Liking and boosting, from a page, an app or another server.

use super::policy::{self, Deed};
use super::timelines::{Ends, Part};
use super::views::Shown;
use super::visibility::Reader;
use super::{Refusal, accounts as people, federation, surface, visibility};
use crate::activitypub::Visibility;
use crate::app::App;
use crate::entity::{account, boost, post, post_like};
use crate::store::{Cursor, accounts, reactions};

/// Likes a post that the person may see. Liking twice is liking once.
pub async fn like(app: &App, account_id: i64, post_id: i64, uri: Option<String>) -> Result<post::Model, Refusal> {
    let post = visibility::visible(app, Some(account_id), post_id).await?;
    policy::check(app, account_id, Deed::Like, &post).await?;
    let row = post_like::Model { id: app.id(), account_id, post_id, uri, created_at: app.now() };
    let (app2, target) = (app.clone(), post.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if reactions::like(tx, row.clone()).await? {
                    surface::like_appeared(&app2, tx, account_id, &target).await?;
                    federation::like::say(&app2, tx, &row, &target).await?;
                }
                Ok::<_, Refusal>(())
            })
        })
        .await?;
    Ok(post)
}

/// Takes a like back; false when there was none.
pub async fn unlike(app: &App, account_id: i64, post_id: i64) -> Result<bool, Refusal> {
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(row) = reactions::unlike(tx, account_id, post_id).await? else { return Ok(false) };
                let Some(post) = crate::store::posts::by_id(tx, post_id).await? else { return Ok(false) };
                surface::like_gone(tx, account_id, &post).await?;
                federation::like::unsay(&app2, tx, &row, &post).await?;
                Ok(true)
            })
        })
        .await
}

/// Boosts a public or quiet post. Boosting twice is boosting once.
pub async fn boost(app: &App, account_id: i64, post_id: i64, uri: Option<String>) -> Result<post::Model, Refusal> {
    let post = visibility::visible(app, Some(account_id), post_id).await?;
    if !matches!(visibility::of(&post), Visibility::Public | Visibility::Quiet) {
        return Err(Refusal::Forbidden("Only public posts can be boosted.".to_owned()));
    }
    policy::check(app, account_id, Deed::Boost, &post).await?;
    let row = boost::Model { id: app.id(), account_id, post_id, uri, created_at: app.now() };
    let (app2, target) = (app.clone(), post.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if reactions::boost(tx, row.clone()).await? {
                    surface::boost_appeared(&app2, tx, &row, &target).await?;
                    let Some(booster) = accounts::by_id(tx, account_id).await? else { return Err(Refusal::Missing) };
                    federation::announce::say(&app2, tx, &row, &target, &booster).await?;
                }
                Ok::<_, Refusal>(())
            })
        })
        .await?;
    Ok(post)
}

/// Somebody's boost of a post as it stands in lists.
pub async fn boosted(app: &App, account_id: i64, post: post::Model) -> Result<Shown, Refusal> {
    let boost = reactions::boost_by(&app.db.read, account_id, post.id).await?;
    Ok(Shown { post, boost })
}

/// Who likes a post, or boosted it, the last one first; paged by the ids of likes or boosts. Without those who
/// are gone, and those between whom and the reader there is a block.
pub async fn people(
    app: &App,
    reader: Reader,
    post: &post::Model,
    boosts: bool,
    cursor: Cursor,
) -> Result<Part<account::Model>, Refusal> {
    let db = &app.db.read;
    let rows: Vec<(i64, i64)> = if boosts {
        reactions::boosts_of(db, post.id, cursor).await?.iter().map(|b| (b.id, b.account_id)).collect()
    } else {
        reactions::likes_of(db, post.id, cursor).await?.iter().map(|l| (l.id, l.account_id)).collect()
    };
    let (keys, ids): (Vec<i64>, Vec<i64>) = rows.into_iter().unzip();
    Ok(Part { items: people::listed(app, reader, &ids).await?, ends: Ends::of(&keys, cursor) })
}

/// Takes a boost back; false when there was none.
pub async fn unboost(app: &App, account_id: i64, post_id: i64) -> Result<bool, Refusal> {
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(row) = reactions::unboost(tx, account_id, post_id).await? else { return Ok(false) };
                let Some(post) = crate::store::posts::by_id(tx, post_id).await? else { return Ok(false) };
                surface::boost_gone(&app2, tx, &row, &post).await?;
                let Some(booster) = accounts::by_id(tx, account_id).await? else { return Ok(false) };
                federation::announce::unsay(&app2, tx, &row, &post, &booster).await?;
                Ok(true)
            })
        })
        .await
}

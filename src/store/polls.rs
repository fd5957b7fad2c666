//! Polls of other servers, and who here voted how.

use crate::clock::Millis;
use crate::entity::{poll, poll_vote};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};
use std::collections::HashMap;

/// The poll of a post.
pub async fn of_post(db: &impl ConnectionTrait, post_id: i64) -> Result<Option<poll::Model>, DbErr> {
    poll::Entity::find_by_id(post_id).one(db).await
}

/// The polls of these posts, by post.
pub async fn of_posts(db: &impl ConnectionTrait, posts: &[i64]) -> Result<HashMap<i64, poll::Model>, DbErr> {
    if posts.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = poll::Entity::find().filter(poll::Column::PostId.is_in(posts.iter().copied())).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.post_id, row)).collect())
}

/// Writes it down, or what its author says of it now; when it was last asked for stays.
pub async fn put(db: &impl ConnectionTrait, row: poll::Model) -> Result<(), DbErr> {
    let again = OnConflict::column(poll::Column::PostId)
        .update_columns([
            poll::Column::Options,
            poll::Column::Multiple,
            poll::Column::EndsAt,
            poll::Column::Voters,
            poll::Column::HeardAt,
        ])
        .to_owned();
    poll::Entity::insert(row.into_active_model()).on_conflict(again).exec_without_returning(db).await.map(drop)
}

/// It is asked for now; false when that was so after `since` already.
pub async fn ask(db: &impl ConnectionTrait, post_id: i64, since: Millis, now: Millis) -> Result<bool, DbErr> {
    let done = poll::Entity::update_many()
        .col_expr(poll::Column::AskedAt, Expr::value(now))
        .filter(poll::Column::PostId.eq(post_id))
        .filter(poll::Column::AskedAt.lte(since))
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// The votes of one person in these polls, by post.
pub async fn votes_by(
    db: &impl ConnectionTrait,
    account_id: i64,
    posts: &[i64],
) -> Result<HashMap<i64, poll_vote::Model>, DbErr> {
    if posts.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = poll_vote::Entity::find()
        .filter(poll_vote::Column::PostId.is_in(posts.iter().copied()))
        .filter(poll_vote::Column::AccountId.eq(account_id))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.post_id, row)).collect())
}

/// True when she had not voted yet.
pub async fn vote(db: &impl ConnectionTrait, row: poll_vote::Model) -> Result<bool, DbErr> {
    let once = OnConflict::columns([poll_vote::Column::PostId, poll_vote::Column::AccountId]).do_nothing().to_owned();
    let made = poll_vote::Entity::insert(row.into_active_model()).on_conflict(once).exec_without_returning(db).await?;
    Ok(made > 0)
}

/// Who voted, by id, after this one.
pub async fn voters(db: &impl ConnectionTrait, post_id: i64, after: i64, limit: u64) -> Result<Vec<i64>, DbErr> {
    poll_vote::Entity::find()
        .select_only()
        .column(poll_vote::Column::AccountId)
        .filter(poll_vote::Column::PostId.eq(post_id))
        .filter(poll_vote::Column::AccountId.gt(after))
        .order_by_asc(poll_vote::Column::AccountId)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
}

/// What was voted counts no more.
pub async fn forget_votes(db: &impl ConnectionTrait, post_id: i64) -> Result<(), DbErr> {
    poll_vote::Entity::delete_many().filter(poll_vote::Column::PostId.eq(post_id)).exec(db).await.map(drop)
}

/// The post is gone, or asks nothing any more.
pub async fn forget_post(db: &impl ConnectionTrait, post_id: i64) -> Result<(), DbErr> {
    forget_votes(db, post_id).await?;
    poll::Entity::delete_by_id(post_id).exec(db).await.map(drop)
}

/// Everything by somebody who is gone.
pub async fn forget(db: &impl ConnectionTrait, account_id: i64) -> Result<(), DbErr> {
    poll_vote::Entity::delete_many().filter(poll_vote::Column::AccountId.eq(account_id)).exec(db).await.map(drop)
}

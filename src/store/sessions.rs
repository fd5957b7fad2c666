//! Signed-in browsers, one-time links, and counters that limit attempts.

use crate::clock::Millis;
use crate::entity::{attempt, one_time_link, session};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{IntoActiveModel, QueryOrder};

pub async fn insert(db: &impl ConnectionTrait, row: session::Model) -> Result<(), DbErr> {
    session::Entity::insert(row.into_active_model()).exec_without_returning(db).await.map(drop)
}

/// The session whose token has this hash, unless it has expired.
pub async fn by_hash(db: &impl ConnectionTrait, hash: Vec<u8>, now: Millis) -> Result<Option<session::Model>, DbErr> {
    session::Entity::find()
        .filter(session::Column::TokenHash.eq(hash))
        .filter(session::Column::ExpiresAt.gt(now))
        .one(db)
        .await
}

pub async fn of_account(db: &impl ConnectionTrait, account_id: i64) -> Result<Vec<session::Model>, DbErr> {
    session::Entity::find()
        .filter(session::Column::AccountId.eq(account_id))
        .order_by_desc(session::Column::SeenAt)
        .all(db)
        .await
}

pub async fn touch(db: &impl ConnectionTrait, id: i64, now: Millis, expires: Millis) -> Result<(), DbErr> {
    session::Entity::update_many()
        .col_expr(session::Column::SeenAt, Expr::value(now))
        .col_expr(session::Column::ExpiresAt, Expr::value(expires))
        .filter(session::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Ends one session of this account.
pub async fn end(db: &impl ConnectionTrait, account_id: i64, id: i64) -> Result<(), DbErr> {
    session::Entity::delete_many()
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::AccountId.eq(account_id))
        .exec(db)
        .await
        .map(drop)
}

/// Ends all sessions of this account, but for `keep`.
pub async fn end_all(db: &impl ConnectionTrait, account_id: i64, keep: Option<i64>) -> Result<(), DbErr> {
    session::Entity::delete_many()
        .filter(session::Column::AccountId.eq(account_id))
        .filter(session::Column::Id.ne(keep.unwrap_or(0)))
        .exec(db)
        .await
        .map(drop)
}

pub async fn insert_link(db: &impl ConnectionTrait, row: one_time_link::Model) -> Result<(), DbErr> {
    one_time_link::Entity::insert(row.into_active_model()).exec_without_returning(db).await.map(drop)
}

/// Removes every unused link for a purpose: a new one replaces the old.
pub async fn drop_links(db: &impl ConnectionTrait, purpose: &str, account_id: Option<i64>) -> Result<(), DbErr> {
    let mut query = one_time_link::Entity::delete_many().filter(one_time_link::Column::Purpose.eq(purpose));
    if let Some(id) = account_id {
        query = query.filter(one_time_link::Column::AccountId.eq(id));
    }
    query.exec(db).await.map(drop)
}

/// A link that is unused and has not expired.
pub async fn link(
    db: &impl ConnectionTrait,
    hash: Vec<u8>,
    purpose: &str,
    now: Millis,
) -> Result<Option<one_time_link::Model>, DbErr> {
    one_time_link::Entity::find_by_id(hash)
        .filter(one_time_link::Column::Purpose.eq(purpose))
        .filter(one_time_link::Column::UsedAt.is_null())
        .filter(one_time_link::Column::ExpiresAt.gt(now))
        .one(db)
        .await
}

/// Uses a link up; false when somebody was quicker.
pub async fn use_link(db: &impl ConnectionTrait, hash: Vec<u8>, now: Millis) -> Result<bool, DbErr> {
    let done = one_time_link::Entity::update_many()
        .col_expr(one_time_link::Column::UsedAt, Expr::value(Some(now)))
        .filter(one_time_link::Column::TokenHash.eq(hash))
        .filter(one_time_link::Column::UsedAt.is_null())
        .filter(one_time_link::Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Adds to the attempts in the window that began at `window`.
pub async fn count_attempt(db: &impl ConnectionTrait, bucket: &str, window: Millis, by: i64) -> Result<(), DbErr> {
    let row = attempt::Model { bucket: bucket.to_owned(), window_start: window, count: by };
    let again = OnConflict::columns([attempt::Column::Bucket, attempt::Column::WindowStart])
        .value(attempt::Column::Count, Expr::col((attempt::Entity, attempt::Column::Count)).add(by))
        .to_owned();
    attempt::Entity::insert(row.into_active_model()).on_conflict(again).exec_without_returning(db).await.map(drop)
}

/// Adds to many at once, each by its own: bucket, window, count. Returns what each then comes to.
pub async fn add_attempts(
    db: &impl ConnectionTrait,
    rows: Vec<(String, Millis, i64)>,
) -> Result<Vec<(String, Millis, i64)>, DbErr> {
    let rows = rows.into_iter().map(|(bucket, window_start, count)| attempt::Model { bucket, window_start, count });
    let again = OnConflict::columns([attempt::Column::Bucket, attempt::Column::WindowStart])
        .value(attempt::Column::Count, Expr::cust("attempt.count + excluded.count"))
        .to_owned();
    let added = attempt::Entity::insert_many(rows.map(IntoActiveModel::into_active_model))
        .on_conflict(again)
        .exec_with_returning(db)
        .await?;
    Ok(added.into_iter().map(|row| (row.bucket, row.window_start, row.count)).collect())
}

/// Attempts in windows that began after `since`, and when the oldest of those windows began.
pub async fn attempts(db: &impl ConnectionTrait, bucket: &str, since: Millis) -> Result<(i64, Millis), DbErr> {
    let rows = attempt::Entity::find()
        .filter(attempt::Column::Bucket.eq(bucket))
        .filter(attempt::Column::WindowStart.gt(since))
        .filter(attempt::Column::Count.gt(0))
        .order_by_asc(attempt::Column::WindowStart)
        .all(db)
        .await?;
    Ok((rows.iter().map(|r| r.count).sum(), rows.first().map_or(since, |r| r.window_start)))
}

/// Forgets windows that began before `before`, and sessions that have expired.
pub async fn sweep(db: &impl ConnectionTrait, before: Millis, now: Millis) -> Result<(), DbErr> {
    attempt::Entity::delete_many().filter(attempt::Column::WindowStart.lt(before)).exec(db).await?;
    session::Entity::delete_many().filter(session::Column::ExpiresAt.lt(now)).exec(db).await.map(drop)
}

/// People with a session used since then.
pub async fn active_people(db: &impl ConnectionTrait, since: Millis) -> Result<Vec<i64>, DbErr> {
    use sea_orm::QuerySelect;
    session::Entity::find()
        .select_only()
        .column(session::Column::AccountId)
        .filter(session::Column::SeenAt.gt(since))
        .distinct()
        .into_tuple()
        .all(db)
        .await
}

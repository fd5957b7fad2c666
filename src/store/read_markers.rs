//! How far people have read, as their apps say.

use crate::clock::Millis;
use crate::entity::read_marker;
use sea_orm::IntoActiveModel;
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};

pub async fn of_account(
    db: &impl ConnectionTrait,
    account_id: i64,
    timelines: &[String],
) -> Result<Vec<read_marker::Model>, DbErr> {
    if timelines.is_empty() {
        return Ok(Vec::new());
    }
    read_marker::Entity::find()
        .filter(read_marker::Column::AccountId.eq(account_id))
        .filter(read_marker::Column::Timeline.is_in(timelines.iter().map(String::as_str)))
        .all(db)
        .await
}

/// Sets a marker; its version counts how often.
pub async fn put(
    db: &impl ConnectionTrait,
    account_id: i64,
    timeline: &str,
    last_read_id: i64,
    now: Millis,
) -> Result<(), DbErr> {
    let row =
        read_marker::Model { account_id, timeline: timeline.to_owned(), last_read_id, version: 1, updated_at: now };
    let again = OnConflict::columns([read_marker::Column::AccountId, read_marker::Column::Timeline])
        .update_columns([read_marker::Column::LastReadId, read_marker::Column::UpdatedAt])
        .value(read_marker::Column::Version, Expr::col((read_marker::Entity, read_marker::Column::Version)).add(1))
        .to_owned();
    read_marker::Entity::insert(row.into_active_model()).on_conflict(again).exec_without_returning(db).await.map(drop)
}

/// Forgets the markers of somebody who is gone.
pub async fn forget(db: &impl ConnectionTrait, account_id: i64) -> Result<(), DbErr> {
    read_marker::Entity::delete_many().filter(read_marker::Column::AccountId.eq(account_id)).exec(db).await.map(drop)
}

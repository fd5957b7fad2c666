//! Whom people do not want to see for a while.

use super::Cursor;
use crate::clock::Millis;
use crate::entity::mute;
use sea_orm::prelude::*;
use sea_orm::sea_query::{ExprTrait, OnConflict, Query, SelectStatement};
use sea_orm::{Condition, IntoActiveModel};

/// Still in force at `now`.
fn lasting(now: Millis) -> Condition {
    Condition::any().add(mute::Column::Until.eq(0)).add(mute::Column::Until.gt(now))
}

/// Mutes, or changes how and for how long.
pub async fn put(db: &impl ConnectionTrait, row: mute::Model) -> Result<(), DbErr> {
    let again = OnConflict::columns([mute::Column::AccountId, mute::Column::TargetId])
        .update_columns([mute::Column::Notifications, mute::Column::Until])
        .to_owned();
    mute::Entity::insert(row.into_active_model()).on_conflict(again).exec_without_returning(db).await.map(drop)
}

pub async fn remove(db: &impl ConnectionTrait, account_id: i64, target_id: i64) -> Result<bool, DbErr> {
    let done = mute::Entity::delete_many()
        .filter(mute::Column::AccountId.eq(account_id))
        .filter(mute::Column::TargetId.eq(target_id))
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Mutes in force of one person, of these others.
pub async fn of(
    db: &impl ConnectionTrait,
    account_id: i64,
    others: &[i64],
    now: Millis,
) -> Result<Vec<mute::Model>, DbErr> {
    let mut found = Vec::new();
    for some in others.chunks(1_000) {
        let query = mute::Entity::find()
            .filter(mute::Column::AccountId.eq(account_id))
            .filter(mute::Column::TargetId.is_in(some.iter().copied()))
            .filter(lasting(now));
        found.extend(query.all(db).await?);
    }
    Ok(found)
}

/// Mutes in force of one person, newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    account_id: i64,
    now: Millis,
    cursor: Cursor,
) -> Result<Vec<mute::Model>, DbErr> {
    let query = mute::Entity::find().filter(mute::Column::AccountId.eq(account_id)).filter(lasting(now));
    cursor.read(db, query, mute::Column::Id).await
}

/// Ids of everybody a person mutes, for use inside other queries.
pub fn targets(account_id: i64, now: Millis) -> SelectStatement {
    Query::select()
        .column(mute::Column::TargetId)
        .from(mute::Entity)
        .and_where(mute::Column::AccountId.eq(account_id))
        .and_where(mute::Column::Until.eq(0).or(mute::Column::Until.gt(now)))
        .to_owned()
}

/// Everything by and of somebody who is gone.
pub async fn forget(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    let either = Condition::any().add(mute::Column::AccountId.eq(id)).add(mute::Column::TargetId.eq(id));
    mute::Entity::delete_many().filter(either).exec(db).await.map(drop)
}

/// Forgets mutes that ended before.
pub async fn sweep(db: &impl ConnectionTrait, now: Millis) -> Result<(), DbErr> {
    mute::Entity::delete_many()
        .filter(mute::Column::Until.gt(0))
        .filter(mute::Column::Until.lte(now))
        .exec(db)
        .await
        .map(drop)
}

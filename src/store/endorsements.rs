//! Whom people show on their profiles.

use super::Cursor;
use crate::entity::endorsement;
use sea_orm::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, IntoActiveModel, QuerySelect};
use std::collections::HashSet;

pub async fn put(db: &impl ConnectionTrait, row: endorsement::Model) -> Result<(), DbErr> {
    let once = [endorsement::Column::AccountId, endorsement::Column::TargetId];
    endorsement::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(once).do_nothing().to_owned())
        .exec_without_returning(db)
        .await
        .map(drop)
}

pub async fn remove(db: &impl ConnectionTrait, account_id: i64, target_id: i64) -> Result<(), DbErr> {
    endorsement::Entity::delete_many()
        .filter(endorsement::Column::AccountId.eq(account_id))
        .filter(endorsement::Column::TargetId.eq(target_id))
        .exec(db)
        .await
        .map(drop)
}

pub async fn count(db: &impl ConnectionTrait, account_id: i64) -> Result<u64, DbErr> {
    endorsement::Entity::find().filter(endorsement::Column::AccountId.eq(account_id)).count(db).await
}

/// Newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    account_id: i64,
    cursor: Cursor,
) -> Result<Vec<endorsement::Model>, DbErr> {
    let query = endorsement::Entity::find().filter(endorsement::Column::AccountId.eq(account_id));
    cursor.read(db, query, endorsement::Column::Id).await
}

/// Whom of these a person shows.
pub async fn of(db: &impl ConnectionTrait, account_id: i64, others: &[i64]) -> Result<HashSet<i64>, DbErr> {
    let mut found = HashSet::new();
    for some in others.chunks(1_000) {
        let rows: Vec<i64> = endorsement::Entity::find()
            .select_only()
            .column(endorsement::Column::TargetId)
            .filter(endorsement::Column::AccountId.eq(account_id))
            .filter(endorsement::Column::TargetId.is_in(some.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Everything by and of somebody who is gone.
pub async fn forget(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    let either = Condition::any().add(endorsement::Column::AccountId.eq(id)).add(endorsement::Column::TargetId.eq(id));
    endorsement::Entity::delete_many().filter(either).exec(db).await.map(drop)
}

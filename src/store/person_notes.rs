//! What people note about one another, each for herself.

use crate::entity::person_note;
use sea_orm::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, IntoActiveModel};
use std::collections::HashMap;

/// Writes it anew; an empty one goes.
pub async fn put(db: &impl ConnectionTrait, row: person_note::Model) -> Result<(), DbErr> {
    if row.comment.is_empty() {
        return person_note::Entity::delete_by_id((row.account_id, row.target_id)).exec(db).await.map(drop);
    }
    let again = OnConflict::columns([person_note::Column::AccountId, person_note::Column::TargetId])
        .update_column(person_note::Column::Comment)
        .to_owned();
    person_note::Entity::insert(row.into_active_model()).on_conflict(again).exec_without_returning(db).await.map(drop)
}

/// What a person notes about these.
pub async fn of(db: &impl ConnectionTrait, account_id: i64, others: &[i64]) -> Result<HashMap<i64, String>, DbErr> {
    let mut found = HashMap::new();
    for some in others.chunks(1_000) {
        let rows = person_note::Entity::find()
            .filter(person_note::Column::AccountId.eq(account_id))
            .filter(person_note::Column::TargetId.is_in(some.iter().copied()))
            .all(db)
            .await?;
        found.extend(rows.into_iter().map(|row| (row.target_id, row.comment)));
    }
    Ok(found)
}

/// Everything by and about somebody who is gone.
pub async fn forget(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    let either = Condition::any().add(person_note::Column::AccountId.eq(id)).add(person_note::Column::TargetId.eq(id));
    person_note::Entity::delete_many().filter(either).exec(db).await.map(drop)
}

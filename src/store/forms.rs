//! Which kind of signature each host takes, where that had to be found out.

use crate::clock::Millis;
use crate::entity::signature_form;
use sea_orm::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};

/// What is remembered of a host and still counts.
pub async fn get(db: &impl ConnectionTrait, host: &str, now: Millis) -> Result<Option<signature_form::Model>, DbErr> {
    let row = signature_form::Entity::find_by_id(host).one(db).await?;
    Ok(row.filter(|row| row.until > now))
}

/// Remembers it. Beyond `most` hosts those whose time ends first are forgotten.
pub async fn put(db: &impl ConnectionTrait, row: signature_form::Model, most: u64) -> Result<(), DbErr> {
    let again = OnConflict::column(signature_form::Column::Host)
        .update_columns([signature_form::Column::Form, signature_form::Column::Until])
        .to_owned();
    signature_form::Entity::insert(row.into_active_model()).on_conflict(again).exec_without_returning(db).await?;
    let count = signature_form::Entity::find().count(db).await?;
    if count <= most {
        return Ok(());
    }
    let first: Vec<String> = signature_form::Entity::find()
        .select_only()
        .column(signature_form::Column::Host)
        .order_by_asc(signature_form::Column::Until)
        .limit(count - most)
        .into_tuple()
        .all(db)
        .await?;
    signature_form::Entity::delete_many().filter(signature_form::Column::Host.is_in(first)).exec(db).await.map(drop)
}

/// Forgets what does not count any more.
pub async fn sweep(db: &impl ConnectionTrait, now: Millis) -> Result<(), DbErr> {
    signature_form::Entity::delete_many().filter(signature_form::Column::Until.lte(now)).exec(db).await.map(drop)
}

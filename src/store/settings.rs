//! What the server itself remembers.

use crate::entity::setting;
use sea_orm::IntoActiveModel;
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};

pub async fn get(db: &impl ConnectionTrait, name: &str) -> Result<Option<String>, DbErr> {
    Ok(setting::Entity::find_by_id(name).one(db).await?.map(|s| s.value))
}

pub async fn put(db: &impl ConnectionTrait, name: &str, value: String) -> Result<(), DbErr> {
    let row = setting::Model { name: name.to_owned(), value };
    let replace = OnConflict::column(setting::Column::Name).update_column(setting::Column::Value).to_owned();
    setting::Entity::insert(row.into_active_model()).on_conflict(replace).exec_without_returning(db).await.map(drop)
}

/// Puts it where nothing is.
pub async fn put_once(db: &impl ConnectionTrait, name: &str, value: String) -> Result<(), DbErr> {
    let row = setting::Model { name: name.to_owned(), value };
    let keep = OnConflict::column(setting::Column::Name).do_nothing().to_owned();
    setting::Entity::insert(row.into_active_model()).on_conflict(keep).exec_without_returning(db).await.map(drop)
}

/// Puts it where exactly this stands; false where it does not.
pub async fn change(db: &impl ConnectionTrait, name: &str, from: &str, to: String) -> Result<bool, DbErr> {
    let changed = setting::Entity::update_many()
        .col_expr(setting::Column::Value, Expr::value(to))
        .filter(setting::Column::Name.eq(name))
        .filter(setting::Column::Value.eq(from))
        .exec(db)
        .await?;
    Ok(changed.rows_affected > 0)
}

//! Posts being composed.

use crate::clock::Millis;
use crate::entity::draft;
use sea_orm::IntoActiveModel;
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{QueryOrder, QuerySelect};

/// A draft of this person, never somebody else's.
pub async fn get(db: &impl ConnectionTrait, account_id: i64, id: i64) -> Result<Option<draft::Model>, DbErr> {
    draft::Entity::find_by_id(id).filter(draft::Column::AccountId.eq(account_id)).one(db).await
}

/// Writes a draft unless one of that number is there.
pub async fn insert_if_new(db: &impl ConnectionTrait, row: draft::Model) -> Result<(), DbErr> {
    draft::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(draft::Column::Id).do_nothing().to_owned())
        .exec_without_returning(db)
        .await
        .map(drop)
}

pub async fn save(db: &impl ConnectionTrait, row: draft::Model) -> Result<(), DbErr> {
    draft::Entity::update(row.into_active_model().reset_all()).exec(db).await.map(drop)
}

/// Marks a draft as posted; false when it was already.
pub async fn posted(db: &impl ConnectionTrait, id: i64, post_id: i64) -> Result<bool, DbErr> {
    let done = draft::Entity::update_many()
        .col_expr(draft::Column::PostId, Expr::value(Some(post_id)))
        .filter(draft::Column::Id.eq(id))
        .filter(draft::Column::PostId.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

pub async fn remove(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    draft::Entity::delete_by_id(id).exec(db).await.map(drop)
}

/// The draft in which a post is being edited, if there is one.
pub async fn editing(db: &impl ConnectionTrait, account_id: i64, post_id: i64) -> Result<Option<draft::Model>, DbErr> {
    draft::Entity::find()
        .filter(draft::Column::AccountId.eq(account_id))
        .filter(draft::Column::EditingId.eq(post_id))
        .filter(draft::Column::PostId.is_null())
        .order_by_desc(draft::Column::Id)
        .one(db)
        .await
}

/// Drafts nobody has touched since `before`.
pub async fn stale(db: &impl ConnectionTrait, before: Millis, limit: u64) -> Result<Vec<draft::Model>, DbErr> {
    draft::Entity::find().filter(draft::Column::UpdatedAt.lt(before)).limit(limit).all(db).await
}

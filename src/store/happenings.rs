//! What happened a moment ago, for those who listen in any process.

use crate::entity::happening;
use sea_orm::IntoActiveModel;
use sea_orm::QueryOrder;
use sea_orm::prelude::*;

pub async fn put(db: &impl ConnectionTrait, row: happening::Model) -> Result<(), DbErr> {
    happening::Entity::insert(row.into_active_model()).exec_without_returning(db).await.map(drop)
}

/// Everything from this id on, in order.
pub async fn since(db: &impl ConnectionTrait, id: i64) -> Result<Vec<happening::Model>, DbErr> {
    happening::Entity::find().filter(happening::Column::Id.gte(id)).order_by_asc(happening::Column::Id).all(db).await
}

/// Forgets what came before this id.
pub async fn sweep(db: &impl ConnectionTrait, before: i64) -> Result<(), DbErr> {
    happening::Entity::delete_many().filter(happening::Column::Id.lt(before)).exec(db).await.map(drop)
}

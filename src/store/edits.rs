//! What posts said before they were edited.

use crate::entity::post_edit;
use sea_orm::prelude::*;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};

/// Keeps a version, and of all of its post the first and the newest `most`.
pub async fn add(db: &impl ConnectionTrait, row: post_edit::Model, most: usize) -> Result<(), DbErr> {
    let post_id = row.post_id;
    post_edit::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    let ids: Vec<i64> = post_edit::Entity::find()
        .select_only()
        .column(post_edit::Column::Id)
        .filter(post_edit::Column::PostId.eq(post_id))
        .order_by_asc(post_edit::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let surplus = ids.len().saturating_sub(most + 1);
    for id in ids.into_iter().skip(1).take(surplus) {
        post_edit::Entity::delete_by_id(id).exec(db).await?;
    }
    Ok(())
}

/// Every version of a post that is kept, the first one first, without what it says now.
pub async fn of_post(db: &impl ConnectionTrait, post_id: i64) -> Result<Vec<post_edit::Model>, DbErr> {
    post_edit::Entity::find()
        .filter(post_edit::Column::PostId.eq(post_id))
        .order_by_asc(post_edit::Column::Id)
        .all(db)
        .await
}

/// The post is gone, and everything it ever said.
pub async fn forget(db: &impl ConnectionTrait, post_id: i64) -> Result<(), DbErr> {
    post_edit::Entity::delete_many().filter(post_edit::Column::PostId.eq(post_id)).exec(db).await.map(drop)
}

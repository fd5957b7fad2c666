//! What people are told.

use super::Cursor;
use crate::entity::notification;
use sea_orm::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};

/// Tells once: the same thing again changes nothing.
pub async fn tell(db: &impl ConnectionTrait, row: notification::Model) -> Result<bool, DbErr> {
    let once = [
        notification::Column::AccountId,
        notification::Column::Kind,
        notification::Column::ActorId,
        notification::Column::PostId,
    ];
    let made = notification::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(once).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(made > 0)
}

pub async fn page(
    db: &impl ConnectionTrait,
    account_id: i64,
    cursor: Cursor,
) -> Result<Vec<notification::Model>, DbErr> {
    let query = notification::Entity::find().filter(notification::Column::AccountId.eq(account_id));
    cursor.read(db, query, notification::Column::Id).await
}

/// How many came after `seen`, counted up to `cap`.
pub async fn unread(db: &impl ConnectionTrait, account_id: i64, seen: i64, cap: u64) -> Result<u64, DbErr> {
    notification::Entity::find()
        .select_only()
        .column(notification::Column::Id)
        .filter(notification::Column::AccountId.eq(account_id))
        .filter(notification::Column::Id.gt(seen))
        .order_by_desc(notification::Column::Id)
        .limit(cap)
        .into_tuple::<i64>()
        .all(db)
        .await
        .map(|rows| rows.len() as u64)
}

/// Takes back what was told of a post, e.g. when it is gone.
pub async fn forget_post(db: &impl ConnectionTrait, post_id: i64) -> Result<(), DbErr> {
    notification::Entity::delete_many().filter(notification::Column::PostId.eq(post_id)).exec(db).await.map(drop)
}

/// Takes one kind of telling back, e.g. when a like is undone.
pub async fn forget(
    db: &impl ConnectionTrait,
    account_id: i64,
    kind: &str,
    actor_id: i64,
    post_id: i64,
) -> Result<(), DbErr> {
    notification::Entity::delete_many()
        .filter(notification::Column::AccountId.eq(account_id))
        .filter(notification::Column::Kind.eq(kind))
        .filter(notification::Column::ActorId.eq(actor_id))
        .filter(notification::Column::PostId.eq(post_id))
        .exec(db)
        .await
        .map(drop)
}

/// Takes back everything one person was told of another.
pub async fn forget_between(db: &impl ConnectionTrait, account_id: i64, actor_id: i64) -> Result<(), DbErr> {
    notification::Entity::delete_many()
        .filter(notification::Column::AccountId.eq(account_id))
        .filter(notification::Column::ActorId.eq(actor_id))
        .exec(db)
        .await
        .map(drop)
}

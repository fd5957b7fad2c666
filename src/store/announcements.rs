//! What the server has to say to everybody.

use crate::clock::Millis;
use crate::entity::{announcement, announcement_reaction, announcement_read};
use sea_orm::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, IntoActiveModel, QueryOrder, QuerySelect};
use std::collections::HashSet;

pub async fn insert(db: &impl ConnectionTrait, row: announcement::Model) -> Result<(), DbErr> {
    announcement::Entity::insert(row.into_active_model()).exec_without_returning(db).await.map(drop)
}

/// Takes it away, with who read it and who reacted.
pub async fn remove(db: &impl ConnectionTrait, id: i64) -> Result<bool, DbErr> {
    announcement_read::Entity::delete_many().filter(announcement_read::Column::AnnouncementId.eq(id)).exec(db).await?;
    announcement_reaction::Entity::delete_many()
        .filter(announcement_reaction::Column::AnnouncementId.eq(id))
        .exec(db)
        .await?;
    Ok(announcement::Entity::delete_by_id(id).exec(db).await?.rows_affected > 0)
}

/// Every one, the oldest first.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<announcement::Model>, DbErr> {
    announcement::Entity::find().order_by_asc(announcement::Column::Id).all(db).await
}

/// Those that are not over, the oldest first.
pub async fn standing(db: &impl ConnectionTrait, now: Millis) -> Result<Vec<announcement::Model>, DbErr> {
    let going = Condition::any().add(announcement::Column::EndsAt.is_null()).add(announcement::Column::EndsAt.gt(now));
    announcement::Entity::find().filter(going).order_by_asc(announcement::Column::Id).all(db).await
}

pub async fn read(db: &impl ConnectionTrait, row: announcement_read::Model) -> Result<(), DbErr> {
    let once = OnConflict::columns([announcement_read::Column::AccountId, announcement_read::Column::AnnouncementId])
        .do_nothing()
        .to_owned();
    announcement_read::Entity::insert(row.into_active_model())
        .on_conflict(once)
        .exec_without_returning(db)
        .await
        .map(drop)
}

/// Which of these somebody wants to see no more.
pub async fn read_by(db: &impl ConnectionTrait, account_id: i64, ids: &[i64]) -> Result<HashSet<i64>, DbErr> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let rows: Vec<i64> = announcement_read::Entity::find()
        .select_only()
        .column(announcement_read::Column::AnnouncementId)
        .filter(announcement_read::Column::AccountId.eq(account_id))
        .filter(announcement_read::Column::AnnouncementId.is_in(ids.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Reactions to these, in the order in which they were made.
pub async fn reactions(db: &impl ConnectionTrait, ids: &[i64]) -> Result<Vec<announcement_reaction::Model>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    announcement_reaction::Entity::find()
        .filter(announcement_reaction::Column::AnnouncementId.is_in(ids.iter().copied()))
        .order_by_asc(announcement_reaction::Column::CreatedAt)
        .order_by_asc(announcement_reaction::Column::Name)
        .all(db)
        .await
}

pub async fn react(db: &impl ConnectionTrait, row: announcement_reaction::Model) -> Result<(), DbErr> {
    let once = OnConflict::columns([
        announcement_reaction::Column::AnnouncementId,
        announcement_reaction::Column::Name,
        announcement_reaction::Column::AccountId,
    ])
    .do_nothing()
    .to_owned();
    announcement_reaction::Entity::insert(row.into_active_model())
        .on_conflict(once)
        .exec_without_returning(db)
        .await
        .map(drop)
}

pub async fn unreact(db: &impl ConnectionTrait, row: announcement_reaction::Model) -> Result<(), DbErr> {
    announcement_reaction::Entity::delete_by_id((row.announcement_id, row.name, row.account_id))
        .exec(db)
        .await
        .map(drop)
}

/// What is known of somebody who is gone.
pub async fn forget(db: &impl ConnectionTrait, account_id: i64) -> Result<(), DbErr> {
    announcement_read::Entity::delete_many()
        .filter(announcement_read::Column::AccountId.eq(account_id))
        .exec(db)
        .await?;
    announcement_reaction::Entity::delete_many()
        .filter(announcement_reaction::Column::AccountId.eq(account_id))
        .exec(db)
        .await
        .map(drop)
}

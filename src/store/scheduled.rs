//! Posts that wait for their hour, and the numbers that repeated calls post under.

use super::Cursor;
use crate::clock::Millis;
use crate::entity::{posting_key, scheduled_post};
use sea_orm::IntoActiveModel;
use sea_orm::prelude::*;
use sea_orm::sea_query::OnConflict;

pub async fn insert(db: &impl ConnectionTrait, row: scheduled_post::Model) -> Result<(), DbErr> {
    scheduled_post::Entity::insert(row.into_active_model()).exec_without_returning(db).await.map(drop)
}

pub async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<scheduled_post::Model>, DbErr> {
    scheduled_post::Entity::find_by_id(id).one(db).await
}

/// What somebody has waiting, the last written first.
pub async fn page(
    db: &impl ConnectionTrait,
    account_id: i64,
    cursor: Cursor,
) -> Result<Vec<scheduled_post::Model>, DbErr> {
    let query = scheduled_post::Entity::find().filter(scheduled_post::Column::AccountId.eq(account_id));
    cursor.read(db, query, scheduled_post::Column::Id).await
}

pub async fn count(db: &impl ConnectionTrait, account_id: i64) -> Result<u64, DbErr> {
    scheduled_post::Entity::find().filter(scheduled_post::Column::AccountId.eq(account_id)).count(db).await
}

/// Every one of somebody's.
pub async fn of_account(db: &impl ConnectionTrait, account_id: i64) -> Result<Vec<scheduled_post::Model>, DbErr> {
    scheduled_post::Entity::find().filter(scheduled_post::Column::AccountId.eq(account_id)).all(db).await
}

pub async fn save(db: &impl ConnectionTrait, row: scheduled_post::Model) -> Result<(), DbErr> {
    scheduled_post::Entity::update(row.into_active_model().reset_all()).exec(db).await.map(drop)
}

pub async fn remove(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    scheduled_post::Entity::delete_by_id(id).exec(db).await.map(drop)
}

/// The number that somebody's calls with this key post under: the one written down since `since`, or `row`'s.
pub async fn number(db: &impl ConnectionTrait, row: posting_key::Model, since: Millis) -> Result<i64, DbErr> {
    let id = (row.account_id, row.key_hash.clone());
    match posting_key::Entity::find_by_id(id.clone()).one(db).await? {
        Some(known) if known.created_at >= since => return Ok(known.number),
        Some(_) => {
            posting_key::Entity::delete_by_id(id.clone()).exec(db).await?;
        }
        None => {}
    }
    let mut once = OnConflict::columns([posting_key::Column::AccountId, posting_key::Column::KeyHash]);
    posting_key::Entity::insert(row.into_active_model())
        .on_conflict(once.do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    let written = posting_key::Entity::find_by_id(id).one(db).await?;
    written.map(|row| row.number).ok_or_else(|| DbErr::RecordNotFound("a key that was just written".to_owned()))
}

/// Forgets keys from before `before`.
pub async fn sweep_keys(db: &impl ConnectionTrait, before: Millis) -> Result<(), DbErr> {
    posting_key::Entity::delete_many().filter(posting_key::Column::CreatedAt.lt(before)).exec(db).await.map(drop)
}

pub async fn forget_keys(db: &impl ConnectionTrait, account_id: i64) -> Result<(), DbErr> {
    posting_key::Entity::delete_many().filter(posting_key::Column::AccountId.eq(account_id)).exec(db).await.map(drop)
}

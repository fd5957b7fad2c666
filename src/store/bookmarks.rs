//! Posts people keep for later, and conversations they do not want to be told of.

use super::Cursor;
use crate::clock::Millis;
use crate::entity::{bookmark, conversation_mute, post};
use sea_orm::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, QuerySelect, QueryTrait};

/// Keeps a post; once is enough.
pub async fn put(db: &impl ConnectionTrait, row: bookmark::Model) -> Result<(), DbErr> {
    let once = OnConflict::columns([bookmark::Column::PostId, bookmark::Column::AccountId]).do_nothing().to_owned();
    bookmark::Entity::insert(row.into_active_model()).on_conflict(once).exec_without_returning(db).await.map(drop)
}

pub async fn remove(db: &impl ConnectionTrait, account_id: i64, post_id: i64) -> Result<(), DbErr> {
    bookmark::Entity::delete_many()
        .filter(bookmark::Column::PostId.eq(post_id))
        .filter(bookmark::Column::AccountId.eq(account_id))
        .exec(db)
        .await
        .map(drop)
}

/// What somebody keeps, the last kept first; the cursor runs over bookmarks' ids.
pub async fn page(db: &impl ConnectionTrait, account_id: i64, cursor: Cursor) -> Result<Vec<bookmark::Model>, DbErr> {
    let query = bookmark::Entity::find().filter(bookmark::Column::AccountId.eq(account_id));
    cursor.read(db, query, bookmark::Column::Id).await
}

/// The post is gone.
pub async fn forget_post(db: &impl ConnectionTrait, post_id: i64) -> Result<(), DbErr> {
    bookmark::Entity::delete_many().filter(bookmark::Column::PostId.eq(post_id)).exec(db).await.map(drop)
}

/// Somebody does not want to be told of a conversation any more.
pub async fn silence(db: &impl ConnectionTrait, account_id: i64, root_id: i64, now: Millis) -> Result<(), DbErr> {
    let row = conversation_mute::Model { account_id, root_id, created_at: now };
    let once = OnConflict::columns([conversation_mute::Column::AccountId, conversation_mute::Column::RootId])
        .do_nothing()
        .to_owned();
    conversation_mute::Entity::insert(row.into_active_model())
        .on_conflict(once)
        .exec_without_returning(db)
        .await
        .map(drop)
}

pub async fn unsilence(db: &impl ConnectionTrait, account_id: i64, root_id: i64) -> Result<(), DbErr> {
    conversation_mute::Entity::delete_by_id((account_id, root_id)).exec(db).await.map(drop)
}

/// Whether somebody is not told of the conversation that a post belongs to.
pub async fn is_silent(db: &impl ConnectionTrait, account_id: i64, post_id: i64) -> Result<bool, DbErr> {
    let root = post::Entity::find_by_id(post_id).select_only().column(post::Column::RootId).into_query();
    let found = conversation_mute::Entity::find()
        .filter(conversation_mute::Column::AccountId.eq(account_id))
        .filter(conversation_mute::Column::RootId.in_subquery(root))
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// Everything of both that is kept for somebody who is gone.
pub async fn forget(db: &impl ConnectionTrait, account_id: i64) -> Result<(), DbErr> {
    bookmark::Entity::delete_many().filter(bookmark::Column::AccountId.eq(account_id)).exec(db).await?;
    conversation_mute::Entity::delete_many()
        .filter(conversation_mute::Column::AccountId.eq(account_id))
        .exec(db)
        .await
        .map(drop)
}

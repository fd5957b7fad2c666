//! Hashtags that people follow.

use super::{Cursor, tags};
use crate::entity::{follow, home_entry, post, post_tag, tag_follow};
use sea_orm::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect, QueryTrait};
use std::collections::HashSet;

/// True when it is new.
pub async fn put(db: &impl ConnectionTrait, row: tag_follow::Model) -> Result<bool, DbErr> {
    let once = [tag_follow::Column::AccountId, tag_follow::Column::TagId];
    let made = tag_follow::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(once).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(made > 0)
}

/// True when there was one.
pub async fn remove(db: &impl ConnectionTrait, account_id: i64, tag_id: i64) -> Result<bool, DbErr> {
    let done = tag_follow::Entity::delete_many()
        .filter(tag_follow::Column::AccountId.eq(account_id))
        .filter(tag_follow::Column::TagId.eq(tag_id))
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

pub async fn count(db: &impl ConnectionTrait, account_id: i64) -> Result<u64, DbErr> {
    tag_follow::Entity::find().filter(tag_follow::Column::AccountId.eq(account_id)).count(db).await
}

/// Newest first.
pub async fn page(db: &impl ConnectionTrait, account_id: i64, cursor: Cursor) -> Result<Vec<tag_follow::Model>, DbErr> {
    let query = tag_follow::Entity::find().filter(tag_follow::Column::AccountId.eq(account_id));
    cursor.read(db, query, tag_follow::Column::Id).await
}

/// Which of these a person follows.
pub async fn of(db: &impl ConnectionTrait, account_id: i64, tags: &[i64]) -> Result<HashSet<i64>, DbErr> {
    let found: Vec<i64> = tag_follow::Entity::find()
        .select_only()
        .column(tag_follow::Column::TagId)
        .filter(tag_follow::Column::AccountId.eq(account_id))
        .filter(tag_follow::Column::TagId.is_in(tags.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// People who follow one of these, by id, after `after`.
pub async fn followers(db: &impl ConnectionTrait, tags: &[i64], after: i64, limit: u64) -> Result<Vec<i64>, DbErr> {
    tag_follow::Entity::find()
        .select_only()
        .column(tag_follow::Column::AccountId)
        .filter(tag_follow::Column::TagId.is_in(tags.iter().copied()))
        .filter(tag_follow::Column::AccountId.gt(after))
        .distinct()
        .order_by_asc(tag_follow::Column::AccountId)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
}

/// Takes out of a home what is there for a hashtag alone: of nobody who is followed, and with no other
/// hashtag that is.
pub async fn drop_from_home(db: &impl ConnectionTrait, owner_id: i64, tag_id: i64) -> Result<(), DbErr> {
    let followed = follow::Entity::find()
        .select_only()
        .column(follow::Column::TargetId)
        .filter(follow::Column::FollowerId.eq(owner_id))
        .into_query();
    let others = tag_follow::Entity::find()
        .select_only()
        .column(tag_follow::Column::TagId)
        .filter(tag_follow::Column::AccountId.eq(owner_id))
        .into_query();
    let kept = post_tag::Entity::find()
        .select_only()
        .column(post_tag::Column::PostId)
        .filter(post_tag::Column::TagId.in_subquery(others))
        .into_query();
    let strangers = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(post::Column::Id.in_subquery(tags::carrying(&[tag_id])))
        .filter(post::Column::AccountId.ne(owner_id))
        .filter(post::Column::AccountId.not_in_subquery(followed))
        .filter(post::Column::Id.not_in_subquery(kept))
        .into_query();
    home_entry::Entity::delete_many()
        .filter(home_entry::Column::OwnerId.eq(owner_id))
        .filter(home_entry::Column::ViaId.eq(0))
        .filter(home_entry::Column::PostId.in_subquery(strangers))
        .exec(db)
        .await
        .map(drop)
}

/// Everything of somebody who is gone.
pub async fn forget(db: &impl ConnectionTrait, account_id: i64) -> Result<(), DbErr> {
    tag_follow::Entity::delete_many().filter(tag_follow::Column::AccountId.eq(account_id)).exec(db).await.map(drop)
}

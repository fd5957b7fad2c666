//! Likes and boosts.

use super::Cursor;
use crate::entity::{boost, post_like};
use sea_orm::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};

/// True when it is new.
pub async fn like(db: &impl ConnectionTrait, row: post_like::Model) -> Result<bool, DbErr> {
    let made = post_like::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([post_like::Column::PostId, post_like::Column::AccountId]).do_nothing().to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(made > 0)
}

/// The like that was taken back, if there was one.
pub async fn unlike(
    db: &impl ConnectionTrait,
    account_id: i64,
    post_id: i64,
) -> Result<Option<post_like::Model>, DbErr> {
    let row = post_like::Entity::find()
        .filter(post_like::Column::PostId.eq(post_id))
        .filter(post_like::Column::AccountId.eq(account_id))
        .one(db)
        .await?;
    if let Some(row) = &row {
        post_like::Entity::delete_by_id(row.id).exec(db).await?;
    }
    Ok(row)
}

pub async fn like_by_uri(db: &impl ConnectionTrait, uri: &str) -> Result<Option<post_like::Model>, DbErr> {
    post_like::Entity::find().filter(post_like::Column::Uri.eq(uri)).one(db).await
}

pub async fn like_by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<post_like::Model>, DbErr> {
    post_like::Entity::find_by_id(id).one(db).await
}

/// True when it is new.
pub async fn boost(db: &impl ConnectionTrait, row: boost::Model) -> Result<bool, DbErr> {
    let made = boost::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([boost::Column::PostId, boost::Column::AccountId]).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(made > 0)
}

/// The boost that was taken back, if there was one.
pub async fn unboost(db: &impl ConnectionTrait, account_id: i64, post_id: i64) -> Result<Option<boost::Model>, DbErr> {
    let row = boost::Entity::find()
        .filter(boost::Column::PostId.eq(post_id))
        .filter(boost::Column::AccountId.eq(account_id))
        .one(db)
        .await?;
    if let Some(row) = &row {
        boost::Entity::delete_by_id(row.id).exec(db).await?;
    }
    Ok(row)
}

pub async fn boost_by_uri(db: &impl ConnectionTrait, uri: &str) -> Result<Option<boost::Model>, DbErr> {
    boost::Entity::find().filter(boost::Column::Uri.eq(uri)).one(db).await
}

pub async fn boost_by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<boost::Model>, DbErr> {
    boost::Entity::find_by_id(id).one(db).await
}

/// Likes by a person, newest first.
pub async fn likes_by(
    db: &impl ConnectionTrait,
    account_id: i64,
    cursor: Cursor,
) -> Result<Vec<post_like::Model>, DbErr> {
    let query = post_like::Entity::find().filter(post_like::Column::AccountId.eq(account_id));
    cursor.read(db, query, post_like::Column::Id).await
}

/// Likes of a post, newest first.
pub async fn likes_of(db: &impl ConnectionTrait, post_id: i64, cursor: Cursor) -> Result<Vec<post_like::Model>, DbErr> {
    let query = post_like::Entity::find().filter(post_like::Column::PostId.eq(post_id));
    cursor.read(db, query, post_like::Column::Id).await
}

/// Boosts of a post, newest first, a part of them.
pub async fn boosts_of(db: &impl ConnectionTrait, post_id: i64, cursor: Cursor) -> Result<Vec<boost::Model>, DbErr> {
    let query = boost::Entity::find().filter(boost::Column::PostId.eq(post_id));
    cursor.read(db, query, boost::Column::Id).await
}

/// Somebody's boost of a post.
pub async fn boost_by(db: &impl ConnectionTrait, account_id: i64, post_id: i64) -> Result<Option<boost::Model>, DbErr> {
    boost::Entity::find()
        .filter(boost::Column::PostId.eq(post_id))
        .filter(boost::Column::AccountId.eq(account_id))
        .one(db)
        .await
}

/// Boosts of a post, newest first.
pub async fn newest_boosts(db: &impl ConnectionTrait, post_id: i64, limit: u64) -> Result<Vec<boost::Model>, DbErr> {
    boost::Entity::find()
        .filter(boost::Column::PostId.eq(post_id))
        .order_by_desc(boost::Column::Id)
        .limit(limit)
        .all(db)
        .await
}

/// Boosts by a person, newest first.
pub async fn boosts_by(db: &impl ConnectionTrait, account_id: i64, cursor: Cursor) -> Result<Vec<boost::Model>, DbErr> {
    let query = boost::Entity::find().filter(boost::Column::AccountId.eq(account_id));
    cursor.read(db, query, boost::Column::Id).await
}

/// Boosts by their ids.
pub async fn boosts_by_ids(db: &impl ConnectionTrait, ids: &[i64]) -> Result<Vec<boost::Model>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    boost::Entity::find().filter(boost::Column::Id.is_in(ids.iter().copied())).all(db).await
}

/// Everybody who liked or boosted a post.
pub async fn people(db: &impl ConnectionTrait, post_id: i64) -> Result<Vec<i64>, DbErr> {
    let likes = post_like::Entity::find().filter(post_like::Column::PostId.eq(post_id)).all(db).await?;
    let boosts = boost::Entity::find().filter(boost::Column::PostId.eq(post_id)).all(db).await?;
    Ok(likes.into_iter().map(|l| l.account_id).chain(boosts.into_iter().map(|b| b.account_id)).collect())
}

/// People of this server who boosted a post, the last ones first.
pub async fn boosters_here(db: &impl ConnectionTrait, post_id: i64, limit: u64) -> Result<Vec<i64>, DbErr> {
    use crate::entity::login;
    let here: sea_orm::RelationDef =
        boost::Entity::belongs_to(login::Entity).from(boost::Column::AccountId).to(login::Column::AccountId).into();
    boost::Entity::find()
        .select_only()
        .column(boost::Column::AccountId)
        .join(sea_orm::JoinType::InnerJoin, here)
        .filter(boost::Column::PostId.eq(post_id))
        .order_by_desc(boost::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
}

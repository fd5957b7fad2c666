//! What people do not want to read.

use crate::entity::{content_filter, filter_keyword, filter_post};
use sea_orm::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, QueryOrder};

/// Every filter of somebody, the oldest first.
pub async fn of(db: &impl ConnectionTrait, account_id: i64) -> Result<Vec<content_filter::Model>, DbErr> {
    content_filter::Entity::find()
        .filter(content_filter::Column::AccountId.eq(account_id))
        .order_by_asc(content_filter::Column::Id)
        .all(db)
        .await
}

/// One filter, where it is hers.
pub async fn by_id(
    db: &impl ConnectionTrait,
    account_id: i64,
    id: i64,
) -> Result<Option<content_filter::Model>, DbErr> {
    content_filter::Entity::find_by_id(id).filter(content_filter::Column::AccountId.eq(account_id)).one(db).await
}

/// The words of one of her filters, or of all, the oldest first.
pub async fn keywords(
    db: &impl ConnectionTrait,
    account_id: i64,
    filter_id: Option<i64>,
) -> Result<Vec<filter_keyword::Model>, DbErr> {
    let query = filter_keyword::Entity::find().filter(filter_keyword::Column::AccountId.eq(account_id));
    let query = match filter_id {
        Some(id) => query.filter(filter_keyword::Column::FilterId.eq(id)),
        None => query,
    };
    query.order_by_asc(filter_keyword::Column::Id).all(db).await
}

pub async fn keyword(
    db: &impl ConnectionTrait,
    account_id: i64,
    id: i64,
) -> Result<Option<filter_keyword::Model>, DbErr> {
    filter_keyword::Entity::find_by_id(id).filter(filter_keyword::Column::AccountId.eq(account_id)).one(db).await
}

/// The posts of one of her filters, or of all, the oldest first.
pub async fn posts(
    db: &impl ConnectionTrait,
    account_id: i64,
    filter_id: Option<i64>,
) -> Result<Vec<filter_post::Model>, DbErr> {
    let query = filter_post::Entity::find().filter(filter_post::Column::AccountId.eq(account_id));
    let query = match filter_id {
        Some(id) => query.filter(filter_post::Column::FilterId.eq(id)),
        None => query,
    };
    query.order_by_asc(filter_post::Column::Id).all(db).await
}

pub async fn post(db: &impl ConnectionTrait, account_id: i64, id: i64) -> Result<Option<filter_post::Model>, DbErr> {
    filter_post::Entity::find_by_id(id).filter(filter_post::Column::AccountId.eq(account_id)).one(db).await
}

/// Makes a filter, or changes it.
pub async fn put(db: &impl ConnectionTrait, row: content_filter::Model) -> Result<(), DbErr> {
    use content_filter::Column::{Action, Contexts, ExpiresAt, Id, Title};
    let again = OnConflict::column(Id).update_columns([Title, Contexts, Action, ExpiresAt]).to_owned();
    content_filter::Entity::insert(row.into_active_model())
        .on_conflict(again)
        .exec_without_returning(db)
        .await
        .map(drop)
}

/// Makes a word, or changes it.
pub async fn put_keyword(db: &impl ConnectionTrait, row: filter_keyword::Model) -> Result<(), DbErr> {
    use filter_keyword::Column::{Id, Keyword, WholeWord};
    let again = OnConflict::column(Id).update_columns([Keyword, WholeWord]).to_owned();
    filter_keyword::Entity::insert(row.into_active_model())
        .on_conflict(again)
        .exec_without_returning(db)
        .await
        .map(drop)
}

/// Adds a post; one that is there stays as it is.
pub async fn add_post(db: &impl ConnectionTrait, row: filter_post::Model) -> Result<(), DbErr> {
    use filter_post::Column::{AccountId, FilterId, PostId};
    filter_post::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([AccountId, FilterId, PostId]).do_nothing().to_owned())
        .exec_without_returning(db)
        .await
        .map(drop)
}

/// Takes a filter away, with its words and posts.
pub async fn remove(db: &impl ConnectionTrait, account_id: i64, id: i64) -> Result<(), DbErr> {
    filter_keyword::Entity::delete_many()
        .filter(filter_keyword::Column::AccountId.eq(account_id))
        .filter(filter_keyword::Column::FilterId.eq(id))
        .exec(db)
        .await?;
    filter_post::Entity::delete_many()
        .filter(filter_post::Column::AccountId.eq(account_id))
        .filter(filter_post::Column::FilterId.eq(id))
        .exec(db)
        .await?;
    content_filter::Entity::delete_by_id(id).exec(db).await.map(drop)
}

pub async fn remove_keyword(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    filter_keyword::Entity::delete_by_id(id).exec(db).await.map(drop)
}

pub async fn remove_post(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    filter_post::Entity::delete_by_id(id).exec(db).await.map(drop)
}

/// Forgets a post that is gone.
pub async fn forget_post(db: &impl ConnectionTrait, post_id: i64) -> Result<(), DbErr> {
    filter_post::Entity::delete_many().filter(filter_post::Column::PostId.eq(post_id)).exec(db).await.map(drop)
}

/// Forgets the filters of somebody who is gone.
pub async fn forget(db: &impl ConnectionTrait, account_id: i64) -> Result<(), DbErr> {
    filter_keyword::Entity::delete_many().filter(filter_keyword::Column::AccountId.eq(account_id)).exec(db).await?;
    filter_post::Entity::delete_many().filter(filter_post::Column::AccountId.eq(account_id)).exec(db).await?;
    content_filter::Entity::delete_many()
        .filter(content_filter::Column::AccountId.eq(account_id))
        .exec(db)
        .await
        .map(drop)
}

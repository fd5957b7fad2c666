//! Which posts elsewhere quote ours.

use crate::clock::Millis;
use crate::entity::quote;
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};
use std::collections::HashMap;

/// Most quotes of one post that are listed.
pub const LISTED: u64 = 100;

pub async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<quote::Model>, DbErr> {
    quote::Entity::find_by_id(id).one(db).await
}

/// The quote of a post by a post; the one written down first stays.
pub async fn put(db: &impl ConnectionTrait, row: quote::Model) -> Result<quote::Model, DbErr> {
    let (post_id, uri) = (row.post_id, row.uri.clone());
    quote::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([quote::Column::PostId, quote::Column::Uri]).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    let found = quote::Entity::find()
        .filter(quote::Column::PostId.eq(post_id))
        .filter(quote::Column::Uri.eq(uri))
        .one(db)
        .await?;
    found.ok_or_else(|| DbErr::RecordNotFound("a quote that was just written".to_owned()))
}

/// Quotes of a post that are in force, newest first.
pub async fn of_post(db: &impl ConnectionTrait, post_id: i64) -> Result<Vec<quote::Model>, DbErr> {
    quote::Entity::find()
        .filter(quote::Column::PostId.eq(post_id))
        .filter(quote::Column::RevokedAt.is_null())
        .order_by_desc(quote::Column::Id)
        .limit(LISTED)
        .all(db)
        .await
}

/// How many quotes of these posts are in force.
pub async fn totals(db: &impl ConnectionTrait, posts: &[i64]) -> Result<HashMap<i64, i64>, DbErr> {
    if posts.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(i64, i64)> = quote::Entity::find()
        .select_only()
        .column(quote::Column::PostId)
        .column_as(quote::Column::Id.count(), "quotes")
        .filter(quote::Column::PostId.is_in(posts.iter().copied()))
        .filter(quote::Column::RevokedAt.is_null())
        .group_by(quote::Column::PostId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Quotes in force by one person, of posts of anybody.
pub async fn by_account(db: &impl ConnectionTrait, account_id: i64) -> Result<Vec<quote::Model>, DbErr> {
    quote::Entity::find()
        .filter(quote::Column::AccountId.eq(account_id))
        .filter(quote::Column::RevokedAt.is_null())
        .all(db)
        .await
}

/// True when it was in force until now.
pub async fn revoke(db: &impl ConnectionTrait, id: i64, at: Millis) -> Result<bool, DbErr> {
    let done = quote::Entity::update_many()
        .col_expr(quote::Column::RevokedAt, Expr::value(Some(at)))
        .filter(quote::Column::Id.eq(id))
        .filter(quote::Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// The quoting post is gone: so is what was allowed to it.
pub async fn forget(db: &impl ConnectionTrait, uri: &str) -> Result<(), DbErr> {
    quote::Entity::delete_many().filter(quote::Column::Uri.eq(uri)).exec(db).await.map(drop)
}

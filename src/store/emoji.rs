//! Custom emoji, ours and others'.

use crate::entity::emoji;
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{Condition, IntoActiveModel, QueryOrder, QuerySelect};
use std::collections::HashSet;

/// One emoji.
pub type Row = emoji::Model;

/// What a name is looked up by: `domain` is empty for ours.
pub fn handle(shortcode: &str, domain: &str) -> String {
    format!("{shortcode}@{domain}")
}

pub async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<emoji::Model>, DbErr> {
    emoji::Entity::find_by_id(id).one(db).await
}

/// Those of these handles ([`handle`]) that are known.
pub async fn named(db: &impl ConnectionTrait, handles: &HashSet<String>) -> Result<Vec<emoji::Model>, DbErr> {
    let mut found = Vec::new();
    let handles: Vec<&String> = handles.iter().collect();
    for some in handles.chunks(500) {
        let some = some.iter().map(|h| (*h).clone());
        found.extend(emoji::Entity::find().filter(emoji::Column::Handle.is_in(some)).all(db).await?);
    }
    Ok(found)
}

/// How many of one other server's are known.
pub async fn count_of(db: &impl ConnectionTrait, domain: &str) -> Result<u64, DbErr> {
    emoji::Entity::find().filter(emoji::Column::Domain.eq(domain)).count(db).await
}

/// Some of those of another server and of those below it.
pub async fn of_domain(db: &impl ConnectionTrait, domain: &str, limit: u64) -> Result<Vec<emoji::Model>, DbErr> {
    let below = Condition::any()
        .add(emoji::Column::Domain.eq(domain))
        .add(emoji::Column::Domain.ends_with(format!(".{domain}")));
    emoji::Entity::find().filter(below).limit(limit).all(db).await
}

/// Ours, by name.
pub async fn ours(db: &impl ConnectionTrait) -> Result<Vec<emoji::Model>, DbErr> {
    emoji::Entity::find().filter(emoji::Column::Domain.is_null()).order_by_asc(emoji::Column::Shortcode).all(db).await
}

/// Writes it down unless one of that handle is known.
pub async fn insert_if_new(db: &impl ConnectionTrait, row: emoji::Model) -> Result<bool, DbErr> {
    let made = emoji::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(emoji::Column::Handle).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(made > 0)
}

/// Writes every column of `row`.
pub async fn save(db: &impl ConnectionTrait, row: emoji::Model) -> Result<(), DbErr> {
    emoji::Entity::update(row.into_active_model().reset_all()).exec(db).await.map(drop)
}

/// What is served for it from now on.
pub async fn set_media(db: &impl ConnectionTrait, id: i64, key: &str) -> Result<(), DbErr> {
    emoji::Entity::update_many()
        .col_expr(emoji::Column::MediaKey, Expr::value(Some(key.to_owned())))
        .filter(emoji::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Forgets those of others that were never to be had, asked for last before `before`.
pub async fn sweep(db: &impl ConnectionTrait, before: i64) -> Result<(), DbErr> {
    emoji::Entity::delete_many()
        .filter(emoji::Column::MediaKey.is_null())
        .filter(emoji::Column::AskedAt.lt(before))
        .exec(db)
        .await
        .map(drop)
}

pub async fn remove(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    emoji::Entity::delete_by_id(id).exec(db).await.map(drop)
}

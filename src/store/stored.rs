//! Which files the rows know, by name.

use crate::clock::Millis;
use crate::entity::{emoji, photo, rendition};
use sea_orm::prelude::*;
use sea_orm::{FromQueryResult, QuerySelect};
use std::collections::HashMap;

/// What a row says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// SHA-256, where it was noted.
    pub hash: Option<Vec<u8>>,
    /// Its length, where it was noted.
    pub bytes: Option<i64>,
    /// As in `Content-Type`; of sizes it stands in their name.
    pub mime: Option<String>,
    /// Of which photo it is.
    pub photo_id: Option<i64>,
    pub created_at: Millis,
}

/// A row, as it is read.
#[derive(FromQueryResult)]
struct Row {
    key: String,
    hash: Option<Vec<u8>>,
    bytes: Option<i64>,
    mime: Option<String>,
    photo_id: Option<i64>,
    created_at: Millis,
}

/// Files whose names begin so. `beginning` ends in a hex digit.
pub async fn beginning_with(db: &impl ConnectionTrait, beginning: &str) -> Result<HashMap<String, Known>, DbErr> {
    // Hex digits follow: all of them come before this.
    let end = format!("{beginning}g");
    let sizes = rendition::Entity::find()
        .select_only()
        .column(rendition::Column::Key)
        .column_as(rendition::Column::ContentHash, "hash")
        .expr_as(Expr::value(Option::<String>::None), "mime")
        .columns([rendition::Column::Bytes, rendition::Column::PhotoId, rendition::Column::CreatedAt])
        .filter(rendition::Column::Key.gte(beginning))
        .filter(rendition::Column::Key.lt(end.as_str()))
        .into_model::<Row>()
        .all(db)
        .await?;
    let originals = photo::Entity::find()
        .select_only()
        .column_as(photo::Column::OriginalKey, "key")
        .column_as(photo::Column::ContentHash, "hash")
        .column_as(photo::Column::OriginalBytes, "bytes")
        .column_as(photo::Column::OriginalType, "mime")
        .column_as(photo::Column::Id, "photo_id")
        .column(photo::Column::CreatedAt)
        .filter(photo::Column::OriginalKey.gte(beginning))
        .filter(photo::Column::OriginalKey.lt(end.as_str()))
        .into_model::<Row>()
        .all(db)
        .await?;
    let emoji = emoji::Entity::find()
        .filter(emoji::Column::MediaKey.gte(beginning))
        .filter(emoji::Column::MediaKey.lt(end.as_str()))
        .all(db)
        .await?;
    let pictures = emoji.into_iter().filter_map(|row| {
        let created_at = row.updated.unwrap_or(row.asked_at);
        Some(Row { key: row.media_key?, hash: None, bytes: None, mime: None, photo_id: None, created_at })
    });
    let known = |row: Row| {
        let Row { key, hash, bytes, mime, photo_id, created_at } = row;
        (key, Known { hash, bytes, mime, photo_id, created_at })
    };
    Ok(sizes.into_iter().chain(originals).chain(pictures).map(known).collect())
}

/// Whether any row names this file.
pub async fn is_known(db: &impl ConnectionTrait, key: &str) -> Result<bool, DbErr> {
    Ok(rendition::Entity::find_by_id(key).count(db).await? > 0
        || photo::Entity::find().filter(photo::Column::OriginalKey.eq(key)).count(db).await? > 0
        || emoji::Entity::find().filter(emoji::Column::MediaKey.eq(key)).count(db).await? > 0)
}

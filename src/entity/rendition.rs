//! A served size of a photo, or an avatar or header (`account_id`). The key is 128 random bits.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rendition")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub key: String,
    #[sea_orm(nullable)]
    pub photo_id: Option<i64>,
    #[sea_orm(nullable)]
    pub account_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub role: String,
    pub width: i64,
    pub height: i64,
    pub bytes: i64,
    pub created_at: i64,
    /// JPEG quality; 0 for what was copied rather than encoded.
    pub quality: i64,
    /// `srgb` or `p3`.
    #[sea_orm(column_type = "Text")]
    pub gamut: String,
    #[sea_orm(nullable)]
    pub content_hash: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

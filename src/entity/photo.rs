//! A photograph: in a draft, in a post, or waiting to be fetched from elsewhere (`state` is `ready`, `remote` or `failed`). Focus is in thousandths, -1000 to 1000, y up.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "photo")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub account_id: i64,
    #[sea_orm(nullable)]
    pub post_id: Option<i64>,
    #[sea_orm(nullable)]
    pub draft_id: Option<i64>,
    pub position: i64,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    #[sea_orm(column_type = "Text")]
    pub alt: String,
    pub focus_x: i64,
    pub focus_y: i64,
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub original_key: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub original_type: String,
    pub original_bytes: i64,
    #[sea_orm(nullable)]
    pub content_hash: Option<Vec<u8>>,
    pub width: i64,
    pub height: i64,
    #[sea_orm(column_type = "Text")]
    pub blurhash: String,
    #[sea_orm(column_type = "Text")]
    pub color: String,
    pub pipeline: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub remote_url: Option<String>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

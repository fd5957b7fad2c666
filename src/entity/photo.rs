//! A photograph: in a draft, in a post, or waiting to be fetched from elsewhere (`state` is one of those in `service::uploads`). Focus is in thousandths, -1000 to 1000, y up.

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
    /// The recipe its sizes were made by.
    pub pipeline: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub remote_url: Option<String>,
    pub created_at: i64,
    /// JSON of what the file said about itself; of remote photos what their servers say of them.
    #[sea_orm(column_type = "Text")]
    pub metadata: String,
    /// JSON list of what of the original is in nothing that is served.
    #[sea_orm(column_type = "Text")]
    pub removed: String,
    /// Keys of the fields of `metadata` that everybody may see, with commas.
    #[sea_orm(column_type = "Text")]
    pub shows: String,
    /// 1: a cleaned copy of the original may be had by everybody who sees the post.
    pub offered: i32,
    /// Pixels of the original, upright; 0 where it was not kept.
    pub original_width: i64,
    pub original_height: i64,
    /// JSON of where a remote photo was taken, as its author says; empty where nothing is said.
    #[sea_orm(column_type = "Text")]
    pub place: String,
    /// Of remote photos: when somebody here last looked, to about a day; 0 where that was not noted yet …
    pub seen_at: i64,
    /// … and when their server was last asked for them and had nothing; 0 for never.
    pub asked_at: i64,
    /// Since when a photo that an app sent is in nothing; 0 where it is in something.
    pub loose_since: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

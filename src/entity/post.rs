//! A post. Local ones keep what was typed in `caption`; remote ones keep their HTML in `html`. `root_id` is the first post of the conversation. `listed` marks what stands on the public feed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "post")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub account_id: i64,
    #[sea_orm(nullable)]
    pub draft_id: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub uri: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub url: Option<String>,
    #[sea_orm(nullable)]
    pub in_reply_to_id: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub in_reply_to_uri: Option<String>,
    pub root_id: i64,
    #[sea_orm(column_type = "Text")]
    pub caption: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub html: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub warning: String,
    pub sensitive: i32,
    #[sea_orm(column_type = "Text")]
    pub language: String,
    #[sea_orm(column_type = "Text")]
    pub visibility: String,
    pub listed: i32,
    pub photo_count: i64,
    pub published_at: i64,
    pub received_at: i64,
    #[sea_orm(nullable)]
    pub edited_at: Option<i64>,
    #[sea_orm(nullable)]
    pub deleted_at: Option<i64>,
    #[sea_orm(nullable)]
    pub pinned_at: Option<i64>,
    pub like_count: i64,
    pub boost_count: i64,
    pub reply_count: i64,
    /// JSON of who may do what with a remote post; empty where nothing was said.
    #[sea_orm(column_type = "Text")]
    pub policy: String,
    /// JSON of where it was, as far as its author says so; empty where she does not.
    #[sea_orm(column_type = "Text")]
    pub place: String,
    /// Name of what it is filed under, or empty.
    #[sea_orm(column_type = "Text")]
    pub category: String,
    /// JSON of the app it was written with, its name and its page; empty where it was none.
    #[sea_orm(column_type = "Text")]
    pub via: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

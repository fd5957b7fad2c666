//! A small picture that stands for `:shortcode:` in what people of one server write.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "emoji")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// `shortcode@domain`, `shortcode@` for ours.
    #[sea_orm(column_type = "Text")]
    pub handle: String,
    #[sea_orm(column_type = "Text")]
    pub shortcode: String,
    /// Absent for ours.
    #[sea_orm(column_type = "Text", nullable)]
    pub domain: Option<String>,
    /// What is served; absent until it has been fetched.
    #[sea_orm(column_type = "Text", nullable)]
    pub media_key: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub uri: Option<String>,
    /// Where the picture is on its own server.
    #[sea_orm(column_type = "Text", nullable)]
    pub remote_url: Option<String>,
    /// When it last changed, as its server says.
    #[sea_orm(nullable)]
    pub updated: Option<i64>,
    /// When fetching it was last queued.
    pub asked_at: i64,
    /// 1: offered to people who write here.
    pub visible_in_picker: i32,
    #[sea_orm(column_type = "Text", nullable)]
    pub category: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

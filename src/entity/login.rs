//! How a person of this server signs in. `notifications_seen` is the id of the newest one she has looked at.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "login")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: i64,
    #[sea_orm(column_type = "Text")]
    pub email: String,
    #[sea_orm(column_type = "Text")]
    pub email_key: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub password_hash: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub role: String,
    #[sea_orm(column_type = "Text")]
    pub language: String,
    pub notifications_seen: i64,
    pub created_at: i64,
    #[sea_orm(nullable)]
    pub seen_at: Option<i64>,
    /// Fields of camera data shown with new photos, with commas.
    #[sea_orm(column_type = "Text")]
    pub shows: String,
    /// Written into the files that are served, where not empty.
    #[sea_orm(column_type = "Text")]
    pub credit_artist: String,
    #[sea_orm(column_type = "Text")]
    pub credit_copyright: String,
    /// 1: home shows posts with pictures only.
    pub home_pictures: i32,
    /// Who sees what she posts from an app that does not say; empty for everybody.
    #[sea_orm(column_type = "Text")]
    pub posts_to: String,
    /// 1: what she posts from such an app is sensitive.
    pub posts_sensitive: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

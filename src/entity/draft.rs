//! A post being composed, or the changes to one that is out (`editing_id`). `post_id` is set once it was posted, so that a second press finds the first one's post.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draft")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub account_id: i64,
    #[sea_orm(nullable)]
    pub editing_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub caption: String,
    #[sea_orm(column_type = "Text")]
    pub warning: String,
    #[sea_orm(column_type = "Text")]
    pub language: String,
    #[sea_orm(column_type = "Text")]
    pub visibility: String,
    #[sea_orm(nullable)]
    pub post_id: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
    /// As in the post.
    #[sea_orm(column_type = "Text")]
    pub place: String,
    /// As in the post.
    #[sea_orm(column_type = "Text")]
    pub category: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

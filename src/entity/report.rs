//! A report, of a person here or of another server. `posts` is a JSON list of ids.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub reporter_id: i64,
    pub target_id: i64,
    #[sea_orm(column_type = "Text")]
    pub category: String,
    #[sea_orm(column_type = "Text")]
    pub comment: String,
    #[sea_orm(column_type = "Text")]
    pub posts: String,
    pub forwarded: i32,
    pub created_at: i64,
    #[sea_orm(nullable)]
    pub closed_at: Option<i64>,
    #[sea_orm(nullable)]
    pub closed_by: Option<i64>,
    /// JSON list of ids of the rules that are broken.
    #[sea_orm(column_type = "Text")]
    pub rules: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

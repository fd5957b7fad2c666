//! `state` is `pending` or `accepted`; `uri` is the Follow activity's id.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "follow")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub follower_id: i64,
    pub target_id: i64,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub uri: Option<String>,
    pub created_at: i64,
    /// 0: her boosts stay out of the follower's home.
    pub reblogs: i32,
    /// 1: each of her posts is told to the follower.
    pub notify: i32,
    /// JSON list of the languages that come home; empty for all.
    #[sea_orm(column_type = "Text")]
    pub languages: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

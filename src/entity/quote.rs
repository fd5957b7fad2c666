//! A post elsewhere that quotes one of ours, and may. `id` is the number of its stamp; `quoting_id` is the
//! quoting post where it is kept here.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quote")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub post_id: i64,
    pub account_id: i64,
    #[sea_orm(column_type = "Text")]
    pub uri: String,
    #[sea_orm(column_type = "Text")]
    pub request: String,
    #[sea_orm(nullable)]
    pub quoting_id: Option<i64>,
    pub created_at: i64,
    #[sea_orm(nullable)]
    pub revoked_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

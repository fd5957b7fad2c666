//! What a post of another server asks. `options` is JSON; `heard_at` is when its author last said how it
//! stands, `asked_at` when that was last asked for (0: never).

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "poll")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: i64,
    #[sea_orm(column_type = "Text")]
    pub options: String,
    pub multiple: i32,
    #[sea_orm(nullable)]
    pub ends_at: Option<i64>,
    #[sea_orm(nullable)]
    pub voters: Option<i64>,
    pub heard_at: i64,
    pub asked_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

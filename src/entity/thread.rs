//! Where a remote post lists its answers, and when its conversation was last walked (0: never).

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "thread")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub replies: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub context: Option<String>,
    pub walked_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

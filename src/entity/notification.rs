//! `post_id` is 0 where there is none, so that the same thing is told once. `filtered` is 1 while it waits until
//! its owner asks for what that person has to say.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub account_id: i64,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub actor_id: i64,
    pub post_id: i64,
    pub created_at: i64,
    pub filtered: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

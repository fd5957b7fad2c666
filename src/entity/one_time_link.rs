//! A link that lets its holder do one thing once: create the owner's account, set a password.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "one_time_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: Vec<u8>,
    #[sea_orm(column_type = "Text")]
    pub purpose: String,
    #[sea_orm(nullable)]
    pub account_id: Option<i64>,
    pub created_at: i64,
    pub expires_at: i64,
    #[sea_orm(nullable)]
    pub used_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! Where an app of somebody's is told. `id` has 31 bits: apps keep it in so many. `sealed_token` is sent along, so that an app knows for whom it is. `alerts` are words with blanks between.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "push_subscription")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub token_id: i64,
    pub account_id: i64,
    #[sea_orm(column_type = "Text")]
    pub endpoint: String,
    pub public_key: Vec<u8>,
    pub auth: Vec<u8>,
    pub standard: i32,
    #[sea_orm(column_type = "Text")]
    pub policy: String,
    #[sea_orm(column_type = "Text")]
    pub alerts: String,
    pub sealed_token: Vec<u8>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

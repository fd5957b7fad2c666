//! What somebody wants to be told of: `accept`, `filter` or `drop` for each kind of people.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification_policy")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: i64,
    #[sea_orm(column_type = "Text")]
    pub not_following: String,
    #[sea_orm(column_type = "Text")]
    pub not_followers: String,
    #[sea_orm(column_type = "Text")]
    pub new_accounts: String,
    #[sea_orm(column_type = "Text")]
    pub private_mentions: String,
    #[sea_orm(column_type = "Text")]
    pub limited_accounts: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

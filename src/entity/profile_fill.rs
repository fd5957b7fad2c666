//! What was fetched of a remote profile. `next` is the page of the outbox to go on with, absent at its end.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "profile_fill")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: i64,
    pub asked_at: i64,
    #[sea_orm(nullable)]
    pub ended_at: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub next: Option<String>,
    pub pages: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

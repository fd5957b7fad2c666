//! Work that must not be lost. Available when `run_at` and `leased_until` have passed. Each `queue` has places of its own; within it `lane` groups what must not crowd out others, e.g. one receiving host.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    #[sea_orm(column_type = "Text")]
    pub queue: String,
    #[sea_orm(column_type = "Text")]
    pub lane: String,
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub unique_key: Option<String>,
    pub run_at: i64,
    pub leased_until: i64,
    /// How often it was tried and ended; or is being tried.
    pub attempts: i64,
    /// How often its process died over it.
    pub deaths: i64,
    pub dead: i32,
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

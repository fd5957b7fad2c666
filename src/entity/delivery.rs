//! One activity to one inbox: waiting (`state` is 0, available when `run_at` and `leased_until` have passed), or how it ended. `in_order`: waits until everything said earlier about its object has ended.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub activity_id: i64,
    pub object_id: i64,
    pub inbox_id: i64,
    pub in_order: i32,
    pub state: i64,
    pub run_at: i64,
    pub leased_until: i64,
    pub attempts: i64,
    pub status: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub answer: Option<String>,
    #[sea_orm(nullable)]
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

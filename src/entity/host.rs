//! A host whose inboxes do not answer as they should; gone from here once one does. Nothing is sent to it before `open_until`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "host")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub host: String,
    pub failures: i64,
    pub failing_since: i64,
    pub failed_at: i64,
    pub open_until: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

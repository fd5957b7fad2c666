//! What there is of a person's posts and follows. The database keeps it: nothing here writes it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_count")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: i64,
    /// Posts that everybody may see.
    pub posts: i64,
    /// Follows that were granted.
    pub followers: i64,
    pub following: i64,
    /// When the newest of the posts was published, in milliseconds; 0 where there is none.
    pub posted_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! What an app holds: for a person, or for itself alone. Only the hash of the secret is kept.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub token_hash: Vec<u8>,
    pub application_id: i64,
    #[sea_orm(nullable)]
    pub account_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub scopes: String,
    pub created_at: i64,
    pub seen_at: i64,
    #[sea_orm(nullable)]
    pub revoked_at: Option<i64>,
    /// Of an app that asked to be able to renew it.
    #[sea_orm(nullable)]
    pub expires_at: Option<i64>,
    #[sea_orm(nullable)]
    pub renewal_hash: Option<Vec<u8>>,
    /// What it was renewed with last.
    #[sea_orm(nullable)]
    pub used_renewal_hash: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

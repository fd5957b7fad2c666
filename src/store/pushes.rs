//! Where apps of people are told.

use crate::entity::push_subscription;
use sea_orm::IntoActiveModel;
use sea_orm::prelude::*;
use sea_orm::sea_query::Expr;

pub async fn of_token(db: &impl ConnectionTrait, token_id: i64) -> Result<Option<push_subscription::Model>, DbErr> {
    push_subscription::Entity::find().filter(push_subscription::Column::TokenId.eq(token_id)).one(db).await
}

pub async fn of_account(db: &impl ConnectionTrait, account_id: i64) -> Result<Vec<push_subscription::Model>, DbErr> {
    push_subscription::Entity::find().filter(push_subscription::Column::AccountId.eq(account_id)).all(db).await
}

pub async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<push_subscription::Model>, DbErr> {
    push_subscription::Entity::find_by_id(id).one(db).await
}

/// Puts it in the place of the one there was with the same token.
pub async fn put(db: &impl ConnectionTrait, row: push_subscription::Model) -> Result<(), DbErr> {
    remove_of(db, row.token_id).await?;
    push_subscription::Entity::insert(row.into_active_model()).exec_without_returning(db).await.map(drop)
}

/// Changes what is told.
pub async fn change(db: &impl ConnectionTrait, id: i64, policy: &str, alerts: &str) -> Result<(), DbErr> {
    push_subscription::Entity::update_many()
        .col_expr(push_subscription::Column::Policy, Expr::value(policy))
        .col_expr(push_subscription::Column::Alerts, Expr::value(alerts))
        .filter(push_subscription::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

pub async fn remove(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    push_subscription::Entity::delete_by_id(id).exec(db).await.map(drop)
}

pub async fn remove_of(db: &impl ConnectionTrait, token_id: i64) -> Result<(), DbErr> {
    push_subscription::Entity::delete_many()
        .filter(push_subscription::Column::TokenId.eq(token_id))
        .exec(db)
        .await
        .map(drop)
}

/// All of somebody who is gone.
pub async fn forget(db: &impl ConnectionTrait, account_id: i64) -> Result<(), DbErr> {
    push_subscription::Entity::delete_many()
        .filter(push_subscription::Column::AccountId.eq(account_id))
        .exec(db)
        .await
        .map(drop)
}

/// What is sealed in them, for sealing it anew.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<push_subscription::Model>, DbErr> {
    push_subscription::Entity::find().all(db).await
}

pub async fn set_sealed(db: &impl ConnectionTrait, id: i64, sealed: Vec<u8>) -> Result<(), DbErr> {
    push_subscription::Entity::update_many()
        .col_expr(push_subscription::Column::SealedToken, Expr::value(sealed))
        .filter(push_subscription::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

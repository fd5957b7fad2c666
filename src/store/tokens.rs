//! Apps, the codes they change for tokens, and the tokens.

use crate::clock::Millis;
use crate::entity::{access_token, application, auth_code, push_subscription};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, Query};
use sea_orm::{Condition, IntoActiveModel, QueryOrder, QuerySelect, QueryTrait};
use std::collections::{HashMap, HashSet};

pub async fn insert_app(db: &impl ConnectionTrait, row: application::Model) -> Result<(), DbErr> {
    application::Entity::insert(row.into_active_model()).exec_without_returning(db).await.map(drop)
}

pub async fn app(db: &impl ConnectionTrait, id: i64) -> Result<Option<application::Model>, DbErr> {
    application::Entity::find_by_id(id).one(db).await
}

pub async fn app_by_client(db: &impl ConnectionTrait, client_id: &str) -> Result<Option<application::Model>, DbErr> {
    application::Entity::find().filter(application::Column::ClientId.eq(client_id)).one(db).await
}

pub async fn apps(db: &impl ConnectionTrait, ids: &[i64]) -> Result<HashMap<i64, application::Model>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = application::Entity::find().filter(application::Column::Id.is_in(ids.iter().copied())).all(db).await?;
    Ok(rows.into_iter().map(|a| (a.id, a)).collect())
}

/// Somebody opened its consent page, or it was given a token.
pub async fn touch_app(db: &impl ConnectionTrait, id: i64, now: Millis) -> Result<(), DbErr> {
    application::Entity::update_many()
        .col_expr(application::Column::UsedAt, Expr::value(now))
        .filter(application::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

pub async fn insert_code(db: &impl ConnectionTrait, row: auth_code::Model) -> Result<(), DbErr> {
    auth_code::Entity::insert(row.into_active_model()).exec_without_returning(db).await.map(drop)
}

pub async fn code(db: &impl ConnectionTrait, hash: Vec<u8>) -> Result<Option<auth_code::Model>, DbErr> {
    auth_code::Entity::find_by_id(hash).one(db).await
}

/// Uses a code up; false when somebody was quicker.
pub async fn use_code(db: &impl ConnectionTrait, hash: Vec<u8>, token_id: i64) -> Result<bool, DbErr> {
    let done = auth_code::Entity::update_many()
        .col_expr(auth_code::Column::TokenId, Expr::value(Some(token_id)))
        .filter(auth_code::Column::CodeHash.eq(hash))
        .filter(auth_code::Column::TokenId.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

pub async fn insert(db: &impl ConnectionTrait, row: access_token::Model) -> Result<(), DbErr> {
    access_token::Entity::insert(row.into_active_model()).exec_without_returning(db).await.map(drop)
}

/// The token with this hash, revoked or not.
pub async fn by_hash(db: &impl ConnectionTrait, hash: Vec<u8>) -> Result<Option<access_token::Model>, DbErr> {
    access_token::Entity::find().filter(access_token::Column::TokenHash.eq(hash)).one(db).await
}

/// The token that can be renewed with this, or that was, the last time.
pub async fn by_renewal(db: &impl ConnectionTrait, hash: &[u8]) -> Result<Option<access_token::Model>, DbErr> {
    let either = Condition::any()
        .add(access_token::Column::RenewalHash.eq(hash))
        .add(access_token::Column::UsedRenewalHash.eq(hash));
    access_token::Entity::find().filter(either).one(db).await
}

/// Puts a renewed token in the place of the one before; false when somebody was quicker, or it is revoked.
pub async fn renew(db: &impl ConnectionTrait, used: &[u8], row: access_token::Model) -> Result<bool, DbErr> {
    let done = access_token::Entity::update_many()
        .col_expr(access_token::Column::TokenHash, Expr::value(row.token_hash))
        .col_expr(access_token::Column::CreatedAt, Expr::value(row.created_at))
        .col_expr(access_token::Column::SeenAt, Expr::value(row.seen_at))
        .col_expr(access_token::Column::ExpiresAt, Expr::value(row.expires_at))
        .col_expr(access_token::Column::RenewalHash, Expr::value(row.renewal_hash))
        .col_expr(access_token::Column::UsedRenewalHash, Expr::value(Some(used.to_vec())))
        .filter(access_token::Column::Id.eq(row.id))
        .filter(access_token::Column::RenewalHash.eq(used))
        .filter(access_token::Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Which of these are in force.
pub async fn in_force(db: &impl ConnectionTrait, ids: &[i64], now: Millis) -> Result<HashSet<i64>, DbErr> {
    let mut found = HashSet::new();
    let lasting =
        Condition::any().add(access_token::Column::ExpiresAt.is_null()).add(access_token::Column::ExpiresAt.gt(now));
    for some in ids.chunks(1_000) {
        let rows: Vec<i64> = access_token::Entity::find()
            .select_only()
            .column(access_token::Column::Id)
            .filter(access_token::Column::Id.is_in(some.iter().copied()))
            .filter(access_token::Column::RevokedAt.is_null())
            .filter(lasting.clone())
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

pub async fn touch(db: &impl ConnectionTrait, id: i64, now: Millis) -> Result<(), DbErr> {
    access_token::Entity::update_many()
        .col_expr(access_token::Column::SeenAt, Expr::value(now))
        .filter(access_token::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Tokens in force of one person, the one used last first.
pub async fn of_account(db: &impl ConnectionTrait, account_id: i64) -> Result<Vec<access_token::Model>, DbErr> {
    access_token::Entity::find()
        .filter(access_token::Column::AccountId.eq(account_id))
        .filter(access_token::Column::RevokedAt.is_null())
        .order_by_desc(access_token::Column::SeenAt)
        .all(db)
        .await
}

pub async fn revoke(db: &impl ConnectionTrait, id: i64, now: Millis) -> Result<(), DbErr> {
    revoke_where(db, access_token::Column::Id.eq(id).into_condition(), now).await
}

/// Every token a person gave an app.
pub async fn revoke_app(db: &impl ConnectionTrait, account_id: i64, app_id: i64, now: Millis) -> Result<(), DbErr> {
    let theirs = Condition::all()
        .add(access_token::Column::AccountId.eq(account_id))
        .add(access_token::Column::ApplicationId.eq(app_id));
    revoke_where(db, theirs, now).await?;
    forget_codes(db, Condition::all().add(auth_code::Column::ApplicationId.eq(app_id)), account_id).await
}

/// Every token a person gave any app.
pub async fn revoke_all(db: &impl ConnectionTrait, account_id: i64, now: Millis) -> Result<(), DbErr> {
    revoke_where(db, access_token::Column::AccountId.eq(account_id).into_condition(), now).await?;
    forget_codes(db, Condition::all(), account_id).await
}

async fn revoke_where(db: &impl ConnectionTrait, which: Condition, now: Millis) -> Result<(), DbErr> {
    let theirs =
        access_token::Entity::find().select_only().column(access_token::Column::Id).filter(which.clone()).into_query();
    push_subscription::Entity::delete_many()
        .filter(push_subscription::Column::TokenId.in_subquery(theirs))
        .exec(db)
        .await?;
    access_token::Entity::update_many()
        .col_expr(access_token::Column::RevokedAt, Expr::value(Some(now)))
        .filter(which)
        .filter(access_token::Column::RevokedAt.is_null())
        .exec(db)
        .await
        .map(drop)
}

async fn forget_codes(db: &impl ConnectionTrait, which: Condition, account_id: i64) -> Result<(), DbErr> {
    auth_code::Entity::delete_many()
        .filter(auth_code::Column::AccountId.eq(account_id))
        .filter(which)
        .exec(db)
        .await
        .map(drop)
}

/// Forgets everything apps held for somebody who is gone.
pub async fn forget(db: &impl ConnectionTrait, account_id: i64) -> Result<(), DbErr> {
    super::pushes::forget(db, account_id).await?;
    access_token::Entity::delete_many().filter(access_token::Column::AccountId.eq(account_id)).exec(db).await?;
    forget_codes(db, Condition::all(), account_id).await
}

/// Forgets codes that have expired, tokens revoked before `before`, and apps that hold nothing and were not
/// used since.
pub async fn sweep(db: &impl ConnectionTrait, before: Millis, now: Millis) -> Result<(), DbErr> {
    auth_code::Entity::delete_many().filter(auth_code::Column::ExpiresAt.lt(now)).exec(db).await?;
    access_token::Entity::delete_many().filter(access_token::Column::RevokedAt.lt(before)).exec(db).await?;
    let of = Expr::col((access_token::Entity, access_token::Column::ApplicationId))
        .equals((application::Entity, application::Column::Id));
    let holds = Query::select().expr(Expr::val(1)).from(access_token::Entity).and_where(of).take();
    application::Entity::delete_many()
        .filter(application::Column::UsedAt.lt(before))
        .filter(Expr::exists(holds).not())
        .exec(db)
        .await
        .map(drop)
}

/// People an app acted for since then.
pub async fn active_since(db: &impl ConnectionTrait, since: Millis) -> Result<Vec<i64>, DbErr> {
    access_token::Entity::find()
        .select_only()
        .column(access_token::Column::AccountId)
        .filter(access_token::Column::SeenAt.gt(since))
        .filter(access_token::Column::AccountId.is_not_null())
        .distinct()
        .into_tuple()
        .all(db)
        .await
}

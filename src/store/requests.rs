//! What somebody wants to be told of, and what waits until she asks for it.

use super::Cursor;
use crate::entity::{notification, notification_permission, notification_policy, notification_request};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{Condition, IntoActiveModel, QuerySelect};
use std::collections::HashMap;

pub async fn policy(db: &impl ConnectionTrait, account_id: i64) -> Result<Option<notification_policy::Model>, DbErr> {
    notification_policy::Entity::find_by_id(account_id).one(db).await
}

pub async fn put_policy(db: &impl ConnectionTrait, row: notification_policy::Model) -> Result<(), DbErr> {
    use notification_policy::Column;
    let again = OnConflict::column(Column::AccountId)
        .update_columns([
            Column::NotFollowing,
            Column::NotFollowers,
            Column::NewAccounts,
            Column::PrivateMentions,
            Column::LimitedAccounts,
        ])
        .to_owned();
    notification_policy::Entity::insert(row.into_active_model())
        .on_conflict(again)
        .exec_without_returning(db)
        .await
        .map(drop)
}

/// Whether she wants to hear somebody whatever her policy says.
pub async fn permitted(db: &impl ConnectionTrait, account_id: i64, actor_id: i64) -> Result<bool, DbErr> {
    Ok(notification_permission::Entity::find_by_id((account_id, actor_id)).one(db).await?.is_some())
}

pub async fn permit(db: &impl ConnectionTrait, account_id: i64, actor_id: i64) -> Result<(), DbErr> {
    let row = notification_permission::Model { account_id, actor_id };
    let once =
        OnConflict::columns([notification_permission::Column::AccountId, notification_permission::Column::ActorId])
            .do_nothing()
            .to_owned();
    notification_permission::Entity::insert(row.into_active_model())
        .on_conflict(once)
        .exec_without_returning(db)
        .await
        .map(drop)
}

/// Somebody waits to be heard, again.
pub async fn put(db: &impl ConnectionTrait, row: notification_request::Model) -> Result<(), DbErr> {
    let again = OnConflict::columns([notification_request::Column::AccountId, notification_request::Column::ActorId])
        .update_column(notification_request::Column::UpdatedAt)
        .to_owned();
    notification_request::Entity::insert(row.into_active_model())
        .on_conflict(again)
        .exec_without_returning(db)
        .await
        .map(drop)
}

/// Who waits to be heard, the newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    account_id: i64,
    cursor: Cursor,
) -> Result<Vec<notification_request::Model>, DbErr> {
    let query = notification_request::Entity::find().filter(notification_request::Column::AccountId.eq(account_id));
    cursor.read(db, query, notification_request::Column::Id).await
}

/// Some of those who wait, by the ids of their requests.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    account_id: i64,
    ids: &[i64],
) -> Result<Vec<notification_request::Model>, DbErr> {
    notification_request::Entity::find()
        .filter(notification_request::Column::AccountId.eq(account_id))
        .filter(notification_request::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await
}

/// What waits of each of these people: how much, and the newest post of it that is hers.
pub async fn waiting(
    db: &impl ConnectionTrait,
    account_id: i64,
    actors: &[i64],
    theirs: &[&str],
) -> Result<HashMap<i64, (i64, i64)>, DbErr> {
    if actors.is_empty() {
        return Ok(HashMap::new());
    }
    let post = Expr::case(
        Condition::all().add(notification::Column::Kind.is_in(theirs.iter().copied())),
        Expr::col(notification::Column::PostId),
    )
    .finally(0_i64);
    let rows: Vec<(i64, i64, i64)> = notification::Entity::find()
        .select_only()
        .column(notification::Column::ActorId)
        .column_as(notification::Column::Id.count(), "waiting")
        .column_as(Expr::expr(sea_orm::sea_query::Func::max(Expr::expr(post))), "post")
        .filter(notification::Column::AccountId.eq(account_id))
        .filter(notification::Column::ActorId.is_in(actors.iter().copied()))
        .filter(Expr::cust("filtered = 1"))
        .group_by(notification::Column::ActorId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(actor, count, post)| (actor, (count, post))).collect())
}

/// How many people wait, and with how much; each counted up to `cap`.
pub async fn totals(db: &impl ConnectionTrait, account_id: i64, cap: u64) -> Result<(usize, usize), DbErr> {
    let people = notification_request::Entity::find()
        .select_only()
        .column(notification_request::Column::Id)
        .filter(notification_request::Column::AccountId.eq(account_id))
        .limit(cap)
        .into_tuple::<i64>()
        .all(db)
        .await?;
    let all = notification::Entity::find()
        .select_only()
        .column(notification::Column::Id)
        .filter(notification::Column::AccountId.eq(account_id))
        .filter(Expr::cust("filtered = 1"))
        .limit(cap)
        .into_tuple::<i64>()
        .all(db)
        .await?;
    Ok((people.len(), all.len()))
}

/// What waited of somebody is told.
pub async fn let_in(db: &impl ConnectionTrait, account_id: i64, actor_id: i64) -> Result<(), DbErr> {
    notification::Entity::update_many()
        .col_expr(notification::Column::Filtered, Expr::value(0))
        .filter(notification::Column::AccountId.eq(account_id))
        .filter(notification::Column::ActorId.eq(actor_id))
        .filter(Expr::cust("filtered = 1"))
        .exec(db)
        .await?;
    forget(db, account_id, actor_id).await
}

/// What waited of somebody goes unheard.
pub async fn dismiss(db: &impl ConnectionTrait, account_id: i64, actor_id: i64) -> Result<(), DbErr> {
    notification::Entity::delete_many()
        .filter(notification::Column::AccountId.eq(account_id))
        .filter(notification::Column::ActorId.eq(actor_id))
        .filter(Expr::cust("filtered = 1"))
        .exec(db)
        .await?;
    forget(db, account_id, actor_id).await
}

/// Nobody waits there any more.
pub async fn forget(db: &impl ConnectionTrait, account_id: i64, actor_id: i64) -> Result<(), DbErr> {
    notification_request::Entity::delete_many()
        .filter(notification_request::Column::AccountId.eq(account_id))
        .filter(notification_request::Column::ActorId.eq(actor_id))
        .exec(db)
        .await
        .map(drop)
}

/// Everything of this kind that is known of somebody who is gone, and of her with others.
pub async fn forget_all(db: &impl ConnectionTrait, account_id: i64) -> Result<(), DbErr> {
    notification_policy::Entity::delete_by_id(account_id).exec(db).await?;
    notification_permission::Entity::delete_many()
        .filter(
            Condition::any()
                .add(notification_permission::Column::AccountId.eq(account_id))
                .add(notification_permission::Column::ActorId.eq(account_id)),
        )
        .exec(db)
        .await?;
    notification_request::Entity::delete_many()
        .filter(
            Condition::any()
                .add(notification_request::Column::AccountId.eq(account_id))
                .add(notification_request::Column::ActorId.eq(account_id)),
        )
        .exec(db)
        .await
        .map(drop)
}

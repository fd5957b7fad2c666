//! Servers that people do not want to see, each for herself.

use super::Cursor;
use crate::entity::{account, follow, hidden_server, notification};
use sea_orm::prelude::*;
use sea_orm::sea_query::{ExprTrait, OnConflict};
use sea_orm::{Condition, IntoActiveModel, QueryOrder, QuerySelect, QueryTrait};
use std::collections::HashSet;

/// True when it is new.
pub async fn put(db: &impl ConnectionTrait, row: hidden_server::Model) -> Result<bool, DbErr> {
    let once = [hidden_server::Column::AccountId, hidden_server::Column::Domain];
    let made = hidden_server::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(once).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(made > 0)
}

pub async fn remove(db: &impl ConnectionTrait, account_id: i64, domain: &str) -> Result<(), DbErr> {
    hidden_server::Entity::delete_many()
        .filter(hidden_server::Column::AccountId.eq(account_id))
        .filter(hidden_server::Column::Domain.eq(domain))
        .exec(db)
        .await
        .map(drop)
}

/// Newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    account_id: i64,
    cursor: Cursor,
) -> Result<Vec<hidden_server::Model>, DbErr> {
    let query = hidden_server::Entity::find().filter(hidden_server::Column::AccountId.eq(account_id));
    cursor.read(db, query, hidden_server::Column::Id).await
}

/// Every one of a person's.
pub async fn of(db: &impl ConnectionTrait, account_id: i64) -> Result<HashSet<String>, DbErr> {
    let found: Vec<String> = hidden_server::Entity::find()
        .select_only()
        .column(hidden_server::Column::Domain)
        .filter(hidden_server::Column::AccountId.eq(account_id))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// Whether a person hides this server.
pub async fn hides(db: &impl ConnectionTrait, account_id: i64, domain: &str) -> Result<bool, DbErr> {
    if domain.is_empty() {
        return Ok(false);
    }
    let found = hidden_server::Entity::find()
        .filter(hidden_server::Column::AccountId.eq(account_id))
        .filter(hidden_server::Column::Domain.eq(domain))
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// Some of the people of a server whom a person follows or who follow her.
pub async fn tied(
    db: &impl ConnectionTrait,
    account_id: i64,
    domain: &str,
    limit: u64,
) -> Result<Vec<follow::Model>, DbErr> {
    let there = || {
        account::Entity::find()
            .select_only()
            .column(account::Column::Id)
            .filter(account::Column::Domain.eq(domain))
            .into_query()
    };
    let out = follow::Column::FollowerId.eq(account_id).and(follow::Column::TargetId.in_subquery(there()));
    let into = follow::Column::TargetId.eq(account_id).and(follow::Column::FollowerId.in_subquery(there()));
    follow::Entity::find()
        .filter(Condition::any().add(out).add(into))
        .order_by_asc(follow::Column::Id)
        .limit(limit)
        .all(db)
        .await
}

/// How many of a server a person follows, and how many follow her.
pub async fn count_tied(db: &impl ConnectionTrait, account_id: i64, domain: &str) -> Result<(u64, u64), DbErr> {
    let there = || {
        account::Entity::find()
            .select_only()
            .column(account::Column::Id)
            .filter(account::Column::Domain.eq(domain))
            .into_query()
    };
    let following = follow::Entity::find()
        .filter(follow::Column::FollowerId.eq(account_id))
        .filter(follow::Column::TargetId.in_subquery(there()))
        .count(db)
        .await?;
    let followers = follow::Entity::find()
        .filter(follow::Column::TargetId.eq(account_id))
        .filter(follow::Column::FollowerId.in_subquery(there()))
        .count(db)
        .await?;
    Ok((following, followers))
}

/// Takes back what a person was told of everybody of a server.
pub async fn forget_told(db: &impl ConnectionTrait, account_id: i64, domain: &str) -> Result<(), DbErr> {
    let there = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::Domain.eq(domain))
        .into_query();
    notification::Entity::delete_many()
        .filter(notification::Column::AccountId.eq(account_id))
        .filter(notification::Column::ActorId.in_subquery(there))
        .exec(db)
        .await
        .map(drop)
}

/// Everything of somebody who is gone.
pub async fn forget(db: &impl ConnectionTrait, account_id: i64) -> Result<(), DbErr> {
    hidden_server::Entity::delete_many()
        .filter(hidden_server::Column::AccountId.eq(account_id))
        .exec(db)
        .await
        .map(drop)
}

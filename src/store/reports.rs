//! Reports, for whoever looks after the server.

use super::Cursor;
use crate::clock::Millis;
use crate::entity::{account, report};
use sea_orm::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{IntoActiveModel, JoinType, QueryOrder, QuerySelect};

pub async fn insert(db: &impl ConnectionTrait, row: report::Model) -> Result<(), DbErr> {
    report::Entity::insert(row.into_active_model()).exec_without_returning(db).await.map(drop)
}

pub async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<report::Model>, DbErr> {
    report::Entity::find_by_id(id).one(db).await
}

/// Newest first; those that wait, or those that are done.
pub async fn page(db: &impl ConnectionTrait, open: bool, cursor: Cursor) -> Result<Vec<report::Model>, DbErr> {
    let query =
        report::Entity::find().filter(Expr::cust(if open { "closed_at IS NULL" } else { "closed_at IS NOT NULL" }));
    cursor.read(db, query, report::Column::Id).await
}

/// How many wait, counted up to `cap`.
pub async fn waiting(db: &impl ConnectionTrait, cap: u64) -> Result<u64, DbErr> {
    report::Entity::find()
        .select_only()
        .column(report::Column::Id)
        .filter(Expr::cust("closed_at IS NULL"))
        .order_by_desc(report::Column::Id)
        .limit(cap)
        .into_tuple::<i64>()
        .all(db)
        .await
        .map(|rows| rows.len() as u64)
}

/// Closes a report that waits; false when it did not.
pub async fn close(db: &impl ConnectionTrait, id: i64, by: i64, at: Millis) -> Result<bool, DbErr> {
    let done = report::Entity::update_many()
        .col_expr(report::Column::ClosedAt, Expr::value(Some(at)))
        .col_expr(report::Column::ClosedBy, Expr::value(Some(by)))
        .filter(report::Column::Id.eq(id))
        .filter(Expr::cust("closed_at IS NULL"))
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// How many came from people of a server since `since`.
pub async fn from_server(db: &impl ConnectionTrait, domain: &str, since: Millis) -> Result<u64, DbErr> {
    let reporter: sea_orm::RelationDef =
        report::Entity::belongs_to(account::Entity).from(report::Column::ReporterId).to(account::Column::Id).into();
    report::Entity::find()
        .join(JoinType::InnerJoin, reporter)
        .filter(account::Column::Domain.eq(domain))
        .filter(report::Column::CreatedAt.gt(since))
        .count(db)
        .await
}

/// How many a person made since `since`.
pub async fn by_person(db: &impl ConnectionTrait, account_id: i64, since: Millis) -> Result<u64, DbErr> {
    report::Entity::find()
        .filter(report::Column::ReporterId.eq(account_id))
        .filter(report::Column::CreatedAt.gt(since))
        .count(db)
        .await
}

//! Numbers of processes, and the largest ids they gave.

use crate::clock::Millis;
use crate::entity::node;
use crate::ids::NODES;
use sea_orm::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{DbBackend, IntoActiveModel, QueryOrder, QuerySelect, Statement};

/// Takes a number: one that nobody had yet, as long as there are any; then the one that is free the longest. In a
/// transaction that sees what others committed meanwhile.
pub async fn take(db: &impl ConnectionTrait, holder: &str, now: Millis, until: Millis) -> Result<Option<i64>, DbErr> {
    if db.get_database_backend() == DbBackend::Postgres {
        // However many start in one moment, they take their numbers one after the other.
        db.execute_unprepared("LOCK TABLE node IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    let last: Option<i64> = node::Entity::find()
        .select_only()
        .column(node::Column::Number)
        .order_by_desc(node::Column::Number)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    let number = last.map_or(0, |last| last + 1);
    if number < NODES {
        let row = node::Model { number, holder: holder.to_owned(), until };
        node::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
        return Ok(Some(number));
    }
    let free = node::Entity::find().filter(node::Column::Until.lte(now)).order_by_asc(node::Column::Until);
    let Some(free) = free.one(db).await? else { return Ok(None) };
    node::Entity::update_many()
        .col_expr(node::Column::Holder, Expr::value(holder))
        .col_expr(node::Column::Until, Expr::value(until))
        .filter(node::Column::Number.eq(free.number))
        .exec(db)
        .await?;
    Ok(Some(free.number))
}

/// Keeps a number for longer; false where it is another's by now.
pub async fn keep(db: &impl ConnectionTrait, number: i64, holder: &str, until: Millis) -> Result<bool, DbErr> {
    let kept = node::Entity::update_many()
        .col_expr(node::Column::Until, Expr::value(until))
        .filter(node::Column::Number.eq(number))
        .filter(node::Column::Holder.eq(holder))
        .exec(db)
        .await?;
    Ok(kept.rows_affected > 0)
}

/// Tables whose rows are called by ids of ours.
const CALLED_BY_IDS: &[&str] = &[
    "access_token",
    "account",
    "activity",
    "application",
    "block",
    "bookmark",
    "boost",
    "draft",
    "follow",
    "happening",
    "job",
    "list",
    "mute",
    "notification",
    "photo",
    "post",
    "post_like",
    "quote",
    "report",
    "scheduled_post",
    "tag",
];

/// The largest id given so far, by whatever process: what comes next is behind none of them, wherever the clock
/// stands.
pub async fn largest_id(db: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let each = CALLED_BY_IDS.iter().map(|table| format!("SELECT MAX(id) AS id FROM {table}"));
    let all = each.collect::<Vec<_>>().join(" UNION ALL ");
    let statement =
        Statement::from_string(db.get_database_backend(), format!("SELECT MAX(id) FROM ({all}) AS largest"));
    let row = db.query_one_raw(statement).await?;
    Ok(row.map(|row| row.try_get_by_index::<Option<i64>>(0)).transpose()?.flatten().unwrap_or(0))
}

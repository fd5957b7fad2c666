//! The durable queue. A job is put in by the transaction that makes it necessary, and is available
//! whenever `run_at` and `leased_until` have passed: a dead worker's lease runs out by itself. Whoever ends with a
//! job sets its lease to 0, so a lease that ran out tells of a death, which is no attempt.

use crate::clock::Millis;
use crate::entity::{activity, job};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict, Query};
use sea_orm::{FromQueryResult, IntoActiveModel, QueryOrder, QuerySelect, QueryTrait};
use std::collections::HashMap;

/// A lease of long ago.
pub const RAN_OUT: Millis = 1;
/// 1 where whoever had it before, if anybody, came to an end with it; 0 where its process died.
pub const ENDED: &str = "CASE WHEN leased_until = 0 THEN 1 ELSE 0 END";

/// Puts a job in; one with the same unique key is there already and stays.
pub async fn enqueue(db: &impl ConnectionTrait, row: job::Model) -> Result<bool, DbErr> {
    let made = job::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(job::Column::UniqueKey).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(made > 0)
}

/// Puts many jobs in at once.
pub async fn enqueue_all(db: &impl ConnectionTrait, rows: Vec<job::Model>) -> Result<(), DbErr> {
    for chunk in rows.chunks(200) {
        job::Entity::insert_many(chunk.iter().cloned().map(IntoActiveModel::into_active_model))
            .on_conflict(OnConflict::column(job::Column::UniqueKey).do_nothing().to_owned())
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// A job whose time has come.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Due {
    pub id: i64,
    pub lane: String,
    /// Somebody has taken it until then, if that is not past.
    pub leased_until: Millis,
}

/// Jobs of a queue that are due, oldest first, those of `full` lanes left out. With `taken`, those that somebody
/// works on stand among them: what comes after them in their lane may have to wait. Reading costs the writer nothing.
pub async fn due(
    db: &impl ConnectionTrait,
    queue: &str,
    now: Millis,
    full: &[String],
    taken: bool,
    limit: u64,
) -> Result<Vec<Due>, DbErr> {
    let mut query = job::Entity::find()
        .select_only()
        .columns([job::Column::Id, job::Column::Lane, job::Column::LeasedUntil])
        .filter(Expr::cust("dead = 0"))
        .filter(job::Column::Queue.eq(queue))
        .filter(job::Column::RunAt.lte(now));
    if !taken {
        query = query.filter(job::Column::LeasedUntil.lte(now));
    }
    if !full.is_empty() {
        query = query.filter(job::Column::Lane.is_not_in(full.iter().map(String::as_str)));
    }
    query.order_by_asc(job::Column::RunAt).order_by_asc(job::Column::Id).limit(limit).into_model().all(db).await
}

/// Takes these jobs and leases them until `until`, those that nobody took since they were looked up.
pub async fn claim(
    db: &impl ConnectionTrait,
    ids: &[i64],
    now: Millis,
    until: Millis,
) -> Result<Vec<job::Model>, DbErr> {
    let free = job::Entity::find()
        .select_only()
        .column(job::Column::Id)
        .filter(Expr::cust("dead = 0"))
        .filter(job::Column::Id.is_in(ids.iter().copied()))
        .filter(job::Column::LeasedUntil.lte(now))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_query();
    let claim = Query::update()
        .table(job::Entity)
        .value(job::Column::LeasedUntil, until)
        .value(job::Column::Attempts, Expr::col(job::Column::Attempts).add(Expr::cust(ENDED)))
        .value(job::Column::Deaths, Expr::col(job::Column::Deaths).add(1).sub(Expr::cust(ENDED)))
        .and_where(Expr::col(job::Column::Id).in_subquery(free))
        .returning_all()
        .to_owned();
    let rows = db.query_all(&claim).await?;
    let mut jobs = rows.iter().map(|row| job::Model::from_query_result(row, "")).collect::<Result<Vec<_>, _>>()?;
    jobs.sort_by_key(|j| (j.run_at, j.id));
    Ok(jobs)
}

/// Gives jobs back untried: they run again as soon as there is room.
pub async fn release(db: &impl ConnectionTrait, ids: &[i64]) -> Result<(), DbErr> {
    if ids.is_empty() {
        return Ok(());
    }
    job::Entity::update_many()
        .col_expr(job::Column::LeasedUntil, Expr::value(0))
        .col_expr(job::Column::Attempts, Expr::col(job::Column::Attempts).sub(1))
        .filter(job::Column::Id.is_in(ids.iter().copied()))
        .exec(db)
        .await
        .map(drop)
}

/// Leases of a process that is known to be dead run out.
pub async fn release_all(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    job::Entity::update_many()
        .col_expr(job::Column::LeasedUntil, Expr::value(RAN_OUT))
        .filter(Expr::cust("dead = 0"))
        .filter(job::Column::LeasedUntil.gt(RAN_OUT))
        .exec(db)
        .await
        .map(drop)
}

pub async fn finish(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    job::Entity::delete_by_id(id).exec(db).await.map(drop)
}

/// Another job with the same key may wait from now on.
pub async fn free_key(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    job::Entity::update_many()
        .col_expr(job::Column::UniqueKey, Expr::value(Option::<String>::None))
        .filter(job::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Failed: to be tried again at `run_at`.
pub async fn retry(db: &impl ConnectionTrait, id: i64, run_at: Millis, error: &str) -> Result<(), DbErr> {
    job::Entity::update_many()
        .col_expr(job::Column::RunAt, Expr::value(run_at))
        .col_expr(job::Column::LeasedUntil, Expr::value(0))
        .col_expr(job::Column::LastError, Expr::value(Some(error.to_owned())))
        .filter(job::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Failed for good: kept to be looked at.
pub async fn park(db: &impl ConnectionTrait, id: i64, error: &str) -> Result<(), DbErr> {
    job::Entity::update_many()
        .col_expr(job::Column::Dead, Expr::value(1))
        .col_expr(job::Column::UniqueKey, Expr::value(Option::<String>::None))
        .col_expr(job::Column::LastError, Expr::value(Some(error.to_owned())))
        .filter(job::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Jobs that are not done, dead ones left out; with how many of them are due at `now`.
pub async fn waiting(db: &impl ConnectionTrait, now: Millis) -> Result<(u64, u64), DbErr> {
    let all = job::Entity::find().filter(Expr::cust("dead = 0")).count(db).await?;
    let due = job::Entity::find().filter(Expr::cust("dead = 0")).filter(job::Column::RunAt.lte(now)).count(db).await?;
    Ok((all, due))
}

/// How many jobs of a queue wait or run.
pub async fn count(db: &impl ConnectionTrait, queue: &str) -> Result<u64, DbErr> {
    job::Entity::find().filter(Expr::cust("dead = 0")).filter(job::Column::Queue.eq(queue)).count(db).await
}

pub async fn say(db: &impl ConnectionTrait, row: activity::Model) -> Result<(), DbErr> {
    activity::Entity::insert(row.into_active_model()).exec_without_returning(db).await.map(drop)
}

pub async fn said(db: &impl ConnectionTrait, id: i64) -> Result<Option<activity::Model>, DbErr> {
    activity::Entity::find_by_id(id).one(db).await
}

/// Many of them at once, by number.
pub async fn said_all(db: &impl ConnectionTrait, ids: &[i64]) -> Result<HashMap<i64, activity::Model>, DbErr> {
    let mut found = HashMap::new();
    for some in ids.chunks(500) {
        let rows = activity::Entity::find().filter(activity::Column::Id.is_in(some.iter().copied())).all(db).await?;
        found.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(found)
}

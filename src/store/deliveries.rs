//! What goes to which inbox, and how it went. A row waits until its delivery ends and stays as a record
//! of it; a dead worker's lease runs out by itself.

use super::jobs;
use crate::clock::Millis;
use crate::entity::{delivery, inbox};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, LockBehavior, LockType, OnConflict, Query, SelectStatement};
use sea_orm::{FromQueryResult, IntoActiveModel, QueryFilter, QuerySelect, QueryTrait};

/// To be delivered, or under way.
pub const WAITING: i64 = 0;
/// The other server has it.
pub const ARRIVED: i64 = 1;
/// The other server does not want it.
pub const REFUSED: i64 = 2;
/// It no longer held when its turn came.
pub const NOT_NEEDED: i64 = 3;
/// Tried for days in vain.
pub const GIVEN_UP: i64 = 4;
/// Not tried: nothing is sent to that inbox any more.
pub const STOPPED: i64 = 5;

/// Rows written or named in one statement.
const ROWS: usize = 500;

/// A delivery whose turn has come, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Parcel {
    pub id: i64,
    pub activity_id: i64,
    pub inbox_id: i64,
    /// Attempts before this one.
    pub attempts: i64,
    pub url: String,
    pub host: String,
    /// The inbox answers 404 since then.
    pub missing_since: Option<Millis>,
    /// Nothing but a probe now and then is sent there since then.
    pub stopped_at: Option<Millis>,
}

/// Puts deliveries in, each activity once to each inbox.
pub async fn enqueue(db: &impl ConnectionTrait, rows: Vec<delivery::Model>) -> Result<(), DbErr> {
    let once = OnConflict::columns([delivery::Column::ActivityId, delivery::Column::InboxId]).do_nothing().to_owned();
    insert(db, rows, once).await
}

/// The same; what has ended before is delivered once more.
pub async fn enqueue_again(db: &impl ConnectionTrait, rows: Vec<delivery::Model>) -> Result<(), DbErr> {
    use delivery::Column;
    let anew = OnConflict::columns([Column::ActivityId, Column::InboxId])
        .update_columns([Column::State, Column::RunAt, Column::LeasedUntil, Column::Attempts, Column::EndedAt])
        .action_and_where(Expr::col((delivery::Entity, Column::State)).ne(WAITING))
        .to_owned();
    insert(db, rows, anew).await
}

async fn insert(db: &impl ConnectionTrait, rows: Vec<delivery::Model>, again: OnConflict) -> Result<(), DbErr> {
    for some in rows.chunks(ROWS) {
        delivery::Entity::insert_many(some.iter().cloned().map(IntoActiveModel::into_active_model))
            .on_conflict(again.clone())
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// What is due, oldest first: everything but what goes to these hosts, and what has to wait for
/// something said earlier about the same object. Reading costs the writer nothing.
///
/// An Update waits for all of it. Everything else overtakes what waits to be tried again, which no
/// longer holds then, but nothing that is under way or due.
pub async fn due(db: &impl ConnectionTrait, now: Millis, full: &[String], limit: u64) -> Result<Vec<Parcel>, DbErr> {
    use delivery::Column;
    let (d, i) = (Alias::new("d"), Alias::new("i"));
    let mut query = Query::select();
    for column in [Column::Id, Column::ActivityId, Column::InboxId, Column::Attempts] {
        query.column((d.clone(), column));
    }
    for column in [inbox::Column::Url, inbox::Column::Host, inbox::Column::MissingSince, inbox::Column::StoppedAt] {
        query.column((i.clone(), column));
    }
    let inbox_of = Expr::col((i.clone(), inbox::Column::Id)).equals((d.clone(), Column::InboxId));
    query
        .from_as(delivery::Entity, d.clone())
        .join_as(sea_orm::JoinType::InnerJoin, inbox::Entity, i.clone(), inbox_of)
        .and_where(Expr::cust("d.state = 0"))
        .and_where(Expr::col((d.clone(), Column::RunAt)).lte(now))
        .and_where(Expr::col((d.clone(), Column::LeasedUntil)).lte(now))
        .and_where(Expr::exists(earlier(now)).not())
        .order_by((d.clone(), Column::RunAt), sea_orm::Order::Asc)
        .order_by((d, Column::Id), sea_orm::Order::Asc)
        .limit(limit);
    if !full.is_empty() {
        query.and_where(Expr::col((i, inbox::Column::Host)).is_not_in(full.iter().map(String::as_str)));
    }
    let rows = db.query_all(&query).await?;
    rows.iter().map(|row| Parcel::from_query_result(row, "")).collect()
}

/// What a delivery `d` has to wait for.
fn earlier(now: Millis) -> SelectStatement {
    use delivery::Column;
    let (d, e) = (Alias::new("d"), Alias::new("e"));
    let busy = Expr::col((d.clone(), Column::InOrder))
        .eq(1)
        .or(Expr::col((e.clone(), Column::LeasedUntil)).gt(now))
        .or(Expr::col((e.clone(), Column::RunAt)).lte(now));
    Query::select()
        .expr(Expr::val(1))
        .from_as(delivery::Entity, e.clone())
        .and_where(Expr::col((e.clone(), Column::ObjectId)).equals((d.clone(), Column::ObjectId)))
        .and_where(Expr::col((e.clone(), Column::InboxId)).equals((d.clone(), Column::InboxId)))
        .and_where(Expr::col((e, Column::Id)).lt(Expr::col((d, Column::Id))))
        .and_where(Expr::cust("e.state = 0"))
        .and_where(busy)
        .take()
}

/// Leases these deliveries until `until`, those that nobody took since they were looked up; their ids.
pub async fn claim(db: &impl ConnectionTrait, ids: &[i64], now: Millis, until: Millis) -> Result<Vec<i64>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let free = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Id)
        .filter(Expr::cust("state = 0"))
        .filter(delivery::Column::Id.is_in(ids.iter().copied()))
        .filter(delivery::Column::LeasedUntil.lte(now))
        .filter(delivery::Column::RunAt.lte(now))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_query();
    let claim = Query::update()
        .table(delivery::Entity)
        .value(delivery::Column::LeasedUntil, until)
        .value(delivery::Column::Attempts, Expr::col(delivery::Column::Attempts).add(Expr::cust(jobs::ENDED)))
        .and_where(Expr::col(delivery::Column::Id).in_subquery(free))
        .returning(Query::returning().column(delivery::Column::Id))
        .to_owned();
    db.query_all(&claim).await?.iter().map(|row| row.try_get("", "id")).collect()
}

/// These have ended, all in the same way; `answer` is kept where there is something to say.
pub async fn end(
    db: &impl ConnectionTrait,
    ids: &[i64],
    state: i64,
    status: i64,
    answer: Option<&str>,
    now: Millis,
) -> Result<(), DbErr> {
    for some in ids.chunks(ROWS) {
        delivery::Entity::update_many()
            .col_expr(delivery::Column::State, Expr::value(state))
            .col_expr(delivery::Column::Status, Expr::value(status))
            .col_expr(delivery::Column::Answer, Expr::value(answer))
            .col_expr(delivery::Column::EndedAt, Expr::value(now))
            .filter(delivery::Column::Id.is_in(some.iter().copied()))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Failed: to be tried again at `run_at`.
pub async fn retry(db: &impl ConnectionTrait, id: i64, run_at: Millis, status: i64, answer: &str) -> Result<(), DbErr> {
    delivery::Entity::update_many()
        .col_expr(delivery::Column::RunAt, Expr::value(run_at))
        .col_expr(delivery::Column::LeasedUntil, Expr::value(0))
        .col_expr(delivery::Column::Status, Expr::value(status))
        .col_expr(delivery::Column::Answer, Expr::value(Some(answer)))
        .filter(delivery::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Gives deliveries back untried, to be taken again at `run_at`.
pub async fn release(db: &impl ConnectionTrait, ids: &[i64], run_at: Millis) -> Result<(), DbErr> {
    for some in ids.chunks(ROWS) {
        delivery::Entity::update_many()
            .col_expr(delivery::Column::RunAt, Expr::value(run_at))
            .col_expr(delivery::Column::LeasedUntil, Expr::value(0))
            .col_expr(delivery::Column::Attempts, Expr::col(delivery::Column::Attempts).sub(1))
            .filter(delivery::Column::Id.is_in(some.iter().copied()))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Leases of a process that is known to be dead: what it had taken may be taken again at once.
pub async fn release_all(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    delivery::Entity::update_many()
        .col_expr(delivery::Column::LeasedUntil, Expr::value(jobs::RAN_OUT))
        .filter(Expr::cust("state = 0"))
        .filter(delivery::Column::LeasedUntil.gt(jobs::RAN_OUT))
        .exec(db)
        .await
        .map(drop)
}

/// Whatever waits for a host waits until `until` at least.
pub async fn hold(db: &impl ConnectionTrait, host: &str, now: Millis, until: Millis) -> Result<(), DbErr> {
    waiting_for(host)
        .col_expr(delivery::Column::RunAt, Expr::value(until))
        .filter(delivery::Column::RunAt.lt(until))
        .filter(delivery::Column::LeasedUntil.lte(now))
        .exec(db)
        .await
        .map(drop)
}

/// Whatever was held back for a host may go; with `tried`, also what was tried before.
pub async fn wake(db: &impl ConnectionTrait, host: &str, now: Millis, tried: bool) -> Result<(), DbErr> {
    let mut query =
        waiting_for(host).col_expr(delivery::Column::RunAt, Expr::value(now)).filter(delivery::Column::RunAt.gt(now));
    if !tried {
        query = query.filter(delivery::Column::Attempts.eq(0));
    }
    query.exec(db).await.map(drop)
}

fn waiting_for(host: &str) -> sea_orm::UpdateMany<delivery::Entity> {
    let inboxes = inbox::Entity::find().select_only().column(inbox::Column::Id).filter(inbox::Column::Host.eq(host));
    delivery::Entity::update_many()
        .filter(Expr::cust("state = 0"))
        .filter(delivery::Column::InboxId.in_subquery(inboxes.into_query()))
}

/// Earlier Updates of an object that wait untouched need not be sent when a newer one goes out.
pub async fn supersede(
    db: &impl ConnectionTrait,
    object_id: i64,
    activities: &[i64],
    now: Millis,
) -> Result<(), DbErr> {
    if activities.is_empty() {
        return Ok(());
    }
    delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(NOT_NEEDED))
        .col_expr(delivery::Column::EndedAt, Expr::value(now))
        .filter(Expr::cust("state = 0"))
        .filter(delivery::Column::ObjectId.eq(object_id))
        .filter(delivery::Column::LeasedUntil.lte(now))
        .filter(delivery::Column::ActivityId.is_in(activities.iter().copied()))
        .exec(db)
        .await
        .map(drop)
}

/// Activities about an object that wait for somebody still.
pub async fn activities_waiting(db: &impl ConnectionTrait, object_id: i64) -> Result<Vec<i64>, DbErr> {
    delivery::Entity::find()
        .select_only()
        .column(delivery::Column::ActivityId)
        .filter(Expr::cust("state = 0"))
        .filter(delivery::Column::ObjectId.eq(object_id))
        .distinct()
        .into_tuple()
        .all(db)
        .await
}

/// How many wait, and how many of them are due at `now`.
pub async fn waiting(db: &impl ConnectionTrait, now: Millis) -> Result<(u64, u64), DbErr> {
    let all = delivery::Entity::find().filter(Expr::cust("state = 0"));
    let due = all.clone().filter(delivery::Column::RunAt.lte(now)).count(db).await?;
    Ok((all.count(db).await?, due))
}

/// Whether anything that this account said waits to be delivered.
pub async fn any_waiting_of(db: &impl ConnectionTrait, account_id: i64) -> Result<bool, DbErr> {
    use crate::entity::activity;
    let said = activity::Entity::find()
        .select_only()
        .column(activity::Column::Id)
        .filter(activity::Column::AccountId.eq(account_id));
    let found = delivery::Entity::find()
        .filter(Expr::cust("state = 0"))
        .filter(delivery::Column::ActivityId.in_subquery(said.into_query()))
        .limit(1)
        .one(db)
        .await?;
    Ok(found.is_some())
}

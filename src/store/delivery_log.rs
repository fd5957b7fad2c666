//! How deliveries went: for the author of a post, for the administrator, and how long it is kept.

use super::deliveries::{ARRIVED, NOT_NEEDED, WAITING};
use crate::clock::Millis;
use crate::entity::{activity, delivery, inbox};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{FromQueryResult, JoinType, QueryOrder, QuerySelect, QueryTrait, RelationDef};

/// Records removed in one transaction.
const ROWS: u64 = 2_000;
/// Activities that only told of something: nobody asks for them once they have arrived. A Create answers
/// from its post; what a person did and may take back (a like, a boost, a follow) stays.
const PASSING: [&str; 8] = ["Create", "Update", "Delete", "Undo", "Add", "Remove", "Accept", "Reject"];

/// One delivery, as it stands or as it ended.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Line {
    pub id: i64,
    /// Create, Update, Delete, Like …
    pub kind: String,
    pub host: String,
    pub url: String,
    pub state: i64,
    pub run_at: Millis,
    pub attempts: i64,
    pub status: i64,
    pub answer: Option<String>,
    pub ended_at: Option<Millis>,
}

/// Which lines.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// About this object.
    pub object: Option<i64>,
    /// To this host.
    pub host: Option<String>,
    /// Only what did not arrive.
    pub failed: bool,
    /// Only what came before.
    pub before: Option<i64>,
    pub limit: u64,
}

/// Deliveries, newest first.
pub async fn lines(db: &impl ConnectionTrait, which: Which) -> Result<Vec<Line>, DbErr> {
    use delivery::Column;
    let mut query = delivery::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::State,
            Column::RunAt,
            Column::Attempts,
            Column::Status,
            Column::Answer,
            Column::EndedAt,
        ])
        .column(activity::Column::Kind)
        .column(inbox::Column::Host)
        .column(inbox::Column::Url)
        .join(JoinType::InnerJoin, to_inbox())
        .join(JoinType::InnerJoin, to_activity());
    if let Some(object) = which.object {
        query = query.filter(Column::ObjectId.eq(object));
    }
    if let Some(host) = &which.host {
        query = query.filter(inbox::Column::Host.eq(host));
    }
    if which.failed {
        query = query.filter(Column::State.is_not_in([ARRIVED, NOT_NEEDED]));
        query = query.filter(Column::State.ne(WAITING).or(Column::Status.ne(0)).or(Column::Answer.is_not_null()));
    }
    let query = query.filter(Column::Id.lt(which.before.unwrap_or(i64::MAX)));
    query.order_by_desc(Column::Id).limit(which.limit).into_model().all(db).await
}

/// How many servers have an object, and how many it was sent to.
pub async fn reached(db: &impl ConnectionTrait, object_id: i64) -> Result<(i64, i64), DbErr> {
    let hosts = || {
        delivery::Entity::find()
            .select_only()
            .column_as(Expr::col((inbox::Entity, inbox::Column::Host)).count_distinct(), "hosts")
            .join(JoinType::InnerJoin, to_inbox())
            .filter(delivery::Column::ObjectId.eq(object_id))
            .filter(delivery::Column::State.ne(NOT_NEEDED))
    };
    let of: Option<i64> = hosts().into_tuple().one(db).await?;
    let have: Option<i64> = hosts().filter(delivery::Column::State.eq(ARRIVED)).into_tuple().one(db).await?;
    Ok((have.unwrap_or(0), of.unwrap_or(0)))
}

/// Removes some records of what ended, with ids below `before`; false when none were left.
pub async fn trim(db: &impl ConnectionTrait, before: i64) -> Result<bool, DbErr> {
    let old: Vec<i64> = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Id)
        .filter(delivery::Column::Id.lt(before))
        .filter(delivery::Column::State.ne(WAITING))
        .order_by_asc(delivery::Column::Id)
        .limit(ROWS)
        .into_tuple()
        .all(db)
        .await?;
    if old.is_empty() {
        return Ok(false);
    }
    delivery::Entity::delete_many().filter(delivery::Column::Id.is_in(old)).exec(db).await?;
    Ok(true)
}

/// Removes some activities that were said before `before`, only told of something, and stand in no
/// delivery any more; false when none were left.
pub async fn trim_said(db: &impl ConnectionTrait, before: Millis) -> Result<bool, DbErr> {
    let delivered = delivery::Entity::find().select_only().expr(Expr::val(1)).filter(
        Expr::col((delivery::Entity, delivery::Column::ActivityId)).equals((activity::Entity, activity::Column::Id)),
    );
    let old: Vec<i64> = activity::Entity::find()
        .select_only()
        .column(activity::Column::Id)
        .filter(activity::Column::CreatedAt.lt(before))
        .filter(activity::Column::Kind.is_in(PASSING))
        .filter(Expr::exists(delivered.into_query()).not())
        .order_by_asc(activity::Column::CreatedAt)
        .limit(ROWS)
        .into_tuple()
        .all(db)
        .await?;
    if old.is_empty() {
        return Ok(false);
    }
    activity::Entity::delete_many().filter(activity::Column::Id.is_in(old)).exec(db).await?;
    Ok(true)
}

fn to_inbox() -> RelationDef {
    delivery::Entity::belongs_to(inbox::Entity).from(delivery::Column::InboxId).to(inbox::Column::Id).into()
}

fn to_activity() -> RelationDef {
    delivery::Entity::belongs_to(activity::Entity).from(delivery::Column::ActivityId).to(activity::Column::Id).into()
}

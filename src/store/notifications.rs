//! What people are told.

use super::Cursor;
use crate::entity::notification;
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{Condition, IntoActiveModel, QueryOrder, QuerySelect};
use std::collections::HashMap;

/// Which of somebody's notifications.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only of these kinds; empty: of every kind.
    pub kinds: Vec<&'static str>,
    /// Only about this person.
    pub actor: Option<i64>,
    /// Also those that wait until they are asked for.
    pub filtered: bool,
}

impl Wanted {
    fn of(&self, account_id: i64) -> Select<notification::Entity> {
        let mut query = notification::Entity::find().filter(notification::Column::AccountId.eq(account_id));
        if !self.kinds.is_empty() {
            // Asked so that they are read in their order: by kind all of them would be found, and sorted.
            let wanted = notification::Column::Kind.is_in(self.kinds.iter().copied());
            query = query.filter(Expr::expr(Expr::case(wanted, 1).finally(0)).eq(1));
        }
        if let Some(actor) = self.actor {
            query = query.filter(notification::Column::ActorId.eq(actor));
        }
        if !self.filtered {
            query = query.filter(notification::Column::Filtered.eq(0));
        }
        query
    }
}

/// Notifications that are shown as one: of one kind, about one post (or none), within a span of ids.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Span {
    pub kind: String,
    pub post_id: i64,
    /// From this id on, …
    pub from: i64,
    /// … and before this one.
    pub to: i64,
}

impl Span {
    fn condition(&self) -> Condition {
        Condition::all()
            .add(notification::Column::Kind.eq(self.kind.as_str()))
            .add(notification::Column::PostId.eq(self.post_id))
            .add(notification::Column::Id.gte(self.from))
            .add(notification::Column::Id.lt(self.to))
    }
}

/// Tells once: the same thing again changes nothing.
pub async fn tell(db: &impl ConnectionTrait, row: notification::Model) -> Result<bool, DbErr> {
    let once = [
        notification::Column::AccountId,
        notification::Column::Kind,
        notification::Column::ActorId,
        notification::Column::PostId,
    ];
    let made = notification::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(once).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(made > 0)
}

pub async fn page(
    db: &impl ConnectionTrait,
    account_id: i64,
    wanted: &Wanted,
    cursor: Cursor,
) -> Result<Vec<notification::Model>, DbErr> {
    cursor.read(db, wanted.of(account_id), notification::Column::Id).await
}

pub async fn by_id(db: &impl ConnectionTrait, account_id: i64, id: i64) -> Result<Option<notification::Model>, DbErr> {
    notification::Entity::find_by_id(id).filter(notification::Column::AccountId.eq(account_id)).one(db).await
}

/// Those within a span that do not wait, newest first.
pub async fn within(
    db: &impl ConnectionTrait,
    account_id: i64,
    span: &Span,
    cursor: Cursor,
) -> Result<Vec<notification::Model>, DbErr> {
    cursor.read(db, Wanted::default().of(account_id).filter(span.condition()), notification::Column::Id).await
}

/// How many there are in each of these spans.
pub async fn sizes(db: &impl ConnectionTrait, account_id: i64, spans: &[Span]) -> Result<HashMap<Span, i64>, DbErr> {
    if spans.is_empty() {
        return Ok(HashMap::new());
    }
    let any = spans.iter().fold(Condition::any(), |any, span| any.add(span.condition()));
    // By the id at which a span ends, since the same post may be liked on two days.
    let end = spans.iter().fold(sea_orm::sea_query::CaseStatement::new(), |case, span| {
        case.case(Condition::all().add(notification::Column::Id.lt(span.to)).add(span.condition()), span.to)
    });
    let rows: Vec<(String, i64, i64, i64)> = Wanted::default()
        .of(account_id)
        .select_only()
        .column(notification::Column::Kind)
        .column(notification::Column::PostId)
        .column_as(Expr::expr(end.finally(0_i64)), "span_end")
        .column_as(notification::Column::Id.count(), "size")
        .filter(any)
        .group_by(notification::Column::Kind)
        .group_by(notification::Column::PostId)
        .group_by(Expr::col("span_end"))
        .into_tuple()
        .all(db)
        .await?;
    let size = |span: &Span| {
        let found = rows
            .iter()
            .find(|(kind, post, end, _)| (kind.as_str(), *post, *end) == (span.kind.as_str(), span.post_id, span.to));
        (span.clone(), found.map_or(0, |(.., size)| *size))
    };
    Ok(spans.iter().map(size).collect())
}

/// How many came after `seen`, counted up to `cap`.
pub async fn unread(db: &impl ConnectionTrait, account_id: i64, seen: i64, cap: u64) -> Result<u64, DbErr> {
    Wanted::default()
        .of(account_id)
        .select_only()
        .column(notification::Column::Id)
        .filter(notification::Column::Id.gt(seen))
        .order_by_desc(notification::Column::Id)
        .limit(cap)
        .into_tuple::<i64>()
        .all(db)
        .await
        .map(|rows| rows.len() as u64)
}

/// Her own notifications go, all or some of them.
pub async fn dismiss(db: &impl ConnectionTrait, account_id: i64, id: i64) -> Result<bool, DbErr> {
    let gone = notification::Entity::delete_many()
        .filter(notification::Column::AccountId.eq(account_id))
        .filter(notification::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(gone.rows_affected > 0)
}

pub async fn dismiss_within(db: &impl ConnectionTrait, account_id: i64, span: &Span) -> Result<(), DbErr> {
    notification::Entity::delete_many()
        .filter(notification::Column::AccountId.eq(account_id))
        .filter(span.condition())
        .exec(db)
        .await
        .map(drop)
}

pub async fn clear(db: &impl ConnectionTrait, account_id: i64) -> Result<(), DbErr> {
    notification::Entity::delete_many().filter(notification::Column::AccountId.eq(account_id)).exec(db).await.map(drop)
}

/// Takes back what was told of a post, e.g. when it is gone.
pub async fn forget_post(db: &impl ConnectionTrait, post_id: i64) -> Result<(), DbErr> {
    notification::Entity::delete_many().filter(notification::Column::PostId.eq(post_id)).exec(db).await.map(drop)
}

/// Takes one kind of telling back, e.g. when a like is undone.
pub async fn forget(
    db: &impl ConnectionTrait,
    account_id: i64,
    kind: &str,
    actor_id: i64,
    post_id: i64,
) -> Result<(), DbErr> {
    notification::Entity::delete_many()
        .filter(notification::Column::AccountId.eq(account_id))
        .filter(notification::Column::Kind.eq(kind))
        .filter(notification::Column::ActorId.eq(actor_id))
        .filter(notification::Column::PostId.eq(post_id))
        .exec(db)
        .await
        .map(drop)
}

/// Takes back everything one person was told of another.
pub async fn forget_between(db: &impl ConnectionTrait, account_id: i64, actor_id: i64) -> Result<(), DbErr> {
    super::requests::forget(db, account_id, actor_id).await?;
    notification::Entity::delete_many()
        .filter(notification::Column::AccountId.eq(account_id))
        .filter(notification::Column::ActorId.eq(actor_id))
        .exec(db)
        .await
        .map(drop)
}

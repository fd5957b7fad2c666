//! How the queues and the pools stand, for whoever looks after the server.

use crate::clock::Millis;
use crate::entity::{delivery, job};
use sea_orm::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{DatabaseConnection, DbBackend, QuerySelect, Select};
use std::time::Duration;

/// What waits in a queue.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// What waits or is under way.
    pub all: i64,
    /// What is due and was not taken.
    pub due: i64,
    /// When the oldest of that became due.
    oldest: Option<Millis>,
}

impl Standing {
    async fn of<E>(
        db: &impl ConnectionTrait,
        all: Select<E>,
        [run_at, leased_until]: [E::Column; 2],
        now: Millis,
    ) -> Result<Self, DbErr>
    where
        E: EntityTrait,
    {
        let count = || Expr::cust("COUNT(*)");
        let due = all.clone().filter(run_at.lte(now)).filter(leased_until.lte(now));
        let due = due.select_only().expr_as(count(), "n").column_as(run_at.min(), "oldest");
        let (due, oldest) = due.into_tuple::<(i64, Option<Millis>)>().one(db).await?.unwrap_or_default();
        let all = all.select_only().expr_as(count(), "n").into_tuple::<i64>().one(db).await?.unwrap_or_default();
        Ok(Self { all, due, oldest })
    }

    /// How long the oldest has been due, in seconds.
    pub fn age(&self, now: Millis) -> f64 {
        self.oldest.map_or(0.0, |oldest| Duration::from_millis((now - oldest).max(0).unsigned_abs()).as_secs_f64())
    }
}

/// A queue of jobs.
pub async fn jobs(db: &impl ConnectionTrait, queue: &str, now: Millis) -> Result<Standing, DbErr> {
    let all = job::Entity::find().filter(Expr::cust("dead = 0")).filter(job::Column::Queue.eq(queue));
    Standing::of(db, all, [job::Column::RunAt, job::Column::LeasedUntil], now).await
}

/// Deliveries to other servers.
pub async fn deliveries(db: &impl ConnectionTrait, now: Millis) -> Result<Standing, DbErr> {
    let all = delivery::Entity::find().filter(Expr::cust("state = 0"));
    Standing::of(db, all, [delivery::Column::RunAt, delivery::Column::LeasedUntil], now).await
}

/// Connections of a pool.
#[derive(Debug, Clone, Copy)]
pub struct Connections {
    pub used: i64,
    pub idle: i64,
    /// So many there may be.
    pub most: i64,
}

impl Connections {
    pub(super) fn of(db: &DatabaseConnection) -> Self {
        let (size, idle, most) = if db.get_database_backend() == DbBackend::Sqlite {
            let pool = db.get_sqlite_connection_pool();
            (pool.size(), pool.num_idle(), pool.options().get_max_connections())
        } else {
            let pool = db.get_postgres_connection_pool();
            (pool.size(), pool.num_idle(), pool.options().get_max_connections())
        };
        let idle = i64::try_from(idle).unwrap_or(i64::MAX);
        Self { used: (i64::from(size) - idle).max(0), idle, most: i64::from(most) }
    }
}

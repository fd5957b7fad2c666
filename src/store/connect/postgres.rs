//! Opening PostgreSQL.

use super::{OpenError, Pools, STATEMENTS, connected, pending, sqlx_error};
use cyanotype_migrations::{Migrator, is_in_order, same_order};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbErr, Statement};
use sea_orm_migration::MigratorTrait;
use std::time::Duration;

/// Whoever holds this lock changes the schema.
const MIGRATING: i64 = 0x6379_616e;
/// 14.0, as PostgreSQL counts.
const OLDEST: i64 = 140_000;

/// A pool for reading and one for writing: reading goes on while writers wait for one another.
pub(super) async fn open(url: &str, connections: u32) -> Result<Pools, OpenError> {
    migrate(url).await?;
    let writers = connections / 2;
    let read = pool(url, connections - writers, "read committed").await?;
    // What is written is as if it were one after the other, as on SQLite.
    let write = pool(url, writers, "serializable").await?;
    Ok(Pools { read, write })
}

async fn pool(url: &str, connections: u32, isolation: &'static str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url.to_owned());
    options
        .max_connections(connections)
        .min_connections(1)
        .sqlx_logging_level(STATEMENTS)
        .acquire_timeout(Duration::from_secs(5))
        // Tried before each use, every statement would take twice as long.
        .test_before_acquire_if_idle_for(Duration::from_secs(1))
        .max_lifetime(Duration::from_secs(30 * 60));
    options.map_sqlx_postgres_opts(move |o| {
        o.application_name("cyanotype").options([
            ("statement_timeout", "30s"),
            ("idle_in_transaction_session_timeout", "60s"),
            ("default_transaction_isolation", isolation),
        ])
    });
    connected(options).await
}

/// Two processes may start at once: one migrates, the other waits for the lock. On connections of its own:
/// a step over a large table takes longer than any other statement may.
pub(super) async fn migrate(url: &str) -> Result<(), OpenError> {
    let mut options = ConnectOptions::new(url.to_owned());
    options.max_connections(2).min_connections(1).sqlx_logging_level(STATEMENTS);
    options.acquire_timeout(Duration::from_secs(5));
    options.map_sqlx_postgres_opts(|o| o.application_name("cyanotype migrations"));
    let pool = connected(options).await?;
    check(&pool).await?;
    if pending(&pool).await.is_ok_and(|steps| steps.is_empty()) && is_in_order(&pool).await? {
        return Ok(pool.close().await?);
    }
    let mut holder = pool.get_postgres_connection_pool().acquire().await.map_err(sqlx_error)?;
    sqlx::query("SELECT pg_advisory_lock($1)").bind(MIGRATING).execute(&mut *holder).await.map_err(sqlx_error)?;
    Migrator::up(&pool, None).await?;
    same_order(&pool).await?;
    drop(holder);
    // Whoever waits for the lock has it when the connection closes.
    Ok(pool.close().await?)
}

/// Refuses what would lose or break what people post, and says so where it may be meant.
async fn check(db: &DatabaseConnection) -> Result<(), OpenError> {
    let ask = "SELECT current_setting('fsync'), current_setting('full_page_writes'), \
               current_setting('synchronous_commit'), current_setting('server_encoding'), \
               current_setting('server_version'), current_setting('server_version_num')::bigint";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), ask)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("the settings of PostgreSQL".to_owned()))?;
    let said = |index| row.try_get_by_index::<String>(index);
    if said(0)? == "off" {
        return Err(OpenError::Unsafe);
    }
    if row.try_get_by_index::<i64>(5)? < OLDEST {
        return Err(OpenError::TooOld(said(4)?));
    }
    if said(3)? != "UTF8" {
        return Err(OpenError::NotUnicode(said(3)?));
    }
    for (index, name) in [(1, "full_page_writes"), (2, "synchronous_commit")] {
        if said(index)? == "off" {
            tracing::warn!("PostgreSQL runs with {name} = off: a power failure may cost what people posted last");
        }
    }
    Ok(())
}

//! Who works on a database of PostgreSQL: each server holds a lock there as long as it lives, and PostgreSQL
//! lets go of it when the server is gone, however it went.

use super::connect::sqlx_error;
use sea_orm::DbErr;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryScalar;
use sqlx::{Connection, PgConnection, Postgres};
use std::time::Duration;
use tokio::sync::Mutex;

/// Held by all who work there, together; by one who looks whether it is the first, alone.
const WORKING: i64 = 0x6379_616f;
const TRY: &str = "SELECT pg_try_advisory_lock($1)";
const UNLOCK: &str = "SELECT pg_advisory_unlock($1)";
/// A connection that was lost is noticed after so long.
const LOOKED_AFTER: Duration = Duration::from_secs(1);

/// Those who work on a PostgreSQL that was started anew have said so again by then.
const ALL_ARE_BACK: &str = "SELECT clock_timestamp() - pg_postmaster_start_time() > interval '5 seconds'";

/// This server is there.
pub struct Presence {
    address: String,
    held: Mutex<PgConnection>,
}

impl Presence {
    /// Says that this server is there. True beside it when surely nobody else is, and nobody else comes until
    /// [`Self::stay`]: what others had taken is nobody's.
    pub async fn enter(address: &str) -> Result<(Self, bool), DbErr> {
        let mut held = PgConnection::connect(address).await.map_err(sqlx_error)?;
        let mut first = lock(&mut held, TRY).await?;
        while first && !ask(&mut held, sqlx::query_scalar(ALL_ARE_BACK)).await? {
            lock(&mut held, UNLOCK).await?;
            tokio::time::sleep(LOOKED_AFTER).await;
            first = lock(&mut held, TRY).await?;
        }
        if !first {
            // Waits while another looks whether it is the first.
            share(&mut held).await?;
        }
        Ok((Self { address: address.to_owned(), held: Mutex::new(held) }, first))
    }

    /// The first one lets others come.
    pub async fn stay(&self) -> Result<(), DbErr> {
        let mut held = self.held.lock().await;
        share(&mut held).await?;
        lock(&mut held, UNLOCK).await.map(drop)
    }

    /// Keeps saying so after the database was away. Never ends.
    pub async fn last(&self) {
        loop {
            tokio::time::sleep(LOOKED_AFTER).await;
            let mut held = self.held.lock().await;
            if held.ping().await.is_ok() {
                continue;
            }
            if let Ok(mut again) = PgConnection::connect(&self.address).await
                && share(&mut again).await.is_ok()
            {
                *held = again;
            }
        }
    }
}

/// Keeps every server away as long as this connection lives; false where one is there.
pub(super) async fn keep_away(connection: &mut PgConnection) -> Result<bool, DbErr> {
    lock(connection, TRY).await
}

async fn share(connection: &mut PgConnection) -> Result<(), DbErr> {
    let wait = sqlx::query("SELECT pg_advisory_lock_shared($1)").bind(WORKING);
    wait.execute(connection).await.map(drop).map_err(sqlx_error)
}

async fn lock(connection: &mut PgConnection, how: &'static str) -> Result<bool, DbErr> {
    ask(connection, sqlx::query_scalar(how).bind(WORKING)).await
}

type Question = QueryScalar<'static, Postgres, bool, PgArguments>;

async fn ask(connection: &mut PgConnection, question: Question) -> Result<bool, DbErr> {
    question.fetch_one(connection).await.map_err(sqlx_error)
}

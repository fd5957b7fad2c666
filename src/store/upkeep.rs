//! What SQLite has to be told to do now and then. PostgreSQL does the like by itself.

use super::Db;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// A log longer than this is begun anew, even if writers have to wait for readers. SQLite folds it into the file as it
/// goes, but begins it anew only in a moment in which nobody reads: where somebody always does, it grows and grows.
pub const LONGEST_LOG: i64 = 16 << 20;
/// So long writers wait for that, in milliseconds; then they go on, and it is tried again later.
const PATIENCE: u32 = 250;

impl Db {
    /// Folds the log into the file, as far as nobody reads what was before.
    pub async fn fold_log(&self) -> Result<(), DbErr> {
        if !self.is_sqlite() {
            return Ok(());
        }
        let _turn = self.writing.turn().await;
        if self.checkpoint("PASSIVE").await? <= LONGEST_LOG {
            return Ok(());
        }
        self.writer.execute_unprepared(&format!("PRAGMA busy_timeout = {PATIENCE}")).await?;
        let done = self.checkpoint("TRUNCATE").await;
        let patience = super::connect::PATIENCE.as_millis();
        self.writer.execute_unprepared(&format!("PRAGMA busy_timeout = {patience}")).await?;
        done.map(drop)
    }

    /// Has the planner look anew at tables that have become much larger or smaller.
    pub async fn look_at_tables(&self) -> Result<(), DbErr> {
        if !self.is_sqlite() {
            return Ok(());
        }
        let _turn = self.writing.turn().await;
        // All tables, and of each only so much that it takes moments (sqlite.org/pragma.html#pragma_optimize).
        self.writer.execute_unprepared("PRAGMA optimize = 0x10012").await.map(drop)
    }

    fn is_sqlite(&self) -> bool {
        self.writer.get_database_backend() == DbBackend::Sqlite
    }

    /// Bytes of the log after it.
    async fn checkpoint(&self, how: &str) -> Result<i64, DbErr> {
        let ask = |sql: String| self.writer.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql));
        let size = ask("PRAGMA page_size".to_owned()).await?.map_or(Ok(0), |row| row.try_get_by_index::<i32>(0))?;
        let row = ask(format!("PRAGMA wal_checkpoint({how})")).await?;
        let pages = row.map_or(Ok(0), |row| row.try_get_by_index::<i32>(1))?;
        Ok(i64::from(pages) * i64::from(size))
    }
}

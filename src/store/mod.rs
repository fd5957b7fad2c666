//! Every query, by aggregate. Functions take any connection, so that they run the same inside a
//! transaction and outside one; a transaction begins in one place only: [`Db::write`].

pub mod accounts;
pub mod connect;
pub mod conversations;
pub mod counts;
pub mod deliveries;
pub mod delivery_log;
pub mod drafts;
pub mod emoji;
pub mod feeds;
pub mod forms;
pub mod inboxes;
pub mod intake;
pub mod jobs;
pub mod kept;
pub mod keys;
pub mod leaving;
pub mod looking;
pub mod markers;
pub mod media;
pub mod mutes;
pub mod notifications;
pub mod policies;
pub mod posts;
pub mod profile_links;
pub mod quotes;
pub mod reactions;
pub mod relations;
pub mod relays;
pub mod reports;
pub mod sessions;
pub mod settings;
pub mod tags;
mod write;

use sea_orm::{DatabaseConnection, DbErr, RuntimeErr};
use std::sync::Arc;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

/// The one row of a page of something: what comes before this id, at most so many.
#[derive(Debug, Clone, Copy)]
pub struct Cursor {
    /// Only ids below this.
    pub before: i64,
    /// At most so many.
    pub limit: u64,
}

impl Cursor {
    /// The first page, newest first.
    pub fn first(limit: u64) -> Self {
        Self { before: i64::MAX, limit }
    }

    /// The page after `before`, or the first one.
    pub fn before(before: Option<i64>, limit: u64) -> Self {
        Self { before: before.unwrap_or(i64::MAX), limit }
    }
}

/// Whether the disk under the database is full: SQLITE_FULL, or PostgreSQL's disk_full.
pub fn is_full(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) = error else {
        return false;
    };
    let code = cause.as_database_error().and_then(|e| e.code());
    code.is_some_and(|code| matches!(code.as_ref(), "13" | "53100"))
}

/// The database: readers, and the one way to write.
#[derive(Clone)]
pub struct Db {
    /// For reading, outside transactions.
    pub read: DatabaseConnection,
    writer: DatabaseConnection,
    tasks: TaskTracker,
    wake: Arc<Notify>,
    intake: Arc<intake::Intake>,
    writing: Arc<write::Writing>,
}

impl Db {
    /// Wraps open pools; `wake` is told after every commit.
    pub fn new(read: DatabaseConnection, writer: DatabaseConnection, tasks: TaskTracker, wake: Arc<Notify>) -> Self {
        Self { read, writer, tasks, wake, intake: Arc::default(), writing: Arc::default() }
    }

    /// Whether both ways into the database answer.
    pub async fn ready(&self) -> Result<(), DbErr> {
        self.read.ping().await?;
        self.writer.ping().await
    }

    /// Steps of the schema that the database lacks.
    pub async fn pending(&self) -> Result<Vec<String>, DbErr> {
        connect::pending(&self.read).await
    }

    /// Closes the pools; SQLite folds its log into the file.
    pub async fn close(self) -> Result<(), DbErr> {
        self.read.close().await?;
        self.writer.close().await
    }
}

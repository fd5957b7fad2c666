//! Every query, by aggregate. Functions take any connection, so that they run the same inside a
//! transaction and outside one; a transaction begins in one place only: [`Db::write`].

pub mod accounts;
pub mod announcements;
pub mod bookmarks;
pub mod connect;
pub mod conversations;
pub mod copy;
pub mod counts;
pub mod deliveries;
pub mod delivery_log;
pub mod drafts;
pub mod edits;
pub mod emoji;
pub mod endorsements;
pub mod feeds;
pub mod filters;
pub mod forms;
pub mod happenings;
pub mod hidden_servers;
pub mod inboxes;
pub mod intake;
pub mod jobs;
pub mod kept;
pub mod keys;
pub mod leaving;
pub mod lists;
pub mod looking;
pub mod markers;
pub mod marks;
pub mod media;
pub mod memo;
pub mod mutes;
pub mod nodes;
pub mod notifications;
pub mod person_notes;
pub mod policies;
pub mod polls;
pub mod posts;
pub mod presence;
pub mod profile_links;
pub mod pushes;
pub mod quotes;
pub mod reactions;
pub mod read_markers;
pub mod relations;
pub mod relays;
pub mod reports;
pub mod requests;
pub mod scheduled;
pub mod sessions;
pub mod settings;
pub mod standing;
pub mod stored;
pub mod tag_follows;
pub mod tag_usage;
pub mod tags;
pub mod tokens;
pub mod trends;
pub mod upkeep;
mod write;

pub use write::{FromDatabase, Work};

use crate::telemetry::metrics::Metrics;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, RuntimeErr, Select, Statement,
};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Which part of a list, ordered by its key: below one key, above another, so many.
#[derive(Debug, Clone, Copy)]
pub struct Cursor {
    /// Only keys below this.
    pub before: i64,
    /// Only keys above this.
    pub after: i64,
    /// Those next above `after` rather than the newest.
    pub from_below: bool,
    /// At most so many.
    pub limit: u64,
}

impl Cursor {
    /// The first page, newest first.
    pub fn first(limit: u64) -> Self {
        Self::before(None, limit)
    }

    /// The page after `before`, or the first one.
    pub fn before(before: Option<i64>, limit: u64) -> Self {
        Self { before: before.unwrap_or(i64::MAX), after: i64::MIN, from_below: false, limit }
    }

    /// Narrows a query to this part. What it finds still has to be turned: see [`Self::turned`].
    pub fn over<E: EntityTrait>(self, query: Select<E>, key: impl ColumnTrait) -> Select<E> {
        let query = query.filter(key.lt(self.before));
        let query = if self.after == i64::MIN { query } else { query.filter(key.gt(self.after)) };
        let query = if self.from_below { query.order_by_asc(key) } else { query.order_by_desc(key) };
        query.limit(self.limit)
    }

    /// Newest first, however it was read.
    pub fn turned<T>(self, mut rows: Vec<T>) -> Vec<T> {
        if self.from_below {
            rows.reverse();
        }
        rows
    }

    /// Reads this part of a list, newest first.
    pub async fn read<E>(
        self,
        db: &impl ConnectionTrait,
        query: Select<E>,
        key: impl ColumnTrait,
    ) -> Result<Vec<E::Model>, DbErr>
    where
        E: EntityTrait,
    {
        Ok(self.turned(self.over(query, key).all(db).await?))
    }
}

/// The code with which a database refused something.
fn code_of(error: &DbErr) -> Option<String> {
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return None;
    };
    Some(cause.as_database_error()?.code()?.into_owned())
}

/// Whether the disk under the database is full: SQLITE_FULL, or PostgreSQL's disk_full.
pub fn is_full(error: &DbErr) -> bool {
    code_of(error).is_some_and(|code| matches!(code.as_str(), "13" | "53100"))
}

/// How often it is looked for what happened, where nobody tells …
const LOOK: Duration = Duration::from_millis(200);
/// … and where somebody does, who may be missed once.
const UNTOLD: Duration = Duration::from_secs(1);

/// Whether the database has gone away, or is just coming: what was asked may be asked again later.
pub fn is_away(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    // connection_exception, operator_intervention, too_many_connections
    let away = |code: &str| code.starts_with("08") || code.starts_with("57P") || code == "53300";
    match cause.as_ref() {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(said) => said.code().is_some_and(|code| away(&code)),
        _ => false,
    }
}

/// The database: readers, and the one way to write.
#[derive(Clone)]
pub struct Db {
    /// For reading, outside transactions.
    pub read: memo::Reader,
    writer: DatabaseConnection,
    tasks: TaskTracker,
    wake: Arc<Notify>,
    intake: Arc<intake::Intake>,
    writing: Arc<write::Writing>,
    changes: Arc<memo::Changes>,
    /// Where other processes are told what changes: PostgreSQL only.
    teller: Option<memo::Teller>,
    happened: Arc<Notify>,
    asked: Arc<AtomicU64>,
    onlooker: Arc<OnceLock<Onlooker>>,
}

/// Is shown every statement.
type Onlooker = Box<dyn Fn(&Statement) + Send + Sync>;

impl Db {
    /// Wraps open pools; `wake` is told after every commit. What other processes change is heard until `stopping`.
    pub fn new(
        mut read: DatabaseConnection,
        mut writer: DatabaseConnection,
        tasks: TaskTracker,
        wake: Arc<Notify>,
        stopping: CancellationToken,
        metrics: &Metrics,
    ) -> Self {
        let (asked, onlooker) = (Arc::<AtomicU64>::default(), Arc::<OnceLock<Onlooker>>::default());
        let (count, reading, writing) = (asked.clone(), onlooker.clone(), onlooker.clone());
        let statements = metrics.statements.clone();
        read.set_metric_callback(move |done| {
            count.fetch_add(1, Ordering::Relaxed);
            statements.inc();
            memo::worked(done.elapsed);
            shown(done, &reading);
        });
        writer.set_metric_callback(move |done| shown(done, &writing));
        let (changes, happened) = (Arc::<memo::Changes>::default(), Arc::<Notify>::default());
        let teller = if writer.get_database_backend() == DbBackend::Sqlite {
            changes.begin_anew();
            None
        } else {
            let options = writer.get_postgres_connection_pool().connect_options();
            let ears = memo::Ears { happened: happened.clone(), work: wake.clone() };
            let (teller, work) = memo::connect((*options).clone(), changes.clone(), ears, stopping);
            tasks.spawn(work);
            Some(teller)
        };
        let writing = Arc::new(write::Writing::new(changes.clone(), metrics.write_wait.clone()));
        let (read, intake) = (memo::Reader::new(read, metrics.read_wait.clone()), Arc::default());
        Self { read, writer, tasks, wake, intake, writing, changes, teller, happened, asked, onlooker }
    }

    /// Waits until something may have happened, in whatever process: until it is told, or else for a moment.
    pub async fn until_something_happens(&self) {
        let is_told = self.teller.is_some() && self.changes.count().is_some();
        let pause = if is_told { UNTOLD } else { LOOK };
        tokio::select! {
            () = self.happened.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }

    /// How often readers have asked something so far: what a page costs is measured by it.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Shows every statement from now on, of readers and of writers: tests look at how it is answered.
    pub fn show(&self, onlooker: impl Fn(&Statement) + Send + Sync + 'static) {
        // The first one stays.
        let _ = self.onlooker.set(Box::new(onlooker));
    }

    /// How many connections there are: of readers, and of the writer.
    pub fn connections(&self) -> [(&'static str, standing::Connections); 2] {
        [("read", standing::Connections::of(&self.read)), ("write", standing::Connections::of(&self.writer))]
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
        self.read.close_by_ref().await?;
        self.writer.close().await
    }
}

fn shown(done: &sea_orm::metric::Info<'_>, onlooker: &OnceLock<Onlooker>) {
    write::note(done);
    if let Some(onlooker) = onlooker.get() {
        onlooker(done.statement);
    }
}

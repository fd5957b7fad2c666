//! Opening the database: pragmas, pools, migrations.

mod postgres;

use super::memo;
use super::upkeep::LONGEST_LOG;
use crate::config::{Database, Settings};
use cyanotype_migrations::Migrator;
use sea_orm::sea_query::Query;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbErr};
use sea_orm_migration::MigratorTrait;
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Executor};
use std::collections::{BTreeSet, HashSet};
use std::fs::{OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

/// Readers and the writer.
pub struct Pools {
    pub read: DatabaseConnection,
    pub write: DatabaseConnection,
}

/// Opens the database that the settings name, and brings its schema up to date.
pub async fn open(settings: &Settings) -> Result<Pools, OpenError> {
    match &settings.database {
        Database::Sqlite(path) => Ok(sqlite(path, settings).await?),
        Database::Postgres(url) => postgres::open(url, settings.postgres_connections).await,
    }
}

/// Makes the database, where it is a file that is missing, brings its schema up to date, and leaves it.
pub async fn prepare(database: &Database) -> Result<(), OpenError> {
    match database {
        Database::Sqlite(path) => Ok(migrate(written_by_one(path, SqliteSynchronous::Normal)?).await?),
        Database::Postgres(url) => postgres::migrate(url).await,
    }
}

/// Opens a file of SQLite that nobody writes, as it is.
pub async fn look_into(path: &Path) -> Result<DatabaseConnection, DbErr> {
    connected(only_read(path, 1, 0)).await
}

/// On the heap, for what the driver keeps meanwhile is large.
async fn connected(options: ConnectOptions) -> Result<DatabaseConnection, DbErr> {
    Box::pin(sea_orm::Database::connect(options)).await
}

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "PostgreSQL runs with fsync = off, so a power failure could destroy what people were told is kept; \
         set fsync = on in its configuration and reload it"
    )]
    Unsafe,
    #[error("PostgreSQL {0} is too old; 14 is the oldest that will do")]
    TooOld(String),
    #[error(
        "the database keeps text as {0}; it must be UTF8: make another one with \
         createdb --encoding=UTF8 --template=template0"
    )]
    NotUnicode(String),
    #[error(transparent)]
    Failed(#[from] DbErr),
}

/// So long a connection of SQLite waits for what others hold.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Each statement, with how many rows it gave, is said this loudly (target `sqlx::query`): nobody hears it
/// who does not ask for it.
const STATEMENTS: log::LevelFilter = log::LevelFilter::Trace;

/// One writer, because SQLite's own way of queueing writers starves some of them for seconds; and
/// a few readers that cannot write at all.
async fn sqlite(path: &Path, settings: &Settings) -> Result<Pools, DbErr> {
    let synchronous = if settings.sqlite_full_sync { SqliteSynchronous::Full } else { SqliteSynchronous::Normal };
    let mut options = written_by_one(path, synchronous)?;
    migrate(options.clone()).await?;
    options.map_sqlx_sqlite_pool_opts(|pool| {
        pool.after_connect(|connection, _| {
            Box::pin(async move { connection.execute(sqlx::raw_sql(AssertSqlSafe(memo::watching()))).await.map(drop) })
        })
    });
    let write = connected(options).await?;
    let read = connected(only_read(path, 4, settings.sqlite_mmap)).await?;
    Ok(Pools { read, write })
}

/// The file, made if missing, for one who writes.
fn written_by_one(path: &Path, synchronous: SqliteSynchronous) -> Result<ConnectOptions, DbErr> {
    make_private(path).map_err(|e| DbErr::Custom(format!("{}: {e}", path.display())))?;
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
    // A file does not hang up: what is idle need not be tried before each use.
    options.test_before_acquire(false);
    options.max_connections(1).min_connections(1).acquire_timeout(Duration::from_secs(10));
    options.sqlx_logging_level(STATEMENTS);
    options.map_sqlx_sqlite_opts(move |o| {
        o.journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous)
            .busy_timeout(PATIENCE)
            .foreign_keys(true)
            .optimize_on_close(true, None)
            .pragma("journal_size_limit", LONGEST_LOG.to_string())
            .pragma("temp_store", "memory")
            .pragma("cache_size", "-16000")
    });
    Ok(options)
}

/// The file, for so many who read; so many of its first bytes are mapped, which counts as memory of the process
/// once for each of them.
fn only_read(path: &Path, connections: u32, mapped: usize) -> ConnectOptions {
    let mut options = ConnectOptions::new(format!("sqlite://{}", path.display()));
    options.test_before_acquire(false);
    options.max_connections(connections).min_connections(1).acquire_timeout(Duration::from_secs(5));
    options.sqlx_logging_level(STATEMENTS);
    options.map_sqlx_sqlite_opts(move |o| {
        o.read_only(true)
            .busy_timeout(PATIENCE)
            .pragma("query_only", "on")
            .pragma("temp_store", "memory")
            .pragma("cache_size", "-4000")
            .pragma("mmap_size", mapped.to_string())
    });
    options
}

async fn migrate(options: ConnectOptions) -> Result<(), DbErr> {
    let migrating = connected(options).await?;
    Migrator::up(&migrating, None).await?;
    migrating.close().await
}

/// The file, made if missing, and what SQLite keeps beside it, for their owner only: SQLite gives files
/// it makes the mode of the first one.
fn make_private(path: &Path) -> std::io::Result<()> {
    let only_owner = || Permissions::from_mode(0o600);
    OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)?.set_permissions(only_owner())?;
    for suffix in ["-wal", "-shm"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(suffix);
        match std::fs::set_permissions(&beside, only_owner()) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    Ok(())
}

/// Steps of the schema that this program knows and the database has not seen. Steps that only the
/// database knows are a newer version's, whose schema this one can work with.
pub async fn pending(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let applied = Query::select().column("version").from("seaql_migrations").to_owned();
    let rows = db.query_all(&applied).await?;
    let applied: HashSet<String> = rows.iter().map(|row| row.try_get("", "version")).collect::<Result<_, _>>()?;
    let known = Migrator::migrations().into_iter().map(|step| step.name().to_owned());
    Ok(known.filter(|name| !applied.contains(name)).collect())
}

/// The steps of the schema that this program knows.
pub fn steps() -> BTreeSet<String> {
    Migrator::migrations().into_iter().map(|step| step.name().to_owned()).collect()
}

/// What sqlx says, as sea-orm would say it.
pub(super) fn sqlx_error(error: sqlx::Error) -> DbErr {
    DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into()))
}

//! Where a copy is made: a new file, which has its name only when it is whole, or an empty database of
//! PostgreSQL, filled in one transaction. Whenever copying ends too soon, the target is as it was.

use super::connection::{Connection, Rows, file};
use super::row::{Digest, Row, Sum, Value};
use super::source::alone;
use super::table::{Table, quoted};
use super::{CopyError, name};
use crate::config::Database;
use crate::secrets::hex;
use crate::store::connect;
use futures_util::StreamExt;
use sqlx::sqlite::{SqliteJournalMode, SqliteLockingMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, PgConnection, SqliteConnection};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Values in one statement: fewer than either database takes.
const VALUES: usize = 16_000;
/// Rows in one statement at most.
const ROWS: usize = 256;
/// Bytes on their way to PostgreSQL.
const BUFFER: usize = 64 * 1024;

/// A database that is being filled.
pub struct Target {
    pub(super) connection: Connection,
    name: String,
    tables: Vec<Table>,
    /// What makes anew what sleeps meanwhile: triggers, which would count twice, and indexes.
    asleep: Vec<String>,
    file: Option<NewFile>,
}

impl Target {
    /// Makes the tables and waits for their rows.
    pub async fn open(database: &Database) -> Result<Self, CopyError> {
        let name = name(database);
        let (connection, file) = match database {
            Database::Sqlite(path) => new_file(path, &name).await?,
            Database::Postgres(address) => (empty_database(address, database, &name).await?, None),
        };
        let mut target = Self { connection, name, tables: Vec::new(), asleep: Vec::new(), file };
        target.tables = target.connection.tables().await.map_err(CopyError::of(&target.name))?;
        target.sleep().await.map_err(CopyError::of(&target.name))?;
        Ok(target)
    }

    pub(super) fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Fills a table; `told` hears of so many rows now and then.
    pub(super) async fn fill(
        &mut self,
        table: &Table,
        rows: Rows<'_>,
        told: &mut impl FnMut(u64),
    ) -> Result<Sum, CopyError> {
        match &mut self.connection {
            Connection::Sqlite(connection) => fill_sqlite(connection, table, rows, told).await,
            Connection::Postgres(connection) => fill_postgres(connection, table, rows, told).await,
        }
    }

    /// What the database does by itself when rows come is not done: the rows say it already.
    async fn sleep(&mut self) -> Result<(), sqlx::Error> {
        let mut statements: Vec<String> = Vec::new();
        match &self.connection {
            Connection::Sqlite(_) => {
                let ours = "FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL ORDER BY name";
                statements = self.connection.texts(&format!("SELECT 'DROP ' || type || ' ' || name {ours}")).await?;
                self.asleep = self.connection.texts(&format!("SELECT sql {ours}")).await?;
            }
            Connection::Postgres(_) => {
                for table in &self.tables {
                    let name = quoted(&table.name);
                    statements.push(format!("ALTER TABLE {name} DISABLE TRIGGER USER"));
                    self.asleep.push(format!("ALTER TABLE {name} ENABLE TRIGGER USER"));
                }
            }
        }
        self.connection.run(&statements.join(";\n")).await
    }

    /// Makes all of that as it was, once the rows are there.
    pub(super) async fn wake(&mut self) -> Result<(), CopyError> {
        let statements = std::mem::take(&mut self.asleep);
        self.connection.run(&statements.join(";\n")).await.map_err(CopyError::of(&self.name))?;
        self.connection.run("ANALYZE").await.map_err(CopyError::of(&self.name))
    }

    pub(super) async fn keep(mut self) -> Result<(), CopyError> {
        self.connection.run("COMMIT").await.map_err(CopyError::of(&self.name))?;
        self.connection.close().await.map_err(CopyError::of(&self.name))?;
        match self.file {
            Some(file) => file.keep().map_err(|error| CopyError::File(self.name, error)),
            None => Ok(()),
        }
    }

    pub(super) async fn take_back(self) {
        // What is not committed is nowhere, however the connection ends; the file goes with its value.
        let _ = self.connection.close().await;
    }
}

/// An empty database, which nobody else looks into before the copy is kept.
async fn empty_database(address: &str, database: &Database, name: &str) -> Result<Connection, CopyError> {
    let mut connection = Connection::postgres(address).await.map_err(CopyError::of(name))?;
    if !alone(&mut connection).await.map_err(CopyError::of(name))? {
        return Err(CopyError::Served(name.to_owned()));
    }
    // Before anything in it is changed …
    check_empty(&mut connection, name).await?;
    connect::prepare(database).await.map_err(|error| CopyError::Open(name.to_owned(), error))?;
    connection.run("BEGIN; SET LOCAL lock_timeout = '10s'").await.map_err(CopyError::of(name))?;
    let tables = connection.tables().await.map_err(CopyError::of(name))?;
    let all: Vec<_> = tables.iter().map(|table| quoted(&table.name)).collect();
    let lock = format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", all.join(", "));
    connection.run(&lock).await.map_err(CopyError::of(name))?;
    // … and when nobody can come between.
    check_empty(&mut connection, name).await?;
    Ok(connection)
}

async fn check_empty(connection: &mut Connection, name: &str) -> Result<(), CopyError> {
    match connection.filled().await.map_err(CopyError::of(name))? {
        Some(table) => Err(CopyError::NotEmpty(name.to_owned(), table)),
        None => Ok(()),
    }
}

async fn new_file(path: &Path, name: &str) -> Result<(Connection, Option<NewFile>), CopyError> {
    if path.exists() {
        return Err(CopyError::Exists(name.to_owned()));
    }
    let new = NewFile::begin(path)?;
    let database = Database::Sqlite(new.path.clone());
    connect::prepare(&database).await.map_err(|error| CopyError::Open(name.to_owned(), error))?;
    // A file that is not whole is thrown away, so nothing needs to outlive a power failure before it is kept.
    let options = file(&new.path)
        .locking_mode(SqliteLockingMode::Exclusive)
        .journal_mode(SqliteJournalMode::Memory)
        .synchronous(SqliteSynchronous::Off)
        .pragma("analysis_limit", "1000");
    let mut connection = Connection::sqlite(&options).await.map_err(CopyError::of(name))?;
    connection.run("BEGIN EXCLUSIVE").await.map_err(CopyError::of(name))?;
    Ok((connection, Some(new)))
}

async fn fill_sqlite(
    connection: &mut SqliteConnection,
    table: &Table,
    mut rows: Rows<'_>,
    told: &mut impl FnMut(u64),
) -> Result<Sum, CopyError> {
    let mut digest = Digest::new(table);
    let most = (VALUES / table.columns.len().max(1)).clamp(1, ROWS);
    let mut waiting = Vec::with_capacity(most);
    while let Some(row) = rows.next().await {
        let row = row?;
        digest.add(&row);
        waiting.push(row);
        if waiting.len() == most {
            insert(connection, table, std::mem::take(&mut waiting)).await?;
            told(digest.rows());
        }
    }
    insert(connection, table, waiting).await?;
    Ok(digest.end())
}

async fn insert(connection: &mut SqliteConnection, table: &Table, rows: Vec<Row>) -> Result<(), CopyError> {
    if rows.is_empty() {
        return Ok(());
    }
    let row = format!("({})", vec!["?"; table.columns.len()].join(", "));
    let places = vec![row; rows.len()].join(", ");
    let statement = format!("INSERT INTO {} ({}) VALUES {places}", quoted(&table.name), table.names());
    let mut query = sqlx::query(AssertSqlSafe(statement));
    for value in rows.into_iter().flatten() {
        query = match value {
            Value::Null => query.bind(None::<i64>),
            Value::Integer(number) => query.bind(number),
            Value::Text(text) => query.bind(text),
            Value::Bytes(bytes) => query.bind(bytes),
        };
    }
    query.execute(connection).await.map(drop).map_err(CopyError::in_table(&table.name))
}

async fn fill_postgres(
    connection: &mut PgConnection,
    table: &Table,
    mut rows: Rows<'_>,
    told: &mut impl FnMut(u64),
) -> Result<Sum, CopyError> {
    let failed = CopyError::in_table(&table.name);
    let statement = format!("COPY {} ({}) FROM STDIN", quoted(&table.name), table.names());
    let mut taking = connection.copy_in_raw(&statement).await.map_err(&failed)?;
    let (mut digest, mut buffer) = (Digest::new(table), String::with_capacity(2 * BUFFER));
    while let Some(row) = rows.next().await {
        let row = row?;
        digest.add(&row);
        write(&mut buffer, &row);
        if buffer.len() >= BUFFER {
            taking.send(buffer.as_bytes()).await.map_err(&failed)?;
            buffer.clear();
            told(digest.rows());
        }
    }
    taking.send(buffer.as_bytes()).await.map_err(&failed)?;
    taking.finish().await.map_err(&failed)?;
    Ok(digest.end())
}

/// A row in the text form of `COPY`.
fn write(line: &mut String, row: &[Value]) {
    for (place, value) in row.iter().enumerate() {
        if place > 0 {
            line.push('\t');
        }
        match value {
            Value::Null => line.push_str("\\N"),
            Value::Integer(number) => line.push_str(&number.to_string()),
            Value::Bytes(bytes) => {
                line.push_str("\\\\x");
                line.push_str(&hex(bytes));
            }
            Value::Text(text) => {
                for letter in text.chars() {
                    match letter {
                        '\\' => line.push_str("\\\\"),
                        '\t' => line.push_str("\\t"),
                        '\n' => line.push_str("\\n"),
                        '\r' => line.push_str("\\r"),
                        other => line.push(other),
                    }
                }
            }
        }
    }
    line.push('\n');
}

/// A file that has another name until it is whole.
struct NewFile {
    path: PathBuf,
    becomes: PathBuf,
    /// Others stay away as long as it is open. It outlives the connection: a file that is closed takes the
    /// locks of the whole process with it.
    held: File,
}

impl NewFile {
    /// Takes the place of one that another run did not end.
    fn begin(becomes: &Path) -> Result<Self, CopyError> {
        let mut path = becomes.as_os_str().to_owned();
        path.push(".unfinished");
        let path = PathBuf::from(path);
        let failed = |error| CopyError::File(path.display().to_string(), error);
        let held = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let held = held.map_err(failed)?;
        if held.try_lock().is_err() {
            return Err(CopyError::Busy(becomes.display().to_string()));
        }
        held.set_len(0).map_err(failed)?;
        let new = Self { path, becomes: becomes.to_owned(), held };
        new.clear_beside();
        Ok(new)
    }

    /// What SQLite keeps beside a file.
    fn clear_beside(&self) {
        for end in ["-journal", "-wal", "-shm"] {
            let mut beside = self.path.as_os_str().to_owned();
            beside.push(end);
            // Mostly there is none.
            let _ = std::fs::remove_file(beside);
        }
    }

    /// On the disk, under its name.
    fn keep(self) -> io::Result<()> {
        self.held.sync_all()?;
        // Never over a file that came meanwhile.
        match std::fs::hard_link(&self.path, &self.becomes) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !self.becomes.exists() => {
                // Not every file system knows second names.
                std::fs::rename(&self.path, &self.becomes)?;
            }
            linked => linked?,
        }
        let folder = self.becomes.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
        self.clear_beside();
    }
}

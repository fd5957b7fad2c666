//! A whole database as another one, of either kind: `docs/notes/backups.md`.
//!
//! What is copied is what the source held at one moment. It is compared before it is kept, by the number of rows
//! of each table and by a checksum over all of their values; until then nothing of it is there for anybody.

mod connection;
mod row;
mod source;
mod table;
mod target;

pub use row::Sum;
pub use source::Source;
pub use target::Target;

use crate::config::Database;
use crate::fault;
use crate::store::connect::OpenError;
use sea_orm::DbErr;
use std::collections::BTreeSet;

/// How far it has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// The table that is at work.
    pub table: &'a str,
    /// Tables that are done, and all.
    pub done: usize,
    pub of: usize,
    /// Rows so far, of all tables.
    pub rows: u64,
    /// What was copied is being compared.
    pub comparing: bool,
}

/// Why a database is not copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("{0} holds no data of Cyanotype")]
    Nothing(String),
    #[error(
        "{0} is in use. What is written while it is copied would be lost: stop every server over it and run this again"
    )]
    InUse(String),
    #[error("{0} was last used by an older version; start this version's server over it once, and run this again")]
    Older(String),
    #[error("{0} was used by a newer version; take that version's program")]
    Newer(String),
    #[error("{0} is there already; name a file that is not, or move it away")]
    Exists(String),
    #[error("another command copies into {0} just now")]
    Busy(String),
    #[error("{0} is not empty: its table {1} has rows. Make an empty database and name that")]
    NotEmpty(String, String),
    #[error("a server runs over {0}; stop it and run this again")]
    Served(String),
    #[error("the table {0} is not the same in both databases, although they have seen the same steps")]
    Schema(String),
    #[error("the column {column} of the table {table} is of a kind that is not the same in both databases")]
    Kind { table: String, column: String },
    #[error("the table {table} was not copied as it is: {from} became {to}. Nothing of the copy is kept")]
    Differs { table: String, from: String, to: String },
    #[error("the table {table} could not be copied")]
    Table {
        table: String,
        #[source]
        source: sqlx::Error,
    },
    #[error("{0}")]
    Database(String, #[source] sqlx::Error),
    #[error("{0}")]
    Open(String, #[source] OpenError),
    #[error("{0}")]
    File(String, #[source] std::io::Error),
}

impl CopyError {
    fn of(name: &str) -> impl FnOnce(sqlx::Error) -> Self + use<> {
        let name = name.to_owned();
        move |source| Self::Database(name, source)
    }

    fn in_table(table: &str) -> impl Fn(sqlx::Error) -> Self + use<> {
        let table = table.to_owned();
        move |source| Self::Table { table: table.clone(), source }
    }
}

/// A copy that is whole and was compared, and that nobody sees yet.
pub struct Copied {
    target: Target,
    /// Every table, by name.
    pub sums: Vec<Sum>,
    /// Tables of the source that are not Cyanotype's, and stay there.
    pub left_out: Vec<String>,
}

impl Copied {
    /// Keeps it: all of it is there now, and on the disk.
    pub async fn keep(self) -> Result<(), CopyError> {
        fault::point("before a copy is kept");
        self.target.keep().await?;
        fault::point("after a copy is kept");
        Ok(())
    }

    /// Takes it back: the target is as it was.
    pub async fn take_back(self) {
        self.target.take_back().await;
    }
}

/// Copies everything, table by table, and compares.
pub async fn copy(
    source: &mut Source,
    mut target: Target,
    mut told: impl FnMut(Progress<'_>),
) -> Result<Copied, CopyError> {
    let (theirs, tables) = (source.tables().await?, target.tables().to_vec());
    if let Some(table) = tables.iter().find(|table| !theirs.contains(table)) {
        return Err(CopyError::Schema(table.name.clone()));
    }
    if let Some((table, column)) = tables.iter().find_map(|table| Some((table, table.unknown()?))) {
        return Err(CopyError::Kind { table: table.name.clone(), column: column.name.clone() });
    }
    let mut progress = Progress { table: "", done: 0, of: tables.len(), rows: 0, comparing: false };
    let mut sums = Vec::new();
    for table in &tables {
        let before = Progress { table: &table.name, ..progress };
        let mut rows_so_far = |rows| told(Progress { rows: before.rows + rows, ..before });
        let sum = target.fill(table, source.connection.rows(table), &mut rows_so_far).await?;
        progress = Progress { done: progress.done + 1, rows: progress.rows + sum.rows, ..progress };
        sums.push(sum);
        fault::point("a table was copied");
    }
    target.wake().await?;
    progress = Progress { done: 0, rows: 0, comparing: true, ..progress };
    for (table, sum) in tables.iter().zip(&sums) {
        let to = target.connection.sum(table).await?;
        if to != *sum {
            target.take_back().await;
            let (from, to) = (sum.to_string(), to.to_string());
            return Err(CopyError::Differs { table: table.name.clone(), from, to });
        }
        progress = Progress { done: progress.done + 1, rows: progress.rows + sum.rows, ..progress };
        told(Progress { table: &table.name, ..progress });
    }
    let ours: BTreeSet<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    let left_out = theirs.into_iter().map(|table| table.name).filter(|name| !ours.contains(name.as_str())).collect();
    Ok(Copied { target, sums, left_out })
}

/// What a database is called in a sentence: without the password that its address may hold.
pub fn name(database: &Database) -> String {
    match database {
        Database::Sqlite(path) => path.display().to_string(),
        Database::Postgres(address) => match url::Url::parse(address) {
            Ok(url) => format!("postgres://{}{}", url.host_str().unwrap_or_default(), url.path()),
            Err(_) => "the PostgreSQL database".to_owned(),
        },
    }
}

/// What sea-orm says, as sqlx did.
fn plain(error: DbErr) -> sqlx::Error {
    sqlx::Error::Protocol(error.to_string())
}

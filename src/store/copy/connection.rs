//! One connection to either database, outside any pool: it lives as long as one copying.

use super::CopyError;
use super::row::{self, Digest, Row, Sum};
use super::table::{self, Described, Kind, Table, quoted};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, Executor, PgConnection, SqliteConnection};
use std::collections::BTreeSet;
use std::path::Path;

/// To either database.
pub(super) enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Rows as they come.
pub(super) type Rows<'a> = BoxStream<'a, Result<Row, CopyError>>;

impl Connection {
    pub async fn sqlite(options: &SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        options.clone().disable_statement_logging().connect().await.map(Self::Sqlite)
    }

    pub async fn postgres(address: &str) -> Result<Self, sqlx::Error> {
        let options: PgConnectOptions = address.parse()?;
        let options = options.application_name("cyanotype copy").disable_statement_logging();
        options.connect().await.map(Self::Postgres)
    }

    /// Statements that give nothing back.
    pub async fn run(&mut self, statements: &str) -> Result<(), sqlx::Error> {
        let statements = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
        match self {
            Self::Sqlite(connection) => connection.execute(statements).await.map(drop),
            Self::Postgres(connection) => connection.execute(statements).await.map(drop),
        }
    }

    /// The first column of a question, as text.
    pub async fn texts(&mut self, ask: &str) -> Result<Vec<String>, sqlx::Error> {
        let ask = AssertSqlSafe(ask.to_owned());
        match self {
            Self::Sqlite(connection) => sqlx::query_scalar(ask).fetch_all(connection).await,
            Self::Postgres(connection) => sqlx::query_scalar(ask).fetch_all(connection).await,
        }
    }

    pub async fn tables(&mut self) -> Result<Vec<Table>, sqlx::Error> {
        let described: Vec<Described> = match self {
            Self::Sqlite(connection) => sqlx::query_as(table::SQLITE).fetch_all(connection).await?,
            Self::Postgres(connection) => sqlx::query_as(table::POSTGRES).fetch_all(connection).await?,
        };
        Ok(table::tables(described))
    }

    /// The steps of the schema that it has seen; none where it was never Cyanotype's.
    pub async fn steps(&mut self) -> Result<BTreeSet<String>, sqlx::Error> {
        let is_there = match self {
            Self::Sqlite(_) => "SELECT name FROM sqlite_master WHERE name = 'seaql_migrations'",
            Self::Postgres(_) => {
                "SELECT name FROM (SELECT to_regclass('seaql_migrations')::text) AS t(name) WHERE name IS NOT NULL"
            }
        };
        if self.texts(is_there).await?.is_empty() {
            return Ok(BTreeSet::new());
        }
        Ok(self.texts("SELECT version FROM seaql_migrations").await?.into_iter().collect())
    }

    /// A table with rows in it, if there is one.
    pub async fn filled(&mut self) -> Result<Option<String>, sqlx::Error> {
        for table in self.tables().await? {
            let first = format!("SELECT 'a row' FROM {} LIMIT 1", quoted(&table.name));
            if !self.texts(&first).await?.is_empty() {
                return Ok(Some(table.name));
            }
        }
        Ok(None)
    }

    /// All rows of a table, by its key. Few of them are in memory at a time.
    pub fn rows(&mut self, table: &Table) -> Rows<'_> {
        let failed = CopyError::in_table(&table.name);
        let kinds: Vec<Kind> = table.columns.iter().map(|column| column.kind).collect();
        match self {
            Self::Sqlite(connection) => {
                let rows = sqlx::query(AssertSqlSafe(table.select(false))).fetch(connection);
                rows.map(move |row| row.and_then(|row| row::read(&row, &kinds)).map_err(&failed)).boxed()
            }
            Self::Postgres(connection) => {
                let rows = sqlx::query(AssertSqlSafe(table.select(true))).fetch(connection);
                rows.map(move |row| row.and_then(|row| row::read(&row, &kinds)).map_err(&failed)).boxed()
            }
        }
    }

    /// The sum over a table.
    pub async fn sum(&mut self, table: &Table) -> Result<Sum, CopyError> {
        let (mut digest, mut rows) = (Digest::new(table), self.rows(table));
        while let Some(row) = rows.next().await {
            digest.add(&row?);
        }
        Ok(digest.end())
    }

    pub async fn close(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        }
    }
}

/// A file of SQLite, as it is. Statements with thousands of values are large: few of them are remembered.
pub(super) fn file(path: &Path) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new().filename(path).foreign_keys(false);
    options.statement_cache_capacity(4).pragma("cache_size", "-16000")
}

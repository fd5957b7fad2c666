//! A community can be taken elsewhere: into the other database, into a backup and out of it again. Nothing is
//! lost on the way, and nothing is half there.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod copying;
mod dying;
mod restoring;

use crate::support::postgres;
use crate::support::postgres::on_postgres;
use cyanotype::config::Database;
use cyanotype::store::copy::{CopyError, Source, Sum, Target, copy};
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};
use tempfile::TempDir;

/// An address where there is no database yet, or an empty one; gone with its value.
struct Nowhere {
    folder: TempDir,
    database: Option<postgres::Database>,
}

impl Nowhere {
    fn sqlite() -> Self {
        Self { folder: TempDir::new().unwrap(), database: None }
    }

    fn postgres() -> Self {
        Self { folder: TempDir::new().unwrap(), database: Some(postgres::Database::empty()) }
    }

    /// Of the kind that the servers of this run do not use.
    fn of_the_other_kind() -> Self {
        if on_postgres() { Self::sqlite() } else { Self::postgres() }
    }

    /// Of the kind that they use.
    fn of_the_same_kind() -> Self {
        if on_postgres() { Self::postgres() } else { Self::sqlite() }
    }

    fn address(&self) -> String {
        let file = || format!("sqlite://{}", self.folder.path().join("elsewhere.sqlite").display());
        self.database.as_ref().map_or_else(file, postgres::Database::address)
    }

    /// Names of files there.
    fn files(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn at(address: &str) -> Database {
    address.parse().unwrap()
}

/// Moves everything, as `db copy` does.
async fn moved(from: &str, to: &str) -> Result<Vec<Sum>, CopyError> {
    let mut source = Source::alone(&at(from)).await?;
    let copied = copy(&mut source, Target::open(&at(to)).await?, |_| {}).await?;
    let sums = copied.sums.clone();
    copied.keep().await?;
    source.close().await?;
    Ok(sums)
}

/// What is there.
async fn sums(of: &str) -> Vec<Sum> {
    let mut source = Source::beside(&at(of)).await.unwrap();
    let sums = source.sums().await.unwrap();
    source.close().await.unwrap();
    sums
}

async fn opened(address: &str) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(address.to_owned());
    options.max_connections(1).sqlx_logging(false);
    Box::pin(sea_orm::Database::connect(options)).await.unwrap()
}

async fn rows(db: &DatabaseConnection, ask: &str) -> Vec<QueryResult> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), ask)).await.unwrap()
}

async fn number(db: &DatabaseConnection, ask: &str) -> i64 {
    rows(db, ask).await[0].try_get_by_index(0).unwrap()
}

/// Does something in a database, from outside.
async fn done(address: &str, statements: &str) {
    let db = opened(address).await;
    db.execute_unprepared(statements).await.unwrap();
    db.close().await.unwrap();
}

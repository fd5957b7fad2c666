//! What stays of a server when it stops.

use super::postgres::{self, CONNECTIONS};
use std::path::Path;
use tempfile::TempDir;

/// The folder of a server, and its database where that is not a file in it.
pub struct Data {
    folder: TempDir,
    database: Option<postgres::Database>,
}

impl Data {
    /// For a server that starts with the tables there.
    pub fn new() -> Self {
        let database = postgres::on_postgres().then(postgres::Database::migrated);
        Self { folder: TempDir::new().expect("a folder"), database }
    }

    /// For a server that makes everything itself.
    pub fn empty() -> Self {
        let database = postgres::on_postgres().then(postgres::Database::empty);
        Self { folder: TempDir::new().expect("a folder"), database }
    }

    /// An empty folder with a copy of the database: nobody may be using that.
    pub fn with_its_database(&self) -> Self {
        let database = self.database.as_ref().map(postgres::Database::copied);
        Self { folder: TempDir::new().expect("a folder"), database }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Settings that say where the database is.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let Some(database) = &self.database else { return Vec::new() };
        vec![("database", database.address()), ("postgres_connections", CONNECTIONS.to_owned())]
    }

    /// Where the database is, for whoever looks into it.
    pub fn address(&self) -> String {
        let file = || format!("sqlite://{}", self.path().join("data/cyanotype.sqlite").display());
        self.database.as_ref().map_or_else(file, postgres::Database::address)
    }
}

//! Where a copy is made from.

use super::connection::{Connection, file};
use super::table::Table;
use super::{CopyError, Sum, name, plain};
use crate::config::Database;
use crate::store::{connect, presence};
use sqlx::sqlite::SqliteLockingMode;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

/// A server that was just told to stop may need so long, and PostgreSQL to notice that one was killed.
const PATIENCE: Duration = Duration::from_secs(3);
/// It is asked again after so long.
const PAUSE: Duration = Duration::from_millis(50);

/// A database as it was at one moment.
pub struct Source {
    pub(super) connection: Connection,
    name: String,
    steps: BTreeSet<String>,
}

impl Source {
    /// Nobody else is at work there, and nobody begins to before this ends: nothing is written that a copy
    /// would lack.
    pub async fn alone(database: &Database) -> Result<Self, CopyError> {
        let name = name(database);
        let connection = match database {
            Database::Sqlite(path) => {
                is_there(path)?;
                let options = file(path).locking_mode(SqliteLockingMode::Exclusive).busy_timeout(PATIENCE);
                // Whoever else has the file open, even if only to read, keeps it from being had alone.
                let begun = async {
                    let mut connection = Connection::sqlite(&options).await?;
                    connection.run("BEGIN EXCLUSIVE").await.map(|()| connection)
                };
                match begun.await {
                    Err(error) if is_locked(&error) => return Err(CopyError::InUse(name)),
                    begun => begun.map_err(CopyError::of(&name))?,
                }
            }
            Database::Postgres(address) => {
                let mut connection = Connection::postgres(address).await.map_err(CopyError::of(&name))?;
                if !alone(&mut connection).await.map_err(CopyError::of(&name))? {
                    return Err(CopyError::InUse(name));
                }
                connection.run(SNAPSHOT).await.map_err(CopyError::of(&name))?;
                connection
            }
        };
        Self::begun(connection, name).await
    }

    /// Servers go on meanwhile; what they write from now on is not in it.
    pub async fn beside(database: &Database) -> Result<Self, CopyError> {
        let name = name(database);
        let (connection, begin) = match database {
            Database::Sqlite(path) => {
                is_there(path)?;
                (Connection::sqlite(&file(path).read_only(true)).await, "BEGIN")
            }
            Database::Postgres(address) => (Connection::postgres(address).await, SNAPSHOT),
        };
        let mut connection = connection.map_err(CopyError::of(&name))?;
        connection.run(begin).await.map_err(CopyError::of(&name))?;
        Self::begun(connection, name).await
    }

    /// The first question settles of which moment it is.
    async fn begun(mut connection: Connection, name: String) -> Result<Self, CopyError> {
        let steps = connection.steps().await.map_err(CopyError::of(&name))?;
        let known = connect::steps();
        if steps.is_empty() {
            return Err(CopyError::Nothing(name));
        }
        if !steps.is_subset(&known) {
            return Err(CopyError::Newer(name));
        }
        Ok(Self { connection, name, steps })
    }

    /// Whether it lacks steps of the schema that this program knows.
    pub fn is_older(&self) -> bool {
        self.steps.len() < connect::steps().len()
    }

    pub(super) async fn tables(&mut self) -> Result<Vec<Table>, CopyError> {
        if self.is_older() {
            return Err(CopyError::Older(self.name.clone()));
        }
        self.connection.tables().await.map_err(CopyError::of(&self.name))
    }

    /// The sums of all its tables, by name.
    pub async fn sums(&mut self) -> Result<Vec<Sum>, CopyError> {
        let tables = self.connection.tables().await.map_err(CopyError::of(&self.name))?;
        let mut sums = Vec::new();
        for table in &tables {
            sums.push(self.connection.sum(table).await?);
        }
        Ok(sums)
    }

    /// Lets others at it again.
    pub async fn close(self) -> Result<(), CopyError> {
        self.connection.close().await.map_err(CopyError::of(&self.name))
    }
}

const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

fn is_there(path: &Path) -> Result<(), CopyError> {
    if path.is_file() { Ok(()) } else { Err(CopyError::Nothing(path.display().to_string())) }
}

/// Servers stay away as long as this connection lives; false where one is there, and does not go.
pub(super) async fn alone(connection: &mut Connection) -> Result<bool, sqlx::Error> {
    let Connection::Postgres(connection) = connection else { return Ok(true) };
    let begun = Instant::now();
    loop {
        let alone = presence::keep_away(connection).await.map_err(plain)?;
        if alone || begun.elapsed() > PATIENCE {
            return Ok(alone);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// SQLITE_BUSY.
fn is_locked(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == "5")
}

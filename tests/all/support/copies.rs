//! Copies of rows, in SQL, whatever columns there are: how a database with very many of them is made.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};

/// Copies what is in a database, `n.i` from 1 to so many.
pub struct Copies<'a> {
    pub db: &'a DatabaseConnection,
}

impl Copies<'_> {
    /// A name of 32 letters, another one for each row.
    pub fn name(&self) -> &'static str {
        match self.db.get_database_backend() {
            DbBackend::Sqlite => "lower(hex(randomblob(16)))",
            _ => "md5(n.i || random()::text)",
        }
    }

    /// Copies the rows of a table (`t`) for which this holds, with some columns changed.
    pub async fn make(&self, table: &str, count: u64, which: &str, change: &[(&str, &str)]) -> Result<(), DbErr> {
        let names = self.columns(table).await?;
        let value = |name: &String| {
            let changed = change.iter().find(|(changed, _)| changed == name);
            changed.map_or_else(|| format!("t.\"{name}\""), |(_, value)| (*value).to_owned())
        };
        let values: Vec<String> = names.iter().map(value).collect();
        let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let sql = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
             INSERT INTO \"{table}\" ({}) SELECT {} FROM n CROSS JOIN \"{table}\" t WHERE {which}",
            names.join(", "),
            values.join(", ")
        );
        self.db.execute_unprepared(&sql).await.map(drop)
    }

    async fn columns(&self, table: &str) -> Result<Vec<String>, DbErr> {
        let sql = match self.db.get_database_backend() {
            DbBackend::Sqlite => format!("SELECT name FROM pragma_table_info('{table}')"),
            _ => format!(
                "SELECT column_name::text AS name FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name = '{table}'"
            ),
        };
        let rows = self.db.query_all_raw(Statement::from_string(self.db.get_database_backend(), sql)).await?;
        rows.iter().map(|row| row.try_get("", "name")).collect()
    }
}

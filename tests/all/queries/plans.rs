//! How a database goes about a statement, and what of that takes longer the more there is.

use crate::support::statements::Asked;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection};
use std::fmt;

/// What takes longer the more there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slow {
    /// It reads all of a table, or all of an index of it.
    Reads { table: String, how: String },
    /// It sorts what it found, as no index has it in this order.
    Sorts(String),
}

impl fmt::Display for Slow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reads { table, how } => write!(f, "reads all of {table} ({how})"),
            Self::Sorts(how) => write!(f, "sorts ({how})"),
        }
    }
}

/// Whoever is asked for plans.
pub enum Planner {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Planner {
    pub async fn at(address: &str) -> Self {
        if address.starts_with("sqlite") {
            return Self::Sqlite(SqliteConnection::connect(address).await.unwrap());
        }
        let mut connection = PgConnection::connect(address).await.unwrap();
        // Plans without a look at the values are those that are used again and again.
        let settings = "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan";
        connection.execute(sqlx::raw_sql(settings)).await.unwrap();
        Self::Postgres(connection)
    }

    /// What of a statement takes longer the more there is in these tables.
    pub async fn slow(&mut self, asked: &Asked, tables: &[String]) -> Vec<Slow> {
        match self {
            Self::Sqlite(connection) => {
                let explain = format!("EXPLAIN QUERY PLAN {}", asked.sql);
                let rows = sqlx::query(AssertSqlSafe(explain)).fetch_all(connection).await;
                let rows = rows.unwrap_or_else(|error| panic!("{}: {error}", asked.sql));
                rows.iter().filter_map(|row| of_sqlite(&row.get::<String, _>("detail"), &asked.sql, tables)).collect()
            }
            Self::Postgres(connection) => {
                let nothing = vec!["NULL"; asked.types.len()].join(", ");
                let (takes, given) = match asked.types.len() {
                    0 => (String::new(), String::new()),
                    _ => (format!(" ({})", asked.types.join(", ")), format!("({nothing})")),
                };
                let script = format!(
                    "DEALLOCATE ALL; PREPARE asked{takes} AS {}; EXPLAIN (FORMAT JSON) EXECUTE asked{given}",
                    asked.sql
                );
                let row = sqlx::raw_sql(AssertSqlSafe(script)).fetch_one(connection).await;
                let row = row.unwrap_or_else(|error| panic!("{}: {error}", asked.sql));
                let plan: Value = serde_json::from_str(&row.try_get_unchecked::<String, _>(0).unwrap()).unwrap();
                let mut found = Vec::new();
                of_postgres(&plan[0]["Plan"], &mut found);
                found
            }
        }
    }
}

fn of_sqlite(detail: &str, sql: &str, tables: &[String]) -> Option<Slow> {
    if detail.starts_with("USE TEMP B-TREE") {
        return Some(Slow::Sorts(detail.to_owned()));
    }
    let automatic = detail.contains("USING AUTOMATIC");
    let after = detail.strip_prefix("SCAN ").or_else(|| detail.strip_prefix("SEARCH ").filter(|_| automatic))?;
    let table = table_called(after.split(' ').next()?, sql, tables)?;
    Some(Slow::Reads { table, how: detail.to_owned() })
}

/// The table that a statement calls so; what is made in the statement itself is none.
fn table_called(name: &str, sql: &str, tables: &[String]) -> Option<String> {
    let is_table = |word: &str| tables.iter().any(|table| table == word);
    if is_table(name) {
        return Some(name.to_owned());
    }
    let words: Vec<&str> = sql.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
    let called = words.windows(3).find(|words| {
        is_table(words[0]) && (words[1] == name || words[1].eq_ignore_ascii_case("AS") && words[2] == name)
    });
    called.map(|words| words[0].to_owned())
}

fn of_postgres(plan: &Value, found: &mut Vec<Slow>) {
    if plan["Node Type"] == "Seq Scan" {
        let table = plan["Relation Name"].as_str().unwrap_or_default().to_owned();
        found.push(Slow::Reads { table, how: "Seq Scan".to_owned() });
    }
    for inner in plan["Plans"].as_array().into_iter().flatten() {
        of_postgres(inner, found);
    }
}

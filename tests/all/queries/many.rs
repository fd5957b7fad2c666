//! A database with very many rows: everything in it is copied, people and all.

use crate::support::copies::Copies;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

/// So many posts, and what belongs to each …
const POSTS: u64 = 100_000;
const OF_POSTS: &[&str] = &["home_entry", "notification", "photo", "post", "post_like", "post_tag", "rendition"];
/// … and so many rows of everything else.
const FEWER: u64 = 5_000;
/// So many of those who have something share all of it.
const OWNERS: u64 = 20;
/// Whose it is: the same for many rows.
const SHARED: &[&str] = &["account_id", "application_id", "inbox_id", "list_id", "owner_id", "tag_id"];
/// How far apart copies are in ids.
const APART: i64 = 4_194_304_331;

/// Tables that stay as small as they are wherever the server runs.
pub const SMALL: &[&str] = &["announcement", "domain_block", "node", "relay", "seaql_migrations", "setting"];

/// Copies everything in the database at this address, and has its planner look at it.
pub async fn fill(address: &str) {
    let mut options = ConnectOptions::new(address.to_owned());
    options.max_connections(1).min_connections(1).sqlx_logging(false);
    let db = Box::pin(Database::connect(options)).await.unwrap();
    let settings: &[&str] = match db.get_database_backend() {
        DbBackend::Sqlite => {
            &["busy_timeout = 60000", "synchronous = OFF", "cache_size = -200000", "foreign_keys = OFF"]
        }
        // Nobody is told of each row.
        _ => &["session_replication_role = replica", "synchronous_commit = off"],
    };
    let word = if db.get_database_backend() == DbBackend::Sqlite { "PRAGMA" } else { "SET" };
    for setting in settings {
        db.execute_unprepared(&format!("{word} {setting}")).await.unwrap();
    }
    let posts = number(&db, "SELECT COUNT(*) AS n FROM post").await;
    for table in tables(&db).await {
        let there = number(&db, &format!("SELECT COUNT(*) AS n FROM \"{table}\"")).await;
        let times = if OF_POSTS.contains(&&*table) { POSTS.div_ceil(posts) } else { FEWER.div_ceil(there.max(1)) };
        if there > 0 && !SMALL.contains(&&*table) {
            copy(&db, &table, times).await;
        }
    }
    db.execute_unprepared("ANALYZE").await.unwrap();
    db.close().await.unwrap();
}

/// One of the columns of a table.
struct Column {
    name: String,
    kind: String,
    /// It is all of the primary key.
    key: bool,
    /// It is part of what must not be there twice.
    unique: bool,
}

/// Copies all rows of a table so many times.
async fn copy(db: &DatabaseConnection, table: &str, times: u64) {
    let copies = Copies { db };
    let columns = columns(db, table).await;
    let changes: Vec<(String, String)> =
        columns.iter().filter_map(|column| Some((column.name.clone(), column.copied(&copies)?))).collect();
    let changes: Vec<(&str, &str)> = changes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let made = copies.make(table, times, "1 = 1 ON CONFLICT DO NOTHING", &changes).await;
    made.unwrap_or_else(|error| panic!("{table}: {error}"));
}

impl Column {
    /// What stands in a copy, where it is something else.
    fn copied(&self, copies: &Copies<'_>) -> Option<String> {
        let on_sqlite = copies.db.get_database_backend() == DbBackend::Sqlite;
        let name = &self.name;
        let kind = self.kind.to_lowercase();
        if kind.contains("int") && (name == "id" || name.ends_with("_id")) {
            let shared = SHARED.contains(&name.as_str()) && !self.key;
            let which = if shared { format!("(n.i % {OWNERS})") } else { "n.i".to_owned() };
            return Some(format!("t.\"{name}\" - {which} * {APART}"));
        }
        match kind.as_str() {
            "text" if self.unique || name == "key_id" || name == "host" => Some(format!("t.\"{name}\" || '_' || n.i")),
            "blob" if self.unique && on_sqlite => Some(format!("CAST(t.\"{name}\" || printf('%08x', n.i) AS BLOB)")),
            "bytea" if self.unique => Some(format!("t.\"{name}\" || decode(lpad(to_hex(n.i), 8, '0'), 'hex')")),
            _ => None,
        }
    }
}

async fn rows(db: &DatabaseConnection, sql: String) -> Vec<sea_orm::QueryResult> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap()
}

async fn number(db: &DatabaseConnection, sql: &str) -> u64 {
    let n: i64 = rows(db, sql.to_owned()).await[0].try_get("", "n").unwrap();
    n.try_into().unwrap()
}

/// Every table there is.
pub async fn tables(db: &DatabaseConnection) -> Vec<String> {
    let sql = match db.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        }
        _ => "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    };
    rows(db, sql.to_owned()).await.iter().map(|row| row.try_get("", "name").unwrap()).collect()
}

async fn columns(db: &DatabaseConnection, table: &str) -> Vec<Column> {
    let sql = match db.get_database_backend() {
        DbBackend::Sqlite => format!(
            "SELECT c.name AS name, c.type AS kind, \
             c.pk > 0 AND (SELECT COUNT(*) FROM pragma_table_info('{table}') WHERE pk > 0) = 1 AS key, \
             c.pk > 0 OR c.name IN (SELECT i.name FROM pragma_index_list('{table}') l, pragma_index_info(l.name) i \
                WHERE l.\"unique\" = 1) AS uniq \
             FROM pragma_table_info('{table}') c"
        ),
        _ => format!(
            "SELECT a.attname::text AS name, format_type(a.atttypid, NULL) AS kind, \
             EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND i.indnatts = 1 \
                AND a.attnum = ANY(i.indkey))::int AS key, \
             EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique \
                AND a.attnum = ANY(i.indkey))::int AS uniq \
             FROM pg_attribute a WHERE a.attrelid = '\"{table}\"'::regclass AND a.attnum > 0 AND NOT a.attisdropped"
        ),
    };
    let column = |row: &sea_orm::QueryResult| {
        let flag = |name: &str| row.try_get::<i32>("", name).unwrap() != 0;
        Column {
            name: row.try_get("", "name").unwrap(),
            kind: row.try_get("", "kind").unwrap(),
            key: flag("key"),
            unique: flag("uniq"),
        }
    };
    rows(db, sql).await.iter().map(column).collect()
}

//! How SQLite is set up, on every connection of a running server.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use crate::support::postgres::sqlite_alone;
use crate::support::*;
use cyanotype::store::upkeep::LONGEST_LOG;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use sqlx::{AssertSqlSafe, Connection, Executor, Row, SqliteConnection};

/// What a reader has, and the writer.
const PRAGMAS: &[(&str, &str, &str)] = &[
    ("journal_mode", "wal", "wal"),
    ("busy_timeout", "5000", "5000"),
    ("foreign_keys", "1", "1"),
    ("temp_store", "2", "2"),
    ("query_only", "1", "0"),
    ("cache_size", "-4000", "-16000"),
    ("synchronous", "2", "2"),
    ("wal_autocheckpoint", "1000", "1000"),
    ("journal_size_limit", "-1", "16777216"),
    ("mmap_size", "0", "0"),
];

async fn written(server: &Server, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(DbBackend::Sqlite, sql);
    let written = server.app.db.write::<_, DbErr>(move |tx| {
        let statement = statement.clone();
        Box::pin(async move { tx.query_all_raw(statement).await })
    });
    let text = |row: &sea_orm::QueryResult| {
        row.try_get_by_index::<String>(0).or_else(|_| row.try_get_by_index::<i64>(0).map(|n| n.to_string())).unwrap()
    };
    written.await.unwrap().iter().map(text).collect()
}

#[tokio::test]
async fn every_connection_is_set_up_for_what_it_does() {
    sqlite_alone();
    let server = Server::start("a.test").await;
    let pool = server.app.db.read.get_sqlite_connection_pool();
    let mut readers = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        readers.push(pool.acquire().await.unwrap());
    }
    assert_eq!(readers.len(), 4);
    for (pragma, reads, writes) in PRAGMAS {
        let sql = format!("PRAGMA {pragma}");
        for reader in &mut readers {
            let row = reader.fetch_one(sqlx::raw_sql(AssertSqlSafe(sql.clone()))).await.unwrap();
            let value = row.try_get::<String, _>(0).or_else(|_| row.try_get::<i64, _>(0).map(|n| n.to_string()));
            assert_eq!(value.unwrap(), *reads, "{pragma} of a reader");
        }
        assert_eq!(written(&server, &sql).await, [*writes], "{pragma} of the writer");
    }
    let write = readers[0].execute(sqlx::raw_sql("DELETE FROM setting")).await;
    assert!(write.is_err(), "readers cannot write");
    let [_, (_, writer)] = server.app.db.connections();
    assert_eq!(writer.most, 1, "there is one writer");
}

#[tokio::test]
async fn readers_map_as_much_of_the_file_as_the_setting_says() {
    sqlite_alone();
    let server = Server::start_with("a.test", &[("sqlite_mmap", "67108864")]).await;
    let mut reader = server.app.db.read.get_sqlite_connection_pool().acquire().await.unwrap();
    let row = reader.fetch_one(sqlx::raw_sql("PRAGMA mmap_size")).await.unwrap();
    assert_eq!(row.try_get::<i64, _>(0).unwrap(), 64 << 20);
    assert_eq!(written(&server, "PRAGMA mmap_size").await, ["0"], "the writer reads");
}

#[tokio::test]
async fn a_log_that_somebody_who_read_on_let_grow_comes_down_again() {
    sqlite_alone();
    let server = Server::start("a.test").await;
    let log = server.data.path().join("data/cyanotype.sqlite-wal");
    let mut reading = SqliteConnection::connect(&server.data.address()).await.unwrap();
    reading.execute(sqlx::raw_sql("BEGIN; SELECT COUNT(*) FROM post")).await.unwrap();
    for n in 0..12 {
        let row = format!("INSERT INTO setting VALUES ('long {n}', hex(randomblob(1000000))) RETURNING name");
        written(&server, &row).await;
    }
    let long = || i64::try_from(std::fs::metadata(&log).unwrap().len()).unwrap();
    assert!(long() > LONGEST_LOG, "{}", long());
    server.app.db.fold_log().await.unwrap();
    assert!(long() > LONGEST_LOG, "somebody reads what was before");
    assert_eq!(
        written(&server, "SELECT COUNT(*) FROM setting WHERE name LIKE 'long %'").await,
        ["12"],
        "and it goes on"
    );
    reading.close().await.unwrap();
    server.app.db.fold_log().await.unwrap();
    assert_eq!(long(), 0);
    assert_eq!(written(&server, "PRAGMA busy_timeout").await, ["5000"], "as patient as before");
}

#[tokio::test]
async fn the_planner_knows_of_tables_that_have_grown() {
    sqlite_alone();
    let server = Server::start("a.test").await;
    let known = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'sqlite_stat1'";
    let grow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) \
        INSERT INTO tag (id, name, name_key) SELECT i, 'tag' || i, 'tag' || i FROM n RETURNING id";
    assert_eq!(written(&server, grow).await.len(), 2_000);
    server.app.db.look_at_tables().await.unwrap();
    assert_eq!(written(&server, known).await, ["1"]);
    let rows = "SELECT CAST(stat AS INTEGER) FROM sqlite_stat1 WHERE tbl = 'tag' LIMIT 1";
    assert_eq!(written(&server, rows).await, ["2000"]);
}

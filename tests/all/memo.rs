//! What is remembered holds until something it was made of changes, whoever changes it, and no shorter.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use crate::support::*;
use cyanotype::app::{App, Overrides};
use cyanotype::store::memo::{Memo, NOT_WATCHED, WATCHED};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};
use std::collections::BTreeSet;

type Numbers = Memo<&'static str, usize>;

fn numbers() -> Numbers {
    Memo::new(1 << 20, |_| 1)
}

fn statement(server: &Server, sql: &str, values: Vec<i64>) -> Statement {
    let values = values.into_iter().map(|n| Value::BigInt(Some(n)));
    // Written with `?`: PostgreSQL numbers them.
    let backend = server.app.db.read.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => {
            let mut parts = sql.split('?');
            let first = parts.next().unwrap().to_owned();
            parts.enumerate().fold(first, |text, (n, part)| format!("{text}${}{part}", n + 1))
        }
        _ => sql.to_owned(),
    };
    Statement::from_sql_and_values(backend, sql, values)
}

async fn made(server: &Server, memo: &Numbers, sql: &str, values: Vec<i64>) {
    let rows = async { Ok::<_, DbErr>(server.app.db.read.query_all_raw(statement(server, sql, values)).await?.len()) };
    memo.make(&server.app.db, server.app.now(), "it", rows, |_| true).await.unwrap();
}

async fn is_remembered(server: &Server, memo: &Numbers) -> bool {
    memo.recall(&server.app.db, server.app.now(), &"it").await.is_some()
}

async fn write(server: &Server, sql: &str) {
    let statement = statement(server, sql, Vec::new());
    let written = server.app.db.write_quietly(move |tx| {
        Box::pin(async move { tx.execute_raw(statement).await.map(|done| done.rows_affected()) })
    });
    let rows: Result<u64, DbErr> = written.await;
    assert!(rows.unwrap() > 0, "{sql} changes something");
}

/// Queries (which read the same rows of a table by a key in many ways), and what makes them stale and what does not.
const QUERIES: &[&str] = &[
    r#"SELECT "bookmark"."id" FROM "bookmark" WHERE "bookmark"."account_id" = ?"#,
    r#"SELECT "bookmark"."id" FROM "bookmark" WHERE "bookmark"."id" > 0 AND "bookmark"."account_id" IN (?) LIMIT 5"#,
    r#"SELECT "b"."id" FROM "bookmark" AS "b" WHERE "b"."account_id" = ? ORDER BY "b"."id" DESC"#,
    r#"SELECT 1 FROM "tag" WHERE "tag"."id" = 5 OR "tag"."id" IN
       (SELECT "bookmark"."post_id" FROM "bookmark" WHERE ("bookmark"."account_id" = ? AND "bookmark"."id" > 0))"#,
    r#"SELECT "bookmark"."id" FROM "bookmark" INNER JOIN "login" ON "bookmark"."account_id" = "login"."account_id"
       WHERE "login"."account_id" = ?"#,
    r#"SELECT "bookmark"."id" FROM "bookmark"
       WHERE ("bookmark"."account_id" = ? AND "bookmark"."id" > 0) OR ("bookmark"."account_id" IN (1, 2) AND 1 = 0)"#,
];

#[tokio::test]
async fn what_was_read_by_a_key_holds_until_something_with_that_key_changes() {
    let server = Server::start("a.test").await;
    for (n, query) in QUERIES.iter().enumerate().take(5) {
        let memo = numbers();
        made(&server, &memo, query, vec![7]).await;
        write(&server, &format!("INSERT INTO bookmark VALUES ({n}1, 8, 1, 0)")).await;
        write(&server, &format!("UPDATE bookmark SET created_at = 5 WHERE id = {n}1")).await;
        assert!(is_remembered(&server, &memo).await, "{query}: somebody else's");
        for change in [
            format!("UPDATE bookmark SET account_id = 7 WHERE id = {n}1"),
            format!("UPDATE bookmark SET account_id = 8 WHERE id = {n}1"),
            format!("INSERT INTO bookmark VALUES ({n}2, 7, 2, 0)"),
            format!("UPDATE bookmark SET created_at = 5 WHERE id = {n}2"),
            format!("DELETE FROM bookmark WHERE id = {n}2"),
        ] {
            made(&server, &memo, query, vec![7]).await;
            write(&server, &change).await;
            assert!(!is_remembered(&server, &memo).await, "{query}: {change}");
        }
        write(&server, "DELETE FROM bookmark").await;
    }
}

#[tokio::test]
async fn what_is_not_understood_counts_as_reading_the_whole_table() {
    let server = Server::start("a.test").await;
    for (n, (query, values)) in [
        (QUERIES[5], vec![7]),
        (r#"SELECT id FROM bookmark"#, vec![]),
        (r#"SELECT id FROM bookmark WHERE account_id = ?"#, vec![7]),
        (r#"SELECT "bookmark"."id" FROM "bookmark" WHERE NOT "bookmark"."account_id" = ?"#, vec![7]),
        (r#"SELECT "bookmark"."id" FROM "bookmark" WHERE "bookmark"."account_id" = ? OR "bookmark"."id" > 3"#, vec![7]),
        (r#"SELECT "bookmark"."id" FROM "bookmark" WHERE "bookmark"."account_id" = ? + 1"#, vec![7]),
        (
            r#"SELECT "bookmark"."id" FROM "bookmark"
               LEFT JOIN "login" ON "bookmark"."account_id" = ? AND "login"."account_id" = 1"#,
            vec![7],
        ),
        (r#"SELECT (SELECT COUNT(*) FROM "bookmark") AS "n" FROM "account""#, vec![]),
    ]
    .into_iter()
    .enumerate()
    {
        let memo = numbers();
        made(&server, &memo, query, values).await;
        assert!(is_remembered(&server, &memo).await, "{query}");
        write(&server, &format!("INSERT INTO bookmark VALUES ({n}1, 8, {n}, 0)")).await;
        assert!(!is_remembered(&server, &memo).await, "{query}");
    }
}

#[tokio::test]
async fn what_is_made_of_what_nobody_watches_is_not_remembered() {
    let server = Server::start("a.test").await;
    let memo = numbers();
    made(&server, &memo, r#"SELECT "job"."id" FROM "job" WHERE "job"."id" = ?"#, vec![7]).await;
    assert!(!is_remembered(&server, &memo).await);
}

#[tokio::test]
async fn what_is_made_of_something_remembered_is_made_of_all_that_too() {
    let server = Server::start("a.test").await;
    let (inner, outer) = (numbers(), numbers());
    made(&server, &inner, QUERIES[0], vec![7]).await;
    let (db, now) = (&server.app.db, server.app.now());
    let recalled = async { Ok::<_, DbErr>(inner.recall(db, now, &"it").await.unwrap()) };
    outer.make(db, now, "it", recalled, |_| true).await.unwrap();
    write(&server, "INSERT INTO bookmark VALUES (1, 8, 1, 0)").await;
    assert!(is_remembered(&server, &outer).await);
    write(&server, "INSERT INTO bookmark VALUES (2, 7, 1, 0)").await;
    assert!(!is_remembered(&server, &outer).await);
}

#[tokio::test]
async fn what_changes_while_something_is_made_makes_it_stale() {
    let server = Server::start("a.test").await;
    let memo = numbers();
    let (db, now) = (&server.app.db, server.app.now());
    let slow = async {
        let read = statement(&server, QUERIES[0], vec![7]);
        let rows = db.read.query_all_raw(read).await?.len();
        write(&server, "INSERT INTO bookmark VALUES (1, 7, 1, 0)").await;
        Ok::<_, DbErr>(rows)
    };
    memo.make(db, now, "it", slow, |_| true).await.unwrap();
    assert!(!is_remembered(&server, &memo).await);
}

#[tokio::test]
async fn what_was_written_and_taken_back_changed_nothing() {
    let server = Server::start("a.test").await;
    let memo = numbers();
    made(&server, &memo, QUERIES[0], vec![7]).await;
    let insert = statement(&server, "INSERT INTO bookmark VALUES (1, 7, 1, 0)", Vec::new());
    let refused = server.app.db.write_quietly(move |tx| {
        Box::pin(async move {
            tx.execute_raw(insert).await?;
            Err::<(), _>(DbErr::Custom("changed my mind".to_owned()))
        })
    });
    assert!(refused.await.is_err());
    assert!(is_remembered(&server, &memo).await);
}

#[tokio::test]
async fn what_changes_in_very_many_rows_makes_all_of_that_table_stale() {
    let server = Server::start("a.test").await;
    let memo = numbers();
    made(&server, &memo, QUERIES[0], vec![7]).await;
    let rows: Vec<String> = (1..2_000).map(|n| format!("({n}, {}, {n}, 0)", n + 100)).collect();
    write(&server, &format!("INSERT INTO bookmark VALUES {}", rows.join(", "))).await;
    assert!(!is_remembered(&server, &memo).await);
}

#[tokio::test]
async fn it_is_believed_for_a_minute_at_most() {
    let server = Server::start("a.test").await;
    let memo = numbers();
    made(&server, &memo, QUERIES[0], vec![7]).await;
    server.world.clock().advance(59_000);
    assert!(is_remembered(&server, &memo).await);
    server.world.clock().advance(1_000);
    assert!(!is_remembered(&server, &memo).await);
}

#[tokio::test]
async fn what_another_process_writes_is_noticed_in_a_moment() {
    let server = Server::start("a.test").await;
    let memo = numbers();
    made(&server, &memo, QUERIES[0], vec![7]).await;
    let other = App::open(server.app.settings.clone(), Overrides::default()).await.unwrap();
    let insert = statement(&server, "INSERT INTO bookmark VALUES (1, 7, 1, 0)", Vec::new());
    let written: Result<_, DbErr> =
        other.db.write_quietly(move |tx| Box::pin(async move { tx.execute_raw(insert).await.map(drop) })).await;
    written.unwrap();
    eventually(async || !is_remembered(&server, &memo).await, "it is stale").await;
}

#[tokio::test]
async fn every_table_is_watched_or_named_as_one_that_is_not() {
    let server = Server::start("a.test").await;
    let tables = match server.app.db.read.get_database_backend() {
        DbBackend::Postgres => "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
        _ => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    };
    let rows = server.app.db.read.query_all_raw(statement(&server, tables, Vec::new()));
    let mut there: BTreeSet<String> = rows.await.unwrap().iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    there.remove("seaql_migrations");
    let watched = WATCHED.iter().map(|known| known.name.to_owned());
    let named: Vec<String> = watched.chain(NOT_WATCHED.iter().map(|name| (*name).to_owned())).collect();
    assert_eq!(there, named.iter().cloned().collect::<BTreeSet<_>>());
    assert_eq!(there.len(), named.len(), "each is named once");
    assert!(WATCHED.is_sorted_by_key(|known| known.name), "they are found by their order");
}

#[tokio::test]
async fn postgresql_tells_of_every_table_by_every_key_it_is_watched_by() {
    let server = Server::start("a.test").await;
    if server.app.db.read.get_database_backend() != DbBackend::Postgres {
        // There the triggers are made of the list itself.
        return;
    }
    let triggers = "SELECT c.relname::text, p.prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
                    JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgname LIKE 'cyanotype_tells_%'";
    let rows = server.app.db.read.query_all_raw(statement(&server, triggers, Vec::new())).await.unwrap();
    let told: Vec<(String, String)> =
        rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect();
    for known in WATCHED {
        let of: Vec<&String> = told.iter().filter(|(table, _)| table == known.name).map(|(_, text)| text).collect();
        assert_eq!(of.len(), 3, "{}: what is inserted, updated and deleted", known.name);
        for key in known.keys {
            let what = format!("'{}.{key}'", known.name);
            assert!(of.iter().all(|text| text.contains(&what)), "{what}");
        }
    }
}

//! What holds on SQLite and PostgreSQL alike, and what is asked of PostgreSQL. Looked at on both, whichever
//! of them the servers of this run use.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use crate::process::binary::Folder;
use crate::support::postgres::{Cluster, Database};
use crate::support::{Api, Server, eventually};
use cyanotype::config::Settings;
use cyanotype::service::limits;
use cyanotype::store::connect::{self, Pools};
use cyanotype::store::presence::Presence;
use futures_util::future::join_all;
use reqwest::Method;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// A database that holds nothing but what the migrations make.
async fn opened(address: &str) -> Pools {
    let layers = [("CYANOTYPE_DATABASE".to_owned(), address.to_owned())];
    connect::open(&Settings::from_layers("test", "", layers.into_iter()).unwrap()).await.unwrap()
}

/// One in each of both.
struct Both {
    sqlite: Pools,
    postgres: Pools,
    _kept: (TempDir, Database),
}

impl Both {
    async fn new() -> Self {
        let (folder, database) = (TempDir::new().unwrap(), Database::empty());
        let file = format!("sqlite://{}", folder.path().join("photos.sqlite").display());
        let (sqlite, postgres) = (opened(&file).await, opened(&database.address()).await);
        Self { sqlite, postgres, _kept: (folder, database) }
    }
}

/// Rows of text, by what stands in the first column.
async fn told(db: &DatabaseConnection, ask: &str) -> BTreeMap<String, String> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), ask)).await.unwrap();
    let text = |row: &sea_orm::QueryResult, n| row.try_get_by_index::<String>(n).unwrap();
    rows.iter().map(|row| (text(row, 0), text(row, 1))).collect()
}

/// Both say the same, and something.
fn same(sqlite: &BTreeMap<String, String>, postgres: &BTreeMap<String, String>, at_least: usize) {
    assert!(sqlite.len() >= at_least, "only {} are there", sqlite.len());
    for (name, is) in sqlite {
        assert_eq!(postgres.get(name), Some(is), "{name} on PostgreSQL");
    }
    let more: Vec<_> = postgres.keys().filter(|name| !sqlite.contains_key(*name)).collect();
    assert!(more.is_empty(), "on PostgreSQL alone: {more:?}");
}

const SQLITE_COLUMNS: &str = "
SELECT m.name || '.' || c.name,
       lower(c.type) || CASE WHEN c.\"notnull\" OR c.pk > 0 THEN ' needed' ELSE '' END
         || CASE WHEN c.dflt_value IS NULL THEN '' ELSE ' else ' || c.dflt_value END
         || CASE WHEN c.pk > 0 THEN ' key ' || c.pk ELSE '' END
FROM sqlite_master m JOIN pragma_table_info(m.name) c
WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> 'seaql_migrations'";

const POSTGRES_COLUMNS: &str = "
SELECT c.table_name || '.' || c.column_name,
       CASE c.data_type WHEN 'bigint' THEN 'integer' WHEN 'bytea' THEN 'blob' ELSE c.data_type END
         || CASE c.is_nullable WHEN 'NO' THEN ' needed' ELSE '' END
         || COALESCE(' else ' || replace(c.column_default, '::text', ''), '')
         || COALESCE(' key ' || k.ordinal_position, '')
FROM information_schema.columns c
LEFT JOIN (information_schema.key_column_usage k
           JOIN information_schema.table_constraints t
             ON t.constraint_name = k.constraint_name AND t.constraint_type = 'PRIMARY KEY')
  ON k.table_name = c.table_name AND k.column_name = c.column_name
WHERE c.table_schema = 'public' AND c.table_name <> 'seaql_migrations'";

#[tokio::test]
async fn the_steps_give_the_same_tables_and_columns_on_both() {
    let both = Both::new().await;
    let (sqlite, postgres) =
        (told(&both.sqlite.write, SQLITE_COLUMNS).await, told(&both.postgres.write, POSTGRES_COLUMNS).await);
    same(&sqlite, &postgres, 300);
}

/// Those that keep the keys of tables have no name of ours; keys are compared with the columns.
const SQLITE_INDEXES: &str = "
SELECT l.name, m.name || CASE WHEN l.\"unique\" THEN ' once' ELSE '' END || ' by '
         || (SELECT group_concat(x.name || CASE WHEN x.\"desc\" THEN ' down' ELSE '' END, ', ' ORDER BY x.seqno)
             FROM pragma_index_xinfo(l.name) x WHERE x.key = 1)
         || CASE WHEN l.partial THEN ' some' ELSE '' END
FROM sqlite_master m JOIN pragma_index_list(m.name) l
WHERE m.type = 'table' AND l.origin = 'c' AND m.name <> 'seaql_migrations'";

const POSTGRES_INDEXES: &str = "
SELECT i.relname::text, t.relname || CASE WHEN x.indisunique THEN ' once' ELSE '' END || ' by '
         || (SELECT string_agg(replace(pg_get_indexdef(x.indexrelid, n, true), '\"', '')
                                 || CASE WHEN x.indoption[n - 1] & 1 = 1 THEN ' down' ELSE '' END, ', ' ORDER BY n)
             FROM generate_series(1, x.indnkeyatts) n)
         || CASE WHEN x.indpred IS NOT NULL THEN ' some' ELSE '' END
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
WHERE t.relnamespace = 'public'::regnamespace AND NOT x.indisprimary AND t.relname <> 'seaql_migrations'";

#[tokio::test]
async fn the_steps_give_the_same_indexes_on_both() {
    let both = Both::new().await;
    let (sqlite, postgres) =
        (told(&both.sqlite.write, SQLITE_INDEXES).await, told(&both.postgres.write, POSTGRES_INDEXES).await);
    same(&sqlite, &postgres, 80);
}

#[tokio::test]
async fn text_is_ordered_by_its_bytes_on_both_whatever_language_postgresql_was_set_up_for() {
    let both = Both::new().await;
    let (mut orders, words) = (Vec::new(), ["a", "B", "ä", "_", "Z", "~"]);
    for db in [&both.sqlite.write, &both.postgres.write] {
        let rows: Vec<_> = words.iter().map(|word| format!("('{word}', '')")).collect();
        db.execute_unprepared(&format!("INSERT INTO setting (name, value) VALUES {}", rows.join(", "))).await.unwrap();
        let sorted = Statement::from_string(db.get_database_backend(), "SELECT name FROM setting ORDER BY name");
        let rows = db.query_all_raw(sorted).await.unwrap();
        orders.push(rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect::<Vec<String>>());
    }
    assert_eq!(orders[0], ["B", "Z", "_", "a", "~", "ä"]);
    assert_eq!(orders[0], orders[1]);
    let left = "SELECT table_name::text, column_name::text FROM information_schema.columns \
                WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'";
    assert_eq!(told(&both.postgres.write, left).await, BTreeMap::new(), "no column was left out");
}

#[tokio::test]
async fn two_processes_that_start_over_nothing_at_the_same_moment_both_find_the_tables() {
    let database = Database::empty();
    let address = database.address();
    let (one, other) = tokio::join!(opened(&address), opened(&address));
    for pools in [one, other] {
        assert_eq!(connect::pending(&pools.read).await.unwrap(), Vec::<String>::new());
    }
}

#[test]
fn a_postgresql_that_may_lose_what_was_accepted_is_refused_in_a_sentence() {
    let unsafe_one = Cluster::start(&["fsync=off"]);
    let folder = Folder::new().with("CYANOTYPE_DATABASE", &unsafe_one.address("postgres"));
    let refused = folder.refuse();
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("fsync = off") && refused.err.contains("set fsync = on"), "{}", refused.err);
}

#[tokio::test]
async fn a_server_knows_whether_it_is_alone_with_its_database_and_nobody_is_once_all_are_gone() {
    let database = Database::empty();
    let address = database.address();
    let (first, alone) = Presence::enter(&address).await.unwrap();
    assert!(alone);
    first.stay().await.unwrap();
    let (second, alone) = Presence::enter(&address).await.unwrap();
    assert!(!alone);
    drop(first);
    let (third, alone) = Presence::enter(&address).await.unwrap();
    assert!(!alone, "the second is there");
    drop((second, third));
    // PostgreSQL notices a moment later that they are gone.
    eventually(|| async { Presence::enter(&address).await.unwrap().1 }, "all are gone").await;
}

#[tokio::test]
async fn whoever_starts_just_after_postgresql_came_back_finds_those_who_were_there_before() {
    let cluster = Cluster::start(&[]);
    let address = cluster.address("postgres");
    let (first, alone) = Presence::enter(&address).await.unwrap();
    assert!(alone);
    first.stay().await.unwrap();
    cluster.stop();
    cluster.go_on();
    let second = async {
        let (_second, alone) = Presence::enter(&address).await.unwrap();
        assert!(!alone, "the first is there, and has said so again");
    };
    tokio::select! { () = first.last() => panic!("it lasts"), () = second => {} }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgresql_that_is_started_again_under_load_loses_nothing_that_was_accepted() {
    let cluster = Arc::new(Cluster::start(&[]));
    let server = Server::start_with("a.test", &[("database", &cluster.address("postgres"))]).await;
    let photo = server.owner("ada").await.post_photo("photo-lake.jpg", "Before").await;
    let done = AtomicBool::new(false);
    let mut apps = Vec::new();
    for name in ["bea", "cleo", "dora"] {
        apps.push(Api::of(&server.person(name).await).await);
    }
    let writers = apps.into_iter().map(async |api| {
        let (mut accepted, mut refused) = (Vec::new(), 0);
        for n in 0.. {
            let words = format!("Number {n}");
            let fields = [("status", &*words), ("in_reply_to_id", &*photo.number)];
            let said = api.form(Method::POST, "/api/v1/statuses", &fields).await;
            match said.status {
                200 => accepted.push(said.body["id"].as_str().unwrap().to_owned()),
                503 => {
                    refused += 1;
                    // An app does not ask again at once, and may not.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                other => panic!("{other}: {}", said.text),
            }
            if done.load(Ordering::Relaxed) && said.status == 200 {
                break;
            }
        }
        (api, accepted, refused)
    });
    let restarting = async {
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let cluster = cluster.clone();
            let again = tokio::task::spawn_blocking(move || {
                cluster.stop();
                cluster.go_on();
            });
            again.await.unwrap();
        }
        done.store(true, Ordering::Relaxed);
    };
    let (written, ()) = tokio::join!(join_all(writers), restarting);
    assert!(written.iter().any(|(_, _, refused)| *refused > 0), "it was away while they wrote");
    // Leases of what was under way run out, and apps may call again.
    server.world.clock().advance(limits::CALLS_WINDOW);
    server.quiet().await;
    for (api, accepted, _) in &written {
        for id in accepted {
            let there = async || api.get(&format!("/api/v1/statuses/{id}")).await.status == 200;
            eventually(there, "what was accepted is there").await;
        }
    }
}

#[tokio::test]
async fn a_postgresql_that_ends_and_comes_back_is_said_to_be_away_and_then_found_again() {
    let cluster = Cluster::start(&[]);
    let server = Server::start_with("a.test", &[("database", &cluster.address("postgres"))]).await;
    let ada = server.person("ada").await;
    let before = ada.post_photo("photo-lake.jpg", "Before").await;
    cluster.stop();
    let away = ada.get(&before.path).await;
    assert_eq!(away.status, 503, "{}", away.text());
    assert!(away.says("Try again in a moment"), "{}", away.text());
    assert_eq!(server.ask("/readyz", "*/*").await.status(), 503);
    cluster.go_on();
    eventually(|| async { server.ask("/readyz", "*/*").await.status() == 200 }, "it is ready again").await;
    assert!(ada.page(&before.path).await.says("Before"), "what was accepted is there");
    let after = ada.post_photo("photo-lake.jpg", "After").await;
    // What was under way when it ended is taken up when its lease has run out.
    server.world.clock().advance(3 * 60_000);
    server.quiet().await;
    assert!(ada.page(&after.path).await.says("After"));
}

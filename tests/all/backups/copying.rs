//! `db copy`: a community in the other database.

use super::{Nowhere, at, done, moved, number, opened, rows, sums};
use crate::process::binary::Folder;
use crate::support::{Data, World, eventually};
use cyanotype::store::connect;
use cyanotype::store::copy::CopyError;
use sea_orm::ConnectionTrait;
use std::sync::Arc;

/// Few connections: many tests share PostgreSQL.
const FEW: (&str, &str) = ("postgres_connections", "4");

#[tokio::test]
async fn a_community_goes_on_in_the_other_database_and_back_again_as_if_nothing_had_been() {
    let world = World::new(["a.test", "peer.test"]).await;
    let peer = world.peer("peer.test");
    let bob = peer.actor("bob");
    let data = Arc::new(Data::new());
    let server = world.server_in("a.test", data.clone(), &[]).await.unwrap();
    let (ada, bea) = (server.owner("ada").await, server.person("bea").await);
    bob.follow(&server.actor_id("ada").await).await;
    peer.expect("Accept").await;
    let album = ada.post_album(&["srgb.jpg", "grey.jpg"], "Øresund \\ 海 #sea", "public", &["Sea", ""]).await;
    bea.follow(&ada.handle()).await;
    bea.like(&album.path).await;
    bea.reply(&album.path, "Blue!").await;
    server.quiet().await;
    server.stop().await;

    let there = Nowhere::of_the_other_kind();
    let copied = moved(&data.address(), &there.address()).await.unwrap();
    assert_eq!(copied, sums(&there.address()).await);
    assert_eq!(copied, sums(&data.address()).await, "nothing is taken away where it was");
    assert!(copied.iter().filter(|sum| sum.rows > 0).count() > 15, "{copied:?}");

    let server = world.server_in("a.test", data.clone(), &[("database", &there.address()), FEW]).await.unwrap();
    let page = bea.page(&album.path).await;
    assert!(page.says("Øresund \\ 海") && page.says("Blue!"), "{}", page.text());
    assert_eq!(page.photos().len(), 2);
    ada.signed_in_elsewhere(&server).await;
    let next = ada.post_photo("srgb.jpg", "After the move").await;
    eventually(
        || async {
            peer.deliveries("Create")
                .iter()
                .any(|said| said.json.as_ref().is_some_and(|j| j["object"]["id"] == next.id))
        },
        "who followed before hears of it",
    )
    .await;
    assert!(bea.home().await.says("After the move"));
    server.quiet().await;
    let db = opened(&there.address()).await;
    let counted = "SELECT posts FROM account_count c JOIN account a ON a.id = c.account_id WHERE a.username = 'ada'";
    assert_eq!(number(&db, counted).await, 2, "what is counted is counted once");
    db.close().await.unwrap();
    server.stop().await;

    let back = Nowhere::of_the_same_kind();
    let copied = moved(&there.address(), &back.address()).await.unwrap();
    assert_eq!(copied, sums(&there.address()).await);
    let server = world.server_in("a.test", data.clone(), &[("database", &back.address()), FEW]).await.unwrap();
    assert!(bea.page(&next.path).await.says("After the move"));
    server.stop().await;
}

/// What a text may hold, and bytes, and numbers.
async fn oddities(address: &str) {
    connect::prepare(&at(address)).await.unwrap();
    let db = opened(address).await;
    let texts = [
        "",
        "\\N",
        "\\.",
        "a\tb\nc\rd\\e\u{8}\u{b}\u{c}",
        "'\"$1 %s",
        "ö 海 🖼 \u{301}",
        &"long ".repeat(300_000),
        "NULL",
    ];
    for (n, text) in texts.iter().enumerate() {
        let values = [format!("odd {n}").into(), (*text).into()];
        let insert = match db.get_database_backend() {
            sea_orm::DbBackend::Postgres => "INSERT INTO setting (name, value) VALUES ($1, $2)",
            _ => "INSERT INTO setting (name, value) VALUES (?, ?)",
        };
        let insert = sea_orm::Statement::from_sql_and_values(db.get_database_backend(), insert, values);
        db.execute_raw(insert).await.unwrap();
    }
    let many: Vec<String> = (0..3_000).map(|n| format!("({n}, 'job {n}')")).collect();
    for some in many.chunks(500) {
        let insert = format!("INSERT INTO happening (id, what) VALUES {}", some.join(", "));
        db.execute_unprepared(&insert).await.unwrap();
    }
    for (id, bytes) in [(i64::MIN, ""), (i64::MAX, "00ff5c0a09"), (0, "5c78")] {
        let bytes = match db.get_database_backend() {
            sea_orm::DbBackend::Postgres => format!("'\\x{bytes}'::bytea"),
            _ => format!("X'{bytes}'"),
        };
        let insert = format!(
            "INSERT INTO rendition (key, account_id, role, width, height, bytes, created_at, content_hash) \
             VALUES ('{id}', {id}, '', {id}, 0, 0, 0, {bytes})"
        );
        db.execute_unprepared(&insert).await.unwrap();
    }
    let nothing = "INSERT INTO rendition (key, role, width, height, bytes, created_at) VALUES ('none', '', 0, 0, 0, 0)";
    db.execute_unprepared(nothing).await.unwrap();
    db.close().await.unwrap();
}

#[tokio::test]
async fn whatever_a_value_holds_it_is_the_same_after_any_number_of_copies() {
    let places = [Nowhere::sqlite(), Nowhere::postgres(), Nowhere::sqlite(), Nowhere::sqlite(), Nowhere::postgres()];
    oddities(&places[0].address()).await;
    let first = sums(&places[0].address()).await;
    assert_eq!(first.iter().map(|sum| sum.rows).sum::<u64>(), 8 + 3_000 + 4);
    for step in places.windows(2) {
        assert_eq!(moved(&step[0].address(), &step[1].address()).await.unwrap(), first);
    }
    let (before, after) = (opened(&places[0].address()).await, opened(&places[4].address()).await);
    let all = "SELECT name || '=' || value FROM setting ORDER BY name";
    let text = |rows: Vec<sea_orm::QueryResult>| -> Vec<String> {
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    };
    assert_eq!(text(rows(&before, all).await), text(rows(&after, all).await));
    // And when both are of the other kind.
    let (one, other) = (Nowhere::postgres(), Nowhere::postgres());
    oddities(&one.address()).await;
    assert_eq!(sums(&one.address()).await, first, "both databases give the same sums for the same values");
    assert_eq!(moved(&one.address(), &other.address()).await.unwrap(), first);
}

#[tokio::test]
async fn a_checksum_tells_of_a_single_letter_a_single_number_and_a_nothing() {
    let there = Nowhere::of_the_same_kind();
    oddities(&there.address()).await;
    let mut before = sums(&there.address()).await;
    for (table, change) in [
        ("setting", "UPDATE setting SET value = 'Null' WHERE value = 'NULL'"),
        ("happening", "UPDATE happening SET id = 5000 WHERE id = 17"),
        ("rendition", "UPDATE rendition SET account_id = 0 WHERE key = 'none'"),
    ] {
        done(&there.address(), change).await;
        let after = sums(&there.address()).await;
        let differ: Vec<_> = before.iter().zip(&after).filter(|(a, b)| a != b).map(|(a, _)| a.table.clone()).collect();
        assert_eq!(differ, [table]);
        before = after;
    }
}

const SQLITE_MADE: &str = "SELECT name || ' ' || sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name";
const POSTGRES_MADE: &str = "
SELECT indexname || ' ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT tgname || ' ' || tgenabled::text || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
ORDER BY 1";

#[tokio::test]
async fn a_copy_has_every_index_and_trigger_that_a_new_database_has() {
    for (new, copy, made) in
        [(Nowhere::sqlite(), Nowhere::sqlite(), SQLITE_MADE), (Nowhere::postgres(), Nowhere::postgres(), POSTGRES_MADE)]
    {
        connect::prepare(&at(&new.address())).await.unwrap();
        moved(&new.address(), &copy.address()).await.unwrap();
        let (new, copy) = (opened(&new.address()).await, opened(&copy.address()).await);
        let text = |rows: Vec<sea_orm::QueryResult>| -> Vec<String> {
            let all = rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap());
            all.filter(|name| !name.starts_with("sqlite_stat")).collect()
        };
        let expected = text(rows(&new, made).await);
        assert!(expected.len() > 100);
        assert_eq!(text(rows(&copy, made).await), expected);
    }
}

#[tokio::test]
async fn no_table_counts_by_itself_so_that_nothing_must_go_on_counting_elsewhere() {
    let (sqlite, postgres) = (Nowhere::sqlite(), Nowhere::postgres());
    for (place, ask) in [
        (&sqlite, "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'"),
        (&postgres, "SELECT count(*) FROM pg_class WHERE relkind = 'S'"),
    ] {
        connect::prepare(&at(&place.address())).await.unwrap();
        assert_eq!(number(&opened(&place.address()).await, ask).await, 0);
    }
}

#[tokio::test]
async fn what_is_not_the_same_afterwards_is_an_error_that_names_the_table_and_nothing_of_it_is_kept() {
    let (from, to) = (Nowhere::sqlite(), Nowhere::postgres());
    oddities(&from.address()).await;
    connect::prepare(&at(&to.address())).await.unwrap();
    // Something in the other database changes a row by itself.
    done(
        &to.address(),
        "CREATE FUNCTION meddle() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
             UPDATE setting SET value = 'else' WHERE value = 'NULL'; END $$;
         CREATE EVENT TRIGGER meddle ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION meddle()",
    )
    .await;
    let failed = moved(&from.address(), &to.address()).await.unwrap_err();
    assert!(matches!(&failed, CopyError::Differs { table, .. } if table == "setting"), "{failed}");
    assert_eq!(sums(&to.address()).await.iter().map(|sum| sum.rows).sum::<u64>(), 0);
}

#[tokio::test]
async fn a_target_that_holds_anything_is_refused_and_stays_as_it_is() {
    let from = Nowhere::sqlite();
    oddities(&from.address()).await;
    for (to, said) in [(Nowhere::sqlite(), "is there already"), (Nowhere::postgres(), "its table setting has rows")] {
        connect::prepare(&at(&to.address())).await.unwrap();
        done(&to.address(), "INSERT INTO setting (name, value) VALUES ('mine', '1')").await;
        let before = sums(&to.address()).await;
        let refused = moved(&from.address(), &to.address()).await.unwrap_err().to_string();
        assert!(refused.contains(said), "{refused}");
        assert_eq!(sums(&to.address()).await, before);
    }
    let to = Nowhere::postgres();
    done(&to.address(), "CREATE TABLE strangers (name text); INSERT INTO strangers VALUES ('x')").await;
    let refused = moved(&from.address(), &to.address()).await.unwrap_err().to_string();
    assert!(refused.contains("its table strangers has rows"), "{refused}");
    let made = number(&opened(&to.address()).await, "SELECT count(*) FROM pg_class WHERE relname = 'account'").await;
    assert_eq!(made, 0, "not even a table was made there");
}

#[tokio::test]
async fn a_source_of_another_version_or_of_something_else_is_refused_in_a_sentence() {
    for from in [Nowhere::sqlite(), Nowhere::postgres()] {
        connect::prepare(&at(&from.address())).await.unwrap();
        for (change, said) in [
            ("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)", "newer version"),
            ("DELETE FROM seaql_migrations WHERE version >= 'm0028'", "older version"),
            ("DROP TABLE seaql_migrations", "holds no data of Cyanotype"),
        ] {
            done(&from.address(), change).await;
            let to = Nowhere::of_the_same_kind();
            let refused = moved(&from.address(), &to.address()).await.unwrap_err().to_string();
            assert!(refused.contains(said), "{refused}");
            assert_eq!(to.files(), Vec::<String>::new());
        }
    }
    let refused = moved("sqlite:///nowhere/at-all.sqlite", &Nowhere::sqlite().address()).await.unwrap_err().to_string();
    assert!(refused.contains("/nowhere/at-all.sqlite holds no data"), "{refused}");
}

#[test]
fn while_a_server_runs_its_database_is_not_moved_but_the_move_can_be_rehearsed() {
    let folder = Folder::new();
    let server = folder.start();
    let to = Nowhere::of_the_other_kind();
    let arguments = ["db", "copy", &folder.database(), &to.address()];
    let refused = folder.run(&arguments, "");
    assert!(!refused.success && refused.err.contains("stop every server over it"), "{refused:?}");
    let rehearsed = folder.run(&[&arguments[..], &["--rehearse"]].concat(), "");
    assert!(rehearsed.success, "{rehearsed:?}");
    assert!(
        rehearsed.out.contains("\naccount\t1\t") && rehearsed.out.contains("nothing of it is kept"),
        "{rehearsed:?}"
    );
    assert!(server.is_ready(), "the server went on");
    server.stop();
    // Nothing is left of it that would keep the copy from being made.
    assert_eq!(to.files(), Vec::<String>::new());
    let copied = folder.run(&arguments, "");
    assert!(copied.success && copied.out.contains("the same in both"), "{copied:?}");
    let again = folder.run(&arguments, "");
    assert!(!again.success, "there is something now: {again:?}");
}

#[test]
fn a_database_that_a_server_runs_over_is_not_filled() {
    let to = crate::support::postgres::Database::empty();
    let folder = Folder::new().with("CYANOTYPE_DATABASE", &to.address());
    let server = folder.start();
    let from = Nowhere::sqlite();
    let here = tokio::runtime::Runtime::new().unwrap();
    here.block_on(oddities(&from.address()));
    let refused = folder.run(&["db", "copy", &from.address(), &to.address()], "");
    assert!(!refused.success && refused.err.contains("a server runs over postgres://"), "{refused:?}");
    server.stop();
}

#[tokio::test]
async fn a_server_that_is_started_over_a_database_that_is_being_moved_does_not_write_into_it() {
    let folder = Folder::new();
    folder.start().stop();
    let before = sums(&folder.database()).await;
    let held = cyanotype::store::copy::Source::alone(&at(&folder.database())).await.unwrap();
    let server = folder.launch(&[]);
    let waited = tokio::task::spawn_blocking(move || {
        let ready = std::time::Instant::now() + std::time::Duration::from_secs(2);
        while std::time::Instant::now() < ready && !server.is_ready() {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        (server.is_ready(), server)
    });
    let (ready, server) = waited.await.unwrap();
    assert!(!ready, "{}", server.said());
    held.close().await.unwrap();
    drop(server);
    let after = sums(&folder.database()).await;
    let people = |sums: &[cyanotype::store::copy::Sum]| sums.iter().find(|sum| sum.table == "account").cloned();
    assert_eq!(people(&before), people(&after));
}

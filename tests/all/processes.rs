//! Several processes over one database are one server.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use crate::support::*;
use cyanotype::app::{App, Overrides, renew};
use cyanotype::entity::{happening, home_entry, node};
use cyanotype::ids::NODES;
use cyanotype::service::housekeeping;
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use std::collections::BTreeSet;

/// One more process over the database of a server.
async fn another(server: &Server) -> App {
    let overrides = Overrides { clock: Some(server.world.clock().clone()), ..Overrides::default() };
    App::open(server.app.settings.clone(), overrides).await.unwrap()
}

/// Writes as the program does.
async fn write(app: &App, sql: String) {
    let written = app.db.write_quietly(move |tx| {
        let sql = sql.clone();
        Box::pin(async move { tx.execute_unprepared(&sql).await.map(drop) })
    });
    let written: Result<(), DbErr> = written.await;
    written.unwrap();
}

async fn happen(app: &App, id: i64) {
    write(app, format!("INSERT INTO happening (id, what) VALUES ({id}, '{{}}')")).await;
}

#[tokio::test]
async fn ids_of_two_processes_at_the_same_moment_are_never_the_same() {
    let server = Server::start("a.test").await;
    let other = another(&server).await;
    let ids: BTreeSet<i64> = (0..4_000).flat_map(|_| [server.app.id(), other.id()]).collect();
    assert_eq!(ids.len(), 8_000);
}

#[tokio::test]
async fn an_id_is_behind_none_given_before_wherever_the_clock_stands() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let bea = server.person("bea").await;
    let post = ada.post_photo("orientation-1.jpg", "Fog").await;
    server.world.clock().advance(60_000);
    bea.like(&post.path).await;
    server.quiet().await;
    let given = server.app.id();
    happen(&server.app, given).await;
    server.world.clock().advance(-3_600_000);
    assert!(another(&server).await.id() > given);
}

#[tokio::test]
async fn when_all_numbers_were_used_the_one_that_is_free_the_longest_is_next() {
    let server = Server::start("a.test").await;
    let now = server.app.now();
    let taken: BTreeSet<i64> =
        node::Entity::find().all(&server.app.db.read).await.unwrap().into_iter().map(|row| row.number).collect();
    let rows = (0..NODES).filter(|number| !taken.contains(number)).map(|number| {
        let until = if number == 700 || number == 500 { now - number } else { now + 10_000_000 };
        format!("({number}, 'somebody', {until})")
    });
    let rows: Vec<String> = rows.collect();
    write(&server.app, format!("INSERT INTO node (number, holder, until) VALUES {}", rows.join(", "))).await;
    assert_eq!(another(&server).await.ids.node(), 700);
    assert_eq!(another(&server).await.ids.node(), 500);
    let refused = App::open(
        server.app.settings.clone(),
        Overrides { clock: Some(server.world.clock().clone()), ..Overrides::default() },
    );
    assert!(format!("{:#}", refused.await.err().unwrap()).contains("more processes than can be told apart"));
}

#[tokio::test]
async fn a_dozen_processes_that_start_in_one_moment_have_a_number_each() {
    let server = Server::start("a.test").await;
    let all = join_all((0..12).map(|_| another(&server))).await;
    let numbers: BTreeSet<i64> = all.iter().map(|app| app.ids.node()).collect();
    assert_eq!(numbers.len(), 12);
}

#[tokio::test]
async fn a_process_whose_number_became_anothers_takes_another() {
    let server = Server::start("a.test").await;
    let mine = server.app.ids.node();
    renew(&server.app).await.unwrap();
    assert_eq!(server.app.ids.node(), mine);
    write(&server.app, format!("UPDATE node SET holder = 'somebody else' WHERE number = {mine}")).await;
    renew(&server.app).await.unwrap();
    assert_ne!(server.app.ids.node(), mine);
}

#[tokio::test]
async fn house_is_kept_once_an_hour_however_many_processes_there_are() {
    let server = Server::start("a.test").await;
    server.stop_working();
    let other = another(&server).await;
    housekeeping::run_in_turn(&server.app).await;
    // An old thing that is forgotten when house is kept.
    happen(&server.app, 1).await;
    let there = async || happening::Entity::find_by_id(1).one(&server.app.db.read).await.unwrap().is_some();
    housekeeping::run_in_turn(&other).await;
    housekeeping::run_in_turn(&server.app).await;
    assert!(there().await);
    server.world.clock().advance(3_600_000);
    housekeeping::run_in_turn(&other).await;
    assert!(!there().await);
}

#[tokio::test]
async fn a_home_keeps_its_newest_eight_hundred_and_is_trimmed_once_a_day() {
    let server = Server::start("a.test").await;
    let rows = |owner: i64, most: i64| {
        let rows: Vec<String> = (1..=most).map(|n| format!("({owner}, {n}, 0, {n})")).collect();
        format!("INSERT INTO home_entry (owner_id, post_id, via_id, entry_id) VALUES {}", rows.join(", "))
    };
    write(&server.app, rows(1, 900)).await;
    write(&server.app, rows(2, 800)).await;
    let kept = async |owner: i64| {
        let entries = home_entry::Entity::find().filter(home_entry::Column::OwnerId.eq(owner));
        let entries = entries.all(&server.app.db.read).await.unwrap();
        (entries.len(), entries.iter().map(|e| e.entry_id).min())
    };
    housekeeping::run(&server.app).await;
    assert_eq!((kept(1).await, kept(2).await), ((800, Some(101)), (800, Some(1))));
    write(&server.app, "INSERT INTO home_entry (owner_id, post_id, via_id, entry_id) VALUES (1, 901, 0, 901)".into())
        .await;
    housekeeping::run(&server.app).await;
    assert_eq!(kept(1).await.0, 801);
    server.world.clock().advance(cyanotype::clock::DAY);
    housekeeping::run(&server.app).await;
    assert_eq!(kept(1).await, (800, Some(102)));
}

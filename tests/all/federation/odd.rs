//! What becomes of a delivery when the other server, our database or the clock misbehaves.

#![allow(clippy::disallowed_methods, reason = "a test is another server, whose tasks nobody tracks")]

use crate::support::postgres::on_postgres;
use crate::support::*;
use cyanotype::store::delivery_log::{self, Which};
use sea_orm::ConnectionTrait;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const MINUTE: i64 = 60_000;

/// What a server played by hand does with a request that it has read.
#[derive(Clone, Copy)]
enum Manner {
    /// Closes the connection without a word.
    Resets,
    /// Answers with what is no HTTP.
    Garbage,
    /// Says 202 and goes on for a gigabyte.
    Huge,
    /// Says 202 after three seconds.
    Slow,
    /// Says 202 after a moment.
    Brief,
}

/// A scene in which carol of `odd.test` follows ada, and that server does what it does; counts requests
/// and the bytes it got rid of.
struct Odd {
    scene: Scene,
    requests: Arc<AtomicUsize>,
    /// Requests that were under way at once, at most.
    most: Arc<AtomicUsize>,
    sent: Arc<AtomicUsize>,
}

impl Odd {
    async fn new(manner: Manner) -> Self {
        Self::with(manner, &["carol"]).await
    }

    /// With these people there, each with an inbox of her own.
    async fn with(manner: Manner, people: &[&str]) -> Self {
        let scene = Scene::among(&["odd.test"]).await;
        scene.bob_follows().await;
        let counter = || Arc::new(AtomicUsize::new(0));
        let (requests, sent, most, open) = (counter(), counter(), counter(), counter());
        let (listener, acceptor) = scene.world().by_hand("odd.test");
        let (counted, gone, highest) = (requests.clone(), sent.clone(), most.clone());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (acceptor, counted, gone) = (acceptor.clone(), counted.clone(), gone.clone());
                let (open, highest) = (open.clone(), highest.clone());
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(socket).await else { return };
                    let mut buffer = vec![0; 64 * 1024];
                    let _ = stream.read(&mut buffer).await;
                    counted.fetch_add(1, Ordering::SeqCst);
                    highest.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let _ = answer(manner, &mut stream, &gone).await;
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        for name in people {
            settle(&scene, name).await;
        }
        Self { scene, requests, most, sent }
    }

    fn asked(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// How the newest delivery to the odd server stands.
    async fn stands(&self) -> (i64, String) {
        let which = Which { host: Some("odd.test".to_owned()), limit: 1, ..Which::default() };
        let line = delivery_log::lines(&self.scene.a.app.db.read, which).await.unwrap().remove(0);
        (line.state, line.answer.unwrap_or_default())
    }

    /// It does not arrive, is tried again a minute later, and the others have it at once.
    async fn is_tried_again(&self) {
        self.scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
        self.scene.peer.expect("Create").await;
        eventually(|| async { self.asked() == 1 }, "the odd server is asked").await;
        self.scene.a.quiet().await;
        let (state, answer) = self.stands().await;
        assert_eq!(state, cyanotype::store::deliveries::WAITING, "{answer}");
        assert!(answer.contains("odd.test failed"), "{answer}");
        self.scene.world().clock().advance(2 * MINUTE);
        eventually(|| async { self.asked() == 2 }, "the odd server is asked again").await;
    }
}

/// Somebody as if she had followed: her server cannot be asked who she is.
async fn settle(scene: &Scene, name: &str) {
    use cyanotype::entity::account;
    use cyanotype::store::{accounts, relations};
    let app = scene.a.app.clone();
    let bob = accounts::by_uri(&app.db.read, &scene.bob.id).await.unwrap().unwrap();
    let ada = cyanotype::service::accounts::local(&app, "ada").await.unwrap();
    let carol = account::Model {
        id: app.id(),
        username: name.to_owned(),
        username_key: name.to_owned(),
        domain: "odd.test".to_owned(),
        uri: Some(format!("https://odd.test/users/{name}")),
        key_id: None,
        inbox: Some(format!("https://odd.test/users/{name}/inbox")),
        shared_inbox: None,
        ..bob
    };
    let row = relations::row(app.id(), carol.id, ada.id, app.now());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                accounts::insert(tx, carol).await?;
                relations::insert(tx, row).await
            })
        })
        .await
        .unwrap();
}

async fn answer(manner: Manner, stream: &mut (impl AsyncWriteExt + Unpin), sent: &AtomicUsize) -> std::io::Result<()> {
    match manner {
        Manner::Resets => Ok(()),
        Manner::Garbage => stream.write_all(b"\x00\xff this is no HTTP\r\n\r\n").await,
        Manner::Huge => {
            stream.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 1073741824\r\n\r\n").await?;
            let block = vec![b'x'; 64 * 1024];
            for _ in 0..16_384 {
                stream.write_all(&block).await?;
                sent.fetch_add(block.len(), Ordering::SeqCst);
            }
            Ok(())
        }
        Manner::Brief => {
            tokio::time::sleep(Duration::from_millis(200)).await;
            stream.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").await
        }
        Manner::Slow => {
            tokio::time::sleep(Duration::from_secs(3)).await;
            stream.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").await
        }
    }
}

#[tokio::test]
async fn a_server_that_resets_the_connection_is_tried_again() {
    Odd::new(Manner::Resets).await.is_tried_again().await;
}

#[tokio::test]
async fn a_server_that_answers_garbage_is_tried_again() {
    Odd::new(Manner::Garbage).await.is_tried_again().await;
}

#[tokio::test]
async fn of_a_huge_answer_the_status_counts_and_the_rest_is_not_read() {
    let odd = Odd::new(Manner::Huge).await;
    odd.scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    odd.scene.peer.expect("Create").await;
    odd.scene.a.quiet().await;
    assert_eq!(odd.stands().await.0, cyanotype::store::deliveries::ARRIVED);
    let sent = odd.sent.load(Ordering::SeqCst);
    assert!(sent < 16 << 20, "{sent} bytes were taken");
    assert_eq!(odd.asked(), 1);
}

#[tokio::test]
async fn a_slow_server_has_its_delivery_and_the_others_do_not_wait_for_it() {
    let odd = Odd::new(Manner::Slow).await;
    let begun = Instant::now();
    odd.scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    odd.scene.peer.expect("Create").await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    odd.scene.a.quiet().await;
    assert_eq!(odd.stands().await.0, cyanotype::store::deliveries::ARRIVED);
    assert_eq!(odd.asked(), 1);
}

#[tokio::test]
async fn r065b_no_more_than_two_deliveries_are_under_way_at_one_host() {
    let people = ["one", "two", "three", "four", "five", "six"];
    let odd = Odd::with(Manner::Brief, &people).await;
    odd.scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    eventually(|| async { odd.asked() == people.len() }, "everybody there has it").await;
    odd.scene.a.quiet().await;
    let most = odd.most.load(Ordering::SeqCst);
    assert_eq!(most, 2, "at once");
}

/// Keeps everybody else from writing until it is rolled back.
const LOCK_SQLITE: &str = "PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE";
const LOCK_POSTGRES: &str = "
BEGIN;
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('LOCK TABLE %I IN EXCLUSIVE MODE', name);
    END LOOP;
END $$";

/// The database cannot be written for seven seconds, longer than anybody waits for it, while a delivery
/// is under way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r118_a_delivery_that_ends_while_the_database_is_locked_is_written_down_once_it_is_free() {
    let odd = Odd::new(Manner::Slow).await;
    odd.scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    eventually(|| async { odd.asked() == 1 }, "the delivery is under way").await;
    let mut one = sea_orm::ConnectOptions::new(odd.scene.a.data.address());
    let other = Box::pin(sea_orm::Database::connect(one.max_connections(1).to_owned())).await.unwrap();
    other.execute_unprepared(if on_postgres() { LOCK_POSTGRES } else { LOCK_SQLITE }).await.unwrap();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(7) {
        assert_eq!(odd.scene.ada.get("/").await.status, 200, "reading goes on");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    other.execute_unprepared("ROLLBACK").await.unwrap();
    odd.scene.a.quiet().await;
    assert_eq!(odd.stands().await.0, cyanotype::store::deliveries::ARRIVED);
    assert_eq!(odd.asked(), 1, "it is not sent twice");
}

/// How the disk becomes full, and is no more.
const FULL_SQLITE: (&str, &str) = ("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 4294967294");
/// As PostgreSQL says it: the disk here has room.
const FULL_POSTGRES: (&str, &str) = (
    "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE disk_full; END $$;
     CREATE TRIGGER no_room BEFORE INSERT ON post FOR EACH ROW EXECUTE FUNCTION no_room()",
    "DROP TRIGGER no_room ON post; DROP FUNCTION no_room",
);

#[tokio::test]
async fn r119_with_a_full_disk_nothing_is_taken_and_what_was_taken_is_delivered_later() {
    let scene = Scene::followed().await;
    scene.peer.answer_inbox(503);
    let post = scene.ada.post_photo("photo-dahlia.jpg", "Taken before").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(202);
    let do_so = |how: &'static str| {
        let app = scene.a.app.clone();
        async move {
            let done = app.db.write(move |tx| Box::pin(async move { tx.execute_unprepared(how).await.map(drop) }));
            done.await.unwrap();
        }
    };
    let (full, free) = if on_postgres() { FULL_POSTGRES } else { FULL_SQLITE };
    do_so(full).await;
    let mut refused = None;
    for n in 0..200 {
        let form = scene.ada.form(&post.path, &format!("{}/reply", post.path)).await;
        let page = scene.ada.submit(form.set("text", &format!("Answer {n}. {}", "word ".repeat(800)))).await;
        if page.status != 200 {
            refused = Some(page);
            break;
        }
    }
    let refused = refused.expect("a database that may not grow refuses in the end");
    assert_eq!(refused.status, 507, "{}", refused.text());
    assert!(refused.says("no space left"), "{}", refused.text());
    assert_eq!(scene.ada.get("/").await.status, 200, "reading goes on");
    do_so(free).await;
    scene.world().clock().advance(2 * MINUTE);
    let of_it = |r: &Received| r.json.as_ref().is_some_and(|json| json["object"]["id"] == post.id.as_str());
    let times = || scene.peer.deliveries("Create").iter().filter(|r| of_it(r)).count();
    eventually(|| async { times() == 2 }, "what was taken before is sent again").await;
}

#[tokio::test]
async fn r123_a_clock_that_steps_back_an_hour_or_leaps_ahead_holds_up_nothing() {
    let scene = Scene::followed().await;
    let first = scene.ada.post_photo("photo-dahlia.jpg", "Before").await;
    scene.peer.expect("Create").await;
    scene.world().clock().advance(-60 * MINUTE);
    let second = scene.ada.post_photo("photo-coffee.jpg", "An hour earlier").await;
    scene.peer.expect("Create").await;
    scene.world().clock().advance(120 * MINUTE);
    let third = scene.ada.post_photo("photo-boats.jpg", "Two hours later").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    let numbers: Vec<i64> = [&first, &second, &third].iter().map(|p| p.number.parse().unwrap()).collect();
    assert!(numbers.is_sorted() && numbers[0] < numbers[1], "{numbers:?}");
    assert_eq!(scene.peer.deliveries("Create").len(), 3, "each once");
}

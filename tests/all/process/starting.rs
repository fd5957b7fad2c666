//! From an empty folder to a server that answers.

use super::binary::{Folder, PATIENCE, mode, status_of};
use super::stage::{database, rows};
use super::tab::Tab;
use crate::support::postgres::{on_postgres, sqlite_alone};
use sea_orm::ConnectionTrait;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

const PASSWORD: &str = "a rainy day in june";

fn owner_form(name: &str) -> Vec<(&str, &str)> {
    vec![("username", name), ("email", "ada@example.org"), ("password", PASSWORD)]
}

#[test]
fn the_first_start_in_an_empty_folder_prints_the_address_and_the_owners_link() {
    let folder = Folder::new();
    let server = folder.start();
    assert!(server.line("listening on").ends_with(&format!("http://{}", folder.address())));
    assert_eq!(server.line("Open "), format!("Open http://localhost:{}", folder.port));
    assert!(server.line("/welcome/").contains(&format!("http://localhost:{}/welcome/", folder.port)));
    assert!(server.line("nothing federates").contains("public_address"), "it says what is missing to federate");
    assert_eq!(folder.path("data/cyanotype.sqlite").is_file(), !on_postgres());
    assert!(folder.path("data/media").is_dir());
}

#[test]
fn r050a_no_private_address_may_be_reached_and_each_exception_is_named_at_the_start() {
    let plain = cyanotype::config::Settings::from_layers("test", "", std::iter::empty()).unwrap();
    assert!(plain.allow_private_addresses.is_empty(), "the default is none");
    let folder = Folder::new().with("CYANOTYPE_ALLOW_PRIVATE_ADDRESSES", "10.1.0.0/16,fd00::/8");
    let server = folder.start();
    for range in ["10.1.0.0/16", "fd00::/8"] {
        assert!(server.line(range).contains("private range"), "{range}");
    }
}

#[test]
fn r125_what_the_first_start_makes_is_for_its_owner_only() {
    let folder = Folder::new();
    folder.start().stop();
    assert_eq!(mode(&folder.path("data")), 0o700);
    assert_eq!(mode(&folder.path("data/secret.key")), 0o600);
    assert_eq!(mode(&folder.path("data/media")), 0o700);
    let other = Folder::new();
    other.start().stop();
    let secret = |f: &Folder| std::fs::read(f.path("data/secret.key")).unwrap();
    assert_ne!(secret(&folder), secret(&other), "every server has a secret of its own");
}

#[test]
fn a_secret_that_opens_nothing_in_the_database_is_said_before_anything_is_sealed_with_it() {
    let (folder, other) = (Folder::new(), Folder::new());
    folder.start().stop();
    other.start().stop();
    std::fs::copy(other.path("data/secret.key"), folder.path("data/secret.key")).unwrap();
    let refused = folder.refuse();
    assert!(!refused.success && refused.err.contains("does not open the keys in this database"), "{}", refused.err);
}

#[test]
fn r125_the_database_and_what_stands_beside_it_are_for_their_owner_only() {
    sqlite_alone();
    let folder = Folder::new();
    let server = folder.start();
    let files = ["cyanotype.sqlite", "cyanotype.sqlite-wal", "cyanotype.sqlite-shm"];
    for file in files {
        assert_eq!(mode(&folder.path("data").join(file)), 0o600, "{file}");
    }
    server.signal("KILL");
    server.ended(PATIENCE).unwrap();
    for file in files {
        let path = folder.path("data").join(file);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    let _server = folder.start();
    for file in files {
        assert_eq!(mode(&folder.path("data").join(file)), 0o600, "{file}, which was open to others before");
    }
}

#[test]
fn r125_a_data_folder_that_others_can_look_into_is_closed_to_them() {
    let folder = Folder::new();
    for open in [0o755, 0o750, 0o701] {
        std::fs::create_dir_all(folder.path("data")).unwrap();
        std::fs::set_permissions(folder.path("data"), std::fs::Permissions::from_mode(open)).unwrap();
        folder.start().stop();
        assert_eq!(mode(&folder.path("data")), 0o700);
    }
}

#[test]
fn r125_a_secret_that_others_can_read_stops_the_start_and_says_how_to_mend_it() {
    let folder = Folder::new();
    folder.start().stop();
    let secret = folder.path("data/secret.key");
    for open in [0o644, 0o640, 0o604] {
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(open)).unwrap();
        let refused = folder.refuse();
        assert!(!refused.success);
        assert!(refused.err.contains("secret.key can be read by others"), "{}", refused.err);
        assert!(refused.err.contains("chmod 600"), "{}", refused.err);
    }
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    folder.start().stop();
}

#[test]
fn r125_a_secret_that_is_none_stops_the_start() {
    let folder = Folder::new();
    folder.start().stop();
    let secret = folder.path("data/secret.key");
    let repeated = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
    for (what, text) in
        [("repeated bytes", repeated), ("too short", "c2hvcnQ="), ("no base64", "changeme"), ("nothing", "")]
    {
        std::fs::write(&secret, text).unwrap();
        let refused = folder.refuse();
        assert!(!refused.success, "{what}");
        assert!(refused.err.contains("does not hold a secret"), "{what}: {}", refused.err);
        assert!(text.is_empty() || !refused.err.contains(text), "{what}: a secret is never printed");
    }
}

#[tokio::test]
async fn the_owners_link_makes_the_owner_and_dies_on_use() {
    let folder = Folder::new();
    let server = folder.start();
    let link = server.owner_link();
    let ada = Tab::at(&folder.url(""));
    assert!(ada.get(&link).await.ok().has("this server is yours"));
    assert_eq!(ada.post(&link, &owner_form("ada")).await.led(), "/");
    assert!(ada.get("/settings").await.ok().has("ada@example.org"), "she is signed in");
    let late = Tab::at(&folder.url(""));
    assert_eq!(late.get(&link).await.status, 403);
    let again = late.post(&link, &[("username", "eve"), ("email", "eve@example.org"), ("password", PASSWORD)]).await;
    assert_eq!(again.status, 403);
    assert!(again.has("has been used or has expired"), "{}", again.text());
    assert_eq!(late.get("/@eve").await.status, 404);
}

#[tokio::test]
async fn of_many_who_press_with_the_owners_link_at_once_one_becomes_the_owner() {
    let folder = Folder::new();
    let server = folder.start();
    let link = server.owner_link();
    let base = folder.url("");
    let names = ["ann", "ben", "cat", "dan", "eli"];
    let asked = names.map(|name| {
        let (tab, link, mail) = (Tab::at(&base), link.clone(), format!("{name}@example.org"));
        async move { tab.post(&link, &[("username", name), ("email", &mail), ("password", PASSWORD)]).await.status }
    });
    let answers = futures_util::future::join_all(asked).await;
    assert_eq!(answers.iter().filter(|s| **s == 303).count(), 1, "{answers:?}");
    let visitor = Tab::at(&base);
    let mut made = 0;
    for name in names {
        made += usize::from(visitor.get(&format!("/@{name}")).await.status == 200);
    }
    assert_eq!(made, 1);
}

#[tokio::test]
async fn each_start_prints_a_new_owners_link_until_there_is_an_owner() {
    let folder = Folder::new();
    let server = folder.start();
    let first = server.owner_link();
    server.stop();
    let server = folder.start();
    let second = server.owner_link();
    assert_ne!(first, second);
    let ada = Tab::at(&folder.url(""));
    assert_eq!(ada.get(&first).await.status, 403, "the old link is dead");
    assert_eq!(ada.post(&second, &owner_form("ada")).await.led(), "/");
    server.stop();
    let server = folder.start();
    server.line("Open ");
    assert!(!server.said().contains("/welcome/"), "{}", server.said());
}

#[tokio::test]
async fn nobody_has_a_password_before_the_owner_sets_one() {
    let folder = Folder::new();
    let _server = folder.start();
    let tab = Tab::at(&folder.url(""));
    for (name, password) in [("admin", "admin"), ("owner", "owner"), ("instance.actor", ""), ("root", "password")] {
        assert_eq!(tab.sign_in(name, password).await.status, 422, "{name}");
    }
}

#[test]
fn a_server_that_runs_says_that_it_is_alive_and_ready() {
    let folder = Folder::new();
    assert!(!folder.run(&["health"], "").success, "nothing runs yet");
    let _server = folder.start();
    assert_eq!(status_of(folder.address(), "/healthz", "localhost"), Some(200));
    assert_eq!(status_of(folder.address(), "/readyz", "localhost"), Some(200));
    let health = folder.run(&["health"], "");
    assert_eq!((health.success, health.out.trim()), (true, "ready"));
}

#[test]
fn a_server_that_cannot_store_photos_is_alive_but_not_ready() {
    let folder = Folder::new();
    let _server = folder.start();
    std::fs::remove_dir_all(folder.path("data/media")).unwrap();
    assert_eq!(status_of(folder.address(), "/healthz", "localhost"), Some(200));
    assert_eq!(status_of(folder.address(), "/readyz", "localhost"), Some(503));
    let health = folder.run(&["health"], "");
    assert!(!health.success && health.err.contains("storage"), "{health:?}");
}

#[tokio::test]
async fn a_server_whose_database_lacks_a_step_is_not_ready_and_says_so() {
    let folder = Folder::new();
    let _server = folder.start();
    let db = database(&folder).await;
    let newest = &rows(&db, "SELECT max(version) FROM seaql_migrations").await[0];
    let newest: String = newest.try_get_by_index(0).unwrap();
    let lacks = format!("DELETE FROM seaql_migrations WHERE version = '{newest}'");
    db.execute_unprepared(&lacks).await.unwrap();
    let health = folder.run(&["health"], "");
    assert!(!health.success && health.err.contains("not ready: migrations"), "{health:?}");
    let knows = format!("INSERT INTO seaql_migrations VALUES ('m9999_of_a_newer_version', 0), ('{newest}', 0)");
    db.execute_unprepared(&knows).await.unwrap();
    assert!(folder.run(&["health"], "").success, "what only a newer version knows is no hindrance");
}

#[tokio::test]
async fn a_server_without_its_database_is_not_ready_and_says_so() {
    let server = crate::support::Server::start("a.test").await;
    server.app.db.clone().close().await.unwrap();
    let answer = server.ask("/readyz", "*/*").await;
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.text().await.unwrap(), "database\n");
    assert_eq!(server.ask("/healthz", "*/*").await.status(), 200);
}

#[test]
fn a_port_in_use_is_said_in_a_sentence() {
    let folder = Folder::new();
    let _taken = std::net::TcpListener::bind(folder.address()).unwrap();
    let refused = folder.refuse();
    assert_eq!(refused.code, Some(1));
    let sentence = format!("{} cannot be listened on; is another server running there?", folder.address());
    assert!(refused.err.contains(&sentence), "{}", refused.err);
}

#[test]
fn a_data_folder_that_cannot_be_made_is_said_in_a_sentence() {
    let folder = Folder::new();
    std::fs::write(folder.path("data"), "a file stands here").unwrap();
    let refused = folder.refuse();
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("the folder data cannot be used"), "{}", refused.err);
}

#[test]
fn settings_that_cannot_be_stop_the_start_with_their_name() {
    let folder = Folder::new();
    std::fs::write(folder.path("cyanotype.toml"), "max_photo = 4\n").unwrap();
    let refused = folder.refuse();
    assert!(!refused.success);
    assert!(refused.err.contains("cyanotype.toml: `max_photo` is not a setting."), "{}", refused.err);
    assert!(refused.err.contains("Did you mean `max_photos`?"), "{}", refused.err);
    let refused = Folder::new().with("CYANOTYPE_REGISTRATION", "sometimes").refuse();
    assert!(refused.err.contains("`registration` is impossible"), "{}", refused.err);
    let refused = Folder::new().with("CYANOTYPE_COLOUR", "blue").refuse();
    assert!(refused.err.contains("`CYANOTYPE_COLOUR` is not a setting"), "{}", refused.err);
}

#[test]
fn an_address_that_has_federated_cannot_be_changed_later() {
    let folder = Folder::new();
    let first = [("CYANOTYPE_PUBLIC_ADDRESS", "https://photos.example")];
    let server = folder.launch(&first);
    server.until_ready();
    assert_eq!(status_of(folder.address(), "/actor", "photos.example"), Some(200));
    server.stop();
    for (name, value) in
        [("CYANOTYPE_PUBLIC_ADDRESS", "https://pictures.example"), ("CYANOTYPE_HANDLE_DOMAIN", "example.org")]
    {
        let other = if name.ends_with("ADDRESS") { vec![(name, value)] } else { vec![first[0], (name, value)] };
        let refused = folder.launch(&other);
        let status = refused.ended(PATIENCE).expect("it does not start");
        assert!(!status.success());
        assert!(refused.said().contains("photos.example"), "{}", refused.said());
    }
    let again = folder.launch(&first);
    again.until_ready();
}

#[test]
fn an_address_nobody_has_seen_yet_may_be_corrected() {
    let folder = Folder::new();
    let server = folder.launch(&[("CYANOTYPE_PUBLIC_ADDRESS", "https://phtos.example")]);
    server.until_ready();
    server.stop();
    let server = folder.launch(&[("CYANOTYPE_PUBLIC_ADDRESS", "https://photos.example")]);
    server.until_ready();
    assert!(server.ended(Duration::ZERO).is_none());
}

#[test]
fn exceptions_from_the_address_rules_are_logged_at_the_start() {
    let folder = Folder::new()
        .with("CYANOTYPE_RESOLVE", "friend.example:127.0.0.1:8443")
        .with("CYANOTYPE_ALLOW_PRIVATE_ADDRESSES", "10.1.0.0/16");
    let server = folder.start();
    assert!(server.line("friend.example").contains("127.0.0.1:8443"));
    assert!(server.line("10.1.0.0/16").contains("10.1.0.0/16"));
}

#[tokio::test]
#[allow(clippy::disallowed_methods, reason = "a test's own browser, not the server's way out")]
async fn r065_half_open_requests_hold_up_nobody_and_are_closed() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let folder = Folder::new();
    let _server = folder.start();
    let mut open = Vec::new();
    for _ in 0..150 {
        let mut stream = tokio::net::TcpStream::connect(folder.address()).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a").await.unwrap();
        open.push(stream);
    }
    let begun = std::time::Instant::now();
    assert!(Tab::at(&folder.url("")).get("/").await.status < 400);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    let closed = async {
        for stream in &mut open {
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(45), closed).await.expect("all are closed");
    let long = reqwest::Client::new().get(folder.url("/")).header("x-long", "x".repeat(70_000)).send().await;
    assert_eq!(long.unwrap().status(), 431);
}

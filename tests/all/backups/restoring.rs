//! `backup` and `restore`: a community as it was, in a folder and out of it again.

use super::{Nowhere, at, number, opened, rows};
use crate::process::binary::{Folder, mode};
use crate::support::{Data, Person, Posted, Server, World, eventually};
use cyanotype::config::Settings;
use cyanotype::service::backup::{Manifest, bring_back, make, restore};
use cyanotype::store::copy::Source;
use cyanotype_migrations::Migrator;
use sea_orm_migration::MigratorTrait;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// Settings of a server that is to be restored.
fn settings(data: &Data, database: &str) -> Settings {
    let layers = [("DATA_DIR", data.path().join("data").display().to_string()), ("DATABASE", database.to_owned())];
    let layers = layers.into_iter().map(|(name, value)| (format!("CYANOTYPE_{name}"), value));
    Settings::from_layers("test", "", layers).unwrap()
}

/// Posts albums and likes them as long as it is told to, and notes what was accepted.
async fn posting(ada: &Person, bea: &Person, accepted: &Mutex<Vec<Posted>>, enough: &AtomicBool) {
    let mut n = 0;
    while !enough.load(Ordering::Relaxed) {
        n += 1;
        let caption = format!("Album {n} of {}", ada.name);
        let post = ada.post_album(&["srgb.jpg", "grey.jpg"], &caption, "public", &["One", "Two"]).await;
        bea.like(&post.path).await;
        accepted.lock().unwrap().push(post);
    }
}

/// What a post shows: the bytes of its photos.
async fn shown(server: &Server, reader: &Person, post: &Posted) -> Vec<Vec<u8>> {
    let mut shown = Vec::new();
    for photo in reader.page(&post.path).await.photos() {
        let answer = server.ask(&photo.src, "*/*").await;
        assert_eq!(answer.status(), 200, "{} of {}", photo.src, post.path);
        shown.push(answer.bytes().await.unwrap().to_vec());
    }
    assert_eq!(shown.len(), 2, "{}", post.path);
    shown
}

#[tokio::test]
async fn a_backup_made_while_people_post_has_all_that_was_accepted_before_and_nothing_half() {
    let world = World::new(["a.test", "peer.test"]).await;
    let peer = world.peer("peer.test");
    let bob = peer.actor("bob");
    let server = world.server("a.test").await;
    let (ada, bea) = (server.owner("ada").await, server.person("bea").await);
    bob.follow(&server.actor_id("ada").await).await;
    peer.expect("Accept").await;
    let place = TempDir::new().unwrap();
    let folder = place.path().join("backup");
    let (accepted, enough) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    let backing_up = async {
        eventually(|| async { accepted.lock().unwrap().len() > 3 }, "some posts are there").await;
        let before = accepted.lock().unwrap().clone();
        let made = make(&server.app, &folder, true, |_| {}).await.unwrap();
        enough.store(true, Ordering::Relaxed);
        (before, made)
    };
    let (_, _, (before, made)) =
        tokio::join!(posting(&ada, &bea, &accepted, &enough), posting(&bea, &ada, &accepted, &enough), backing_up);
    assert!(accepted.lock().unwrap().len() > before.len(), "they went on meanwhile");
    assert_eq!(made.media.missing, 0);
    let mut photos = Vec::new();
    for post in &before {
        photos.push(shown(&server, &bea, post).await);
    }
    server.stop().await;

    for database in [None, Some(Nowhere::of_the_other_kind())] {
        let data = Arc::new(Data::empty());
        let address = database.as_ref().map_or_else(|| data.address(), Nowhere::address);
        let restored = restore(&settings(&data, &address), &folder, |_| {}).await.unwrap();
        assert_eq!(restored, made);
        let more = [("database", address.as_str()), ("postgres_connections", "4")];
        let server = world.server_in("a.test", data, &more).await.unwrap();
        let brought = bring_back(&server.app, &folder, |_| {}).await.unwrap();
        assert_eq!((brought.damaged.len(), brought.missing.len()), (0, 0), "{brought:?}");
        // Of each photo the original and what is made of it.
        assert!(brought.brought >= 2 * 2 * before.len() as u64, "{brought:?}");
        for (post, photos) in before.iter().zip(&photos) {
            assert_eq!(shown(&server, &bea, post).await, *photos, "{}", post.path);
        }
        let db = opened(&address).await;
        let half = "SELECT count(*) FROM post p WHERE NOT EXISTS (SELECT 1 FROM photo WHERE photo.post_id = p.id)";
        assert_eq!(number(&db, half).await, 0, "no post is without its photos");
        let likes = number(&db, "SELECT count(*) FROM post_like").await;
        assert!(likes >= before.len() as i64, "{likes}");
        db.close().await.unwrap();
        // People sign in, and who followed before takes what is signed with the old key.
        let again = ada.signed_in_elsewhere(&server).await;
        let next = again.post_photo("srgb.jpg", "After it all").await;
        let arrived = || async {
            let about =
                |said: &crate::support::Received| said.json.as_ref().is_some_and(|j| j["object"]["id"] == next.id);
            peer.deliveries("Create").iter().any(about)
        };
        eventually(arrived, "it arrives").await;
        // What was under way at the moment of the backup is taken up when its lease has run out.
        server.world.clock().advance(3 * 60_000);
        server.quiet().await;
        server.stop().await;
    }
}

/// A folder with an account, and a backup of it.
fn backed_up(more: &[&str]) -> (Folder, TempDir, PathBuf) {
    let folder = Folder::new();
    let arguments = ["admin", "create-account", "ada", "--email", "ada@example.org", "--role", "owner"];
    assert!(folder.run(&arguments, "whatever happens, happens").success);
    let place = TempDir::new().unwrap();
    let backup = place.path().join("backup");
    let made = folder.run(&[&["backup", backup.to_str().unwrap()], more].concat(), "");
    assert!(made.success && made.out.contains("tables"), "{made:?}");
    (folder, place, backup)
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn a_backup_is_for_its_owner_only_and_says_what_it_holds() {
    let (folder, _place, backup) = backed_up(&["--media"]);
    assert_eq!(mode(&backup), 0o700);
    for file in ["backup.json", "database.sqlite", "secret.key", "media.tsv"] {
        assert_eq!(mode(&backup.join(file)), 0o600, "{file}");
    }
    assert_eq!(text(&backup.join("secret.key")), text(&folder.path("data/secret.key")));
    let manifest: Manifest = serde_json::from_str(&text(&backup.join("backup.json"))).unwrap();
    assert!(manifest.tables.iter().any(|sum| sum.table == "account" && sum.rows == 1), "{manifest:?}");
    assert_eq!(manifest.version, env!("CARGO_PKG_VERSION"));
    let again = folder.run(&["backup", backup.to_str().unwrap()], "");
    assert!(!again.success && again.err.contains("is there already"), "{again:?}");
}

#[test]
fn what_is_restored_is_a_server_and_where_one_is_nothing_is_restored() {
    let (folder, _place, backup) = backed_up(&[]);
    let arguments = ["restore", backup.to_str().unwrap()];
    let refused = folder.run(&arguments, "");
    assert!(!refused.success, "over what is there: {refused:?}");
    let new = Folder::new();
    let restored = new.run(&arguments, "");
    assert!(restored.success && restored.out.contains("Restored"), "{restored:?}");
    assert_eq!(mode(&new.path("data")), 0o700);
    assert_eq!(mode(&new.path("data/secret.key")), 0o600);
    new.start().stop();
    assert!(!new.run(&arguments, "").success, "once");
    let other = Folder::new();
    std::fs::create_dir(other.path("data")).unwrap();
    std::fs::write(other.path("data/secret.key"), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    let refused = other.run(&arguments, "");
    assert!(!refused.success && refused.err.contains("is not the backup's"), "{refused:?}");
    assert!(text(&other.path("data/secret.key")).starts_with("AAEC"), "it is still there");
}

#[tokio::test]
async fn a_backup_that_is_not_what_was_put_there_is_refused_before_anything_is_restored() {
    let (_folder, _place, backup) = backed_up(&[]);
    let file = format!("sqlite://{}", backup.join("database.sqlite").display());
    let (list, manifest) = (text(&backup.join("media.tsv")), text(&backup.join("backup.json")));
    let new = Folder::new();
    let refused = |said: &str| {
        let refused = new.run(&["restore", backup.to_str().unwrap()], "");
        assert!(!refused.success && refused.err.contains(said), "{said}: {refused:?}");
        assert!(!new.path("data/cyanotype.sqlite").exists() && !new.path("data/secret.key").exists());
    };
    std::fs::write(backup.join("media.tsv"), format!("{list}more")).unwrap();
    refused("media.tsv is not what was put there");
    std::fs::write(backup.join("media.tsv"), list).unwrap();
    std::fs::write(backup.join("backup.json"), manifest.replace("\"format\": 1", "\"format\": 2")).unwrap();
    refused("made by a newer version");
    std::fs::write(backup.join("backup.json"), &manifest[..manifest.len() / 2]).unwrap();
    refused("holds no backup that can be read");
    std::fs::write(backup.join("backup.json"), manifest).unwrap();
    super::done(&file, "UPDATE account SET username = 'eve' WHERE username = 'ada'").await;
    refused("in its table account");
}

#[tokio::test]
async fn a_backup_of_an_older_version_is_brought_up_to_date_on_its_way_back() {
    let (_folder, _place, backup) = backed_up(&[]);
    let file = format!("sqlite://{}", backup.join("database.sqlite").display());
    let db = opened(&file).await;
    Migrator::down(&db, Some(1)).await.unwrap();
    db.close().await.unwrap();
    let mut source = Source::beside(&at(&file)).await.unwrap();
    let tables = source.sums().await.unwrap();
    source.close().await.unwrap();
    let mut manifest: Manifest = serde_json::from_str(&text(&backup.join("backup.json"))).unwrap();
    manifest.tables = tables;
    std::fs::write(backup.join("backup.json"), serde_json::to_string(&manifest).unwrap()).unwrap();
    let before = std::fs::read(backup.join("database.sqlite")).unwrap();
    let new = Folder::new();
    let restored = new.run(&["restore", backup.to_str().unwrap()], "");
    assert!(restored.success, "{restored:?}");
    assert_eq!(std::fs::read(backup.join("database.sqlite")).unwrap(), before, "the backup stays as it is");
    assert!(!new.path("data/restoring.sqlite").exists());
    let db = opened(&new.database()).await;
    assert_eq!(number(&db, "SELECT count(*) FROM account WHERE username = 'ada'").await, 1);
    db.close().await.unwrap();
    new.start().stop();
}

#[tokio::test]
async fn media_that_are_in_no_backup_are_listed_and_those_that_lie_there_already_are_left_alone() {
    let world = World::new(["a.test"]).await;
    let server = world.server_with("a.test", &[("media_store", "local")]).await;
    let ada = server.owner("ada").await;
    let post = ada.post_photo("srgb.jpg", "A photo").await;
    server.quiet().await;
    let place = TempDir::new().unwrap();
    let folder = place.path().join("backup");
    let made = make(&server.app, &folder, false, |_| {}).await.unwrap();
    assert!(!folder.join("media").exists() && !made.media.copied);
    let list = text(&folder.join("media.tsv"));
    assert_eq!(list.lines().count() as u64, made.media.files);
    let stored = server.stored().await;
    assert_eq!(stored.len() as u64, made.media.files, "every file that is stored is in the list");
    for (key, bytes) in &stored {
        let line = list.lines().find(|line| line.starts_with(key.as_str())).unwrap_or_else(|| panic!("{key}: {list}"));
        let sum: String =
            ring::digest::digest(&ring::digest::SHA256, bytes).as_ref().iter().map(|b| format!("{b:02x}")).collect();
        let expected = format!("{key}\t{}\t", bytes.len());
        assert!(line.starts_with(&expected) && line.ends_with("\tlocal"), "{line}");
        assert!(line.contains(&sum) || line.contains("\t-\t"), "{line}");
    }
    let data = server.stop().await;

    let new = Arc::new(Data::empty());
    let address = new.address();
    restore(&settings(&new, &address), &folder, |_| {}).await.unwrap();
    let server = world.server_in("a.test", new.clone(), &[("media_store", "local")]).await.unwrap();
    let brought = bring_back(&server.app, &folder, |_| {}).await.unwrap();
    assert_eq!((brought.there, brought.brought, brought.missing.len()), (0, 0, stored.len()));
    // Somebody brings the files by hand, one of them under the name that it had before everybody might see it.
    let (from, to) = (data.path().join("data/media"), new.path().join("data/media"));
    let mut renamed = 0;
    for (key, _) in &stored {
        let (area, name) = key.split_once('/').unwrap();
        let other = if area == "media" && renamed == 0 { "closed" } else { area };
        renamed += usize::from(other != area);
        let target = to.join(other).join(&name[..2]);
        std::fs::create_dir_all(&target).unwrap();
        std::fs::copy(from.join(area).join(&name[..2]).join(name), target.join(name)).unwrap();
    }
    assert_eq!(renamed, 1);
    let brought = bring_back(&server.app, &folder, |_| {}).await.unwrap();
    assert_eq!((brought.there, brought.brought, brought.missing.len()), (stored.len() as u64 - 1, 1, 0));
    for photo in ada.page(&post.path).await.photos() {
        assert_eq!(server.ask(&photo.src, "*/*").await.status(), 200);
    }
    let db = opened(&address).await;
    assert!(!rows(&db, "SELECT key FROM rendition").await.is_empty());
    db.close().await.unwrap();
    server.stop().await;
}

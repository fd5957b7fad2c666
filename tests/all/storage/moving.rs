//! Media moves from the folder to a bucket and back while the server runs; nobody notices.

use super::{borrowed, bucket_at, in_bucket, in_folder, keys_in, seaweed_settings};
use crate::process::binary::{Folder, photograph};
use crate::process::tab::{Form, Tab};
use crate::support::bucket::Bucket;
use crate::support::flaky::{Flaky, Way};
use crate::support::{Data, Person, Posted, Server, World, eventually, fixture_bytes};
use cyanotype::blob::Place;
use cyanotype::service::storage::moving::{Progress, move_all};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const LOCAL: (&str, &str) = ("media_store", "local");

/// A server with photos in its folder, ended, its data, and what everybody knows of it.
struct Moved {
    world: World,
    data: Arc<Data>,
    posts: Vec<Posted>,
    pictures: Vec<String>,
}

async fn photos_in_folder() -> (Moved, Person) {
    let world = World::new(["a.test"]).await;
    let server = world.server_with("a.test", &[LOCAL]).await;
    let ada = server.person("ada").await;
    let files = ["photo-boats.jpg", "leaky.jpg"];
    let mut posts = vec![ada.post_album(&files, "All", "public", &["Boats", "Fog"]).await];
    posts.push(ada.post_album(&["srgb.jpg"], "Ours", "followers", &["Sky"]).await);
    server.quiet().await;
    let mut pictures = Vec::new();
    for post in &posts {
        pictures.extend(ada.page(&post.path).await.photos().into_iter().map(|photo| photo.src));
    }
    assert_eq!(pictures.len(), 3);
    (Moved { world, data: server.stop().await, posts, pictures }, ada)
}

impl Moved {
    async fn server(&self, settings: &[(&str, &str)]) -> Server {
        self.world.server_in("a.test", Arc::clone(&self.data), settings).await.expect("it starts")
    }

    /// Bytes of every picture, which must all be there.
    async fn seen(&self, server: &Server) -> Vec<Vec<u8>> {
        let mut seen = Vec::new();
        for picture in &self.pictures {
            let answer = server.ask(picture, "*/*").await;
            assert_eq!(answer.status(), 200, "{picture}");
            seen.push(answer.bytes().await.unwrap().to_vec());
        }
        seen
    }
}

async fn move_to(server: &Server, to: Place) -> Progress {
    let from = if to == Place::S3 { Place::Local } else { Place::S3 };
    let done = move_all(&server.app, from, to, |_| {}).await.unwrap();
    assert!(done.failed.is_empty() && done.damaged.is_empty() && done.per_mille == 1_000, "{done:?}");
    done
}

#[tokio::test]
async fn what_is_still_in_the_folder_is_found_until_it_is_moved_and_then_in_the_bucket() {
    let bucket = Bucket::start().await;
    let (moved, ada) = photos_in_folder().await;
    let server = moved.server(&bucket_at(&bucket.endpoint)).await;
    let (before, files) = (moved.seen(&server).await, keys_in(&in_folder(&server)));
    assert!(in_bucket(&bucket).is_empty());
    ada.post_photo("photo-lake.jpg", "New").await;
    server.quiet().await;
    assert_eq!(keys_in(&in_folder(&server)), files, "what is new goes to the new place");
    let new = keys_in(&in_bucket(&bucket));
    assert!(!new.is_empty());

    let progress = move_to(&server, Place::S3).await;
    assert_eq!((progress.files, progress.there), (files.len() as u64, 0));
    assert!(progress.bytes > 100_000);
    assert!(in_folder(&server).is_empty(), "nothing is left");
    assert_eq!(keys_in(&in_bucket(&bucket)), files.union(&new).cloned().collect(), "under the same names");
    assert_eq!(moved.seen(&server).await, before, "the same bytes");
    let originals: Vec<_> =
        in_bucket(&bucket).into_iter().filter(|(path, _)| path.display().to_string().contains("originals")).collect();
    assert!(originals.iter().any(|(_, bytes)| *bytes == fixture_bytes("leaky.jpg")), "byte for byte");

    // Once more: there is nothing to do. And a server started now does not look into the folder any more.
    assert_eq!(move_to(&server, Place::S3).await.files, 0);
    server.stop().await;
    let server = moved.server(&bucket_at(&bucket.endpoint)).await;
    assert_eq!(server.app.blobs.sides().len(), 1);
    assert_eq!(moved.seen(&server).await, before);

    // And back.
    server.stop().await;
    let mut settings = bucket_at(&bucket.endpoint).to_vec();
    settings.push(LOCAL);
    let server = moved.server(&settings).await;
    assert_eq!(moved.seen(&server).await, before, "read from the bucket");
    assert_eq!(move_to(&server, Place::Local).await.files, (files.len() + new.len()) as u64);
    assert!(in_bucket(&bucket).is_empty());
    server.stop().await;
    let server = moved.server(&[LOCAL]).await;
    assert_eq!(moved.seen(&server).await, before);
}

#[tokio::test]
async fn to_a_real_store_and_back_nothing_changes() {
    let mut settings = seaweed_settings().await.to_vec();
    let (moved, ada) = photos_in_folder().await;
    let server = moved.server(&borrowed(&settings)).await;
    let (before, files) = (moved.seen(&server).await, keys_in(&in_folder(&server)));
    assert_eq!(move_to(&server, Place::S3).await.files, files.len() as u64);
    assert!(in_folder(&server).is_empty());
    assert_eq!(server.stored().await.into_iter().map(|(key, _)| key).collect::<BTreeSet<_>>(), files);
    assert_eq!(moved.seen(&server).await, before);
    server.stop().await;
    settings.push(("media_store", "local".to_owned()));
    let server = moved.server(&borrowed(&settings)).await;
    assert_eq!(move_to(&server, Place::Local).await.files, files.len() as u64);
    assert_eq!((keys_in(&in_folder(&server)), moved.seen(&server).await), (files, before));
    let bucket = server.app.blobs.sides().remove(1);
    assert_eq!(bucket.list("").await.unwrap(), []);
    for post in &moved.posts {
        ada.delete(post).await;
    }
    eventually(async || in_folder(&server).is_empty(), "every file is gone").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_is_away_for_a_while_is_waited_for() {
    let bucket = Bucket::start().await;
    let way = Flaky::before(&bucket.endpoint).await;
    let (moved, _) = photos_in_folder().await;
    let server = moved.server(&bucket_at(&way.endpoint)).await;
    let (before, files) = (moved.seen(&server).await, keys_in(&in_folder(&server)).len());
    let mut seen = 0;
    let moving = move_all(&server.app, Place::Local, Place::S3, |progress| {
        // After the first file it hangs up in the middle of everything.
        if progress.files == 1 && seen == 0 {
            seen = 1;
            way.set(Way::Cut(5_000));
        }
    });
    let healing = async {
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        // What is not moved yet is in the folder, whatever the bucket is like.
        assert_eq!(server.ask("/@ada", "*/*").await.status(), 200);
        way.set(Way::Open);
    };
    let (done, ()) = tokio::join!(moving, healing);
    let done = done.unwrap();
    assert_eq!((done.files + done.there, done.failed), (files as u64, Vec::new()));
    assert_eq!((in_folder(&server).len(), moved.seen(&server).await), (0, before));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_moves_every_picture_is_there_at_every_moment() {
    let bucket = Bucket::start().await;
    let (moved, ada) = photos_in_folder().await;
    let server = moved.server(&bucket_at(&bucket.endpoint)).await;
    let before = moved.seen(&server).await;
    let (over, looks) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let lookers: Vec<_> = moved
        .pictures
        .iter()
        .zip(before.clone())
        .map(|(picture, bytes)| {
            let (client, url) = (server.world.client(), server.url(picture));
            let (over, looks) = (Arc::clone(&over), Arc::clone(&looks));
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    let answer = client.get(&url).send().await.unwrap();
                    assert_eq!(answer.status(), 200, "{url}");
                    assert!(answer.bytes().await.unwrap() == bytes, "{url} has other bytes");
                    looks.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    move_to(&server, Place::S3).await;
    // And somebody posts and deletes meanwhile, in both places.
    ada.delete(&moved.posts[1]).await;
    let at_the_end = looks.load(Ordering::Relaxed);
    let more = || async { looks.load(Ordering::Relaxed) > at_the_end };
    eventually(more, "they go on looking").await;
    over.store(true, Ordering::Relaxed);
    // What was deleted is not there any more, and that is well.
    let mut ended = Vec::new();
    for looker in lookers {
        ended.push(looker.await.is_ok());
    }
    assert_eq!(ended[..2], [true, true]);
    assert!(at_the_end > 3, "{at_the_end} looks");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_deleted_while_it_moves_is_gone_from_both_places() {
    let bucket = Bucket::start().await;
    let (moved, ada) = photos_in_folder().await;
    let server = moved.server(&bucket_at(&bucket.endpoint)).await;
    // At every file of the move something else happens: here the posts go one after the other.
    let (first, second) = (&moved.posts[0], &moved.posts[1]);
    let deleting = async {
        ada.delete(first).await;
        ada.delete(second).await;
    };
    let moving = move_all(&server.app, Place::Local, Place::S3, |_| {});
    let ((), moved_all) = tokio::join!(deleting, moving);
    assert!(moved_all.unwrap().failed.is_empty());
    let gone = || async { in_folder(&server).is_empty() && in_bucket(&bucket).is_empty() };
    eventually(gone, "every file is gone from the folder and from the bucket").await;
    for picture in &moved.pictures {
        assert_eq!(server.ask(picture, "*/*").await.status(), 404);
    }
}

#[tokio::test]
async fn deleted_media_is_gone_from_both_places_within_thirty_seconds_whether_it_was_moved_or_not() {
    let bucket = Bucket::start().await;
    let (moved, ada) = photos_in_folder().await;
    let server = moved.server(&bucket_at(&bucket.endpoint)).await;
    // A run that was ended between copying a file and taking it away left it in both.
    for file in server.app.blobs.sides()[1].list("").await.unwrap().iter().step_by(2) {
        let bytes = server.app.blobs.read_all(&file.key).await.unwrap().unwrap();
        server.app.blobs.put_bytes(&file.key, bytes, file.key.mime()).await.unwrap();
    }
    let since = std::time::Instant::now();
    for post in &moved.posts {
        ada.delete(post).await;
    }
    let gone = || async { in_folder(&server).is_empty() && in_bucket(&bucket).is_empty() };
    eventually(gone, "every file is gone from both places").await;
    assert!(since.elapsed().as_secs() < 30);
}

#[tokio::test]
async fn a_file_that_is_not_what_was_stored_is_named_and_one_that_is_there_already_holds() {
    let bucket = Bucket::start().await;
    let (moved, _) = photos_in_folder().await;
    let server = moved.server(&bucket_at(&bucket.endpoint)).await;
    let files = server.app.blobs.sides()[1].list("").await.unwrap();
    let original = files.iter().find(|file| file.key.is_original()).unwrap();
    let other = files.iter().find(|file| file.key.is_open()).unwrap();
    let (path, _) = in_folder(&server)
        .into_iter()
        .find(|(path, _)| path.ends_with(original.key.as_str().split('/').nth(1).unwrap()))
        .unwrap();
    std::fs::write(&path, "bits that rotted").unwrap();
    server.app.blobs.put_bytes(&other.key, "newer".into(), "image/jpeg").await.unwrap();
    let done = move_all(&server.app, Place::Local, Place::S3, |_| {}).await.unwrap();
    assert_eq!(done.damaged, [original.key.to_string()]);
    assert_eq!((done.there, done.files), (1, files.len() as u64 - 1));
    assert_eq!(server.app.blobs.read_all(&other.key).await.unwrap().unwrap(), "newer", "what is there is newer");
    assert!(in_folder(&server).is_empty());
}

#[tokio::test]
async fn it_is_begun_only_where_the_settings_have_new_media_go() {
    let bucket = Bucket::start().await;
    let (moved, _) = photos_in_folder().await;
    let server = moved.server(&bucket_at(&bucket.endpoint)).await;
    let refused = async |from, to| move_all(&server.app, from, to, |_| {}).await.unwrap_err().to_string();
    assert!(refused(Place::S3, Place::Local).await.contains("media_store = \"local\""));
    assert!(refused(Place::S3, Place::S3).await.contains("cannot be moved"));
    let held = cyanotype::service::storage::alone(&server.app).unwrap();
    assert!(refused(Place::Local, Place::S3).await.contains("Another `media` command"));
    drop(held);
    move_to(&server, Place::S3).await;
}

/// The program with photos in its folder, and the cookie of whoever posted them.
async fn program_with_photos() -> (Folder, Vec<String>) {
    let folder = Folder::new();
    assert!(folder.run(&["admin", "create-account", "ada", "--email", "a@example.org"], "a rainy day in june").success);
    let server = folder.start();
    let ada = Tab::at(&folder.url(""));
    ada.sign_in("ada", "a rainy day in june").await.led();
    let action = ada.compose().await;
    let form = |what: &str| Form::new().text("caption", "Boats").text("visibility", "public").text("do", what);
    ada.submit(&action, &form("add").photo("photo-boats.jpg", &photograph("photo-boats.jpg"))).await;
    let post = ada.submit(&action, &form("post")).await.led();
    let page = ada.get(&post).await.ok().read();
    let pictures = page.photos().into_iter().map(|photo| photo.src).collect();
    let db = crate::process::stage::database(&folder).await;
    while crate::process::stage::number(&db, "SELECT count(*) FROM job WHERE dead = 0").await > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(15)).await;
    }
    // Whoever is the last to close it takes its log away: not while the folder is copied.
    db.close().await.unwrap();
    server.stop();
    (folder, pictures)
}

fn with_bucket(folder: Folder, bucket: &Bucket) -> Folder {
    bucket_at(&bucket.endpoint)
        .into_iter()
        .fold(folder, |folder, (name, value)| folder.with(&format!("CYANOTYPE_{}", name.to_uppercase()), value))
}

const MOVE: [&str; 6] = ["media", "move", "--from", "local", "--to", "s3"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wherever_the_command_dies_it_goes_on_when_it_is_begun_again() {
    let bucket = Bucket::start().await;
    let (base, pictures) = program_with_photos().await;
    let base = with_bucket(base, &bucket);
    let all = keys_in(&crate::support::bucket::files_below(&base.path("data/media")));
    let mut points = BTreeSet::new();
    for n in 1.. {
        let folder = base.copied();
        let ended = {
            let mut command = folder.command(&MOVE);
            command.env("CYANOTYPE_FAULT", n.to_string()).env("CYANOTYPE_LOG", "error");
            command.output().unwrap()
        };
        if ended.status.success() {
            break;
        }
        points.extend(
            String::from_utf8_lossy(&ended.stderr)
                .lines()
                .filter_map(|l| l.split_once("reached: "))
                .map(|(_, name)| name.to_owned()),
        );
        let again = folder.run(&MOVE, "");
        assert!(again.success, "{n}: {again:?}");
        let left = keys_in(&crate::support::bucket::files_below(&folder.path("data/media")));
        assert!(left.is_empty(), "{n}: {left:?}");
        assert_eq!(keys_in(&in_bucket(&bucket)), all, "{n}");
        // For the next death.
        for (path, _) in in_bucket(&bucket) {
            std::fs::remove_file(path).unwrap();
        }
    }
    assert!(points.iter().any(|name| name.contains("moved")), "{points:?}");
    assert!(!pictures.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_says_how_far_it_is_and_refuses_beside_a_server_that_knows_nothing_of_it() {
    let bucket = Bucket::start().await;
    let (folder, pictures) = program_with_photos().await;
    let old = folder.start();
    let folder = with_bucket(folder, &bucket);
    let refused = folder.run(&MOVE, "");
    assert!(!refused.success && refused.err.contains("Start it anew"), "{refused:?}");
    old.stop();
    let server = folder.start();
    let moved = folder.run(&MOVE, "");
    assert!(moved.success, "{moved:?}");
    assert!(moved.out.contains("100.0 %: ") && moved.out.contains("files moved"), "{}", moved.out);
    assert!(moved.out.contains("Everything is in the bucket now"), "{}", moved.out);
    assert!(
        !moved.out.contains('\r') && !moved.out.contains('\x1b'),
        "lines where there is no terminal: {}",
        moved.out
    );
    for picture in pictures {
        Tab::at(&folder.url("")).get(&picture).await.ok();
    }
    server.stop();
}

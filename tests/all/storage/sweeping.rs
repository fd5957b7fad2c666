//! What is stored and nobody's is found on either side, and deleted only when that is asked for.

use super::{borrowed, bucket_at, in_bucket, in_folder, keys_in, seaweed_settings};
use crate::support::bucket::Bucket;
use crate::support::seaweed;
use crate::support::{Server, World};
use cyanotype::blob::{Blobs, Key, MediaType, Place};
use cyanotype::clock::{DAY, HOUR};
use cyanotype::service::storage::sweeping::{Found, Sum, sweep};
use std::sync::Arc;

fn orphan(n: u8) -> Key {
    Key::media(&format!("{n:02x}").repeat(16), MediaType::Jpeg).expect("a key")
}

async fn put(store: &Blobs, key: &Key) {
    store.put_bytes(key, "nobody's".into(), "image/jpeg").await.unwrap();
}

async fn swept(server: &Server, delete: bool) -> (Vec<Found>, Sum) {
    let mut found = Vec::new();
    let sum = sweep(&server.app, delete, |one| found.push(one.clone())).await.unwrap();
    (found, sum)
}

fn orphans(found: &[Found]) -> Vec<(Place, Key)> {
    let orphan = |one: &Found| match one {
        Found::Orphan { place, file } => Some((*place, file.key.clone())),
        _ => None,
    };
    found.iter().filter_map(orphan).collect()
}

/// A server in a bucket, with a photo in its former folder and one in the bucket.
async fn between(bucket: &Bucket) -> Server {
    let world = World::new(["a.test"]).await;
    let server = world.server_with("a.test", &[("media_store", "local")]).await;
    let ada = server.person("ada").await;
    ada.post_photo("photo-boats.jpg", "Boats").await;
    server.quiet().await;
    let data = server.stop().await;
    let server = world.server_in("a.test", Arc::clone(&data), &bucket_at(&bucket.endpoint)).await.unwrap();
    ada.post_album(&["srgb.jpg"], "Sky", "followers", &["Sky"]).await;
    server.quiet().await;
    server
}

#[tokio::test]
async fn r117_files_that_no_row_knows_are_listed_on_either_side_and_go_when_that_is_asked_for() {
    let bucket = Bucket::start().await;
    let server = between(&bucket).await;
    let (folder, bucket_keys) = (keys_in(&in_folder(&server)), keys_in(&in_bucket(&bucket)));
    let sides = server.app.blobs.sides();
    put(&sides[0], &orphan(1)).await;
    put(&sides[1], &orphan(2)).await;
    put(&sides[0], &Key::original(&"0a".repeat(16)).unwrap()).await;
    put(&sides[0], &orphan(3).moved(false)).await;
    assert_eq!(swept(&server, true).await.0, [], "what is young is left alone");
    server.world.clock().advance(DAY + HOUR);
    let (found, sum) = swept(&server, false).await;
    let mut expected = [
        (Place::S3, orphan(1)),
        (Place::Local, orphan(2)),
        (Place::S3, orphan(3).moved(false)),
        (Place::S3, Key::original(&"0a".repeat(16)).unwrap()),
    ];
    expected.sort_by_key(|(_, key)| key.clone());
    let mut listed = orphans(&found);
    listed.sort_by_key(|(_, key)| key.clone());
    assert_eq!(listed, expected);
    assert_eq!((sum.orphans, sum.bytes, sum.missing, sum.elsewhere), (4, 32, 0, folder.len() as u64 + 1));
    assert!(keys_in(&in_bucket(&bucket)).contains(orphan(1).as_str()), "listing deletes nothing");
    assert_eq!(orphans(&swept(&server, true).await.0).len(), 4);
    assert_eq!((keys_in(&in_folder(&server)), keys_in(&in_bucket(&bucket))), (folder, bucket_keys), "and nothing else");
    assert_eq!(orphans(&swept(&server, false).await.0), []);
}

#[tokio::test]
async fn r117_rows_whose_file_is_nowhere_are_listed_and_stay() {
    let bucket = Bucket::start().await;
    let server = between(&bucket).await;
    let lost: Vec<String> = keys_in(&in_folder(&server)).into_iter().take(2).collect();
    for (path, _) in in_folder(&server) {
        if lost.iter().any(|key| path.ends_with(key.rsplit('/').next().unwrap())) {
            std::fs::remove_file(path).unwrap();
        }
    }
    assert_eq!(swept(&server, true).await.0, [], "its file may be on the way");
    server.world.clock().advance(DAY + HOUR);
    for delete in [true, false] {
        let (found, sum) = swept(&server, delete).await;
        let mut missing: Vec<_> = found
            .iter()
            .map(|one| match one {
                Found::Missing { key, photo_id: Some(_) } => key.clone(),
                other => panic!("{other:?}"),
            })
            .collect();
        missing.sort();
        assert_eq!((missing, sum.missing), (lost.clone(), 2));
    }
}

#[tokio::test]
async fn files_that_never_got_into_the_store_are_found_once_they_are_old() {
    let server = Server::start_with("a.test", &[("media_store", "local")]).await;
    let path = server.app.blobs.temp_dir().join("half-an-upload");
    std::fs::write(&path, "half").unwrap();
    assert_eq!(swept(&server, true).await.0, []);
    server.world.clock().advance(DAY + HOUR);
    let expected = [Found::Temporary { path: path.clone(), bytes: 4 }];
    assert_eq!(swept(&server, false).await.0, expected);
    assert!(path.exists());
    assert_eq!(swept(&server, true).await.0, expected);
    assert!(!path.exists());
}

#[tokio::test]
async fn what_a_killed_process_sent_of_a_long_file_is_found_and_given_up_once_it_is_old() {
    let settings = seaweed_settings().await;
    let server = Server::start_with("a.test", &borrowed(&settings)).await;
    let client = seaweed::client(&settings[0].1);
    let (bucket, key) = (seaweed::PRIVATE, Key::original(&"0b".repeat(16)).unwrap());
    let begin = async || {
        let name = format!("{}/{key}", settings[3].1);
        let upload = client.create_multipart_upload().bucket(bucket).key(&name).send().await.unwrap();
        let part = client.upload_part().bucket(bucket).key(&name).upload_id(upload.upload_id().unwrap()).part_number(1);
        part.body(vec![7; 5 << 20].into()).send().await.unwrap();
    };
    begin().await;
    assert_eq!(swept(&server, true).await.0, [], "it may be on its way");
    server.world.clock().advance(DAY + HOUR);
    for delete in [false, true] {
        let (found, sum) = swept(&server, delete).await;
        assert!(matches!(&found[..], [Found::Parts { key: found, .. }] if *found == key), "{found:?}");
        assert_eq!(sum.parts, 1);
    }
    assert_eq!(swept(&server, false).await.0, []);
    // A server that runs clears them away by itself, within an hour.
    begin().await;
    cyanotype::service::housekeeping::run(&server.app).await;
    assert_eq!(server.app.blobs.unfinished().await.unwrap(), []);
}

#[tokio::test]
async fn a_photo_that_was_opened_a_moment_ago_is_not_taken_for_old() {
    let server = Server::start_with("a.test", &[("media_store", "local")]).await;
    let (from, to) = (orphan(7).moved(false), orphan(7));
    put(&server.app.blobs, &from).await;
    for (path, _) in in_folder(&server) {
        let long_ago = server.app.clock.system() - std::time::Duration::from_secs(300_000);
        std::fs::File::open(path).unwrap().set_modified(long_ago).unwrap();
    }
    assert!(server.app.blobs.copy(&from, &to).await.unwrap());
    server.app.blobs.delete(&from).await.unwrap();
    assert_eq!(swept(&server, true).await.0, []);
}

#[test]
fn the_command_lists_and_says_how_to_delete() {
    let folder = crate::process::binary::Folder::new();
    folder.start().stop();
    let key = "ab".repeat(16);
    let fan = folder.path("data/media/media/ab");
    std::fs::create_dir_all(&fan).unwrap();
    let path = fan.join(format!("{key}.jpg"));
    std::fs::write(&path, "nobody's").unwrap();
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(100_000);
    std::fs::File::open(&path).unwrap().set_modified(long_ago).unwrap();
    let listed = folder.run(&["media", "sweep"], "");
    assert!(listed.success, "{listed:?}");
    assert!(listed.out.contains(&format!("orphan\tlocal\tmedia/{key}.jpg\t8 bytes\t")), "{}", listed.out);
    assert!(listed.out.contains("Run with --delete") && path.exists(), "{}", listed.out);
    let deleted = folder.run(&["media", "sweep", "--delete"], "");
    assert!(deleted.out.contains("are deleted") && !path.exists(), "{deleted:?}");
}

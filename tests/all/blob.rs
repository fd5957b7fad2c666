//! The store of bytes keeps the same promises as a folder and as a bucket.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod sending;

use crate::support::bucket::{ACCESS, Asked, BUCKET, Bucket, SECRET};
use crate::support::seaweed;
use cyanotype::blob::{Blob, BlobError, Blobs, Key, MediaType, S3Config};
use futures_util::{StreamExt, TryStreamExt};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

const JPEG: &str = "image/jpeg";

/// A store that lives as long as its test.
struct Fixture {
    blobs: Blobs,
    root: TempDir,
    /// Of the bucket, if it is one.
    endpoint: String,
    asked: Asked,
    _bucket: Option<Bucket>,
}

impl Fixture {
    async fn local() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let blobs = Blobs::local(root.path().join("media store")).expect("a store");
        Self { blobs, root, endpoint: String::new(), asked: Asked::default(), _bucket: None }
    }

    async fn s3() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let bucket = Bucket::start().await;
        let blobs = Blobs::s3(config(bucket.endpoint.clone(), root.path())).expect("a store");
        let (endpoint, asked) = (bucket.endpoint.clone(), Arc::clone(&bucket.asked));
        Self { blobs, root, endpoint, asked, _bucket: Some(bucket) }
    }

    async fn seaweed() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let config = S3Config {
            bucket: seaweed::PUBLIC.to_owned(),
            private_bucket: Some(seaweed::PRIVATE.to_owned()),
            prefix: format!("{:032x}", rand::random::<u128>()),
            ..config(seaweed::seaweed().await.endpoint.clone(), root.path())
        };
        let endpoint = config.endpoint.clone();
        let blobs = Blobs::s3(config).expect("a store");
        Self { blobs, root, endpoint, asked: Asked::default(), _bucket: None }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.blobs.temp_dir().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    }
}

fn config(endpoint: String, root: &Path) -> S3Config {
    S3Config {
        endpoint,
        bucket: BUCKET.to_owned(),
        private_bucket: None,
        resolve: Vec::new(),
        region: "us-east-1".to_owned(),
        access_key: ACCESS.to_owned(),
        secret_key: SECRET.to_owned(),
        path_style: true,
        prefix: "/cyanotype/".to_owned(),
        temp_dir: root.join("temp"),
        tasks: TaskTracker::new(),
    }
}

fn original(n: u8) -> Key {
    Key::original(&format!("{n:02x}").repeat(16)).expect("a key")
}

fn media(n: u8) -> Key {
    Key::media(&format!("{n:02x}").repeat(16), MediaType::Jpeg).expect("a key")
}

async fn put(store: &Fixture, key: &Key, bytes: &'static [u8]) {
    store.blobs.put_bytes(key, bytes.into(), JPEG).await.expect("stored");
}

async fn bytes_of(blob: Blob) -> Vec<u8> {
    blob.stream.map_ok(|b| b.to_vec()).try_concat().await.expect("readable")
}

macro_rules! promises {
    ($($promise:ident,)*) => {
        mod local { $(#[tokio::test] async fn $promise() { super::$promise(super::Fixture::local().await).await; })* }
        mod s3 { $(#[tokio::test] async fn $promise() { super::$promise(super::Fixture::s3().await).await; })* }
        mod real { $(#[tokio::test] async fn $promise() { super::$promise(super::Fixture::seaweed().await).await; })* }
    };
}

promises! {
    what_is_put_can_be_read,
    a_file_is_taken_over,
    a_file_that_is_missing_is_told_from_a_store_that_fails,
    parts_can_be_read,
    missing_is_no_error,
    deleting_twice_is_well,
    putting_again_replaces,
    lists_find_by_prefix_and_only_our_own,
    long_objects_stream,
    puts_at_the_same_time_do_not_meet,
    ready_when_it_can_be_reached,
    temporary_files_do_not_show,
    a_copy_lies_under_both_names,
    a_file_longer_than_a_part_comes_whole,
    what_lies_in_another_place_is_found_and_deleted_there_too,
}

async fn what_is_put_can_be_read(store: Fixture) {
    for (key, bytes) in [(original(1), &b"raw \0 bytes"[..]), (media(1), b"jpeg"), (media(2), b"")] {
        put(&store, &key, bytes).await;
        assert_eq!(store.blobs.read_all(&key).await.unwrap().unwrap(), bytes, "{key}");
        assert_eq!(store.blobs.size(&key).await.unwrap(), Some(bytes.len() as u64));
        let blob = store.blobs.get(&key, None).await.unwrap().unwrap();
        assert_eq!((blob.len_total, blob.range.clone()), (bytes.len() as u64, 0..bytes.len() as u64));
        assert_eq!(bytes_of(blob).await, bytes);
    }
}

async fn a_file_is_taken_over(store: Fixture) {
    let path = store.file("upload", b"from a file");
    store.blobs.put_file(&original(1), &path, JPEG).await.unwrap();
    assert!(!path.exists());
    assert_eq!(store.blobs.read_all(&original(1)).await.unwrap().unwrap(), &b"from a file"[..]);
}

async fn a_file_that_is_missing_is_told_from_a_store_that_fails(store: Fixture) {
    let path = store.blobs.temp_dir().join("nowhere");
    let error = store.blobs.put_file(&original(1), &path, JPEG).await.unwrap_err();
    assert!(matches!(error, BlobError::Source { .. }), "{error:?}");
    assert_eq!(store.blobs.size(&original(1)).await.unwrap(), None);
}

async fn parts_can_be_read(store: Fixture) {
    put(&store, &media(1), b"0123456789").await;
    for (asked, given) in
        [(0..10, 0..10), (0..1, 0..1), (3..5, 3..5), (9..10, 9..10), (7..99, 7..10), (5..u64::MAX, 5..10)]
    {
        let blob = store.blobs.get(&media(1), Some(asked)).await.unwrap().unwrap();
        assert_eq!((blob.len_total, &blob.range), (10, &given));
        let expected: Vec<u8> = given.map(|n| b'0' + u8::try_from(n).unwrap()).collect();
        assert_eq!(bytes_of(blob).await, expected);
    }
    for asked in [10..11, 99..100, 5..5, 0..0] {
        let answer = store.blobs.get(&media(1), Some(asked.clone())).await;
        assert!(matches!(answer, Err(BlobError::OutOfRange { len: 10 })), "{asked:?}");
    }
    assert!(store.blobs.get(&media(2), Some(0..5)).await.unwrap().is_none());
    assert!(store.blobs.get(&media(2), Some(0..0)).await.unwrap().is_none());
}

async fn missing_is_no_error(store: Fixture) {
    assert!(store.blobs.get(&media(1), None).await.unwrap().is_none());
    assert!(store.blobs.read_all(&original(1)).await.unwrap().is_none());
    assert_eq!(store.blobs.size(&media(1)).await.unwrap(), None);
    assert!(store.blobs.list("").await.unwrap().is_empty());
}

async fn deleting_twice_is_well(store: Fixture) {
    put(&store, &media(1), b"x").await;
    for _ in 0..2 {
        store.blobs.delete(&media(1)).await.unwrap();
        assert_eq!(store.blobs.size(&media(1)).await.unwrap(), None);
    }
    store.blobs.delete(&original(9)).await.unwrap();
}

async fn putting_again_replaces(store: Fixture) {
    put(&store, &media(1), b"long before").await;
    put(&store, &media(1), b"after").await;
    assert_eq!(store.blobs.read_all(&media(1)).await.unwrap().unwrap(), &b"after"[..]);
    store.blobs.put_file(&media(1), &store.file("again", b"file"), JPEG).await.unwrap();
    assert_eq!(store.blobs.read_all(&media(1)).await.unwrap().unwrap(), &b"file"[..]);
}

async fn lists_find_by_prefix_and_only_our_own(store: Fixture) {
    for key in [media(0xab), media(0xac), original(0xab)] {
        put(&store, &key, b"four").await;
    }
    for folder in
        ["media store/media/ab", "media store/media", "s3/photos/cyanotype/media", "s3/photos/media", "s3/photos"]
    {
        let folder = store.root.path().join(folder);
        if folder.is_dir() || folder.ends_with("s3/photos/media") {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("abababababababababababababababab.bmp"), "someone else's").unwrap();
        }
    }
    let keys =
        async |prefix: &str| store.blobs.list(prefix).await.unwrap().into_iter().map(|l| l.key).collect::<Vec<_>>();
    assert_eq!(keys("").await, [media(0xab), media(0xac), original(0xab)]);
    assert_eq!(keys("media/").await, [media(0xab), media(0xac)]);
    assert_eq!(keys("media/ac").await, [media(0xac)]);
    assert_eq!(keys("originals/").await, [original(0xab)]);
    assert!(keys("media/ff").await.is_empty());
    let listed = store.blobs.list("media/ab").await.unwrap().remove(0);
    assert_eq!(listed.bytes, 4);
    assert!(listed.modified.elapsed().unwrap_or_default().as_secs() < 60);
}

async fn long_objects_stream(store: Fixture) {
    let long: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    store.blobs.put_file(&original(1), &store.file("long", &long), JPEG).await.unwrap();
    let blob = store.blobs.get(&original(1), Some(1_000_000..2_500_001)).await.unwrap().unwrap();
    assert_eq!(blob.len_total, 3_000_000);
    let chunks: Vec<_> = blob.stream.map(|chunk| chunk.unwrap()).collect().await;
    assert!(chunks.len() > 1);
    assert_eq!(chunks.concat(), long[1_000_000..2_500_001]);
}

async fn puts_at_the_same_time_do_not_meet(store: Fixture) {
    let all = (0..40_u8).map(|n| {
        let (blobs, key) = (store.blobs.clone(), if n < 20 { media(n) } else { media(200) });
        async move { blobs.put_bytes(&key, vec![n; 1000].into(), JPEG).await }
    });
    futures_util::future::try_join_all(all).await.unwrap();
    for n in (0..20).chain([200]) {
        let bytes = store.blobs.read_all(&media(n)).await.unwrap().unwrap();
        assert!(bytes.len() == 1000 && bytes.iter().all(|b| *b == bytes[0]), "whole and unmixed");
    }
}

async fn a_copy_lies_under_both_names(store: Fixture) {
    let closed = media(1).moved(false);
    assert!(!store.blobs.copy(&closed, &media(1)).await.unwrap(), "there is nothing to copy");
    put(&store, &closed, b"the same").await;
    for _ in 0..2 {
        assert!(store.blobs.copy(&closed, &media(1)).await.unwrap());
        for key in [&closed, &media(1)] {
            assert_eq!(store.blobs.read_all(key).await.unwrap().unwrap(), &b"the same"[..], "{key}");
        }
    }
    assert_eq!(store.blobs.list("media/01").await.unwrap().len(), 1);
    store.blobs.delete(&closed).await.unwrap();
    assert_eq!(store.blobs.size(&closed).await.unwrap(), None);
    assert_eq!(store.blobs.size(&media(1)).await.unwrap(), Some(8), "one goes without the other");
    assert_eq!(std::fs::read_dir(store.blobs.temp_dir()).unwrap().count(), 0);
}

/// Bytes that no store makes smaller.
fn noise(length: usize) -> Vec<u8> {
    let mut seed = 7_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

async fn a_file_longer_than_a_part_comes_whole(store: Fixture) {
    for length in [(8 << 20) - 1, 8 << 20, (8 << 20) + 1, (17 << 20) + 5] {
        let long = noise(length);
        store.blobs.put_file(&original(1), &store.file("long", &long), "image/png").await.unwrap();
        assert_eq!(store.blobs.size(&original(1)).await.unwrap(), Some(length as u64));
        assert!(store.blobs.read_all(&original(1)).await.unwrap().unwrap() == long, "{length} bytes");
        assert_eq!(store.blobs.unfinished().await.unwrap(), []);
    }
}

async fn what_lies_in_another_place_is_found_and_deleted_there_too(store: Fixture) {
    let other = Blobs::local(store.root.path().join("other place")).unwrap();
    let both = store.blobs.clone().beside(Some(other.clone()));
    other.put_bytes(&media(1), "elsewhere".into(), JPEG).await.unwrap();
    assert_eq!(both.read_all(&media(1)).await.unwrap().unwrap(), "elsewhere");
    assert_eq!(both.size(&media(1)).await.unwrap(), Some(9));
    assert_eq!(bytes_of(both.get(&media(1), Some(2..4)).await.unwrap().unwrap()).await, b"se");
    assert!(both.get(&media(2), None).await.unwrap().is_none());
    assert!(both.copy(&media(1), &media(3)).await.unwrap(), "a copy lies where things are put");
    assert_eq!((store.blobs.size(&media(3)).await.unwrap(), other.size(&media(3)).await.unwrap()), (Some(9), None));
    both.put_bytes(&media(1), "here".into(), JPEG).await.unwrap();
    assert_eq!(both.read_all(&media(1)).await.unwrap().unwrap(), "here", "what is here comes first");
    both.delete(&media(1)).await.unwrap();
    assert_eq!(both.size(&media(1)).await.unwrap(), None, "gone from both");
    assert_eq!(both.sides().len(), 2);
}

async fn ready_when_it_can_be_reached(store: Fixture) {
    store.blobs.ready().await.unwrap();
    assert_eq!(std::fs::read_dir(store.blobs.temp_dir()).unwrap().count(), 0);
}

async fn temporary_files_do_not_show(store: Fixture) {
    let temp = store.blobs.temp_dir().to_owned();
    assert_eq!(std::fs::metadata(&temp).unwrap().permissions().mode() & 0o777, 0o700);
    std::fs::write(temp.join("0".repeat(32)), "half an upload").unwrap();
    assert!(store.blobs.list("").await.unwrap().is_empty());
    put(&store, &media(1), b"x").await;
    assert_eq!(std::fs::read_dir(&temp).unwrap().count(), 1, "nothing of a finished put stays behind");
}

#[test]
fn r048_r074_keys_are_digits_and_nothing_else() {
    let id = "0123456789abcdef0123456789abcdef";
    assert_eq!(Key::original(id).unwrap().to_string(), format!("originals/{id}"));
    assert_eq!(Key::media(id, MediaType::Jpeg).unwrap().to_string(), format!("media/{id}.jpg"));
    for key in [Key::original(id).unwrap(), Key::media(id, MediaType::Jpeg).unwrap()] {
        assert_eq!(key.as_str().parse::<Key>().unwrap(), key);
    }
    let (upper, short, long, dots) =
        (id.to_uppercase(), &id[1..], format!("{id}0"), "../../../../../../../etc/passwd0");
    for bad in [
        "",
        upper.as_str(),
        short,
        &long,
        dots,
        "0123456789abcdef0123456789abcde?",
        "0123456789abcdef0123456789abcde\0",
        "０１２３４５６７８９0",
    ] {
        assert!(Key::original(bad).is_err() && Key::media(bad, MediaType::Jpeg).is_err(), "{bad:?}");
    }
    for bad in [
        format!("media/{id}"),
        format!("media/{id}.bmp"),
        format!("originals/{id}.jpg"),
        format!("/media/{id}.jpg"),
        format!("tmp/{id}"),
        format!("media/../originals/{id}"),
        id.to_owned(),
    ] {
        assert!(bad.parse::<Key>().is_err(), "{bad}");
    }
}

#[tokio::test]
async fn local_files_are_private_and_fanned_out() {
    let store = Fixture::local().await;
    put(&store, &original(0xab), b"x").await;
    let upload = store.file("upload", b"x");
    std::fs::set_permissions(&upload, std::fs::Permissions::from_mode(0o644)).unwrap();
    store.blobs.put_file(&media(0xcd), &upload, JPEG).await.unwrap();
    let root = store.root.path().join("media store");
    let files = [root.join("originals/ab").join("ab".repeat(16)), root.join("media/cd").join("cd".repeat(16) + ".jpg")];
    for file in files {
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        for folder in file.ancestors().skip(1).take_while(|f| f.starts_with(&root)) {
            assert_eq!(std::fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700, "{}", folder.display());
        }
    }
}

#[tokio::test]
async fn local_files_from_another_file_system_are_copied() {
    let (store, elsewhere) = (Fixture::local().await, Path::new("/dev/shm"));
    let Ok(folder) = tempfile::tempdir_in(elsewhere) else { return };
    let path = folder.path().join("upload");
    std::fs::write(&path, "from elsewhere").unwrap();
    store.blobs.put_file(&original(1), &path, JPEG).await.unwrap();
    assert!(!path.exists());
    assert_eq!(store.blobs.read_all(&original(1)).await.unwrap().unwrap(), &b"from elsewhere"[..]);
    assert_eq!(std::fs::read_dir(store.blobs.temp_dir()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_folder_that_is_gone_is_not_ready() {
    let store = Fixture::local().await;
    std::fs::remove_dir_all(store.root.path()).unwrap();
    assert!(store.blobs.ready().await.is_err());
    assert!(store.blobs.put_bytes(&media(1), "x".into(), JPEG).await.is_err());
}

#[tokio::test]
async fn r075_bucket_objects_carry_their_type_and_may_be_kept() {
    let store = Fixture::s3().await;
    put(&store, &media(1), b"x").await;
    store.blobs.put_file(&original(1), &store.file("raw", b"raw"), "image/heic").await.unwrap();
    let asked = store.asked.lock().unwrap().clone();
    let header = |n: usize, name: &str| asked[n].2.get(name).map(|v| v.to_str().unwrap().to_owned());
    assert_eq!(asked[0].1, format!("/photos/cyanotype/{}?x-id=PutObject", media(1)));
    assert_eq!(header(0, "content-type").as_deref(), Some(JPEG));
    assert_eq!(header(0, "cache-control").as_deref(), Some("public, max-age=31536000, immutable"));
    assert_eq!(header(0, "content-disposition").as_deref(), Some("inline"));
    assert_eq!(header(1, "content-type").as_deref(), Some("image/heic"));
    assert_eq!(header(1, "cache-control"), None);
    assert_eq!(header(1, "content-disposition").as_deref(), Some("attachment"));
    for (_, _, headers) in asked.iter().take(2) {
        let plain = [
            "content-encoding",
            "transfer-encoding",
            "x-amz-trailer",
            "x-amz-checksum-crc32",
            "x-amz-sdk-checksum-algorithm",
        ];
        assert!(plain.iter().all(|name| headers.get(*name).is_none()), "no trailers, no chunks: {headers:?}");
    }
}

#[tokio::test]
async fn a_bucket_that_says_no_is_told_from_one_that_is_away() {
    let store = Fixture::s3().await;
    let endpoint = |store: &Fixture| format!("http://{}", store.asked.lock().unwrap()[0].2["host"].to_str().unwrap());
    put(&store, &media(1), b"x").await;
    let right = config(endpoint(&store), store.root.path());
    let wrong_key = S3Config { secret_key: "guessed".to_owned(), ..right.clone() };
    let wrong_bucket = S3Config { bucket: "nowhere".to_owned(), ..right.clone() };
    let (wrong_key, wrong_bucket) = (Blobs::s3(wrong_key).unwrap(), Blobs::s3(wrong_bucket).unwrap());
    let put = wrong_key.put_bytes(&media(2), "x".into(), JPEG).await;
    let got = wrong_key.get(&media(1), None).await.map(drop);
    let listed = wrong_bucket.list("").await.map(drop);
    for result in [wrong_key.ready().await, put, got, wrong_bucket.ready().await, listed] {
        assert!(matches!(result, Err(BlobError::Refused { .. })), "{result:?}");
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let away = Blobs::s3(S3Config { endpoint: format!("http://{closed}"), ..right }).unwrap();
    let path = store.file("upload", b"x");
    for result in
        [away.ready().await, away.put_file(&media(2), &path, JPEG).await, away.get(&media(1), None).await.map(drop)]
    {
        assert!(matches!(result, Err(BlobError::Unavailable { .. })), "{result:?}");
    }
    assert!(path.exists(), "what could not be stored stays");
}

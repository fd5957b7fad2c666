//! What goes to a bucket: in which parts, signed, over a bad line, and what is left of it when it breaks off.

use super::{Fixture, JPEG, config, media, noise, original, put};
use crate::support::bucket::{BUCKET, Bucket};
use crate::support::eventually;
use crate::support::flaky::{Flaky, Way};
use crate::support::seaweed;
use cyanotype::blob::{BlobError, Blobs, S3Config};

/// The same store, on a way that is as a test wants it.
async fn behind(store: &Fixture) -> (Flaky, Blobs) {
    let way = Flaky::before(&store.endpoint).await;
    let blobs = Blobs::s3(config(way.endpoint.clone(), &store.root.path().join("behind"))).unwrap();
    (way, blobs)
}

#[tokio::test]
async fn what_a_request_carries_is_signed_in_parts_of_eight_mebibytes() {
    let store = Fixture::s3().await;
    let long = noise((17 << 20) + 5);
    store.blobs.put_file(&original(1), &store.file("long", &long), "image/png").await.unwrap();
    put(&store, &media(1), b"short").await;
    let asked = store.asked.lock().unwrap().clone();
    let sent: Vec<_> = asked.iter().filter(|(method, ..)| method == "PUT").collect();
    let length = |headers: &http::HeaderMap| headers["content-length"].to_str().unwrap().parse::<usize>().unwrap();
    let lengths: Vec<usize> = sent.iter().map(|(.., headers)| length(headers)).collect();
    assert_eq!(lengths, [8 << 20, 8 << 20, (1 << 20) + 5, 5]);
    for ((.., headers), bytes) in
        sent.iter().zip([&long[..8 << 20], &long[8 << 20..16 << 20], &long[16 << 20..], b"short"])
    {
        let sum: String =
            ring::digest::digest(&ring::digest::SHA256, bytes).as_ref().iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(headers["x-amz-content-sha256"], sum.as_str());
    }
}

#[tokio::test]
async fn bytes_that_change_on_the_way_are_refused_by_the_store() {
    let store = Fixture::s3().await;
    let (way, blobs) = behind(&store).await;
    way.set(Way::Flips);
    let changed = blobs.put_bytes(&media(1), noise(200_000).into(), JPEG).await;
    assert!(changed.is_err(), "{changed:?}");
    let long = store.file("long", &noise(9 << 20));
    assert!(blobs.put_file(&original(1), &long, JPEG).await.is_err());
    assert!(long.exists(), "what could not be stored stays");
    for key in [media(1), original(1)] {
        assert_eq!(store.blobs.size(&key).await.unwrap(), None, "{key}");
    }
}

#[tokio::test]
async fn parts_of_a_file_that_cannot_be_stored_do_not_stay() {
    let store = Fixture::seaweed().await;
    let way = Flaky::before(&store.endpoint).await;
    let prefix = format!("{:032x}", rand::random::<u128>());
    let at = |endpoint: &str| S3Config {
        bucket: seaweed::PUBLIC.to_owned(),
        prefix: prefix.clone(),
        ..config(endpoint.to_owned(), store.root.path())
    };
    let (blobs, straight) = (Blobs::s3(at(&way.endpoint)).unwrap(), Blobs::s3(at(&store.endpoint)).unwrap());
    let path = store.file("long", &noise(9 << 20));
    way.set(Way::Cut(3 << 20));
    let cut = blobs.put_file(&original(1), &path, JPEG).await;
    assert!(matches!(cut, Err(BlobError::Unavailable { .. })), "{cut:?}");
    assert_eq!(straight.unfinished().await.unwrap(), [], "it was given up");
    assert_eq!(straight.size(&original(1)).await.unwrap(), None);
    assert!(path.exists());
    // Nobody waits for it any more: it comes to its end all the same.
    way.set(Way::Slow(20 << 20));
    let waited =
        tokio::time::timeout(std::time::Duration::from_millis(100), blobs.put_file(&original(1), &path, JPEG)).await;
    assert!(waited.is_err(), "it takes longer");
    eventually(async || straight.size(&original(1)).await.unwrap() == Some(9 << 20), "it is stored").await;
    assert_eq!(straight.unfinished().await.unwrap(), []);
}

#[tokio::test]
async fn what_a_process_that_died_left_behind_is_found_and_given_up() {
    let store = Fixture::seaweed().await;
    let prefix = format!("{:032x}", rand::random::<u128>());
    let config = S3Config {
        bucket: seaweed::PUBLIC.to_owned(),
        prefix: prefix.clone(),
        ..config(store.endpoint.clone(), store.root.path())
    };
    let (blobs, client) = (Blobs::s3(config).unwrap(), seaweed::client(&store.endpoint));
    let mut begun = Vec::new();
    for name in [original(1).to_string(), "of/somebody/else".to_owned()] {
        let name = format!("{prefix}/{name}");
        let upload = client.create_multipart_upload().bucket(seaweed::PUBLIC).key(&name).send().await.unwrap();
        let id = upload.upload_id().unwrap().to_owned();
        let part = client.upload_part().bucket(seaweed::PUBLIC).key(&name).upload_id(&id).part_number(1);
        part.body(noise(6 << 20).into()).send().await.unwrap();
        begun.push((name, id));
    }
    let found = blobs.unfinished().await.unwrap();
    assert_eq!(
        found.iter().map(|upload| (upload.key.clone(), upload.id.clone())).collect::<Vec<_>>(),
        [(original(1), begun[0].1.clone())]
    );
    assert!(found[0].begun.elapsed().unwrap_or_default().as_secs() < 60);
    for _ in 0..2 {
        blobs.abort(&found[0]).await.unwrap();
    }
    assert_eq!(blobs.unfinished().await.unwrap(), []);
    let left = client.list_multipart_uploads().bucket(seaweed::PUBLIC).prefix(&prefix).send().await.unwrap();
    assert_eq!(left.uploads().len(), 1, "that of somebody else stays");
}

#[tokio::test]
async fn the_bucket_may_be_named_in_the_host() {
    let bucket = Bucket::start_named("store.test").await;
    let root = tempfile::tempdir().unwrap();
    let address: std::net::SocketAddr = bucket.endpoint.trim_start_matches("http://").parse().unwrap();
    let config = S3Config {
        path_style: false,
        resolve: vec![(format!("{BUCKET}.store.test"), address)],
        ..config(format!("http://store.test:{}", address.port()), root.path())
    };
    let blobs = Blobs::s3(config).unwrap();
    blobs.put_bytes(&media(1), "x".into(), JPEG).await.unwrap();
    assert_eq!(blobs.read_all(&media(1)).await.unwrap().unwrap(), "x");
    assert!(blobs.copy(&media(1), &media(2)).await.unwrap());
    assert_eq!(blobs.list("").await.unwrap().len(), 2);
    let asked = bucket.asked.lock().unwrap().clone();
    assert!(asked.iter().all(|(_, target, headers)| {
        headers["host"].to_str().unwrap().starts_with("photos.store.test") && !target.contains("photos/")
    }));
}

#[tokio::test]
async fn r117_nobody_waits_longer_than_ten_seconds_for_a_store_that_says_nothing() {
    let store = Fixture::s3().await;
    let (way, blobs) = behind(&store).await;
    way.set(Way::Silent);
    let (since, key) = (std::time::Instant::now(), media(1));
    let (got, size, deleted) = tokio::join!(blobs.get(&key, None), blobs.size(&key), blobs.delete(&key));
    for result in [got.map(drop), size.map(drop), deleted] {
        assert!(matches!(result, Err(BlobError::Unavailable { .. })), "{result:?}");
    }
    assert!(since.elapsed().as_secs() < 12, "{:?}", since.elapsed());
    way.set(Way::Open);
    blobs.delete(&key).await.unwrap();
}

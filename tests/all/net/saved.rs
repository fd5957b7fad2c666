//! What is saved as a file while it comes.

use super::*;

#[tokio::test]
async fn media_is_saved_for_the_owner_only_and_comes_unsigned_from_anywhere() {
    use std::os::unix::fs::PermissionsExt;
    let cdn = Host::start(
        "cdn.test",
        Router::new().route("/p.jpg", get(|| async { ([(CONTENT_TYPE, "image/jpeg")], "bytes") })),
    )
    .await;
    let a = Host::start("a.test", redirecting(&["https://cdn.test/p.jpg"])).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p");
    let media = door(&[&a, &cdn]).get_media(&a.url("/0"), &file, 5).await.unwrap();
    assert_eq!(
        (media.url.as_str(), media.content_type.as_deref(), media.bytes),
        ("https://cdn.test/p.jpg", Some("image/jpeg"), 5)
    );
    assert_eq!(std::fs::read(&file).unwrap(), b"bytes");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_dropped_download_leaves_no_file() {
    let a = Host::start("a.test", Router::new().route("/", get(|| async { dripping() }))).await;
    let (door, folder, url) = (door(&[&a]), tempfile::tempdir().unwrap(), a.url("/"));
    let file = folder.path().join("x");
    let mut saving = Box::pin(door.get_media(&url, &file, 1000));
    while !file.exists() {
        assert!(futures_util::poll!(&mut saving).is_pending());
        tokio::task::yield_now().await;
    }
    drop(saving);
    assert!(!file.exists());
}

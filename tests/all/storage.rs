//! Where photos are kept: the same promises over a folder and over an S3-compatible store.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(clippy::disallowed_methods, reason = "tests are no part of the server, whose tasks are tracked")]

mod closed;
mod faults;
mod moving;
mod sweeping;

use crate::support::bucket::{ACCESS, BUCKET, Bucket, SECRET, files_below};
use crate::support::seaweed;
use crate::support::{Person, Server, World, eventually, fixture_bytes};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The settings of a store at this address.
fn bucket_at(endpoint: &str) -> [(&str, &str); 4] {
    [("s3_endpoint", endpoint), ("s3_bucket", BUCKET), ("s3_access_key", ACCESS), ("s3_secret_key", SECRET)]
}

/// Settings of SeaweedFS, under a beginning of names of their own.
async fn seaweed_settings() -> [(&'static str, String); 6] {
    [
        ("s3_endpoint", seaweed::seaweed().await.endpoint.clone()),
        ("s3_bucket", seaweed::PUBLIC.to_owned()),
        ("s3_private_bucket", seaweed::PRIVATE.to_owned()),
        ("s3_prefix", format!("{:032x}", rand::random::<u128>())),
        ("s3_access_key", ACCESS.to_owned()),
        ("s3_secret_key", SECRET.to_owned()),
    ]
}

/// As they are given to a server.
fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// Names of what lies in a store, without what lies above them: `closed/…`, `media/…`, `originals/…`.
fn keys_in(files: &[(PathBuf, Vec<u8>)]) -> BTreeSet<String> {
    let key = |path: &PathBuf| {
        let text = path.display().to_string();
        let areas = ["/closed/", "/media/", "/originals/"];
        let area = areas.iter().filter_map(|area| Some((text.rfind(area)?, area))).max()?.1;
        Some(format!("{}/{}", area.trim_matches('/'), path.file_name()?.to_str()?))
    };
    files.iter().filter_map(|(path, _)| key(path)).collect()
}

/// Every file a server stored in its folder, whatever else it uses.
fn in_folder(server: &Server) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = server.data.path().join("data/media");
    let mut files = files_below(&folder);
    files.retain(|(path, _)| !path.starts_with(folder.join("tmp")));
    files
}

/// Every object in a bucket, but for what the store writes down beside them.
fn in_bucket(bucket: &Bucket) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = bucket.folder();
    let hidden = |path: &PathBuf| {
        let parts = path.strip_prefix(&folder).into_iter().flat_map(|path| path.components());
        parts.into_iter().any(|part| part.as_os_str().to_string_lossy().starts_with('.'))
    };
    let mut files = files_below(&folder);
    files.retain(|(path, _)| !hidden(path));
    files
}

/// A server whose photos are kept in a folder, or in a bucket.
struct Kept {
    server: Server,
    bucket: Option<Bucket>,
}

impl Kept {
    async fn in_folder() -> Self {
        Self { server: Server::start_with("a.test", &[("media_store", "local")]).await, bucket: None }
    }

    async fn in_bucket() -> Self {
        let bucket = Bucket::start().await;
        let server = Server::start_with("a.test", &bucket_at(&bucket.endpoint)).await;
        Self { server, bucket: Some(bucket) }
    }

    /// Everything that is stored: originals and served sizes.
    fn stored(&self) -> Vec<(PathBuf, Vec<u8>)> {
        match &self.bucket {
            Some(bucket) => in_bucket(bucket),
            None => in_folder(&self.server),
        }
    }
}

async fn is_kept_byte_for_byte(kept: Kept) {
    let ada = kept.server.person("ada").await;
    ada.post_photo("leaky.jpg", "Fog").await;
    let original = fixture_bytes("leaky.jpg");
    let same: Vec<_> = kept.stored().into_iter().filter(|(_, bytes)| *bytes == original).collect();
    assert_eq!(same.len(), 1, "the original is there, once");
    assert!(same.iter().all(|(path, _)| path.display().to_string().contains("originals")), "{same:?}");
}

async fn is_served_with_the_right_headers(kept: Kept) {
    let ada = kept.server.person("ada").await;
    let post = ada.post_photo("photo-boats.jpg", "Boats").await;
    let picture = picture_of(&ada, &post.path).await;
    let client = kept.server.world.client();
    let whole = client.get(kept.server.url(&picture)).send().await.unwrap();
    assert_eq!(whole.status(), 200);
    assert_eq!(whole.headers()["content-type"], "image/jpeg");
    assert_eq!(whole.headers()["x-content-type-options"], "nosniff");
    assert_eq!(whole.headers()["access-control-allow-origin"], "*");
    assert_eq!(whole.headers()["cache-control"], "public, max-age=31536000, immutable");
    assert!(whole.headers().get("set-cookie").is_none());
    let bytes = whole.bytes().await.unwrap();
    let part = client.get(kept.server.url(&picture)).header("range", "bytes=2-9").send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.bytes().await.unwrap(), bytes[2..10]);
    let head = client.head(kept.server.url(&picture)).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], bytes.len().to_string().as_str());
}

/// Served pictures and the original, however they were made.
async fn is_gone_when_the_post_is(kept: Kept) {
    let ada = kept.server.person("ada").await;
    let post = ada.post_photo("photo-boats.jpg", "Boats").await;
    assert!(kept.stored().len() > 2);
    ada.delete(&post).await;
    eventually(async || kept.stored().is_empty(), "every file of the post is gone").await;
}

async fn picture_of(person: &Person, path: &str) -> String {
    let page = person.page(path).await;
    let html = page.html.replace("&#x2f;", "/");
    let start = html.find("/media/").unwrap_or_else(|| panic!("no picture on {path}"));
    html[start..].split(['"', ' ', ',']).next().unwrap().to_owned()
}

#[tokio::test]
async fn an_original_in_a_folder_is_kept_byte_for_byte() {
    is_kept_byte_for_byte(Kept::in_folder().await).await;
}

#[tokio::test]
async fn an_original_in_a_bucket_is_kept_byte_for_byte() {
    is_kept_byte_for_byte(Kept::in_bucket().await).await;
}

#[tokio::test]
async fn a_picture_from_a_folder_is_served_with_the_right_headers() {
    is_served_with_the_right_headers(Kept::in_folder().await).await;
}

#[tokio::test]
async fn a_picture_from_a_bucket_is_served_with_the_right_headers() {
    is_served_with_the_right_headers(Kept::in_bucket().await).await;
}

#[tokio::test]
async fn a_picture_in_a_folder_is_gone_when_the_post_is() {
    is_gone_when_the_post_is(Kept::in_folder().await).await;
}

#[tokio::test]
async fn a_picture_in_a_bucket_is_gone_when_the_post_is() {
    is_gone_when_the_post_is(Kept::in_bucket().await).await;
}

#[tokio::test]
async fn with_a_media_address_pages_and_their_policy_name_it() {
    let server = Server::start_with("a.test", &[("media_address", "https://media.a.test")]).await;
    let ada = server.person("ada").await;
    let post = ada.post_photo("photo-boats.jpg", "Boats").await;
    server.quiet().await;
    let page = ada.page(&post.path).await;
    assert!(page.html.replace("&#x2f;", "/").contains("https://media.a.test/media/"), "{}", page.html);
    let policy = page.headers["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("img-src 'self' data: blob: https://media.a.test"), "{policy}");
    let (_, note) = server.document(&post.id).await;
    let url = note["attachment"][0]["url"].as_str().unwrap();
    assert!(url.starts_with("https://media.a.test/media/") && url.ends_with(".jpg"), "{url}");
}

#[tokio::test]
async fn r075_objects_in_a_bucket_have_a_fixed_type_and_nothing_but_pictures_opens_in_place() {
    let kept = Kept::in_bucket().await;
    let ada = kept.server.person("ada").await;
    ada.post_photo("phone.heic", "Boats").await;
    ada.post_photo("animated.gif", "It moves").await;
    kept.server.quiet().await;
    let bucket = kept.bucket.as_ref().unwrap();
    let asked = bucket.asked.lock().unwrap().clone();
    let mut seen = (0, 0);
    for (_, target, headers) in asked.iter().filter(|(method, ..)| method == "PUT") {
        // A copy within the bucket has what the copied has.
        if headers.contains_key("x-amz-copy-source") {
            continue;
        }
        let header = |name: &str| headers.get(name).map(|v| v.to_str().unwrap()).unwrap_or_default();
        assert!(header("content-type").starts_with("image/"), "{target}: {headers:?}");
        assert!(headers.keys().all(|name| !name.as_str().starts_with("x-amz-acl") && !name.as_str().contains("grant")));
        let public = target.contains("/media/") || target.contains("/closed/");
        assert!(public || target.contains("/originals/"), "{target}");
        assert_eq!(header("content-disposition"), if public { "inline" } else { "attachment" }, "{target}");
        if public { seen.0 += 1 } else { seen.1 += 1 }
    }
    assert!(seen.0 >= 3 && seen.1 == 2, "{seen:?}");
    // The bucket is ours alone: no list, and no object, without a signature.
    let client = kept.server.world.client();
    let (_, one, _) =
        asked.iter().find(|(method, target, _)| method == "PUT" && target.contains("/originals/")).unwrap();
    let one = one.split('?').next().unwrap();
    for path in [format!("/{BUCKET}?list-type=2"), format!("/{BUCKET}/"), "/".to_owned(), one.to_owned()] {
        let answer = client.get(format!("{}{path}", bucket.endpoint)).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{path}");
    }
}

#[tokio::test]
async fn r075_media_on_an_origin_of_its_own_is_what_pages_and_notes_name_and_may_be_read_from_anywhere() {
    // A second name for the same server, as its proxy would have it; a bucket or a CDN would do the same.
    let world = World::new(["a.test", "media.test"]).await;
    let server = world.server_with("a.test", &[("media_address", "https://media.test")]).await;
    world.front("media.test").forward_to(server.address);
    let ada = server.person("ada").await;
    let post = ada.post_photo("photo-boats.jpg", "Boats").await;
    server.quiet().await;
    let page = ada.page(&post.path).await;
    assert!(page.photos().iter().all(|photo| photo.src.starts_with("https://media.test/media/")), "{}", page.html);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    let images = policy.split(';').map(str::trim).find(|rule| rule.starts_with("img-src")).unwrap();
    assert_eq!(images, "img-src 'self' data: blob: https://media.test");
    assert!(policy.matches("media.test").count() <= 2, "pictures (and what moves) alone come from there: {policy}");
    let (_, note) = server.document(&post.id).await;
    let url = note["attachment"][0]["url"].as_str().unwrap().to_owned();
    let answer = world.client().get(&url).header("origin", "https://elsewhere.test").send().await.unwrap();
    assert_eq!(answer.status(), 200, "{url}");
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("x-content-type-options", "nosniff"),
        ("content-disposition", "inline"),
    ] {
        assert_eq!(answer.headers()[name], value, "{name}");
    }
    // Names that were given out before there was such an address keep answering.
    assert_eq!(server.ask(&url.replace("media.test", "a.test"), "*/*").await.status(), 200);
    for path in ["/media", "/media/"] {
        assert_eq!(
            world.client().get(format!("https://media.test{path}")).send().await.unwrap().status(),
            404,
            "no list"
        );
    }
}

#[tokio::test]
async fn r075_a_media_address_that_lists_what_it_holds_is_noticed() {
    let world = World::new(["a.test", "media.test"]).await;
    let media = world.peer("media.test");
    let server = world.server_with("a.test", &[("media_address", "https://media.test/bucket")]).await;
    let listed = async || cyanotype::service::storage::is_listed(&server.app).await;
    assert!(!listed().await, "nothing answers");
    media.serve("/bucket/", "text/html", "<h1>Welcome</h1>");
    assert!(!listed().await, "a page is no list");
    let list =
        "<?xml version=\"1.0\"?><ListBucketResult><Contents><Key>media/00.jpg</Key></Contents></ListBucketResult>";
    media.serve("/bucket/?list-type=2", "application/xml", list);
    assert!(listed().await, "a list that has to be asked for");
    media.refuse("/bucket/?list-type=2", 403);
    assert!(!listed().await);
    media.serve("/bucket/media/", "text/html", "<html><head><title>Index of /media/</title>");
    assert!(listed().await, "a web server's page of a folder");
    let temp = server.app.blobs.temp_dir();
    assert!(std::fs::read_dir(temp).unwrap().next().is_none(), "nothing is left behind");
}

#[tokio::test]
async fn a_store_that_is_down_refuses_the_photo_in_words_and_keeps_the_text() {
    let bucket = Bucket::start().await;
    let server = Server::start_with("a.test", &bucket_at(&bucket.endpoint)).await;
    let ada = server.person("ada").await;
    drop(bucket);
    let page = ada.page("/compose").await;
    let composer = page.forms().into_iter().find(|form| form.multipart).unwrap();
    let form = composer.set("caption", "Not lost").set("do", "post");
    let answer = ada.submit(form.file("photos", "photo-boats.jpg", fixture_bytes("photo-boats.jpg"))).await;
    assert!(answer.text().contains("photo-boats.jpg"), "{}", answer.text());
    assert!(answer.html.contains("Not lost"), "{}", answer.html);
    assert!(!ada.page("/@ada").await.html.contains("/media/"), "nothing is published");
}

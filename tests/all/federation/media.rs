//! The files other servers fetch (fact sheet 8.2 and F of 9.2).

use crate::support::*;
use reqwest::header::HeaderMap;
use reqwest::{Method, Response};
use serde_json::Value;

struct Photo {
    server: Server,
    ada: Person,
    post: Posted,
    attachment: Value,
    url: String,
}

async fn photo(fixture: &str) -> Photo {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let post = ada.post_photo(fixture, "A photograph").await;
    let (_, note) = server.document(&post.id).await;
    let attachment = note["attachment"][0].clone();
    let url = attachment["url"].as_str().unwrap().to_owned();
    Photo { server, ada, post, attachment, url }
}

impl Photo {
    async fn ask(&self, method: Method, headers: &[(&str, &str)]) -> Response {
        let mut request = self.server.world.client().request(method, &self.url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[tokio::test]
async fn a_photo_answers_as_every_peer_wants_it() {
    let photo = photo("photo-boats.jpg").await;
    assert!(photo.url.starts_with("https://a.test/media/") && photo.url.ends_with(".jpg"), "{}", photo.url);
    let answer = photo.ask(Method::GET, &[("user-agent", "Mastodon/4.4.0")]).await;
    assert_eq!(answer.status(), 200);
    let headers = answer.headers().clone();
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(header(&headers, "content-type"), "image/jpeg");
    assert_eq!(header(&headers, "content-length"), bytes.len().to_string());
    assert!(bytes.starts_with(&[0xff, 0xd8, 0xff]), "a JPEG");
    assert_eq!(header(&headers, "access-control-allow-origin"), "*");
    assert_eq!(header(&headers, "cross-origin-resource-policy"), "cross-origin");
    assert_eq!(header(&headers, "x-content-type-options"), "nosniff");
    assert_eq!(header(&headers, "cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(header(&headers, "accept-ranges"), "bytes");
    assert!(header(&headers, "content-security-policy").contains("sandbox"));
    assert!(!header(&headers, "etag").is_empty());
    assert!(headers.get("set-cookie").is_none() && headers.get("vary").is_none_or(|v| v != "cookie"));
}

#[tokio::test]
async fn head_says_what_get_does_and_sends_nothing() {
    let photo = photo("photo-dahlia.jpg").await;
    let (get, head) = (photo.ask(Method::GET, &[]).await, photo.ask(Method::HEAD, &[]).await);
    assert_eq!(head.status(), 200);
    for name in
        ["content-type", "content-length", "etag", "cache-control", "accept-ranges", "access-control-allow-origin"]
    {
        assert_eq!(header(head.headers(), name), header(get.headers(), name), "{name}");
    }
    assert!(!header(head.headers(), "content-length").is_empty());
    assert!(head.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_range_is_a_part_of_the_same_bytes() {
    let photo = photo("photo-dahlia.jpg").await;
    let whole = photo.ask(Method::GET, &[]).await.bytes().await.unwrap();
    let total = whole.len();
    for (asked, from, to) in [("bytes=0-99", 0, 100), ("bytes=100-", 100, total), ("bytes=-50", total - 50, total)] {
        let part = photo.ask(Method::GET, &[("range", asked)]).await;
        assert_eq!(part.status(), 206, "{asked}");
        assert_eq!(header(part.headers(), "content-range"), format!("bytes {from}-{}/{total}", to - 1));
        assert_eq!(part.bytes().await.unwrap(), whole[from..to], "{asked}");
    }
    let beyond = photo.ask(Method::GET, &[("range", "bytes=99999999-")]).await;
    assert_eq!(
        (beyond.status().as_u16(), header(beyond.headers(), "content-range")),
        (416, format!("bytes */{total}").as_str())
    );
}

#[tokio::test]
async fn what_a_browser_has_it_need_not_fetch_again() {
    let photo = photo("photo-dahlia.jpg").await;
    let tag = header(photo.ask(Method::HEAD, &[]).await.headers(), "etag").to_owned();
    let again = photo.ask(Method::GET, &[("if-none-match", &tag)]).await;
    assert_eq!(again.status(), 304);
    assert!(again.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn r073_a_photo_is_a_jpeg_whatever_is_asked_for() {
    let photo = photo("photo-dahlia.jpg").await;
    for accept in ["text/html", "application/activity+json", "image/svg+xml", "*/*"] {
        let answer = photo.ask(Method::GET, &[("accept", accept)]).await;
        assert_eq!(header(answer.headers(), "content-type"), "image/jpeg", "{accept}");
        assert_eq!(header(answer.headers(), "x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn width_and_height_are_those_of_the_file_after_turning_it() {
    let photo = photo("orientation-6.jpg").await;
    let bytes = photo.ask(Method::GET, &[]).await.bytes().await.unwrap();
    let picture = image::load_from_memory(&bytes).unwrap();
    assert_eq!(photo.attachment["width"].as_u64(), Some(picture.width().into()));
    assert_eq!(photo.attachment["height"].as_u64(), Some(picture.height().into()));
    let stored = image::load_from_memory(&fixture_bytes("orientation-6.jpg")).unwrap();
    assert_eq!((picture.width(), picture.height()), (stored.height(), stored.width()), "turned");
}

#[tokio::test]
async fn r072_nothing_private_is_left_in_what_federates() {
    let photo = photo("leaky.jpg").await;
    let bytes = photo.ask(Method::GET, &[]).await.bytes().await.unwrap();
    for secret in [&b"Exif"[..], b"GPS", b"http://ns.adobe.com/xap", b"Photoshop", b"Copyright", b"leaky"] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{}", String::from_utf8_lossy(secret));
    }
}

#[tokio::test]
async fn a_large_photo_federates_within_every_limit() {
    let photo = photo("large.jpg").await;
    let size = |side: &str| photo.attachment[side].as_u64().unwrap();
    assert!(size("width").max(size("height")) <= 3840 && size("width") * size("height") <= 8_294_400);
    assert!(photo.ask(Method::GET, &[]).await.bytes().await.unwrap().len() < 8_000_000);
}

#[tokio::test]
async fn an_address_outlives_an_edit_and_dies_with_the_post() {
    let photo = photo("photo-dahlia.jpg").await;
    photo.ada.edit(&photo.post, |form| form.set("caption", "Another word")).await;
    let (_, note) = photo.server.document(&photo.post.id).await;
    assert_eq!(note["attachment"][0]["url"], photo.url);
    photo.ada.delete(&photo.post).await;
    photo.server.quiet().await;
    assert_eq!(photo.ask(Method::GET, &[]).await.status(), 404);
}

#[tokio::test]
async fn r039b_addresses_of_photos_cannot_be_guessed() {
    let photo = photo("photo-dahlia.jpg").await;
    let key = photo.url.rsplit('/').next().unwrap().trim_end_matches(".jpg");
    assert!(key.len() >= 22 && !key.contains(&photo.post.number), "{key}");
    for path in ["/media", "/media/", "/media/..%2foriginals", "/originals/", "/media/secret.key"] {
        assert_eq!(photo.server.ask(path, "*/*").await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn a_picture_is_there_before_the_first_server_hears_of_it() {
    let scene = Scene::followed().await;
    let files = ["photo-boats.jpg", "photo-lake.jpg", "photo-leaf.jpg"];
    scene.ada.post_album(&files, "Three", "public", &[]).await;
    let create = scene.peer.expect_delivery("Create").await;
    assert_eq!(create.pictures.len(), 3);
    for picture in &create.pictures {
        assert_eq!((picture.status.as_u16(), header(&picture.headers, "content-type")), (200, "image/jpeg"));
        let decoded = image::load_from_memory(&picture.bytes).unwrap();
        let attachments = create.json.as_ref().unwrap()["object"]["attachment"].as_array().unwrap();
        let said = attachments.iter().find(|item| item["url"] == picture.url.as_str()).unwrap();
        assert_eq!(said["width"].as_u64(), Some(decoded.width().into()));
    }
}

#[tokio::test]
async fn a_cookie_means_nothing_where_servers_ask() {
    let photo = photo("photo-dahlia.jpg").await;
    let cookie: Vec<_> = photo.ada.cookies().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let hidden = photo.ada.post_album(&["photo-lake.jpg"], "Hidden", "followers", &[]).await;
    for address in [hidden.id.as_str(), photo.url.as_str()] {
        let request = photo.server.world.client().get(address).header("accept", "application/activity+json");
        let answer = request.header("cookie", cookie.join("; ")).send().await.unwrap();
        assert!(answer.headers().get("set-cookie").is_none());
        let expected = if address == photo.url { 200 } else { 404 };
        assert_eq!(answer.status(), expected, "{address}");
    }
}

#[tokio::test]
async fn f08_two_hundred_servers_fetch_a_photo_at_once() {
    let photo = photo("photo-lake.jpg").await;
    let first = photo.ask(Method::GET, &[]).await.bytes().await.unwrap();
    let asking: Vec<_> = (0..200).map(|_| photo.ask(Method::GET, &[])).collect();
    for answer in futures_util::future::join_all(asking).await {
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.bytes().await.unwrap(), first);
    }
}

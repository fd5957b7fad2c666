//! What not everybody may see lies where the server alone gives it out; what everybody may see has the public
//! address.

use super::{BUCKET, bucket_at, in_bucket, in_folder, keys_in};
use crate::support::bucket::Bucket;
use crate::support::{Api, PUBLIC, Person, Posted, Scene, Server, eventually};
use reqwest::StatusCode;

const MEDIA: &str = "https://cdn.test/photos";

/// A server whose bucket has a public address.
async fn server(bucket: &Bucket) -> Server {
    let mut settings = bucket_at(&bucket.endpoint).to_vec();
    settings.push(("media_address", MEDIA));
    Server::start_with("a.test", &settings).await
}

/// Addresses of the pictures of a post, as a page has them once all is settled.
async fn pictures(server: &Server, person: &Person, post: &Posted) -> Vec<String> {
    server.quiet().await;
    let page = person.page(&post.path).await;
    let srcset = page.photos().into_iter().map(|photo| photo.src).collect::<Vec<_>>();
    assert!(!srcset.is_empty(), "{}", page.text());
    srcset
}

/// Areas in which something lies.
fn areas(keys: &std::collections::BTreeSet<String>) -> Vec<&str> {
    let mut areas: Vec<&str> = keys.iter().filter_map(|key| key.split('/').next()).collect();
    areas.dedup();
    areas
}

#[tokio::test]
async fn a_photo_for_everybody_has_the_public_address_and_lies_below_it() {
    let bucket = Bucket::start().await;
    let server = server(&bucket).await;
    let ada = server.person("ada").await;
    let post = ada.post_photo("photo-boats.jpg", "Boats").await;
    for picture in pictures(&server, &ada, &post).await {
        let key = picture.strip_prefix(&format!("{MEDIA}/")).unwrap_or_else(|| panic!("{picture}"));
        assert!(key.starts_with("media/") && keys_in(&in_bucket(&bucket)).contains(key), "{key}");
    }
    let (_, note) = server.document(&post.id).await;
    let url = note["attachment"][0]["url"].as_str().unwrap().to_owned();
    assert!(url.starts_with(&format!("{MEDIA}/media/")), "{url}");
    // Names keep answering here too, as those do that were given out before there was such an address.
    let here = server.ask(&url.replace(MEDIA, ""), "*/*").await;
    assert_eq!(
        (here.status(), here.headers()["cache-control"].to_str().unwrap()),
        (StatusCode::OK, "public, max-age=31536000, immutable")
    );
    eventually(async || areas(&keys_in(&in_bucket(&bucket))) == ["media", "originals"], "nothing is left closed").await;
}

#[tokio::test]
async fn a_photo_for_followers_is_given_out_by_the_server_alone_from_where_nothing_is_public() {
    let bucket = Bucket::start().await;
    let server = server(&bucket).await;
    let ada = server.person("ada").await;
    let post = ada.post_album(&["photo-boats.jpg"], "Ours", "followers", &["Boats"]).await;
    let pictures = pictures(&server, &ada, &post).await;
    assert_eq!(areas(&keys_in(&in_bucket(&bucket))), ["closed", "originals"]);
    for picture in &pictures {
        assert!(picture.starts_with("/media/"), "{picture}");
        // Other servers fetch it unsigned, at any time: no redirect, no end.
        let answer = server.ask(picture, "*/*").await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["cache-control"], "private, max-age=31536000, immutable");
        assert_eq!(answer.headers()["content-type"], "image/jpeg");
        let whole = answer.bytes().await.unwrap();
        let client = server.world.client();
        let part = client.get(server.url(picture)).header("range", "bytes=5-8").send().await.unwrap();
        assert_eq!((part.status(), part.bytes().await.unwrap()), (StatusCode::PARTIAL_CONTENT, whole.slice(5..9)));
        let tag = server.ask(picture, "*/*").await.headers()["etag"].clone();
        let same = client.get(server.url(picture)).header("if-none-match", tag).send().await.unwrap();
        assert_eq!(same.status(), 304);
    }
    let kept = in_bucket(&bucket).len();
    let other = ada.post_album(&["srgb.jpg"], "Not for long", "followers", &["Sky"]).await;
    server.quiet().await;
    assert!(in_bucket(&bucket).len() > kept);
    ada.delete(&other).await;
    eventually(async || in_bucket(&bucket).len() == kept, "every file of a post that is deleted is gone").await;
    // Years later the same.
    server.world.clock().advance(2_000 * cyanotype::clock::DAY);
    assert_eq!(server.ask(&pictures[0], "*/*").await.status(), 200);
}

#[tokio::test]
async fn a_draft_is_closed_until_a_post_for_everybody_takes_it_and_its_names_stay() {
    let server = Server::start_with("a.test", &[("media_store", "local")]).await;
    let ada = server.person("ada").await;
    let draft = ada.draft(&["photo-boats.jpg"]).await;
    let before = keys_in(&in_folder(&server));
    assert_eq!(areas(&before), ["closed", "originals"]);
    let page = ada.page(&draft).await;
    let name = page.html.replace("&#x2f;", "/").split("/media/").nth(1).unwrap()[..36].to_owned();
    assert_eq!(server.ask(&format!("/media/{name}"), "*/*").await.status(), 200);
    let form = ada.form(&draft, &draft).await.set("caption", "Out").set("visibility", "public").set("do", "post");
    assert_eq!(ada.submit(form).await.status, 200);
    server.quiet().await;
    let after = keys_in(&in_folder(&server));
    let opened = before.iter().map(|key| key.replace("closed/", "media/")).collect();
    assert_eq!(after, opened, "the same names");
    assert_eq!(server.ask(&format!("/media/{name}"), "*/*").await.status(), 200);
}

#[tokio::test]
async fn a_photo_that_is_posted_again_for_followers_is_closed_again() {
    let bucket = Bucket::start().await;
    let server = server(&bucket).await;
    let ada = server.owner("ada").await;
    let api = Api::of(&ada).await;
    let said = api.say("For all").await;
    server.quiet().await;
    assert_eq!(areas(&keys_in(&in_bucket(&bucket))), ["media", "originals"]);
    let photo = said["media_attachments"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/statuses/{}", said["id"].as_str().unwrap());
    api.form(reqwest::Method::DELETE, &path, &[]).await.fine();
    let again = [("status", "For friends"), ("media_ids[]", photo.as_str()), ("visibility", "private")];
    api.post("/api/v1/statuses", &again).await.fine();
    server.quiet().await;
    assert_eq!(areas(&keys_in(&in_bucket(&bucket))), ["closed", "originals"]);
}

#[tokio::test]
async fn originals_and_what_is_closed_lie_in_the_private_bucket_if_there_is_one() {
    let bucket = Bucket::start().await;
    let private = bucket.folder().with_file_name("private");
    std::fs::create_dir(&private).unwrap();
    let mut settings = bucket_at(&bucket.endpoint).to_vec();
    settings.extend([("s3_private_bucket", "private"), ("s3_prefix", "cyanotype")]);
    let server = Server::start_with("a.test", &settings).await;
    let ada = server.person("ada").await;
    ada.post_photo("photo-boats.jpg", "All").await;
    ada.post_album(&["srgb.jpg"], "Ours", "followers", &["Sky"]).await;
    server.quiet().await;
    let below = |folder: &std::path::Path| keys_in(&crate::support::bucket::files_below(&folder.join("cyanotype")));
    assert_eq!(areas(&below(&bucket.folder())), ["media"], "{BUCKET}");
    assert_eq!(areas(&below(&private)), ["closed", "originals"]);
}

#[tokio::test]
async fn what_other_servers_show_to_followers_is_closed_here_too() {
    let scene = Scene::with(&[], &[("media_store", "local")]).await;
    scene.ada_follows().await;
    for (to, expected) in [(scene.bob.followers(), "closed"), (PUBLIC.to_owned(), "media")] {
        let mut note = scene.bob.photo_note("A photo", "photo-boats.jpg", "Boats");
        note["to"] = serde_json::json!([to]);
        note["cc"] = serde_json::json!([]);
        scene.tell(&scene.bob.create(&note)).await;
        scene.a.quiet().await;
        let areas_now = keys_in(&in_folder(&scene.a));
        assert!(areas(&areas_now).contains(&expected), "{expected}: {areas_now:?}");
    }
}

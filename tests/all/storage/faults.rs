//! A bucket that refuses, crawls, hangs up in the middle or has too much to do: nothing is lost, nothing is half
//! published, people read what it is, and it heals by itself.

use super::{bucket_at, in_bucket, keys_in};
use crate::support::bucket::Bucket;
use crate::support::flaky::{Flaky, Way};
use crate::support::{Api, Page, Person, Server, eventually, fixture_bytes};
use cyanotype::clock::MINUTE;
use std::time::Duration;

/// How a store can be of no use.
const OUT_OF_ORDER: [Way; 4] = [Way::Shut, Way::Answers(503), Way::Cut(10_000), Way::Answers(403)];
const PHOTO: &str = "photo-boats.jpg";

/// A server whose way to its bucket is as a test wants it.
struct Stage {
    bucket: Bucket,
    way: Flaky,
    server: Server,
    ada: Person,
}

impl Stage {
    async fn build() -> Self {
        let bucket = Bucket::start().await;
        let way = Flaky::before(&bucket.endpoint).await;
        let server = Server::start_with("a.test", &bucket_at(&way.endpoint)).await;
        let ada = server.owner("ada").await;
        Self { bucket, way, server, ada }
    }

    /// Presses Post with a photo in a form.
    async fn press_post(&self, caption: &str) -> Page {
        let page = self.ada.page("/compose").await;
        let composer = page.forms().into_iter().find(|form| form.multipart).unwrap();
        let form = composer.set("caption", caption).set("do", "post");
        let answer = self.ada.submit(form.file("photos", PHOTO, fixture_bytes(PHOTO))).await;
        if !answer.html.replace("&#x2f;", "/").contains("/media/") {
            return answer;
        }
        // It is there, and is shown to be described.
        let composer = answer.forms().into_iter().find(|form| form.multipart).unwrap();
        self.ada.submit(composer.set("do", "post")).await
    }

    /// Everything that lies in the bucket is named by a row, and everything rows name is there.
    async fn all_is_whole(&self) {
        self.server.quiet().await;
        self.server.world.clock().advance(2 * cyanotype::clock::DAY);
        let mut odd = Vec::new();
        let sweep =
            cyanotype::service::storage::sweeping::sweep(&self.server.app, false, |found| odd.push(found.clone()));
        sweep.await.unwrap();
        assert!(odd.is_empty(), "{odd:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r117_whatever_is_wrong_with_the_bucket_a_page_says_so_keeps_the_words_and_publishes_nothing() {
    let stage = Stage::build().await;
    for way in OUT_OF_ORDER {
        stage.way.set(way);
        let answer = stage.press_post("Not lost").await;
        let text = answer.text();
        assert!(
            text.contains(PHOTO) && text.contains("the place where photos are kept does not answer"),
            "{way:?}: {text}"
        );
        assert!(answer.html.contains("Not lost"), "{way:?}: {}", answer.html);
        assert!(!stage.ada.page("/@ada").await.html.contains("/media/"), "{way:?}: nothing is published");
        stage.way.set(Way::Open);
    }
    // And then it works, without anything having been done about it.
    assert!(stage.press_post("Here").await.path.starts_with("/@ada/"));
    stage.server.world.clock().advance(MINUTE);
    stage.all_is_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r117_apps_are_told_when_to_come_again_and_the_same_call_works_then() {
    let stage = Stage::build().await;
    let api = Api::of(&stage.ada).await;
    for way in OUT_OF_ORDER {
        stage.way.set(way);
        let said = api.send_file("/api/v2/media", PHOTO, &fixture_bytes(PHOTO), &[]).await;
        assert_eq!((said.status, said.header("retry-after")), (503, "30"), "{way:?}: {}", said.text);
        assert!(said.body["error"].as_str().unwrap().contains("place where photos are kept"), "{}", said.text);
        stage.way.set(Way::Open);
        let id = api.upload(PHOTO, "Boats").await;
        api.post("/api/v1/statuses", &[("status", "Boats"), ("media_ids[]", &id)]).await.fine();
    }
    stage.server.world.clock().advance(MINUTE);
    stage.all_is_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_has_too_much_to_do_for_a_moment_is_not_noticed() {
    let stage = Stage::build().await;
    stage.way.set(Way::AnswersOnce(2, 503));
    let answer = stage.press_post("Patience").await;
    assert!(answer.path.starts_with("/@ada/"), "{}", answer.text());
    stage.all_is_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_bucket_takes_longer_and_loses_nothing() {
    let stage = Stage::build().await;
    stage.way.set(Way::Slow(200_000));
    let answer = stage.press_post("Slowly").await;
    assert!(answer.path.starts_with("/@ada/"), "{}", answer.text());
    stage.way.set(Way::Open);
    stage.all_is_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_bucket_away_everything_but_photos_works_and_nobody_waits_long() {
    let stage = Stage::build().await;
    assert!(stage.press_post("Before").await.path.starts_with("/@ada/"));
    stage.server.quiet().await;
    let page = stage.ada.page("/@ada").await;
    let (post, picture) = (page.post_of("ada"), page.images());
    stage.way.set(Way::Shut);
    let since = std::time::Instant::now();
    for path in ["/", "/@ada", "/notifications", "/compose"] {
        assert_eq!(stage.ada.page(path).await.status, 200, "{path}");
    }
    let post = post.expect("ada has a post");
    assert!(stage.ada.reply(&post, "Words alone").await.text().contains("Words alone"));
    assert!(since.elapsed() < Duration::from_secs(10));
    let image = picture.into_iter().find(|image| image.src.contains("/media/")).unwrap();
    let answer = stage.server.ask(&image.src, "*/*").await;
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (503, "30"));
    let ready = stage.server.ask("/readyz", "*/*").await;
    assert_eq!(ready.status(), 503);
    stage.way.set(Way::Open);
    assert_eq!(stage.server.ask(&image.src, "*/*").await.status(), 200);
    assert_eq!(stage.server.ask("/readyz", "*/*").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r105_what_was_deleted_while_the_bucket_was_away_is_gone_thirty_seconds_after_it_is_back() {
    let stage = Stage::build().await;
    let post = stage.ada.post_photo(PHOTO, "Gone").await;
    stage.server.quiet().await;
    stage.way.set(Way::Shut);
    stage.ada.delete(&post).await;
    let failed = || async {
        use sea_orm::prelude::*;
        let jobs = cyanotype::entity::job::Entity::find().filter(cyanotype::entity::job::Column::Attempts.gt(0));
        jobs.filter(cyanotype::entity::job::Column::LastError.is_not_null())
            .count(&stage.server.app.db.read)
            .await
            .unwrap()
            > 0
    };
    eventually(failed, "removing it was tried").await;
    assert!(!in_bucket(&stage.bucket).is_empty());
    stage.way.set(Way::Open);
    stage.server.world.clock().advance(12_000);
    eventually(async || in_bucket(&stage.bucket).is_empty(), "every file is gone").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_opened_for_everybody_yet_is_given_out_by_the_server_until_it_can() {
    let bucket = Bucket::start().await;
    let way = Flaky::before(&bucket.endpoint).await;
    let mut settings = bucket_at(&way.endpoint).to_vec();
    settings.push(("media_address", "https://cdn.test"));
    let server = Server::start_with("a.test", &settings).await;
    let ada = server.owner("ada").await;
    let draft = ada.draft(&[PHOTO]).await;
    way.set(Way::Shut);
    let form = ada.form(&draft, &draft).await.set("caption", "Out").set("visibility", "public").set("do", "post");
    let page = ada.submit(form).await;
    assert_eq!(page.status, 200, "{}", page.text());
    eventually(
        async || ada.page(&page.path).await.photos().iter().all(|photo| photo.src.starts_with("/media/")),
        "its pictures have this server's address",
    )
    .await;
    way.set(Way::Open);
    eventually(
        async || {
            server.world.clock().advance(5_000);
            ada.page(&page.path).await.photos().iter().all(|photo| photo.src.starts_with("https://cdn.test/media/"))
        },
        "it is opened when the bucket is back",
    )
    .await;
    assert!(!keys_in(&in_bucket(&bucket)).is_empty());
}

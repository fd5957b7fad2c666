//! Reports: by people here, to other servers, and from them.

use crate::support::*;
use cyanotype::service::limits;
use serde_json::json;

/// Ada owns the server, eve lives on it, and bob's photo is known.
async fn scene() -> (Scene, Person, String, String) {
    let scene = Scene::following().await;
    let eve = scene.a.person("eve").await;
    let note = scene.bob.photo_note("Buy this", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    (scene, eve, path, note["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_post_is_reported_to_the_owner_and_to_its_server_without_a_name() {
    let (scene, eve, path, id) = scene().await;
    let link = eve.page(&path).await.link("/@bob@peer.test/report").expect("a way to report");
    let form = eve.page(&link).await.form("/@bob@peer.test/report").unwrap();
    let form = form.set("category", "spam").set("comment", "The same again").set("forward", "true");
    assert!(eve.submit(form).await.says("Reported"));
    let flag = scene.peer.expect("Flag").await;
    assert_eq!((&flag["actor"], &flag["content"]), (&"https://a.test/actor".into(), &"The same again".into()));
    assert_eq!(flag["object"], json!([scene.bob.id, id]));
    assert!(!flag.to_string().contains("eve"), "{flag}");
    assert!(scene.ada.home().await.says("Reports"), "the owner's menu says so");
    let list = scene.ada.page("/reports").await;
    assert!(list.says("It is spam") && list.says("The same again") && list.says("eve"), "{}", list.text());
    assert!(list.link("/@bob@peer.test/").is_some(), "with the post");
}

#[tokio::test]
async fn a_report_that_is_not_to_be_told_stays_here() {
    let (scene, eve, ..) = scene().await;
    eve.press("/@bob@peer.test/report", "/@bob@peer.test/report").await;
    scene.a.quiet().await;
    assert!(scene.peer.deliveries("Flag").is_empty());
    assert!(scene.ada.page("/reports").await.form_that_closes().is_some());
}

#[tokio::test]
async fn r101_only_the_owner_sees_and_closes_reports() {
    let (scene, eve, ..) = scene().await;
    eve.press("/@bob@peer.test/report", "/@bob@peer.test/report").await;
    assert_eq!(eve.get("/reports").await.status, 404);
    let close = scene.ada.page("/reports").await.form_that_closes().unwrap();
    assert_eq!(eve.submit(close.clone()).await.status, 404);
    assert!(scene.ada.submit(close).await.says("Nothing to look at"));
    assert!(scene.ada.page("/reports?done=yes").await.says("BOB"));
}

#[tokio::test]
async fn a_report_from_elsewhere_is_kept_and_does_nothing_by_itself() {
    let scene = Scene::new().await;
    let post = scene.ada.post_photo("photo-lake.jpg", "Mine").await;
    let mut flag = scene.bob.activity("Flag", json!([scene.ada_id, post.id, "https://peer.test/notes/1", "nonsense"]));
    flag["content"] = "Not <b>nice</b>".into();
    scene.heard(&flag).await;
    let list = scene.ada.page("/reports").await;
    assert!(list.says("somebody on") && list.says("peer.test") && list.says("Not "), "{}", list.text());
    assert!(!list.says("BOB"), "who it was elsewhere is not shown");
    assert!(list.link(&post.path).is_some());
    assert_eq!(scene.ada.page(&post.path).await.status, 200);
}

#[tokio::test]
async fn g18_a_report_in_the_name_of_a_server_stands_before_the_owner_as_that_servers() {
    let scene = Scene::new().await;
    let post = scene.ada.post_photo("photo-lake.jpg", "Mine").await;
    let instance = scene.peer.actor("instance");
    let mut document = instance.document();
    document["type"] = "Application".into();
    document["name"] = "The Server".into();
    instance.serve(&document);
    let mut flag = instance.activity("Flag", json!([scene.ada_id, post.id]));
    flag["content"] = "Somebody of ours minds".into();
    instance.tell(&scene.inbox, &flag).await;
    scene.a.quiet().await;
    let list = scene.ada.page("/reports").await;
    assert!(list.says("somebody on") && list.says("peer.test"), "{}", list.text());
    assert!(list.says("Somebody of ours minds") && list.link(&post.path).is_some(), "{}", list.text());
    assert!(scene.ada.submit(list.form_that_closes().unwrap()).await.says("Nothing to look at"));
}

#[tokio::test]
async fn a_report_about_others_is_not_kept() {
    let scene = Scene::new().await;
    scene.heard(&scene.bob.activity("Flag", json!(["https://third.test/users/carol"]))).await;
    assert!(scene.ada.page("/reports").await.says("Nothing to look at"));
}

#[tokio::test]
async fn one_server_sends_so_many_reports_a_day_and_no_more() {
    let scene = Scene::new().await;
    for _ in 0..=limits::REPORTS_FROM_SERVER {
        scene.tell(&scene.bob.activity("Flag", json!([scene.ada_id]))).await;
    }
    scene.a.quiet().await;
    let waiting = cyanotype::store::reports::waiting(&scene.a.app.db.read, 1_000).await.unwrap();
    assert_eq!(waiting, limits::REPORTS_FROM_SERVER);
}

#[tokio::test]
async fn one_person_reports_so_often_a_day_and_says_so_much() {
    let (scene, eve, ..) = scene().await;
    let form = || async { eve.form("/@bob@peer.test/report", "/@bob@peer.test/report").await };
    let long = eve.submit(form().await.set("comment", &"x".repeat(limits::REPORT + 1))).await;
    assert!(long.status == 422 && long.says("1001 characters"), "{}", long.text());
    for _ in 0..limits::REPORTS {
        assert_eq!(eve.submit(form().await.set("comment", &"x".repeat(limits::REPORT))).await.status, 200);
    }
    assert_eq!(eve.submit(form().await).await.status, 429);
    drop(scene);
}

trait Closing {
    fn form_that_closes(&self) -> Option<Form>;
}

impl Closing for Page {
    fn form_that_closes(&self) -> Option<Form> {
        self.forms().into_iter().find(|form| form.action.starts_with("/reports/"))
    }
}

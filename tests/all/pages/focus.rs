//! The focal point: set by its author, kept in view here, told to others, understood from them.

use super::{composer, photos};
use crate::support::{Page, Person, Posted, Scene, Server, fixture_bytes};
use cyanotype::service::photos::focus::Focus;
use serde_json::json;

/// The rule of the only photo on a page.
fn rule(page: &Page) -> String {
    let rule = page.html.split(".p").skip(1).find(|rest| rest.contains("--r:")).unwrap_or_default();
    rule.split('}').next().unwrap_or_default().to_owned()
}

/// A photo posted with its point here.
async fn at(ada: &Person, x: &str, y: &str) -> Posted {
    let form = composer(ada, &ada.draft(&["photo-boats.jpg"]).await).await;
    let id = photos(&form)[0].clone();
    let form = form.set(&format!("focus_x_{id}"), x).set(&format!("focus_y_{id}"), y);
    let page = ada.submit(form.set("visibility", "public").set("do", "post")).await;
    let number = page.path.rsplit('/').next().unwrap().to_owned();
    Posted { id: format!("https://a.test/ap/posts/{number}"), path: page.path, number }
}

#[tokio::test]
async fn a_point_set_in_the_form_guides_squares_and_is_told_to_others() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let post = at(&ada, "-0.5", "0.8").await;
    let page = server.visitor().page("/@ada").await;
    assert!(rule(&page).contains("--x:25%;--y:10%"), "{}", rule(&page));
    let (_, note) = server.document(&post.id).await;
    assert_eq!(note["attachment"][0]["focalPoint"], json!([-0.5, 0.8]));
    let form = composer(&ada, &format!("{}/edit", post.path)).await;
    let id = photos(&form)[0].clone();
    assert_eq!(form.values(&format!("focus_x_{id}")), ["-0.5"], "it is there to be changed");
    assert_eq!(form.values(&format!("focus_y_{id}")), ["0.8"]);
}

#[tokio::test]
async fn of_the_middle_nothing_is_said_and_a_point_outside_is_brought_to_the_edge() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let told = async |post: Posted| server.document(&post.id).await.1["attachment"][0]["focalPoint"].clone();
    assert!(told(at(&ada, "0", "0").await).await.is_null());
    assert_eq!(told(at(&ada, "7", "-1.001").await).await, json!([1.0, -1.0]));
    for nonsense in ["NaN", "inf", "left", ""] {
        assert!(told(at(&ada, nonsense, "0.5").await).await.is_null(), "{nonsense}");
    }
}

#[tokio::test]
async fn a_point_is_kept_while_the_post_is_still_written() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let draft = ada.draft(&["photo-boats.jpg"]).await;
    let form = composer(&ada, &draft).await;
    let id = photos(&form)[0].clone();
    let page = ada.submit(form.set(&format!("focus_x_{id}"), "0.25").set("do", "save")).await;
    assert!(rule(&page).contains("--x:62%;--y:50%"), "{}", rule(&page));
    let long = "x".repeat(6000);
    let form = composer(&ada, &draft).await.set("caption", &long).set(&format!("focus_y_{id}"), "-0.5");
    let page = ada.submit(form.set("do", "post")).await;
    assert_eq!(page.status, 422);
    assert!(rule(&page).contains("--x:62%;--y:75%"), "also where something is refused: {}", rule(&page));
}

#[tokio::test]
async fn a_point_that_moves_is_an_edit_and_one_that_stays_is_none() {
    let scene = Scene::followed().await;
    let post = at(&scene.ada, "0.125", "0").await;
    scene.peer.expect("Create").await;
    let page = scene.ada.edit(&post, |form| form).await;
    assert!(!page.text().contains("edited"), "nothing was changed");
    scene
        .ada
        .edit(&post, |form| {
            let id = photos(&form)[0].clone();
            form.set(&format!("focus_y_{id}"), "-0.25")
        })
        .await;
    let note = scene.peer.expect("Update").await["object"].clone();
    assert_eq!(note["attachment"][0]["focalPoint"], json!([0.125, -0.25]));
}

#[tokio::test]
async fn another_file_in_its_place_keeps_the_point() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let post = at(&ada, "0.5", "0.5").await;
    ada.edit(&post, |form| {
        let id = photos(&form)[0].clone();
        form.file(&format!("replace_{id}"), "photo-pier.jpg", fixture_bytes("photo-pier.jpg"))
    })
    .await;
    let (_, note) = server.document(&post.id).await;
    assert_eq!(note["attachment"][0]["focalPoint"], json!([0.5, 0.5]));
}

#[tokio::test]
async fn the_point_of_a_remote_photo_is_kept_in_view_and_follows_its_edits() {
    let scene = Scene::following().await;
    let mut note = scene.bob.photo_note("Boats", "photo-boats.jpg", "Boats");
    note["attachment"][0]["focalPoint"] = json!([-0.2, 0.4]);
    scene.heard(&scene.bob.create(&note)).await;
    let path = format!("/@{}", scene.bob.acct());
    let shown = async || rule(&scene.ada.page(&path).await);
    assert!(shown().await.contains("--x:40%;--y:30%"), "{}", shown().await);
    note["attachment"][0]["focalPoint"] = json!([1, -1]);
    scene.heard(&scene.bob.update(&note, "Boats")).await;
    assert!(shown().await.contains("--x:100%;--y:100%"), "{}", shown().await);
}

#[test]
fn a_point_is_read_as_apps_send_it() {
    let read = |text: &str| text.parse::<Focus>().ok().map(Focus::numbers);
    assert_eq!(read("0.12,-0.3"), Some((0.12, -0.3)));
    assert_eq!(read(" -1.5 , 2"), Some((-1.0, 1.0)));
    for nonsense in ["", "0.5", "a,b", "0,NaN", "1,2,3"] {
        assert_eq!(read(nonsense), None, "{nonsense}");
    }
}

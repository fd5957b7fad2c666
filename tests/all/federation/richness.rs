//! What photographs say beside their picture, between servers: camera data, licence, place, category,
//! language; and who may comment, in the terms of Pixelfed.

use crate::support::*;
use serde_json::{Value, json};

/// Posts a photo that says everything about itself, with these of its fields shown and a place.
async fn post_with(ada: &Person, fields: &[&str], place: &str) -> Posted {
    let draft = ada.draft(&["told.jpg"]).await;
    let mut form = ada.form(&draft, &draft).await.set("caption", "Data").set("visibility", "public");
    let id = form.values("photo")[0].to_owned();
    form.fields.retain(|(name, _)| *name != format!("show_{id}"));
    form = form.set("place", place).set("country", "Norway").set("category", "Landscapes");
    for field in fields {
        form.fields.push((format!("show_{id}"), (*field).to_owned()));
    }
    let page = ada.submit(form.set("do", "post")).await;
    assert!(page.path.starts_with("/@ada/"), "{}", page.text());
    let number = page.path.rsplit('/').next().unwrap().to_owned();
    Posted { id: format!("https://a.test/ap/posts/{number}"), path: page.path, number }
}

fn exif<'a>(note: &'a Value, name: &str) -> Option<&'a str> {
    let entries = note["attachment"][0]["exifData"].as_array()?;
    entries.iter().find(|entry| entry["name"] == name)?["value"].as_str()
}

/// A line of camera data on a page.
fn line(page: &Page, label: &str) -> bool {
    page.html.contains(&format!("<dt>{label}</dt>"))
}

#[tokio::test]
async fn other_servers_are_told_of_a_photo_only_what_its_author_shows() {
    let scene = Scene::followed().await;
    let post = post_with(&scene.ada, &["camera", "iso", "licence"], "Bergen").await;
    let note = scene.peer.expect("Create").await["object"].clone();
    assert!(exif(&note, "Model").is_some() && exif(&note, "PhotographicSensitivity").is_some(), "{note}");
    for hidden in ["LensModel", "FNumber", "ExposureTime", "DateTime", "FocalLength", "Film", "GPSLatitude"] {
        assert_eq!(exif(&note, hidden), None, "{hidden}");
    }
    assert_eq!(note["attachment"][0]["license"], "CC BY-SA 4.0");
    assert_eq!(note["location"], json!({ "type": "Place", "name": "Bergen", "country": "Norway" }));
    assert_eq!(note["attachment"][0]["location"]["addressCountry"], "Norway");
    let category = note["tag"].as_array().unwrap().iter().find(|tag| tag["type"] == "Category").unwrap();
    assert_eq!(
        (&category["name"], &category["href"]),
        (&json!("Landscapes"), &json!("https://a.test/tags/landscapes"))
    );
    let page = scene.a.visitor().page(&post.path).await;
    assert!(page.says("Bergen, Norway") && page.link("/tags/landscapes").is_some() && line(&page, "Licence"));

    let silent = post_with(&scene.ada, &[], "").await;
    let note = scene.peer.expect("Create").await["object"].clone();
    assert!(note["attachment"][0].get("exifData").is_none() && note["attachment"][0].get("license").is_none());
    assert_eq!(note["location"]["name"], "Norway", "a country is a place");
    assert!(!line(&scene.a.visitor().page(&silent.path).await, "Camera"));
}

#[tokio::test]
async fn what_is_shown_later_or_no_longer_is_told_too() {
    let scene = Scene::followed().await;
    let post = post_with(&scene.ada, &[], "Bergen").await;
    scene.peer.expect("Create").await;
    let shows = |form: Form| {
        let id = form.values("photo")[0].to_owned();
        let mut form = form.set("place", "Voss");
        form.fields.push((format!("show_{id}"), "aperture".to_owned()));
        form
    };
    scene.ada.edit(&post, shows).await;
    let note = scene.peer.expect("Update").await["object"].clone();
    assert!(exif(&note, "FNumber").is_some());
    assert_eq!(note["location"]["name"], "Voss");
    scene
        .ada
        .edit(&post, |mut form| {
            form.fields.retain(|(name, _)| !name.starts_with("show_"));
            form.set("place", "").set("country", "").set("category", "")
        })
        .await;
    let note = scene.peer.expect("Update").await["object"].clone();
    assert_eq!(exif(&note, "FNumber"), None);
    assert!(note.get("location").is_none() && note["tag"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn camera_data_and_place_of_a_friend_stand_under_her_photo_here_as_at_home() {
    let two = Two::new().await;
    let all = ["camera", "lens", "focal_length", "aperture", "exposure", "iso", "licence"];
    let post = post_with(&two.ada, &all, "Bergen").await;
    let there = two.bob.page(&two.bob.sees(&two.ada.acct()).await).await;
    let here = two.a.visitor().page(&post.path).await;
    let lines = |page: &Page| {
        let found = page.html.split("<dl class=\"data\">").nth(1).and_then(|rest| rest.split("</dl>").next());
        found.unwrap_or_default().split("<dt>Original</dt>").next().unwrap_or_default().to_owned()
    };
    assert!(lines(&here).matches("<dt>").count() >= 6, "{}", here.text());
    assert_eq!(lines(&here).trim(), lines(&there).trim(), "the same lines");
    assert!(there.says("Bergen, Norway") && there.says("Landscapes"));
}

/// Bob's photo note with members of its own and of its picture, heard; gives the page of the post.
async fn heard(scene: &Scene, members: Value, picture: Value) -> Page {
    let mut note = scene.bob.photo_note("Elsewhere", "photo-lake.jpg", "A lake");
    note["attachment"][0].as_object_mut().unwrap().extend(picture.as_object().unwrap().clone());
    note.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    scene.bob.serve(&note);
    scene.heard(&scene.bob.create(&note)).await;
    scene.ada.page(&scene.ada.sees(&scene.bob.acct()).await).await
}

#[tokio::test]
async fn what_vernissage_says_about_a_picture_is_shown() {
    let scene = Scene::following().await;
    let entry = |name: &str, value: &str| json!({ "@type": "PropertyValue", "name": name, "value": value });
    let exif = json!([
        entry("Make", "Nikon"),
        entry("Model", "Nikon <D850>"),
        entry("FNumber", "f/1.8"),
        entry("ExposureTime", "1/250"),
        entry("FocalLength", "35 mm"),
        entry("PhotographicSensitivity", "400"),
        entry("DateTime", "2026:01:05 06:02:11"),
        entry("GPSLatitude", "60.391"),
        entry("Film", "Tri-X"),
    ]);
    let place = json!({ "type": "Place", "name": "Thar", "longitude": "71.0", "latitude": "27.0", "geonameId": "1" });
    let members = json!({ "tag": [{ "type": "Category", "name": "Landscape", "href": "https://peer.test/x" }] });
    let page = heard(&scene, members, json!({ "exifData": exif, "location": place, "license": "CC BY-NC 4.0" })).await;
    for said in ["Nikon <D850>", "f/1.8", "1/250 s", "35 mm", "400", "2026-01-05 06:02:11", "Tri-X", "CC BY-NC 4.0"] {
        assert!(page.says(said), "{said}: {}", page.text());
    }
    assert!(page.says("Thar") && page.says("Landscape") && !page.says("60.391") && !page.says("71.0"));
    assert!(page.html.contains("&lt;D850&gt;"), "r068: as text");
    assert!(page.link("/tags/landscape").is_some() && page.link("https://peer.test/x").is_none());
}

#[tokio::test]
async fn r029_camera_data_places_and_categories_of_an_unexpected_kind_do_no_harm() {
    let scene = Scene::following().await;
    for odd in
        [json!(null), json!(7), json!("x"), json!([]), json!({}), json!([[]]), json!({ "name": [1] }), json!(true)]
    {
        let picture = json!({ "exifData": odd, "exif": odd, "location": odd, "license": odd });
        let members = json!({ "location": odd, "commentsEnabled": odd, "capabilities": odd, "contentMap": odd,
            "summaryMap": odd, "tag": [{ "type": "Category", "name": odd }, { "type": "Emoji", "name": odd, "icon": odd }] });
        let page = heard(&scene, members, picture).await;
        assert!(page.says("Elsewhere"), "{odd}: {}", page.text());
    }
}

#[tokio::test]
async fn each_photo_says_where_it_was_when_they_were_not_at_one_place() {
    let scene = Scene::following().await;
    let mut note = scene.bob.photo_note("Two places", "photo-lake.jpg", "A lake");
    let mut other = scene.bob.photo_note("x", "photo-pier.jpg", "A pier")["attachment"][0].clone();
    other["location"] = json!({ "type": "Place", "name": "Pier Town" });
    note["attachment"][0]["location"] = json!({ "type": "Place", "name": "Lake Town" });
    note["attachment"].as_array_mut().unwrap().push(other);
    scene.bob.serve(&note);
    scene.heard(&scene.bob.create(&note)).await;
    let page = scene.ada.page(&scene.ada.sees(&scene.bob.acct()).await).await;
    assert!(page.html.contains("<dt>Place</dt><dd dir=\"auto\">Lake Town</dd>"), "{}", page.text());
    assert!(page.html.contains("<dt>Place</dt><dd dir=\"auto\">Pier Town</dd>"));
}

#[tokio::test]
async fn an_edit_elsewhere_changes_what_is_said_about_the_same_picture() {
    let scene = Scene::following().await;
    let mut note = scene.bob.photo_note("First", "photo-lake.jpg", "A lake");
    note["attachment"][0]["license"] = "CC BY 4.0".into();
    scene.bob.serve(&note);
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    assert!(scene.ada.page(&path).await.says("CC BY 4.0"));
    note["attachment"][0]["license"] = "CC0 1.0".into();
    note["location"] = json!({ "type": "Place", "name": "Voss" });
    scene.heard(&scene.bob.update(&note, "Second")).await;
    let page = scene.ada.page(&path).await;
    assert!(page.says("CC0 1.0") && !page.says("CC BY 4.0") && page.says("Voss"), "{}", page.text());
}

#[tokio::test]
async fn closed_comments_are_said_in_a_sentence_in_place_of_the_form() {
    let scene = Scene::following().await;
    let page = heard(&scene, json!({ "commentsEnabled": false }), json!({})).await;
    assert!(page.says("Comments are closed") && page.form(&format!("{}/reply", page.path)).is_none());
    let visitor = scene.a.visitor().page(&page.path).await;
    assert!(visitor.says("Comments are closed") && !visitor.says("reply from your own server"));

    let form = scene.ada.form("/settings/reach", "/settings/reach").await.set("replies", "nobody");
    scene.ada.submit(form).await;
    let post = scene.ada.post_photo("photo-lake.jpg", "No answers").await;
    assert!(scene.a.visitor().page(&post.path).await.says("Comments are closed"));
    let (_, note) = scene.a.document(&post.id).await;
    assert_eq!(note["commentsEnabled"], false);
    assert_eq!(note["capabilities"], json!({ "announce": PUBLIC, "like": PUBLIC, "reply": "[]" }));
    let own = scene.ada.page(&post.path).await;
    assert!(own.form(&format!("{}/reply", post.path)).is_some(), "she herself may");
}

#[tokio::test]
async fn what_somebody_writes_is_in_her_language_and_other_servers_are_told() {
    let two = Two::new().await;
    let form = two.ada.form("/settings", "/settings/language").await.set("language", "de");
    two.ada.submit(form).await;
    assert!(two.ada.page("/compose").await.html.contains("<option value=\"de\" selected>"));
    let post = two.ada.post_photo("photo-lake.jpg", "Nebel am Morgen").await;
    let (_, note) = two.a.document(&post.id).await;
    assert_eq!(note["contentMap"], json!({ "de": note["content"] }));
    let path = two.bob.sees(&two.ada.acct()).await;
    assert!(two.bob.page(&path).await.html.contains("<div class=\"caption\" dir=\"auto\" lang=\"de\">"));
    two.ada.reply(&post.path, "Noch einer").await;
    let answer = two.ada.page(&post.path).await;
    assert!(answer.html.contains("<div class=\"reply-text\" dir=\"auto\" lang=\"de\">"), "{}", answer.html);
    let form = two.ada.form("/settings", "/settings/language").await.set("language", "tlh<script>");
    two.ada.submit(form).await;
    assert!(
        two.ada.page("/compose").await.html.contains("<option value=\"en\" selected>"),
        "nothing but what is offered"
    );
}

#[tokio::test]
async fn a_warning_that_comes_by_language_covers_and_says_its_language() {
    let scene = Scene::following().await;
    let members = json!({ "content": null, "contentMap": { "de": "<p>Nebel</p>" }, "summaryMap": { "de": "Wetter" } });
    let page = heard(&scene, members, json!({})).await;
    assert!(page.says("Wetter") && page.says("Nebel"), "{}", page.text());
    assert!(page.html.contains("<bdi lang=\"de\">Wetter</bdi>"), "{}", page.html);
}

#[tokio::test]
async fn nothing_is_said_of_a_place_that_nobody_named() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let draft = ada.draft(&["photo-lake.jpg"]).await;
    let form = ada.form(&draft, &draft).await;
    assert_eq!((form.values("place"), form.values("country")), (vec![""], vec![""]));
    let post = ada.post_photo("photo-lake.jpg", "A lake").await;
    let (_, note) = server.document(&post.id).await;
    assert!(note.get("location").is_none() && note["attachment"][0].get("location").is_none(), "{note}");
}

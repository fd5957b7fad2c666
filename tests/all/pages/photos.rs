//! What stands behind a photo: what it says about itself, its files, its original, another in its place.

use super::{composer, look, photos};
use crate::support::{Page, Person, Posted, Scene, Server, World, eventually, fixture_bytes};
use cyanotype::service::photos::rebuild::{self, Which};
use cyanotype::store::media;

/// A photo that says everything about itself, published with these fields shown.
async fn post_with(ada: &Person, file: &str, fields: &[&str], offer: bool) -> Posted {
    let draft = ada.draft(&[file]).await;
    let mut form = composer(ada, &draft).await.set("caption", "Data").set("visibility", "public");
    let id = photos(&form)[0].clone();
    form.fields.retain(|(name, _)| *name != format!("show_{id}") && *name != format!("offer_{id}"));
    form = form.set(&format!("data_{id}"), "yes");
    for field in fields {
        form.fields.push((format!("show_{id}"), (*field).to_owned()));
    }
    if offer {
        form.fields.push((format!("offer_{id}"), "true".to_owned()));
    }
    let page = ada.submit(form.set("do", "post")).await;
    assert!(page.path.starts_with("/@ada/"), "{}", page.html);
    let number = page.path.rsplit('/').next().unwrap().to_owned();
    Posted { id: format!("https://a.test/ap/posts/{number}"), path: page.path, number }
}

fn says_data(page: &Page, label: &str) -> bool {
    page.html.contains(&format!("<dt>{label}</dt>"))
}

#[tokio::test]
async fn each_field_is_shown_only_if_its_author_says_so() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let shown = post_with(&ada, "told.jpg", &["camera", "iso"], false).await;
    let hidden = post_with(&ada, "told.jpg", &[], false).await;
    let visitor = server.visitor();
    let page = visitor.page(&shown.path).await;
    assert!(says_data(&page, "Camera") && says_data(&page, "ISO"), "{}", page.html);
    assert!(!says_data(&page, "Lens") && !says_data(&page, "Taken"));
    assert!(!visitor.page(&hidden.path).await.html.contains("class=\"data\""));
}

#[tokio::test]
async fn a_licence_is_called_by_the_name_people_know() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let post = post_with(&ada, "told.jpg", &["licence"], false).await;
    assert!(server.visitor().page(&post.path).await.says("CC BY-SA 4.0"));
}

#[tokio::test]
async fn what_new_photos_show_is_a_setting() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let mut form = ada.form("/settings", "/settings/photos").await;
    form.fields.push(("show".to_owned(), "aperture".to_owned()));
    assert_eq!(ada.submit(form).await.status, 200);
    let post = ada.post_photo("told.jpg", "With its aperture").await;
    let page = server.visitor().page(&post.path).await;
    assert!(says_data(&page, "Aperture") && !says_data(&page, "Camera"), "{}", page.html);
}

#[tokio::test]
async fn r072_a_name_is_in_the_files_only_where_it_was_asked_for() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let bytes = async |post: &Posted| {
        let page = server.visitor().page(&post.path).await;
        let mut all = Vec::new();
        for photo in page.photos().iter().filter(|p| p.src.starts_with("/media/")) {
            all.extend(server.ask(&photo.src, "*/*").await.bytes().await.unwrap());
        }
        assert!(!all.is_empty());
        all
    };
    let holds = |all: &[u8], text: &str| all.windows(text.len()).any(|w| w == text.as_bytes());
    let plain = ada.post_photo("leaky.jpg", "Nothing in it").await;
    assert!(!holds(&bytes(&plain).await, "Exif"));
    let form = ada.form("/settings", "/settings/photos").await;
    let form = form.set("credit_artist", "Ada Lovelace").set("credit_copyright", "All mine");
    assert_eq!(ada.submit(form).await.status, 200);
    let signed = ada.post_photo("leaky.jpg", "Her name in it").await;
    let all = bytes(&signed).await;
    assert!(holds(&all, "Ada Lovelace") && holds(&all, "All mine"));
    assert!(!holds(&all, "CANARY-7f3a"), "and nothing of the original's own");
}

#[tokio::test]
async fn title_tags_and_alt_text_of_a_photo_fill_the_composer() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let form = composer(&ada, &ada.draft(&["told.jpg"]).await).await;
    let caption = form.values("caption")[0].to_owned();
    assert!(caption.starts_with("Harbour") && caption.contains("#sea #lighthouse"), "{caption}");
    let typed = composer(&ada, "/compose").await.set("caption", "My own words").set("do", "add");
    let page = ada.submit(typed.file("photos", "told.jpg", fixture_bytes("told.jpg"))).await;
    let form = page.forms().into_iter().find(|f| f.multipart).unwrap();
    assert_eq!(form.values("caption"), ["My own words"], "what was typed stays");
}

#[tokio::test]
async fn the_owner_alone_is_told_of_her_files_and_gets_her_original_back() {
    let server = Server::start("a.test").await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let post = ada.post_photo("leaky.jpg", "Fog").await;
    let files = format!("{}/files", post.path);
    let page = ada.page(&files).await;
    for words in ["where it was taken", "the thumbnail", "for other servers", "JPEG", "quality 85, sRGB"] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    let original = page.links().into_iter().find(|l| l.starts_with(&format!("{files}/"))).unwrap();
    let (headers, bytes) = ada.download(&original).await;
    assert_eq!(bytes, fixture_bytes("leaky.jpg"), "byte for byte");
    assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    for path in [&files, &original] {
        assert_eq!(look(&eve, path).await.status, 404, "{path}");
        assert_ne!(look(&server.visitor(), path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn the_owner_is_told_the_colours_of_her_originals_and_of_what_is_made_of_them() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    for (file, original) in [
        ("display-p3.jpg", "colours: Display P3"),
        ("adobe-rgb.jpg", "colours: test"),
        ("srgb.jpg", "colours: sRGB"),
        ("display-p3.png", "colours: Display P3"),
        ("coded-p3.avif", "colours: Display P3"),
        ("photo-boats.jpg", "colours: no profile, so sRGB"),
    ] {
        let post = post_with(&ada, file, &[], true).await;
        server.quiet().await;
        let page = ada.page(&format!("{}/files", post.path)).await;
        assert!(page.says(original), "{file}: {}", page.text());
        let cleaned = page.says("copied, as the original");
        assert!(cleaned || file.ends_with(".avif"), "{file}: {}", page.text());
    }
}

#[tokio::test]
async fn all_originals_come_in_one_archive() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    ada.post_album(&["leaky.jpg", "palette.png"], "Two", "public", &[]).await;
    let (_, bytes) = ada.download("/settings/originals.tar").await;
    let mut archive = tar::Archive::new(bytes.as_slice());
    let mut found = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry.unwrap(), &mut bytes).unwrap();
        found.push(bytes);
    }
    assert_eq!(found, [fixture_bytes("leaky.jpg"), fixture_bytes("palette.png")]);
    assert_ne!(look(&server.visitor(), "/settings/originals.tar").await.status, 200);
}

#[tokio::test]
async fn an_offered_original_is_a_copy_without_what_is_private() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let post = post_with(&ada, "leaky.jpg", &[], true).await;
    let visitor = server.visitor();
    let offered = |page: &Page| page.html.contains("<dt>Original</dt>");
    let page = eventually(|| async { Some(visitor.page(&post.path).await).filter(offered) }, "the copy").await;
    let path = page.html.replace("&#x2f;", "/");
    let path = path.split("<dt>Original</dt><dd><a href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let copy = server.ask(&path, "*/*").await.bytes().await.unwrap();
    assert!(!copy.windows(11).any(|w| w == b"CANARY-7f3a"), "nothing private is in it");
    let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_rgb8();
    assert!(pixels(&copy) == pixels(&fixture_bytes("leaky.jpg")), "the picture is the same bit for bit");
    ada.edit(&post, |form| {
        let mut form = form;
        form.fields.retain(|(name, _)| !name.starts_with("offer_"));
        form
    })
    .await;
    assert!(!offered(&visitor.page(&post.path).await), "taken back");
    eventually(|| async { server.ask(&path, "*/*").await.status() == 404 }, "the copy is gone").await;
}

#[tokio::test]
async fn r072_an_offered_original_of_every_format_is_the_same_picture_without_what_is_private() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let visitor = server.visitor();
    for (file, kind) in [
        ("phone.heic", "image/heic"),
        ("phone.avif", "image/avif"),
        ("ultra-hdr.jpg", "image/jpeg"),
        ("leaky.png", "image/png"),
        ("leaky.webp", "image/webp"),
    ] {
        let post = post_with(&ada, file, &[], true).await;
        let path = async || {
            let html = visitor.page(&post.path).await.html.replace("&#x2f;", "/");
            Some(html.split("<dt>Original</dt><dd><a href=\"").nth(1)?.split('"').next()?.to_owned())
        };
        let path = eventually(path, "the copy").await;
        let answer = server.ask(&path, "*/*").await;
        assert_eq!(answer.headers()["content-type"], kind, "{file}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{file}");
        let copy = answer.bytes().await.unwrap();
        let secret = |bytes: &[u8]| bytes.windows(11).any(|w| w == b"CANARY-7f3a");
        assert!(secret(&fixture_bytes(file)) && !secret(&copy), "{file}");
        let made = |bytes: &[u8]| {
            let derived = cyanotype::photo::process(bytes, &cyanotype::photo::Limits::default()).unwrap();
            image::load_from_memory(&derived.renditions[0].bytes).unwrap().into_rgb8()
        };
        let (before, after) = (made(&fixture_bytes(file)), made(&copy));
        let most = before.as_raw().iter().zip(after.as_raw()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(before.dimensions() == after.dimensions() && most <= Some(2), "{file}: {most:?}");
        // Every size pages show, and what other servers get.
        for photo in visitor.page(&post.path).await.photos() {
            assert!(!secret(&server.ask(&photo.src, "*/*").await.bytes().await.unwrap()), "{file}");
        }
        let files = ada.page(&format!("{}/files", post.path)).await;
        let original = files.links().into_iter().find(|l| l.starts_with(&format!("{}/files/", post.path))).unwrap();
        assert_eq!(ada.download(&original).await.1, fixture_bytes(file), "{file} is kept byte for byte");
    }
}

#[tokio::test]
async fn what_moves_is_kept_as_an_animation() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    for (file, end, kind) in [("animated.gif", ".gif", "image/gif"), ("animated.webp", ".webp", "image/webp")] {
        let post = ada.post_photo(file, "It moves").await;
        let moving = async || {
            let html = server.visitor().page(&post.path).await.html.replace("&#x2f;", "/");
            Some(html.split("class=\"moving\" src=\"").nth(1)?.split('"').next()?.to_owned())
        };
        let path = eventually(moving, "the animation").await;
        assert!(path.ends_with(end), "{path}");
        let answer = server.ask(&path, "*/*").await;
        assert_eq!(answer.headers()["content-type"], kind);
        let bytes = answer.bytes().await.unwrap();
        assert!(!bytes.windows(11).any(|w| w == b"CANARY-7f3a"));
        assert!(image::load_from_memory(&bytes).is_ok());
    }
}

#[tokio::test]
async fn another_file_in_a_photos_place_keeps_the_post_and_all_that_was_said_under_it() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_album(&["srgb.jpg", "photo-dahlia.jpg"], "Two", "public", &["one", "two"]).await;
    let before = scene.peer.expect("Create").await["object"]["attachment"].clone();
    scene.tell(&scene.bob.activity("Like", post.id.as_str())).await;
    scene
        .ada
        .edit(&post, |form| {
            let old = photos(&form)[1].clone();
            form.file(&format!("replace_{old}"), "photo-lake.jpg", fixture_bytes("photo-lake.jpg"))
        })
        .await;
    let update = scene.peer.expect("Update").await["object"].clone();
    let after = &update["attachment"];
    assert_eq!(update["id"], post.id.as_str());
    assert_eq!(after[0]["url"], before[0]["url"], "the other photo stays");
    assert_ne!(after[1]["url"], before[1]["url"], "new bytes, new name");
    assert_eq!(after[1]["name"], "two", "its words stay");
    assert_eq!((after[1]["width"].as_i64(), after.as_array().unwrap().len()), (Some(1600), 2));
    assert_eq!(scene.likes(&post).await, 1);
}

#[tokio::test]
async fn sizes_can_be_made_again_and_federated_names_keep_answering() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let post = ada.post_album(&["photo-boats.jpg", "photo-lake.jpg"], "Two", "public", &["a", "b"]).await;
    let (_, note) = server.document(&format!("/ap/posts/{}", post.number)).await;
    let address = note["attachment"][0]["url"].as_str().unwrap().to_owned();
    let known = address.strip_prefix("https://a.test").unwrap().to_owned();
    let first = rebuild::rebuild(&server.app, Which::Outdated, |_| {}).await.unwrap();
    assert_eq!((first.total, first.changed), (0, 0), "they are up to date");
    let same = rebuild::rebuild(&server.app, Which::All, |_| {}).await.unwrap();
    assert_eq!((same.total, same.done, same.changed), (2, 2, 0), "the same bytes change nothing");

    let form = ada.form("/settings", "/settings/photos").await.set("credit_artist", "Ada Lovelace");
    assert_eq!(ada.submit(form).await.status, 200);
    let mut told = Vec::new();
    let made = rebuild::rebuild(&server.app, Which::All, |p| told.push(p.done)).await.unwrap();
    assert!(made.changed > 4 && made.failed == 0 && told == [1, 2], "{made:?} {told:?}");
    let (_, note) = server.document(&format!("/ap/posts/{}", post.number)).await;
    let new = note["attachment"][0]["url"].as_str().unwrap().strip_prefix("https://a.test").unwrap().to_owned();
    assert_ne!(new, known, "new bytes, new name");
    let bytes = async |path: &str| server.ask(path, "*/*").await.bytes().await.unwrap();
    let newest = bytes(&new).await;
    assert!(newest.windows(12).any(|w| w == b"Ada Lovelace"));
    assert_eq!(bytes(&known).await, newest, "the old name gives the newest bytes");
    let again = rebuild::rebuild(&server.app, Which::All, |_| {}).await.unwrap();
    assert_eq!(again.changed, 0, "twice is once");

    ada.delete(&post).await;
    for path in [&known, &new] {
        eventually(|| async { server.ask(path, "*/*").await.status() == 404 }, "gone with the post").await;
    }
    assert!(media::originals_but(&server.app.db.read, None, 0, 10).await.unwrap().is_empty());
}

/// Qualities of the sizes of every photo, by role.
async fn qualities(server: &Server, role: &str) -> Vec<i64> {
    let ids: Vec<i64> =
        media::originals_but(&server.app.db.read, None, 0, 100).await.unwrap().iter().map(|p| p.id).collect();
    let sizes = media::sizes_of(&server.app.db.read, &ids).await.unwrap();
    sizes.into_iter().filter(|s| s.role == role).map(|s| s.quality).collect()
}

#[tokio::test]
async fn a_quality_chosen_anew_is_rolled_out_in_as_many_runs_as_it_takes() {
    let world = World::new(["a.test"]).await;
    let server = world.server("a.test").await;
    let ada = server.owner("ada").await;
    let post = ada.post_album(&["photo-boats.jpg", "photo-lake.jpg"], "Two", "public", &["a", "b"]).await;
    let note = async |server: &Server| server.document(&post.id).await.1["attachment"][0]["url"].clone();
    let known = note(&server).await;
    assert_eq!(qualities(&server, "960").await, [80, 80]);
    let data = server.stop().await;

    let chosen = [("page_quality", "92"), ("federated_quality", "60")];
    let server = world.server_in("a.test", data, &chosen).await.unwrap();
    assert_eq!(note(&server).await, known, "a start alone changes nothing");
    // Stopped after the first photo.
    let one_done = tokio::sync::Notify::new();
    tokio::select! {
        biased;
        () = one_done.notified() => {}
        _ = rebuild::rebuild(&server.app, Which::Outdated, |_| one_done.notify_one()) => panic!("it went on"),
    }
    assert_ne!(note(&server).await, known, "new bytes, new name");
    let second = rebuild::rebuild(&server.app, Which::Outdated, |_| {}).await.unwrap();
    assert_eq!((second.total, second.done, second.failed), (1, 1, 0), "it goes on where it was stopped");
    assert_eq!(qualities(&server, "960").await, [90, 90]);
    assert_eq!(qualities(&server, "480").await, [88, 88]);
    assert_eq!(qualities(&server, "fed").await, [60, 60]);
    let third = rebuild::rebuild(&server.app, Which::Outdated, |_| {}).await.unwrap();
    assert_eq!(third.total, 0, "nothing is left to do");

    let bytes = async |url: &serde_json::Value| {
        let answer = server.ask(url.as_str().unwrap().strip_prefix("https://a.test").unwrap(), "*/*").await;
        (answer.headers()["etag"].clone(), answer.bytes().await.unwrap())
    };
    let (former, newest) = (bytes(&known).await, bytes(&note(&server).await).await);
    assert_eq!(former.1, newest.1, "the name others know gives the newest bytes");
    let told = media::sizes_of(&server.app.db.read, &[photo_of(&known, &server).await]).await.unwrap();
    let row = told.iter().find(|s| s.role == rebuild::FORMER).unwrap();
    assert_eq!((row.quality, row.bytes), (60, newest.1.len() as i64), "and its owner is told of those");
}

/// The photo to which a served file belongs.
async fn photo_of(url: &serde_json::Value, server: &Server) -> i64 {
    let key = url.as_str().unwrap().strip_prefix("https://a.test/").unwrap().to_owned();
    let photos = media::originals_but(&server.app.db.read, None, 0, 100).await.unwrap();
    let ids: Vec<i64> = photos.iter().map(|p| p.id).collect();
    let sizes = media::sizes_of(&server.app.db.read, &ids).await.unwrap();
    sizes.into_iter().find(|s| s.key == key).and_then(|s| s.photo_id).expect("it is known")
}

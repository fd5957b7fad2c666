//! Posting photos with nothing but HTML forms: steps, mistakes, double presses, limits.

use super::{composer, headers, look, photos, post, posts_of};
use crate::support::{Form, Page, Person, Server, fixture_bytes};
use cyanotype::service::photos::data::FIELDS;
use futures_util::future::join_all;
use reqwest::Method;
use std::collections::BTreeSet;
use std::path::Path;

const SMALL: [&str; 4] = ["srgb.jpg", "grey.jpg", "orientation-3.jpg", "lossy.webp"];

fn with_files(mut form: Form, names: &[&str]) -> Form {
    for name in names {
        form = form.file("photos", name, fixture_bytes(name));
    }
    form
}

/// Sends a composer's form from where it stands; the page it leads to.
async fn send(person: &Person, form: Form, button: &str) -> Page {
    person.submit(form.set("do", button)).await
}

fn alts(page: &Page) -> Vec<String> {
    let mut alts: Vec<String> = page.photos().into_iter().map(|p| p.alt).collect();
    alts.retain(|alt| !alt.is_empty());
    alts
}

/// What the composer complains of.
fn complaints(page: &Page) -> String {
    let text = page.html.split("role=\"alert\"").nth(1).unwrap_or_default();
    crate::support::Page { html: text.split("</div>").next().unwrap_or_default().to_owned(), ..page.clone() }.text()
}

#[tokio::test]
async fn files_chosen_together_open_a_draft_with_alt_fields_and_order_numbers() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let page = send(&ada, with_files(composer(&ada, "/compose").await, &SMALL).set("caption", "So far"), "add").await;
    assert_eq!(page.status, 200);
    let form = composer(&ada, &page.path).await;
    let photos = photos(&form);
    assert_eq!(photos.len(), 4);
    for (photo, place) in photos.iter().zip(1..) {
        assert_eq!(form.values(&format!("order_{photo}")), [place.to_string()]);
        assert_eq!(form.values(&format!("alt_{photo}")), [""]);
        assert!(page.html.contains(&format!("name=\"remove_{photo}\"")), "photo {photo} can be removed");
    }
    assert_eq!(form.values("caption"), ["So far"], "what was typed is there");
    let thumbnails: BTreeSet<String> = page.photos().into_iter().map(|p| p.src).collect();
    assert_eq!(thumbnails.len(), 4, "each has a thumbnail of its own");
    for name in SMALL {
        assert!(page.says(name), "{name} is named");
    }
}

#[tokio::test]
async fn the_album_is_posted_in_the_order_typed_with_its_alt_texts_and_without_what_was_removed() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let draft = ada.draft(&SMALL).await;
    let form = composer(&ada, &draft).await;
    let ids = photos(&form);
    let mut form = form.set("caption", "Four, less one").set("visibility", "public").set("language", "de");
    for (photo, (place, alt)) in ids.iter().zip([("3", "third"), ("1", "first"), ("4", "never"), ("2", "second")]) {
        form = form.set(&format!("order_{photo}"), place).set(&format!("alt_{photo}"), alt);
    }
    let page = send(&ada, form.set(&format!("remove_{}", ids[2]), "true"), "post").await;
    assert!(page.path.starts_with("/@ada/"), "{}", page.html);
    assert_eq!(alts(&page), ["first", "second", "third"]);
    assert!(page.says("Four, less one") && page.html.contains("lang=\"de\""), "{}", page.html);
    assert_eq!(alts(&server.visitor().page(&page.path).await), ["first", "second", "third"]);
}

#[tokio::test]
async fn files_sent_with_the_words_open_the_draft_so_that_they_can_be_described() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let form = with_files(composer(&ada, "/compose").await, &["srgb.jpg", "grey.jpg"]).set("caption", "At once");
    let page = send(&ada, form, "post").await;
    assert!(page.path.starts_with("/compose/") && page.says("nothing is posted yet"), "{}", page.html);
    assert_eq!(posts_of(&server, "ada").await, 0);
    let form = page.forms().into_iter().find(|f| f.multipart).unwrap();
    assert_eq!((photos(&form).len(), form.values("caption")), (2, vec!["At once"]));
    for photo in photos(&form) {
        assert!(page.html.contains(&format!("name=\"alt_{photo}\"")), "photo {photo} can be described");
    }
    let page = send(&ada, form, "post").await;
    assert!(page.path.starts_with("/@ada/") && page.says("2 photographs"), "{}", page.html);
}

#[tokio::test]
async fn a_photo_the_server_fails_to_keep_is_named_and_loses_neither_words_nor_draft() {
    let server = Server::start_with("a.test", &[("media_store", "local")]).await;
    let ada = server.person("ada").await;
    let originals = server.app.settings.data_dir.join("media/originals");
    std::fs::write(&originals, "in the way").unwrap();
    let form = with_files(composer(&ada, "/compose").await, &["srgb.jpg", "grey.jpg"]).set("caption", "Not lost");
    let page = send(&ada, form, "post").await;
    assert_eq!(page.status, 422, "{}", page.html);
    for name in ["srgb.jpg", "grey.jpg"] {
        assert!(complaints(&page).contains(&format!("{name} had to be left out")), "{}", complaints(&page));
    }
    std::fs::remove_file(&originals).unwrap();
    let again = page.forms().into_iter().find(|f| f.multipart).unwrap();
    assert_eq!(again.values("caption"), ["Not lost"]);
    let page = send(&ada, with_files(again, &["srgb.jpg"]), "add").await;
    let form = page.forms().into_iter().find(|f| f.multipart).unwrap();
    assert_eq!(photos(&form).len(), 1, "it can be added once the fault is mended");
}

#[tokio::test]
async fn photos_can_be_added_in_several_steps() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let draft = ada.draft(&["srgb.jpg"]).await;
    let form = composer(&ada, &draft).await;
    let first = photos(&form)[0].clone();
    let form = with_files(form.set(&format!("alt_{first}"), "kept"), &["grey.jpg"]);
    let page = send(&ada, form, "add").await;
    assert!(page.path.starts_with(&draft), "{}", page.path);
    let form = composer(&ada, &draft).await;
    assert_eq!(photos(&form)[0], first, "new photos stand behind");
    assert_eq!(photos(&form).len(), 2);
    assert_eq!(form.values(&format!("alt_{first}")), ["kept"]);
}

#[tokio::test]
async fn a_saved_draft_is_there_later_with_everything_in_it() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let draft = ada.draft(&["srgb.jpg"]).await;
    let form = composer(&ada, &draft).await;
    let photo = photos(&form)[0].clone();
    let words =
        form.set("caption", "Not yet").set("warning", "Fog").set("language", "fr").set("visibility", "followers");
    let page = send(&ada, words.set(&format!("alt_{photo}"), "A bay"), "save").await;
    assert_eq!(page.path, draft);
    let form = composer(&ada.signed_in_elsewhere(&server).await, &draft).await;
    for (name, value) in [("caption", "Not yet"), ("warning", "Fog"), ("language", "fr"), ("visibility", "followers")] {
        assert_eq!(form.values(name), [value], "{name}");
    }
    assert_eq!(form.values(&format!("alt_{photo}")), ["A bay"]);
    assert_eq!(posts_of(&server, "ada").await, 0, "nothing is out");
}

#[tokio::test]
async fn an_error_keeps_files_words_and_order() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let draft = ada.draft(&["srgb.jpg", "grey.jpg"]).await;
    let form = composer(&ada, &draft).await;
    let ids = photos(&form);
    let long = "é".repeat(5_001);
    let form = form.set("caption", &long).set("warning", "Fog").set("visibility", "quiet");
    let form = form.set(&format!("alt_{}", ids[0]), "one").set(&format!("order_{}", ids[0]), "2");
    let page = send(&ada, form.set(&format!("order_{}", ids[1]), "1"), "post").await;
    assert_eq!(page.status, 422);
    assert!(complaints(&page).contains("The caption has 5001 characters; 5000 are possible."), "{}", complaints(&page));
    let again = page.forms().into_iter().find(|f| f.multipart).unwrap();
    assert_eq!(photos(&again), [ids[1].clone(), ids[0].clone()]);
    assert_eq!(again.values("caption"), [long]);
    assert_eq!((again.values("warning"), again.values("visibility")), (vec!["Fog"], vec!["quiet"]));
    assert_eq!(again.values(&format!("alt_{}", ids[0])), ["one"]);
    let page = send(&ada, again.set("caption", "Shorter"), "post").await;
    assert!(page.path.starts_with("/@ada/") && page.says("Shorter"), "{}", page.html);
}

#[tokio::test]
async fn r070_files_that_are_no_photos_are_named_with_the_reason_and_the_others_stay() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let bad = ["svg.jpg", "html.jpg", "pdf.jpg", "cut.jpg", "bomb.png"];
    let mut form = composer(&ada, "/compose").await.set("caption", "Keep this");
    for name in ["srgb.jpg", bad[0], bad[1], "grey.jpg", bad[2], bad[3], bad[4]] {
        form = form.file("photos", name, fixture_bytes(name));
    }
    let page = send(&ada, form.file("photos", "empty.jpg", Vec::new()), "post").await;
    assert_eq!(page.status, 422);
    for name in bad.iter().chain(&["empty.jpg"]) {
        let line = complaints(&page).split('.').map(str::trim).collect::<Vec<_>>().join(".");
        assert!(line.contains(name), "{name} is named: {line}");
    }
    let again = page.forms().into_iter().find(|f| f.multipart).unwrap();
    assert_eq!((photos(&again).len(), again.values("caption")), (2, vec!["Keep this"]));
    assert_eq!(posts_of(&server, "ada").await, 0, "nothing is out before she has seen it");
    let page = send(&ada, again, "post").await;
    assert!(page.says("2 photographs"), "{}", page.html);
}

#[tokio::test]
async fn a_file_that_is_too_large_is_named_with_both_sizes_and_the_others_stay() {
    let server = Server::start_with("a.test", &[("max_photo_bytes", "1048576")]).await;
    let ada = server.person("ada").await;
    let mut large = fixture_bytes("srgb.jpg");
    large.resize(2_500_000, 0);
    let form = with_files(composer(&ada, "/compose").await, &["grey.jpg"]).file("photos", "large.jpg", large);
    let page = send(&ada, with_files(form, &["srgb.jpg"]), "add").await;
    assert_eq!(page.status, 422);
    assert!(complaints(&page).contains("large.jpg is 3 MB; the limit is 1 MB."), "{}", complaints(&page));
    assert_eq!(photos(&page.forms().into_iter().find(|f| f.multipart).unwrap()).len(), 2);
    let temp = server.app.blobs.temp_dir();
    assert!(std::fs::read_dir(temp).unwrap().next().is_none(), "nothing is left behind");
}

#[tokio::test]
async fn nothing_is_posted_without_a_photo_and_the_caption_stays() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let page = send(&ada, composer(&ada, "/compose").await.set("caption", "Only words"), "post").await;
    assert_eq!(page.status, 422);
    assert!(complaints(&page).contains("Choose at least one photo."), "{}", page.html);
    assert_eq!(page.forms().into_iter().find(|f| f.multipart).unwrap().values("caption"), ["Only words"]);
}

#[tokio::test]
async fn texts_may_be_exactly_as_long_as_promised_and_no_longer() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    for (field, most, sentence) in [
        ("caption", 5_000, "The caption has 5001 characters; 5000 are possible."),
        ("alt", 2_000, "The alt text of photo 1 has 2001 characters; 2000 are possible."),
        ("warning", 500, "The content warning has 501 characters; 500 are possible."),
    ] {
        let draft = ada.draft(&["srgb.jpg"]).await;
        let form = composer(&ada, &draft).await;
        let name = if field == "alt" { format!("alt_{}", photos(&form)[0]) } else { field.to_owned() };
        let over = send(&ada, form.clone().set(&name, &"ß".repeat(most + 1)), "post").await;
        assert_eq!(over.status, 422, "{field}");
        assert!(complaints(&over).contains(sentence), "{field}: {}", complaints(&over));
        let page = send(&ada, form.set(&name, &"ß".repeat(most)), "post").await;
        assert!(page.path.starts_with("/@ada/"), "{field}: {}", complaints(&page));
    }
}

#[tokio::test]
async fn one_photo_too_many_is_left_out_by_name() {
    let server = Server::start_with("a.test", &[("max_photos", "3")]).await;
    let ada = server.person("ada").await;
    let page = send(&ada, with_files(composer(&ada, "/compose").await, &SMALL), "add").await;
    assert_eq!(page.status, 422);
    assert!(complaints(&page).contains("lossy.webp was left out"), "{}", complaints(&page));
    let form = page.forms().into_iter().find(|f| f.multipart).unwrap();
    assert_eq!(photos(&form).len(), 3);
    let page = send(&ada, with_files(form, &["lossy.webp"]), "post").await;
    assert!(
        complaints(&page).contains("lossy.webp was left out: a post has at most 3 photos"),
        "{}",
        complaints(&page)
    );
    assert_eq!(posts_of(&server, "ada").await, 0);
}

#[tokio::test]
async fn a_photos_own_alt_text_is_filled_in() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let draft = ada.draft(&["alt-text.jpg"]).await;
    let form = composer(&ada, &draft).await;
    let alt = form.values(&format!("alt_{}", photos(&form)[0]))[0].to_owned();
    assert!(!alt.is_empty());
    let page = send(&ada, form, "post").await;
    assert_eq!(alts(&page), [alt]);
}

#[tokio::test]
async fn pressing_post_twice_posts_once() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let draft = ada.draft(&["srgb.jpg", "grey.jpg"]).await;
    let form = composer(&ada, &draft).await.set("caption", "Once");
    let first = send(&ada, form.clone(), "post").await;
    let second = send(&ada, form.clone().set("caption", "Twice"), "post").await;
    assert_eq!(first.path, second.path);
    assert!(second.says("Once") && !second.says("Twice"));
    assert_eq!(send(&ada, form, "save").await.path, first.path, "and its draft leads to it");
    assert_eq!(ada.get(&draft).await.path, first.path);
    assert_eq!(posts_of(&server, "ada").await, 1);
}

#[tokio::test]
async fn r113_five_presses_at_the_same_time_post_once() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let draft = ada.draft(&["srgb.jpg"]).await;
    let form = composer(&ada, &draft).await.set("caption", "Once");
    let pages = join_all((0..5).map(|_| send(&ada, form.clone(), "post"))).await;
    assert!(
        pages.iter().all(|p| p.status == 200 && p.path == pages[0].path),
        "{:?}",
        pages.iter().map(|p| (p.status, &p.path)).collect::<Vec<_>>()
    );
    assert!(pages[0].path.starts_with("/@ada/"));
    assert_eq!(posts_of(&server, "ada").await, 1);
}

#[tokio::test]
async fn r113_a_form_with_files_sent_four_times_at_once_is_one_post_with_its_photos_once() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let form = with_files(composer(&ada, "/compose").await, &["srgb.jpg", "grey.jpg"]).set("caption", "Once");
    let pages = join_all((0..4).map(|_| send(&ada, form.clone(), "add"))).await;
    let outcome: Vec<_> = pages.iter().map(|p| (p.status.as_u16(), p.path.clone())).collect();
    assert!(pages.iter().all(|p| p.status == 200 && p.path == pages[0].path), "{outcome:?}");
    let form = composer(&ada, pages[0].path.split('?').next().unwrap()).await;
    let page = send(&ada, form, "post").await;
    assert!(page.says("2 photographs"), "{}", page.html);
    assert_eq!(posts_of(&server, "ada").await, 1);
}

#[tokio::test]
async fn a_form_has_room_for_every_field_of_a_hundred_photos_and_not_for_many_more() {
    let server = Server::start_with("a.test", &[("max_photos", "100")]).await;
    let ada = server.person("ada").await;
    let fields = |photos: usize| {
        let names = ["alt_", "order_", "remove_", "focus_x_", "focus_y_", "data_", "offer_"];
        (1..=photos).flat_map(move |n| {
            let own = names.map(|name| (format!("{name}{n}"), n.to_string()));
            let shown = FIELDS.iter().map(move |field| (format!("show_{n}"), field.key.to_owned()));
            [("photo".to_owned(), n.to_string())].into_iter().chain(own).chain(shown)
        })
    };
    let with = async |photos: usize| {
        let mut form = composer(&ada, "/compose").await.set("caption", "A hundred");
        form.fields.extend(fields(photos));
        send(&ada, form, "post").await
    };
    let page = with(100).await;
    assert!(page.says("Choose at least one photo.") && page.says("A hundred"), "{}", page.text());
    assert!(with(105).await.says("The form has too many fields."));
}

#[tokio::test]
async fn r074_what_a_file_is_called_leads_nowhere() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let long = "n".repeat(500);
    let endless = "m".repeat(4096);
    let backwards = "\u{202E}gpj.php";
    let names = [
        "../../../../outside.jpg",
        "..\\..\\outside.jpg",
        "/etc/outside.jpg",
        &long,
        "CON",
        "x.php",
        "-rf",
        &endless,
        backwards,
    ];
    let files = [
        "srgb.jpg",
        "grey.jpg",
        "palette.png",
        "lossy.webp",
        "lossless.webp",
        "alpha.png",
        "grey-linear.jpg",
        "rgb.jpg",
        "ycck.jpg",
    ];
    let mut form = composer(&ada, "/compose").await;
    for (name, file) in names.iter().zip(files) {
        form = form.file("photos", name, fixture_bytes(file));
    }
    let nul = composer(&ada, "/compose").await.file("photos", "a\u{0}/outside.jpg", fixture_bytes("srgb.jpg"));
    assert!(!send(&ada, nul, "add").await.status.is_server_error());
    let page = send(&ada, form, "add").await;
    assert_eq!(page.status, 200, "{}", page.text());
    let page = send(&ada, page.forms().into_iter().find(|f| f.multipart).unwrap(), "post").await;
    assert!(page.says("9 photographs"), "{}", page.text());
    let visitor = server.visitor().page(&page.path).await;
    for part in ["outside", ".php", "\u{202E}", "mmmm"] {
        assert!(!visitor.html.contains(part), "names are hers alone: {part}");
    }
    for photo in visitor.photos() {
        let name = photo.src.trim_start_matches("/media/").trim_end_matches(".jpg").to_owned();
        assert!(name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit()), "{}", photo.src);
    }
    let found = files_named(server.data.path(), "outside");
    assert!(found.is_empty(), "{found:?}");
}

fn files_named(folder: &Path, part: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_named(&path, part));
        } else if path.display().to_string().contains(part) {
            found.push(path.display().to_string());
        }
    }
    found
}

// ---- What the composer's script asks ----

pub(super) async fn upload(person: &Person, draft: &str, name: &str, bytes: &[u8]) -> (u16, serde_json::Value) {
    let boundary = "----x";
    let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"{name}\"\r\n\r\n");
    let body = [head.as_bytes(), bytes, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
    let kind = format!("multipart/form-data; boundary={boundary}");
    let all = headers(&[("content-type", &kind), ("accept", "application/json"), ("sec-fetch-site", "same-origin")]);
    let page = person.request(Method::POST, &format!("{draft}/photos"), all, body).await;
    let json = serde_json::from_str(&page.html).unwrap_or_else(|e| panic!("{} {e}: {}", page.status, page.html));
    (page.status.as_u16(), json)
}

#[tokio::test]
async fn a_script_uploads_one_by_one_and_is_told_what_it_needs() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let draft = composer(&ada, "/compose").await.action;
    let (status, photo) = upload(&ada, &draft, "alt-text.jpg", &fixture_bytes("alt-text.jpg")).await;
    assert_eq!(status, 201);
    assert!(photo["id"].as_str().unwrap().parse::<i64>().is_ok(), "{photo}");
    assert!(photo["thumb"].as_str().unwrap().starts_with("/media/") && photo["width"].as_i64() > Some(0), "{photo}");
    assert!(!photo["alt"].as_str().unwrap().is_empty());
    assert_eq!(look(&ada, photo["thumb"].as_str().unwrap()).await.status, 200);
    assert_eq!(photos(&composer(&ada, &draft).await), [photo["id"].as_str().unwrap()]);
}

#[tokio::test]
async fn a_script_is_told_in_a_sentence_what_was_refused() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let draft = composer(&ada, "/compose").await.action;
    for name in ["svg.jpg", "html.jpg", "cut.jpg", "bomb.jpg"] {
        let (status, answer) = upload(&ada, &draft, name, &fixture_bytes(name)).await;
        assert_eq!(status, 422, "{name}");
        assert!(answer["error"].as_str().unwrap().starts_with(name), "{answer}");
    }
    let (status, answer) = upload(&server.visitor(), &draft, "srgb.jpg", &fixture_bytes("srgb.jpg")).await;
    assert_eq!((status, answer["error"].as_str()), (401, Some("Sign in first.")));
}

#[tokio::test]
async fn a_script_takes_a_photo_out_again() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let draft = ada.draft(&["srgb.jpg", "grey.jpg"]).await;
    let ids = photos(&composer(&ada, &draft).await);
    assert_eq!(post(&ada, &format!("{draft}/photos/{}/remove", ids[0]), &[]).await.status, 204);
    assert_eq!(photos(&composer(&ada, &draft).await), ids[1..]);
}

#[tokio::test]
async fn nobody_composes_before_signing_in_and_is_led_back() {
    let server = Server::start("a.test").await;
    server.person("ada").await;
    let browser = server.visitor();
    let page = browser.get("/compose").await;
    assert_eq!(page.path, "/sign-in?next=%2Fcompose");
    let form = page.form("/sign-in").unwrap().set("login", "ada").set("password", "four quiet words here");
    assert_eq!(browser.submit(form).await.path, "/compose");
}

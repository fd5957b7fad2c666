//! Custom emoji of others, shown here from our own store; and ours, as others are told.

use crate::support::*;
use cyanotype::service::federation::emoji::EMOJI_BYTES;
use cyanotype::service::{emoji as custom, limits};
use cyanotype::store::emoji as stored;
use sea_orm::DbErr;
use serde_json::{Value, json};

/// A square with a hole in it.
fn png(side: u32, red: u8) -> Vec<u8> {
    let mut picture = image::RgbaImage::from_pixel(side, side, image::Rgba([red, 20, 40, 255]));
    picture.put_pixel(0, 0, image::Rgba([0, 0, 0, 0]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn tag(name: &str, url: &str) -> Value {
    json!({
        "id": format!("{url}#id"), "type": "Emoji", "name": format!(":{name}:"), "updated": "2026-01-05T10:00:00.000Z",
        "icon": { "type": "Image", "mediaType": "image/png", "url": url },
    })
}

/// Pictures of emoji on a page.
fn emoji(page: &Page) -> Vec<(String, String)> {
    let found = page.images().into_iter().filter(|image| image.alt.starts_with(':'));
    found.map(|image| (image.alt, image.src)).collect()
}

/// Bob says something with emoji; gives the path of his post.
async fn said(scene: &Scene, text: &str, tags: Value) -> String {
    let mut note = scene.bob.photo_note(text, "photo-lake.jpg", "A lake");
    note["tag"] = tags;
    scene.bob.serve(&note);
    scene.heard(&scene.bob.create(&note)).await;
    scene.ada.sees(&scene.bob.acct()).await
}

/// Bob with a name, a text and a line that hold an emoji.
fn with_face(scene: &Scene) -> Value {
    let mut bob = scene.bob.document();
    bob["name"] = "Bob :blob:".into();
    bob["summary"] = "<p>Likes :blob:</p>".into();
    bob["attachment"] = json!([{ "type": "PropertyValue", "name": "Mood", "value": ":blob:" }]);
    bob["tag"] = json!([tag("blob", "https://peer.test/emoji/blob.png")]);
    bob
}

#[tokio::test]
async fn emoji_of_others_are_shown_in_names_and_texts_from_our_own_store() {
    let scene = Scene::following().await;
    scene.peer.serve("/emoji/blob.png", "image/png", png(200, 200));
    scene.bob.serve(&with_face(&scene));
    scene.heard(&scene.bob.activity("Update", with_face(&scene))).await;
    let path = said(&scene, "Hello :blob:", json!([tag("blob", "https://peer.test/emoji/blob.png")])).await;
    let profile = format!("/@{}", scene.bob.acct());
    for (path, least) in [(path.as_str(), 2), (profile.as_str(), 3), ("/", 2)] {
        let page = scene.ada.page(path).await;
        let found = emoji(&page);
        assert!(found.len() >= least, "{path}: {found:?}");
        assert!(found.iter().all(|(alt, src)| alt == ":blob:" && src.starts_with("/media/") && src.ends_with(".png")));
    }
    let (_, src) = emoji(&scene.ada.page(&path).await).remove(0);
    let answer = scene.a.ask(&src, "image/*").await;
    assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()), (200, "image/png"));
    let picture = image::load_from_memory(&answer.bytes().await.unwrap()).unwrap().into_rgba8();
    assert_eq!((picture.width(), picture.height()), (96, 96), "made anew, and small");
    assert!(picture.pixels().any(|pixel| pixel.0[3] < 255), "what is transparent stays so");
    let page = scene.ada.page(&path).await;
    assert!(page.html.contains("<meta name=\"description\" content=\"Hello :blob:\">"), "{}", page.html);
}

#[tokio::test]
async fn a_name_stays_text_until_its_picture_is_here_and_where_it_never_comes() {
    let scene = Scene::following().await;
    let before = said(&scene, "Wait for :late:", json!([tag("late", "https://peer.test/emoji/late.png")])).await;
    let page = scene.ada.page(&before).await;
    assert!(page.says("Wait for :late:") && emoji(&page).is_empty());
    for (name, kind, bytes) in [
        ("svg", "image/svg+xml", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec()),
        ("html", "image/png", b"<html><script>alert(1)</script>".to_vec()),
        ("bomb", "image/png", fixture_bytes("bomb.png")),
        ("huge", "image/png", vec![0; 300_000]),
        ("phone", "image/png", fixture_bytes("phone.heic")),
    ] {
        scene.peer.serve(&format!("/emoji/{name}.png"), kind, bytes);
        let tags = json!([tag(name, &format!("https://peer.test/emoji/{name}.png"))]);
        let path = said(&scene, &format!("Look :{name}:"), tags).await;
        let page = scene.ada.page(&path).await;
        assert!(page.says(&format!("Look :{name}:")) && emoji(&page).is_empty(), "{name}");
    }
}

#[tokio::test]
async fn r069a_only_our_own_records_are_shown_whatever_a_post_says() {
    let scene = Scene::following().await;
    scene.peer.serve("/emoji/blob.png", "image/png", png(20, 200));
    let odd = json!([
        tag("a b", "https://peer.test/emoji/blob.png"), tag("\"onerror=", "https://peer.test/emoji/blob.png"),
        tag("plain", "http://peer.test/emoji/blob.png"), tag("script", "javascript:alert(1)"),
        tag(&"x".repeat(65), "https://peer.test/emoji/blob.png"), tag("inside", "https://a.test/emoji/x.png"),
        { "type": "Emoji", "name": ":bare:" }, { "type": "Emoji" }, "Emoji",
    ]);
    let long = "x".repeat(65);
    let text =
        format!(":a b: :\"onerror=: :plain: :script: :{long}: :inside: :bare: <img src=\"https://peer.test/e.png\">");
    let path = said(&scene, &text, odd).await;
    let page = scene.ada.page(&path).await;
    assert!(emoji(&page).is_empty(), "{:?}", page.images());
    assert!(page.images().iter().all(|image| image.src.starts_with('/')), "{:?}", page.images());
    assert!(!page.html.contains("onerror=\"") && !page.html.contains("javascript:"));
    // The name of another server's emoji means nothing in what others write.
    said(&scene, "Mine :blob:", json!([tag("blob", "https://peer.test/emoji/blob.png")])).await;
    let post = scene.ada.post_photo("photo-lake.jpg", "Not mine :blob:").await;
    assert!(emoji(&scene.ada.page(&post.path).await).is_empty());
}

#[tokio::test]
async fn r045_an_emoji_at_an_address_inside_is_not_asked_for() {
    let scene = Scene::following().await;
    let (listener, reached) = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    };
    let addresses = [format!("https://127.0.0.1:{reached}/x.png"), format!("https://localhost:{reached}/x.png")];
    for (n, address) in addresses.iter().enumerate() {
        let name = format!("inner{n}");
        said(&scene, &format!("Look :{name}:"), json!([tag(&name, address)])).await;
    }
    let nobody = tokio::time::timeout(std::time::Duration::from_millis(300), listener.accept()).await;
    assert!(nobody.is_err(), "nobody knocked");
}

#[tokio::test]
async fn an_emoji_that_changes_is_fetched_anew_and_the_old_picture_goes() {
    let scene = Scene::following().await;
    scene.peer.serve("/emoji/1.png", "image/png", png(20, 200));
    scene.peer.serve("/emoji/2.png", "image/png", png(20, 10));
    let path = said(&scene, "One :blob:", json!([tag("blob", "https://peer.test/emoji/1.png")])).await;
    let (_, first) = emoji(&scene.ada.page(&path).await).remove(0);
    said(&scene, "Soon :blob:", json!([tag("blob", "https://peer.test/emoji/2.png")])).await;
    assert_eq!(emoji(&scene.ada.page(&path).await)[0].1, first, "not twice within an hour");
    scene.world().clock().advance(3_700_000);
    said(&scene, "Later :blob:", json!([tag("blob", "https://peer.test/emoji/2.png")])).await;
    let (_, second) = emoji(&scene.ada.page(&path).await).remove(0);
    assert_ne!(first, second);
    assert_eq!(scene.a.ask(&first, "*/*").await.status(), 404);
    assert_eq!(scene.a.ask(&second, "*/*").await.status(), 200);
}

#[tokio::test]
async fn our_own_emoji_are_written_and_told_and_shown_elsewhere() {
    let two = Two::new().await;
    let file = two.a.data.path().join("fern.png");
    std::fs::write(&file, png(64, 120)).unwrap();
    cyanotype::service::emoji::add(&two.a.app, "fern", file, None).await.unwrap();
    let form = two.ada.form("/settings", "/settings/profile").await.set("name", "Ada :fern:");
    two.ada.submit(form).await;
    let post = two.ada.post_photo("photo-lake.jpg", "Under :fern: and :unknown:").await;
    assert_eq!(emoji(&two.a.visitor().page(&post.path).await).len(), 2, "in her name and in her caption");
    let (_, note) = two.a.document(&post.id).await;
    let tags: Vec<&Value> = note["tag"].as_array().unwrap().iter().filter(|tag| tag["type"] == "Emoji").collect();
    assert_eq!(tags.len(), 1);
    let (status, document) = two.a.document(tags[0]["id"].as_str().unwrap()).await;
    assert_eq!((status, &document["name"], &document["icon"]), (200, &json!(":fern:"), &tags[0]["icon"]));
    let (_, actor) = two.a.document(&two.a.actor_id("ada").await).await;
    assert_eq!(actor["tag"][0]["name"], ":fern:");
    let path = two.bob.sees(&two.ada.acct()).await;
    let shown = || async { emoji(&two.bob.page(&path).await).iter().any(|(alt, _)| alt == ":fern:") };
    eventually(shown, "bob sees the fern").await;
    assert!(two.bob.page(&path).await.says(":unknown:"));
    assert!(cyanotype::service::emoji::remove(&two.a.app, "fern").await.unwrap());
    assert!(two.a.visitor().page(&post.path).await.says("Under :fern:"), "its name stays");
}

/// Puts so many emoji there, as if they had been fetched or added; ours where no domain is given.
async fn plant(server: &Server, count: u64, domain: Option<&'static str>) {
    let app = server.app.clone();
    let put = server.app.db.write(move |tx| {
        Box::pin(async move {
            for n in 0..count {
                let mut row = custom::blank(app.id(), &format!("e{n}"), domain, app.now());
                row.media_key = Some(format!("media/{:032x}.png", n));
                stored::insert_if_new(tx, row).await?;
            }
            Ok::<_, DbErr>(())
        })
    });
    put.await.unwrap();
}

#[tokio::test]
async fn r060_so_many_emoji_of_one_server_are_kept_and_no_more() {
    let scene = Scene::following().await;
    plant(&scene.a, limits::EMOJI_OF_SERVER - 1, Some("peer.test")).await;
    scene.peer.serve("/emoji/blob.png", "image/png", png(20, 200));
    for (name, kept) in [("last", true), ("surplus", false)] {
        let path =
            said(&scene, &format!("Look :{name}:"), json!([tag(name, "https://peer.test/emoji/blob.png")])).await;
        assert_eq!(!emoji(&scene.ada.page(&path).await).is_empty(), kept, "{name}");
    }
    assert_eq!(stored::count_of(&scene.a.app.db.read, "peer.test").await.unwrap(), limits::EMOJI_OF_SERVER);
}

#[tokio::test]
async fn r061_the_picture_of_an_emoji_may_be_so_large_and_not_a_byte_larger() {
    let scene = Scene::following().await;
    for (name, bytes, shown) in [("fits", EMOJI_BYTES, true), ("large", EMOJI_BYTES + 1, false)] {
        let mut file = png(20, 200);
        file.resize(usize::try_from(bytes).unwrap(), 0);
        scene.peer.serve(&format!("/emoji/{name}.png"), "image/png", file);
        let tags = json!([tag(name, &format!("https://peer.test/emoji/{name}.png"))]);
        let path = said(&scene, &format!("Look :{name}:"), tags).await;
        assert_eq!(!emoji(&scene.ada.page(&path).await).is_empty(), shown, "{name}");
    }
}

#[tokio::test]
async fn so_many_emoji_of_a_text_are_looked_up_and_sent() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let most = u64::try_from(limits::EMOJI_SENT).unwrap();
    plant(&server, most + 1, None).await;
    let all: Vec<String> = (0..=most).map(|n| format!(":e{n}:")).collect();
    let post = ada.post_photo("photo-lake.jpg", &all.join(" ")).await;
    let (_, note) = server.document(&post.id).await;
    let sent = note["tag"].as_array().unwrap().iter().filter(|tag| tag["type"] == "Emoji").count();
    assert_eq!(sent, limits::EMOJI_SENT);
    let words = |count: usize| format!("{} :e0:", "x:".repeat(count));
    for (before, shown) in [(limits::EMOJI_IN_TEXT - 1, true), (limits::EMOJI_IN_TEXT, false)] {
        let post = ada.post_photo("photo-lake.jpg", &words(before)).await;
        assert_eq!(!emoji(&server.visitor().page(&post.path).await).is_empty(), shown, "{before}");
    }
}

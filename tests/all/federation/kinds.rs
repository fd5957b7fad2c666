//! What other programs publish: whatever has a picture is a photo post, the rest is words with a link.

use crate::support::*;
use serde_json::{Value, json};

/// Bob publishes a document of another kind; gives the post's page and home as ada sees them.
async fn published(scene: &Scene, more: Value) -> (Page, Page) {
    let mut document = scene.bob.note("");
    document.as_object_mut().unwrap().remove("content");
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    scene.bob.serve(&document);
    scene.heard(&scene.bob.create(&document)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    (scene.ada.page(&path).await, scene.ada.home().await)
}

/// Photos of this name are served by bob's server.
fn picture(scene: &Scene, name: &str) -> String {
    let path = format!("/files/{name}");
    scene.peer.serve(&path, "image/jpeg", fixture_bytes(name));
    scene.peer.url(&path)
}

#[tokio::test]
async fn an_image_is_a_photo_post() {
    let scene = Scene::following().await;
    let url = picture(&scene, "photo-lake.jpg");
    let image = json!({ "type": "Image", "name": "A lake at dawn", "mediaType": "image/jpeg",
        "url": [{ "type": "Link", "href": url, "mediaType": "image/jpeg" }] });
    let (page, _) = published(&scene, image).await;
    assert!(page.says("A lake at dawn"));
    let photo = page.photos().pop().expect("its picture is the photo");
    assert_eq!(photo.alt, "A lake at dawn");
}

#[tokio::test]
async fn an_article_is_its_title_a_link_and_its_pictures() {
    let scene = Scene::following().await;
    let (one, two) = (picture(&scene, "photo-lake.jpg"), picture(&scene, "photo-dune.jpg"));
    let article = json!({
        "type": "Article", "name": "Six mornings", "summary": "<p>About light.</p>",
        "url": "https://peer.test/2026/six-mornings",
        "content": format!("<p>Long text <img src=\"{one}\" alt=\"A lake &amp; fog\"></p><img src='{two}'><img src='{one}'>"),
    });
    let (page, home) = published(&scene, article).await;
    assert!(page.says("Six mornings") && page.says("About light.") && !page.says("Long text"));
    assert!(page.links().contains(&"https://peer.test/2026/six-mornings".to_owned()));
    let alts: Vec<String> = page.photos().into_iter().map(|p| p.alt).collect();
    assert_eq!(alts, ["A lake & fog", ""], "pictures of the text, each once");
    assert!(home.says("Six mornings"));
}

#[tokio::test]
async fn a_page_with_a_picture_is_a_photo_post() {
    let scene = Scene::following().await;
    let url = picture(&scene, "photo-forest.jpg");
    let page = json!({ "type": "Page", "name": "Moss", "content": "<p>Found today</p>",
        "attachment": [{ "type": "Image", "url": url }, { "type": "Link", "href": "https://peer.test/article" }] });
    let (page, _) = published(&scene, page).await;
    assert!(page.says("Moss") && page.photos().len() == 1, "{}", page.text());
}

#[tokio::test]
async fn a_video_is_its_still_with_a_link() {
    let scene = Scene::following().await;
    let still = picture(&scene, "photo-boats.jpg");
    let video = json!({
        "type": "Video", "name": "The sea, ten minutes", "duration": "PT600S",
        "url": [
            { "type": "Link", "mediaType": "text/html", "href": "https://peer.test/w/sea" },
            { "type": "Link", "mediaType": "video/mp4", "href": "https://peer.test/sea.mp4", "height": 1080 },
        ],
        "icon": [{ "type": "Image", "url": still, "mediaType": "image/jpeg", "width": 1200, "height": 800 }],
    });
    let (page, _) = published(&scene, video).await;
    assert!(page.says("The sea, ten minutes") && page.photos().len() == 1);
    assert!(page.links().contains(&"https://peer.test/w/sea".to_owned()));
}

#[tokio::test]
async fn an_article_without_a_picture_is_words_with_a_link() {
    let scene = Scene::following().await;
    let article = json!({ "type": "Article", "name": "On waiting", "url": "https://peer.test/waiting" });
    let (page, home) = published(&scene, article).await;
    assert!(page.photos().is_empty() && page.says("On waiting") && home.says("On waiting"));
    assert!(page.links().contains(&"https://peer.test/waiting".to_owned()));
    assert!(page.text().contains("Post by BOB"), "{}", page.text());
}

#[tokio::test]
async fn a_poll_shows_its_options_and_votes() {
    let scene = Scene::following().await;
    let option = |name: &str, votes: i64| json!({ "type": "Note", "name": name, "replies": { "type": "Collection", "totalItems": votes } });
    let poll = json!({ "type": "Question", "content": "<p>When shall we meet?</p>", "votersCount": 4,
        "endTime": "2030-01-01T00:00:00Z", "oneOf": [option("Dawn", 3), option("Dusk <b>", 1)] });
    let (page, home) = published(&scene, poll).await;
    for page in [page, home] {
        assert!(page.text().contains("When shall we meet? "), "{}", page.text());
        assert!(page.says("Dawn") && page.says("75 % · 3 votes"));
        assert!(page.says("Dusk <b>") && page.says("25 % · 1 vote"));
    }
}

#[tokio::test]
async fn a_poll_in_an_answer_is_shown_in_the_conversation_and_a_vote_is_not() {
    let scene = Scene::new().await;
    let post = scene.ada.post_photo("photo-lake.jpg", "Where is it?").await;
    let mut poll = scene.bob.reply_note("Guess", &post.id, &scene.ada_id);
    poll["type"] = "Question".into();
    poll["anyOf"] = json!([{ "type": "Note", "name": "North" }, { "type": "Note", "name": "South" }]);
    scene.bob.serve(&poll);
    scene.heard(&scene.bob.create(&poll)).await;
    let mut vote = scene.bob.reply_note("", &post.id, &scene.ada_id);
    vote["name"] = "A vote".into();
    vote.as_object_mut().unwrap().remove("content");
    scene.heard(&scene.bob.create(&vote)).await;
    let page = scene.ada.page(&post.path).await;
    assert!(page.says("Guess") && page.says(">North<") && page.says("1 reply"), "{}", page.text());
    assert!(!page.says("A vote"));
}

#[tokio::test]
async fn other_kinds_are_their_title_with_a_link() {
    for (kind, name) in [("Event", "Open studio"), ("Audio", "Waves")] {
        let scene = Scene::following().await;
        let document = json!({ "type": kind, "name": name, "url": format!("https://peer.test/{kind}") });
        let (page, _) = published(&scene, document).await;
        assert!(page.says(name) && page.links().contains(&format!("https://peer.test/{kind}")), "{kind}");
    }
}

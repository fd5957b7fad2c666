//! People of other servers, conversations with them and what keeps them away, in a real browser.

use super::play;
use crate::support::*;
use cyanotype::clock::HOUR;
use serde_json::{Value, json};

const PASSWORD: &str = "four quiet words here";
const PHOTOS: [&str; 7] = [
    "photo-lake.jpg",
    "photo-dune.jpg",
    "photo-boats.jpg",
    "photo-dahlia.jpg",
    "photo-pier.jpg",
    "photo-leaf.jpg",
    "photo-forest.jpg",
];

/// Bob's profile as photographers keep theirs.
fn profile(scene: &Scene) {
    for (path, file) in [("/face.jpg", "photo-marigold.jpg"), ("/wide.jpg", "photo-pagoda.jpg")] {
        scene.peer.serve(path, "image/jpeg", fixture_bytes(file));
    }
    let mut bob = scene.bob.document();
    bob["name"] = "Bob Fjellstad".into();
    bob["summary"] = "<p>Water, mostly. Bergen and the islands. Film until it runs out.</p>".into();
    bob["icon"] = json!({ "type": "Image", "mediaType": "image/jpeg", "url": scene.peer.url("/face.jpg") });
    bob["image"] = json!({ "type": "Image", "mediaType": "image/jpeg", "url": scene.peer.url("/wide.jpg") });
    bob["attachment"] = json!([
        { "type": "PropertyValue", "name": "Portfolio", "value": "<a href=\"https://peer.test/bob\">peer.test/bob</a>" },
        { "type": "PropertyValue", "name": "Camera", "value": "Mamiya 7" },
    ]);
    scene.bob.serve(&bob);
    for (list, total) in [("followers", 1902), ("following", 311)] {
        let id = format!("{}/{list}", scene.bob.id);
        scene.bob.serve(&json!({ "@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "OrderedCollection", "totalItems": total }));
    }
}

/// A note of somebody, so many hours old.
fn aged(scene: &Scene, who: &Actor, mut note: Value, hours: i64) -> Value {
    note["published"] = cyanotype::activitypub::stamp::write(scene.world().clock().now() - hours * HOUR).into();
    who.serve(&note);
    note
}

/// Posts in his outbox, one of them pinned and answered at length.
fn posts(scene: &Scene) {
    let mut notes = Vec::new();
    for (n, file) in PHOTOS.iter().enumerate() {
        let note =
            scene.bob.photo_note("First light on the water. I waited for the wind to stop.", file, "Water and stone");
        notes.push(aged(scene, &scene.bob, note, 5 + 20 * i64::try_from(n).unwrap()));
    }
    let words = aged(scene, &scene.bob, scene.bob.note("The lab in Oslo is open again. No hurry, they say."), 3);
    talk(scene, &mut notes[0]);
    let creates: Vec<Value> = std::iter::once(&words).chain(&notes).map(|note| scene.bob.create(note)).collect();
    let list = |name: &str, total: i64, items: Value| {
        let id = format!("{}/{name}", scene.bob.id);
        scene.bob.serve(&json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "OrderedCollection",
            "totalItems": total, "orderedItems": items,
        }));
    };
    list("outbox", 214, creates.into());
    list("featured", 1, json!([notes[0]["id"]]));
}

/// A conversation under a photo, four deep.
fn talk(scene: &Scene, photo: &mut Value) {
    let carol = scene.peer.actor("carol");
    let said = [
        "The stillness! Did you meter for the mist?",
        "For the planks, then one stop down.",
        "And the filter?",
        "None. Only patience.",
    ];
    let mut parent = photo["id"].clone();
    let mut ids = Vec::new();
    for (n, text) in said.iter().enumerate() {
        let who = if n % 2 == 0 { &carol } else { &scene.bob };
        let mut note = aged(scene, who, who.note(text), 4 - i64::try_from(n).unwrap());
        note["inReplyTo"] = parent;
        who.serve(&note);
        parent = note["id"].clone();
        ids.push(parent.clone());
    }
    let list = format!("{}/replies", photo["id"].as_str().unwrap());
    scene.bob.serve(
        &json!({ "@context": "https://www.w3.org/ns/activitystreams", "id": list, "type": "Collection", "items": ids }),
    );
    photo["replies"] = list.into();
    scene.bob.serve(photo);
}

/// Everything that waits for somebody: a request, messages, reports, somebody muted.
async fn busy(scene: &Scene) {
    let (eve, mallory) = (scene.a.person("eve").await, scene.a.person("mallory").await);
    let settings = scene.ada.form("/settings", "/settings/profile").await.set("locked", "true");
    scene.ada.submit(settings).await;
    eve.press("/@ada", "/@ada/follow").await;
    for (from, to, text) in
        [(&eve, "@ada", "Would you lend me the 90 mm on Saturday?"), (&mallory, "@ada @eve", "Buy my presets")]
    {
        let form = from.form("/messages", "/messages").await.set("to", to).set("text", text);
        from.submit(form).await;
    }
    let report = eve.form("/@mallory/report", "/@mallory/report").await.set("comment", "The same words to everybody.");
    eve.submit(report).await;
    scene.ada.press("/@mallory/mute", "/@mallory/mute").await;
}

async fn looks(width: u32, scheme: &str, script: bool) {
    let scene = Scene::new().await;
    profile(&scene);
    posts(&scene);
    busy(&scene).await;
    scene.ada_follows().await;
    scene.a.quiet().await;
    let post = scene.ada.page("/@bob@peer.test").await.post_of("bob@peer.test").unwrap();
    for _ in 0..2 {
        scene.ada.page(&post).await;
        scene.a.quiet().await;
    }
    let answer = scene.ada.page(&post).await.links().into_iter().find(|l| l.starts_with("/@carol@")).unwrap();
    let answer = scene.ada.page(&post).await.post_of(answer.trim_start_matches("/@")).unwrap();
    let base = format!("http://{}", scene.a.address);
    let options = json!({ "width": width, "scheme": scheme, "script": script, "post": post, "answer": answer });
    play(&base, PASSWORD, "people", options).await;
}

#[tokio::test]
async fn people_elsewhere_are_met_on_a_phone_in_light() {
    looks(390, "light", true).await;
}

#[tokio::test]
async fn people_elsewhere_are_met_on_a_phone_in_dark_without_script() {
    looks(390, "dark", false).await;
}

#[tokio::test]
async fn people_elsewhere_are_met_on_a_desk_in_light_without_script() {
    looks(1440, "light", false).await;
}

#[tokio::test]
async fn people_elsewhere_are_met_on_a_desk_in_dark() {
    looks(1440, "dark", true).await;
}

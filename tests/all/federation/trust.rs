//! What is believed of what others carry, and where it leads nobody.

use crate::support::*;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpListener;

const CONTEXT: &str = "https://www.w3.org/ns/activitystreams";

#[tokio::test]
async fn r009_a_linked_data_signature_means_nothing_and_no_context_is_fetched() {
    let scene = Scene::among(&["context.test"]).await;
    let contexts = scene.world().peer("context.test");
    scene.ada_follows().await;
    let dressed = |mut activity: Value| {
        activity["@context"] = json!([CONTEXT, "https://context.test/v1", { "@vocab": "https://context.test/#" }]);
        activity["signature"] = json!({
            "type": "RsaSignature2017", "creator": scene.bob.key_id, "created": scene.bob.stamp(), "signatureValue": "AAAA",
        });
        activity["proof"] =
            json!({ "type": "DataIntegrityProof", "verificationMethod": scene.bob.key_id, "proofValue": "z11" });
        activity
    };
    let note = scene.bob.photo_note("What bob said", "photo-lake.jpg", "A lake");
    scene.heard(&dressed(scene.bob.create(&note))).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    assert!(scene.ada.get(&path).await.says("What bob said"), "a block nobody asked for refuses nothing");
    let other = scene.peer.actor("other");
    let forged = dressed(scene.bob.update(&note, "What bob never said"));
    let status =
        other.signed_post(&scene.inbox, forged.to_string().into_bytes(), &other.key_id, scene.world().clock().system());
    assert_eq!(status.send().await, 401, "and vouches for nobody");
    scene.a.quiet().await;
    assert_eq!(contexts.requests(), 0);
}

#[tokio::test]
async fn r009_what_would_restructure_a_document_is_refused() {
    let scene = Scene::new().await;
    for keyword in ["@graph", "@included", "@reverse"] {
        let mut like = scene.bob.activity("Like", scene.ada_id.as_str());
        like[keyword] = json!([]);
        assert_eq!(scene.bob.send(&scene.inbox, &like).await, 400, "{keyword}");
        let mut inside = scene.bob.create(&scene.bob.note("x"));
        inside["object"][keyword] = json!({});
        assert_eq!(scene.bob.send(&scene.inbox, &inside).await, 400, "{keyword} inside");
    }
}

#[tokio::test]
async fn r010a_a_public_post_is_there_for_whoever_asks_unsigned_or_badly_signed() {
    let scene = Scene::new().await;
    let post = scene.ada.post_photo("orientation-1.jpg", "A flower").await;
    assert_eq!(scene.a.document(&post.id).await.0, 200);
    let client = scene.world().client();
    for signature in ["nonsense", "keyId=\"https://peer.test/users/nobody#main-key\",signature=\"AAAA\""] {
        let asked = client.get(&post.id).header("accept", "application/activity+json").header("signature", signature);
        assert_eq!(asked.send().await.unwrap().status(), 200, "{signature}");
    }
    assert_eq!(scene.peer.requests(), 0, "and nobody's key is asked for");
}

#[tokio::test]
async fn r045_addresses_inside_lead_to_no_connection_wherever_they_stand() {
    let scene = Scene::following().await;
    let inside = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = inside.local_addr().unwrap().port();
    let bad = |path: &str| format!("https://127.0.0.1:{port}/{path}");
    let mut profile = scene.bob.document();
    for name in ["outbox", "followers", "following", "featured"] {
        profile[name] = bad(name).into();
    }
    profile["url"] = bad("page").into();
    profile["icon"] = json!({ "type": "Image", "mediaType": "image/jpeg", "url": bad("icon.jpg") });
    profile["image"] = json!({ "type": "Image", "mediaType": "image/jpeg", "url": bad("image.jpg") });
    profile["endpoints"]["sharedInbox"] = bad("inbox").into();
    profile["tag"] = json!([{ "type": "Emoji", "name": ":x:", "icon": { "type": "Image", "url": bad("emoji.png") } }]);
    profile["movedTo"] = bad("moved").into();
    scene.heard(&scene.bob.activity("Update", profile)).await;
    let mut note = scene.bob.note("With addresses");
    note["attachment"] = json!([{ "type": "Image", "mediaType": "image/jpeg", "url": bad("photo.jpg") }]);
    note["tag"] = json!([{ "type": "Mention", "href": bad("user"), "name": "@a" }, { "type": "Hashtag", "href": bad("tag"), "name": "#b" }]);
    for name in ["url", "inReplyTo", "replies", "context", "quoteUrl", "likes"] {
        note[name] = bad(name).into();
    }
    for said in [
        scene.bob.create(&note),
        scene.bob.activity("Announce", bad("announced")),
        scene.bob.activity("Add", bad("added")),
    ] {
        let status = scene.bob.send(&scene.inbox, &said).await;
        assert!(matches!(status, 202 | 400), "{status} {said}");
    }
    let now = scene.world().clock().system();
    let body = scene.bob.activity("Like", scene.ada_id.as_str()).to_string().into_bytes();
    let keyed = scene.bob.signed_post(&scene.inbox, body, &format!("{}#main-key", bad("key")), now).send().await;
    assert!(matches!(keyed, 400 | 401), "{keyed}");
    for address in [bad("searched"), format!("@bob@127.0.0.1:{port}"), format!("https://localhost:{port}/x")] {
        scene.ada.search(&address).await;
    }
    scene.ada.post_photo("orientation-1.jpg", "To bob's shared inbox, which is none").await;
    scene.a.quiet().await;
    let connected = tokio::time::timeout(Duration::from_millis(300), inside.accept()).await;
    assert!(connected.is_err(), "somebody came: {connected:?}");
}

#[tokio::test]
async fn r064_links_in_a_post_are_not_looked_at() {
    let scene = Scene::following().await;
    let links: Vec<String> = (0..30).map(|n| format!("https://peer.test/pages/{n}")).collect();
    scene.ada.post_photo("orientation-1.jpg", &links.join(" ")).await;
    let html: String = links.iter().map(|link| format!("<a href=\"{link}\">{link}</a> ")).collect();
    let mut note = scene.bob.photo_note("Links", "photo-lake.jpg", "A lake");
    note["content"] = format!("<p>{html}</p>").into();
    scene.bob.serve(&note);
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    scene.ada.get(&path).await;
    assert!(scene.peer.received().iter().all(|r| !r.target.starts_with("/pages/")));
}

#[tokio::test]
async fn r096_somebody_whom_her_server_suspended_is_hidden_and_says_nothing_new() {
    let scene = Scene::following().await;
    let note = scene.bob.photo_note("What bob said", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    let mut profile = scene.bob.document();
    profile["suspended"] = true.into();
    scene.heard(&scene.bob.activity("Update", profile)).await;
    assert_eq!(scene.ada.get(&path).await.status, 404);
    assert!(!scene.ada.home().await.says("What bob said"));
    let more = scene.bob.photo_note("More", "photo-lake.jpg", "A lake");
    assert_eq!(scene.bob.send(&scene.inbox, &scene.bob.create(&more)).await, 403);
    let update = scene.bob.update(&note, "Changed");
    assert_eq!(scene.bob.send(&scene.inbox, &update).await, 403);
    assert!(!scene.ada.home().await.says("More"));
}

#[tokio::test]
async fn r031_asking_to_follow_somebody_who_approves_shows_nothing_before_she_does() {
    let scene = Scene::new().await;
    let ben = scene.a.person("ben").await;
    let mut approves = scene.bob.document();
    approves["manuallyApprovesFollowers"] = true.into();
    scene.bob.serve(&approves);
    ben.follow(&scene.bob.handle()).await;
    let granted = scene.peer.expect("Follow").await;
    scene.ada.follow(&scene.bob.handle()).await;
    scene.peer.expect("Follow").await;
    scene.heard(&scene.bob.activity("Accept", granted)).await;
    let mut note = scene.bob.photo_note("For followers", "photo-lake.jpg", "A lake");
    note["to"] = json!([scene.bob.followers()]);
    note["cc"] = json!([]);
    scene.bob.serve(&note);
    scene.heard(&scene.bob.create(&note)).await;
    let path = ben.sees(&scene.bob.acct()).await;
    assert!(ben.get(&path).await.says("For followers"));
    assert_eq!(scene.ada.get(&path).await.status, 404);
    assert!(!scene.ada.home().await.says("For followers"));
}

#[tokio::test]
async fn r036_whoever_approves_followers_is_followed_by_nobody_before() {
    use cyanotype::service::accounts;
    use cyanotype::service::following;
    use cyanotype::service::profiles::{self, ProfileChange};
    let scene = Scene::new().await;
    let app = &scene.a.app;
    let ada = accounts::local(app, "ada").await.unwrap();
    let change = ProfileChange { name: "Ada".to_owned(), locked: true, ..ProfileChange::default() };
    profiles::change_profile(app, ada.id, change).await.unwrap();
    scene.bob.follow(&scene.ada_id).await;
    scene.a.quiet().await;
    let post = scene.ada.post_album(&["orientation-1.jpg"], "For followers", "followers", &["A flower"]).await;
    scene.a.quiet().await;
    assert!(scene.peer.deliveries("Accept").is_empty() && scene.peer.deliveries("Create").is_empty());
    assert_eq!((scene.followers().await, scene.bob.get(&post.id).await.0), (0, 404));
    let bob = cyanotype::store::accounts::by_uri(&app.db.read, &scene.bob.id).await.unwrap().unwrap();
    following::answer(app, &ada, bob.id, false).await.unwrap();
    scene.peer.expect("Reject").await;
    assert_eq!(scene.bob.get(&post.id).await.0, 404);
}

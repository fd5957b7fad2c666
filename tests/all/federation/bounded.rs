//! What others say never makes this server ask where it must not, or without end.

use crate::support::*;
use cyanotype::app::Failure;
use cyanotype::clock::MINUTE;
use cyanotype::entity::delivery;
use cyanotype::service::federation::say::{Said, say, spread};
use cyanotype::service::{Refusal, accounts};
use sea_orm::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::TcpListener;

/// Somebody inside the network, who must never be asked.
struct Inside(TcpListener);

impl Inside {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn addresses(&self) -> Vec<String> {
        let port = self.0.local_addr().unwrap().port();
        let names = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f.1"];
        names.iter().flat_map(|name| [format!("https://{name}:{port}/x"), format!("http://{name}:{port}/x")]).collect()
    }

    fn was_asked(&self) -> bool {
        self.0.accept().is_ok()
    }
}

#[tokio::test]
async fn r045_an_internal_address_is_not_asked_wherever_it_stands() {
    let scene = Scene::following().await;
    let inside = Inside::new();
    for address in inside.addresses() {
        let mut document = scene.bob.document();
        for name in ["icon", "image"] {
            document[name] = json!({ "type": "Image", "mediaType": "image/jpeg", "url": address });
        }
        for name in ["outbox", "followers", "following", "featured", "movedTo", "url"] {
            document[name] = address.as_str().into();
        }
        document["alsoKnownAs"] = json!([address]);
        document["endpoints"] = json!({ "sharedInbox": address });
        document["@context"] = json!(["https://www.w3.org/ns/activitystreams", address]);
        document["tag"] = json!([{ "type": "Emoji", "name": ":x:", "icon": { "type": "Image", "url": address } }]);
        scene.heard(&scene.bob.activity("Update", document)).await;
        scene.heard(&scene.bob.activity("Update", scene.bob.document())).await;
        let mut note = scene.bob.note("Look");
        note["attachment"] = json!([{ "type": "Image", "mediaType": "image/jpeg", "url": address }]);
        note["tag"] = json!([
            { "type": "Mention", "href": address, "name": "@x" },
            { "type": "Emoji", "name": ":x:", "icon": { "type": "Image", "url": address } },
        ]);
        for name in ["replies", "context", "quote", "quoteUrl", "conversation", "likes", "shares", "inReplyTo"] {
            note[name] = address.as_str().into();
        }
        scene.heard(&scene.bob.create(&note)).await;
        for kind in ["Announce", "Create", "Update", "Move", "Add", "QuoteRequest", "Accept"] {
            let mut activity = scene.bob.activity(kind, address.as_str());
            for name in ["target", "instrument", "result", "origin"] {
                activity[name] = address.as_str().into();
            }
            scene.bob.send(&scene.inbox, &activity).await;
        }
        let body = scene.bob.activity("Like", address.as_str()).to_string().into_bytes();
        let now = scene.world().clock().system();
        scene.bob.signed_post(&scene.inbox, body, &address, now).send().await;
        scene.ada.search(&address).await;
    }
    scene.a.quiet().await;
    assert!(!inside.was_asked());
}

#[tokio::test]
async fn r059_a_list_of_followers_without_end_is_left_after_ten_pages() {
    let scene = Scene::following().await;
    let list = format!("{}/followers/sync", scene.bob.id);
    let page = |number: usize| format!("{}/page/{number}", scene.bob.id);
    scene.bob.serve(&json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": list, "type": "OrderedCollection", "first": page(0),
    }));
    for number in 0..30 {
        scene.bob.serve(&json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": page(number), "type": "OrderedCollectionPage",
            "partOf": list, "next": page(number + 1), "orderedItems": [],
        }));
    }
    let before = scene.peer.requests();
    let note = scene.bob.note("For followers");
    let header = format!("collectionId=\"{}\", url=\"{list}\", digest=\"{}\"", scene.bob.followers(), "0".repeat(64));
    let create = scene.bob.create(&note);
    let sent = scene.bob.delivery_with(&scene.inbox, &create, "collection-synchronization", &header);
    assert_eq!(sent.send().await, 202);
    scene.a.quiet().await;
    let asked = scene.peer.requests() - before;
    assert!((1..=10).contains(&asked), "{asked} requests");
}

#[tokio::test]
async fn r060_what_is_remembered_of_failures_is_bounded_whatever_others_name() {
    let server = Server::start("a.test").await;
    let failure = Failure { for_good: true, until: server.app.now() + MINUTE };
    for number in 0..100_000 {
        server.app.unreachable.insert(format!("https://host{number}.example/key"), failure);
        server.app.asking.insert(format!("https://host{number}.example/key"), Default::default());
    }
    server.app.unreachable.run_pending_tasks();
    server.app.asking.run_pending_tasks();
    assert!(server.app.unreachable.entry_count() <= 10_000 && server.app.asking.entry_count() <= 1_000);
}

#[tokio::test]
async fn r064_links_in_posts_are_asked_for_by_nobody() {
    let scene = Scene::among(&["linked.test"]).await;
    scene.ada_follows().await;
    let linked = scene.world().peer("linked.test");
    let links: String = (0..30).map(|n| format!("<a href=\"https://linked.test/{n}\">link</a> ")).collect();
    let mut note = scene.bob.photo_note("Links", "orientation-1.jpg", "");
    note["content"] = format!("<p>{links}</p>").into();
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    scene.ada.page(&path).await;
    let caption: String = (0..30).map(|n| format!("https://linked.test/{n} ")).collect();
    for visibility in ["public", "followers"] {
        scene.ada.post_album(&["orientation-1.jpg"], &caption, visibility, &[]).await;
    }
    scene.world().clock().advance(120_000);
    scene.a.quiet().await;
    assert_eq!(linked.requests(), 0);
}

#[tokio::test]
async fn a_request_to_quote_costs_a_bounded_number_of_fetches() {
    let scene = Scene::followed().await;
    let form = scene.ada.form("/settings/reach", "/settings/reach").await.set("quotes", "everyone");
    scene.ada.submit(form).await;
    let post = scene.ada.post_photo("orientation-1.jpg", "Quoted").await;
    let mut note = scene.bob.note("Quotes");
    note["quote"] = post.id.as_str().into();
    note["tag"] = (0..100)
        .map(|n| json!({ "type": "Mention", "href": format!("https://peer.test/users/u{n}"), "name": "@u" }))
        .collect::<Value>();
    scene.bob.serve(&note);
    let before = scene.peer.requests();
    let mut request = scene.bob.activity("QuoteRequest", post.id.as_str());
    request["instrument"] = note["id"].clone();
    scene.tell(&request).await;
    scene.peer.expect("Accept").await;
    scene.a.quiet().await;
    assert!(scene.peer.requests() - before <= 21, "{}", scene.peer.requests() - before);
}

#[tokio::test]
async fn what_is_said_to_thousands_is_queued_in_parts_and_each_gets_it_once() {
    let a = Server::start("a.test").await;
    a.owner("ada").await;
    let ada = accounts::local(&a.app, "ada").await.unwrap().id;
    let inboxes: BTreeSet<String> = (0..1_201).map(|n| format!("https://host-{n}.example/inbox")).collect();
    let id = a.app.id();
    let body =
        json!({"type": "Move", "id": format!("https://a.test/ap/activities/{id}"), "object": "https://a.test/x"});
    let (app, said) = (a.app.clone(), Said { id, account_id: ada, public: true, body });
    let stopped = a.app.db.write(move |tx| {
        Box::pin(async move {
            say(&app, tx, said, inboxes).await?;
            Ok::<_, Refusal>(delivery::Entity::find().count(tx).await?)
        })
    });
    assert_eq!(stopped.await.unwrap(), 0, "nobody's writing waits for all of them");
    let queued = async || delivery::Entity::find().count(&a.app.db.read).await.unwrap();
    eventually(|| async { queued().await == 1_201 }, "every inbox has its delivery").await;
    a.quiet().await;
    spread(&a.app, id, vec!["https://host-7.example/inbox".to_owned()]).await.unwrap();
    assert_eq!(queued().await, 1_201, "run again after a crash it changes nothing");
}

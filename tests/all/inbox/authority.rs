//! A good signature is not enough: who may say what about whom.

use crate::support::*;
use serde_json::{Value, json};

/// Ada follows bob, whose photo is known here; mallory is on another server, `other` on bob's own.
struct Known {
    scene: Scene,
    mallory: Actor,
    other: Actor,
    note: Value,
    path: String,
    _evil: Peer,
}

async fn known() -> Known {
    let scene = Scene::among(&["evil.test"]).await;
    let evil = scene.world().peer("evil.test");
    scene.ada_follows().await;
    let note = scene.bob.photo_note("What bob said", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    let (mallory, other) = (evil.actor("mallory"), scene.peer.actor("other"));
    Known { scene, mallory, other, note, path, _evil: evil }
}

impl Known {
    /// Sends it as both strangers; whatever the answer, the post stands as it was.
    async fn unchanged_by(&self, make: impl Fn(&Actor) -> Value, what: &str) {
        for stranger in [&self.mallory, &self.other] {
            let status = stranger.send(&self.scene.inbox, &make(stranger)).await;
            assert!(matches!(status, 202 | 400 | 401 | 403), "{what}: {status}");
        }
        self.scene.a.quiet().await;
        let page = self.scene.ada.get(&self.path).await;
        assert_eq!(page.status, 200, "{what}");
        assert!(page.says("What bob said"), "{what}: {}", page.text());
    }
}

#[tokio::test]
async fn r020_a_note_of_somebody_else_is_not_stored_from_whoever_carries_it() {
    let known = known().await;
    let mut forged = known.scene.bob.photo_note("What bob never said", "photo-lake.jpg", "A lake");
    forged["content"] = "<p>Forged</p>".into();
    known.unchanged_by(|stranger| stranger.activity("Create", forged.clone()), "an embedded note").await;
    assert!(!known.scene.ada.home().await.says("Forged"));
    // Somebody here is mentioned: what concerns nobody would be left out anyhow.
    forged["tag"] = json!([{ "type": "Mention", "href": known.scene.ada_id, "name": "@ada" }]);
    forged["id"] = format!("{}/notes/never", known.scene.bob.id).into();
    known.unchanged_by(|stranger| stranger.activity("Create", forged.clone()), "one that concerns somebody").await;
    assert!(!known.scene.ada.notifications().await.says("Forged"));
}

#[tokio::test]
async fn r013_a_note_whose_author_lives_elsewhere_is_refused() {
    let known = known().await;
    let forge = |stranger: &Actor| {
        let mut note = stranger.photo_note("Forged", "photo-lake.jpg", "A lake");
        note["attributedTo"] = known.scene.bob.id.as_str().into();
        stranger.serve(&note);
        stranger.activity("Create", note)
    };
    known.unchanged_by(forge, "a spoofed attributedTo").await;
    let by_id = |stranger: &Actor| {
        let mut note = stranger.photo_note("Forged", "photo-lake.jpg", "A lake");
        note["attributedTo"] = known.scene.bob.id.as_str().into();
        stranger.serve(&note);
        stranger.activity("Create", note["id"].clone())
    };
    known.unchanged_by(by_id, "the same by its address").await;
    assert!(!known.scene.ada.home().await.says("Forged"));
}

#[tokio::test]
async fn r012_a_document_about_an_id_elsewhere_is_not_believed() {
    let known = known().await;
    let mut copy = known.note.clone();
    copy["content"] = "<p>Forged</p>".into();
    known._evil.serve_json("/copy", &copy);
    let found = known.scene.ada.search("https://evil.test/copy").await;
    assert!(found.post_of(&known.scene.bob.acct()).is_none() && !found.says("Forged"));
    assert!(!known.scene.ada.page(&known.path).await.says("Forged"));
    // The same about something nobody here has heard of.
    copy["id"] = format!("{}/notes/never", known.scene.bob.id).into();
    known._evil.serve_json("/copy/never", &copy);
    let found = known.scene.ada.search("https://evil.test/copy/never").await;
    assert!(found.post_of(&known.scene.bob.acct()).is_none() && !found.says("Forged"));
    known.scene.a.quiet().await;
    assert!(!known.scene.ada.page(&format!("/@{}", known.scene.bob.acct())).await.says("Forged"));
}

#[tokio::test]
async fn r021_ids_of_our_own_host_cannot_be_made_changed_or_deleted_from_outside() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "What ada said").await;
    let claims = |id: &str, author: &str| {
        let mut note = scene.bob.note("Forged");
        note["id"] = id.into();
        note["attributedTo"] = author.into();
        note["updated"] = "2030-01-01T00:00:00.000Z".into();
        // Somebody here is mentioned: what concerns nobody would be left out anyhow.
        note["tag"] = json!([{ "type": "Mention", "href": scene.ada_id, "name": "@ada" }]);
        note
    };
    let unknown = "https://a.test/ap/posts/999999999999";
    for author in [scene.ada_id.as_str(), scene.bob.id.as_str()] {
        for kind in ["Create", "Update"] {
            for id in [post.id.as_str(), unknown] {
                scene.bob.send(&scene.inbox, &scene.bob.activity(kind, claims(id, author))).await;
            }
        }
    }
    for object in [json!(post.id), json!({ "id": post.id, "type": "Tombstone" }), json!(scene.ada_id)] {
        scene.bob.send(&scene.inbox, &scene.bob.activity("Delete", object)).await;
    }
    let mut own_id = scene.bob.activity("Like", post.id.as_str());
    own_id["id"] = "https://a.test/ap/activities/1".into();
    scene.bob.send(&scene.inbox, &own_id).await;
    scene.a.quiet().await;
    let page = scene.ada.page(&post.path).await;
    assert!(page.says("What ada said") && !page.says("Forged"));
    assert!(!scene.ada.notifications().await.says("mentioned you"));
    assert_eq!(scene.likes(&post).await, 0, "nobody elsewhere gives an id of ours");
    assert_eq!(scene.a.document(&post.id).await.0, 200);
    assert_eq!(scene.a.document(unknown).await.0, 404);
    assert_eq!(scene.ada.home().await.status, 200, "she is still here");
}

#[tokio::test]
async fn r022_nobody_but_the_owner_updates_or_deletes() {
    let known = known().await;
    let mut changed = known.note.clone();
    changed["content"] = "<p>Forged</p>".into();
    changed["updated"] = "2030-01-01T00:00:00.000Z".into();
    known.unchanged_by(|stranger| stranger.activity("Update", changed.clone()), "Update").await;
    known.unchanged_by(|stranger| stranger.activity("Update", changed["id"].clone()), "Update by id").await;
    let id = known.note["id"].clone();
    known.unchanged_by(|stranger| stranger.activity("Delete", id.clone()), "Delete").await;
    let tombstone = json!({ "id": id, "type": "Tombstone" });
    known.unchanged_by(|stranger| stranger.activity("Delete", tombstone.clone()), "Delete of a tombstone").await;
    known
        .unchanged_by(|stranger| stranger.activity("Delete", known.scene.bob.id.as_str()), "Delete of the author")
        .await;
    let mut document = known.scene.bob.document();
    document["name"] = "Forged".into();
    known.unchanged_by(|stranger| stranger.activity("Update", document.clone()), "Update of the author").await;
    assert!(!known.scene.ada.page(&known.path).await.says("Forged"));
}

#[tokio::test]
async fn r023_an_update_by_another_account_of_the_same_host_changes_nothing() {
    let known = known().await;
    let mut taken_over = known.note.clone();
    taken_over["attributedTo"] = known.other.id.as_str().into();
    taken_over["content"] = "<p>Forged</p>".into();
    taken_over["updated"] = "2030-01-01T00:00:00.000Z".into();
    known
        .scene
        .peer
        .serve_json(known.note["id"].as_str().unwrap().strip_prefix("https://peer.test").unwrap(), &taken_over);
    known.unchanged_by(|_| known.other.activity("Update", taken_over.clone()), "authorship does not change").await;
}

#[tokio::test]
async fn r023_a_delete_by_another_account_of_the_same_host_stops_nothing_to_come() {
    let scene = Scene::following().await;
    let other = scene.peer.actor("other");
    let note = scene.bob.photo_note("Not yet known", "photo-lake.jpg", "A lake");
    other.tell(&scene.inbox, &other.activity("Delete", note["id"].clone())).await;
    scene.a.quiet().await;
    scene.heard(&scene.bob.create(&note)).await;
    scene.ada.sees(&scene.bob.acct()).await;
}

#[tokio::test]
async fn r022_nobody_takes_back_what_another_did() {
    let scene = Scene::followed().await;
    let other = scene.peer.actor("other");
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let (like, boost) =
        (scene.bob.activity("Like", post.id.as_str()), scene.bob.activity("Announce", post.id.as_str()));
    let follow = scene.bob.follow(&scene.ada_id).await;
    scene.tell(&like).await;
    scene.heard(&boost).await;
    for inner in [like, boost, follow] {
        let mut swapped = inner.clone();
        swapped["actor"] = other.id.as_str().into();
        for object in [inner["id"].clone(), inner, swapped] {
            other.tell(&scene.inbox, &other.activity("Undo", object)).await;
        }
    }
    scene.a.quiet().await;
    assert_eq!((scene.likes(&post).await, scene.boosts(&post).await, scene.followers().await), (1, 1, 1));
}

#[tokio::test]
async fn r022_only_whoever_was_asked_accepts_or_refuses() {
    let scene = Scene::new().await;
    let other = scene.peer.actor("other");
    scene.ada.follow(&scene.bob.handle()).await;
    let follow = scene.peer.expect("Follow").await;
    let profile = format!("/@{}", scene.bob.acct());
    for object in [follow.clone(), follow["id"].clone()] {
        other.tell(&scene.inbox, &other.activity("Accept", object)).await;
        scene.a.quiet().await;
        assert!(scene.ada.page(&profile).await.says("Requested"));
    }
    scene.heard(&scene.bob.activity("Accept", follow.clone())).await;
    for object in [follow.clone(), follow["id"].clone()] {
        other.tell(&scene.inbox, &other.activity("Reject", object)).await;
        scene.a.quiet().await;
        assert!(scene.ada.page(&profile).await.html.contains(">Following<span"));
    }
}

#[tokio::test]
async fn r022_a_stranger_pins_and_blocks_for_nobody() {
    let scene = Scene::followed().await;
    let other = scene.peer.actor("other");
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let featured = format!("{}/collections/featured", scene.ada_id);
    for kind in ["Add", "Remove"] {
        let mut pin = other.activity(kind, post.id.as_str());
        pin["target"] = featured.as_str().into();
        other.send(&scene.inbox, &pin).await;
    }
    let mut block = other.activity("Block", scene.ada_id.as_str());
    block["actor"] = scene.bob.id.as_str().into();
    other.send(&scene.inbox, &block).await;
    scene.a.quiet().await;
    assert_eq!(scene.followers().await, 1);
    assert_eq!(scene.a.document(&featured).await.1["orderedItems"], json!([post.id]));
}

#[tokio::test]
async fn r022_nobody_moves_the_followers_of_another() {
    let scene = Scene::following().await;
    let other = scene.peer.actor("other");
    let mut document = other.document();
    document["alsoKnownAs"] = json!([scene.bob.id]);
    other.serve(&document);
    for actor in [&other, &scene.bob] {
        let mut moving = other.activity("Move", scene.bob.id.as_str());
        moving["actor"] = actor.id.as_str().into();
        moving["target"] = other.id.as_str().into();
        other.send(&scene.inbox, &moving).await;
    }
    scene.a.quiet().await;
    assert!(scene.ada.page(&format!("/@{}", scene.bob.acct())).await.html.contains(">Following<span"));
    assert_eq!(scene.peer.deliveries("Follow").len(), 1, "nobody else is followed");
    assert!(scene.peer.deliveries("Undo").is_empty());
}

#[tokio::test]
async fn r024_a_private_post_is_not_made_wider_from_outside() {
    let scene = Scene::following().await;
    let mut note = scene.bob.photo_note("Between us", "photo-lake.jpg", "A lake");
    note["to"] = json!([scene.bob.followers()]);
    note["cc"] = json!([]);
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    let mut wider = scene.bob.update(&note, "Between us, still");
    wider["to"] = json!([PUBLIC]);
    wider["object"]["to"] = json!([PUBLIC]);
    scene.heard(&wider).await;
    scene.heard(&scene.bob.activity("Announce", note["id"].clone())).await;
    assert_eq!(scene.a.visitor().get(&path).await.status, 404);
}

#[tokio::test]
async fn r017_a_name_of_ours_cannot_be_taken_by_an_actor_elsewhere() {
    let scene = Scene::new().await;
    let jrd = json!({
        "subject": "acct:ada@a.test",
        "links": [{ "rel": "self", "type": "application/activity+json", "href": scene.bob.id }],
    });
    scene.peer.serve("/.well-known/webfinger", "application/jrd+json", jrd.to_string());
    scene.peer.serve(
        &format!("/.well-known/webfinger?resource=acct:{}", scene.bob.acct()),
        "application/jrd+json",
        jrd.to_string(),
    );
    let found = scene.ada.search(&scene.bob.id).await;
    assert!(found.form(&format!("/@{}/follow", scene.bob.acct())).is_some(), "he has his own name: {}", found.text());
    let page = scene.ada.page("/@ada").await;
    assert!(!page.says("BOB"));
    assert_eq!(scene.a.actor_id("ada").await, scene.ada_id);
}

#[tokio::test]
async fn r029a_what_the_owner_honestly_changes_and_deletes_is_seen() {
    let known = known().await;
    known.scene.heard(&known.scene.bob.update(&known.note, "Said better")).await;
    assert!(known.scene.ada.page(&known.path).await.says("Said better"));
    known.scene.heard(&known.scene.bob.activity("Delete", known.note["id"].clone())).await;
    assert_eq!(known.scene.ada.get(&known.path).await.status, 404);
}

#[tokio::test]
async fn r011_a_document_of_another_content_type_is_not_believed() {
    let scene = Scene::new().await;
    let mut note = scene.bob.photo_note("Forged", "photo-lake.jpg", "A lake");
    for (index, kind) in
        ["text/html", "application/json", "text/plain", "image/jpeg", "application/ld+json"].iter().enumerate()
    {
        let path = format!("/uploads/{index}");
        note["id"] = format!("https://peer.test{path}").into();
        scene.peer.serve(&path, kind, note.to_string());
        let found = scene.ada.search(note["id"].as_str().unwrap()).await;
        assert!(found.post_of(&scene.bob.acct()).is_none() && !found.says("Forged"), "{kind}");
    }
}

#[tokio::test]
async fn r014_where_a_redirect_leads_speaks_for_nobody_else() {
    let scene = Scene::among(&["evil.test"]).await;
    let evil = scene.world().peer("evil.test");
    let mut note = scene.bob.photo_note("Forged", "photo-lake.jpg", "A lake");
    note["id"] = "https://peer.test/redirect".into();
    evil.serve_json("/note", &note);
    scene.peer.redirect("/redirect", "https://evil.test/note");
    let found = scene.ada.search("https://peer.test/redirect").await;
    assert!(scene.peer.requests() > 0, "it was asked for");
    assert!(found.post_of(&scene.bob.acct()).is_none() && !found.says("Forged"));
    let mut document = scene.bob.document();
    document["id"] = "https://peer.test/moved".into();
    // A name nobody has: bob's would not be given twice anyhow.
    document["preferredUsername"] = "moved".into();
    document["publicKey"] = json!({ "id": "https://peer.test/moved#main-key", "owner": "https://peer.test/moved", "publicKeyPem": scene.bob.public_pem });
    evil.serve_json("/actor", &document);
    scene.peer.redirect("/moved", "https://evil.test/actor");
    let found = scene.ada.search("https://peer.test/moved").await;
    assert!(found.forms().iter().all(|form| !form.action.ends_with("/follow")), "{}", found.text());
}

#[tokio::test]
async fn r016_an_inbox_on_another_host_is_written_to_by_nobody() {
    let scene = Scene::among(&["evil.test"]).await;
    let evil = scene.world().peer("evil.test");
    let mallory = evil.actor("mallory");
    let mut document = mallory.document();
    document["inbox"] = scene.bob.inbox.as_str().into();
    document["endpoints"] = json!({ "sharedInbox": "https://peer.test/inbox" });
    mallory.serve(&document);
    let found = scene.ada.search(&mallory.handle()).await;
    if let Some(form) = found.form(&format!("/@{}/follow", mallory.acct())) {
        scene.ada.submit(form).await;
    }
    mallory.send(&scene.inbox, &mallory.activity("Follow", scene.ada_id.as_str())).await;
    scene.a.quiet().await;
    scene.ada.post_photo("orientation-1.jpg", "Not for bob").await;
    scene.a.quiet().await;
    assert_eq!(scene.peer.requests(), 0);
}

#[tokio::test]
async fn r015_odd_spellings_of_an_id_are_no_second_identity() {
    let scene = Scene::new().await;
    let odd = [
        "https://peer.test:443/users/bob",
        "https://PEER.test/users/bob",
        "https://peer.test/users/bob#x",
        "https://peer.test./users/bob",
        "https://peer.test:8443/users/bob",
        "https://x@peer.test/users/bob",
        "http://peer.test/users/bob",
    ];
    for address in odd {
        let found = scene.ada.search(address).await;
        for link in found.links().iter().filter(|link| link.starts_with("/@")) {
            assert!(link.starts_with("/@bob@peer.test") || link.starts_with("/@ada"), "{address} gave {link}");
        }
    }
}

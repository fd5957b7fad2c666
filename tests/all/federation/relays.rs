//! Relays of both styles: joined, heard, told, left.

use crate::support::*;
use cyanotype::service::federation::relays;
use cyanotype::store;
use serde_json::Value;

/// Our server with ada, bob's server, and a relay.
struct Relayed {
    scene: Scene,
    host: Peer,
    relay: Actor,
}

const INBOX: &str = "https://relay.test/inbox";

impl Relayed {
    async fn new() -> Self {
        let scene = Scene::among(&["relay.test", "evil.test"]).await;
        let host = scene.world().peer("relay.test");
        let relay = host.actor("relay");
        Self { scene, host, relay }
    }

    /// Joined and let in.
    async fn joined(address: impl Fn(&Self) -> String) -> Self {
        let this = Self::new().await;
        relays::add(&this.scene.a.app, &address(&this)).await.unwrap();
        let follow = this.host.expect("Follow").await;
        this.relay.tell(&this.scene.inbox, &this.relay.activity("Accept", follow)).await;
        this.scene.a.quiet().await;
        assert_eq!(this.state().await, "accepted");
        this
    }

    async fn state(&self) -> String {
        store::relays::all(&self.scene.a.app.db.read).await.unwrap()[0].state.clone()
    }

    /// Passes on what somebody else said, as it is.
    async fn pass_on(&self, activity: &Value) -> u16 {
        let (body, now) = (activity.to_string().into_bytes(), self.scene.world().clock().system());
        let status = self.relay.signed_post(&self.scene.inbox, body, &self.relay.key_id, now).send().await;
        self.scene.a.quiet().await;
        status
    }

    async fn kept(&self, note: &Value) -> Option<String> {
        let id = note["id"].as_str().unwrap();
        let row = store::posts::by_uri(&self.scene.a.app.db.read, id).await.unwrap();
        row.filter(|row| row.deleted_at.is_none()).and_then(|row| row.html)
    }
}

fn mastodon(_: &Relayed) -> String {
    INBOX.to_owned()
}

fn litepub(relayed: &Relayed) -> String {
    relayed.relay.id.clone()
}

#[tokio::test]
async fn a_relay_known_by_its_inbox_is_asked_for_everything_public_and_sent_public_posts() {
    let relayed = Relayed::new().await;
    relays::add(&relayed.scene.a.app, INBOX).await.unwrap();
    let follow = relayed.host.expect("Follow").await;
    assert_eq!((&follow["object"], &follow["actor"]), (&PUBLIC.into(), &relayed.scene.a.url("/actor").into()));
    assert!(relays::add(&relayed.scene.a.app, INBOX).await.is_err(), "only once");
    relayed.scene.ada.post_photo("orientation-1.jpg", "Before").await;
    relayed.scene.a.quiet().await;
    assert!(relayed.host.deliveries("Create").is_empty(), "nothing before it says yes");
    relayed.relay.tell(&relayed.scene.inbox, &relayed.relay.activity("Accept", follow)).await;
    relayed.scene.a.quiet().await;
    for visibility in ["quiet", "followers"] {
        relayed.scene.ada.post_album(&["orientation-1.jpg"], visibility, visibility, &[]).await;
    }
    let post = relayed.scene.ada.post_photo("orientation-1.jpg", "After").await;
    let create = relayed.host.expect("Create").await;
    relayed.scene.a.quiet().await;
    assert_eq!(create["object"]["id"], post.id.as_str());
    assert_eq!(relayed.host.deliveries("Create").len(), 1, "public posts only");
    relayed.scene.ada.delete(&post).await;
    assert_eq!(relayed.host.expect("Delete").await["object"]["id"], post.id.as_str());
}

#[tokio::test]
async fn a_relay_that_is_an_actor_is_followed_and_told_the_ids_of_posts() {
    let relayed = Relayed::joined(litepub).await;
    assert_eq!(relayed.host.deliveries("Follow")[0].json.as_ref().unwrap()["object"], relayed.relay.id.as_str());
    let own = relayed.scene.a.url("/actor");
    relayed.relay.follow(&own).await;
    assert_eq!(relayed.host.expect("Accept").await["actor"], own.as_str(), "it may follow back");
    let post = relayed.scene.ada.post_photo("orientation-1.jpg", "After").await;
    let announce = relayed.host.expect("Announce").await;
    assert_eq!((&announce["object"], &announce["actor"]), (&post.id.as_str().into(), &own.as_str().into()));
    relayed.scene.a.quiet().await;
    assert!(relayed.host.deliveries("Create").is_empty());
    assert_eq!(relayed.scene.boosts(&post).await, 0, "it is no boost");
}

#[tokio::test]
async fn what_a_relay_names_is_fetched_and_is_no_boost() {
    let relayed = Relayed::joined(litepub).await;
    let bob = &relayed.scene.bob;
    let (photo, text) = (bob.photo_note("From afar", "photo-lake.jpg", "A lake"), bob.note("Only words"));
    for note in [&photo, &text] {
        relayed.relay.tell(&relayed.scene.inbox, &relayed.relay.activity("Announce", note["id"].clone())).await;
    }
    relayed.scene.a.quiet().await;
    assert_eq!(relayed.kept(&photo).await.as_deref(), Some("<p>From afar</p>"));
    assert_eq!(relayed.kept(&text).await, None, "what has no picture is left out");
    let row = store::posts::by_uri(&relayed.scene.a.app.db.read, photo["id"].as_str().unwrap()).await.unwrap().unwrap();
    assert_eq!(row.boost_count, 0);
}

#[tokio::test]
async fn what_a_relay_passes_on_is_taken_from_its_origin() {
    let relayed = Relayed::joined(mastodon).await;
    let bob = &relayed.scene.bob;
    let note = bob.photo_note("What bob said", "photo-lake.jpg", "A lake");
    let mut forged = note.clone();
    forged["content"] = "<p>What bob never said</p>".into();
    assert_eq!(relayed.pass_on(&bob.create(&forged)).await, 202);
    assert_eq!(relayed.kept(&note).await.as_deref(), Some("<p>What bob said</p>"));
    relayed.scene.world().clock().advance(5_000);
    let update = bob.update(&note, "What bob says now");
    assert_eq!(relayed.pass_on(&update).await, 202);
    assert_eq!(relayed.kept(&note).await.as_deref(), Some("<p>What bob says now</p>"));
    let delete = bob.activity("Delete", note["id"].clone());
    assert_eq!(relayed.pass_on(&delete).await, 202);
    assert!(relayed.kept(&note).await.is_some(), "it is still there where it came from");
    relayed.scene.peer.refuse(note["id"].as_str().unwrap().strip_prefix("https://peer.test").unwrap(), 404);
    assert_eq!(relayed.pass_on(&delete).await, 202);
    assert_eq!(relayed.kept(&note).await, None);
}

#[tokio::test]
async fn whoever_is_no_relay_passes_nothing_on() {
    let relayed = Relayed::new().await;
    let bob = &relayed.scene.bob;
    let note = bob.photo_note("What bob said", "photo-lake.jpg", "A lake");
    relayed.relay.tell(&relayed.scene.inbox, &relayed.relay.activity("Like", relayed.scene.ada_id.as_str())).await;
    assert_eq!(relayed.pass_on(&bob.create(&note)).await, 401);
    relayed.relay.tell(&relayed.scene.inbox, &relayed.relay.activity("Announce", note["id"].clone())).await;
    relayed.scene.a.quiet().await;
    assert_eq!(relayed.kept(&note).await, None);
    assert!(relayed.scene.peer.received().iter().all(|r| !r.target.contains("/notes/")), "and nobody is asked");
}

#[tokio::test]
async fn only_the_relay_itself_lets_us_in() {
    let relayed = Relayed::new().await;
    let evil = relayed.scene.world().peer("evil.test");
    relays::add(&relayed.scene.a.app, INBOX).await.unwrap();
    let follow = relayed.host.expect("Follow").await;
    let mallory = evil.actor("mallory");
    mallory.tell(&relayed.scene.inbox, &mallory.activity("Accept", follow.clone())).await;
    relayed.scene.a.quiet().await;
    assert_eq!(relayed.state().await, "asked");
    relayed.relay.tell(&relayed.scene.inbox, &relayed.relay.activity("Reject", follow)).await;
    relayed.scene.a.quiet().await;
    assert_eq!(relayed.state().await, "refused");
}

#[tokio::test]
async fn a_relay_that_is_left_is_told_and_heard_no_more() {
    let relayed = Relayed::joined(mastodon).await;
    assert!(relays::remove(&relayed.scene.a.app, INBOX).await.unwrap());
    assert_eq!(relayed.host.expect("Undo").await["object"]["object"], PUBLIC);
    let note = relayed.scene.bob.photo_note("What bob said", "photo-lake.jpg", "A lake");
    assert_eq!(relayed.pass_on(&relayed.scene.bob.create(&note)).await, 401);
    relayed.scene.ada.post_photo("orientation-1.jpg", "After").await;
    relayed.scene.a.quiet().await;
    assert!(relayed.host.deliveries("Create").is_empty());
    assert!(!relays::remove(&relayed.scene.a.app, INBOX).await.unwrap());
}

#[tokio::test]
async fn addresses_that_can_be_no_relay_are_refused_with_a_sentence() {
    let relayed = Relayed::new().await;
    for address in ["relay", "http://relay.test/inbox", "https://127.0.0.1/inbox", "https://a.test/inbox"] {
        assert!(relays::add(&relayed.scene.a.app, address).await.is_err(), "{address}");
    }
    assert!(relays::add(&relayed.scene.a.app, "https://relay.test/nobody").await.is_err());
}

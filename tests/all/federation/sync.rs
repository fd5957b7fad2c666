//! Both ends agree about who follows (FEP-8fcf).

use crate::support::*;
use cyanotype::service::federation::sync::digest;
use serde_json::{Value, json};

const HEADER: &str = "collection-synchronization";

#[test]
fn the_digest_is_that_of_the_examples() {
    let ours = digest(["https://photos.example/ap/ada", "https://photos.example/ap/ben"]);
    assert_eq!(ours, "836651c2b48192090609e202f2325c474a47582021a8b7e93caf376a01bc7aeb");
    let other = digest(["https://testing.example.org/users/2", "https://testing.example.org/users/1"]);
    assert_eq!(other, "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f");
    assert_eq!(digest([]), "0".repeat(64));
    let twice = ["https://photos.example/ap/ada"; 2];
    assert_eq!(digest(twice), digest([twice[0]]), "each counts once");
}

#[tokio::test]
async fn a_post_for_followers_carries_the_digest_of_those_on_that_server() {
    let scene = Scene::among(&["third.test"]).await;
    scene.bob_follows().await;
    let third = scene.world().peer("third.test");
    let carol = third.actor("carol");
    carol.follow(&scene.ada_id).await;
    third.expect("Accept").await;
    scene.ada.post_album(&["orientation-1.jpg"], "For followers", "followers", &[]).await;
    for (peer, actor) in [(&scene.peer, &scene.bob), (&third, &carol)] {
        let create = peer.expect_delivery("Create").await;
        let header = create.headers[HEADER].to_str().unwrap();
        let expected = format!(
            "collectionId=\"{0}/followers\", url=\"{0}/followers/sync\", digest=\"{1}\"",
            scene.ada_id,
            digest([actor.id.as_str()])
        );
        assert_eq!(header, expected);
        assert!(create.headers["signature"].to_str().unwrap().contains(HEADER), "it is signed");
    }
    for visibility in ["public", "quiet", "mentioned"] {
        let caption = format!("Others, {}", scene.bob.handle());
        scene.ada.post_album(&["orientation-1.jpg"], &caption, visibility, &[]).await;
        let create = scene.peer.expect_delivery("Create").await;
        assert!(!create.headers.contains_key(HEADER), "{visibility}");
    }
}

#[tokio::test]
async fn each_server_is_told_of_its_own_followers_alone() {
    let scene = Scene::among(&["third.test", "stranger.test"]).await;
    scene.bob_follows().await;
    let third = scene.world().peer("third.test");
    let carol = third.actor("carol");
    carol.follow(&scene.ada_id).await;
    third.expect("Accept").await;
    let address = format!("{}/followers/sync", scene.ada_id);
    let (status, list) = scene.bob.get(&address).await;
    assert_eq!((status, &list["orderedItems"]), (200, &json!([scene.bob.id])));
    assert_eq!(carol.get(&address).await.1["orderedItems"], json!([carol.id]));
    // Mastodon asks as its server, which nobody here has met.
    let instance = scene.peer.actor("instance");
    assert_eq!(instance.get(&address).await.1["orderedItems"], json!([scene.bob.id]));
    let stranger = scene.world().peer("stranger.test");
    let mallory = stranger.actor("mallory");
    assert_eq!(mallory.get(&address).await.0, 404);
    assert_eq!(stranger.requests(), 0, "nor is it asked who it is");
    assert_eq!(scene.a.document(&address).await.0, 404);
    let answer = scene.bob.signed_get(&address).send().await.unwrap();
    assert!(answer.headers()["cache-control"].to_str().unwrap().contains("no-store"));
}

/// Ada follows bob. A post of his comes with this header; gives whether she still follows.
struct Heard {
    scene: Scene,
    list: String,
}

impl Heard {
    async fn new() -> Self {
        let scene = Scene::following().await;
        let list = format!("{}/followers/sync", scene.bob.id);
        Self { scene, list }
    }

    fn serve(&self, items: &[&str]) {
        self.scene.bob.serve(&json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": self.list, "type": "OrderedCollection",
            "orderedItems": items,
        }));
    }

    async fn tell(&self, collection: &str, url: &str, digest: &str) {
        let note = self.scene.bob.photo_note("For followers", "orientation-1.jpg", "");
        let create = self.scene.bob.create(&note);
        let header = format!("collectionId=\"{collection}\", url=\"{url}\", digest=\"{digest}\"");
        let sent = self.scene.bob.delivery_with(&self.scene.inbox, &create, HEADER, &header);
        assert_eq!(sent.send().await, 202);
        self.scene.a.quiet().await;
    }

    async fn asked(&self) -> usize {
        let path = self.list.strip_prefix("https://peer.test").unwrap();
        self.scene.peer.received().iter().filter(|r| r.target == path).count()
    }

    async fn follows(&self) -> bool {
        let page = self.scene.ada.page(&format!("/@{}", self.scene.bob.acct())).await;
        page.html.contains(">Following<span")
    }
}

#[tokio::test]
async fn whoever_is_a_follower_no_longer_sees_nothing_more() {
    let heard = Heard::new().await;
    let followers = heard.scene.bob.followers();
    heard.serve(&[&heard.scene.ada_id]);
    heard.tell(&followers, &heard.list, &digest([heard.scene.ada_id.as_str()])).await;
    assert_eq!((heard.asked().await, heard.follows().await), (0, true), "both agree: nobody is asked");
    heard.serve(&[]);
    heard.tell(&followers, &heard.list, &digest([])).await;
    assert_eq!((heard.asked().await, heard.follows().await), (1, false));
}

#[tokio::test]
async fn a_list_that_is_not_what_was_signed_or_is_not_the_senders_changes_nothing() {
    let heard = Heard::new().await;
    let followers = heard.scene.bob.followers();
    let other = heard.scene.peer.actor("other");
    heard.tell(&other.followers(), &heard.list, &digest([])).await;
    heard.tell(&followers, "https://elsewhere.test/list", &digest([])).await;
    heard.tell(&followers, &heard.list, "nonsense").await;
    assert_eq!((heard.asked().await, heard.follows().await), (0, true));
    heard.serve(&["https://a.test/ap/users/1"]);
    heard.tell(&followers, &heard.list, &digest([])).await;
    assert_eq!((heard.asked().await, heard.follows().await), (1, true), "it does not add up");
}

#[tokio::test]
async fn a_digest_that_was_not_signed_is_somebody_elses_word() {
    let heard = Heard::new().await;
    let followers = heard.scene.bob.followers();
    heard.serve(&[]);
    let header = format!("collectionId=\"{followers}\", url=\"{}\", digest=\"{}\"", heard.list, digest([]));
    let create = |text| heard.scene.bob.create(&heard.scene.bob.note(text));
    // Put beside what was signed, by whoever carried it: the delivery counts, the digest does not.
    let added = heard.scene.bob.delivery(&heard.scene.inbox, &create("One")).header(HEADER, &header);
    assert_eq!(added.send().await, 202);
    let newer = heard.scene.bob.signed_by_9421(
        &heard.scene.inbox,
        create("Two").to_string().into_bytes(),
        &heard.scene.bob.key,
        &heard.scene.bob.key_id,
    );
    assert_eq!(newer.header(HEADER, &header).send().await, 202);
    // Nor does one that was changed on its way: then nothing counts.
    let signed = heard.scene.bob.delivery_with(&heard.scene.inbox, &create("Three"), HEADER, "digest=\"0\"");
    assert_eq!(signed.header(HEADER, &header).send().await, 401);
    heard.scene.a.quiet().await;
    assert_eq!((heard.asked().await, heard.follows().await), (0, true));
    heard.tell(&followers, &heard.list, &digest([])).await;
    assert_eq!((heard.asked().await, heard.follows().await), (1, false), "signed it counts");
}

#[tokio::test]
async fn a_digest_that_never_fits_does_not_cost_a_request_with_each_delivery() {
    let heard = Heard::new().await;
    for _ in 0..5 {
        heard.tell(&heard.scene.bob.followers(), &heard.list, &digest([])).await;
    }
    assert_eq!(heard.asked().await, 1);
}

#[tokio::test]
async fn whoever_is_taken_for_a_follower_and_is_none_takes_the_follow_back() {
    let heard = Heard::new().await;
    heard.scene.a.person("eve").await;
    let eve = heard.scene.a.actor_id("eve").await;
    let both = [heard.scene.ada_id.as_str(), eve.as_str()];
    heard.serve(&both);
    heard.tell(&heard.scene.bob.followers(), &heard.list, &digest(both)).await;
    let undo = heard.scene.peer.expect("Undo").await;
    assert_eq!((&undo["actor"], &undo["object"]["object"]), (&json!(eve), &json!(heard.scene.bob.id)));
    assert!(heard.follows().await);
}

#[tokio::test]
async fn a_request_whose_answer_was_lost_is_accepted_by_the_list() {
    let scene = Scene::new().await;
    scene.ada.follow(&scene.bob.handle()).await;
    let _: Value = scene.peer.expect("Follow").await;
    let heard = Heard { list: format!("{}/followers/sync", scene.bob.id), scene };
    let eve = heard.scene.a.person("eve").await;
    eve.follow(&heard.scene.bob.handle()).await;
    let follow = heard.scene.peer.expect("Follow").await;
    heard.scene.heard(&heard.scene.bob.activity("Accept", follow)).await;
    let eve = heard.scene.a.actor_id("eve").await;
    let both = [heard.scene.ada_id.as_str(), eve.as_str()];
    heard.serve(&both);
    heard.tell(&heard.scene.bob.followers(), &heard.list, &digest(both)).await;
    assert!(heard.follows().await);
}

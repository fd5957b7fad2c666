//! Where somebody who is kept out can still be met: each way of keeping out, in each place where a post can
//! surface. A place that is new gets a row here.

use super::relations::id_of;
use crate::support::*;
use serde_json::json;

/// How ada keeps bob, whom she follows, out of what she sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Not at all.
    In,
    /// She blocks him, …
    Blocked,
    /// he blocks her, …
    Blocking,
    /// she mutes him, …
    Muted,
    /// she hides his server, …
    Hidden,
    /// or he is in a list that keeps him out of home.
    Apart,
}

use Kept::{Apart, Blocked, Blocking, Hidden, In, Muted};

/// What surfaces.
const HIS: &str = "Marker";
/// What somebody else wrote and he boosted.
const BOOSTED: &str = "Neutral";
/// What he wrote to her alone.
const ALONE: &str = "Whisper";
/// How he is called.
const NAME: &str = "bob@peer.test";

/// A place: what is looked for there, and how he may be kept for it to be found.
struct Place {
    what: &'static str,
    /// A path, with names in braces for what differs; one that is no part of the API is a page.
    path: &'static str,
    marker: &'static str,
    shown: &'static [Kept],
}

const fn place(what: &'static str, path: &'static str, marker: &'static str, shown: &'static [Kept]) -> Place {
    Place { what, path, marker, shown }
}

const PLACES: &[Place] = &[
    place("home", "/api/v1/timelines/home", HIS, &[In]),
    place("home, as a page", "/", HIS, &[In]),
    place("what he boosted, at home", "/api/v1/timelines/home", BOOSTED, &[In]),
    place("what everybody sees", "/api/v1/timelines/public", HIS, &[In, Apart]),
    place("a hashtag", "/api/v1/timelines/tag/fog", HIS, &[In, Apart]),
    place("a hashtag, as a page", "/tags/fog", HIS, &[In, Apart]),
    place("a list he is in", "/api/v1/timelines/list/{list}", HIS, &[In, Apart]),
    place("what he boosted, in a list", "/api/v1/timelines/list/{list}", BOOSTED, &[In, Apart]),
    // Whoever opens his profile or his post wants to see it.
    place("his profile", "/api/v1/accounts/{bob}/statuses", HIS, &[In, Muted, Apart]),
    place("his post", "/api/v1/statuses/{post}", HIS, &[In, Muted, Apart]),
    place("a conversation", "/api/v1/statuses/{cleos}/context", HIS, &[In, Apart]),
    place("what somebody else boosted", "/api/v1/accounts/{cleo}/statuses", HIS, &[In, Apart]),
    place("what is told, as a page", "/notifications", HIS, &[In, Apart]),
    place("what is told", "/api/v1/notifications", HIS, &[In, Apart]),
    place("what is told, in groups", "/api/v2/notifications", HIS, &[In, Apart]),
    place("conversations", "/api/v1/conversations", ALONE, &[In, Apart]),
    place("what one likes", "/api/v1/favourites", HIS, &[In, Muted, Apart]),
    place("what one keeps", "/api/v1/bookmarks", HIS, &[In, Muted, Apart]),
    place("several posts at once", "/api/v1/statuses?id[]={post}", HIS, &[In, Muted, Apart]),
    place("an address one looks for", "/api/v2/search?q={address}", HIS, &[In, Muted, Apart]),
    place("words one looks for", "/api/v2/search?q=marker&type=statuses", HIS, &[In, Muted, Apart]),
    place("names one looks for", "/api/v2/search?q=bo&type=accounts", NAME, &[In, Muted, Apart]),
    place("who likes a post", "/api/v1/statuses/{cleos}/favourited_by", NAME, &[In, Muted, Apart]),
    place("who boosted a post", "/api/v1/statuses/{doras}/reblogged_by", NAME, &[In, Muted, Apart]),
    place("names one types", "/api/v1/accounts/search?q=bo", NAME, &[In, Muted, Apart]),
    place("who follows somebody", "/api/v1/accounts/{cleo}/followers", NAME, &[In, Muted, Apart]),
];

struct Stage {
    scene: Scene,
    api: Api,
    /// What stands in the braces of paths.
    names: Vec<(&'static str, String)>,
}

/// Everybody has met, and bob is in every place.
async fn stage() -> Stage {
    let scene = Scene::following().await;
    let (cleo, dora) = (scene.a.person("cleo").await, scene.a.person("dora").await);
    let api = Api::of(&scene.ada).await;
    let bob = api.get("/api/v1/accounts/lookup?acct=bob@peer.test").await.fine()["id"].as_str().unwrap().to_owned();
    let cleo_id = id_of(&Api::of(&cleo).await).await;
    let list = api.post("/api/v1/lists", &[("title", "His")]).await.fine()["id"].as_str().unwrap().to_owned();
    api.post(&format!("/api/v1/lists/{list}/accounts"), &[("account_ids[]", &bob)]).await.fine();
    scene.bob.follow(&scene.a.actor_id("cleo").await).await;
    let cleos = cleo.post_photo("orientation-1.jpg", "By cleo").await;
    let doras = dora.post_photo("orientation-1.jpg", BOOSTED).await;
    let note = said_by(&scene, &format!("{HIS} one"));
    scene.heard(&scene.bob.create(&note)).await;
    let answer = scene.bob.reply_note(&format!("{HIS} answer"), &cleos.id, &scene.a.actor_id("cleo").await);
    scene.heard(&scene.bob.create(&answer)).await;
    scene.heard(&scene.bob.activity("Announce", doras.id.as_str())).await;
    let home = api.get("/api/v1/timelines/home").await.fine();
    let post = home.as_array().unwrap().iter().find(|post| post["content"].as_str().unwrap().contains(HIS)).unwrap();
    let post = post["id"].as_str().unwrap().to_owned();
    cleo.boost(&format!("/@bob@peer.test/{post}")).await;
    scene.a.quiet().await;
    for deed in ["favourite", "bookmark"] {
        api.post(&format!("/api/v1/statuses/{post}/{deed}"), &[]).await.fine();
    }
    scene.heard(&scene.bob.activity("Like", cleos.id.as_str())).await;
    let mut alone = scene.bob.note(ALONE);
    (alone["to"], alone["cc"]) = (json!([scene.ada_id]), json!([]));
    alone["tag"] = json!([{ "type": "Mention", "href": scene.ada_id, "name": "@ada@a.test" }]);
    scene.heard(&scene.bob.create(&alone)).await;
    let names = vec![
        ("{address}", note["id"].as_str().unwrap().to_owned()),
        ("{doras}", doras.number.clone()),
        ("{bob}", bob),
        ("{cleo}", cleo_id),
        ("{list}", list),
        ("{post}", post),
        ("{cleos}", cleos.number.clone()),
    ];
    Stage { scene, api, names }
}

/// A photo of bob's that mentions ada and carries a hashtag.
fn said_by(scene: &Scene, text: &str) -> serde_json::Value {
    let mut note = scene.bob.photo_note(text, "orientation-1.jpg", text);
    note["cc"] = json!([scene.bob.followers(), scene.ada_id]);
    note["tag"] = json!([
        { "type": "Mention", "href": scene.ada_id, "name": "@ada@a.test" },
        { "type": "Hashtag", "href": "https://peer.test/tags/fog", "name": "#fog" },
    ]);
    note
}

impl Stage {
    fn name(&self, name: &str) -> &str {
        &self.names.iter().find(|(known, _)| *known == name).unwrap().1
    }

    async fn keep(&self, kept: Kept) {
        let bob = format!("/api/v1/accounts/{}", self.name("{bob}"));
        match kept {
            In => {}
            Blocked => drop(self.api.post(&format!("{bob}/block"), &[]).await.fine()),
            Blocking => self.scene.heard(&self.scene.bob.activity("Block", self.scene.ada_id.as_str())).await,
            Muted => drop(self.api.post(&format!("{bob}/mute"), &[]).await.fine()),
            Hidden => drop(self.api.post("/api/v1/domain_blocks", &[("domain", "peer.test")]).await.fine()),
            Apart => {
                let path = format!("/api/v1/lists/{}", self.name("{list}"));
                self.api.form(reqwest::Method::PUT, &path, &[("exclusive", "true")]).await.fine();
            }
        }
        self.scene.a.quiet().await;
    }

    async fn shows(&self, place: &Place) -> bool {
        let mut path = place.path.to_owned();
        for (name, value) in &self.names {
            path = path.replace(name, value);
        }
        let text = match path.starts_with("/api/") {
            true => self.api.get(&path).await.text,
            false => self.scene.ada.get(&path).await.html,
        };
        text.contains(place.marker)
    }

    async fn look(&self, kept: Kept, when: &str) {
        for place in PLACES {
            let expected = place.shown.contains(&kept);
            assert_eq!(self.shows(place).await, expected, "{kept:?}, {when}: {} ({})", place.what, place.path);
        }
    }
}

/// What was there goes, and what comes later does not come.
async fn kept(kept: Kept) {
    let stage = stage().await;
    stage.keep(kept).await;
    stage.look(kept, "at once").await;
    stage.scene.heard(&stage.scene.bob.create(&said_by(&stage.scene, &format!("{HIS} two")))).await;
    stage.look(kept, "later").await;
}

#[tokio::test]
async fn whom_one_follows_is_met_everywhere() {
    kept(In).await;
}

#[tokio::test]
async fn whom_one_blocks_is_met_nowhere() {
    kept(Blocked).await;
}

#[tokio::test]
async fn who_blocks_one_is_met_nowhere() {
    kept(Blocking).await;
}

#[tokio::test]
async fn whom_one_mutes_is_met_only_where_one_looks_for_her() {
    kept(Muted).await;
}

#[tokio::test]
async fn people_of_a_hidden_server_are_met_nowhere() {
    kept(Hidden).await;
}

#[tokio::test]
async fn who_is_in_an_exclusive_list_is_met_everywhere_but_at_home() {
    kept(Apart).await;
}

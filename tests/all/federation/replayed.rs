//! What other programs really sent, recorded in trials with them and replayed: the same activities in
//! the same order, signed anew. `fixtures/wire/README.md` says how they came about.

use crate::support::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// One recorded request between the two servers.
struct Exchange {
    /// What it is: `in-like`, `out-accept`.
    label: String,
    recorded: Value,
    used: bool,
}

/// A trial said again to our server by a peer that speaks as the recorded program did.
struct Replay {
    a: Server,
    ada: Person,
    ada_id: String,
    peer: Peer,
    other: Actor,
    exchanges: Vec<Exchange>,
    /// Numbers in the recorded ids of our side, and what they are today.
    numbers: BTreeMap<String, String>,
}

impl Replay {
    async fn open(software: &str, host: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wire").join(software).join("trial");
        let world = World::new(["cy.test", host]).await;
        let peer = world.peer(host);
        let a = world.server("cy.test").await;
        let ada = a.owner("ada").await;
        let ada_id = a.actor_id("ada").await;
        let documents = read(folder.join("documents.json"));
        let other = serve(&peer, documents.as_array().unwrap());
        let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        let exchanges: Vec<_> = names.into_iter().filter_map(exchange).collect();
        for exchange in &exchanges {
            serve_pictures(&peer, &exchange.recorded["body"]["object"]);
        }
        let mut replay = Self { a, ada, ada_id, peer, other, exchanges, numbers: BTreeMap::new() };
        let follow = replay.exchanges.iter().find(|e| e.label == "in-follow").unwrap();
        let recorded = follow.recorded["body"]["object"].clone();
        replay.learn(&recorded, &Value::from(replay.ada_id.clone()));
        replay
    }

    /// The peer says everything recorded under these names, in the order it came; each is answered as
    /// it was then. Gives how many there were.
    async fn hears(&mut self, labels: &[&str]) -> usize {
        let mut said = 0;
        for at in 0..self.exchanges.len() {
            let exchange = &mut self.exchanges[at];
            let Some(label) = exchange.label.strip_prefix("in-") else { continue };
            if exchange.used || !labels.contains(&label) {
                continue;
            }
            exchange.used = true;
            let recorded = exchange.recorded.clone();
            let (path, body) = (self.today(&recorded["path"]), self.today(&recorded["body"]));
            let kind = recorded["headers"]["content-type"].as_str().unwrap();
            let inbox = self.a.url(path.as_str().unwrap());
            let now = self.a.world.clock().system();
            let delivery =
                self.other.signed_post_as(&inbox, body.to_string().into_bytes(), kind, &self.other.key_id, now);
            assert_eq!(u64::from(delivery.send().await), recorded["status"], "{labels:?}");
            self.a.quiet().await;
            said += 1;
        }
        said
    }

    /// Waits until our server has said what it said then.
    async fn said(&mut self, label: &str) -> Value {
        let label = format!("out-{label}");
        let exchange = self.exchanges.iter_mut().find(|e| !e.used && e.label == label);
        let exchange = exchange.unwrap_or_else(|| panic!("no {label} was recorded"));
        exchange.used = true;
        let recorded = exchange.recorded["body"].clone();
        let today = self.peer.expect(recorded["type"].as_str().unwrap()).await;
        self.learn(&recorded, &today);
        self.a.quiet().await;
        today
    }

    /// Pairs the numbers in ids of our side.
    fn learn(&mut self, recorded: &Value, today: &Value) {
        match (recorded, today) {
            (Value::String(then), Value::String(now)) if then.starts_with("https://cy.test/") => {
                self.numbers.extend(numbers(then).zip(numbers(now)));
            }
            (Value::Array(then), Value::Array(now)) => then.iter().zip(now).for_each(|(a, b)| self.learn(a, b)),
            (Value::Object(then), Value::Object(now)) => {
                then.iter().filter_map(|(key, a)| Some((a, now.get(key)?))).for_each(|(a, b)| self.learn(a, b));
            }
            _ => {}
        }
    }

    /// Something recorded, with today's numbers in it.
    fn today(&self, recorded: &Value) -> Value {
        let text = self.numbers.iter().fold(recorded.to_string(), |text, (then, now)| text.replace(then, now));
        serde_json::from_str(&text).unwrap()
    }

    async fn followers(&self) -> i64 {
        self.a.total(&format!("{}/followers", self.ada_id)).await
    }

    async fn follows(&self) -> bool {
        self.ada.page(&format!("/@{}", self.other.acct())).await.html.contains(">Following<span")
    }

    async fn counts(&self, post: &Posted) -> (i64, i64) {
        (self.a.total(&format!("{}/likes", post.id)).await, self.a.total(&format!("{}/shares", post.id)).await)
    }
}

fn read(path: PathBuf) -> Value {
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `07-in-like.json`
fn exchange(path: PathBuf) -> Option<Exchange> {
    let name = path.file_stem()?.to_str()?;
    let label = name.split_once('-').map(|(_, label)| label.to_owned())?;
    let recorded = read(path);
    // What was tried with RFC 9421 first came again in the other form, which is what is signed here.
    let other_form = recorded["headers"].get("signature-input").is_some();
    Some(Exchange { label, recorded, used: other_form })
}

/// Serves the documents, with a key of this process for the recorded one; gives the actor.
fn serve(peer: &Peer, documents: &[Value]) -> Actor {
    let actor = documents.iter().find(|d| d["body"].get("inbox").is_some()).expect("the actor was recorded");
    let other = peer.recorded_actor(&actor["body"]);
    let (then, now) = (&actor["body"]["publicKey"]["publicKeyPem"], Value::from(other.public_pem.clone()));
    for document in documents.iter().filter(|d| !d["body"].is_null()) {
        let body = document["body"].to_string().replace(&then.to_string(), &now.to_string());
        peer.serve(document["path"].as_str().unwrap(), document["content_type"].as_str().unwrap(), body);
    }
    other
}

/// Some picture of the right kind at each address a post names.
fn serve_pictures(peer: &Peer, post: &Value) {
    let attachments = match &post["attachment"] {
        Value::Array(several) => several.clone(),
        one => vec![one.clone()],
    };
    for item in attachments {
        let Some(path) = item["url"].as_str().and_then(|url| url.strip_prefix(&peer.url(""))) else { continue };
        let kind = item["mediaType"].as_str().unwrap();
        let file = if kind == "image/webp" { "lossy.webp" } else { "photo-dahlia.jpg" };
        peer.serve(path, kind, fixture_bytes(file));
    }
}

/// The long numbers in an id.
fn numbers(id: &str) -> impl Iterator<Item = String> {
    let digits = id.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() > 14);
    digits.map(str::to_owned).collect::<Vec<_>>().into_iter()
}

async fn follows_both_ways(replay: &mut Replay) {
    replay.hears(&["follow"]).await;
    replay.said("accept").await;
    assert_eq!(replay.followers().await, 1);
    let followers = replay.ada.page("/@ada/followers").await;
    assert!(followers.link(&format!("/@{}", replay.other.acct())).is_some());
    replay.ada.follow(&replay.other.handle()).await;
    replay.said("follow").await;
    replay.hears(&["accept"]).await;
    assert!(replay.follows().await);
}

async fn reactions_to_an_album(replay: &mut Replay) -> Posted {
    let files = ["photo-boats.jpg", "photo-lake.jpg"];
    let caption = "An album for friends #walk";
    let post = replay.ada.post_album(&files, caption, "public", &["Alt text 1", "Alt text 2"]).await;
    replay.said("album").await;
    replay.hears(&["reply"]).await;
    assert!(replay.ada.page(&post.path).await.says("lovely boats"));
    replay.hears(&["like", "announce"]).await;
    assert_eq!(replay.counts(&post).await, (1, 1));
    replay.hears(&["unlike", "unannounce"]).await;
    assert_eq!(replay.counts(&post).await, (0, 0));
    post
}

async fn an_album_of_theirs(replay: &mut Replay) {
    replay.hears(&["album"]).await;
    let path = replay.ada.sees(&replay.other.acct()).await;
    let both = || async { Some(replay.ada.page(&path).await.photos()).filter(|photos| photos.len() == 2) };
    let photos = eventually(both, "both photos are fetched").await;
    assert_eq!(photos.iter().map(|p| p.alt.as_str()).collect::<Vec<_>>(), ["A dahlia", "Coffee"]);
    assert!(photos.iter().all(|photo| photo.src.starts_with("/media/")), "served from here");
    replay.ada.like(&path).await;
    replay.said("like").await;
    replay.ada.boost(&path).await;
    replay.said("announce").await;
    replay.ada.reply(&path, "hi from ada").await;
    replay.said("answer").await;
    replay.ada.react(&path, "unlike").await;
    replay.said("undo-like").await;
    replay.ada.react(&path, "unboost").await;
    replay.said("undo-announce").await;
    replay.hears(&["update"]).await;
    assert!(replay.ada.page(&path).await.says("edited there"));
    let edited = replay.exchanges.iter().rfind(|e| e.label == "in-update").unwrap();
    let alt = edited.recorded["body"]["object"]["attachment"][0].clone();
    let alt = alt["name"].as_str().or(alt["summary"].as_str()).unwrap().to_owned();
    assert_eq!(replay.ada.page(&path).await.photos()[0].alt, alt);
    replay.hears(&["delete"]).await;
    assert_eq!(replay.ada.get(&path).await.status, 404);
    replay.hears(&["words", "followers-only"]).await;
    assert!(replay.ada.home().await.says("for followers there"));
}

async fn our_changes(replay: &mut Replay, post: &Posted) {
    replay.a.world.clock().advance(2_000);
    replay.ada.edit(post, |form| form.set("caption", "An album, edited #walk")).await;
    replay.said("update").await;
    replay.ada.delete(post).await;
    replay.said("delete").await;
}

async fn ends_and_new_beginnings(replay: &mut Replay) {
    let handle = replay.other.handle();
    replay.ada.unfollow(&handle).await;
    replay.said("undo-follow").await;
    replay.ada.follow(&handle).await;
    replay.said("follow").await;
    let answered = replay.hears(&["accept-again"]).await;
    assert_eq!(replay.follows().await, answered == 1);
    replay.hears(&["unfollow"]).await;
    assert_eq!(replay.followers().await, 0);
    replay.hears(&["follow-again"]).await;
    assert_eq!(replay.followers().await, 1);
    replay.hears(&["block", "block-unfollow", "block-reject"]).await;
    assert_eq!(replay.followers().await, 0);
    replay.hears(&["unblock", "follow-after-block"]).await;
    assert_eq!(replay.followers().await, 1);
    replay.ada.block(&handle).await;
    replay.peer.expect("Reject").await;
    replay.a.quiet().await;
    assert_eq!(replay.followers().await, 0);
}

async fn whole_trial(software: &str, host: &str) {
    let mut replay = Replay::open(software, host).await;
    follows_both_ways(&mut replay).await;
    let post = reactions_to_an_album(&mut replay).await;
    an_album_of_theirs(&mut replay).await;
    our_changes(&mut replay, &post).await;
    ends_and_new_beginnings(&mut replay).await;
    let left = |e: &&Exchange| !e.used && e.label.starts_with("in-");
    assert!(!replay.exchanges.iter().any(|e| left(&e)), "everything recorded was said again");
}

#[tokio::test]
async fn what_gotosocial_said_in_the_trial_has_the_same_effect_again() {
    whole_trial("gotosocial", "gts.test").await;
}

#[tokio::test]
async fn what_takahe_said_in_the_trial_has_the_same_effect_again() {
    whole_trial("takahe", "takahe.test").await;
}

#[tokio::test]
async fn what_hollo_said_in_the_trial_has_the_same_effect_again() {
    whole_trial("hollo", "hollo.test").await;
}

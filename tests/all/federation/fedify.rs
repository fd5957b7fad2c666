//! A server nobody here wrote: Fedify, its checks on, as a process of its own.

use crate::support::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::OnceCell;

const HANDLE: &str = "@fred@fedify.test";
const FRED: &str = "fred@fedify.test";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/fedify")
}

/// Fetches what the lockfile names, once, when it is not there.
async fn install() {
    static INSTALLED: OnceCell<()> = OnceCell::const_new();
    let once = INSTALLED.get_or_init(|| async {
        if folder().join("node_modules/@fedify/fedify").exists() {
            return;
        }
        let npm = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder()).output().await;
        let npm = npm.expect("npm is needed for this test");
        assert!(npm.status.success(), "npm ci: {}", String::from_utf8_lossy(&npm.stderr));
    });
    once.await;
}

/// The process and the way to tell it what to do.
struct Fedify {
    control: u16,
    client: reqwest::Client,
    _process: Child,
}

impl Fedify {
    async fn start(world: &World) -> Self {
        install().await;
        let mut process = Command::new("node")
            .arg("peer.mjs")
            .current_dir(folder())
            .env("HOST", "fedify.test")
            .env("RESOLVE", world.resolve())
            .env("PHOTO", fixture("photo-lake.jpg"))
            .env("NODE_EXTRA_CA_CERTS", world.ca_file())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node is needed for this test");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().expect("the peer says where it listens");
        let ports: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
        let port = |name: &str| u16::try_from(ports[name].as_u64().unwrap()).unwrap();
        world.front("fedify.test").forward_to(([127, 0, 0, 1], port("port")).into());
        Self { control: port("control"), client: world.client(), _process: process }
    }

    /// Tells it to do something; gives what it says of it.
    async fn tell(&self, deed: &str, what: Value) -> Value {
        let address = format!("http://127.0.0.1:{}/{deed}", self.control);
        let answer = self.client.post(address).body(what.to_string()).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, 200, "{deed}: {text}");
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{deed}: {text}"))
    }

    /// Waits for an activity of this kind, as Fedify understood it.
    async fn receives(&self, kind: &str) -> Value {
        let found = || async {
            let received = self.tell("received", json!({})).await;
            received.as_array().unwrap().iter().find(|entry| entry["type"] == kind).cloned()
        };
        eventually(found, &format!("Fedify receives a {kind}")).await
    }
}

struct Both {
    a: Server,
    ada: Person,
    fedify: Fedify,
}

async fn both() -> Both {
    let world = World::new(["a.test", "fedify.test"]).await;
    let fedify = Fedify::start(&world).await;
    let a = world.server("a.test").await;
    let ada = a.owner("ada").await;
    Both { a, ada, fedify }
}

impl Both {
    /// Fred follows ada, and knows that he does.
    async fn followed() -> Self {
        let both = both().await;
        both.fedify.tell("follow", json!({ "handle": both.ada.handle() })).await;
        both.fedify.receives("Accept").await;
        both
    }

    async fn album(&self) -> Posted {
        let files = ["photo-boats.jpg", "photo-dahlia.jpg"];
        self.ada.post_album(&files, "Harbour #fog", "public", &["Boats in the fog", "A dahlia"]).await
    }
}

#[tokio::test]
async fn fedify_follows_and_is_accepted() {
    let both = Both::followed().await;
    let accept = both.fedify.receives("Accept").await;
    assert_eq!(accept["actor"], both.a.actor_id("ada").await);
    assert!(both.ada.page("/@ada/followers").await.link("/@fred@fedify.test").is_some());
    assert!(both.ada.notifications().await.says("follows you"));
}

#[tokio::test]
async fn fedify_refuses_what_is_not_signed() {
    let both = both().await;
    let follow = json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": "https://a.test/ap/activities/1", "type": "Follow",
        "actor": both.a.actor_id("ada").await, "object": "https://fedify.test/users/fred",
    });
    let inbox = both.a.world.client().post("https://fedify.test/users/fred/inbox");
    let answer =
        inbox.header("content-type", "application/activity+json").body(follow.to_string()).send().await.unwrap();
    assert_eq!(answer.status(), 401, "its checks are on");
    assert_eq!(both.fedify.tell("received", json!({})).await, json!([]));
}

#[tokio::test]
async fn fedify_receives_an_album_and_fetches_its_jpegs() {
    let both = Both::followed().await;
    let post = both.album().await;
    let create = both.fedify.receives("Create").await;
    assert_eq!(create["objectId"], post.id);
    assert!(create["content"].as_str().unwrap().contains("Harbour"));
    let pictures = create["pictures"].as_array().unwrap();
    let alts: Vec<_> = pictures.iter().map(|picture| picture["said"]["alt"].as_str().unwrap()).collect();
    assert_eq!(alts, ["Boats in the fog", "A dahlia"]);
    for picture in pictures {
        assert_eq!((&picture["status"], &picture["type"]), (&200.into(), &"image/jpeg".into()));
        assert_eq!(picture["said"]["type"], "image/jpeg");
        use base64::Engine;
        let bytes = base64::engine::general_purpose::STANDARD.decode(picture["bytes"].as_str().unwrap()).unwrap();
        let decoded = image::load_from_memory(&bytes).unwrap();
        assert_eq!(picture["said"]["width"].as_u64(), Some(decoded.width().into()));
        assert_eq!(picture["said"]["height"].as_u64(), Some(decoded.height().into()));
    }
}

#[tokio::test]
async fn fedifys_reply_is_shown_under_the_photo() {
    let both = Both::followed().await;
    let post = both.album().await;
    both.fedify.tell("reply", json!({ "id": post.id, "text": "What a morning" })).await;
    let shown = || async { both.ada.page(&post.path).await.says("What a morning") };
    eventually(shown, "the reply is shown").await;
    assert!(both.ada.notifications().await.says("replied"));
}

#[tokio::test]
async fn fedifys_like_and_boost_are_counted() {
    let both = Both::followed().await;
    let post = both.album().await;
    both.fedify.tell("like", json!({ "id": post.id })).await;
    both.fedify.tell("boost", json!({ "id": post.id })).await;
    both.a.quiet().await;
    let page = both.ada.page(&post.path).await;
    assert_eq!((page.count("like").as_deref(), page.count("boost").as_deref()), (Some("1"), Some("1")));
    assert!(both.ada.notifications().await.says("likes your post"));
}

#[tokio::test]
async fn fedifys_photo_appears_in_home_served_from_here() {
    let both = both().await;
    both.ada.follows(HANDLE).await;
    both.fedify.tell("post", json!({ "text": "A lake", "alt": "Water under clouds" })).await;
    let path = both.ada.sees(FRED).await;
    let photo = eventually(|| async { both.ada.page(&path).await.photos().pop() }, "its photo is fetched").await;
    assert_eq!(photo.alt, "Water under clouds");
    assert!(both.ada.home().await.says("A lake"));
    let answer = both.a.ask(&photo.src, "*/*").await;
    assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &"image/jpeg".parse().unwrap()));
}

#[tokio::test]
async fn fedify_hears_edits_likes_replies_and_deletes() {
    let both = Both::followed().await;
    let post = both.album().await;
    both.fedify.receives("Create").await;
    both.a.world.clock().advance(2_000);
    both.ada.edit(&post, |form| form.set("caption", "Harbour, later")).await;
    assert!(both.fedify.receives("Update").await["content"].as_str().unwrap().contains("later"));
    both.ada.follows(HANDLE).await;
    both.fedify.tell("post", json!({ "text": "A lake", "alt": "" })).await;
    let path = both.ada.sees(FRED).await;
    both.ada.like(&path).await;
    both.fedify.receives("Like").await;
    both.ada.boost(&path).await;
    both.fedify.receives("Announce").await;
    both.ada.unfollow(HANDLE).await;
    both.fedify.receives("Undo").await;
    both.ada.delete(&post).await;
    assert_eq!(both.fedify.receives("Delete").await["objectId"], post.id);
}

#[tokio::test]
async fn what_fedify_takes_back_is_gone() {
    let both = both().await;
    both.ada.follows(HANDLE).await;
    let note = both.fedify.tell("post", json!({ "text": "A lake", "alt": "" })).await;
    let path = both.ada.sees(FRED).await;
    both.fedify.tell("delete", json!({ "id": note["id"] })).await;
    eventually(|| async { both.ada.get(&path).await.status == 404 }, "the post is gone").await;
    both.fedify.tell("follow", json!({ "handle": both.ada.handle() })).await;
    both.fedify.receives("Accept").await;
    both.fedify.tell("unfollow", json!({ "handle": both.ada.handle() })).await;
    both.a.quiet().await;
    assert_eq!(both.a.total(&format!("{}/followers", both.a.actor_id("ada").await)).await, 0);
}

#[tokio::test]
async fn fedify_reads_a_followers_only_post_as_a_follower() {
    let both = Both::followed().await;
    let post = both.ada.post_album(&["photo-dahlia.jpg"], "For followers", "followers", &[]).await;
    both.fedify.receives("Create").await;
    let read = both.fedify.tell("fetch", json!({ "id": post.id })).await;
    assert_eq!(read["type"], "Note", "{read}");
    assert!(read["content"].as_str().unwrap().contains("For followers"));
}

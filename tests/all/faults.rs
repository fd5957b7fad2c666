//! Nothing accepted is lost and nothing arrives twice, wherever the process dies on the way from
//! "Post" to "delivered". The real program is made to die at its first fault point, its second, and so
//! on until none is left; after each death it is started again, and the story must end well.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(clippy::disallowed_methods, reason = "tests are no part of the server, whose tasks are tracked")]

mod full_disk;
mod kills;

use crate::process::binary::{Folder, Running, photograph};
use crate::process::stage::{Stage, database, followed, number, rows, until_no_jobs};
use crate::process::tab::{Form, Tab};
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);
const PHOTOS: [&str; 2] = ["srgb.jpg", "grey.jpg"];
const PAUSE: Duration = Duration::from_millis(15);

/// The form of an album of two, as a browser sends it; where it goes, and what it says.
struct Story {
    caption: String,
    action: Option<String>,
}

impl Story {
    fn words(&self, button: &str) -> Form {
        Form::new().text("caption", &self.caption).text("visibility", "public").text("do", button)
    }

    fn files(&self) -> Form {
        PHOTOS.iter().fold(self.words("add"), |form, name| form.photo(name, &photograph(name)))
    }

    /// Opens the composer, once, adds the files and presses Post; the path of the post if that was answered.
    async fn press_post(&mut self, tab: &Tab) -> Option<String> {
        if self.action.is_none() {
            let page = tab.try_send(Method::GET, "/compose", &[], Vec::new()).await.ok()?;
            self.action = page.read().forms().into_iter().find(|f| f.multipart).map(|f| f.action);
        }
        let action = self.action.as_ref()?;
        for form in [self.files(), self.words("post")] {
            let page = tab.try_submit(action, &form).await.ok()?;
            let led = page.location().to_owned();
            if led.starts_with("/@ada/") {
                return Some(led);
            }
            assert!(page.status == 303 && led.starts_with(action), "{} {led} {}", page.status, page.read().text());
        }
        panic!("a form without files is posted")
    }
}

/// Posts an album on a server that lives.
async fn publish(tab: &Tab, caption: &str) {
    let mut story = Story { caption: caption.to_owned(), action: None };
    assert!(story.press_post(tab).await.is_some(), "{caption} is posted");
}

fn tab(folder: &Folder, cookie: &str) -> Tab {
    let tab = Tab::at(&folder.url(""));
    tab.set_cookie(Some(cookie.to_owned()));
    tab
}

/// Ready, or dead before that.
async fn ready(server: &Running) -> bool {
    let since = Instant::now();
    while server.ended(Duration::ZERO).is_none() {
        if server.is_ready() {
            return true;
        }
        assert!(since.elapsed() < PATIENCE, "{}", server.said());
        tokio::time::sleep(PAUSE).await;
    }
    false
}

/// Waits until the post has arrived and nothing is left to do; false if the process ended before.
async fn until_delivered(stage: &Stage, folder: &Folder, server: &Running, caption: &str) -> bool {
    let since = Instant::now();
    while stage.arrived(caption).is_empty() {
        if server.ended(Duration::ZERO).is_some() {
            return false;
        }
        assert!(since.elapsed() < PATIENCE, "{caption} does not arrive: {}", server.said());
        tokio::time::sleep(PAUSE).await;
    }
    until_no_jobs(folder, server).await
}

/// After a death: starts again, sends the form again as a person would, and looks at what there is.
async fn ends_well(
    stage: &Stage,
    folder: &Folder,
    cookie: &str,
    mut story: Story,
    accepted: Option<String>,
    died: &str,
) {
    let server = stage.launch(folder, None);
    server.until_ready();
    let tab = tab(folder, cookie);
    let path = story
        .press_post(&tab)
        .await
        .unwrap_or_else(|| panic!("{died}: the form is not taken again: {}", server.said()));
    assert!(accepted.as_ref().is_none_or(|before| *before == path), "{died}: {accepted:?} became {path}");
    assert!(until_delivered(stage, folder, &server, &story.caption).await, "{died}");
    let page = tab.get(&path).await.ok().read();
    assert_eq!(page.photos().iter().filter(|p| p.src.starts_with("/media/")).count(), 2, "{died}: {}", page.text());
    let profile = tab.get("/@ada").await.ok().read();
    let links: BTreeSet<String> =
        profile.links().into_iter().filter(|l| l.trim_start_matches("/@ada/").parse::<i64>().is_ok()).collect();
    assert_eq!(links.into_iter().collect::<Vec<_>>(), [path], "{died}: one post");
    seen_once(stage, &story.caption, died);
    server.stop();
    nothing_half_made(folder, died).await;
}

/// The peer may have been told twice, but of one thing, and could fetch its pictures.
fn seen_once(stage: &Stage, caption: &str, died: &str) {
    let told = stage.arrived(caption);
    let of = |what: fn(&Value) -> Option<&str>| {
        told.iter().filter_map(|r| what(r.json.as_ref()?).map(str::to_owned)).collect::<BTreeSet<_>>()
    };
    assert_eq!(of(|j| j["id"].as_str()).len(), 1, "{died}: one activity");
    assert_eq!(of(|j| j["object"]["id"].as_str()).len(), 1, "{died}: one object");
    let last = told.last().unwrap();
    assert_eq!(last.json.as_ref().unwrap()["object"]["attachment"].as_array().unwrap().len(), 2, "{died}");
    assert!(last.pictures.iter().all(|p| p.status == 200 && !p.bytes.is_empty()), "{died}: pictures are there first");
}

/// Every photo of a post is whole, and every file that a row names is there.
async fn nothing_half_made(folder: &Folder, died: &str) {
    let db = database(folder).await;
    let unready = number(&db, "SELECT count(*) FROM photo WHERE post_id IS NOT NULL AND state <> 'ready'").await;
    assert_eq!(unready, 0, "{died}: a post with a photo that is not ready");
    let posts = "SELECT count(*) FROM post WHERE photo_count <> (SELECT count(*) FROM photo WHERE post_id = post.id)";
    assert_eq!(number(&db, posts).await, 0, "{died}");
    let named = "SELECT original_key FROM photo WHERE state = 'ready' UNION SELECT r.key FROM rendition r JOIN photo p ON p.id = r.photo_id WHERE p.state = 'ready'";
    let names = folder.media().await;
    for row in rows(&db, named).await {
        let key: String = row.try_get_by_index(0).unwrap();
        assert!(names.contains(key.rsplit('/').next().unwrap()), "{died}: {key} has no bytes");
    }
    assert!(folder.on_the_way().is_empty(), "{died}: temporary files are left");
}

/// Plays the story into the n-th fault point. False when the story is over before there is one.
async fn dies_at(stage: &Stage, base: &Folder, cookie: &str, n: usize) -> bool {
    let folder = base.copied();
    let server = stage.launch(&folder, Some(n));
    let mut story = Story { caption: format!("story-{n}-of-faults"), action: None };
    let mut accepted = None;
    let mut over = false;
    if ready(&server).await {
        accepted = story.press_post(&tab(&folder, cookie)).await;
        over = accepted.is_some() && until_delivered(stage, &folder, &server, &story.caption).await;
    }
    if over {
        server.signal("TERM");
    }
    let status = server.ended(PATIENCE).expect("it ends");
    if status.success() {
        seen_once(stage, &story.caption, "nothing went wrong");
        return false;
    }
    let died = format!("died at point {n}, {}", server.line("fault point reached: "));
    ends_well(stage, &folder, cookie, story, accepted, &died).await;
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn wherever_the_process_dies_what_was_accepted_is_delivered_and_seen_once() {
    let (first, second) = (Stage::build().await, Stage::build().await);
    let (base, cookie) = followed(&first).await;
    second.peer.actor("bob");
    let walk = |stage: Stage, base: Folder, cookie: String, from: usize| {
        tokio::spawn(async move {
            let mut n = from;
            while dies_at(&stage, &base, &cookie, n).await {
                n += 2;
            }
            // While the server is dead a peer cannot fetch what it wants to: no rule is broken by that.
            stage.peer.take_problems();
            n
        })
    };
    let copy = base.copied();
    let walks = [walk(first, base, cookie.clone(), 1), walk(second, copy, cookie, 2)];
    for walk in walks {
        let points = walk.await.unwrap();
        assert!(points > 40, "the story passes more than {points} points");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r111_killed_at_any_moment_nothing_accepted_is_lost_or_doubled() {
    let stage = Stage::build().await;
    let (base, cookie) = followed(&stage).await;
    let mut seed = u64::from(std::process::id());
    for n in 0..5 {
        let folder = base.copied();
        let server = stage.launch(&folder, None);
        server.until_ready();
        let story =
            Story { caption: format!("story-{n}-of-kills"), action: Some(tab(&folder, &cookie).compose().await) };
        let (browser, mut pressed) =
            (tab(&folder, &cookie), Story { caption: story.caption.clone(), action: story.action.clone() });
        let press = tokio::spawn(async move { pressed.press_post(&browser).await });
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let wait = Duration::from_millis(n * 120 + (seed >> 33) % 240);
        tokio::time::sleep(wait).await;
        server.signal("KILL");
        server.ended(PATIENCE).unwrap();
        let accepted = press.await.unwrap();
        ends_well(&stage, &folder, &cookie, story, accepted, &format!("killed after {wait:?}")).await;
    }
    stage.peer.take_problems();
}

//! The process is killed again and again while many posts go to many servers.

use super::{PATIENCE, PAUSE, tab};
use crate::process::binary::{Folder, Running};
use crate::process::stage::{Stage, followed};
use crate::process::tab::Tab;
use crate::support::Peer;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const KILLS: usize = 20;
const POSTS: usize = 50;
const INBOXES: usize = 40;

/// A number that looks random; the same in each run.
fn random(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// The path of ada's newest post.
async fn newest(tab: &Tab) -> String {
    let links = tab.get("/@ada").await.ok().read().links();
    let posts = links.into_iter().filter(|l| l.trim_start_matches("/@ada/").parse::<i64>().is_ok());
    posts.max().expect("ada has a post")
}

/// Answers a post once, however often the server dies meanwhile: the form that is sent again carries the
/// same number.
async fn answer(tab: &Tab, path: &str, text: &str) {
    let since = Instant::now();
    let mut number = None;
    let mut last = String::from("no answer");
    while since.elapsed() < PATIENCE {
        if number.is_none()
            && let Ok(page) = tab.try_send(reqwest::Method::GET, path, &[], Vec::new()).await
            && page.status == 200
        {
            let action = format!("{path}/reply");
            number = page.read().form(&action).map(|form| form.values("number").concat());
        }
        if let Some(number) = &number {
            let fields = [("text", text), ("number", number.as_str()), ("back", path)];
            let kind = [("content-type", "application/x-www-form-urlencoded")];
            let body = crate::process::tab::encoded(&fields);
            let sent = tab.try_send(reqwest::Method::POST, &format!("{path}/reply"), &kind, body).await;
            match sent {
                Ok(page) if page.status == 303 => return,
                Ok(page) => last = format!("{} {}", page.status, page.text()),
                Err(error) => last = format!("{error:?}"),
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("{text} is never taken: {last}");
}

/// Kills and starts again, so often; the last one is left running. Every second one has taken a post before it
/// dies, however slow the machine is: otherwise nothing would have to be remembered.
async fn kill_again_and_again(stage: &Stage, folder: &Folder, mut server: Running, posted: &AtomicUsize) -> Running {
    let mut seed = u64::from(std::process::id());
    for kill in 0..KILLS {
        let before = posted.load(Ordering::Relaxed);
        while kill % 2 == 1 && before < POSTS && posted.load(Ordering::Relaxed) == before {
            tokio::time::sleep(PAUSE).await;
        }
        tokio::time::sleep(Duration::from_millis(150 + random(&mut seed) % 500)).await;
        server.signal("KILL");
        server.ended(PATIENCE).expect("a killed process ends");
        server = stage.launch(folder, None);
        while !server.is_ready() {
            assert!(server.ended(Duration::ZERO).is_none(), "it does not start again: {}", server.said());
            tokio::time::sleep(PAUSE).await;
        }
    }
    server
}

/// How many different posts a peer was given, and how many it was given again.
fn given(peer: &Peer) -> (usize, usize) {
    let about = |r: &crate::support::Received| {
        let text = r.json.as_ref()?["object"]["content"].as_str()?;
        text.contains("storm-").then(|| r.json.as_ref()?["object"]["id"].as_str().map(str::to_owned)).flatten()
    };
    let all: Vec<String> = peer.deliveries("Create").iter().filter_map(about).collect();
    let different: HashSet<&String> = all.iter().collect();
    (different.len(), all.len() - different.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r111_killed_twenty_times_every_post_reaches_every_inbox_and_hardly_one_twice() {
    let hosts: Vec<String> = (0..INBOXES).map(|n| format!("inbox-{n}.test")).collect();
    let stage = Stage::among(&hosts.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (folder, cookie) = followed(&stage).await;
    let peers: Vec<Peer> = hosts.iter().map(|host| stage.world.peer(host)).collect();
    let server = stage.launch(&folder, None);
    server.until_ready();
    let ada = stage.actor_id("ada").await;
    for peer in &peers {
        peer.actor("bob").follow(&ada).await;
        peer.expect("Accept").await;
    }
    let browser = tab(&folder, &cookie);
    super::publish(&browser, "The first").await;
    let path = newest(&browser).await;
    let posted = AtomicUsize::new(0);
    let posting = async {
        for n in 0..POSTS {
            answer(&browser, &path, &format!("storm-{n}")).await;
            posted.fetch_add(1, Ordering::Relaxed);
        }
    };
    let (server, ()) = tokio::join!(kill_again_and_again(&stage, &folder, server, &posted), posting);
    let since = Instant::now();
    while peers.iter().any(|peer| given(peer).0 < POSTS) {
        let missing: Vec<_> = peers.iter().filter(|p| given(p).0 < POSTS).map(|p| (&p.host, given(p))).collect();
        assert!(since.elapsed() < Duration::from_secs(60), "lost: {missing:?}; {}", server.said());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(crate::process::stage::until_no_jobs(&folder, &server).await);
    let (mut objects, mut most) = (0, 0);
    for peer in &peers {
        let (different, again) = given(peer);
        objects += different;
        most = most.max(again);
        peer.take_problems();
    }
    stage.peer.take_problems();
    assert_eq!(objects, POSTS * INBOXES, "every post at every inbox");
    assert!(most <= KILLS + 2, "at one inbox {most} came again");
    eprintln!("{objects} processed; at most {most} repeats at one inbox, {KILLS} kills");
}

//! Stopping well: what was begun ends, what hangs is cut off in time, what was accepted stays.

#![allow(clippy::disallowed_methods, reason = "tests are no part of the server, whose tasks are tracked")]

use super::binary::{Folder, Running, photograph};
use super::stage::{Stage, followed, until_no_jobs};
use super::tab::{Form, Tab};
use crate::support::eventually;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const PASSWORD: &str = "three boats and a pier";

async fn signed_in(folder: &Folder, server: &Running) -> Tab {
    let ada = Tab::at(&folder.url(""));
    let form = [("username", "ada"), ("email", "ada@example.org"), ("password", PASSWORD)];
    assert_eq!(ada.post(&server.owner_link(), &form).await.led(), "/");
    ada
}

/// A photo on its way into a draft, of which only the first half has been sent.
struct HalfSent {
    stream: TcpStream,
    rest: Vec<u8>,
}

impl HalfSent {
    fn begin(folder: &Folder, ada: &Tab, draft: &str) -> Self {
        let body = Form::new().file("photo", "boats.jpg", "image/jpeg", &photograph("photo-boats.jpg")).bytes();
        let (cookie, kind, length) = (ada.cookie().unwrap(), Form::content_type(), body.len());
        let mut stream = TcpStream::connect(folder.address()).unwrap();
        write!(
            stream,
            "POST {draft}/photos HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\nAccept: application/json\r\n\
             Content-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n",
            folder.address()
        )
        .unwrap();
        let (first, rest) = body.split_at(length / 2);
        stream.write_all(first).unwrap();
        Self { stream, rest: rest.to_vec() }
    }

    /// Sends the rest; what the server answers.
    fn finish(mut self) -> String {
        self.stream.write_all(&self.rest).unwrap();
        self.stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

/// Waits until part of an upload has reached the disk.
fn until_arriving(folder: &Folder) {
    let since = Instant::now();
    while folder.on_the_way().is_empty() {
        assert!(since.elapsed() < Duration::from_secs(10), "the upload never arrives");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn until_no_new_connections(folder: &Folder) {
    let since = Instant::now();
    while TcpStream::connect(folder.address()).is_ok() {
        assert!(since.elapsed() < Duration::from_secs(5), "it still accepts connections");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[tokio::test]
async fn an_idle_server_stops_at_once_and_well() {
    let folder = Folder::new();
    let server = folder.start();
    let _idle = TcpStream::connect(folder.address()).unwrap();
    let since = Instant::now();
    server.stop();
    assert!(since.elapsed() < Duration::from_secs(5), "it took {:?}", since.elapsed());
}

#[tokio::test]
async fn an_upload_in_progress_ends_after_sigterm() {
    let folder = Folder::new();
    let server = folder.start();
    let ada = signed_in(&folder, &server).await;
    let draft = ada.compose().await;
    let upload = HalfSent::begin(&folder, &ada, &draft);
    until_arriving(&folder);
    server.signal("TERM");
    until_no_new_connections(&folder);
    assert!(server.ended(Duration::ZERO).is_none(), "it waits for the upload");
    let answer = upload.finish();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let status = server.ended(Duration::from_secs(20)).expect("then it ends");
    assert!(status.success(), "{status}: {}", server.said());
    let server = folder.start();
    let photos = ada.get(&draft).await.ok().draft_photos();
    assert_eq!(photos.len(), 1, "what was accepted is there at the next start");
    server.stop();
}

#[tokio::test]
async fn r112_under_load_and_with_a_sender_who_hangs_it_stops_within_30_s_and_keeps_what_it_accepted() {
    let stage = Stage::build().await;
    let (folder, cookie) = followed(&stage).await;
    let server = stage.launch(&folder, None);
    server.until_ready();
    let ada = Tab::at(&folder.url(""));
    ada.set_cookie(Some(cookie));
    stage.peer.hang(true);
    let posted = post(&ada, "before-the-load").await;
    let draft = ada.compose().await;
    let _hangs = HalfSent::begin(&folder, &ada, &draft);
    until_arriving(&folder);
    let photos = ["photo-coffee.jpg", "photo-dahlia.jpg", "photo-lake.jpg", "photo-pagoda.jpg", "photo-leaf.jpg"];
    let uploads = photos.map(|name| {
        let (tab, path) = (ada.sending(&[]), format!("{draft}/photos"));
        tokio::spawn(async move {
            let form = Form::new().file("photo", name, "image/jpeg", &photograph(name));
            tab.try_submit(&path, &form).await.is_ok_and(|page| page.status == 201)
        })
    });
    tokio::time::sleep(Duration::from_millis(150)).await;
    let since = Instant::now();
    server.signal("TERM");
    let status = tokio::task::spawn_blocking(move || (server.ended(Duration::from_secs(30)), server));
    let mut accepted = 0;
    for upload in uploads {
        accepted += usize::from(upload.await.unwrap());
    }
    let (status, server) = status.await.unwrap();
    let status = status.unwrap_or_else(|| panic!("it still runs after {:?}: {}", since.elapsed(), server.said()));
    assert!(status.success(), "{status}: {}", server.said());
    stage.peer.hang(false);
    let again = stage.launch(&folder, None);
    again.until_ready();
    let kept = ada.get(&draft).await.ok().draft_photos().len();
    assert!(kept >= accepted, "{kept} of {accepted} accepted photos are there");
    assert!(until_no_jobs(&folder, &again).await, "{}", again.said());
    assert!(!stage.arrived("before-the-load").is_empty(), "{posted} is delivered");
}

#[tokio::test]
async fn r112_a_delivery_to_a_server_that_hangs_goes_back_into_the_queue_and_arrives_after_the_next_start() {
    let stage = Stage::build().await;
    let (folder, cookie) = followed(&stage).await;
    let server = stage.launch(&folder, None);
    server.until_ready();
    let ada = Tab::at(&folder.url(""));
    ada.set_cookie(Some(cookie));
    stage.peer.hang(true);
    post(&ada, "on-the-way").await;
    eventually(async || !stage.arrived("on-the-way").is_empty(), "the delivery is under way").await;
    let since = Instant::now();
    server.signal("TERM");
    let ended = tokio::task::spawn_blocking(move || (server.ended(Duration::from_secs(30)), server));
    let (status, server) = ended.await.unwrap();
    let status = status.unwrap_or_else(|| panic!("it still runs after {:?}", since.elapsed()));
    assert!(status.success(), "{status}: {}", server.said());
    stage.peer.hang(false);
    let before = stage.arrived("on-the-way").len();
    let again = stage.launch(&folder, None);
    again.until_ready();
    assert!(until_no_jobs(&folder, &again).await, "{}", again.said());
    assert_eq!(stage.arrived("on-the-way").len(), before + 1, "once more, and that was it");
}

/// Posts a photo; its path.
pub async fn post(ada: &Tab, caption: &str) -> String {
    let action = ada.compose().await;
    let words = |button| Form::new().text("caption", caption).text("visibility", "public").text("do", button);
    ada.submit(&action, &words("add").photo("srgb.jpg", &photograph("srgb.jpg"))).await.led();
    ada.submit(&action, &words("post")).await.led()
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    for second in ["TERM", "INT"] {
        let folder = Folder::new();
        let server = folder.start();
        let ada = signed_in(&folder, &server).await;
        let draft = ada.compose().await;
        let _upload = HalfSent::begin(&folder, &ada, &draft);
        until_arriving(&folder);
        server.signal("TERM");
        until_no_new_connections(&folder);
        let since = Instant::now();
        server.signal(second);
        let status = server.ended(Duration::from_secs(5)).expect("it ends at once");
        assert!(since.elapsed() < Duration::from_secs(2), "it took {:?}", since.elapsed());
        assert!(!status.success(), "it does not claim to have ended well");
    }
}

#[tokio::test]
async fn what_a_killed_process_left_half_written_is_swept_at_the_next_start() {
    let folder = Folder::new();
    let server = folder.start();
    let ada = signed_in(&folder, &server).await;
    let draft = ada.compose().await;
    let _upload = HalfSent::begin(&folder, &ada, &draft);
    until_arriving(&folder);
    server.signal("KILL");
    server.ended(Duration::from_secs(5)).unwrap();
    assert!(!folder.on_the_way().is_empty());
    let _server = folder.start();
    assert!(folder.on_the_way().is_empty());
}

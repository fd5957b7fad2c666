//! A real browser, headless Chromium, with and without script, on a phone and on a desk, in light and
//! dark. The scenarios are in `tests/browser`; each fails on any console error, any violation of the
//! page's policy and anything that sticks out. Screenshots lie in the system's temporary folder.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use crate::process::binary::{Folder, Running, photograph};
use crate::process::tab::{Form, Tab};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

const PASSWORD: &str = "paper, water, light";
const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser");

/// A server with a photographer on it.
struct Gallery {
    folder: Folder,
    ada: Tab,
    _server: Running,
}

impl Gallery {
    async fn open() -> Self {
        let folder = Folder::new();
        let server = folder.start();
        let ada = Tab::at(&folder.url(""));
        let form = [("username", "ada"), ("email", "ada@example.org"), ("password", PASSWORD)];
        assert_eq!(ada.post(&server.owner_link(), &form).await.led(), "/");
        Self { folder, ada, _server: server }
    }

    /// Posts photographs; returns the path of the post.
    async fn post(&self, caption: &str, names: &[&str]) -> String {
        let draft = self.ada.compose().await;
        let words = |button| Form::new().text("caption", caption).text("visibility", "public").text("do", button);
        let files = names.iter().fold(words("add"), |form, name| form.photo(name, &photograph(name)));
        self.ada.submit(&draft, &files).await.led();
        self.ada.submit(&draft, &words("post")).await.led()
    }

    /// A gallery with something in it: paths of a post with one photo, and of an album.
    async fn hang(&self) -> (String, String) {
        self.post("The forest after rain #light", &["photo-forest.jpg"]).await;
        self.post("Dunes at noon", &["photo-dune.jpg"]).await;
        let album =
            self.post("Water, three times #light", &["photo-lake.jpg", "photo-pier.jpg", "photo-boats.jpg"]).await;
        self.post("Petals", &["photo-dahlia.jpg"]).await;
        (self.post("A leaf, held against the sun", &["photo-leaf.jpg"]).await, album)
    }

    /// Plays a scenario of `tests/browser`.
    async fn play(&self, scenario: &str, options: Value) {
        play(&format!("http://localhost:{}", self.folder.port), scenario, options).await;
    }
}

/// Plays a scenario of `tests/browser` at an address.
async fn play(base: &str, scenario: &str, options: Value) {
    let mut node = Command::new("node");
    node.args(["run.mjs", scenario, &options.to_string()]).current_dir(SCENARIOS);
    node.env("BASE", base).env("LOGIN", "ada").env("PASSWORD", PASSWORD).env("SHOTS", screenshots());
    node.env("FIXTURES", concat!(env!("CARGO_MANIFEST_DIR"), "/media-test-fixtures"));
    let done = tokio::task::spawn_blocking(move || node.output()).await.expect("it runs to its end");
    let done = done.expect("node is there: .ci/test installs it");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{scenario} {options}: {said}");
}

fn screenshots() -> PathBuf {
    let folder = std::env::temp_dir().join("cyanotype-screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

async fn album(width: u32, scheme: &str, script: bool) {
    let gallery = Gallery::open().await;
    gallery.play("album", json!({ "width": width, "scheme": scheme, "script": script })).await;
}

async fn stands_still(width: u32, scheme: &str) {
    let gallery = Gallery::open().await;
    let (post, album) = gallery.hang().await;
    gallery.play("still", json!({ "width": width, "scheme": scheme, "post": post, "album": album })).await;
}

#[test]
fn the_browser_and_its_driver_are_there() {
    assert!(Path::new("/usr/bin/chromium").is_file(), "Debian's chromium is missing: .ci/test installs it");
    let driver = Path::new(SCENARIOS).join("node_modules/playwright-core/package.json");
    assert!(driver.is_file(), "run `npm ci` in tests/browser, or .ci/test");
}

#[tokio::test]
async fn an_album_of_five_is_posted_on_a_phone_in_light() {
    album(390, "light", true).await;
}

#[tokio::test]
async fn an_album_of_five_is_posted_on_a_phone_in_dark() {
    album(390, "dark", true).await;
}

#[tokio::test]
async fn an_album_of_five_is_posted_on_a_desk_in_light() {
    album(1440, "light", true).await;
}

#[tokio::test]
async fn an_album_of_five_is_posted_on_a_desk_in_dark() {
    album(1440, "dark", true).await;
}

#[tokio::test]
async fn an_album_of_five_is_posted_without_script_on_a_phone() {
    album(390, "dark", false).await;
}

#[tokio::test]
async fn an_album_of_five_is_posted_without_script_on_a_desk() {
    album(1440, "light", false).await;
}

#[tokio::test]
async fn nothing_moves_while_pages_load_on_a_phone_in_light() {
    stands_still(390, "light").await;
}

#[tokio::test]
async fn nothing_moves_while_pages_load_on_a_phone_in_dark() {
    stands_still(390, "dark").await;
}

#[tokio::test]
async fn nothing_moves_while_pages_load_on_a_desk_in_light() {
    stands_still(1440, "light").await;
}

#[tokio::test]
async fn nothing_moves_while_pages_load_on_a_desk_in_dark() {
    stands_still(1440, "dark").await;
}

#[tokio::test]
async fn the_main_things_can_be_done_with_the_keyboard_alone() {
    let gallery = Gallery::open().await;
    let (post, _) = gallery.hang().await;
    gallery.play("keyboard", json!({ "width": 1440, "post": post })).await;
}

#[tokio::test]
async fn an_album_that_is_out_is_changed_on_a_phone() {
    let gallery = Gallery::open().await;
    let (_, album) = gallery.hang().await;
    gallery.play("edit", json!({ "width": 390, "album": album })).await;
}

async fn focus(width: u32, scheme: &str, script: bool) {
    Gallery::open().await.play("focus", json!({ "width": width, "scheme": scheme, "script": script })).await;
}

#[tokio::test]
async fn a_focal_point_is_set_by_a_press_and_by_keyboard_on_a_phone() {
    focus(390, "dark", true).await;
}

#[tokio::test]
async fn a_focal_point_is_set_by_a_press_and_by_keyboard_on_a_desk() {
    focus(1440, "light", true).await;
}

#[tokio::test]
async fn a_focal_point_is_set_without_script() {
    focus(1440, "light", false).await;
}

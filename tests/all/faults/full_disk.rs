//! The disk under a server becomes full, in earnest: what was accepted is kept, what is refused says why, and when
//! there is room again everything works as before.

use super::publish;
use crate::process::binary::{Folder, Running, photograph};
use crate::process::stage::rows;
use crate::process::tab::{Form, Page, Tab, encoded};
use crate::support::eventually;
use crate::support::postgres::sqlite_alone;
use reqwest::Method;
use std::io::Write;
use std::path::PathBuf;

const PASSWORD: &str = "a very small disk";
/// How large the disk is.
const MEGABYTES: usize = 64;

/// Takes all the room that is left on the disk of a server.
struct Filler(PathBuf);

impl Filler {
    fn fill(server: &Running, folder: &Folder) -> Self {
        let path = server.sees(&folder.path("data/filler"));
        let mut file = std::fs::File::create(&path).unwrap();
        for size in [1 << 16, 1 << 12, 1] {
            while file.write_all(&vec![7; size]).is_ok() {}
        }
        Self(path)
    }
}

impl Drop for Filler {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Answers a post; what the server says.
async fn answer(ada: &Tab, path: &str, text: &str) -> Page {
    let action = format!("{path}/reply");
    let form = ada.get(path).await.ok().read().form(&action).expect("it can be answered");
    let number = form.values("number").concat();
    let fields = [("text", text), ("number", number.as_str()), ("back", path)];
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    ada.send(Method::POST, &action, &kind, encoded(&fields)).await
}

/// Answers until there is no room any more; what was accepted, and what was said last.
async fn answer_until_full(ada: &Tab, path: &str) -> (Vec<String>, Page) {
    let mut accepted = Vec::new();
    for n in 0..2_000 {
        let text = format!("answer-{n}-on-a-full-disk");
        let said = answer(ada, path, &text).await;
        if said.status != 303 {
            return (accepted, said);
        }
        accepted.push(text);
    }
    panic!("the disk is never full")
}

#[tokio::test]
async fn on_a_full_disk_what_was_accepted_stays_and_what_is_refused_says_why() {
    sqlite_alone();
    let folder = Folder::new();
    let server = folder.launch_on_a_small_disk(MEGABYTES);
    server.until_ready();
    let ada = Tab::at(&folder.url(""));
    let account = [("username", "ada"), ("email", "ada@example.org"), ("password", PASSWORD)];
    assert_eq!(ada.post(&server.owner_link(), &account).await.led(), "/");
    publish(&ada, "Before").await;
    let links = ada.get("/@ada").await.ok().read().links();
    let path = links.into_iter().find(|l| l.trim_start_matches("/@ada/").parse::<i64>().is_ok()).unwrap();
    let draft = ada.compose().await;

    let filler = Filler::fill(&server, &folder);
    let (accepted, refused) = answer_until_full(&ada, &path).await;
    assert_eq!(refused.status, 507, "{}", refused.read().text());
    assert!(refused.has("no space left"), "{}", refused.read().text());
    let form = Form::new().text("caption", "Words for later").text("visibility", "public").text("do", "add");
    let refused = ada.submit(&draft, &form.photo("srgb.jpg", &photograph("srgb.jpg"))).await;
    assert!(refused.has("no space left"), "{} {}", refused.status, refused.read().text());
    assert!(ada.get(&path).await.ok().has("Before"), "everything can still be read");
    assert!(server.is_ready(), "{}", server.said());

    drop(filler);
    let again = async || answer(&ada, &path, "There is room again").await.status == 303;
    eventually(again, "it takes answers again").await;
    publish(&ada, "After").await;
    let page = ada.get(&path).await.ok();
    for text in &accepted {
        assert!(page.has(text), "{text} was accepted");
    }
    assert_eq!(found_in(&server, &folder).await, "ok");
    server.stop();
}

/// What SQLite finds when it looks at everything in the database of a server.
async fn found_in(server: &Running, folder: &Folder) -> String {
    let copy = tempfile::TempDir::new().unwrap();
    server.signal("STOP");
    for name in ["cyanotype.sqlite", "cyanotype.sqlite-wal"] {
        std::fs::copy(server.sees(&folder.path(&format!("data/{name}"))), copy.path().join(name)).unwrap();
    }
    server.signal("CONT");
    let file = copy.path().join("cyanotype.sqlite");
    let db = Box::pin(sea_orm::Database::connect(format!("sqlite://{}", file.display()))).await.unwrap();
    rows(&db, "PRAGMA integrity_check").await[0].try_get_by_index(0).unwrap()
}

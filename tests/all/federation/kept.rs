//! Pictures of other servers are kept while people look at them and there is room; they come back when
//! somebody looks again.

use crate::support::*;
use cyanotype::app::{MOST_LOOKS, Noted};
use cyanotype::entity::{account, photo};
use cyanotype::service::federation::kept::{self, PutAway, Room};
use cyanotype::service::uploads;
use cyanotype::store::{self, accounts, media};
use reqwest::StatusCode;
use std::collections::BTreeSet;

const DAY: i64 = 86_400_000;

/// Ada follows bob; his photos are kept at hers.
struct Kept {
    scene: Scene,
}

/// A photo of bob's: the path of its post, and where bob's server has it.
struct Far {
    post: String,
    target: String,
}

impl Kept {
    async fn new() -> Self {
        Self { scene: Scene::following().await }
    }

    /// Bob posts a photo, which is fetched at once.
    async fn photo(&self, text: &str, fixture: &str) -> Far {
        let note = self.scene.bob.photo_note(text, fixture, text);
        let target = note["attachment"][0]["url"].as_str().unwrap().strip_prefix("https://peer.test").unwrap();
        self.scene.heard(&self.scene.bob.create(&note)).await;
        let row = store::posts::by_uri(&self.scene.a.app.db.read, note["id"].as_str().unwrap()).await.unwrap();
        let post = format!("/@{}/{}", self.scene.bob.acct(), row.unwrap().id);
        let far = Far { post, target: target.to_owned() };
        assert!(self.shows(&far).await.is_some(), "fetched: {text}");
        far
    }

    fn asked(&self, far: &Far) -> usize {
        self.scene.peer.received().iter().filter(|r| r.target == far.target).count()
    }

    /// The address under which ada's page of the post shows the photo.
    async fn shows(&self, far: &Far) -> Option<String> {
        self.scene.ada.page(&far.post).await.photos().pop().map(|image| image.src)
    }

    async fn row(&self, far: &Far) -> photo::Model {
        let id = far.post.rsplit('/').next().unwrap().parse().unwrap();
        media::of_posts(&self.scene.a.app.db.read, &[id]).await.unwrap().pop().unwrap()
    }

    async fn bob(&self) -> account::Model {
        accounts::by_uri(&self.scene.a.app.db.read, &self.scene.bob.id).await.unwrap().unwrap()
    }

    /// Looks are written down now and then; now.
    async fn written(&self) {
        kept::write_looks(&self.scene.a.app).await.unwrap();
    }

    fn now(&self) -> i64 {
        self.scene.a.app.now()
    }

    async fn put_away(&self, bytes: i64, seen_since: i64, most: u64) -> PutAway {
        let done = kept::put_away(&self.scene.a.app, Room { bytes, seen_since }, most).await.unwrap();
        self.scene.a.quiet().await;
        done
    }

    async fn remote_bytes(&self) -> i64 {
        let bytes = kept::usage(&self.scene.a.app).await.unwrap().bytes;
        bytes.photos + bytes.pictures
    }

    async fn files(&self) -> BTreeSet<String> {
        let served =
            self.scene.a.stored().await.into_iter().filter_map(|(key, _)| Some(key.strip_prefix("media/")?.to_owned()));
        served.filter_map(|name| Some(name.split('.').next()?.to_owned())).collect()
    }

    /// The keys that rows name.
    async fn named(&self) -> BTreeSet<String> {
        use cyanotype::entity::rendition;
        use sea_orm::EntityTrait;
        let rows = rendition::Entity::find().all(&self.scene.a.app.db.read).await.unwrap();
        let stem = |key: String| key.trim_start_matches("media/").split('.').next().unwrap_or_default().to_owned();
        rows.into_iter().map(|row| stem(row.key)).collect()
    }
}

#[tokio::test]
async fn what_nobody_looked_at_for_longest_goes_until_the_rest_has_room() {
    let kept = Kept::new().await;
    let first = kept.photo("First", "photo-lake.jpg").await;
    kept.scene.world().clock().advance(2 * DAY);
    let second = kept.photo("Second", "photo-leaf.jpg").await;
    kept.scene.world().clock().advance(2 * DAY);
    // Somebody looks at the older one again.
    kept.shows(&first).await.unwrap();
    kept.written().await;
    let all = kept.remote_bytes().await;
    let done = kept.put_away(all - 1, 0, 100).await;
    assert_eq!((done.items, kept.remote_bytes().await), (1, all - done.bytes));
    assert_eq!(kept.row(&first).await.state, uploads::READY);
    assert_eq!(kept.row(&second).await.state, uploads::PUT_AWAY);
    assert_eq!(kept.files().await, kept.named().await, "every file has its row, and every row its file");
    assert_eq!(kept.put_away(all - done.bytes, 0, 100).await, PutAway::default(), "exactly as much as may stay");
}

#[tokio::test]
async fn what_is_missed_at_a_process_that_only_answers_comes_back_too() {
    let kept = Kept::new().await;
    let far = kept.photo("Fog", "photo-lake.jpg").await;
    kept.put_away(0, 0, 100).await;
    let app = &kept.scene.a.app;
    kept.scene.a.stop_working();
    let looking = async {
        kept.scene.world().clock().advance(2 * DAY);
        kept.shows(&far).await;
        let asked_for = async || store::jobs::waiting(&app.db.read, app.now()).await.unwrap().1 > 0;
        eventually(asked_for, "somebody is asked to fetch it").await;
        app.stopping.cancel();
    };
    tokio::join!(cyanotype::worker::attend(app.clone()), looking);
}

#[tokio::test]
async fn what_nobody_looked_at_for_so_many_days_goes_though_there_is_room() {
    let world = World::new(["a.test", "peer.test"]).await;
    let peer = world.peer("peer.test");
    let bob = peer.actor("bob");
    let a = world.server_with("a.test", &[("remote_media_days", "3")]).await;
    let ada = a.owner("ada").await;
    let scene = Scene { ada_id: a.actor_id("ada").await, inbox: a.url("/ap/inbox"), a, ada, peer, bob };
    scene.ada_follows().await;
    let kept = Kept { scene };
    let (old, seen) = (kept.photo("Old", "photo-lake.jpg").await, kept.photo("Seen", "photo-leaf.jpg").await);
    kept.scene.world().clock().advance(2 * DAY);
    kept.shows(&seen).await.unwrap();
    kept.written().await;
    kept.scene.world().clock().advance(DAY + 3_600_000);
    kept::tidy(&kept.scene.a.app).await.unwrap();
    assert_eq!(kept.row(&old).await.state, uploads::PUT_AWAY);
    assert_eq!(kept.row(&seen).await.state, uploads::READY);
}

#[tokio::test]
async fn a_budget_of_bytes_is_kept_by_housekeeping() {
    let world = World::new(["a.test", "peer.test"]).await;
    let peer = world.peer("peer.test");
    let bob = peer.actor("bob");
    let a = world.server_with("a.test", &[("remote_media_bytes", "1000000")]).await;
    let ada = a.owner("ada").await;
    let scene = Scene { ada_id: a.actor_id("ada").await, inbox: a.url("/ap/inbox"), a, ada, peer, bob };
    scene.ada_follows().await;
    let kept = Kept { scene };
    for n in 0..20 {
        if kept.remote_bytes().await > 1_000_000 {
            break;
        }
        kept.photo(&format!("Photo {n}"), "photo-boats.jpg").await;
    }
    assert!(kept.remote_bytes().await > 1_000_000);
    kept::tidy(&kept.scene.a.app).await.unwrap();
    let left = kept.remote_bytes().await;
    assert!(left <= 1_000_000 && left > 0, "{left}");
}

#[tokio::test]
async fn nothing_of_our_own_is_ever_put_away() {
    let kept = Kept::new().await;
    kept.photo("His", "photo-lake.jpg").await;
    let ours = kept.scene.ada.post_album(&["photo-dahlia.jpg"], "Hers", "public", &["A dahlia"]).await;
    let form = kept.scene.ada.form("/settings", "/settings/profile").await;
    kept.scene.ada.submit(form.file("avatar", "a.jpg", fixture_bytes("photo-leaf.jpg"))).await;
    kept.scene.a.quiet().await;
    let before = kept::usage(&kept.scene.a.app).await.unwrap();
    assert!(before.bytes.originals > 0 && before.bytes.ours > 0 && before.bytes.photos > 0);
    kept.scene.world().clock().advance(365 * DAY);
    kept.put_away(0, kept.now(), 1_000).await;
    let after = kept::usage(&kept.scene.a.app).await.unwrap();
    assert_eq!((after.bytes.originals, after.bytes.ours), (before.bytes.originals, before.bytes.ours));
    assert_eq!((after.bytes.photos, after.bytes.pictures, after.photos, after.put_away), (0, 0, 0, 1));
    let page = kept.scene.ada.page(&ours.path).await;
    let shown = page.images();
    assert!(shown.iter().any(|image| image.src.contains("/media/")));
    for image in shown.iter().filter(|image| image.src.contains("/media/")) {
        assert_eq!(kept.scene.a.ask(&image.src, "*/*").await.status(), StatusCode::OK, "{}", image.src);
    }
}

#[tokio::test]
async fn whoever_looks_again_finds_the_placeholder_at_once_and_the_photo_a_moment_later() {
    let kept = Kept::new().await;
    let far = kept.photo("A lake", "photo-lake.jpg").await;
    let before = kept.row(&far).await;
    kept.put_away(0, 0, 100).await;
    let page = kept.scene.ada.page(&far.post).await;
    assert!(page.photos().is_empty() && page.says("On its way here"));
    let src = eventually(|| kept.shows(&far), "the photo is back").await;
    assert_eq!(kept.scene.a.ask(&src, "*/*").await.status(), StatusCode::OK);
    let after = kept.row(&far).await;
    assert_eq!((after.alt, after.width, after.height), (before.alt, before.width, before.height));
    kept.scene.a.quiet().await;
    assert_eq!(kept.files().await, kept.named().await);
}

#[tokio::test]
async fn nobody_waits_for_a_server_that_takes_its_time_to_give_a_photo_again() {
    let kept = Kept::new().await;
    let far = kept.photo("A lake", "photo-lake.jpg").await;
    kept.put_away(0, 0, 100).await;
    kept.scene.peer.never_answer(&far.target);
    for _ in 0..3 {
        let page = kept.scene.ada.page(&far.post).await;
        assert!(page.photos().is_empty() && page.says("On its way here"));
    }
    eventually(|| async { kept.asked(&far) == 2 }, "it is being fetched").await;
}

#[tokio::test]
async fn only_a_look_by_somebody_signed_in_has_it_fetched_and_twenty_looks_fetch_it_once() {
    let kept = Kept::new().await;
    let far = kept.photo("A lake", "photo-lake.jpg").await;
    kept.put_away(0, 0, 100).await;
    let visitor = kept.scene.a.visitor();
    visitor.get(&far.post).await;
    visitor.get(&format!("/@{}", kept.scene.bob.acct())).await;
    kept.written().await;
    kept.scene.a.quiet().await;
    assert_eq!(kept.asked(&far), 1, "a visitor makes this server ask nobody");
    let looks = (0..20).map(|_| kept.scene.ada.page(&far.post));
    futures_util::future::join_all(looks).await;
    eventually(|| kept.shows(&far), "the photo is back").await;
    kept.scene.a.quiet().await;
    assert_eq!(kept.asked(&far), 2);
}

#[tokio::test]
async fn a_photo_that_is_gone_there_is_not_asked_for_again_for_a_day() {
    let kept = Kept::new().await;
    let far = kept.photo("A lake", "photo-lake.jpg").await;
    kept.scene.world().clock().advance(2 * DAY);
    kept.put_away(0, 0, 100).await;
    kept.scene.peer.refuse(&far.target, 410);
    kept.shows(&far).await;
    eventually(|| async { kept.row(&far).await.state == uploads::NOT_HAD }, "it is not had").await;
    assert_eq!(kept.asked(&far), 2);
    for _ in 0..5 {
        kept.scene.world().clock().advance(DAY / 6);
        assert_eq!(kept.shows(&far).await, None);
        assert!(kept.scene.ada.page(&far.post).await.says("Not to be had"));
        kept.written().await;
        kept.scene.a.quiet().await;
    }
    assert_eq!(kept.asked(&far), 2, "what is not had is remembered");
    kept.scene.peer.serve(&far.target, "image/jpeg", fixture_bytes("photo-lake.jpg"));
    kept.scene.world().clock().advance(DAY);
    eventually(|| kept.shows(&far), "a day later it is asked for, and there").await;
    assert_eq!(kept.asked(&far), 3);
}

#[tokio::test]
async fn faces_of_people_who_are_followed_go_last_and_come_back_when_somebody_looks() {
    let scene = Scene::among(&["far.test"]).await;
    let far = scene.world().peer("far.test");
    let carol = far.actor("carol");
    for (peer, actor) in [(&scene.peer, &scene.bob), (&far, &carol)] {
        peer.serve("/files/face.jpg", "image/jpeg", fixture_bytes("photo-leaf.jpg"));
        let mut document = actor.document();
        document["icon"] = serde_json::json!({ "type": "Image", "url": peer.url("/files/face.jpg") });
        actor.serve(&document);
    }
    scene.ada_follows().await;
    scene.ada.search(&carol.handle()).await;
    scene.a.quiet().await;
    let kept = Kept { scene };
    let of = |actor: &Actor| {
        let (app, id) = (kept.scene.a.app.clone(), actor.id.clone());
        async move { accounts::by_uri(&app.db.read, &id).await.unwrap().unwrap().avatar_key }
    };
    assert!(of(&kept.scene.bob).await.is_some() && of(&carol).await.is_some());
    // Bob's was not looked at for longer than carol's, and yet hers goes first.
    kept.scene.world().clock().advance(2 * DAY);
    kept.scene.ada.page(&format!("/@{}", carol.acct())).await;
    kept.written().await;
    kept.scene.a.quiet().await;
    assert_eq!(kept.put_away(0, 0, 1).await.items, 1);
    assert!(of(&kept.scene.bob).await.is_some() && of(&carol).await.is_none());
    kept.put_away(0, 0, 10).await;
    assert!(of(&kept.scene.bob).await.is_none());
    assert_eq!(kept.files().await, kept.named().await);
    kept.scene.ada.page(&format!("/@{}", kept.scene.bob.acct())).await;
    eventually(|| async { of(&kept.scene.bob).await.is_some() }, "his face is back").await;
    assert!(kept.bob().await.pictures_seen_at > 0);
}

#[tokio::test]
async fn a_look_writes_nothing_and_many_looks_are_written_down_once_a_day() {
    let kept = Kept::new().await;
    let far = kept.photo("A lake", "photo-lake.jpg").await;
    kept.scene.a.stop_working();
    let fetched = kept.row(&far).await.seen_at;
    for _ in 0..3 {
        kept.scene.world().clock().advance(3_600_000);
        kept.shows(&far).await.unwrap();
    }
    assert!(kept.scene.a.app.looks.take().is_empty(), "within a day nothing is even noted");
    kept.scene.world().clock().advance(DAY);
    for _ in 0..3 {
        kept.shows(&far).await.unwrap();
    }
    assert_eq!(kept.row(&far).await.seen_at, fetched, "the views themselves wrote nothing");
    kept.written().await;
    assert!(kept.row(&far).await.seen_at >= fetched + DAY);
}

#[tokio::test]
async fn no_more_looks_are_noted_than_there_is_room_for() {
    let server = Server::start("a.test").await;
    let most = i64::try_from(MOST_LOOKS).unwrap();
    let looks = Noted { photos: (0..=most).collect(), people: (0..=most).collect(), ..Noted::default() };
    server.app.looks.note(looks);
    let taken = server.app.looks.take();
    assert_eq!((taken.photos.len(), taken.people.len()), (MOST_LOOKS, MOST_LOOKS));
}

#[tokio::test]
async fn one_go_puts_away_so_much_and_no_more() {
    let kept = Kept::new().await;
    for n in 0..3 {
        kept.photo(&format!("Photo {n}"), "orientation-1.jpg").await;
    }
    assert_eq!(kept.put_away(0, 0, 2).await.items, 2);
    assert_eq!(kept.put_away(0, 0, 2).await.items, 1);
}

#[tokio::test]
async fn what_an_older_version_fetched_counts_as_looked_at_when_it_is_first_met() {
    let kept = Kept::new().await;
    let far = kept.photo("A lake", "photo-lake.jpg").await;
    let (app, before) = (kept.scene.a.app.clone(), kept.now());
    let row = photo::Model { seen_at: 0, ..kept.row(&far).await };
    app.db
        .write(move |tx| Box::pin(async move { Ok::<_, cyanotype::service::Refusal>(media::save(tx, row).await?) }))
        .await
        .unwrap();
    kept::tidy(&app).await.unwrap();
    let row = kept.row(&far).await;
    assert!(row.state == uploads::READY && row.seen_at >= before, "{} {}", row.state, row.seen_at);
}

#[tokio::test]
async fn a_store_that_fails_leaves_no_row_that_names_a_file_that_is_not_there() {
    let scene = Scene::with(&[], &[("media_store", "local")]).await;
    scene.ada_follows().await;
    let kept = Kept { scene };
    let far = kept.photo("A lake", "photo-lake.jpg").await;
    // Files cannot be removed: the rows have forgotten them all the same, and they go when they can.
    let folder = kept.scene.a.data.path().join("data/media/media");
    let store = Stuck::new(&folder);
    let done = kept::put_away(&kept.scene.a.app, Room { bytes: 0, seen_since: 0 }, 10).await.unwrap();
    assert!(done.bytes > 0 && kept.remote_bytes().await == 0 && kept.named().await.is_empty());
    // Nor can new ones be stored while somebody looks: the placeholder stays.
    kept.shows(&far).await;
    eventually(|| async { kept.asked(&far) >= 2 }, "it is fetched").await;
    let failing = || async { store::jobs::count(&kept.scene.a.app.db.read, "pictures").await.unwrap() > 0 };
    eventually(failing, "it waits for another attempt").await;
    assert_eq!(kept.shows(&far).await, None);
    for _ in 0..12 {
        kept.scene.world().clock().advance(DAY / 2);
        kept.scene.a.quiet().await;
    }
    let row = kept.row(&far).await;
    assert_eq!((row.state.as_str(), kept.remote_bytes().await), (uploads::NOT_HAD, 0), "given up, without a trace");
    drop(store);
    kept.scene.world().clock().advance(2 * DAY);
    eventually(|| kept.shows(&far), "and back when the store is").await;
    kept.scene.a.quiet().await;
    assert!(kept.named().await.is_subset(&kept.files().await), "every row has its file");
}

/// A folder of the store out of order while this lives.
struct Stuck {
    folder: std::path::PathBuf,
    aside: std::path::PathBuf,
}

impl Stuck {
    fn new(folder: &std::path::Path) -> Self {
        let (folder, aside) = (folder.to_owned(), folder.with_file_name("aside"));
        std::fs::rename(&folder, &aside).expect("a folder");
        // What is no folder holds no files.
        std::fs::write(&folder, b"").expect("a file");
        Self { folder, aside }
    }
}

impl Drop for Stuck {
    fn drop(&mut self) {
        std::fs::remove_file(&self.folder).expect("the file");
        std::fs::rename(&self.aside, &self.folder).expect("the folder");
    }
}

//! No empty profile: what is fetched of somebody elsewhere when a person of this server looks at her.

use crate::support::*;
use cyanotype::clock::HOUR;
use cyanotype::service::federation::fetch::PER_PERSON;
use cyanotype::service::limits;
use serde_json::{Value, json};

const CONTEXT: &str = "https://www.w3.org/ns/activitystreams";

/// Bob's outbox as one list with everything in it.
fn outbox(scene: &Scene, total: i64, items: Vec<Value>) {
    let id = format!("{}/outbox", scene.bob.id);
    scene.bob.serve(&json!({
        "@context": CONTEXT, "id": id, "type": "OrderedCollection", "totalItems": total, "orderedItems": items,
    }));
}

/// A page of it.
fn page(scene: &Scene, name: &str, next: Option<&str>, items: Vec<Value>) -> String {
    let id = format!("{}/outbox?page={name}", scene.bob.id);
    let mut document = json!({
        "@context": CONTEXT, "id": id, "type": "OrderedCollectionPage",
        "partOf": format!("{}/outbox", scene.bob.id), "orderedItems": items,
    });
    if let Some(next) = next {
        document["next"] = format!("{}/outbox?page={next}", scene.bob.id).into();
    }
    scene.bob.serve(&document);
    id
}

fn first(scene: &Scene, first: &str) {
    let id = format!("{}/outbox", scene.bob.id);
    scene.bob.serve(&json!({
        "@context": CONTEXT, "id": id, "type": "OrderedCollection", "totalItems": 999, "first": first,
    }));
}

/// An old note of bob's, so many hours ago, carried along in a Create.
fn old(scene: &Scene, text: &str, hours: i64) -> Value {
    let mut note = scene.bob.note(text);
    note["published"] = cyanotype::activitypub::stamp::write(scene.world().clock().now() - hours * HOUR).into();
    scene.bob.serve(&note);
    scene.bob.create(&note)
}

fn path(scene: &Scene) -> String {
    format!("/@{}", scene.bob.acct())
}

fn asked(scene: &Scene, part: &str) -> usize {
    scene.peer.received().iter().filter(|r| r.method == "GET" && r.target.contains(part)).count()
}

/// Ada finds bob, which makes his account known, and looks at him.
async fn look(scene: &Scene) -> Page {
    scene.ada.search(&scene.bob.handle()).await;
    let page = scene.ada.page(&path(scene)).await;
    scene.a.quiet().await;
    drop(page);
    scene.ada.page(&path(scene)).await
}

#[tokio::test]
async fn the_first_look_at_somebody_elsewhere_shows_pins_and_last_posts() {
    let scene = Scene::new().await;
    let pinned = scene.bob.photo_note("The best one", "photo-lake.jpg", "A lake");
    let newest = scene.bob.photo_note("The last one", "photo-dune.jpg", "A dune");
    let boost = scene.bob.activity("Announce", "https://elsewhere.test/notes/1");
    outbox(&scene, 214, vec![scene.bob.create(&newest), boost, old(&scene, "Only words", 2)]);
    scene.bob.serve(&json!({
        "@context": CONTEXT, "id": format!("{}/featured", scene.bob.id), "type": "OrderedCollection",
        "orderedItems": [pinned["id"]],
    }));
    for (list, total) in [("followers", 61), ("following", 7)] {
        scene.bob.serve(&json!({
            "@context": CONTEXT, "id": format!("{}/{list}", scene.bob.id), "type": "OrderedCollection",
            "totalItems": total,
        }));
    }
    let page = look(&scene).await;
    assert!(page.text().contains("214 posts") && page.text().contains("61 followers"), "{}", page.text());
    assert!(page.text().contains("7 following") && page.text().contains("As counted on peer.test"));
    assert!(page.says("Pinned"));
    let fetched = || async { scene.ada.page(&path(&scene)).await.photos().len() == 3 };
    eventually(fetched, "the pinned photo stands at the head and in its place, the other one too").await;
    assert!(scene.ada.page(&format!("{}?tab=replies", path(&scene))).await.says("Only words"));
    assert!(page.links().contains(&"https://peer.test/@bob".to_owned()), "the original is one press away");
}

#[tokio::test]
async fn the_first_page_shown_has_posts_already() {
    let scene = Scene::new().await;
    outbox(&scene, 1, vec![old(&scene, "Here at once", 2)]);
    scene.ada.search(&scene.bob.handle()).await;
    assert!(scene.ada.page(&format!("{}?tab=replies", path(&scene))).await.says("Here at once"));
}

#[tokio::test]
async fn r050_a_visitor_makes_this_server_ask_nobody() {
    let scene = Scene::new().await;
    outbox(&scene, 1, vec![old(&scene, "Unasked", 2)]);
    scene.heard(&scene.bob.activity("Like", scene.ada.post_photo("photo-lake.jpg", "Mine").await.id.as_str())).await;
    let before = scene.peer.requests();
    let visitor = scene.a.visitor();
    assert!(!visitor.page(&path(&scene)).await.says("Fetch older"));
    visitor.get(&format!("/authorize_interaction?uri={}", scene.bob.id)).await;
    scene.a.quiet().await;
    assert_eq!(scene.peer.requests(), before);
}

#[tokio::test]
async fn a_follow_brings_the_last_posts_home() {
    let scene = Scene::new().await;
    outbox(&scene, 1, vec![old(&scene, "From before", 30)]);
    scene.ada_follows().await;
    let there = || async { scene.ada.home().await.says("From before") };
    eventually(there, "what he posted before stands in her home").await;
}

#[tokio::test]
async fn r020_what_an_outbox_carries_of_others_is_left_out() {
    let scene = Scene::among(&["evil.test"]).await;
    let carol = scene.peer.actor("carol");
    let of_carol = carol.note("Not his");
    let mut foreign = scene.bob.note("Not from here");
    foreign["id"] = "https://evil.test/notes/1".into();
    let mut narrow = scene.bob.note("Not for all");
    narrow["to"] = json!([scene.bob.followers()]);
    narrow["cc"] = json!([]);
    let items = [&of_carol, &foreign, &narrow].map(|note| scene.bob.create(note));
    outbox(&scene, 4, items.into_iter().chain([old(&scene, "His own", 2)]).collect());
    look(&scene).await;
    let page = scene.ada.page(&format!("{}?tab=replies", path(&scene))).await;
    assert!(page.says("His own"));
    for text in ["Not his", "Not from here", "Not for all"] {
        assert!(!page.says(text), "{text}");
    }
}

#[tokio::test]
async fn r059_an_outbox_that_never_ends_is_left_after_so_many_pages() {
    let scene = Scene::new().await;
    for n in 0..60 {
        let boost = scene.bob.activity("Announce", "https://elsewhere.test/notes/1");
        page(&scene, &n.to_string(), Some(&(n + 1).to_string()), vec![boost]);
    }
    first(&scene, &format!("{}/outbox?page=0", scene.bob.id));
    look(&scene).await;
    assert_eq!(asked(&scene, "/outbox?page"), limits::OUTBOX_PAGES - 1, "with the list itself");
    assert!(asked(&scene, "/users/bob") <= PER_PERSON as usize);
}

#[tokio::test]
async fn r059_an_outbox_that_goes_in_a_circle_ends() {
    let scene = Scene::new().await;
    page(&scene, "1", Some("2"), vec![old(&scene, "Round", 2)]);
    page(&scene, "2", Some("1"), vec![old(&scene, "and round", 3)]);
    first(&scene, &format!("{}/outbox?page=1", scene.bob.id));
    look(&scene).await;
    assert_eq!(asked(&scene, "/outbox?page"), 2, "each page once");
    let page = scene.ada.page(&format!("{}?tab=replies", path(&scene))).await;
    assert!(page.says("Round") && page.says("and round") && !page.says("Fetch older"));
}

#[tokio::test]
async fn older_posts_are_fetched_when_somebody_asks_for_more() {
    let scene = Scene::new().await;
    let many = limits::OUTBOX_POSTS + 5;
    let half = many / 2;
    let notes: Vec<Value> =
        (0..many).map(|n| old(&scene, &format!("Word {n}."), i64::try_from(n).unwrap() + 1)).collect();
    page(&scene, "1", Some("2"), notes[..half].to_vec());
    page(&scene, "2", None, notes[half..].to_vec());
    first(&scene, &format!("{}/outbox?page=1", scene.bob.id));
    look(&scene).await;
    let words = format!("{}?tab=replies", path(&scene));
    let next = scene.ada.page(&words).await.next().expect("a second page");
    let second = scene.ada.page(&next).await;
    let last = format!("Word {}.", limits::OUTBOX_POSTS);
    assert!(
        second.says(&format!("Word {}.", limits::OUTBOX_POSTS - 1)) && !second.says(&last),
        "so many, and not one more"
    );
    let more = second.form(&format!("{}/older", path(&scene))).expect("more can be fetched");
    let third = scene.ada.submit(more).await;
    assert!(third.says(&last) && third.says(&format!("Word {}.", many - 1)), "{}", third.text());
    assert!(!third.says("Fetch older"), "that was all");
}

#[tokio::test]
async fn r059_an_outbox_without_end_is_left_for_good_at_some_depth() {
    let scene = Scene::new().await;
    let deep = usize::try_from(limits::OUTBOX_DEPTH).unwrap();
    for n in 0..deep + 20 {
        let boost = scene.bob.activity("Announce", "https://elsewhere.test/notes/1");
        page(&scene, &n.to_string(), Some(&(n + 1).to_string()), vec![boost]);
    }
    first(&scene, &format!("{}/outbox?page=0", scene.bob.id));
    let mut page = look(&scene).await;
    while let Some(more) = page.form(&format!("{}/older", path(&scene))) {
        page = scene.ada.submit(more).await;
        scene.a.quiet().await;
    }
    assert_eq!(asked(&scene, "/outbox?page"), deep - 1, "with the list itself");
}

#[tokio::test]
async fn so_many_pins_are_taken_and_not_one_more() {
    let scene = Scene::new().await;
    let pins: Vec<Value> =
        (0..=limits::REMOTE_PINS).map(|n| scene.bob.note(&format!("Pin {n}."))["id"].clone()).collect();
    scene.bob.serve(&json!({
        "@context": CONTEXT, "id": format!("{}/featured", scene.bob.id), "type": "OrderedCollection",
        "orderedItems": pins,
    }));
    let page = look(&scene).await;
    drop(page);
    let known = cyanotype::store::accounts::by_uri(&scene.a.app.db.read, &scene.bob.id).await.unwrap().unwrap();
    let kept = cyanotype::store::posts::pinned(&scene.a.app.db.read, known.id).await.unwrap();
    assert_eq!(kept.len(), limits::REMOTE_PINS);
}

#[tokio::test]
async fn r058_one_look_causes_so_many_requests_and_no_more() {
    let scene = Scene::new().await;
    let ids: Vec<Value> = (0..80).map(|n| scene.bob.note(&format!("Note {n}."))["id"].clone()).collect();
    outbox(&scene, 80, ids);
    scene.ada.search(&scene.bob.handle()).await;
    scene.a.quiet().await;
    let before = scene.peer.requests();
    scene.ada.page(&path(&scene)).await;
    scene.a.quiet().await;
    let caused = scene.peer.requests() - before;
    assert!(caused <= PER_PERSON as usize && caused > 30, "{caused}");
}

#[tokio::test]
async fn what_is_found_and_old_is_no_news_and_what_is_new_is_told() {
    let scene = Scene::new().await;
    let mentioning = |text: &str, hours: i64| {
        let mut create = old(&scene, text, hours);
        create["object"]["tag"] = json!([{ "type": "Mention", "href": scene.ada_id, "name": "@ada@a.test" }]);
        create["object"]["cc"] = json!([scene.bob.followers(), scene.ada_id]);
        create
    };
    outbox(&scene, 2, vec![mentioning("Fresh news", 1), mentioning("Old news", 24 * 400)]);
    look(&scene).await;
    let told = scene.ada.notifications().await;
    assert!(told.says("Fresh news") && !told.says("Old news"), "{}", told.text());
}

#[tokio::test]
async fn a_profile_is_asked_for_news_once_an_hour_while_people_look() {
    let scene = Scene::new().await;
    let earlier = old(&scene, "Earlier", 2);
    outbox(&scene, 1, vec![earlier.clone()]);
    look(&scene).await;
    let before = asked(&scene, "/outbox");
    outbox(&scene, 2, vec![old(&scene, "Later", 1), earlier]);
    look(&scene).await;
    assert_eq!(asked(&scene, "/outbox"), before, "not again so soon");
    scene.world().clock().advance(HOUR + 1);
    look(&scene).await;
    assert!(scene.ada.page(&format!("{}?tab=replies", path(&scene))).await.says("Later"));
    assert_eq!(asked(&scene, "/outbox"), before + 1);
}

#[tokio::test]
async fn a_pin_said_by_its_author_is_shown_and_taken_down_again() {
    let scene = Scene::following().await;
    let note = scene.bob.photo_note("Pin me", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let featured = format!("{}/featured", scene.bob.id);
    let say = |who: &Actor, kind: &str, target: &str| {
        let mut activity = who.activity(kind, note["id"].as_str().unwrap());
        activity["target"] = target.into();
        activity
    };
    scene.heard(&say(&scene.bob, "Add", &featured)).await;
    assert!(scene.ada.page(&path(&scene)).await.says("Pinned"));
    let carol = scene.peer.actor("carol");
    carol.tell(&scene.inbox, &say(&carol, "Remove", &format!("{}/featured", carol.id))).await;
    scene.heard(&say(&scene.bob, "Remove", &scene.bob.followers())).await;
    assert!(scene.ada.page(&path(&scene)).await.says("Pinned"), "r022: not by others, nor from another list");
    scene.heard(&say(&scene.bob, "Remove", &featured)).await;
    assert!(!scene.ada.page(&path(&scene)).await.says("Pinned"));
}

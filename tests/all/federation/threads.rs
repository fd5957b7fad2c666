//! No missing comment: conversations are walked while people look, and counted as they are shown.

use crate::support::*;
use cyanotype::clock::MINUTE;
use cyanotype::service::federation::fetch::PER_PERSON;
use cyanotype::service::{counting, limits};
use cyanotype::store;
use serde_json::{Value, json};

const CONTEXT: &str = "https://www.w3.org/ns/activitystreams";

/// Lists answers of a note in its `replies`, and serves both.
fn answered(who: &Actor, note: &mut Value, answers: &[&Value]) {
    let list = format!("{}/replies", note["id"].as_str().unwrap());
    let ids: Vec<&Value> = answers.iter().map(|answer| &answer["id"]).collect();
    who.serve(&json!({ "@context": CONTEXT, "id": list, "type": "Collection", "items": ids }));
    note["replies"] = list.into();
    who.serve(note);
}

fn answer(who: &Actor, text: &str, parent: &Value) -> Value {
    let mut note = who.note(text);
    note["inReplyTo"] = parent["id"].clone();
    who.serve(&note);
    note
}

/// A photo of bob's, with carol's answer on a third server, and dave's to hers: neither was sent here.
struct Talk {
    scene: Scene,
    third: Peer,
    path: String,
    photo: Value,
}

impl Talk {
    async fn new() -> Self {
        let scene = Scene::among(&["third.test"]).await;
        let third = scene.world().peer("third.test");
        let (carol, dave) = (third.actor("carol"), scene.peer.actor("dave"));
        scene.ada_follows().await;
        let mut photo = scene.bob.photo_note("Mountains", "photo-lake.jpg", "A lake");
        let mut from_carol = answer(&carol, "Which lake is it?", &photo);
        let from_dave = answer(&dave, "The one behind the house", &from_carol);
        answered(&scene.bob, &mut photo, &[&from_carol]);
        answered(&carol, &mut from_carol, &[&from_dave]);
        scene.heard(&scene.bob.create(&photo)).await;
        let path = scene.ada.sees(&scene.bob.acct()).await;
        Self { scene, third, path, photo }
    }

    async fn looked(&self) -> Page {
        self.scene.ada.page(&self.path).await;
        self.scene.a.quiet().await;
        self.scene.ada.page(&self.path).await
    }
}

#[tokio::test]
async fn answers_nobody_sent_here_are_found_at_any_depth() {
    let talk = Talk::new().await;
    assert!(talk.scene.ada.page(&talk.path).await.says("being looked for"));
    let page = talk.looked().await;
    assert!(page.says("Which lake is it?") && page.says("The one behind the house"), "{}", page.text());
    assert!(page.says("2 replies"));
    let (lake, house) = (page.html.find("Which lake").unwrap(), page.html.find("behind the house").unwrap());
    assert!(lake < house, "each under what it answers");
}

#[tokio::test]
async fn r050_a_visitor_who_looks_makes_this_server_ask_nobody() {
    let talk = Talk::new().await;
    talk.scene.a.quiet().await;
    let before = (talk.scene.peer.requests(), talk.third.requests());
    assert!(!talk.scene.a.visitor().page(&talk.path).await.says("being looked for"));
    talk.scene.a.quiet().await;
    assert_eq!((talk.scene.peer.requests(), talk.third.requests()), before);
}

#[tokio::test]
async fn a_conversation_is_walked_again_after_a_while_and_not_before() {
    let talk = Talk::new().await;
    talk.looked().await;
    let carol = talk.third.actor("erin");
    let late = answer(&carol, "I came late", &talk.photo);
    let mut photo = talk.photo.clone();
    answered(&talk.scene.bob, &mut photo, &[&late]);
    let before = talk.third.requests();
    assert!(!talk.looked().await.says("I came late"));
    assert_eq!(talk.third.requests(), before, "not again so soon");
    talk.scene.world().clock().advance(limits::WALK_AGAIN + MINUTE);
    assert!(talk.looked().await.says("I came late"));
}

#[tokio::test]
async fn what_a_list_names_and_is_no_answer_here_is_not_kept() {
    let talk = Talk::new().await;
    let stray = talk.third.actor("stray");
    let alone = stray.note("Buy this");
    let other = answer(&stray, "Elsewhere", &json!({ "id": "https://third.test/nowhere" }));
    let mut forged = answer(&stray, "Forged", &talk.photo);
    forged["attributedTo"] = talk.scene.bob.id.clone().into();
    stray.serve(&forged);
    let mut photo = talk.photo.clone();
    answered(&talk.scene.bob, &mut photo, &[&alone, &other, &forged]);
    let page = talk.looked().await;
    for text in ["Buy this", "Elsewhere", "Forged"] {
        assert!(!page.says(text), "{text}");
    }
    for note in [&alone, &other, &forged] {
        let kept = store::posts::by_uri(&talk.scene.a.app.db.read, note["id"].as_str().unwrap()).await.unwrap();
        assert!(kept.is_none(), "{note}");
    }
}

#[tokio::test]
async fn r058_lists_of_answers_that_never_end_are_left_after_so_many_pages() {
    let talk = Talk::new().await;
    let list = format!("{}/replies", talk.photo["id"].as_str().unwrap());
    for n in 0..60 {
        let address = if n == 0 { list.clone() } else { format!("{list}?page={n}") };
        talk.scene.bob.serve(&json!({
            "@context": CONTEXT, "id": address, "type": "CollectionPage",
            "items": [format!("https://third.test/none/{n}")], "next": format!("{list}?page={}", n + 1),
        }));
    }
    talk.looked().await;
    let asked = |peer: &Peer, part: &str| peer.received().iter().filter(|r| r.target.contains(part)).count();
    assert_eq!(asked(&talk.scene.peer, "/replies"), limits::WALK_PAGES);
    assert!(asked(&talk.third, "/none/") + asked(&talk.scene.peer, "/replies") <= PER_PERSON as usize);
}

#[tokio::test]
async fn so_many_answers_are_taken_in_one_walk_and_the_rest_in_the_next() {
    let talk = Talk::new().await;
    let many = limits::WALK_REPLIES + 3;
    let answers: Vec<Value> =
        (0..many).map(|n| answer(&talk.scene.bob, &format!("Answer {n}."), &talk.photo)).collect();
    let list = format!("{}/replies", talk.photo["id"].as_str().unwrap());
    // Carried along whole by their own server: they cost no requests.
    talk.scene.bob.serve(&json!({ "@context": CONTEXT, "id": list, "type": "Collection", "items": answers }));
    assert!(talk.looked().await.says(&format!("{} replies", limits::WALK_REPLIES)));
    talk.scene.world().clock().advance(limits::WALK_AGAIN + MINUTE);
    assert!(talk.looked().await.says(&format!("{many} replies")));
}

#[tokio::test]
async fn a_list_of_the_whole_conversation_is_read() {
    let scene = Scene::following().await;
    let dave = scene.peer.actor("dave");
    let mut photo = scene.bob.photo_note("Mountains", "photo-lake.jpg", "A lake");
    let reply = answer(&dave, "Found in the context", &photo);
    let list = "https://peer.test/contexts/1";
    photo["context"] = list.into();
    scene.bob.serve(&photo);
    scene.bob.serve(&json!({
        "@context": CONTEXT, "id": list, "type": "OrderedCollection", "orderedItems": [photo["id"], reply["id"]],
    }));
    scene.heard(&scene.bob.create(&photo)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    scene.ada.page(&path).await;
    scene.a.quiet().await;
    assert!(scene.ada.page(&path).await.says("Found in the context"));
}

/// A chain of notes, each the answer to the one before; gives the last.
fn chain(scene: &Scene, length: usize) -> Value {
    let mut last = scene.bob.note("Step 0.");
    for n in 1..length {
        last = answer(&scene.bob, &format!("Step {n}."), &last);
    }
    last
}

#[tokio::test]
async fn what_an_answer_answers_is_fetched_and_stands_above_it() {
    let scene = Scene::new().await;
    let last = chain(&scene, 4);
    let found = scene.ada.search(last["id"].as_str().unwrap()).await;
    let known = store::posts::by_uri(&scene.a.app.db.read, last["id"].as_str().unwrap()).await.unwrap().unwrap();
    let page = scene.ada.page(&format!("/@{}/{}", scene.bob.acct(), known.id)).await;
    let places: Vec<_> = (0..4).map(|n| page.html.rfind(&format!("Step {n}.")).expect("all of it")).collect();
    assert!(places.is_sorted(), "from the first one down: {places:?} {}", found.text());
}

#[tokio::test]
async fn r058_so_many_ancestors_are_fetched_and_not_one_more() {
    let scene = Scene::new().await;
    let last = chain(&scene, limits::ANCESTORS + 5);
    scene.ada.search(last["id"].as_str().unwrap()).await;
    let notes = scene.peer.received().iter().filter(|r| r.target.contains("/notes/")).count();
    assert_eq!(notes, limits::ANCESTORS + 1, "with the one that was asked for");
}

#[tokio::test]
async fn answers_are_counted_as_they_are_shown_at_any_depth() {
    let scene = Scene::new().await;
    let post = scene.ada.post_photo("photo-lake.jpg", "Mine").await;
    let number: i64 = post.number.parse().unwrap();
    let reply = scene.bob.reply_note("Nice", &post.id, &scene.ada_id);
    scene.heard(&scene.bob.create(&reply)).await;
    let path = scene.ada.page(&post.path).await.post_of(&scene.bob.acct()).unwrap();
    scene.ada.reply(&path, "Thanks").await;
    let again = scene.bob.reply_note("Really", &post.id, &scene.ada_id);
    scene.heard(&scene.bob.create(&again)).await;
    let count = || async { store::posts::by_id(&scene.a.app.db.read, number).await.unwrap().unwrap().reply_count };
    assert_eq!(count().await, 3);
    assert!(scene.ada.page(&post.path).await.says("3 replies"));
    scene.heard(&scene.bob.activity("Delete", again["id"].clone())).await;
    assert_eq!(count().await, 2);
    assert!(scene.ada.page(&post.path).await.says("2 replies"));
}

#[tokio::test]
async fn counters_that_are_wrong_are_set_right_in_the_night() {
    use cyanotype::entity::post::Column;
    let scene = Scene::new().await;
    let post = scene.ada.post_photo("photo-lake.jpg", "Mine").await;
    let number: i64 = post.number.parse().unwrap();
    let reply = scene.bob.reply_note("Nice", &post.id, &scene.ada_id);
    scene.heard(&scene.bob.create(&reply)).await;
    scene.heard(&scene.bob.activity("Like", post.id.as_str())).await;
    let other = scene.ada.post_photo("photo-dune.jpg", "Nobody says anything").await;
    let silent: i64 = other.number.parse().unwrap();
    let wrong = [
        (number, Column::LikeCount, 7),
        (number, Column::BoostCount, 3),
        (number, Column::ReplyCount, -1),
        (silent, Column::ReplyCount, 4),
    ];
    scene
        .a
        .app
        .db
        .write(move |tx| {
            Box::pin(async move {
                for (id, column, by) in wrong {
                    store::posts::count(tx, id, column, by).await?;
                }
                Ok::<_, sea_orm::DbErr>(())
            })
        })
        .await
        .unwrap();
    assert_eq!(counting::reconcile(&scene.a.app).await.unwrap(), 4);
    let row = store::posts::by_id(&scene.a.app.db.read, number).await.unwrap().unwrap();
    assert_eq!((row.like_count, row.boost_count, row.reply_count), (1, 0, 1));
    let row = store::posts::by_id(&scene.a.app.db.read, silent).await.unwrap().unwrap();
    assert_eq!(row.reply_count, 0);
    assert_eq!(counting::reconcile(&scene.a.app).await.unwrap(), 0, "nothing is wrong any more");
}

//! Whoever leaves is gone, everywhere.

use crate::support::*;
use cyanotype::entity::{account, activity, login, photo, post};
use cyanotype::service::{accounts, housekeeping, leaving};
use sea_orm::prelude::*;

/// Eve, who is no owner and whom bob follows.
async fn eve_followed() -> (Scene, Person, String) {
    let scene = Scene::new().await;
    let eve = scene.a.person("eve").await;
    let id = scene.a.actor_id("eve").await;
    scene.bob.follow(&id).await;
    scene.peer.expect("Accept").await;
    (scene, eve, id)
}

async fn leave(eve: &Person, name: &str, password: &str) -> Page {
    let form = eve.form("/settings/delete", "/settings/delete").await;
    eve.submit(form.set("name", name).set("password", password)).await
}

#[tokio::test]
async fn r106_an_account_that_is_deleted_is_gone_here_and_everybody_is_told() {
    let (scene, eve, id) = eve_followed().await;
    let post = eve.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect("Create").await;
    assert_eq!(leave(&eve, "eve", PASSWORD).await.status, 200);
    let delete = scene.peer.expect("Delete").await;
    assert_eq!((&delete["actor"], &delete["object"]), (&id.as_str().into(), &id.as_str().into()), "as most read it");
    scene.a.quiet().await;
    assert_eq!(scene.a.document(&id).await.0, 410);
    assert_eq!(scene.a.document(&format!("{id}/outbox")).await.0, 410);
    assert_eq!(scene.a.document(&post.id).await.0, 410);
    let finger = format!("/.well-known/webfinger?resource=acct:eve@{}", scene.a.host);
    assert_eq!(scene.a.ask(&finger, "application/jrd+json").await.status(), 410);
    assert_eq!(scene.ada.get("/@eve").await.status, 404);
    assert_eq!(scene.ada.get(&post.path).await.status, 404);
    assert!(eve.page("/").await.form("/sign-out").is_none(), "she is signed out everywhere");
    assert_eq!(scene.peer.deliveries("Delete").len(), 1, "one farewell, not one for each post");
}

#[tokio::test]
async fn r106_nothing_personal_is_left_of_a_deleted_account() {
    let (scene, eve, id) = eve_followed().await;
    let eve_row = accounts::local(&scene.a.app, "eve").await.unwrap();
    let post = eve.post_photo("leaky.jpg", "My secret garden").await;
    eve.draft(&["photo-coffee.jpg"]).await;
    let ada_post = scene.ada.post_photo("photo-boats.jpg", "Boats").await;
    eve.like(&ada_post.path).await;
    scene.peer.expect("Create").await;
    leave(&eve, "eve", PASSWORD).await;
    scene.peer.expect("Delete").await;
    scene.a.quiet().await;
    let db = &scene.a.app.db.read;
    assert!(login::Entity::find_by_id(eve_row.id).one(db).await.unwrap().is_none(), "address and password");
    let photos = photo::Entity::find().filter(photo::Column::AccountId.eq(eve_row.id)).count(db).await.unwrap();
    assert_eq!(photos, 0, "photos, posted or not");
    let number: i64 = post.number.parse().unwrap();
    let row = post::Entity::find_by_id(number).one(db).await.unwrap().unwrap();
    assert_eq!((row.caption.as_str(), row.deleted_at.is_some()), ("", true));
    let said = activity::Entity::find().filter(activity::Column::AccountId.eq(eve_row.id)).all(db).await.unwrap();
    assert!(said.iter().all(|s| s.kind == "Delete" && !s.body.contains("garden")), "{said:?}");
    assert_eq!(scene.likes(&ada_post).await, 0);
    // Everybody has been told: the key goes too.
    housekeeping::run(&scene.a.app).await;
    let row = account::Entity::find_by_id(eve_row.id).one(db).await.unwrap().unwrap();
    assert_eq!((row.private_key, row.name.as_str(), row.bio.as_str()), (None, "", ""));
    let left = scene.a.stored().await.iter().filter(|(key, _)| key.starts_with("originals/")).count();
    assert_eq!(left, 1, "of all originals only ada's is left");
    assert_eq!(scene.a.document(&id).await.0, 410);
}

#[tokio::test]
async fn r106_the_name_of_a_deleted_account_is_never_given_again() {
    let (scene, eve, _) = eve_followed().await;
    leave(&eve, "eve", PASSWORD).await;
    scene.peer.expect("Delete").await;
    let new = accounts::NewAccount {
        username: "Eve".to_owned(),
        email: "another@example.org".to_owned(),
        password: None,
        role: "person",
    };
    assert!(accounts::create(&scene.a.app, new, None).await.unwrap_err().to_string().contains("taken"));
}

#[tokio::test]
async fn an_account_is_not_deleted_by_mistake() {
    let (scene, eve, id) = eve_followed().await;
    assert_eq!(leave(&eve, "eve", "not her password").await.status, 422);
    assert_eq!(leave(&eve, "adam", PASSWORD).await.status, 422);
    assert_eq!(scene.a.document(&id).await.0, 200);
    let form = eve.form("/settings/delete", "/settings/delete").await.set("name", "ada").set("password", PASSWORD);
    assert_eq!(scene.ada.submit(form).await.status, 403, "not the account that owns the server");
    assert_eq!(scene.a.document(&scene.ada_id).await.0, 200);
}

#[tokio::test]
async fn pixelfed_is_told_in_its_own_form_too_and_nobody_else() {
    let (scene, eve, id) = eve_followed().await;
    let row = cyanotype::store::accounts::by_uri(&scene.a.app.db.read, &scene.bob.id).await.unwrap().unwrap();
    let pixelfed = account::Model {
        id: scene.a.app.id(),
        username: "carol".to_owned(),
        username_key: "carol".to_owned(),
        uri: Some("https://peer.test/users/carol".to_owned()),
        key_id: None,
        inbox: Some("https://peer.test/users/carol/inbox".to_owned()),
        shared_inbox: Some("https://peer.test/f/inbox".to_owned()),
        ..row
    };
    scene
        .a
        .app
        .db
        .write(move |tx| Box::pin(async move { cyanotype::store::accounts::insert(tx, pixelfed).await }))
        .await
        .unwrap();
    leave(&eve, "eve", PASSWORD).await;
    eventually(|| async { scene.peer.deliveries("Delete").len() == 3 }, "three deletions").await;
    scene.a.quiet().await;
    let told: Vec<(String, bool)> = scene
        .peer
        .deliveries("Delete")
        .into_iter()
        .map(|r| (r.target.clone(), r.json.unwrap()["object"]["type"] == "Person"))
        .collect();
    assert!(told.contains(&("/inbox".to_owned(), false)) && told.contains(&("/f/inbox".to_owned(), false)), "{told:?}");
    assert_eq!(told.iter().filter(|(_, person)| *person).collect::<Vec<_>>(), [&("/f/inbox".to_owned(), true)]);
    assert_eq!(scene.a.document(&id).await.0, 410);
}

#[tokio::test]
async fn b08_whoever_left_is_gone_at_every_address_and_whoever_is_suspended_at_none() {
    let (scene, eve, id) = eve_followed().await;
    let inbox = format!("{id}/inbox");
    let like = || scene.bob.activity("Like", id.as_str());
    let row = accounts::local(&scene.a.app, "eve").await.unwrap();
    leaving::suspend(&scene.a.app, &row, true).await.unwrap();
    for address in [id.clone(), format!("{id}/outbox"), format!("{id}/followers")] {
        let status = scene.a.document(&address).await.0;
        assert!(matches!(status, 403 | 404), "suspended, {address}: {status}");
    }
    assert_ne!(scene.bob.send(&inbox, &like()).await, 410);
    let row = accounts::known(&scene.a.app, "eve").await.unwrap();
    leaving::suspend(&scene.a.app, &row, false).await.unwrap();
    assert_eq!(scene.bob.send(&inbox, &like()).await, 202);
    let eve = eve.signed_in_elsewhere(&scene.a).await;
    leave(&eve, "eve", PASSWORD).await;
    scene.peer.expect("Delete").await;
    for address in [id.clone(), format!("{id}/outbox"), format!("{id}/followers")] {
        assert_eq!(scene.a.document(&address).await.0, 410, "{address}");
    }
    assert_eq!(scene.bob.send(&inbox, &like()).await, 410);
}

#[tokio::test]
async fn h07_everybody_known_is_told_in_the_form_they_read_and_the_key_lasts_until_they_were() {
    let scene = Scene::among(&["third.test", "pixel.test"]).await;
    let eve = scene.a.person("eve").await;
    let (third, pixel) = (scene.world().peer("third.test"), scene.world().peer("pixel.test"));
    let (carol, dan) = (third.actor("carol"), pixel.actor("dan"));
    let mut document = dan.document();
    document["endpoints"]["sharedInbox"] = "https://pixel.test/f/inbox".into();
    dan.serve(&document);
    // Nobody follows her: two were mentioned once, one is only known here.
    scene.ada.search(&scene.bob.handle()).await;
    let caption = format!("Hello {} and {}", carol.handle(), dan.handle());
    eve.post_album(&["photo-dahlia.jpg"], &caption, "public", &["A flower"]).await;
    third.expect("Create").await;
    pixel.expect("Create").await;
    scene.a.quiet().await;
    let row = accounts::local(&scene.a.app, "eve").await.unwrap();
    third.answer_inbox(503);
    leave(&eve, "eve", PASSWORD).await;
    scene.a.quiet().await;
    let forms = |peer: &Peer| {
        let all = peer.deliveries("Delete").into_iter();
        all.map(|r| (r.target.clone(), r.json.unwrap()["object"].is_string())).collect::<Vec<_>>()
    };
    assert_eq!(forms(&third), [("/inbox".to_owned(), true)]);
    let mut told = forms(&pixel);
    told.sort();
    assert_eq!(told, [("/f/inbox".to_owned(), false), ("/f/inbox".to_owned(), true)]);
    assert_eq!(scene.peer.deliveries("Delete").len(), 1, "who is only known here is told too");
    // Whoever could not take it hears it later, signed as ever; then the key goes.
    let key = async || {
        housekeeping::run(&scene.a.app).await;
        account::Entity::find_by_id(row.id).one(&scene.a.app.db.read).await.unwrap().unwrap().private_key
    };
    assert!(key().await.is_some(), "somebody still waits");
    third.answer_inbox(202);
    scene.world().clock().advance(120_000);
    eventually(|| async { third.deliveries("Delete").len() == 2 }, "it is said again").await;
    scene.a.quiet().await;
    assert!(key().await.is_none());
    assert_eq!(scene.a.document(&format!("https://a.test/ap/users/{}", row.id)).await.0, 410);
    // Bob's server never had her key, and finds no actor to have it from.
    let problems = scene.peer.take_problems();
    assert!(problems.iter().all(|problem| problem.contains("410")), "{problems:?}");
}

#[tokio::test]
async fn the_farewell_is_signed_and_sent_again_after_the_account_is_gone() {
    let (scene, eve, _) = eve_followed().await;
    eve.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(503);
    leave(&eve, "eve", PASSWORD).await;
    scene.peer.expect("Delete").await;
    scene.a.quiet().await;
    housekeeping::run(&scene.a.app).await;
    scene.peer.answer_inbox(202);
    scene.world().clock().advance(120_000);
    scene.peer.expect("Delete").await;
}

#[tokio::test]
async fn r096_suspension_never_answers_gone_and_can_be_taken_back() {
    let (scene, eve, id) = eve_followed().await;
    let post = eve.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect("Create").await;
    let row = accounts::local(&scene.a.app, "eve").await.unwrap();
    leaving::suspend(&scene.a.app, &row, true).await.unwrap();
    assert_eq!(scene.a.document(&id).await.0, 404);
    assert_eq!(scene.a.document(&post.id).await.0, 404);
    let finger = format!("/.well-known/webfinger?resource=acct:eve@{}", scene.a.host);
    assert_eq!(scene.a.ask(&finger, "application/jrd+json").await.status(), 404);
    assert_eq!(scene.ada.get(&post.path).await.status, 404);
    assert!(eve.page("/").await.form("/sign-out").is_none(), "her sessions end");
    let row = accounts::known(&scene.a.app, "eve").await.unwrap();
    leaving::suspend(&scene.a.app, &row, false).await.unwrap();
    assert_eq!(scene.a.document(&post.id).await.0, 200);
}

#[tokio::test]
async fn r096_a_suspended_account_elsewhere_says_nothing_new_and_its_posts_are_hidden() {
    let scene = Scene::following().await;
    let note = scene.bob.photo_note("Mountains", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    let row = accounts::known(&scene.a.app, &scene.bob.acct()).await.unwrap();
    leaving::suspend(&scene.a.app, &row, true).await.unwrap();
    assert_eq!(scene.ada.get(&path).await.status, 404);
    let new = scene.bob.photo_note("More mountains", "photo-boats.jpg", "Boats");
    scene.bob.send(&scene.inbox, &scene.bob.create(&new)).await;
    scene.bob.send(&scene.inbox, &scene.bob.update(&note, "Changed")).await;
    let ada_post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.bob.send(&scene.inbox, &scene.bob.activity("Announce", ada_post.id.as_str())).await;
    scene.a.quiet().await;
    assert_eq!(scene.boosts(&ada_post).await, 0);
    let row = accounts::known(&scene.a.app, &scene.bob.acct()).await.unwrap();
    leaving::suspend(&scene.a.app, &row, false).await.unwrap();
    let page = scene.ada.page(&path).await;
    assert!(page.says("Mountains") && !page.says("Changed"), "nothing that was said meanwhile counts");
    assert!(!scene.ada.home().await.says("More mountains"));
}

#[tokio::test]
async fn r106_purging_an_account_or_a_server_removes_cached_pictures() {
    for domain in [false, true] {
        let scene = Scene::following().await;
        let note = scene.bob.photo_note("Mountains", "photo-lake.jpg", "A lake");
        scene.heard(&scene.bob.create(&note)).await;
        scene.ada.sees(&scene.bob.acct()).await;
        let jpegs = async || scene.a.stored().await.iter().filter(|(key, _)| key.ends_with(".jpg")).count();
        eventually(async || jpegs().await > 0, "bob's photo is cached").await;
        let row = accounts::known(&scene.a.app, &scene.bob.acct()).await.unwrap();
        if domain {
            assert_eq!(leaving::purge_domain(&scene.a.app, "peer.test").await.unwrap(), (1, 1));
        } else {
            assert_eq!(leaving::purge(&scene.a.app, &row).await.unwrap(), 1);
        }
        eventually(async || jpegs().await == 0, "its pictures are gone").await;
    }
}

#[tokio::test]
async fn r106_purging_a_server_takes_those_below_it_and_nobody_else() {
    let scene = Scene::among(&["a_b.test", "deep.a_b.test", "axb.test", "ca_b.test"]).await;
    for host in ["a_b.test", "deep.a_b.test", "axb.test", "ca_b.test"] {
        let person = scene.world().peer(host).actor("sam");
        assert_eq!(scene.ada.search(&person.handle()).await.status, 200);
    }
    assert_eq!(leaving::purge_domain(&scene.a.app, "a_b.test").await.unwrap().0, 2);
}

//! Keys of our people: what others read of them, and how one is changed.

use crate::support::*;
use cyanotype::activitypub::signature::{KeyKind, PublicKey};
use cyanotype::service::{accounts, federation};
use serde_json::Value;

async fn document(server: &Server, id: &str) -> Value {
    let (status, document) = server.document(id).await;
    assert_eq!(status, 200);
    document
}

#[tokio::test]
async fn everybody_lists_one_rsa_key_and_one_ed25519_key() {
    let scene = Scene::new().await;
    for id in [scene.ada_id.clone(), scene.a.url("/actor")] {
        let document = document(&scene.a, &id).await;
        assert!(document["publicKey"].is_object(), "{document}");
        let key = &document["assertionMethod"][0];
        assert_eq!((&key["type"], &key["controller"]), (&"Multikey".into(), &id.as_str().into()));
        assert_eq!(key["id"], format!("{id}#ed25519-key"));
        let read = PublicKey::read(key["publicKeyMultibase"].as_str().unwrap()).unwrap();
        assert_eq!(read.kind(), KeyKind::Ed25519);
        assert_eq!(document["assertionMethod"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_new_key_is_told_in_an_update_that_the_old_one_signs() {
    let scene = Scene::followed().await;
    scene.ada.post_photo("orientation-1.jpg", "Before").await;
    scene.peer.expect("Create").await;
    let before = document(&scene.a, &scene.ada_id).await;
    // The peer keeps the key it has, as servers do, and holds every signature against it.
    assert_eq!(federation::keys::rotate(&scene.a.app, "ada").await.unwrap(), 1);
    let update = scene.peer.expect("Update").await;
    scene.a.quiet().await;
    assert_eq!(scene.peer.take_problems(), [] as [String; 0], "the old key signed");
    let after = document(&scene.a, &scene.ada_id).await;
    assert_ne!(after["publicKey"]["publicKeyPem"], before["publicKey"]["publicKeyPem"]);
    assert_eq!(update["object"]["publicKey"], after["publicKey"]);
    assert_eq!(after["publicKey"]["id"], before["publicKey"]["id"], "the name of the key stays");
    assert!(after["publicKey"].is_object(), "never two");
    assert_eq!(after["assertionMethod"], before["assertionMethod"]);
    // Everything later is signed with the new one.
    scene.peer.forget_keys().await;
    scene.ada.post_photo("orientation-1.jpg", "After").await;
    scene.peer.expect("Create").await;
    scene.a.quiet().await;
}

#[tokio::test]
async fn an_update_about_a_key_that_could_not_be_delivered_is_signed_with_the_old_key_later_too() {
    let scene = Scene::followed().await;
    scene.peer.answer_inbox(503);
    federation::keys::rotate(&scene.a.app, "ada").await.unwrap();
    scene.peer.expect("Update").await;
    scene.a.quiet().await;
    scene.peer.answer_inbox(202);
    scene.world().clock().advance(2 * cyanotype::clock::HOUR);
    scene.peer.expect("Update").await;
    scene.a.quiet().await;
    assert_eq!(scene.peer.take_problems(), [] as [String; 0]);
}

#[tokio::test]
async fn keys_are_sealed_anew_with_the_secret_and_still_open() {
    let scene = Scene::followed().await;
    let keys = accounts::rotate_secret(&scene.a.app).await.unwrap();
    assert_eq!(keys, 4, "two of ada's and two of the server's own");
    accounts::rotate_secret(&scene.a.app).await.unwrap();
    scene.a.app.keys.invalidate_all();
    scene.ada.post_photo("orientation-1.jpg", "After").await;
    scene.peer.expect("Create").await;
}

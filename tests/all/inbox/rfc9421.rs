//! Deliveries signed by RFC 9421: taken for what they are, refused for what they are not.

use crate::support::*;
use cyanotype::activitypub::signature::{GeneratedKey, SigningKey, generate_ed25519};
use serde_json::{Value, json};

struct Like {
    scene: Scene,
    post: Posted,
}

impl Like {
    async fn new() -> Self {
        let scene = Scene::new().await;
        let post = scene.ada.post_photo("orientation-1.jpg", "A flower").await;
        Self { scene, post }
    }

    fn body(&self) -> Vec<u8> {
        self.scene.bob.activity("Like", self.post.id.as_str()).to_string().into_bytes()
    }

    fn right(&self) -> Delivery {
        let bob = &self.scene.bob;
        bob.signed_by_9421(&self.scene.inbox, self.body(), &bob.key, &bob.key_id)
    }

    async fn count(&self) -> i64 {
        self.scene.a.quiet().await;
        self.scene.likes(&self.post).await
    }

    async fn refused(&self, delivery: Delivery, what: &str) {
        let status = delivery.send().await;
        assert!(matches!(status, 400 | 401 | 403), "{what}: {status}");
        assert_eq!(self.count().await, 0, "{what}");
    }
}

fn signing(key: &GeneratedKey) -> SigningKey {
    SigningKey::from_pkcs8_der(&key.private_pkcs8_der).unwrap()
}

/// Bob's document with an Ed25519 key beside the other (FEP-521a).
fn with_multikey(bob: &Actor, key: &GeneratedKey) -> (Value, String) {
    let id = format!("{}#ed25519-key", bob.id);
    let mut document = bob.document();
    document["assertionMethod"] = json!([{
        "id": id, "type": "Multikey", "controller": bob.id, "publicKeyMultibase": key.public_pem,
    }]);
    (document, id)
}

#[tokio::test]
async fn a_delivery_signed_by_rfc_9421_alone_is_taken() {
    let like = Like::new().await;
    assert_eq!(like.right().send().await, 202);
    assert_eq!(like.count().await, 1);
}

#[tokio::test]
async fn d02_a_delivery_signed_word_for_word_as_the_standard_has_it_is_taken() {
    use base64::Engine;
    let like = Like::new().await;
    let (bob, body) = (&like.scene.bob, like.body());
    let created = like.scene.world().clock().now() / 1_000;
    let hash = ring::digest::digest(&ring::digest::SHA256, &body);
    let digest = format!("sha-256=:{}:", base64::engine::general_purpose::STANDARD.encode(hash));
    // RFC 9421, section 2.5, written by hand.
    let parameters =
        format!("(\"@method\" \"@target-uri\" \"content-digest\");created={created};keyid=\"{}\"", bob.key_id);
    let base = format!(
        "\"@method\": POST\n\"@target-uri\": https://a.test/ap/inbox\n\"content-digest\": {digest}\n\
         \"@signature-params\": {parameters}"
    );
    let signed = like.right().body(body).header("content-digest", &digest);
    let signed = signed.header("signature-input", &format!("sig1={parameters}"));
    assert_eq!(signed.header("signature", &format!("sig1=:{}:", bob.sign_text(&base))).send().await, 202);
    assert_eq!(like.count().await, 1);
}

#[tokio::test]
async fn r001_r002_r003_what_is_not_what_was_signed_changes_nothing() {
    let like = Like::new().await;
    let mut longer = like.body();
    longer.push(b' ');
    like.refused(like.right().body(longer), "one byte more").await;
    like.refused(like.right().without("content-digest"), "no digest").await;
    like.refused(like.right().without("signature-input"), "no description").await;
    like.refused(like.right().to(&format!("{}/inbox", like.scene.ada_id)), "another inbox").await;
    let bob = &like.scene.bob;
    let elsewhere = bob.signed_by_9421("https://other.test/ap/inbox", like.body(), &bob.key, &bob.key_id);
    like.refused(elsewhere.to(&like.scene.inbox).without("host"), "made for another server").await;
    let other = like.scene.peer.actor("other");
    let forged = bob.signed_by_9421(&like.scene.inbox, like.body(), &other.key, &bob.key_id);
    like.refused(forged, "another key").await;
    let wrong = bob.signed_by_9421(&like.scene.inbox, like.body(), &other.key, &other.key_id);
    like.refused(wrong, "somebody else's key").await;
}

#[tokio::test]
async fn an_ed25519_key_that_the_actor_lists_signs_for_it() {
    let like = Like::new().await;
    let (bob, key) = (&like.scene.bob, generate_ed25519().unwrap());
    let (document, key_id) = with_multikey(bob, &key);
    bob.serve(&document);
    let delivery = bob.signed_by_9421(&like.scene.inbox, like.body(), &signing(&key), &key_id);
    assert_eq!(delivery.send().await, 202);
    assert_eq!(like.count().await, 1);
    // The other key still counts, and nobody had to be asked again.
    let before = like.scene.peer.requests();
    assert_eq!(like.right().send().await, 202);
    assert_eq!(like.scene.peer.requests(), before);
}

#[tokio::test]
async fn r007_an_ed25519_key_that_is_not_listed_or_another_ones_does_not_count() {
    let like = Like::new().await;
    let (bob, other, key) = (&like.scene.bob, like.scene.peer.actor("other"), generate_ed25519().unwrap());
    let key_id = format!("{}#ed25519-key", bob.id);
    let sent = || bob.signed_by_9421(&like.scene.inbox, like.body(), &signing(&key), &key_id);
    like.refused(sent(), "not listed by anybody").await;
    let mut document = other.document();
    document["assertionMethod"] = json!([{
        "id": key_id, "type": "Multikey", "controller": other.id, "publicKeyMultibase": key.public_pem,
    }]);
    other.serve(&document);
    other.tell(&like.scene.inbox, &other.activity("Like", like.post.id.as_str())).await;
    like.scene.a.quiet().await;
    assert_eq!(like.scene.likes(&like.post).await, 1, "the other one's own");
    assert_eq!(sent().send().await, 401, "listed by another actor of the server under bob's name");
    assert_eq!(like.right().send().await, 202, "and bob is heard all the same");
    assert_eq!(like.count().await, 2);
}

#[tokio::test]
async fn a_key_that_is_no_longer_listed_does_not_count_any_more() {
    let like = Like::new().await;
    let (bob, key) = (&like.scene.bob, generate_ed25519().unwrap());
    let (document, key_id) = with_multikey(bob, &key);
    let update = |document: Value| bob.activity("Update", document);
    like.right().send().await;
    like.scene.heard(&update(document)).await;
    let sent = |kind: &str| {
        let body = bob.activity(kind, like.post.id.as_str()).to_string().into_bytes();
        bob.signed_by_9421(&like.scene.inbox, body, &signing(&key), &key_id)
    };
    assert_eq!(sent("Announce").send().await, 202);
    like.scene.heard(&update(bob.document())).await;
    assert_eq!(sent("Announce").send().await, 401);
}

#[tokio::test]
async fn followers_only_posts_are_there_for_a_follower_who_asks_by_rfc_9421() {
    let scene = Scene::followed().await;
    let stranger = scene.peer.actor("stranger");
    let post = scene.ada.post_album(&["orientation-1.jpg"], "For followers", "followers", &["A flower"]).await;
    scene.a.quiet().await;
    let ask = async |who: &Actor| who.signed_get_by_9421(&post.id).send().await.unwrap().status().as_u16();
    assert_eq!(ask(&scene.bob).await, 200);
    stranger.tell(&scene.inbox, &stranger.activity("Like", scene.ada_id.as_str())).await;
    assert_eq!(ask(&stranger).await, 404);
    let other_path = scene.bob.signed_get_by_9421(&format!("{}/replies", post.id)).build().unwrap();
    let client = scene.world().client();
    let mut replayed = client.get(&post.id).header("accept", "application/activity+json");
    for name in ["signature", "signature-input"] {
        replayed = replayed.header(name, other_path.headers()[name].clone());
    }
    assert_eq!(replayed.send().await.unwrap().status(), 404, "signed for another address");
}

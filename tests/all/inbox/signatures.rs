//! Signatures: which count and which do not.

use crate::support::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::time::Duration;

const ALL: &str = "(request-target) host date digest content-type";

/// A Like of ada's photo by bob, ready to be sent in many wrong ways, and the count that tells.
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

    fn activity(&self) -> Value {
        self.scene.bob.activity("Like", self.post.id.as_str())
    }

    fn right(&self) -> Delivery {
        self.scene.bob.delivery(&self.scene.inbox, &self.activity())
    }

    /// The header over these names, signed by bob's key.
    fn sign(&self, delivery: Delivery, names: &str, algorithm: Option<&str>, more: &str) -> Delivery {
        let line = |name: &str| match name {
            "(request-target)" => format!("{name}: post {}", delivery.url.path()),
            "(created)" | "(expires)" => {
                let start = format!("{}=", name.trim_matches(['(', ')']));
                let value = more.split(',').find_map(|part| part.strip_prefix(&start)).unwrap();
                format!("{name}: {value}")
            }
            _ => format!("{}: {}", name.to_lowercase(), delivery.value(&name.to_lowercase())),
        };
        let text = names.split(' ').map(line).collect::<Vec<_>>().join("\n");
        let algorithm = algorithm.map(|name| format!("algorithm=\"{name}\",")).unwrap_or_default();
        let more = if more.is_empty() { String::new() } else { format!("{more},") };
        let header = format!(
            "keyId=\"{}\",{algorithm}{more}headers=\"{names}\",signature=\"{}\"",
            self.scene.bob.key_id,
            self.scene.bob.sign_text(&text)
        );
        delivery.header("signature", &header)
    }

    async fn count(&self) -> i64 {
        self.scene.a.quiet().await;
        self.scene.likes(&self.post).await
    }

    /// Refused for what it is, and without effect.
    async fn refused(&self, delivery: Delivery, what: &str) {
        let status = delivery.send().await;
        assert!(matches!(status, 400 | 401 | 403), "{what}: {status}");
        assert_eq!(self.count().await, 0, "{what}");
    }

    async fn taken(&self, delivery: Delivery, what: &str) {
        assert_eq!(delivery.send().await, 202, "{what}");
        assert_eq!(self.count().await, 1, "{what}");
        let undo = self.scene.bob.activity("Undo", self.activity());
        self.scene.heard(&undo).await;
        assert_eq!(self.count().await, 0, "{what}: taken back");
    }

    fn seconds(&self) -> i64 {
        self.scene.world().clock().now() / 1_000
    }
}

#[tokio::test]
async fn d01_every_form_in_use_is_taken() {
    let like = Like::new().await;
    like.taken(like.right(), "as we sign").await;
    let orders = [
        "host date content-type digest (request-target)",
        "(request-target) content-type date digest host",
        "(request-target) host date digest",
    ];
    for names in orders {
        like.taken(like.sign(like.right(), names, Some("rsa-sha256"), ""), names).await;
        like.taken(like.sign(like.right(), names, Some("hs2019"), ""), names).await;
        like.taken(like.sign(like.right(), names, None, ""), "no algorithm").await;
    }
    let created = format!("created={},expires={}", like.seconds(), like.seconds() + 300);
    let names = "(request-target) (created) (expires) host digest";
    like.taken(like.sign(like.right(), names, Some("hs2019"), &created), names).await;
    let blanks = like.right();
    let header = blanks.value("signature").replace("\",", "\", ");
    like.taken(blanks.header("signature", &header), "blanks after the commas").await;
    let lower = like.right();
    let digest = lower.value("digest").replace("SHA-256", "sha-256");
    like.taken(like.sign(lower.header("digest", &digest), ALL, Some("rsa-sha256"), ""), "sha-256 in small letters")
        .await;
    for kind in [
        "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
        "application/activity+json; charset=utf-8",
    ] {
        let delivery = like.right().header("content-type", kind);
        like.taken(like.sign(delivery, ALL, Some("rsa-sha256"), ""), kind).await;
    }
}

#[tokio::test]
async fn d11_a_query_may_be_left_out_of_what_is_signed() {
    let like = Like::new().await;
    let address = format!("{}?from=peer", like.scene.inbox);
    like.taken(like.right().to(&address), "the query is not signed").await;
    like.taken(like.scene.bob.delivery(&address, &like.activity()), "the query is signed").await;
}

#[tokio::test]
async fn r001_an_unsigned_delivery_changes_nothing() {
    let like = Like::new().await;
    like.refused(like.right().without("signature"), "no signature").await;
    like.refused(like.right().header("signature", ""), "an empty one").await;
    let personal = like.right().without("signature").to(&format!("{}/inbox", like.scene.ada_id));
    like.refused(personal, "to her own inbox").await;
}

#[tokio::test]
async fn r001_a_signature_by_another_key_changes_nothing() {
    let like = Like::new().await;
    let other = like.scene.peer.actor("other");
    let body = like.activity().to_string().into_bytes();
    let now = like.scene.world().clock().system();
    like.refused(other.signed_post(&like.scene.inbox, body, &like.scene.bob.key_id, now), "another key").await;
}

#[tokio::test]
async fn r001_nonsense_for_a_signature_changes_nothing() {
    let like = Like::new().await;
    let right = like.right().value("signature");
    let (start, _) = right.split_once("signature=").unwrap();
    let nonsense = [
        format!("{start}signature=\"!!!\""),
        format!("{start}signature=\"{}\"", STANDARD.encode([0; 256])),
        format!("{start}signature=\"{}\"", "A".repeat(9_000)),
        right.replace("keyId=", "keyid2="),
        right.replace("https://peer.test", "http://peer.test"),
        right.replace("https://peer.test", "https://peer.test:8443"),
        right.replace("https://peer.test", "https://127.0.0.1"),
        "x".repeat(10_000),
        ",,,=\"\"".to_owned(),
    ];
    for header in nonsense {
        like.refused(like.right().header("signature", &header), &header[..header.len().min(80)]).await;
    }
}

#[tokio::test]
async fn r002_body_not_matching_its_digest_changes_nothing() {
    let like = Like::new().await;
    let mut body = like.right().body;
    let last = body.len() - 1;
    body.insert(last, b' ');
    like.refused(like.right().body(body), "one byte more").await;
}

#[tokio::test]
async fn r002_a_digest_that_is_absent_unsigned_or_of_another_kind_changes_nothing() {
    let like = Like::new().await;
    like.refused(like.right().without("digest"), "absent").await;
    let names = "(request-target) host date content-type";
    like.refused(like.sign(like.right(), names, Some("rsa-sha256"), ""), "unsigned").await;
    let absent = like.sign(like.right().without("digest"), names, Some("rsa-sha256"), "");
    like.refused(absent, "absent and unsigned").await;
    let body = like.activity().to_string().into_bytes();
    let sha512 = ring::digest::digest(&ring::digest::SHA512, &body);
    let other = like.right().body(body).header("digest", &format!("SHA-512={}", STANDARD.encode(sha512.as_ref())));
    like.refused(like.sign(other, ALL, Some("rsa-sha256"), ""), "SHA-512 alone").await;
}

#[tokio::test]
async fn r003_a_signature_for_another_target_or_host_changes_nothing() {
    let like = Like::new().await;
    let target = format!("{}/inbox", like.scene.ada_id);
    like.refused(like.right().to(&target), "another inbox").await;
    for names in ["host date digest", "(request-target) date digest"] {
        like.refused(like.sign(like.right(), names, Some("rsa-sha256"), ""), names).await;
    }
    let replayed = like.scene.bob.delivery("https://other.test/ap/inbox", &like.activity());
    like.refused(replayed.to(&like.scene.inbox), "made for another server and sent on to us").await;
    let renamed = like.scene.bob.delivery("https://other.test/ap/inbox", &like.activity());
    like.refused(renamed.to(&like.scene.inbox).without("host"), "the same under our own name").await;
}

#[tokio::test]
async fn r004_a_signature_of_another_time_changes_nothing() {
    let like = Like::new().await;
    let hour = Duration::from_secs(3_600);
    let now = like.scene.world().clock().system();
    for (time, what) in
        [(now - 2 * hour, "two hours old"), (now - 12 * hour, "half a day old"), (now + 2 * hour, "two hours ahead")]
    {
        let body = like.activity().to_string().into_bytes();
        like.refused(like.scene.bob.signed_post(&like.scene.inbox, body, &like.scene.bob.key_id, time), what).await;
    }
    let names = "(request-target) host digest";
    like.refused(like.sign(like.right(), names, Some("hs2019"), ""), "no time at all").await;
    let old = format!("created={},expires={}", like.seconds() - 7_000, like.seconds() - 6_000);
    let names = "(request-target) (created) (expires) host digest";
    like.refused(like.sign(like.right(), names, Some("hs2019"), &old), "expired").await;
    let unread = like.right().header("date", "2026-01-05 10:00:00");
    like.refused(like.sign(unread, ALL, Some("rsa-sha256"), ""), "a date nobody writes").await;
}

#[tokio::test]
async fn r004_a_clock_half_an_hour_off_is_borne() {
    let like = Like::new().await;
    let now = like.scene.world().clock().system();
    for time in [now - Duration::from_secs(1_800), now + Duration::from_secs(1_800)] {
        let body = like.activity().to_string().into_bytes();
        let delivery = like.scene.bob.signed_post(&like.scene.inbox, body, &like.scene.bob.key_id, time);
        like.taken(delivery, "half an hour").await;
    }
}

#[tokio::test]
async fn r005_other_algorithms_change_nothing() {
    let like = Like::new().await;
    for algorithm in ["hmac-sha256", "rsa-sha1", "rsa-sha512", "none", "ed25519"] {
        like.refused(like.sign(like.right(), ALL, Some(algorithm), ""), algorithm).await;
    }
    let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, like.scene.bob.public_pem.as_bytes());
    let delivery = like.right();
    let text = format!("(request-target): post /ap/inbox\nhost: a.test\ndate: {}", delivery.value("date"));
    let tag = STANDARD.encode(ring::hmac::sign(&secret, text.as_bytes()).as_ref());
    let header = format!(
        "keyId=\"{}\",algorithm=\"hmac-sha256\",headers=\"(request-target) host date\",signature=\"{tag}\"",
        like.scene.bob.key_id
    );
    like.refused(delivery.header("signature", &header), "HMAC with the public key").await;
    let created = format!("created={}", like.seconds());
    let names = "(request-target) (created) host digest";
    like.refused(like.sign(like.right(), names, Some("rsa-sha256"), &created), "(created) with rsa-sha256").await;
}

#[tokio::test]
async fn r006_whoever_signs_speaks_for_nobody_else() {
    let like = Like::new().await;
    let evil = like.scene.peer.actor("evil");
    let forged = like.activity();
    assert_ne!(evil.send(&like.scene.inbox, &forged).await, 202, "of whom nobody heard yet");
    evil.tell(&like.scene.inbox, &evil.activity("Like", like.post.id.as_str())).await;
    assert_ne!(evil.send(&like.scene.inbox, &forged).await, 202, "whose key is known");
    let mut both = evil.activity("Like", like.post.id.as_str());
    both["actor"] = serde_json::json!([evil.id, like.scene.bob.id]);
    evil.send(&like.scene.inbox, &both).await;
    like.scene.a.quiet().await;
    assert!(!like.scene.ada.notifications().await.says("BOB"));
    assert!(like.count().await <= 1, "at most the signer's own");
}

#[tokio::test]
async fn r007_a_key_of_another_server_does_not_count() {
    let scene = Scene::among(&["evil.test"]).await;
    let evil = scene.world().peer("evil.test");
    let mallory = evil.actor("mallory");
    let post = scene.ada.post_photo("orientation-1.jpg", "A flower").await;
    let key = serde_json::json!({
        "@context": "https://w3id.org/security/v1", "id": "https://evil.test/key", "type": "Key",
        "owner": scene.bob.id, "publicKeyPem": mallory.public_pem,
    });
    evil.serve_json("/key", &key);
    let body = scene.bob.activity("Like", post.id.as_str()).to_string().into_bytes();
    let now = scene.world().clock().system();
    let status = mallory.signed_post(&scene.inbox, body, "https://evil.test/key", now).send().await;
    assert_eq!(status, 401);
    scene.a.quiet().await;
    assert_eq!(scene.likes(&post).await, 0);
}

#[tokio::test]
async fn d15_a_key_kept_on_another_server_than_its_actor_does_not_count() {
    let scene = Scene::among(&["evil.test"]).await;
    let evil = scene.world().peer("evil.test");
    let post = scene.ada.post_photo("orientation-1.jpg", "A flower").await;
    let (key_id, mut document) = ("https://evil.test/key", scene.bob.document());
    document["publicKey"]["id"] = key_id.into();
    scene.bob.serve(&document);
    let mut key = document["publicKey"].clone();
    key["@context"] = "https://w3id.org/security/v1".into();
    evil.serve_json("/key", &key);
    let body = scene.bob.activity("Like", post.id.as_str()).to_string().into_bytes();
    let now = scene.world().clock().system();
    assert_eq!(scene.bob.signed_post(&scene.inbox, body, key_id, now).send().await, 401);
    scene.a.quiet().await;
    assert_eq!(scene.likes(&post).await, 0);
}

#[tokio::test]
async fn r007_a_key_its_owner_does_not_list_does_not_count() {
    let like = Like::new().await;
    let (bob, evil) = (&like.scene.bob, like.scene.peer.actor("evil"));
    let key = serde_json::json!({
        "@context": "https://w3id.org/security/v1", "id": "https://peer.test/uploads/key", "type": "Key",
        "owner": bob.id, "publicKeyPem": evil.public_pem,
    });
    like.scene.peer.serve_json("/uploads/key", &key);
    let body = like.activity().to_string().into_bytes();
    let now = like.scene.world().clock().system();
    like.refused(evil.signed_post(&like.scene.inbox, body, "https://peer.test/uploads/key", now), "not listed").await;
    like.taken(like.right(), "the true key still counts").await;
}

#[tokio::test]
async fn r008_parameters_that_stand_twice_change_nothing() {
    let like = Like::new().await;
    let right = like.right().value("signature");
    for double in [format!("{right},keyId=\"https://peer.test/users/x#main-key\""), format!("{right},headers=\"date\"")]
    {
        like.refused(like.right().header("signature", &double), &double).await;
    }
    let mut two = like.right();
    let second = two.headers.iter().find(|(name, _)| name == "signature").unwrap().clone();
    two.headers.push(second);
    like.refused(two, "two Signature headers").await;
}

#[tokio::test]
async fn d12_a_key_is_asked_for_once() {
    let like = Like::new().await;
    let sent = futures_util::future::join_all((0..10).map(|_| like.right().send())).await;
    assert_eq!(sent, [202; 10]);
    assert_eq!(like.count().await, 1);
    let asked = |path: &str| like.scene.peer.received().iter().filter(|r| r.target == path).count();
    assert_eq!(asked("/users/bob"), 1, "one document has both the person and the key");
    like.taken_again().await;
    like.right().send().await;
    assert_eq!(asked("/users/bob"), 1, "what is known is not asked for");
}

#[tokio::test]
async fn r001_what_is_not_understood_must_be_signed_all_the_same() {
    let like = Like::new().await;
    let view = like.scene.bob.activity("View", like.post.id.as_str());
    let signed = || like.scene.bob.delivery(&like.scene.inbox, &view);
    assert_eq!(signed().without("signature").send().await, 401);
    let elsewhere = like.scene.bob.signed_post(
        &like.scene.inbox,
        view.to_string().into_bytes(),
        "https://evil.test/users/bob#main-key",
        like.scene.world().clock().system(),
    );
    assert_eq!(elsewhere.send().await, 401, "with a key of another server");
    assert_eq!(signed().send().await, 202);
    assert_eq!(like.scene.peer.requests(), 0, "nobody is asked for the key of what is of no interest");
    like.taken(like.right(), "the key is known from now on").await;
    assert_eq!(signed().send().await, 202);
    let other = view.to_string().replace("View", "Vied");
    assert_eq!(signed().body(other).send().await, 401, "another body under a known key");
    let mut gone = like.scene.bob.activity("Delete", "https://peer.test/users/nobody");
    gone["actor"] = "https://peer.test/users/nobody".into();
    let unsigned = like.scene.bob.delivery(&like.scene.inbox, &gone).without("signature");
    assert_eq!(unsigned.send().await, 202, "people never heard of may go without a word");
}

impl Like {
    async fn taken_again(&self) {
        let undo = self.scene.bob.activity("Undo", self.activity());
        self.scene.heard(&undo).await;
    }
}

#[tokio::test]
async fn d13_a_changed_key_is_noticed_and_a_wrong_one_asked_for_once() {
    let like = Like::new().await;
    like.taken(like.right(), "the first key").await;
    let other = like.scene.peer.actor("other");
    let asked = || like.scene.peer.received().iter().filter(|r| r.target == "/users/bob").count();
    let wrong = || {
        let body = like.activity().to_string().into_bytes();
        other.signed_post(&like.scene.inbox, body, &like.scene.bob.key_id, like.scene.world().clock().system())
    };
    let before = asked();
    for _ in 0..3 {
        like.refused(wrong(), "a key that never was").await;
    }
    assert!(asked() - before <= 1, "asked {} times", asked() - before);
}

#[tokio::test]
async fn d13_whoever_has_a_new_key_is_heard_with_it() {
    let like = Like::new().await;
    like.taken(like.right(), "the first key").await;
    let other = like.scene.peer.actor("other");
    let mut document = like.scene.bob.document();
    document["publicKey"]["publicKeyPem"] = other.public_pem.as_str().into();
    like.scene.bob.serve(&document);
    let body = like.activity().to_string().into_bytes();
    let now = like.scene.world().clock().system();
    let delivery = other.signed_post(&like.scene.inbox, body, &like.scene.bob.key_id, now);
    assert_eq!(delivery.send().await, 202);
    assert_eq!(like.count().await, 1);
}

#[tokio::test]
async fn d14_a_key_with_an_address_of_its_own_is_found() {
    let like = Like::new().await;
    let gts = like.scene.peer.actor("gts");
    let key_id = format!("{}/main-key", gts.id);
    let mut document = gts.document();
    document["publicKey"]["id"] = key_id.as_str().into();
    gts.serve(&document);
    let stub = serde_json::json!({
        "@context": ["https://w3id.org/security/v1", "https://www.w3.org/ns/activitystreams"], "id": gts.id,
        "type": "Person", "preferredUsername": "gts", "publicKey": document["publicKey"],
    });
    like.scene.peer.serve_json("/users/gts/main-key", &stub);
    let body = gts.activity("Like", like.post.id.as_str()).to_string().into_bytes();
    let now = like.scene.world().clock().system();
    assert_eq!(gts.signed_post(&like.scene.inbox, body, &key_id, now).send().await, 202);
    assert_eq!(like.count().await, 1);
}

#[tokio::test]
async fn r010_a_dead_key_is_not_asked_for_again_and_again() {
    let like = Like::new().await;
    for _ in 0..15 {
        let body = like.activity().to_string().into_bytes();
        let now = like.scene.world().clock().system();
        let dead = like.scene.bob.signed_post(&like.scene.inbox, body, "https://peer.test/users/dead#main-key", now);
        assert!(matches!(dead.send().await, 401 | 503));
    }
    assert!(like.scene.peer.requests() <= 8, "{} requests", like.scene.peer.requests());
}

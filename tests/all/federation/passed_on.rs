//! Answers that a server passes on to the followers of whoever was answered.

use crate::support::*;

/// Bob is known here; cid is on a server of his own and answers ada, and bob's server passes that on.
struct Passed {
    scene: Scene,
    third: Peer,
    cid: Actor,
    post: Posted,
}

impl Passed {
    async fn new() -> Self {
        let scene = Scene::among(&["third.test"]).await;
        let third = scene.world().peer("third.test");
        let cid = third.actor("cid");
        scene.bob_follows().await;
        let post = scene.ada.post_photo("orientation-1.jpg", "A flower").await;
        Self { scene, third, cid, post }
    }

    async fn passed_on(&self, activity: &serde_json::Value) -> u16 {
        let (body, now) = (activity.to_string().into_bytes(), self.scene.world().clock().system());
        let bob = &self.scene.bob;
        let status = bob.signed_post(&self.scene.inbox, body, &bob.key_id, now).send().await;
        self.scene.a.quiet().await;
        status
    }

    async fn shows(&self, text: &str) -> bool {
        self.scene.ada.get(&self.post.path).await.says(text)
    }
}

#[tokio::test]
async fn g12_an_answer_that_somebody_passes_on_is_taken_from_its_origin() {
    let passed = Passed::new().await;
    let reply = passed.cid.reply_note("A fine flower", &passed.post.id, &passed.scene.ada_id);
    let mut forged = passed.cid.create(&reply);
    forged["object"]["content"] = "<p>Forged</p>".into();
    assert_eq!(passed.passed_on(&forged).await, 202);
    assert!(passed.shows("A fine flower").await && !passed.shows("Forged").await);
    let delete = passed.cid.activity("Delete", reply["id"].clone());
    assert_eq!(passed.passed_on(&delete).await, 202);
    assert!(passed.shows("A fine flower").await, "its origin still has it");
    passed.third.refuse(reply["id"].as_str().unwrap().strip_prefix("https://third.test").unwrap(), 410);
    assert_eq!(passed.passed_on(&delete).await, 202);
    assert!(!passed.shows("A fine flower").await);
}

#[tokio::test]
async fn r006_what_belongs_to_no_conversation_here_is_not_passed_on_by_anybody() {
    let passed = Passed::new().await;
    let note = passed.cid.note("Nobody asked");
    assert_eq!(passed.passed_on(&passed.cid.create(&note)).await, 401);
    let like = passed.cid.activity("Like", passed.post.id.as_str());
    assert_eq!(passed.passed_on(&like).await, 401, "a like counts only from whoever likes");
    assert_eq!(passed.scene.likes(&passed.post).await, 0);
    assert_eq!(passed.third.requests(), 0);
    let reply = passed.cid.reply_note("A fine flower", &passed.post.id, &passed.scene.ada_id);
    let body = passed.cid.create(&reply).to_string().into_bytes();
    let now = passed.scene.world().clock().system();
    let stranger = passed.scene.peer.actor("stranger");
    let unknown = stranger.signed_post(&passed.scene.inbox, body, &stranger.key_id, now);
    assert_eq!(unknown.send().await, 401, "by somebody never heard of");
}

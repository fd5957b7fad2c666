//! Who may answer, like and boost: what authors say, here and elsewhere.

use crate::support::*;
use serde_json::{Value, json};

/// Bob posts with such a member; gives the path of his post here, in the home of ada, who follows him.
async fn said(scene: &Scene, text: &str, member: &str, value: Value) -> String {
    let mut note = scene.bob.photo_note(text, "photo-lake.jpg", "A lake");
    note[member] = value;
    scene.bob.serve(&note);
    scene.heard(&scene.bob.create(&note)).await;
    let home = scene.ada.home().await;
    assert!(home.says(text));
    home.post_of(&scene.bob.acct()).unwrap()
}

/// Which of the three things a person may do with a post: by the forms on its page, and by doing it.
async fn may(person: &Person, path: &str) -> [bool; 3] {
    let page = person.page(path).await;
    let mut shown = [false; 3];
    for (at, deed) in ["like", "boost", "reply"].iter().enumerate() {
        let action = format!("{path}/{deed}");
        shown[at] = page.form(&action).is_some();
        let form = Form {
            action,
            method: "post".to_owned(),
            multipart: false,
            fields: vec![("text".to_owned(), "Yes".to_owned())],
            files: Vec::new(),
        };
        let status = person.submit(form).await.status;
        assert_eq!(status == 200, shown[at], "{deed}: {status}");
        assert!(status == 200 || status == 403, "{deed}: {status}");
    }
    shown
}

#[tokio::test]
async fn what_an_author_elsewhere_does_not_allow_is_not_offered_and_not_done() {
    let scene = Scene::following().await;
    let nobody = json!({ "automaticApproval": [scene.bob.id], "manualApproval": [] });
    let followers = json!({ "always": [scene.bob.followers()], "approvalRequired": [] });
    let asked = json!({ "automaticApproval": [], "manualApproval": [PUBLIC] });
    let all = |rule: &Value| json!({ "canLike": rule, "canReply": rule, "canAnnounce": rule });
    let path = said(&scene, "Nothing", "interactionPolicy", all(&nobody)).await;
    assert_eq!(may(&scene.ada, &path).await, [false; 3]);
    let path = said(&scene, "By asking", "interactionPolicy", all(&asked)).await;
    assert_eq!(may(&scene.ada, &path).await, [true; 3]);
    let path = said(&scene, "Quotes", "interactionPolicy", json!({ "canQuote": nobody })).await;
    assert_eq!(may(&scene.ada, &path).await, [true; 3], "nothing was said of these");
    let path = said(&scene, "Some", "interactionPolicy", all(&followers)).await;
    let eve = scene.a.person("eve").await;
    assert_eq!(may(&eve, &path).await, [false; 3]);
    assert_eq!(may(&scene.ada, &path).await, [true; 3]);
    let one = json!({ "automaticApproval": [scene.ada_id] });
    let path = said(&scene, "One", "interactionPolicy", json!({ "canReply": one })).await;
    assert_eq!(may(&eve, &path).await, [true, true, false]);
    assert_eq!(may(&scene.ada, &path).await, [true; 3]);
}

#[tokio::test]
async fn what_pixelfed_says_of_comments_and_boosts_is_respected() {
    let scene = Scene::following().await;
    let path = said(&scene, "No comments", "commentsEnabled", json!(false)).await;
    assert_eq!(may(&scene.ada, &path).await, [true, true, false]);
    let capabilities = json!({ "announce": "[]", "like": PUBLIC, "reply": PUBLIC });
    let path = said(&scene, "No boosts", "capabilities", capabilities).await;
    assert_eq!(may(&scene.ada, &path).await, [true, false, true]);
}

#[tokio::test]
async fn a_policy_that_changes_with_an_edit_holds_from_then_on() {
    let scene = Scene::following().await;
    let note = scene.bob.photo_note("Open", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    let mut update = scene.bob.update(&note, "Closed");
    update["object"]["interactionPolicy"] = json!({ "canReply": { "always": [] } });
    scene.heard(&update).await;
    assert_eq!(may(&scene.ada, &path).await, [true, true, false]);
}

async fn answers_from(person: &Person, who: &str) {
    let form = person.form("/settings/reach", "/settings/reach").await.set("replies", who);
    assert_eq!(person.submit(form).await.status, 200);
}

#[tokio::test]
async fn who_may_answer_our_posts_is_said_and_held() {
    let scene = Scene::among(&["third.test"]).await;
    scene.bob_follows().await;
    let third = scene.world().peer("third.test");
    let (carol, dave) = (third.actor("carol"), third.actor("dave"));
    scene.ada.search(&dave.handle()).await;
    let followers = format!("{}/followers", scene.ada_id);
    let cases = [
        ("everyone", json!([PUBLIC]), [true, true, true]),
        ("followers", json!([followers, dave.id]), [true, false, true]),
        ("nobody", json!([scene.ada_id, dave.id]), [false, false, true]),
    ];
    for (who, told, shown) in cases {
        answers_from(&scene.ada, who).await;
        let caption = format!("For {who}, and {}", dave.handle());
        let post = scene.ada.post_album(&["photo-dahlia.jpg"], &caption, "public", &[]).await;
        let policy = scene.a.document(&post.id).await.1["interactionPolicy"].clone();
        assert_eq!(policy["canReply"]["automaticApproval"], told, "{who}");
        assert_eq!(policy["canReply"]["always"], told, "{who}");
        assert_eq!(policy["canLike"]["automaticApproval"], json!([PUBLIC]), "{who}");
        assert_eq!(policy["canAnnounce"]["automaticApproval"], json!([PUBLIC]), "{who}");
        for actor in [&scene.bob, &carol, &dave] {
            let reply = actor.reply_note(&format!("{} answers", actor.name), &post.id, &scene.ada_id);
            actor.tell(&scene.inbox, &actor.create(&reply)).await;
        }
        scene.a.quiet().await;
        let page = scene.ada.page(&post.path).await;
        let seen = ["bob", "carol", "dave"].map(|name| page.says(&format!("{name} answers")));
        assert_eq!(seen, shown, "{who}");
        let eve_may = scene.a.visitor().page(&post.path).await;
        assert!(eve_may.says("Sign in"), "whoever is not signed in is asked to");
    }
    let eve = scene.a.person("eve").await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "Closed").await;
    assert_eq!(may(&eve, &post.path).await, [true, true, false]);
    assert_eq!(may(&scene.ada, &post.path).await, [true; 3], "she herself may anything");
}

#[tokio::test]
async fn narrow_posts_say_that_they_are_for_those_who_see_them() {
    let scene = Scene::followed().await;
    let followers = format!("{}/followers", scene.ada_id);
    let cases = [("followers", json!([followers, scene.bob.id])), ("mentioned", json!([scene.bob.id]))];
    for (visibility, told) in cases {
        let caption = format!("Narrow, {}", scene.bob.handle());
        scene.ada.post_album(&["photo-dahlia.jpg"], &caption, visibility, &[]).await;
        let policy = scene.peer.expect("Create").await["object"]["interactionPolicy"].clone();
        for deed in ["canReply", "canLike"] {
            assert_eq!(policy[deed]["automaticApproval"], told, "{visibility}: {deed}");
        }
        for deed in ["canAnnounce", "canQuote"] {
            assert_eq!(policy[deed]["automaticApproval"], json!([scene.ada_id]), "{visibility}: {deed}");
        }
    }
}

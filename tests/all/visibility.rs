//! Who sees what, here and elsewhere (fact sheet 3.6, 7.6 and 9.2, I; R030–R039).

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod calls;
mod matrix;
pub(crate) mod routes;

use crate::support::*;
use serde_json::{Value, json};

const FILE: &[&str] = &["orientation-1.jpg"];

async fn created(scene: &Scene, caption: &str, visibility: &str) -> (Posted, Value) {
    let post = scene.ada.post_album(FILE, caption, visibility, &[]).await;
    (post, scene.peer.expect("Create").await)
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}

#[tokio::test]
async fn i02_a_quiet_post_is_addressed_to_followers_and_copies_everybody() {
    let scene = Scene::followed().await;
    let (_, create) = created(&scene, &format!("Quiet, {}", scene.bob.handle()), "quiet").await;
    let followers = format!("{}/followers", scene.ada_id);
    for part in [&create, &create["object"]] {
        assert_eq!(strings(&part["to"]), [followers.as_str()]);
        let cc = strings(&part["cc"]);
        assert!(cc.contains(&PUBLIC) && cc.contains(&scene.bob.id.as_str()) && cc.len() == 2, "{cc:?}");
    }
}

#[tokio::test]
async fn i02_a_followers_only_post_is_addressed_to_followers_and_those_mentioned() {
    let scene = Scene::followed().await;
    let (_, create) = created(&scene, &format!("Ours, {}", scene.bob.handle()), "followers").await;
    let followers = format!("{}/followers", scene.ada_id);
    for part in [&create, &create["object"]] {
        assert_eq!(strings(&part["to"]), [followers.as_str()]);
        assert_eq!(strings(&part["cc"]), [scene.bob.id.as_str()]);
    }
    assert!(!create.to_string().contains(PUBLIC), "{create}");
}

#[tokio::test]
async fn r038_a_post_for_those_mentioned_reaches_nobody_else() {
    let scene = Scene::among(&["third.test"]).await;
    let third = scene.world().peer("third.test");
    let carol = third.actor("carol");
    carol.follow(&scene.ada_id).await;
    third.expect("Accept").await;
    let caption = format!("Only {}", scene.bob.handle());
    let post = scene.ada.post_album(FILE, &caption, "mentioned", &[]).await;
    let create = scene.peer.expect("Create").await;
    for part in [&create, &create["object"]] {
        assert_eq!((strings(&part["to"]), part["cc"].clone()), (vec![scene.bob.id.as_str()], json!([])));
    }
    scene.a.quiet().await;
    assert!(third.deliveries("Create").is_empty());
    assert_eq!(carol.get(&post.id).await.0, 404);
    assert_eq!(scene.bob.get(&post.id).await.0, 200);
}

#[tokio::test]
async fn i01_a_followers_only_post_is_given_to_followers_and_was_never_there_for_others() {
    let scene = Scene::among(&["third.test"]).await;
    let third = scene.world().peer("third.test");
    let carol = third.actor("carol");
    scene.bob_follows().await;
    let (post, create) = created(&scene, "For followers", "followers").await;
    for address in [post.id.clone(), scene.a.url(&post.path), create["id"].as_str().unwrap().to_owned()] {
        let unknown = address.replace(&post.number, "1234567890");
        assert_eq!(scene.a.document(&address).await, scene.a.document(&unknown).await, "r033: {address}");
        assert_eq!(scene.a.document(&address).await.0, 404, "{address}");
        assert_eq!(carol.get(&address).await.0, 404, "{address}");
        let (status, document) = scene.bob.get(&address).await;
        assert_eq!(status, 200, "{address}");
        assert!(document.to_string().contains("For followers"));
    }
}

#[tokio::test]
async fn r034_what_only_some_may_see_is_kept_in_no_cache() {
    let scene = Scene::followed().await;
    let (post, _) = created(&scene, "For followers", "followers").await;
    let signed = scene.bob.signed_get(&post.id).send().await.unwrap();
    assert_eq!(signed.status(), 200);
    let header = |name: &str| signed.headers()[name].to_str().unwrap().to_lowercase();
    assert!(header("cache-control").contains("private") && header("cache-control").contains("no-store"));
    assert!(header("vary").contains("signature"));
    assert_eq!(scene.a.document(&post.id).await.0, 404, "and whoever asks next gets nothing");
}

#[tokio::test]
async fn i01_a_signature_that_does_not_hold_opens_nothing() {
    let scene = Scene::followed().await;
    let (post, _) = created(&scene, "For followers", "followers").await;
    let (other, _) = created(&scene, "Another", "followers").await;
    let signed = scene.bob.signed_get(&post.id).build().unwrap();
    let replayed = scene.world().client().get(&other.id).headers(signed.headers().clone()).send().await.unwrap();
    assert_eq!(replayed.status(), 404, "made for another address");
    scene.world().clock().advance(3 * 3_600_000);
    let old = scene.world().client().get(&post.id).headers(signed.headers().clone()).send().await.unwrap();
    assert_eq!(old.status(), 404, "made long ago");
}

#[tokio::test]
async fn after_an_unfollow_a_followers_only_post_is_closed() {
    let scene = Scene::new().await;
    let follow = scene.bob.follow(&scene.ada_id).await;
    scene.peer.expect("Accept").await;
    let (post, _) = created(&scene, "For followers", "followers").await;
    assert_eq!(scene.bob.get(&post.id).await.0, 200);
    scene.heard(&scene.bob.activity("Undo", follow)).await;
    assert_eq!(scene.bob.get(&post.id).await.0, 404);
}

#[tokio::test]
async fn r030_narrow_posts_stand_in_no_list_that_others_read() {
    let scene = Scene::followed().await;
    for visibility in ["followers", "mentioned"] {
        let caption = format!("Narrow #fog {}", scene.bob.handle());
        created(&scene, &caption, visibility).await;
    }
    let visitor = scene.a.visitor();
    for path in ["/", "/explore", "/@ada", "/@ada?tab=albums", "/tags/fog", "/search?q=%23fog"] {
        let page = visitor.get(path).await;
        assert!(!page.says("Narrow") && page.post_of("ada").is_none() && page.photos().is_empty(), "{path}");
    }
    for list in ["outbox", "outbox?page=true", "collections/featured"] {
        let (_, document) = scene.bob.get(&format!("{}/{list}", scene.ada_id)).await;
        assert!(!document.to_string().contains("/ap/posts/"), "{list}: {document}");
    }
    assert_eq!(scene.a.total(&format!("{}/outbox", scene.ada_id)).await, 0);
}

#[tokio::test]
async fn r039_a_quiet_post_stays_out_of_public_lists_and_is_there_for_whoever_comes() {
    let scene = Scene::followed().await;
    let (post, _) = created(&scene, "Softly #fog", "quiet").await;
    let visitor = scene.a.visitor();
    for path in ["/explore", "/tags/fog"] {
        assert!(!visitor.get(path).await.says("Softly") && visitor.get(path).await.post_of("ada").is_none(), "{path}");
    }
    assert!(visitor.page(&post.path).await.says("Softly"));
    assert!(visitor.page("/@ada").await.post_of("ada").is_some());
    assert_eq!(scene.a.document(&post.id).await.0, 200);
}

#[tokio::test]
async fn a_followers_only_post_of_ours_is_shown_to_followers_on_their_server_alone() {
    let two = Two::new().await;
    let carol = two.b.person("carol").await;
    two.ada.post_album(&["photo-dahlia.jpg"], "For followers", "followers", &["A dahlia"]).await;
    let path = two.bob.sees(&two.ada.acct()).await;
    let fetched = || async { two.bob.page(&path).await.photos().len() == 1 };
    eventually(fetched, "its photo is fetched").await;
    for stranger in [&carol, &two.b.visitor()] {
        assert_eq!(stranger.get(&path).await.status, 404, "r032");
        assert!(!stranger.get("/@ada@a.test").await.says("For followers"));
        assert!(stranger.get("/explore").await.post_of("ada@a.test").is_none());
    }
}

#[tokio::test]
async fn r032_what_one_person_may_see_another_cannot_like_boost_or_answer() {
    let two = Two::new().await;
    let carol = two.b.person("carol").await;
    two.ada.post_album(&["photo-dahlia.jpg"], "For followers", "followers", &[]).await;
    let path = two.bob.sees(&two.ada.acct()).await;
    for deed in ["like", "boost", "reply"] {
        let form = Form {
            action: format!("{path}/{deed}"),
            method: "post".to_owned(),
            multipart: false,
            fields: vec![("text".to_owned(), "Peeping".to_owned())],
            files: Vec::new(),
        };
        assert_eq!(carol.submit(form).await.status, 404, "{deed}");
    }
    assert!(two.bob.page(&path).await.form(&format!("{path}/boost")).is_none(), "nor does a follower spread it");
}

#[tokio::test]
async fn r035_reactions_of_strangers_to_a_private_post_are_ignored() {
    let scene = Scene::among(&["third.test"]).await;
    let third = scene.world().peer("third.test");
    let carol = third.actor("carol");
    scene.bob_follows().await;
    let (post, _) = created(&scene, "For followers", "followers").await;
    carol.tell(&scene.inbox, &carol.activity("Like", post.id.as_str())).await;
    carol.tell(&scene.inbox, &carol.activity("Announce", post.id.as_str())).await;
    let reply = carol.reply_note("Peeping", &post.id, &scene.ada_id);
    carol.tell(&scene.inbox, &carol.create(&reply)).await;
    scene.tell(&scene.bob.activity("Announce", post.id.as_str())).await;
    scene.heard(&scene.bob.activity("Like", post.id.as_str())).await;
    let page = scene.ada.page(&post.path).await;
    assert_eq!((page.count("like").as_deref(), page.says("Peeping")), (Some("1"), false), "only the follower's like");
    let notifications = scene.ada.notifications().await;
    assert!(!notifications.says("CAROL") && !notifications.says("boosted"));
}

#[tokio::test]
async fn i01_the_server_of_a_follower_does_not_read_what_is_for_her() {
    let scene = Scene::followed().await;
    let (open, _) = created(&scene, "For all", "public").await;
    let (post, _) = created(&scene, "For followers", "followers").await;
    let instance = scene.peer.actor("instance");
    let mut document = instance.document();
    document["type"] = "Application".into();
    instance.serve(&document);
    // So that its key is known here.
    scene.heard(&scene.bob.activity("Like", open.id.as_str())).await;
    instance.tell(&scene.inbox, &instance.activity("Like", open.id.as_str())).await;
    scene.a.quiet().await;
    assert_eq!(scene.likes(&open).await, 2);
    assert_eq!(instance.get(&open.id).await.0, 200);
    for address in [post.id.clone(), format!("{}/activity", post.id), format!("{}/replies", post.id)] {
        assert_eq!(instance.get(&address).await.0, 404, "{address}");
        assert_eq!(scene.bob.get(&address).await.0, 200, "{address}");
    }
}

#[tokio::test]
async fn a_deleted_private_post_looks_as_if_it_never_was() {
    let scene = Scene::followed().await;
    let (post, _) = created(&scene, "For followers", "followers").await;
    scene.ada.delete(&post).await;
    let delete = scene.peer.expect("Delete").await;
    assert!(!delete.to_string().contains(PUBLIC), "{delete}");
    assert_eq!(scene.a.document(&post.id).await.0, 404);
    assert_eq!(scene.bob.get(&post.id).await.0, 404);
}

#[tokio::test]
async fn activities_about_private_posts_are_not_handed_out() {
    let scene = Scene::followed().await;
    let (post, create) = created(&scene, "For followers", "followers").await;
    scene.world().clock().advance(2_000);
    scene.ada.edit(&post, |form| form.set("caption", "For followers, changed")).await;
    let update = scene.peer.expect("Update").await;
    for address in [&create["id"], &update["id"]] {
        assert_eq!(scene.a.document(address.as_str().unwrap()).await.0, 404, "{address}");
    }
    for address in [format!("{}/replies?page=1", post.id), format!("{}/likes", post.id), format!("{}/shares", post.id)]
    {
        assert_eq!(scene.a.document(&address).await.0, 404, "{address}");
    }
}

#[tokio::test]
async fn r037_a_blocked_person_reads_nothing_narrow_and_is_not_written_to() {
    let scene = Scene::followed().await;
    let (post, _) = created(&scene, "For followers", "followers").await;
    scene.ada.block(&scene.bob.handle()).await;
    scene.peer.expect("Reject").await;
    assert_eq!(scene.bob.get(&post.id).await.0, 404);
    scene.bob.tell(&scene.inbox, &scene.bob.activity("Follow", scene.ada_id.as_str())).await;
    scene.peer.expect("Reject").await;
    assert_eq!(scene.followers().await, 0);
    let before = scene.peer.deliveries("Create").len();
    scene.ada.post_album(FILE, &format!("About {}", scene.bob.handle()), "public", &[]).await;
    scene.a.quiet().await;
    assert_eq!(scene.peer.deliveries("Create").len(), before);
}

#[tokio::test]
async fn a_direct_message_from_elsewhere_is_for_its_reader_alone() {
    let scene = Scene::new().await;
    let eve = scene.a.person("eve").await;
    let mut note = scene.bob.note("For your eyes");
    note["to"] = json!([scene.ada_id]);
    note["cc"] = json!([]);
    note["tag"] = json!([{ "type": "Mention", "href": scene.ada_id, "name": "@ada@a.test" }]);
    scene.heard(&scene.bob.create(&note)).await;
    assert!(!eve.page(&format!("/@{}", scene.bob.acct())).await.says("For your eyes"));
    if let Some(path) = scene.ada.notifications().await.post_of(&scene.bob.acct()) {
        assert_eq!(eve.get(&path).await.status, 404);
        assert_eq!(scene.a.visitor().get(&path).await.status, 404);
    }
}

#[tokio::test]
async fn r036_a_locked_person_is_followed_by_nobody_she_did_not_let_in() {
    let scene = Scene::new().await;
    let form = scene.ada.form("/settings", "/settings/profile").await.set("locked", "true");
    scene.ada.submit(form).await;
    scene.bob.follow(&scene.ada_id).await;
    scene.a.quiet().await;
    let post = scene.ada.post_album(FILE, "For followers", "followers", &[]).await;
    scene.a.quiet().await;
    assert!(scene.peer.deliveries("Accept").is_empty() && scene.peer.deliveries("Create").is_empty());
    assert_eq!((scene.bob.get(&post.id).await.0, scene.followers().await), (404, 0));
    scene.ada.press("/notifications", &format!("/@{}/reject", scene.bob.acct())).await;
    scene.peer.expect("Reject").await;
    scene.bob.follow(&scene.ada_id).await;
    scene.a.quiet().await;
    scene.ada.press("/notifications", &format!("/@{}/accept", scene.bob.acct())).await;
    scene.peer.expect("Accept").await;
    assert_eq!((scene.bob.get(&post.id).await.0, scene.followers().await), (200, 1));
}

#[tokio::test]
async fn r039a_who_sees_a_post_is_not_changed_by_editing_it() {
    let scene = Scene::followed().await;
    let (post, _) = created(&scene, "For followers", "followers").await;
    scene.world().clock().advance(2_000);
    scene.ada.edit(&post, |form| form.set("visibility", "public").set("caption", "Still for followers")).await;
    let update = scene.peer.expect("Update").await;
    assert!(!update.to_string().contains(PUBLIC), "{update}");
    assert_eq!(scene.a.document(&post.id).await.0, 404);
    let visitor = scene.a.visitor();
    assert_eq!(visitor.get(&post.path).await.status, 404);
    assert!(!visitor.page("/explore").await.says("Still for followers"));
}

#[tokio::test]
async fn r037_lists_are_not_given_to_whoever_is_blocked() {
    let scene = Scene::followed().await;
    scene.ada.post_photo("orientation-1.jpg", "For all").await;
    scene.ada.block(&scene.bob.handle()).await;
    scene.peer.expect("Reject").await;
    for list in ["outbox", "outbox?page=true", "followers", "following", "collections/featured", "collections/tags"] {
        assert_eq!(scene.bob.get(&format!("{}/{list}", scene.ada_id)).await.0, 404, "{list}");
        assert_eq!(scene.a.document(&format!("{}/{list}", scene.ada_id)).await.0, 200, "{list}");
    }
    assert_eq!(scene.bob.get(&scene.ada_id).await.0, 200, "her key must be there for whoever she writes to");
}

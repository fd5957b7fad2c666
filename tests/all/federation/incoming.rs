//! What others say, and what comes of it here.

use crate::support::*;
use serde_json::{Value, json};

#[tokio::test]
async fn a_photo_of_somebody_followed_appears_in_home_served_from_here() {
    let scene = Scene::following().await;
    let note = scene.bob.photo_note("Mountains", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    let fetched = || async { scene.ada.page(&path).await.photos().pop() };
    let photo = eventually(fetched, "the photo is fetched").await;
    assert_eq!(photo.alt, "A lake");
    let answer = scene.a.ask(&photo.src, "*/*").await;
    let picture = image::load_from_memory(&answer.bytes().await.unwrap()).unwrap();
    let original = image::load_from_memory(&fixture_bytes("photo-lake.jpg")).unwrap();
    let ratio = |p: &image::DynamicImage| f64::from(p.width()) / f64::from(p.height());
    assert!((ratio(&picture) - ratio(&original)).abs() < 0.02, "as it is, not as it was said to be");
    let hot = |page: &Page| page.images().iter().any(|image| image.src.contains("peer.test"));
    assert!(!hot(&scene.ada.home().await) && !hot(&scene.ada.page(&path).await));
}

#[tokio::test]
async fn r072_a_photo_from_elsewhere_loses_what_is_private_too() {
    let scene = Scene::following().await;
    let note = scene.bob.photo_note("Leaky", "leaky.jpg", "x");
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    let photo = eventually(|| async { scene.ada.page(&path).await.photos().pop() }, "the photo is fetched").await;
    let bytes = scene.a.ask(&photo.src, "*/*").await.bytes().await.unwrap();
    for secret in [&b"Exif"[..], b"GPS", b"http://ns.adobe.com/xap"] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
}

#[tokio::test]
async fn a_photo_that_cannot_be_had_leaves_the_post_readable() {
    let scene = Scene::following().await;
    let mut note = scene.bob.photo_note("Broken", "photo-lake.jpg", "A lake");
    note["attachment"][0]["url"] = "https://peer.test/files/none.jpg".into();
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    assert!(scene.ada.page(&path).await.says("Broken"));
}

#[tokio::test]
async fn photos_of_a_host_that_hangs_hold_up_nobody_elses() {
    let scene = Scene::among(&["slow.test"]).await;
    scene.ada_follows().await;
    let slow = scene.world().peer("slow.test");
    let sam = slow.actor("sam");
    scene.ada.follow(&sam.handle()).await;
    let follow = slow.expect("Follow").await;
    sam.tell(&scene.inbox, &sam.activity("Accept", follow)).await;
    let mut stuck = sam.photo_note("Stuck", "photo-lake.jpg", "A lake");
    let stuck_photo =
        |n: usize| json!({ "type": "Image", "mediaType": "image/jpeg", "url": slow.url(&format!("/stuck/{n}")) });
    for n in 0..12 {
        slow.never_answer(&format!("/stuck/{n}"));
    }
    stuck["attachment"] = (0..12).map(stuck_photo).collect();
    sam.serve(&stuck);
    sam.tell(&scene.inbox, &sam.create(&stuck)).await;
    let asked = || async { slow.received().iter().filter(|r| r.target.starts_with("/stuck/")).count() == 4 };
    eventually(asked, "as many as may hang do").await;
    let begun = std::time::Instant::now();
    let note = scene.bob.photo_note("Mountains", "photo-lake.jpg", "A lake");
    scene.tell(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    eventually(|| async { scene.ada.page(&path).await.photos().pop() }, "the photo is fetched").await;
    assert!(begun.elapsed().as_secs() < 8, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn what_an_earlier_attempt_stored_of_a_photo_goes_when_it_is_fetched_anew() {
    use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
    let scene = Scene::following().await;
    let note = scene.bob.photo_note("Mountains", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    let photo = || async { scene.ada.page(&path).await.photos().pop() };
    let before = eventually(photo, "the photo is fetched").await;
    // As after a process died between the last size and the row.
    let app = scene.a.app.clone();
    let id = cyanotype::store::media::of_posts(&app.db.read, &[path.rsplit('/').next().unwrap().parse().unwrap()])
        .await
        .unwrap()[0]
        .id;
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let row = cyanotype::store::media::by_id(tx, id).await?.unwrap();
                let mut row = row.into_active_model();
                row.state = Set("remote".to_owned());
                row.update(tx).await.map(drop)
            })
        })
        .await
        .unwrap();
    cyanotype::service::federation::media::fetch_photo(&app, id, 1).await.unwrap();
    scene.a.quiet().await;
    let after = eventually(photo, "it is fetched anew").await;
    assert_ne!(before.src, after.src);
    assert_eq!(scene.a.ask(&after.src, "*/*").await.status(), 200);
    assert_eq!(scene.a.ask(&before.src, "*/*").await.status(), 404);
    let files = scene.a.stored().await.len();
    let sizes = cyanotype::store::media::sizes_of(&app.db.read, &[id]).await.unwrap();
    assert_eq!(files, sizes.len(), "nothing is left of the first ones");
}

#[tokio::test]
async fn r063_a_hostile_picture_harms_nothing() {
    for fixture in ["bomb.jpg", "html.jpg", "svg.jpg", "cut.jpg"] {
        let scene = Scene::following().await;
        let note = scene.bob.photo_note("Hostile", fixture, "x");
        scene.heard(&scene.bob.create(&note)).await;
        let path = scene.ada.sees(&scene.bob.acct()).await;
        scene.a.quiet().await;
        for photo in scene.ada.page(&path).await.photos() {
            let answer = scene.a.ask(&photo.src, "*/*").await;
            assert_eq!(answer.headers()["content-type"], "image/jpeg", "{fixture}");
        }
    }
}

#[tokio::test]
async fn posts_of_people_nobody_follows_are_not_kept() {
    let scene = Scene::new().await;
    let note = scene.bob.photo_note("Unasked", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let found = scene.ada.search(note["id"].as_str().unwrap()).await;
    assert!(found.says("Unasked") || found.post_of(&scene.bob.acct()).is_some(), "it can be asked for");
    assert!(
        scene.peer.received().iter().any(|r| r.method == "GET" && note["id"].as_str().unwrap().ends_with(&r.target))
    );
}

#[tokio::test]
async fn a_like_counts_once_however_often_it_is_said() {
    let scene = Scene::new().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    for _ in 0..2 {
        scene.tell(&scene.bob.activity("Like", post.id.as_str())).await;
    }
    let mut reaction = scene.bob.activity("EmojiReact", post.id.as_str());
    reaction["content"] = "🔥".into();
    scene.heard(&reaction).await;
    assert_eq!(scene.likes(&post).await, 1);
    assert_eq!(scene.ada.notifications().await.html.matches("likes your post").count(), 1);
}

#[tokio::test]
async fn r028_an_activity_delivered_three_times_at_once_has_one_effect() {
    let scene = Scene::new().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let reply = scene.bob.reply_note("Only once", &post.id, &scene.ada_id);
    for activity in [scene.bob.create(&reply), scene.bob.activity("Announce", post.id.as_str())] {
        let sent = futures_util::future::join_all((0..3).map(|_| scene.bob.send(&scene.inbox, &activity)));
        assert_eq!(sent.await, [202; 3]);
        scene.heard(&activity).await;
    }
    let page = scene.ada.page(&post.path).await;
    assert_eq!(page.html.matches("Only once").count(), 1);
    assert_eq!(scene.boosts(&post).await, 1);
    let notifications = scene.ada.notifications().await;
    assert_eq!(notifications.html.matches("boosted your post").count(), 1);
    assert_eq!(notifications.html.matches(">replied<").count(), 1);
}

#[tokio::test]
async fn a_like_is_taken_back_by_what_it_was_about_whatever_its_id() {
    let scene = Scene::new().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let like = scene.bob.activity("Like", post.id.as_str());
    scene.heard(&like).await;
    let mut other = like.clone();
    other["id"] = scene.bob.new_id("activities").into();
    scene.heard(&scene.bob.activity("Undo", other)).await;
    assert_eq!(scene.likes(&post).await, 0);
}

#[tokio::test]
async fn an_undo_that_comes_first_still_undoes() {
    let scene = Scene::new().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    for kind in ["Like", "Announce"] {
        let late = scene.bob.activity(kind, post.id.as_str());
        scene.heard(&scene.bob.activity("Undo", late.clone())).await;
        scene.heard(&late).await;
    }
    assert_eq!((scene.likes(&post).await, scene.boosts(&post).await), (0, 0));
}

#[tokio::test]
async fn a_follow_is_taken_back_by_its_id_alone_or_by_what_it_was_about() {
    let scene = Scene::followed().await;
    let follow = scene.bob.follow(&scene.ada_id).await;
    scene.a.quiet().await;
    scene.heard(&scene.bob.activity("Undo", follow["id"].clone())).await;
    assert_eq!(scene.followers().await, 0);
    scene.bob_follows().await;
    let mut other = scene.bob.activity("Follow", scene.ada_id.as_str());
    other["id"] = scene.bob.new_id("activities").into();
    scene.heard(&scene.bob.activity("Undo", other)).await;
    assert_eq!(scene.followers().await, 0);
}

#[tokio::test]
async fn whoever_follows_again_after_an_undo_is_followed_again() {
    let scene = Scene::new().await;
    let follow = scene.bob.follow(&scene.ada_id).await;
    scene.peer.expect("Accept").await;
    scene.heard(&scene.bob.activity("Undo", follow)).await;
    scene.bob_follows().await;
    assert_eq!(scene.followers().await, 1);
}

#[tokio::test]
async fn a_follow_that_has_the_same_id_for_good_is_taken_again_after_a_block_and_after_an_undo_said_twice() {
    let scene = Scene::new().await;
    let follow = scene.bob.follow(&scene.ada_id).await;
    scene.peer.expect("Accept").await;
    let undo = scene.bob.activity("Undo", follow.clone());
    let block = scene.bob.activity("Block", scene.ada_id.as_str());
    // A server that blocks says both, and the follow has ended with the first.
    for activity in [&block, &undo, &scene.bob.activity("Undo", block.clone()), &follow] {
        scene.heard(activity).await;
    }
    scene.peer.expect("Accept").await;
    assert_eq!(scene.followers().await, 1);
    let by_id = scene.bob.activity("Undo", follow["id"].clone());
    for activity in [&undo, &undo, &by_id, &follow] {
        scene.heard(activity).await;
    }
    scene.peer.expect("Accept").await;
    assert_eq!(scene.followers().await, 1);
}

#[tokio::test]
async fn a_boost_by_somebody_followed_brings_a_post_of_a_third_server() {
    let scene = Scene::among(&["third.test"]).await;
    let third = scene.world().peer("third.test");
    let carol = third.actor("carol");
    scene.ada_follows().await;
    let note = carol.photo_note("From afar", "photo-lake.jpg", "A lake");
    scene.tell(&scene.bob.activity("Announce", note["id"].clone())).await;
    scene.ada.sees(&carol.acct()).await;
    let home = scene.ada.home().await;
    assert!(home.says("From afar") && home.says("boosted"));
}

#[tokio::test]
async fn r026_what_a_boost_carries_along_is_not_believed() {
    let scene = Scene::among(&["third.test"]).await;
    let third = scene.world().peer("third.test");
    let carol = third.actor("carol");
    scene.ada_follows().await;
    let note = carol.photo_note("What carol said", "photo-lake.jpg", "A lake");
    let mut forged = note.clone();
    forged["content"] = "<p>What carol never said</p>".into();
    scene.tell(&scene.bob.activity("Announce", forged)).await;
    scene.ada.sees(&carol.acct()).await;
    let home = scene.ada.home().await;
    assert!(home.says("What carol said") && !home.says("never"));
}

#[tokio::test]
async fn a_reply_is_cleaned_shown_and_told() {
    let scene = Scene::new().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let mut reply = scene.bob.reply_note("Lovely", &post.id, &scene.ada_id);
    reply["content"] =
        "<p>Lovely <script>alert(1)</script><img src=x onerror=alert(2)><a href=\"javascript:alert(3)\">x</a></p>"
            .into();
    scene.heard(&scene.bob.create(&reply)).await;
    let page = scene.ada.page(&post.path).await;
    assert!(page.says("Lovely"));
    for harm in ["alert(1)", "onerror", "javascript:"] {
        assert!(!page.html.contains(harm), "{harm}");
    }
    assert!(scene.ada.notifications().await.says("replied"));
}

#[tokio::test]
async fn a_reply_to_a_reply_not_known_here_is_threaded_by_fetching_what_lies_between() {
    let scene = Scene::among(&["third.test"]).await;
    let third = scene.world().peer("third.test");
    let carol = third.actor("carol");
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let between = carol.reply_note("In between", &post.id, &scene.ada_id);
    let reply = scene.bob.reply_note("At the end", between["id"].as_str().unwrap(), &scene.ada_id);
    scene.heard(&scene.bob.create(&reply)).await;
    let page = scene.ada.page(&post.path).await;
    assert!(page.says("In between") && page.says("At the end"));
}

#[tokio::test]
async fn an_edit_from_elsewhere_changes_the_text_and_an_older_one_does_not() {
    let scene = Scene::new().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let reply = scene.bob.reply_note("First", &post.id, &scene.ada_id);
    scene.heard(&scene.bob.create(&reply)).await;
    scene.heard(&scene.bob.update(&reply, "Second")).await;
    assert!(scene.ada.page(&post.path).await.says("Second"));
    let mut old = scene.bob.update(&reply, "Third");
    old["object"]["updated"] = "2020-01-01T00:00:00.000Z".into();
    scene.heard(&old).await;
    let page = scene.ada.page(&post.path).await;
    assert!(page.says("Second") && !page.says("Third"));
}

#[tokio::test]
async fn a_post_deleted_elsewhere_is_gone_here() {
    let scene = Scene::following().await;
    for tombstone in [true, false] {
        let note = scene.bob.photo_note("Passing", "photo-lake.jpg", "A lake");
        scene.heard(&scene.bob.create(&note)).await;
        let path = scene.ada.sees(&scene.bob.acct()).await;
        let object = match tombstone {
            true => json!({ "id": note["id"], "type": "Tombstone" }),
            false => note["id"].clone(),
        };
        scene.heard(&scene.bob.activity("Delete", object)).await;
        assert_eq!(scene.ada.get(&path).await.status, 404);
        assert_eq!(scene.ada.home().await.post_of(&scene.bob.acct()), None);
    }
}

#[tokio::test]
async fn r027_what_was_deleted_does_not_come_back() {
    let scene = Scene::following().await;
    let note = scene.bob.photo_note("Once", "photo-lake.jpg", "A lake");
    let create = scene.bob.create(&note);
    scene.heard(&create).await;
    scene.heard(&scene.bob.activity("Delete", note["id"].clone())).await;
    let mut again = create.clone();
    again["id"] = scene.bob.new_id("activities").into();
    for late in [&create, &again] {
        scene.heard(late).await;
    }
    scene.heard(&scene.bob.update(&note, "Twice")).await;
    assert_eq!(scene.ada.home().await.post_of(&scene.bob.acct()), None);
}

#[tokio::test]
async fn r027_a_create_that_comes_after_its_delete_is_not_shown() {
    let scene = Scene::following().await;
    let note = scene.bob.photo_note("Late", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.activity("Delete", note["id"].clone())).await;
    scene.heard(&scene.bob.create(&note)).await;
    assert_eq!(scene.ada.home().await.post_of(&scene.bob.acct()), None);
}

#[tokio::test]
async fn r027_somebody_who_deletes_herself_is_gone_with_all_she_said() {
    let scene = Scene::following().await;
    let note = scene.bob.photo_note("Farewell", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    scene.heard(&scene.bob.activity("Delete", scene.bob.id.as_str())).await;
    assert_eq!(scene.ada.get(&path).await.status, 404);
    assert_ne!(scene.ada.get(&format!("/@{}", scene.bob.acct())).await.status, 200);
}

#[tokio::test]
async fn a_changed_profile_is_shown() {
    let scene = Scene::following().await;
    let mut document = scene.bob.document();
    document["name"] = "Robert".into();
    scene.bob.serve(&document);
    scene.heard(&scene.bob.activity("Update", document)).await;
    assert!(scene.ada.page(&format!("/@{}", scene.bob.acct())).await.says("Robert"));
}

#[tokio::test]
async fn a_refusal_ends_the_follow() {
    let scene = Scene::new().await;
    scene.ada.follow(&scene.bob.handle()).await;
    let follow = scene.peer.expect("Follow").await;
    scene.heard(&scene.bob.activity("Reject", follow)).await;
    let profile = format!("/@{}", scene.bob.acct());
    assert!(scene.ada.page(&profile).await.form(&format!("{profile}/follow")).is_some());
}

#[tokio::test]
async fn an_accept_may_name_the_follow_by_its_id_alone() {
    let scene = Scene::new().await;
    scene.ada.follow(&scene.bob.handle()).await;
    let follow = scene.peer.expect("Follow").await;
    scene.heard(&scene.bob.activity("Accept", follow["id"].clone())).await;
    assert!(scene.ada.page(&format!("/@{}", scene.bob.acct())).await.html.contains(">Following<span"));
}

#[tokio::test]
async fn what_is_not_understood_is_taken_and_leads_to_no_request() {
    let scene = Scene::followed().await;
    scene.a.quiet().await;
    let before = scene.peer.requests();
    for kind in ["View", "Story:Reaction", "Dislike", "Listen", "Offer"] {
        scene
            .heard(
                &scene.bob.activity(kind, json!({ "type": "Story", "object": "bear:?t=x&u=https://peer.test/story" })),
            )
            .await;
    }
    let mut vote = scene.bob.note("");
    vote["name"] = "Yes".into();
    vote["inReplyTo"] = "https://peer.test/polls/1".into();
    scene.heard(&scene.bob.create(&vote)).await;
    assert_eq!(scene.peer.requests(), before);
}

#[tokio::test]
async fn old_posts_stand_where_they_belong_and_future_ones_do_not_stay_on_top() {
    let scene = Scene::following().await;
    let dated = |text: &str, published: &str| -> Value {
        let mut note = scene.bob.photo_note(text, "photo-lake.jpg", "A lake");
        note["published"] = published.into();
        note
    };
    scene.heard(&scene.bob.create(&dated("From the future", "2099-01-01T00:00:00.000Z"))).await;
    scene.heard(&scene.bob.create(&dated("From long ago", "2021-01-01T00:00:00.000Z"))).await;
    scene.ada.sees(&scene.bob.acct()).await;
    scene.world().clock().advance(1_000);
    scene.ada.post_photo("photo-dahlia.jpg", "From now").await;
    scene.a.quiet().await;
    let html = scene.ada.home().await.html;
    let at = |text: &str| html.find(text).unwrap_or_else(|| panic!("{text} is not in home"));
    assert!(at("From now") < at("From the future") && at("From the future") < at("From long ago"));
}

#[tokio::test]
async fn g12_a_reply_forwarded_by_another_server_is_not_believed() {
    let scene = Scene::among(&["third.test"]).await;
    let third = scene.world().peer("third.test");
    let carol = third.actor("carol");
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let reply = carol.reply_note("Forwarded", &post.id, &scene.ada_id);
    let create = carol.create(&reply);
    let status = scene.bob.send(&scene.inbox, &create).await;
    assert!(status == 202 || status == 401, "{status}");
    scene.a.quiet().await;
    let page = scene.ada.page(&post.path).await;
    assert!(!page.says("Forwarded"), "nobody who says so signed it");
}

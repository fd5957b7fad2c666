//! The activities beside posts, likes and follows (fact sheet 4.1), and those nobody here understands.

use crate::support::*;
use serde_json::{Value, json};

/// What a person decides about other servers.
async fn reach(person: &Person, change: impl FnOnce(Form) -> Form) {
    let form = change(person.form("/settings/reach", "/settings/reach").await);
    let page = person.submit(form).await;
    assert_eq!(page.status, 200, "{}", page.text());
}

/// Types in use somewhere that mean nothing here.
const NOT_UNDERSTOOD: &[&str] = &[
    "View",
    "Dislike",
    "Listen",
    "Read",
    "Offer",
    "Invite",
    "Join",
    "Leave",
    "Ignore",
    "Arrive",
    "Travel",
    "TentativeAccept",
    "TentativeReject",
    "Question",
    "LikeRequest",
    "ReplyRequest",
    "AnnounceRequest",
    "FeatureRequest",
    "Story:Reaction",
    "Story:Reply",
    "ChatMessage",
    "CacheFile",
    "Lock",
    "http://litepub.social/ns#X",
];

#[tokio::test]
async fn g21_what_is_not_understood_is_taken_and_dropped_without_a_request() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let carol = scene.peer.actor("carol");
    scene.a.quiet().await;
    let before = scene.peer.requests();
    let story = json!({ "type": "Story", "object": "bear:?t=x&u=https://peer.test/story" });
    for kind in NOT_UNDERSTOOD {
        for object in [json!(post.id), json!("https://peer.test/unknown"), story.clone()] {
            scene.tell(&scene.bob.activity(kind, object.clone())).await;
            // Nobody heard of her before, and nobody asks who she is.
            carol.tell(&scene.inbox, &carol.activity(kind, object)).await;
        }
    }
    // Pixelfed's way to announce a story.
    let mut add = scene.bob.activity("Add", story);
    add["target"] = format!("{}/featured", scene.bob.id).into();
    scene.heard(&add).await;
    assert_eq!(scene.peer.requests(), before);
    assert_eq!((scene.likes(&post).await, scene.boosts(&post).await), (0, 0));
    assert!(!scene.ada.notifications().await.says("CAROL"));
}

#[tokio::test]
async fn g09_a_reaction_with_an_emoji_is_a_like_and_so_is_taking_it_back() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let mut react = scene.bob.activity("EmojiReact", post.id.as_str());
    react["content"] = "🌸".into();
    scene.heard(&react).await;
    assert_eq!(scene.likes(&post).await, 1);
    scene.heard(&scene.bob.activity("Undo", react)).await;
    assert_eq!(scene.likes(&post).await, 0);
    let mut like = scene.bob.activity("Like", post.id.as_str());
    like["_misskey_reaction"] = ":blobcat:".into();
    scene.heard(&like).await;
    assert_eq!(scene.likes(&post).await, 1);
}

#[tokio::test]
async fn g19_a_block_from_elsewhere_ends_follows_both_ways_and_can_be_taken_back() {
    let scene = Scene::followed().await;
    scene.ada_follows().await;
    let block = scene.bob.activity("Block", scene.ada_id.as_str());
    scene.heard(&block).await;
    assert_eq!(scene.followers().await, 0);
    assert_eq!(scene.ada.get(&format!("/@{}", scene.bob.acct())).await.status, 404, "she does not find him");
    assert!(!scene.ada.notifications().await.says("block"), "nor is she told");
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.heard(&scene.bob.activity("Like", post.id.as_str())).await;
    assert_eq!(scene.likes(&post).await, 0);
    scene.heard(&scene.bob.activity("Undo", block)).await;
    scene.heard(&scene.bob.activity("Like", post.id.as_str())).await;
    assert_eq!(scene.likes(&post).await, 1);
}

#[tokio::test]
async fn a_block_is_said_only_for_those_who_chose_so() {
    let scene = Scene::followed().await;
    scene.ada.block(&scene.bob.handle()).await;
    scene.peer.expect("Reject").await;
    scene.a.quiet().await;
    assert!(scene.peer.deliveries("Block").is_empty());
    let unblock = format!("/@{}/unblock", scene.bob.acct());
    scene.ada.press("/settings", &unblock).await;
    scene.a.quiet().await;
    assert!(scene.peer.deliveries("Undo").is_empty(), "what was never said is not taken back");
    reach(&scene.ada, |form| form.set("says_blocks", "true")).await;
    scene.ada.block(&scene.bob.handle()).await;
    let block = scene.peer.expect_delivery("Block").await;
    assert_eq!(block.target, "/users/bob/inbox");
    let block = block.json.unwrap();
    assert_eq!((&block["actor"], &block["object"]), (&json!(scene.ada_id), &json!(scene.bob.id)));
    assert_eq!(scene.a.document(block["id"].as_str().unwrap()).await.0, 404, "it is for him alone");
    scene.ada.press("/settings", &unblock).await;
    let undo = scene.peer.expect("Undo").await;
    assert_eq!(undo["object"]["id"], block["id"]);
}

#[tokio::test]
async fn a_block_taken_back_does_not_arrive_after_its_undo() {
    let scene = Scene::followed().await;
    reach(&scene.ada, |form| form.set("says_blocks", "true")).await;
    scene.peer.answer_inbox(503);
    scene.ada.block(&scene.bob.handle()).await;
    scene.peer.expect("Block").await;
    scene.peer.answer_inbox(202);
    scene.ada.press("/settings", &format!("/@{}/unblock", scene.bob.acct())).await;
    scene.peer.expect("Undo").await;
    scene.world().clock().advance(3_600_000);
    scene.a.quiet().await;
    assert_eq!(scene.peer.deliveries("Block").len(), 1, "not again");
}

#[tokio::test]
async fn an_accept_that_is_taken_back_leaves_a_request() {
    let scene = Scene::new().await;
    scene.ada.follow(&scene.bob.handle()).await;
    let follow = scene.peer.expect("Follow").await;
    let accept = scene.bob.activity("Accept", follow);
    scene.heard(&accept).await;
    let profile = format!("/@{}", scene.bob.acct());
    assert!(scene.ada.page(&profile).await.html.contains(">Following<span"));
    scene.heard(&scene.bob.activity("Undo", accept)).await;
    assert!(scene.ada.page(&profile).await.says("Requested"));
}

/// An Add or Remove about his pins.
fn pin(scene: &Scene, kind: &str, object: impl Into<Value>) -> Value {
    let mut activity = scene.bob.activity(kind, object);
    activity["target"] = format!("{}/featured", scene.bob.id).into();
    activity
}

#[tokio::test]
async fn pins_of_somebody_elsewhere_come_and_go() {
    let scene = Scene::following().await;
    let known = scene.bob.photo_note("Known", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&known)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    scene.heard(&pin(&scene, "Add", known["id"].clone())).await;
    assert!(scene.ada.page(&path).await.says("pinned"));
    let older = scene.bob.photo_note("Never sent", "photo-boats.jpg", "Boats");
    scene.heard(&pin(&scene, "Add", older["id"].clone())).await;
    assert!(scene.ada.page(&format!("/@{}", scene.bob.acct())).await.says("Boats"), "fetched because of its pin");
    scene.heard(&pin(&scene, "Remove", known["id"].clone())).await;
    assert!(!scene.ada.page(&path).await.says("pinned"));
}

#[tokio::test]
async fn r022_a_pin_counts_only_in_the_signers_own_collection_and_of_her_own_posts() {
    let scene = Scene::following().await;
    let other = scene.peer.actor("other");
    let note = scene.bob.photo_note("Mine", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    let mut elsewhere = pin(&scene, "Add", note["id"].clone());
    elsewhere["target"] = format!("{}/featured", other.id).into();
    scene.heard(&elsewhere).await;
    for target in [&scene.bob.id, &other.id] {
        let mut forged = other.activity("Add", note["id"].clone());
        forged["target"] = format!("{target}/featured").into();
        other.tell(&scene.inbox, &forged).await;
    }
    scene.a.quiet().await;
    assert!(!scene.ada.page(&path).await.says("pinned"));
}

#[tokio::test]
async fn hashtags_on_a_profile_elsewhere_come_and_go_and_are_ten_at_most() {
    let scene = Scene::following().await;
    let tag = |name: &str| json!({ "type": "Hashtag", "name": name, "href": "https://peer.test/tags/x" });
    for number in 0..11 {
        scene.heard(&pin(&scene, "Add", tag(&format!("#fog{number}")))).await;
    }
    let profile = format!("/@{}", scene.bob.acct());
    let page = scene.ada.page(&profile).await;
    assert!(page.says("#fog0") && page.says("#fog9") && !page.says("#fog10"));
    scene.heard(&pin(&scene, "Remove", tag("#FOG0"))).await;
    scene.heard(&pin(&scene, "Add", tag("#<b>"))).await;
    assert!(!scene.ada.page(&profile).await.says("#fog0"));
}

#[tokio::test]
async fn hashtags_on_our_profiles_are_listed_and_told() {
    let scene = Scene::followed().await;
    reach(&scene.ada, |form| form.set("tags", "#Fog harbour")).await;
    let first = scene.peer.expect("Add").await;
    let second = scene.peer.expect("Add").await;
    let featured = format!("{}/collections/featured", scene.ada_id);
    let mut names = Vec::new();
    for add in [&first, &second] {
        assert_eq!((&add["target"], &add["object"]["type"]), (&json!(featured), &json!("Hashtag")));
        names.push(add["object"]["name"].as_str().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(names, ["#Fog", "#harbour"]);
    let (_, list) = scene.a.document(&format!("{}/collections/tags", scene.ada_id)).await;
    assert_eq!(list["totalItems"], 2);
    assert_eq!(list["items"][0], json!({ "type": "Hashtag", "name": "#Fog", "href": "https://a.test/tags/fog" }));
    assert!(scene.a.visitor().page("/@ada").await.links().contains(&"/tags/fog".to_owned()));
    reach(&scene.ada, |form| form.set("tags", "harbour")).await;
    let remove = scene.peer.expect("Remove").await;
    assert_eq!((&remove["object"]["name"], &remove["target"]), (&json!("#Fog"), &json!(featured)));
}

#[tokio::test]
async fn what_is_chosen_for_other_servers_stands_in_the_actor_document() {
    let scene = Scene::followed().await;
    reach(&scene.ada, |form| form.set("sites", "Ada.Example\nfog.example").set("aliases", &scene.bob.handle())).await;
    scene.world().clock().advance(60_000);
    let update = scene.peer.expect("Update").await;
    let (_, actor) = scene.a.document(&scene.ada_id).await;
    for document in [&update["object"], &actor] {
        assert_eq!(document["attributionDomains"], json!(["a.test", "ada.example", "fog.example"]));
        assert_eq!(document["alsoKnownAs"], json!([scene.bob.id]));
    }
    let form = scene.ada.form("/settings/reach", "/settings/reach").await;
    assert_eq!(form.values("aliases"), [scene.bob.handle()], "shown as it is known");
}

#[tokio::test]
async fn too_much_and_nonsense_for_other_servers_is_refused_in_a_sentence() {
    let scene = Scene::new().await;
    let many = |start: &str, count: usize| (0..count).map(|n| format!("{start}{n}")).collect::<Vec<_>>().join(" ");
    let cases = [
        ("tags", many("#t", 11), "11 hashtags; 10 are possible"),
        ("tags", "#!!".to_owned(), "is no hashtag"),
        ("sites", many("s.example", 11), "11 sites; 10 are possible"),
        ("sites", "no/domain".to_owned(), "is no domain"),
        ("aliases", many("https://peer.test/u", 11), "11 other accounts; 10 are possible"),
        ("aliases", "@nobody@peer.test".to_owned(), "was not found"),
        ("aliases", "nonsense".to_owned(), "is no handle"),
    ];
    for (field, value, why) in cases {
        let form = scene.ada.form("/settings/reach", "/settings/reach").await.set(field, &value);
        let page = scene.ada.submit(form).await;
        assert_eq!(page.status, 422, "{field}: {value}");
        assert!(page.says(why), "{field}: {}", page.text());
    }
    let (_, actor) = scene.a.document(&scene.ada_id).await;
    assert_eq!((&actor["alsoKnownAs"], &actor["attributionDomains"]), (&json!([]), &json!(["a.test"])));
}

#[tokio::test]
async fn g10_a_boost_of_ours_is_counted_in_each_form_and_taken_back() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let (_, whole) = scene.a.document(&post.id).await;
    for object in [json!(post.id), whole] {
        let boost = scene.bob.activity("Announce", object);
        scene.heard(&boost).await;
        assert_eq!(scene.boosts(&post).await, 1);
        assert!(scene.ada.notifications().await.says("boosted your post"));
        scene.heard(&scene.bob.activity("Undo", boost)).await;
        assert_eq!(scene.boosts(&post).await, 0);
    }
}

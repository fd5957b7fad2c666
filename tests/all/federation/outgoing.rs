//! What a strict peer is told. The peer fails the test by itself when a signature, a header or the
//! shape of a post is not as the strictest receivers want it.

use crate::support::*;
use serde_json::{Value, json};

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_accept_carries_the_follow_to_the_followers_own_inbox() {
    let scene = Scene::new().await;
    let follow = scene.bob.follow(&scene.ada_id).await;
    let accept = scene.peer.expect_delivery("Accept").await;
    assert_eq!(accept.target, "/users/bob/inbox");
    let accept = accept.json.unwrap();
    assert_eq!(accept["actor"], scene.ada_id);
    for name in ["id", "type", "actor", "object"] {
        assert_eq!(accept["object"][name], follow[name], "{name}");
    }
}

#[tokio::test]
async fn a_repeated_follow_is_answered_again_and_counted_once() {
    let scene = Scene::followed().await;
    let again = scene.bob.follow(&scene.ada_id).await;
    assert_eq!(scene.peer.expect("Accept").await["object"]["id"], again["id"]);
    scene.bob.tell(&scene.inbox, &again).await;
    assert_eq!(scene.peer.expect("Accept").await["object"]["id"], again["id"], "the very same one, too");
    assert_eq!(scene.followers().await, 1);
}

#[tokio::test]
async fn a_post_goes_once_to_a_servers_shared_inbox() {
    let scene = Scene::followed().await;
    let second = scene.peer.actor("second");
    second.follow(&scene.ada_id).await;
    scene.peer.expect("Accept").await;
    let post = scene.ada.post_album(&["photo-boats.jpg", "photo-lake.jpg"], "Harbour #fog", "public", &["Boats"]).await;
    let create = scene.peer.expect_delivery("Create").await;
    scene.a.quiet().await;
    assert_eq!((create.target.as_str(), scene.peer.deliveries("Create").len()), ("/inbox", 1));
    let create = create.json.unwrap();
    let note = &create["object"];
    assert_eq!((&note["id"], &note["type"]), (&post.id.as_str().into(), &"Note".into()));
    assert_eq!(note["url"], scene.a.url(&post.path));
    assert_eq!(strings(&note["to"]), [PUBLIC]);
    assert_eq!(strings(&note["cc"]), [format!("{}/followers", scene.ada_id)]);
    assert_eq!(note["attachment"][0]["name"], "Boats");
    assert!(note["attachment"][1]["name"].is_null(), "no alt text is no text");
    assert_eq!(note["tag"], json!([{ "type": "Hashtag", "href": "https://a.test/tags/fog", "name": "#fog" }]));
    assert!(note.get("updated").is_none() && note["inReplyTo"].is_null());
}

#[tokio::test]
async fn what_was_sent_can_be_fetched() {
    let scene = Scene::followed().await;
    scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let create = scene.peer.expect("Create").await;
    let (_, fetched) = scene.a.document(create["id"].as_str().unwrap()).await;
    assert_eq!(fetched, create);
    let (_, note) = scene.a.document(create["object"]["id"].as_str().unwrap()).await;
    assert!(note["@context"].is_array());
    for (name, value) in create["object"].as_object().unwrap() {
        assert_eq!(&note[name], value, "{name}");
    }
}

#[tokio::test]
async fn a_caption_says_what_was_typed_and_runs_nothing() {
    let scene = Scene::followed().await;
    let caption = "<script>alert(1)</script> & \"fog\"\n\nhttps://fog.example/a?b=1&c=2 #Größe #写真";
    scene.ada.post_album(&["photo-dahlia.jpg"], caption, "public", &["Quotes \" and <b>\nlines 写真"]).await;
    let note = scene.peer.expect("Create").await["object"].clone();
    let content = note["content"].as_str().unwrap();
    assert!(
        content.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp;") && !content.contains("<script"),
        "{content}"
    );
    assert!(content.contains("href=\"https://fog.example/a?b=1&amp;c=2\""), "{content}");
    assert_eq!(note["attachment"][0]["name"], "Quotes \" and <b>\nlines 写真");
    let names: Vec<_> = note["tag"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["#Größe", "#写真"]);
    assert_eq!(note["contentMap"]["en"], note["content"]);
}

#[tokio::test]
async fn a_warning_covers_text_and_pictures() {
    let scene = Scene::followed().await;
    let draft = scene.ada.draft(&["photo-dahlia.jpg"]).await;
    let form = scene.ada.form(&draft, &draft).await.set("warning", "Spiders").set("visibility", "public");
    scene.ada.submit(form.set("do", "post")).await;
    let note = scene.peer.expect("Create").await["object"].clone();
    assert_eq!((&note["summary"], &note["sensitive"]), (&"Spiders".into(), &true.into()));
}

#[tokio::test]
async fn an_album_of_more_than_four_links_to_itself_before_its_closing_tags() {
    let scene = Scene::followed().await;
    let files =
        ["orientation-1.jpg", "orientation-2.jpg", "orientation-3.jpg", "orientation-4.jpg", "orientation-5.jpg"];
    let post = scene.ada.post_album(&files, "Many\n\n#fog", "public", &["1", "2", "3", "4", "5"]).await;
    let note = scene.peer.expect("Create").await["object"].clone();
    let alts: Vec<_> = note["attachment"].as_array().unwrap().iter().map(|a| a["name"].as_str().unwrap()).collect();
    assert_eq!(alts, ["1", "2", "3", "4", "5"], "all are there, in order");
    let content = note["content"].as_str().unwrap();
    let (link, tags) = (content.find("Album of 5 photos").unwrap(), content.rfind("#<span>fog").unwrap());
    assert!(link < tags && content.contains(&format!("href=\"https://a.test{}\"", post.path)), "{content}");
}

#[tokio::test]
async fn an_album_of_four_needs_no_link() {
    let scene = Scene::followed().await;
    let files = ["orientation-1.jpg", "orientation-2.jpg", "orientation-3.jpg", "orientation-4.jpg"];
    scene.ada.post_album(&files, "Four", "public", &[]).await;
    let note = scene.peer.expect("Create").await["object"].clone();
    assert_eq!(note["content"], "<p>Four</p>");
}

#[tokio::test]
async fn long_alt_texts_are_shortened_only_behind_the_fourth_photo() {
    let scene = Scene::followed().await;
    let turned = (1..=8).map(|n| format!("orientation-{n}.jpg"));
    let others =
        ["alpha.png", "alpha.webp", "cmyk.jpg", "srgb.jpg", "grey.jpg", "lossless.webp", "lossy.webp", "palette.png"];
    let files: Vec<String> = turned.chain(others.map(str::to_owned)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let alt = "写".repeat(1_999);
    let alts: Vec<&str> = files.iter().map(|_| alt.as_str()).collect();
    scene.ada.post_album(&files, "Words", "public", &alts).await;
    let note = scene.peer.expect("Create").await["object"].clone();
    let lengths: Vec<_> = note["attachment"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["name"].as_str().unwrap_or_default().chars().count())
        .collect();
    assert_eq!(lengths[..4], [1_999; 4]);
    assert!(lengths[4..].iter().all(|length| *length < 1_999), "{lengths:?}");
}

#[tokio::test]
async fn the_longest_post_fits_into_every_inbox() {
    let scene = Scene::followed().await;
    let files: Vec<String> = (1..=20).map(|n| format!("orientation-{}.jpg", n % 8 + 1)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let alt = "写\"".repeat(1_000);
    let alts: Vec<&str> = files.iter().map(|_| alt.as_str()).collect();
    let caption: String = (0..2_000).map(|n| format!("#t{n} ")).collect();
    let caption = &caption[..4_999];
    let post = scene.ada.post_album(&files, caption, "public", &alts).await;
    let create = scene.peer.expect_delivery("Create").await;
    assert!(create.body.len() <= 60_000, "{}", create.body.len());
    let note = create.json.unwrap()["object"].clone();
    assert_eq!((note["tag"].as_array().unwrap().len(), note["attachment"].as_array().unwrap().len()), (60, 20));
    scene.ada.edit(&post, |form| form.set("warning", &"写".repeat(500))).await;
    let update = scene.peer.expect_delivery("Update").await;
    assert!(update.body.len() <= 60_000, "{}", update.body.len());
}

#[tokio::test]
async fn a_mention_of_somebody_elsewhere_reaches_her_though_she_does_not_follow() {
    let scene = Scene::new().await;
    let caption = format!("Look, {}!", scene.bob.handle());
    scene.ada.post_album(&["photo-dahlia.jpg"], &caption, "public", &[]).await;
    let note = scene.peer.expect("Create").await["object"].clone();
    assert!(strings(&note["cc"]).contains(&scene.bob.id.as_str()), "{note}");
    assert_eq!(note["tag"], json!([{ "type": "Mention", "href": scene.bob.id, "name": scene.bob.handle() }]));
    assert!(note["content"].as_str().unwrap().contains("https://peer.test/@bob"), "{note}");
}

#[tokio::test]
async fn an_edit_is_an_update_and_saving_without_change_is_none() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let create = scene.peer.expect("Create").await;
    scene.world().clock().advance(2_000);
    scene.ada.edit(&post, |form| form).await;
    scene.a.quiet().await;
    assert!(scene.peer.deliveries("Update").is_empty(), "nothing changed");
    scene.ada.edit(&post, |form| form.set("caption", "A dahlia")).await;
    let first = scene.peer.expect("Update").await;
    scene.world().clock().advance(2_000);
    scene.ada.edit(&post, |form| form.set("caption", "A red dahlia")).await;
    let second = scene.peer.expect("Update").await;
    assert_ne!(first["id"], second["id"]);
    for update in [&first, &second] {
        assert_eq!(update["object"]["published"], create["object"]["published"]);
        assert_eq!(
            (&update["object"]["to"], &update["object"]["cc"]),
            (&create["object"]["to"], &create["object"]["cc"])
        );
    }
    let at = |update: &Value| update["object"]["updated"].as_str().unwrap().to_owned();
    assert!(at(&second) > at(&first) && at(&first).as_str() > create["object"]["published"].as_str().unwrap());
    let (_, note) = scene.a.document(&post.id).await;
    assert_eq!(note["updated"], second["object"]["updated"]);
}

#[tokio::test]
async fn an_alt_text_alone_is_an_edit_and_a_new_picture_has_a_new_address() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let before = scene.peer.expect("Create").await["object"]["attachment"][0].clone();
    scene
        .ada
        .edit(&post, |form| {
            let photo = form.values("photo")[0].to_owned();
            form.set(&format!("alt_{photo}"), "A dahlia, red")
        })
        .await;
    let described = scene.peer.expect("Update").await["object"]["attachment"][0].clone();
    assert_eq!((&described["name"], &described["url"]), (&"A dahlia, red".into(), &before["url"]));
    scene
        .ada
        .edit(&post, |form| {
            let photo = form.values("photo")[0].to_owned();
            form.set(&format!("remove_{photo}"), "true").file(
                "photos",
                "photo-lake.jpg",
                fixture_bytes("photo-lake.jpg"),
            )
        })
        .await;
    let replaced = scene.peer.expect("Update").await["object"]["attachment"].clone();
    assert_eq!(replaced.as_array().unwrap().len(), 1);
    assert_ne!(replaced[0]["url"], before["url"]);
}

#[tokio::test]
async fn a_delete_reaches_whoever_followed_liked_or_answered() {
    let scene = Scene::among(&["liker.test", "answerer.test"]).await;
    let (liker_host, answerer_host) = (scene.world().peer("liker.test"), scene.world().peer("answerer.test"));
    let (liker, answerer) = (liker_host.actor("liker"), answerer_host.actor("answerer"));
    scene.bob_follows().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.peer.expect("Create").await;
    liker.tell(&scene.inbox, &liker.activity("Like", post.id.as_str())).await;
    let reply = answerer.reply_note("Nice", &post.id, &scene.ada_id);
    answerer.tell(&scene.inbox, &answerer.create(&reply)).await;
    scene.a.quiet().await;
    scene.ada.delete(&post).await;
    for peer in [&scene.peer, &liker_host, &answerer_host] {
        let delete = peer.expect("Delete").await;
        assert_eq!(delete["object"], json!({ "id": post.id, "type": "Tombstone" }));
        assert_eq!(delete["actor"], scene.ada_id);
    }
}

#[tokio::test]
async fn likes_boosts_and_replies_go_to_the_author_and_can_be_taken_back() {
    let scene = Scene::following().await;
    let note = scene.bob.photo_note("Mountains", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    scene.ada.like(&path).await;
    let like = scene.peer.expect_delivery("Like").await;
    assert_eq!((like.target.as_str(), &like.json.as_ref().unwrap()["object"]), ("/users/bob/inbox", &note["id"]));
    scene.ada.react(&path, "unlike").await;
    let undo = scene.peer.expect("Undo").await;
    assert_eq!((&undo["object"]["type"], &undo["object"]["id"]), (&"Like".into(), &like.json.unwrap()["id"]));
    scene.ada.boost(&path).await;
    let announce = scene.peer.expect("Announce").await;
    assert_eq!((&announce["object"], strings(&announce["to"])), (&note["id"], vec![PUBLIC]));
    assert!(strings(&announce["cc"]).contains(&scene.bob.id.as_str()));
    scene.ada.react(&path, "unboost").await;
    let undo = scene.peer.expect("Undo").await;
    assert_eq!((&undo["object"]["type"], &undo["object"]["id"]), (&"Announce".into(), &announce["id"]));
    scene.ada.reply(&path, "Where is this?").await;
    let reply = scene.peer.expect("Create").await["object"].clone();
    assert_eq!(reply["inReplyTo"], note["id"]);
    assert!(
        strings(&reply["cc"]).contains(&scene.bob.id.as_str())
            || strings(&reply["to"]).contains(&scene.bob.id.as_str())
    );
    let mention = reply["tag"].as_array().unwrap().iter().find(|tag| tag["type"] == "Mention").expect("he is told");
    assert_eq!(mention["href"], scene.bob.id);
}

#[tokio::test]
async fn a_boost_is_told_a_server_once_where_followers_and_the_author_share_an_inbox() {
    let scene = Scene::following().await;
    scene.bob_follows().await;
    let note = scene.bob.photo_note("Mountains", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    scene.ada.boost(&path).await;
    scene.a.quiet().await;
    let told = scene.peer.deliveries("Announce");
    assert_eq!(told.iter().map(|delivery| delivery.target.as_str()).collect::<Vec<_>>(), ["/inbox"]);
}

#[tokio::test]
async fn an_unfollow_is_an_undo_of_the_follow_that_was_sent() {
    let scene = Scene::new().await;
    scene.ada.follow(&scene.bob.handle()).await;
    let follow = scene.peer.expect_delivery("Follow").await;
    assert_eq!(
        (follow.target.as_str(), &follow.json.as_ref().unwrap()["object"]),
        ("/users/bob/inbox", &scene.bob.id.as_str().into())
    );
    scene.ada.unfollow(&scene.bob.handle()).await;
    let undo = scene.peer.expect("Undo").await;
    let follow = follow.json.unwrap();
    for name in ["id", "type", "actor", "object"] {
        assert_eq!(undo["object"][name], follow[name], "{name}");
    }
}

#[tokio::test]
async fn what_is_said_to_all_can_be_fetched_by_all_and_what_is_said_to_one_by_her() {
    let scene = Scene::new().await;
    scene.bob.follow(&scene.ada_id).await;
    let accept = scene.peer.expect("Accept").await;
    scene.ada.follow(&scene.bob.handle()).await;
    let follow = scene.peer.expect("Follow").await;
    scene.heard(&scene.bob.activity("Accept", follow.clone())).await;
    let note = scene.bob.photo_note("Mountains", "photo-lake.jpg", "A lake");
    scene.heard(&scene.bob.create(&note)).await;
    let path = scene.ada.sees(&scene.bob.acct()).await;
    scene.ada.boost(&path).await;
    let announce = scene.peer.expect("Announce").await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.ada.edit(&post, |form| form.set("caption", "A dahlia")).await;
    let update = scene.peer.expect("Update").await;
    scene.ada.react(&post.path, "pin").await;
    let add = scene.peer.expect("Add").await;
    for said in [&announce, &update, &add] {
        let (status, found) = scene.a.document(said["id"].as_str().unwrap()).await;
        assert_eq!((status, &found), (200, said));
    }
    let other = scene.peer.actor("other");
    other.tell(&scene.inbox, &other.activity("Like", post.id.as_str())).await;
    for said in [&accept, &follow] {
        let id = said["id"].as_str().unwrap();
        assert_eq!(scene.bob.get(id).await, (200, said.clone()), "whom it was said to");
        assert_eq!(scene.a.document(id).await.0, 404, "nobody in particular");
        assert_eq!(other.get(id).await.0, 404, "somebody else");
        assert_eq!(scene.a.ask(id, "text/html").await.status(), 404, "a browser");
    }
}

#[tokio::test]
async fn a_refusal_by_somebody_who_approves_followers_reaches_who_asked() {
    let scene = Scene::new().await;
    let form = scene.ada.form("/settings", "/settings/profile").await.set("locked", "true");
    scene.ada.submit(form).await;
    let follow = scene.bob.follow(&scene.ada_id).await;
    scene.a.quiet().await;
    assert!(scene.peer.deliveries("Accept").is_empty(), "she is asked first");
    let action = format!("/@{}/reject", scene.bob.acct());
    scene.ada.press("/notifications", &action).await;
    let reject = scene.peer.expect_delivery("Reject").await;
    assert_eq!(reject.target, "/users/bob/inbox");
    let reject = reject.json.unwrap();
    assert_eq!((&reject["actor"], &reject["object"]["id"]), (&scene.ada_id.as_str().into(), &follow["id"]));
    assert_eq!(scene.followers().await, 0);
}

#[tokio::test]
async fn photos_put_in_another_order_are_in_that_order_everywhere() {
    let two = Two::new().await;
    let (post, path) = two.album().await;
    let order =
        async || -> Vec<String> { two.bob.page(&path).await.photos().into_iter().map(|photo| photo.alt).collect() };
    eventually(|| async { order().await == ["A dahlia", "Coffee"] }, "both photos are there").await;
    two.ada
        .edit(&post, |form| {
            let ids: Vec<String> = form.values("photo").into_iter().map(str::to_owned).collect();
            form.set(&format!("order_{}", ids[0]), "2").set(&format!("order_{}", ids[1]), "1")
        })
        .await;
    let note = two.a.document(&post.id).await.1;
    let names: Vec<_> = note["attachment"].as_array().unwrap().iter().map(|a| a["name"].clone()).collect();
    assert_eq!(names, ["Coffee", "A dahlia"]);
    eventually(|| async { order().await == ["Coffee", "A dahlia"] }, "bob sees the other order").await;
}

#[tokio::test]
async fn a_photo_taken_out_of_a_post_is_gone_from_its_address() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_album(&["photo-dahlia.jpg", "photo-coffee.jpg"], "Two", "public", &["1", "2"]).await;
    let before = scene.peer.expect("Create").await["object"]["attachment"].clone();
    scene
        .ada
        .edit(&post, |form| {
            let photo = form.values("photo")[1].to_owned();
            form.set(&format!("remove_{photo}"), "true")
        })
        .await;
    let after = scene.peer.expect("Update").await["object"]["attachment"].clone();
    assert_eq!(after, json!([before[0]]));
    scene.a.quiet().await;
    let status = async |photo: &Value| scene.a.ask(photo["url"].as_str().unwrap(), "*/*").await.status().as_u16();
    assert_eq!((status(&before[0]).await, status(&before[1]).await), (200, 404));
}

#[tokio::test]
async fn a_pin_is_added_to_featured_and_taken_out_again() {
    let scene = Scene::followed().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let featured = format!("{}/collections/featured", scene.ada_id);
    for (deed, kind) in [("pin", "Add"), ("unpin", "Remove")] {
        scene.ada.react(&post.path, deed).await;
        let said = scene.peer.expect(kind).await;
        assert_eq!((&said["object"], &said["target"]), (&post.id.as_str().into(), &featured.as_str().into()));
    }
}

#[tokio::test]
async fn featured_shows_pins_first_and_then_the_newest_public_albums() {
    let scene = Scene::new().await;
    let mut posts = Vec::new();
    for index in 0..12 {
        posts.push(scene.ada.post_photo("orientation-1.jpg", &format!("Photo {index}")).await);
    }
    scene.ada.post_album(&["orientation-1.jpg"], "Quiet", "quiet", &[]).await;
    scene.ada.post_album(&["orientation-1.jpg"], "Private", "followers", &[]).await;
    scene.ada.react(&posts[0].path, "pin").await;
    let (_, featured) = scene.a.document(&format!("{}/collections/featured", scene.ada_id)).await;
    let mut expected = vec![posts[0].id.clone()];
    expected.extend(posts.iter().rev().take(9).map(|post| post.id.clone()));
    assert_eq!(strings(&featured["orderedItems"]), expected);
    let form = scene.ada.form("/settings", "/settings/profile").await.set("featured_albums", "0");
    scene.ada.submit(form).await;
    let (_, featured) = scene.a.document(&format!("{}/collections/featured", scene.ada_id)).await;
    assert_eq!(strings(&featured["orderedItems"]), [&posts[0].id], "only pins, when she wants no more");
}

#[tokio::test]
async fn a_changed_profile_is_told_to_followers_once() {
    let scene = Scene::followed().await;
    for name in ["A", "Ad", "Ada", "Ada L", "Ada L."] {
        let form = scene.ada.form("/settings", "/settings/profile").await.set("name", name);
        scene.ada.submit(form).await;
    }
    scene.a.quiet().await;
    scene.world().clock().advance(10 * 60_000);
    let update = scene.peer.expect("Update").await;
    scene.a.quiet().await;
    assert_eq!(scene.peer.deliveries("Update").len(), 1, "once, with the last word");
    assert_eq!((&update["object"]["id"], &update["object"]["name"]), (&scene.ada_id.as_str().into(), &"Ada L.".into()));
}

#[tokio::test]
async fn without_followers_nothing_is_sent_and_the_post_can_be_fetched() {
    let scene = Scene::new().await;
    let post = scene.ada.post_photo("photo-dahlia.jpg", "A flower").await;
    scene.a.quiet().await;
    assert_eq!(scene.peer.requests(), 0);
    assert_eq!(scene.a.document(&post.id).await.0, 200);
}

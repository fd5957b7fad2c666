//! Documents of other programs, as they are sent.

use super::{id, wire};
use cyanotype::activitypub::visibility::classify;
use cyanotype::activitypub::vocab::{
    Activity, ActivityKind, Actor, ActorKind, Collection, KeyDocument, Note, ObjectRef, PageRef,
};
use cyanotype::activitypub::{KeyId, Visibility, html};
use serde_json::{Value, json};

/// The activity and the note inside it.
fn created(value: &Value) -> (Activity, Note) {
    let activity = Activity::read(value).unwrap();
    assert_eq!(activity.kind, ActivityKind::Create);
    let note = Note::read(activity.object.value().unwrap(), Some(&activity.actor)).unwrap();
    assert_eq!(note.attributed_to, activity.actor);
    (activity, note)
}

fn pictures(note: &Note) -> Vec<(&str, &str)> {
    note.attachments.iter().map(|picture| (picture.url.as_str(), picture.alt.as_str())).collect()
}

#[test]
fn g23_mastodon_note() {
    let (activity, note) = created(&wire!("mastodon/create_note.json"));
    assert_eq!(activity.id.unwrap().as_str(), "https://mastodon.example/users/bob/statuses/115/activity");
    assert_eq!(note.id.as_str(), "https://mastodon.example/users/bob/statuses/115");
    assert_eq!(note.url.as_deref(), Some("https://mastodon.example/@bob/115"));
    assert_eq!((note.summary.as_deref(), note.sensitive), (Some("Heights & ladders"), true));
    assert_eq!((note.published, note.updated), (Some(1_767_607_200_000), Some(1_767_608_400_000)));
    assert_eq!(note.language.as_deref(), Some("en"), "the language whose text is the content");
    assert_eq!(
        pictures(&note),
        [
            ("https://files.mastodon.example/media/1.jpg", "A ladder\nin fog"),
            ("https://files.mastodon.example/media/3.png", ""),
        ]
    );
    let first = &note.attachments[0];
    assert_eq!((first.width, first.height), (Some(3000), Some(2000)));
    assert_eq!(first.focal_point, Some((0.12, -0.3)));
    assert_eq!(first.blurhash.as_deref(), Some("L6PZfSi_.AyE_3t7t7R**0o#DgR4"));
    assert_eq!(
        (note.attachments[1].blurhash.as_deref(), note.attachments[1].media_type.as_deref()),
        (None, Some("image/png"))
    );
    assert_eq!(note.hashtags, ["fog"]);
    assert_eq!(note.mentions[0].href, "https://photos.example/ap/users/1");
    assert_eq!((note.likes_total, note.shares_total), (Some(12), Some(3)));
    assert_eq!(note.replies.unwrap().as_str(), "https://mastodon.example/users/bob/statuses/115/replies");
    assert!(!note.is_reply && !note.is_poll_vote);
    let followers = Some("https://mastodon.example/users/bob/followers");
    assert_eq!(classify(&note.to, &note.cc, followers), Visibility::Public);
}

#[test]
fn g23_gotosocial_note() {
    let (activity, note) = created(&wire!("gotosocial/create_note.json"));
    assert_eq!(activity.id.unwrap().as_str(), "https://gts.example/users/bea/statuses/01H/activity#Create");
    assert_eq!(pictures(&note), [("https://gts.example/fileserver/1/attachment/original/2.jpg", "Rain on a pane")]);
    assert_eq!((note.summary, note.sensitive), (None, false));
    assert_eq!(note.hashtags, ["rain"]);
    assert_eq!(classify(&note.to, &note.cc, Some("https://gts.example/users/bea/followers")), Visibility::Public);
}

#[test]
fn g23_pixelfed_note() {
    let (_, note) = created(&wire!("pixelfed/create_note.json"));
    assert_eq!(
        pictures(&note),
        [
            ("https://pixelfed.example/storage/m/1.jpg", "First bird"),
            ("https://pixelfed.example/storage/m/2.webp", "Second bird"),
        ]
    );
    assert_eq!((note.attachments[1].width, note.attachments[1].height), (None, None));
    assert_eq!(html::sanitize(&note.content).to_plain_text(), "Two birds\nat noon #birds");
    assert_eq!(note.hashtags, ["birds"]);
    let licences: Vec<_> = note.attachments.iter().map(|picture| picture.licence.as_str()).collect();
    assert_eq!(licences, ["CC BY", ""]);
    assert!(note.policy.is_open() || note.policy.reply.is_some());
}

#[test]
fn a_place_of_a_whole_post_is_read_by_its_name_and_country() {
    let mut wire = wire!("pixelfed/create_note.json");
    wire["object"]["location"] =
        json!({"type": "Place", "name": "Bergen", "longitude": "5.32", "latitude": "60.39", "country": "Norway"});
    let (_, note) = created(&wire);
    assert_eq!(note.place.map(|place| place.label()).as_deref(), Some("Bergen, Norway"));
    for odd in [json!("Bergen"), json!({"name": 7}), json!({"type": "Place"}), json!([]), json!({"name": "  "})] {
        wire["object"]["location"] = odd.clone();
        assert_eq!(created(&wire).1.place, None, "{odd}");
    }
}

#[test]
fn g23_vernissage_note() {
    let (_, note) = created(&wire!("vernissage/create_note.json"));
    assert_eq!(pictures(&note), [("https://s3.vernissage.example/a.jpg", "Dunes at noon")]);
    assert_eq!(note.hashtags, ["dunes"]);
    assert_eq!(note.category, "Landscape");
    let picture = &note.attachments[0];
    assert_eq!(picture.place.as_ref().map(|place| place.name.as_str()), Some("Thar"));
    let exif = [("Make", "X".to_owned()), ("Model", "Y".to_owned()), ("FNumber", "2.8".to_owned())];
    assert_eq!(picture.exif, exif, "the newer form, and what only the older one says");
}

#[test]
fn a_text_that_comes_in_several_languages_is_one_of_them_and_says_which() {
    let mut wire = wire!("mastodon/create_note.json");
    let note = wire["object"].as_object_mut().unwrap();
    for name in ["content", "contentMap", "summary", "summaryMap"] {
        note.remove(name);
    }
    note.insert("contentMap".to_owned(), json!({"de": "<p>Nebel</p>", "no": "<p>Tåke</p>"}));
    note.insert("summaryMap".to_owned(), json!({"de": "Wetter", "no": "Vær"}));
    let (_, note) = created(&wire);
    assert_eq!((note.content.as_str(), note.language.as_deref()), ("<p>Nebel</p>", Some("de")));
    assert_eq!(note.summary.as_deref(), Some("Wetter"));
    wire["object"]["content"] = "<p>Tåke</p>".into();
    assert_eq!(created(&wire).1.language.as_deref(), Some("no"), "the one whose text it is");
    wire["object"]["contentMap"] = json!({"und": "<p>Tåke</p>"});
    assert_eq!(created(&wire).1.language, None);
}

#[test]
fn g23_misskey_note() {
    let (_, note) = created(&wire!("misskey/create_note.json"));
    assert_eq!(pictures(&note), [("https://misskey.example/files/1", "IMG_1.webp")]);
    let followers = Some("https://misskey.example/users/9abc/followers");
    assert_eq!(classify(&note.to, &note.cc, followers), Visibility::Quiet);
}

#[test]
fn g23_takahe_note() {
    let (activity, note) = created(&wire!("takahe/create_note.json"));
    assert_eq!(activity.actor.as_str(), "https://takahe.example/@finn@takahe.example/");
    assert_eq!(pictures(&note), [("https://takahe.example/media/1.webp", "One tree")]);
    assert_eq!(note.attachments[0].focal_point, None);
    assert_eq!(classify(&note.to, &note.cc, None), Visibility::Public);
    assert!(note.hashtags.is_empty() && note.mentions.is_empty());
}

#[test]
fn g23_hollo_note_and_accept() {
    let (_, note) = created(&wire!("hollo/create_note.json"));
    assert_eq!(pictures(&note), [("https://media.hollo.example/1.webp", "A cup")]);
    assert_eq!(note.mentions[0].name, "@ada@photos.example");
    let accept = Activity::read(&wire!("hollo/accept.json")).unwrap();
    let follow = accept.object.activity().unwrap();
    assert_eq!((accept.kind, follow.kind), (ActivityKind::Accept, ActivityKind::Follow));
    assert_eq!(follow.actor.as_str(), "https://photos.example/ap/users/1");
    assert_eq!(follow.object.remote_id().unwrap(), accept.actor);
}

#[test]
fn g23_wordpress_article() {
    let note = Note::read(&wire!("wordpress/article.json"), None).unwrap();
    assert_eq!((note.kind.as_str(), note.id.as_str()), ("Article", "https://blog.example/?p=12"));
    let shown = html::sanitize(&note.content);
    assert_eq!(
        shown.to_plain_text(),
        "Six & one mornings\n\nAbout light.\n\nhttps://blog.example/2026/01/six-mornings/"
    );
    assert_eq!(
        pictures(&note),
        [("https://blog.example/wp-content/1.jpg", "First morning"), ("https://blog.example/wp-content/2.jpg", ""),]
    );
    assert_eq!((note.summary, note.sensitive), (None, false), "a summary of an article is no warning");
}

#[test]
fn g23_peertube_video() {
    let note = Note::read(&wire!("peertube/video.json"), None).unwrap();
    assert_eq!(note.attributed_to.as_str(), "https://tube.example/accounts/ivo", "the person, not the channel");
    assert_eq!(note.url.as_deref(), Some("https://tube.example/w/u1"));
    assert_eq!(pictures(&note), [("https://tube.example/t/large.jpg", "")]);
    let channel = id("https://tube.example/video-channels/sea");
    let announced = Note::read(&wire!("peertube/video.json"), Some(&channel)).unwrap();
    assert_eq!(announced.attributed_to, channel, "who speaks, when she is among the authors");
}

#[test]
fn g23_lemmy_page() {
    let note = Note::read(&wire!("lemmy/page.json"), None).unwrap();
    assert_eq!(pictures(&note), [("https://lemmy.example/pictrs/1.jpeg", "")]);
    assert!(html::sanitize(&note.content).to_plain_text().starts_with("Moss\n\n"));
}

#[test]
fn top_level_images_and_polls_are_shown() {
    let base = json!({"id": "https://a.example/1", "attributedTo": "https://a.example/bob"});
    let with = |more: Value| {
        let mut document = base.clone();
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Note::read(&document, None).unwrap()
    };
    let links = json!({"type": "Image", "name": "Fog", "url": [{"type": "Link", "href": "https://a.example/1.jpg", "mediaType": "image/jpeg"}]});
    assert_eq!(pictures(&with(links)), [("https://a.example/1.jpg", "Fog")]);
    let poll =
        json!({"type": "Question", "content": "<p>When?</p>", "oneOf": [{"name": "Dawn <b>"}, {"name": "Dusk"}]});
    let poll = with(poll);
    assert_eq!(html::sanitize(&poll.content).to_plain_text(), "When?");
    let names: Vec<_> = poll.poll.unwrap().options.into_iter().map(|option| option.name).collect();
    assert_eq!(names, ["Dawn <b>", "Dusk"]);
}

#[test]
fn a_poll_is_read_as_each_server_writes_it() {
    let read = |more: Value| {
        let mut document =
            json!({"id": "https://a.example/1", "attributedTo": "https://a.example/bob", "type": "Question"});
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Note::read(&document, None).unwrap()
    };
    let option = |name: &str, votes: Value| json!({"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": votes}});
    let open = read(json!({"oneOf": [option("Dawn", json!(3)), option("  ", json!(1)), option(" Dusk ", Value::Null)],
        "endTime": "2026-01-01T00:00:00Z", "closed": false, "votersCount": 3}))
    .poll
    .unwrap();
    let options: Vec<_> = open.options.iter().map(|o| (o.name.as_str(), o.votes)).collect();
    assert_eq!(options, [("Dawn", Some(3)), (" Dusk ", None)], "byte for byte; what is not told is not nought");
    assert_eq!((open.multiple, open.closed, open.ends, open.voters), (false, false, Some(1_767_225_600_000), Some(3)));
    let over =
        read(json!({"anyOf": [{"name": "Dawn"}], "endTime": "2030-01-01T00:00:00Z", "closed": "2026-01-01T00:00:00Z"}));
    let over = over.poll.unwrap();
    assert_eq!((over.multiple, over.closed, over.ends, over.voters), (true, false, Some(1_767_225_600_000), None));
    let closed = read(json!({"oneOf": {"content": "Alone"}, "closed": true, "votersCount": -1})).poll.unwrap();
    assert_eq!((closed.options[0].name.as_str(), closed.closed, closed.voters), ("Alone", true, None));
    let many = read(json!({"oneOf": [option("Dawn", json!(i64::MAX))]})).poll.unwrap();
    assert_eq!(many.options[0].votes, Some(i64::from(i32::MAX)));
    for none in [
        json!({}),
        json!({"oneOf": []}),
        json!({"oneOf": [1, null, {"name": 7}]}),
        json!({"type": "Note", "oneOf": [{"name": "Dawn"}]}),
    ] {
        assert_eq!(read(none.clone()).poll, None, "{none}");
    }
    let long: String = "x".repeat(501);
    for odd in
        [json!({"oneOf": vec![json!({"name": "Same"}); 101]}), json!({"oneOf": [{"name": long}, {"name": "Short"}]})]
    {
        let note = read(odd);
        assert!(note.poll.is_none() && note.content.contains("<p>○ "), "shown as words: nobody could vote in it");
    }
}

#[test]
fn g8_g9_likes_and_reactions() {
    let like = Activity::read(&wire!("mastodon/like.json")).unwrap();
    assert_eq!(like.id.unwrap().as_str(), "https://mastodon.example/users/bob#likes/9");
    assert_eq!(
        (like.kind, like.object.remote_id()),
        (ActivityKind::Like, Some(id("https://photos.example/ap/posts/1")))
    );
    let reaction = Activity::read(&wire!("misskey/reaction.json")).unwrap();
    assert_eq!((reaction.kind, reaction.content.as_deref()), (ActivityKind::Like, Some(":fog:")));
    assert_eq!(ActivityKind::from_name("EmojiReact"), ActivityKind::Like);
}

#[test]
fn g6_undo_carries_what_is_undone() {
    let undo = Activity::read(&wire!("mastodon/undo_follow.json")).unwrap();
    let follow = undo.object.activity().unwrap();
    assert_eq!((undo.kind, follow.kind), (ActivityKind::Undo, ActivityKind::Follow));
    assert_eq!(follow.actor, undo.actor);
    assert_eq!(undo.object.kind(), Some("Follow"));
}

#[test]
fn d18_the_news_that_somebody_is_gone_is_recognised() {
    assert!(Activity::read(&wire!("mastodon/delete_actor.json")).unwrap().is_about_self());
    for fixture in [wire!("mastodon/like.json"), wire!("mastodon/create_note.json")] {
        assert!(!Activity::read(&fixture).unwrap().is_about_self());
    }
}

#[test]
fn g13_a_vote_is_no_reply() {
    let vote = Activity::read(&wire!("mastodon/vote.json")).unwrap();
    let mut object = vote.object.value().unwrap().clone();
    object["id"] = json!("https://mastodon.example/votes/3");
    let note = Note::read(&object, Some(&vote.actor)).unwrap();
    assert!(note.is_poll_vote && note.is_reply);
    object["content"] = json!("<p>Morning</p>");
    assert!(!Note::read(&object, None).unwrap().is_poll_vote);
}

#[test]
fn g18_a_report_names_several_things() {
    let flag = Activity::read(&wire!("mastodon/flag.json")).unwrap();
    assert_eq!(flag.kind, ActivityKind::Flag);
    let named: Vec<_> = flag.objects.iter().map(|id| id.as_str()).collect();
    assert_eq!(named, ["https://photos.example/ap/users/1", "https://photos.example/ap/posts/1"]);
    assert_eq!(flag.content.as_deref(), Some("Not a photo of fog"));
}

#[test]
fn g21_unknown_activities_are_read_and_left_alone() {
    let view = Activity::read(&wire!("pixelfed/view.json")).unwrap();
    assert_eq!((view.kind, view.id), (ActivityKind::Other("View".to_owned()), None));
    let story = Activity::read(&wire!("pixelfed/story.json")).unwrap();
    assert_eq!((story.kind, story.object.kind()), (ActivityKind::Add, Some("Story")));
    let odd = Activity::read(&json!({"type": "Listen", "actor": "https://a.example/bob"})).unwrap();
    assert_eq!(odd.object, ObjectRef::Embedded { id: None, kind: None, value: Value::Null });
}

#[test]
fn mastodon_actor_is_read() {
    let actor = Actor::read(&wire!("mastodon/actor.json")).unwrap();
    assert_eq!((actor.id.as_str(), actor.kind), ("https://mastodon.example/users/bob", ActorKind::Person));
    assert_eq!((actor.preferred_username.as_str(), actor.webfinger.as_deref()), ("bob", Some("bob@mastodon.example")));
    assert_eq!((actor.name.as_str(), actor.locked, actor.discoverable), ("Bob 🌫", true, true));
    assert_eq!(actor.shared_inbox.as_ref().unwrap().as_str(), "https://mastodon.example/inbox");
    assert_eq!(actor.followers.as_ref().unwrap().as_str(), "https://mastodon.example/users/bob/followers");
    assert_eq!(actor.url.as_deref(), Some("https://mastodon.example/@bob"));
    assert_eq!(actor.icon_url.as_deref(), Some("https://files.mastodon.example/avatars/1.png"));
    assert_eq!((actor.fields.len(), actor.fields[0].name.as_str()), (1, "Site"));
    assert_eq!(actor.also_known_as, [id("https://old.example/users/bob")]);
    assert_eq!((actor.moved_to.as_ref(), actor.published), (None, Some(1_667_606_400_000)));
    let key = actor.public_key().unwrap();
    assert_eq!((key.id.as_str(), &key.owner), ("https://mastodon.example/users/bob#main-key", &actor.id));
    assert!(actor.key(&KeyId::parse("https://mastodon.example/users/bob#other").unwrap()).is_none());
}

#[test]
fn d14_r007_a_key_document_speaks_only_of_the_key_asked_for() {
    let stub = wire!("gotosocial/key_stub.json");
    let wanted = KeyId::parse("https://gts.example/users/bea/main-key").unwrap();
    let found = KeyDocument::read(&stub, &wanted).unwrap();
    assert_eq!(found.key.owner.as_str(), "https://gts.example/users/bea");
    let other = KeyId::parse("https://gts.example/users/eve/main-key").unwrap();
    assert!(KeyDocument::read(&stub, &other).is_err());
    let pem = found.key.text;
    let alone = json!({"id": wanted, "type": "Key", "owner": "https://gts.example/users/bea", "publicKeyPem": pem});
    assert!(KeyDocument::read(&alone, &wanted).is_ok());
    let foreign = json!({"id": wanted, "owner": "https://victim.example/users/bea", "publicKeyPem": pem});
    assert!(KeyDocument::read(&foreign, &wanted).is_err());
}

#[test]
fn featured_collections_are_read() {
    let featured = Collection::read(&wire!("mastodon/featured.json")).unwrap();
    let ids: Vec<_> = featured.items.iter().filter_map(ObjectRef::remote_id).map(|id| id.to_string()).collect();
    assert_eq!(
        ids,
        ["https://mastodon.example/users/bob/statuses/115", "https://mastodon.example/users/bob/statuses/116"]
    );
    assert_eq!(featured.total_items, Some(2));
    let replies = Collection::read(&wire!("mastodon/create_note.json")["object"]["replies"]).unwrap();
    assert_eq!(replies.visible_items().len(), 1);
    assert!(matches!(&replies.first, Some(PageRef::Embedded(page)) if page.next.is_some()));
    let paged = json!({"type": "OrderedCollection", "totalItems": -1, "first": "https://a.example/1"});
    let paged = Collection::read(&paged).unwrap();
    assert!(matches!(paged.first, Some(PageRef::Id(_))) && paged.total_items.is_none());
    let endless: Value = (0..1000).map(|n| json!(format!("https://a.example/{n}"))).collect();
    assert_eq!(Collection::read(&json!({"type": "Collection", "items": endless})).unwrap().items.len(), 200);
    assert!(Collection::read(&json!({"type": "Note"})).is_err());
}

#[test]
fn what_may_be_done_with_a_post_is_read_in_each_form() {
    let read = |member: &str, value: Value| {
        let mut note = json!({
            "id": "https://gts.example/notes/1", "type": "Note", "attributedTo": "https://gts.example/users/a",
            "content": "<p>x</p>",
        });
        note[member] = value;
        Note::read(&note, None).unwrap().policy
    };
    let some = |list: &[&str]| Some(list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    assert!(read("summary", json!("nothing said")).is_open());
    let policy = read(
        "interactionPolicy",
        json!({
            "canReply": { "always": ["https://gts.example/users/a/followers"], "approvalRequired": ["as:Public"] },
            "canLike": { "automaticApproval": "https://gts.example/users/a" },
            "canAnnounce": {},
            "canQuote": { "automaticApproval": [] },
        }),
    );
    assert_eq!(policy.reply, some(&["as:Public", "https://gts.example/users/a/followers"]));
    assert_eq!(policy.like, some(&["https://gts.example/users/a"]));
    assert_eq!(policy.boost, some(&[]));
    assert_eq!(read("commentsEnabled", json!(false)).reply, some(&[]));
    assert!(read("commentsEnabled", json!(true)).is_open());
    let policy =
        read("capabilities", json!({ "announce": "[]", "reply": "https://www.w3.org/ns/activitystreams#Public" }));
    assert_eq!((policy.boost, policy.like), (some(&[]), None));
    for odd in [json!(7), json!("Public"), json!([]), json!({ "canReply": 3 }), json!({ "canLike": [] })] {
        assert!(read("interactionPolicy", odd.clone()).is_open(), "{odd}");
    }
    let many: Vec<String> = (0..100).map(|n| format!("https://gts.example/users/u{n}")).collect();
    let policy = read("interactionPolicy", json!({ "canReply": { "always": many } }));
    assert_eq!(policy.reply.unwrap().len(), 20);
}

#[test]
fn a_quote_is_read_under_each_of_its_names() {
    for name in ["quote", "quoteUrl", "quoteUri", "_misskey_quote"] {
        let mut note = json!({
            "id": "https://m.example/notes/1", "type": "Note", "attributedTo": "https://m.example/users/a", "content": "",
        });
        note[name] = "https://photos.example/ap/posts/1".into();
        let note = Note::read(&note, None).unwrap();
        assert_eq!(note.quotes.unwrap(), "https://photos.example/ap/posts/1", "{name}");
    }
}

//! What we say, measured by those who have to understand it.

use super::at;
use super::validators::{actor_for_everybody, mastodon_note, post_for_everybody, vernissage_activity};
use super::vector;
use cyanotype::activitypub::html::to_plain_text;
use cyanotype::activitypub::render::activity::{self, ReceivedFollow, ReceivedQuoteRequest};
use cyanotype::activitypub::render::actor::{Application, Field, Person, Picture, application, person};
use cyanotype::activitypub::render::collection;
use cyanotype::activitypub::render::note::{Hashtag, Mention, Photo, Post, create, delete, note, tombstone, update};
use cyanotype::activitypub::text::{self, Links};
use cyanotype::activitypub::visibility::addressing;
use cyanotype::activitypub::vocab::{Activity, ActivityKind, Actor, Collection, Note};
use cyanotype::activitypub::{AS_CONTEXT, PUBLIC, Visibility};
use serde_json::{Value, json};

pub(super) const ADA: &str = "https://photos.example/ap/users/1";
const BOB: &str = "https://mastodon.example/users/bob";

struct Absolute;

impl Links for Absolute {
    fn hashtag(&self, key: &str) -> Option<String> {
        Some(format!("https://photos.example/tags/{key}"))
    }
    fn mention(&self, mention: &text::Mention) -> Option<String> {
        Some(format!("https://{}/@{}", mention.host.as_deref().unwrap_or("photos.example"), mention.user))
    }
}

pub(super) fn photo(number: usize, alt: &str) -> Photo {
    Photo {
        url: format!("https://media.photos.example/p/{number}.jpg"),
        alt: Some(alt.to_owned()),
        blurhash: Some("L6PZfSi_.AyE_3t7t7R**0o#DgR4".to_owned()),
        width: 3000,
        height: 2000,
        focal_point: Some((0.12, -0.3)),
        ..Photo::default()
    }
}

pub(super) fn post(caption: &str, visibility: Visibility, photos: Vec<Photo>) -> Post {
    let (to, cc) = addressing(visibility, &format!("{ADA}/followers"), &[]);
    let id = "https://photos.example/ap/posts/5".to_owned();
    Post {
        author: ADA.to_owned(),
        url: "https://photos.example/@ada/5".to_owned(),
        published: 1_767_607_200_000,
        to,
        cc,
        content: text::to_html(caption, &Absolute),
        language: Some("en".to_owned()),
        photos,
        hashtags: text::hashtags(caption)
            .into_iter()
            .map(|(key, name)| Hashtag { href: format!("https://photos.example/tags/{key}"), name })
            .collect(),
        replies: format!("{id}/replies"),
        likes: format!("{id}/likes"),
        shares: format!("{id}/shares"),
        id,
        ..Post::default()
    }
}

pub(super) fn bytes(document: &Value) -> Vec<u8> {
    serde_json::to_vec(document).unwrap()
}

#[test]
fn e1_e11_every_peer_takes_a_post_with_one_photo() {
    let post = post("Harbour, six in the morning.\n#fog #Été", Visibility::Public, vec![photo(1, "A red boat")]);
    let activity = create(&post);
    let shown = post_for_everybody(&bytes(&activity)).unwrap();
    assert_eq!(shown.visibility, "public");
    assert_eq!(shown.pictures, [("https://media.photos.example/p/1.jpg".to_owned(), "A red boat".to_owned())]);
    assert_eq!(shown.tag_bar, ["#fog", "#été"]);
    assert_eq!(shown.text, "Harbour, six in the morning.\n\n#fog #Été");
    assert_eq!((shown.warning, shown.language.as_deref()), (None, Some("en")));
    assert_eq!(at(&activity, "/id"), "https://photos.example/ap/posts/5/activity");
    assert_eq!(at(&activity, "/object/published"), "2026-01-05T10:00:00.000Z");
    assert_eq!(at(&activity, "/object/interactionPolicy/canQuote/automaticApproval"), &json!([ADA]));
    assert!(activity.pointer("/object/updated").is_none() && activity.pointer("/object/name").is_none());
    assert_eq!(at(&activity, "/object/attachment/0/width"), 3000);
    assert_eq!(at(&activity, "/object/attachment/0/focalPoint"), &json!([0.12, -0.3]));
}

#[test]
fn e2_what_is_fetched_is_what_was_delivered() {
    let post = post("Harbour", Visibility::Public, (1..=16).map(|n| photo(n, &"x".repeat(9000))).collect());
    let (mut fetched, delivered) = (note(&post), create(&post));
    assert_eq!(fetched["@context"], delivered["@context"]);
    fetched.as_object_mut().unwrap().remove("@context");
    assert_eq!(fetched, delivered["object"]);
    mastodon_note(&note(&post)).unwrap();
    let update = update(&post, "https://photos.example/ap/posts/5#updates/1");
    assert_eq!(update["object"], delivered["object"]);
}

#[test]
fn e3_more_than_four_photos_add_a_link_to_all() {
    let with = |count: usize, caption: &str| {
        create(&post(caption, Visibility::Public, (1..=count).map(|n| photo(n, "alt")).collect()))
    };
    let shown = post_for_everybody(&bytes(&with(16, "Walk\n#fog"))).unwrap();
    assert_eq!(shown.text, "Walk\n\nAlbum of 16 photos\n\n#fog");
    assert_eq!(shown.tag_bar, ["#fog"], "the tags still come last");
    assert_eq!(shown.pictures.len(), 4);
    assert!(shown.pictures[0].0.ends_with("/1.jpg") && shown.pictures[3].0.ends_with("/4.jpg"));
    let sixteen = with(16, "Walk");
    assert_eq!(at(&sixteen, "/object/attachment").as_array().unwrap().len(), 16);
    assert_eq!(to_plain_text(at(&sixteen, "/object/content").as_str().unwrap()), "Walk\n\nAlbum of 16 photos");
    assert!(at(&sixteen, "/object/content").as_str().unwrap().contains("href=\"https://photos.example/@ada/5\""));
    assert_eq!(at(&sixteen, "/object/content"), at(&sixteen, "/object/contentMap/en"));
    assert_eq!(to_plain_text(at(&with(5, "")["object"], "/content").as_str().unwrap()), "Album of 5 photos");
    assert_eq!(to_plain_text(at(&with(4, "Walk")["object"], "/content").as_str().unwrap()), "Walk");
    // A last paragraph with more than tags in it stays where it is.
    let mixed = with(5, "Walk\n\nin the #fog");
    assert!(to_plain_text(at(&mixed, "/object/content").as_str().unwrap()).ends_with("Album of 5 photos"));
}

#[test]
fn rule_22_sixteen_long_descriptions_fit_into_every_inbox() {
    for unit in ["x", "霧", "\"", "\n", "👩‍👩‍👧"] {
        let long = unit.repeat(10_000 / unit.chars().count());
        let photos: Vec<Photo> = (1..=16).map(|n| photo(n, if n <= 4 { "short" } else { &long })).collect();
        let mut post = post("Walk\n#fog", Visibility::Public, photos);
        post.updated = Some(1_767_700_000_000);
        let id = format!("{}#updates/{}", post.id, 1_767_700_000);
        for activity in [create(&post), update(&post, &id)] {
            let body = bytes(&activity);
            assert!(body.len() <= 60_000 && body.len() > 50_000, "{unit:?}: {}", body.len());
            post_for_everybody(&body).unwrap();
            let alt = |n: usize| activity["object"]["attachment"][n]["name"].as_str().unwrap();
            assert_eq!(alt(3), "short", "the four photos everybody shows keep theirs");
            assert!(alt(4).ends_with('…') && alt(15).ends_with('…'));
        }
    }
    // Even when it is the first four that are too long.
    let first = post("", Visibility::Public, (1..=4).map(|n| photo(n, &"霧".repeat(10_000))).collect());
    assert!(bytes(&create(&first)).len() <= 60_000);
    // What fits is left alone.
    let fine = post("", Visibility::Public, (1..=16).map(|n| photo(n, &"x".repeat(1500))).collect());
    assert_eq!(at(&create(&fine), "/object/attachment/15/name").as_str().unwrap().len(), 1500);
}

#[test]
fn rule_22_the_language_gives_way_before_the_first_four_descriptions() {
    let caption = "𝒻".repeat(5_000);
    let photos: Vec<Photo> = (1..=20).map(|n| photo(n, &"霧".repeat(2_000))).collect();
    let activity = create(&post(&caption, Visibility::Public, photos));
    assert!(bytes(&activity).len() <= 60_000, "{}", bytes(&activity).len());
    let note = &activity["object"];
    assert!(note.get("contentMap").is_none() && note["content"].as_str().unwrap().contains(&caption));
    let length = |n: usize| note["attachment"][n]["name"].as_str().unwrap().chars().count();
    assert_eq!([0, 1, 2, 3].map(length), [2_000; 4]);
    assert!(length(4) > 100 && length(4) < 2_000, "{}", length(4));
}

#[test]
fn rule_22_no_caption_is_too_long_for_an_inbox() {
    let tags: String = (0..5_000).map(|n| format!("#t{n} ")).collect();
    let wide: String = (0..5_000).map(|n| format!("#{n}{} ", "写".repeat(76))).collect();
    let captions =
        ["#a ", "\"", "&", "a\n\n", "𝒻", "https://a.example ", "https://a.example/写写写写写写写写写写写写写写写 "];
    let captions = captions.into_iter().map(|unit| unit.repeat(5_000)).chain([tags, wide]);
    for caption in captions {
        let caption: String = caption.chars().take(5_000).collect();
        let photos: Vec<Photo> = (1..=20).map(|n| photo(n, &"𝒻".repeat(2_000))).collect();
        let mut post = post(&caption, Visibility::Public, photos);
        post.updated = Some(1_767_700_000_000);
        for activity in [create(&post), update(&post, "https://photos.example/ap/activities/7208942345680224256")] {
            let start: String = caption.chars().take(12).collect();
            assert!(bytes(&activity).len() <= 60_000, "{start:?}: {}", bytes(&activity).len());
        }
    }
}

#[test]
fn e4_descriptions_survive_as_they_are() {
    let alt = "First line\nsecond \"line\" <b>&amp; \\ 霧 👩‍👩‍👧 ".to_owned() + &"x".repeat(2500);
    let silent = Photo { alt: None, blurhash: Some(String::new()), focal_point: None, ..photo(2, "") };
    let activity = create(&post("x", Visibility::Public, vec![photo(1, &alt), silent]));
    let read = Note::read(&activity["object"], None).unwrap();
    assert_eq!(read.attachments[0].alt, alt.trim());
    for absent in ["name", "blurhash", "focalPoint"] {
        assert!(activity["object"]["attachment"][1].get(absent).is_none(), "{absent}");
    }
    post_for_everybody(&bytes(&activity)).unwrap();
}

#[test]
fn e8_e9_mentions_and_warnings() {
    let mut post = post("with @bob@mastodon.example", Visibility::Public, vec![photo(1, "x")]);
    (post.to, post.cc) = addressing(Visibility::Public, &format!("{ADA}/followers"), &[BOB.to_owned()]);
    post.mentions = vec![Mention { actor: BOB.to_owned(), name: "@bob@mastodon.example".to_owned() }];
    (post.warning, post.sensitive) = (Some("Heights".to_owned()), true);
    let activity = create(&post);
    let shown = post_for_everybody(&bytes(&activity)).unwrap();
    assert_eq!(shown.warning.as_deref(), Some("Heights"));
    assert!(at(&activity, "/cc").as_array().unwrap().contains(&json!(BOB)));
    assert_eq!(
        at(&activity, "/object/tag/0"),
        &json!({"type": "Mention", "href": BOB, "name": "@bob@mastodon.example"})
    );
    assert!(at(&activity, "/object/content").as_str().unwrap().contains("class=\"h-card\""));
    assert_eq!(at(&activity, "/object/sensitive"), true);
    post.warning = Some(String::new());
    assert_eq!(at(&create(&post), "/object/summary"), &Value::Null);
}

#[test]
fn i2_each_visibility_is_shown_as_meant() {
    let table = [(Visibility::Public, "public"), (Visibility::Quiet, "unlisted"), (Visibility::Followers, "private")];
    for (visibility, expected) in table {
        let shown = post_for_everybody(&bytes(&create(&post("x", visibility, vec![photo(1, "x")])))).unwrap();
        assert_eq!(shown.visibility, expected);
    }
    let mut direct = post("x", Visibility::Mentioned, vec![photo(1, "x")]);
    (direct.to, direct.cc) = addressing(Visibility::Mentioned, ADA, &[BOB.to_owned()]);
    let activity = create(&direct);
    assert_eq!(post_for_everybody(&bytes(&activity)).unwrap().visibility, "direct");
    assert!(!activity.to_string().contains(PUBLIC) && !activity.to_string().contains("/followers\""));
}

#[test]
fn h1_an_edit_says_when() {
    let mut post = post("x", Visibility::Public, vec![photo(1, "x")]);
    post.updated = Some(post.published + 60_000);
    let edit = update(&post, "https://photos.example/ap/posts/5#updates/1");
    post_for_everybody(&bytes(&edit)).unwrap();
    assert_eq!(
        (at(&edit, "/type"), at(&edit, "/object/updated")),
        (&json!("Update"), &json!("2026-01-05T10:01:00.000Z"))
    );
    assert_eq!(at(&edit, "/object/published"), "2026-01-05T10:00:00.000Z");
}

#[test]
fn h5_deletions_carry_a_tombstone() {
    let to = [PUBLIC.to_owned()];
    let gone = delete("https://photos.example/ap/posts/5", ADA, &to, &[]);
    assert_eq!(at(&gone, "/object"), &json!({"id": "https://photos.example/ap/posts/5", "type": "Tombstone"}));
    assert_eq!(at(&gone, "/id"), "https://photos.example/ap/posts/5#delete");
    vernissage_activity(&gone).unwrap();
    let grave = tombstone("https://photos.example/ap/posts/5", Some(0));
    assert_eq!(
        (at(&grave, "/type"), at(&grave, "/deleted")),
        (&json!("Tombstone"), &json!("1970-01-01T00:00:00.000Z"))
    );
}

fn ada() -> Person {
    let pem: Vec<&str> = vector::PUBLIC_SPKI.as_bytes().chunks(64).map(|l| std::str::from_utf8(l).unwrap()).collect();
    let below = |path: &str| format!("{ADA}/{path}");
    Person {
        id: ADA.to_owned(),
        username: "ada".to_owned(),
        handle: "ada@photos.example".to_owned(),
        url: "https://photos.example/@ada".to_owned(),
        inbox: below("inbox"),
        outbox: below("outbox"),
        followers: below("followers"),
        following: below("following"),
        featured: below("collections/featured"),
        featured_tags: below("collections/tags"),
        shared_inbox: "https://photos.example/ap/inbox".to_owned(),
        public_key_id: format!("{ADA}#main-key"),
        public_key_pem: format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", pem.join("\n")),
        published: 1_767_225_600_000,
        attribution_domains: vec!["photos.example".to_owned()],
        ..Person::default()
    }
}

#[test]
fn b4_every_peer_takes_our_actors() {
    let picture = || {
        Some(Picture {
            url: "https://media.photos.example/a.jpg".to_owned(),
            media_type: "image/jpeg".to_owned(),
            alt: Some("Ada".to_owned()),
        })
    };
    let field = Field { name: "Site".to_owned(), value: text::field_to_html("https://ada.example/", &Absolute) };
    let variants = [
        ada(),
        Person { name: "Ada 🌫 <b>".to_owned(), summary: text::to_html("In the #fog", &Absolute), ..ada() },
        Person { icon: picture(), image: picture(), fields: vec![field], ..ada() },
        Person { locked: true, discoverable: true, indexable: true, memorial: true, ..ada() },
        Person { ed25519: multikey(ADA), ..ada() },
        Person { moved_to: Some(BOB.to_owned()), also_known_as: vec![BOB.to_owned()], suspended: true, ..ada() },
    ];
    for variant in &variants {
        let document = person(variant);
        actor_for_everybody(&document).unwrap();
        let read = Actor::read(&document).unwrap();
        assert_eq!((read.id.as_str(), read.preferred_username.as_str()), (ADA, "ada"));
        assert_eq!(read.webfinger.as_deref(), Some("ada@photos.example"));
        assert_eq!(read.public_key().unwrap().id.as_str(), variant.public_key_id);
        let other = read.other_keys().map(|key| (key.id.to_string(), key.text.clone())).next();
        assert_eq!(other, variant.ed25519, "an Ed25519 key stands beside the RSA key, not in its place");
        assert!(document["publicKey"].is_object(), "one key, as several peers read only one");
        assert_eq!((read.locked, read.suspended), (variant.locked, variant.suspended));
        assert_eq!(read.moved_to.map(String::from), variant.moved_to);
        assert_eq!(read.shared_inbox.unwrap().as_str(), variant.shared_inbox);
        let edit = activity::update_actor(&format!("{ADA}#updates/1"), ADA, document);
        vernissage_activity(&edit).unwrap();
        assert!(Activity::read(&edit).unwrap().is_about_self());
        assert!(edit["object"].get("@context").is_none() && edit["@context"].is_array());
    }
}

/// Id and text of an Ed25519 key of this actor.
fn multikey(actor: &str) -> Option<(String, String)> {
    Some((format!("{actor}#ed25519-key"), "z6MkmM42vxfqZQsv4ehtTjFFxQ4sQKS2w6WR7emozFAn5cxu".to_owned()))
}

#[test]
fn the_servers_own_actor_is_an_application() {
    let server = Application {
        id: "https://photos.example/actor".to_owned(),
        host: "photos.example".to_owned(),
        handle_host: "photos.example".to_owned(),
        name: "Photos".to_owned(),
        url: "https://photos.example/".to_owned(),
        inbox: "https://photos.example/actor/inbox".to_owned(),
        outbox: "https://photos.example/actor/outbox".to_owned(),
        shared_inbox: "https://photos.example/ap/inbox".to_owned(),
        public_key_id: "https://photos.example/actor#main-key".to_owned(),
        public_key_pem: ada().public_key_pem,
        ed25519: multikey("https://photos.example/actor"),
    };
    let document = application(&server);
    actor_for_everybody(&document).unwrap();
    assert_eq!(
        (at(&document, "/type"), at(&document, "/preferredUsername")),
        (&json!("Application"), &json!("photos.example"))
    );
    assert_eq!(at(&document, "/manuallyApprovesFollowers"), true);
    Actor::read(&document).unwrap();
}

#[test]
fn g1_an_accept_repeats_the_follow() {
    let follow = ReceivedFollow {
        id: "https://mastodon.example/abc".to_owned(),
        follower: BOB.to_owned(),
        followed: ADA.to_owned(),
    };
    let id = format!("{ADA}/accepts/1");
    for (document, kind) in [(activity::accept(&id, &follow), "Accept"), (activity::reject(&id, &follow), "Reject")] {
        vernissage_activity(&document).unwrap();
        assert_eq!((at(&document, "/type"), at(&document, "/actor")), (&json!(kind), &json!(ADA)));
        assert_eq!(at(&document, "/to"), &json!([BOB]));
        let expected = json!({"id": follow.id, "type": "Follow", "actor": BOB, "object": ADA});
        assert_eq!(at(&document, "/object"), &expected);
    }
}

#[test]
fn activities_read_as_what_they_are() {
    let post = "https://mastodon.example/users/bob/statuses/9";
    let id = |name: &str| format!("{ADA}/{name}/1");
    let (to, cc) = addressing(Visibility::Public, &format!("{ADA}/followers"), &[BOB.to_owned()]);
    let follow = activity::follow(&id("follows"), ADA, BOB);
    let like = activity::like(&id("likes"), ADA, post, BOB);
    let boost = activity::announce(&id("boosts"), ADA, post, 1_767_607_200_000, &to, &cc);
    let featured = format!("{ADA}/collections/featured");
    let all = [
        (follow.clone(), ActivityKind::Follow),
        (like.clone(), ActivityKind::Like),
        (boost.clone(), ActivityKind::Announce),
        (activity::undo(&id("undo"), like.clone()), ActivityKind::Undo),
        (activity::undo(&id("undo"), follow), ActivityKind::Undo),
        (activity::undo(&id("undo"), boost.clone()), ActivityKind::Undo),
        (activity::add(&id("pins"), ADA, post, &featured), ActivityKind::Add),
        (activity::remove(&id("unpins"), ADA, post, &featured), ActivityKind::Remove),
        (activity::block(&id("blocks"), ADA, BOB), ActivityKind::Block),
        (activity::move_to(&id("moves"), ADA, BOB, &cc[0]), ActivityKind::Move),
        (activity::flag(&id("reports"), ADA, BOB, &[post.to_owned()], "Not a photo"), ActivityKind::Flag),
        (activity::delete_actor(ADA), ActivityKind::Delete),
        (activity::delete_actor_as_object(ADA), ActivityKind::Delete),
    ];
    for (document, kind) in &all {
        vernissage_activity(document).unwrap();
        let read = Activity::read(document).unwrap();
        assert_eq!((&read.kind, read.actor.as_str()), (kind, ADA));
        assert_eq!(at(document, "/@context"), AS_CONTEXT);
        assert!(at(document, "/to").is_array());
    }
    let undone = at(&all[3].0, "/object");
    assert_eq!((at(undone, "/id"), at(undone, "/object")), (&json!(id("likes")), &json!(post)));
    assert!(undone.get("@context").is_none());
    assert_eq!(at(&all[5].0, "/cc"), at(&boost, "/cc"), "an Undo goes where the boost went");
    assert_eq!(at(&boost, "/object"), post);
    let (plain, object) = (&all[11].0, &all[12].0);
    assert_eq!((at(plain, "/object"), at(object, "/object")), (&json!(ADA), &json!({"id": ADA, "type": "Person"})));
    assert_ne!(at(plain, "/id"), at(object, "/id"));
}

#[test]
fn g17_a_request_to_quote_is_answered_whole() {
    let request = ReceivedQuoteRequest {
        id: "https://mastodon.example/q/1".to_owned(),
        actor: BOB.to_owned(),
        object: "https://photos.example/ap/posts/5".to_owned(),
        instrument: "https://mastodon.example/users/bob/statuses/10".to_owned(),
    };
    let answer = activity::reject_quote(&format!("{ADA}/rejects/1"), ADA, &request);
    assert_eq!(at(&answer, "/object/type"), "QuoteRequest");
    assert_eq!(at(&answer, "/object/instrument"), request.instrument.as_str());
}

#[test]
fn b5_b6_collections_have_their_shape() {
    let id = format!("{ADA}/followers");
    let first = format!("{id}?page=1");
    let shown = collection::ordered(&id, Some(61), Some(&first));
    assert_eq!((at(&shown, "/first"), at(&shown, "/totalItems")), (&json!(first), &json!(61)));
    let hidden = collection::ordered(&id, None, None);
    assert!(hidden.get("first").is_none() && hidden.get("totalItems").is_none());
    let page = collection::ordered_page(&first, &id, None, Some(&id), vec![json!(BOB)]);
    assert_eq!(at(&page, "/partOf"), id.as_str());
    assert!(page.get("next").is_none());
    assert_eq!(Collection::read(&page).unwrap().items.len(), 1);
    let photo = post("x", Visibility::Public, vec![photo(1, "x")]);
    let featured = collection::ordered_items(&id, vec![note(&photo)]);
    assert!(featured["orderedItems"][0].get("@context").is_none());
    let likes = collection::count(&photo.likes, 3);
    assert!(likes.get("items").is_none() && likes.get("first").is_none());
    let replies = collection::replies(&photo.replies, &format!("{}?page=1", photo.replies));
    assert!(at(&replies, "/first").is_string());
    let answers =
        collection::replies_page(&format!("{}?page=1", photo.replies), &photo.replies, None, vec![json!(BOB)]);
    assert_eq!(at(&answers, "/items/0"), BOB);
    let tags = collection::featured_tags(&id, &[("fog".to_owned(), "https://photos.example/tags/fog".to_owned())]);
    assert_eq!(at(&tags, "/items/0/name"), "#fog");
    for document in [shown, hidden, page, featured, likes, replies, answers, tags] {
        assert_eq!(at(&document, "/@context"), AS_CONTEXT);
    }
}

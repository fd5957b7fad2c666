//! What no document may do, and what is left out of those that try.

use super::{id, vector, wire};
use crate::support::Stopwatch;
use cyanotype::activitypub::vocab::attachment::MAX_LICENCE;
use cyanotype::activitypub::vocab::attachment::is_blurhash;
use cyanotype::activitypub::vocab::emoji::{MAX_EMOJI, MAX_SHORTCODE};
use cyanotype::activitypub::vocab::exif::{MAX_EXIF, MAX_EXIF_VALUE};
use cyanotype::activitypub::vocab::note::MAX_CATEGORY;
use cyanotype::activitypub::vocab::place::MAX_PLACE;
use cyanotype::activitypub::vocab::{
    Activity, ActivityKind, Actor, ActorKind, MAX_DEPTH, MAX_DOCUMENT, MAX_VALUES, Note, ReadError, parse,
};
use serde_json::{Value, json};
use std::time::Duration;

/// Bob's document with one member set, or taken away by `null`.
fn bob_with(name: &str, value: Value) -> Result<Actor, ReadError> {
    let mut document = wire!("mastodon/actor.json");
    document[name] = value;
    Actor::read(&document)
}

#[test]
fn r016_an_actor_needs_an_inbox_of_its_own() {
    for inbox in [json!(null), json!("http://mastodon.example/inbox"), json!("x"), json!(7), json!({"a": "b"})] {
        assert!(bob_with("inbox", inbox.clone()).is_err(), "{inbox}");
    }
    assert_eq!(bob_with("inbox", json!("https://evil.example/inbox")), Err(ReadError::ForeignHost("inbox")));
    for name in ["outbox", "followers", "following", "featured"] {
        let actor = bob_with(name, json!("https://evil.example/x")).unwrap();
        let left = [&actor.outbox, &actor.followers, &actor.following, &actor.featured];
        assert_eq!(left.iter().filter(|address| address.is_some()).count(), 3, "{name}");
    }
    let shared = |address: &str| bob_with("endpoints", json!({"sharedInbox": address})).unwrap().shared_inbox;
    for foreign in
        ["https://evil.example/inbox", "https://xmastodon.example/inbox", "http://mastodon.example/inbox", ""]
    {
        assert_eq!(shared(foreign), None, "{foreign}");
    }
    for own in ["https://mastodon.example/inbox", "https://ap.mastodon.example/inbox"] {
        assert!(shared(own).is_some(), "{own}");
    }
}

#[test]
fn r018_r019_values_of_a_wrong_kind_are_left_out() {
    for url in
        ["javascript:alert(1)", "data:text/html,x", "https://evil.example/@bob", "https://mastodon.example:8443/@bob"]
    {
        assert_eq!(bob_with("url", json!(url)).unwrap().url, None, "{url}");
    }
    let links = json!([{"type": "Link", "href": "https://mastodon.example/feed", "mediaType": "application/atom+xml"},
        {"type": "Link", "href": "https://mastodon.example/@bob", "mediaType": "text/html"}]);
    assert_eq!(bob_with("url", links).unwrap().url.as_deref(), Some("https://mastodon.example/@bob"));
    for icon in [json!("javascript:x"), json!({"url": "data:x"}), json!({"url": 7}), json!([]), json!(7), json!({})] {
        assert_eq!(bob_with("icon", icon.clone()).unwrap().icon_url, None, "{icon}");
    }
    for icon in
        [json!([{"type": "Image", "url": [{"href": "https://a.example/1.png"}]}]), json!("https://a.example/1.png")]
    {
        assert_eq!(bob_with("icon", icon).unwrap().icon_url.as_deref(), Some("https://a.example/1.png"));
    }
    assert_eq!(bob_with("name", json!({"a": "b"})).unwrap().name, "");
    assert!(!bob_with("manuallyApprovesFollowers", json!("true")).unwrap().locked);
    for id in [json!(null), json!("https://evil.example@mastodon.example/"), json!(["a", "b"])] {
        assert!(bob_with("id", id.clone()).is_err(), "{id}");
    }
    for kind in [json!("Note"), json!(null), json!(7)] {
        assert!(bob_with("type", kind.clone()).is_err(), "{kind}");
    }
    assert_eq!(bob_with("type", json!(["x", "Service"])).unwrap().kind, ActorKind::Service);
}

#[test]
fn r007_keys_of_others_are_left_out() {
    let document = wire!("mastodon/actor.json");
    let pem = document["publicKey"]["publicKeyPem"].clone();
    let key = |id: &str, owner: &str| json!({"id": id, "owner": owner, "publicKeyPem": pem});
    let bob = "https://mastodon.example/users/bob";
    let bad = [
        key("https://evil.example/k", bob),
        key("https://mastodon.example/users/bob#main-key", "https://mastodon.example/users/eve"),
        json!({"id": bob, "owner": bob, "publicKeyPem": "nonsense"}),
        json!("https://mastodon.example/users/bob#main-key"),
        json!(null),
    ];
    for bad in bad {
        assert!(bob_with("publicKey", bad.clone()).unwrap().public_keys.is_empty(), "{bad}");
    }
    let two = json!([key("https://evil.example/k", bob), key(&format!("{bob}#a"), bob), key(&format!("{bob}#b"), bob)]);
    assert_eq!(bob_with("publicKey", two).unwrap().public_keys.len(), 2);
    assert!(pem.as_str().unwrap().replace('\n', "").contains(vector::PUBLIC_SPKI));
}

#[test]
fn user_names_are_names() {
    for name in ["bob", "Bob_2", "bob.smith", "a-b", "photos.example", "боб"] {
        assert!(bob_with("preferredUsername", json!(name)).is_ok(), "{name}");
    }
    for name in ["", "bob smith", "bob@evil.example", "../bob", "<b>", ".bob", "bob-", "a/b", "a\u{202e}b"] {
        assert!(bob_with("preferredUsername", json!(name)).is_err(), "{name}");
    }
    assert_eq!(bob_with("preferredUsername", json!(null)).unwrap().preferred_username, "bob", "from webfinger");
}

#[test]
fn r052_a_profile_is_cut_to_its_limits() {
    assert_eq!(bob_with("name", json!("é".repeat(2049))).unwrap().name.chars().count(), 2048);
    assert_eq!(bob_with("name", json!("two\nlines\u{7}")).unwrap().name, "two lines");
    assert!(bob_with("summary", json!("é".repeat(20_000))).unwrap().summary.len() <= 20_000);
    let field = json!({"type": "PropertyValue", "name": "n".repeat(3000), "value": "é".repeat(3000)});
    let actor = bob_with("attachment", Value::Array(vec![field; 51])).unwrap();
    assert_eq!(actor.fields.len(), 50);
    assert!(actor.fields[0].name.len() == 2047 && actor.fields[0].value.len() <= 2047);
    let aliases: Vec<Value> = (0..257).map(|number| json!(format!("https://a.example/{number}"))).collect();
    assert_eq!(bob_with("alsoKnownAs", Value::Array(aliases)).unwrap().also_known_as.len(), 256);
    assert_eq!(bob_with("alsoKnownAs", json!("https://a.example/1")).unwrap().also_known_as.len(), 1);
}

/// A note with one member set.
fn note_with(name: &str, value: Value) -> Result<Note, ReadError> {
    let mut document = wire!("mastodon/create_note.json")["object"].clone();
    document[name] = value;
    Note::read(&document, None)
}

#[test]
fn r053_a_note_is_cut_to_its_limits() {
    let picture = |number: usize| json!({"type": "Image", "mediaType": "image/jpeg", "url": format!("https://a.example/{number}.jpg")});
    let many = note_with("attachment", (0..1000).map(picture).collect()).unwrap();
    assert_eq!((many.attachments.len(), many.attachments[31].url.as_str()), (32, "https://a.example/31.jpg"));
    let tags = |kind: &str| -> Value {
        (0..2000)
            .map(|n| json!({"type": kind, "name": format!("#t{n}"), "href": format!("https://a.example/{n}")}))
            .collect()
    };
    assert_eq!(note_with("tag", tags("Hashtag")).unwrap().hashtags.len(), 100);
    assert_eq!(note_with("tag", tags("Mention")).unwrap().mentions.len(), 100);
    let long = "霧".repeat(100_000);
    assert!(note_with("content", json!(long)).unwrap().content.len() <= 100_000);
    assert_eq!(note_with("summary", json!(long)).unwrap().summary.unwrap().chars().count(), 2000);
    let addresses: Value = (0..5000).map(|n| json!(format!("https://a.example/{n}"))).collect();
    assert_eq!(note_with("to", addresses).unwrap().to.len(), 1000);
    let alt =
        note_with("attachment", json!([{"type": "Image", "url": "https://a.example/1.jpg", "name": long}])).unwrap();
    assert_eq!(alt.attachments[0].alt.chars().count(), 10_000);
}

#[test]
fn r013_an_author_of_another_server_is_refused() {
    let foreign = note_with("attributedTo", json!("https://victim.example/users/alice"));
    assert_eq!(foreign, Err(ReadError::ForeignHost("attributedTo")));
    for author in [json!(null), json!([]), json!(7), json!({"name": "bob"})] {
        assert!(note_with("attributedTo", author.clone()).is_err(), "{author}");
    }
    let victim = id("https://victim.example/users/alice");
    let mut document = wire!("mastodon/create_note.json")["object"].clone();
    document["attributedTo"] = json!([victim, "https://mastodon.example/users/bob"]);
    assert_eq!(Note::read(&document, Some(&victim)), Err(ReadError::ForeignHost("attributedTo")));
    for kind in ["Person", "Tombstone", "Create", "Collection"] {
        assert!(matches!(note_with("type", json!(kind)), Err(ReadError::OtherType(_))), "{kind}");
    }
}

#[test]
fn attachments_come_in_many_forms() {
    let read = |value: Value| -> Vec<String> {
        note_with("attachment", value).unwrap().attachments.into_iter().map(|picture| picture.url).collect()
    };
    let url = "https://a.example/1.jpg";
    let good = [
        json!({"type": "Image", "url": url}),
        json!({"type": "Document", "mediaType": "IMAGE/JPEG", "url": url}),
        json!({"type": "Image", "url": {"type": "Link", "href": url, "mediaType": "image/jpeg"}}),
        json!({"type": "Image", "url": [{"type": "Link", "href": url}, {"href": "https://a.example/2.jpg"}]}),
        json!({"type": "Image", "url": [url]}),
        json!({"type": "Link", "href": url, "mediaType": "image/jpeg"}),
        json!({"mediaType": "image/jpeg", "url": url}),
    ];
    for form in good {
        assert_eq!(read(form.clone()), [url], "{form}");
        assert_eq!(read(json!([form])), [url]);
    }
    let bad = [
        json!(null),
        json!(7),
        json!(url),
        json!({}),
        json!({"type": "Image"}),
        json!({"type": "Image", "url": null}),
        json!({"type": "Image", "url": "javascript:alert(1)"}),
        json!({"type": "Image", "url": "http://a.example/1.jpg"}),
        json!({"type": "Video", "url": url}),
        json!({"type": "Document", "mediaType": "video/mp4", "url": url}),
        json!({"type": "Document", "mediaType": "text/html", "url": url}),
        json!({"type": "Link", "href": url}),
        json!({"type": "Image", "url": {"deep": url}}),
    ];
    for form in bad {
        assert!(read(form.clone()).is_empty(), "{form}");
    }
    let alt = |value: Value| note_with("attachment", value).unwrap().attachments.remove(0).alt;
    assert_eq!(alt(json!({"type": "Image", "url": url, "name": "n", "summary": "s"})), "s");
    assert_eq!(alt(json!({"type": "Image", "url": url, "nameMap": {"en": "n"}})), "n");
    assert_eq!(alt(json!({"type": "Image", "url": url, "name": {"@value": "n"}})), "n");
    assert_eq!(alt(json!({"type": "Image", "url": url, "name": "<b>\u{7}\n\"x\""})), "<b>\n\"x\"", "text, not markup");
}

#[test]
fn blurhashes_are_checked() {
    for good in ["L6PZfSi_.AyE_3t7t7R**0o#DgR4", "00Pj0^", "LEHV6nWB2yk8pyo0adR*.7kCMdnj"] {
        assert!(is_blurhash(good), "{good}");
    }
    for bad in
        ["", "L", "L6PZfSi_.AyE_3t7t7R**0o#DgR", "L6PZfSi_.AyE_3t7t7R**0o#DgR\"", "<script>", "0000000", "~~~~~~"]
    {
        assert!(!is_blurhash(bad), "{bad}");
    }
}

#[test]
fn replies_are_told_from_posts() {
    let reply = note_with("inReplyTo", json!({"id": "https://photos.example/ap/posts/1"})).unwrap();
    assert_eq!((reply.is_reply, reply.in_reply_to), (true, Some(id("https://photos.example/ap/posts/1"))));
    let odd = note_with("inReplyTo", json!("http://old.example/1")).unwrap();
    assert_eq!((odd.is_reply, odd.in_reply_to), (true, None));
    assert!(!note_with("inReplyTo", json!([])).unwrap().is_reply);
}

#[test]
fn r051_r054_size_and_depth_have_limits() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(parse(nested(MAX_DEPTH + 1).as_bytes()), Err(ReadError::TooDeep));
    let start = Stopwatch::begin();
    let objects = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    for bomb in [nested(100_000), "[".repeat(100_000), objects, "{\"a\":[".repeat(100_000)] {
        assert_eq!(parse(bomb.as_bytes()), Err(ReadError::TooDeep));
    }
    assert!(start.spent() < Duration::from_secs(1), "{:?}", start.spent());
    let long = format!("\"{}\"", "x".repeat(MAX_DOCUMENT - 2));
    assert!(parse(long.as_bytes()).is_ok());
    assert_eq!(parse(format!("{long} ").as_bytes()), Err(ReadError::TooLarge));
}

#[test]
fn r054_values_are_counted_wherever_they_stand() {
    let ones = |count: usize| format!("[{}]", vec!["1"; count].join(","));
    assert!(parse(ones(MAX_VALUES - 1).as_bytes()).is_ok(), "the list itself is one");
    assert_eq!(parse(ones(MAX_VALUES).as_bytes()), Err(ReadError::TooMany));
    let lists = format!("[{}]", vec!["[{}]"; MAX_VALUES / 2].join(","));
    assert_eq!(parse(lists.as_bytes()), Err(ReadError::TooMany));
}

#[test]
fn j3_r009_documents_that_mean_two_things_are_refused() {
    for twice in [r#"{"actor":1,"actor":2}"#, r#"{"a":[{"b":1,"b":1}]}"#, r#"{"a":1,"\u0061":2}"#] {
        assert_eq!(parse(twice.as_bytes()), Err(ReadError::DuplicateMember), "{twice}");
    }
    for keyword in [r#"{"@graph":[]}"#, r#"{"object":{"@included":[]}}"#, r#"{"x":{"@reverse":{}}}"#] {
        assert_eq!(parse(keyword.as_bytes()), Err(ReadError::Restructured), "{keyword}");
    }
    for nul in [r#"{"a":"\u0000"}"#, r#"{"\u0000":1}"#, r#"["x\u0000y"]"#] {
        assert_eq!(parse(nul.as_bytes()), Err(ReadError::Nul), "{nul}");
    }
    let not_json: [&[u8]; 9] =
        [b"", b"{", b"{}x", b"nope", b"{\"a\":1e400}", b"\"\\ud800\"", b"\"\xff\"", b"{'a':1}", b"\xef\xbb\xbf{}"];
    for bytes in not_json {
        assert!(matches!(parse(bytes), Err(ReadError::NotJson(_))), "{bytes:?}");
    }
    let keys: String = (0..60_000).map(|n| format!("\"k{n}\":{n},")).collect();
    assert!(parse(format!("{{{keys}\"x\":0}}").as_bytes()).is_ok());
}

#[test]
fn r025_r029_malformed_activities_are_refused() {
    let bob = "https://mastodon.example/users/bob";
    let post = "https://photos.example/ap/posts/1";
    let malformed = [
        json!(null),
        json!([]),
        json!(7),
        json!("Follow"),
        json!({}),
        json!({"type": "Like"}),
        json!({"type": "Like", "actor": bob}),
        json!({"type": "Like", "actor": bob, "object": null}),
        json!({"type": "Like", "actor": bob, "object": 7}),
        json!({"type": "Like", "actor": bob, "object": "x"}),
        json!({"type": "Like", "actor": bob, "object": []}),
        json!({"type": "Like", "actor": null, "object": post}),
        json!({"type": "Like", "actor": "bob", "object": post}),
        json!({"type": "Like", "actor": {"name": "bob"}, "object": post}),
        json!({"type": "Like", "actor": "http://mastodon.example/users/bob", "object": post}),
        json!({"type": "Like", "actor": [bob, "https://mastodon.example/users/eve"], "object": post}),
        json!({"type": 7, "actor": bob, "object": post}),
        json!({"type": null, "actor": bob, "object": post}),
        json!({"type": [], "actor": bob, "object": post}),
        json!({"type": "Like", "actor": bob, "object": post, "id": 7}),
        json!({"type": "Like", "actor": bob, "object": post, "id": "not a url"}),
        json!({"type": "Like", "actor": bob, "object": post, "id": "https://127.0.0.1/1"}),
        json!({"type": "Like", "actor": bob, "object": post, "id": "https://evil.example/likes/1"}),
    ];
    for document in malformed {
        assert!(Activity::read(&document).is_err(), "{document}");
    }
    let odd = json!({"type": ["Like"], "actor": [{"id": bob}], "object": {"id": post}, "id": null,
        "to": {"id": bob}, "cc": 7, "published": "yesterday", "target": {}});
    let odd = Activity::read(&odd).unwrap();
    assert_eq!((odd.kind, odd.actor.as_str(), odd.published), (ActivityKind::Like, bob, None));
    assert_eq!((odd.to, odd.cc), (vec![bob.to_owned()], vec![]));
    assert_eq!(odd.object.remote_id(), Some(id(post)));
}

/// Mastodon's note with some members set.
fn rich_note(members: Value) -> Note {
    let mut note = wire!("mastodon/create_note.json")["object"].clone();
    note.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    Note::read(&note, None).unwrap()
}

fn emoji(name: &str, url: &str) -> Value {
    json!({"type": "Emoji", "name": name, "icon": {"type": "Image", "url": url}})
}

#[test]
fn r069a_custom_emoji_are_plain_names_with_a_picture_at_an_https_address() {
    let read = |name: &str, url: &str| {
        let content = format!("<p>{name}</p>");
        rich_note(json!({"content": content, "tag": [emoji(name, url)]})).emoji
    };
    let fine = read(":blob_Cat9:", "https://peer.example/blob.png");
    assert_eq!((fine[0].shortcode.as_str(), fine[0].url.as_str()), ("blob_Cat9", "https://peer.example/blob.png"));
    let longest = "a".repeat(MAX_SHORTCODE);
    assert_eq!(read(&format!(":{longest}:"), "https://peer.example/x.png").len(), 1);
    let longer = format!(":{longest}a:");
    for name in [longer.as_str(), "::", ":a b:", ":a-b:", ":é:", ":\"><img:", ":a.b:"] {
        assert!(read(name, "https://peer.example/x.png").is_empty(), "{name}");
    }
    for url in ["http://peer.example/x.png", "javascript:alert(1)", "data:image/png;base64,x", "//x", ""] {
        assert!(read(":blob:", url).is_empty(), "{url}");
    }
}

#[test]
fn r053_so_many_emoji_of_one_text_are_kept_and_only_those_it_uses() {
    let names: Vec<String> = (0..=MAX_EMOJI).map(|n| format!(":e{n}:")).collect();
    let tags: Vec<Value> = names.iter().map(|name| emoji(name, "https://peer.example/x.png")).collect();
    assert_eq!(rich_note(json!({"content": names.join(" "), "tag": tags})).emoji.len(), MAX_EMOJI);
    let twice = [tags.clone(), tags.clone()].concat();
    let note = rich_note(json!({"content": "<p>:e1: and :e1:</p>", "tag": twice}));
    assert_eq!(note.emoji.len(), 1, "each once, and none that nothing is said with");
    let mut bob = wire!("mastodon/actor.json");
    bob["name"] = "Bob :e1:".into();
    bob["summary"] = "<p>:e2:</p>".into();
    bob["attachment"] = json!([{"type": "PropertyValue", "name": ":e3:", "value": ":e4:"}]);
    bob["tag"] = json!(tags);
    let used: Vec<_> = Actor::read(&bob).unwrap().emoji.into_iter().map(|emoji| emoji.shortcode).collect();
    assert_eq!(used, ["e1", "e2", "e3", "e4"]);
}

#[test]
fn what_is_said_about_a_picture_is_cut_to_its_bounds() {
    let picture = |members: Value| {
        let mut picture = json!({"type": "Image", "mediaType": "image/jpeg", "url": "https://peer.example/1.jpg"});
        picture.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        rich_note(json!({"attachment": [picture]})).attachments.remove(0)
    };
    let long = |most: usize| "x".repeat(most + 1);
    assert_eq!(picture(json!({"license": long(MAX_LICENCE)})).licence.len(), MAX_LICENCE);
    let place = picture(json!({"location": {"type": "Place", "name": long(MAX_PLACE), "country": long(MAX_PLACE)}}));
    assert_eq!(place.place.map(|p| (p.name.len(), p.country.len())), Some((MAX_PLACE, MAX_PLACE)));
    let entry = |name: &str, value: &str| json!({"@type": "PropertyValue", "name": name, "value": value});
    let film = picture(json!({"exifData": [entry("Film", &long(MAX_EXIF_VALUE))]}));
    assert_eq!(film.exif[0].1.len(), MAX_EXIF_VALUE);
    let mut many: Vec<Value> = (0..MAX_EXIF).map(|n| entry(&format!("x{n}"), "y")).collect();
    many.push(entry("Film", "too late"));
    assert!(picture(json!({"exifData": many})).exif.is_empty());
    for odd in
        [json!(7), json!("x"), json!([7, null, []]), json!([{"name": 7}]), json!([{"name": "Film", "value": {}}])]
    {
        assert!(picture(json!({"exifData": odd, "exif": odd})).exif.is_empty(), "{odd}");
    }
    let gps = picture(json!({"exifData": [entry("GPSLatitude", "60.39"), entry("GPSLongitude", "5.32")]}));
    assert!(gps.exif.is_empty(), "where it was taken is no camera data");
    let filed = rich_note(json!({"tag": [{"type": "Category", "name": long(MAX_CATEGORY)}]}));
    assert_eq!(filed.category.len(), MAX_CATEGORY);
}

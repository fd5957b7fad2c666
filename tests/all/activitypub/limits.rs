//! What no document may do, and what is left out of those that try.

use super::{id, vector, wire};
use crate::support::Stopwatch;
use cyanotype::activitypub::vocab::attachment::is_blurhash;
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

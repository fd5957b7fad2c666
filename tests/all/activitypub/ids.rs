//! Ids, media types, visibility, times.

use cyanotype::activitypub::id::{display_url, media_url};
use cyanotype::activitypub::negotiate::is_jrd_content_type;
use cyanotype::activitypub::visibility::{addressing, classify};
use cyanotype::activitypub::{
    ActivityId, IdError, KeyId, PUBLIC, RemoteId, Visibility, is_activity_content_type, is_inbox_content_type, stamp,
    wants_activitypub,
};

#[test]
fn r015_only_canonical_ids_are_ids() {
    let good = [
        "https://mastodon.example/users/bob",
        "https://mastodon.example/ap/users/115",
        "https://takahe.example/@bob@takahe.example/",
        "https://gts.example/users/bob/main-key",
        "https://a.b.c.example/?id=1&x=2",
        "https://xn--bcher-kva.example/1",
        "https://under_score.example/1",
        "https://example.org/%C3%BC",
        "https://example.org/",
    ];
    for text in good {
        let id = RemoteId::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((id.as_str(), id.to_string().as_str()), (text, text));
    }
    let bad = [
        ("http://mastodon.example/users/bob", IdError::NotHttps),
        ("HTTPS://mastodon.example/users/bob", IdError::NotHttps),
        ("acct:bob@mastodon.example", IdError::NotHttps),
        ("javascript:alert(1)", IdError::NotHttps),
        ("", IdError::NotHttps),
        ("https://", IdError::NotUrl),
        ("https://bob@mastodon.example/", IdError::UserInfo),
        ("https://bob:x@mastodon.example/", IdError::UserInfo),
        ("https://@mastodon.example/", IdError::UserInfo),
        ("https://mastodon.example:443/", IdError::Port),
        ("https://mastodon.example:8443/", IdError::Port),
        ("https://mastodon.example:/", IdError::Port),
        ("https://127.0.0.1/", IdError::LiteralAddress),
        ("https://0x7f.1/", IdError::LiteralAddress),
        ("https://2130706433/", IdError::LiteralAddress),
        ("https://[::1]/", IdError::LiteralAddress),
        ("https://localhost/", IdError::BadHost),
        ("https://mastodon.example./", IdError::BadHost),
        ("https://mastodon..example/", IdError::BadHost),
        ("https://.example/", IdError::BadHost),
        ("https://mastodon.example/users/bob#main-key", IdError::Fragment),
        ("https://mastodon.example/users/bob#", IdError::Fragment),
        ("https://Mastodon.example/users/bob", IdError::NotCanonical),
        ("https://bücher.example/", IdError::NotCanonical),
        ("https://mastodon.example", IdError::NotCanonical),
        ("https://mastodon.example/a/../b", IdError::NotCanonical),
        ("https://mastodon.example/a/%2e%2e/b", IdError::NotCanonical),
        ("https://mastodon.example/a b", IdError::NotCanonical),
        ("https://mastodon.example/ü", IdError::NotCanonical),
        ("https://mastodon.example\\users\\bob", IdError::NotCanonical),
        ("https://mastodon.example/\r\nX: y", IdError::NotCanonical),
        (" https://mastodon.example/", IdError::NotHttps),
        ("https://mastodon.example/ ", IdError::NotCanonical),
        ("https:/mastodon.example/", IdError::NotHttps),
        ("https:///mastodon.example/", IdError::NotCanonical),
    ];
    for (text, expected) in bad {
        assert_eq!(RemoteId::parse(text).err(), Some(expected), "{text:?}");
    }
}

#[test]
fn r015_hosts_and_lengths_have_limits() {
    // Punycode that decodes to plain letters would be a second spelling of another host.
    assert!(RemoteId::parse("https://xn--example-.org/").is_err());
    let label = "a".repeat(63);
    assert!(RemoteId::parse(&format!("https://{label}.example/")).is_ok());
    assert!(RemoteId::parse(&format!("https://{label}a.example/")).is_err());
    let long = |length: usize| format!("https://a.example/{}", "x".repeat(length - 18));
    assert!(RemoteId::parse(&long(2048)).is_ok());
    assert_eq!(RemoteId::parse(&long(2049)).err(), Some(IdError::TooLong));
}

#[test]
fn origins_are_compared_whole() {
    let id = |text: &str| RemoteId::parse(text).unwrap();
    let bob = id("https://mastodon.example/users/bob");
    assert_eq!(bob.host(), "mastodon.example");
    assert!(bob.same_origin(&id("https://mastodon.example/notes/1")));
    for other in
        ["https://evil.example/users/bob", "https://a.mastodon.example/", "https://mastodon.example.evil.example/"]
    {
        assert!(!bob.same_origin(&id(other)), "{other}");
    }
}

#[test]
fn keys_and_activities_may_have_a_fragment() {
    let key = KeyId::parse("https://mastodon.example/users/bob#main-key").unwrap();
    assert_eq!(key.as_str(), "https://mastodon.example/users/bob#main-key");
    assert_eq!(key.document().as_str(), "https://mastodon.example/users/bob");
    assert_eq!(key.document().host(), "mastodon.example");
    let path = KeyId::parse("https://gts.example/users/bob/main-key").unwrap();
    assert_eq!(path.document().as_str(), path.as_str());
    let like = ActivityId::parse("https://mastodon.example/users/bob#likes/9").unwrap();
    assert_eq!((like.host(), like.to_remote_id()), ("mastodon.example", None));
    let create = ActivityId::parse("https://mastodon.example/notes/9/activity").unwrap();
    assert_eq!(create.to_remote_id().unwrap().as_str(), create.as_str());
}

#[test]
fn ids_survive_json() {
    let bob = RemoteId::parse("https://mastodon.example/users/bob").unwrap();
    let json = serde_json::to_string(&bob).unwrap();
    assert_eq!(json, "\"https://mastodon.example/users/bob\"");
    assert_eq!(serde_json::from_str::<RemoteId>(&json).unwrap(), bob);
    assert!(serde_json::from_str::<RemoteId>("\"http://mastodon.example/\"").is_err());
}

#[test]
fn r018_r047_addresses_for_people_cannot_run() {
    for bad in [
        "javascript:alert(1)",
        "javascript://a.example/%0Aalert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://a@b.example/",
        "//x.example",
        "",
        "x",
    ] {
        assert_eq!((display_url(bad), media_url(bad)), (None, None), "{bad}");
    }
    assert_eq!(display_url("http://a.example/ü \r\nx").as_deref(), Some("http://a.example/%C3%BC%20x"));
    assert_eq!(media_url("http://a.example/1.jpg"), None);
    assert_eq!(media_url("https://a.example/1.jpg").as_deref(), Some("https://a.example/1.jpg"));
}

#[test]
fn b1_b2_what_an_accept_header_asks_for() {
    let documents = [
        "application/activity+json",
        "application/activity+json, application/ld+json",
        "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\", application/activity+json, text/html;q=0.1",
        "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\",application/activity+json",
        "application/ld+json;profile=\"https://www.w3.org/ns/activitystreams\"",
        "APPLICATION/Activity+JSON",
        "application/activity+json, text/html",
        "text/html;q=0.5, application/activity+json",
        "application/activity+json;q=0.9, */*;q=0.1",
        "application/activity+json;q=0.1",
    ];
    for accept in documents {
        assert!(wants_activitypub(accept), "{accept}");
    }
    let pages = [
        "",
        "*/*",
        "text/html",
        "text/html, application/activity+json",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "application/activity+json;q=0",
        "application/activity+json;q=0, text/html",
        "application/activity+json;q=0.4, text/html;q=0.5",
        "application/activity+json;q=nonsense",
        "application/json",
        "image/jpeg",
        "text/html;x=\"a, application/activity+json\"",
    ];
    for accept in pages {
        assert!(!wants_activitypub(accept), "{accept}");
    }
}

#[test]
fn r011_which_documents_may_be_believed() {
    let profile = "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";
    let good = [
        "application/activity+json",
        "application/activity+json; charset=utf-8",
        "Application/Activity+JSON;charset=UTF-8",
        profile,
        "application/ld+json; charset=utf-8; profile=\"http://x.example/ https://www.w3.org/ns/activitystreams\"",
    ];
    for content_type in good {
        assert!(is_activity_content_type(content_type), "{content_type}");
        assert!(is_inbox_content_type(content_type), "{content_type}");
    }
    let bad = [
        "",
        "text/html",
        "text/plain",
        "image/png",
        "application/octet-stream",
        "application/activity+json; charset=utf-16",
        "application/activity+jsonx",
        "text/html; profile=\"application/activity+json\"",
    ];
    for content_type in bad {
        assert!(!is_activity_content_type(content_type), "{content_type}");
        assert!(!is_inbox_content_type(content_type), "{content_type}");
    }
    for content_type in ["application/json", "application/ld+json", "application/ld+json; profile=\"x\""] {
        assert!(!is_activity_content_type(content_type), "{content_type}");
        assert!(is_inbox_content_type(content_type), "{content_type}");
    }
    assert!(is_jrd_content_type("application/jrd+json; charset=utf-8") && !is_jrd_content_type("text/html"));
}

#[test]
fn i2_visibility_is_said_and_understood_alike() {
    let followers = "https://photos.example/ap/users/1/followers";
    let bob = "https://mastodon.example/users/bob".to_owned();
    let table = [
        (Visibility::Public, vec![PUBLIC], vec![followers, &bob]),
        (Visibility::Quiet, vec![followers], vec![PUBLIC, &bob]),
        (Visibility::Followers, vec![followers], vec![&bob]),
        (Visibility::Mentioned, vec![bob.as_str()], vec![]),
    ];
    for (visibility, to, cc) in table {
        let said = addressing(visibility, followers, &[bob.clone(), bob.clone()]);
        assert_eq!(said.0.iter().map(String::as_str).collect::<Vec<_>>(), to);
        assert_eq!(said.1.iter().map(String::as_str).collect::<Vec<_>>(), cc);
        assert_eq!(classify(&said.0, &said.1, Some(followers)), visibility);
        assert_eq!(visibility.as_str().parse(), Ok(visibility));
    }
    assert!("unlisted".parse::<Visibility>().is_err());
    assert_eq!(serde_json::to_string(&Visibility::Quiet).unwrap(), "\"quiet\"");
}

#[test]
fn what_is_not_understood_is_taken_for_the_narrowest() {
    let followers = "https://mastodon.example/users/bob/followers";
    let ada = "https://photos.example/ap/users/1";
    let table: [(&[&str], &[&str], Visibility); 10] = [
        (&["as:Public"], &[], Visibility::Public),
        (&["Public"], &[followers], Visibility::Public),
        (&[ada, PUBLIC], &[PUBLIC], Visibility::Public),
        (&[followers], &["as:Public"], Visibility::Quiet),
        (&[], &["Public"], Visibility::Quiet),
        (&[ada], &[followers], Visibility::Followers),
        (&["https://mastodon.example/users/eve/followers"], &[], Visibility::Mentioned),
        (&[ada], &[], Visibility::Mentioned),
        (&["https://www.w3.org/ns/activitystreams#public"], &[], Visibility::Mentioned),
        (&[], &[], Visibility::Mentioned),
    ];
    let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    for (to, cc, expected) in table {
        assert_eq!(classify(&owned(to), &owned(cc), Some(followers)), expected, "{to:?} {cc:?}");
    }
    assert_eq!(classify(&owned(&[followers]), &[], None), Visibility::Mentioned);
}

#[test]
fn e11_times_have_milliseconds_and_are_read_in_each_form() {
    assert_eq!(stamp::write(1_767_607_200_000), "2026-01-05T10:00:00.000Z");
    assert_eq!(stamp::write(1_767_607_200_123), "2026-01-05T10:00:00.123Z");
    assert_eq!(stamp::write(0), "1970-01-01T00:00:00.000Z");
    for extreme in [i64::MIN, i64::MAX, -1] {
        assert!(stamp::write(extreme).ends_with('Z'), "{extreme}");
    }
    let table = [
        ("2026-01-05T10:00:00Z", Some(1_767_607_200_000)),
        ("2026-01-05T10:00:00.123456Z", Some(1_767_607_200_123)),
        ("2026-01-05T11:00:00+01:00", Some(1_767_607_200_000)),
        ("2026-01-05T11:00:00.5+0100", Some(1_767_607_200_500)),
        ("1969-12-31T23:59:59.999Z", Some(-1)),
        ("2026-13-05T10:00:00Z", None),
        ("yesterday", None),
        ("", None),
    ];
    for (text, expected) in table {
        assert_eq!(stamp::read(text), expected, "{text}");
    }
}

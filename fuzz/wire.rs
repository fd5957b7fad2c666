// What the fuzzers of other servers' words do with their bytes, and the tests with the fuzzers' corpus.

use cyanotype::activitypub::html::{links_back, only_link, sanitize, to_plain_text, with_emoji};
use cyanotype::activitypub::signature::structured::{self, Member};
use cyanotype::activitypub::signature::{ParsedSignature, PublicKey, Request, multikey, verify};
use cyanotype::activitypub::vocab::{self, Activity, Actor, Collection, KeyDocument, Note};
use cyanotype::activitypub::webfinger::{Handle, Resource, host_name, parse_resource, read_host_meta, read_jrd};
use cyanotype::activitypub::{ActivityId, KeyId, RemoteId};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

/// A key whose private half nobody kept: whatever is found, it was not made with it.
static KEY: LazyLock<PublicKey> =
    LazyLock::new(|| PublicKey::read("z6MkmM42vxfqZQsv4ehtTjFFxQ4sQKS2w6WR7emozFAn5cxu").expect("the key can be read"));

/// A request: header lines up to an empty one, then a body.
pub fn signature(data: &[u8]) {
    let (head, body) = data.windows(2).position(|two| two == b"\n\n").map_or((data, &[][..]), |at| {
        let (head, rest) = data.split_at(at);
        (head, rest.get(2..).unwrap_or_default())
    });
    let mut headers = HeaderMap::new();
    for line in head.split(|byte| *byte == b'\n').take(64) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    let text = String::from_utf8_lossy(data);
    if let Some(members) = structured::dictionary(&text) {
        for member in members {
            let (_, Member::List(items, parameters)) = member else { continue };
            let written = format!("a={}", structured::write_list(&items, &parameters));
            assert_eq!(structured::dictionary(&written), Some(vec![("a".to_owned(), Member::List(items, parameters))]));
        }
    }
    if let Some((kind, key)) = multikey::read(&text) {
        assert_eq!(multikey::write(kind, &key), text);
    }
    let _ = PublicKey::read(&text);
    let Ok(parsed) = ParsedSignature::from_headers(&headers) else { return };
    let request = Request {
        method: &Method::POST,
        path_and_query: "/ap/inbox?a=1",
        headers: &headers,
        body: Some(body),
        own_hosts: &["photos.example"],
    };
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_607_200);
    assert!(verify(&parsed, &request, &KEY, now).is_err());
}

/// A document, read as everything it may be.
pub fn vocabulary(data: &[u8]) {
    let Ok(value) = vocab::parse(data) else { return };
    if let Ok(activity) = Activity::read(&value) {
        assert!(activity.id.is_none_or(|id| id.host() == activity.actor.host()));
        let _ = activity.object.activity();
    }
    if let Ok(actor) = Actor::read(&value) {
        assert!(actor.inbox.same_origin(&actor.id));
        assert!(actor.public_keys.iter().all(|key| key.owner == actor.id && PublicKey::read(&key.text).is_ok()));
        let _ = (actor.public_key(), actor.other_keys().count());
    }
    for speaker in [None, RemoteId::parse("https://a.example/users/bob").ok()] {
        if let Ok(note) = Note::read(&value, speaker.as_ref()) {
            assert!(note.id.same_origin(&note.attributed_to));
            let _ = sanitize(&note.content);
        }
    }
    if let Ok(collection) = Collection::read(&value) {
        let _ = collection.visible_items();
    }
    let key = KeyId::parse("https://a.example/users/bob#main-key").expect("a key's id");
    if let Ok(found) = KeyDocument::read(&value, &key) {
        assert_eq!(found.key.id, key);
    }
}

/// HTML, cleaned: what comes out is clean already, and cannot run.
pub fn html(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let clean = sanitize(&text);
    assert_eq!(sanitize(clean.as_str()), clean, "cleaning twice changes nothing");
    let lower = clean.as_str().to_lowercase();
    for (name, attributes) in tags(&lower) {
        assert!(!["script", "style", "iframe", "svg", "math", "img", "form"].contains(&name), "<{name}> in {lower}");
        for (attribute, value) in attributes {
            assert!(!attribute.starts_with("on") && attribute != "style", "{attribute} in {lower}");
            let runs = ["javascript:", "data:", "vbscript:"].iter().any(|scheme| value.trim().starts_with(scheme));
            assert!(!runs || !["href", "src"].contains(&attribute), "{value} in {lower}");
        }
    }
    assert_eq!(with_emoji(&clean, |_| None), clean, "without pictures nothing changes");
    let shown = with_emoji(&clean, |_| Some("/media/0.png".to_owned())).into_string();
    let ours = shown.matches("<img class=\"emoji\" src=\"/media/0.png\"").count();
    assert_eq!(shown.matches("<img").count(), ours, "no picture but ours");
    let page = RemoteId::parse("https://a.example/@bob").ok();
    if let Some(at) = page.as_ref().and_then(RemoteId::to_url) {
        let _ = (only_link(&text), links_back(&text, &at, &[at.to_string()]));
    }
    let _ = (clean.to_plain_text(), to_plain_text(&text));
}

/// Opening tags of HTML as the cleaner writes it (every value in double quotes), each with its attributes.
fn tags(html: &str) -> Vec<(&str, Vec<(&str, &str)>)> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find(|c: char| c == '>' || c == '/' || c.is_whitespace()).unwrap_or(rest.len());
        let (name, mut inside) = rest.split_at(end);
        let mut attributes = Vec::new();
        while let Some((attribute, value)) = inside.split_once("=\"").filter(|(before, _)| !before.contains('>')) {
            let (value, after) = value.split_once('"').unwrap_or((value, ""));
            attributes.push((attribute.trim(), value));
            inside = after;
        }
        rest = inside;
        found.push((name, attributes));
    }
    found
}

/// WebFinger: what is asked for, what is answered, and what it is made of.
pub fn webfinger(data: &[u8]) {
    if let Ok(jrd) = read_jrd(data) {
        assert!(host_name(&jrd.subject.host).is_some_and(|host| host == jrd.subject.host));
    }
    let text = String::from_utf8_lossy(data);
    if let Some(handle) = Handle::parse(&text) {
        assert_eq!(Handle::parse(&handle.to_string()), Some(handle));
    }
    if let Some(Resource::Account(handle)) = parse_resource(&text) {
        assert!(!handle.user.is_empty() && !handle.host.is_empty());
    }
    let _ = read_host_meta(&text);
    for (id, same) in [
        (RemoteId::parse(&text).map(|id| id.to_string()), "an id"),
        (ActivityId::parse(&text).map(|id| id.to_string()), "an activity's id"),
        (KeyId::parse(&text).map(|id| id.document().to_string()), "a key's document"),
    ] {
        if let Ok(id) = id {
            assert!(text.starts_with(&id) && id.starts_with("https://"), "{same} is written as it was read");
        }
    }
}

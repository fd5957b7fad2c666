//! What other programs demand of our documents, each as strict as the strictest of its versions.
//! Used on everything that is rendered here and on everything that leaves a running server.

mod others;

pub use others::{delivery_for_everybody, document_for_everybody};

use cyanotype::activitypub::html::to_plain_text;
use cyanotype::activitypub::vocab::attachment::is_blurhash;
use cyanotype::activitypub::{AS_CONTEXT, PUBLIC, html, stamp};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

type Check<T = ()> = Result<T, String>;

fn demand(condition: bool, otherwise: impl Into<String>) -> Check {
    if condition { Ok(()) } else { Err(otherwise.into()) }
}

fn text<'a>(value: &'a Value, name: &str) -> Check<&'a str> {
    value.get(name).and_then(Value::as_str).ok_or_else(|| format!("{name} is not a string in {value}"))
}

fn list<'a>(value: &'a Value, name: &str) -> Check<&'a Vec<Value>> {
    value.get(name).and_then(Value::as_array).ok_or_else(|| format!("{name} is not a list"))
}

fn strings(value: &Value, name: &str) -> Check<Vec<String>> {
    let each = |item: &Value| item.as_str().map(str::to_owned).ok_or_else(|| format!("{name} holds {item}"));
    list(value, name)?.iter().map(each).collect()
}

fn https(address: &str) -> Check<Url> {
    let url = Url::parse(address).map_err(|error| format!("{address}: {error}"))?;
    demand(url.scheme() == "https" && url.port().is_none() && url.username().is_empty(), format!("{address} is odd"))?;
    Ok(url)
}

fn host(address: &str) -> Check<String> {
    https(address)?.host_str().map(str::to_owned).ok_or_else(|| format!("{address} has no host"))
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        Value::Object(object) => 1 + object.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn has_context(document: &Value) -> Check {
    let context = document.get("@context").ok_or("no @context")?;
    let plain = context.as_str() == Some(AS_CONTEXT);
    let first = context.as_array().and_then(|list| list.first()).and_then(Value::as_str) == Some(AS_CONTEXT);
    demand(plain || first, "the ActivityStreams context does not come first")
}

fn nothing_hidden(value: &Value) -> Check {
    match value {
        Value::Array(list) => list.iter().try_for_each(nothing_hidden),
        Value::Object(object) => object.iter().try_for_each(|(name, value)| {
            demand(
                !["bto", "bcc", "@graph", "@included", "@reverse"].contains(&name.as_str()),
                format!("{name} is there"),
            )?;
            nothing_hidden(value)
        }),
        _ => Ok(()),
    }
}

/// The note of a Create or Update, or the document itself.
fn note_of(document: &Value) -> Check<&Value> {
    let note = match text(document, "type")? {
        "Create" | "Update" => document.get("object").ok_or("no object")?,
        _ => document,
    };
    demand(text(note, "type")? == "Note", "the object is no Note")?;
    Ok(note)
}

/// What Mastodon would show.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// `public`, `unlisted`, `private` or `direct`.
    pub visibility: &'static str,
    /// Text after its sanitiser.
    pub text: String,
    /// At most four: address and description.
    pub pictures: Vec<(String, String)>,
    /// Tags moved to the bar below the post.
    pub tag_bar: Vec<String>,
    /// Content warning.
    pub warning: Option<String>,
    /// Language of the text.
    pub language: Option<String>,
}

/// Mastodon: a Create, an Update or a fetched note. Says what would be shown.
pub fn mastodon_note(document: &Value) -> Check<Shown> {
    has_context(document)?;
    nothing_hidden(document)?;
    let note = note_of(document)?;
    let author = text(note, "attributedTo")?;
    demand(host(text(note, "id")?)? == host(author)?, "id and author are on different hosts")?;
    if let Some(actor) = document.get("actor") {
        demand(actor.as_str() == Some(author), "the actor is not the author")?;
        demand(host(text(document, "id")?)? == host(author)?, "the activity is on another host")?;
    }
    let pictures = mastodon_pictures(note)?;
    let content = text(note, "content")?;
    let shown = html::sanitize(content);
    demand(shown.to_plain_text() == to_plain_text(content), "the sanitiser loses text")?;
    demand(!pictures.is_empty() || !shown.is_empty(), "neither text nor picture")?;
    let language = note.get("contentMap").and_then(Value::as_object).and_then(|map| map.iter().next());
    if let Some((_, mapped)) = language {
        demand(mapped.as_str() == Some(content), "contentMap differs from content")?;
    }
    Ok(Shown {
        visibility: mastodon_visibility(&strings(note, "to")?, &strings(note, "cc")?),
        text: shown.to_plain_text(),
        pictures,
        tag_bar: tag_bar(content, note),
        warning: note.get("summary").and_then(Value::as_str).map(str::to_owned),
        language: language.map(|(tag, _)| tag.clone()),
    })
}

fn mastodon_pictures(note: &Value) -> Check<Vec<(String, String)>> {
    let types = ["image/jpeg", "image/png", "image/gif", "image/heic", "image/heif", "image/webp", "image/avif"];
    let mut pictures = Vec::new();
    for item in list(note, "attachment")?.iter().filter(|item| item.get("href").is_none()).take(4) {
        let media = text(item, "mediaType")?;
        demand(types.contains(&media), format!("{media} would not be downloaded"))?;
        if let Some(hash) = item.get("blurhash") {
            demand(hash.as_str().is_some_and(is_blurhash), "the blurhash is ignored")?;
        }
        let alt = item.get("summary").or(item.get("name")).and_then(Value::as_str).unwrap_or("");
        pictures.push((https(text(item, "url")?)?.to_string(), alt.chars().take(10_000).collect()));
    }
    Ok(pictures)
}

fn mastodon_visibility(to: &[String], cc: &[String]) -> &'static str {
    let public = |list: &[String]| list.iter().any(|address| address == PUBLIC);
    let followers = |list: &[String]| list.iter().any(|address| address.ends_with("/followers"));
    match () {
        () if public(to) => "public",
        () if public(cc) => "unlisted",
        () if followers(to) || followers(cc) => "private",
        () => "direct",
    }
}

/// The last paragraph's tags, when it holds nothing else and each stands in `tag`.
fn tag_bar(content: &str, note: &Value) -> Vec<String> {
    let known: Vec<String> = (note.get("tag").and_then(Value::as_array).into_iter().flatten())
        .filter(|tag| tag["type"] == "Hashtag")
        .filter_map(|tag| tag["name"].as_str().map(str::to_lowercase))
        .collect();
    let last = content.rsplit("<p>").next().unwrap_or("");
    let words: Vec<String> = to_plain_text(last).split_whitespace().map(str::to_lowercase).collect();
    if last.contains("class=\"mention hashtag\"") && words.iter().all(|word| known.contains(word)) {
        words
    } else {
        Vec::new()
    }
}

/// Pixelfed: a Create, an Update or a fetched note.
pub fn pixelfed_note(document: &Value) -> Check {
    demand(depth(document) <= 8, "nested deeper than eight")?;
    let note = note_of(document)?;
    for name in ["id", "attributedTo", "url"] {
        https(text(note, name)?)?;
    }
    if document.get("object").is_some() {
        https(text(document, "id")?)?;
    }
    demand(!strings(note, "to")?.is_empty(), "to is empty")?;
    demand(host(text(note, "url")?)? == host(text(note, "attributedTo")?)?, "url is on another host")?;
    let published = stamp::read(text(note, "published")?).ok_or("published cannot be read")?;
    demand(published > 1_000_000_000_000 && published < 4_000_000_000_000, "published is out of range")?;
    others::pixelfed_extras(note)?;
    let attachments = list(note, "attachment")?;
    let reply = note.get("inReplyTo").is_some_and(|parent| !parent.is_null());
    demand(reply || is_direct(note)? || !attachments.is_empty(), "a post without a picture is ignored")?;
    attachments.iter().try_for_each(pixelfed_attachment)
}

/// For the people it names and nobody else: a message, which needs no picture.
fn is_direct(note: &Value) -> Check<bool> {
    Ok(mastodon_visibility(&strings(note, "to")?, &strings(note, "cc")?) == "direct")
}

fn pixelfed_attachment(item: &Value) -> Check {
    demand(["Document", "Image", "Video"].contains(&text(item, "type")?), "an unknown attachment drops the post")?;
    let media = text(item, "mediaType")?;
    demand(["image/jpeg", "image/png", "image/gif", "image/webp"].contains(&media), format!("{media} drops the post"))?;
    https(text(item, "url")?)?;
    let name = item.get("name").unwrap_or(&Value::Null);
    demand(name.is_string() || name.is_null(), "name is no text")?;
    if let Some(hash) = item.get("blurhash") {
        let length = hash.as_str().map_or(0, str::len);
        demand((6..=164).contains(&length), "the blurhash is too short or too long")?;
    }
    for side in ["width", "height"] {
        let pixels = item.get(side).and_then(Value::as_i64);
        demand(pixels.is_some_and(|pixels| (1..=5000).contains(&pixels)), format!("{side} drops the post"))?;
    }
    Ok(())
}

#[derive(Deserialize)]
#[allow(dead_code)]
#[serde(rename_all = "camelCase")]
struct VernissageNote {
    id: String,
    attributed_to: String,
    url: String,
    published: String,
    content: String,
    to: Vec<String>,
    cc: Vec<String>,
    summary: Option<String>,
    sensitive: bool,
    in_reply_to: Option<String>,
    attachment: Vec<VernissageMedia>,
    tag: Vec<VernissageTag>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
#[serde(rename_all = "camelCase")]
struct VernissageMedia {
    #[serde(rename = "type")]
    kind: String,
    url: String,
    media_type: Option<String>,
    name: Option<String>,
    blurhash: Option<String>,
    width: Option<i32>,
    height: Option<i32>,
    license: Option<String>,
    exif_data: Option<Vec<VernissageExif>>,
    location: Option<VernissagePlace>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct VernissageExif {
    #[serde(rename = "@type")]
    kind: String,
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[allow(dead_code)]
#[serde(rename_all = "camelCase")]
struct VernissagePlace {
    name: String,
    longitude: Option<String>,
    latitude: Option<String>,
    geoname_id: Option<String>,
    address_country: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct VernissageTag {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    href: Option<String>,
}

fn shape<T: for<'de> Deserialize<'de>>(value: &Value) -> Check<T> {
    T::deserialize(value).map_err(|error| format!("{error} in {value}"))
}

/// Vernissage: any activity; of a Create or Update also the note.
pub fn vernissage_activity(activity: &Value) -> Check {
    for name in ["@context", "object"] {
        demand(activity.get(name).is_some_and(|value| !value.is_null()), format!("{name} is absent"))?;
    }
    for name in ["id", "actor"] {
        https(text(activity, name)?)?;
    }
    let known = [
        "Follow", "Accept", "Reject", "Undo", "Create", "Update", "Delete", "Like", "Announce", "Add", "Remove",
        "Flag", "Move", "Block",
    ];
    demand(known.contains(&text(activity, "type")?), "the type is not known")?;
    let object = &activity["object"];
    match (text(activity, "type")?, object.get("type").and_then(Value::as_str)) {
        ("Create" | "Update", Some("Note")) => vernissage_note(object),
        ("Create", _) => Err("a Create of no Note".to_owned()),
        ("Update", Some(_)) => vernissage_actor(object),
        ("Undo", _) => demand(object.is_object(), "an Undo must carry what it undoes"),
        _ => Ok(()),
    }
}

fn vernissage_note(value: &Value) -> Check {
    let note: VernissageNote = shape(value)?;
    demand(with_milliseconds(&note.published), "published lacks the fraction")?;
    for tag in &note.tag {
        let known = ["Hashtag", "Mention", "Emoji", "Category"];
        demand(known.contains(&tag.kind.as_str()), "an unknown tag drops the note")?;
    }
    for media in &note.attachment {
        let path = https(&media.url)?.path().to_owned();
        for entry in media.exif_data.iter().flatten() {
            demand(entry.kind == "PropertyValue" && !entry.name.starts_with("GPS"), "odd camera data")?;
        }
        demand(
            [".jpg", ".jpeg", ".png", ".webp"].iter().any(|end| path.ends_with(end)),
            "the address lacks an ending",
        )?;
    }
    let answers = note.in_reply_to.is_some() || is_direct(value)?;
    demand(answers || !note.attachment.is_empty(), "a note without a picture is dropped")
}

fn with_milliseconds(time: &str) -> bool {
    time.len() == "2026-01-05T10:00:00.000Z".len() && time.as_bytes()[19] == b'.' && stamp::read(time).is_some()
}

#[derive(Deserialize)]
#[allow(dead_code)]
#[serde(rename_all = "camelCase")]
struct VernissageActor {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    inbox: String,
    outbox: String,
    preferred_username: String,
    name: Option<String>,
    summary: Option<String>,
    following: Option<String>,
    followers: Option<String>,
    url: Value,
    public_key: VernissageKey,
    endpoints: Option<VernissageEndpoints>,
    manually_approves_followers: bool,
    also_known_as: Vec<String>,
    moved_to: Option<String>,
    published: Option<String>,
    icon: Option<VernissageImage>,
    image: Option<VernissageImage>,
    attachment: Vec<VernissageField>,
    tag: Vec<VernissageTag>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
#[serde(rename_all = "camelCase")]
struct VernissageKey {
    id: String,
    owner: String,
    public_key_pem: String,
}

#[derive(Deserialize)]
#[allow(dead_code)]
#[serde(rename_all = "camelCase")]
struct VernissageEndpoints {
    shared_inbox: String,
}

#[derive(Deserialize)]
#[allow(dead_code)]
#[serde(rename_all = "camelCase")]
struct VernissageImage {
    url: String,
    media_type: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct VernissageField {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    value: Option<String>,
}

fn vernissage_actor(value: &Value) -> Check {
    let actor: VernissageActor = shape(value)?;
    demand(actor.published.as_deref().is_none_or(with_milliseconds), "published lacks the fraction")
}

/// An actor as Mastodon, GoToSocial, Pixelfed and Vernissage each want it.
pub fn actor_for_everybody(document: &Value) -> Check {
    has_context(document)?;
    nothing_hidden(document)?;
    vernissage_actor(document)?;
    let id = text(document, "id")?;
    let own = host(id)?;
    let kinds = ["Application", "Group", "Organization", "Person", "Service"];
    demand(kinds.contains(&text(document, "type")?), "no actor")?;
    for name in ["inbox", "outbox", "url"] {
        demand(host(text(document, name)?)? == own, format!("{name} is on another host"))?;
    }
    let key = document.get("publicKey").ok_or("no key")?;
    demand(text(key, "owner")? == id, "the key is somebody else's")?;
    demand(host(text(key, "id")?)? == own, "the key is on another host")?;
    let pem = text(key, "publicKeyPem")?;
    demand(pem.starts_with("-----BEGIN PUBLIC KEY-----\n") && pem.ends_with("-----END PUBLIC KEY-----\n"), "odd PEM")?;
    demand(document.get("manuallyApprovesFollowers").is_some_and(Value::is_boolean), "taken for locked")?;
    for name in ["icon", "image"].into_iter().filter(|name| document.get(*name).is_some()) {
        let media = text(&document[name], "mediaType")?;
        demand(["image/jpeg", "image/png"].contains(&media), format!("{media} is not shown"))?;
    }
    if let Some(followers) = document.get("followers").and_then(Value::as_str) {
        demand(followers.ends_with("/followers"), "followers are known by their ending")?;
    }
    Ok(())
}

/// GoToSocial: a Create, an Update or a fetched note.
pub fn gts_post(document: &Value) -> Check {
    has_context(document)?;
    let note = note_of(document)?;
    demand(note.get("name").is_none(), "a name would become a content warning")?;
    demand(!list(note, "to")?.is_empty() || !list(note, "cc")?.is_empty(), "addressed to nobody")?;
    let published = stamp::read(text(note, "published")?).ok_or("published cannot be read")?;
    if let Some(updated) = note.get("updated").and_then(Value::as_str) {
        demand(stamp::read(updated).is_some_and(|updated| updated >= published), "updated before published")?;
    }
    for item in list(note, "attachment")? {
        demand(["Image", "Document", "Video", "Audio"].contains(&text(item, "type")?), "an attachment is skipped")?;
    }
    let content = text(note, "content")?;
    let map = note.get("contentMap").and_then(Value::as_object);
    demand(map.is_none_or(|map| map.values().any(|value| value.as_str() == Some(content))), "no language matches")
}

/// Misskey: any activity, as the bytes that are sent.
pub fn misskey_activity(body: &[u8]) -> Check {
    demand(body.len() <= 65_536, format!("{} bytes are too many", body.len()))?;
    let activity: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let actor = text(&activity, "actor")?;
    demand(host(text(&activity, "id")?)? == host(actor)?, "the activity is on another host")?;
    let object = &activity["object"];
    if object.get("type").and_then(Value::as_str) == Some("Note") {
        demand(text(object, "attributedTo")? == actor, "the author is not the actor")?;
        https(text(object, "url")?)?;
        for item in list(object, "attachment")? {
            https(text(item, "url")?)?;
        }
    }
    Ok(())
}

/// Lemmy: attachments it can parse, addresses without a port.
pub fn lemmy_comment(document: &Value) -> Check {
    let note = note_of(document)?;
    for item in list(note, "attachment")? {
        demand(["Link", "Image", "Document"].contains(&text(item, "type")?), "an attachment breaks the parse")?;
    }
    demand(note.get("context").is_none_or(Value::is_string), "context is no string")?;
    https(text(note, "id")?).map(drop)
}

/// Every program at once: the bytes of a Create or Update of a post with photos.
pub fn post_for_everybody(body: &[u8]) -> Check<Shown> {
    let activity: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let within = |name: &'static str| move |error: String| format!("{name}: {error}");
    demand(body.len() <= 60_000, format!("{} bytes are more than we allow ourselves", body.len()))?;
    pixelfed_note(&activity).map_err(within("Pixelfed"))?;
    vernissage_activity(&activity).map_err(within("Vernissage"))?;
    gts_post(&activity).map_err(within("GoToSocial"))?;
    misskey_activity(body).map_err(within("Misskey"))?;
    lemmy_comment(&activity).map_err(within("Lemmy"))?;
    mastodon_note(&activity).map_err(within("Mastodon"))
}

/// The form of a `Signature` header that those who split it at commas can read.
pub fn signature_header(header: &str) -> Check {
    demand(!header.contains(", "), "a blank after a comma")?;
    let names: Vec<&str> = header.split(',').filter_map(|part| part.split_once('=')).map(|(name, _)| name).collect();
    demand(names == ["keyId", "algorithm", "headers", "signature"], format!("parameters {names:?}"))?;
    demand(header.contains("algorithm=\"rsa-sha256\""), "another algorithm")
}

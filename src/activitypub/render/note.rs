//! A post as other servers get it: a `Note` with `Image`s attached. As a top-level `Image` most of
//! them would show a title and a link, and no picture.

use super::emoji::{self, Emoji};
use super::{AS_CONTEXT, MAX_ACTIVITY, with, with_context};
use crate::activitypub::vocab::Place;
use crate::activitypub::{PUBLIC, SanitizedHtml, stamp, text};
use serde_json::{Value, json};

/// How many pictures the largest peer keeps; with more, the caption links to all of them.
pub const SHOWN_EVERYWHERE: usize = 4;
/// Room left for what an Update has more than a Create.
const UPDATE_MORE: usize = 200;

/// What hashtags may take, in bytes of address and name: letters of many scripts take nine in an address.
const TAG_BYTES: usize = 6_000;

/// A photograph of a post.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Photo {
    /// Where the JPEG is; new bytes need a new address.
    pub url: String,
    /// What is to be seen; empty or `None` when nothing was said.
    pub alt: Option<String>,
    /// Placeholder; empty or `None` leaves it out.
    pub blurhash: Option<String>,
    /// Pixels of what is at `url`; 1 to 5000.
    pub width: i64,
    /// Pixels of what is at `url`; 1 to 5000.
    pub height: i64,
    /// Around which point to crop: x to the right, y up, each −1 to 1.
    pub focal_point: Option<(f64, f64)>,
    /// Camera data its author shows, by the names of FEP-ee3a.
    pub exif: Vec<(&'static str, String)>,
    /// Name of its licence, where its author shows it.
    pub licence: Option<String>,
    /// Where it was taken, as its author says it.
    pub place: Place,
}

/// A hashtag of a post.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hashtag {
    /// Without `#`.
    pub name: String,
    /// Its page.
    pub href: String,
}

/// A person mentioned in a post.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mention {
    /// Id of the actor; it must stand in `to` or `cc` too, or she is not told.
    pub actor: String,
    /// `@bob@elsewhere.example`.
    pub name: String,
}

/// A post of this server.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Post {
    /// Id.
    pub id: String,
    /// Id of the author.
    pub author: String,
    /// Its page.
    pub url: String,
    /// Milliseconds since 1970; never changes.
    pub published: i64,
    /// Last edit, later than `published`; `None` before the first.
    pub updated: Option<i64>,
    /// From [`crate::activitypub::visibility::addressing`].
    pub to: Vec<String>,
    /// From [`crate::activitypub::visibility::addressing`].
    pub cc: Vec<String>,
    /// Content warning.
    pub warning: Option<String>,
    /// Pictures are to be covered.
    pub sensitive: bool,
    /// Id of what it answers.
    pub in_reply_to: Option<String>,
    /// Caption, from [`crate::activitypub::text::to_html`] with absolute addresses.
    pub content: SanitizedHtml,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// In order.
    pub photos: Vec<Photo>,
    /// In order.
    pub hashtags: Vec<Hashtag>,
    /// In order.
    pub mentions: Vec<Mention>,
    /// Custom emoji of its caption and warning.
    pub emoji: Vec<Emoji>,
    /// Where it was, as its author says it.
    pub place: Place,
    /// What it is filed under, and the page of that.
    pub category: Option<(String, String)>,
    /// Collection of answers.
    pub replies: String,
    /// Collection of likes, of which only the number is told.
    pub likes: String,
    /// Collection of boosts, of which only the number is told.
    pub shares: String,
    /// How many.
    pub likes_total: i64,
    /// How many.
    pub shares_total: i64,
    /// Who may do what with it.
    pub permitted: Permitted,
}

/// Ids of people and collections who may do something with a post without asking; an empty list means
/// its author alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permitted {
    pub reply: Vec<String>,
    pub like: Vec<String>,
    pub boost: Vec<String>,
    pub quote: Vec<String>,
}

fn context() -> Value {
    json!([AS_CONTEXT, {
        "toot": "http://joinmastodon.org/ns#",
        "sensitive": "as:sensitive",
        "Hashtag": "as:Hashtag",
        "blurhash": "toot:blurhash",
        "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
        "gts": "https://gotosocial.org/ns#",
        "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
        "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
        "canReply": {"@id": "gts:canReply", "@type": "@id"},
        "canLike": {"@id": "gts:canLike", "@type": "@id"},
        "canAnnounce": {"@id": "gts:canAnnounce", "@type": "@id"},
        "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
        "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
        "always": {"@id": "gts:always", "@type": "@id"},
        "approvalRequired": {"@id": "gts:approvalRequired", "@type": "@id"},
        "schema": "http://schema.org#",
        "PropertyValue": "schema:PropertyValue",
        "value": "schema:value",
        "exifData": "schema:exifData",
        "license": "schema:license",
        "addressCountry": "schema:addressCountry",
        "country": "schema:country",
        "photos": "https://joinvernissage.org/ns#",
        "Category": "photos:Category",
        "pixelfed": "http://pixelfed.org/ns#",
        "commentsEnabled": {"@id": "pixelfed:commentsEnabled", "@type": "schema:Boolean"},
        "capabilities": {"@id": "pixelfed:capabilities", "@container": "@set"},
        "Emoji": "toot:Emoji"
    }])
}

/// The post alone, as it is served at its id.
pub fn note(post: &Post) -> Value {
    with(context(), object(post))
}

/// The activity that publishes it, at `{id}/activity`.
pub fn create(post: &Post) -> Value {
    with(context(), wrap(post, "Create", &format!("{}/activity", post.id), post.published, object(post)))
}

/// The activity that tells of an edit; `id` is its own.
pub fn update(post: &Post, id: &str) -> Value {
    let published = post.updated.unwrap_or(post.published);
    with(context(), wrap(post, "Update", id, published, object(post)))
}

fn wrap(post: &Post, kind: &str, id: &str, published: i64, object: Value) -> Value {
    json!({
        "id": id,
        "type": kind,
        "actor": post.author,
        "published": stamp::write(published),
        "to": post.to,
        "cc": post.cc,
        "object": object,
    })
}

/// The Note, cut so that its activities fit into every peer's inbox. What is fetched and what is
/// delivered are the same, so it is cut in both: first camera data and places of
/// the single photos, then descriptions of photos most peers do not show, then the caption's second copy that tells its language, then the descriptions of
/// the others.
fn object(post: &Post) -> Value {
    let whole = build(post, &post.photos, true);
    if surplus(post, &whole).is_none() {
        return whole;
    }
    let plain = |photo: &Photo| Photo { exif: Vec::new(), place: Place::default(), ..photo.clone() };
    let post = &Post { photos: post.photos.iter().map(plain).collect(), ..post.clone() };
    let whole = build(post, &post.photos, true);
    let Some(surplus) = surplus(post, &whole) else { return whole };
    let mut photos = post.photos.clone();
    if shorten(rest(&mut photos), surplus) >= surplus {
        return build(post, &photos, true);
    }
    let whole = build(post, &post.photos, false);
    let Some(surplus) = self::surplus(post, &whole) else { return whole };
    let mut photos = post.photos.clone();
    let saved = shorten(rest(&mut photos), surplus);
    if saved < surplus {
        let shown = SHOWN_EVERYWHERE.min(photos.len());
        shorten(&mut photos[..shown], surplus - saved);
    }
    build(post, &photos, false)
}

/// By how many bytes the activities around a Note would be too large.
fn surplus(post: &Post, note: &Value) -> Option<usize> {
    let wrapped = with(context(), wrap(post, "Create", &format!("{}/activity", post.id), post.published, note.clone()));
    let size = serde_json::to_vec(&wrapped).map_or(0, |bytes| bytes.len());
    size.checked_sub(MAX_ACTIVITY - UPDATE_MORE).filter(|surplus| *surplus > 0)
}

/// The photos most peers do not show.
fn rest(photos: &mut [Photo]) -> &mut [Photo] {
    let shown = SHOWN_EVERYWHERE.min(photos.len());
    &mut photos[shown..]
}

/// Cuts all descriptions to one length, the greatest that saves enough; returns the bytes saved.
fn shorten(photos: &mut [Photo], surplus: usize) -> usize {
    let cut = |photo: &Photo, length: usize| photo.alt.as_deref().map(|alt| ellipsis(alt, length));
    let bytes = |alt: Option<&str>| alt.filter(|alt| !alt.is_empty()).map_or(0, json_length);
    let whole: usize = photos.iter().map(|photo| bytes(photo.alt.as_deref())).sum();
    let left = |length: usize| photos.iter().map(|photo| bytes(cut(photo, length).as_deref())).sum::<usize>();
    let longest = photos.iter().filter_map(|photo| photo.alt.as_ref()).map(|alt| alt.chars().count()).max();
    let (mut fits, mut too_long) = (0, longest.unwrap_or(0) + 1);
    while too_long - fits > 1 {
        let middle = fits + (too_long - fits) / 2;
        if whole.saturating_sub(left(middle)) >= surplus {
            fits = middle;
        } else {
            too_long = middle;
        }
    }
    let saved = whole.saturating_sub(left(fits));
    for photo in photos {
        photo.alt = cut(photo, fits);
    }
    saved
}

/// Bytes a text takes as JSON, with its quotes.
fn json_length(text: &str) -> usize {
    serde_json::to_string(text).map_or(text.len(), |json| json.len())
}

/// At most `length` characters, the last of them `…` when something was cut.
fn ellipsis(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let Some(kept) = length.checked_sub(1) else { return String::new() };
    text.chars().take(kept).chain(['…']).collect()
}

fn build(post: &Post, photos: &[Photo], with_language: bool) -> Value {
    let content = content(post);
    let mut note = json!({
        "id": post.id,
        "type": "Note",
        "attributedTo": post.author,
        "url": post.url,
        "published": stamp::write(post.published),
        "to": post.to,
        "cc": post.cc,
        "summary": post.warning.as_ref().filter(|warning| !warning.is_empty()),
        "sensitive": post.sensitive,
        "inReplyTo": post.in_reply_to,
        "content": content,
        "attachment": photos.iter().map(attachment).collect::<Vec<_>>(),
        "tag": tags(post),
        "replies": {
            "id": post.replies,
            "type": "Collection",
            "first": {
                "type": "CollectionPage",
                "partOf": post.replies,
                "next": format!("{}?page=1", post.replies),
                "items": [],
            },
        },
        "likes": {"id": post.likes, "type": "Collection", "totalItems": post.likes_total},
        "shares": {"id": post.shares, "type": "Collection", "totalItems": post.shares_total},
        "interactionPolicy": policy(post),
        "commentsEnabled": post.permitted.reply.iter().any(|who| *who != post.author),
        "capabilities": capabilities(post),
    });
    if let Some(language) = post.language.as_ref().filter(|language| with_language && !language.is_empty()) {
        note["contentMap"] = json!({language: content});
        if let Some(warning) = post.warning.as_ref().filter(|warning| !warning.is_empty()) {
            note["summaryMap"] = json!({language: warning});
        }
    }
    if !post.place.is_empty() {
        note["location"] = location(&post.place, "country");
    }
    if let Some(updated) = post.updated {
        note["updated"] = json!(stamp::write(updated));
    }
    note
}

/// Who may do what (FEP-044f and GoToSocial's terms, which its older versions know by other names).
/// Always said: absence would be read differently by each.
fn policy(post: &Post) -> Value {
    let author = [post.author.clone()];
    let list = |who: &[String]| if who.is_empty() { json!(author) } else { json!(who) };
    let rule = |who: &[String]| {
        let who = list(who);
        json!({"automaticApproval": who, "manualApproval": [], "always": who, "approvalRequired": []})
    };
    let may = &post.permitted;
    json!({
        "canQuote": {"automaticApproval": list(&may.quote)},
        "canReply": rule(&may.reply),
        "canLike": rule(&may.like),
        "canAnnounce": rule(&may.boost),
    })
}

/// The same in Pixelfed's terms, which know everybody and nobody.
fn capabilities(post: &Post) -> Value {
    let open = |who: &[String]| if who.iter().any(|id| *id == PUBLIC) { PUBLIC } else { "[]" };
    let may = &post.permitted;
    json!({"announce": open(&may.boost), "like": open(&may.like), "reply": open(&may.reply)})
}

/// A place by its name; the member for its country is one of Pixelfed's or of Vernissage's. All texts:
/// Vernissage drops a post with a number among them.
fn location(place: &Place, country: &str) -> Value {
    let mut location = json!({"type": "Place", "name": place.name});
    if !place.country.is_empty() {
        location[country] = json!(place.country);
    }
    location
}

fn content(post: &Post) -> SanitizedHtml {
    if post.photos.len() <= SHOWN_EVERYWHERE {
        return post.content.clone();
    }
    let label = format!("Album of {} photos", post.photos.len());
    text::with_link_paragraph(&post.content, &post.url, &label)
}

fn attachment(photo: &Photo) -> Value {
    let mut image = json!({
        "type": "Image",
        "mediaType": "image/jpeg",
        "url": photo.url,
        "width": photo.width,
        "height": photo.height,
    });
    if let Some(alt) = photo.alt.as_ref().filter(|alt| !alt.is_empty()) {
        image["name"] = json!(alt);
    }
    if let Some(blurhash) = photo.blurhash.as_ref().filter(|hash| !hash.is_empty()) {
        image["blurhash"] = json!(blurhash);
    }
    if let Some((x, y)) = photo.focal_point {
        image["focalPoint"] = json!([x, y]);
    }
    if !photo.exif.is_empty() {
        let entry = |(name, value): &(&str, String)| json!({"@type": "PropertyValue", "name": name, "value": value});
        image["exifData"] = photo.exif.iter().map(entry).collect();
    }
    if let Some(licence) = photo.licence.as_ref().filter(|licence| !licence.is_empty()) {
        image["license"] = json!(licence);
    }
    if !photo.place.is_empty() {
        image["location"] = location(&photo.place, "addressCountry");
    }
    image
}

/// Hashtags, as many as there is room for, everybody mentioned, custom emoji and the category.
fn tags(post: &Post) -> Vec<Value> {
    let mut room = TAG_BYTES;
    let mut fits = |tag: &&Hashtag| match room.checked_sub(tag.href.len() + tag.name.len()) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    };
    let hashtag = |tag: &Hashtag| json!({"type": "Hashtag", "href": tag.href, "name": format!("#{}", tag.name)});
    let mention = |person: &Mention| json!({"type": "Mention", "href": person.actor, "name": person.name});
    let category = |(name, href): &(String, String)| json!({"type": "Category", "name": name, "href": href});
    let hashtags = post.hashtags.iter().take_while(&mut fits).map(hashtag);
    let others = post.emoji.iter().map(emoji::tag).chain(post.category.iter().map(category));
    hashtags.chain(post.mentions.iter().map(mention)).chain(others).collect()
}

/// The activity that takes a post back. `to` and `cc` are those of the post.
pub fn delete(post: &str, author: &str, to: &[String], cc: &[String]) -> Value {
    with_context(json!({
        "id": format!("{post}#delete"),
        "type": "Delete",
        "actor": author,
        "to": to,
        "cc": cc,
        "object": {"id": post, "type": "Tombstone"},
    }))
}

/// What stands at the id of a deleted post (with status 410).
pub fn tombstone(post: &str, deleted: Option<i64>) -> Value {
    let mut document = json!({"id": post, "type": "Tombstone"});
    if let Some(deleted) = deleted {
        document["deleted"] = json!(stamp::write(deleted));
    }
    with_context(document)
}

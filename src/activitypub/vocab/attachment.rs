//! Pictures attached to a post (ActivityStreams vocabulary, `attachment`; FEP-1311).

use super::exif;
use super::field::{self, Object};
use super::place::{self, Place};
use crate::activitypub::{html, id};
use serde_json::Value;

/// Most pictures kept of one post.
pub const MAX_ATTACHMENTS: usize = 32;
/// Longest description, in characters; as other servers cut it.
pub const MAX_ALT: usize = 10_000;
/// Longest name of a licence, in characters.
pub const MAX_LICENCE: usize = 200;
/// Most entries looked at for finding them.
const MAX_LOOKED_AT: usize = 200;

/// A picture as another server describes it. Nothing of it is proven until it is fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    /// Where the bytes are; https.
    pub url: String,
    /// `image/…`, when it is said.
    pub media_type: Option<String>,
    /// What is to be seen, plain text; empty when nothing was said.
    pub alt: String,
    /// Pixels, as claimed.
    pub width: Option<i64>,
    /// Pixels, as claimed.
    pub height: Option<i64>,
    /// Placeholder, checked to be decodable.
    pub blurhash: Option<String>,
    /// Around which point to crop: x to the right, y up, each −1 to 1.
    pub focal_point: Option<(f64, f64)>,
    /// What is said about the camera: names of FEP-ee3a with their values.
    pub exif: Vec<(&'static str, String)>,
    /// Name of the licence; empty when nothing was said.
    pub licence: String,
    /// Where it was taken.
    pub place: Option<Place>,
}

/// The pictures in `attachment`, in order; what is no picture is left out.
pub(super) fn read_all(object: &Object) -> Vec<Attachment> {
    let all = field::many(field::get(object, "attachment")).iter().take(MAX_LOOKED_AT);
    all.filter_map(read).take(MAX_ATTACHMENTS).collect()
}

/// The pictures of a document that is one itself, or shows one of itself (`image`, `icon`).
pub(super) fn read_of_document(object: &Object, kind: &str) -> Vec<Attachment> {
    let whole = Value::Object(object.clone());
    let own = matches!(kind, "Image" | "Document").then(|| read(&whole)).flatten();
    if let Some(picture) = own {
        return vec![picture];
    }
    let largest = |name: &str| {
        let all = field::many(field::get(object, name)).iter().take(MAX_LOOKED_AT).filter_map(read);
        all.max_by_key(|picture| picture.width.unwrap_or(0))
    };
    largest("image").or_else(|| largest("icon")).into_iter().collect()
}

/// The pictures within an article's text, where it brings no others.
pub(super) fn read_inline(content: &str) -> Vec<Attachment> {
    let picture = |(src, alt): (String, String)| {
        Some(Attachment {
            url: id::media_url(&src)?,
            media_type: None,
            alt: field::lines(&alt, MAX_ALT),
            width: None,
            height: None,
            blurhash: None,
            focal_point: None,
            exif: Vec::new(),
            licence: String::new(),
            place: None,
        })
    };
    let mut found: Vec<Attachment> = Vec::new();
    for picture in html::pictures(content, MAX_LOOKED_AT).into_iter().filter_map(picture) {
        if found.len() < MAX_ATTACHMENTS && found.iter().all(|known| known.url != picture.url) {
            found.push(picture);
        }
    }
    found
}

/// Reads an `Image`, a `Document`, or a bare `Link` to a picture.
fn read(value: &Value) -> Option<Attachment> {
    let object = value.as_object()?;
    let name = field::kind(object, |_| true).unwrap_or("");
    let (href, link_type) = match field::get(object, "url").or_else(|| object.get("href")) {
        Some(target) => field::many(Some(target)).iter().find_map(field::link)?,
        None => return None,
    };
    let media_type = object.get("mediaType").and_then(Value::as_str).or(link_type);
    if !is_picture(name, media_type) {
        return None;
    }
    Some(Attachment {
        url: id::media_url(href)?,
        media_type: media_type.map(|media| media.trim().to_ascii_lowercase()),
        alt: alt(object),
        width: object.get("width").and_then(field::count).filter(|pixels| *pixels > 0),
        height: object.get("height").and_then(field::count).filter(|pixels| *pixels > 0),
        blurhash: object.get("blurhash").and_then(Value::as_str).filter(|hash| is_blurhash(hash)).map(str::to_owned),
        focal_point: focal_point(object),
        exif: exif::read(object),
        licence: field::line(object.get("license").and_then(Value::as_str).unwrap_or(""), MAX_LICENCE),
        place: place::read(object),
    })
}

/// By its media type; without one, by being called a picture. A `Link` without one is a web page.
fn is_picture(kind: &str, media_type: Option<&str>) -> bool {
    match media_type {
        Some(media) => media.trim().get(..6).is_some_and(|start| start.eq_ignore_ascii_case("image/")),
        None => matches!(kind, "Image" | "Document" | ""),
    }
}

/// `summary` before `name`: who sends both means the same, and some put the description in `summary`
/// alone.
fn alt(object: &Object) -> String {
    let text = field::text(object, "summary").or_else(|| field::text(object, "name")).unwrap_or("");
    field::lines(text, MAX_ALT)
}

fn focal_point(object: &Object) -> Option<(f64, f64)> {
    let [x, y] = object.get("focalPoint")?.as_array()?.as_slice() else { return None };
    let (x, y) = (x.as_f64()?, y.as_f64()?);
    let inside = |number: f64| (-1.0..=1.0).contains(&number);
    (inside(x) && inside(y)).then_some((x, y))
}

/// The 83 characters of a blurhash, in the order of their values.
const BASE83: &[u8; 83] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

/// True when it can be decoded: known characters, and as many as its first one announces.
pub fn is_blurhash(hash: &str) -> bool {
    let bytes = hash.as_bytes();
    let value = |byte: u8| BASE83.iter().position(|known| *known == byte);
    let Some(size) = bytes.first().and_then(|first| value(*first)) else { return false };
    let (across, down) = (size % 9 + 1, size / 9 + 1);
    down <= 9 && bytes.len() == 4 + 2 * across * down && bytes.iter().all(|byte| value(*byte).is_some())
}

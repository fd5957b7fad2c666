//! Camera data: what a photo said about itself, of which each field is shown only if its author says so.

use crate::app::App;
use crate::entity::photo;
use crate::photo::Metadata;
use crate::service::{Refusal, uploads};
use crate::store::accounts;

/// One thing a photo may say about itself.
pub struct Field {
    /// Its name in forms and rows.
    pub key: &'static str,
    /// Its name for people.
    pub label: &'static str,
    read: fn(&Metadata) -> Option<String>,
}

/// Every field that can be shown, in the order in which they stand.
pub const FIELDS: &[Field] = &[
    Field { key: "camera", label: "Camera", read: Metadata::camera },
    Field { key: "lens", label: "Lens", read: |m| m.lens.clone() },
    Field { key: "focal_length", label: "Focal length", read: focal_length },
    Field { key: "aperture", label: "Aperture", read: |m| m.aperture.as_ref().map(|a| format!("f/{a}")) },
    Field { key: "exposure", label: "Shutter", read: |m| m.exposure.as_ref().map(|e| format!("{e} s")) },
    Field { key: "iso", label: "ISO", read: |m| m.iso.map(|iso| iso.to_string()) },
    Field { key: "taken", label: "Taken", read: taken },
    Field { key: "film", label: "Film", read: |m| m.film.clone() },
    Field { key: "chemistry", label: "Developed in", read: |m| m.chemistry.clone() },
    Field { key: "scanner", label: "Scanner", read: |m| m.scanner.clone() },
    Field { key: "title", label: "Title", read: |m| m.title.clone() },
    Field { key: "description", label: "Description", read: |m| m.description.clone() },
    Field { key: "keywords", label: "Keywords", read: |m| some(m.keywords.join(", ")) },
    Field { key: "creator", label: "Photographer", read: |m| m.creator.clone() },
    Field { key: "copyright", label: "Copyright", read: |m| m.copyright.clone() },
    Field { key: "licence", label: "Licence", read: licence },
];

fn some(text: String) -> Option<String> {
    Some(text).filter(|t| !t.is_empty())
}

fn focal_length(m: &Metadata) -> Option<String> {
    match (&m.focal_length, m.focal_length_35mm) {
        (Some(real), Some(full)) if *real != full.to_string() => {
            Some(format!("{real} mm (as {full} mm on 35 mm film)"))
        }
        (Some(real), _) => Some(format!("{real} mm")),
        (None, full) => full.map(|full| format!("as {full} mm on 35 mm film")),
    }
}

/// Creative Commons by the names people know; others by their address.
fn licence(m: &Metadata) -> Option<String> {
    let address = m.licence.as_ref()?;
    let path = address.split_once("creativecommons.org/").map_or("", |(_, path)| path);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    Some(match parts.as_slice() {
        ["licenses", kind, version, ..] => format!("CC {} {version}", kind.to_uppercase()),
        ["publicdomain", "zero", version, ..] => format!("CC0 {version}"),
        ["publicdomain", "mark", ..] => "Public domain".to_owned(),
        _ => address.clone(),
    })
}

/// The camera's clock as it was written; the zone only where the camera knew it.
fn taken(m: &Metadata) -> Option<String> {
    let words = m.taken.as_ref()?.replace('T', " ");
    Some(match &m.taken_offset {
        Some(offset) => format!("{words} {offset}"),
        None => words,
    })
}

/// A field with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub key: &'static str,
    pub label: &'static str,
    pub value: String,
    /// Everybody may see it.
    pub shown: bool,
}

/// What the file said about itself.
pub fn metadata(row: &photo::Model) -> Metadata {
    serde_json::from_str(&row.metadata).unwrap_or_default()
}

/// Every field that has a value, with the author's choice.
pub fn lines(row: &photo::Model) -> Vec<Line> {
    let metadata = metadata(row);
    let shown: Vec<&str> = row.shows.split(',').collect();
    let line = |f: &Field| {
        let value = (f.read)(&metadata)?;
        Some(Line { key: f.key, label: f.label, value, shown: shown.contains(&f.key) })
    };
    FIELDS.iter().filter_map(line).collect()
}

/// Known keys among these, as a row keeps them.
pub fn chosen<'a>(keys: impl IntoIterator<Item = &'a str>) -> String {
    let keys: Vec<&str> = keys.into_iter().collect();
    let known = FIELDS.iter().map(|f| f.key).filter(|key| keys.contains(key));
    known.collect::<Vec<_>>().join(",")
}

/// What a caption could begin with: the photo's own title, and its keywords as hashtags.
pub fn proposed_caption(metadata: &Metadata) -> String {
    let tags: Vec<String> = metadata.keywords.iter().filter_map(|word| hashtag(word)).take(MOST_TAGS).collect();
    let title = metadata.title.clone().unwrap_or_default();
    [title, tags.join(" ")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// Hashtags proposed of one photo.
const MOST_TAGS: usize = 10;

/// "long exposure" as `#LongExposure`; nothing for what cannot be one.
fn hashtag(keyword: &str) -> Option<String> {
    let words = keyword.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    let several = words.clone().count() > 1;
    let mut tag = String::from("#");
    for word in words {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if several => tag.extend(first.to_uppercase()),
            Some(first) => tag.push(first),
            None => {}
        }
        tag.extend(letters);
    }
    (tag.chars().any(char::is_alphabetic) && tag.chars().count() <= 60).then_some(tag)
}

/// What an author writes into the files that are served.
#[derive(Debug, Clone, Default)]
pub struct Credit {
    pub artist: String,
    pub copyright: String,
}

/// Characters of either.
const MOST_CREDIT: usize = 200;

/// Sets what new photos of this person show, and what is written into them. `shows` as [`chosen`] gives it.
pub async fn choose(app: &App, account_id: i64, shows: String, credit: Credit) -> Result<(), Refusal> {
    let line = |text: &str| uploads::clip(&text.replace(['\r', '\n'], " "), MOST_CREDIT).trim().to_owned();
    let (artist, copyright) = (line(&credit.artist), line(&credit.copyright));
    app.db
        .write(move |tx| {
            Box::pin(async move {
                Ok::<_, Refusal>(accounts::set_photo_choices(tx, account_id, &shows, &artist, &copyright).await?)
            })
        })
        .await
}

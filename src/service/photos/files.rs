//! What is kept of a photo and what is served of it, told to its owner; and her original, to her alone.

use crate::app::App;
use crate::blob::{Blob, Key};
use crate::entity::{account, photo, rendition};
use crate::photo::Removed;
use crate::service::{Refusal, views};
use crate::store::{media, posts};
use std::ops::Range;

/// The original and every file made of it.
#[derive(Debug, Clone)]
pub struct Told {
    pub photo: photo::Model,
    /// The original's colours, for people: "Adobe RGB (1998)".
    pub colours: String,
    /// Nothing of these is in any file that is served.
    pub removed: Vec<&'static str>,
    /// Largest first.
    pub files: Vec<File>,
}

/// A file that is served.
#[derive(Debug, Clone)]
pub struct File {
    pub row: rendition::Model,
    /// What it is for.
    pub purpose: &'static str,
    /// "JPEG".
    pub format: &'static str,
    /// "sRGB" or "Display P3"; of what was copied "as the original".
    pub profile: &'static str,
    pub path: String,
}

/// What is kept and served of the photos of a post; only for its author.
pub async fn of_post(app: &App, owner: &account::Model, post_id: i64) -> Result<Vec<Told>, Refusal> {
    let post = posts::by_id(&app.db.read, post_id).await?;
    post.filter(|p| p.account_id == owner.id && p.deleted_at.is_none()).ok_or(Refusal::Missing)?;
    let photos = media::of_posts(&app.db.read, &[post_id]).await?;
    let ids: Vec<i64> = photos.iter().map(|p| p.id).collect();
    let sizes = media::sizes_of(&app.db.read, &ids).await?;
    let told = photos.into_iter().map(|photo| {
        let own: Vec<_> = sizes.iter().filter(|s| s.photo_id == Some(photo.id)).collect();
        let moves = own.iter().any(|s| s.role == super::extras::ANIMATION);
        Told {
            removed: removed(&photo, moves),
            colours: colours(&photo, &own),
            files: own.into_iter().map(|row| file(app, row)).collect(),
            photo,
        }
    });
    Ok(told.collect())
}

/// By its profile; by code points where it has none but its sizes are wide.
fn colours(photo: &photo::Model, sizes: &[&rendition::Model]) -> String {
    let coded = || if sizes.iter().any(|s| s.gamut == "p3") { "Display P3" } else { "no profile, so sRGB" }.to_owned();
    super::data::metadata(photo).colours.unwrap_or_else(coded)
}

/// What is in the original only. `moves`: its animation is served beside the still sizes.
fn removed(photo: &photo::Model, moves: bool) -> Vec<&'static str> {
    let removed: Vec<Removed> = serde_json::from_str(&photo.removed).unwrap_or_default();
    removed.into_iter().filter(|what| !(moves && *what == Removed::Animation)).map(Removed::words).collect()
}

fn file(app: &App, row: &rendition::Model) -> File {
    let kind = row.key.parse::<Key>().ok().and_then(|key| key.media_type());
    File {
        purpose: match row.role.as_str() {
            "fed" => "for other servers",
            super::rebuild::FORMER => "for other servers, under its former name",
            super::extras::ANIMATION => "the animation",
            super::extras::ORIGINAL => "the original for everybody, cleaned",
            _ => "for pages",
        },
        format: kind.map_or("", |kind| match kind {
            crate::blob::MediaType::Jpeg => "JPEG",
            crate::blob::MediaType::Png => "PNG",
            crate::blob::MediaType::WebP => "WebP",
            crate::blob::MediaType::Gif => "GIF",
            crate::blob::MediaType::Heic => "HEIC",
            crate::blob::MediaType::Avif => "AVIF",
        }),
        profile: match row.gamut.as_str() {
            _ if row.quality == 0 => "as the original",
            "p3" => "Display P3",
            _ => "sRGB",
        },
        path: views::picture_path(app, &row.key),
        row: row.clone(),
    }
}

/// The original of a photo, byte for byte; only for its owner.
pub async fn original(app: &App, owner_id: i64, photo_id: i64) -> Result<(photo::Model, Blob), Refusal> {
    let row = media::by_id(&app.db.read, photo_id).await?.filter(|p| p.account_id == owner_id);
    let row = row.ok_or(Refusal::Missing)?;
    let key: Key = row.original_key.as_deref().ok_or(Refusal::Missing)?.parse().map_err(Refusal::broken)?;
    let blob = app.blobs.get(&key, None).await?.ok_or(Refusal::Missing)?;
    Ok((row, blob))
}

/// Something served, by its name: the key it lies under, which says whether everybody may see it, and its
/// bytes.
pub async fn served(app: &App, name: &Key, range: Option<Range<u64>>) -> Result<Option<(Key, Blob)>, Refusal> {
    for key in places(name) {
        if let Some(blob) = app.blobs.get(&key, range.clone()).await? {
            return Ok(Some((key, blob)));
        }
    }
    Ok(None)
}

/// The same, with its length.
pub async fn served_size(app: &App, name: &Key) -> Result<Option<(Key, u64)>, Refusal> {
    for key in places(name) {
        if let Some(size) = app.blobs.size(&key).await? {
            return Ok(Some((key, size)));
        }
    }
    Ok(None)
}

/// Where to look: it may be opened between the first two looks.
fn places(name: &Key) -> [Key; 3] {
    [true, false, true].map(|open| name.moved(open))
}

/// Originals in one archive of an export.
const EXPORT_PAGE: u64 = 200;

/// A page of this person's photos that have an original, oldest first, for an export.
pub async fn originals_after(app: &App, owner_id: i64, after: i64) -> Result<Vec<photo::Model>, Refusal> {
    Ok(media::originals_of(&app.db.read, owner_id, after, EXPORT_PAGE).await?)
}

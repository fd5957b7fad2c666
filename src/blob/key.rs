//! Names of stored bytes.

use std::fmt;
use std::str::FromStr;

/// Where private originals lie: never given a public address.
const ORIGINALS: &str = "originals/";
/// Where derived pictures lie that everybody may see: this part may have a public address.
const MEDIA: &str = "media/";
/// Where derived pictures lie that are shown to some people only: given out by the server alone, to
/// whoever knows the name.
const CLOSED: &str = "closed/";

/// What may be served, told by the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    Jpeg,
    Png,
    WebP,
    Gif,
    Heic,
    Avif,
}

impl MediaType {
    const ALL: [Self; 6] = [Self::Jpeg, Self::Png, Self::WebP, Self::Gif, Self::Heic, Self::Avif];

    fn end(self) -> &'static str {
        match self {
            Self::Jpeg => ".jpg",
            Self::Png => ".png",
            Self::WebP => ".webp",
            Self::Gif => ".gif",
            Self::Heic => ".heic",
            Self::Avif => ".avif",
        }
    }

    /// As in `Content-Type`.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
            Self::Heic => "image/heic",
            Self::Avif => "image/avif",
        }
    }

    /// The type with this name, if it is one that may be served.
    pub fn of_mime(mime: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.mime() == mime)
    }
}

/// The name of one object: `originals/{32 hex}`, or `media/{32 hex}` or `closed/{32 hex}` with the end of
/// a [`MediaType`], nothing else, so that no key can change a path or a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

/// The text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is originals/ and 32 hex digits, or media/ or closed/, 32 hex digits and .jpg, .png, .webp or .gif")]
pub struct BadKey;

impl Key {
    /// The key of a private original; `id` is 32 lower-case hex digits.
    ///
    /// # Errors
    /// [`BadKey`] for anything else.
    pub fn original(id: &str) -> Result<Self, BadKey> {
        checked(id).map(|id| Self(format!("{ORIGINALS}{id}")))
    }

    /// The key of something everybody may see; `id` is 32 lower-case hex digits.
    ///
    /// # Errors
    /// [`BadKey`] for anything else.
    pub fn media(id: &str, kind: MediaType) -> Result<Self, BadKey> {
        checked(id).map(|id| Self(format!("{MEDIA}{id}{}", kind.end())))
    }

    /// The key of something only some people are shown; `id` is 32 lower-case hex digits.
    ///
    /// # Errors
    /// [`BadKey`] for anything else.
    pub fn closed(id: &str, kind: MediaType) -> Result<Self, BadKey> {
        checked(id).map(|id| Self(format!("{CLOSED}{id}{}", kind.end())))
    }

    /// The same name where everybody may see it, or where not; originals stay what they are.
    pub fn moved(&self, open: bool) -> Self {
        let (area, name) = self.parts();
        match format!("{area}/").as_str() {
            ORIGINALS => self.clone(),
            _ => Self(format!("{}{name}", if open { MEDIA } else { CLOSED })),
        }
    }

    /// What is served under it; nothing for originals.
    pub fn media_type(&self) -> Option<MediaType> {
        let served = !self.0.starts_with(ORIGINALS);
        MediaType::ALL.into_iter().find(|kind| served && self.0.ends_with(kind.end()))
    }

    /// As in `Content-Type`; of originals nothing is known from the name.
    pub fn mime(&self) -> &'static str {
        self.media_type().map_or("application/octet-stream", MediaType::mime)
    }

    /// The whole key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether everybody may see it.
    pub fn is_open(&self) -> bool {
        self.0.starts_with(MEDIA)
    }

    /// Whether it is an original, which only its owner gets.
    pub fn is_original(&self) -> bool {
        self.0.starts_with(ORIGINALS)
    }

    /// Every beginning that keys have, so long that few share one, evenly: to go through all of a
    /// store.
    pub fn beginnings() -> impl Iterator<Item = String> {
        (0..=u8::MAX).flat_map(|n| [MEDIA, CLOSED, ORIGINALS].map(|area| format!("{area}{n:02x}")))
    }

    /// What stands before the file name, and the file name.
    pub(super) fn parts(&self) -> (&str, &str) {
        self.0.split_once('/').unwrap_or(("", &self.0))
    }
}

impl FromStr for Key {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        if let Some(id) = text.strip_prefix(ORIGINALS) {
            return Self::original(id);
        }
        let open = text.strip_prefix(MEDIA);
        let name = open.or_else(|| text.strip_prefix(CLOSED)).ok_or(BadKey)?;
        let known = MediaType::ALL.into_iter().find_map(|kind| Some((name.strip_suffix(kind.end())?, kind)));
        let (id, kind) = known.ok_or(BadKey)?;
        if open.is_some() { Self::media(id, kind) } else { Self::closed(id, kind) }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn checked(id: &str) -> Result<&str, BadKey> {
    let hex = id.len() == 32 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if hex { Ok(id) } else { Err(BadKey) }
}

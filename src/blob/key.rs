//! Names of stored bytes.

use std::fmt;
use std::str::FromStr;

/// Where private originals lie: never given a public address.
const ORIGINALS: &str = "originals/";
/// Where derived pictures lie, which anyone who knows the name may read.
const MEDIA: &str = "media/";

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

/// The name of one object: `originals/{32 hex}` or `media/{32 hex}` with the end of a [`MediaType`],
/// nothing else, so that no key can change a path or a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

/// The text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is originals/ and 32 hex digits, or media/, 32 hex digits and .jpg, .png, .webp or .gif")]
pub struct BadKey;

impl Key {
    /// The key of a private original; `id` is 32 lower-case hex digits.
    ///
    /// # Errors
    /// [`BadKey`] for anything else.
    pub fn original(id: &str) -> Result<Self, BadKey> {
        checked(id).map(|id| Self(format!("{ORIGINALS}{id}")))
    }

    /// The key of something served; `id` is 32 lower-case hex digits.
    ///
    /// # Errors
    /// [`BadKey`] for anything else.
    pub fn media(id: &str, kind: MediaType) -> Result<Self, BadKey> {
        checked(id).map(|id| Self(format!("{MEDIA}{id}{}", kind.end())))
    }

    /// What is served under it; nothing for originals.
    pub fn media_type(&self) -> Option<MediaType> {
        MediaType::ALL.into_iter().find(|kind| self.is_media() && self.0.ends_with(kind.end()))
    }

    /// The whole key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether anyone who knows the name may read it.
    pub fn is_media(&self) -> bool {
        self.0.starts_with(MEDIA)
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
        let name = text.strip_prefix(MEDIA).ok_or(BadKey)?;
        let known = MediaType::ALL.into_iter().find_map(|kind| Some((name.strip_suffix(kind.end())?, kind)));
        let (id, kind) = known.ok_or(BadKey)?;
        Self::media(id, kind)
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

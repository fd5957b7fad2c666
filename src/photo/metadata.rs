//! What a photo says about itself. Both readers take a slice cut out by [`super::probe`], follow no
//! offset outside it, and answer with nothing rather than an error: metadata never refuses a photo.

use super::limits::{MAX_ALT_CHARS, MAX_EXIF_ENTRIES, MAX_XMP, MAX_XMP_NODES};

/// What was read from the file before everything was dropped from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The IPTC alternative text, to prefill the field with; at most 1500 characters.
    pub alt_text: Option<String>,
}

/// How the stored picture must be turned to stand upright (Exif tag 0x0112).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Orientation {
    #[default]
    Upright,
    Mirrored,
    HalfTurn,
    Flipped,
    Transposed,
    /// Turn a quarter clockwise.
    QuarterTurn,
    Transversed,
    /// Turn a quarter anticlockwise.
    QuarterBack,
}

impl Orientation {
    /// Values outside 1 to 8 mean nothing and leave the picture as it is.
    pub(super) fn from_exif(value: u16) -> Self {
        match value {
            2 => Self::Mirrored,
            3 => Self::HalfTurn,
            4 => Self::Flipped,
            5 => Self::Transposed,
            6 => Self::QuarterTurn,
            7 => Self::Transversed,
            8 => Self::QuarterBack,
            _ => Self::Upright,
        }
    }

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::Transposed | Self::QuarterTurn | Self::Transversed | Self::QuarterBack)
    }

    /// A stored size as it is seen; its own inverse.
    pub(super) fn turn(self, (width, height): (u32, u32)) -> (u32, u32) {
        if self.swaps_sides() { (height, width) } else { (width, height) }
    }
}

/// Reads the orientation from a TIFF block, with or without `Exif\0\0` before it. Only the first
/// directory is read, so that no chain of offsets can loop.
pub(super) fn orientation(exif: &[u8]) -> Orientation {
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    Tiff::open(tiff)
        .and_then(|tiff| tiff.short_in_first_directory(0x0112))
        .map(Orientation::from_exif)
        .unwrap_or_default()
}

struct Tiff<'a> {
    bytes: &'a [u8],
    little_endian: bool,
}

impl<'a> Tiff<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let little_endian = match bytes.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        Some(Self { bytes, little_endian })
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let raw = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.little_endian { u16::from_le_bytes(raw) } else { u16::from_be_bytes(raw) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let raw = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.little_endian { u32::from_le_bytes(raw) } else { u32::from_be_bytes(raw) })
    }

    fn short_in_first_directory(&self, tag: u16) -> Option<u16> {
        const SHORT: u16 = 3;
        let directory = usize::try_from(self.u32(4)?).ok()?;
        let entries = self.u16(directory)?.min(MAX_EXIF_ENTRIES);
        let first = directory.checked_add(2)?;
        let found = (0..usize::from(entries))
            .filter_map(|i| first.checked_add(i * 12))
            .find(|&at| self.u16(at) == Some(tag))?;
        (self.u16(found + 2)? == SHORT && self.u32(found + 4)? == 1).then(|| self.u16(found + 8))?
    }
}

/// Reads `Iptc4xmpCore:AltTextAccessibility` from an XMP packet: the default language, else the first.
/// A document type is refused, so no entity is ever expanded (R077).
pub(super) fn alt_text(xmp: &[u8]) -> Option<String> {
    const IPTC: &str = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/";
    const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    const XML: &str = "http://www.w3.org/XML/1998/namespace";
    if xmp.len() > MAX_XMP {
        return None;
    }
    let text = std::str::from_utf8(xmp).ok()?.trim_end_matches('\0');
    let options = roxmltree::ParsingOptions { allow_dtd: false, nodes_limit: MAX_XMP_NODES, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(text, options).ok()?;

    let property = (IPTC, "AltTextAccessibility");
    if let Some(short) = document.descendants().find_map(|node| node.attribute(property)) {
        return plain(short);
    }
    let property = document.descendants().find(|node| node.has_tag_name(property))?;
    let mut languages = property.descendants().filter(|node| node.has_tag_name((RDF, "li")));
    let first = languages.clone().next();
    let default = languages.find(|node| node.attribute((XML, "lang")) == Some("x-default"));
    plain(default.or(first).unwrap_or(property).text()?)
}

/// Trimmed, without control characters, cut to length; nothing if nothing is left.
fn plain(text: &str) -> Option<String> {
    let kept = |c: &char| *c == '\n' || !c.is_control();
    let text: String = text.trim().chars().filter(kept).take(MAX_ALT_CHARS).collect();
    (!text.is_empty()).then_some(text)
}

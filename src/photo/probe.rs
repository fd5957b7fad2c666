//! What a file is, told by its bytes, and what its header claims: read by our own bounded walk before
//! any decoder sees it. Cheap: no picture is decoded, and nothing is inflated but text, up to a small limit.

mod boxes;
pub(crate) mod bytes;
mod gif;
mod heif;
mod jpeg;
mod png;
mod webp;

pub(super) use bytes::Bytes;
pub(super) use gif::blocks as gif_blocks;
pub(super) use heif::{Coded, Heif, Picture, Property, Tile, joined};
pub(super) use jpeg::{Components, Jpeg};
pub(super) use png::Png;
pub(super) use webp::{chunk as webp_chunk, frames as webp_frames};

use serde::{Deserialize, Serialize};

use super::metadata::{Carried, Metadata, Orientation, Removed, is_adobe_rgb};
use super::{Limits, PhotoError};

/// A format photos are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    Jpeg,
    Png,
    WebP,
    Gif,
    /// HEIF with HEVC, as phones write it.
    Heic,
    Avif,
}

impl Format {
    /// The media type, as in `Content-Type`.
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

    /// The format with this media type, if it is one we take.
    pub fn of_mime(mime: &str) -> Option<Self> {
        let all = [Self::Jpeg, Self::Png, Self::WebP, Self::Gif, Self::Heic, Self::Avif];
        all.into_iter().find(|format| format.mime() == mime)
    }

    /// The usual file name extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
            Self::Heic => "heic",
            Self::Avif => "avif",
        }
    }

    /// The name people use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Heic => "HEIC",
            Self::Avif => "AVIF",
        }
    }
}

/// What the header of a photo says.
#[derive(Debug, Clone)]
pub struct Probe {
    pub format: Format,
    /// Pixels as stored, before `orientation` is applied.
    pub width: u32,
    /// Pixels as stored, before `orientation` is applied.
    pub height: u32,
    pub orientation: Orientation,
    /// A progressive JPEG.
    pub progressive: bool,
    /// Scans of a JPEG; 1 otherwise.
    pub scans: u32,
    /// The embedded ICC profile (a PNG's is compressed and read while decoding).
    pub icc: Option<Vec<u8>>,
    pub(super) carried: Carried,
    pub(super) body: Body,
}

impl Probe {
    /// Width and height as seen, after `orientation`.
    pub fn upright_size(&self) -> (u32, u32) {
        self.orientation.turn((self.width, self.height))
    }

    /// What the photo says about itself. Never fails: what cannot be read is not there.
    pub fn metadata(&self) -> Metadata {
        self.carried.metadata()
    }

    /// What the file holds and nothing that is served of it will, for its owner to read.
    pub fn removed(&self) -> Vec<Removed> {
        self.carried.removed()
    }

    /// No profile, but a camera's word that the colours are those of Adobe RGB.
    pub(super) fn says_adobe_rgb(&self) -> bool {
        self.carried.exif.as_deref().is_some_and(is_adobe_rgb)
    }

    /// A JPEG that only libjpeg-turbo reads.
    pub(super) fn is_arithmetic(&self) -> bool {
        matches!(&self.body, Body::Jpeg(jpeg) if jpeg.arithmetic)
    }

    /// Bytes the decoder will hold at its worst moment, estimated from above.
    pub fn memory(&self) -> u64 {
        let a_pixel = match &self.body {
            // Planes as large as the picture at most; where all of it is gathered, also two bytes a coefficient.
            Body::Jpeg(jpeg) => jpeg.components.count() * if self.progressive || jpeg.arithmetic { 4 } else { 2 },
            Body::Png(png) => png.pixel_bytes,
            // Two canvases of RGBA and the planes of a frame.
            Body::WebP { .. } | Body::Gif => 10,
            // Planes of 16 bits, twice while tiles are put together, and the finished picture.
            Body::Heif(_) => 15,
        };
        u64::from(self.width) * u64::from(self.height) * a_pixel
    }
}

/// Where the decoder finds what it needs.
#[derive(Debug, Clone, Default)]
pub(super) enum Body {
    Jpeg(Jpeg),
    Png(Png),
    /// `end`: where the file says it ends.
    WebP {
        end: usize,
    },
    Heif(Box<Heif>),
    #[default]
    Gif,
}

/// What a walk found.
#[derive(Default)]
struct Found {
    width: u32,
    height: u32,
    orientation: Orientation,
    progressive: bool,
    scans: u32,
    icc: Option<Vec<u8>>,
    carried: Carried,
    body: Body,
}

/// Tells what `input` is and checks everything that can be checked without decoding it.
///
/// # Errors
/// Every refusal but the damage only a decoder can notice.
pub fn probe(input: &[u8], limits: &Limits) -> Result<Probe, PhotoError> {
    limits.check_bytes(input.len())?;
    let format = sniff(input)?;
    let (format, found) = match format {
        Format::Jpeg => (format, jpeg::walk(input)?),
        Format::Png => (format, png::walk(input)?),
        Format::WebP => (format, webp::walk(input)?),
        Format::Gif => (format, gif::walk(input)?),
        // Brands promise; the items tell.
        Format::Heic | Format::Avif => heif::walk(input, limits)?,
    };
    if !super::heif::reads(format) {
        return Err(PhotoError::NotTaken("a photo of a kind this server was built without"));
    }
    let probe = Probe {
        format,
        width: found.width,
        height: found.height,
        orientation: found.orientation,
        progressive: found.progressive,
        scans: found.scans.max(1),
        icc: found.icc,
        carried: found.carried,
        body: found.body,
    };
    limits.check_size(probe.width, probe.height)?;
    // Arithmetic coding costs about twice as much a scan.
    let cost = if probe.is_arithmetic() { 2 } else { 1 };
    limits.check_work(u64::from(probe.width) * u64::from(probe.height) * cost, probe.scans)?;
    limits.check_memory(probe.memory())?;
    Ok(probe)
}

fn sniff(input: &[u8]) -> Result<Format, PhotoError> {
    match input {
        [] => Err(PhotoError::Empty),
        [0xFF, 0xD8, 0xFF, ..] => Ok(Format::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Ok(Format::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Format::WebP),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(Format::Gif),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => boxed_kind(input),
        _ => Err(PhotoError::NotTaken(other_kind(input))),
    }
}

/// Tells a file of the ISO base media family by its brands.
fn boxed_kind(input: &[u8]) -> Result<Format, PhotoError> {
    let size = input.first_chunk().map_or(0, |size| u32::from_be_bytes(*size) as usize);
    let brands = input.get(8..input.len().min(size.clamp(8, 256))).unwrap_or_default();
    for brand in brands.chunks_exact(4) {
        let (format, name) = match brand {
            b"avif" | b"avis" => (Format::Avif, "an AVIF photo"),
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => {
                (Format::Heic, "a HEIC photo")
            }
            b"crx " => return Err(PhotoError::NotTaken("a raw photo")),
            b"M4A " | b"M4B " => return Err(PhotoError::NotTaken("a sound recording")),
            _ => continue,
        };
        return if super::heif::reads(format) { Ok(format) } else { Err(PhotoError::NotTaken(name)) };
    }
    Err(PhotoError::NotTaken("a video"))
}

/// Names what people most often send by mistake.
fn other_kind(input: &[u8]) -> &'static str {
    const KINDS: &[(&[u8], &str)] = &[
        (b"%PDF", "a PDF document"),
        (b"II*\0", "a TIFF or raw photo"),
        (b"MM\0*", "a TIFF or raw photo"),
        (b"IIRO", "a raw photo"),
        (b"IIU\0", "a raw photo"),
        (b"FUJIFILM", "a raw photo"),
        (b"8BPS", "a Photoshop document"),
        (b"BM", "a BMP picture"),
        (b"\xFF\x0A", "a JPEG XL photo"),
        (b"\0\0\0\x0CJXL ", "a JPEG XL photo"),
        (b"\0\0\x01\0", "an icon"),
        (b"%!PS", "a PostScript document"),
        (b"\x1A\x45\xDF\xA3", "a video"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1F\x8B", "an archive"),
        (b"\x7FELF", "a program"),
        (b"MZ", "a program"),
        (b"ID3", "a sound recording"),
        (b"OggS", "a sound recording or video"),
        (b"fLaC", "a sound recording"),
    ];
    if let [b'R', b'I', b'F', b'F', _, _, _, _, kind @ ..] = input {
        return if kind.starts_with(b"AVI ") { "a video" } else { "a sound recording" };
    }
    let known = KINDS.iter().find(|(magic, _)| input.starts_with(magic));
    known.map_or_else(|| text_kind(input), |&(_, name)| name)
}

/// Names a text by its beginning; anything else is just not a picture.
fn text_kind(input: &[u8]) -> &'static str {
    let start = String::from_utf8_lossy(input.get(..512).unwrap_or(input)).to_ascii_lowercase();
    let start = start.trim_start_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']);
    match start {
        _ if start.contains("<svg") => "an SVG drawing",
        _ if start.contains("<html") || start.starts_with("<!doctype html") => "a web page",
        _ if start.starts_with('<') => "an XML document",
        _ if start.contains(|c: char| c == '\u{FFFD}' || (c.is_control() && !c.is_whitespace())) => "not a picture",
        _ => "a text",
    }
}

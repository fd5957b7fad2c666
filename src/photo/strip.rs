//! The original without a word: the same coded pixels bit for bit, and beside them only what is needed to
//! show them right: which way is up, and the numbers of a colour profile.

mod gif;
mod heif;
mod jpeg;
mod png;
mod webp;

use super::metadata::Orientation;
use super::probe::{Body, Probe};
use super::profile::{adobe_rgb, neutral};
use super::{Limits, PhotoError, probe};

pub(super) use {gif::rebuilt as rebuilt_gif, webp::rebuilt as rebuilt_webp};

/// The photo as it came, its metadata left out. Frames of a GIF or WebP stay, those of an animated PNG
/// and of a sequence in HEIF or AVIF do not; nor do their thumbnails and other second pictures.
///
/// # Errors
/// The refusals of [`probe`].
pub fn stripped(input: &[u8], limits: &Limits) -> Result<Vec<u8>, PhotoError> {
    let probe = probe(input, limits)?;
    let kept = match &probe.body {
        Body::Jpeg(_) => jpeg::rebuilt(input, &probe)?,
        Body::Png(png) => png::rebuilt(input, &probe, png),
        Body::WebP { end } => webp::rebuilt(input.get(..*end).unwrap_or(input), &probe)?,
        Body::Gif => gif::rebuilt(input)?,
        Body::Heif(heif) => heif::rebuilt(input, heif, limits.max_bytes)?,
    };
    // A file that only just holds together may not without what was taken out.
    let again = super::probe(&kept, limits)?;
    let same = (again.format, again.upright_size()) == (probe.format, probe.upright_size());
    if same { Ok(kept) } else { Err(PhotoError::damaged("another picture without its metadata")) }
}

/// The colours of the file in numbers; nothing if it says nothing that can be used.
fn colours(probe: &Probe) -> Option<Vec<u8>> {
    let said = || (probe.icc.is_none() && probe.says_adobe_rgb()).then(|| adobe_rgb().to_vec());
    probe.icc.as_deref().and_then(neutral).or_else(said)
}

/// A block that says which way is up and nothing else.
fn orientation_block(orientation: Orientation) -> Option<Vec<u8>> {
    let [high, low] = orientation.exif().to_be_bytes();
    let entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, high, low, 0, 0];
    (orientation != Orientation::Upright).then(|| [&b"MM\0*\0\0\0\x08\0\x01"[..], &entry, &[0; 4]].concat())
}

//! From the items of a HEIF or AVIF file to pixels: every tile decoded, put together, cut, and laid on
//! white where it is transparent.

#[cfg(feature = "avif")]
mod av1;
#[cfg(any(feature = "avif", feature = "heic"))]
mod bits;
#[cfg(feature = "heic")]
mod hevc;
#[cfg(feature = "avif")]
mod obu;
mod planes;
#[cfg(feature = "heic")]
mod sequence;

use planes::Planes;

use super::colour::Tag;
use super::pixels::{Kind, Pixels};
use super::probe::{Coded, Format, Heif, Picture, Tile, joined};
use super::profile::parsed;
use super::{Limits, PhotoError};

/// What a file means that says it nowhere: the matrix of JPEG in full range.
const UNSAID: Coded = Coded { primaries: 2, transfer: 2, matrix: 2, full_range: true };

/// Whether the codec of this format was built in.
pub(super) fn reads(format: Format) -> bool {
    (format != Format::Heic || cfg!(feature = "heic")) && (format != Format::Avif || cfg!(feature = "avif"))
}

/// Decodes the picture, not yet turned, and what it says about its colours.
pub(super) fn decode(
    input: &[u8],
    heif: &Heif,
    icc: Option<Vec<u8>>,
    limits: &Limits,
) -> Result<(Pixels, Option<Tag>), PhotoError> {
    let planes = assemble(input, &heif.picture, limits)?;
    let said = heif.colour.or(planes.colour);
    if let Some(colour) = said {
        colour.check(heif.picture.format)?;
    }
    let coded = said.unwrap_or(UNSAID);
    let crop = heif.crop.unwrap_or([0, 0, planes.width, planes.height]);
    let (channels, mut data) = planes.rgb(coded, crop)?;
    if let Some(alpha) = &heif.alpha {
        let alpha = assemble(input, alpha, limits)?.grey(true, crop);
        lay_on_white(&mut data, channels, &alpha, heif.premultiplied);
    }
    let kind = if channels == 1 { Kind::Grey } else { Kind::Rgb };
    let [_, _, width, height] = crop;
    let pixels = Pixels::new(width, height, kind, data).ok_or(PhotoError::damaged("pixel count"))?;
    let said = said.map(|Coded { primaries, transfer, .. }| Tag::Cicp { primaries, transfer });
    // A profile that cannot be read says nothing.
    Ok((pixels, icc.filter(|icc| parsed(icc).is_some()).map(Tag::Icc).or(said)))
}

/// All tiles side by side; what reaches over the edge is cut off.
fn assemble(input: &[u8], picture: &Picture, limits: &Limits) -> Result<Planes, PhotoError> {
    let mut whole: Option<Planes> = None;
    for (index, tile) in (0..).zip(&picture.tiles) {
        let planes = decoded(input, picture.format, tile, limits)?;
        if picture.tiles.len() == 1 && (planes.width, planes.height) == (picture.width, picture.height) {
            return Ok(planes);
        }
        let canvas = whole.get_or_insert_with(|| planes.blank(picture.width, picture.height));
        let (column, row) = (index % picture.columns.max(1), index / picture.columns.max(1));
        canvas.paste(&planes, column * tile.width, row * tile.height)?;
    }
    whole.ok_or(PhotoError::damaged("no tiles"))
}

fn decoded(input: &[u8], format: Format, tile: &Tile, limits: &Limits) -> Result<Planes, PhotoError> {
    let damaged = || PhotoError::damaged("data of a tile");
    let setup = input.get(tile.setup.clone()).ok_or_else(damaged)?;
    let data = joined(input, &tile.data, limits.max_bytes).ok_or_else(damaged)?;
    let planes = by_codec(format, setup, data, (tile.width, tile.height))?;
    let sound = planes.is_sound() && (planes.width, planes.height) == (tile.width, tile.height);
    if sound { Ok(planes) } else { Err(PhotoError::damaged("a tile of another size")) }
}

#[cfg_attr(
    not(all(feature = "heic", feature = "avif")),
    allow(unused_variables, reason = "a codec that is not built in needs nothing")
)]
fn by_codec(format: Format, setup: &[u8], data: Vec<u8>, size: (u32, u32)) -> Result<Planes, PhotoError> {
    match format {
        #[cfg(feature = "heic")]
        Format::Heic => hevc::decode(setup, &data, size),
        #[cfg(feature = "avif")]
        Format::Avif => av1::decode(setup, data, size),
        _ => Err(PhotoError::NotTaken("a photo of a kind this server was built without")),
    }
}

/// Set-up and data of a tile without anything that makes no picture, as they can be written again.
///
/// # Errors
/// Damage; data of more than `most` bytes counts as such.
#[cfg_attr(
    not(all(feature = "heic", feature = "avif")),
    allow(unused_variables, reason = "a codec that is not built in needs nothing")
)]
pub(super) fn cleaned(
    input: &[u8],
    format: Format,
    tile: &Tile,
    most: usize,
) -> Result<(Vec<u8>, Vec<u8>), PhotoError> {
    let damaged = || PhotoError::damaged("data of a tile");
    let setup = input.get(tile.setup.clone()).ok_or_else(damaged)?;
    let data = joined(input, &tile.data, most).ok_or_else(damaged)?;
    let kept = match format {
        #[cfg(feature = "heic")]
        Format::Heic => hevc::cleaned(setup, &data),
        #[cfg(feature = "avif")]
        Format::Avif => av1::cleaned(setup, &data),
        _ => None,
    };
    kept.filter(|(_, data)| !data.is_empty()).ok_or_else(damaged)
}

fn lay_on_white(data: &mut [u8], channels: usize, alpha: &[u8], premultiplied: bool) {
    for (pixel, &alpha) in data.chunks_mut(channels).zip(alpha) {
        let alpha = u16::from(alpha);
        for value in pixel {
            let colour = if premultiplied { u16::from(*value) * 255 } else { u16::from(*value) * alpha };
            *value = ((colour + 255 * (255 - alpha) + 127) / 255).min(255) as u8;
        }
    }
}

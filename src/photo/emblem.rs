//! Small pictures that stand in a line of text: a PNG with its transparency, of the first picture there is.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops::FilterType as Filter;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, ImageReader};

use super::decode::decoder_limits;
use super::{Format, Limits, PhotoError, probe};

/// A small picture as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emblem {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// A PNG of pixels alone.
    pub bytes: Vec<u8>,
}

/// The picture, at most `side` pixels each way, never enlarged. PNG, GIF, WebP and JPEG are taken.
///
/// # Errors
/// The refusals of [`probe`], other formats, and damage found while decoding.
pub fn emblem(input: &[u8], limits: &Limits, side: u32) -> Result<Emblem, PhotoError> {
    let probe = probe(input, limits)?;
    if probe.is_arithmetic() {
        return Err(PhotoError::RareKind("arithmetic coding"));
    }
    let format = match probe.format {
        Format::Png => ImageFormat::Png,
        Format::Gif => ImageFormat::Gif,
        Format::WebP => ImageFormat::WebP,
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Heic => return Err(PhotoError::NoEmblem("a HEIC photo")),
        Format::Avif => return Err(PhotoError::NoEmblem("an AVIF photo")),
    };
    let mut reader = ImageReader::with_format(Cursor::new(input), format);
    reader.limits(decoder_limits(limits));
    let picture = reader.decode().map_err(PhotoError::unreadable)?;
    let fitted = if picture.width() > side || picture.height() > side {
        DynamicImage::from(picture.into_rgba8()).resize(side, side, Filter::CatmullRom)
    } else {
        picture
    };
    let pixels = fitted.into_rgba8();
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive)
        .write_image(&pixels, pixels.width(), pixels.height(), ExtendedColorType::Rgba8)
        .map_err(PhotoError::unreadable)?;
    Ok(Emblem { width: pixels.width(), height: pixels.height(), bytes })
}

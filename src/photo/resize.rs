//! Sizes: how large each rendition is, and how a picture gets there.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::PhotoError;
use super::pixels::{Kind, Pixels};

/// The federated file: other servers make anything larger smaller again.
const FEDERATED_SIDE: u32 = 3840;
const FEDERATED_PIXELS: u64 = 8_294_400;

/// The size of the federated rendition for an original of this size.
pub(super) fn federated((width, height): (u32, u32)) -> (u32, u32) {
    let long = width.max(height).min(FEDERATED_SIDE);
    let pixels = |size: (u32, u32)| u64::from(size.0) * u64::from(size.1);
    let size = long_side((width, height), long);
    if pixels(size) <= FEDERATED_PIXELS {
        return size;
    }
    let ratio = f64::from(width.max(height)) / f64::from(width.min(height));
    let long = (FEDERATED_PIXELS as f64 * ratio).sqrt() as u32;
    let size = long_side((width, height), long);
    // Rounding the short side up can overshoot by less than a row.
    if pixels(size) <= FEDERATED_PIXELS { size } else { long_side((width, height), long - 1) }
}

/// This size scaled to a long side, never up; the short side is rounded and at least 1.
pub(super) fn long_side((width, height): (u32, u32), long: u32) -> (u32, u32) {
    let long = long.min(width.max(height));
    if width >= height { (long, scaled(height, long, width)) } else { (scaled(width, long, height), long) }
}

/// `side` × `numerator` / `denominator`, rounded, at least 1.
pub(super) fn scaled(side: u32, numerator: u32, denominator: u32) -> u32 {
    let (side, numerator, denominator) = (u64::from(side), u64::from(numerator), u64::from(denominator.max(1)));
    u32::try_from((side * numerator + denominator / 2) / denominator).unwrap_or(u32::MAX).max(1)
}

/// The part of the picture to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    /// The largest square in the middle.
    Square,
}

impl Part {
    /// Left, top, width and height in a picture of this size.
    pub(super) fn of(self, (width, height): (u32, u32)) -> (u32, u32, u32, u32) {
        let side = width.min(height);
        match self {
            Self::Whole => (0, 0, width, height),
            Self::Square => ((width - side) / 2, (height - side) / 2, side, side),
        }
    }
}

/// Lanczos3 in the encoding the pixels are in, as every photo site does it.
pub(super) fn resize(pixels: &Pixels, (width, height): (u32, u32), part: Part) -> Result<Pixels, PhotoError> {
    let kind = match pixels.kind {
        Kind::Grey => PixelType::U8,
        Kind::Rgb => PixelType::U8x3,
        Kind::Cmyk => PixelType::U8x4,
    };
    // Four channels are inks here, not colour and alpha.
    let mut options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    if part == Part::Square {
        let (left, top, wide, high) = part.of(pixels.size());
        options = options.crop(left.into(), top.into(), wide.into(), high.into());
    }
    let source = ImageRef::new(pixels.width, pixels.height, pixels.data(), kind).map_err(PhotoError::broken)?;
    let mut target = Image::new(width, height, kind);
    Resizer::new().resize(&source, &mut target, &options).map_err(PhotoError::broken)?;
    Pixels::new(width, height, pixels.kind, target.into_vec()).ok_or(PhotoError::damaged("size of nothing"))
}

//! From pixels to the JPEG files that are served: written from nothing but pixels, so they can hold
//! nothing but pixels.

use rusty_jpeg::{ColorType, Encoder, SamplingFactor};

use super::PhotoError;
use super::pixels::{Kind, Pixels};
use super::resize::{self, Part};

/// A federated file stays below this many bytes: the smallest limit among servers in use.
const FEDERATED_BYTES: usize = 8_000_000;
const FEDERATED_QUALITIES: [u8; 4] = [85, 80, 75, 70];

/// How finely colour is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chroma {
    /// 4:2:0, for photographs.
    Halved,
    /// 4:4:4, for drawings and screenshots, whose coloured edges would fray.
    Full,
}

impl Chroma {
    /// Drawings repeat the pixel beside them; photographs, with their grain, hardly ever do.
    pub(super) fn suiting(pixels: &Pixels) -> Self {
        let channels = pixels.kind.channels();
        let samples = || pixels.data().chunks_exact(channels * 2).step_by(7);
        let repeated = samples().filter(|pair| pair.get(..channels) == pair.get(channels..)).count();
        if repeated * 2 > samples().count() { Self::Full } else { Self::Halved }
    }
}

/// A baseline JPEG with no metadata.
pub(super) fn jpeg(pixels: &Pixels, quality: u8, chroma: Chroma) -> Result<Vec<u8>, PhotoError> {
    let colours = match pixels.kind {
        Kind::Grey => ColorType::Luma,
        Kind::Rgb => ColorType::Rgb,
        Kind::Cmyk => ColorType::Cmyk,
    };
    let side = |pixels: u32| u16::try_from(pixels).unwrap_or(u16::MAX);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(match chroma {
        Chroma::Halved => SamplingFactor::F_2_2,
        Chroma::Full => SamplingFactor::F_1_1,
    });
    encoder.encode(pixels.data(), side(pixels.width), side(pixels.height), colours).map_err(PhotoError::broken)?;
    Ok(bytes)
}

/// The federated file: the best quality that fits, then ever smaller. Gives its pixels with it.
pub(super) fn federated(mut pixels: Pixels, chroma: Chroma) -> Result<(Pixels, u8, Vec<u8>), PhotoError> {
    let mut bytes = Vec::new();
    for quality in FEDERATED_QUALITIES {
        bytes = jpeg(&pixels, quality, chroma)?;
        if bytes.len() < FEDERATED_BYTES {
            return Ok((pixels, quality, bytes));
        }
    }
    let [.., lowest] = FEDERATED_QUALITIES;
    while bytes.len() >= FEDERATED_BYTES {
        let smaller = (resize::scaled(pixels.width, 85, 100), resize::scaled(pixels.height, 85, 100));
        pixels = resize::resize(&pixels, smaller, Part::Whole)?;
        bytes = jpeg(&pixels, lowest, chroma)?;
    }
    Ok((pixels, lowest, bytes))
}

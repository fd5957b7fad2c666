//! The files that are served: their qualities, and the bound on the federated one.

use super::colour::Gamut;
use super::jpeg::encode::encode;
use super::pixels::{Kind, Pixels};
use super::planes::{Chroma, Picture};
use super::recipe::Recipe;
use super::{resize, scale};

/// A federated file stays below this many bytes: the smallest limit among servers in use.
const FEDERATED_BYTES: usize = 8_000_000;

impl Chroma {
    /// Drawings repeat the pixel beside them; photographs, with their grain, hardly ever do.
    pub(super) fn suiting(pixels: &Pixels) -> Self {
        fn repeats<const CHANNELS: usize>(data: &[u8]) -> bool {
            let pairs = || data.as_chunks::<CHANNELS>().0.as_chunks::<2>().0.iter().step_by(7);
            pairs().filter(|[one, next]| one == next).count() * 2 > pairs().count()
        }
        let repeats = match pixels.kind {
            Kind::Grey => repeats::<1>(pixels.data()),
            Kind::Rgb => repeats::<3>(pixels.data()),
            Kind::Cmyk => repeats::<4>(pixels.data()),
        };
        if repeats { Self::Full } else { Self::Halved }
    }
}

/// A baseline JPEG with no metadata; colours beyond sRGB carry our profile for them.
pub(super) fn jpeg(picture: &Picture, quality: u8, gamut: Gamut) -> Vec<u8> {
    encode(picture, quality, (gamut != Gamut::Srgb && !picture.is_grey()).then(|| gamut.icc()))
}

/// The federated file: the best quality that fits, then ever smaller. Gives its pixels with it.
pub(super) fn federated(mut picture: Picture, recipe: Recipe) -> (Picture, u8, Vec<u8>) {
    let (mut bytes, mut lowest) = (Vec::new(), recipe.federated);
    for quality in recipe.federated_qualities() {
        lowest = quality;
        bytes = jpeg(&picture, quality, Gamut::Srgb);
        if bytes.len() < FEDERATED_BYTES {
            return (picture, quality, bytes);
        }
    }
    while bytes.len() >= FEDERATED_BYTES {
        let (width, height) = picture.size();
        let smaller = (resize::scaled(width, 85, 100), resize::scaled(height, 85, 100));
        picture = scale::picture(&picture, smaller, picture.chroma);
        bytes = jpeg(&picture, lowest, Gamut::Srgb);
    }
    (picture, lowest, bytes)
}

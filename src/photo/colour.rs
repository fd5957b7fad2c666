//! Everything becomes sRGB. A profile we cannot use is treated as absent: the photo is taken as sRGB,
//! which is what most programs would show.

use std::sync::Arc;

use moxcms::{
    CicpColorPrimaries, CicpProfile, ColorProfile, DataColorSpace, Layout, MatrixCoefficients, RenderingIntent,
    TransferCharacteristics, Transform8BitExecutor, TransformOptions,
};

use super::PhotoError;
use super::limits::{MAX_ICC_CMYK, MAX_ICC_TAGS};
use super::pixels::{Kind, Pixels};

/// What a file says about its colours.
#[derive(Debug, Clone)]
pub(super) enum Tag {
    /// An ICC profile.
    Icc(Vec<u8>),
    /// Code points of ITU-T H.273.
    Cicp { primaries: u8, transfer: u8 },
}

/// A way to sRGB.
pub(super) type Way = Arc<Transform8BitExecutor>;

/// The way to sRGB from pixels of a kind that carry a tag; `None` if they are there already.
pub(super) fn way(tag: Option<&Tag>, kind: Kind) -> Option<Way> {
    tag.and_then(profile).and_then(|profile| transform(&profile, kind))
}

/// Converts to sRGB: grey stays grey, everything else becomes RGB.
pub(super) fn to_srgb(pixels: Pixels, way: Option<&Way>) -> Result<Pixels, PhotoError> {
    let Some(transform) = way else {
        return Ok(if pixels.kind == Kind::Cmyk { plain_inks(pixels) } else { pixels });
    };
    let (width, height) = pixels.size();
    let mut rgb = vec![0; pixels.data().len() / pixels.kind.channels() * 3];
    transform.transform(pixels.data(), &mut rgb).map_err(PhotoError::broken)?;
    let (kind, data) = match pixels.kind {
        Kind::Grey => (Kind::Grey, rgb.into_iter().step_by(3).collect()),
        Kind::Rgb | Kind::Cmyk => (Kind::Rgb, rgb),
    };
    Ok(Pixels::new(width, height, kind, data).unwrap_or(pixels))
}

fn profile(tag: &Tag) -> Option<ColorProfile> {
    match tag {
        Tag::Icc(bytes) => {
            let tags = u32::from_be_bytes(*bytes.get(128..)?.first_chunk()?);
            (tags <= MAX_ICC_TAGS && bytes.len() <= MAX_ICC_CMYK).then(|| ColorProfile::new_from_slice(bytes).ok())?
        }
        // PQ and HLG are brightness, not colour: they would need tone mapping.
        Tag::Cicp { transfer: 16 | 18, .. } => None,
        &Tag::Cicp { primaries, transfer } => Some(ColorProfile::new_from_cicp(CicpProfile {
            color_primaries: CicpColorPrimaries::try_from(primaries).ok()?,
            transfer_characteristics: TransferCharacteristics::try_from(transfer).ok()?,
            matrix_coefficients: MatrixCoefficients::Identity,
            full_range: true,
        })),
    }
}

/// The way to sRGB; `None` if the profile is of another kind than the pixels, or changes nothing.
fn transform(profile: &ColorProfile, kind: Kind) -> Option<Way> {
    let (space, layout) = match kind {
        Kind::Grey => (DataColorSpace::Gray, Layout::Gray),
        Kind::Rgb => (DataColorSpace::Rgb, Layout::Rgb),
        Kind::Cmyk => (DataColorSpace::Cmyk, Layout::Rgba),
    };
    if profile.color_space != space {
        return None;
    }
    // A table profile may hold its perceptual table only, which then stands for every intent (ICC.1, 9.2).
    let transform =
        [RenderingIntent::RelativeColorimetric, RenderingIntent::Perceptual].into_iter().find_map(|intent| {
            let options = TransformOptions { rendering_intent: intent, ..Default::default() };
            profile.create_transform_8bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, options).ok()
        })?;
    (kind != Kind::Rgb || !is_identity(&*transform)).then_some(transform)
}

/// Whether a transform moves no colour of a coarse cube by more than one step. Cameras embed sRGB under
/// many names; this asks the profile what it does instead of what it is called.
fn is_identity(transform: &Transform8BitExecutor) -> bool {
    let steps = || (0..=255u8).step_by(51);
    let cube: Vec<u8> = steps().flat_map(|r| steps().flat_map(move |g| steps().flat_map(move |b| [r, g, b]))).collect();
    let mut moved = vec![0; cube.len()];
    transform.transform(&cube, &mut moved).is_ok() && cube.iter().zip(&moved).all(|(a, b)| a.abs_diff(*b) <= 1)
}

/// CMYK without a profile: ink simply takes light away.
fn plain_inks(pixels: Pixels) -> Pixels {
    let (inks, _) = pixels.data().as_chunks::<4>();
    let light = |ink: u8, black: u8| 255 - ink.saturating_add(black);
    let rgb = inks.iter().flat_map(|&[c, m, y, k]| [light(c, k), light(m, k), light(y, k)]).collect();
    Pixels::new(pixels.width, pixels.height, Kind::Rgb, rgb).unwrap_or(pixels)
}

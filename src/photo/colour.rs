//! Colours of the original become those we serve: sRGB for everybody, Display P3 where a page can show
//! more. A profile we cannot use is treated as absent: the photo is taken as sRGB, which is what most
//! programs would show.

mod dither;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use moxcms::{
    CicpColorPrimaries, CicpProfile, ColorProfile, DataColorSpace, Layout, MatrixCoefficients, RenderingIntent,
    TransferCharacteristics, Transform8BitExecutor, TransformOptions,
};

pub(super) use dither::{threshold, to_8_bits};

use super::PhotoError;
use super::pixels::{Kind, Pixels};
use super::profile::{self, display_p3, is_display_p3, is_srgb, parsed, srgb};

/// What a file says about its colours.
#[derive(Debug, Clone)]
pub(super) enum Tag {
    /// An ICC profile.
    Icc(Vec<u8>),
    /// Code points of ITU-T H.273.
    Cicp { primaries: u8, transfer: u8 },
    /// Said by an interoperability index, without a profile.
    AdobeRgb,
    /// What [`convert`] made.
    #[cfg_attr(not(test), expect(dead_code, reason = "for pictures that come back from a page's size"))]
    DisplayP3,
}

/// The colours a served picture is encoded in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gamut {
    Srgb,
    DisplayP3,
}

impl Gamut {
    /// Our own profile for it, to embed. sRGB is understood without one.
    pub fn icc(self) -> &'static [u8] {
        match self {
            Self::Srgb => srgb(),
            Self::DisplayP3 => display_p3(),
        }
    }

    fn profile(self) -> ColorProfile {
        match self {
            Self::Srgb => ColorProfile::new_srgb(),
            Self::DisplayP3 => ColorProfile::new_display_p3(),
        }
    }
}

/// What the colours of a picture are, seen from those we serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// One of ours: nothing has to be converted for it.
    Known(Gamut),
    /// Something else, to be converted.
    Other,
}

/// What pixels of a kind with this tag are. A tag that cannot be used is none.
pub(super) fn source(tag: Option<&Tag>, kind: Kind) -> Source {
    let known = match tag.map(|tag| (tag, gamut_of(tag))) {
        None => Some(Gamut::Srgb),
        Some((_, Some(gamut))) if kind == Kind::Rgb => Some(gamut),
        Some((tag, _)) => {
            let fits = |profile: &ColorProfile| profile.color_space == space(kind).0;
            let changes = profile(tag).filter(fits).and_then(|profile| transform(&profile, kind, Gamut::Srgb));
            changes.is_none().then_some(Gamut::Srgb)
        }
    };
    match known.filter(|_| kind != Kind::Cmyk) {
        Some(gamut) => Source::Known(gamut),
        None => Source::Other,
    }
}

/// Converts colours, relative colorimetric: grey stays grey, everything else becomes RGB. Without a tag
/// that can be used the pixels are taken as sRGB.
///
/// # Errors
/// Only our own faults.
pub(super) fn convert(pixels: Pixels, tag: Option<&Tag>, to: Gamut) -> Result<Pixels, PhotoError> {
    let Some(transform) = way(pixels.kind, tag, to) else {
        return match pixels.kind {
            Kind::Cmyk => convert(plain_inks(pixels), None, to),
            _ => Ok(pixels),
        };
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

/// The way of pixels with this tag to other colours; `None` if nothing changes.
pub(super) fn way(kind: Kind, tag: Option<&Tag>, to: Gamut) -> Option<Arc<Transform8BitExecutor>> {
    let fits = |profile: &ColorProfile| profile.color_space == space(kind).0;
    let source = tag.filter(|tag| gamut_of(tag) != Some(to)).and_then(profile).filter(fits);
    // Grey is the same in both; it needs a profile of its own to change.
    let untagged = || (to != Gamut::Srgb && tag.is_none() && kind == Kind::Rgb).then(ColorProfile::new_srgb);
    source.or_else(untagged).and_then(|profile| transform(&profile, kind, to))
}

/// The colours the sizes for pages keep: those of a Display P3 original stay; another original with
/// colours outside sRGB becomes Display P3, everything else sRGB. `small` is a small copy (480 pixels
/// do), still in the colours of its file.
///
/// # Errors
/// Only our own faults.
pub(super) fn page_gamut(small: &Pixels, tag: Option<&Tag>) -> Result<Gamut, PhotoError> {
    match tag.map(gamut_of) {
        _ if small.kind == Kind::Grey => Ok(Gamut::Srgb),
        Some(Some(gamut)) => Ok(gamut),
        None => Ok(Gamut::Srgb),
        Some(None) => {
            let converted = convert(small.clone(), tag, Gamut::DisplayP3)?;
            Ok(if holds_more_than_srgb(&converted) { Gamut::DisplayP3 } else { Gamut::Srgb })
        }
    }
}

/// Whether more than a thousandth of these Display P3 pixels are colours sRGB does not have.
fn holds_more_than_srgb(pixels: &Pixels) -> bool {
    let (colours, _) = pixels.data().as_chunks::<3>();
    let outside = colours.iter().filter(|&&colour| is_outside_srgb(colour)).count();
    outside * 1000 > colours.len()
}

/// Seen from Display P3 in 8 bits, whose steps may reach past the edge by as much as is allowed here.
fn is_outside_srgb(colour: [u8; 3]) -> bool {
    /// Linear Display P3 to linear sRGB: both have the white point D65.
    const TO_SRGB: [[f32; 3]; 3] =
        [[1.224_94, -0.224_94, 0.0], [-0.042_057, 1.042_057, 0.0], [-0.019_638, -0.078_636, 1.098_274]];
    let [r, g, b] = colour.map(|value| LIGHT.get(usize::from(value)).copied().unwrap_or_default());
    TO_SRGB.iter().any(|[x, y, z]| !(-0.006..=1.015).contains(&(x * r + y * g + z * b)))
}

/// Linear light of every sRGB (and Display P3) code value.
static LIGHT: std::sync::LazyLock<[f32; 256]> = std::sync::LazyLock::new(|| {
    std::array::from_fn(|value| {
        let value = value as f32 / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
});

/// What a photo's colours are called, for people.
pub(super) fn name(tag: &Tag) -> String {
    let name = match (tag, gamut_of(tag)) {
        (Tag::Icc(icc), _) => return profile::name(icc),
        (Tag::AdobeRgb, _) => "Adobe RGB, by the camera's word",
        (_, Some(Gamut::Srgb)) => "sRGB",
        (_, Some(Gamut::DisplayP3)) => "Display P3",
        (_, None) => "by other code points (H.273)",
    };
    name.to_owned()
}

/// The gamut of ours a tag means, if it means one.
fn gamut_of(tag: &Tag) -> Option<Gamut> {
    match tag {
        Tag::Icc(icc) if is_srgb(icc) => Some(Gamut::Srgb),
        Tag::Icc(icc) if is_display_p3(icc) => Some(Gamut::DisplayP3),
        &Tag::Cicp { primaries, transfer } => match (primaries, still_transfer(transfer)) {
            (1 | 2, 13) => Some(Gamut::Srgb),
            (12, 13) => Some(Gamut::DisplayP3),
            _ => None,
        },
        Tag::DisplayP3 => Some(Gamut::DisplayP3),
        Tag::Icc(_) | Tag::AdobeRgb => None,
    }
}

/// The curves of television are those of its cameras; stills that carry their code points are meant for
/// a display, and shown with the sRGB curve.
fn still_transfer(transfer: u8) -> u8 {
    if matches!(transfer, 1 | 2 | 6 | 14 | 15) { 13 } else { transfer }
}

fn profile(tag: &Tag) -> Option<ColorProfile> {
    match tag {
        Tag::Icc(bytes) => parsed(bytes),
        // PQ and HLG are brightness, not colour: they would need tone mapping.
        Tag::Cicp { transfer: 16 | 18, .. } => None,
        &Tag::Cicp { primaries, transfer } => Some(ColorProfile::new_from_cicp(CicpProfile {
            color_primaries: CicpColorPrimaries::try_from(if primaries == 2 { 1 } else { primaries }).ok()?,
            transfer_characteristics: TransferCharacteristics::try_from(still_transfer(transfer)).ok()?,
            matrix_coefficients: MatrixCoefficients::Identity,
            full_range: true,
        })),
        Tag::AdobeRgb => Some(ColorProfile::new_adobe_rgb()),
        Tag::DisplayP3 => Some(ColorProfile::new_display_p3()),
    }
}

fn space(kind: Kind) -> (DataColorSpace, Layout) {
    match kind {
        Kind::Grey => (DataColorSpace::Gray, Layout::Gray),
        Kind::Rgb => (DataColorSpace::Rgb, Layout::Rgb),
        Kind::Cmyk => (DataColorSpace::Cmyk, Layout::Rgba),
    }
}

/// The way from a profile; `None` if there is none, or if it changes nothing.
fn transform(profile: &ColorProfile, kind: Kind, to: Gamut) -> Option<Arc<Transform8BitExecutor>> {
    let (_, layout) = space(kind);
    // A table profile may hold its perceptual table only, which then stands for every intent (ICC.1, 9.2).
    let transform =
        [RenderingIntent::RelativeColorimetric, RenderingIntent::Perceptual].into_iter().find_map(|intent| {
            let options = TransformOptions { rendering_intent: intent, ..Default::default() };
            profile.create_transform_8bit(layout, &to.profile(), Layout::Rgb, options).ok()
        })?;
    (kind != Kind::Rgb || !is_identity(&*transform)).then_some(transform)
}

/// Whether a transform moves no colour of a coarse cube by more than one step.
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

//! Photos: bytes in, bytes out. Knows no HTTP, no database and no files, and shares no state, so that
//! it can run in a process of its own.
//!
//! `probe` (what is it, may it come in) → `decode` → `resize` → turn upright → `colour` (sRGB) →
//! `encode` and `placeholder`. What comes out is written from pixels alone: of the original file's own
//! bytes nothing survives.

mod animation;
mod colour;
mod credit;
mod decode;
mod emblem;
mod encode;
mod error;
mod heif;
mod jpeg;
mod limits;
mod metadata;
mod pixels;
mod placeholder;
mod planes;
mod probe;
pub mod profile;
mod recipe;
mod repaint;
mod resize;
mod scale;
#[macro_use]
mod simd;
mod strip;
mod turn;
mod ycc;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use animation::{Animation, animation};
pub use colour::Gamut;
pub use credit::with_credit;
pub use emblem::{Emblem, emblem};
pub use error::{Cause, PhotoError};
pub use limits::Limits;
pub use metadata::{Metadata, Orientation, Removed};
pub use probe::{Format, Probe, probe};
pub use recipe::{PIPELINE_VERSION, Recipe};
pub use strip::stripped;

use colour::Source;
use pixels::Pixels;
use planes::{Chroma, Picture};
use probe::Body;
use resize::Part;

/// Everything made of one original.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Derived {
    /// What the original is.
    pub format: Format,
    /// Pixels of the original as seen, after its orientation.
    pub width: u32,
    /// Pixels of the original as seen, after its orientation.
    pub height: u32,
    /// Largest first; the first is always [`Role::Federated`].
    pub renditions: Vec<Rendition>,
    /// 4 × 3, 3 × 4 or 4 × 4 components, by the shape of the photo.
    pub blurhash: String,
    /// The average colour, sRGB, averaged in linear light.
    pub average: [u8; 3],
    /// What the original said about itself.
    pub metadata: Metadata,
    /// What is in the original and in nothing that is served.
    pub removed: Vec<Removed>,
}

/// One file to serve: always a baseline sRGB JPEG without metadata.
#[derive(Clone, Serialize, Deserialize)]
pub struct Rendition {
    pub role: Role,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// JPEG quality, 1 to 100.
    pub quality: u8,
    /// The colours it is encoded in; anything but sRGB carries our profile for it.
    pub gamut: Gamut,
    /// The file; not part of what is serialised.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Rendition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Rendition({} {}x{}, {} bytes)", self.role, self.width, self.height, self.bytes.len())
    }
}

/// What a rendition is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// The file other servers fetch: long side at most 3840, at most 8 294 400 pixels, below 8 MB.
    Federated,
    /// Long side 2560 pixels.
    Px2560,
    /// Long side 1600 pixels.
    Px1600,
    /// Long side 960 pixels.
    Px960,
    /// Long side 480 pixels.
    Px480,
}

impl Role {
    /// Every role, largest first.
    pub const ALL: [Self; 5] = [Self::Federated, Self::Px2560, Self::Px1600, Self::Px960, Self::Px480];

    /// The name it is stored under.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Federated => "fed",
            Self::Px2560 => "2560",
            Self::Px1600 => "1600",
            Self::Px960 => "960",
            Self::Px480 => "480",
        }
    }

    /// Long side in pixels and JPEG quality of the sizes made from the federated one. Small ones are
    /// mostly shown on dense screens, where less quality is seen less.
    fn smaller(self, recipe: Recipe) -> Option<(u32, u8)> {
        match self {
            Self::Federated => None,
            Self::Px2560 => Some((2560, recipe.pages)),
            Self::Px1600 => Some((1600, recipe.pages)),
            Self::Px960 => Some((960, recipe.pages.saturating_sub(2))),
            Self::Px480 => Some((480, recipe.pages.saturating_sub(4))),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A stored name that is no [`Role`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no rendition")]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.as_str() == name).ok_or_else(|| UnknownRole(name.to_owned()))
    }
}

/// Derives everything that is served from an original.
///
/// # Errors
/// The refusals of [`probe`], and damage found while decoding.
pub fn process(input: &[u8], limits: &Limits) -> Result<Derived, PhotoError> {
    process_by(input, limits, Recipe::default())
}

/// The same by another recipe.
///
/// # Errors
/// As [`process`].
pub fn process_by(input: &[u8], limits: &Limits, recipe: Recipe) -> Result<Derived, PhotoError> {
    let probe = probe(input, limits)?;
    let (width, height) = probe.upright_size();
    let Master { federated, pages, colours } =
        Master::of(input, &probe, resize::federated((width, height)), Part::Whole, limits)?;

    let rendition = |role, picture: &Picture, quality, gamut, bytes| {
        let (width, height) = picture.size();
        Rendition { role, width, height, quality, gamut, bytes }
    };
    let (federated, quality, bytes) = encode::federated(federated, recipe);
    let mut renditions = vec![rendition(Role::Federated, &federated, quality, Gamut::Srgb, bytes)];
    let largest = federated.size();
    let (mut picture, gamut, federated) = match pages {
        Some((pages, gamut)) => (pages, gamut, Some(federated)),
        None => (federated, Gamut::Srgb, None),
    };
    for role in Role::ALL {
        let Some((side, quality)) = role.smaller(recipe).filter(|&(side, _)| earns_its_place(role, side, largest))
        else {
            continue;
        };
        // Each from the next larger: as good as from the original, at half the cost.
        picture = scale::picture(&picture, resize::long_side((width, height), side), picture.chroma);
        renditions.push(rendition(role, &picture, quality, gamut, encode::jpeg(&picture, quality, gamut)));
    }

    // Placeholders are sRGB by agreement.
    let (blurhash, average) = placeholder::placeholder(federated.as_ref().unwrap_or(&picture))?;
    let (metadata, removed) = (Metadata { colours, ..probe.metadata() }, probe.removed());
    Ok(Derived { format: probe.format, width, height, renditions, blurhash, average, metadata, removed })
}

/// Nothing is enlarged, and no size is made that the federated file already is; 2560 only when it is
/// more than a tenth smaller.
fn earns_its_place(role: Role, side: u32, (width, height): (u32, u32)) -> bool {
    let largest = width.max(height);
    match role {
        Role::Px2560 => largest * 10 > side * 11,
        _ => largest > side,
    }
}

/// A square from the middle, `side` pixels or as large as the original allows: an avatar. Its role says
/// [`Role::Federated`], as other servers fetch it.
///
/// # Errors
/// As [`process`].
pub fn avatar(input: &[u8], limits: &Limits, side: u32) -> Result<Rendition, PhotoError> {
    let probe = probe(input, limits)?;
    let side = side.min(probe.width).min(probe.height).max(1);
    single(Master::of(input, &probe, (side, side), Part::Square, limits)?.federated)
}

/// The whole picture, at most `max_width` pixels wide and never larger than the federated size: a
/// header. Its role says [`Role::Federated`].
///
/// # Errors
/// As [`process`].
pub fn fit(input: &[u8], limits: &Limits, max_width: u32) -> Result<Rendition, PhotoError> {
    let probe = probe(input, limits)?;
    let (width, height) = resize::federated(probe.upright_size());
    let narrow = width.min(max_width.max(1));
    let size = (narrow, resize::scaled(height, narrow, width));
    single(Master::of(input, &probe, size, Part::Whole, limits)?.federated)
}

fn single(picture: Picture) -> Result<Rendition, PhotoError> {
    let (picture, quality, bytes) = encode::federated(picture, Recipe::default());
    let (width, height) = picture.size();
    Ok(Rendition { role: Role::Federated, width, height, quality, gamut: Gamut::Srgb, bytes })
}

/// The part of a photo asked for, upright, from which everything served is made.
struct Master {
    /// In sRGB.
    federated: Picture,
    /// The same in the colours pages are shown, where those are more.
    pages: Option<(Picture, Gamut)>,
    /// What the original's colours are called, where it says.
    colours: Option<String>,
}

impl Master {
    /// `size` pixels of the photo. Turning and colour come after the resize, when there is less to turn
    /// and convert.
    fn of(input: &[u8], probe: &Probe, size: (u32, u32), part: Part, limits: &Limits) -> Result<Self, PhotoError> {
        let stored = probe.orientation.turn(size);
        let Body::Jpeg(jpeg) = &probe.body else {
            let (mut pixels, tag) = decode::decode(input, probe, limits)?;
            let chroma = Chroma::suiting(&pixels);
            if let Source::Known(gamut) = colour::source(tag.as_ref(), pixels.kind) {
                let crop = decode::Crop { part: part.of(pixels.size()), size: stored };
                let picture = decode::scaled(&pixels, crop, chroma, turn::reversed(probe.orientation));
                drop(pixels);
                return Self::of_planes(turn::upright(picture, probe.orientation), gamut, tag.as_ref());
            }
            if pixels.size() != stored {
                pixels = resize::resize(&pixels, stored, part)?;
            }
            return Self::of_pixels(pixels.upright(probe.orientation), tag.as_ref(), chroma);
        };
        let tag = decode::tag(probe);
        let crop = decode::Crop { part: part.of((probe.width, probe.height)), size: stored };
        match colour::source(tag.as_ref(), jpeg.components.kind()) {
            Source::Known(gamut) if jpeg.components.is_planar() => {
                let shifted = turn::reversed(probe.orientation);
                let picture = decode::planes(input, jpeg, crop, Chroma::Halved, shifted)?;
                Self::of_planes(turn::upright(picture, probe.orientation), gamut, tag.as_ref())
            }
            _ => {
                let picture = decode::planes(input, jpeg, crop, Chroma::Full, (false, false))?;
                let pixels = decode::mixed(&picture.planes, stored, jpeg.components)?;
                Self::of_pixels(pixels.upright(probe.orientation), tag.as_ref(), Chroma::Halved)
            }
        }
    }

    fn of_planes(picture: Picture, gamut: Gamut, tag: Option<&colour::Tag>) -> Result<Self, PhotoError> {
        if gamut == Gamut::Srgb {
            return Ok(Self { federated: picture, pages: None, colours: tag.map(colour::name) });
        }
        let federated = repaint::repainted(&picture, tag, Gamut::Srgb)?;
        Ok(Self { federated, pages: Some((picture, gamut)), colours: tag.map(colour::name) })
    }

    fn of_pixels(pixels: Pixels, tag: Option<&colour::Tag>, chroma: Chroma) -> Result<Self, PhotoError> {
        /// Long side of the copy that tells which colours there are.
        const GLANCE: u32 = 480;
        let gamut = if tag.is_some() {
            let glance = resize::resize(&pixels, resize::long_side(pixels.size(), GLANCE), Part::Whole)?;
            colour::page_gamut(&glance, tag)?
        } else {
            Gamut::Srgb
        };
        let pages = match gamut {
            Gamut::Srgb => None,
            wider => Some((ycc::to_picture(&colour::convert(pixels.clone(), tag, wider)?, chroma), wider)),
        };
        let federated = ycc::to_picture(&colour::convert(pixels, tag, Gamut::Srgb)?, chroma);
        Ok(Self { federated, pages, colours: tag.map(colour::name) })
    }
}

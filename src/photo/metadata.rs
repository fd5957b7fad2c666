//! What a photo says about itself. Every reader takes a slice cut out by [`super::probe`], follows no
//! offset outside it, counts what it reads, and answers with nothing rather than an error: metadata
//! never refuses a photo.

mod exif;
mod iptc;
mod readable;
mod removed;
mod text;
mod xmp;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub(super) use exif::{is_adobe_rgb, orientation};
pub use removed::Removed;
use text::{link, list};

use super::limits::MAX_IPTC;

/// What was read from the file before everything was dropped from it: for its owner, who decides which
/// of it is shown. Coordinates and serial numbers are never among it. As JSON, what is absent is left
/// out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// Maker of the camera, as it writes itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub make: Option<String>,
    /// Model of the camera; often begins with its maker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lens_make: Option<String>,
    /// Model of the lens, or its range: "24–70 mm f/2.8".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lens: Option<String>,
    /// Millimetres: "35", "4.3".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focal_length: Option<String>,
    /// Millimetres of the lens that would show as much on 35 mm film.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focal_length_35mm: Option<u32>,
    /// The f-number: "2.8".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aperture: Option<String>,
    /// Seconds, as people read them: "1/250", "0.8", "30".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<String>,
    /// Steps of exposure (EV), never zero: "+0.7", "-1".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure_bias: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iso: Option<u32>,
    /// Whether the flash fired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flash: Option<bool>,
    /// The camera's own clock: "2026-07-04T18:22:03". Without `taken_offset` nobody knows its zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<String>,
    /// The zone of `taken`, if the camera wrote one: "+02:00".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_offset: Option<String>,
    /// Film the picture was taken on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub film: Option<String>,
    /// Developer and process of the film.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chemistry: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scanner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The caption; what cameras write into it by themselves is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// At most 50, each once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// The IPTC alternative text, to prefill the field with; at most 1500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt_text: Option<String>,
    /// The IPTC extended description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub long_description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copyright: Option<String>,
    /// Address of the licence or of the statement of rights; `http` or `https`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Last word of the IPTC digital source type: "digitalCapture", "trainedAlgorithmicMedia".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_type: Option<String>,
    /// Name of the profile its colours are described by; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colours: Option<String>,
    /// The file told where it was taken. Where is never kept.
    #[serde(skip_serializing_if = "is_false")]
    pub gps: bool,
    /// The file held signed content credentials (C2PA). They are not checked.
    #[serde(skip_serializing_if = "is_false")]
    pub content_credentials: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Metadata {
    /// Maker and model, the maker once: "Nikon D850", "Apple iPhone 15".
    pub fn camera(&self) -> Option<String> {
        match (self.make.as_deref(), self.model.as_deref()) {
            (Some(make), Some(model)) => Some(text::with_maker(make, model)),
            (make, model) => model.or(make).map(str::to_owned),
        }
    }
}

impl Metadata {
    /// With what another source knows of the camera and this one does not.
    fn completed(self, other: Self) -> Self {
        let same = self.taken.is_none() || self.taken == other.taken;
        let make = self.make.is_none() && self.model.is_none();
        Self {
            make: self.make.or(other.make.filter(|_| make)),
            model: self.model.or(other.model.filter(|_| make)),
            lens_make: self.lens_make.or(other.lens_make.filter(|_| self.lens.is_none())),
            lens: self.lens.or(other.lens),
            focal_length: self.focal_length.or(other.focal_length),
            focal_length_35mm: self.focal_length_35mm.or(other.focal_length_35mm),
            aperture: self.aperture.or(other.aperture),
            exposure: self.exposure.or(other.exposure),
            exposure_bias: self.exposure_bias.or(other.exposure_bias),
            iso: self.iso.or(other.iso),
            flash: self.flash.or(other.flash),
            // A zone belongs to its time.
            taken_offset: self.taken_offset.or(other.taken_offset.filter(|_| same)),
            taken: self.taken.or(other.taken),
            ..self
        }
    }
}

/// The one thing press records know of the camera.
fn by_date(records: &[u8]) -> Metadata {
    let (taken, taken_offset) = iptc::taken(records);
    Metadata { taken, taken_offset, ..Metadata::default() }
}

/// The parts of a file that speak of the picture, as the walk of its format cut them out.
#[derive(Debug, Clone, Default)]
pub(super) struct Carried {
    /// A TIFF block, with or without `Exif\0\0` before it.
    pub exif: Option<Vec<u8>>,
    /// An XMP packet.
    pub xmp: Option<Vec<u8>>,
    /// Records of IPTC-IIM.
    pub iptc: Option<Vec<u8>>,
    /// What the walk saw that will not be served.
    pub seen: BTreeSet<Removed>,
}

/// How a segment with Photoshop's resources begins.
pub(super) const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";

impl Carried {
    /// Takes the IPTC records out of a segment of Photoshop's resources.
    pub(super) fn photoshop(&mut self, segment: &[u8]) {
        self.saw(Removed::PhotoshopData);
        let records = segment.strip_prefix(PHOTOSHOP).and_then(iptc::records).filter(|data| data.len() <= MAX_IPTC);
        if let (None, Some(records)) = (&self.iptc, records) {
            self.iptc = Some(records.to_vec());
        }
    }

    /// Marks what is seen and will not be served.
    pub(super) fn saw(&mut self, what: Removed) {
        self.seen.insert(what);
    }

    /// Everything read. What a person wrote into XMP wins over IPTC, that over Exif; of what the camera
    /// knows, its own Exif wins.
    pub(super) fn metadata(&self) -> Metadata {
        let exif = self.exif.as_deref().map(exif::read).unwrap_or_default();
        let iptc = self.iptc.as_deref().map(iptc::read).unwrap_or_default();
        let xmp = self.xmp.as_deref().map(xmp::read).unwrap_or_default();
        let said = exif.said;
        let mut camera = exif.camera;
        let mut scanner = xmp.scanner;
        if exif.scanned {
            // What scanned the film took no picture.
            let device = camera.camera();
            (camera.make, camera.model) = (None, None);
            scanner = scanner.or(device);
        }
        let camera = camera.completed(xmp.camera).completed(self.iptc.as_deref().map(by_date).unwrap_or_default());
        Metadata {
            film: xmp.film,
            chemistry: xmp.chemistry,
            scanner,
            title: xmp.said.title.or(iptc.title).or(said.title),
            description: xmp.said.description.or(iptc.description).or(said.description),
            keywords: list([xmp.said.keywords, iptc.keywords, said.keywords]),
            alt_text: xmp.alt_text,
            long_description: xmp.long_description,
            creator: xmp.said.creator.or(iptc.creator).or(said.creator),
            copyright: xmp.said.copyright.or(iptc.copyright).or(said.copyright),
            licence: xmp.licence.as_deref().and_then(link),
            source_type: xmp.source_type,
            gps: exif.gps || xmp.gps,
            content_credentials: self.seen.contains(&Removed::ContentCredentials),
            ..camera
        }
    }

    /// Everything that will not be served, in the order of the enumeration.
    pub(super) fn removed(&self) -> Vec<Removed> {
        let mut all = self.seen.clone();
        if let Some(block) = &self.exif {
            all.insert(Removed::Exif);
            all.extend(exif::removed(block));
        }
        if let Some(records) = &self.iptc {
            all.insert(Removed::Iptc);
            all.extend(iptc::names_a_place(records).then_some(Removed::Location));
        }
        if let Some(packet) = &self.xmp {
            all.insert(Removed::Xmp);
            all.extend(xmp::read(packet).removed);
        }
        all.into_iter().collect()
    }
}

/// What a person said about a picture, in any of the three languages files have for it.
#[derive(Debug, Clone, Default)]
struct Said {
    title: Option<String>,
    description: Option<String>,
    keywords: Vec<String>,
    creator: Option<String>,
    copyright: Option<String>,
}

/// How the stored picture must be turned to stand upright (Exif tag 0x0112).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Orientation {
    #[default]
    Upright,
    Mirrored,
    HalfTurn,
    Flipped,
    Transposed,
    /// Turn a quarter clockwise.
    QuarterTurn,
    Transversed,
    /// Turn a quarter anticlockwise.
    QuarterBack,
}

impl Orientation {
    const ALL: [Self; 8] = [
        Self::Upright,
        Self::Mirrored,
        Self::HalfTurn,
        Self::Flipped,
        Self::Transposed,
        Self::QuarterTurn,
        Self::Transversed,
        Self::QuarterBack,
    ];

    /// Values outside 1 to 8 mean nothing and leave the picture as it is.
    pub(super) fn from_exif(value: u16) -> Self {
        usize::from(value).checked_sub(1).and_then(|index| Self::ALL.get(index)).copied().unwrap_or_default()
    }

    /// The value of Exif tag 0x0112, 1 to 8.
    pub fn exif(self) -> u16 {
        Self::ALL.iter().zip(1..).find(|(one, _)| **one == self).map_or(1, |(_, value)| value)
    }

    /// Quarter turns against the clock.
    pub(super) fn anticlockwise(turns: u8) -> Self {
        match turns & 3 {
            0 => Self::Upright,
            1 => Self::QuarterBack,
            2 => Self::HalfTurn,
            _ => Self::QuarterTurn,
        }
    }

    /// This turn and then another, as one.
    pub(super) fn then(self, next: Self) -> Self {
        let [[a, b], [c, d]] = self.matrix();
        let [[p, q], [r, s]] = next.matrix();
        let both = [[p * a + q * c, p * b + q * d], [r * a + s * c, r * b + s * d]];
        Self::ALL.into_iter().find(|one| one.matrix() == both).unwrap_or_default()
    }

    /// Where a point of the stored picture (right, down) is seen.
    fn matrix(self) -> [[i8; 2]; 2] {
        match self {
            Self::Upright => [[1, 0], [0, 1]],
            Self::Mirrored => [[-1, 0], [0, 1]],
            Self::HalfTurn => [[-1, 0], [0, -1]],
            Self::Flipped => [[1, 0], [0, -1]],
            Self::Transposed => [[0, 1], [1, 0]],
            Self::QuarterTurn => [[0, -1], [1, 0]],
            Self::Transversed => [[0, -1], [-1, 0]],
            Self::QuarterBack => [[0, 1], [-1, 0]],
        }
    }

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::Transposed | Self::QuarterTurn | Self::Transversed | Self::QuarterBack)
    }

    /// A stored size as it is seen; its own inverse.
    pub(super) fn turn(self, (width, height): (u32, u32)) -> (u32, u32) {
        if self.swaps_sides() { (height, width) } else { (width, height) }
    }
}

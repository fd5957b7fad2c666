//! Exif (CIPA DC-008): what camera, lens and photographer wrote. Each of the five directories is read at
//! most once and none is followed further, so that no chain of offsets can loop; maker's notes are never
//! looked into.

use std::collections::BTreeSet;

use super::readable::{self, Moment, is_told};
use super::text::{decoded, number, plain, utf_16};
use super::{Metadata, Orientation, Removed, Said};
use crate::limits::{MAX_CAPTION_CHARS, MAX_EXIF_ENTRIES, MAX_NAME_CHARS};

/// What an Exif block says.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Only what a camera knows.
    pub camera: Metadata,
    pub said: Said,
    pub gps: bool,
    /// A scanner of film or prints made the file, not a camera.
    pub scanned: bool,
}

/// Reads the orientation from a TIFF block, with or without `Exif\0\0` before it.
pub(crate) fn orientation(exif: &[u8]) -> Orientation {
    const SHORT: u16 = 3;
    let value = Tiff::open(exif).and_then(|tiff| {
        let entry = tiff.first()?.entry(0x0112)?;
        (entry.kind == SHORT && entry.count == 1).then(|| entry.whole(0))?
    });
    value.and_then(|value| u16::try_from(value).ok()).map(Orientation::from_exif).unwrap_or_default()
}

/// Whether the block says Adobe RGB, as cameras do that embed no profile: an interoperability index of
/// `R03` beside an uncalibrated colour space (DCF 2.0).
pub(crate) fn is_adobe_rgb(exif: &[u8]) -> bool {
    let found = Tiff::open(exif).and_then(|tiff| {
        let photo = tiff.below(&tiff.first()?, 0x8769)?;
        let index = tiff.below(&photo, 0xA005)?.entry(0x0001)?;
        Some(photo.whole(0xA001) == Some(0xFFFF) && index.data.starts_with(b"R03"))
    });
    found.unwrap_or_default()
}

/// Whether a description is one that cameras write by themselves.
pub(super) fn is_default(text: &str) -> bool {
    const DEFAULTS: [&str; 12] = [
        "olympus digital camera",
        "sony dsc",
        "minolta digital camera",
        "konica minolta digital camera",
        "digital camera",
        "samsung digital camera",
        "kodak digital still camera",
        "exif_jpeg_picture",
        "exif jpeg",
        "default",
        "untitled",
        "dcim",
    ];
    let text = text.trim().to_lowercase();
    let paths = ["dcim\\", "dcim/", "c:\\", "\\\\"];
    DEFAULTS.contains(&text.as_str()) || paths.iter().any(|start| text.starts_with(start))
}

pub(super) fn read(block: &[u8]) -> Found {
    let Some(tiff) = Tiff::open(block) else { return Found::default() };
    let Some(main) = tiff.first() else { return Found::default() };
    let photo = tiff.below(&main, 0x8769).unwrap_or_default();
    let place = tiff.below(&main, 0x8825).unwrap_or_default();
    Found {
        camera: camera(&main, &photo),
        said: said(&main, &photo),
        gps: place.entry(0x0002).is_some() && place.entry(0x0004).is_some(),
        scanned: photo.entry(0xA300).is_some_and(|entry| matches!(entry.data.first(), Some(1 | 2))),
    }
}

/// What the block holds that must not be served, beside camera data.
pub(super) fn removed(block: &[u8]) -> BTreeSet<Removed> {
    let mut all = BTreeSet::new();
    let Some(tiff) = Tiff::open(block) else { return all };
    let Some(main) = tiff.first() else { return all };
    let photo = tiff.below(&main, 0x8769).unwrap_or_default();
    let mut holds = |directory: &Directory<'_>, tags: &[u16], what| {
        all.extend(tags.iter().any(|&tag| directory.entry(tag).is_some()).then_some(what));
    };
    holds(&main, &[0x8825], Removed::Location);
    holds(&main, &[0xC62F, 0xA431], Removed::SerialNumbers);
    holds(&photo, &[0xA431, 0xA435, 0xA420], Removed::SerialNumbers);
    holds(&main, &[0x013C, 0x013B, 0x9C9D], Removed::OwnerName);
    holds(&photo, &[0xA430, 0xA437, 0xA438], Removed::OwnerName);
    holds(&photo, &[0x927C], Removed::MakerNotes);
    holds(&photo, &[0x9286], Removed::Comments);
    if let Some(second) = tiff.second() {
        holds(&second, &[0x0201, 0x0111], Removed::Thumbnail);
    }
    all
}

fn camera(main: &Directory<'_>, photo: &Directory<'_>) -> Metadata {
    let (taken, taken_offset) = taken(photo);
    Metadata {
        make: main.name(0x010F),
        model: main.name(0x0110),
        lens_make: photo.name(0xA433).filter(|name| is_told(name)),
        lens: photo.name(0xA434).filter(|name| is_told(name)).or_else(|| lens_range(photo)),
        focal_length: photo.ratio(0x920A, 0).and_then(readable::focal_length),
        focal_length_35mm: photo.whole(0xA405).and_then(readable::focal_length_35mm),
        aperture: aperture(photo),
        exposure: exposure(photo),
        exposure_bias: photo.ratio(0x9204, 0).and_then(readable::exposure_bias),
        iso: iso(photo),
        flash: photo.whole(0x9209).map(|bits| bits & 1 == 1),
        taken,
        taken_offset,
        ..Metadata::default()
    }
}

fn said(main: &Directory<'_>, photo: &Directory<'_>) -> Said {
    let wide = |tag, most| plain(&utf_16(main.entry(tag)?.data, true), most);
    let keywords = wide(0x9C9E, MAX_CAPTION_CHARS);
    // "photographer NUL editor"
    let copyright = main.name(0x8298);
    let description = plain(&main.text(0x010E), MAX_CAPTION_CHARS)
        .or_else(|| wide(0x9C9C, MAX_CAPTION_CHARS))
        .or_else(|| comment(photo))
        .filter(|text| !is_default(text));
    Said {
        title: photo.name(0xA436).or_else(|| wide(0x9C9B, MAX_NAME_CHARS)),
        description,
        keywords: keywords.iter().flat_map(|words| words.split(';')).map(str::to_owned).collect(),
        creator: main.name(0x013B).or_else(|| photo.name(0xA437)).or_else(|| wide(0x9C9D, MAX_NAME_CHARS)),
        copyright,
    }
}

/// `UserComment`: eight bytes that name the characters, then the text.
fn comment(photo: &Directory<'_>) -> Option<String> {
    let entry = photo.entry(0x9286)?;
    let (characters, text) = entry.data.split_first_chunk::<8>()?;
    let text = match characters {
        b"ASCII\0\0\0" => decoded(text),
        b"UNICODE\0" => utf_16(text, photo.little_endian),
        _ => return None,
    };
    plain(&text, MAX_CAPTION_CHARS)
}

/// "24–70 mm f/2.8" from the lens specification: shortest and longest focal length, and the f-number at
/// each; 0/0 is unknown.
fn lens_range(photo: &Directory<'_>) -> Option<String> {
    let known = |index| photo.ratio(0xA432, index).filter(|value| (0.1..10_000.0).contains(value));
    let range = |from: String, to: String| if from == to { from } else { format!("{from}–{to}") };
    let (short, long) = (number(known(0)?, 1), number(known(1)?, 1));
    let mut lens = format!("{} mm", range(short, long));
    if let (Some(wide), Some(tele)) = (known(2), known(3)) {
        lens.push_str(&format!(" f/{}", range(number(wide, 1), number(tele, 1))));
    }
    Some(lens)
}

fn aperture(photo: &Directory<'_>) -> Option<String> {
    let apex = || photo.ratio(0x9202, 0).map(readable::aperture_of_apex);
    photo.ratio(0x829D, 0).or_else(apex).and_then(readable::aperture)
}

fn exposure(photo: &Directory<'_>) -> Option<String> {
    let apex = || photo.ratio(0x9201, 0).map(readable::seconds_of_apex);
    photo.ratio(0x829A, 0).or_else(apex).and_then(readable::exposure)
}

/// 65535 stands for "more than fits here"; the whole value is then in one of three newer fields.
fn iso(photo: &Directory<'_>) -> Option<u32> {
    let newer = || [0x8832, 0x8831, 0x8833].into_iter().find_map(|tag| photo.whole(tag));
    let iso = match photo.whole(0x8827) {
        Some(65_535) => newer().or(Some(65_535)),
        Some(iso) => Some(iso),
        None => newer(),
    };
    iso.and_then(readable::iso)
}

/// "2026:07:04 18:22:03" and its zone. When a print or film was scanned is another field, and no answer.
fn taken(photo: &Directory<'_>) -> Moment {
    let written = photo.text(0x9003).trim().replacen(':', "-", 2).replacen(' ', "T", 1);
    readable::moment(&written, photo.text(0x9011).trim())
}

#[derive(Clone, Copy)]
struct Tiff<'a> {
    bytes: &'a [u8],
    little_endian: bool,
}

impl<'a> Tiff<'a> {
    fn open(exif: &'a [u8]) -> Option<Self> {
        let bytes = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
        let little_endian = match bytes.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        Some(Self { bytes, little_endian })
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let raw = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.little_endian { u16::from_le_bytes(raw) } else { u16::from_be_bytes(raw) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let raw = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.little_endian { u32::from_le_bytes(raw) } else { u32::from_be_bytes(raw) })
    }

    fn first(&self) -> Option<Directory<'a>> {
        self.directory(self.u32(4)?)
    }

    /// The directory after the first: that of the thumbnail.
    fn second(&self) -> Option<Directory<'a>> {
        let first = usize::try_from(self.u32(4)?).ok()?;
        let entries = usize::from(self.u16(first)?);
        self.directory(self.u32(first.checked_add(2 + 12 * entries)?)?)
    }

    /// The directory an entry points to.
    fn below(&self, directory: &Directory<'a>, tag: u16) -> Option<Directory<'a>> {
        self.directory(directory.whole(tag)?)
    }

    fn directory(&self, at: u32) -> Option<Directory<'a>> {
        let at = usize::try_from(at).ok()?;
        let count = usize::from(self.u16(at)?.min(MAX_EXIF_ENTRIES));
        let entries = (0..count).filter_map(|index| self.entry(at.checked_add(2 + 12 * index)?)).collect();
        Some(Directory { entries, little_endian: self.little_endian })
    }

    /// An entry whose data lies within the block.
    fn entry(&self, at: usize) -> Option<Entry<'a>> {
        let (tag, kind, count) = (self.u16(at)?, self.u16(at + 2)?, self.u32(at + 4)?);
        let size = match kind {
            1 | 2 | 6 | 7 | 129 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => return None,
        };
        let length = usize::try_from(count).ok()?.checked_mul(size)?;
        let start = if length <= 4 { at + 8 } else { usize::try_from(self.u32(at + 8)?).ok()? };
        let data = self.bytes.get(start..start.checked_add(length)?)?;
        Some(Entry { tag, kind, count, data, little_endian: self.little_endian })
    }
}

#[derive(Clone, Copy)]
struct Entry<'a> {
    tag: u16,
    kind: u16,
    count: u32,
    data: &'a [u8],
    little_endian: bool,
}

impl Entry<'_> {
    /// The value at an index, if it is a whole number that is not negative.
    fn whole(&self, index: usize) -> Option<u32> {
        let tiff = Tiff { bytes: self.data, little_endian: self.little_endian };
        match self.kind {
            1 => self.data.get(index).copied().map(u32::from),
            3 => tiff.u16(index * 2).map(u32::from),
            4 | 13 => tiff.u32(index * 4),
            _ => None,
        }
    }

    /// The value at an index, if it is a fraction of something.
    fn ratio(&self, index: usize) -> Option<f64> {
        let tiff = Tiff { bytes: self.data, little_endian: self.little_endian };
        let (over, under) = (tiff.u32(index * 8)?, tiff.u32(index * 8 + 4)?);
        let (over, under) = match self.kind {
            5 => (f64::from(over), f64::from(under)),
            10 => (f64::from(over.cast_signed()), f64::from(under.cast_signed())),
            _ => return None,
        };
        (under != 0.0).then(|| over / under)
    }
}

#[derive(Default)]
struct Directory<'a> {
    entries: Vec<Entry<'a>>,
    little_endian: bool,
}

impl<'a> Directory<'a> {
    fn entry(&self, tag: u16) -> Option<Entry<'a>> {
        self.entries.iter().find(|entry| entry.tag == tag).copied()
    }

    fn whole(&self, tag: u16) -> Option<u32> {
        self.entry(tag)?.whole(0)
    }

    fn ratio(&self, tag: u16, index: usize) -> Option<f64> {
        self.entry(tag)?.ratio(index)
    }

    /// A text, empty if there is none.
    fn text(&self, tag: u16) -> String {
        let text = self.entry(tag).filter(|entry| matches!(entry.kind, 1 | 2 | 7 | 129));
        text.map(|entry| decoded(entry.data)).unwrap_or_default()
    }

    fn name(&self, tag: u16) -> Option<String> {
        plain(&self.text(tag), MAX_NAME_CHARS)
    }
}

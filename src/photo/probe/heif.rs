//! HEIF and AVIF: which items make the picture, how large they are, how they are turned and coloured.
//! Everything the decoders will be given is found and bounded here.

use std::ops::Range;

use super::boxes::{Meta, boxes};
use super::bytes::Bytes;
use super::{Body, Format, Found};
use crate::limits::{MAX_EXIF, MAX_ICC, MAX_TILES, MAX_XMP};
use crate::metadata::{Carried, Orientation, Removed};
use crate::{Limits, PhotoError};

/// The picture of a HEIF or AVIF file.
#[derive(Debug, Clone)]
pub(crate) struct Heif {
    pub picture: Picture,
    /// How opaque it is, in its luma.
    pub alpha: Option<Picture>,
    /// Colours are already multiplied by it.
    pub premultiplied: bool,
    /// The part to show, in pixels as stored: left, top, width, height.
    pub crop: Option<[u32; 4]>,
    pub colour: Option<Coded>,
}

/// Colour by code points of ITU-T H.273.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Coded {
    pub primaries: u8,
    pub transfer: u8,
    pub matrix: u8,
    pub full_range: bool,
}

impl Coded {
    /// # Errors
    /// Colours we would show wrongly: brightness beyond the screen, and rare ways to code them.
    pub(crate) fn check(self, format: Format) -> Result<(), PhotoError> {
        let kind = match (self.transfer, self.matrix) {
            (16 | 18, _) => "HDR brightness",
            (_, 0 | 1 | 2 | 4 | 5 | 6 | 7 | 9 | 12) => return Ok(()),
            _ => "colours coded in a rare way",
        };
        Err(PhotoError::RareVariety { format: format.name(), kind })
    }
}

/// One coded picture, or equal ones side by side.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub format: Format,
    pub width: u32,
    pub height: u32,
    /// Tiles in a row.
    pub columns: u32,
    /// Row by row.
    pub tiles: Vec<Tile>,
    /// Properties of the grid the tiles lie in; none of a single picture.
    pub grid: Option<Vec<Property>>,
}

/// A property of an item: its kind, where its contents lie, whether it must be understood.
pub(crate) type Property = ([u8; 4], Range<usize>, bool);

/// A coded picture.
#[derive(Debug, Clone)]
pub(crate) struct Tile {
    pub width: u32,
    pub height: u32,
    /// What the decoder must know first: `hvcC` or `av1C`.
    pub setup: Range<usize>,
    pub data: Vec<Range<usize>>,
    pub properties: Vec<Property>,
}

pub(super) fn walk(file: &[u8], limits: &Limits) -> Result<(Format, Found), PhotoError> {
    let top = boxes(file, 0..file.len())?;
    let meta = top.iter().find(|(kind, _)| kind == b"meta").map(|(_, contents)| contents.clone());
    let Some(meta) = meta else {
        let moving = top.iter().any(|(kind, _)| kind == b"moov");
        return Err(if moving { PhotoError::NotTaken("a video") } else { PhotoError::damaged("no items") });
    };
    let meta = Meta::read(file, meta)?;
    let picture = picture(file, &meta, meta.primary, limits)?;
    let mut found = Found { width: picture.width, height: picture.height, ..Found::default() };
    let (crop, orientation) = turns(file, &meta, (picture.width, picture.height))?;
    if let Some([_, _, width, height]) = crop {
        (found.width, found.height) = (width, height);
    }
    found.orientation = orientation;
    let (icc, colour) = colours(file, &meta, &picture_items(&meta));
    if let Some(colour) = colour {
        colour.check(picture.format)?;
    }
    found.icc = icc;
    let alpha = auxiliary(file, &meta).find(|(_, kind)| is_alpha(kind)).map(|(id, _)| id);
    let premultiplied = alpha.is_some_and(|id| meta.to(b"prem", meta.primary).contains(&id));
    let alpha = alpha.map(|id| self::picture(file, &meta, id, limits)).transpose()?;
    let same = |alpha: &Picture| {
        alpha.format == picture.format && (alpha.width, alpha.height) == (picture.width, picture.height)
    };
    if alpha.as_ref().is_some_and(|alpha| !same(alpha)) {
        return Err(PhotoError::damaged("alpha of another size"));
    }
    tell(file, &meta, &top, &mut found.carried);
    let format = picture.format;
    found.body = Body::Heif(Box::new(Heif { picture, alpha, premultiplied, crop, colour }));
    Ok((format, found))
}

/// The primary item, then its tiles: a property of the first that has it counts.
fn picture_items(meta: &Meta) -> Vec<u32> {
    std::iter::once(meta.primary).chain(meta.to(b"dimg", meta.primary).first().copied()).collect()
}

/// An item as a coded picture or as a grid of them.
fn picture(file: &[u8], meta: &Meta, id: u32, limits: &Limits) -> Result<Picture, PhotoError> {
    let damaged = || PhotoError::damaged("picture item");
    let (kind, _) = meta.items.get(&id).ok_or_else(damaged)?;
    if let Some(format) = codec(*kind) {
        let tile = tile(file, meta, id).ok_or_else(damaged)?;
        limits.check_size(tile.width, tile.height)?;
        return Ok(Picture {
            format,
            width: tile.width,
            height: tile.height,
            columns: 1,
            tiles: vec![tile],
            grid: None,
        });
    }
    if kind != b"grid" {
        return Err(PhotoError::RareVariety { format: "HEIF", kind: "a picture put together from others" });
    }
    let [columns, rows, width, height] = grid(file, meta, id).ok_or_else(damaged)?;
    limits.check_size(width, height)?;
    let parts = meta.to(b"dimg", id);
    let count = usize::try_from(u64::from(columns) * u64::from(rows)).map_err(|_| damaged())?;
    if parts.len() != count || count > MAX_TILES || !all_differ(parts) {
        return Err(PhotoError::damaged("tiles of a grid"));
    }
    // A tile is never a grid, so that none can hold itself.
    let format = parts.first().and_then(|id| codec(meta.items.get(id)?.0)).ok_or_else(damaged)?;
    let same_kind = |id: &u32| meta.items.get(id).and_then(|(kind, _)| codec(*kind)) == Some(format);
    if !parts.iter().all(same_kind) {
        return Err(damaged());
    }
    let tiles = parts.iter().map(|&id| tile(file, meta, id)).collect::<Option<Vec<_>>>().ok_or_else(damaged)?;
    let first = tiles.first().map_or((0, 0), |tile| (tile.width, tile.height));
    let fits = |side: u32, tile: u32, count: u32| {
        let covered = u64::from(tile) * u64::from(count);
        covered >= u64::from(side) && covered - u64::from(side) < u64::from(tile)
    };
    let equal = tiles.iter().all(|tile| (tile.width, tile.height) == first);
    let size: usize = tiles.iter().flat_map(|tile| &tile.data).map(Range::len).sum();
    // Data used twice would be work the file does not pay for.
    if !equal || !fits(width, first.0, columns) || !fits(height, first.1, rows) || size > file.len() {
        return Err(PhotoError::damaged("sizes of tiles"));
    }
    Ok(Picture { format, width, height, columns, tiles, grid: Some(meta.properties(id).collect()) })
}

fn codec(kind: [u8; 4]) -> Option<Format> {
    match &kind {
        b"hvc1" => Some(Format::Heic),
        b"av01" => Some(Format::Avif),
        _ => None,
    }
}

fn all_differ(ids: &[u32]) -> bool {
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len() == ids.len()
}

fn tile(file: &[u8], meta: &Meta, id: u32) -> Option<Tile> {
    let size = meta.property(id, b"ispe")?;
    let mut bytes = Bytes::new(file.get(size)?);
    bytes.u32_be()?;
    let (width, height) = (bytes.u32_be()?, bytes.u32_be()?);
    let setup = meta.property(id, b"hvcC").or_else(|| meta.property(id, b"av1C"))?;
    let sound = (1..=65_536).contains(&width) && (1..=65_536).contains(&height);
    let properties = meta.properties(id).collect();
    sound.then_some(Tile { width, height, setup, data: meta.data(id, file.len())?, properties })
}

/// Columns, rows, width and height (ISO/IEC 23008-12, 6.6.2.3).
fn grid(file: &[u8], meta: &Meta, id: u32) -> Option<[u32; 4]> {
    let data = joined(file, &meta.data(id, file.len())?, 12)?;
    let mut bytes = Bytes::new(&data);
    let (_, flags) = (bytes.u8()?, bytes.u8()?);
    let (rows, columns) = (u32::from(bytes.u8()?) + 1, u32::from(bytes.u8()?) + 1);
    let mut side = || u32::try_from(bytes.sized(if flags & 1 == 1 { 4 } else { 2 })?).ok();
    Some([columns, rows, side()?, side()?])
}

/// The pieces of an item put together, if they are not longer than `most` bytes.
pub(crate) fn joined(file: &[u8], pieces: &[Range<usize>], most: usize) -> Option<Vec<u8>> {
    let size: usize = pieces.iter().map(Range::len).sum();
    if size > most {
        return None;
    }
    pieces.iter().map(|piece| file.get(piece.clone())).collect::<Option<Vec<_>>>().map(|parts| parts.concat())
}

/// What is cut off and how the rest is turned. Exif says it too, but here only these properties count.
fn turns(file: &[u8], meta: &Meta, size: (u32, u32)) -> Result<(Option<[u32; 4]>, Orientation), PhotoError> {
    let damaged = || PhotoError::damaged("turns of the picture");
    let (mut crop, mut orientation, mut steps) = (None, Orientation::Upright, 0);
    for (kind, contents, essential) in meta.properties(meta.primary) {
        let data = file.get(contents).unwrap_or_default();
        let value = data.first().copied();
        let next = match (&kind, value) {
            (b"clap", _) if steps == 0 => {
                crop = Some(clap(data, size).ok_or_else(damaged)?);
                continue;
            }
            (b"clap", _) => {
                return Err(PhotoError::RareVariety { format: "HEIF", kind: "cut after it was turned" });
            }
            (b"irot", Some(turns)) => Orientation::anticlockwise(turns & 3),
            (b"imir", Some(axis)) if axis & 1 == 0 => Orientation::Flipped,
            (b"imir", Some(_)) => Orientation::Mirrored,
            (b"irot" | b"imir", None) => return Err(damaged()),
            (b"ispe" | b"pixi" | b"colr" | b"pasp" | b"hvcC" | b"av1C" | b"a1lx" | b"lsel" | b"clli" | b"mdcv", _) => {
                continue;
            }
            _ if essential => {
                return Err(PhotoError::RareVariety { format: "HEIF", kind: "a property nobody may ignore" });
            }
            _ => continue,
        };
        steps += 1;
        orientation = orientation.then(next);
    }
    // One of each is what the format allows.
    if steps > 2 { Err(damaged()) } else { Ok((crop, orientation)) }
}

/// The clean aperture: width, height and the offset of its middle from the picture's, as fractions
/// (ISO/IEC 14496-12, 12.1.4).
fn clap(data: &[u8], (width, height): (u32, u32)) -> Option<[u32; 4]> {
    let mut bytes = Bytes::new(data);
    let mut fraction = || {
        let (over, under) = (bytes.u32_be()?.cast_signed(), bytes.u32_be()?.cast_signed());
        (under > 0).then(|| f64::from(over) / f64::from(under))
    };
    let (wide, high, right, down) = (fraction()?, fraction()?, fraction()?, fraction()?);
    let span = |size: f64, offset: f64, whole: u32| {
        let size = size.round();
        let start = ((f64::from(whole) - size) / 2.0 + offset).round();
        (size >= 1.0 && start >= 0.0 && start + size <= f64::from(whole)).then_some((start as u32, size as u32))
    };
    let ((left, wide), (top, high)) = (span(wide, right, width)?, span(high, down, height)?);
    Some([left, top, wide, high])
}

/// The profile and the code points of the first of these items that has them.
fn colours(file: &[u8], meta: &Meta, items: &[u32]) -> (Option<Vec<u8>>, Option<Coded>) {
    let (mut icc, mut coded) = (None, None);
    let all = items.iter().flat_map(|&id| meta.properties(id)).filter(|(kind, ..)| kind == b"colr");
    for data in all.filter_map(|(_, contents, _)| file.get(contents)) {
        match data {
            [b'p', b'r', b'o', b'f', profile @ ..] | [b'r', b'I', b'C', b'C', profile @ ..] => {
                icc = icc.or((profile.len() <= MAX_ICC).then(|| profile.to_vec()));
            }
            &[b'n', b'c', b'l', b'x', _, primaries, _, transfer, _, matrix, range, ..] => {
                coded.get_or_insert(Coded { primaries, transfer, matrix, full_range: range & 0x80 != 0 });
            }
            _ => {}
        }
    }
    (icc, coded)
}

/// Items that help the primary one, and what each calls itself.
fn auxiliary<'a>(file: &'a [u8], meta: &'a Meta) -> impl Iterator<Item = (u32, &'a [u8])> {
    meta.referring(b"auxl", meta.primary).map(|id| {
        let kind = meta.property(id, b"auxC").and_then(|contents| file.get(contents)?.get(4..));
        (id, kind.and_then(|kind| kind.split(|&byte| byte == 0).next()).unwrap_or_default())
    })
}

fn is_alpha(kind: &[u8]) -> bool {
    matches!(kind, b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha" | b"urn:mpeg:hevc:2015:auxid:1")
}

/// Cuts out what speaks of the picture and tells about the rest.
fn tell(file: &[u8], meta: &Meta, top: &[([u8; 4], Range<usize>)], carried: &mut Carried) {
    for (&id, (kind, about)) in &meta.items {
        let data = |most| meta.data(id, file.len()).and_then(|pieces| joined(file, &pieces, most));
        match (kind, about.as_slice()) {
            (b"Exif", _) => {
                carried.saw(Removed::Exif);
                // The first four bytes tell where the block begins behind them.
                let block = data(MAX_EXIF).and_then(|data| {
                    let (&offset, rest) = data.split_first_chunk()?;
                    rest.get(usize::try_from(u32::from_be_bytes(offset)).ok()?..).map(<[u8]>::to_vec)
                });
                carried.exif = carried.exif.take().or(block);
            }
            (b"mime", b"application/rdf+xml") => {
                carried.saw(Removed::Xmp);
                carried.xmp = carried.xmp.take().or_else(|| data(MAX_XMP));
            }
            (b"tmap", _) => carried.saw(Removed::GainMap),
            (b"mime", _) => carried.saw(Removed::Other),
            _ => {}
        }
    }
    for (_, kind) in auxiliary(file, meta).filter(|(_, kind)| !is_alpha(kind)) {
        let brightness = kind.windows(10).any(|word| word == b"hdrgainmap");
        carried.saw(if brightness { Removed::GainMap } else { Removed::Auxiliary });
    }
    if meta.referring(b"thmb", meta.primary).next().is_some() {
        carried.saw(Removed::Thumbnail);
    }
    if meta.properties(meta.primary).any(|(kind, contents, _)| kind == *b"colr" && is_profile(file, contents)) {
        carried.saw(Removed::ColourProfile);
    }
    for (kind, contents) in top {
        match kind {
            b"ftyp" | b"meta" | b"mdat" | b"free" | b"skip" => {}
            b"moov" => carried.saw(Removed::Animation),
            b"uuid" if file.get(contents.clone()).is_some_and(|data| data.starts_with(&C2PA)) => {
                carried.saw(Removed::ContentCredentials);
            }
            _ => carried.saw(Removed::Other),
        }
    }
}

fn is_profile(file: &[u8], contents: Range<usize>) -> bool {
    file.get(contents).is_some_and(|data| data.starts_with(b"prof") || data.starts_with(b"rICC"))
}

/// The box of content credentials (C2PA 2.1, appendix A).
const C2PA: [u8; 16] = [0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81];

//! The chunks of a PNG file.

use std::ops::Range;

use super::bytes::Bytes;
use super::{Body, Found};
use crate::PhotoError;
use crate::limits::{MAX_CHUNKS, MAX_EXIF, MAX_ICC, MAX_ICC_CMYK, MAX_XMP};
use crate::metadata::{self, Removed};
use crate::profile::{Chromaticities, of_numbers};

/// Where the parts of a PNG that make its picture lie. Only these are handed to the decoder: it never
/// sees text, animation or a compressed profile it would inflate without bound.
#[derive(Debug, Clone, Default)]
pub(crate) struct Png {
    /// The whole header chunk.
    pub header: Range<usize>,
    /// Palette, transparency and picture data, as whole chunks in their order.
    pub picture: Vec<Range<usize>>,
    /// The whole chunk with the compressed colour profile.
    pub profile: Option<Range<usize>>,
    /// Coded colour of ITU-T H.273: primaries, transfer function, matrix, range.
    pub coded: Option<[u8; 4]>,
    /// Whole chunks of other numbers that tell colours: gamma, chromaticities, rendering intent.
    pub numbers: Vec<Range<usize>>,
    /// Bytes a pixel takes while it is decoded and reduced.
    pub pixel_bytes: u64,
}

impl Png {
    /// What gamma and chromaticities say, where nothing stronger does. Numbers of sRGB count as sRGB, whose
    /// curve a single exponent cannot tell; most programs write them and mean it (PNG 3rd edition, 11.3.2).
    pub(crate) fn told(&self, input: &[u8], grey: bool) -> Option<Vec<u8>> {
        /// A hundred thousand times the exponent that undoes the display's.
        const SRGB_GAMMA: u32 = 45_455;
        let (mut gamma, mut points) = (None, None);
        for range in &self.numbers {
            // Length and kind before the numbers, a checksum behind them.
            let chunk = input.get(range.clone()).unwrap_or_default();
            let payload = chunk.get(8..chunk.len().checked_sub(4)?)?;
            let numbers: Vec<u32> = payload.as_chunks::<4>().0.iter().map(|&four| u32::from_be_bytes(four)).collect();
            match (chunk.get(4..8)?, numbers.as_slice()) {
                (b"sRGB", _) => return None,
                (b"gAMA", &[number]) => gamma = Some(number),
                (b"cHRM", &[wx, wy, rx, ry, gx, gy, bx, by]) => {
                    let point = |x: u32, y: u32| [f64::from(x) / 100_000.0, f64::from(y) / 100_000.0];
                    let primaries = [point(rx, ry), point(gx, gy), point(bx, by)];
                    points = Some(Chromaticities { white: point(wx, wy), primaries });
                }
                _ => {}
            }
        }
        let near = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).abs() < 0.002 && (a[1] - b[1]).abs() < 0.002;
        let srgb = |points: &Chromaticities| {
            let all = points.primaries.iter().zip(Chromaticities::SRGB.primaries);
            near(points.white, Chromaticities::SRGB.white) && all.into_iter().all(|(&a, b)| near(a, b))
        };
        let usual = gamma.is_none_or(|gamma| gamma.abs_diff(SRGB_GAMMA) <= 10);
        if usual && points.as_ref().is_none_or(srgb) {
            return None;
        }
        let exponent = 100_000.0 / f64::from(gamma.unwrap_or(SRGB_GAMMA).max(1));
        of_numbers(&points.unwrap_or(Chromaticities::SRGB), exponent, grey)
    }

    /// The colour profile, inflated under a limit.
    pub(crate) fn icc(&self, input: &[u8]) -> Option<Vec<u8>> {
        let chunk = input.get(self.profile.clone()?)?;
        // Length and kind, then a name, a NUL and the method, which is 0; at the end the checksum.
        let payload = chunk.get(8..chunk.len().checked_sub(4)?)?;
        let name = payload.iter().take(80).position(|&byte| byte == 0)?;
        let packed = payload.get(name + 1..)?.strip_prefix(&[0])?;
        miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(packed, MAX_ICC_CMYK).ok()
    }
}

pub(super) fn walk(data: &[u8]) -> Result<Found, PhotoError> {
    let mut bytes = Bytes::new(data);
    bytes.take(8).ok_or(PhotoError::damaged("PNG signature"))?;
    let mut found = Found::default();
    let mut png = Png::default();
    for count in 0.. {
        if count > MAX_CHUNKS {
            return Err(PhotoError::damaged("too many chunks"));
        }
        let start = bytes.position();
        let Some((kind, payload)) = chunk(&mut bytes) else { break };
        let whole = start..bytes.position();
        match &kind {
            b"IHDR" if count == 0 => {
                let header = header(payload).ok_or(PhotoError::damaged("IHDR"))?;
                (found.width, found.height, png.pixel_bytes) = header;
                png.header = whole;
            }
            _ if count == 0 => return Err(PhotoError::damaged("IHDR is not first")),
            b"PLTE" | b"tRNS" | b"IDAT" => png.picture.push(whole),
            b"iCCP" => {
                found.carried.saw(Removed::ColourProfile);
                png.profile = (payload.len() <= MAX_ICC).then_some(whole);
            }
            b"cICP" => png.coded = payload.first_chunk().copied(),
            b"gAMA" if payload.len() == 4 => png.numbers.push(whole),
            b"cHRM" if payload.len() == 32 => png.numbers.push(whole),
            b"sRGB" if payload.len() == 1 => png.numbers.push(whole),
            b"IEND" => {
                if data.get(bytes.position()..).unwrap_or_default().iter().any(|&byte| byte != 0) {
                    found.carried.saw(Removed::Trailer);
                }
                break;
            }
            _ => carry(&mut found, kind, payload),
        }
    }
    // Brightness, not colour: shown as it is it would be dull and pale.
    if matches!(png.coded, Some([_, 16 | 18, ..])) {
        return Err(PhotoError::RareVariety { format: "PNG", kind: "HDR brightness" });
    }
    if png.header.is_empty() {
        return Err(PhotoError::damaged("no IHDR"));
    }
    found.body = Body::Png(png);
    Ok(found)
}

fn chunk<'a>(bytes: &mut Bytes<'a>) -> Option<([u8; 4], &'a [u8])> {
    let size = usize::try_from(bytes.u32_be()?).ok()?;
    let kind = bytes.fourcc()?;
    let payload = bytes.take(size)?;
    bytes.take(4)?;
    Some((kind, payload))
}

/// Width, height and bytes a pixel takes while it is decoded and reduced.
fn header(payload: &[u8]) -> Option<(u32, u32, u64)> {
    let mut bytes = Bytes::new(payload);
    let (width, height) = (bytes.u32_be()?, bytes.u32_be()?);
    let (depth, colour) = (bytes.u8()?, bytes.u8()?);
    // Transparency can add a channel to colour types 0, 2 and 3.
    let channels = match colour {
        0 | 4 => 2,
        2 | 3 | 6 => 4,
        _ => return None,
    };
    Some((width, height, channels * if depth == 16 { 3 } else { 2 }))
}

/// Cuts out what speaks of the picture and tells about the rest.
fn carry(found: &mut Found, kind: [u8; 4], payload: &[u8]) {
    const HARMLESS: [&[u8; 4]; 11] =
        [b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"mDCV", b"cLLI", b"fdAT"];
    let carried = &mut found.carried;
    match &kind {
        b"eXIf" if payload.len() <= MAX_EXIF => {
            found.orientation = metadata::orientation(payload);
            carried.exif = Some(payload.to_vec());
        }
        b"eXIf" => carried.saw(Removed::Exif),
        b"iTXt" if payload.starts_with(XMP_KEYWORD) => {
            carried.saw(Removed::Xmp);
            carried.xmp = carried.xmp.take().or_else(|| xmp(payload));
        }
        b"tEXt" | b"zTXt" | b"iTXt" | b"tIME" => carried.saw(Removed::Comments),
        b"acTL" => carried.saw(Removed::Animation),
        b"caBX" => carried.saw(Removed::ContentCredentials),
        kind if HARMLESS.contains(&kind) => {}
        _ => carried.saw(Removed::Other),
    }
}

const XMP_KEYWORD: &[u8] = b"XML:com.adobe.xmp\0";

/// The XMP packet of an `iTXt`; a compressed one is inflated up to the limit of any packet.
fn xmp(payload: &[u8]) -> Option<Vec<u8>> {
    let (&[compressed, method], rest) = payload.strip_prefix(XMP_KEYWORD)?.split_first_chunk()?;
    // Language and translated keyword stand before the text.
    let text = rest.splitn(3, |&byte| byte == 0).nth(2)?;
    match (compressed, method) {
        (0, _) => (text.len() <= MAX_XMP).then(|| text.to_vec()),
        (1, 0) => miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(text, MAX_XMP).ok(),
        _ => None,
    }
}

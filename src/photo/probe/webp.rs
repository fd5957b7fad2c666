//! The chunks of a WebP file.

use super::bytes::Bytes;
use super::{Body, Found};
use crate::PhotoError;
use crate::limits::{MAX_CHUNKS, MAX_EXIF, MAX_ICC, MAX_XMP};
use crate::metadata::{self, Carried, Removed};

/// Reads every chunk header up to the end the file declares; what lies behind is never looked at.
pub(super) fn walk(file: &[u8]) -> Result<Found, PhotoError> {
    let declared = riff_end(file).ok_or(PhotoError::damaged("RIFF size"))?;
    let data = file.get(..declared).ok_or(PhotoError::damaged("RIFF size beyond the file"))?;
    let mut bytes = Bytes::new(data);
    bytes.take(12).ok_or(PhotoError::damaged("RIFF header"))?;

    let mut found = Found { body: Body::WebP { end: declared }, ..Found::default() };
    let mut canvas = None;
    let mut picture = None;
    let mut frames = 0;
    for count in 0.. {
        if count > MAX_CHUNKS {
            return Err(PhotoError::damaged("too many chunks"));
        }
        let Some((kind, payload)) = chunk(&mut bytes)? else { break };
        match &kind {
            b"VP8X" => canvas = Some(canvas_size(payload).ok_or(PhotoError::damaged("VP8X"))?),
            b"VP8 " if picture.is_none() => picture = Some(lossy_size(payload).ok_or(PhotoError::damaged("VP8"))?),
            b"VP8L" if picture.is_none() => picture = Some(lossless_size(payload).ok_or(PhotoError::damaged("VP8L"))?),
            b"ANMF" => frames += 1,
            b"ALPH" | b"ANIM" | b"VP8 " | b"VP8L" => {}
            _ => carry(&mut found, &kind, payload),
        }
    }
    tell_rest(&mut found.carried, frames, file.get(declared..).unwrap_or_default());
    (found.width, found.height) = match (canvas, picture) {
        (Some(canvas), Some(picture)) if frames == 0 && canvas != picture => {
            return Err(PhotoError::damaged("canvas and picture differ in size"));
        }
        (Some(canvas), Some(_)) => canvas,
        (Some(canvas), None) if frames > 0 => canvas,
        (None, Some(picture)) => picture,
        _ => return Err(PhotoError::damaged("no picture in the WebP file")),
    };
    Ok(found)
}

fn carry(found: &mut Found, kind: &[u8; 4], payload: &[u8]) {
    let carried = &mut found.carried;
    match kind {
        b"ICCP" => {
            carried.saw(Removed::ColourProfile);
            found.icc = (payload.len() <= MAX_ICC).then(|| payload.to_vec());
        }
        b"EXIF" if payload.len() <= MAX_EXIF => {
            found.orientation = metadata::orientation(payload);
            carried.exif = Some(payload.to_vec());
        }
        b"EXIF" => carried.saw(Removed::Exif),
        b"XMP " if payload.len() <= MAX_XMP => carried.xmp = Some(payload.to_vec()),
        b"XMP " => carried.saw(Removed::Xmp),
        b"C2PA" => carried.saw(Removed::ContentCredentials),
        _ => carried.saw(Removed::Other),
    }
}

fn tell_rest(carried: &mut Carried, frames: u32, behind: &[u8]) {
    if frames > 1 {
        carried.saw(Removed::Animation);
    }
    if behind.iter().any(|&byte| byte != 0) {
        carried.saw(Removed::Trailer);
    }
}

fn riff_end(data: &[u8]) -> Option<usize> {
    let mut bytes = Bytes::new(data);
    bytes.take(4)?;
    usize::try_from(bytes.u32_le()?).ok()?.checked_add(8)
}

pub(crate) type Chunk<'a> = ([u8; 4], &'a [u8]);

/// The next chunk; `None` at the end of the file.
pub(crate) fn chunk<'a>(bytes: &mut Bytes<'a>) -> Result<Option<Chunk<'a>>, PhotoError> {
    let Some(kind) = bytes.fourcc() else { return Ok(None) };
    let payload = bytes.u32_le().and_then(|size| bytes.take(usize::try_from(size).ok()?));
    let payload = payload.ok_or(PhotoError::damaged("chunk beyond the file"))?;
    if payload.len() % 2 == 1 {
        // The last padding byte is often forgotten.
        let _ = bytes.u8();
    }
    Ok(Some((kind, payload)))
}

/// Frames of an animation, how many milliseconds they are shown together, and how often (0 for ever).
pub(crate) fn frames(file: &[u8]) -> Result<(u32, u64, u32), PhotoError> {
    let mut bytes = Bytes::new(file);
    bytes.take(12);
    let (mut frames, mut duration, mut plays) = (0u32, 0, 1);
    while let Some((kind, payload)) = chunk(&mut bytes)? {
        match (&kind, payload) {
            (b"ANIM", &[_, _, _, _, low, high, ..]) => plays = u32::from(u16::from_le_bytes([low, high])),
            (b"ANMF", payload) => {
                frames += 1;
                let shown = payload.get(12..15).and_then(|bytes| Bytes::new(bytes).u24_le());
                duration += u64::from(shown.ok_or(PhotoError::damaged("ANMF"))?);
            }
            _ => {}
        }
    }
    Ok((frames, duration, plays))
}

fn canvas_size(payload: &[u8]) -> Option<(u32, u32)> {
    let mut bytes = Bytes::new(payload);
    bytes.take(4)?;
    Some((bytes.u24_le()? + 1, bytes.u24_le()? + 1))
}

fn lossy_size(payload: &[u8]) -> Option<(u32, u32)> {
    let mut bytes = Bytes::new(payload);
    bytes.take(3)?;
    (bytes.take(3)? == [0x9D, 0x01, 0x2A])
        .then(|| Some((u32::from(bytes.u16_le()? & 0x3FFF), u32::from(bytes.u16_le()? & 0x3FFF))))?
}

fn lossless_size(payload: &[u8]) -> Option<(u32, u32)> {
    let mut bytes = Bytes::new(payload);
    (bytes.u8()? == 0x2F).then(|| {
        let bits = bytes.u32_le()?;
        Some(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
    })?
}

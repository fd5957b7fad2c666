//! WebP: picture, transparency and frames as they are, under a header written anew.

use crate::PhotoError;
use crate::probe::{Bytes, Probe, webp_chunk};

/// Bits of the extended header: profile, transparency, Exif, animation.
const PROFILE: u8 = 0x20;
const ALPHA: u8 = 0x10;
const EXIF: u8 = 0x08;
const ANIMATION: u8 = 0x02;

/// `file` ends where it says it does.
pub(crate) fn rebuilt(file: &[u8], probe: &Probe) -> Result<Vec<u8>, PhotoError> {
    let mut bytes = Bytes::new(file);
    bytes.take(12);
    let (mut body, mut flags, mut canvas) = (Vec::new(), 0, None);
    while let Some((kind, payload)) = webp_chunk(&mut bytes)? {
        match &kind {
            b"VP8X" => {
                flags |= payload.first().copied().unwrap_or_default() & (ALPHA | ANIMATION);
                canvas = payload.get(4..10);
            }
            b"VP8 " | b"VP8L" | b"ALPH" => {
                flags |= if kind == *b"ALPH" { ALPHA } else { 0 };
                body.extend(chunk(&kind, payload));
            }
            b"ANIM" => body.extend(chunk(&kind, payload.get(..6).unwrap_or(payload))),
            b"ANMF" => body.extend(chunk(&kind, &frame(payload)?)),
            _ => {}
        }
    }
    let icc = super::colours(probe);
    let block = super::orientation_block(probe.orientation);
    flags |= if icc.is_some() { PROFILE } else { 0 } | if block.is_some() { EXIF } else { 0 };
    let mut chunks = Vec::new();
    if let Some(canvas) = canvas {
        chunks.extend(chunk(b"VP8X", &[&[flags, 0, 0, 0], canvas].concat()));
    }
    chunks.extend(icc.map(|icc| chunk(b"ICCP", &icc)).unwrap_or_default());
    chunks.extend(body);
    chunks.extend(block.map(|block| chunk(b"EXIF", &block)).unwrap_or_default());
    let size = u32::try_from(chunks.len() + 4).map_err(|_| PhotoError::damaged("WebP size"))?;
    Ok([&b"RIFF"[..], &size.to_le_bytes(), b"WEBP", &chunks].concat())
}

/// A frame without chunks of other kinds than pictures.
fn frame(payload: &[u8]) -> Result<Vec<u8>, PhotoError> {
    let (head, rest) = payload.split_at_checked(16).ok_or(PhotoError::damaged("ANMF"))?;
    let mut bytes = Bytes::new(rest);
    let mut kept = head.to_vec();
    while let Some((kind, payload)) = webp_chunk(&mut bytes)? {
        if matches!(&kind, b"VP8 " | b"VP8L" | b"ALPH") {
            kept.extend(chunk(&kind, payload));
        }
    }
    Ok(kept)
}

fn chunk(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let size = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut chunk = [&kind[..], &size, payload].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

//! JPEG: tables, frame and scans as they are; of the application's segments only what decides how the
//! components are understood, written anew.

use crate::PhotoError;
use crate::probe::{Bytes, Probe};

/// Bytes of a profile in one segment.
const PART: usize = 65_000;

pub(super) fn rebuilt(input: &[u8], probe: &Probe) -> Result<Vec<u8>, PhotoError> {
    let mut bytes = Bytes::new(input);
    let mut body = Vec::with_capacity(input.len());
    let (mut jfif, mut adobe) = (false, None);
    while let Some(marker) = bytes.next_marker() {
        match marker {
            0xD8 => continue,
            0xD9 => break,
            _ => {}
        }
        let Some(payload) = payload(&mut bytes) else { break };
        match marker {
            0xE0 => jfif |= payload.starts_with(b"JFIF\0"),
            0xEE if payload.starts_with(b"Adobe") => adobe = payload.get(11).copied(),
            0xC0..=0xC4 | 0xC9 | 0xCA | 0xCC | 0xDB | 0xDD => body.extend(segment(marker, payload)),
            0xDA => {
                body.extend(segment(marker, payload));
                let start = bytes.position();
                // The coded data: up to the next marker that is none of its own.
                let mut ahead = Bytes::new(input.get(start..).unwrap_or_default());
                let found = ahead.next_marker().is_some();
                let length = if found { ahead.position() - 2 } else { input.len() - start };
                body.extend(trimmed(bytes.take(length).unwrap_or_default()));
            }
            _ => {}
        }
    }
    let mut whole = vec![0xFF, 0xD8];
    if jfif {
        whole.extend(segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"));
    }
    if let Some(transform) = adobe {
        whole.extend(segment(0xEE, &[b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, transform]));
    }
    if let Some(block) = super::orientation_block(probe.orientation) {
        whole.extend(segment(0xE1, &[&b"Exif\0\0"[..], &block].concat()));
    }
    if let Some(icc) = super::colours(probe) {
        let parts = icc.chunks(PART);
        let total = u8::try_from(parts.len()).map_err(|_| PhotoError::damaged("colour profile"))?;
        for (number, part) in (1..).zip(parts) {
            whole.extend(segment(0xE2, &[&b"ICC_PROFILE\0"[..], &[number, total], part].concat()));
        }
    }
    whole.extend(body);
    whole.extend([0xFF, 0xD9]);
    Ok(whole)
}

fn payload<'a>(bytes: &mut Bytes<'a>) -> Option<&'a [u8]> {
    let length = bytes.u16_be()?;
    bytes.take(usize::from(length.checked_sub(2)?))
}

fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 2).unwrap_or(u16::MAX).to_be_bytes();
    [&[0xFF, marker], &length[..], payload].concat()
}

/// Coded data without the filling before the next marker.
fn trimmed(data: &[u8]) -> &[u8] {
    let filling = data.iter().rev().take_while(|&&byte| byte == 0xFF).count();
    data.get(..data.len() - filling).unwrap_or_default()
}

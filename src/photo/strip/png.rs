//! PNG: header, palette, transparency, data, and the chunks that are nothing but numbers of colour.

use crate::probe::{Png, Probe};

pub(super) fn rebuilt(input: &[u8], probe: &Probe, png: &Png) -> Vec<u8> {
    let mut whole = b"\x89PNG\r\n\x1A\n".to_vec();
    let part = |range: &std::ops::Range<usize>| input.get(range.clone()).unwrap_or_default();
    whole.extend(part(&png.header));
    if let Some(&[primaries, transfer, matrix, range]) = png.coded.as_ref() {
        whole.extend(chunk(b"cICP", &[primaries, transfer, matrix, range]));
    }
    if let Some(icc) = png.icc(input).as_deref().and_then(crate::profile::neutral) {
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(&icc, 9);
        whole.extend(chunk(b"iCCP", &[&b"icc\0\0"[..], &packed].concat()));
    }
    for number in &png.numbers {
        whole.extend(part(number));
    }
    if let Some(block) = super::orientation_block(probe.orientation) {
        whole.extend(chunk(b"eXIf", &block));
    }
    for range in &png.picture {
        whole.extend(part(range));
    }
    whole.extend(chunk(b"IEND", b""));
    whole
}

fn chunk(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes();
    let body = [kind, payload].concat();
    [&length[..], &body, &checksum(&body).to_be_bytes()].concat()
}

/// CRC-32 of PNG (ISO/IEC 15948, annex D).
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

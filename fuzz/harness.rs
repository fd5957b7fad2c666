// What the fuzzers do with their bytes, and the tests with the fuzzers' corpus.

use cyanotype_photo::{Limits, PhotoError, profile};

/// Small enough that a run takes milliseconds.
fn limits() -> Limits {
    Limits {
        max_bytes: 1 << 20,
        max_pixels: 100_000,
        max_scan_pixels: 1_000_000,
        max_memory: 64 << 20,
        max_frames: 20,
        max_frame_pixels: 1_000_000,
        ..Limits::default()
    }
}

/// Walks any file and reads all it says.
pub fn probe(data: &[u8]) {
    let Ok(probe) = cyanotype_photo::probe(data, &limits()) else { return };
    assert!(probe.width > 0 && probe.height > 0);
    let _ = (probe.metadata(), probe.removed());
    if let Some(icc) = &probe.icc {
        let _ = (profile::is_srgb(icc), profile::is_display_p3(icc));
        if let Some(neutral) = profile::neutral(icc) {
            assert!(profile::neutral(&neutral).is_some(), "what we wrote ourselves can be read");
        }
    }
}

/// The first byte chooses what the rest is: Exif, XMP, Photoshop's resources, a profile.
pub fn metadata(data: &[u8]) {
    let Some((&kind, rest)) = data.split_first() else { return };
    let rest = rest.get(..60_000).unwrap_or(rest);
    let (marker, head): (u8, &[u8]) = match kind % 4 {
        0 => (0xE1, b"Exif\0\0"),
        1 => (0xE1, b"http://ns.adobe.com/xap/1.0/\0"),
        2 => (0xED, b"Photoshop 3.0\0"),
        _ => (0xE2, b"ICC_PROFILE\0\x01\x01"),
    };
    let length = ((head.len() + rest.len() + 2) as u16).to_be_bytes();
    let frame = b"\xFF\xC0\0\x0B\x08\0\x08\0\x08\x01\x01\x11\0";
    let scan = b"\xFF\xDA\0\x08\x01\x01\0\0\x3F\0\xFF\xD9";
    probe(&[&[0xFF, 0xD8, 0xFF, marker], &length[..], head, rest, frame, scan].concat());
}

/// Decodes, derives, strips and animates any file.
pub fn pipeline(data: &[u8]) {
    let limits = limits();
    match cyanotype_photo::process(data, &limits) {
        Ok(derived) => assert!(!derived.renditions.is_empty()),
        Err(error) => assert!(!matches!(error, PhotoError::Broken(_)), "our own fault: {error:?}"),
    }
    if let Ok(kept) = cyanotype_photo::stripped(data, &limits) {
        assert!(cyanotype_photo::probe(&kept, &limits).is_ok(), "what we wrote ourselves can be read");
    }
    let _ = cyanotype_photo::animation(data, &limits);
}

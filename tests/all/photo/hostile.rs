//! What is refused, with which sentence, and what hostile files cannot do.

use std::time::Duration;

use cyanotype::photo::PhotoError;

use super::*;
use crate::support::Stopwatch;

#[test]
fn r070_type_is_told_by_the_bytes() {
    const TAKES: &str = "; Cyanotype takes JPEG, PNG, WebP, GIF, HEIC and AVIF";
    let cases: [(Vec<u8>, &str); 15] = [
        (fixture("html.jpg"), "is a web page"),
        (fixture("pdf.jpg"), "is a PDF document"),
        (fixture("svg.jpg"), "is an SVG drawing"),
        (b"<?xml version='1.0'?><x/>".to_vec(), "is an XML document"),
        (br#"{"type":"Note"}"#.to_vec(), "is a text"),
        (b"alert(1)".to_vec(), "is a text"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp41".to_vec(), "is a video"),
        (b"\x1A\x45\xDF\xA3....webm".to_vec(), "is a video"),
        (b"RIFF....AVI LIST".to_vec(), "is a video"),
        (b"II*\0\x08\0\0\0".to_vec(), "is a TIFF or raw photo"),
        (b"8BPS\0\x01".to_vec(), "is a Photoshop document"),
        (b"PK\x03\x04....".to_vec(), "is a ZIP archive"),
        (b"%!PS-Adobe".to_vec(), "is a PostScript document"),
        (b"\xFF".to_vec(), "is not a picture"),
        (vec![0; 100], "is not a picture"),
    ];
    for (input, sentence) in cases {
        assert_eq!(refusal(&input), format!("{sentence}{TAKES}"));
    }
    assert_eq!(refusal(b""), "is empty");
}

#[test]
fn r071_a_photo_with_something_else_behind_it_is_only_a_photo() {
    let mut input = fixture("interleaved.jpg");
    let clean = photo::process(&input, &Limits::default()).unwrap();
    input.extend(b"PK\x03\x04<html><script>alert(1)</script>");
    let polyglot = photo::process(&input, &Limits::default()).unwrap();
    assert_eq!(clean.renditions[0].bytes, polyglot.renditions[0].bytes);
}

#[test]
fn r063_a_thirty_thousand_pixel_bomb_is_refused_before_decoding() {
    for name in ["bomb.jpg", "bomb.png"] {
        let input = fixture(name);
        let started = Stopwatch::begin();
        let sentence = refusal(&input);
        assert!(started.spent() < Duration::from_millis(100), "{name}");
        assert_eq!(sentence, "is 30000 × 30000 pixels (900 megapixels); the limit is 100 megapixels", "{name}");
    }
    let mut gif = fixture("animated.gif");
    gif[6..10].fill(0xFF);
    assert!(refusal(&gif).starts_with("is 65535 × 65535 pixels"));
    let mut webp = fixture("lossless.webp");
    webp[21..25].fill(0xFF);
    assert!(refusal(&webp).starts_with("is 16384 × 16384 pixels"));
}

#[test]
fn a_file_or_a_side_over_its_limit_is_refused_with_both_numbers() {
    let mut input = fixture("interleaved.jpg");
    input.resize(40_000_001, 0);
    assert_eq!(refusal(&input), "is 40.1 MB; the limit is 40 MB");
    input.truncate(40_000_000);
    assert!(photo::process(&input, &Limits::default()).is_ok());

    let limits = Limits { max_pixels: 320 * 240, ..Limits::default() };
    assert!(photo::probe(&fixture("interleaved.jpg"), &limits).is_ok());
    let limits = Limits { max_pixels: 320 * 240 - 1, ..Limits::default() };
    assert!(matches!(photo::probe(&fixture("interleaved.jpg"), &limits), Err(PhotoError::TooManyPixels { .. })));
    let limits = Limits { max_side: 319, ..Limits::default() };
    let error = photo::probe(&fixture("interleaved.jpg"), &limits).unwrap_err();
    assert_eq!(error.to_string(), "is 320 × 240 pixels; no side may be longer than 319");
}

#[test]
fn a_cut_photo_is_refused_and_a_missing_end_marker_forgiven() {
    const DAMAGED: &str = "could not be read: the file is damaged or cut short";
    assert_eq!(refusal(&fixture("cut.jpg")), DAMAGED);
    let whole = fed(&derive("interleaved.jpg"));
    assert!(whole == fed(&derive("no-end.jpg")));

    for name in ["interleaved.jpg", "progressive.jpg", "separate-scans.jpg", "photo-dune.jpg"] {
        let input = fixture(name);
        for percent in [1, 10, 50, 90] {
            assert_eq!(refusal(&input[..input.len() * percent / 100]), DAMAGED, "{name} cut at {percent} %");
        }
        assert!(photo::process(&input[..input.len() - 2], &Limits::default()).is_ok(), "{name}");
    }
    let dune = fixture("photo-dune.jpg");
    let nearly = photo::process(&dune[..dune.len() * 99 / 100], &Limits::default()).unwrap();
    let (nearly, whole) = (fed(&nearly), fed(&derive("photo-dune.jpg")));
    let rows = 1280 * 3 * 740;
    assert!(nearly.as_raw()[..rows] == whole.as_raw()[..rows], "what is there is untouched");

    for name in ["alpha.png", "lossy.webp", "lossless.webp", "animated.gif"] {
        let input = fixture(name);
        assert_eq!(refusal(&input[..input.len() / 2]), DAMAGED, "{name}");
    }
}

/// The interleaved fixture with a patch at an offset after its frame marker.
fn patched_frame(offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut input = fixture("interleaved.jpg");
    let frame = input.windows(2).position(|marker| marker == [0xFF, 0xC0]).expect("a frame");
    input[frame + offset..frame + offset + bytes.len()].copy_from_slice(bytes);
    input
}

#[test]
fn rare_kinds_of_jpeg_are_refused_by_name() {
    for (marker, kind) in [(0xC3, "lossless"), (0xC5, "hierarchical"), (0xC9, "arithmetic coding")] {
        assert!(refusal(&patched_frame(1, &[marker])).starts_with(&format!("is a JPEG of a rare kind ({kind})")));
    }
    assert!(refusal(&patched_frame(4, &[12])).contains("more than 8 bits"));
    assert!(refusal(&patched_frame(9, &[2])).contains("colour components"));
}

#[test]
fn impossible_headers_are_damage() {
    let damaged = [
        patched_frame(5, &[0, 0]),  // height to be told later
        patched_frame(7, &[0, 0]),  // no width
        patched_frame(11, &[0]),    // no sampling
        patched_frame(11, &[0x5F]), // too much sampling
        b"\xFF\xD8\xFF".to_vec(),
        b"\xFF\xD8\xFF\xD9".to_vec(),
        b"\x89PNG\r\n\x1A\n".to_vec(),
        b"RIFF\x04\0\0\0WEBP".to_vec(),
        b"RIFF\xFF\xFF\xFF\xFFWEBPVP8 ".to_vec(),
        b"GIF89a\0\0\0\0".to_vec(),
    ];
    for input in damaged {
        assert_eq!(refusal(&input), "could not be read: the file is damaged or cut short", "{:?}", input.len());
    }
}

#[test]
fn a_scan_bomb_is_refused_by_the_work_it_would_be() {
    // 100 megapixels, progressive, each scan a few bytes.
    let mut input = b"\xFF\xD8\xFF\xC2\0\x0B\x08\x27\x10\x27\x10\x01\x01\x11\0".to_vec();
    input.extend(b"\xFF\xDA\0\x08\x01\x01\0\0\0\x01\0".repeat(20));
    input.extend(b"\xFF\xD9");
    assert!(refusal(&input).starts_with("is coded in 20 passes"));
    let scan = b"\xFF\xDA\0\x08\x01\x01\0\0\0\x01\0".repeat(300);
    input.splice(15.., scan);
    assert!(refusal(&input).starts_with("is coded in 201 passes"));
}

#[test]
fn floods_of_segments_chunks_and_filling_are_refused_or_passed_in_linear_time() {
    let started = Stopwatch::begin();
    let jpeg = fixture("interleaved.jpg");
    let damaged = "could not be read: the file is damaged or cut short";

    let mut comments = jpeg.clone();
    comments.splice(2..2, b"\xFF\xFE\0\x02".repeat(1_000_000));
    assert_eq!(refusal(&comments), damaged);
    let mut filling = jpeg;
    filling.splice(2..2, vec![0xFF; 5_000_000]);
    assert!(photo::process(&filling, &Limits::default()).is_ok());

    let mut chunks = fixture("alpha.png");
    chunks.splice(33..33, b"\0\0\0\0teSt\0\0\0\0".repeat(100_000));
    assert_eq!(refusal(&chunks), damaged);
    assert!(started.spent() < Duration::from_secs(3));
}

#[test]
fn a_png_whose_text_or_profile_would_inflate_without_end_is_read_without_them() {
    use std::io::Write;
    // A stored-block zlib stream would be long; a run of zeros inflates a thousandfold.
    let mut bomb = png_zlib_of_zeros(64 << 20);
    let mut chunk = Vec::new();
    chunk.write_all(b"bomb\0\0").unwrap();
    chunk.append(&mut bomb);
    for kind in [b"iCCP", b"zTXt"] {
        let mut input = fixture("alpha.png");
        let mut whole = (chunk.len() as u32).to_be_bytes().to_vec();
        whole.extend(kind);
        whole.extend(&chunk);
        whole.extend([0; 4]);
        input.splice(33..33, whole);
        let started = Stopwatch::begin();
        assert!(photo::process(&input, &Limits::default()).is_ok());
        assert!(started.spent() < Duration::from_secs(2));
    }
}

/// A PNG encoder's compressed picture of zeros: the handiest deflate there is.
fn png_zlib_of_zeros(size: u32) -> Vec<u8> {
    let zeros = image::DynamicImage::new_luma8(8192, size / 8192);
    let png = encoded(&zeros, image::ImageFormat::Png);
    let mut at = 8;
    let mut data = Vec::new();
    while let Some(header) = png.get(at..at + 8) {
        let length = u32::from_be_bytes([header[0], header[1], header[2], header[3]]) as usize;
        if &header[4..] == b"IDAT" {
            data.extend(&png[at + 8..at + 8 + length]);
        }
        at += 12 + length;
    }
    data
}

#[test]
fn no_damage_makes_the_pipeline_panic() {
    let limits = Limits { max_pixels: 1_000_000, ..Limits::default() };
    let mut state = 42u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let names = [
        "orientation-6.jpg",
        "progressive.jpg",
        "cmyk.jpg",
        "leaky.png",
        "alpha.png",
        "palette.png",
        "leaky.webp",
        "alpha.webp",
        "animated.webp",
        "animated.gif",
        "display-p3.jpg",
    ];
    for name in names {
        let whole = fixture(name);
        for _ in 0..40 {
            let mut input = whole.clone();
            for _ in 0..=random(4) {
                // Headers are where the interesting damage is.
                let reach = if random(2) == 0 { input.len() } else { input.len().min(600) };
                let at = random(reach);
                input[at] = random(256) as u8;
            }
            if random(4) == 0 {
                input.truncate(random(input.len()) + 1);
            }
            // Whether it is refused does not matter here.
            let _ = photo::process(&input, &limits);
        }
    }
}

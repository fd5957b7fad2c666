//! Animations: kept as they move, clean, within bounds.

use cyanotype_photo::{Animation, Format, Limits, PhotoError, animation};
use image::AnimationDecoder;

use super::support::*;

fn moving(input: &[u8]) -> Animation {
    let found = animation(input, &Limits::default()).unwrap_or_else(|error| panic!("{error}: {error:?}"));
    found.expect("it moves")
}

/// Every frame as it is shown, with its delay in milliseconds.
fn frames(format: Format, bytes: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let bytes = std::io::Cursor::new(bytes);
    let frames = match format {
        Format::Gif => image::codecs::gif::GifDecoder::new(bytes).expect("a GIF").into_frames(),
        _ => image::codecs::webp::WebPDecoder::new(bytes).expect("a WebP").into_frames(),
    };
    let shown = frames.map(|frame| frame.expect("a frame")).map(|frame| {
        let (over, under) = frame.delay().numer_denom_ms();
        (over / under, frame.into_buffer().into_raw())
    });
    shown.collect()
}

#[test]
fn an_animation_is_kept_with_every_frame_and_its_time() {
    for (name, format, count, duration) in
        [("animated.gif", Format::Gif, 2, 600), ("animated.webp", Format::WebP, 2, 400)]
    {
        let input = fixture(name);
        let found = moving(&input);
        assert_eq!((found.format, found.width, found.height, found.plays), (format, 192, 128, 0), "{name}");
        let before = frames(format, &input);
        assert!(found.frames >= count && found.frames as usize == before.len(), "{name}: {found:?}");
        assert_eq!(found.duration, duration, "{name}");
        assert!(frames(format, &found.bytes) == before, "{name}");
    }
}

#[test]
fn a_still_picture_is_no_animation() {
    for name in ["leaky.gif", "lossy.webp", "alpha.webp", "photo-boats.jpg", "alpha.png", "plain.heic", "sequence.avif"]
    {
        assert!(animation(&fixture(name), &Limits::default()).expect(name).is_none(), "{name}");
    }
}

#[test]
fn nothing_but_frames_is_left_in_it() {
    let mut gif = fixture("animated.gif");
    let last = gif.len() - 1;
    gif.splice(last..last, [&b"!\xFE\x0B"[..], CANARY, b"\0"].concat());
    gif.extend(CANARY);
    let mut webp = fixture("animated.webp");
    webp.extend([&b"EXIF\x0B\0\0\0"[..], CANARY, b"\0", b"XMP \x0B\0\0\0", CANARY, b"\0"].concat());
    let size = (webp.len() as u32 - 8).to_le_bytes();
    webp[4..8].copy_from_slice(&size);
    webp.extend(CANARY);
    for (name, input) in [("animated.gif", gif), ("animated.webp", webp)] {
        let found = moving(&input);
        assert!(!holds(&found.bytes, CANARY), "{name}");
        assert!(frames(found.format, &found.bytes) == frames(found.format, &fixture(name)), "{name}");
    }
}

#[test]
fn frames_and_pixels_have_a_limit_with_a_number() {
    for name in ["animated.gif", "animated.webp"] {
        let frames = moving(&fixture(name)).frames;
        let exact = u64::from(frames) * 192 * 128;
        let most = |max_frames, max_frame_pixels| Limits { max_frames, max_frame_pixels, ..Limits::default() };
        assert!(animation(&fixture(name), &most(frames, exact)).expect(name).is_some());
        for limits in [most(frames - 1, exact), most(frames, exact - 1)] {
            let error = animation(&fixture(name), &limits).expect_err(name);
            assert!(matches!(error, PhotoError::TooManyFrames { .. }), "{name}: {error:?}");
            assert!(error.to_string().contains("192 × 128 pixels"), "{error}");
        }
    }
}

#[test]
fn a_broken_frame_anywhere_refuses_the_animation_and_not_the_photo() {
    for (name, mark) in [("animated.gif", &b"!\xF9"[..]), ("animated.webp", b"ANMF")] {
        let whole = fixture(name);
        let second = whole.windows(mark.len()).rposition(|window| window == mark).expect("a second frame");
        let mut cut = whole[..second + 40].to_vec();
        if name.ends_with("webp") {
            let size = (cut.len() as u32 - 8).to_le_bytes();
            cut[4..8].copy_from_slice(&size);
            let left = (cut.len() - second - 8) as u32;
            cut[second + 4..second + 8].copy_from_slice(&left.to_le_bytes());
        }
        let result = animation(&cut, &Limits::default());
        assert!(!matches!(result, Ok(Some(_))), "{name}: {result:?}");
        assert!(cyanotype_photo::process(&cut, &Limits::default()).is_ok(), "{name}");
    }
}

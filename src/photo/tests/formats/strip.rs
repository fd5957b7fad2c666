//! The original without a word: the same pixels, the same colours, the same way up, and no secret.

use cyanotype_photo::{Format, Limits, PhotoError, stripped};

use super::support::*;

/// Every fixture that is a whole still picture in a format that can be stripped.
fn pictures() -> Vec<String> {
    let folder = format!("{}/../../media-test-fixtures", env!("CARGO_MANIFEST_DIR"));
    let names = std::fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<String> = names.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.retain(|name| {
        let kind = name.rsplit('.').next().unwrap_or_default();
        let known = ["jpg", "png", "webp", "gif"].contains(&kind);
        known && name != "large.jpg" && cyanotype_photo::probe(&fixture(name), &Limits::default()).is_ok()
    });
    names.retain(|name| name != "cut.jpg");
    names.sort();
    assert!(names.len() > 45, "{names:?}");
    names
}

fn strip(input: &[u8]) -> Vec<u8> {
    stripped(input, &Limits::default()).unwrap_or_else(|error| panic!("{error}: {error:?}"))
}

/// The federated file made of it.
fn served(input: &[u8]) -> image::RgbImage {
    let derived = cyanotype_photo::process(input, &Limits::default()).unwrap_or_else(|error| panic!("{error:?}"));
    image::load_from_memory(&derived.renditions[0].bytes).expect("a JPEG").into_rgb8()
}

#[test]
fn a_stripped_original_is_shown_like_the_original() {
    for name in pictures() {
        let input = fixture(&name);
        let (before, after) = (served(&input), served(&strip(&input)));
        assert_eq!(before.dimensions(), after.dimensions(), "{name}");
        let most = before.as_raw().iter().zip(after.as_raw()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(most <= Some(2), "{name}: {most:?}");
    }
}

#[test]
fn its_coded_pixels_are_the_same_bit_for_bit() {
    for name in pictures() {
        let input = fixture(&name);
        let Ok(before) = image::load_from_memory(&input) else { continue };
        let after = image::load_from_memory(&strip(&input)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(before == after, "{name}");
    }
}

#[test]
fn no_planted_secret_is_left_in_it() {
    let leaks = ["leaky.jpg", "leaky.png", "leaky.webp", "leaky.gif", "told.jpg", "told.png", "told.webp"];
    for name in leaks {
        assert!(holds(&fixture(name), CANARY), "{name} leaks");
        let kept = strip(&fixture(name));
        for secret in [CANARY, b"NIKON", b"Ada Lens", b"GPS", b"xmpmeta", b"2026:07:04", b"lighthouse"] {
            assert!(!holds(&kept, secret), "{name}: {}", String::from_utf8_lossy(secret));
        }
        let probe = probed(&kept);
        assert_eq!(probe.metadata(), cyanotype_photo::Metadata::default(), "{name}");
    }
}

#[test]
fn secrets_between_and_inside_the_parts_are_left_out_too() {
    let mut between = fixture("progressive.jpg");
    let second = between.windows(2).rposition(|two| two == [0xFF, 0xDA]).expect("a scan");
    between.splice(second..second, segment(0xFE, CANARY));
    let table = between.windows(2).position(|two| two == [0xFF, 0xDB]).expect("a table");
    between.splice(table..table, CANARY.iter().copied());
    let mut webp = fixture("animated.webp");
    let frame = webp.windows(4).position(|four| four == b"ANMF").expect("a frame");
    let size = u32::from_le_bytes(*webp[frame + 4..].first_chunk().unwrap());
    let hidden = [&b"hide\x0B\0\0\0"[..], CANARY, b"\0"].concat();
    let end = frame + 8 + size as usize;
    webp.splice(end..end, hidden.iter().copied());
    webp[frame + 4..frame + 8].copy_from_slice(&(size + hidden.len() as u32).to_le_bytes());
    let whole = (webp.len() as u32 - 8).to_le_bytes();
    webp[4..8].copy_from_slice(&whole);
    let mut gif = fixture("animated.gif");
    let last = gif.len() - 1;
    gif.splice(last..last, [&b"!\xFF\x0BPRIVATE1.00\x0B"[..], CANARY, b"\0"].concat());
    for (name, input) in [("progressive.jpg", between), ("animated.webp", webp), ("animated.gif", gif)] {
        assert!(holds(&input, CANARY), "{name} leaks");
        let kept = strip(&input);
        assert!(!holds(&kept, CANARY), "{name}");
        assert!(served(&kept) == served(&fixture(name)), "{name}");
    }
}

#[test]
fn a_stripped_jpeg_holds_only_segments_that_show_it() {
    for name in pictures().iter().filter(|name| name.ends_with(".jpg")) {
        let kept = strip(&fixture(name));
        assert_eq!(kept[kept.len() - 2..], [0xFF, 0xD9], "{name}");
        let mut at = 2;
        while kept[at + 1] != 0xDA {
            let allowed = [0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD, 0xE0, 0xE1, 0xE2, 0xEE];
            assert!(allowed.contains(&kept[at + 1]), "{name}: {:02X}", kept[at + 1]);
            let size = usize::from(u16::from_be_bytes([kept[at + 2], kept[at + 3]]));
            if kept[at + 1] == 0xE1 {
                assert_eq!(size, 2 + 6 + 26, "{name}: Exif of an orientation alone");
            }
            at += 2 + size;
        }
    }
}

#[test]
fn stripping_twice_changes_nothing_more() {
    for name in pictures() {
        let once = strip(&fixture(&name));
        assert!(strip(&once) == once, "{name}");
    }
}

#[test]
fn colours_a_camera_only_spoke_of_are_written_down() {
    let interop = |at: u32| [long(0xA005, at), short(0xA001, 0xFFFF)];
    // The third directory stands behind the two that are built.
    let built = exif(vec![], &interop(0));
    let at = built.len() as u32 - 6;
    let mut block = exif(vec![], &interop(at));
    block.extend(b"\0\x01\0\x01\0\x02\0\0\0\x04R03\0\0\0\0\0");
    let said = jpeg_with("orientation-1.jpg", &[segment(0xE1, &block)]);
    let plain = served(&fixture("orientation-1.jpg"));
    assert!(served(&said) != plain, "Adobe RGB is not sRGB");
    let kept = strip(&said);
    assert!(holds(&kept, b"ICC_PROFILE"));
    let most = served(&said).as_raw().iter().zip(served(&kept).as_raw()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(most <= Some(3), "{most:?}");
}

#[test]
fn what_cannot_be_stripped_says_so() {
    for (name, format) in [("plain.heic", Format::Heic), ("plain.avif", Format::Avif)] {
        let error = stripped(&fixture(name), &Limits::default()).expect_err("not written");
        let sentence = format!("is a {} photo, which can only be given as it is or as a JPEG", format.name());
        assert_eq!(error.to_string(), sentence);
    }
    let error = stripped(&fixture("bomb.jpg"), &Limits::default()).expect_err("a bomb");
    assert!(matches!(error, PhotoError::TooManyPixels { .. }));
}

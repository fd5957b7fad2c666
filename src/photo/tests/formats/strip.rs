//! The original without a word: the same pixels, the same colours, the same way up, and no secret.

use cyanotype_photo::{Limits, Metadata, PhotoError, Removed, stripped};

use super::support::*;

/// Every fixture that is a whole still picture in a format that can be stripped.
fn pictures() -> Vec<String> {
    let folder = format!("{}/../../media-test-fixtures", env!("CARGO_MANIFEST_DIR"));
    let names = std::fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<String> = names.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.retain(|name| {
        let kind = name.rsplit('.').next().unwrap_or_default();
        let known = ["jpg", "png", "webp", "gif", "heic", "avif"].contains(&kind);
        known && name != "large.jpg" && cyanotype_photo::probe(&fixture(name), &Limits::default()).is_ok()
    });
    names.retain(|name| name != "cut.jpg");
    names.sort();
    assert!(names.len() > 65, "{names:?}");
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
    const LEAKS: [&str; 12] = [
        "leaky.jpg",
        "leaky.png",
        "leaky.webp",
        "leaky.gif",
        "leaky.heic",
        "leaky.avif",
        "phone.heic",
        "phone.avif",
        "ultra-hdr.jpg",
        "told.jpg",
        "told.png",
        "told.webp",
    ];
    for name in LEAKS {
        assert!(holds(&fixture(name), CANARY), "{name} leaks");
        let kept = strip(&fixture(name));
        for secret in
            [CANARY, b"NIKON", b"Ada Lens", b"GPS", b"xmpmeta", b"2026:07:04", b"lighthouse", b"hdrgm", b"hdrgainmap"]
        {
            assert!(!holds(&kept, secret), "{name}: {}", String::from_utf8_lossy(secret));
        }
        let probe = probed(&kept);
        // The colours are kept, and so is their name.
        assert_eq!(Metadata { colours: None, ..probe.metadata() }, Metadata::default(), "{name}");
        let told = probe.removed().into_iter().filter(|what| !matches!(what, Removed::ColourProfile | Removed::Exif));
        // Exif is there where it is what turns the picture.
        assert_eq!(told.collect::<Vec<_>>(), [], "{name}");
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

/// The kinds of boxes, at any depth, in a file of them.
fn kinds(data: &[u8]) -> Vec<[u8; 4]> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at + 8 <= data.len() {
        let size = u32::from_be_bytes(*data[at..].first_chunk().expect("a size")) as usize;
        let kind = *data[at + 4..].first_chunk::<4>().expect("a kind");
        let inside = &data[at + 8..at + size];
        found.push(kind);
        found.extend(match &kind {
            b"meta" | b"iref" => kinds(&inside[4..]),
            b"iinf" => kinds(&inside[6..]),
            b"iprp" | b"ipco" => kinds(inside),
            _ => Vec::new(),
        });
        at += size;
    }
    assert_eq!(at, data.len(), "the boxes fill the file");
    found
}

#[test]
fn a_stripped_heic_or_avif_is_the_picture_of_the_same_coded_data_and_nothing_else() {
    const ALLOWED: [&[u8; 4]; 25] = [
        b"ftyp", b"meta", b"hdlr", b"pitm", b"iinf", b"infe", b"iref", b"dimg", b"auxl", b"prem", b"iprp", b"ipco",
        b"ipma", b"iloc", b"idat", b"mdat", b"ispe", b"pixi", b"colr", b"hvcC", b"av1C", b"irot", b"imir", b"auxC",
        b"pasp",
    ];
    for name in pictures().iter().filter(|name| name.ends_with(".heic") || name.ends_with(".avif")) {
        let (input, kept) = (fixture(name), strip(&fixture(name)));
        let kinds = kinds(&kept);
        let strange: Vec<_> = kinds.iter().filter(|kind| !ALLOWED.contains(kind)).collect();
        assert!(strange.is_empty(), "{name}: {strange:?}");
        // Grids and their tiles, alpha; no thumbnail, no map, no words.
        let items = kinds.iter().filter(|kind| *kind == b"infe").count();
        let expected = match name.split_once('.').unwrap().0 {
            "alpha" => 2,
            "phone" => 5,
            "grid" => 1 + 4 * 3,
            _ => 1,
        };
        assert_eq!(items, expected, "{name}");
        if !holds(&input, b"colrprof") {
            // Without a profile to write anew not even a rounding may differ.
            let made = |input: &[u8]| cyanotype_photo::process(input, &Limits::default()).expect("a picture");
            let (before, after) = (made(&input), made(&kept));
            let same = before.renditions.iter().zip(&after.renditions).all(|(a, b)| a.bytes == b.bytes);
            assert!(same && before.blurhash == after.blurhash, "{name}");
        }
    }
}

#[test]
fn of_a_photo_with_a_gain_map_only_the_first_picture_is_left() {
    let (input, kept) = (fixture("ultra-hdr.jpg"), strip(&fixture("ultra-hdr.jpg")));
    assert!(holds(&input, b"MPF\0") && holds(&input, b"21496") && holds(&input, b"hdrgm"));
    for secret in [&b"MPF\0"[..], b"21496", b"hdrgm", b"GainMap", b"http"] {
        assert!(!holds(&kept, secret), "{}", String::from_utf8_lossy(secret));
    }
    let starts = |bytes: &[u8]| bytes.windows(3).filter(|three| *three == [0xFF, 0xD8, 0xFF]).count();
    assert_eq!((starts(&input), starts(&kept)), (2, 1));
    assert_eq!(kept[kept.len() - 2..], [0xFF, 0xD9]);
}

#[test]
fn what_cannot_come_in_cannot_be_stripped_either() {
    let error = stripped(&fixture("bomb.jpg"), &Limits::default()).expect_err("a bomb");
    assert!(matches!(error, PhotoError::TooManyPixels { .. }));
}

//! HEIC and AVIF as phones and programs write them.

use cyanotype_photo::{Derived, Format, Limits, PhotoError, Removed};
use image::RgbImage;

use super::support::*;

const BOTH: [&str; 2] = ["heic", "avif"];

fn derive(name: &str) -> Derived {
    cyanotype_photo::process(&fixture(name), &Limits::default())
        .unwrap_or_else(|error| panic!("{name} {error}: {error:?}"))
}

fn picture(name: &str) -> RgbImage {
    let derived = derive(name);
    let first = derived.renditions.first().expect("a rendition");
    image::load_from_memory(&first.bytes).expect("a JPEG").into_rgb8()
}

#[track_caller]
fn assert_near(name: &str, found: [u8; 3], wanted: [u8; 3], most: u8) {
    assert!(found.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= most), "{name}: {found:?} is not {wanted:?}");
}

#[track_caller]
fn assert_corners(name: &str, size: (u32, u32)) {
    let picture = picture(name);
    assert_eq!(picture.dimensions(), size, "{name}");
    let (right, bottom) = (size.0 - 12, size.1 - 12);
    for ((x, y), wanted) in [
        ((12, 12), [220, 30, 30]),
        ((right, 12), [30, 180, 30]),
        ((12, bottom), [30, 30, 220]),
        ((right, bottom), [220, 220, 30]),
        ((size.0 / 2, size.1 / 2), [128; 3]),
    ] {
        assert_near(name, picture.get_pixel(x, y).0, wanted, 12);
    }
}

/// Mean difference of two pictures in code values.
fn apart(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.as_raw().len() as f64
}

#[test]
fn the_picture_is_the_one_that_was_encoded() {
    let wanted = picture("lossless.webp");
    for end in BOTH {
        let found = picture(&format!("plain.{end}"));
        let apart = apart(&found, &wanted);
        assert!(apart < 2.5, "{end}: {apart}");
    }
}

#[test]
fn the_kind_is_told_by_the_items_whatever_the_name() {
    for (name, format) in [("plain.heic", Format::Heic), ("plain.avif", Format::Avif)] {
        assert_eq!(probed(&fixture(name)).format, format);
        assert_eq!(format.mime(), format!("image/{}", format.extension()));
    }
    let mut renamed = fixture("plain.heic");
    renamed[8..12].copy_from_slice(b"avif");
    assert_eq!(probed(&renamed).format, Format::Heic);
}

#[test]
fn the_turn_of_the_container_counts_once_and_that_of_exif_not_at_all() {
    for end in BOTH {
        assert_corners(&format!("turned.{end}"), (192, 128));
        assert_corners(&format!("mirrored.{end}"), (192, 128));
    }
}

#[test]
fn every_turn_and_mirror_stands_where_it_should() {
    // The property's one byte follows its kind; the picture was stored a quarter turn back.
    let whole = fixture("turned.heic");
    let at = whole.windows(4).position(|four| four == b"irot").expect("a turn") + 4;
    let sizes = [(128, 192), (192, 128), (128, 192), (192, 128)];
    // The corner that is red, as seen: right or left, bottom or top.
    let red = [(0, 1), (1, 1), (1, 0), (0, 0)];
    for turns in 0..4u8 {
        let mut input = whole.clone();
        input[at] = turns;
        let derived = cyanotype_photo::process(&input, &Limits::default()).expect("a sound file");
        assert_eq!((derived.width, derived.height), sizes[usize::from(turns)], "{turns}");
        let picture = image::load_from_memory(&derived.renditions[0].bytes).expect("a JPEG").into_rgb8();
        let (right, bottom) = red[usize::from(turns)];
        let (x, y) = (12 + right * (derived.width - 24), 12 + bottom * (derived.height - 24));
        assert_near("red", picture.get_pixel(x, y).0, [220, 30, 30], 12);
    }
}

#[test]
fn tiles_are_put_together_and_what_reaches_over_the_edge_is_cut() {
    for end in BOTH {
        assert_corners(&format!("grid.{end}"), (400, 300));
    }
}

#[test]
fn colours_are_read_through_a_profile_or_through_code_points() {
    const PATCHES: [[u8; 3]; 6] =
        [[200, 60, 50], [60, 150, 70], [50, 80, 180], [210, 180, 60], [128, 128, 128], [150, 90, 160]];
    for end in BOTH {
        for name in [format!("display-p3.{end}"), format!("coded-p3.{end}")] {
            let picture = picture(&name);
            for (index, wanted) in (0..).zip(PATCHES) {
                let found = picture.get_pixel(32 + index % 3 * 64, 32 + index / 3 * 64).0;
                assert_near(&format!("{name}, patch {index}"), found, wanted, 6);
            }
        }
    }
}

#[test]
fn deep_pictures_are_reduced_and_grey_ones_stay_grey() {
    for name in ["deep.heic", "deep.avif", "deep-12.avif"] {
        let picture = picture(name);
        assert_eq!(picture.dimensions(), (256, 128), "{name}");
        for (x, y) in [(10, 10), (128, 64), (240, 30), (60, 120)] {
            assert_near(name, picture.get_pixel(x, y).0, [x as u8, (y * 2) as u8, 128], 8);
        }
    }
    for end in BOTH {
        let derived = derive(&format!("grey.{end}"));
        let grey = image::load_from_memory(&derived.renditions[0].bytes).expect("a JPEG");
        assert_eq!(grey.color(), image::ColorType::L8, "{end}");
        let grey = grey.into_luma8();
        assert!(grey.get_pixel(64, 2)[0] < 12 && grey.get_pixel(64, 93)[0] > 243, "{end}");
    }
}

#[test]
fn film_grain_is_added_and_changes_nothing_else() {
    let apart = apart(&picture("grain.avif"), &picture("lossless.webp"));
    assert!((0.5..4.0).contains(&apart), "{apart}");
}

#[test]
fn what_is_transparent_lies_on_white() {
    let wanted = picture("alpha.png");
    for end in BOTH {
        let found = picture(&format!("alpha.{end}"));
        assert_near(end, found.get_pixel(5, 5).0, [255; 3], 4);
        assert!(apart(&found, &wanted) < 4.0, "{end}: {}", apart(&found, &wanted));
    }
}

#[test]
fn of_a_sequence_the_first_picture_is_taken() {
    let picture = picture("sequence.avif");
    assert_eq!(picture.dimensions(), (96, 64));
    assert!(picture.get_pixel(48, 5)[1] > 100, "sky, not magenta");
    assert!(probed(&fixture("sequence.avif")).removed().contains(&Removed::Animation));
}

#[test]
fn secrets_are_told_of_and_left_behind() {
    for end in BOTH {
        let name = format!("leaky.{end}");
        assert!(holds(&fixture(&name), CANARY), "{name} leaks");
        let derived = derive(&name);
        assert!(derived.renditions.iter().all(|rendition| !holds(&rendition.bytes, CANARY)), "{name}");
        for what in [Removed::Location, Removed::MakerNotes, Removed::Exif, Removed::Xmp, Removed::Thumbnail] {
            assert!(derived.removed.contains(&what), "{name}: {what:?} of {:?}", derived.removed);
        }
        assert!(derived.metadata.gps, "{name}");
    }
}

#[test]
fn what_a_phone_puts_around_a_picture_is_told_of_and_the_picture_is_right() {
    for end in BOTH {
        let name = format!("phone.{end}");
        // Stored on its side, a quarter turn back by the container; Exif says so too.
        let picture = picture(&name);
        assert_eq!(picture.dimensions(), (300, 400), "{name}");
        for ((x, y), wanted) in [
            ((288, 12), [220, 30, 30]),
            ((288, 388), [30, 180, 30]),
            ((12, 12), [30, 30, 220]),
            ((12, 388), [220, 220, 30]),
        ] {
            // The numbers of a Display P3 picture are other colours in sRGB.
            assert_near(&name, picture.get_pixel(x, y).0, wanted, 45);
        }
        let removed = probed(&fixture(&name)).removed();
        for what in [Removed::GainMap, Removed::Auxiliary, Removed::Thumbnail, Removed::Location, Removed::Xmp] {
            assert!(removed.contains(&what), "{name}: {what:?} of {removed:?}");
        }
        let derived = derive(&name);
        assert!(derived.renditions.iter().all(|rendition| !holds(&rendition.bytes, CANARY)), "{name}");
    }
}

/// A file whose container says nothing about colours any more.
fn without_colours(name: &str) -> Vec<u8> {
    let mut input = fixture(name);
    let spots: Vec<usize> =
        input.windows(4).enumerate().filter(|(_, four)| four == b"colr").map(|(at, _)| at).collect();
    assert!(!spots.is_empty(), "{name}");
    spots.into_iter().for_each(|at| input[at..at + 4].copy_from_slice(b"none"));
    input
}

#[test]
fn colours_the_container_does_not_tell_are_those_of_the_coded_data() {
    for end in BOTH {
        // Primaries of Display P3, the matrix of BT.709 and the range of television, all unlike what is taken for
        // granted.
        let name = format!("coded-p3.{end}");
        let bare = without_colours(&name);
        let made = |input: &[u8]| cyanotype_photo::process(input, &Limits::default()).expect("a picture").renditions;
        let (told, found) = (made(&fixture(&name)), made(&bare));
        assert!(
            told.iter().zip(&found).all(|(told, found)| told.bytes == found.bytes && told.gamut == found.gamut),
            "{name}"
        );
    }
}

/// A file with the first `mark` overwritten at `offset` behind it.
fn patched(name: &str, mark: &[u8], offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut input = fixture(name);
    let at = input.windows(mark.len()).position(|window| window == mark).expect("the mark is there") + mark.len();
    input[at + offset..at + offset + bytes.len()].copy_from_slice(bytes);
    input
}

#[test]
fn brightness_beyond_the_screen_is_refused_by_name() {
    for (name, format) in [("coded-p3.heic", "HEIC"), ("coded-p3.avif", "AVIF")] {
        let input = patched(name, b"nclx", 2, &[0, 16]);
        let error = cyanotype_photo::probe(&input, &Limits::default()).expect_err("PQ");
        assert!(
            error.to_string().starts_with(&format!("is a {format} photo of a rare kind (HDR brightness)")),
            "{error}"
        );
        assert!(matches!(error, PhotoError::RareVariety { .. }));
    }
}

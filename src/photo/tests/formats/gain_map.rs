//! JPEG with a gain map (Ultra HDR): the picture for ordinary screens is right, and of the second picture
//! nothing is left in anything that is served.

use cyanotype_photo::{Derived, Limits, Removed, avatar, fit, process};

use super::support::*;

const PATCHES: [[u8; 3]; 6] =
    [[200, 60, 50], [60, 150, 70], [50, 80, 180], [210, 180, 60], [128, 128, 128], [150, 90, 160]];
/// What only the map, or the way to it, says.
const TRACES: [&[u8]; 6] = [CANARY, b"hdrgm", b"21496", b"MPF\0", b"GainMap", b"Exif"];

fn derive(input: &[u8]) -> Derived {
    process(input, &Limits::default()).unwrap_or_else(|error| panic!("{error}: {error:?}"))
}

/// Where the second picture begins.
fn second(input: &[u8]) -> usize {
    input.windows(4).position(|four| four == [0xFF, 0xD9, 0xFF, 0xD8]).expect("a second picture") + 2
}

#[test]
fn the_fixture_is_what_a_phone_writes() {
    let input = fixture("ultra-hdr.jpg");
    let map = second(&input);
    // The index tells where it is: the offset counts from the index's own byte order mark.
    let index = input.windows(4).position(|four| four == b"MPF\0").expect("an index") + 4;
    let number = |at: usize| u32::from_be_bytes(*input[at..].first_chunk().unwrap()) as usize;
    let entries = index + 8 + 2 + 36 + 4;
    assert_eq!((number(entries + 4), index + number(entries + 24)), (map, map));
    assert_eq!(number(entries + 20), input.len() - map);
    assert!(TRACES.iter().all(|trace| holds(&input, trace)));
    assert!(image::load_from_memory(&input[map..]).is_ok(), "a picture of its own");
}

#[test]
fn the_picture_for_ordinary_screens_is_the_first() {
    let input = fixture("ultra-hdr.jpg");
    let derived = derive(&input);
    assert_eq!((derived.width, derived.height), (192, 128));
    let picture = image::load_from_memory(&derived.renditions[0].bytes).expect("a JPEG").into_rgb8();
    for (index, wanted) in (0..).zip(PATCHES) {
        let found = picture.get_pixel(32 + index % 3 * 64, 32 + index / 3 * 64).0;
        assert!(
            found.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= 6),
            "patch {index}: {found:?} is not {wanted:?}"
        );
    }
    let alone = derive(&input[..second(&input)]);
    let bytes = |derived: &Derived| derived.renditions.iter().map(|made| made.bytes.clone()).collect::<Vec<_>>();
    assert!(bytes(&alone) == bytes(&derived), "the map changes nothing");
}

#[test]
fn nothing_of_the_map_is_in_anything_made_of_it() {
    let input = fixture("ultra-hdr.jpg");
    let mut made: Vec<Vec<u8>> = derive(&input).renditions.into_iter().map(|rendition| rendition.bytes).collect();
    made.push(avatar(&input, &Limits::default(), 100).expect("an avatar").bytes);
    made.push(fit(&input, &Limits::default(), 100).expect("a header").bytes);
    for bytes in made {
        for trace in TRACES {
            assert!(!holds(&bytes, trace), "{}", String::from_utf8_lossy(trace));
        }
        assert_eq!(bytes.windows(3).filter(|three| *three == [0xFF, 0xD8, 0xFF]).count(), 1);
    }
}

#[test]
fn its_owner_is_told_that_it_was_there() {
    let probe = probed(&fixture("ultra-hdr.jpg"));
    let removed = probe.removed();
    for what in [Removed::GainMap, Removed::SecondPicture, Removed::Location, Removed::Xmp] {
        assert!(removed.contains(&what), "{what:?} of {removed:?}");
    }
    assert!(probe.metadata().gps);
}

//! What a PNG's numbers say about its colours, and which of them counts.

use cyanotype_photo::{Limits, PhotoError, profile};

use super::support::*;

/// Eight by eight pixels of one colour, of one channel or three, with chunks before them.
fn png(colour: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    let kind = if colour.len() == 1 { 0 } else { 2 };
    let row: Vec<u8> = [&[0][..], &colour.repeat(8)].concat();
    let header = chunk(b"IHDR", &[0, 0, 0, 8, 0, 0, 0, 8, 8, kind, 0, 0, 0]);
    let data = chunk(b"IDAT", &miniz_oxide::deflate::compress_to_vec_zlib(&row.repeat(8), 6));
    [b"\x89PNG\r\n\x1A\n".to_vec(), header, chunks.concat(), data, chunk(b"IEND", b"")].concat()
}

fn gamma(value: u32) -> Vec<u8> {
    chunk(b"gAMA", &value.to_be_bytes())
}

/// White, red, green, blue.
fn points(values: [u32; 8]) -> Vec<u8> {
    chunk(b"cHRM", &values.map(u32::to_be_bytes).concat())
}

const SRGB: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];
const SWAPPED: [u32; 8] = [31_270, 32_900, 30_000, 60_000, 64_000, 33_000, 15_000, 6_000];
const LINEAR: u32 = 100_000;

/// The colour other servers get.
fn shown(input: &[u8]) -> [u8; 3] {
    let derived = cyanotype_photo::process(input, &Limits::default()).expect("a picture");
    image::load_from_memory(&derived.renditions[0].bytes).expect("a JPEG").into_rgb8().get_pixel(4, 4).0
}

#[track_caller]
fn assert_shown(name: &str, input: &[u8], wanted: [u8; 3]) {
    let found = shown(input);
    assert!(found.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= 3), "{name}: {found:?} is not {wanted:?}");
}

/// A code value of sRGB for the light of a code value with a plain exponent.
fn from_power(value: u8, exponent: f64) -> u8 {
    let light = (f64::from(value) / 255.0).powf(exponent);
    let value = if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0).round() as u8
}

#[test]
fn gamma_and_chromaticities_of_a_png_are_honoured() {
    assert_shown("linear light", &png(&[55; 3], &[gamma(LINEAR)]), [from_power(55, 1.0); 3]);
    assert_shown("grey in linear light", &png(&[55], &[gamma(LINEAR)]), [from_power(55, 1.0); 3]);
    assert_shown("an old Mac's", &png(&[100; 3], &[gamma(55_556), points(SRGB)]), [from_power(100, 1.8); 3]);
    let power = |value| from_power(value, 100_000.0 / 45_455.0);
    let swapped = png(&[200, 60, 50], &[gamma(45_455), points(SWAPPED)]);
    assert_shown("red and green changed", &swapped, [60, 200, 50].map(power));
    let warm = [34_567, 35_850, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];
    assert_shown("another white is white", &png(&[255; 3], &[gamma(45_455), points(warm)]), [255; 3]);
}

#[test]
fn numbers_of_srgb_are_srgb() {
    for chunks in [vec![gamma(45_455)], vec![points(SRGB)], vec![gamma(45_455), points(SRGB)]] {
        assert_eq!(shown(&png(&[20, 90, 160], &chunks)), shown(&png(&[20, 90, 160], &[])));
    }
}

#[test]
fn of_several_words_about_colour_the_strongest_counts() {
    let colour = [200, 60, 50];
    let p3 = chunk(
        b"iCCP",
        &[&b"p\0\0"[..], &miniz_oxide::deflate::compress_to_vec_zlib(profile::display_p3(), 6)].concat(),
    );
    let broken = chunk(b"iCCP", b"p\0\0nothing");
    let (coded, srgb) = (chunk(b"cICP", &[12, 13, 0, 1]), chunk(b"sRGB", &[0]));
    let alike = |one: &[Vec<u8>], other: &[Vec<u8>]| assert_eq!(shown(&png(&colour, one)), shown(&png(&colour, other)));
    alike(&[srgb.clone(), gamma(LINEAR), points(SWAPPED)], &[]);
    alike(&[p3.clone(), gamma(LINEAR), points(SWAPPED)], std::slice::from_ref(&p3));
    alike(&[srgb, p3.clone()], std::slice::from_ref(&p3));
    alike(&[gamma(LINEAR), coded.clone()], std::slice::from_ref(&coded));
    alike(&[broken, gamma(LINEAR)], &[gamma(LINEAR)]);
    assert_ne!(shown(&png(&colour, &[p3])), shown(&png(&colour, &[])));
}

#[test]
fn numbers_no_display_has_count_as_none() {
    let nowhere = [[0; 8], [31_270, 32_900, 30_000, 30_000, 30_000, 30_000, 30_000, 30_000], [u32::MAX; 8]];
    let mut cases: Vec<Vec<Vec<u8>>> = nowhere.map(|values| vec![gamma(LINEAR), points(values)]).into();
    cases.extend([0, 1, u32::MAX].map(|value| vec![gamma(value)]));
    cases.push(vec![chunk(b"cHRM", &[0; 32])]);
    for chunks in cases {
        assert_eq!(shown(&png(&[200, 60, 50], &chunks)), shown(&png(&[200, 60, 50], &[])));
    }
}

#[test]
fn numbers_are_kept_in_a_stripped_copy() {
    for chunks in [vec![gamma(LINEAR), points(SRGB)], vec![points(SWAPPED)]] {
        let input = png(&[200, 60, 50], &chunks);
        let kept = cyanotype_photo::stripped(&input, &Limits::default()).expect("a picture");
        assert_eq!(shown(&kept), shown(&input));
        assert!(chunks.iter().all(|chunk| holds(&kept, chunk)));
    }
}

#[test]
fn a_png_brighter_than_the_screen_is_refused_by_name() {
    for transfer in [16, 18] {
        let input = png(&[200, 60, 50], &[chunk(b"cICP", &[9, transfer, 0, 1])]);
        let error = cyanotype_photo::probe(&input, &Limits::default()).expect_err("HDR");
        assert!(matches!(error, PhotoError::RareVariety { format: "PNG", .. }), "{error:?}");
    }
}

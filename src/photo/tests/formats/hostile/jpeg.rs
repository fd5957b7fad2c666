//! JPEG.

use super::*;

const FRAME: &[u8] = &[0xFF, 0xC0];

fn frame(offset: usize, bytes: &[u8]) -> Vec<u8> {
    patched("interleaved.jpg", FRAME, offset, bytes)
}

fn with(segments: &[Vec<u8>]) -> Vec<u8> {
    jpeg_with("interleaved.jpg", segments)
}

/// The interleaved fixture without its segments of this kind.
fn without(marker: u8) -> Vec<u8> {
    let input = fixture("interleaved.jpg");
    let (mut kept, mut at) = (input[..2].to_vec(), 2);
    while input[at + 1] != 0xDA {
        let size = 2 + usize::from(u16::from_be_bytes([input[at + 2], input[at + 3]]));
        if input[at + 1] != marker {
            kept.extend(&input[at..at + size]);
        }
        at += size;
    }
    kept.extend(&input[at..]);
    kept
}

#[test]
fn a_cut_photo_is_refused_unless_next_to_nothing_is_missing() {
    let dune = fixture("photo-dune.jpg");
    let cut = |percent: usize| dune[..dune.len() * percent / 100].to_vec();
    check(vec![
        ("cut at 10 %", cut(10), Refused),
        ("cut at 50 %", cut(50), Refused),
        ("cut at 90 %", cut(90), Refused),
        ("cut at 99 %", cut(99), Accepted),
        ("without end", fixture("no-end.jpg"), Like("interleaved.jpg")),
    ]);
}

#[test]
fn impossible_and_rare_frames_are_refused() {
    let mut kinds: Vec<Case> = [0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF]
        .map(|marker| {
            // Read as what they are not, where arithmetic coding is read at all.
            let read = cfg!(feature = "libjpeg-turbo") && matches!(marker, 0xC9 | 0xCA);
            ("a rare kind", frame(1, &[marker]), if read { Either } else { Refused })
        })
        .into();
    kinds.extend([
        ("height told later", frame(5, &[0, 0]), Refused),
        ("no width", frame(7, &[0, 0]), Refused),
        ("no height, no width", frame(5, &[0; 4]), Refused),
        ("12 bits", frame(4, &[12]), Refused),
        ("no components", frame(9, &[0]), Refused),
        ("two components", frame(9, &[2]), Refused),
        ("five components", frame(9, &[5]), Refused),
        ("sampling of nothing", frame(11, &[0x02]), Refused),
        ("sampling of five", frame(11, &[0x52]), Refused),
        ("a table that is not there", frame(12, &[3]), Refused),
        ("two frames", with(&[fixture("interleaved.jpg")[2..].to_vec()]), Either),
        ("a second frame header", with(&[segment(0xC0, b"\x08\0\x10\0\x10\x01\x01\x11\0")]), Refused),
        ("a frame of another length", frame(2, &[0, 8]), Refused),
        ("no frame", without(0xC0), Refused),
    ]);
    check(kinds);
}

#[test]
fn odd_sampling_never_harms() {
    let samplings: [(&str, [u8; 3]); 8] = [
        ("4 × 4", [0x44, 0x11, 0x11]),
        ("3 × 1", [0x31, 0x11, 0x11]),
        ("1 × 3", [0x13, 0x11, 0x11]),
        ("larger chroma", [0x11, 0x22, 0x22]),
        ("one larger chroma", [0x11, 0x21, 0x11]),
        ("uneven", [0x21, 0x12, 0x11]),
        ("too many blocks", [0x44, 0x44, 0x44]),
        ("3 × 3 and 2 × 2", [0x33, 0x22, 0x11]),
    ];
    check(
        samplings
            .map(|(name, [y, b, r])| {
                let mut input = frame(11, &[y]);
                let at = input.windows(2).position(|two| two == FRAME).expect("a frame");
                (input[at + 14], input[at + 17]) = (b, r);
                (name, input, Either)
            })
            .into(),
    );
}

#[test]
fn scans_that_would_never_end_are_refused() {
    let mut bomb = b"\xFF\xD8\xFF\xC2\0\x0B\x08\x27\x10\x27\x10\x01\x01\x11\0".to_vec();
    bomb.extend(b"\xFF\xDA\0\x08\x01\x01\0\0\0\x01\0".repeat(500));
    bomb.extend(b"\xFF\xD9");
    let scan = |bytes: &[u8]| patched("progressive.jpg", b"\xFF\xDA", 4 + 1 + 2 * 3, bytes);
    check(vec![
        ("500 scans of 100 megapixels", bomb, Refused),
        ("a spectrum that ends before it begins", scan(&[5, 1, 0]), Refused),
        ("a spectrum past its end", scan(&[0, 64, 0]), Refused),
        ("a first scan that refines", scan(&[0, 0, 0x30]), Refused),
        ("bits that go up", scan(&[0, 0, 0x01]), Either),
        ("all coefficients of all components", scan(&[0, 63, 0]), Refused),
        ("a component nobody declared", patched("interleaved.jpg", b"\xFF\xDA", 5, &[9]), Refused),
        ("no scan", fixture("interleaved.jpg")[..620].to_vec(), Refused),
    ]);
}

#[test]
fn floods_of_segments_and_filling_cost_no_more_than_reading_them() {
    let mut filling = fixture("interleaved.jpg");
    filling.splice(2..2, vec![0xFF; 30_000_000]);
    check(vec![
        ("a million comments", with(&vec![segment(0xFE, b""); 1_000_000]), Refused),
        ("a million tables", with(&vec![segment(0xDB, b""); 500_000]), Refused),
        ("30 MB of filling", filling, Like("interleaved.jpg")),
        ("1 000 comments", with(&vec![segment(0xFE, b"hello"); 900]), Like("interleaved.jpg")),
    ]);
}

#[test]
fn broken_tables_are_refused_and_never_divided_by() {
    let tables = |payload: &[u8]| {
        let mut input = without(0xDB);
        input.splice(2..2, segment(0xDB, payload));
        input
    };
    let zeros = [&[0][..], &[0; 64], &[1], &[0; 64]].concat();
    let words = [&[0x10][..], &[0, 9].repeat(64), &[0x11], &[0, 9].repeat(64)].concat();
    let mut codes = [0xFF; 17].to_vec();
    codes[0] = 0;
    codes.extend([0; 200]);
    check(vec![
        ("no quantisation", without(0xDB), Refused),
        ("quantisation by zero", tables(&zeros), Either),
        ("quantisation in 16 bits", tables(&words), Either),
        ("half a quantisation table", tables(&[0; 30]), Refused),
        ("no codes", without(0xC4), Either),
        ("more codes than there can be", with(&[segment(0xC4, &codes)]), Refused),
        ("codes of no length", patched("interleaved.jpg", b"\xFF\xC4", 5, &[0; 16]), Refused),
    ]);
}

#[test]
fn restart_markers_out_of_order_never_harm() {
    let input = fixture("restart.jpg");
    let at = |marker: u8| input.windows(2).position(|two| two == [0xFF, marker]).expect("a restart marker");
    let mut swapped = input.clone();
    swapped[at(0xD3) + 1] = 0xD5;
    let mut gone = input.clone();
    gone.drain(at(0xD2)..at(0xD2) + 2);
    let mut flood = input.clone();
    flood.splice(at(0xD4)..at(0xD4), b"\xFF\xD0".repeat(1_000_000));
    check(vec![
        ("in order", input, Accepted),
        ("one out of order", swapped, Either),
        ("one missing", gone, Either),
        ("a million too many", flood, Either),
    ]);
}

#[test]
fn components_are_what_the_markers_say() {
    let rgb = fixture("rgb.jpg");
    let jfif = b"\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
    let mut both = rgb.clone();
    both.splice(2..2, jfif.iter().copied());
    let mut by_name = rgb;
    by_name.drain(2..18);
    check(vec![
        ("Adobe's marker wins over JFIF", both, Like("rgb.jpg")),
        ("three called R, G and B", by_name, Like("rgb.jpg")),
        ("one scan a component", fixture("separate-scans.jpg"), Like("interleaved.jpg")),
        ("inks", fixture("cmyk.jpg"), Accepted),
        ("inks without Adobe's marker", fixture("cmyk-plain.jpg"), Accepted),
        ("YCCK", fixture("ycck.jpg"), Accepted),
    ]);
    let derived = derive(&fixture("rgb.jpg")).expect("a sound fixture");
    let picture = image::load_from_memory(first(&derived)).expect("a JPEG").into_rgb8();
    assert!(picture.get_pixel(12, 12).0.iter().zip([220, 30, 30]).all(|(a, b)| a.abs_diff(b) < 8));
}

#[test]
fn broken_exif_costs_its_fields_and_nothing_else() {
    let block = |main: &[u8]| with(&[segment(0xE1, &[b"Exif\0\0MM\0*\0\0\0\x08", main].concat())]);
    // One entry, then the offset of the next directory.
    let one = |entry: &[u8; 12], next: u32| [b"\0\x01", &entry[..], &next.to_be_bytes()].concat();
    let orientation = |value: u8| [1, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0];
    check(vec![
        ("a directory after itself", block(&one(&orientation(1), 8)), Like("interleaved.jpg")),
        ("a directory below itself", block(&one(b"\x87\x69\0\x04\0\0\0\x01\0\0\0\x08", 0)), Like("interleaved.jpg")),
        ("four billion values", block(&one(b"\x01\x0E\0\x02\xFF\xFF\xFF\xFF\0\0\0\x20", 0)), Like("interleaved.jpg")),
        (
            "four billion fractions",
            block(&one(b"\x82\x9A\0\x05\xFF\xFF\xFF\xFF\0\0\0\x20", 0)),
            Like("interleaved.jpg"),
        ),
        ("a value past the end", block(&one(b"\x01\x0E\0\x02\0\0\0\x20\xFF\xFF\xFF\xF0", 0)), Like("interleaved.jpg")),
        ("65 535 entries", block(b"\xFF\xFF"), Like("interleaved.jpg")),
        ("orientation 0", block(&one(&orientation(0), 0)), Like("interleaved.jpg")),
        ("orientation 9", block(&one(&orientation(9), 0)), Like("interleaved.jpg")),
        ("orientation 65 535", block(&one(&[1, 0x12, 0, 3, 0, 0, 0, 1, 0xFF, 0xFF, 0, 0], 0)), Like("interleaved.jpg")),
        ("orientation as text", block(&one(b"\x01\x12\0\x02\0\0\0\x02\x36\0\0\0", 0)), Like("interleaved.jpg")),
        ("200 blocks", with(&vec![segment(0xE1, &exif(vec![ascii(0x10F, "A")], &[])); 200]), Like("interleaved.jpg")),
    ]);
}

#[test]
fn hostile_xmp_is_ignored_without_a_look_at_the_network_or_the_disk() {
    let packet = |text: &str| segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", text.as_bytes()].concat());
    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><x>&b;</x>";
    let outside = "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>";
    let piece = [b"http://ns.adobe.com/xmp/extension/\0".to_vec(), vec![b'x'; 65_000]].concat();
    check(vec![
        ("entities", with(&[packet(laughs)]), Like("interleaved.jpg")),
        ("an entity outside", with(&[packet(outside)]), Like("interleaved.jpg")),
        ("not XML", with(&[packet("<<<<")]), Like("interleaved.jpg")),
        ("25 MB in pieces", with(&vec![segment(0xE1, &piece); 400]), Like("interleaved.jpg")),
    ]);
}

#[test]
fn what_hangs_on_to_a_photo_is_left_behind() {
    let behind = |bytes: &[u8]| [fixture("interleaved.jpg"), bytes.to_vec()].concat();
    check(vec![
        ("an archive", behind(b"PK\x03\x04<html><script>alert(1)</script>"), Like("interleaved.jpg")),
        ("another photo", behind(&fixture("leaky.jpg")), Like("interleaved.jpg")),
        ("a video", behind(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"), Like("interleaved.jpg")),
        (
            "a web page in a comment",
            with(&[segment(0xFE, b"<html><script>alert(1)</script>")]),
            Like("interleaved.jpg"),
        ),
        (
            "a program in an application's segment",
            with(&[segment(0xEF, b"<?php system($_GET[0]);")]),
            Like("interleaved.jpg"),
        ),
    ]);
}

/// A JPEG of noise in full colour, which no encoder makes small.
fn noise(width: u16, height: u16) -> Vec<u8> {
    let mut state = 48u64;
    let pixels: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    })
    .take(usize::from(width) * usize::from(height) * 3)
    .collect();
    let mut bytes = Vec::new();
    let mut encoder = rusty_jpeg::Encoder::new(&mut bytes, 100);
    encoder.set_sampling_factor(rusty_jpeg::SamplingFactor::R_4_4_4);
    encoder.encode(&pixels, width, height, rusty_jpeg::ColorType::Rgb).expect("encodes");
    bytes
}

#[test]
fn forty_eight_megapixels_of_noise_are_too_many_bytes_and_were_they_not_would_be_done_in_time() {
    let input = noise(8000, 6000);
    assert!(input.len() > 60_000_000, "{}", input.len());
    let started = Stopwatch::begin();
    let error = derive(&input).expect_err("too large");
    assert!(matches!(error, PhotoError::TooManyBytes { .. }), "{error:?}");
    assert!(started.spent() < Duration::from_millis(10));
    let limits = Limits { max_bytes: 200_000_000, ..Limits::default() };
    let derived = cyanotype_photo::process(&input, &limits).expect("within every other limit");
    assert!(started.spent() < Duration::from_secs(10), "{:?}", started.spent());
    assert_eq!((derived.width, derived.height), (8000, 6000));
}

#[test]
fn thin_pictures_have_a_limit_and_small_ones_none() {
    let sized = |height: u16, width: u16| frame(5, &[height.to_be_bytes(), width.to_be_bytes()].concat());
    for (width, height) in [(10_000, 1), (1, 10_000), (41 * 8, 8)] {
        let error = cyanotype_photo::probe(&sized(height, width), &Limits::default()).expect_err("too thin");
        assert!(matches!(error, PhotoError::TooNarrow { .. }), "{width} × {height}: {error:?}");
    }
    for (width, height) in [(1, 1), (16, 1), (40, 1), (1, 40)] {
        let derived = derive(&noise(width, height)).expect("a small picture");
        let only = derived.renditions.first().expect("one file");
        assert_eq!((only.width, only.height), (width.into(), height.into()), "no side vanishes");
    }
}

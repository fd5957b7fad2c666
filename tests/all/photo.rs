//! What `photo` promises: which files come in, and that what goes out is right, small and clean.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use cyanotype::photo::{self, Derived, Format, Limits, PhotoError, Rendition, Role};
use image::{Rgb, RgbImage};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/media-test-fixtures");
const CANARY: &[u8] = b"CANARY-7f3a";

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{FIXTURES}/{name}")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn derive(name: &str) -> Derived {
    photo::process(&fixture(name), &Limits::default()).unwrap_or_else(|error| panic!("{name} {error}: {error:?}"))
}

/// Every fixture that is a whole photo of ordinary size (the large one has a test of its own), derived.
static ALL: LazyLock<Vec<(String, Derived)>> = LazyLock::new(|| {
    const OTHERS: [&str; 9] =
        ["README.md", "make.py", "bomb.jpg", "bomb.png", "cut.jpg", "html.jpg", "pdf.jpg", "svg.jpg", "large.jpg"];
    let names = std::fs::read_dir(FIXTURES).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names = names.filter(|name| !OTHERS.contains(&name.as_str()));
    let all: Vec<_> = names.map(|name| (name.clone(), derive(&name))).collect();
    assert!(all.len() > 40, "the fixtures are there");
    all
});

fn refusal(input: &[u8]) -> String {
    photo::process(input, &Limits::default()).expect_err("should be refused").to_string()
}

fn fed(derived: &Derived) -> RgbImage {
    decoded(&derived.renditions[0])
}

fn decoded(rendition: &Rendition) -> RgbImage {
    let picture = image::load_from_memory(&rendition.bytes).unwrap().into_rgb8();
    assert_eq!(picture.dimensions(), (rendition.width, rendition.height));
    picture
}

/// A photograph-like picture: soft gradients under fine grain.
fn synthetic(width: u32, height: u32) -> RgbImage {
    let mut state = 1u32;
    RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (state >> 28) as u8;
        Rgb([(x * 200 / width) as u8 + grain, (y * 200 / height) as u8 + grain, 90 + grain])
    })
}

fn synthetic_jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = rusty_jpeg::Encoder::new(&mut bytes, 90);
    let (w, h) = (width as u16, height as u16);
    encoder.encode(&synthetic(width, height), w, h, rusty_jpeg::ColorType::Rgb).unwrap();
    bytes
}

fn encoded(picture: &image::DynamicImage, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// CIE 1976 colour difference of two sRGB colours; 1 is about what an eye can tell.
fn delta_e(a: [u8; 3], b: [u8; 3]) -> f64 {
    fn lab(colour: [u8; 3]) -> [f64; 3] {
        let linear = colour.map(|v| {
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        });
        let mix = |m: [f64; 3]| m[0] * linear[0] + m[1] * linear[1] + m[2] * linear[2];
        let f = |t: f64| if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 };
        let x = f(mix([0.412_456, 0.357_576, 0.180_438]) / 0.950_47);
        let y = f(mix([0.212_673, 0.715_152, 0.072_175]));
        let z = f(mix([0.019_334, 0.119_192, 0.950_304]) / 1.088_83);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }
    let (a, b) = (lab(a), lab(b));
    (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f64>().sqrt()
}

#[track_caller]
fn assert_near(name: &str, actual: [u8; 3], expected: [u8; 3], tolerance: f64) {
    let difference = delta_e(actual, expected);
    assert!(difference < tolerance, "{name}: {actual:?} is ΔE {difference:.1} from {expected:?}");
}

// ---- orientation ----------------------------------------------------------------------------------

const RED: [u8; 3] = [220, 30, 30];
const GREEN: [u8; 3] = [30, 180, 30];
const BLUE: [u8; 3] = [30, 30, 220];
const YELLOW: [u8; 3] = [220, 220, 30];

fn assert_upright(name: &str, picture: &RgbImage) {
    let (right, bottom) = (picture.width() - 12, picture.height() - 12);
    assert_near(name, picture.get_pixel(12, 12).0, RED, 6.0);
    assert_near(name, picture.get_pixel(right, 12).0, GREEN, 6.0);
    assert_near(name, picture.get_pixel(12, bottom).0, BLUE, 6.0);
    assert_near(name, picture.get_pixel(right, bottom).0, YELLOW, 6.0);
}

#[test]
fn r072_all_eight_orientations_come_out_upright() {
    for value in 1..=8 {
        let name = format!("orientation-{value}.jpg");
        let derived = derive(&name);
        assert_eq!((derived.width, derived.height), (192, 128), "{name}");
        assert_upright(&name, &fed(&derived));
    }
}

#[test]
fn orientation_in_png_and_webp_is_applied_too() {
    for name in ["orientation-6.png", "orientation-6.webp"] {
        let derived = derive(name);
        assert_eq!((derived.width, derived.height), (192, 128), "{name}");
        assert_upright(name, &fed(&derived));
    }
}

#[test]
fn a_large_turned_photo_is_turned_in_every_size() {
    let mut input = synthetic_jpeg(1200, 800);
    let exif = b"\xFF\xE1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    input.splice(2..2, exif.iter().copied());
    let derived = photo::process(&input, &Limits::default()).unwrap();
    let sizes: Vec<_> = derived.renditions.iter().map(|r| (r.width, r.height)).collect();
    assert_eq!(sizes, [(800, 1200), (640, 960), (320, 480)]);
    // Red grew to the right when stored, so it grows downwards now.
    let picture = decoded(&derived.renditions[2]);
    assert!(picture.get_pixel(160, 470)[0] > picture.get_pixel(160, 10)[0] + 100);
}

#[test]
fn an_orientation_that_means_nothing_is_ignored() {
    let mut input = fixture("orientation-6.jpg");
    let at = input.windows(4).position(|bytes| bytes == [0x01, 0x12, 0, 3]).unwrap() + 8;
    for value in [0u16, 9, 65_535] {
        input[at..at + 2].copy_from_slice(&value.to_be_bytes());
        let derived = photo::process(&input, &Limits::default()).unwrap();
        assert_eq!((derived.width, derived.height), (128, 192), "{value}");
    }
}

// ---- colour ---------------------------------------------------------------------------------------

const PATCHES: [[u8; 3]; 6] =
    [[200, 60, 50], [60, 150, 70], [50, 80, 180], [210, 180, 60], [128, 128, 128], [150, 90, 160]];

#[track_caller]
fn assert_patches(name: &str, expected: [[u8; 3]; 6], tolerance: f64) {
    let picture = fed(&derive(name));
    for (i, expected) in expected.into_iter().enumerate() {
        let (x, y) = (32 + 64 * (i as u32 % 3), 32 + 64 * (i as u32 / 3));
        assert_near(&format!("{name} patch {i}"), picture.get_pixel(x, y).0, expected, tolerance);
    }
}

#[test]
fn wide_gamut_jpegs_are_converted_to_srgb() {
    for name in ["srgb.jpg", "display-p3.jpg", "adobe-rgb.jpg"] {
        assert_patches(name, PATCHES, 3.0);
    }
}

#[test]
fn profiles_in_png_and_webp_are_applied() {
    for name in ["display-p3.png", "display-p3.webp", "cicp-p3.png"] {
        assert_patches(name, PATCHES, 3.0);
    }
}

#[test]
fn a_profile_that_swaps_channels_is_believed() {
    assert_patches("swapped-channels.jpg", PATCHES, 3.0);
}

#[test]
fn a_broken_or_foreign_profile_is_taken_as_srgb() {
    for name in ["broken-profile.jpg", "wrong-profile.jpg"] {
        assert_patches(name, PATCHES, 3.0);
    }
}

#[test]
fn cmyk_is_right_with_and_without_adobes_inversion() {
    for name in ["cmyk.jpg", "cmyk-plain.jpg", "ycck.jpg"] {
        assert_patches(name, PATCHES, 3.0);
    }
}

#[test]
fn a_lookup_table_profile_is_applied_to_cmyk() {
    // The profile's cyan is magenta.
    let expected = PATCHES.map(|[r, g, b]| [g, r, b]);
    assert_patches("cmyk-profile.jpg", expected, 6.0);
}

#[test]
fn grey_stays_grey_and_its_profile_counts() {
    let plain = fed(&derive("grey.jpg"));
    assert_near("grey", plain.get_pixel(60, 30).0, [128; 3], 2.0);
    let linear = fed(&derive("grey-linear.jpg"));
    assert_near("linear grey", linear.get_pixel(60, 30).0, [188; 3], 2.0);
}

// ---- formats --------------------------------------------------------------------------------------

#[test]
fn every_format_is_recognised_and_named() {
    let expected = [
        ("photo-boats.jpg", Format::Jpeg, "image/jpeg", "jpg", "JPEG"),
        ("alpha.png", Format::Png, "image/png", "png", "PNG"),
        ("lossy.webp", Format::WebP, "image/webp", "webp", "WebP"),
        ("animated.gif", Format::Gif, "image/gif", "gif", "GIF"),
    ];
    for (file, format, mime, extension, name) in expected {
        let derived = derive(file);
        assert_eq!(derived.format, format);
        assert_eq!((format.mime(), format.extension(), format.name()), (mime, extension, name));
    }
}

#[test]
fn transparency_is_laid_on_white() {
    for name in ["alpha.png", "alpha.webp"] {
        let picture = fed(&derive(name));
        assert_near(name, picture.get_pixel(4, 4).0, [255; 3], 2.0);
        assert_near(name, picture.get_pixel(80, 60).0, [200, 30, 60], 4.0);
        assert_near(name, picture.get_pixel(10, 112).0, [127; 3], 2.0);
    }
}

#[test]
fn sixteen_bits_are_reduced_to_eight() {
    let picture = fed(&derive("deep.png"));
    assert_near("left top", picture.get_pixel(1, 1).0, [1, 2, 128], 4.0);
    assert_near("right bottom", picture.get_pixel(254, 126).0, [254, 253, 128], 4.0);
}

#[test]
fn of_an_animation_the_first_frame_is_taken() {
    for name in ["animated.gif", "animated.webp"] {
        assert_upright(name, &fed(&derive(name)));
    }
}

#[test]
fn a_palette_png_and_every_small_png_kind_decode() {
    assert_upright("palette.png", &fed(&derive("palette.png")));
    let grey = image::DynamicImage::ImageLuma16(image::ImageBuffer::from_pixel(20, 20, image::Luma([32_896])));
    let clear = image::DynamicImage::ImageLumaA8(image::ImageBuffer::from_pixel(20, 20, image::LumaA([0, 0])));
    for (picture, value) in [(grey, 128), (clear, 255)] {
        let input = encoded(&picture, image::ImageFormat::Png);
        let derived = photo::process(&input, &Limits::default()).unwrap();
        assert_near("PNG", fed(&derived).get_pixel(10, 10).0, [value; 3], 2.0);
    }
}

#[test]
fn separate_and_progressive_scans_give_the_same_picture() {
    let whole = fed(&derive("interleaved.jpg"));
    for name in ["separate-scans.jpg", "progressive.jpg"] {
        let other = fed(&derive(name));
        let worst = whole.iter().zip(other.iter()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(2), "{name}: {worst:?}");
    }
}

#[test]
fn probe_tells_progressive_and_scans() {
    let probe = |name| photo::probe(&fixture(name), &Limits::default()).unwrap();
    let progressive = probe("progressive.jpg");
    assert!(progressive.progressive && progressive.scans > 3);
    let separate = probe("separate-scans.jpg");
    assert_eq!((separate.progressive, separate.scans), (false, 3));
    let turned = probe("orientation-6.jpg");
    assert_eq!(((turned.width, turned.height), turned.upright_size()), ((128, 192), (192, 128)));
}

// ---- what is served -------------------------------------------------------------------------------

/// Walks a JPEG and gives its markers; fails on bytes behind the end.
fn markers(bytes: &[u8]) -> Vec<u8> {
    assert_eq!(bytes[..2], [0xFF, 0xD8]);
    let mut found = vec![0xD8];
    let mut at = 2;
    loop {
        assert_eq!(bytes[at], 0xFF);
        let marker = bytes[at + 1];
        found.push(marker);
        if marker == 0xD9 {
            assert_eq!(at + 2, bytes.len(), "nothing follows the end");
            return found;
        }
        at += 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        if marker == 0xDA {
            while bytes[at] != 0xFF || bytes[at + 1] == 0 || (0xD0..=0xD7).contains(&bytes[at + 1]) {
                at += 1;
            }
        }
    }
}

#[track_caller]
fn assert_clean(name: &str, rendition: &Rendition) {
    let allowed = [0xD8, 0xE0, 0xDB, 0xC0, 0xC4, 0xDA, 0xD9];
    let markers = markers(&rendition.bytes);
    assert!(markers.iter().all(|marker| allowed.contains(marker)), "{name} {rendition:?}: {markers:02x?}");
    assert_eq!(markers.iter().filter(|&&marker| marker == 0xE0).count(), 1, "{name}");
    assert_eq!(rendition.bytes[2..6], [0xFF, 0xE0, 0, 16], "{name}: a JFIF header without a thumbnail");
    assert!(!rendition.bytes.windows(CANARY.len()).any(|window| window == CANARY), "{name} {rendition:?}");
}

#[test]
fn r072_gps_and_every_other_metadata_is_gone_from_every_rendition() {
    for (name, derived) in ALL.iter() {
        derived.renditions.iter().for_each(|rendition| assert_clean(name, rendition));
    }
    for name in ["leaky.jpg", "leaky.png", "leaky.webp", "leaky.gif"] {
        let input = fixture(name);
        assert!(input.windows(CANARY.len()).any(|window| window == CANARY), "{name} leaks");
        assert_clean(name, &photo::avatar(&input, &Limits::default(), 400).unwrap());
        assert_clean(name, &photo::fit(&input, &Limits::default(), 1500).unwrap());
    }
}

#[test]
fn a_24_megapixel_photo_gives_all_sizes_within_the_federated_bounds() {
    let derived = derive("large.jpg");
    assert_eq!((derived.width, derived.height), (6000, 4000));
    let made: Vec<_> = derived.renditions.iter().map(|r| (r.role, r.width, r.height)).collect();
    assert_eq!(made, [
        (Role::Federated, 3527, 2351),
        (Role::Px2560, 2560, 1707),
        (Role::Px1600, 1600, 1067),
        (Role::Px960, 960, 640),
        (Role::Px480, 480, 320),
    ]);
    let federated = &derived.renditions[0];
    assert!(u64::from(federated.width) * u64::from(federated.height) <= 8_294_400);
    assert!(federated.bytes.len() < 8_000_000);
    assert!(derived.renditions.is_sorted_by(|a, b| a.bytes.len() > b.bytes.len()));
    for rendition in &derived.renditions[2..] {
        let picture = decoded(rendition);
        assert_near("top", picture.get_pixel(5, 2).0, [0, 255, 90], 6.0);
        assert_near("bottom", picture.get_pixel(rendition.width - 3, rendition.height - 3).0, [200, 0, 90], 6.0);
    }
}

#[test]
fn a_long_panorama_federates_with_a_side_of_3840() {
    let derived = photo::process(&synthetic_jpeg(4000, 400), &Limits::default()).unwrap();
    assert_eq!((derived.renditions[0].width, derived.renditions[0].height), (3840, 384));
}

#[test]
fn noise_that_would_not_fit_into_8_megabytes_is_coded_coarser() {
    // Every pixel twice, so that it counts as a drawing and keeps its full colour.
    let mut state = 7u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        [56, 48, 40].map(|shift| 64 + (state >> shift) as u8 % 128)
    });
    let tile: Vec<u8> = noise.take(1920 * 16).flat_map(|pixel| [pixel, pixel]).flatten().collect();
    let picture = RgbImage::from_raw(3840, 2160, tile.repeat(135)).unwrap();
    let derived = photo::fit(&encoded(&picture.into(), image::ImageFormat::Png), &Limits::default(), 3840).unwrap();
    assert_eq!((derived.width, derived.height), (3840, 2160), "quality goes before size");
    assert!(derived.bytes.len() < 8_000_000);
    // The first entry of the luma table tells the quality: 16 at quality 50, 5 at 85.
    let table = derived.bytes.windows(2).position(|marker| marker == [0xFF, 0xDB]).unwrap();
    assert!(derived.bytes[table + 5] > 5, "{}", derived.bytes[table + 5]);
}

#[test]
fn nothing_is_ever_enlarged() {
    for (name, derived) in ALL.iter() {
        let long = derived.width.max(derived.height);
        assert_eq!(derived.renditions[0].role, Role::Federated, "{name}");
        assert_eq!((derived.renditions[0].width, derived.renditions[0].height), (derived.width, derived.height), "{name}");
        for rendition in &derived.renditions[1..] {
            let side: u32 = rendition.role.as_str().parse().unwrap();
            assert!(side < long && rendition.width.max(rendition.height) == side, "{name} {rendition:?}");
        }
    }
}

#[test]
fn a_photo_smaller_than_the_smallest_size_gives_one_file() {
    let derived = derive("grey.jpg");
    assert_eq!(derived.renditions.len(), 1);
    let tiny = photo::process(&synthetic_jpeg(1, 1), &Limits::default()).unwrap();
    assert_eq!((tiny.renditions.len(), tiny.renditions[0].width, tiny.renditions[0].height), (1, 1, 1));
}

#[test]
fn a_2560_nearly_as_large_as_the_federated_file_is_left_out() {
    let roles = |width, height| {
        let derived = photo::process(&synthetic_jpeg(width, height), &Limits::default()).unwrap();
        derived.renditions.iter().map(|rendition| rendition.role).collect::<Vec<_>>()
    };
    assert!(!roles(2816, 200).contains(&Role::Px2560));
    assert!(roles(2817, 200).contains(&Role::Px2560));
}

#[test]
fn the_short_side_of_a_thin_photo_never_vanishes() {
    let derived = photo::process(&synthetic_jpeg(1600, 40), &Limits::default()).unwrap();
    assert!(derived.renditions.iter().all(|rendition| rendition.height >= 1));
    assert_eq!(refusal(&synthetic_jpeg(1640, 40)), "is 1640 × 40 pixels; the long side may be at most 40 times the short one");
}

#[test]
fn roles_are_stored_by_name() {
    for (role, name) in Role::ALL.into_iter().zip(["fed", "2560", "1600", "960", "480"]) {
        assert_eq!((role.as_str(), name.parse()), (name, Ok(role)));
    }
    assert!("large".parse::<Role>().is_err());
}

#[test]
fn an_avatar_is_a_square_from_the_middle() {
    let avatar = photo::avatar(&fixture("photo-lake.jpg"), &Limits::default(), 400).unwrap();
    assert_eq!((avatar.width, avatar.height), (400, 400));
    let whole = image::load_from_memory(&fixture("photo-lake.jpg")).unwrap().into_rgb8();
    let picture = decoded(&avatar);
    for (x, y) in [(20, 20), (380, 20), (200, 100), (30, 390)] {
        assert_near("avatar", picture.get_pixel(x, y).0, whole.get_pixel(550 + x * 5 / 4, y * 5 / 4).0, 8.0);
    }
    let small = photo::avatar(&fixture("orientation-6.jpg"), &Limits::default(), 400).unwrap();
    assert_eq!((small.width, small.height), (128, 128), "never enlarged");
}

#[test]
fn a_header_fits_its_width_as_seen() {
    let limits = Limits::default();
    let header = photo::fit(&fixture("photo-lake.jpg"), &limits, 1500).unwrap();
    assert_eq!((header.width, header.height), (1500, 469));
    let turned = photo::fit(&fixture("orientation-8.jpg"), &limits, 96).unwrap();
    assert_eq!((turned.width, turned.height), (96, 64));
    let small = photo::fit(&fixture("grey.jpg"), &limits, 1500).unwrap();
    assert_eq!((small.width, small.height), (128, 64));
}

// ---- placeholder ----------------------------------------------------------------------------------

#[test]
fn the_blurhash_suits_the_shape_and_resembles_the_photo() {
    for (name, components) in [("photo-boats.jpg", (4, 3)), ("photo-forest.jpg", (3, 4)), ("photo-leaf.jpg", (4, 4))] {
        let derived = derive(name);
        assert_eq!(derived.blurhash.len(), 4 + 2 * components.0 * components.1, "{name}");
        let blur = blurhash::decode(&derived.blurhash, 8, 8, 1.0).unwrap();
        let small = decoded(derived.renditions.last().unwrap());
        let small = image::imageops::thumbnail(&small, 8, 8);
        let off = |picture: &RgbImage| {
            picture.pixels().zip(blur.chunks(4)).map(|(a, b)| delta_e(a.0, [b[0], b[1], b[2]])).sum::<f64>() / 64.0
        };
        let (right, turned) = (off(&small), off(&image::imageops::rotate180(&small)));
        assert!(right < 20.0 && right < turned / 1.2, "{name}: ΔE {right}, upside down {turned}");
    }
}

#[test]
fn the_average_colour_is_averaged_in_light() {
    let halves = RgbImage::from_fn(200, 100, |x, _| if x < 100 { Rgb([0; 3]) } else { Rgb([255; 3]) });
    let input = encoded(&halves.into(), image::ImageFormat::Png);
    let derived = photo::process(&input, &Limits::default()).unwrap();
    assert_near("half black, half white", derived.average, [188; 3], 2.0);
    assert_eq!(derive("grey.jpg").average, [128; 3]);
}

// ---- metadata that is read ------------------------------------------------------------------------

#[test]
fn alternative_text_is_read_in_the_default_language() {
    let expected = "A lighthouse above the harbour, seen from the ferry";
    assert_eq!(derive("alt-text.jpg").metadata.alt_text.as_deref(), Some(expected));
    assert_eq!(derive("leaky.png").metadata.alt_text.as_deref(), Some(expected));
    assert_eq!(derive("photo-boats.jpg").metadata.alt_text, None);
}

fn with_xmp(xmp: &str) -> Vec<u8> {
    let payload = [b"http://ns.adobe.com/xap/1.0/\0", xmp.as_bytes()].concat();
    let mut input = fixture("interleaved.jpg");
    let length = (payload.len() as u16 + 2).to_be_bytes();
    input.splice(2..2, [&[0xFF, 0xE1], &length[..], &payload].concat());
    input
}

#[test]
fn r077_xmp_with_a_document_type_is_never_parsed() {
    let property = r#"<a xmlns:i="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" i:AltTextAccessibility="A &e; boat"/>"#;
    let alt = |xmp: &str| photo::process(&with_xmp(xmp), &Limits::default()).unwrap().metadata.alt_text;
    assert_eq!(alt(&property.replace("&e; ", "")).as_deref(), Some("A boat"));
    assert_eq!(alt(&format!(r#"<!DOCTYPE a [<!ENTITY e "x">]>{property}"#)), None);
    assert_eq!(alt(&format!(r#"<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>{property}"#)), None);
    assert_eq!(alt("<a"), None);
    assert_eq!(alt(&"<a>".repeat(20_000)), None, "deep nesting is no way to the end of the stack");
}

#[test]
fn exif_that_points_at_itself_or_out_of_the_file_is_harmless() {
    for tiff in [
        &b"II*\0\xFF\xFF\xFF\xFF"[..],
        b"II*\0\x08\0\0\0\xFF\xFF",
        b"II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0",
        b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\xFF\xFF\xFF\xFF\0\x06\0\0",
        b"MM",
        b"",
    ] {
        let mut input = fixture("interleaved.jpg");
        let length = (tiff.len() as u16 + 8).to_be_bytes();
        input.splice(2..2, [&[0xFF, 0xE1], &length[..], b"Exif\0\0", tiff].concat());
        let derived = photo::process(&input, &Limits::default()).unwrap();
        assert_eq!((derived.width, derived.height), (320, 240));
    }
}

// ---- what is refused ------------------------------------------------------------------------------

#[test]
fn r070_type_is_told_by_the_bytes() {
    const TAKES: &str = "; Cyanotype takes JPEG, PNG, WebP and GIF";
    let brand = |brand: &[u8]| [b"\0\0\0\x18ftyp", brand, b"\0\0\0\0mif1heic"].concat();
    let cases: [(Vec<u8>, &str); 17] = [
        (fixture("html.jpg"), "is a web page"),
        (fixture("pdf.jpg"), "is a PDF document"),
        (fixture("svg.jpg"), "is an SVG drawing"),
        (b"<?xml version='1.0'?><x/>".to_vec(), "is an XML document"),
        (br#"{"type":"Note"}"#.to_vec(), "is a text"),
        (b"alert(1)".to_vec(), "is a text"),
        (brand(b"heic"), "is a HEIC photo"),
        (brand(b"avif"), "is an AVIF photo"),
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
        let started = Instant::now();
        let sentence = refusal(&input);
        assert!(started.elapsed() < Duration::from_millis(100), "{name}");
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
    let frame = input.windows(2).position(|marker| marker == [0xFF, 0xC0]).unwrap();
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
        patched_frame(5, &[0, 0]),                    // height to be told later
        patched_frame(7, &[0, 0]),                    // no width
        patched_frame(11, &[0]),                      // no sampling
        patched_frame(11, &[0x5F]),                   // too much sampling
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
    let started = Instant::now();
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
    assert!(started.elapsed() < Duration::from_secs(3));
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
        let started = Instant::now();
        assert!(photo::process(&input, &Limits::default()).is_ok());
        assert!(started.elapsed() < Duration::from_secs(2));
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
    let names = ["orientation-6.jpg", "progressive.jpg", "cmyk.jpg", "leaky.png", "alpha.png", "palette.png",
        "leaky.webp", "alpha.webp", "animated.webp", "animated.gif", "display-p3.jpg"];
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

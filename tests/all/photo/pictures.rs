//! What comes in is understood: orientation, colour, formats, and what a photo says about itself.

use cyanotype::photo::Format;

use super::*;

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
fn colour_is_right_however_finely_it_was_kept() {
    let wanted = fed(&derive("lossless.webp"));
    for name in ["interleaved.jpg", "wide-chroma.jpg", "full-chroma.jpg", "progressive.jpg"] {
        let found = fed(&derive(name));
        assert_eq!(found.dimensions(), wanted.dimensions(), "{name}");
        let sum: u64 = found.iter().zip(wanted.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        let mean = sum as f64 / wanted.as_raw().len() as f64;
        assert!(mean < 2.5, "{name}: {mean}");
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
    let property = r#"<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description
        xmlns:i="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" i:AltTextAccessibility="A &e; boat"/></r:RDF>"#;
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

//! What goes out: clean files, the right sizes, placeholders.

use cyanotype::photo::Role;

use super::*;

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
    assert_eq!(
        made,
        [
            (Role::Federated, 3527, 2351),
            (Role::Px2560, 2560, 1707),
            (Role::Px1600, 1600, 1067),
            (Role::Px960, 960, 640),
            (Role::Px480, 480, 320),
        ]
    );
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
        assert_eq!(
            (derived.renditions[0].width, derived.renditions[0].height),
            (derived.width, derived.height),
            "{name}"
        );
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
    assert_eq!(
        refusal(&synthetic_jpeg(1640, 40)),
        "is 1640 × 40 pixels; the long side may be at most 40 times the short one"
    );
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

/// A picture of one colour, with this profile in it.
fn tagged(colour: [u8; 3], icc: &[u8]) -> Vec<u8> {
    use image::ImageEncoder;
    let picture = image::RgbImage::from_pixel(1200, 800, image::Rgb(colour));
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 95);
    encoder.set_icc_profile(icc.to_vec()).expect("a JPEG takes a profile");
    encoder.encode_image(&picture).expect("a picture of one colour is encoded");
    bytes
}

#[test]
fn pages_of_a_display_p3_photo_stay_display_p3_and_other_servers_get_srgb() {
    let derived = photo::process(&tagged([30, 220, 60], photo::Gamut::DisplayP3.icc()), &Limits::default()).unwrap();
    let [federated, pages @ ..] = derived.renditions.as_slice() else { panic!("nothing was made") };
    let profiled = |bytes: &[u8]| bytes.windows(11).any(|w| w == b"ICC_PROFILE");
    assert_eq!((federated.gamut, profiled(&federated.bytes)), (photo::Gamut::Srgb, false));
    assert_eq!(pages.len(), 2, "960 and 480");
    for page in pages {
        assert_eq!((page.gamut, profiled(&page.bytes)), (photo::Gamut::DisplayP3, true));
        assert_near("a page keeps the codes of the original", decoded(page)[(200, 150)].0, [30, 220, 60], 3.0);
    }
    // Out of sRGB's reach: red is cut off at nothing.
    let clipped = decoded(federated)[(600, 400)].0;
    assert!(clipped[0] < 10 && clipped[1] > 218, "{clipped:?}");
}

#[test]
fn a_display_p3_photo_of_small_colours_is_the_same_colour_everywhere() {
    let derived = photo::process(&tagged([120, 110, 100], photo::Gamut::DisplayP3.icc()), &Limits::default()).unwrap();
    assert_near("sRGB", decoded(&derived.renditions[0])[(600, 400)].0, [121, 110, 99], 1.5);
    assert_near("average", derived.average, [121, 110, 99], 1.5);
}

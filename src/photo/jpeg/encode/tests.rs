use super::*;
use crate::pixels::{Kind, Pixels};
use crate::ycc;

/// Gradients, discs and grain.
fn scene(width: u32, height: u32, kind: Kind) -> Pixels {
    let mut state = 1u32;
    let mut data = Vec::new();
    for y in 0..height {
        for x in 0..width {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let disc = if (x % 90).abs_diff(45).pow(2) + (y % 70).abs_diff(35).pow(2) < 700 { 50 } else { 0 };
            let grain = (state >> 28) + disc;
            let pixel = [x * 150 / width + grain, y * 150 / height + grain, 60 + grain].map(|v| v as u8);
            data.extend(&pixel[..kind.channels()]);
        }
    }
    Pixels::new(width, height, kind, data).expect("whole")
}

#[track_caller]
fn assert_like(pixels: &Pixels, jpeg: &[u8], decibels: f64) {
    let read = image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg).expect("decodes");
    assert_eq!((read.width(), read.height()), pixels.size());
    let read = if pixels.kind == Kind::Grey { read.into_luma8().into_raw() } else { read.into_rgb8().into_raw() };
    let error = read.iter().zip(pixels.data()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum::<f64>();
    let reached = 10.0 * (255.0 * 255.0 * read.len() as f64 / error.max(1e-9)).log10();
    assert!(reached > decibels, "{:?}: {reached:.1} dB", pixels.size());
}

#[test]
fn every_size_and_kind_is_read_by_another_decoder_as_it_was() {
    for (width, height) in [(1, 1), (7, 9), (16, 16), (33, 17), (250, 131), (400, 300)] {
        for (kind, chroma) in [(Kind::Grey, Chroma::Full), (Kind::Rgb, Chroma::Halved), (Kind::Rgb, Chroma::Full)] {
            let pixels = scene(width, height, kind);
            let picture = ycc::to_picture(&pixels, chroma);
            let soft = if chroma == Chroma::Halved { 27.0 } else { 38.0 };
            assert_like(&pixels, &encode(&picture, 97, None), soft);
            assert_like(&pixels, &encode(&picture, 30, None), 24.0);
        }
    }
}

#[test]
fn noise_at_the_finest_quality_is_coded_whole() {
    let mut state = 9u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        if state >> 63 == 0 { 0 } else { 255 }
    });
    let pixels = Pixels::new(160, 120, Kind::Grey, noise.take(160 * 120).collect()).expect("whole");
    assert_like(&pixels, &encode(&ycc::to_picture(&pixels, Chroma::Full), 100, None), 45.0);
}

#[test]
fn fitted_tables_beat_the_usual_ones() {
    let pixels = scene(600, 400, Kind::Rgb);
    let ours = encode(&ycc::to_picture(&pixels, Chroma::Halved), 82, None);
    let mut usual = Vec::new();
    let mut encoder = rusty_jpeg::Encoder::new(&mut usual, 82);
    encoder.set_sampling_factor(rusty_jpeg::SamplingFactor::F_2_2);
    encoder.encode(pixels.data(), 600, 400, rusty_jpeg::ColorType::Rgb).expect("encodes");
    assert!(ours.len() < usual.len(), "{} and {}", ours.len(), usual.len());
}

#[test]
fn a_profile_is_embedded_and_nothing_else() {
    let picture = ycc::to_picture(&scene(40, 30, Kind::Rgb), Chroma::Halved);
    let (plain, tagged) = (encode(&picture, 82, None), encode(&picture, 82, Some(b"profile")));
    let segment = b"\xFF\xE2\0\x17ICC_PROFILE\0\x01\x01profile";
    assert_eq!(tagged[20..20 + segment.len()], segment[..]);
    assert_eq!([&tagged[..20], &tagged[20 + segment.len()..]].concat(), plain);
}

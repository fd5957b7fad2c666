//! Against other decoders, over the fixtures and over made files of every sampling and kind.

use rusty_jpeg::{ColorType, Encoder, SamplingFactor};

use super::*;
use crate::probe::{Body, probe};
use crate::{Limits, PhotoError};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../media-test-fixtures");

/// Keeps every row.
struct Collected {
    stride: usize,
    taken: usize,
    samples: Vec<u8>,
}

impl Rows for Collected {
    fn room(&mut self, count: usize) -> (&mut [u8], usize) {
        self.samples.resize((self.taken + count) * self.stride, 0);
        (&mut self.samples[self.taken * self.stride..], self.stride)
    }

    fn took(&mut self, count: usize) {
        self.taken += count;
    }
}

/// Width, height and samples of each component.
fn planes(input: &[u8], side: usize) -> Result<Vec<(usize, usize, Vec<u8>)>, PhotoError> {
    let probe = probe(input, &Limits::default())?;
    let Body::Jpeg(jpeg) = &probe.body else { return Err(PhotoError::damaged("no JPEG any more")) };
    if probe.width * probe.height > 1 << 25 {
        return Err(PhotoError::damaged("grown"));
    }
    let header = Header::read(&jpeg.header)?;
    let wanted = |component: &Component| ((component.width * side).div_ceil(8), (component.height * side).div_ceil(8));
    let plans: Vec<_> = header.frame.components.iter().map(|c| Plan::new(&header.frame, c, wanted(c))).collect();
    let mut rows: Vec<_> =
        plans.iter().map(|plan| Collected { stride: plan.stride, taken: 0, samples: Vec::new() }).collect();
    let mut lent: Vec<&mut dyn Rows> = rows.iter_mut().map(|rows| rows as &mut dyn Rows).collect();
    decode(header, &input[jpeg.scans.clone()], &plans, &mut lent)?;
    let cut = |(plan, rows): (&Plan, Collected)| {
        let lines = rows.samples.chunks(plan.stride).take(plan.height).flat_map(|line| &line[..plan.width]);
        (plan.width, plan.height, lines.copied().collect())
    };
    Ok(plans.iter().zip(rows).map(cut).collect())
}

/// A picture with edges, gradients and noise, so that every coefficient occurs.
fn scene(width: usize, height: usize) -> Vec<u8> {
    let mut state = 9u32;
    let mut scene = Vec::new();
    for y in 0..height {
        for x in 0..width {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (state >> 24) as usize / if x * 3 > width { 12 } else { 3 };
            let disc = if (x % 40).abs_diff(20).pow(2) + (y % 30).abs_diff(15).pow(2) < 90 { 120 } else { 0 };
            scene.extend(
                [x * 100 / width + noise + disc, y * 150 / height + noise, 320 - disc - noise]
                    .map(|v| v.min(255) as u8),
            );
        }
    }
    scene
}

fn made(width: usize, height: usize, quality: u8, set: impl Fn(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    set(&mut encoder);
    encoder.encode(&scene(width, height), width as u16, height as u16, ColorType::Rgb).expect("encodes");
    bytes
}

#[track_caller]
fn assert_like_the_other(name: &str, input: &[u8]) {
    let mut other = rusty_jpeg::decode::Decoder::new(input);
    other.set_single_threaded(true);
    let other = other.decode_planar().unwrap_or_else(|error| panic!("{name}: {error}"));
    let ours = planes(input, 8).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    assert_eq!(ours.len(), other.components.len(), "{name}");
    for (number, ((width, height, samples), theirs)) in ours.iter().zip(&other.components).enumerate() {
        assert_eq!((*width, *height), (theirs.width, theirs.height), "{name} component {number}");
        let (mut worst, mut sum) = (0, 0u64);
        for (y, line) in samples.chunks(*width).enumerate() {
            for (x, &sample) in line.iter().enumerate() {
                let difference = sample.abs_diff(theirs.data[y * theirs.stride + x]);
                worst = worst.max(difference);
                sum += u64::from(difference);
            }
        }
        let mean = sum as f64 / samples.len() as f64;
        assert!(worst <= 3 && mean < 0.25, "{name} component {number}: differs by {worst}, {mean:.3} on average");
    }
}

#[test]
fn every_fixture_decodes_as_another_decoder_does() {
    let mut seen = 0;
    for entry in std::fs::read_dir(FIXTURES).expect("there") {
        let path = entry.expect("a file").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name").to_owned();
        let refused = ["bomb.jpg", "cut.jpg", "no-end.jpg", "html.jpg", "pdf.jpg", "svg.jpg"];
        let refused = refused.contains(&name.as_str()) || name.starts_with("arithmetic-");
        if name.ends_with(".jpg") && !refused {
            assert_like_the_other(&name, &std::fs::read(&path).expect("there"));
            seen += 1;
        }
    }
    assert!(seen > 30);
}

#[test]
fn every_sampling_kind_and_odd_size_decodes_as_another_decoder_does() {
    use SamplingFactor as F;
    let samplings = [F::F_1_1, F::F_2_1, F::F_1_2, F::F_2_2, F::F_4_1, F::F_4_2, F::F_1_4, F::F_2_4];
    for (number, sampling) in samplings.into_iter().enumerate() {
        for (width, height) in [(1, 1), (8, 8), (17, 33), (63, 40), (130, 71)] {
            for progressive in [false, true] {
                for interval in [0, 1, 3] {
                    let input = made(width, height, 60 + 5 * number as u8, |encoder| {
                        encoder.set_sampling_factor(sampling);
                        encoder.set_progressive(progressive);
                        encoder.set_restart_interval(interval);
                        encoder.set_optimized_huffman_tables(number % 2 == 1);
                    });
                    let name = format!("{sampling:?} {width}x{height} progressive {progressive} interval {interval}");
                    assert_like_the_other(&name, &input);
                }
            }
        }
    }
}

#[test]
fn a_scaled_picture_is_the_small_one_of_the_whole() {
    for progressive in [false, true] {
        let input = made(203, 131, 95, |encoder| encoder.set_progressive(progressive));
        let whole = planes(&input, 8).expect("decodes");
        for side in [4, 2, 1] {
            let by = 8 / side;
            for ((wide, high, small), (width, height, large)) in
                planes(&input, side).expect("decodes").iter().zip(&whole)
            {
                assert_eq!((*wide, *high), (width.div_ceil(by), height.div_ceil(by)));
                let mut sum = 0.0;
                for y in 0..height / by {
                    for x in 0..width / by {
                        let area = (0..by * by).map(|i| f64::from(large[(y * by + i / by) * width + x * by + i % by]));
                        sum += (area.sum::<f64>() / (by * by) as f64 - f64::from(small[y * wide + x])).abs();
                    }
                }
                let mean = sum / ((height / by) * (width / by)) as f64;
                // Sharper than an average, so not equal to it.
                assert!(mean < if side == 1 { 0.6 } else { 7.0 }, "side {side}: {mean:.2}");
            }
        }
    }
}

#[test]
fn damage_is_an_error_or_a_picture_never_a_panic() {
    let mut state = 77u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for kind in 0..4 {
        let whole = made(90, 70, 85, |encoder| {
            encoder.set_progressive(kind % 2 == 1);
            encoder.set_restart_interval(if kind > 1 { 4 } else { 0 });
        });
        for _ in 0..1500 {
            let mut input = whole.clone();
            for _ in 0..=random(4) {
                let at = random(input.len());
                input[at] = random(256) as u8;
            }
            if random(4) == 0 {
                input.truncate(random(input.len()) + 1);
            }
            // Whether it is refused does not matter here.
            let _ = planes(&input, [8, 4, 2, 1][random(4)]);
        }
    }
}

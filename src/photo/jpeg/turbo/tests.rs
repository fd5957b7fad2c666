//! The library in C against ours.

use super::*;
use crate::Limits;
use crate::jpeg::decode::Header;
use crate::probe::{Body, Jpeg, probe};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../media-test-fixtures");

/// Keeps every row.
struct Kept {
    stride: usize,
    taken: usize,
    samples: Vec<u8>,
}

impl Rows for Kept {
    fn room(&mut self, count: usize) -> (&mut [u8], usize) {
        self.samples.resize((self.taken + count) * self.stride, 0);
        (&mut self.samples[self.taken * self.stride..], self.stride)
    }

    fn took(&mut self, count: usize) {
        self.taken += count;
    }
}

fn kept(plans: &[Plan]) -> Vec<Kept> {
    plans.iter().map(|plan| Kept { stride: plan.stride, taken: 0, samples: Vec::new() }).collect()
}

fn lent(rows: &mut [Kept]) -> Vec<&mut dyn Rows> {
    rows.iter_mut().map(|rows| rows as &mut dyn Rows).collect()
}

fn opened(input: &[u8]) -> Option<(Jpeg, Header)> {
    let probe = probe(input, &Limits::default()).ok()?;
    let Body::Jpeg(jpeg) = probe.body else { return None };
    let header = Header::read(&jpeg.header).ok()?;
    (header.frame.width * header.frame.height < 1 << 25).then_some((jpeg, header))
}

/// Whether C reads the file, and what it reads, as large as every 8 samples are to become.
fn by_c(input: &[u8], side: usize) -> Option<(bool, Vec<Kept>)> {
    let (jpeg, header) = opened(input)?;
    let wanted: Vec<_> = header
        .frame
        .components
        .iter()
        .map(|part| ((part.width * side).div_ceil(8), (part.height * side).div_ceil(8)))
        .collect();
    let plans = plans(&header.frame, &wanted);
    let mut rows = kept(&plans);
    let well = decode(&jpeg.header, &input[jpeg.scans.clone()], (&header.frame, &plans), &mut lent(&mut rows));
    Some((well, rows))
}

#[test]
fn every_sound_fixture_is_read_as_ours_reads_it() {
    let mut seen = 0;
    for entry in std::fs::read_dir(FIXTURES).expect("there") {
        let path = entry.expect("a file").path();
        let input = std::fs::read(&path).expect("there");
        for side in [8, 4, 2, 1] {
            let Some((true, rows)) = by_c(&input, side) else { continue };
            let (jpeg, header) = opened(&input).expect("opened before");
            let wanted: Vec<_> = header
                .frame
                .components
                .iter()
                .map(|part| ((part.width * side).div_ceil(8), (part.height * side).div_ceil(8)))
                .collect();
            let plans = plans(&header.frame, &wanted);
            let mut ours = kept(&plans);
            let scans = &input[jpeg.scans.clone()];
            crate::jpeg::decode::decode(header, scans, &plans, &mut lent(&mut ours)).expect("sound");
            for ((plan, ours), theirs) in plans.iter().zip(&ours).zip(&rows) {
                assert_eq!(ours.taken, theirs.taken);
                let lines = ours.samples.chunks(plan.stride).zip(theirs.samples.chunks(plan.stride)).take(plan.height);
                let both = lines.flat_map(|(ours, theirs)| ours[..plan.width].iter().zip(&theirs[..plan.width]));
                let (worst, sum) = both.fold((0, 0u64), |(worst, sum), (a, b)| {
                    (a.abs_diff(*b).max(worst), sum + u64::from(a.abs_diff(*b)))
                });
                let mean = sum as f64 / (plan.width * plan.height) as f64;
                // At a half and a quarter it takes more of a block into account than the samples left hold.
                let (bound, about) = if matches!(plan.side, 4 | 2) { (255, 3.0) } else { (4, 0.3) };
                assert!(worst <= bound && mean < about, "{}, side {side}: {worst}, {mean:.3}", path.display());
            }
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn what_is_damaged_is_left_to_ours() {
    for (name, sound) in [("photo-lake.jpg", true), ("cut.jpg", false), ("progressive.jpg", true)] {
        let input = std::fs::read(format!("{FIXTURES}/{name}")).expect("there");
        assert_eq!(by_c(&input, 8).is_some_and(|(well, _)| well), sound, "{name}");
        for cut in [2, 4, 10] {
            let cut = &input[..input.len() - input.len() / cut];
            assert!(!by_c(cut, 8).is_some_and(|(well, _)| well), "{name} cut at {}", cut.len());
        }
    }
}

#[test]
fn damage_never_ends_the_process() {
    let mut state = 78u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for name in ["photo-lake.jpg", "progressive.jpg", "restart.jpg"] {
        let whole = std::fs::read(format!("{FIXTURES}/{name}")).expect("there");
        for _ in 0..100 {
            let mut input = whole.clone();
            for _ in 0..=random(4) {
                // Half of them among the segments.
                let within = if random(2) == 0 { 700 } else { input.len() };
                let at = random(within);
                input[at] = random(256) as u8;
            }
            // Whether it is read does not matter here.
            let _ = by_c(&input, [8, 4, 2, 1][random(4)]);
        }
    }
}

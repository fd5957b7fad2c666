//! Both decoders lead to the same pictures.

use super::*;
use crate::Limits;
use crate::probe::probe;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../media-test-fixtures");

#[test]
fn pictures_are_alike_whoever_decodes() {
    let mut seen = 0;
    for entry in std::fs::read_dir(FIXTURES).expect("there") {
        let path = entry.expect("a file").path();
        let input = std::fs::read(&path).expect("there");
        let Ok(probe) = probe(&input, &Limits::default()) else { continue };
        let Body::Jpeg(jpeg) = &probe.body else { continue };
        for (width, height) in [(probe.width, probe.height), (probe.width * 2 / 5 + 1, probe.height * 2 / 5 + 1)] {
            let crop = Crop { part: (0, 0, probe.width, probe.height), size: (width, height) };
            let target = Target { crop, chroma: Chroma::Halved, shifted: (false, false) };
            let header = Header::read(&jpeg.header).expect("read before");
            let scans = &input[jpeg.scans.clone()];
            let Some(theirs) = target.by_turbo(&header.frame, (&jpeg.header, scans)) else { continue };
            let ours = target.by_ours(header, scans).expect("sound");
            for (number, (ours, theirs)) in ours.planes.iter().zip(&theirs.planes).enumerate() {
                let both = ours.rows().flatten().zip(theirs.rows().flatten());
                let (count, sum) = both.fold((0u32, 0), |(n, sum), (a, b)| (n + 1, sum + u64::from(a.abs_diff(*b))));
                let mean = sum as f64 / f64::from(count);
                assert!(mean < 2.5, "{} plane {number} at {width}x{height}: {mean:.2}", path.display());
            }
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen}");
}

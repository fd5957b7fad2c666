//! JPEGs in arithmetic coding: read where libjpeg-turbo is built in, refused by name elsewhere.

use cyanotype_photo::{Limits, PhotoError};

use super::support::*;

/// Fixtures with the ones in Huffman's codes that hold the same coefficients.
const TWINS: [(&str, &str); 10] = [
    ("sequential", "interleaved"),
    ("progressive", "interleaved"),
    ("full-chroma", "full-chroma"),
    ("grey", "grey"),
    ("odd", "photo-pagoda"),
    ("restart", "restart"),
    ("inks", "ycck"),
    ("turned", "orientation-6"),
    ("display-p3", "display-p3"),
    ("leaky", "leaky"),
];

fn twins() -> impl Iterator<Item = (&'static str, Vec<u8>, Vec<u8>)> {
    TWINS.iter().map(|(name, twin)| (*name, arithmetic(name), fixture(&format!("{twin}.jpg"))))
}

fn arithmetic(name: &str) -> Vec<u8> {
    fixture(&format!("arithmetic-{name}.jpg"))
}

#[test]
#[cfg(not(feature = "libjpeg-turbo"))]
fn without_the_library_they_are_refused_by_name() {
    for (name, input, _) in twins() {
        let error = cyanotype_photo::process(&input, &Limits::default()).expect_err(name);
        assert!(matches!(error, PhotoError::RareKind("arithmetic coding")), "{name}: {error:?}");
        let sentence = "is a JPEG of a rare kind (arithmetic coding) that Cyanotype cannot read; save it again as an ordinary JPEG";
        assert_eq!(error.to_string(), sentence);
    }
}

#[cfg(feature = "libjpeg-turbo")]
mod with_the_library {
    use std::time::Duration;

    use cyanotype_photo::{Derived, avatar, emblem, fit, probe, process, stripped};

    use super::*;
    use crate::stopwatch::Stopwatch;

    fn derive(input: &[u8]) -> Result<Derived, PhotoError> {
        process(input, &Limits::default())
    }

    #[test]
    fn everything_made_of_them_is_what_is_made_of_their_twins() {
        for (name, input, twin) in twins() {
            let [ours, theirs] =
                [&input, &twin].map(|file| derive(file).unwrap_or_else(|e| panic!("{name} {e}: {e:?}")));
            assert_eq!((ours.width, ours.height), (theirs.width, theirs.height), "{name}");
            assert_eq!(ours.renditions.len(), theirs.renditions.len(), "{name}");
            for (ours, theirs) in ours.renditions.iter().zip(&theirs.renditions) {
                assert!(ours.bytes == theirs.bytes, "{name}: {ours:?} beside {theirs:?}");
            }
            assert_eq!((&ours.blurhash, ours.average), (&theirs.blurhash, theirs.average), "{name}");
            assert_eq!((&ours.metadata, &ours.removed), (&theirs.metadata, &theirs.removed), "{name}");
            assert!(!ours.renditions.iter().any(|rendition| holds(&rendition.bytes, CANARY)), "{name}");
        }
    }

    #[test]
    fn they_are_read_at_every_scale() {
        let limits = Limits::default();
        for (name, input, twin) in twins() {
            for side in [130, 60, 30, 9] {
                let [ours, theirs] = [&input, &twin].map(|file| fit(file, &limits, side).expect(name).bytes);
                assert!(ours == theirs, "{name}, {side} wide");
                let [ours, theirs] = [&input, &twin].map(|file| avatar(file, &limits, side).expect(name).bytes);
                assert!(ours == theirs, "{name}, a square of {side}");
            }
        }
    }

    #[test]
    fn their_originals_are_kept_without_a_word() {
        let kept = stripped(&arithmetic("leaky"), &Limits::default()).expect("a sound fixture");
        assert!(!holds(&kept, CANARY));
        let [before, after] = [arithmetic("leaky"), kept].map(|file| derive(&file).expect("sound").renditions);
        assert!(before[0].bytes == after[0].bytes);
    }

    #[test]
    fn no_emblem_is_made_of_them() {
        let error = emblem(&arithmetic("sequential"), &Limits::default(), 64).expect_err("another decoder");
        assert!(matches!(error, PhotoError::RareKind("arithmetic coding")), "{error:?}");
    }

    #[test]
    fn a_cut_one_is_refused_and_one_without_end_is_not() {
        for name in ["sequential", "progressive", "full-chroma", "odd", "leaky"] {
            let mut whole = arithmetic(name);
            let end = whole.windows(2).rposition(|two| two == [0xFF, 0xD9]).expect("an end");
            whole.truncate(end);
            let expected = derive(&arithmetic(name)).expect(name).renditions;
            assert!(derive(&whole).expect(name).renditions[0].bytes == expected[0].bytes, "{name} without end");
            for percent in [30, 60, 90, 97] {
                let mut cut = whole[..whole.len() * percent / 100].to_vec();
                assert!(matches!(derive(&cut), Err(PhotoError::Damaged(_))), "{name} at {percent} %");
                // A later scan of a progressive one that is cut and closed may pass for one that says no more.
                cut.extend([0xFF, 0xD9]);
                let refused = matches!(derive(&cut), Err(PhotoError::Damaged(_)));
                assert!(refused || probed(&cut).progressive, "{name} at {percent} %, closed");
            }
        }
    }

    #[test]
    fn damage_is_an_error_or_a_picture_never_a_panic() {
        let mut state = 79u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        for name in ["sequential", "progressive", "grey", "restart", "inks"] {
            let whole = arithmetic(name);
            for _ in 0..100 {
                let mut input = whole.clone();
                for _ in 0..=random(4) {
                    // Half of them among the segments.
                    let within = if random(2) == 0 { input.len().min(400) } else { input.len() };
                    let at = random(within);
                    input[at] = random(256) as u8;
                }
                if random(4) == 0 {
                    input.truncate(random(input.len()) + 1);
                }
                if probe(&input, &Limits::default()).is_ok_and(|probe| probe.width * probe.height < 1 << 20)
                    && let Err(error) = derive(&input)
                {
                    assert!(!matches!(error, PhotoError::Broken(_)), "{name}: {error:?}");
                }
            }
        }
    }

    /// The fixture with `bytes` at `offset` behind the first marker of this kind.
    fn patched(name: &str, marker: u8, offset: usize, bytes: &[u8]) -> Vec<u8> {
        let mut input = arithmetic(name);
        let at = input.windows(2).position(|two| two == [0xFF, marker]).expect("the marker is there");
        input[at + offset..at + offset + bytes.len()].copy_from_slice(bytes);
        input
    }

    #[test]
    fn impossible_ones_are_refused() {
        let without = |marker: u8| {
            // A segment that decoders pass over.
            patched("sequential", marker, 1, &[0xFE])
        };
        let refused = [
            ("12 bits", patched("sequential", 0xC9, 4, &[12])),
            ("lossless", patched("sequential", 0xC9, 1, &[0xCB])),
            ("hierarchical", patched("sequential", 0xC9, 1, &[0xCD])),
            ("no width", patched("sequential", 0xC9, 7, &[0, 0])),
            ("a conditioning of nothing", patched("sequential", 0xCC, 4, &[0x77])),
            ("a conditioning upside down", patched("sequential", 0xCC, 5, &[0x0F])),
            ("a table that is not there", patched("sequential", 0xC9, 12, &[3])),
            ("a spectrum past its end", patched("progressive", 0xDA, 4 + 1 + 2 * 3, &[0, 64, 0])),
            ("a first scan that refines", patched("progressive", 0xDA, 4 + 1 + 2 * 3, &[0, 0, 0x30])),
            ("a component nobody declared", patched("sequential", 0xDA, 5, &[9])),
            ("no quantisation", {
                let once = without(0xDB);
                let at = once.windows(2).position(|two| two == [0xFF, 0xDB]).expect("two tables");
                let mut twice = once;
                twice[at + 1] = 0xFE;
                twice
            }),
        ];
        for (name, input) in refused {
            let result = derive(&input);
            let right = matches!(result, Err(PhotoError::Damaged(_) | PhotoError::RareKind(_)));
            assert!(right, "{name}: {result:?}");
        }
    }

    #[test]
    fn a_bomb_is_refused_before_anything_is_decoded() {
        let started = Stopwatch::begin();
        let error = derive(&patched("progressive", 0xCA, 5, &[0xFF; 4])).expect_err("a bomb");
        assert!(matches!(error, PhotoError::TooManyPixels { .. }), "{error:?}");
        // 48 megapixels in 16 scans of nothing: more than a good file of that size.
        let mut scans = b"\xFF\xD8\xFF\xCA\0\x0B\x08\x17\x70\x1F\x40\x01\x01\x11\0".to_vec();
        scans.extend(b"\xFF\xDA\0\x08\x01\x01\0\0\0\0\0".repeat(16));
        scans.extend(b"\xFF\xD9");
        let error = derive(&scans).expect_err("a bomb");
        assert!(matches!(error, PhotoError::TooMuchWork { scans: 16 }), "{error:?}");
        assert!(started.spent() < Duration::from_millis(10));
    }

    #[test]
    fn what_their_coefficients_need_is_weighed() {
        let weigh = |input: &[u8]| probed(input).memory();
        assert_eq!(weigh(&arithmetic("sequential")), 2 * weigh(&fixture("interleaved.jpg")));
        assert_eq!(weigh(&arithmetic("progressive")), weigh(&fixture("progressive.jpg")));
        let limits = Limits { max_memory: weigh(&arithmetic("sequential")) - 1, ..Limits::default() };
        let error = process(&arithmetic("sequential"), &limits).expect_err("too large");
        assert!(matches!(error, PhotoError::TooMuchMemory { .. }), "{error:?}");
    }
}

//! Files made to harm, or broken in ways that happen: each is refused with a sentence or accepted with
//! the right picture, soon, and nothing ever panics.

mod boxes;
mod jpeg;
mod others;
mod png;

use std::time::{Duration, Instant};

use cyanotype_photo::{Derived, Limits, PhotoError};

use super::stopwatch::Stopwatch;
use super::support::*;

/// What must become of a file.
enum Outcome {
    Refused,
    Accepted,
    /// Accepted, with exactly the picture this fixture gives.
    Like(&'static str),
    /// Damage inside coded data, which some files survive: either, but soon and without a panic.
    Either,
}

use Outcome::{Accepted, Either, Like, Refused};

/// A file by what is wrong with it.
type Case = (&'static str, Vec<u8>, Outcome);

const SOON: Duration = Duration::from_millis(1500);

fn derive(input: &[u8]) -> Result<Derived, PhotoError> {
    cyanotype_photo::process(input, &Limits::default())
}

fn first(derived: &Derived) -> &[u8] {
    derived.renditions.first().map(|rendition| rendition.bytes.as_slice()).unwrap_or_default()
}

#[track_caller]
fn check(cases: Vec<Case>) {
    for (name, input, outcome) in cases {
        let started = Instant::now();
        let result = derive(&input);
        let took = started.elapsed();
        assert!(took < SOON, "{name} took {took:?}");
        match (outcome, result) {
            (Accepted, Err(error)) => panic!("{name} {error}: {error:?}"),
            (Like(other), Err(error)) => panic!("{name}, unlike {other}, {error}: {error:?}"),
            (Like(other), Ok(derived)) => {
                let clean = derive(&fixture(other)).expect("a sound fixture");
                assert!(first(&derived) == first(&clean), "{name} does not look like {other}");
            }
            (Refused, Ok(_)) => panic!("{name} was accepted"),
            (Refused, Err(error)) => {
                assert!(!matches!(error, PhotoError::Broken(_)), "{name}: our own fault {error:?}")
            }
            (Accepted, Ok(_)) | (Either, _) => {}
        }
    }
}

/// A fixture with `bytes` at `offset` behind the first `mark`.
fn patched(name: &str, mark: &[u8], offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut input = fixture(name);
    let at = input.windows(mark.len()).position(|window| window == mark).expect("the mark is there");
    input[at + offset..at + offset + bytes.len()].copy_from_slice(bytes);
    input
}

#[test]
fn what_is_no_picture_is_refused() {
    check(vec![
        ("nothing", vec![], Refused),
        ("one byte", b"\xFF".to_vec(), Refused),
        ("three bytes", b"\xFF\xD8\xFF".to_vec(), Refused),
        ("a web page", fixture("html.jpg"), Refused),
        ("a drawing", fixture("svg.jpg"), Refused),
        ("a document", fixture("pdf.jpg"), Refused),
        ("PostScript", b"%!PS-Adobe-3.0\n".to_vec(), Refused),
        ("ImageMagick's own", b"push graphic-context\nimage over 0,0 0,0 'https://x/'\n".to_vec(), Refused),
    ]);
}

#[test]
fn a_bomb_is_refused_before_anything_is_decoded() {
    let mut gif = fixture("animated.gif");
    gif[6..10].fill(0xFF);
    let bombs = [
        ("JPEG", patched("interleaved.jpg", b"\xFF\xC0", 5, &[0xFF; 4])),
        ("PNG", patched("palette.png", b"IHDR", 4, &[0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50])),
        ("WebP", patched("animated.webp", b"VP8X", 12, &[0xFE, 0x3F, 0, 0xFE, 0x3F, 0])),
        ("GIF", gif),
    ];
    for (name, input) in bombs {
        let started = Stopwatch::begin();
        let error = derive(&input).expect_err(name);
        assert!(matches!(error, PhotoError::TooManyPixels { .. }), "{name}: {error:?}");
        assert!(started.spent() < Duration::from_millis(10), "{name}");
    }
}

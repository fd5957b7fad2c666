//! What is shown while a photo loads looks the same to everybody who decodes it.

use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser");

/// 32 × 32 RGBA pixels, as the npm package decodes a hash. (Its encoder is no measure: it takes the largest
/// coefficient without regard to those below zero, which the reference in C does not.)
fn by_npm(hash: &str) -> Vec<u8> {
    let mut node = Command::new("node");
    node.arg("blurhash.mjs").current_dir(SCRIPTS).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut node = node.spawn().expect("node is there: .ci/test installs it");
    node.stdin.take().expect("a pipe").write_all(hash.as_bytes()).expect("it reads");
    let answer = node.wait_with_output().expect("it ends");
    assert!(answer.status.success());
    STANDARD.decode(answer.stdout).expect("base64")
}

#[test]
fn web_clients_decode_our_blurhash_to_what_it_means() {
    for name in [
        "photo-boats.jpg",
        "photo-coffee.jpg",
        "photo-forest.jpg",
        "photo-leaf.jpg",
        "photo-marigold.jpg",
        "photo-pagoda.jpg",
        "display-p3.jpg",
        "grey.heic",
        "alpha.png",
    ] {
        let derived = derive(name);
        let there = by_npm(&derived.blurhash);
        let here = blurhash::decode(&derived.blurhash, 32, 32, 1.0).expect("our own hash");
        assert_eq!((there.len(), here.len()), (32 * 32 * 4, 32 * 32 * 4), "{name}");
        let apart: u64 = there.iter().zip(&here).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        // Opacity is the same everywhere and counts for nothing.
        let mean = apart as f64 / f64::from(32 * 32 * 3);
        assert!(mean < 2.0, "{name}: {mean}");
        let average: [u64; 3] = std::array::from_fn(|channel| {
            there.as_chunks::<4>().0.iter().map(|pixel| u64::from(pixel[channel])).sum::<u64>() / (32 * 32)
        });
        let near = average.iter().zip(derived.average).all(|(a, b)| a.abs_diff(u64::from(b)) < 40);
        assert!(near, "{name}: {average:?} is not {:?}", derived.average);
    }
}

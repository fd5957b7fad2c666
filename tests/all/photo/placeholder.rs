//! What is shown while a photo loads looks the same to everybody who decodes it.

use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser");

/// What the decoder of the npm package makes of our hash, and of its own encoder's hash of a picture.
fn by_npm(hash: &str, (across, down): (u32, u32), picture: &RgbImage) -> [Vec<u8>; 2] {
    let rgba = image::DynamicImage::from(picture.clone()).into_rgba8();
    let input = serde_json::json!({
        "hash": hash, "across": across, "down": down, "width": rgba.width(), "height": rgba.height(),
        "pixels": STANDARD.encode(rgba.as_raw()),
    });
    let mut node = Command::new("node");
    node.arg("blurhash.mjs").current_dir(SCRIPTS).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut node = node.spawn().expect("node is there: .ci/test installs it");
    node.stdin.take().expect("a pipe").write_all(input.to_string().as_bytes()).expect("it reads");
    let answer = node.wait_with_output().expect("it ends");
    assert!(answer.status.success());
    let answer: serde_json::Value = serde_json::from_slice(&answer.stdout).expect("JSON");
    ["ours", "theirs"].map(|name| STANDARD.decode(answer[name].as_str().expect("pixels")).expect("base64"))
}

fn mean_difference(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!((a.len(), b.len()), (32 * 32 * 4, 32 * 32 * 4));
    let sum: u64 = a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    // Opacity is the same everywhere and counts for nothing.
    sum as f64 / f64::from(32 * 32 * 3)
}

const PHOTOS: [(&str, (u32, u32)); 6] = [
    ("photo-boats.jpg", (4, 3)),
    ("photo-coffee.jpg", (4, 3)),
    ("photo-forest.jpg", (3, 4)),
    ("photo-leaf.jpg", (4, 4)),
    ("photo-marigold.jpg", (4, 4)),
    ("photo-pagoda.jpg", (4, 4)),
];

#[test]
fn the_decoder_of_web_clients_shows_our_blurhash_as_every_other_does() {
    for (name, components) in PHOTOS {
        let derived = derive(name);
        let small = decoded(derived.renditions.last().expect("a size"));
        let [ours, _] = by_npm(&derived.blurhash, components, &small);
        let here = blurhash::decode(&derived.blurhash, 32, 32, 1.0).expect("our own hash");
        let apart = mean_difference(&ours, &here);
        assert!(apart < 2.0, "{name}: {apart}");
    }
}

/// In grey and as small as what the hash is made from, both encoders see the very same pixels. In other sizes, or with
/// colour kept at half its size, the few digits of a hash may fall on the next step, whoever makes it.
#[test]
fn the_encoder_of_web_clients_would_have_made_our_blurhash() {
    for (name, components) in PHOTOS {
        let whole = image::load_from_memory(&fixture(name)).expect("a photograph");
        let small = whole.resize(64, 64, image::imageops::FilterType::Triangle).into_luma8();
        let input = encoded(&small.clone().into(), image::ImageFormat::Png);
        let hash = photo::process(&input, &Limits::default()).expect("a picture").blurhash;
        let picture = image::DynamicImage::from(small).into_rgb8();
        let [ours, theirs] = by_npm(&hash, components, &picture);
        let apart = mean_difference(&ours, &theirs);
        assert!(apart < 2.0, "{name}: {apart}");
    }
}

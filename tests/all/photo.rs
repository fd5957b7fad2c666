//! What `photo` promises: which files come in, and that what goes out is right, small and clean.

mod hostile;
mod pictures;
mod placeholder;
mod served;

use std::sync::LazyLock;

use cyanotype::photo::{self, Derived, Limits, Rendition};
use image::{Rgb, RgbImage};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/media-test-fixtures");
const CANARY: &[u8] = b"CANARY-7f3a";

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{FIXTURES}/{name}")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn derive(name: &str) -> Derived {
    photo::process(&fixture(name), &Limits::default()).unwrap_or_else(|error| panic!("{name} {error}: {error:?}"))
}

/// Every fixture that is a whole photo of ordinary size (the large one has a test of its own), derived.
static ALL: LazyLock<Vec<(String, Derived)>> = LazyLock::new(|| {
    const OTHERS: [&str; 9] =
        ["README.md", "make.py", "bomb.jpg", "bomb.png", "cut.jpg", "html.jpg", "pdf.jpg", "svg.jpg", "large.jpg"];
    let names = std::fs::read_dir(FIXTURES).expect("the folder is there");
    let names = names.map(|entry| entry.expect("a file").file_name().into_string().expect("a plain name"));
    // Told in tests of their own, which are run with the feature.
    let refused = |name: &str| name.starts_with("arithmetic-") && cfg!(not(feature = "libjpeg-turbo"));
    let names = names.filter(|name| !OTHERS.contains(&name.as_str()) && !refused(name));
    let all: Vec<_> = names.map(|name| (name.clone(), derive(&name))).collect();
    assert!(all.len() > 40, "the fixtures are there");
    all
});

fn refusal(input: &[u8]) -> String {
    photo::process(input, &Limits::default()).expect_err("should be refused").to_string()
}

fn fed(derived: &Derived) -> RgbImage {
    decoded(&derived.renditions[0])
}

fn decoded(rendition: &Rendition) -> RgbImage {
    let picture = image::load_from_memory(&rendition.bytes).expect("a JPEG").into_rgb8();
    assert_eq!(picture.dimensions(), (rendition.width, rendition.height));
    picture
}

/// A photograph-like picture: soft gradients under fine grain.
fn synthetic(width: u32, height: u32) -> RgbImage {
    let mut state = 1u32;
    RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (state >> 28) as u8;
        Rgb([(x * 200 / width) as u8 + grain, (y * 200 / height) as u8 + grain, 90 + grain])
    })
}

fn synthetic_jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = rusty_jpeg::Encoder::new(&mut bytes, 90);
    let (w, h) = (width as u16, height as u16);
    encoder.encode(&synthetic(width, height), w, h, rusty_jpeg::ColorType::Rgb).expect("encodes");
    bytes
}

fn encoded(picture: &image::DynamicImage, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

/// CIE 1976 colour difference of two sRGB colours; 1 is about what an eye can tell.
fn delta_e(a: [u8; 3], b: [u8; 3]) -> f64 {
    fn lab(colour: [u8; 3]) -> [f64; 3] {
        let linear = colour.map(|v| {
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        });
        let mix = |m: [f64; 3]| m[0] * linear[0] + m[1] * linear[1] + m[2] * linear[2];
        let f = |t: f64| if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 };
        let x = f(mix([0.412_456, 0.357_576, 0.180_438]) / 0.950_47);
        let y = f(mix([0.212_673, 0.715_152, 0.072_175]));
        let z = f(mix([0.019_334, 0.119_192, 0.950_304]) / 1.088_83);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }
    let (a, b) = (lab(a), lab(b));
    (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f64>().sqrt()
}

#[track_caller]
fn assert_near(name: &str, actual: [u8; 3], expected: [u8; 3], tolerance: f64) {
    let difference = delta_e(actual, expected);
    assert!(difference < tolerance, "{name}: {actual:?} is ΔE {difference:.1} from {expected:?}");
}

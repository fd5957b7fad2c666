//! What is shown while the photo loads.

use super::PhotoError;
use super::pixels::Kind;
use super::planes::{Chroma, Picture};
use super::{resize, scale, ycc};

/// Larger makes no visible difference, and the cost grows with the pixels.
const SIDE: u32 = 64;

/// The blurhash and the average colour (sRGB, averaged in linear light).
pub(super) fn placeholder(picture: &Picture) -> Result<(String, [u8; 3]), PhotoError> {
    let size = resize::long_side(picture.size(), SIDE);
    let small = scale::picture(picture, size, Chroma::Full);
    let small = ycc::to_pixels(&small.planes, size).ok_or(PhotoError::damaged("size of nothing"))?;
    let rgba: Vec<u8> = match small.kind {
        Kind::Grey => small.data().iter().flat_map(|&grey| [grey, grey, grey, 255]).collect(),
        _ => small.data().as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect(),
    };
    let (across, down) = components(picture.size());
    let hash = blurhash::encode(across, down, small.width, small.height, &rgba).map_err(PhotoError::broken)?;
    Ok((hash, average(&rgba)))
}

/// Waves across and down: more along the longer side.
fn components((width, height): (u32, u32)) -> (u32, u32) {
    match f64::from(width) / f64::from(height) {
        wide if wide >= 1.25 => (4, 3),
        tall if tall <= 0.8 => (3, 4),
        _ => (4, 4),
    }
}

fn average(rgba: &[u8]) -> [u8; 3] {
    let (pixels, _) = rgba.as_chunks::<4>();
    [0, 1, 2].map(|channel| {
        let sum: f64 = pixels.iter().filter_map(|pixel| pixel.get(channel)).map(|&value| linear(value)).sum();
        encoded(sum / pixels.len().max(1) as f64)
    })
}

/// The sRGB transfer function (IEC 61966-2-1) and its inverse.
fn linear(value: u8) -> f64 {
    let value = f64::from(value) / 255.0;
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn encoded(light: f64) -> u8 {
    let value = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0).round().clamp(0.0, 255.0) as u8
}

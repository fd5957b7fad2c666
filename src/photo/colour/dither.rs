//! From finer samples to 8 bits without bands.

use std::sync::LazyLock;

/// Side of the pattern.
const SIDE: usize = 64;

/// Thresholds of 0 to 256, of 257 parts of a step: a fixed pattern without coarse structure (interleaved
/// gradient noise, Jimenez 2014).
static PATTERN: LazyLock<[[u32; SIDE]; SIDE]> = LazyLock::new(|| {
    std::array::from_fn(|y| {
        std::array::from_fn(|x| {
            let wave = 0.067_110_56 * x as f64 + 0.005_837_15 * y as f64;
            ((52.982_918_9 * wave.fract()).fract() * 257.0) as u32
        })
    })
});

/// Reduces rows of `width` pixels of `channels` samples of 16 bits. What falls between two steps is
/// spread over its neighbours, the same picture always in the same way; what is exactly a step stays
/// that step.
pub(crate) fn to_8_bits(samples: &[u16], width: usize, channels: usize) -> Vec<u8> {
    let row = (width * channels).max(1);
    let mut reduced = Vec::with_capacity(samples.len());
    for (line, samples) in PATTERN.iter().cycle().zip(samples.chunks(row)) {
        for (threshold, pixel) in line.iter().cycle().zip(samples.chunks(channels.max(1))) {
            reduced.extend(pixel.iter().map(|&sample| ((u32::from(sample) + threshold) / 257) as u8));
        }
    }
    reduced
}

/// What to add at a place before cutting off what is less than a step: 0 up to, not including, 1.
pub(crate) fn threshold(x: usize, y: usize) -> f32 {
    PATTERN.get(y % SIDE).and_then(|row| row.get(x % SIDE)).map_or(0.5, |&threshold| threshold as f32 / 257.0)
}

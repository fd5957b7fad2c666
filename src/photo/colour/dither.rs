//! From 16 bits a sample to 8 without bands.

/// Side of the pattern.
const SIDE: usize = 64;

/// Reduces rows of `width` pixels of `channels` samples. What falls between two steps is spread over its
/// neighbours by a fixed pattern without coarse structure (interleaved gradient noise, Jimenez 2014), so
/// that the same picture always gives the same bytes; what is exactly a step stays that step.
pub(crate) fn to_8_bits(samples: &[u16], width: usize, channels: usize) -> Vec<u8> {
    let pattern = pattern();
    let row = (width * channels).max(1);
    let mut reduced = Vec::with_capacity(samples.len());
    for (line, samples) in pattern.iter().cycle().zip(samples.chunks(row)) {
        for (threshold, pixel) in line.iter().cycle().zip(samples.chunks(channels.max(1))) {
            reduced.extend(pixel.iter().map(|&sample| ((u32::from(sample) + threshold) / 257) as u8));
        }
    }
    reduced
}

/// Thresholds of 0 to 256, of 257 parts of a step.
fn pattern() -> [[u32; SIDE]; SIDE] {
    std::array::from_fn(|y| {
        std::array::from_fn(|x| {
            let wave = 0.067_110_56 * x as f64 + 0.005_837_15 * y as f64;
            ((52.982_918_9 * wave.fract()).fract() * 257.0) as u32
        })
    })
}

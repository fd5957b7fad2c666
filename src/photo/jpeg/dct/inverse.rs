//! From coefficients to samples, at full size or a half, a quarter, an eighth of it.

use super::{BETWEEN, FINE, narrow, rounded, sum};

/// Turns a row of blocks into `side` rows of samples.
///
/// `blocks`: `side` × `side` coefficients each, by columns. `filled`: per block, a bit for each step of
/// the zigzag that may be other than 0. `steps`: what to multiply the coefficients by, laid out as they
/// are. `samples`: rows of `stride`.
pub(crate) fn row(
    side: usize,
    blocks: &[i16],
    _filled: &[u64],
    steps: &[i16; 64],
    (samples, stride): (&mut [u8], usize),
) {
    match side {
        8 => row_of::<64, 8>(blocks, steps, samples, stride, inverse8),
        4 => row_of::<16, 4>(blocks, steps, samples, stride, inverse4),
        2 => row_of::<4, 2>(blocks, steps, samples, stride, inverse2),
        _ => row_of::<1, 1>(blocks, steps, samples, stride, |block| [[sample(i32::from(block[0]), 3)]]),
    }
}

#[inline(always)]
fn row_of<const SIZE: usize, const SIDE: usize>(
    blocks: &[i16],
    steps: &[i16; 64],
    samples: &mut [u8],
    stride: usize,
    inverse: impl Fn(&[i16; SIZE]) -> [[u8; SIDE]; SIDE],
) {
    for (at, block) in blocks.as_chunks::<SIZE>().0.iter().enumerate() {
        let mut whole = [0; SIZE];
        for ((whole, &coefficient), &step) in whole.iter_mut().zip(block).zip(steps) {
            *whole = coefficient.wrapping_mul(step);
        }
        for (row, values) in inverse(&whole).iter().enumerate() {
            let from = row * stride + at * SIDE;
            if let Some(to) = samples.get_mut(from..from + SIDE) {
                to.copy_from_slice(values);
            }
        }
    }
}

/// The sample of a sum that has `shift` bits too many.
fn sample(sum: i32, shift: u32) -> u8 {
    (rounded(sum, shift) + 128).clamp(0, 255) as u8
}

fn inverse8(block: &[i16; 64]) -> [[u8; 8]; 8] {
    let mut between = [[0i16; 8]; 8];
    // Columns of coefficients stand together: the first pass combines columns, so works along rows.
    for row in 0..8 {
        let line = std::array::from_fn(|column| block[column * 8 + row].into());
        for (column, sum) in line8(line).into_iter().enumerate() {
            between[row][column] = narrow(rounded(sum, FINE - BETWEEN));
        }
    }
    let mut samples = [[0; 8]; 8];
    for column in 0..8 {
        let line = std::array::from_fn(|row| between[row][column].into());
        for (row, sum) in line8(line).into_iter().enumerate() {
            samples[row][column] = sample(sum, FINE + BETWEEN + 3);
        }
    }
    samples
}

/// One dimension, eight points; its output has [`FINE`] bits more than its input.
fn line8(x: [i32; 8]) -> [i32; 8] {
    let four = |by| sum([x[1], x[3], x[5], x[7]], by);
    let (middle, outer) = (sum([x[0], x[4]], [8192, 8192]), sum([x[0], x[4]], [8192, -8192]));
    let (low, high) = (sum([x[2], x[6]], [10_703, 4433]), sum([x[2], x[6]], [4433, -10_704]));
    let even = [middle.wrapping_add(low), outer.wrapping_add(high), outer.wrapping_sub(high), middle.wrapping_sub(low)];
    let odd = [
        four([11_363, 9633, 6437, 2260]),
        four([9633, -2259, -11_362, -6436]),
        four([6437, -11_362, 2261, 9633]),
        four([2260, -6436, 9633, -11_363]),
    ];
    std::array::from_fn(|i| if i < 4 { even[i].wrapping_add(odd[i]) } else { even[7 - i].wrapping_sub(odd[7 - i]) })
}

fn inverse4(block: &[i16; 16]) -> [[u8; 4]; 4] {
    let mut between = [[0i16; 4]; 4];
    for row in 0..4 {
        let line = std::array::from_fn(|column| block[column * 4 + row].into());
        for (column, sum) in line4(line).into_iter().enumerate() {
            between[row][column] = narrow(rounded(sum, FINE - BETWEEN));
        }
    }
    let mut samples = [[0; 4]; 4];
    for column in 0..4 {
        let line = std::array::from_fn(|row| between[row][column].into());
        for (row, sum) in line4(line).into_iter().enumerate() {
            samples[row][column] = sample(sum, FINE + BETWEEN + 3);
        }
    }
    samples
}

/// One dimension, four points.
fn line4(x: [i32; 4]) -> [i32; 4] {
    let (middle, outer) = ((x[0] + x[2]) * 8192, (x[0] - x[2]) * 8192);
    let (low, high) = (x[1] * 10_703 + x[3] * 4433, x[1] * 4433 - x[3] * 10_704);
    [middle + low, outer + high, outer - high, middle - low]
}

fn inverse2(block: &[i16; 4]) -> [[u8; 2]; 2] {
    let [a, b, c, d] = block.map(i32::from);
    // By columns: b stands below a, c beside it.
    [[sample(a + b + c + d, 3), sample(a + b - c - d, 3)], [sample(a - b + c - d, 3), sample(a - b - c + d, 3)]]
}

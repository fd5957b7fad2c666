//! [`super::inverse`] with vectors: at full size two blocks side by side, a line of one in the lower half
//! of a vector and of the other in the upper; at half size four.

use std::arch::x86_64::*;

use super::vector::{by, pairs, transpose};
use super::{BETWEEN, FINE, inverse};
use crate::simd::x86::{load, load_two, store_bytes};

/// As [`inverse::row`].
#[target_feature(enable = "avx2")]
pub(crate) fn row(
    side: usize,
    blocks: &[i16],
    filled: &[u64],
    steps: &[i16; 64],
    (samples, stride): (&mut [u8], usize),
) {
    let done = match side {
        8 => row_of_8(blocks, filled, steps, samples, stride),
        4 => row_of_4(blocks, steps, samples, stride),
        _ => 0,
    };
    if let (Some(blocks), Some(samples)) = (blocks.get(done * side * side..), samples.get_mut(done * side..)) {
        inverse::row(side, blocks, filled, steps, (samples, stride));
    }
}

/// Gives how many blocks it made.
#[target_feature(enable = "avx2")]
fn row_of_8(blocks: &[i16], filled: &[u64], steps: &[i16; 64], samples: &mut [u8], stride: usize) -> usize {
    let (steps, _) = steps.as_chunks::<8>();
    let (two, _) = blocks.as_chunks::<128>();
    for (at, (two, filled)) in two.iter().zip(filled.as_chunks::<2>().0).enumerate() {
        let (lines, _) = two.as_chunks::<8>();
        let mut x = [_mm256_setzero_si256(); 8];
        let rows = if filled[0] | filled[1] <= 1 {
            // Flat: the first coefficients say everything.
            x[0] = _mm256_mullo_epi16(load_two(&lines[0], &lines[8]), load_two(&steps[0], &steps[0]));
            let flat = _mm256_srai_epi16::<3>(_mm256_adds_epi16(x[0], _mm256_set1_epi16(4)));
            let spread = _mm256_shuffle_epi8(flat, _mm256_set1_epi16(0x0100));
            [spread; 8]
        } else {
            for (i, x) in x.iter_mut().enumerate() {
                *x = _mm256_mullo_epi16(load_two(&lines[i], &lines[8 + i]), load_two(&steps[i], &steps[i]));
            }
            let between = line8::<{ (FINE - BETWEEN) as i32 }>(x);
            line8::<{ (FINE + BETWEEN + 3) as i32 }>(transpose(between))
        };
        put(&rows, samples, stride, at * 16);
    }
    two.len() * 2
}

/// Gives how many blocks it made.
#[target_feature(enable = "avx2")]
fn row_of_4(blocks: &[i16], steps: &[i16; 64], samples: &mut [u8], stride: usize) -> usize {
    let (steps, _) = steps.as_chunks::<16>();
    let steps = load(&steps[0]);
    let (four, _) = blocks.as_chunks::<64>();
    for (at, four) in four.iter().enumerate() {
        let (block, _) = four.as_chunks::<16>();
        let whole = |i: usize| load(&block[i]);
        let block = [whole(0), whole(1), whole(2), whole(3)].map(|block| _mm256_mullo_epi16(block, steps));
        let (a, b) = (_mm256_unpacklo_epi64(block[0], block[1]), _mm256_unpackhi_epi64(block[0], block[1]));
        let (c, d) = (_mm256_unpacklo_epi64(block[2], block[3]), _mm256_unpackhi_epi64(block[2], block[3]));
        let x = [
            _mm256_permute2x128_si256::<0x20>(a, c),
            _mm256_permute2x128_si256::<0x20>(b, d),
            _mm256_permute2x128_si256::<0x31>(a, c),
            _mm256_permute2x128_si256::<0x31>(b, d),
        ];
        let between = line4::<{ (FINE - BETWEEN) as i32 }>(x);
        let rows = line4::<{ (FINE + BETWEEN + 3) as i32 }>(transpose_4x4(between));
        put(&rows, samples, stride, at * 16);
    }
    four.len() * 4
}

/// Stores pairs of rows: 16 samples each, brought up by 128.
#[target_feature(enable = "avx2")]
fn put(rows: &[__m256i], samples: &mut [u8], stride: usize, column: usize) {
    let middle = _mm256_set1_epi16(128);
    for (pair, rows) in rows.as_chunks::<2>().0.iter().enumerate() {
        let [upper, lower] = rows.map(|row| _mm256_adds_epi16(row, middle));
        let bytes = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi16(upper, lower));
        let halves = [_mm256_castsi256_si128(bytes), _mm256_extracti128_si256::<1>(bytes)];
        for (row, half) in (2 * pair..).zip(halves) {
            let from = row * stride + column;
            if let Some(to) = samples.get_mut(from..).and_then(|rest| rest.first_chunk_mut()) {
                store_bytes(to, half);
            }
        }
    }
}

/// [`inverse::line8`], rounded and narrowed.
#[inline]
#[target_feature(enable = "avx2")]
fn line8<const SHIFT: i32>(x: [__m256i; 8]) -> [__m256i; 8] {
    let half = _mm256_set1_epi32(1 << (SHIFT - 1));
    let mut sums = [[_mm256_setzero_si256(); 8]; 2];
    let interleaved = [pairs(x[0], x[4]), pairs(x[2], x[6]), pairs(x[1], x[3]), pairs(x[5], x[7])];
    for (part, sums) in sums.iter_mut().enumerate() {
        let [p04, p26, p13, p57] = interleaved.map(|both| both[part]);
        let middle = _mm256_add_epi32(by(p04, 8192, 8192), half);
        let outer = _mm256_add_epi32(by(p04, 8192, -8192), half);
        let (low, high) = (by(p26, 10_703, 4433), by(p26, 4433, -10_704));
        let even = [
            _mm256_add_epi32(middle, low),
            _mm256_add_epi32(outer, high),
            _mm256_sub_epi32(outer, high),
            _mm256_sub_epi32(middle, low),
        ];
        let odd = [
            _mm256_add_epi32(by(p13, 11_363, 9633), by(p57, 6437, 2260)),
            _mm256_add_epi32(by(p13, 9633, -2259), by(p57, -11_362, -6436)),
            _mm256_add_epi32(by(p13, 6437, -11_362), by(p57, 2261, 9633)),
            _mm256_add_epi32(by(p13, 2260, -6436), by(p57, 9633, -11_363)),
        ];
        for i in 0..4 {
            sums[i] = _mm256_srai_epi32::<SHIFT>(_mm256_add_epi32(even[i], odd[i]));
            sums[7 - i] = _mm256_srai_epi32::<SHIFT>(_mm256_sub_epi32(even[i], odd[i]));
        }
    }
    let mut narrow = x;
    for (i, narrow) in narrow.iter_mut().enumerate() {
        *narrow = _mm256_packs_epi32(sums[0][i], sums[1][i]);
    }
    narrow
}

/// [`inverse::line4`], rounded and narrowed.
#[inline]
#[target_feature(enable = "avx2")]
fn line4<const SHIFT: i32>(x: [__m256i; 4]) -> [__m256i; 4] {
    let half = _mm256_set1_epi32(1 << (SHIFT - 1));
    let mut sums = [[_mm256_setzero_si256(); 4]; 2];
    let interleaved = [pairs(x[0], x[2]), pairs(x[1], x[3])];
    for (part, sums) in sums.iter_mut().enumerate() {
        let [p02, p13] = interleaved.map(|both| both[part]);
        let middle = _mm256_add_epi32(by(p02, 8192, 8192), half);
        let outer = _mm256_add_epi32(by(p02, 8192, -8192), half);
        let (low, high) = (by(p13, 10_703, 4433), by(p13, 4433, -10_704));
        *sums = [
            _mm256_srai_epi32::<SHIFT>(_mm256_add_epi32(middle, low)),
            _mm256_srai_epi32::<SHIFT>(_mm256_add_epi32(outer, high)),
            _mm256_srai_epi32::<SHIFT>(_mm256_sub_epi32(outer, high)),
            _mm256_srai_epi32::<SHIFT>(_mm256_sub_epi32(middle, low)),
        ];
    }
    let mut narrow = x;
    for (i, narrow) in narrow.iter_mut().enumerate() {
        *narrow = _mm256_packs_epi32(sums[0][i], sums[1][i]);
    }
    narrow
}

/// Transposes 4 × 4 values in each quarter of four vectors.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose_4x4(x: [__m256i; 4]) -> [__m256i; 4] {
    let (a, b) = (_mm256_unpacklo_epi16(x[0], x[1]), _mm256_unpacklo_epi16(x[2], x[3]));
    let (c, d) = (_mm256_unpackhi_epi16(x[0], x[1]), _mm256_unpackhi_epi16(x[2], x[3]));
    let (e, f) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
    let (g, h) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
    [_mm256_unpacklo_epi64(e, g), _mm256_unpackhi_epi64(e, g), _mm256_unpacklo_epi64(f, h), _mm256_unpackhi_epi64(f, h)]
}

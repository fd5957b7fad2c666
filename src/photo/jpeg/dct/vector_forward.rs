//! [`super::forward`] with vectors: two blocks side by side.

use std::arch::x86_64::*;

use super::forward::{self, Divisors};
use super::vector::{by, pairs, transpose};
use super::{BETWEEN, FINE};
use crate::jpeg::order::places;
use crate::simd::x86::{load_bytes, load_two, store_two};

/// As [`forward::row`].
#[target_feature(enable = "avx2")]
pub(crate) fn row(
    (samples, stride): (&[u8], usize),
    divisors: &Divisors,
    blocks: &mut [[i16; 64]],
    filled: &mut [u64],
) {
    let (two, rest) = blocks.as_chunks_mut::<2>();
    let (two_filled, rest_filled) = filled.as_chunks_mut::<2>();
    let done = two.len() * 2;
    for (at, (two, filled)) in two.iter_mut().zip(two_filled).enumerate() {
        let mut x = [_mm256_setzero_si256(); 8];
        for (y, x) in x.iter_mut().enumerate() {
            if let Some(row) = samples.get(y * stride + at * 16..).and_then(|row| row.first_chunk()) {
                *x = _mm256_sub_epi16(_mm256_cvtepu8_epi16(load_bytes(row)), _mm256_set1_epi16(128));
            }
        }
        let between = transpose(line::<true, { (FINE - BETWEEN) as i32 }>(x));
        let coefficients = line::<false, { (FINE + BETWEEN) as i32 }>(between);
        let quantised = quantised(coefficients, divisors);
        let [lower, upper] = two;
        let (lower, upper) = (lower.as_chunks_mut::<8>().0, upper.as_chunks_mut::<8>().0);
        for ((lower, upper), values) in lower.iter_mut().zip(upper).zip(quantised) {
            store_two(lower, upper, values);
        }
        *filled = steps_filled(quantised);
    }
    forward::row((samples.get(done * 8..).unwrap_or_default(), stride), divisors, rest, rest_filled);
}

/// [`forward`]'s line, rounded and narrowed. The first and the fifth output are brought to the bits
/// between the passes, or back from them.
#[inline]
#[target_feature(enable = "avx2")]
fn line<const FIRST: bool, const SHIFT: i32>(x: [__m256i; 8]) -> [__m256i; 8] {
    let (mut sums, mut differences) = ([x[0]; 4], [x[0]; 4]);
    for i in 0..4 {
        sums[i] = _mm256_add_epi16(x[i], x[7 - i]);
        differences[i] = _mm256_sub_epi16(x[i], x[7 - i]);
    }
    let (outer, inner) = (_mm256_add_epi16(sums[0], sums[3]), _mm256_add_epi16(sums[1], sums[2]));
    let plain = |value: __m256i| {
        if FIRST {
            _mm256_slli_epi16::<{ BETWEEN as i32 }>(value)
        } else {
            let half = _mm256_set1_epi16(1 << (BETWEEN - 1));
            _mm256_srai_epi16::<{ BETWEEN as i32 }>(_mm256_add_epi16(value, half))
        }
    };
    let turned = pairs(_mm256_sub_epi16(sums[0], sums[3]), _mm256_sub_epi16(sums[1], sums[2]));
    let (first, last) = (pairs(differences[0], differences[1]), pairs(differences[2], differences[3]));
    let half = _mm256_set1_epi32(1 << (SHIFT - 1));
    let narrow = |lower: __m256i, upper: __m256i| {
        let rounded = |sum| _mm256_srai_epi32::<SHIFT>(_mm256_add_epi32(sum, half));
        _mm256_packs_epi32(rounded(lower), rounded(upper))
    };
    let two = |a, b| narrow(by(turned[0], a, b), by(turned[1], a, b));
    let four = |a, b, c, d| {
        let sum = |part: usize| _mm256_add_epi32(by(first[part], a, b), by(last[part], c, d));
        narrow(sum(0), sum(1))
    };
    [
        plain(_mm256_add_epi16(outer, inner)),
        four(11_363, 9633, 6437, 2260),
        two(10_703, 4433),
        four(9633, -2259, -11_362, -6436),
        plain(_mm256_sub_epi16(outer, inner)),
        four(6437, -11_362, 2261, 9633),
        two(4433, -10_704),
        four(2260, -6436, 9633, -11_363),
    ]
}

#[inline]
#[target_feature(enable = "avx2")]
fn quantised(coefficients: [__m256i; 8], divisors: &Divisors) -> [__m256i; 8] {
    let twice = |table: &[i16; 64], i: usize| {
        let (lines, _) = table.as_chunks::<8>();
        load_two(&lines[i], &lines[i])
    };
    let mut quantised = coefficients;
    for (i, value) in quantised.iter_mut().enumerate() {
        let magnitude = _mm256_add_epi16(_mm256_abs_epi16(*value), twice(&divisors.rounding, i));
        let quotient = _mm256_mulhi_epu16(magnitude, twice(&divisors.factor, i));
        let quotient = _mm256_mulhi_epu16(quotient, twice(&divisors.scale, i));
        *value = _mm256_sign_epi16(quotient, *value);
    }
    quantised
}

/// Where the next 16 steps of the zigzag stand among the 16 bytes of two columns: a shuffle for each
/// pair of columns, which gives 0 for what stands in others.
const ORDER: [[[u8; 16]; 4]; 4] = {
    let places = places(64);
    let mut order = [[[0x80; 16]; 4]; 4];
    let mut k = 0;
    while k < 64 {
        order[k / 16][places[k] as usize / 16][k % 16] = places[k] % 16;
        k += 1;
    }
    order
};

/// The masks of two blocks.
#[inline]
#[target_feature(enable = "avx2")]
fn steps_filled(columns: [__m256i; 8]) -> [u64; 2] {
    let zero = _mm256_setzero_si256();
    let mut empty = [zero; 4];
    for (i, empty) in empty.iter_mut().enumerate() {
        let (left, right) = (_mm256_cmpeq_epi16(columns[2 * i], zero), _mm256_cmpeq_epi16(columns[2 * i + 1], zero));
        *empty = _mm256_packs_epi16(left, right);
    }
    let mut filled = [0; 2];
    for (part, order) in ORDER.iter().enumerate() {
        let mut steps = zero;
        for (empty, order) in empty.iter().zip(order) {
            let order = _mm256_broadcastsi128_si256(load_bytes(order));
            steps = _mm256_or_si256(steps, _mm256_shuffle_epi8(*empty, order));
        }
        let steps = !_mm256_movemask_epi8(steps) as u32;
        filled[0] |= u64::from(steps & 0xFFFF) << (16 * part);
        filled[1] |= u64::from(steps >> 16) << (16 * part);
    }
    filled
}

//! What both vector transforms use. In each half of a vector stands a line of another block.

use std::arch::x86_64::*;

/// The values of two vectors side by side: those of the first four places, and of the last.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn pairs(a: __m256i, b: __m256i) -> [__m256i; 2] {
    [_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)]
}

/// The sums of pairs × two constants.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn by(pairs: __m256i, first: i16, second: i16) -> __m256i {
    let both = i32::from(second) << 16 | i32::from(first) & 0xFFFF;
    _mm256_madd_epi16(pairs, _mm256_set1_epi32(both))
}

/// Transposes 8 × 8 values in each half.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn transpose(x: [__m256i; 8]) -> [__m256i; 8] {
    let mut a = x;
    for i in 0..4 {
        [a[2 * i], a[2 * i + 1]] = pairs(x[2 * i], x[2 * i + 1]);
    }
    let mut b = a;
    for half in 0..2 {
        for part in 0..2 {
            let (upper, lower) = (a[4 * half + part], a[4 * half + 2 + part]);
            b[4 * half + 2 * part] = _mm256_unpacklo_epi32(upper, lower);
            b[4 * half + 2 * part + 1] = _mm256_unpackhi_epi32(upper, lower);
        }
    }
    let mut columns = b;
    for quarter in 0..4 {
        columns[2 * quarter] = _mm256_unpacklo_epi64(b[quarter], b[4 + quarter]);
        columns[2 * quarter + 1] = _mm256_unpackhi_epi64(b[quarter], b[4 + quarter]);
    }
    columns
}

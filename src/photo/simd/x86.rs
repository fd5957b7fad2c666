//! AVX2: what `std::arch` leaves to be promised, and the shuffles that several kernels share.

use std::arch::x86_64::*;

#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn load(values: &[i16; 16]) -> __m256i {
    // SAFETY: the reference is to 32 bytes; the load asks for no alignment.
    unsafe { _mm256_loadu_si256(values.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn load_bytes(values: &[u8; 16]) -> __m128i {
    // SAFETY: the reference is to 16 bytes; the load asks for no alignment.
    unsafe { _mm_loadu_si128(values.as_ptr().cast()) }
}

/// Two lines of eight values, one in each half.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn load_two(lower: &[i16; 8], upper: &[i16; 8]) -> __m256i {
    // SAFETY: both references are to 16 bytes; the loads ask for no alignment.
    unsafe { _mm256_loadu2_m128i(upper.as_ptr().cast(), lower.as_ptr().cast()) }
}

/// The halves of a vector, each to a line of eight values.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn store_two(lower: &mut [i16; 8], upper: &mut [i16; 8], values: __m256i) {
    // SAFETY: both references are to 16 bytes; the stores ask for no alignment.
    unsafe { _mm256_storeu2_m128i(upper.as_mut_ptr().cast(), lower.as_mut_ptr().cast(), values) }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn store(to: &mut [i16; 16], values: __m256i) {
    // SAFETY: the reference is to 32 bytes; the store asks for no alignment.
    unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), values) }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn store_bytes(to: &mut [u8; 16], values: __m128i) {
    // SAFETY: the reference is to 16 bytes; the store asks for no alignment.
    unsafe { _mm_storeu_si128(to.as_mut_ptr().cast(), values) }
}

/// Rows become columns.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn transpose_16x16(rows: [__m256i; 16]) -> [__m256i; 16] {
    let mut a = rows;
    for i in 0..8 {
        a[2 * i] = _mm256_unpacklo_epi16(rows[2 * i], rows[2 * i + 1]);
        a[2 * i + 1] = _mm256_unpackhi_epi16(rows[2 * i], rows[2 * i + 1]);
    }
    let mut b = a;
    for quad in 0..4 {
        for half in 0..2 {
            let (upper, lower) = (a[4 * quad + half], a[4 * quad + 2 + half]);
            b[4 * quad + 2 * half] = _mm256_unpacklo_epi32(upper, lower);
            b[4 * quad + 2 * half + 1] = _mm256_unpackhi_epi32(upper, lower);
        }
    }
    let mut c = b;
    for eight in 0..2 {
        for quarter in 0..4 {
            let (upper, lower) = (b[8 * eight + quarter], b[8 * eight + 4 + quarter]);
            c[8 * eight + 2 * quarter] = _mm256_unpacklo_epi64(upper, lower);
            c[8 * eight + 2 * quarter + 1] = _mm256_unpackhi_epi64(upper, lower);
        }
    }
    let mut columns = c;
    for column in 0..8 {
        columns[column] = _mm256_permute2x128_si256::<0x20>(c[column], c[8 + column]);
        columns[column + 8] = _mm256_permute2x128_si256::<0x31>(c[column], c[8 + column]);
    }
    columns
}

/// 16 columns of 16 values, as 16 rows of samples: what is out of their range is the nearest in it.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn columns_to_rows(columns: [__m256i; 16]) -> [__m128i; 16] {
    let zero = _mm256_setzero_si256();
    // In every step, the low half of a vector holds rows 0 to 7 and the high half rows 8 to 15.
    let mut packed = [zero; 8];
    for (column, packed) in packed.iter_mut().enumerate() {
        *packed = _mm256_packus_epi16(columns[column], columns[column + 8]);
    }
    let (mut left, mut right) = ([zero; 4], [zero; 4]);
    for i in 0..4 {
        left[i] = _mm256_unpacklo_epi8(packed[2 * i], packed[2 * i + 1]);
        right[i] = _mm256_unpackhi_epi8(packed[2 * i], packed[2 * i + 1]);
    }
    let (left, right) = (widen(left), widen(right));
    let zero = _mm_setzero_si128();
    let mut rows = [zero; 16];
    for pair in 0..4 {
        let (even, odd) =
            (_mm256_unpacklo_epi64(left[pair], right[pair]), _mm256_unpackhi_epi64(left[pair], right[pair]));
        rows[2 * pair] = _mm256_castsi256_si128(even);
        rows[2 * pair + 1] = _mm256_castsi256_si128(odd);
        rows[2 * pair + 8] = _mm256_extracti128_si256::<1>(even);
        rows[2 * pair + 9] = _mm256_extracti128_si256::<1>(odd);
    }
    rows
}

/// From pairs of columns, row by row, to eight columns: two rows a vector.
#[inline]
#[target_feature(enable = "avx2")]
fn widen(pairs: [__m256i; 4]) -> [__m256i; 4] {
    let (upper_a, lower_a) = (_mm256_unpacklo_epi16(pairs[0], pairs[1]), _mm256_unpackhi_epi16(pairs[0], pairs[1]));
    let (upper_b, lower_b) = (_mm256_unpacklo_epi16(pairs[2], pairs[3]), _mm256_unpackhi_epi16(pairs[2], pairs[3]));
    [
        _mm256_unpacklo_epi32(upper_a, upper_b),
        _mm256_unpackhi_epi32(upper_a, upper_b),
        _mm256_unpacklo_epi32(lower_a, lower_b),
        _mm256_unpackhi_epi32(lower_a, lower_b),
    ]
}

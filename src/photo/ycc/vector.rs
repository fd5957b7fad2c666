//! [`super::kernel`] with vectors of 16 pixels. Constants beyond 16 bits are split: products of pairs add
//! up in 32 bits, whole multiples of 2¹⁶ are added afterwards.

use std::arch::x86_64::*;

use super::kernel::{self, FINE, HALF, MIDDLE};
use crate::simd::x86::{load_bytes, store_bytes};

/// Pixels at a time.
const MANY: usize = 16;

#[target_feature(enable = "avx2")]
pub(crate) fn luma(pixels: &[[u8; 3]], luma: &mut [u8]) {
    let mut done = 0;
    for (pixels, to) in pixels.as_chunks::<MANY>().0.iter().zip(luma.as_chunks_mut::<MANY>().0) {
        let [r, g, b] = channels(pixels);
        let (r, g, b) = (_mm256_cvtepu8_epi16(r), _mm256_cvtepu8_epi16(g), _mm256_cvtepu8_epi16(b));
        let sum = |rg, gb| {
            let products = _mm256_add_epi32(by(rg, 19_595, 19_235), by(gb, 19_235, 7471));
            _mm256_srai_epi32::<{ FINE as i32 }>(_mm256_add_epi32(products, _mm256_set1_epi32(HALF)))
        };
        let low = sum(_mm256_unpacklo_epi16(r, g), _mm256_unpacklo_epi16(g, b));
        let high = sum(_mm256_unpackhi_epi16(r, g), _mm256_unpackhi_epi16(g, b));
        store_bytes(to, bytes(_mm256_packs_epi32(low, high)));
        done += MANY;
    }
    kernel::luma(pixels.get(done..).unwrap_or_default(), luma.get_mut(done..).unwrap_or_default());
}

#[target_feature(enable = "avx2")]
pub(crate) fn halved_colour([upper, lower]: [&[[u8; 3]]; 2], cb: &mut [u8], cr: &mut [u8]) {
    const HALF_AS_MANY: usize = MANY / 2;
    let rows = upper.as_chunks::<MANY>().0.iter().zip(lower.as_chunks::<MANY>().0);
    let colours = cb.as_chunks_mut::<HALF_AS_MANY>().0.iter_mut().zip(cr.as_chunks_mut::<HALF_AS_MANY>().0);
    let mut done = 0;
    for ((upper, lower), (cb, cr)) in rows.zip(colours) {
        let (upper, lower) = (channels(upper), channels(lower));
        let pairs = |samples| _mm_maddubs_epi16(samples, _mm_set1_epi8(1));
        let four = |i: usize| _mm_add_epi16(pairs(upper[i]), pairs(lower[i]));
        let [r, g, b] = [four(0), four(1), four(2)];
        let quarter = |ends, middle: (_, i16, i16)| {
            let sum = |ends, rest| {
                let products = _mm_add_epi32(by_128(ends, 16_384, 16_384), by_128(rest, middle.1, middle.2));
                let sum = _mm_add_epi32(products, _mm_set1_epi32(4 * MIDDLE + 2));
                _mm_srai_epi32::<{ FINE as i32 + 2 }>(sum)
            };
            let (a, b): (__m128i, __m128i) = middle.0;
            let low = sum(_mm_unpacklo_epi16(ends, ends), _mm_unpacklo_epi16(a, b));
            let high = sum(_mm_unpackhi_epi16(ends, ends), _mm_unpackhi_epi16(a, b));
            let words = _mm_packs_epi32(low, high);
            _mm_cvtsi128_si64(_mm_packus_epi16(words, words)).to_le_bytes()
        };
        *cb = quarter(b, ((r, g), -11_059, -21_709));
        *cr = quarter(r, ((g, b), -27_439, -5329));
        done += MANY;
    }
    let rest = |row: &'_ [[u8; 3]]| row.get(done..).unwrap_or_default().to_vec();
    let (upper, lower) = (rest(upper), rest(lower));
    let (cb, cr) = (cb.get_mut(done / 2..).unwrap_or_default(), cr.get_mut(done / 2..).unwrap_or_default());
    kernel::halved_colour([&upper, &lower], cb, cr);
}

#[target_feature(enable = "avx2")]
pub(crate) fn rgb([y, cb, cr]: [&[u8]; 3], pixels: &mut [[u8; 3]]) {
    let colours = cb.as_chunks::<MANY>().0.iter().zip(cr.as_chunks::<MANY>().0);
    let rows = pixels.as_chunks_mut::<MANY>().0.iter_mut().zip(y.as_chunks::<MANY>().0);
    let mut done = 0;
    for ((to, y), (cb, cr)) in rows.zip(colours) {
        let y = _mm256_cvtepu8_epi16(load_bytes(y));
        let colour = |samples| _mm256_sub_epi16(_mm256_cvtepu8_epi16(load_bytes(samples)), _mm256_set1_epi16(128));
        let (cb, cr) = (colour(cb), colour(cr));
        let (low, high) = (_mm256_unpacklo_epi16(cb, cr), _mm256_unpackhi_epi16(cb, cr));
        let rest = |of_cb: i16, of_cr: i16| {
            let rounded = |pairs| {
                let sum = _mm256_add_epi32(by(pairs, of_cb, of_cr), _mm256_set1_epi32(HALF));
                _mm256_srai_epi32::<{ FINE as i32 }>(sum)
            };
            _mm256_packs_epi32(rounded(low), rounded(high))
        };
        let r = _mm256_add_epi16(_mm256_add_epi16(y, cr), rest(0, 26_345));
        let g = _mm256_add_epi16(_mm256_sub_epi16(y, cr), rest(-22_554, 18_734));
        let b = _mm256_add_epi16(_mm256_add_epi16(y, _mm256_add_epi16(cb, cb)), rest(-14_942, 0));
        put(to, [bytes(r), bytes(g), bytes(b)]);
        done += MANY;
    }
    let rest = |row: &'_ [u8]| row.get(done..).unwrap_or_default().to_vec();
    let (y, cb, cr) = (rest(y), rest(cb), rest(cr));
    kernel::rgb([&y, &cb, &cr], pixels.get_mut(done..).unwrap_or_default());
}

/// Pairs of values by two constants, summed.
#[inline]
#[target_feature(enable = "avx2")]
fn by(pairs: __m256i, first: i16, second: i16) -> __m256i {
    _mm256_madd_epi16(pairs, _mm256_set1_epi32(i32::from(second) << 16 | i32::from(first) & 0xFFFF))
}

#[inline]
#[target_feature(enable = "avx2")]
fn by_128(pairs: __m128i, first: i16, second: i16) -> __m128i {
    _mm_madd_epi16(pairs, _mm_set1_epi32(i32::from(second) << 16 | i32::from(first) & 0xFFFF))
}

/// Sixteen values, brought into the range of samples.
#[inline]
#[target_feature(enable = "avx2")]
fn bytes(values: __m256i) -> __m128i {
    let packed = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi16(values, values));
    _mm256_castsi256_si128(packed)
}

/// In a shuffle: nothing comes here.
const NONE: u8 = 0x80;

/// For each of three pieces of sixteen pixels, where in it the samples of a channel stand.
const fn places(channel: usize) -> [[u8; 16]; 3] {
    let mut places = [[NONE; 16]; 3];
    let mut pixel = 0;
    while pixel < 16 {
        let at = pixel * 3 + channel;
        places[at / 16][pixel] = (at % 16) as u8;
        pixel += 1;
    }
    places
}

/// For each of three pieces of sixteen pixels, which samples of a channel stand where in it.
const fn samples(channel: usize) -> [[u8; 16]; 3] {
    let mut samples = [[NONE; 16]; 3];
    let mut pixel = 0;
    while pixel < 16 {
        let at = pixel * 3 + channel;
        samples[at / 16][at % 16] = pixel as u8;
        pixel += 1;
    }
    samples
}

#[inline]
#[target_feature(enable = "avx2")]
fn shuffle(values: __m128i, order: &[u8; 16]) -> __m128i {
    _mm_shuffle_epi8(values, load_bytes(order))
}

/// Sixteen pixels, channel by channel.
#[inline]
#[target_feature(enable = "avx2")]
fn channels(pixels: &[[u8; 3]; MANY]) -> [__m128i; 3] {
    let (pieces, _) = pixels.as_flattened().as_chunks::<16>();
    let pieces = [load_bytes(&pieces[0]), load_bytes(&pieces[1]), load_bytes(&pieces[2])];
    [
        gathered(pieces, const { &places(0) }),
        gathered(pieces, const { &places(1) }),
        gathered(pieces, const { &places(2) }),
    ]
}

/// What three vectors have to give to one.
#[inline]
#[target_feature(enable = "avx2")]
fn gathered(from: [__m128i; 3], orders: &[[u8; 16]; 3]) -> __m128i {
    let two = _mm_or_si128(shuffle(from[0], &orders[0]), shuffle(from[1], &orders[1]));
    _mm_or_si128(two, shuffle(from[2], &orders[2]))
}

/// Sixteen pixels from their channels.
#[inline]
#[target_feature(enable = "avx2")]
fn put(pixels: &mut [[u8; 3]; MANY], channels: [__m128i; 3]) {
    const ORDERS: [[[u8; 16]; 3]; 3] = [samples(0), samples(1), samples(2)];
    let (pieces, _) = pixels.as_flattened_mut().as_chunks_mut::<16>();
    for (piece, to) in pieces.iter_mut().enumerate() {
        let orders = &[ORDERS[0][piece], ORDERS[1][piece], ORDERS[2][piece]];
        store_bytes(to, gathered(channels, orders));
    }
}

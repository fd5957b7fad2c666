//! [`super::kernel`] with vectors of 16 values.

use std::arch::x86_64::*;

use super::kernel::{FINE, Window};
use super::{STRIP, Taps};
use crate::simd::x86::{self, load, load_bytes, store, store_bytes, transpose_16x16};

/// Columns worked on at a time in the first pass.
const TILE: usize = 64;

#[target_feature(enable = "avx2")]
pub(crate) fn strip(
    source: &Window<'_>,
    (across, down): (&Taps, &Taps),
    middle: &mut [[i16; STRIP]],
    (rows, stride): (&mut [u8], usize),
    top: usize,
) {
    down_columns(source, down, middle, top);
    along_rows(middle, across, rows, stride);
}

#[target_feature(enable = "avx2")]
fn down_columns(source: &Window<'_>, down: &Taps, middle: &mut [[i16; STRIP]], top: usize) {
    let mut tile = [[_mm256_setzero_si256(); TILE / 16]; STRIP];
    for (number, columns) in middle.as_chunks_mut::<TILE>().0.iter_mut().enumerate() {
        for (row, values) in tile.iter_mut().enumerate() {
            let (first, weights) = down.at(top + row);
            let mut sums = [_mm256_setzero_si256(); TILE / 16];
            for (tap, &weight) in weights.iter().enumerate() {
                let weight = _mm256_set1_epi16(weight);
                let Some(samples) = source.row(first + tap, number * TILE).first_chunk::<TILE>() else { continue };
                for (sum, samples) in sums.iter_mut().zip(samples.as_chunks::<16>().0) {
                    let wide = _mm256_slli_epi16::<{ FINE as i32 }>(_mm256_cvtepu8_epi16(load_bytes(samples)));
                    *sum = _mm256_add_epi16(*sum, _mm256_mulhrs_epi16(wide, weight));
                }
            }
            *values = sums;
        }
        for (part, columns) in columns.as_chunks_mut::<16>().0.iter_mut().enumerate() {
            let mut square = [_mm256_setzero_si256(); 16];
            for (row, values) in square.iter_mut().zip(&tile) {
                *row = values[part];
            }
            for (column, values) in columns.iter_mut().zip(transpose_16x16(square)) {
                store(column, values);
            }
        }
    }
}

#[target_feature(enable = "avx2")]
fn along_rows(middle: &[[i16; STRIP]], across: &Taps, rows: &mut [u8], stride: usize) {
    for left in (0..stride).step_by(16) {
        let mut square = [_mm256_setzero_si256(); 16];
        for (x, column) in square.iter_mut().enumerate() {
            let (first, weights) = across.at(left + x);
            let Some(columns) = middle.get(first..first + weights.len()) else { continue };
            let mut sum = _mm256_set1_epi16(1 << (FINE - 1));
            for (values, &weight) in columns.iter().zip(weights) {
                sum = _mm256_add_epi16(sum, _mm256_mulhrs_epi16(load(values), _mm256_set1_epi16(weight)));
            }
            *column = _mm256_srai_epi16::<{ FINE as i32 }>(sum);
        }
        for (row, samples) in x86::columns_to_rows(square).into_iter().enumerate() {
            if let Some(to) = rows.get_mut(row * stride + left..).and_then(|rest| rest.first_chunk_mut()) {
                store_bytes(to, samples);
            }
        }
    }
}

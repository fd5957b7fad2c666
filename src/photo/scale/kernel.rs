//! The two passes over a strip, in plain arithmetic that vectors repeat bit for bit.

use super::{STRIP, Taps};

/// Rows of the source, from number `base` on.
pub(crate) struct Window<'a> {
    pub rows: &'a [u8],
    pub stride: usize,
    pub base: usize,
}

impl<'a> Window<'a> {
    /// A row from a column on.
    #[inline(always)]
    pub(super) fn row(&self, number: usize, column: usize) -> &'a [u8] {
        self.rows
            .get(number.wrapping_sub(self.base).wrapping_mul(self.stride).wrapping_add(column)..)
            .unwrap_or_default()
    }
}

/// Bits that samples have more between the passes.
pub(super) const FINE: u32 = 6;

/// A product with a weight, of which one is 2¹⁵, rounded.
fn weighted(value: i16, weight: i16) -> i16 {
    ((((i32::from(value) * i32::from(weight)) >> 14) + 1) >> 1) as i16
}

/// Makes 16 rows of the target. `middle`: room for a column of 16 values at every column of the source.
pub(crate) fn strip(
    source: &Window<'_>,
    (across, down): (&Taps, &Taps),
    middle: &mut [[i16; STRIP]],
    (rows, stride): (&mut [u8], usize),
    top: usize,
) {
    middle.fill([0; STRIP]);
    for row in 0..STRIP {
        let (first, weights) = down.at(top + row);
        for (tap, &weight) in weights.iter().enumerate() {
            let samples = source.row(first + tap, 0).iter().take(source.stride);
            for (column, &sample) in middle.iter_mut().zip(samples) {
                let value = weighted(i16::from(sample) << FINE, weight);
                column[row] = column[row].wrapping_add(value);
            }
        }
    }
    for x in 0..stride {
        let (first, weights) = across.at(x);
        let columns = middle.get(first..).unwrap_or_default();
        for row in 0..STRIP {
            let products = columns.iter().zip(weights).map(|(column, &weight)| weighted(column[row], weight));
            let sum = products.fold(0i16, i16::wrapping_add);
            if let Some(sample) = rows.get_mut(row * stride + x) {
                *sample = (sum.wrapping_add(1 << (FINE - 1)) >> FINE).clamp(0, 255) as u8;
            }
        }
    }
}

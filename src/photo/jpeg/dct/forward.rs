//! From samples to quantised coefficients.

use super::{BETWEEN, FINE, narrow, rounded, sum};
use crate::jpeg::order::places;

/// What coefficients are divided by, by columns; as what they are multiplied by instead. The transform
/// leaves three bits too many, which are divided away with it.
pub(crate) struct Divisors {
    /// Added for rounding ([`rounding`]). All three are without a sign, kept as vectors take them.
    pub rounding: [i16; 64],
    /// 2¹⁶⁺ˢ / divisor, rounded up, as large as fits into 16 bits;
    pub factor: [i16; 64],
    /// and 2¹⁶⁻ˢ: the high 16 bits of two products are the quotient.
    pub scale: [i16; 64],
}

impl Divisors {
    /// From quantisation steps of 1 to 255 by rows. Dividends are below 2¹⁵, for which the quotient is
    /// exact: the error of the factor, less than the divisor, stays below one part.
    pub(crate) fn new(steps: &[u8; 64]) -> Self {
        let mut divisors = Self { rounding: [0; 64], factor: [0; 64], scale: [0; 64] };
        for (at, &step) in steps.iter().enumerate() {
            let divisor = u32::from(step.max(1)) * 8;
            // The largest s for which 2¹⁶⁺ˢ / divisor stays below 2¹⁶.
            let shift = (divisor - 1).ilog2();
            let place = at % 8 * 8 + at / 8;
            divisors.rounding[place] = rounding(at, divisor) as i16;
            divisors.factor[place] = (1u32 << (16 + shift)).div_ceil(divisor) as u16 as i16;
            divisors.scale[place] = (1u32 << (16 - shift)) as u16 as i16;
        }
        divisors
    }

    pub(super) fn quantised(&self, place: usize, coefficient: i16) -> i16 {
        let high = |a: u16, b: u16| ((u32::from(a) * u32::from(b)) >> 16) as u16;
        let magnitude = coefficient.unsigned_abs().wrapping_add(self.rounding[place] as u16);
        let quotient = high(high(magnitude, self.factor[place] as u16), self.scale[place] as u16) as i16;
        if coefficient < 0 { -quotient } else { quotient }
    }
}

/// Half of a divisor for a block's mean; a little less for the others, where what lies just above a half
/// costs more bytes than it shows: files are half a hundredth smaller. 31/64 saves a hundredth more, and
/// shows in grain.
pub(super) fn rounding(place: usize, divisor: u32) -> u32 {
    if place == 0 { divisor / 2 } else { (divisor * 79 + 80) / 160 }
}

/// Turns eight rows of samples into a row of blocks, by columns. `filled` tells for each the steps of
/// the zigzag that are not zero.
pub(crate) fn row(
    (samples, stride): (&[u8], usize),
    divisors: &Divisors,
    blocks: &mut [[i16; 64]],
    filled: &mut [u64],
) {
    let places = const { places(64) };
    for (at, (block, filled)) in blocks.iter_mut().zip(filled).enumerate() {
        let rows = std::array::from_fn(|y| {
            let row = samples.get(y * stride + at * 8..).and_then(|row| row.first_chunk::<8>());
            row.copied().unwrap_or_default().map(|sample| i32::from(sample) - 128)
        });
        *block = transformed(rows);
        for (place, coefficient) in block.iter_mut().enumerate() {
            *coefficient = divisors.quantised(place, *coefficient);
        }
        *filled = (0..64).filter(|&k| block[usize::from(places[k])] != 0).fold(0, |filled, k| filled | 1 << k);
    }
}

fn transformed(rows: [[i32; 8]; 8]) -> [i16; 64] {
    let mut between = [[0i16; 8]; 8];
    for x in 0..8 {
        for (y, value) in line(rows.map(|row| row[x])).into_iter().enumerate() {
            between[y][x] = narrow(if y % 4 == 0 { value << BETWEEN } else { rounded(value, FINE - BETWEEN) });
        }
    }
    let mut block = [0; 64];
    for y in 0..8 {
        for (x, value) in line(between[y].map(i32::from)).into_iter().enumerate() {
            block[x * 8 + y] = narrow(rounded(value, if x % 4 == 0 { BETWEEN } else { FINE + BETWEEN }));
        }
    }
    block
}

/// One dimension. The first and the fifth output are plain sums; the others have [`FINE`] bits more.
fn line(x: [i32; 8]) -> [i32; 8] {
    let (sums, differences): ([i32; 4], [i32; 4]) =
        (std::array::from_fn(|i| x[i] + x[7 - i]), std::array::from_fn(|i| x[i] - x[7 - i]));
    let (outer, inner) = (sums[0] + sums[3], sums[1] + sums[2]);
    let turned = [sums[0] - sums[3], sums[1] - sums[2]];
    [
        outer + inner,
        sum(differences, [11_363, 9633, 6437, 2260]),
        sum(turned, [10_703, 4433]),
        sum(differences, [9633, -2259, -11_362, -6436]),
        outer - inner,
        sum(differences, [6437, -11_362, 2261, 9633]),
        sum(turned, [4433, -10_704]),
        sum(differences, [2260, -6436, 9633, -11_363]),
    ]
}

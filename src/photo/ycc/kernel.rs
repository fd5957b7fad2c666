//! Colour conversion of rows, in plain arithmetic that vectors repeat bit for bit.

/// Bits of the constants.
pub(super) const FINE: u32 = 16;
/// A half, to round.
pub(super) const HALF: i32 = 1 << (FINE - 1);
/// The middle of a colour plane, rounding included.
pub(super) const MIDDLE: i32 = (128 << FINE) + HALF - 1;

fn blue([r, g, b]: [i32; 3]) -> i32 {
    -11_059 * r - 21_709 * g + 32_768 * b
}

fn red([r, g, b]: [i32; 3]) -> i32 {
    32_768 * r - 27_439 * g - 5329 * b
}

/// The luma of pixels.
pub(crate) fn luma(pixels: &[[u8; 3]], luma: &mut [u8]) {
    for (to, pixel) in luma.iter_mut().zip(pixels) {
        let [r, g, b] = pixel.map(i32::from);
        *to = ((19_595 * r + 38_470 * g + 7471 * b + HALF) >> FINE) as u8;
    }
}

/// The colour of pixels.
pub(crate) fn full_colour(pixels: &[[u8; 3]], cb: &mut [u8], cr: &mut [u8]) {
    for ((cb, cr), pixel) in cb.iter_mut().zip(cr).zip(pixels) {
        let pixel = pixel.map(i32::from);
        (*cb, *cr) = (((blue(pixel) + MIDDLE) >> FINE) as u8, ((red(pixel) + MIDDLE) >> FINE) as u8);
    }
}

/// The colour of pixels of two rows, averaged two by two; an odd edge stands for what would be behind it.
pub(crate) fn halved_colour([upper, lower]: [&[[u8; 3]]; 2], cb: &mut [u8], cr: &mut [u8]) {
    for ((cb, cr), (upper, lower)) in cb.iter_mut().zip(cr).zip(upper.chunks(2).zip(lower.chunks(2))) {
        let both = |pair: &[[u8; 3]]| match *pair {
            [left, right] => std::array::from_fn(|i| i32::from(left[i]) + i32::from(right[i])),
            [only] => only.map(|value| i32::from(value) * 2),
            _ => [0; 3],
        };
        let (upper, lower): ([i32; 3], [i32; 3]) = (both(upper), both(lower));
        let four = std::array::from_fn(|i| upper[i] + lower[i]);
        let quarter = |sum: i32| ((sum + 4 * MIDDLE + 2) >> (FINE + 2)) as u8;
        (*cb, *cr) = (quarter(blue(four)), quarter(red(four)));
    }
}

/// Pixels of luma and colour.
pub(crate) fn rgb([y, cb, cr]: [&[u8]; 3], pixels: &mut [[u8; 3]]) {
    for ((to, &y), (&cb, &cr)) in pixels.iter_mut().zip(y).zip(cb.iter().zip(cr)) {
        let (y, cb, cr) = ((i32::from(y) << FINE) + HALF, i32::from(cb) - 128, i32::from(cr) - 128);
        let sums = [y + 91_881 * cr, y - 22_554 * cb - 46_802 * cr, y + 116_130 * cb];
        *to = sums.map(|sum| (sum >> FINE).clamp(0, 255) as u8);
    }
}

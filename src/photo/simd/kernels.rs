//! The kernels that exist in both versions.

use crate::jpeg::dct::forward::{self, Divisors};
use crate::jpeg::dct::inverse;
use crate::scale::kernel::{self, Window};
use crate::scale::{STRIP, Taps};
use crate::ycc;

/// Both passes of a resize over a strip: [`kernel::strip`].
pub(crate) fn strip(
    source: &Window<'_>,
    taps: (&Taps, &Taps),
    middle: &mut [[i16; STRIP]],
    rows: (&mut [u8], usize),
    top: usize,
) {
    kernel!(crate::scale::vector::strip, kernel::strip, source, taps, middle, rows, top)
}

/// A row of blocks to samples: [`inverse::row`].
pub(crate) fn inverse(side: usize, blocks: &[i16], filled: &[u64], steps: &[i16; 64], samples: (&mut [u8], usize)) {
    kernel!(crate::jpeg::dct::vector_inverse::row, inverse::row, side, blocks, filled, steps, samples)
}

/// Samples to a row of quantised blocks: [`forward::row`].
pub(crate) fn forward(samples: (&[u8], usize), divisors: &Divisors, blocks: &mut [[i16; 64]], filled: &mut [u64]) {
    kernel!(crate::jpeg::dct::vector_forward::row, forward::row, samples, divisors, blocks, filled)
}

/// [`ycc::kernel::luma`].
pub(crate) fn luma(pixels: &[[u8; 3]], luma: &mut [u8]) {
    kernel!(ycc::vector::luma, ycc::kernel::luma, pixels, luma)
}

/// [`ycc::kernel::full_colour`]; drawings are rare.
pub(crate) use ycc::kernel::full_colour;

/// [`ycc::kernel::halved_colour`].
pub(crate) fn halved_colour(rows: [&[[u8; 3]]; 2], cb: &mut [u8], cr: &mut [u8]) {
    kernel!(ycc::vector::halved_colour, ycc::kernel::halved_colour, rows, cb, cr)
}

/// [`ycc::kernel::rgb`].
pub(crate) fn rgb(planes: [&[u8]; 3], pixels: &mut [[u8; 3]]) {
    kernel!(ycc::vector::rgb, ycc::kernel::rgb, planes, pixels)
}

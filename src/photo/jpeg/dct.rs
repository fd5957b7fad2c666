//! The discrete cosine transform: integer arithmetic of 13 bits after Loeffler, Ligtenberg and
//! Moschytz, whose products are gathered so that each output is a sum of input × constant. Every
//! version gives the same bits.

pub(crate) mod forward;
pub(crate) mod inverse;
#[cfg(target_arch = "x86_64")]
mod vector;
#[cfg(target_arch = "x86_64")]
pub(crate) mod vector_forward;
#[cfg(target_arch = "x86_64")]
pub(crate) mod vector_inverse;

/// Bits of the constants.
const FINE: u32 = 13;
/// Bits kept between the two passes.
const BETWEEN: u32 = 2;

fn rounded(sum: i32, shift: u32) -> i32 {
    sum.wrapping_add(1 << (shift - 1)) >> shift
}

/// Narrowed as vectors narrow: to the nearest that fits.
fn narrow(value: i32) -> i16 {
    value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}

/// A sum of inputs × constants.
fn sum<const N: usize>(inputs: [i32; N], by: [i32; N]) -> i32 {
    inputs.iter().zip(by).fold(0, |sum, (input, by)| sum.wrapping_add(input.wrapping_mul(by)))
}

#[cfg(test)]
mod tests;

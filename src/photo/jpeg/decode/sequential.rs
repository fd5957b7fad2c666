//! Scans of the sequential kinds: every block whole, one after the other (T.81, F.2).

use std::ops::Range;

use super::Fault;
use super::entropy::Bits;
use super::huffman::{Passes, Symbol, Table};
use crate::jpeg::order::{end, places};
use crate::simd;

/// The blocks of one component along a row of MCUs.
pub(super) struct Buffer {
    /// Coefficients along a side of a block that are kept.
    pub side: usize,
    /// Blocks from the left, rows of blocks from the top.
    pub coefficients: Vec<i16>,
    /// Per block, a bit for each step of the zigzag up to the last that is not 0.
    pub filled: Vec<u64>,
}

/// A block's place in an MCU.
pub(super) struct Unit<'a> {
    /// Which component of the scan it belongs to.
    pub part: usize,
    pub dc: &'a Table,
    pub ac: &'a Table,
    /// The same, to pass over what is not kept; not needed where everything is.
    pub passes: Option<&'a Passes<'a>>,
    /// The block in the buffer for the first MCU of a row, and how much further for each next one.
    pub first: usize,
    pub step: usize,
}

/// Reads MCUs into the buffers, whose blocks must be zero. `predicted`: per component the DC value
/// before.
///
/// # Errors
/// The data stops making sense or stops.
pub(super) fn read(
    bits: &mut Bits<'_>,
    units: &[Unit<'_>],
    predicted: &mut [i16; 4],
    buffers: &mut [Buffer],
    mcus: Range<usize>,
) -> Result<(), Fault> {
    simd::widest(
        #[inline(always)]
        || {
            // A copy of its own, which can stay in registers.
            let mut own = *bits;
            let result = run(&mut own, units, predicted, buffers, mcus);
            *bits = own;
            result
        },
    )
}

#[inline(always)]
fn run(
    bits: &mut Bits<'_>,
    units: &[Unit<'_>],
    predicted: &mut [i16; 4],
    buffers: &mut [Buffer],
    mcus: Range<usize>,
) -> Result<(), Fault> {
    for mcu in mcus {
        for unit in units {
            let (Some(buffer), Some(predicted)) = (buffers.get_mut(unit.part), predicted.get_mut(unit.part)) else {
                continue;
            };
            let at = unit.first + mcu * unit.step;
            let last = match buffer.side {
                8 => block::<64>(bits, unit, predicted, &mut buffer.coefficients, at),
                4 => block::<16>(bits, unit, predicted, &mut buffer.coefficients, at),
                2 => block::<4>(bits, unit, predicted, &mut buffer.coefficients, at),
                _ => block::<1>(bits, unit, predicted, &mut buffer.coefficients, at),
            }?;
            if let Some(filled) = buffer.filled.get_mut(at) {
                *filled = u64::MAX >> (63 - last);
            }
        }
        if bits.overrun() {
            return Err(Fault::CutShort);
        }
    }
    Ok(())
}

/// Reads a block of which `SIZE` coefficients are kept. Gives the last step of the zigzag that is not
/// zero.
#[inline(always)]
fn block<const SIZE: usize>(
    bits: &mut Bits<'_>,
    unit: &Unit<'_>,
    predicted: &mut i16,
    coefficients: &mut [i16],
    at: usize,
) -> Result<u32, Fault> {
    let places = const { &places(SIZE) };
    let Some(kept) = coefficients.get_mut(at * SIZE..).and_then(|rest| rest.first_chunk_mut::<SIZE>()) else {
        return Err(Fault::Code);
    };
    bits.refill();
    if let Symbol::Value { value, .. } = unit.dc.read(bits)? {
        *predicted = predicted.wrapping_add(value);
    }
    kept[0] = *predicted;
    let mut nowhere = 0;
    let mut k = 1;
    let end = const { end(SIZE) };
    while k < end {
        bits.refill();
        // Two symbols need at most 52 bits.
        for _ in 0..2 {
            match unit.ac.read(bits)? {
                Symbol::Value { run, value } => {
                    k += run;
                    let place = places.get(k).copied().unwrap_or_default();
                    *kept.get_mut(usize::from(place)).unwrap_or(&mut nowhere) = value;
                    k += 1;
                }
                Symbol::Mark { run: 15 } => k += 16,
                Symbol::Mark { .. } => return Ok(k as u32 - 1),
            }
            if k >= end {
                break;
            }
        }
    }
    if let Some(passes) = unit.passes {
        while k < 64 {
            bits.refill();
            match passes.pass(bits, 64 - k)? {
                Some(steps) => k += steps,
                None => return Ok(63),
            }
        }
    }
    if k > 64 { Err(Fault::Code) } else { Ok(63) }
}

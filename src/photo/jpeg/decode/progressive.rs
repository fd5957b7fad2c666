//! Progressive scans: bands and bits of coefficients, gathered for the whole picture (T.81, G.2).
//!
//! Of each block, a mask tells which coefficients are not zero. Refining a block then means to go from
//! bit to bit of the mask, and passing over blocks at the end of a band reads nothing but masks.

use std::ops::Range;

use super::Fault;
use super::entropy::Bits;
use super::frame::Scan;
use super::huffman::{Symbol, Table};
use crate::jpeg::order::places;
use crate::simd;

/// The coefficients of one component.
pub(super) struct Store {
    /// Coefficients along a side of a block that are kept.
    pub side: usize,
    /// Blocks along a row, those included that only fill up an MCU.
    pub across: usize,
    pub coefficients: Vec<i16>,
    /// Per block, a bit for each step of the zigzag that is not 0.
    pub filled: Vec<u64>,
}

impl Store {
    /// Room for blocks of `side` × `side` coefficients, `across` × `down` of them.
    pub(super) fn new(side: usize, across: usize, down: usize) -> Self {
        let blocks = across * down;
        Self { side, across, coefficients: vec![0; blocks * side * side], filled: vec![0; blocks] }
    }

    /// Reads or refines the first coefficient of a block.
    #[inline(always)]
    fn first(
        &mut self,
        bits: &mut Bits<'_>,
        dc: Option<&Table>,
        bit: u32,
        predicted: &mut i16,
        block: usize,
    ) -> Result<(), Fault> {
        let Some(coefficient) = self.coefficients.get_mut(block * self.side * self.side) else { return Ok(()) };
        bits.refill();
        let Some(dc) = dc else {
            *coefficient |= (bits.take(1) as i16) << bit;
            return Ok(());
        };
        if let Symbol::Value { value, .. } = dc.read(bits)? {
            *predicted = predicted.wrapping_add(value);
        }
        *coefficient = *predicted << bit;
        if let Some(filled) = self.filled.get_mut(block) {
            *filled |= 1;
        }
        Ok(())
    }

    /// Reads or refines a band of some blocks. `ended`: blocks whose band is known to have ended.
    #[inline(always)]
    fn band<const SIZE: usize>(
        &mut self,
        bits: &mut Bits<'_>,
        (scan, ac): (&Scan, &Table),
        ended: &mut usize,
        blocks: Range<usize>,
    ) -> Result<(), Fault> {
        let (all, _) = self.coefficients.as_chunks_mut::<SIZE>();
        let (Some(all), Some(filled)) = (all.get_mut(blocks.clone()), self.filled.get_mut(blocks)) else {
            return Ok(());
        };
        let band = Band { ac, first: scan.first, last: scan.last, bit: scan.bit };
        match scan.before {
            0 => band.read(bits, ended, all, filled),
            _ => band.refine(bits, ended, all, filled),
        }
    }
}

/// A component in a scan.
pub(super) struct Part<'a> {
    /// Which it is in the frame.
    pub number: usize,
    /// None to refine first coefficients.
    pub table: Option<&'a Table>,
    /// Blocks along an MCU of the scan.
    pub across: usize,
    pub down: usize,
}

/// What a scan remembers from block to block.
#[derive(Default)]
pub(super) struct State {
    /// Per component, the first coefficient before.
    predicted: [i16; 4],
    /// Blocks to come whose band has ended.
    ended: usize,
}

/// Reads MCUs of a row.
///
/// # Errors
/// The data stops making sense or stops.
pub(super) fn read(
    bits: &mut Bits<'_>,
    scan: &Scan,
    parts: &[Part<'_>],
    stores: &mut [Store],
    state: &mut State,
    (row, mcus): (usize, Range<usize>),
) -> Result<(), Fault> {
    simd::widest(
        #[inline(always)]
        || {
            // A copy of its own, which can stay in registers.
            let mut own = *bits;
            let result = match parts {
                [Part { number, table: Some(ac), .. }] if scan.first > 0 => {
                    let Some(store) = stores.get_mut(*number) else { return Ok(()) };
                    let blocks = row * store.across + mcus.start..row * store.across + mcus.end;
                    let (what, ended) = ((scan, *ac), &mut state.ended);
                    match store.side {
                        8 => store.band::<64>(&mut own, what, ended, blocks),
                        4 => store.band::<16>(&mut own, what, ended, blocks),
                        2 => store.band::<4>(&mut own, what, ended, blocks),
                        _ => store.band::<1>(&mut own, what, ended, blocks),
                    }
                }
                _ => firsts(&mut own, scan.bit, parts, stores, state, (row, mcus)),
            };
            *bits = own;
            result
        },
    )
}

#[inline(always)]
fn firsts(
    bits: &mut Bits<'_>,
    bit: u32,
    parts: &[Part<'_>],
    stores: &mut [Store],
    state: &mut State,
    (row, mcus): (usize, Range<usize>),
) -> Result<(), Fault> {
    for mcu in mcus {
        for (part, predicted) in parts.iter().zip(&mut state.predicted) {
            let Some(store) = stores.get_mut(part.number) else { continue };
            for y in 0..part.down {
                let begin = (row * part.down + y) * store.across + mcu * part.across;
                for block in begin..begin + part.across {
                    store.first(bits, part.table, bit, predicted, block)?;
                }
            }
        }
        if bits.overrun() {
            return Err(Fault::CutShort);
        }
    }
    Ok(())
}

struct Band<'a> {
    ac: &'a Table,
    first: usize,
    last: usize,
    bit: u32,
}

impl Band<'_> {
    #[inline(always)]
    fn read<const SIZE: usize>(
        &self,
        bits: &mut Bits<'_>,
        ended: &mut usize,
        blocks: &mut [[i16; SIZE]],
        filled: &mut [u64],
    ) -> Result<(), Fault> {
        let mut at = 0;
        while let (Some(kept), Some(filled)) = (blocks.get_mut(at), filled.get_mut(at)) {
            if *ended > 0 {
                let passed = (*ended).min(blocks.len() - at);
                *ended -= passed;
                at += passed;
                continue;
            }
            *ended = self.read_block(bits, kept, filled)?;
            at += 1;
            if bits.overrun() {
                return Err(Fault::CutShort);
            }
        }
        Ok(())
    }

    /// Gives how many blocks after this one end at once.
    #[inline(always)]
    fn read_block<const SIZE: usize>(
        &self,
        bits: &mut Bits<'_>,
        kept: &mut [i16; SIZE],
        filled: &mut u64,
    ) -> Result<usize, Fault> {
        let places = const { &places(SIZE) };
        let mut k = self.first;
        while k <= self.last {
            bits.refill();
            let (run, value) = match self.ac.read(bits)? {
                Symbol::Value { run, value } => (run, value),
                Symbol::Mark { run: 15 } => {
                    k += 16;
                    continue;
                }
                Symbol::Mark { run } => return Ok((1 << run) + bits.take(run as u32) as usize - 1),
            };
            k += run;
            let place = places.get(k).copied().unwrap_or_default();
            if let Some(coefficient) = kept.get_mut(usize::from(place)) {
                *coefficient = value << self.bit;
            }
            *filled |= 1 << (k & 63);
            k += 1;
        }
        if k > 64 { Err(Fault::Code) } else { Ok(0) }
    }

    #[inline(always)]
    fn refine<const SIZE: usize>(
        &self,
        bits: &mut Bits<'_>,
        ended: &mut usize,
        blocks: &mut [[i16; SIZE]],
        filled: &mut [u64],
    ) -> Result<(), Fault> {
        let band = from(self.first) & !from(self.last + 1);
        for (kept, filled) in blocks.iter_mut().zip(filled) {
            let known = *filled & band;
            if *ended > 0 {
                *ended -= 1;
                if known == 0 {
                    continue;
                }
                bits.refill();
                let growing = corrections(bits, known.count_ones());
                self.grow(kept, known, growing);
            } else {
                *ended = self.refine_block(bits, kept, filled, (known, band & !known))?;
            }
            if bits.overrun() {
                return Err(Fault::CutShort);
            }
        }
        Ok(())
    }

    /// Between values that are new come corrections of those known (T.81, G.1.2.3): they are gathered
    /// and made all together. `known` and `zeros` are the steps of the band that are not and are 0.
    #[inline(always)]
    fn refine_block<const SIZE: usize>(
        &self,
        bits: &mut Bits<'_>,
        kept: &mut [i16; SIZE],
        filled: &mut u64,
        (known, zeros): (u64, u64),
    ) -> Result<usize, Fault> {
        let places = const { &places(SIZE) };
        let (mut growing, mut ended) = (0, 0);
        let mut k = self.first;
        while k <= self.last {
            bits.refill();
            let (run, value) = match self.ac.read(bits)? {
                Symbol::Value { run, value } => (run, value),
                Symbol::Mark { run: 15 } => (15, 0),
                Symbol::Mark { run } => {
                    ended = (1 << run) + bits.take(run as u32) as usize - 1;
                    let rest = (known & from(k)).count_ones();
                    growing = growing << rest | corrections(bits, rest);
                    break;
                }
            };
            let place = nth(zeros & from(k), run).min(self.last + 1);
            let passed = (known & from(k) & !from(place)).count_ones();
            growing = growing << passed | corrections(bits, passed);
            if value != 0 {
                if place > self.last || value.unsigned_abs() != 1 {
                    return Err(Fault::Code);
                }
                let slot = places.get(place).copied().unwrap_or_default();
                if let Some(coefficient) = kept.get_mut(usize::from(slot)) {
                    *coefficient = value << self.bit;
                }
                *filled |= 1 << place;
            }
            k = place + 1;
        }
        self.grow(kept, known, growing);
        Ok(ended)
    }

    /// Moves those of the `known` away from 0 whose bit in `growing` is set, the last the lowest.
    #[inline(always)]
    fn grow<const SIZE: usize>(&self, kept: &mut [i16; SIZE], mut known: u64, growing: u64) {
        let places = const { &places(SIZE) };
        let mut left = known.count_ones();
        while known != 0 {
            left -= 1;
            let place = places.get(known.trailing_zeros() as usize).copied().unwrap_or_default();
            if let Some(coefficient) = kept.get_mut(usize::from(place)) {
                let sign = *coefficient >> 15;
                let growth = ((growing >> left & 1) as i16) << self.bit;
                *coefficient = coefficient.wrapping_add((growth ^ sign) - sign);
            }
            known &= known - 1;
        }
    }
}

/// The next `count` bits, at most 63.
#[inline(always)]
fn corrections(bits: &mut Bits<'_>, count: u32) -> u64 {
    if count <= 24 {
        // A quick look before left so many.
        return u64::from(bits.take(count));
    }
    many_corrections(bits, count)
}

#[inline(always)]
fn many_corrections(bits: &mut Bits<'_>, count: u32) -> u64 {
    let mut gathered = 0;
    let mut left = count;
    while left > 0 {
        bits.refill();
        let some = left.min(24);
        gathered = gathered << some | u64::from(bits.take(some));
        left -= some;
    }
    gathered
}

/// The place of the set bit with this number, or 64. Most numbers are small: the first steps are made
/// without a branch that would be guessed wrong.
#[inline(always)]
fn nth(mut mask: u64, number: usize) -> usize {
    for step in 0..4 {
        mask = if number > step { mask & mask.wrapping_sub(1) } else { mask };
    }
    for _ in 4..number {
        mask &= mask.wrapping_sub(1);
    }
    mask.trailing_zeros() as usize
}

/// The bits for the steps from `k` on; none from 64 on.
#[inline(always)]
fn from(k: usize) -> u64 {
    if k < 64 { u64::MAX << k } else { 0 }
}

//! Huffman tables (T.81, annex C) made for speed: one look into a table gives run, size and, where the
//! bits that follow the code still fit, the value itself.

use super::Fault;
use super::entropy::{Bits, extended};

/// Bits looked up at once. More would miss less often and fill the first-level cache.
const LOOK: u32 = 11;

/// What a look finds, in 32 bits: how many bits it used (0..8), run (8..12), size (12..16), value
/// (16..32). A value is never 0: then only the code was found and its `size` bits follow. All zero: the
/// code is longer than [`LOOK`].
#[derive(Clone, Copy, Default)]
struct Found(u32);

impl Found {
    fn new(bits: u32, symbol: u8, value: i32) -> Self {
        Self(bits | u32::from(symbol >> 4) << 8 | u32::from(symbol & 15) << 12 | (value as u32) << 16)
    }

    #[inline(always)]
    fn bits(self) -> u32 {
        self.0 & 0xFF
    }

    #[inline(always)]
    fn run(self) -> usize {
        (self.0 >> 8 & 15) as usize
    }

    #[inline(always)]
    fn size(self) -> u32 {
        self.0 >> 12 & 15
    }

    #[inline(always)]
    fn value(self) -> i16 {
        (self.0 >> 16) as i16
    }
}

/// A symbol of a table with what follows it.
pub(super) enum Symbol {
    /// Zeros to pass, then a value that is not zero.
    Value { run: usize, value: i16 },
    /// No bits follow: the end of a block or band, or sixteen zeros; told by its run.
    Mark { run: usize },
}

pub(super) struct Table {
    looks: Box<[Found; 1 << LOOK]>,
    /// For each length: codes below this, left-aligned in 16 bits, are not longer.
    limits: [u32; 17],
    /// For each length: what to add to a code for its place in `symbols`.
    offsets: [i32; 17],
    symbols: [u8; 256],
}

impl Table {
    /// From the 16 counts and the symbols of a DHT segment.
    ///
    /// # Errors
    /// More codes of a length than there can be, or of symbols than there are.
    pub(super) fn new(counts: &[u8; 16], listed: &[u8]) -> Result<Self, Fault> {
        let mut symbols = [0; 256];
        symbols.get_mut(..listed.len()).ok_or(Fault::Table)?.copy_from_slice(listed);
        let mut table =
            Self { looks: Box::new([Found::default(); 1 << LOOK]), limits: [0; 17], offsets: [0; 17], symbols };
        let (mut code, mut place) = (0u32, 0usize);
        for (length, &count) in (1u32..).zip(counts) {
            let codes = listed.get(place..place + usize::from(count)).ok_or(Fault::Table)?;
            if code + u32::from(count) > 1 << length {
                return Err(Fault::Table);
            }
            table.offsets[length as usize] = place as i32 - code as i32;
            for &symbol in codes {
                table.enter(code, length, symbol);
                code += 1;
            }
            place += codes.len();
            table.limits[length as usize] = code << (16 - length);
            code <<= 1;
        }
        Ok(table)
    }

    /// Fills every look that begins with this code.
    fn enter(&mut self, code: u32, length: u32, symbol: u8) {
        let Some(free) = LOOK.checked_sub(length) else { return };
        let size = u32::from(symbol & 15);
        let first = (code << free) as usize;
        let Some(looks) = self.looks.get_mut(first..first + (1 << free)) else { return };
        for (rest, look) in (0u32..).zip(looks) {
            *look = match free.checked_sub(size) {
                Some(behind) if size > 0 => {
                    let value = extended((rest >> behind) as i32, size);
                    Found::new(length + size, symbol, value)
                }
                _ => Found::new(length, symbol, 0),
            };
        }
    }

    #[inline(always)]
    fn look(&self, bits: &Bits<'_>) -> Found {
        let Some(&found) = self.looks.get(bits.peek(LOOK) as usize) else { return Found::default() };
        found
    }

    /// Reads a run and a value when one look suffices, else gives what it found.
    ///
    /// Needs 11 bits made ready.
    #[inline(always)]
    pub(super) fn quick(&self, bits: &mut Bits<'_>) -> Result<(usize, i16), Looked> {
        let found = self.look(bits);
        if found.value() == 0 {
            return Err(Looked(found));
        }
        bits.skip(found.bits());
        Ok((found.run(), found.value()))
    }

    /// Reads on where one look did not suffice. Leaves at least 56 bits ready. Takes and gives the reader
    /// by value: a reader lent out would have to live in memory, and every look wait for it.
    ///
    /// # Errors
    /// No such code.
    #[inline(never)]
    pub(super) fn slow<'a>(&self, mut bits: Bits<'a>, Looked(found): Looked) -> Result<(Bits<'a>, Symbol), Fault> {
        let (run, size) = self.follow(&mut bits, found)?;
        let symbol = match size {
            0 => Symbol::Mark { run },
            _ => Symbol::Value { run, value: bits.take_signed(size) as i16 },
        };
        bits.refill();
        Ok((bits, symbol))
    }

    fn follow(&self, bits: &mut Bits<'_>, found: Found) -> Result<(usize, u32), Fault> {
        if found.bits() != 0 {
            bits.skip(found.bits());
            return Ok((found.run(), found.size()));
        }
        let symbol = self.long(bits)?;
        Ok((usize::from(symbol >> 4), u32::from(symbol & 15)))
    }

    /// Reads a code longer than a look.
    #[cold]
    fn long(&self, bits: &mut Bits<'_>) -> Result<u8, Fault> {
        let code = bits.peek(16);
        let length =
            (LOOK as usize + 1..=16).find(|&length| self.limits.get(length).is_some_and(|limit| code < *limit));
        let length = length.ok_or(Fault::Code)?;
        let offset = self.offsets.get(length).copied().unwrap_or_default();
        let place = (code >> (16 - length)) as i32 + offset;
        bits.skip(length as u32);
        usize::try_from(place).ok().and_then(|place| self.symbols.get(place)).copied().ok_or(Fault::Code)
    }
}

/// What one look found when it did not suffice.
pub(super) struct Looked(Found);

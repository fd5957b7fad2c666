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

    /// Reads a symbol with what follows it: at most 26 bits of those made ready, or, where the code is
    /// longer than a look, all of them; then as many are ready again.
    ///
    /// # Errors
    /// No such code.
    #[inline(always)]
    pub(super) fn read(&self, bits: &mut Bits<'_>) -> Result<Symbol, Fault> {
        let found = self.look(bits);
        bits.skip(found.bits());
        let run = found.run();
        if found.value() != 0 {
            return Ok(Symbol::Value { run, value: found.value() });
        }
        if found.bits() == 0 {
            let (further, symbol) = self.slow(*bits)?;
            *bits = further;
            return Ok(symbol);
        }
        Ok(match found.size() {
            0 => Symbol::Mark { run },
            size => Symbol::Value { run, value: bits.take_signed(size) as i16 },
        })
    }

    /// Takes and gives the reader by value: a reader lent out would have to live in memory, and every
    /// look wait for it.
    #[cold]
    #[inline(never)]
    fn slow<'a>(&self, mut bits: Bits<'a>) -> Result<(Bits<'a>, Symbol), Fault> {
        let symbol = self.long(&mut bits)?;
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        let symbol = match size {
            0 => Symbol::Mark { run },
            _ => Symbol::Value { run, value: bits.take_signed(size) as i16 },
        };
        bits.refill();
        Ok((bits, symbol))
    }

    /// Reads a code longer than a look.
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

/// What a look finds when values do not matter, in 32 bits: how many bits its symbols used, with what
/// follows them (0..8), how many steps of the zigzag they are (8..16), whether the last ends the block
/// (16). All zero: the first code is longer than [`LOOK`].
#[derive(Clone, Copy, Default)]
struct Passed(u32);

impl Passed {
    #[inline(always)]
    fn bits(self) -> u32 {
        self.0 & 0xFF
    }

    #[inline(always)]
    fn steps(self) -> usize {
        (self.0 >> 8 & 0xFF) as usize
    }

    #[inline(always)]
    fn ends(self) -> bool {
        self.0 >> 16 != 0
    }
}

/// A table to pass over what a smaller scale does not keep: several symbols a look.
pub(super) struct Passes<'a> {
    table: &'a Table,
    looks: Box<[Passed; 1 << LOOK]>,
}

impl<'a> Passes<'a> {
    pub(super) fn new(table: &'a Table) -> Self {
        let mut looks = Box::new([Passed::default(); 1 << LOOK]);
        for (pattern, look) in (0u32..).zip(looks.iter_mut()) {
            *look = table.passed(pattern);
        }
        Self { table, looks }
    }

    /// Passes over symbols of a block that has so many steps left, and gives their steps; nothing if
    /// the block ends there.
    ///
    /// # Errors
    /// No such code.
    #[inline(always)]
    pub(super) fn pass(&self, bits: &mut Bits<'_>, left: usize) -> Result<Option<usize>, Fault> {
        let passed = self.looks.get(bits.peek(LOOK) as usize).copied().unwrap_or_default();
        // Behind the last step begins the next block, with symbols of another table.
        if passed.steps() < left && passed.bits() > 0 {
            bits.skip(passed.bits());
            return Ok((!passed.ends()).then_some(passed.steps()));
        }
        Ok(match self.table.read(bits)? {
            Symbol::Value { run, .. } => Some(run + 1),
            Symbol::Mark { run: 15 } => Some(16),
            Symbol::Mark { .. } => None,
        })
    }
}

impl Table {
    /// All symbols whose codes are in these bits.
    fn passed(&self, pattern: u32) -> Passed {
        let (mut used, mut steps) = (0, 0);
        while used < LOOK {
            let rest = pattern << used & ((1 << LOOK) - 1);
            let found = self.looks.get(rest as usize).copied().unwrap_or_default();
            let read = found.value() != 0;
            let code = found.bits();
            // What a code and its value need of the bits, unless the value is longer than they are.
            if code == 0 || used + code > LOOK {
                break;
            }
            match found.size() {
                0 if found.run() != 15 => return Passed((used + code) | steps << 8 | 1 << 16),
                0 => steps += 16,
                _ => steps += found.run() as u32 + 1,
            }
            used += if read { code } else { code + found.size() };
        }
        Passed(used | steps << 8)
    }
}

//! Huffman coding of quantised blocks (T.81, F.1.2).

use super::fitted::{Counts, Listed};
use crate::jpeg::order::places;
use crate::simd;

/// A code: its bits and, above them, how many.
#[derive(Clone, Copy, Default)]
struct Code(u32);

impl Code {
    #[inline(always)]
    fn bits(self) -> u64 {
        u64::from(self.0 & 0xFFFF)
    }

    #[inline(always)]
    fn length(self) -> u32 {
        self.0 >> 16
    }
}

/// The codes of a pair of tables, by symbol.
pub(super) struct Codes {
    dc: [Code; 256],
    ac: [Code; 256],
}

impl Codes {
    pub(super) fn new(dc: &Listed, ac: &Listed) -> Self {
        Self { dc: codes(dc), ac: codes(ac) }
    }
}

/// Codes of a length count upwards; the first of the next is the next number, doubled (T.81, annex C).
fn codes(listed: &Listed) -> [Code; 256] {
    let mut codes = [Code::default(); 256];
    let mut symbols = listed.symbols.iter().copied();
    let mut next = 0;
    for (length, count) in (1..).zip(listed.counts) {
        for symbol in symbols.by_ref().take(count.into()) {
            codes[usize::from(symbol)] = Code(length << 16 | next);
            next += 1;
        }
        next <<= 1;
    }
    codes
}

/// Counts the symbols of a block into those for first coefficients and those for the others. `filled` and
/// `before` as in [`Row::block`].
#[inline(always)]
pub(super) fn count((dc, ac): (&mut Counts, &mut Counts), block: &[i16; 64], filled: u64, before: &mut i16) {
    let places = const { &places(64) };
    dc[size(block[0].wrapping_sub(*before)) as usize & 255] += 1;
    *before = block[0];
    let mut left = filled & !1;
    let mut next = 1;
    while left != 0 {
        let k = left.trailing_zeros();
        left &= left - 1;
        let place = places.get(k as usize).copied().unwrap_or_default();
        ac[0xF0] += (k - next) >> 4;
        ac[((k - next) << 4 & 0xF0 | size(block[usize::from(place & 63)])) as usize & 255] += 1;
        next = k + 1;
    }
    ac[0] += u32::from(next < 64);
}

/// Bits that a value needs.
#[inline(always)]
fn size(value: i16) -> u32 {
    32 - i32::from(value).unsigned_abs().leading_zeros()
}

/// Bytes that a block can take, every one of them stuffed: 64 codes of 16 bits with 11 bits behind.
const BLOCK_BYTES: usize = 64 * 27 / 8 * 2;

/// Collects the bytes of a scan.
pub(super) struct Writer {
    pub bytes: Vec<u8>,
    /// Room for the bytes of a row.
    room: Vec<u8>,
    word: u64,
    free: u32,
}

impl Writer {
    pub(super) fn new(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity), room: Vec::new(), word: 0, free: 64 }
    }

    /// Has a row of some blocks written.
    pub(super) fn row(&mut self, blocks: usize, write: impl FnOnce(&mut Row<'_>)) {
        self.room.resize(blocks * BLOCK_BYTES + 16, 0);
        let (room, word, free) = (&mut self.room, self.word, self.free);
        let (word, free, used) = simd::widest(
            #[inline(always)]
            || {
                let mut row = Row { room, used: 0, word, free };
                write(&mut row);
                (row.word, row.free, row.used)
            },
        );
        (self.word, self.free) = (word, free);
        self.bytes.extend_from_slice(self.room.get(..used).unwrap_or_default());
    }

    /// Writes what is left, filled up with ones.
    pub(super) fn finish(&mut self) {
        let count = (64 - self.free).div_ceil(8) as usize;
        let filled = if self.free == 64 { 0 } else { self.word << self.free | ((1 << self.free) - 1) };
        for byte in filled.to_be_bytes().into_iter().take(count) {
            self.bytes.push(byte);
            if byte == 0xFF {
                self.bytes.push(0);
            }
        }
    }
}

/// Writes into the room for a row.
pub(super) struct Row<'a> {
    room: &'a mut [u8],
    used: usize,
    /// Bits not written yet, at the bottom.
    word: u64,
    /// Bits of `word` still free.
    free: u32,
}

impl Row<'_> {
    /// Writes a block. `filled`: the steps of the zigzag that are not zero. `before`: the first
    /// coefficient of the block before.
    #[inline(always)]
    pub(super) fn block(&mut self, codes: &Codes, block: &[i16; 64], filled: u64, before: &mut i16) {
        let places = const { &places(64) };
        let difference = block[0].wrapping_sub(*before);
        *before = block[0];
        self.value(&codes.dc, 0, difference);
        let mut left = filled & !1;
        let mut next = 1;
        while left != 0 {
            let k = left.trailing_zeros();
            left &= left - 1;
            let mut run = k - next;
            while run > 15 {
                let code = codes.ac[0xF0];
                self.put(code.bits(), code.length());
                run -= 16;
            }
            let place = places.get(k as usize).copied().unwrap_or_default();
            self.value(&codes.ac, run << 4, block[usize::from(place & 63)]);
            next = k + 1;
        }
        if next < 64 {
            let end = codes.ac[0];
            self.put(end.bits(), end.length());
        }
    }

    /// Writes the code for a run and a size, then the value in bits of its size; negative ones less one.
    #[inline(always)]
    fn value(&mut self, codes: &[Code; 256], run: u32, value: i16) {
        let sign = i32::from(value) >> 31;
        let size = size(value);
        let code = codes[((run | size) & 255) as usize];
        let bits = (i32::from(value) + sign) as u64 & ((1 << size) - 1);
        self.put(code.bits() << size | bits, code.length() + size);
    }

    #[inline(always)]
    fn put(&mut self, bits: u64, length: u32) {
        if length <= self.free {
            self.word = self.word << length | bits;
            self.free -= length;
            return;
        }
        let over = length - self.free;
        self.flush(self.word << self.free | bits >> over);
        self.word = bits;
        self.free = 64 - over;
    }

    #[inline(always)]
    fn flush(&mut self, word: u64) {
        const ONES: u64 = u64::MAX / 255;
        // Whether any byte is 0xFF, so that any of the inverted is 0.
        let inverted = !word;
        let stuffs = inverted.wrapping_sub(ONES) & !inverted & (ONES << 7) != 0;
        if !stuffs && let Some(to) = self.room.get_mut(self.used..).and_then(|room| room.first_chunk_mut()) {
            *to = word.to_be_bytes();
            self.used += 8;
            return;
        }
        for byte in word.to_be_bytes() {
            self.push(byte);
            if byte == 0xFF {
                self.push(0);
            }
        }
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.room.get_mut(self.used) {
            *slot = byte;
        }
        self.used += 1;
    }
}

//! The coded data of a scan, freed from its stuffing, and a reader of its bits.

use std::ops::Range;

use crate::probe::bytes::before_mark;

/// A scan's coded data without the zero bytes stuffed behind each 0xFF, cut at its restart markers.
#[derive(Default)]
pub(super) struct Coded {
    bytes: Vec<u8>,
    intervals: Vec<Range<usize>>,
}

/// Room to read ahead of the last bit.
const PADDING: usize = 8;

impl Coded {
    /// Takes the coded data at the start of `input` and gives how long it was there: up to the next
    /// marker that is no restart marker, or to the end. Restart markers out of their order end it too:
    /// nobody knows what was lost between them.
    pub(super) fn fill(&mut self, input: &[u8]) -> usize {
        self.bytes.clear();
        // Room that is not written to costs nothing.
        self.bytes.reserve(input.len() + PADDING);
        self.intervals.clear();
        let (mut at, mut start) = (0, 0);
        let end = loop {
            at += self.copy_plain(input.get(at..).unwrap_or_default());
            let marker = input.get(at..).unwrap_or_default();
            match *marker {
                [0xFF, 0x00, ..] => {
                    self.bytes.push(0xFF);
                    at += 2;
                }
                [0xFF, 0xFF, ..] => at += 1,
                [0xFF, code @ 0xD0..=0xD7, ..] if usize::from(code & 7) == self.intervals.len() % 8 => {
                    self.intervals.push(start..self.bytes.len());
                    start = self.bytes.len();
                    at += 2;
                }
                _ => break at,
            }
        };
        self.intervals.push(start..self.bytes.len());
        self.bytes.extend([0; PADDING]);
        end
    }

    /// Copies up to the next 0xFF and gives how many bytes that were.
    fn copy_plain(&mut self, input: &[u8]) -> usize {
        let plain = before_mark(input);
        self.bytes.extend_from_slice(input.get(..plain).unwrap_or_default());
        plain
    }

    /// A reader of the interval with this number.
    pub(super) fn interval(&self, number: usize) -> Option<Bits<'_>> {
        let range = self.intervals.get(number)?;
        Some(Bits { bytes: &self.bytes, at: range.start, word: 0, left: 0, end: range.end })
    }
}

/// Reads bits, most significant first. Never fails: behind the end come bits without a meaning, and
/// [`Bits::overrun`] tells.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// The next byte to load into `word`.
    at: usize,
    /// The next bits, from the top. Bits below `left` are those of the bytes at `at`, or zero.
    word: u64,
    /// How many bits of `word` count as loaded.
    left: u32,
    end: usize,
}

impl Bits<'_> {
    /// Makes at least 56 bits ready.
    #[inline(always)]
    pub(super) fn refill(&mut self) {
        if let Some(next) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk()) {
            self.word |= u64::from_be_bytes(*next) >> self.left;
        }
        self.at += ((63 - self.left) >> 3) as usize;
        self.left |= 56;
    }

    /// The next `count` bits, 1 to 32 of those made ready.
    #[inline(always)]
    pub(super) fn peek(&self, count: u32) -> u32 {
        (self.word >> (64 - count)) as u32
    }

    /// Moves past bits made ready.
    #[inline(always)]
    pub(super) fn skip(&mut self, count: u32) {
        self.word <<= count;
        self.left = self.left.wrapping_sub(count);
    }

    /// Reads up to 31 bits made ready; none is 0.
    #[inline(always)]
    pub(super) fn take(&mut self, count: u32) -> u32 {
        let value = (self.word >> 1 >> (63 - count)) as u32;
        self.skip(count);
        value
    }

    /// Reads a number of `size` bits as differences and coefficients are coded (T.81, table F.1 and
    /// figure F.12): a leading 0 means negative.
    #[inline(always)]
    pub(super) fn take_signed(&mut self, size: u32) -> i32 {
        let value = self.take(size) as i32;
        extended(value, size)
    }

    /// More was read than there was.
    #[inline(always)]
    pub(super) fn overrun(&self) -> bool {
        self.at * 8 > self.end * 8 + self.left as usize
    }
}

/// The number that `size` bits stand for.
#[inline(always)]
pub(super) fn extended(bits: i32, size: u32) -> i32 {
    // 1 << size >> 1 is 0 for no bits, as the number is.
    let negative = bits < ((1 << size) >> 1);
    bits - if negative { (1 << size) - 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits_of(coded: &Coded, interval: usize, count: usize) -> Vec<u32> {
        let mut bits = coded.interval(interval).expect("there");
        (0..count)
            .map(|_| {
                bits.refill();
                bits.take(8)
            })
            .collect()
    }

    #[test]
    fn stuffing_goes_and_restart_markers_cut() {
        let mut coded = Coded::default();
        let mut input = vec![1u8; 100];
        input.extend([0xFF, 0x00, 7, 0xFF, 0xD0, 9, 0xFF, 0xFF, 0xD1, 0xFF, 0xD9, 5]);
        assert_eq!(coded.fill(&input), 109);
        let first = bits_of(&coded, 0, 102);
        assert_eq!(first[99..], [1, 0xFF, 7]);
        assert_eq!(bits_of(&coded, 1, 1), [9]);
        assert!(coded.interval(2).is_some() && coded.interval(3).is_none());
    }

    #[test]
    fn restart_markers_out_of_order_end_the_data() {
        let mut coded = Coded::default();
        assert_eq!(coded.fill(&[1, 0xFF, 0xD1, 2]), 1);
        assert!(coded.interval(1).is_none());
    }

    #[test]
    fn reading_too_far_is_noticed_and_exactly_to_the_end_is_not() {
        let mut coded = Coded::default();
        coded.fill(&[0xAB; 20]);
        let mut bits = coded.interval(0).expect("there");
        for _ in 0..20 {
            bits.refill();
            assert_eq!(bits.take(8), 0xAB);
            assert!(!bits.overrun());
        }
        bits.refill();
        bits.skip(1);
        assert!(bits.overrun());
        for _ in 0..100 {
            bits.refill();
            assert_eq!(bits.take(31), 0);
        }
        assert!(bits.overrun());
    }

    #[test]
    fn numbers_are_extended_by_their_leading_bit() {
        let cases = [(0, 0, 0), (0, 1, -1), (1, 1, 1), (0, 3, -7), (3, 3, -4), (4, 3, 4), (7, 3, 7)];
        for (bits, size, number) in cases {
            assert_eq!(extended(bits, size), number, "{bits} in {size} bits");
        }
    }
}

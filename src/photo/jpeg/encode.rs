//! A baseline JPEG from planes: nothing but pixels goes in, so nothing but pixels can come out.

mod entropy;
mod fitted;
mod tables;

use entropy::{Codes, Writer};
use fitted::{Counts, Listed, ac_symbols, dc_symbols};

use super::dct::forward::Divisors;
use crate::planes::{Chroma, Picture, Plane};
use crate::simd;

/// Writes a picture: start, JFIF header, tables, frame, one scan, end. `quality`: 1 to 100, as libjpeg
/// scales the tables of T.81, annex K. `profile`: an ICC profile of at most 65 519 bytes to embed.
pub(crate) fn encode(picture: &Picture, quality: u8, profile: Option<&[u8]>) -> Vec<u8> {
    let steps = [tables::scaled(&tables::LUMA, quality), tables::scaled(&tables::CHROMA, quality)];
    let divisors = steps.each_ref().map(Divisors::new);
    let mut scan = Scan::new(picture, &divisors);
    let listed = scan.fitted();
    let mut writer = Writer::new(picture.width * picture.height / 4);
    header(&mut writer.bytes, picture, (&steps, &listed), profile);
    scan.write(&mut writer, &listed.each_ref().map(|(dc, ac)| Codes::new(dc, ac)));
    writer.finish();
    writer.bytes.extend([0xFF, 0xD9]);
    writer.bytes
}

/// Rows of MCUs up to which every row is counted: 1 024 pixels of a photo. The second transform costs little
/// there, and tables are a hundredth of the file.
const COUNTED_WHOLE: usize = 64;

/// Tables for first coefficients and for the others, for luma and for colour.
type Tables = [(Listed, Listed); 2];

fn segment(bytes: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    bytes.extend([0xFF, marker]);
    bytes.extend((payload.len() as u16 + 2).to_be_bytes());
    bytes.extend(payload);
}

fn header(bytes: &mut Vec<u8>, picture: &Picture, (steps, listed): (&[[u8; 64]; 2], &Tables), profile: Option<&[u8]>) {
    bytes.extend([0xFF, 0xD8]);
    segment(bytes, 0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    if let Some(profile) = profile.filter(|profile| profile.len() <= 65_519) {
        segment(bytes, 0xE2, &[b"ICC_PROFILE\0\x01\x01", profile].concat());
    }
    let kinds = if picture.is_grey() { 1 } else { 2 };
    for (number, steps) in (0u8..).zip(steps).take(kinds) {
        let zigzag = super::order::ZIGZAG.map(|place| steps[usize::from(place)]);
        segment(bytes, 0xDB, &[&[number][..], &zigzag].concat());
    }
    let [h1, h0] = (picture.height as u16).to_be_bytes();
    let [w1, w0] = (picture.width as u16).to_be_bytes();
    let mut frame = vec![8, h1, h0, w1, w0, picture.planes.len() as u8];
    let mut selectors = vec![picture.planes.len() as u8];
    for number in 0..picture.planes.len() as u8 {
        let table = u8::from(number > 0);
        let halves = number == 0 && !picture.is_grey() && picture.chroma == Chroma::Halved;
        frame.extend([number + 1, if halves { 0x22 } else { 0x11 }, table]);
        selectors.extend([number + 1, table * 0x11]);
    }
    segment(bytes, 0xC0, &frame);
    for (number, (dc, ac)) in (0u8..).zip(listed).take(kinds) {
        segment(bytes, 0xC4, &[&[number][..], &dc.counts, &dc.symbols].concat());
        segment(bytes, 0xC4, &[&[0x10 | number][..], &ac.counts, &ac.symbols].concat());
    }
    selectors.extend([0, 63, 0]);
    segment(bytes, 0xDA, &selectors);
}

/// The blocks of one component along a row of MCUs.
struct Blocks<'a> {
    plane: &'a Plane,
    divisors: &'a Divisors,
    /// 0 for luma, 1 for colour.
    kind: usize,
    /// Blocks along an MCU.
    side: usize,
    /// Blocks from the left, rows of blocks from the top.
    coefficients: Vec<[i16; 64]>,
    filled: Vec<u64>,
    /// The first coefficient of the block before.
    before: i16,
}

impl Blocks<'_> {
    /// Transforms the row of MCUs with this number.
    fn transform(&mut self, number: usize) {
        let across = self.coefficients.len() / self.side;
        let rows = self.coefficients.chunks_mut(across).zip(self.filled.chunks_mut(across));
        for (row, (coefficients, filled)) in (number * self.side..).zip(rows) {
            let stride = self.plane.stride;
            let samples = self.plane.data.get(row * 8 * stride..).unwrap_or_default();
            simd::kernels::forward((samples, stride), self.divisors, coefficients, filled);
        }
    }

    /// Hands over the blocks of an MCU in their order, with what they are coded after.
    #[inline(always)]
    fn each(&mut self, mcu: usize, mut take: impl FnMut(&[i16; 64], u64, &mut i16)) {
        let across = self.coefficients.len() / self.side;
        for y in 0..self.side {
            let first = y * across + mcu * self.side;
            let blocks = self.coefficients.get(first..first + self.side).unwrap_or_default();
            let filled = self.filled.get(first..first + self.side).unwrap_or_default();
            for (block, &filled) in blocks.iter().zip(filled) {
                take(block, filled, &mut self.before);
            }
        }
    }
}

/// A picture on its way into blocks.
struct Scan<'a> {
    parts: Vec<Blocks<'a>>,
    /// MCUs.
    across: usize,
    down: usize,
}

impl<'a> Scan<'a> {
    fn new(picture: &'a Picture, divisors: &'a [Divisors; 2]) -> Self {
        let luma = if picture.chroma == Chroma::Halved && !picture.is_grey() { 2 } else { 1 };
        let (across, down) = (picture.width.div_ceil(8 * luma), picture.height.div_ceil(8 * luma));
        let part = |(number, plane): (usize, &'a Plane)| {
            let (side, kind) = if number == 0 { (luma, 0) } else { (1, 1) };
            let blocks = across * side * side;
            let (coefficients, filled) = (vec![[0; 64]; blocks], vec![0; blocks]);
            Blocks { plane, divisors: &divisors[kind], kind, side, coefficients, filled, before: 0 }
        };
        Self { parts: picture.planes.iter().enumerate().map(part).collect(), across, down }
    }

    /// Huffman tables that suit the picture: told by all its rows, and without codes for what does not
    /// occur, where it is small; told by some of its rows otherwise.
    fn fitted(&mut self) -> Tables {
        let whole = self.down <= COUNTED_WHOLE;
        let step = if whole { 1 } else { (self.down / 8).clamp(1, 10) };
        let mut counts = [([0; 256], [0; 256]), ([0; 256], [0; 256])];
        for row in (step / 2..self.down).step_by(step) {
            for part in &mut self.parts {
                part.transform(row);
                let (dc, ac) = &mut counts[part.kind];
                simd::widest(
                    #[inline(always)]
                    || {
                        for mcu in 0..self.across {
                            let count = |block: &_, filled, before: &mut _| {
                                entropy::count((dc, ac), block, filled, before);
                            };
                            part.each(mcu, count);
                        }
                    },
                );
                part.before *= i16::from(whole);
            }
        }
        self.parts.iter_mut().for_each(|part| part.before = 0);
        let listed = |(dc, ac): &(Counts, Counts)| {
            let wanted = |seen: &Counts, symbol: &u8| !whole || seen[usize::from(*symbol)] > 0;
            let dc_listed = Listed::new(dc, dc_symbols().filter(|symbol| wanted(dc, symbol)));
            (dc_listed, Listed::new(ac, ac_symbols().filter(|symbol| wanted(ac, symbol))))
        };
        counts.each_ref().map(listed)
    }

    fn write(&mut self, writer: &mut Writer, codes: &[Codes; 2]) {
        let blocks = self.parts.iter().map(|part| part.coefficients.len()).sum();
        for row in 0..self.down {
            self.parts.iter_mut().for_each(|part| part.transform(row));
            writer.row(
                blocks,
                #[inline(always)]
                |row| {
                    for mcu in 0..self.across {
                        for part in &mut self.parts {
                            let codes = &codes[part.kind];
                            part.each(mcu, |block, filled, before| row.block(codes, block, filled, before));
                        }
                    }
                },
            );
        }
    }
}

#[cfg(test)]
mod tests;

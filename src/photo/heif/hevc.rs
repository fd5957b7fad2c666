//! HEVC still pictures, in Rust. What the parameter sets ask for is checked before the decoder sees them.

use heic_rs::hevc::{ChromaFormat, decode_still};

use super::planes::Planes;
use crate::PhotoError;
use crate::error::Cause;

/// Parameter sets in one `hvcC`; encoders write three or four.
const MOST_SETS: usize = 16;
/// Units of coded data in one picture.
const MOST_UNITS: usize = 4_096;
/// A coded picture may be larger than what is shown of it by less than this.
const MOST_CUT: u32 = 128;

/// Decodes one picture. `setup`: the `hvcC` property (ISO/IEC 14496-15, 8.3.3.1); `data`: units, each
/// with its length before it.
pub(super) fn decode(setup: &[u8], data: &[u8], size: (u32, u32)) -> Result<Planes, PhotoError> {
    let damaged = || PhotoError::damaged("HEVC parameter sets");
    let (length_size, sets) = parameter_sets(setup).ok_or_else(damaged)?;
    for set in sets.iter().filter(|set| kind(set) == Some(33)) {
        let (width, height) = coded_size(set).ok_or_else(damaged)?;
        let fits = |coded: u32, shown: u32| coded >= shown && coded - shown < MOST_CUT;
        if !fits(width, size.0) || !fits(height, size.1) {
            return Err(PhotoError::damaged("HEVC picture of another size"));
        }
    }
    let units = units(data, length_size).ok_or(PhotoError::damaged("HEVC units"))?;
    let frame = decode_still(&sets, &units).map_err(|error| PhotoError::Damaged(Cause::Codec(error.to_string())))?;
    frame.validate().map_err(|error| PhotoError::Damaged(Cause::Codec(error.to_string())))?;
    let (wide, high) = frame.chroma.chroma_size(frame.width, frame.height);
    let plane = |samples: &[u16], stride: u32, (width, height): (u32, u32)| {
        let rows = samples.chunks(stride.max(1) as usize).take(height as usize);
        rows.flat_map(|row| row.iter().take(width as usize)).copied().collect::<Vec<u16>>()
    };
    let chroma = || [&frame.cb, &frame.cr].map(|samples| plane(samples, frame.c_stride, (wide, high)));
    Ok(Planes {
        width: frame.width,
        height: frame.height,
        depth: frame.bit_depth,
        halved: (frame.chroma.x_shift() > 0, frame.chroma.y_shift() > 0),
        luma: plane(&frame.y, frame.y_stride, (frame.width, frame.height)),
        chroma: (frame.chroma != ChromaFormat::Monochrome).then(chroma),
    })
}

/// Type of a unit (ITU-T H.265, 7.3.1.2).
fn kind(unit: &[u8]) -> Option<u8> {
    unit.first().map(|first| first >> 1 & 63)
}

/// Bytes of a length and the parameter sets.
fn parameter_sets(setup: &[u8]) -> Option<(usize, Vec<&[u8]>)> {
    let length_size = usize::from(setup.get(21)? & 3) + 1;
    let (&arrays, mut rest) = setup.get(22..)?.split_first()?;
    let mut sets = Vec::new();
    for _ in 0..arrays {
        let (&[_, high, low], inside) = rest.split_first_chunk()?;
        rest = inside;
        for _ in 0..u16::from_be_bytes([high, low]) {
            let (&size, inside) = rest.split_first_chunk()?;
            let (set, inside) = inside.split_at_checked(usize::from(u16::from_be_bytes(size)))?;
            rest = inside;
            if matches!(kind(set), Some(32..=34)) {
                sets.push(set);
            }
            if sets.len() > MOST_SETS {
                return None;
            }
        }
    }
    Some((length_size, sets))
}

/// The coded units of the picture; whatever else lies between them is left out, sets of parameters above
/// all.
fn units(mut data: &[u8], length_size: usize) -> Option<Vec<&[u8]>> {
    let mut units = Vec::new();
    while !data.is_empty() {
        let (length, rest) = data.split_at_checked(length_size)?;
        let length = length.iter().fold(0usize, |sum, &byte| sum << 8 | usize::from(byte));
        let (unit, rest) = rest.split_at_checked(length)?;
        data = rest;
        if matches!(kind(unit), Some(0..=31)) {
            units.push(unit);
        }
        if units.len() > MOST_UNITS {
            return None;
        }
    }
    Some(units)
}

/// Width and height a sequence parameter set asks to decode, before anything is cut off (7.3.2.2).
fn coded_size(set: &[u8]) -> Option<(u32, u32)> {
    let mut bits = Bits::of(set.get(2..)?);
    bits.skip(4)?;
    let layers = bits.number(3)?;
    bits.skip(1)?;
    // Profile and level; then the same for each layer below.
    bits.skip(96)?;
    let flags: Vec<(u32, u32)> =
        (0..layers).map(|_| Some((bits.number(1)?, bits.number(1)?))).collect::<Option<_>>()?;
    if layers > 0 {
        bits.skip(2 * (8 - layers as usize))?;
    }
    for (profile, level) in flags {
        bits.skip(88 * profile as usize + 8 * level as usize)?;
    }
    bits.counted()?;
    if bits.counted()? == 3 {
        bits.skip(1)?;
    }
    Some((bits.counted()?, bits.counted()?))
}

/// The bits of a unit, the bytes left out that keep it from looking like a start of another.
struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    /// Of the beginning of a unit: what is read here lies within it.
    fn of(unit: &[u8]) -> Self {
        let mut bytes = Vec::new();
        for &byte in unit.iter().take(256) {
            if !(byte == 3 && bytes.ends_with(&[0, 0])) {
                bytes.push(byte);
            }
        }
        Self { bytes, at: 0 }
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.at += count;
        (self.at <= self.bytes.len() * 8).then_some(())
    }

    fn number(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    /// An Exp-Golomb number (9.2).
    fn counted(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.number(1)? == 0 {
            zeros += 1;
            if zeros > 24 {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.number(zeros)?)
    }
}

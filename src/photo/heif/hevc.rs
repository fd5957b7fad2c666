//! HEVC still pictures, in Rust. What the parameter sets ask for is checked before the decoder sees them.

use heic_rs::hevc::{ChromaFormat, decode_still};

use super::planes::Planes;
use super::sequence;
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
    let mut colour = None;
    for set in sets.iter().filter(|set| kind(set) == Some(33)) {
        let sequence = sequence::read(set).ok_or_else(damaged)?;
        let (width, height) = sequence.size;
        colour = colour.or(sequence.colour);
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
        colour,
    })
}

/// Set-up and data of a picture without anything that makes no picture: messages (SEI), which encoders
/// and cameras fill as they like, above all.
pub(super) fn cleaned(setup: &[u8], data: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (length_size, sets) = parameter_sets(setup)?;
    let mut kept = setup.get(..22)?.to_vec();
    let of = |wanted: u8| sets.iter().filter(move |set| kind(set) == Some(wanted));
    let kinds: Vec<u8> = (32..=34).filter(|&wanted| of(wanted).next().is_some()).collect();
    kept.push(u8::try_from(kinds.len()).ok()?);
    for wanted in kinds {
        // Complete: none of this kind stands among the data.
        kept.push(0x80 | wanted);
        kept.extend(u16::try_from(of(wanted).count()).ok()?.to_be_bytes());
        for set in of(wanted) {
            kept.extend(u16::try_from(set.len()).ok()?.to_be_bytes());
            kept.extend(*set);
        }
    }
    let mut coded = Vec::with_capacity(data.len());
    for unit in units(data, length_size)? {
        let length = u32::try_from(unit.len()).ok()?.to_be_bytes();
        coded.extend(length.get(4 - length_size..)?);
        coded.extend(unit);
    }
    Some((kept, coded))
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

//! The units AV1 data is made of (AV1 bitstream, 5.3 and 5.5).

use super::bits::Bits;
use crate::probe::Coded;

const SEQUENCE: u8 = 1;

struct Unit<'a> {
    kind: u8,
    whole: &'a [u8],
    payload: &'a [u8],
}

fn units(mut data: &[u8]) -> Option<Vec<Unit<'_>>> {
    let mut units = Vec::new();
    while let Some(&head) = data.first() {
        let (kind, extended, sized) = (head >> 3 & 15, usize::from(head >> 2 & 1), head & 2 != 0);
        let start = 1 + extended;
        let (length, start) = if sized {
            let (length, bytes) = length(data.get(start..)?)?;
            (length, start + bytes)
        } else {
            (data.len().checked_sub(start)?, start)
        };
        let end = start.checked_add(length)?;
        units.push(Unit { kind, whole: data.get(..end)?, payload: data.get(start..end)? });
        data = data.get(end..)?;
    }
    Some(units)
}

/// A number in seven bits a byte (4.10.5), and the bytes it takes.
fn length(data: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0u64;
    for (index, &byte) in data.iter().take(8).enumerate() {
        value |= u64::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, index + 1));
        }
    }
    None
}

/// Only what makes the picture: headers, frames and tiles; no metadata, no padding.
pub(super) fn cleaned(data: &[u8]) -> Option<Vec<u8>> {
    let kept = units(data)?.into_iter().filter(|unit| matches!(unit.kind, SEQUENCE..=4 | 6 | 7));
    Some(kept.flat_map(|unit| unit.whole).copied().collect())
}

/// The colours the first sequence header tells. The decoder knows them too, but ends on code points that
/// are reserved.
pub(super) fn colour(data: &[u8]) -> Option<Coded> {
    let units = units(data)?;
    let header = units.iter().find(|unit| unit.kind == SEQUENCE)?;
    sequence(&mut Bits::of(header.payload.get(..header.payload.len().min(512))?))
}

/// 5.5.1.
fn sequence(bits: &mut Bits) -> Option<Coded> {
    let profile = bits.number(3)?;
    bits.skip(1)?;
    let reduced = bits.flag()?;
    if reduced {
        bits.skip(5)?;
    } else {
        operating_points(bits)?;
    }
    let (wide, high) = (bits.number(4)? as usize + 1, bits.number(4)? as usize + 1);
    bits.skip(wide + high)?;
    if !reduced && bits.flag()? {
        bits.skip(7)?;
    }
    bits.skip(3)?;
    if !reduced {
        tools(bits)?;
    }
    bits.skip(3)?;
    config(bits, profile)
}

/// Timing, decoder model and operating points.
fn operating_points(bits: &mut Bits) -> Option<()> {
    let mut model = None;
    if bits.flag()? {
        bits.skip(64)?;
        if bits.flag()? {
            bits.counted()?;
        }
        if bits.flag()? {
            model = Some(bits.number(5)? as usize + 1);
            bits.skip(42)?;
        }
    }
    let delays = bits.flag()?;
    for _ in 0..=bits.number(5)? {
        bits.skip(12)?;
        if bits.number(5)? > 7 {
            bits.skip(1)?;
        }
        if let Some(length) = model
            && bits.flag()?
        {
            bits.skip(2 * length + 1)?;
        }
        if delays && bits.flag()? {
            bits.skip(4)?;
        }
    }
    Some(())
}

/// The tools of moving pictures.
fn tools(bits: &mut Bits) -> Option<()> {
    bits.skip(4)?;
    let order_hint = bits.flag()?;
    if order_hint {
        bits.skip(2)?;
    }
    let screen_content = bits.flag()? || bits.flag()?;
    if screen_content && !bits.flag()? {
        bits.skip(1)?;
    }
    if order_hint {
        bits.skip(3)?;
    }
    Some(())
}

/// 5.5.2.
fn config(bits: &mut Bits, profile: u32) -> Option<Coded> {
    if bits.flag()? && profile == 2 {
        bits.skip(1)?;
    }
    let grey = profile != 1 && bits.flag()?;
    let [primaries, transfer, matrix] = if bits.flag()? { [bits.byte()?, bits.byte()?, bits.byte()?] } else { [2; 3] };
    let rgb = !grey && [primaries, transfer, matrix] == [1, 13, 0];
    let full_range = rgb || bits.flag()?;
    Some(Coded { primaries, transfer, matrix, full_range })
}

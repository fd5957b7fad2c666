//! What a sequence parameter set of HEVC says of its picture (ITU-T H.265, 7.3.2.2 and annex E).

use super::bits::Bits;
use crate::probe::Coded;

/// Reference sets a sequence may declare (7.4.3.2.1); a still has none.
const MOST_REFERENCE_SETS: u32 = 64;
/// Pictures in one of them.
const MOST_REFERENCES: u32 = 16;

pub(super) struct Sequence {
    /// Pixels to decode, before anything is cut off.
    pub size: (u32, u32),
    /// The colours, if it says anything about them.
    pub colour: Option<Coded>,
}

/// Reads a set, a whole unit. What comes after the size may be unreadable: then there are no colours.
pub(super) fn read(set: &[u8]) -> Option<Sequence> {
    let mut bits = Bits::of_unit(set.get(2..)?);
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
    let size = (bits.counted()?, bits.counted()?);
    Some(Sequence { size, colour: colour(&mut bits, layers) })
}

/// Goes on behind the size to what is meant for the screen.
fn colour(bits: &mut Bits, layers: u32) -> Option<Coded> {
    if bits.flag()? {
        (0..4).try_for_each(|_| bits.counted().map(drop))?;
    }
    // Depths, then the length of picture numbers.
    let order_bits = (bits.counted()?, bits.counted()?, bits.counted()?).2.checked_add(4)?;
    let ordered = if bits.flag()? { layers + 1 } else { 1 };
    (0..ordered * 3).try_for_each(|_| bits.counted().map(drop))?;
    // Sizes of blocks and depths of their trees.
    (0..6).try_for_each(|_| bits.counted().map(drop))?;
    if bits.flag()? && bits.flag()? {
        scaling_lists(bits)?;
    }
    bits.skip(2)?;
    if bits.flag()? {
        bits.skip(8)?;
        bits.counted()?;
        bits.counted()?;
        bits.skip(1)?;
    }
    reference_sets(bits)?;
    if bits.flag()? {
        let count = bits.counted().filter(|&count| count <= 32)?;
        bits.skip(count as usize * (order_bits as usize + 1))?;
    }
    bits.skip(2)?;
    if bits.flag()? { signal(bits) } else { None }
}

/// The beginning of the usability information (E.2.1).
fn signal(bits: &mut Bits) -> Option<Coded> {
    if bits.flag()? && bits.number(8)? == 255 {
        bits.skip(32)?;
    }
    if bits.flag()? {
        bits.skip(1)?;
    }
    if !bits.flag()? {
        return None;
    }
    bits.skip(3)?;
    let full_range = bits.flag()?;
    let [primaries, transfer, matrix] = if bits.flag()? { [bits.byte()?, bits.byte()?, bits.byte()?] } else { [2; 3] };
    Some(Coded { primaries, transfer, matrix, full_range })
}

/// 7.3.4.
fn scaling_lists(bits: &mut Bits) -> Option<()> {
    for size in 0..4u32 {
        for _ in (0..6).step_by(if size == 3 { 3 } else { 1 }) {
            if !bits.flag()? {
                bits.counted()?;
                continue;
            }
            let numbers = if size == 0 { 16 } else { 64 } + u32::from(size > 1);
            (0..numbers).try_for_each(|_| bits.counted().map(drop))?;
        }
    }
    Some(())
}

/// 7.3.7.
fn reference_sets(bits: &mut Bits) -> Option<()> {
    let count = bits.counted().filter(|&count| count <= MOST_REFERENCE_SETS)?;
    let mut before = 0;
    for index in 0..count {
        before = if index > 0 && bits.flag()? {
            bits.skip(1)?;
            bits.counted()?;
            let mut kept = 0;
            for _ in 0..=before {
                kept += u32::from(bits.flag()? || bits.flag()?);
            }
            kept
        } else {
            let pictures = bits.counted()?.checked_add(bits.counted()?).filter(|&all| all <= 2 * MOST_REFERENCES)?;
            for _ in 0..pictures {
                bits.counted()?;
                bits.skip(1)?;
            }
            pictures
        };
    }
    Some(())
}

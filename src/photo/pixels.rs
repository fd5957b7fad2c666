//! A picture in memory.

use super::metadata::Orientation;

/// What the bytes of a pixel are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Grey,
    Rgb,
    /// Inks: 0 none, 255 full.
    Cmyk,
}

impl Kind {
    pub(super) fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
            Self::Cmyk => 4,
        }
    }
}

/// Rows from the top, pixels from the left, 8 bits a channel, no padding.
#[derive(Debug, Clone)]
pub(super) struct Pixels {
    pub width: u32,
    pub height: u32,
    pub kind: Kind,
    data: Vec<u8>,
}

impl Pixels {
    /// `None` if `data` is not exactly `width` × `height` pixels.
    pub(super) fn new(width: u32, height: u32, kind: Kind, data: Vec<u8>) -> Option<Self> {
        let needed = (width as usize).checked_mul(height as usize)?.checked_mul(kind.channels())?;
        (needed > 0 && data.len() == needed).then_some(Self { width, height, kind, data })
    }

    pub(super) fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    pub(super) fn data(&self) -> &[u8] {
        &self.data
    }

    pub(super) fn into_data(self) -> Vec<u8> {
        self.data
    }

    /// Turned and mirrored to stand upright.
    pub(super) fn upright(self, orientation: Orientation) -> Self {
        let turn = match (orientation, self.kind) {
            (Orientation::Upright, _) => return self,
            (_, Kind::Grey) => turned::<1>,
            (_, Kind::Rgb) => turned::<3>,
            (_, Kind::Cmyk) => turned::<4>,
        };
        let data = turn(&self.data, self.size(), orientation);
        let (width, height) = orientation.turn(self.size());
        Self { width, height, data, ..self }
    }
}

fn turned<const CHANNELS: usize>(data: &[u8], (width, height): (u32, u32), orientation: Orientation) -> Vec<u8> {
    /// Pixels along a tile: small enough that the rows read crosswise stay in the cache.
    const TILE: usize = 32;
    let (source, _) = data.as_chunks::<CHANNELS>();
    let mut turned = vec![0; data.len()];
    let (target, _) = turned.as_chunks_mut::<CHANNELS>();
    let (wide, high) = (width as usize, height as usize);
    let (target_wide, target_high) = if orientation.swaps_sides() { (high, wide) } else { (wide, high) };
    let from = |x: usize, y: usize| match orientation {
        Orientation::Upright => y * wide + x,
        Orientation::Mirrored => y * wide + (wide - 1 - x),
        Orientation::HalfTurn => (high - 1 - y) * wide + (wide - 1 - x),
        Orientation::Flipped => (high - 1 - y) * wide + x,
        Orientation::Transposed => x * wide + y,
        Orientation::QuarterTurn => (high - 1 - x) * wide + y,
        Orientation::Transversed => (high - 1 - x) * wide + (wide - 1 - y),
        Orientation::QuarterBack => x * wide + (wide - 1 - y),
    };
    for top in (0..target_high).step_by(TILE) {
        for left in (0..target_wide).step_by(TILE) {
            for y in top..(top + TILE).min(target_high) {
                for x in left..(left + TILE).min(target_wide) {
                    if let (Some(to), Some(from)) = (target.get_mut(y * target_wide + x), source.get(from(x, y))) {
                        *to = *from;
                    }
                }
            }
        }
    }
    turned
}

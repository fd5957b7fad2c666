//! What the segments before coded data say: the frame, the tables, the scans (T.81, annex B).

use super::Fault;
use super::huffman::Table;
use crate::jpeg::order::ZIGZAG;

/// The frame header, laid out.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// Pixels.
    pub width: usize,
    /// Pixels.
    pub height: usize,
    pub progressive: bool,
    pub components: Vec<Component>,
    /// Blocks of the finest component along an MCU.
    pub across: usize,
    pub down: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct Component {
    id: u8,
    table: usize,
    /// Blocks along an MCU.
    pub across: usize,
    pub down: usize,
    /// Samples, at full size.
    pub width: usize,
    pub height: usize,
}

impl Component {
    /// Blocks that hold samples: what a scan of this component alone codes.
    pub(super) fn blocks(&self) -> (usize, usize) {
        (self.width.div_ceil(8), self.height.div_ceil(8))
    }
}

impl Frame {
    /// From the payload of an SOF segment.
    pub(super) fn new(marker: u8, payload: &[u8]) -> Result<Self, Fault> {
        let fault = || Fault::Header("frame");
        let (&[8, h1, h0, w1, w0, count], rest) = payload.split_first_chunk().ok_or_else(fault)? else {
            return Err(fault());
        };
        let (width, height) = (usize::from(u16::from_be_bytes([w1, w0])), usize::from(u16::from_be_bytes([h1, h0])));
        let (listed, _) = rest.as_chunks::<3>();
        let factors = listed.iter().map(|&[_, factors, _]| (usize::from(factors >> 4), usize::from(factors & 15)));
        let across = factors.clone().map(|(across, _)| across).max().unwrap_or_default();
        let down = factors.clone().map(|(_, down)| down).max().unwrap_or_default();
        let sound = factors.clone().all(|(across, down)| matches!((across, down), (1..=4, 1..=4)));
        if width * height == 0 || !sound || !matches!(listed.len(), 1..=4) || listed.len() != usize::from(count) {
            return Err(fault());
        }
        let components = listed.iter().zip(factors).map(|(&[id, _, table], (h, v))| Component {
            id,
            table: usize::from(table),
            across: h,
            down: v,
            width: (width * h).div_ceil(across),
            height: (height * v).div_ceil(down),
        });
        let components = components.collect();
        Ok(Self { width, height, progressive: matches!(marker, 0xC2 | 0xCA), components, across, down })
    }

    /// MCUs of a scan of several components.
    pub(crate) fn mcus(&self) -> (usize, usize) {
        (self.width.div_ceil(8 * self.across), self.height.div_ceil(8 * self.down))
    }
}

/// A quantisation table by rows, in the zigzag's order.
pub(super) type Steps = [u16; 64];

/// The tables in force.
#[derive(Default)]
pub(super) struct Tables {
    steps: [Option<Steps>; 4],
    dc: [Option<Table>; 4],
    ac: [Option<Table>; 4],
    /// MCUs between restart markers; 0: none.
    pub interval: usize,
}

impl Tables {
    /// Takes in a DQT, DHT or DRI segment; others say nothing here.
    pub(super) fn segment(&mut self, marker: u8, payload: &[u8]) -> Result<(), Fault> {
        match marker {
            0xDB => self.quantisation(payload),
            0xC4 => self.huffman(payload),
            0xDD => {
                let interval = payload.first_chunk().ok_or(Fault::Header("restart interval"))?;
                self.interval = u16::from_be_bytes(*interval).into();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn quantisation(&mut self, mut payload: &[u8]) -> Result<(), Fault> {
        let fault = || Fault::Header("quantisation table");
        while let Some((&kind, rest)) = payload.split_first() {
            let mut steps = [0; 64];
            payload = if kind >> 4 == 0 {
                let (bytes, rest) = rest.split_first_chunk::<64>().ok_or_else(fault)?;
                steps = bytes.map(u16::from);
                rest
            } else {
                let (bytes, rest) = rest.split_at_checked(128).ok_or_else(fault)?;
                let values = bytes.as_chunks().0.iter().map(|pair| u16::from_be_bytes(*pair));
                steps.iter_mut().zip(values).for_each(|(step, value)| *step = value);
                rest
            };
            *self.steps.get_mut(usize::from(kind & 15)).ok_or_else(fault)? = Some(steps);
        }
        Ok(())
    }

    fn huffman(&mut self, mut payload: &[u8]) -> Result<(), Fault> {
        while let Some((&kind, rest)) = payload.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>().ok_or(Fault::Table)?;
            let size = counts.iter().map(|&count| usize::from(count)).sum();
            let (symbols, rest) = rest.split_at_checked(size).ok_or(Fault::Table)?;
            let class = if kind >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            *class.get_mut(usize::from(kind & 15)).ok_or(Fault::Table)? = Some(Table::new(counts, symbols)?);
            payload = rest;
        }
        Ok(())
    }

    pub(super) fn steps(&self, component: &Component) -> Result<&Steps, Fault> {
        self.steps.get(component.table).and_then(Option::as_ref).ok_or(Fault::Header("no quantisation table"))
    }

    pub(super) fn dc(&self, number: usize) -> Result<&Table, Fault> {
        self.dc.get(number).and_then(Option::as_ref).ok_or(Fault::Table)
    }

    pub(super) fn ac(&self, number: usize) -> Result<&Table, Fault> {
        self.ac.get(number).and_then(Option::as_ref).ok_or(Fault::Table)
    }
}

/// A scan header.
pub(super) struct Scan {
    /// Per component: its place in the frame and the numbers of its DC and AC table.
    pub parts: Vec<(usize, usize, usize)>,
    /// The steps of the zigzag it codes.
    pub first: usize,
    pub last: usize,
    /// The bit coded before, 0 for none, and the bit coded now; progressive only.
    pub before: u32,
    pub bit: u32,
}

impl Scan {
    /// From the payload of an SOS segment. Which values belong together: T.81, B.2.3 and G.1.1.1.
    pub(super) fn new(frame: &Frame, payload: &[u8]) -> Result<Self, Fault> {
        let fault = || Fault::Header("scan");
        let (&count, rest) = payload.split_first().ok_or_else(fault)?;
        let (selectors, rest) = rest.split_at_checked(usize::from(count) * 2).ok_or_else(fault)?;
        let &[first, last, bits] = rest.first_chunk().ok_or_else(fault)?;
        let mut parts: Vec<(usize, usize, usize)> = Vec::new();
        for &[id, tables] in selectors.as_chunks().0 {
            let component = frame.components.iter().position(|component| component.id == id).ok_or_else(fault)?;
            if parts.iter().any(|&(other, ..)| other >= component) {
                return Err(fault());
            }
            parts.push((component, usize::from(tables >> 4), usize::from(tables & 15)));
        }
        let (before, bit) = (u32::from(bits >> 4), u32::from(bits & 15));
        let band_is_sound = match (first, last) {
            (0, 0) => true,
            (1..=63, 1..=63) => first <= last && parts.len() == 1,
            _ => false,
        };
        let bits_are_sound = bit <= 13 && (before == 0 || before == bit + 1);
        if parts.is_empty() || frame.progressive && !(band_is_sound && bits_are_sound) {
            return Err(fault());
        }
        let units = parts.iter().filter_map(|&(part, ..)| frame.components.get(part)).map(|c| c.across * c.down);
        if parts.len() > 1 && units.sum::<usize>() > 10 {
            return Err(Fault::Header("too many blocks in an MCU"));
        }
        Ok(Self { parts, first: first.into(), last: last.into(), before, bit })
    }
}

/// Quantisation steps laid out for blocks of `side` × `side`, by columns.
pub(super) fn laid_out(steps: &Steps, side: usize) -> [i16; 64] {
    let mut laid_out = [0; 64];
    for (&place, &step) in ZIGZAG.iter().zip(steps) {
        let (row, column) = (usize::from(place) / 8, usize::from(place) % 8);
        if let Some(slot) = laid_out.get_mut(column * side + row).filter(|_| row < side && column < side) {
            *slot = step as i16;
        }
    }
    laid_out
}

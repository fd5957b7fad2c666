//! From a JPEG's segments to rows of samples, component by component.
//!
//! Decoding is a stream: of a sequential file no more than a row of blocks is held, of a progressive
//! one the coefficients that the wanted scale needs. Whoever wants the samples says where they go.

mod entropy;
mod frame;
mod huffman;
mod progressive;
mod sequential;
#[cfg(feature = "libjpeg-turbo")]
mod turbo;

use std::ops::Range;

use entropy::{Bits, Coded};
use frame::{Scan, Tables, laid_out};
use huffman::Passes;
use progressive::{Part, State, Store};
use sequential::{Buffer, Unit};

pub(crate) use frame::{Component, Frame};

use crate::probe::bytes::Bytes;
use crate::simd;

/// Why a JPEG could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("segment: {0}")]
    Header(&'static str),
    #[error("no or an impossible Huffman table")]
    Table,
    #[error("coded data that means nothing")]
    Code,
    #[error("less coded data than the picture needs")]
    CutShort,
}

/// Takes the samples of one component, from the top.
pub(crate) trait Rows {
    /// Where to write the next `count` rows, and how far apart they begin: at least
    /// [`Plan::stride`].
    fn room(&mut self, count: usize) -> (&mut [u8], usize);
    /// The first `count` of these rows are written.
    fn took(&mut self, count: usize);
}

/// How a component is decoded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Samples made of each 8, along both sides: 8, 4, 2 or 1.
    pub side: usize,
    /// Samples made.
    pub width: usize,
    pub height: usize,
    /// Samples that rows need room for.
    pub stride: usize,
    /// Blocks along a row and a column, with those that only fill up an MCU.
    across: usize,
    down: usize,
}

impl Plan {
    /// The smallest scale that still gives as many samples as wanted.
    pub(crate) fn new(frame: &Frame, component: &Component, wanted: (usize, usize)) -> Self {
        let made = |side: usize| ((component.width * side).div_ceil(8), (component.height * side).div_ceil(8));
        let enough = |side: &usize| made(*side).0 >= wanted.0 && made(*side).1 >= wanted.1;
        Self::of_side(frame, component, [1, 2, 4].into_iter().find(enough).unwrap_or(8))
    }

    /// At a scale: 8, 4, 2 or 1 samples made of each 8.
    pub(crate) fn of_side(frame: &Frame, component: &Component, side: usize) -> Self {
        let made = |samples: usize| (samples * side).div_ceil(8);
        let (width, height) = (made(component.width), made(component.height));
        let mcus = frame.mcus();
        let (across, down) = (mcus.0 * component.across, mcus.1 * component.down);
        Self { side, width, height, stride: across * side, across, down }
    }
}

/// The header of a JPEG, read: what [`decode`] begins with.
pub(crate) struct Header {
    pub frame: Frame,
    tables: Tables,
}

impl Header {
    /// From the segments before the first scan.
    ///
    /// # Errors
    /// A segment that is not sound.
    pub(crate) fn read(header: &[u8]) -> Result<Self, Fault> {
        let mut tables = Tables::default();
        let mut frame = None;
        let mut bytes = Bytes::new(header);
        while let Some((marker, payload)) = segment(&mut bytes) {
            match marker {
                0xC0..=0xC2 | 0xC9 | 0xCA => frame = Some(Frame::new(marker, payload)?),
                _ => tables.segment(marker, payload)?,
            }
        }
        Ok(Self { frame: frame.ok_or(Fault::Header("no frame"))?, tables })
    }
}

/// The next segment that has a payload.
fn segment<'a>(bytes: &mut Bytes<'a>) -> Option<(u8, &'a [u8])> {
    let marker = loop {
        match bytes.next_marker()? {
            0xD8 => {}
            0xD9 => return None,
            marker => break marker,
        }
    };
    let length = bytes.u16_be()?;
    Some((marker, bytes.take(usize::from(length.checked_sub(2)?))?))
}

/// Decodes `scans` (from the first scan's marker on) as planned, into one `rows` a component. Data that
/// ends or breaks in the last twentieth leaves grey there.
///
/// # Errors
/// Faults in segments; data that ends or breaks earlier.
pub(crate) fn decode(header: Header, scans: &[u8], plans: &[Plan], rows: &mut [&mut dyn Rows]) -> Result<(), Fault> {
    let Header { frame, tables } = header;
    let output = Output { plans, rows, steps: vec![None; plans.len()], made: vec![0; plans.len()] };
    let stores = if frame.progressive {
        plans.iter().map(|plan| Store::new(plan.side, plan.across, plan.down)).collect()
    } else {
        Vec::new()
    };
    let mut decoder = Decoder { frame, tables, output, stores, coded: Coded::default() };
    let mut bytes = Bytes::new(scans);
    while let Some((marker, payload)) = segment(&mut bytes) {
        if marker != 0xDA {
            decoder.tables.segment(marker, payload)?;
            continue;
        }
        let scan = Scan::new(&decoder.frame, payload)?;
        let coded = decoder.coded.fill(scans.get(bytes.position()..).unwrap_or_default());
        bytes.take(coded);
        decoder.latch(&scan)?;
        if decoder.frame.progressive { decoder.progressive(&scan)? } else { decoder.sequential(&scan)? }
    }
    decoder.finish()
}

/// The same for a file in arithmetic coding, whose `segments` before the first scan are wanted whole. Any
/// damage is an error: such coding does not tell where it began.
///
/// # Errors
/// Whatever libjpeg-turbo is not content with; data that ends too early.
#[cfg(feature = "libjpeg-turbo")]
pub(crate) fn decode_arithmetic(
    frame: &Frame,
    (segments, scans): (&[u8], &[u8]),
    plans: &[Plan],
    rows: &mut [&mut dyn Rows],
) -> Result<(), Fault> {
    let mut output = Output { plans, rows, steps: vec![None; plans.len()], made: vec![0; plans.len()] };
    turbo::decode(frame, (segments, scans), &mut output)?;
    output.check()
}

struct Decoder<'a, 'b> {
    frame: Frame,
    tables: Tables,
    output: Output<'a, 'b>,
    stores: Vec<Store>,
    coded: Coded,
}

/// MCUs of a scan.
#[derive(Clone, Copy)]
struct Grid {
    across: usize,
    down: usize,
}

impl Decoder<'_, '_> {
    fn component(&self, part: usize) -> Result<(&Component, &Plan), Fault> {
        self.frame.components.get(part).zip(self.output.plans.get(part)).ok_or(Fault::Header("component"))
    }

    /// A component keeps the quantisation table it began with.
    fn latch(&mut self, scan: &Scan) -> Result<(), Fault> {
        for &(part, ..) in &scan.parts {
            let (component, plan) = self.component(part)?;
            let table = laid_out(self.tables.steps(component)?, plan.side);
            match self.output.steps.get_mut(part) {
                // A sequential component has one scan, which says everything.
                Some(Some(_)) if !self.frame.progressive => return Err(Fault::Header("a second scan of a component")),
                Some(slot) => *slot = slot.or(Some(table)),
                None => {}
            }
        }
        Ok(())
    }

    /// A scan of one component knows no MCUs: its blocks come row by row.
    fn grid(&self, scan: &Scan) -> Result<Grid, Fault> {
        let (across, down) = match *scan.parts.as_slice() {
            [(part, ..)] => self.component(part)?.0.blocks(),
            _ => self.frame.mcus(),
        };
        Ok(Grid { across, down })
    }

    /// Blocks of a component along an MCU of this scan.
    fn blocks(&self, scan: &Scan, part: usize) -> Result<(usize, usize), Fault> {
        let component = self.component(part)?.0;
        Ok(if scan.parts.len() == 1 { (1, 1) } else { (component.across, component.down) })
    }

    fn sequential(&mut self, scan: &Scan) -> Result<(), Fault> {
        let grid = self.grid(scan)?;
        let mut buffers = Vec::new();
        let mut units = Vec::new();
        let passes = passes(&self.tables, self.output.plans, scan)?;
        for (number, &(part, dc, ac)) in scan.parts.iter().enumerate() {
            let (across, down) = self.blocks(scan, part)?;
            let plan = self.component(part)?.1;
            let blocks = plan.across * down;
            let coefficients = vec![0; blocks * plan.side * plan.side];
            buffers.push(Buffer { side: plan.side, coefficients, filled: vec![0; blocks] });
            let (dc, ac) = (self.tables.dc(dc)?, self.tables.ac(ac)?);
            let places = (0..down).flat_map(|y| (0..across).map(move |x| y * plan.across + x));
            let passes = passes.get(number).and_then(Option::as_ref);
            units.extend(places.map(|first| Unit { part: number, dc, ac, passes, first, step: across }));
        }
        let mut course = Course::new(&self.coded, self.tables.interval);
        let mut predicted = [0; 4];
        let mut broken = false;
        for row in 0..grid.down {
            let read = |bits: &mut Bits<'_>, fresh: bool, mcus: Range<usize>| {
                if fresh {
                    predicted = [0; 4];
                }
                sequential::read(bits, &units, &mut predicted, &mut buffers, mcus)
            };
            if !broken && let Err(fault) = course.row(grid.across, read) {
                broken = bearable(fault, row, grid.down)?;
            }
            for (&(part, ..), buffer) in scan.parts.iter().zip(&mut buffers) {
                self.output.emit(part, &buffer.coefficients, &buffer.filled)?;
                buffer.coefficients.fill(0);
                buffer.filled.fill(0);
            }
        }
        Ok(())
    }

    fn progressive(&mut self, scan: &Scan) -> Result<(), Fault> {
        let grid = self.grid(scan)?;
        let mut course = Course::new(&self.coded, self.tables.interval);
        let mut state = State::default();
        let mut parts = Vec::new();
        for &(part, dc, ac) in &scan.parts {
            let (across, down) = self.blocks(scan, part)?;
            let table = match (scan.first, scan.before) {
                (0, 0) => Some(self.tables.dc(dc)?),
                (0, _) => None,
                _ => Some(self.tables.ac(ac)?),
            };
            parts.push(Part { number: part, table, across, down });
        }
        for row in 0..grid.down {
            let stores = &mut self.stores;
            let read = |bits: &mut Bits<'_>, fresh: bool, mcus: Range<usize>| {
                if fresh {
                    state = State::default();
                }
                progressive::read(bits, scan, &parts, stores, &mut state, (row, mcus))
            };
            if let Err(fault) = course.row(grid.across, read) {
                bearable(fault, row, grid.down)?;
                break;
            }
        }
        Ok(())
    }

    /// Puts out what was gathered, and sees that every component is whole.
    fn finish(mut self) -> Result<(), Fault> {
        for (part, store) in self.stores.iter().enumerate() {
            let size = store.side * store.side * store.across;
            for (coefficients, filled) in store.coefficients.chunks(size).zip(store.filled.chunks(store.across)) {
                self.output.emit(part, coefficients, filled)?;
            }
        }
        self.output.check()
    }
}

/// For each component of a scan that is decoded smaller, what passes over the rest of its blocks.
fn passes<'a>(tables: &'a Tables, plans: &[Plan], scan: &Scan) -> Result<Vec<Option<Passes<'a>>>, Fault> {
    let of = |&(part, _, ac): &(usize, usize, usize)| {
        let smaller = plans.get(part).is_some_and(|plan| plan.side < 8);
        Ok(if smaller { Some(Passes::new(tables.ac(ac)?)) } else { None })
    };
    scan.parts.iter().map(of).collect()
}

/// Whether a fault in this row of MCUs leaves enough of the picture; always true, or the fault.
fn bearable(fault: Fault, row: usize, rows: usize) -> Result<bool, Fault> {
    if row * 20 >= rows * 19 { Ok(true) } else { Err(fault) }
}

/// Walks a scan's coded data from restart marker to restart marker.
struct Course<'a> {
    coded: &'a Coded,
    /// MCUs between markers.
    interval: usize,
    /// The interval to come.
    number: usize,
    /// MCUs to the next marker.
    left: usize,
    bits: Option<Bits<'a>>,
}

impl<'a> Course<'a> {
    fn new(coded: &'a Coded, interval: usize) -> Self {
        Self { coded, interval: if interval == 0 { usize::MAX } else { interval }, number: 0, left: 0, bits: None }
    }

    /// Has a row of MCUs read, in as many pieces as markers cut it into. `read` is told whether a piece
    /// begins behind a marker, and which MCUs it is.
    fn row(
        &mut self,
        across: usize,
        mut read: impl FnMut(&mut Bits<'a>, bool, Range<usize>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut at = 0;
        while at < across {
            let fresh = self.left == 0;
            if fresh {
                self.bits = self.coded.interval(self.number);
                self.number += 1;
                self.left = self.interval;
            }
            let bits = self.bits.as_mut().ok_or(Fault::CutShort)?;
            let count = self.left.min(across - at);
            read(bits, fresh, at..at + count)?;
            at += count;
            self.left -= count;
        }
        Ok(())
    }
}

/// Where samples go, and how far they have come.
struct Output<'a, 'b> {
    plans: &'a [Plan],
    rows: &'a mut [&'b mut dyn Rows],
    /// Per component, what its coefficients are to be multiplied by: told by its first scan.
    steps: Vec<Option<[i16; 64]>>,
    /// Rows put out.
    made: Vec<usize>,
}

impl Output<'_, '_> {
    /// Puts out rows of blocks.
    fn emit(&mut self, part: usize, coefficients: &[i16], filled: &[u64]) -> Result<(), Fault> {
        let missing = Fault::Header("component");
        let (Some(plan), Some(rows), Some(made)) =
            (self.plans.get(part), self.rows.get_mut(part), self.made.get_mut(part))
        else {
            return Err(missing);
        };
        let steps = self.steps.get(part).and_then(Option::as_ref).ok_or(missing)?;
        let size = plan.side * plan.side * plan.across;
        for (coefficients, filled) in coefficients.chunks(size).zip(filled.chunks(plan.across)) {
            let count = plan.side.min(plan.height - *made);
            if count == 0 {
                break;
            }
            simd::kernels::inverse(plan.side, coefficients, filled, steps, rows.room(plan.side));
            rows.took(count);
            *made += count;
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Fault> {
        let whole = self.plans.iter().zip(&self.made).all(|(plan, made)| plan.height == *made);
        if whole { Ok(()) } else { Err(Fault::Header("a component has no scan")) }
    }
}

#[cfg(test)]
mod tests;

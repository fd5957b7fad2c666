//! Resizing a plane, Lanczos3, while its rows come in: 16 rows of the target at a time, first down the
//! columns, then along the rows, with 6 bits more than samples have in between.
//!
//! Resizing happens in the encoding the samples are in, as every photo site does it.

pub(crate) mod kernel;
mod taps;
#[cfg(target_arch = "x86_64")]
pub(crate) mod vector;

use kernel::Window;
pub(crate) use taps::{Span, Taps};

use crate::jpeg::decode::Rows;
use crate::planes::{Chroma, Picture, Plane};
use crate::simd;

/// Rows of the target made at a time.
pub(crate) const STRIP: usize = 16;

/// Resizes the rows it is given.
pub(crate) struct Scaler {
    across: Taps,
    down: Taps,
    /// The target has the size of the source and its grid.
    copies: bool,
    /// Rows of the source, of which those before `base` are no longer needed.
    rows: Vec<u8>,
    stride: usize,
    base: usize,
    /// Rows of the source that came in.
    taken: usize,
    middle: Vec<[i16; STRIP]>,
    target: Plane,
    /// Rows of the target that are made.
    made: usize,
}

impl Scaler {
    /// For rows of `stride` samples; what lies where is told by the spans.
    pub(crate) fn new(stride: usize, across: Span, down: Span) -> Self {
        let copies = across.is_whole() && down.is_whole();
        let target = Plane::with_stride(across.target, down.target, if copies { stride } else { 0 });
        let stride = stride.next_multiple_of(Plane::ACROSS);
        let middle = if copies { Vec::new() } else { vec![[0; STRIP]; stride] };
        let (across, down) = (Taps::new(across), Taps::new(down));
        Self { across, down, copies, rows: Vec::new(), stride, base: 0, taken: 0, middle, target, made: 0 }
    }

    /// The target, once all rows are in.
    pub(crate) fn finish(mut self) -> Plane {
        if self.copies {
            self.target.pad();
        }
        self.target
    }

    /// Forgets the rows that no strip to come needs.
    fn forget(&mut self) {
        let needed = self.down.first(self.made).min(self.taken);
        let rows = self.base * self.stride..self.taken * self.stride;
        let from = needed * self.stride - rows.start;
        let length = rows.end - rows.start;
        self.rows.copy_within(from.min(length)..length, 0);
        self.base = needed;
    }
}

impl Rows for Scaler {
    fn room(&mut self, count: usize) -> (&mut [u8], usize) {
        if self.copies {
            let from = self.taken * self.target.stride;
            return (self.target.data.get_mut(from..).unwrap_or_default(), self.target.stride);
        }
        let room = |scaler: &Self| (scaler.taken - scaler.base + count) * scaler.stride;
        if self.rows.len() < room(self) {
            self.forget();
            // Room for some strips more, so that rows are moved seldom.
            let spare = (self.down.reach() + 64) * self.stride;
            if self.rows.len() < room(self) {
                self.rows.resize(room(self) + spare, 0);
            }
        }
        let from = (self.taken - self.base) * self.stride;
        (self.rows.get_mut(from..).unwrap_or_default(), self.stride)
    }

    fn took(&mut self, count: usize) {
        self.taken += count;
        while !self.copies && self.made < self.target.height && self.down.end(self.made, STRIP) <= self.taken {
            let length = (self.taken - self.base) * self.stride;
            let rows = self.rows.get(..length).unwrap_or_default();
            let source = Window { rows, stride: self.stride, base: self.base };
            strip(&source, (&self.across, &self.down), &mut self.middle, &mut self.target, self.made);
            self.made += STRIP;
        }
    }
}

/// Makes the 16 rows of the target that begin with `top`.
fn strip(source: &Window<'_>, taps: (&Taps, &Taps), middle: &mut [[i16; STRIP]], target: &mut Plane, top: usize) {
    let stride = target.stride;
    let rows = target.data.get_mut(top * stride..(top + STRIP) * stride).unwrap_or_default();
    simd::kernels::strip(source, taps, middle, (rows, stride), top);
}

/// Resizes a plane that is there as a whole.
fn plane(source: &Plane, across: Span, down: Span) -> Plane {
    let mut target = Plane::new(across.target, down.target);
    let (across, down) = (Taps::new(across), Taps::new(down));
    let mut middle = vec![[0; STRIP]; source.stride];
    let window = Window { rows: &source.data, stride: source.stride, base: 0 };
    for top in (0..target.height).step_by(STRIP) {
        strip(&window, (&across, &down), &mut middle, &mut target, top);
    }
    target
}

/// A plane resized strip by strip, for whoever needs each strip once.
pub(crate) struct Strips<'a> {
    source: &'a Plane,
    across: Taps,
    down: Taps,
    middle: Vec<[i16; STRIP]>,
    rows: Vec<u8>,
    stride: usize,
}

impl<'a> Strips<'a> {
    pub(crate) fn new(source: &'a Plane, across: Span, down: Span) -> Self {
        let stride = across.target.next_multiple_of(Plane::ACROSS);
        let (across, down) = (Taps::new(across), Taps::new(down));
        let (middle, rows) = (vec![[0; STRIP]; source.stride], vec![0; stride * STRIP]);
        Self { source, across, down, middle, rows, stride }
    }

    /// The 16 rows of the target that begin with `top`.
    pub(crate) fn at(&mut self, top: usize) -> impl Iterator<Item = &[u8]> {
        let window = Window { rows: &self.source.data, stride: self.source.stride, base: 0 };
        let taps = (&self.across, &self.down);
        simd::kernels::strip(&window, taps, &mut self.middle, (&mut self.rows, self.stride), top);
        self.rows.chunks(self.stride)
    }
}

/// Resizes a picture and keeps its colour as told. The step is that of the pixels in every plane: colour
/// planes of odd sizes reach half a sample beyond the picture, and would drift if their own sizes told
/// the step.
pub(crate) fn picture(source: &Picture, (width, height): (u32, u32), chroma: Chroma) -> Picture {
    let (width, height) = (width as usize, height as usize);
    let (by_x, by_y) = (source.width as f64 / width as f64, source.height as f64 / height as f64);
    let planes = source.planes.iter().enumerate().map(|(number, from)| {
        let colour = number > 0;
        let samples = |pixels| if colour { chroma.samples(pixels) } else { pixels };
        let denser = if colour { source.chroma.density() / chroma.density() } else { 1.0 };
        let span = |source, by: f64, target| Span { source, start: 0.0, step: by * denser, target };
        let (across, down) = (span(from.width, by_x, samples(width)), span(from.height, by_y, samples(height)));
        if (across.step, down.step) == (1.0, 1.0) { from.clone() } else { plane(from, across, down) }
    });
    Picture { width, height, chroma, planes: planes.collect() }
}

#[cfg(test)]
mod tests;

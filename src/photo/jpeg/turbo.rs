//! Decoding by libjpeg-turbo, in C, where it is quicker than ours: on processors that the vectors here
//! are not written for. Whatever it so much as warns of is decoded again by ours, so that one decoder
//! alone judges damaged files.

#![allow(unsafe_code, reason = "a library in C")]

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;

use mozjpeg_sys as c;

use super::decode::{Frame, Plan, Rows};

/// The end of a file, for a decoder that asks for more.
const END: [u8; 2] = [0xFF, 0xD9];

/// Whether it is the quicker way to read a file: where the vectors here do not run.
pub(crate) fn is_quicker() -> bool {
    !crate::simd::runs_vectors()
}

/// How it decodes each component when it is to make as many samples as wanted: all at one scale, but
/// coarser ones, where their sampling allows it, as much larger.
pub(crate) fn plans(frame: &Frame, wanted: &[(usize, usize)]) -> Vec<Plan> {
    let at = |scale: usize| -> Vec<Plan> {
        let side = |(h, v): (usize, usize)| {
            let fits = |side: usize| (frame.across * scale) % (h * side) == 0 && (frame.down * scale) % (v * side) == 0;
            let mut side = scale;
            while side < 8 && fits(side * 2) {
                side *= 2;
            }
            side
        };
        frame.components.iter().map(|part| Plan::of_side(frame, part, side((part.across, part.down)))).collect()
    };
    let enough = |plans: &Vec<Plan>| {
        plans.iter().zip(wanted).all(|(plan, &(across, down))| plan.width >= across && plan.height >= down)
    };
    [1, 2, 4].into_iter().map(at).find(enough).unwrap_or_else(|| at(8))
}

/// Decodes a file of these segments and scans, as [`plans`] says. Gives whether all is well; if not, what
/// `rows` took is worth nothing.
pub(crate) fn decode(
    segments: &[u8],
    scans: &[u8],
    (frame, plans): (&Frame, &[Plan]),
    rows: &mut [&mut dyn Rows],
) -> bool {
    // The library must not be left by an ordinary return when it fails: it is left by unwinding, which
    // it is compiled for. Nothing of it is used afterwards.
    catch_unwind(AssertUnwindSafe(|| Decoder::new(segments, scans).run(frame, plans, rows))).unwrap_or(false)
}

/// What the library keeps pointers to, at rest.
struct Decoder<'a> {
    state: Box<c::jpeg_decompress_struct>,
    errors: Box<c::jpeg_error_mgr>,
    source: Box<Source<'a>>,
}

/// Its first field is what the library knows of it.
#[repr(C)]
struct Source<'a> {
    manager: c::jpeg_source_mgr,
    scans: &'a [u8],
    /// The scans were handed over.
    over: bool,
}

impl<'a> Decoder<'a> {
    fn new(segments: &'a [u8], scans: &'a [u8]) -> Self {
        // SAFETY: all fields are numbers, pointers and optional functions, for which zero is a value; the
        // library fills both in.
        let (mut errors, state) = unsafe {
            let mut errors: Box<c::jpeg_error_mgr> = Box::new(mem::zeroed());
            c::jpeg_std_error(&mut errors);
            (errors, Box::new(mem::zeroed::<c::jpeg_decompress_struct>()))
        };
        errors.error_exit = Some(give_up);
        errors.emit_message = Some(count_warning);
        let manager = c::jpeg_source_mgr {
            next_input_byte: segments.as_ptr(),
            bytes_in_buffer: segments.len(),
            init_source: Some(nothing),
            fill_input_buffer: Some(fill),
            skip_input_data: Some(skip),
            resync_to_restart: Some(c::jpeg_resync_to_restart),
            term_source: Some(nothing),
        };
        let mut decoder = Self { state, errors, source: Box::new(Source { manager, scans, over: false }) };
        decoder.state.common.err = &mut *decoder.errors;
        // SAFETY: the state is as large as the library is told, and its error handler is in place. It
        // stays where it is until it is destroyed, as do the handler and the source.
        unsafe { c::jpeg_create_decompress(&mut *decoder.state) };
        decoder.state.src = (&raw mut *decoder.source).cast();
        decoder
    }

    fn run(mut self, frame: &Frame, plans: &[Plan], rows: &mut [&mut dyn Rows]) -> bool {
        let Some(scale) = plans.iter().map(|plan| plan.side).min() else { return false };
        let state = &mut *self.state;
        // SAFETY: the state was created, its source hands out bytes that live as long as this.
        unsafe { c::jpeg_read_header(state, 1) };
        let same = (state.image_width as usize, state.image_height as usize) == (frame.width, frame.height)
            && state.num_components as usize == plans.len();
        if !same || plans.len() != rows.len() || plans.len() > 4 {
            return false;
        }
        state.out_color_space = state.jpeg_color_space;
        state.raw_data_out = 1;
        state.do_fancy_upsampling = 0;
        state.do_block_smoothing = 0;
        (state.scale_num, state.scale_denom) = (scale as u32, 8);
        // SAFETY: the header has been read.
        unsafe { c::jpeg_start_decompress(state) };
        let (_, mcus) = frame.mcus();
        for row in 0..mcus {
            let wanted = frame.components.iter().map(|part| part.down);
            let mut room = Room::default();
            for ((rows, plan), down) in rows.iter_mut().zip(plans).zip(wanted.clone()) {
                room.add(rows.room(down * plan.side), plan.stride, down * plan.side);
            }
            let Some(lines) = room.lines() else { return false };
            // SAFETY: for each component there are as many lines as an MCU has, each with room for all
            // blocks along a row, and they are borrowed from `rows` one plane each.
            let read = unsafe { c::jpeg_read_raw_data(state, lines.as_mut_ptr(), (frame.down * scale) as u32) };
            if read == 0 || self.errors.num_warnings > 0 {
                return false;
            }
            for ((rows, plan), down) in rows.iter_mut().zip(plans).zip(wanted) {
                let (made, count) = (row * down * plan.side, down * plan.side);
                rows.took(count.min(plan.height.saturating_sub(made)));
            }
        }
        // SAFETY: all rows were read.
        unsafe { c::jpeg_finish_decompress(state) };
        self.errors.num_warnings == 0
    }
}

impl Drop for Decoder<'_> {
    fn drop(&mut self) {
        // SAFETY: it was created, and is used no more.
        unsafe { c::jpeg_destroy_decompress(&mut self.state) };
    }
}

/// Where the lines of a row of MCUs are to be written.
#[derive(Default)]
struct Room {
    lines: Vec<Vec<*mut u8>>,
    starts: Vec<*mut *mut u8>,
    lacking: bool,
}

impl Room {
    /// `count` lines of `length` samples.
    fn add(&mut self, (samples, stride): (&mut [u8], usize), length: usize, count: usize) {
        let lines: Vec<_> = samples
            .chunks_mut(stride)
            .take(count)
            .filter(|line| line.len() >= length)
            .map(<[u8]>::as_mut_ptr)
            .collect();
        self.lacking |= lines.len() < count;
        self.lines.push(lines);
    }

    /// A list of lines for each component; nothing if there was not room enough.
    fn lines(&mut self) -> Option<&mut [*mut *mut u8]> {
        self.starts = self.lines.iter_mut().map(Vec::as_mut_ptr).collect();
        (!self.lacking).then_some(&mut self.starts)
    }
}

unsafe extern "C-unwind" fn give_up(_: &mut c::jpeg_common_struct) {
    /// Says nothing: ours will say it.
    struct GaveUp;
    resume_unwind(Box::new(GaveUp));
}

unsafe extern "C-unwind" fn count_warning(state: &mut c::jpeg_common_struct, level: i32) {
    if level < 0 {
        // SAFETY: the handler was put there by [`Decoder::new`] and lives as long as the state.
        unsafe { (*state.err).num_warnings += 1 };
    }
}

unsafe extern "C-unwind" fn nothing(_: &mut c::jpeg_decompress_struct) {}

unsafe extern "C-unwind" fn fill(state: &mut c::jpeg_decompress_struct) -> i32 {
    // SAFETY: the source was put there by [`Decoder::new`], begins with its manager, and nothing else
    // refers to it while the library runs.
    let source = unsafe { &mut *state.src.cast::<Source<'_>>() };
    // Coded data that ends too early is warned of when its end is read.
    let next: &[u8] = if mem::replace(&mut source.over, true) || source.scans.is_empty() { &END } else { source.scans };
    (source.manager.next_input_byte, source.manager.bytes_in_buffer) = (next.as_ptr(), next.len());
    1
}

unsafe extern "C-unwind" fn skip(state: &mut c::jpeg_decompress_struct, count: std::ffi::c_long) {
    let mut left = usize::try_from(count).unwrap_or(0);
    loop {
        // SAFETY: as in `fill`; pointer and length describe what is left of the bytes handed over.
        let manager = unsafe { &mut *state.src };
        if left <= manager.bytes_in_buffer {
            // SAFETY: not beyond the end of those bytes.
            manager.next_input_byte = unsafe { manager.next_input_byte.add(left) };
            manager.bytes_in_buffer -= left;
            return;
        }
        left -= manager.bytes_in_buffer;
        // SAFETY: as the library calls it.
        unsafe { fill(state) };
        // Behind the end there is nothing to skip.
        // SAFETY: as above.
        if unsafe { ptr::eq((*state.src).next_input_byte, END.as_ptr()) } {
            return;
        }
    }
}

#[cfg(test)]
mod tests;

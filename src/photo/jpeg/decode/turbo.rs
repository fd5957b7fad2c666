//! Entropy decoding by libjpeg-turbo, in C, of what ours does not read: arithmetic coding (T.81, F.2.4 and
//! G.2.3). It gives coefficients; what is made of them is ours, as of every other file's.

#![allow(unsafe_code, reason = "a library in C")]

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::slice;

use mozjpeg_sys as c;

use super::{Fault, Frame, Output, Plan, laid_out};
use crate::jpeg::order::ZIGZAG;
use crate::probe::bytes::Bytes;

/// The end of a file, for a decoder that asks for more.
const END: [u8; 2] = [0xFF, 0xD9];

/// Zeros put behind the coded data of each scan. Coders leave out zeros there (T.81, D.1.8), at most a dozen
/// in the largest picture we take. Who reads all of these reads beyond the end of data that was cut. Zeros
/// are what is likely and last long: a cut in the last bytes of a scan may go unseen, and with it fine detail.
const ZEROS: [u8; 16] = [0; 16];

/// Decodes a file of these segments and scans.
pub(super) fn decode(
    frame: &Frame,
    (segments, scans): (&[u8], &[u8]),
    output: &mut Output<'_, '_>,
) -> Result<(), Fault> {
    let pieces = std::iter::once(segments).chain(pieces(scans)).collect();
    // The library must not be left by an ordinary return when it fails: it is left by unwinding, which it is
    // compiled for. Nothing of it is used afterwards.
    let left = catch_unwind(AssertUnwindSafe(|| Decoder::new(frame, pieces).run(frame, output)));
    left.unwrap_or_else(|why| match why.downcast::<Fault>() {
        Ok(fault) => Err(*fault),
        Err(panic) => resume_unwind(panic),
    })
}

/// The scans with [`ZEROS`] behind each.
fn pieces(scans: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut bytes = Bytes::new(scans);
    let mut from = 0;
    while let Some((marker, _)) = super::segment(&mut bytes) {
        if marker == 0xDA {
            let begin = bytes.position();
            let coded = scans.get(begin..).unwrap_or_default();
            // Up to a marker that stands neither for a value of data nor for a restart.
            let ends = |pair: &[u8]| matches!(pair, [0xFF, marker] if !matches!(marker, 0 | 0xFF | 0xD0..=0xD7));
            let length = coded.windows(2).position(ends).unwrap_or(coded.len());
            bytes.take(length);
            pieces.extend([scans.get(from..begin + length).unwrap_or_default(), &ZEROS]);
            from = begin + length;
        }
    }
    pieces.push(scans.get(from..).unwrap_or_default());
    pieces
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
    pieces: Vec<&'a [u8]>,
    /// Pieces handed over.
    given: usize,
    /// Rows of MCUs in a scan.
    rows: usize,
}

impl<'a> Decoder<'a> {
    fn new(frame: &Frame, pieces: Vec<&'a [u8]>) -> Self {
        // SAFETY: all fields are numbers, pointers and optional functions, for which zero is a value; the
        // library fills both in.
        let (mut errors, state) = unsafe {
            let mut errors: Box<c::jpeg_error_mgr> = Box::new(mem::zeroed());
            c::jpeg_std_error(&mut errors);
            (errors, Box::new(mem::zeroed::<c::jpeg_decompress_struct>()))
        };
        errors.error_exit = Some(give_up);
        errors.emit_message = Some(warn);
        let manager = c::jpeg_source_mgr {
            next_input_byte: END.as_ptr(),
            bytes_in_buffer: 0,
            init_source: Some(nothing),
            fill_input_buffer: Some(fill),
            skip_input_data: Some(skip),
            resync_to_restart: Some(c::jpeg_resync_to_restart),
            term_source: Some(nothing),
        };
        let source = Box::new(Source { manager, pieces, given: 0, rows: frame.mcus().1 });
        let mut decoder = Self { state, errors, source };
        decoder.state.common.err = &raw mut *decoder.errors;
        // SAFETY: the state is as large as the library is told, and its error handler is in place. It
        // stays where it is until it is destroyed, as do the handler and the source.
        unsafe { c::jpeg_create_decompress(&raw mut *decoder.state) };
        decoder.state.src = (&raw mut *decoder.source).cast();
        decoder
    }

    fn run(mut self, frame: &Frame, output: &mut Output<'_, '_>) -> Result<(), Fault> {
        let state = &mut *self.state;
        // SAFETY: the state was created, its source hands out bytes that live as long as this; the header is
        // read before the coefficients.
        let arrays = unsafe {
            c::jpeg_read_header(state, 1);
            c::jpeg_read_coefficients(state)
        };
        let size = (state.image_width as usize, state.image_height as usize);
        let parts = usize::try_from(state.num_components).unwrap_or(0);
        if arrays.is_null() || size != (frame.width, frame.height) || parts != output.plans.len() {
            return Err(Fault::Header("frame"));
        }
        for (part, plan) in output.plans.iter().enumerate() {
            // SAFETY: there are as many components, and an array of coefficients for each.
            let (component, array) = unsafe { (&*state.comp_info.add(part), *arrays.add(part)) };
            // SAFETY: null, or the table the component began with.
            let table = unsafe { component.quant_table.as_ref() };
            let steps = table.ok_or(Fault::Header("no quantisation table"))?.quantval;
            let steps = ZIGZAG.map(|place| steps.get(usize::from(place)).copied().unwrap_or_default());
            if let Some(slot) = output.steps.get_mut(part) {
                *slot = Some(laid_out(&steps, plan.side));
            }
            let across = (component.width_in_blocks as usize).min(plan.across);
            let mut row = Row::new(plan);
            for down in 0..component.height_in_blocks {
                // SAFETY: the library's own function, for a row of blocks that the array has; it has as many
                // blocks, all written or zero. They are read before it is called again.
                let blocks = unsafe {
                    let access = (*state.common.mem).access_virt_barray.ok_or(Fault::Header("memory"))?;
                    slice::from_raw_parts(*access(&mut state.common, array, down, 1, 0), across)
                };
                row.fill(plan.side, blocks);
                output.emit(part, &row.coefficients, &row.filled)?;
            }
        }
        Ok(())
    }
}

impl Drop for Decoder<'_> {
    fn drop(&mut self) {
        // SAFETY: it was created, or is all zeros still, and is used no more.
        unsafe { c::jpeg_destroy_decompress(&mut self.state) };
    }
}

/// A row of blocks as [`Output::emit`] takes it.
struct Row {
    coefficients: Vec<i16>,
    filled: Vec<u64>,
}

impl Row {
    fn new(plan: &Plan) -> Self {
        Self { coefficients: vec![0; plan.across * plan.side * plan.side], filled: vec![0; plan.across] }
    }

    /// Takes of each block, which stands by rows, the `side` × `side` coefficients that are kept, by columns.
    fn fill(&mut self, side: usize, blocks: &[c::JBLOCK]) {
        let rows = self.coefficients.chunks_exact_mut(side * side);
        for ((block, kept), filled) in blocks.iter().zip(rows).zip(&mut self.filled) {
            for (column, kept) in kept.chunks_exact_mut(side).enumerate() {
                let column = block.iter().skip(column).step_by(8);
                kept.iter_mut().zip(column).for_each(|(kept, coefficient)| *kept = *coefficient);
            }
            let at = |place: u8| block.get(usize::from(place)).is_some_and(|coefficient| *coefficient != 0);
            *filled = ZIGZAG.iter().rev().fold(0, |filled, place| filled << 1 | u64::from(at(*place)));
        }
    }
}

unsafe extern "C-unwind" fn give_up(_: &mut c::jpeg_common_struct) {
    resume_unwind(Box::new(Fault::Code));
}

/// Behind a scan it may warn of bytes that say nothing; what it warns of within one is damage.
unsafe extern "C-unwind" fn warn(common: &mut c::jpeg_common_struct, level: i32) {
    // SAFETY: it warns only of what it reads, so this is the head of a state that has a source.
    if level < 0 && unsafe { decodes((&raw mut *common).cast()) } {
        resume_unwind(Box::new(Fault::Code));
    }
}

/// Whether it is within a scan.
///
/// # Safety
/// The state is one that [`Decoder::new`] made, and nothing else refers to its source.
unsafe fn decodes(state: *mut c::jpeg_decompress_struct) -> bool {
    // SAFETY: as asked for; the source begins with its manager.
    let (row, source) = unsafe { ((*state).input_iMCU_row, &*(*state).src.cast::<Source<'_>>()) };
    (row as usize) < source.rows
}

unsafe extern "C-unwind" fn nothing(_: &mut c::jpeg_decompress_struct) {}

unsafe extern "C-unwind" fn fill(state: &mut c::jpeg_decompress_struct) -> i32 {
    // SAFETY: the state is the one made here, and nothing else refers to the source while the library runs.
    let (decodes, source) = unsafe { (decodes(state), &mut *state.src.cast::<Source<'_>>()) };
    let last = source.given.checked_sub(1).and_then(|last| source.pieces.get(last));
    if decodes && last.is_some_and(|last| *last == ZEROS) {
        resume_unwind(Box::new(Fault::CutShort));
    }
    let next = loop {
        let next = source.pieces.get(source.given).copied().unwrap_or(&END);
        source.given += 1;
        if !next.is_empty() {
            break next;
        }
    };
    (source.manager.next_input_byte, source.manager.bytes_in_buffer) = (next.as_ptr(), next.len());
    1
}

unsafe extern "C-unwind" fn skip(state: &mut c::jpeg_decompress_struct, count: std::ffi::c_long) {
    let mut left = usize::try_from(count).unwrap_or(0);
    loop {
        // SAFETY: as in `fill`; pointer and length describe what is left of the bytes handed over.
        let source = unsafe { &mut *state.src.cast::<Source<'_>>() };
        if left <= source.manager.bytes_in_buffer {
            // SAFETY: not beyond the end of those bytes.
            source.manager.next_input_byte = unsafe { source.manager.next_input_byte.add(left) };
            source.manager.bytes_in_buffer -= left;
            return;
        }
        // Behind the end there is nothing to skip.
        if source.given > source.pieces.len() {
            return;
        }
        left -= source.manager.bytes_in_buffer;
        // SAFETY: as the library calls it.
        unsafe { fill(state) };
    }
}

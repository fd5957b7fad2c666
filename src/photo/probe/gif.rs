//! The blocks of a GIF (Graphics Interchange Format 89a). Of a photo only the first frame is decoded.

use std::ops::Range;

use super::bytes::Bytes;
use super::{Body, Found};
use crate::PhotoError;
use crate::limits::MAX_GIF_BLOCKS;
use crate::metadata::{Carried, Removed};

/// Where the parts of a GIF lie that make its pictures.
#[derive(Debug, Default)]
pub(crate) struct Gif {
    pub width: u32,
    pub height: u32,
    /// Signature, screen and colours.
    pub screen: Range<usize>,
    pub frames: Vec<Frame>,
    /// How often the frames are shown again; 0 for ever, nothing if they are shown once.
    pub again: Option<u16>,
    /// Everything up to the end, or to what a file without end lacks, held together.
    pub whole: bool,
}

/// One frame: its control block, if it has one, and its picture, both as they stand.
#[derive(Debug)]
pub(crate) struct Frame {
    pub control: Option<Range<usize>>,
    pub picture: Range<usize>,
    pub width: u32,
    pub height: u32,
    /// Hundredths of a second.
    pub delay: u16,
}

pub(super) fn walk(data: &[u8]) -> Result<Found, PhotoError> {
    let mut carried = Carried::default();
    let gif = blocks(data, &mut carried).ok_or(PhotoError::damaged("GIF screen descriptor"))?;
    if gif.frames.len() > 1 {
        carried.saw(Removed::Animation);
    }
    Ok(Found { width: gif.width, height: gif.height, carried, body: Body::Gif, ..Found::default() })
}

/// Reads blocks until the end, a block that does not hold together, or more than anyone writes. Only a
/// file without a screen gives nothing.
pub(crate) fn blocks(data: &[u8], carried: &mut Carried) -> Option<Gif> {
    let mut bytes = Bytes::new(data);
    bytes.take(6)?;
    let (width, height) = (u32::from(bytes.u16_le()?), u32::from(bytes.u16_le()?));
    let flags = bytes.u8()?;
    bytes.take(2)?;
    bytes.take(colours(flags))?;
    let mut gif = Gif { width, height, screen: 0..bytes.position(), ..Gif::default() };
    let mut control = None;
    for _ in 0..MAX_GIF_BLOCKS {
        match bytes.u8() {
            Some(b'!') => {
                if extension(&mut bytes, &mut gif, &mut control, carried).is_none() {
                    return Some(gif);
                }
            }
            Some(b',') => match frame(&mut bytes, control.take()) {
                Some(frame) => gif.frames.push(frame),
                None => return Some(gif),
            },
            // Some files fill up with zeros.
            Some(0) => {}
            Some(b';') => {
                gif.whole = true;
                if data.get(bytes.position()..).unwrap_or_default().iter().any(|&byte| byte != 0) {
                    carried.saw(Removed::Trailer);
                }
                return Some(gif);
            }
            None => {
                gif.whole = true;
                return Some(gif);
            }
            Some(_) => return Some(gif),
        }
    }
    Some(gif)
}

/// Bytes of a table of colours.
fn colours(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// Moves past blocks of data up to the empty one that ends them.
fn data_blocks(bytes: &mut Bytes<'_>) -> Option<()> {
    loop {
        match bytes.u8()? {
            0 => return Some(()),
            size => bytes.take(usize::from(size))?,
        };
    }
}

/// Where a control block lies, and its delay.
type Control = (Range<usize>, u16);

fn extension(bytes: &mut Bytes<'_>, gif: &mut Gif, control: &mut Option<Control>, carried: &mut Carried) -> Option<()> {
    let start = bytes.position() - 1;
    match bytes.u8()? {
        0xF9 => {
            let inside = bytes.take(6)?;
            let &[4, _, low, high, _, 0] = inside else { return None };
            *control = Some((start..bytes.position(), u16::from_le_bytes([low, high])));
        }
        0xFF => {
            let size = bytes.u8()?;
            let name = bytes.take(usize::from(size))?;
            let first = bytes.position();
            data_blocks(bytes)?;
            let inside = bytes.since(first);
            match (name, inside) {
                (b"NETSCAPE2.0" | b"ANIMEXTS1.0", &[3, 1, low, high, ..]) => {
                    gif.again = Some(u16::from_le_bytes([low, high]));
                }
                (b"XMP DataXMP", _) => carried.saw(Removed::Xmp),
                _ => carried.saw(Removed::Other),
            }
        }
        kind => {
            carried.saw(if kind == 0xFE { Removed::Comments } else { Removed::Other });
            data_blocks(bytes)?;
        }
    }
    Some(())
}

fn frame(bytes: &mut Bytes<'_>, control: Option<Control>) -> Option<Frame> {
    let start = bytes.position() - 1;
    bytes.take(4)?;
    let (width, height) = (u32::from(bytes.u16_le()?), u32::from(bytes.u16_le()?));
    let flags = bytes.u8()?;
    bytes.take(colours(flags))?;
    bytes.u8()?;
    data_blocks(bytes)?;
    let delay = control.as_ref().map_or(0, |&(_, delay)| delay);
    Some(Frame { control: control.map(|(place, _)| place), picture: start..bytes.position(), width, height, delay })
}

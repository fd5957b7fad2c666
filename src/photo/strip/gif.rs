//! GIF: screen, frames, and how often they are shown.

use crate::PhotoError;
use crate::metadata::Carried;
use crate::probe::gif_blocks;

pub(crate) fn rebuilt(input: &[u8]) -> Result<Vec<u8>, PhotoError> {
    let damaged = || PhotoError::damaged("GIF blocks");
    let gif = gif_blocks(input, &mut Carried::default()).ok_or_else(damaged)?;
    if gif.frames.is_empty() {
        return Err(damaged());
    }
    let part = |range: &std::ops::Range<usize>| input.get(range.clone()).unwrap_or_default();
    let mut whole = part(&gif.screen).to_vec();
    if let Some(again) = gif.again {
        whole.extend(b"!\xFF\x0BNETSCAPE2.0\x03\x01");
        whole.extend(again.to_le_bytes());
        whole.push(0);
    }
    for frame in &gif.frames {
        whole.extend(frame.control.as_ref().map(part).unwrap_or_default());
        whole.extend(part(&frame.picture));
    }
    whole.push(b';');
    Ok(whole)
}

//! Photos that move: the whole animation to serve beside the still picture, every frame decoded once to
//! know that it can be.

use std::io::Cursor;

use image::{AnimationDecoder, ImageDecoder, codecs};

use super::metadata::Carried;
use super::probe::{Body, Format, Probe, gif_blocks, webp_frames};
use super::{Limits, PhotoError, probe, strip};

/// An animation to serve: the frames' own data under headers written anew, so that of the original's
/// metadata nothing is in it but the numbers of a colour profile.
#[derive(Clone)]
pub struct Animation {
    /// [`Format::Gif`] or [`Format::WebP`].
    pub format: Format,
    /// Pixels of the canvas.
    pub width: u32,
    /// Pixels of the canvas.
    pub height: u32,
    /// At least two.
    pub frames: u32,
    /// Milliseconds all frames together are meant to be shown.
    pub duration: u64,
    /// How often it is played; 0 for ever.
    pub plays: u32,
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Animation {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { width, height, frames, duration, plays, bytes, .. } = self;
        write!(out, "Animation({width}x{height}, {frames} frames, {duration} ms, {plays} plays, {} bytes)", bytes.len())
    }
}

/// The animation a GIF or WebP holds; `None` for a still picture and for other formats.
///
/// # Errors
/// The refusals of [`probe`], [`PhotoError::TooManyFrames`], and damage in any frame.
pub fn animation(input: &[u8], limits: &Limits) -> Result<Option<Animation>, PhotoError> {
    let probe = probe(input, limits)?;
    let animation = match &probe.body {
        Body::Gif => gif(input, &probe)?,
        Body::WebP { end } => webp(input.get(..*end).unwrap_or(input), &probe)?,
        _ => return Ok(None),
    };
    if animation.frames < 2 {
        return Ok(None);
    }
    limits.check_frames(animation.frames, animation.width, animation.height)?;
    check(&animation, limits)?;
    Ok(Some(animation))
}

fn gif(input: &[u8], probe: &Probe) -> Result<Animation, PhotoError> {
    let damaged = || PhotoError::damaged("GIF blocks");
    let gif = gif_blocks(input, &mut Carried::default()).filter(|gif| gif.whole).ok_or_else(damaged)?;
    // A frame may not be larger than the canvas: nobody would see the rest.
    if gif.frames.iter().any(|frame| frame.width > gif.width || frame.height > gif.height) {
        return Err(damaged());
    }
    Ok(Animation {
        format: probe.format,
        width: gif.width,
        height: gif.height,
        frames: u32::try_from(gif.frames.len()).unwrap_or(u32::MAX),
        duration: gif.frames.iter().map(|frame| u64::from(frame.delay) * 10).sum(),
        plays: gif.again.map_or(1, |again| if again == 0 { 0 } else { u32::from(again) + 1 }),
        bytes: strip::rebuilt_gif(input)?,
    })
}

fn webp(input: &[u8], probe: &Probe) -> Result<Animation, PhotoError> {
    let (frames, duration, plays) = webp_frames(input)?;
    Ok(Animation {
        format: probe.format,
        width: probe.width,
        height: probe.height,
        frames,
        duration,
        plays,
        bytes: strip::rebuilt_webp(input, probe)?,
    })
}

/// Decodes every frame of what will be served.
fn check(animation: &Animation, limits: &Limits) -> Result<(), PhotoError> {
    let mut bound = image::Limits::no_limits();
    bound.max_alloc = Some(limits.max_memory);
    let bytes = Cursor::new(&animation.bytes);
    let frames = if animation.format == Format::Gif {
        let mut decoder = codecs::gif::GifDecoder::new(bytes).map_err(PhotoError::unreadable)?;
        decoder.set_limits(bound).map_err(PhotoError::unreadable)?;
        decoder.into_frames()
    } else {
        let mut decoder = codecs::webp::WebPDecoder::new(bytes).map_err(PhotoError::unreadable)?;
        decoder.set_limits(bound).map_err(PhotoError::unreadable)?;
        decoder.into_frames()
    };
    let mut count = 0;
    for frame in frames {
        frame.map_err(PhotoError::unreadable)?;
        count += 1;
    }
    if count == animation.frames { Ok(()) } else { Err(PhotoError::damaged("frames that are not there")) }
}

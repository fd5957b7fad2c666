//! AV1 still pictures, in Rust.

use re_rav1d::dav1d::{Decoder, Picture, PixelLayout, PlanarImageComponent, Settings};

use super::obu;
use super::planes::Planes;
use crate::PhotoError;
use crate::error::Cause;

/// Decodes the first picture. `setup`: the `av1C` property; what its four bytes say stands in the data
/// too, and behind them may stand a sequence header.
pub(super) fn decode(setup: &[u8], data: Vec<u8>, (width, height): (u32, u32)) -> Result<Planes, PhotoError> {
    let failed = |error: re_rav1d::dav1d::Error| PhotoError::Damaged(Cause::Codec(error.to_string()));
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_all_layers(false);
    settings.set_frame_size_limit(width.saturating_mul(height));
    let mut decoder = Decoder::with_settings(&settings).map_err(failed)?;
    let header = setup.get(4..).unwrap_or_default();
    let whole = [header, &data].concat();
    if whole.is_empty() {
        return Err(PhotoError::damaged("no AV1 data"));
    }
    let colour = obu::colour(&whole);
    let mut sent = decoder.send_data(whole, None, None, None);
    loop {
        match decoder.get_picture() {
            Ok(picture) => return planes(&picture).map(|planes| Planes { colour, ..planes }),
            Err(error) if !error.is_again() => return Err(failed(error)),
            Err(_) if sent.is_ok() => return Err(PhotoError::damaged("no AV1 picture")),
            Err(_) => {}
        }
        match sent {
            Err(error) if !error.is_again() => return Err(failed(error)),
            _ => sent = decoder.send_pending_data(),
        }
        if let Err(error) = &sent
            && !error.is_again()
        {
            return Err(failed(*error));
        }
    }
}

/// Set-up and data of a picture without anything that makes no picture.
pub(super) fn cleaned(setup: &[u8], data: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (head, header) = setup.split_at_checked(4)?;
    Some(([head, &obu::cleaned(header)?].concat(), obu::cleaned(data)?))
}

fn planes(picture: &Picture) -> Result<Planes, PhotoError> {
    let (width, height) = (picture.width(), picture.height());
    let layout = picture.pixel_layout();
    let halved = match layout {
        PixelLayout::I420 => (true, true),
        PixelLayout::I422 => (true, false),
        PixelLayout::I400 | PixelLayout::I444 => (false, false),
    };
    let half = |side: u32, halved: bool| if halved { side.div_ceil(2) } else { side };
    let depth = picture.bits_per_component().ok_or(PhotoError::damaged("AV1 depth"))?.0;
    let wide = if depth > 8 { 2 } else { 1 };
    let samples = |component: PlanarImageComponent, width: u32, height: u32| -> Vec<u16> {
        let stride = (picture.stride(component) as usize).max(1);
        let plane = picture.plane(component);
        let rows = plane.chunks(stride).take(height as usize);
        let row = |row: &[u8]| -> Vec<u16> {
            let bytes = row.get(..width as usize * wide).unwrap_or(row);
            if wide == 1 {
                bytes.iter().map(|&byte| u16::from(byte)).collect()
            } else {
                bytes.as_chunks::<2>().0.iter().map(|&pair| u16::from_ne_bytes(pair)).collect()
            }
        };
        rows.flat_map(row).collect()
    };
    let (chroma_width, chroma_height) = (half(width, halved.0), half(height, halved.1));
    let chroma = || {
        [PlanarImageComponent::U, PlanarImageComponent::V]
            .map(|component| samples(component, chroma_width, chroma_height))
    };
    Ok(Planes {
        width,
        height,
        depth: u8::try_from(depth).unwrap_or(8),
        halved,
        luma: samples(PlanarImageComponent::Y, width, height),
        chroma: (layout != PixelLayout::I400).then(chroma),
        colour: None,
    })
}

//! From bytes to pixels: one picture, the first, in the colours and the orientation it was stored in.

use std::io::{Cursor, Read};

use image::{DynamicImage, ImageDecoder, codecs};
use rusty_jpeg::decode::{ColorTransform, Decoder};

use super::colour::{self, Tag};
use super::pixels::{Kind, Pixels};
use super::probe::{Body, Components, Jpeg, Png, Probe};
use super::{Limits, PhotoError};

/// Decodes the photo. A JPEG much larger than `wanted` (width, height) is decoded at a half, a quarter
/// or an eighth of its size, never smaller than `wanted`; everything else at full size.
pub(super) fn decode(
    input: &[u8],
    probe: &Probe,
    wanted: (u32, u32),
    limits: &Limits,
) -> Result<(Pixels, Option<Tag>), PhotoError> {
    let said = || probe.says_adobe_rgb().then_some(Tag::AdobeRgb);
    let icc = || probe.icc.clone().map(Tag::Icc).or_else(said);
    match &probe.body {
        Body::Jpeg(jpeg) => Ok((read_jpeg(input, jpeg, wanted, limits)?, icc())),
        Body::Png(png) => Ok((read_png(input, png, limits)?, png_tag(input, png))),
        Body::WebP { end } => Ok((read_webp(input.get(..*end).unwrap_or(input))?, icc())),
        Body::Gif => Ok((read_gif(input, limits)?, icc())),
        Body::Heif(heif) => super::heif::decode(input, heif, probe.icc.clone(), limits),
    }
}

fn read_jpeg(input: &[u8], jpeg: &Jpeg, wanted: (u32, u32), limits: &Limits) -> Result<Pixels, PhotoError> {
    let scans = input.get(jpeg.scans.clone()).unwrap_or_default();
    if !jpeg.ended {
        check_cut(scans, jpeg, limits)?;
    }
    let (width, height, data) = run_decoder(&jpeg.header, scans, END, jpeg.components, wanted, limits)?;
    let (kind, data) = match jpeg.components {
        Components::Grey => (Kind::Grey, data),
        Components::Rgb | Components::YCbCr => (Kind::Rgb, data),
        Components::Cmyk { inverted } => (Kind::Cmyk, ink(data, inverted)),
        Components::Ycck { inverted } => (Kind::Cmyk, ink(ycck_to_cmyk(data), inverted)),
    };
    Pixels::new(width, height, kind, data).ok_or(PhotoError::damaged("JPEG pixel count"))
}

const END: &[u8] = &[0xFF, 0xD9];

/// A file without its end marker may lack that marker only, or up to a twentieth of its rows, which
/// then show whatever the decoder makes of nothing. More missing is a damaged photo.
///
/// How many rows are there is found by decoding a picture that claims to be a twentieth shorter, ended
/// by bytes which are an error inside coded data and are skipped after it. The zeros before them are
/// what the decoder reads ahead.
fn check_cut(scans: &[u8], jpeg: &Jpeg, limits: &Limits) -> Result<(), PhotoError> {
    const TRIPWIRE: &[u8] = &[0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0x00, 0xFF, 0xD9];
    let mut header = jpeg.header.clone();
    let field = header.get_mut(jpeg.height_at..).and_then(|rest| rest.first_chunk_mut::<2>());
    let field = field.ok_or(PhotoError::damaged("JPEG height"))?;
    let height = u16::from_be_bytes(*field);
    *field = (height - height / 20).to_be_bytes();
    run_decoder(&header, scans, TRIPWIRE, jpeg.components, (1, 1), limits).map(drop)
}

fn run_decoder(
    header: &[u8],
    scans: &[u8],
    end: &[u8],
    components: Components,
    wanted: (u32, u32),
    limits: &Limits,
) -> Result<(u32, u32, Vec<u8>), PhotoError> {
    let mut decoder = Decoder::new(header.chain(scans).chain(end));
    decoder.set_single_threaded(true);
    decoder.set_max_decoding_buffer_size(usize::try_from(limits.max_memory).unwrap_or(usize::MAX));
    match components {
        Components::Grey => {}
        Components::Rgb => decoder.set_color_transform(ColorTransform::RGB),
        Components::YCbCr => decoder.set_color_transform(ColorTransform::YCbCr),
        Components::Cmyk { .. } | Components::Ycck { .. } => decoder.set_color_transform(ColorTransform::None),
    }
    let side = |pixels: u32| u16::try_from(pixels).unwrap_or(u16::MAX);
    let (width, height) = decoder.scale(side(wanted.0), side(wanted.1)).map_err(PhotoError::unreadable)?;
    let data = decoder.decode().map_err(PhotoError::unreadable)?;
    Ok((width.into(), height.into(), data))
}

/// Brings four inks to 0 = none, 255 = full.
fn ink(mut data: Vec<u8>, inverted: bool) -> Vec<u8> {
    if inverted {
        data.iter_mut().for_each(|value| *value = 255 - *value);
    }
    data
}

/// YCCK is CMYK whose first three inks are the complement of a YCbCr picture (Adobe, TN 5116).
fn ycck_to_cmyk(mut data: Vec<u8>) -> Vec<u8> {
    let (pixels, _) = data.as_chunks_mut::<4>();
    for [c, m, y, _] in pixels {
        let (luma, blue, red) = (f32::from(*c), f32::from(*m) - 128.0, f32::from(*y) - 128.0);
        let complement = |light: f32| 255 - light.round().clamp(0.0, 255.0) as u8;
        *c = complement(luma + 1.402 * red);
        *m = complement(luma - 0.344_136 * blue - 0.714_136 * red);
        *y = complement(luma + 1.772 * blue);
    }
    data
}

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1A\n";
const PNG_END: &[u8] = b"\0\0\0\0IEND\xAE\x42\x60\x82";

fn read_png(input: &[u8], png: &Png, limits: &Limits) -> Result<Pixels, PhotoError> {
    let mut bytes = PNG_SIGNATURE.to_vec();
    for part in std::iter::once(&png.header).chain(&png.picture) {
        bytes.extend(input.get(part.clone()).unwrap_or_default());
    }
    bytes.extend(PNG_END);
    let decoder = codecs::png::PngDecoder::with_limits(Cursor::new(bytes), decoder_limits(limits));
    flatten(decoder.map_err(PhotoError::unreadable)?)
}

/// The colour of a PNG: `cICP` wins over `iCCP`.
fn png_tag(input: &[u8], png: &Png) -> Option<Tag> {
    match png.coded {
        Some([primaries, transfer, ..]) => Some(Tag::Cicp { primaries, transfer }),
        None => png.icc(input).map(Tag::Icc),
    }
}

fn read_webp(input: &[u8]) -> Result<Pixels, PhotoError> {
    let mut decoder = codecs::webp::WebPDecoder::new(Cursor::new(input)).map_err(PhotoError::unreadable)?;
    if decoder.has_animation() {
        decoder.set_background_color(image::Rgba([255; 4])).map_err(PhotoError::unreadable)?;
    }
    flatten(decoder)
}

fn read_gif(input: &[u8], limits: &Limits) -> Result<Pixels, PhotoError> {
    let mut decoder = codecs::gif::GifDecoder::new(Cursor::new(input)).map_err(PhotoError::unreadable)?;
    decoder.set_limits(decoder_limits(limits)).map_err(PhotoError::unreadable)?;
    flatten(decoder)
}

fn decoder_limits(limits: &Limits) -> image::Limits {
    let mut bound = image::Limits::no_limits();
    bound.max_image_width = Some(limits.max_side);
    bound.max_image_height = Some(limits.max_side);
    bound.max_alloc = Some(limits.max_memory);
    bound
}

/// Decodes, reduces to 8 bits and lays what is transparent on white.
fn flatten(decoder: impl ImageDecoder) -> Result<Pixels, PhotoError> {
    let (width, height) = decoder.dimensions();
    let reduced = |samples: &[u16], channels| colour::to_8_bits(samples, width as usize, channels);
    let (kind, data) = match DynamicImage::from_decoder(decoder).map_err(PhotoError::unreadable)? {
        DynamicImage::ImageRgb8(rgb) => (Kind::Rgb, rgb.into_raw()),
        DynamicImage::ImageLuma8(grey) => (Kind::Grey, grey.into_raw()),
        DynamicImage::ImageRgb16(rgb) => (Kind::Rgb, reduced(&rgb, 3)),
        DynamicImage::ImageLuma16(grey) => (Kind::Grey, reduced(&grey, 1)),
        DynamicImage::ImageLumaA8(grey) => (Kind::Grey, on_white::<2>(&grey)),
        DynamicImage::ImageLumaA16(grey) => (Kind::Grey, on_white::<2>(&reduced(&grey, 2))),
        DynamicImage::ImageRgba16(rgba) => (Kind::Rgb, on_white::<4>(&reduced(&rgba, 4))),
        picture if picture.color().has_alpha() => (Kind::Rgb, on_white::<4>(&picture.into_rgba8())),
        picture => (Kind::Rgb, picture.into_rgb8().into_raw()),
    };
    Pixels::new(width, height, kind, data).ok_or(PhotoError::damaged("pixel count"))
}

/// Blends pixels, whose last channel is alpha, over white and drops the alpha.
fn on_white<const CHANNELS: usize>(data: &[u8]) -> Vec<u8> {
    let (pixels, _) = data.as_chunks::<CHANNELS>();
    let mut flat = Vec::with_capacity(pixels.len() * (CHANNELS - 1));
    for pixel in pixels {
        let Some((&alpha, colours)) = pixel.split_last() else { continue };
        let alpha = u16::from(alpha);
        flat.extend(
            colours.iter().map(|&colour| ((u16::from(colour) * alpha + 255 * (255 - alpha) + 127) / 255) as u8),
        );
    }
    flat
}

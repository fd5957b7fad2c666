//! From bytes to planes or pixels: one picture, the first, in the colours and the orientation it was
//! stored in.

mod pieces;

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, codecs};

use pieces::Pieces;

use super::colour::{self, Tag};
#[cfg(feature = "libjpeg-turbo")]
use super::jpeg::decode::decode_arithmetic;
use super::jpeg::decode::{Component, Frame, Header, Plan, Rows};
use super::pixels::{Kind, Pixels};
use super::planes::{Chroma, Picture, Plane};
use super::probe::{Body, Components, Jpeg, Png, Probe};
use super::profile::parsed;
use super::scale::{Scaler, Span};
use super::{Limits, PhotoError, jpeg, ycc};

/// Decodes anything but a JPEG, at full size, with what it says about its colours.
pub(super) fn decode(input: &[u8], probe: &Probe, limits: &Limits) -> Result<(Pixels, Option<Tag>), PhotoError> {
    match &probe.body {
        Body::Png(png) => {
            let pixels = read_png(input, png, limits)?;
            let tag = png_tag(input, png, pixels.kind);
            Ok((pixels, tag))
        }
        Body::WebP { end } => Ok((read_webp(input.get(..*end).unwrap_or(input))?, tag(probe))),
        Body::Gif => Ok((read_gif(input, limits)?, tag(probe))),
        Body::Heif(heif) => super::heif::decode(input, heif, probe.icc.clone(), limits),
        Body::Jpeg(_) => Err(PhotoError::damaged("a JPEG is read to planes")),
    }
}

/// What a profile or the Exif block says about the colours.
pub(super) fn tag(probe: &Probe) -> Option<Tag> {
    let said = || probe.says_adobe_rgb().then_some(Tag::AdobeRgb);
    probe.icc.clone().map(Tag::Icc).or_else(said)
}

/// Where a target lies in a photo as stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crop {
    /// The part taken, in pixels of the photo: left, top, width, height.
    pub part: (u32, u32, u32, u32),
    /// Pixels of the target.
    pub size: (u32, u32),
}

impl Crop {
    /// Across and down, for a plane that keeps so much of the colour.
    fn axes(self, chroma: Chroma, (across, down): (bool, bool)) -> (Axis, Axis) {
        let (left, top, wide, high) = self.part;
        (
            Axis { from: left, part: wide, target: self.size.0, chroma, reversed: across },
            Axis { from: top, part: high, target: self.size.1, chroma, reversed: down },
        )
    }
}

/// Decodes a JPEG and resizes it on the way. Each plane is decoded at a half, a quarter or an eighth of
/// its size if that is still as large as its target. `shifted`: the target will be reversed along its
/// rows, its columns.
pub(super) fn planes(
    input: &[u8],
    jpeg: &Jpeg,
    crop: Crop,
    chroma: Chroma,
    shifted: (bool, bool),
) -> Result<Picture, PhotoError> {
    let target = Target { crop, chroma, shifted };
    let scans = input.get(jpeg.scans.clone()).unwrap_or_default();
    let header = Header::read(&jpeg.header)?;
    target.picture(jpeg, header, scans)
}

/// What is wanted of a JPEG; fields as [`planes`] takes them.
#[derive(Clone, Copy)]
struct Target {
    crop: Crop,
    chroma: Chroma,
    shifted: (bool, bool),
}

impl Target {
    fn picture(self, jpeg: &Jpeg, header: Header, scans: &[u8]) -> Result<Picture, PhotoError> {
        let frame = &header.frame;
        let wanted = self.wanted(frame);
        let plans: Vec<_> =
            frame.components.iter().zip(wanted).map(|(part, wanted)| Plan::new(frame, part, wanted)).collect();
        let mut scalers = self.scalers(frame, &plans);
        let mut rows: Vec<&mut dyn Rows> = scalers.iter_mut().map(|scaler| scaler as &mut dyn Rows).collect();
        match jpeg.arithmetic {
            #[cfg(feature = "libjpeg-turbo")]
            true => decode_arithmetic(frame, (&jpeg.header, scans), &plans, &mut rows)?,
            _ => jpeg::decode::decode(header, scans, &plans, &mut rows)?,
        }
        Ok(self.finish(scalers))
    }

    /// Across and down, for the component with this number.
    fn axes(self, number: usize) -> (Axis, Axis) {
        self.crop.axes(if number == 0 { Chroma::Full } else { self.chroma }, self.shifted)
    }

    /// Samples that each component should have.
    fn wanted(self, frame: &Frame) -> Vec<(usize, usize)> {
        let wanted = |number| {
            let (across, down) = self.axes(number);
            (across.wanted(frame.width), down.wanted(frame.height))
        };
        (0..frame.components.len()).map(wanted).collect()
    }

    fn scalers(self, frame: &Frame, plans: &[Plan]) -> Vec<Scaler> {
        let scaler = |(number, (component, plan)): (usize, (&Component, &Plan))| {
            let (across, down) = self.axes(number);
            let finer = plan.side as f64 / 8.0;
            let across = across.span(plan.width, finer * component.across as f64 / frame.across as f64);
            let down = down.span(plan.height, finer * component.down as f64 / frame.down as f64);
            Scaler::new(plan.stride, across, down)
        };
        frame.components.iter().zip(plans).enumerate().map(scaler).collect()
    }

    fn finish(self, scalers: Vec<Scaler>) -> Picture {
        let (width, height) = (self.crop.size.0 as usize, self.crop.size.1 as usize);
        Picture { width, height, chroma: self.chroma, planes: scalers.into_iter().map(Scaler::finish).collect() }
    }
}

/// Resizes grey or RGB pixels, as planes. `shifted` as in [`planes`]. Colour is averaged two by two before it
/// is resized; but where the photo keeps its size, all of it is resized: the average would be seen in the
/// next size, which may be hardly smaller.
pub(super) fn scaled(pixels: &Pixels, crop: Crop, chroma: Chroma, shifted: (bool, bool)) -> Picture {
    let target = Target { crop, chroma, shifted };
    let taken = if pixels.size() == crop.size { Chroma::Full } else { chroma };
    let (width, height) = (pixels.width as usize, pixels.height as usize);
    let scaler = |number| {
        let kept = if number == 0 { Chroma::Full } else { taken };
        let (across, down) = target.axes(number);
        let (wide, high) = (kept.samples(width), kept.samples(height));
        Scaler::new(wide, across.span(wide, kept.density()), down.span(high, kept.density()))
    };
    let mut scalers: Vec<_> = (0..pixels.kind.channels()).map(scaler).collect();
    ycc::feed(pixels, taken, &mut scalers);
    target.finish(scalers)
}

/// One direction of a [`Crop`].
struct Axis {
    from: u32,
    part: u32,
    target: u32,
    chroma: Chroma,
    reversed: bool,
}

impl Axis {
    fn samples(&self) -> usize {
        self.chroma.samples(self.target as usize)
    }

    /// Samples of the whole that has enough of them in the part. `pixels`: of the photo.
    fn wanted(&self, pixels: usize) -> usize {
        (self.samples() * pixels).div_ceil(self.part.max(1) as usize)
    }

    /// `density`: samples of the source to a pixel of the photo.
    fn span(&self, source: usize, density: f64) -> Span {
        let step = f64::from(self.part) / f64::from(self.target);
        let odd = self.reversed && self.chroma == Chroma::Halved && self.target % 2 == 1;
        let start = f64::from(self.from) - if odd { step } else { 0.0 };
        Span { source, start: start * density, step: step * density / self.chroma.density(), target: self.samples() }
    }
}

/// A JPEG that is not simply grey or YCbCr as pixels.
pub(super) fn mixed(planes: &[Plane], size: (u32, u32), components: Components) -> Result<Pixels, PhotoError> {
    let whole = |pixels: Option<Pixels>| pixels.ok_or(PhotoError::damaged("JPEG pixel count"));
    let inks = || whole(ycc::interleaved(planes, size, Kind::Cmyk)).map(Pixels::into_data);
    match components {
        Components::Grey | Components::YCbCr => whole(ycc::to_pixels(planes, size)),
        Components::Rgb => whole(ycc::interleaved(planes, size, Kind::Rgb)),
        Components::Cmyk { inverted } => whole(Pixels::new(size.0, size.1, Kind::Cmyk, ink(inks()?, inverted))),
        Components::Ycck { inverted } => {
            whole(Pixels::new(size.0, size.1, Kind::Cmyk, ink(ycck_to_cmyk(inks()?), inverted)))
        }
    }
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
    let parts = std::iter::once(&png.header).chain(&png.picture);
    let parts = parts.map(|part| input.get(part.clone()).unwrap_or_default());
    let whole = std::iter::once(PNG_SIGNATURE).chain(parts).chain([PNG_END]);
    let decoder = codecs::png::PngDecoder::with_limits(Pieces::new(whole), decoder_limits(limits));
    flatten(decoder.map_err(PhotoError::unreadable)?)
}

/// The colour of a PNG: `cICP` wins over `iCCP`, that over `sRGB`, that over `gAMA` and `cHRM` (PNG 3rd
/// edition, 4.3). What cannot be read counts as not there.
fn png_tag(input: &[u8], png: &Png, kind: Kind) -> Option<Tag> {
    if let Some([primaries, transfer, 0, 1]) = png.coded {
        return Some(Tag::Cicp { primaries, transfer });
    }
    let profile = png.icc(input).filter(|icc| parsed(icc).is_some());
    profile.or_else(|| png.told(input, kind == Kind::Grey)).map(Tag::Icc)
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

pub(super) fn decoder_limits(limits: &Limits) -> image::Limits {
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

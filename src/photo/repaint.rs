//! Planes in other colours, a strip at a time: what is made on the way stays in the cache.

use crate::PhotoError;
use crate::colour::{self, Gamut, Tag};
use crate::pixels::Kind;
use crate::planes::{Picture, Plane};
use crate::scale::{STRIP, Span, Strips};
use crate::simd::kernels;
use crate::ycc;

/// The picture in other colours. Grey ones do not change.
///
/// # Errors
/// Only our own faults.
pub(crate) fn repainted(picture: &Picture, tag: Option<&Tag>, to: Gamut) -> Result<Picture, PhotoError> {
    let [luma, colours @ ..] = &picture.planes[..] else { return Ok(picture.clone()) };
    let ([blue, red], Some(way)) = (colours, colour::way(Kind::Rgb, tag, to)) else { return Ok(picture.clone()) };
    let &Picture { width, height, chroma, .. } = picture;
    let span = |source, target| Span { source, start: 0.0, step: chroma.density(), target };
    let finer = |plane: &'_ Plane| (span(plane.width, width), span(plane.height, height));
    let ((across, down), same) = (finer(blue), finer(red));
    let (mut blue, mut red) = (Strips::new(blue, across, down), Strips::new(red, same.0, same.1));
    let halved = || Plane::new(chroma.samples(width), chroma.samples(height));
    let mut planes = vec![Plane::new(width, height), halved(), halved()];
    let (mut before, mut after) = (vec![0; width * 3 * STRIP], vec![0; width * 3 * STRIP]);
    for (number, luma) in luma.data.chunks(luma.stride * STRIP).enumerate() {
        let top = number * STRIP;
        let rows = STRIP.min(height.saturating_sub(top));
        let lines = luma.chunks(picture.planes[0].stride).zip(blue.at(top).zip(red.at(top))).take(rows);
        for (pixels, (luma, (blue, red))) in before.chunks_mut(width * 3).zip(lines) {
            kernels::rgb([luma, blue, red], pixels.as_chunks_mut().0);
        }
        let (from, to) = (before.get(..rows * width * 3), after.get_mut(..rows * width * 3));
        let (Some(from), Some(to)) = (from, to) else { break };
        way.transform(from, to).map_err(PhotoError::broken)?;
        let [y, cb, cr] = &mut planes[..] else { break };
        let room = |plane, top: usize| -> (&mut [u8], usize) {
            let plane: &mut Plane = plane;
            (plane.data.get_mut(top * plane.stride..).unwrap_or_default(), plane.stride)
        };
        let colour_top = chroma.samples(top);
        ycc::split(to, width, chroma, [room(y, top), room(cb, colour_top), room(cr, colour_top)]);
    }
    planes.iter_mut().for_each(Plane::pad);
    Ok(Picture { width, height, chroma, planes })
}

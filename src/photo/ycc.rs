//! Between RGB pixels and planes of luma and colour (JFIF 1.02: ITU-R BT.601 over the full range).

pub(crate) mod kernel;
#[cfg(target_arch = "x86_64")]
pub(crate) mod vector;

use crate::jpeg::decode::Rows;
use crate::pixels::{Kind, Pixels};
use crate::planes::{Chroma, Picture, Plane};
use crate::simd::kernels;

/// Rows to write, and how far apart they begin.
pub(crate) type Room<'a> = (&'a mut [u8], usize);

/// Rows of RGB pixels, the first of an even number, as rows of planes.
pub(crate) fn split(rgb: &[u8], width: usize, chroma: Chroma, [y, cb, cr]: [Room<'_>; 3]) {
    let rows = || rgb.chunks(width * 3).map(|row| row.as_chunks::<3>().0);
    for (to, from) in y.0.chunks_mut(y.1).zip(rows()) {
        kernels::luma(from, to);
    }
    let mut rows = rows();
    for (cb, cr) in cb.0.chunks_mut(cb.1).zip(cr.0.chunks_mut(cr.1)) {
        match (chroma, rows.next()) {
            (_, None) => break,
            (Chroma::Full, Some(row)) => kernels::full_colour(row, cb, cr),
            (Chroma::Halved, Some(upper)) => kernels::halved_colour([upper, rows.next().unwrap_or(upper)], cb, cr),
        }
    }
}

/// Grey or RGB pixels as planes.
pub(crate) fn to_picture(pixels: &Pixels, chroma: Chroma) -> Picture {
    let (width, height) = (pixels.width as usize, pixels.height as usize);
    if pixels.kind == Kind::Grey {
        let mut plane = Plane::new(width, height);
        plane.rows_mut().zip(pixels.data().chunks(width)).for_each(|(to, from)| to.copy_from_slice(from));
        plane.pad();
        return Picture { width, height, chroma, planes: vec![plane] };
    }
    let mut y = Plane::new(width, height);
    let (wide, high) = (chroma.samples(width), chroma.samples(height));
    let (mut cb, mut cr) = (Plane::new(wide, high), Plane::new(wide, high));
    split(pixels.data(), width, chroma, [&mut y, &mut cb, &mut cr].map(|plane| (&mut plane.data[..], plane.stride)));
    let mut planes = vec![y, cb, cr];
    planes.iter_mut().for_each(Plane::pad);
    Picture { width, height, chroma, planes }
}

/// Gives grey or RGB pixels, as rows of planes, to one taker a plane.
pub(crate) fn feed<R: Rows>(pixels: &Pixels, chroma: Chroma, takers: &mut [R]) {
    /// Rows at a time: they stay in the cache. Even, for halved colour.
    const BAND: usize = 16;
    let width = pixels.width as usize;
    for band in pixels.data().chunks(width * pixels.kind.channels() * BAND) {
        let rows = band.len() / (width * pixels.kind.channels());
        match takers {
            [grey] => {
                let (room, stride) = grey.room(rows);
                for (to, from) in room.chunks_mut(stride).zip(band.chunks(width)) {
                    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
                }
                grey.took(rows);
            }
            [y, cb, cr] => {
                let colours = chroma.samples(rows);
                split(band, width, chroma, [y.room(rows), cb.room(colours), cr.room(colours)]);
                y.took(rows);
                cb.took(colours);
                cr.took(colours);
            }
            _ => return,
        }
    }
}

/// Planes of equal size as RGB pixels, or a single one as grey.
pub(crate) fn to_pixels(planes: &[Plane], (width, height): (u32, u32)) -> Option<Pixels> {
    let [y, cb, cr] = planes else {
        let data = planes.first()?.rows().flatten().copied().collect();
        return Pixels::new(width, height, Kind::Grey, data);
    };
    let mut data = vec![0; width as usize * height as usize * 3];
    let rows = data.chunks_mut(width as usize * 3).zip(y.rows()).zip(cb.rows().zip(cr.rows()));
    for ((to, y), (cb, cr)) in rows {
        kernels::rgb([y, cb, cr], to.as_chunks_mut().0);
    }
    Pixels::new(width, height, Kind::Rgb, data)
}

/// Planes of equal size, sample by sample side by side.
pub(crate) fn interleaved(planes: &[Plane], (width, height): (u32, u32), kind: Kind) -> Option<Pixels> {
    let channels = kind.channels();
    let mut data = vec![0; width as usize * height as usize * channels];
    for (channel, plane) in planes.iter().enumerate() {
        for (to, from) in data.chunks_mut(width as usize * channels).zip(plane.rows()) {
            to.iter_mut().skip(channel).step_by(channels).zip(from).for_each(|(to, from)| *to = *from);
        }
    }
    Pixels::new(width, height, kind, data)
}

#[cfg(test)]
mod tests;

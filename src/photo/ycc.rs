//! Between RGB pixels and planes of luma and colour (JFIF 1.02: ITU-R BT.601 over the full range).

use crate::pixels::{Kind, Pixels};
use crate::planes::{Chroma, Picture, Plane};
use crate::simd;

/// Bits of the constants.
const FINE: u32 = 16;
/// The middle of a colour plane, rounding included.
const MIDDLE: i32 = (128 << FINE) + (1 << (FINE - 1)) - 1;

fn luma([r, g, b]: [i32; 3]) -> i32 {
    19_595 * r + 38_470 * g + 7471 * b
}

fn blue([r, g, b]: [i32; 3]) -> i32 {
    -11_059 * r - 21_709 * g + 32_768 * b
}

fn red([r, g, b]: [i32; 3]) -> i32 {
    32_768 * r - 27_439 * g - 5329 * b
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
    simd::widest(
        #[inline(always)]
        || {
            let rows = || pixels.data().chunks(width * 3).map(|row| row.as_chunks::<3>().0);
            for (to, from) in y.rows_mut().zip(rows()) {
                for (to, rgb) in to.iter_mut().zip(from) {
                    *to = ((luma(rgb.map(i32::from)) + (1 << (FINE - 1))) >> FINE) as u8;
                }
            }
            let mut rows = rows();
            for (cb, cr) in cb.rows_mut().zip(cr.rows_mut()) {
                match (chroma, rows.next()) {
                    (_, None) => {}
                    (Chroma::Full, Some(row)) => full_row(row, cb, cr),
                    (Chroma::Halved, Some(upper)) => halved_row(upper, rows.next().unwrap_or(upper), cb, cr),
                }
            }
        },
    );
    let mut planes = vec![y, cb, cr];
    planes.iter_mut().for_each(Plane::pad);
    Picture { width, height, chroma, planes }
}

#[inline(always)]
fn full_row(row: &[[u8; 3]], cb: &mut [u8], cr: &mut [u8]) {
    for ((cb, cr), rgb) in cb.iter_mut().zip(cr).zip(row) {
        let rgb = rgb.map(i32::from);
        (*cb, *cr) = (((blue(rgb) + MIDDLE) >> FINE) as u8, ((red(rgb) + MIDDLE) >> FINE) as u8);
    }
}

/// Averages two by two; an odd edge stands for what would be behind it.
#[inline(always)]
fn halved_row(upper: &[[u8; 3]], lower: &[[u8; 3]], cb: &mut [u8], cr: &mut [u8]) {
    for ((cb, cr), (upper, lower)) in cb.iter_mut().zip(cr).zip(upper.chunks(2).zip(lower.chunks(2))) {
        let both = |pair: &[[u8; 3]]| match *pair {
            [left, right] => std::array::from_fn(|i| i32::from(left[i]) + i32::from(right[i])),
            [only] => only.map(|value| i32::from(value) * 2),
            _ => [0; 3],
        };
        let (upper, lower): ([i32; 3], [i32; 3]) = (both(upper), both(lower));
        let four = std::array::from_fn(|i| upper[i] + lower[i]);
        let quarter = |sum: i32| ((sum + 4 * MIDDLE + 2) >> (FINE + 2)) as u8;
        (*cb, *cr) = (quarter(blue(four)), quarter(red(four)));
    }
}

/// Planes of equal size as RGB pixels, or a single one as grey.
pub(crate) fn to_pixels(planes: &[Plane], (width, height): (u32, u32)) -> Option<Pixels> {
    let [y, cb, cr] = planes else {
        let data = planes.first()?.rows().flatten().copied().collect();
        return Pixels::new(width, height, Kind::Grey, data);
    };
    let mut data = vec![0; width as usize * height as usize * 3];
    simd::widest(
        #[inline(always)]
        || {
            let rows = data.chunks_mut(width as usize * 3).zip(y.rows()).zip(cb.rows().zip(cr.rows()));
            for ((to, y), (cb, cr)) in rows {
                for ((to, &y), (&cb, &cr)) in to.as_chunks_mut::<3>().0.iter_mut().zip(y).zip(cb.iter().zip(cr)) {
                    *to = rgb(y, cb, cr);
                }
            }
        },
    );
    Pixels::new(width, height, Kind::Rgb, data)
}

#[inline(always)]
fn rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    const HALF: i32 = 1 << (FINE - 1);
    let (y, cb, cr) = ((i32::from(y) << FINE) + HALF, i32::from(cb) - 128, i32::from(cr) - 128);
    [y + 91_881 * cr, y - 22_554 * cb - 46_802 * cr, y + 116_130 * cb].map(|sum| (sum >> FINE).clamp(0, 255) as u8)
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
mod tests {
    use super::*;

    #[test]
    fn colours_survive_the_way_to_planes_and_back() {
        let steps = || (0..=255u8).step_by(15);
        let cube = steps().flat_map(|r| steps().flat_map(move |g| steps().flat_map(move |b| [r, g, b])));
        let pixels = Pixels::new(18 * 18, 18, Kind::Rgb, cube.collect()).expect("whole");
        let back = to_pixels(&to_picture(&pixels, Chroma::Full).planes, pixels.size()).expect("whole");
        let worst = pixels.data().iter().zip(back.data()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(2), "{worst:?}");
    }

    #[test]
    fn halved_colour_is_the_average_and_odd_edges_count_double() {
        let pixels = Pixels::new(3, 1, Kind::Rgb, vec![255, 0, 0, 0, 0, 255, 0, 255, 0]).expect("whole");
        let full = to_picture(&pixels, Chroma::Full);
        let halved = to_picture(&pixels, Chroma::Halved);
        for plane in 1..3 {
            let (full, halved) = (&full.planes[plane].data, &halved.planes[plane].data);
            assert!(halved[0].abs_diff(((u16::from(full[0]) + u16::from(full[1])) / 2) as u8) <= 1);
            assert_eq!(halved[1], full[2]);
        }
    }
}

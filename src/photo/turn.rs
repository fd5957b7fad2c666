//! Turning planes to stand upright.

use crate::metadata::Orientation;
use crate::planes::{Picture, Plane};

/// The picture turned and mirrored as told. Its colour planes must lie as [`reversed`] says.
pub(crate) fn upright(picture: Picture, orientation: Orientation) -> Picture {
    if orientation == Orientation::Upright {
        return picture;
    }
    let (width, height) =
        if orientation.swaps_sides() { (picture.height, picture.width) } else { (picture.width, picture.height) };
    let planes = picture.planes.iter().map(|from| plane(from, orientation)).collect();
    Picture { width, height, planes, ..picture }
}

/// Whether turning reverses the order along the stored rows, and along the columns. A halved colour
/// plane of an odd side lies half a sample before its picture then, so that it lies right afterwards.
pub(crate) fn reversed(orientation: Orientation) -> (bool, bool) {
    match orientation {
        Orientation::Upright | Orientation::Transposed => (false, false),
        Orientation::Mirrored | Orientation::QuarterBack => (true, false),
        Orientation::Flipped | Orientation::QuarterTurn => (false, true),
        Orientation::HalfTurn | Orientation::Transversed => (true, true),
    }
}

fn plane(from: &Plane, orientation: Orientation) -> Plane {
    let (across, down) = reversed(orientation);
    let mut turned = if orientation.swaps_sides() { transposed(from) } else { from.clone() };
    // What ran along the rows runs down the columns once transposed.
    let (across, down) = if orientation.swaps_sides() { (down, across) } else { (across, down) };
    if across {
        turned.rows_mut().for_each(<[u8]>::reverse);
    }
    if down {
        let (stride, height) = (turned.stride, turned.height);
        let (upper, lower) = turned.data.split_at_mut(height / 2 * stride);
        let lower = lower.get_mut(height % 2 * stride..(height % 2 + height / 2) * stride).unwrap_or_default();
        for (upper, lower) in upper.chunks_mut(stride).zip(lower.chunks_mut(stride).rev()) {
            upper.swap_with_slice(lower);
        }
    }
    turned.pad();
    turned
}

/// Rows become columns, by squares: what is read crosswise stays in the cache.
fn transposed(from: &Plane) -> Plane {
    const SQUARE: usize = 16;
    let mut turned = Plane::new(from.height, from.width);
    for (top, band) in from.data.chunks(from.stride * SQUARE).enumerate() {
        for left in (0..from.width).step_by(SQUARE) {
            let mut square = [[0; SQUARE]; SQUARE];
            for (row, source) in square.iter_mut().zip(band.chunks(from.stride)) {
                if let Some(source) = source.get(left..left + SQUARE) {
                    row.copy_from_slice(source);
                }
            }
            for x in 0..SQUARE {
                let at = (left + x) * turned.stride + top * SQUARE;
                if let Some(to) = turned.data.get_mut(at..at + SQUARE) {
                    to.copy_from_slice(&square.map(|row| row[x]));
                }
            }
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::{Kind, Pixels};

    #[test]
    fn planes_turn_as_pixels_do() {
        let (width, height) = (37u32, 21u32);
        let samples: Vec<u8> = (0..width * height).map(|i| (i * 7 % 251) as u8).collect();
        let pixels = Pixels::new(width, height, Kind::Grey, samples).expect("whole");
        let picture = crate::ycc::to_picture(&pixels, crate::planes::Chroma::Full);
        for value in 1..=8 {
            let orientation = Orientation::from_exif(value);
            let turned = upright(picture.clone(), orientation);
            let samples: Vec<u8> = turned.planes[0].rows().flatten().copied().collect();
            assert_eq!(samples, pixels.clone().upright(orientation).data(), "{orientation:?}");
        }
    }
}

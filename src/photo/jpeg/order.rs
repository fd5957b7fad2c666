//! The order of a block's coefficients: in the file along the zigzag (T.81, figure 5), in memory by
//! columns. By columns, because a transform over vectors of columns needs one transposition, not two.

/// Row × 8 + column of each step of the zigzag.
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63,
];

/// Where the step `k` of the zigzag stands in a block that keeps `size` coefficients (64, 16, 4 or 1);
/// [`NOWHERE`] if it has no place for it. 16 steps beyond the last catch a run that leads outside.
pub(super) const fn places(size: usize) -> [u8; 80] {
    let side = match size {
        64 => 8,
        16 => 4,
        4 => 2,
        _ => 1,
    };
    let mut places = [NOWHERE; 80];
    let mut k = 0;
    while k < 64 {
        let (row, column) = (ZIGZAG[k] / 8, ZIGZAG[k] % 8);
        if row < side && column < side {
            places[k] = column * side + row;
        }
        k += 1;
    }
    places
}

/// The step of the zigzag behind the last that [`places`] has a place for.
pub(super) const fn end(size: usize) -> usize {
    let places = places(size);
    let mut k = 64;
    while places[k - 1] == NOWHERE {
        k -= 1;
    }
    k
}

pub(super) const NOWHERE: u8 = 255;

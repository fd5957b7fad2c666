//! Luma and chroma as video codecs give them, and their way to RGB (ITU-T H.273).

use crate::PhotoError;
use crate::colour::threshold;
use crate::probe::Coded;

/// A picture of one plane or three. Rows from the top without padding, each sample of `depth` bits.
#[derive(Debug, Clone)]
pub(super) struct Planes {
    pub width: u32,
    pub height: u32,
    pub depth: u8,
    /// Chroma is half as wide; half as high.
    pub halved: (bool, bool),
    pub luma: Vec<u16>,
    /// Blue and red difference; none in a grey picture.
    pub chroma: Option<[Vec<u16>; 2]>,
    /// The colours, where the coded data itself tells them.
    pub colour: Option<Coded>,
}

impl Planes {
    /// Width and height of the chroma planes.
    fn chroma_size(&self) -> (usize, usize) {
        let half = |side: u32, halved: bool| if halved { side.div_ceil(2) } else { side } as usize;
        (half(self.width, self.halved.0), half(self.height, self.halved.1))
    }

    /// Whether every plane is as large as it must be.
    pub(super) fn is_sound(&self) -> bool {
        let (wide, high) = self.chroma_size();
        self.luma.len() == self.width as usize * self.height as usize
            && (8..=16).contains(&self.depth)
            && self.chroma.as_ref().is_none_or(|planes| planes.iter().all(|plane| plane.len() == wide * high))
    }

    /// Empty planes of another size for pictures like this one.
    pub(super) fn blank(&self, width: u32, height: u32) -> Self {
        let mut blank = Self { width, height, luma: Vec::new(), chroma: None, ..*self };
        blank.luma = vec![0; width as usize * height as usize];
        let (wide, high) = blank.chroma_size();
        blank.chroma = self.chroma.as_ref().map(|_| [vec![0; wide * high], vec![0; wide * high]]);
        blank
    }

    /// Copies a tile to a place, which must not fall between samples of chroma.
    pub(super) fn paste(&mut self, tile: &Self, left: u32, top: u32) -> Result<(), PhotoError> {
        let between = |at: u32, halved: bool| halved && at % 2 == 1;
        let alike =
            (self.depth, self.halved, self.chroma.is_some()) == (tile.depth, tile.halved, tile.chroma.is_some());
        if !alike || between(left, self.halved.0) || between(top, self.halved.1) {
            return Err(PhotoError::damaged("tiles that do not fit together"));
        }
        let (left, top) = (left as usize, top as usize);
        let (wide, tile_wide) = (self.chroma_size().0, tile.chroma_size().0);
        let shift = |at: usize, halved: bool| if halved { at / 2 } else { at };
        let place = (shift(left, self.halved.0), shift(top, self.halved.1));
        copy(&mut self.luma, self.width as usize, &tile.luma, tile.width as usize, (left, top));
        if let (Some(planes), Some(parts)) = (&mut self.chroma, &tile.chroma) {
            for (plane, part) in planes.iter_mut().zip(parts) {
                copy(plane, wide, part, tile_wide, place);
            }
        }
        Ok(())
    }

    /// The luma alone in 8 bits. `crop`: left, top, width, height.
    pub(super) fn grey(&self, full_range: bool, crop: [u32; 4]) -> Vec<u8> {
        let scale = Scale::new(self.depth, full_range);
        let [left, top, width, height] = crop.map(|value| value as usize);
        let mut grey = Vec::with_capacity(width * height);
        for y in top..top + height {
            let row = part(&self.luma, y, self.width as usize, left, width);
            grey.extend((0..).zip(row).map(|(x, &value)| scale.bits(scale.luma(value), x, y)));
        }
        grey
    }

    /// RGB, or grey if there is no chroma: the number of channels and the pixels.
    pub(super) fn rgb(&self, coded: Coded, crop: [u32; 4]) -> Result<(usize, Vec<u8>), PhotoError> {
        let Some(chroma) = &self.chroma else {
            return Ok((1, self.grey(coded.full_range, crop)));
        };
        let identity = coded.matrix == 0;
        if identity && (self.halved.0 || self.halved.1) {
            return Err(PhotoError::damaged("halved colours"));
        }
        let scale = Scale::new(self.depth, coded.full_range);
        let matrix = Matrix::of(coded);
        let [left, top, width, height] = crop.map(|value| value as usize);
        let mut rgb = Vec::with_capacity(width * height * 3);
        for y in top..top + height {
            let luma = part(&self.luma, y, self.width as usize, left, width);
            let [blue, red] = chroma.each_ref().map(|plane| self.chroma_row(plane, y));
            let (blue, red) = (blue.get(left..).unwrap_or_default(), red.get(left..).unwrap_or_default());
            for (x, ((&y_, &b), &r)) in luma.iter().zip(blue).zip(red).enumerate() {
                let colour = if identity {
                    // Green, blue and red stand where luma and chroma otherwise do.
                    [scale.level(r), scale.luma(y_), scale.level(b)]
                } else {
                    matrix.rgb(scale.luma(y_), scale.difference(b), scale.difference(r))
                };
                rgb.extend(colour.map(|value| scale.bits(value, x, y)));
            }
        }
        Ok((3, rgb))
    }

    /// A row of chroma as wide as luma: between two samples their mix, three parts the nearer.
    fn chroma_row(&self, plane: &[u16], y: usize) -> Vec<f32> {
        let (wide, high) = self.chroma_size();
        let row = |y: usize| part(plane, y.min(high.saturating_sub(1)), wide, 0, wide);
        let mixed: Vec<f32> = if self.halved.1 {
            let (near, far) = (row(y / 2), row(if y % 2 == 1 { y / 2 + 1 } else { (y / 2).saturating_sub(1) }));
            near.iter().zip(far).map(|(&near, &far)| 0.75 * f32::from(near) + 0.25 * f32::from(far)).collect()
        } else {
            row(y).iter().map(|&value| f32::from(value)).collect()
        };
        if !self.halved.0 {
            return mixed;
        }
        let mut full = Vec::with_capacity(wide * 2);
        let mut before = mixed.first().copied().unwrap_or_default();
        let after = mixed.iter().skip(1).chain(mixed.last());
        for (&here, &next) in mixed.iter().zip(after) {
            full.extend([0.75 * here + 0.25 * before, 0.75 * here + 0.25 * next]);
            before = here;
        }
        full
    }
}

/// Some samples of a row; none if they are not there.
fn part(plane: &[u16], row: usize, stride: usize, left: usize, width: usize) -> &[u16] {
    let start = row * stride + left;
    plane.get(start..start + width).unwrap_or_default()
}

fn copy(plane: &mut [u16], stride: usize, tile: &[u16], tile_stride: usize, (left, top): (usize, usize)) {
    if stride <= left || tile_stride == 0 {
        return;
    }
    let width = tile_stride.min(stride - left);
    for (row, source) in plane.chunks_mut(stride).skip(top).zip(tile.chunks(tile_stride)) {
        if let (Some(target), Some(source)) = (row.get_mut(left..left + width), source.get(..width)) {
            target.copy_from_slice(source);
        }
    }
}

/// From samples to numbers: luma 0 to 255, differences around 0 in the same steps.
struct Scale {
    black: f32,
    luma: f32,
    middle: f32,
    chroma: f32,
    /// Finer than 8 bits.
    deep: bool,
}

impl Scale {
    fn new(depth: u8, full_range: bool) -> Self {
        let step = f32::from(1u16 << (depth.clamp(8, 15) - 8));
        let most = step * 256.0 - 1.0;
        let deep = depth > 8;
        if full_range {
            Self { black: 0.0, luma: 255.0 / most, middle: 128.0 * step, chroma: 255.0 / most, deep }
        } else {
            let (luma, chroma) = (255.0 / (219.0 * step), 255.0 / (224.0 * step));
            Self { black: 16.0 * step, luma, middle: 128.0 * step, chroma, deep }
        }
    }

    fn luma(&self, value: u16) -> f32 {
        self.level(f32::from(value))
    }

    fn level(&self, value: f32) -> f32 {
        (value - self.black) * self.luma
    }

    fn difference(&self, value: f32) -> f32 {
        (value - self.middle) * self.chroma
    }

    /// In 8 bits: rounded, or spread over its neighbours if the samples were finer.
    fn bits(&self, value: f32, x: usize, y: usize) -> u8 {
        let up = if self.deep { threshold(x, y) } else { 0.5 };
        (value + up) as u8
    }
}

/// What red and blue differences do to the three colours.
struct Matrix {
    red: f32,
    green: [f32; 2],
    blue: f32,
}

impl Matrix {
    fn of(coded: Coded) -> Self {
        // The parts of red and blue in luma. 12 takes them from the primaries.
        let (kr, kb) = match (coded.matrix, coded.primaries) {
            (1, _) | (12, 1) => (0.2126, 0.0722),
            (4, _) => (0.30, 0.11),
            (7, _) => (0.212, 0.087),
            (9, _) | (12, 9) => (0.2627, 0.0593),
            (12, 12) => (0.2290, 0.0793),
            _ => (0.299, 0.114),
        };
        let (red, blue): (f32, f32) = (2.0 * (1.0 - kr), 2.0 * (1.0 - kb));
        let kg = 1.0 - kr - kb;
        Self { red, green: [-blue * kb / kg, -red * kr / kg], blue }
    }

    fn rgb(&self, luma: f32, blue: f32, red: f32) -> [f32; 3] {
        let [green_of_blue, green_of_red] = self.green;
        [luma + self.red * red, luma + green_of_blue * blue + green_of_red * red, luma + self.blue * blue]
    }
}

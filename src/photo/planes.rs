//! A picture in memory, a plane for each of its components.

/// How finely colour is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chroma {
    /// 4:2:0, for photographs: half as many samples along both sides.
    Halved,
    /// 4:4:4, for drawings and screenshots, whose coloured edges would fray.
    Full,
}

impl Chroma {
    /// Samples of a colour plane to a pixel, along a side.
    pub(crate) fn density(self) -> f64 {
        match self {
            Self::Halved => 0.5,
            Self::Full => 1.0,
        }
    }

    /// Samples of a colour plane along a side of so many pixels.
    pub(crate) fn samples(self, pixels: usize) -> usize {
        match self {
            Self::Halved => pixels.div_ceil(2),
            Self::Full => pixels,
        }
    }
}

/// Rows of samples, 8 bits each, with room behind each row and below the last, so that whole vectors and
/// whole blocks can be read and written. What stands there repeats the edge once [`Plane::pad`] ran.
#[derive(Debug, Clone)]
pub(crate) struct Plane {
    pub width: usize,
    pub height: usize,
    /// From the begin of a row to the next; a multiple of [`Plane::ACROSS`].
    pub stride: usize,
    pub data: Vec<u8>,
}

impl Plane {
    /// Rows are as long as a multiple of this,
    pub(crate) const ACROSS: usize = 64;
    /// and as many.
    pub(crate) const DOWN: usize = 32;

    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self::with_stride(width, height, width)
    }

    /// With rows of at least so many samples.
    pub(crate) fn with_stride(width: usize, height: usize, stride: usize) -> Self {
        let stride = stride.max(width).next_multiple_of(Self::ACROSS);
        Self { width, height, stride, data: vec![0; stride * height.next_multiple_of(Self::DOWN)] }
    }

    /// The rows, without what stands behind them.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.data.chunks(self.stride).take(self.height).map(|row| row.get(..self.width).unwrap_or_default())
    }

    pub(crate) fn rows_mut(&mut self) -> impl Iterator<Item = &mut [u8]> {
        let (width, height) = (self.width, self.height);
        self.data.chunks_mut(self.stride).take(height).map(move |row| row.get_mut(..width).unwrap_or_default())
    }

    /// Repeats the last sample behind each row and the last row below.
    pub(crate) fn pad(&mut self) {
        for row in self.data.chunks_mut(self.stride).take(self.height) {
            let (samples, behind) = row.split_at_mut(self.width);
            behind.fill(samples.last().copied().unwrap_or_default());
        }
        let (rows, below) = self.data.split_at_mut(self.stride * self.height);
        let Some(last) = rows.chunks(self.stride).last() else { return };
        below.chunks_mut(self.stride).for_each(|row| row.copy_from_slice(last));
    }
}

/// One plane of grey, or luma and two planes of colour (JFIF's YCbCr).
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub width: usize,
    pub height: usize,
    pub chroma: Chroma,
    pub planes: Vec<Plane>,
}

impl Picture {
    pub(crate) fn size(&self) -> (u32, u32) {
        (self.width as u32, self.height as u32)
    }

    pub(crate) fn is_grey(&self) -> bool {
        self.planes.len() == 1
    }
}

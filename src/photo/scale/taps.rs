//! Which samples of the source make a sample of the target, and how much of each.

/// How one side of the target lies in the source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// Samples of the source.
    pub source: usize,
    /// Where the target begins, in samples of the source from the outer edge of its first.
    pub start: f64,
    /// Samples of the source to each of the target.
    pub step: f64,
    /// Samples of the target.
    pub target: usize,
}

impl Span {
    /// The target is the source.
    pub(crate) fn is_whole(&self) -> bool {
        self.source == self.target && self.start == 0.0 && self.step == 1.0
    }
}

/// The weights for every sample of the target: as many for each, from a first sample of the source on.
/// They sum up to [`ONE`].
pub(crate) struct Taps {
    first: Vec<u32>,
    weights: Vec<i16>,
    count: usize,
    target: usize,
}

const ONE: i32 = 1 << 15;
/// Lanczos3: lobes to each side.
const LOBES: f64 = 3.0;

impl Taps {
    pub(crate) fn new(span: Span) -> Self {
        let scale = span.step.max(1.0);
        let count = ((2.0 * LOBES * scale).ceil() as usize + 1).min(span.source).max(1);
        let mut taps = Self { first: Vec::new(), weights: Vec::new(), count, target: span.target };
        let mut exact = vec![0.0; count];
        let kernel = Lanczos::new(scale);
        for place in 0..span.target {
            let centre = span.start + (place as f64 + 0.5) * span.step - 0.5;
            let begin = (centre - LOBES * scale).ceil().max(0.0) as usize;
            let begin = begin.min(span.source - count);
            kernel.weigh(begin as f64 - centre, &mut exact);
            // A target that lies outside altogether takes the nearest sample.
            if exact.iter().sum::<f64>().abs() < 1e-6 {
                let nearest = (centre.round().max(0.0) as usize).clamp(begin, begin + count - 1);
                exact.fill(0.0);
                exact.iter_mut().skip(nearest - begin).take(1).for_each(|weight| *weight = 1.0);
            }
            taps.first.push(begin as u32);
            taps.weights.extend(rounded(&exact));
        }
        taps
    }

    /// The first sample of the source and the weights for a sample of the target; behind the last
    /// comes the last again.
    #[inline(always)]
    pub(super) fn at(&self, place: usize) -> (usize, &[i16]) {
        let place = place.min(self.target - 1);
        let first = self.first.get(place).copied().unwrap_or_default() as usize;
        (first, self.weights.get(place * self.count..(place + 1) * self.count).unwrap_or_default())
    }

    /// The first sample of the source that is needed from here on.
    pub(super) fn first(&self, place: usize) -> usize {
        self.at(place).0
    }

    /// Behind the last sample of the source that is needed for some samples from here on.
    pub(super) fn end(&self, place: usize, count: usize) -> usize {
        self.at(place + count - 1).0 + self.count
    }

    /// Samples of the source that a strip needs at most, about.
    pub(super) fn reach(&self) -> usize {
        self.count * 4
    }
}

/// sinc(x) sinc(x / 3), whose sines are turned from sample to sample instead of computed.
struct Lanczos {
    scale: f64,
    /// Sine and cosine of the turn for one sample, of x and of x / 3.
    turns: [(f64, f64); 2],
}

impl Lanczos {
    fn new(scale: f64) -> Self {
        let turn = std::f64::consts::PI / scale;
        Self { scale, turns: [turn.sin_cos(), (turn / LOBES).sin_cos()] }
    }

    /// Weights for samples one after the other, the first of which lies at `from`.
    fn weigh(&self, from: f64, weights: &mut [f64]) {
        let start = from * std::f64::consts::PI / self.scale;
        let mut angles = [start.sin_cos(), (start / LOBES).sin_cos()];
        for (offset, weight) in (0u32..).zip(weights) {
            let x = (from + f64::from(offset)) * std::f64::consts::PI / self.scale;
            *weight = match x.abs() {
                near if near < 1e-6 => 1.0,
                far if far >= LOBES * std::f64::consts::PI => 0.0,
                _ => LOBES * angles[0].0 * angles[1].0 / (x * x),
            };
            for ((sine, cosine), (by_sine, by_cosine)) in angles.iter_mut().zip(self.turns) {
                (*sine, *cosine) = (*sine * by_cosine + *cosine * by_sine, *cosine * by_cosine - *sine * by_sine);
            }
        }
    }
}

/// Brought to the sum of [`ONE`]; what rounding leaves goes to the largest.
fn rounded(exact: &[f64]) -> impl Iterator<Item = i16> {
    let sum: f64 = exact.iter().sum();
    let mut weights: Vec<i32> = exact.iter().map(|weight| (weight / sum * f64::from(ONE)).round() as i32).collect();
    let rest = ONE - weights.iter().sum::<i32>();
    if let Some(largest) = weights.iter_mut().max() {
        *largest += rest;
        // At an edge, where lobes are missing, the largest can be more than what 16 bits hold. The rest
        // goes where most is taken away.
        let over = (*largest - i32::from(i16::MAX)).max(0);
        *largest -= over;
        if let Some(least) = weights.iter_mut().min().filter(|_| over > 1) {
            *least += over;
        }
    }
    weights.into_iter().map(|weight| weight.clamp(i16::MIN.into(), i16::MAX.into()) as i16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_up_to_one_and_stay_inside_the_source() {
        for (source, step, target) in [(100, 1.7, 58), (5, 0.5, 10), (1, 1.0, 1), (3000, 12.5, 240), (64, 1.0, 64)] {
            let taps = Taps::new(Span { source, start: 0.0, step, target });
            for place in 0..target + 20 {
                let (first, weights) = taps.at(place);
                assert!(first + weights.len() <= source);
                let sum: i32 = weights.iter().map(|&weight| i32::from(weight)).sum();
                assert!((ONE - 1..=ONE).contains(&sum), "{sum}");
            }
        }
    }
}

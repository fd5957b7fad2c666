//! The point of a photo that stays in view where a crop cannot be helped: in squares, in apps, in other
//! servers' timelines.

use crate::entity::photo;
use std::str::FromStr;

/// Mastodon's `focus`: x to the right, y up, each −1 to 1; kept in thousandths, as rows hold it. The
/// middle is what is meant where nothing was said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Focus {
    x: i64,
    y: i64,
}

/// What is no point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a focal point is two numbers from -1 to 1 with a comma between them")]
pub struct NoPoint;

impl Focus {
    /// The nearest point inside the picture; `None` for what is no number.
    pub fn new(x: f64, y: f64) -> Option<Self> {
        let thousandths = |n: f64| n.is_finite().then(|| (n.clamp(-1.0, 1.0) * 1000.0).round() as i64);
        Some(Self { x: thousandths(x)?, y: thousandths(y)? })
    }

    /// As a row keeps it.
    pub fn of(row: &photo::Model) -> Self {
        Self { x: row.focus_x, y: row.focus_y }
    }

    /// As rows keep it: thousandths.
    pub fn thousandths(self) -> (i64, i64) {
        (self.x, self.y)
    }

    /// x and y, each −1 to 1.
    pub fn numbers(self) -> (f64, f64) {
        (self.x as f64 / 1000.0, self.y as f64 / 1000.0)
    }

    /// What is told others: nothing of the middle.
    pub fn said(self) -> Option<(f64, f64)> {
        (self != Self::default()).then(|| self.numbers())
    }

    /// As CSS wants it: per cent from the left, from the top.
    pub fn per_cent(self) -> (i64, i64) {
        ((1000 + self.x) / 20, (1000 - self.y) / 20)
    }
}

/// Two numbers with a comma, as apps send it; what lies outside is brought to the edge.
impl FromStr for Focus {
    type Err = NoPoint;

    fn from_str(text: &str) -> Result<Self, NoPoint> {
        let (x, y) = text.split_once(',').ok_or(NoPoint)?;
        let number = |part: &str| part.trim().parse::<f64>().map_err(|_| NoPoint);
        Self::new(number(x)?, number(y)?).ok_or(NoPoint)
    }
}

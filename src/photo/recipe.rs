//! How photos are made: what a server may choose, and the number that tells one way from another.

use serde::{Deserialize, Serialize};

/// Grows whenever the same original would give different files; photos derived by an older pipeline
/// can be derived again.
pub const PIPELINE_VERSION: i32 = 6;

/// What a server chooses of how its photos are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// JPEG quality of the larger sizes for pages; the smaller ones have a little less.
    pub pages: u8,
    /// JPEG quality of the federated file, while it stays below its most bytes.
    pub federated: u8,
}

impl Default for Recipe {
    fn default() -> Self {
        Self { pages: 82, federated: 85 }
    }
}

impl Recipe {
    /// A number of its own for every way of making photos: the pipeline's version and the qualities in
    /// its decimals, so that 2 082 085 is version 2 at 82 and 85. Larger for every newer version.
    pub fn number(self) -> i64 {
        i64::from(PIPELINE_VERSION) * 1_000_000 + i64::from(self.pages) * 1_000 + i64::from(self.federated)
    }

    /// Qualities of the federated file, to be tried in turn.
    pub(super) fn federated_qualities(self) -> impl Iterator<Item = u8> {
        /// Below, a smaller picture is better than a worse one.
        const LOWEST: u8 = 70;
        let below = (LOWEST..self.federated).rev().filter(|quality| quality % 5 == 0);
        std::iter::once(self.federated).chain(below)
    }
}

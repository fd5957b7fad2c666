//! Files of a photo that are no sizes of it: its animation, and a cleaned copy of its original where
//! its author offers one.

/// Role of a file that moves.
pub const ANIMATION: &str = "animation";
/// Role of a cleaned original that everybody may have.
pub const ORIGINAL: &str = "original";

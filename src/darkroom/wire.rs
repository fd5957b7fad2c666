//! What the server and a child say to each other.
//!
//! Server: an [`Order`], the length of the file and its bytes. Child: [`Reply::Weighed`]. Server, once
//! there is memory for it: one byte. Child: [`Reply::Done`] and the bytes it made. A [`Reply::Refused`]
//! may stand in place of either reply. Structures are JSON behind their length, four bytes, little
//! endian; lengths of files are eight.

use crate::photo::{Derived, Format, Limits, Recipe, Rendition};
use serde::{Deserialize, Serialize};

/// Longest structure, in bytes: what a photo says about itself is the bulk of it.
pub const MOST_JSON: usize = 1 << 20;
/// Most bytes made of one photo.
pub const MOST_MADE: u64 = 256 << 20;
/// The byte that says: go on.
pub const GO: u8 = b'g';

/// What is to be made of a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Task {
    Process {
        recipe: Recipe,
    },
    Avatar {
        side: u32,
    },
    Fit {
        max_width: u32,
    },
    /// The original without what is private, its picture untouched.
    Strip,
    /// A small picture that keeps what is transparent.
    Emblem {
        side: u32,
    },
    /// What moves in it, if anything does.
    Animation,
}

/// A task with its bounds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    pub task: Task,
    pub limits: Limits,
    /// Seconds of processor time it may take.
    pub seconds: u64,
}

/// What was made; the bytes of pictures follow behind the structure.
#[derive(Debug, Serialize, Deserialize)]
pub enum Made {
    Photo(Box<Derived>),
    Picture(Rendition),
    Copied(Copied),
    /// There is nothing of what was ordered in it.
    Nothing,
}

/// A file that was copied out of another rather than encoded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Copied {
    pub format: Format,
    /// Pixels, upright.
    pub width: u32,
    /// Pixels, upright.
    pub height: u32,
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl Made {
    /// Where the bytes belong, in the order in which they are sent.
    pub fn blobs(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Self::Photo(derived) => derived.renditions.iter_mut().map(|r| &mut r.bytes).collect(),
            Self::Picture(rendition) => vec![&mut rendition.bytes],
            Self::Copied(copied) => vec![&mut copied.bytes],
            Self::Nothing => Vec::new(),
        }
    }
}

/// A child's answer.
#[derive(Debug, Serialize, Deserialize)]
pub enum Reply {
    /// The header was read; working on it needs so many bytes of memory.
    Weighed { memory: u64 },
    /// It is done; so many bytes of each picture follow.
    Done { made: Made, lengths: Vec<u64> },
    /// It was not done. `ours`: the file is not to blame.
    Refused { why: String, cause: String, ours: bool },
}

//! JPEG (ITU-T T.81), read to planes and written from planes: one per component, never interleaved, so
//! that a YCbCr photo is resized and written again without a change of colours on the way.

pub(crate) mod dct;
pub(crate) mod decode;
pub(crate) mod encode;
mod order;
#[cfg(feature = "turbo")]
pub(crate) mod turbo;

pub use decode::Fault;

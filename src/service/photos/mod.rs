//! What stands behind a photo beside its sizes: what it says about itself and which of it is shown
//! and told, its focal point, its original, its animation, and making its sizes anew. How a photo comes in is in `uploads`.

pub mod data;
pub mod extras;
pub mod files;
pub mod focus;
pub mod housing;
pub mod rebuild;
pub mod told;

//! What the photo crate promises about formats: what it reads of them, what it refuses, what colours it
//! keeps, and what never leaves it.

mod animation;
mod arithmetic;
mod colour;
mod corpus;
mod gain_map;
mod heif;
mod hostile;
mod metadata;
// The program's own tests measure with the same one.
#[path = "../../../../tests/all/support/stopwatch.rs"]
mod stopwatch;
mod strip;
mod support;

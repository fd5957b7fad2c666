//! Hearing at once of what happens. What it is stands in the database for a moment, so that it is heard in
//! every process ([`hub`]); who hears of it is decided for each listener ([`hearing`]), by `can_see`.

mod hearing;
mod hub;
mod streams;

pub use hearing::{Heard, hear};
pub use hub::{Hub, Listening, News};
pub use streams::{Stream, Unknown};

//! What the `activitypub` room promises: signatures, ids, reading, writing, text and HTML.

mod discovery;
mod html;
mod ids;
mod reading;
mod rendering;
mod signature;
mod text;
pub mod validators;
pub mod vector;

use serde_json::Value;

/// The value inside, or a failure that names where it should have been.
#[track_caller]
fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

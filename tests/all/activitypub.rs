//! What the `activitypub` room promises: signatures, ids, reading, writing, text and HTML.

#![allow(clippy::unwrap_used)] // helpers of tests may panic like tests

mod corpus;
mod discovery;
mod html;
mod ids;
mod limits;
mod reading;
mod rendering;
mod rfc9421;
mod rich;
mod signature;
mod text;
pub mod validators;
pub mod vector;

use cyanotype::activitypub::RemoteId;
use serde_json::Value;

/// The value inside, or a failure that names where it should have been.
#[track_caller]
fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

fn id(text: &str) -> RemoteId {
    RemoteId::parse(text).unwrap()
}

/// A document another program sent, from `fixtures/wire`.
macro_rules! wire {
    ($path:literal) => {
        cyanotype::activitypub::vocab::parse(include_bytes!(concat!("../../fixtures/wire/", $path))).unwrap()
    };
}
use wire;

//! Our documents, written from plain values in the shapes every known peer can read.
//!
//! The rules they all follow: `@context` with the ActivityStreams string first; `to` and `cc` always
//! lists of strings; times in UTC with milliseconds; addresses as plain strings; never `bto` or `bcc`.
//! Everything given must be absolute already.
//!
//! - [`actor`]: people and the server's own actor
//! - [`note`]: a post, its Create, Update and Delete
//! - [`activity`]: everything else somebody does
//! - [`collection`]: lists of them
//! - [`emoji`]: custom emoji of ours

pub mod activity;
pub mod actor;
pub mod collection;
pub mod emoji;
pub mod note;

use super::AS_CONTEXT;
use serde_json::{Value, json};

/// Largest activity we send, in bytes; the smallest inbox limit among peers is 64 KiB.
pub const MAX_ACTIVITY: usize = 60_000;

/// Puts the plain context on a document that has none.
pub(crate) fn with_context(document: Value) -> Value {
    with(json!(AS_CONTEXT), document)
}

fn with(context: Value, mut document: Value) -> Value {
    if let Some(members) = document.as_object_mut() {
        members.insert("@context".to_owned(), context);
    }
    document
}

fn without_context(mut document: Value) -> Value {
    if let Some(members) = document.as_object_mut() {
        members.remove("@context");
    }
    document
}

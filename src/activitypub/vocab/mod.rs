//! Documents of other servers, read into checked values.
//!
//! Reading is tolerant in form (one thing or a list of them, a string or an object with an id, text
//! or a map of languages) and strict in substance: an address that is not what it must be is left
//! out, and what a document cannot do without refuses the whole. A value of an unexpected kind is
//! never bent into another field. No JSON-LD processing happens, no context is fetched.
//!
//! - [`json`]: bytes to JSON, with every limit
//! - [`field`]: the forms a single member comes in
//! - [`activity`], [`actor`], [`note`], [`attachment`], [`collection`], [`policy`]: the documents
//! - [`emoji`], [`exif`], [`place`], [`poll`]: what may stand in them

pub mod activity;
pub mod actor;
pub mod attachment;
pub mod collection;
pub mod emoji;
pub mod exif;
mod field;
pub mod json;
pub mod note;
pub mod place;
pub mod policy;
pub mod poll;

pub use activity::{Activity, ActivityKind, ObjectRef};
pub use actor::{Actor, ActorKey, ActorKind, KeyDocument, ProfileField};
pub use attachment::Attachment;
pub use collection::{Collection, PageRef};
pub use emoji::Emoji;
pub use json::{MAX_DEPTH, MAX_DOCUMENT, MAX_VALUES, parse};
pub use note::{Mention, Note};
pub use place::Place;
pub use policy::Policy;
pub use poll::{Choice, Poll};

use super::IdError;

/// Why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// More than [`MAX_DOCUMENT`] bytes.
    #[error("the document is larger than {MAX_DOCUMENT} bytes")]
    TooLarge,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("the document is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// More than [`MAX_VALUES`].
    #[error("the document has more than {MAX_VALUES} values")]
    TooMany,
    /// One object names a member twice: readers would differ about which counts.
    #[error("a member stands twice in one object")]
    DuplicateMember,
    /// `@graph`, `@included` or `@reverse`, which would make it mean something else.
    #[error("the document uses a keyword that restructures it")]
    Restructured,
    /// A NUL character.
    #[error("the document contains a NUL character")]
    Nul,
    /// Not JSON in UTF-8.
    #[error("the document is not JSON: {0}")]
    NotJson(String),
    /// Not a JSON object.
    #[error("the document is not an object")]
    NotAnObject,
    /// A type that is not read here.
    #[error("a {0} is not what is wanted here")]
    OtherType(String),
    /// Something it cannot do without is absent or of the wrong kind.
    #[error("{0} is missing or cannot be read")]
    Missing(&'static str),
    /// An address it cannot do without is not usable.
    #[error("{0} is not usable: {1}")]
    BadId(&'static str, IdError),
    /// An address is on another server than it must be.
    #[error("{0} is on another server")]
    ForeignHost(&'static str),
}

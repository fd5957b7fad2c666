//! HTTP signatures: draft-cavage-http-signatures-12 as the fediverse uses it, RFC 9421, and the keys
//! behind them.
//!
//! - [`keys`]: making, holding and reading keys; [`multikey`]: how newer ones are written
//! - [`cavage`], [`rfc9421`]: signing what we send, checking what others sent, by one standard each
//! - [`structured`]: the header fields RFC 9421 is written in
//! - [`verify`]: reading and checking whichever was used
//!
//! Verifying is split in two, because the key has to be found in between:
//! [`ParsedSignature::from_headers`] gives the key's id, [`verify`](verify::verify) takes the key.

pub mod cavage;
pub mod keys;
pub mod multikey;
pub mod rfc9421;
pub mod structured;
pub mod verify;

pub use cavage::{SIGNATURE, sha256_digest, sign_get, sign_post};
pub use keys::{GeneratedKey, KeyError, KeyKind, PublicKey, SigningKey, generate_ed25519, generate_rsa};
pub use verify::{ParsedSignature, Request, verify};

use super::IdError;

/// Which standard a request is signed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// draft-cavage-http-signatures-12.
    Cavage,
    /// RFC 9421.
    Rfc9421,
}

impl Form {
    /// As it is written down.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cavage => "cavage",
            Self::Rfc9421 => "rfc9421",
        }
    }
}

/// What is wrong with a signature. The text says what failed, not what would have been right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No `Signature` header.
    #[error("the request is not signed")]
    Missing,
    /// Two `Signature` headers, or a parameter or a signed header named twice.
    #[error("{0} stands twice")]
    Duplicate(String),
    /// The header cannot be read.
    #[error("the signature's headers cannot be read: {0}")]
    Malformed(&'static str),
    /// The key's id is no usable address.
    #[error("the keyId is not usable: {0}")]
    KeyId(#[from] IdError),
    /// Not one that is accepted, or used with what it forbids.
    #[error("the algorithm is not accepted: {0}")]
    Algorithm(String),
    /// Something that must be signed is not.
    #[error("{0} is not signed")]
    NotCovered(&'static str),
    /// A signed header is absent from the request.
    #[error("the signed header {0} is not in the request")]
    HeaderAbsent(String),
    /// The signed `Host` is another server's.
    #[error("the request is signed for another host")]
    OtherHost,
    /// No SHA-256 among the digests, or it cannot be read.
    #[error("there is no usable SHA-256 digest")]
    NoDigest,
    /// The digest is not that of the body.
    #[error("the digest is not that of the body")]
    WrongDigest,
    /// `Date`, `(created)` or `(expires)` cannot be read.
    #[error("the time of signing cannot be read")]
    BadTime,
    /// Signed too long ago, or no longer valid.
    #[error("the signature is too old")]
    TooOld,
    /// Signed in the future.
    #[error("the signature is dated in the future")]
    InFuture,
    /// The key says no.
    #[error("the signature does not match the key")]
    Mismatch,
    /// A header we would send cannot be said (our own mistake).
    #[error("the request cannot be signed: {0}")]
    Unsendable(&'static str),
}

impl SignatureError {
    /// True when the header is nonsense rather than wrong (400 instead of 401).
    pub fn is_malformed(&self) -> bool {
        matches!(self, SignatureError::Duplicate(_) | SignatureError::Malformed(_))
    }
}

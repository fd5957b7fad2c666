//! HTTP signatures: draft-cavage-http-signatures-12 as the fediverse uses it, and the keys behind it.
//!
//! - [`keys`]: making, holding and reading RSA keys
//! - [`cavage`]: signing what we send
//! - [`verify`]: reading and checking what others sent
//!
//! Verifying is split in two, because the key has to be found in between:
//! [`ParsedSignature::from_headers`] gives the key's id, [`verify`](verify::verify) takes the key.

pub mod cavage;
pub mod keys;
pub mod verify;

pub use cavage::{sha256_digest, sign_get, sign_post};
pub use keys::{GeneratedKey, KeyError, PublicKey, SigningKey, generate_rsa};
pub use verify::{ParsedSignature, Request, verify};

use super::IdError;

/// What is wrong with a signature. The text says what failed, not what would have been right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No `Signature` header.
    #[error("the request is not signed")]
    Missing,
    /// Signed by RFC 9421 alone. Answer 401: senders of both kinds then knock again the old way.
    #[error("the request is signed by RFC 9421 only")]
    OnlyRfc9421,
    /// Two `Signature` headers, or a parameter or a signed header named twice.
    #[error("{0} stands twice")]
    Duplicate(String),
    /// The header cannot be read.
    #[error("the Signature header cannot be read: {0}")]
    Malformed(&'static str),
    /// The key's id is no usable address.
    #[error("the keyId is not usable: {0}")]
    KeyId(#[from] IdError),
    /// Neither `rsa-sha256` nor `hs2019`, or used with what it forbids.
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

//! Verifying: one entry for both standards, and the rules they share. The host must be ours, or a
//! request signed for another server could be played to us; the time must be near.

use super::{PublicKey, SignatureError, cavage, rfc9421};
use crate::activitypub::KeyId;
use http::{HeaderMap, Method};
use std::time::{Duration, SystemTime};

/// How long ago a request may have been signed: an hour of clock error and five minutes of way.
pub const MAX_AGE: Duration = Duration::from_secs(65 * 60);
/// How far ahead a signer's clock may be.
pub const MAX_AHEAD: Duration = Duration::from_secs(60 * 60);
/// Longest `Signature` and `Signature-Input` header read.
pub(super) const MAX_HEADER: usize = 8 * 1024;
/// Most headers or components a signature may list.
pub(super) const MAX_COVERED: usize = 32;

/// What of a request is checked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Method as received.
    pub method: &'a Method,
    /// Path with its query, as received (`/ap/inbox?x=1`).
    pub path_and_query: &'a str,
    /// All headers. Over HTTP/2 the caller adds `host` from the authority.
    pub headers: &'a HeaderMap,
    /// Raw body; `None` for a GET.
    pub body: Option<&'a [u8]>,
    /// Names this server answers to, as peers write them in `Host`.
    pub own_hosts: &'a [&'a str],
}

impl Request<'_> {
    /// Whether its body must be covered: it has one, or a method that brings one.
    pub(super) fn has_body(&self) -> bool {
        self.body.is_some() || !matches!(*self.method, Method::GET | Method::HEAD)
    }
}

/// A signature, read but not believed.
#[derive(Debug, Clone)]
pub enum ParsedSignature {
    /// By the draft.
    Cavage(cavage::Parsed),
    /// By RFC 9421.
    Rfc9421(rfc9421::Parsed),
}

impl ParsedSignature {
    /// Reads the one signature of a request. A `Signature` header in the draft's form is read by the
    /// draft, whatever stands beside it.
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, SignatureError> {
        let text = one(headers, "signature")?.ok_or(SignatureError::Missing)?;
        match one(headers, "signature-input")? {
            Some(input) if !text.contains("keyId=") => rfc9421::Parsed::parse(input, text).map(Self::Rfc9421),
            _ => cavage::Parsed::parse(text).map(Self::Cavage),
        }
    }

    /// Id of the key it claims to be made with.
    pub fn key_id(&self) -> &KeyId {
        match self {
            Self::Cavage(parsed) => parsed.key_id(),
            Self::Rfc9421(parsed) => parsed.key_id(),
        }
    }

    /// Whether a header, named in small letters, is among what was signed: whoever carries a request can
    /// put others beside it.
    pub fn covers(&self, header: &str) -> bool {
        match self {
            Self::Cavage(parsed) => parsed.covers(header),
            Self::Rfc9421(parsed) => parsed.covers(header),
        }
    }
}

/// Checks a signature against the request it came with and the key it names. Whose key that is, and
/// that the owner is the one who acts, is for the caller to check.
pub fn verify(
    parsed: &ParsedSignature,
    request: &Request<'_>,
    key: &PublicKey,
    now: SystemTime,
) -> Result<(), SignatureError> {
    match parsed {
        ParsedSignature::Cavage(parsed) => parsed.check(request, key, now),
        ParsedSignature::Rfc9421(parsed) => parsed.check(request, key, now),
    }
}

/// A header that may stand once or not at all.
fn one<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, SignatureError> {
    let mut all = headers.get_all(name).iter();
    let Some(value) = all.next() else { return Ok(None) };
    if all.next().is_some() {
        return Err(SignatureError::Duplicate(format!("the header {name}")));
    }
    value.to_str().map(Some).map_err(|_| SignatureError::Malformed("not plain text"))
}

/// The one value of a header that must stand once.
pub(super) fn single<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, SignatureError> {
    let mut all = headers.get_all(name).iter();
    let value = all.next().ok_or_else(|| SignatureError::HeaderAbsent(name.to_owned()))?;
    if all.next().is_some() {
        return Err(SignatureError::Duplicate(name.to_owned()));
    }
    value.to_str().map_err(|_| SignatureError::HeaderAbsent(name.to_owned()))
}

/// The values of a header, as both standards join them.
pub(super) fn header_values(headers: &HeaderMap, name: &str) -> Result<String, SignatureError> {
    let absent = || SignatureError::HeaderAbsent(name.chars().take(64).collect());
    let mut values = Vec::new();
    for value in headers.get_all(name) {
        values.push(value.to_str().map_err(|_| absent())?.trim());
    }
    if values.is_empty() { Err(absent()) } else { Ok(values.join(", ")) }
}

/// The name of ours that the request was sent to.
pub(super) fn own_host<'a>(request: &Request<'a>) -> Result<&'a str, SignatureError> {
    let host = single(request.headers, "host")?;
    let host = host.strip_suffix(":443").unwrap_or(host);
    let own = request.own_hosts.iter().find(|own| own.eq_ignore_ascii_case(host));
    own.copied().ok_or(SignatureError::OtherHost)
}

/// A signature made then counts now.
pub(super) fn within(signed: SystemTime, now: SystemTime) -> Result<(), SignatureError> {
    match now.duration_since(signed) {
        Ok(age) if age > MAX_AGE => Err(SignatureError::TooOld),
        Ok(_) => Ok(()),
        Err(ahead) if ahead.duration() > MAX_AHEAD => Err(SignatureError::InFuture),
        Err(_) => Ok(()),
    }
}

/// The same for seconds since 1970.
pub(super) fn created_within(seconds: u64, now: SystemTime) -> Result<(), SignatureError> {
    within(instant(seconds)?, now)
}

/// A signature that says itself until when it counts; the signer's clock may be behind.
pub(super) fn not_expired(seconds: u64, now: SystemTime) -> Result<(), SignatureError> {
    let last = instant(seconds)?.checked_add(MAX_AHEAD).ok_or(SignatureError::BadTime)?;
    if now > last { Err(SignatureError::TooOld) } else { Ok(()) }
}

fn instant(seconds: u64) -> Result<SystemTime, SignatureError> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).ok_or(SignatureError::BadTime)
}

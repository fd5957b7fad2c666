//! Verifying: as liberal in form as the largest peer, as strict in substance as the draft allows.
//!
//! Whatever a signature does not cover, somebody in between can change: so the request target, the
//! host, a time and, for a body, its digest must be covered; the host must be ours, or a request
//! signed for another server could be played to us.

use super::{PublicKey, SignatureError};
use crate::activitypub::KeyId;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Method};
use std::time::{Duration, SystemTime};

/// How long ago a request may have been signed: an hour of clock error and five minutes of way.
pub const MAX_AGE: Duration = Duration::from_secs(65 * 60);
/// How far ahead a signer's clock may be.
pub const MAX_AHEAD: Duration = Duration::from_secs(60 * 60);
/// Longest `Signature` header read.
const MAX_HEADER: usize = 8 * 1024;
/// Most headers a signature may list.
const MAX_COVERED: usize = 32;

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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    RsaSha256,
    /// "Ask the key" (also when none is named); our keys are RSA with SHA-256.
    Hs2019,
}

/// A `Signature` header, read but not believed.
#[derive(Debug, Clone)]
pub struct ParsedSignature {
    key_id: KeyId,
    algorithm: Algorithm,
    covered: Vec<String>,
    signature: Vec<u8>,
    created: Option<u64>,
    expires: Option<u64>,
}

impl ParsedSignature {
    /// Reads the one `Signature` header of a request.
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, SignatureError> {
        let newer = headers.contains_key("signature-input");
        let mut all = headers.get_all("signature").iter();
        let Some(value) = all.next() else {
            return Err(if newer { SignatureError::OnlyRfc9421 } else { SignatureError::Missing });
        };
        if all.next().is_some() {
            return Err(SignatureError::Duplicate("the Signature header".to_owned()));
        }
        let text = value.to_str().map_err(|_| SignatureError::Malformed("not plain text"))?;
        if newer && !text.contains("keyId=") {
            return Err(SignatureError::OnlyRfc9421);
        }
        Self::parse(text)
    }

    /// Id of the key it claims to be made with.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    fn parse(text: &str) -> Result<Self, SignatureError> {
        if text.len() > MAX_HEADER {
            return Err(SignatureError::Malformed("too long"));
        }
        let mut parameters = parameters(text.strip_prefix("Signature ").unwrap_or(text))?;
        let mut take = |name: &str| {
            let place = parameters.iter().position(|(key, _)| *key == name)?;
            Some(parameters.swap_remove(place).1)
        };
        let key_id = KeyId::parse(take("keyId").ok_or(SignatureError::Malformed("keyId is missing"))?)?;
        let algorithm = match take("algorithm").map(str::to_ascii_lowercase).as_deref() {
            Some("rsa-sha256") => Algorithm::RsaSha256,
            None | Some("hs2019") => Algorithm::Hs2019,
            Some(other) => return Err(SignatureError::Algorithm(other.chars().take(32).collect())),
        };
        let signature = take("signature").ok_or(SignatureError::Malformed("signature is missing"))?;
        let signature = STANDARD.decode(signature).map_err(|_| SignatureError::Malformed("signature is not base64"))?;
        let covered = take("headers").unwrap_or(match algorithm {
            Algorithm::RsaSha256 => "date",
            Algorithm::Hs2019 => "(created)",
        });
        Ok(ParsedSignature {
            key_id,
            algorithm,
            covered: covered_names(covered)?,
            signature,
            created: take("created").map(seconds).transpose()?,
            expires: take("expires").map(seconds).transpose()?,
        })
    }

    fn covers(&self, name: &str) -> bool {
        self.covered.iter().any(|covered| covered == name)
    }
}

/// Splits `a="b",c=1` into names and values; blanks around commas are tolerated.
fn parameters(text: &str) -> Result<Vec<(&str, &str)>, SignatureError> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, tail) = rest.split_once('=').ok_or(SignatureError::Malformed("a parameter has no value"))?;
        let (name, tail) = (name.trim(), tail.trim_start());
        let (value, tail) = match tail.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or(SignatureError::Malformed("a quote is not closed"))?,
            None => tail.split_at(tail.find(',').unwrap_or(tail.len())),
        };
        if found.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return Err(SignatureError::Duplicate(name.chars().take(32).collect()));
        }
        found.push((name, value.trim()));
        let tail = tail.trim_start();
        rest = match tail.strip_prefix(',') {
            Some(more) => more.trim_start(),
            None if tail.is_empty() => tail,
            None => return Err(SignatureError::Malformed("something stands between two parameters")),
        };
        if found.len() > MAX_COVERED {
            return Err(SignatureError::Malformed("too many parameters"));
        }
    }
    Ok(found)
}

fn covered_names(list: &str) -> Result<Vec<String>, SignatureError> {
    let mut names: Vec<String> = Vec::new();
    for name in list.split_ascii_whitespace() {
        let name = name.to_ascii_lowercase();
        if names.contains(&name) {
            return Err(SignatureError::Duplicate(name.chars().take(32).collect()));
        }
        if names.len() == MAX_COVERED {
            return Err(SignatureError::Malformed("too many signed headers"));
        }
        names.push(name);
    }
    Ok(names)
}

fn seconds(text: &str) -> Result<u64, SignatureError> {
    // Whole seconds; a fraction is allowed by the draft for neither, and nobody sends one.
    text.parse().map_err(|_| SignatureError::BadTime)
}

/// Checks a signature against the request it came with and the key it names. Whose key that is, and
/// that the owner is the one who acts, is for the caller to check.
pub fn verify(
    parsed: &ParsedSignature,
    request: &Request<'_>,
    key: &PublicKey,
    now: SystemTime,
) -> Result<(), SignatureError> {
    check_coverage(parsed, request)?;
    check_host(request)?;
    check_time(parsed, request.headers, now)?;
    if let Some(body) = request.body
        && parsed.covers("digest")
    {
        check_digest(request.headers, body)?;
    }
    let with_query = request.path_and_query;
    let matches = |target: &str| -> Result<bool, SignatureError> {
        let message = signed_message(parsed, request, target)?;
        Ok(key.verify(message.as_bytes(), &parsed.signature).is_ok())
    };
    if matches(with_query)? {
        return Ok(());
    }
    // Some peers sign the path alone.
    match with_query.split_once('?') {
        Some((path, _)) if matches(path)? => Ok(()),
        _ => Err(SignatureError::Mismatch),
    }
}

fn check_coverage(parsed: &ParsedSignature, request: &Request<'_>) -> Result<(), SignatureError> {
    let timed = parsed.covers("(created)") || parsed.covers("(expires)");
    if parsed.algorithm == Algorithm::RsaSha256 && timed {
        // Draft, section 2.3: forbidden with the algorithms named rsa-, hmac- and ecdsa-.
        return Err(SignatureError::Algorithm("(created) or (expires) with rsa-sha256".to_owned()));
    }
    let has_body = request.body.is_some() || !matches!(*request.method, Method::GET | Method::HEAD);
    for (needed, name) in [(true, "(request-target)"), (true, "host"), (has_body, "digest")] {
        if needed && !parsed.covers(name) {
            return Err(SignatureError::NotCovered(name));
        }
    }
    if has_body && request.body.is_none() {
        return Err(SignatureError::NoDigest);
    }
    if !parsed.covers("date") && !parsed.covers("(created)") {
        return Err(SignatureError::NotCovered("date"));
    }
    Ok(())
}

/// The one value of a header that must stand once.
fn single<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, SignatureError> {
    let mut all = headers.get_all(name).iter();
    let value = all.next().ok_or_else(|| SignatureError::HeaderAbsent(name.to_owned()))?;
    if all.next().is_some() {
        return Err(SignatureError::Duplicate(name.to_owned()));
    }
    value.to_str().map_err(|_| SignatureError::HeaderAbsent(name.to_owned()))
}

fn check_host(request: &Request<'_>) -> Result<(), SignatureError> {
    let host = single(request.headers, "host")?;
    let host = host.strip_suffix(":443").unwrap_or(host);
    if request.own_hosts.iter().any(|own| own.eq_ignore_ascii_case(host)) {
        Ok(())
    } else {
        Err(SignatureError::OtherHost)
    }
}

fn check_time(parsed: &ParsedSignature, headers: &HeaderMap, now: SystemTime) -> Result<(), SignatureError> {
    if parsed.covers("date") {
        let text = single(headers, "date")?;
        let date = httpdate::parse_http_date(text).map_err(|_| SignatureError::BadTime)?;
        if httpdate::fmt_http_date(date) != text {
            // The two obsolete forms of RFC 9110 are read by the crate, but sent by nobody.
            return Err(SignatureError::BadTime);
        }
        within(date, now)?;
    }
    if parsed.covers("(created)") {
        let created = parsed.created.ok_or(SignatureError::BadTime)?;
        within(instant(created)?, now)?;
    }
    if let Some(expires) = parsed.expires {
        let last = instant(expires)?.checked_add(MAX_AHEAD).ok_or(SignatureError::BadTime)?;
        if now > last {
            return Err(SignatureError::TooOld);
        }
    }
    Ok(())
}

fn instant(seconds: u64) -> Result<SystemTime, SignatureError> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).ok_or(SignatureError::BadTime)
}

fn within(signed: SystemTime, now: SystemTime) -> Result<(), SignatureError> {
    match now.duration_since(signed) {
        Ok(age) if age > MAX_AGE => Err(SignatureError::TooOld),
        Ok(_) => Ok(()),
        Err(ahead) if ahead.duration() > MAX_AHEAD => Err(SignatureError::InFuture),
        Err(_) => Ok(()),
    }
}

fn check_digest(headers: &HeaderMap, body: &[u8]) -> Result<(), SignatureError> {
    let actual = ring::digest::digest(&ring::digest::SHA256, body);
    let list = single(headers, "digest")?;
    let mut seen = false;
    for entry in list.split(',') {
        let Some((name, value)) = entry.trim().split_once('=') else { continue };
        if !name.eq_ignore_ascii_case("sha-256") {
            continue;
        }
        let claimed = STANDARD.decode(value).map_err(|_| SignatureError::NoDigest)?;
        if claimed != actual.as_ref() {
            return Err(SignatureError::WrongDigest);
        }
        seen = true;
    }
    if seen { Ok(()) } else { Err(SignatureError::NoDigest) }
}

/// The text that was signed: one line a covered name, in the order of the list.
fn signed_message(parsed: &ParsedSignature, request: &Request<'_>, target: &str) -> Result<String, SignatureError> {
    let mut lines = Vec::with_capacity(parsed.covered.len());
    for name in &parsed.covered {
        let value = match name.as_str() {
            "(request-target)" => format!("{} {target}", request.method.as_str().to_ascii_lowercase()),
            "(created)" => parsed.created.ok_or(SignatureError::BadTime)?.to_string(),
            "(expires)" => parsed.expires.ok_or(SignatureError::BadTime)?.to_string(),
            _ => header_values(request.headers, name)?,
        };
        lines.push(format!("{name}: {value}"));
    }
    Ok(lines.join("\n"))
}

fn header_values(headers: &HeaderMap, name: &str) -> Result<String, SignatureError> {
    let absent = || SignatureError::HeaderAbsent(name.chars().take(64).collect());
    let mut values = Vec::new();
    for value in headers.get_all(name) {
        values.push(value.to_str().map_err(|_| absent())?.trim());
    }
    if values.is_empty() { Err(absent()) } else { Ok(values.join(", ")) }
}

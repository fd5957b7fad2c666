//! draft-cavage-http-signatures-12: signing in the form every peer takes, and checking, as liberal in
//! form as the largest peer, as strict in substance as the draft allows.
//!
//! Some peers split the header at commas without trimming, so none is followed by a blank; some want
//! `algorithm`, some the order `keyId, algorithm, headers, signature`.
//!
//! Whatever a signature does not cover, somebody in between can change: so the request target, the
//! host, a time and, for a body, its digest must be covered.

use super::verify::{self, MAX_COVERED, MAX_HEADER, Request, header_values, single};
use super::{KeyKind, PublicKey, SignatureError, SigningKey};
use crate::activitypub::KeyId;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, DATE, HOST, HeaderName, HeaderValue};
use std::time::SystemTime;
use url::Url;

/// `Digest` (RFC 3230).
pub const DIGEST: HeaderName = HeaderName::from_static("digest");
/// `Signature`.
pub const SIGNATURE: HeaderName = HeaderName::from_static("signature");

pub(super) type Headers = Vec<(HeaderName, HeaderValue)>;

/// `SHA-256=…` over the bytes that are sent.
pub fn sha256_digest(body: &[u8]) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, body);
    format!("SHA-256={}", STANDARD.encode(hash.as_ref()))
}

/// The headers of a signed POST: `host`, `date`, `digest`, `content-type`, `signature`. `body` must be
/// the very bytes that go out. Sign anew for each attempt: peers refuse old dates.
pub fn sign_post(
    key: &SigningKey,
    key_id: &str,
    url: &Url,
    body: &[u8],
    content_type: &str,
    now: SystemTime,
) -> Result<Headers, SignatureError> {
    sign_post_with(key, key_id, url, body, content_type, now, &[])
}

/// The same with more headers, which are signed too.
pub fn sign_post_with(
    key: &SigningKey,
    key_id: &str,
    url: &Url,
    body: &[u8],
    content_type: &str,
    now: SystemTime,
    more: &[(HeaderName, HeaderValue)],
) -> Result<Headers, SignatureError> {
    let mut headers = vec![
        (HOST, value(&host(url)?)?),
        (DATE, value(&httpdate::fmt_http_date(now))?),
        (DIGEST, value(&sha256_digest(body))?),
        (CONTENT_TYPE, value(content_type)?),
    ];
    headers.extend_from_slice(more);
    let signature = sign(key, key_id, "post", url, &headers)?;
    headers.push((SIGNATURE, signature));
    Ok(headers)
}

/// The headers of a signed GET: `host`, `date`, `signature`.
pub fn sign_get(key: &SigningKey, key_id: &str, url: &Url, now: SystemTime) -> Result<Headers, SignatureError> {
    let mut headers = vec![(HOST, value(&host(url)?)?), (DATE, value(&httpdate::fmt_http_date(now))?)];
    let signature = sign(key, key_id, "get", url, &headers)?;
    headers.push((SIGNATURE, signature));
    Ok(headers)
}

/// Text as a header's value.
pub(super) fn value(text: &str) -> Result<HeaderValue, SignatureError> {
    HeaderValue::from_str(text).map_err(|_| SignatureError::Unsendable("a header has characters it may not have"))
}

/// As the HTTP client will say it: without the scheme's own port.
pub(super) fn host(url: &Url) -> Result<String, SignatureError> {
    let host = url.host_str().ok_or(SignatureError::Unsendable("the address has no host"))?;
    Ok(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

fn sign(
    key: &SigningKey,
    key_id: &str,
    method: &str,
    url: &Url,
    headers: &[(HeaderName, HeaderValue)],
) -> Result<HeaderValue, SignatureError> {
    if key_id.contains(['"', '\\', ',']) {
        return Err(SignatureError::Unsendable("the key's id has characters it may not have"));
    }
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let mut names = String::from("(request-target)");
    let mut message = format!("(request-target): {method} {target}");
    for (name, value) in headers {
        let text = value.to_str().map_err(|_| SignatureError::Unsendable("a header is not plain text"))?;
        names = format!("{names} {name}");
        message = format!("{message}\n{name}: {text}");
    }
    let signature = key.sign(message.as_bytes()).map_err(|_| SignatureError::Unsendable("the key refused"))?;
    value(&format!(
        "keyId=\"{key_id}\",algorithm=\"rsa-sha256\",headers=\"{names}\",signature=\"{}\"",
        STANDARD.encode(signature)
    ))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    RsaSha256,
    /// "Ask the key" (also when none is named); our keys are RSA with SHA-256.
    Hs2019,
}

/// A `Signature` header of the draft, read but not believed.
#[derive(Debug, Clone)]
pub struct Parsed {
    key_id: KeyId,
    algorithm: Algorithm,
    covered: Vec<String>,
    signature: Vec<u8>,
    created: Option<u64>,
    expires: Option<u64>,
}

impl Parsed {
    /// Id of the key it claims to be made with.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// Reads the value of a `Signature` header.
    pub(super) fn parse(text: &str) -> Result<Self, SignatureError> {
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
        Ok(Parsed {
            key_id,
            algorithm,
            covered: covered_names(covered)?,
            signature,
            created: take("created").map(seconds).transpose()?,
            expires: take("expires").map(seconds).transpose()?,
        })
    }

    pub(super) fn covers(&self, name: &str) -> bool {
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

impl Parsed {
    /// Checks it against the request it came with, whose host is `host`, and the key it names.
    pub(super) fn check(&self, request: &Request<'_>, key: &PublicKey, now: SystemTime) -> Result<(), SignatureError> {
        if self.algorithm == Algorithm::RsaSha256 && key.kind() != KeyKind::Rsa {
            return Err(SignatureError::Algorithm("rsa-sha256 with a key of another kind".to_owned()));
        }
        check_coverage(self, request)?;
        verify::own_host(request)?;
        check_time(self, request.headers, now)?;
        if let Some(body) = request.body
            && self.covers("digest")
        {
            check_digest(request.headers, body)?;
        }
        let with_query = request.path_and_query;
        let matches = |target: &str| -> Result<bool, SignatureError> {
            let message = signed_message(self, request, target)?;
            Ok(key.verify(message.as_bytes(), &self.signature).is_ok())
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
}

fn check_coverage(parsed: &Parsed, request: &Request<'_>) -> Result<(), SignatureError> {
    let timed = parsed.covers("(created)") || parsed.covers("(expires)");
    if parsed.algorithm == Algorithm::RsaSha256 && timed {
        // Draft, section 2.3: forbidden with the algorithms named rsa-, hmac- and ecdsa-.
        return Err(SignatureError::Algorithm("(created) or (expires) with rsa-sha256".to_owned()));
    }
    let has_body = request.has_body();
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

fn check_time(parsed: &Parsed, headers: &HeaderMap, now: SystemTime) -> Result<(), SignatureError> {
    if parsed.covers("date") {
        let text = single(headers, "date")?;
        let date = httpdate::parse_http_date(text).map_err(|_| SignatureError::BadTime)?;
        if httpdate::fmt_http_date(date) != text {
            // The two obsolete forms of RFC 9110 are read by the crate, but sent by nobody.
            return Err(SignatureError::BadTime);
        }
        verify::within(date, now)?;
    }
    if parsed.covers("(created)") {
        verify::created_within(parsed.created.ok_or(SignatureError::BadTime)?, now)?;
    }
    parsed.expires.map_or(Ok(()), |expires| verify::not_expired(expires, now))
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
fn signed_message(parsed: &Parsed, request: &Request<'_>, target: &str) -> Result<String, SignatureError> {
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

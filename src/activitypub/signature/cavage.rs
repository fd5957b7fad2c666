//! Signing: draft-cavage-http-signatures-12 in the form every peer takes.
//!
//! Some peers split the header at commas without trimming, so none is followed by a blank; some want
//! `algorithm`, some the order `keyId, algorithm, headers, signature`.

use super::{SignatureError, SigningKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_TYPE, DATE, HOST, HeaderName, HeaderValue};
use std::time::SystemTime;
use url::Url;

/// `Digest` (RFC 3230).
pub const DIGEST: HeaderName = HeaderName::from_static("digest");
/// `Signature`.
pub const SIGNATURE: HeaderName = HeaderName::from_static("signature");

type Headers = Vec<(HeaderName, HeaderValue)>;

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

fn value(text: &str) -> Result<HeaderValue, SignatureError> {
    HeaderValue::from_str(text).map_err(|_| SignatureError::Unsendable("a header has characters it may not have"))
}

/// As the HTTP client will say it: without the scheme's own port.
fn host(url: &Url) -> Result<String, SignatureError> {
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

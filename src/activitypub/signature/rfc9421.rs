//! HTTP Message Signatures (RFC 9421) with `content-digest` (RFC 9530), in the profile the fediverse
//! uses: one signature, made at a stated time with `rsa-v1_5-sha256` or `ed25519`, over the method, the
//! whole address and, for a body, its digest.

use super::cavage::{Headers, host, value};
use super::structured::{self, Bare, Item, Member, Parameters};
use super::verify::{self, MAX_HEADER, Request, header_values};
use super::{KeyKind, PublicKey, SIGNATURE, SignatureError, SigningKey};
use crate::activitypub::KeyId;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_TYPE, DATE, HOST, HeaderName, HeaderValue};
use std::time::{SystemTime, UNIX_EPOCH};
use url::Url;

/// `Signature-Input`.
pub const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");
/// `Content-Digest` (RFC 9530).
pub const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");

/// `sha-256=:…:` over the bytes that are sent.
pub fn content_digest(body: &[u8]) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, body);
    format!("sha-256=:{}:", STANDARD.encode(hash.as_ref()))
}

/// The headers of a signed POST: `host`, `date`, `content-digest`, `content-type`, `signature-input`,
/// `signature`. `body` must be the very bytes that go out.
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

/// The same with more headers, which are covered too.
pub fn sign_post_with(
    key: &SigningKey,
    key_id: &str,
    url: &Url,
    body: &[u8],
    content_type: &str,
    now: SystemTime,
    more: &[(HeaderName, HeaderValue)],
) -> Result<Headers, SignatureError> {
    let mut covered = vec![(CONTENT_DIGEST, value(&content_digest(body))?)];
    covered.extend_from_slice(more);
    let mut headers = sign(key, key_id, "POST", url, &covered, now)?;
    headers.extend(covered);
    headers.push((CONTENT_TYPE, value(content_type)?));
    Ok(headers)
}

/// The headers of a signed GET: `host`, `date`, `signature-input`, `signature`.
pub fn sign_get(key: &SigningKey, key_id: &str, url: &Url, now: SystemTime) -> Result<Headers, SignatureError> {
    sign(key, key_id, "GET", url, &[], now)
}

fn sign(
    key: &SigningKey,
    key_id: &str,
    method: &str,
    url: &Url,
    covered: &[(HeaderName, HeaderValue)],
    now: SystemTime,
) -> Result<Headers, SignatureError> {
    if key_id.contains(|c: char| !c.is_ascii_graphic() || matches!(c, '"' | '\\')) {
        return Err(SignatureError::Unsendable("the key's id has characters it may not have"));
    }
    let mut target = url.clone();
    target.set_fragment(None);
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (mut also, mut line) = (String::new(), String::new());
    for (name, value) in covered {
        let text = value.to_str().map_err(|_| SignatureError::Unsendable("a header is not plain text"))?;
        also = format!("{also} \"{name}\"");
        line = format!("{line}\"{name}\": {text}\n");
    }
    let input = format!("(\"@method\" \"@target-uri\"{also});created={seconds};keyid=\"{key_id}\"");
    let base = format!("\"@method\": {method}\n\"@target-uri\": {target}\n{line}\"@signature-params\": {input}");
    let signature = key.sign(base.as_bytes()).map_err(|_| SignatureError::Unsendable("the key refused"))?;
    Ok(vec![
        (HOST, value(&host(url)?)?),
        (DATE, value(&httpdate::fmt_http_date(now))?),
        (SIGNATURE_INPUT, value(&format!("sig1={input}"))?),
        (SIGNATURE, value(&format!("sig1=:{}:", STANDARD.encode(signature)))?),
    ])
}

/// `Signature-Input`: what is covered, in which order, and what the signer says about it.
#[derive(Debug, Clone)]
pub struct Input {
    label: String,
    components: Vec<Item>,
    parameters: Parameters,
}

/// `Signature-Input` and `Signature`, read but not believed.
#[derive(Debug, Clone)]
pub struct Parsed {
    key_id: KeyId,
    input: Input,
    /// None: whatever the key is.
    algorithm: Option<KeyKind>,
    created: u64,
    expires: Option<u64>,
    signature: Vec<u8>,
}

impl Parsed {
    /// Reads the values of the two headers. There must be one signature.
    pub fn parse(input: &str, signature: &str) -> Result<Self, SignatureError> {
        if input.len() > MAX_HEADER || signature.len() > MAX_HEADER {
            return Err(SignatureError::Malformed("too long"));
        }
        let input = Input::parse(input)?;
        let bytes = match structured::dictionary(signature).as_deref() {
            Some([(name, Member::Item(Item { value: Bare::Bytes(bytes), .. }))]) if *name == input.label => {
                bytes.clone()
            }
            _ => return Err(SignatureError::Malformed("there is not the one signature that is described")),
        };
        let find = |name: &str| input.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        let Some(Bare::Text(key_id)) = find("keyid") else { return Err(SignatureError::Malformed("keyid is missing")) };
        let algorithm = match find("alg") {
            None => None,
            Some(Bare::Text(name)) => Some(KeyKind::from_algorithm(name).ok_or_else(|| unknown(name))?),
            Some(_) => return Err(SignatureError::Malformed("alg is no text")),
        };
        let (created, expires) = (find("created").map(seconds).transpose()?, find("expires").map(seconds).transpose()?);
        Ok(Parsed {
            key_id: KeyId::parse(key_id)?,
            algorithm,
            created: created.ok_or(SignatureError::NotCovered("created"))?,
            expires,
            signature: bytes,
            input,
        })
    }

    /// Id of the key it claims to be made with.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// Whether a header or derived component is covered.
    pub(super) fn covers(&self, name: &str) -> bool {
        self.input.covers(name)
    }

    /// Checks it against the request it came with and the key it names.
    pub(super) fn check(&self, request: &Request<'_>, key: &PublicKey, now: SystemTime) -> Result<(), SignatureError> {
        if self.algorithm.is_some_and(|algorithm| algorithm != key.kind()) {
            return Err(SignatureError::Algorithm("the key is of another kind".to_owned()));
        }
        for (needed, name) in [(true, "@method"), (true, "@target-uri"), (request.has_body(), "content-digest")] {
            if needed && !self.input.covers(name) {
                return Err(SignatureError::NotCovered(name));
            }
        }
        verify::created_within(self.created, now)?;
        self.expires.map_or(Ok(()), |expires| verify::not_expired(expires, now))?;
        match request.body {
            Some(body) => check_digest(request, body)?,
            None if request.has_body() => return Err(SignatureError::NoDigest),
            None => {}
        }
        let base = self.input.base(request)?;
        key.verify(base.as_bytes(), &self.signature).map_err(|_| SignatureError::Mismatch)
    }
}

impl Input {
    /// Reads the value of a `Signature-Input` header: one list, each component in it once.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let mut members = structured::dictionary(text).ok_or(SignatureError::Malformed("Signature-Input"))?;
        if members.len() > 1 {
            return Err(SignatureError::Malformed("there is more than one signature"));
        }
        let Some((label, Member::List(components, parameters))) = members.pop() else {
            return Err(SignatureError::Malformed("Signature-Input holds no list"));
        };
        for (at, component) in components.iter().enumerate() {
            if components[..at].contains(component) {
                return Err(SignatureError::Duplicate(component.to_string()));
            }
        }
        Ok(Input { label, components, parameters })
    }

    /// Covered as a whole: with parameters it would be something else.
    fn covers(&self, name: &str) -> bool {
        self.components.iter().any(|c| c.parameters.is_empty() && c.value == Bare::Text(name.to_owned()))
    }

    /// The signature base (section 2.5): the text that was signed.
    pub fn base(&self, request: &Request<'_>) -> Result<String, SignatureError> {
        let mut base = String::new();
        for component in &self.components {
            base = format!("{base}{component}: {}\n", component_value(component, request)?);
        }
        let parameters = structured::write_list(&self.components, &self.parameters);
        Ok(format!("{base}\"@signature-params\": {parameters}"))
    }
}

fn unknown(name: &str) -> SignatureError {
    SignatureError::Algorithm(name.chars().take(32).collect())
}

fn seconds(value: &Bare) -> Result<u64, SignatureError> {
    match value {
        Bare::Integer(number) => u64::try_from(*number).map_err(|_| SignatureError::BadTime),
        _ => Err(SignatureError::BadTime),
    }
}

/// What a component is in this request (section 2.1 and 2.2).
fn component_value(component: &Item, request: &Request<'_>) -> Result<String, SignatureError> {
    let Bare::Text(name) = &component.value else { return Err(SignatureError::Malformed("a component is no text")) };
    let target = request.path_and_query;
    let (path, query) = target.split_once('?').map_or((target, ""), |(path, query)| (path, query));
    match (name.as_str(), component.parameters.as_slice()) {
        ("@query-param", [(key, Bare::Text(wanted))]) if key == "name" => parameter(query, wanted),
        (_, [_, ..]) => Err(SignatureError::Malformed("a component has parameters that are not understood")),
        ("@method", []) => Ok(request.method.as_str().to_owned()),
        ("@target-uri", []) => Ok(format!("https://{}{target}", verify::own_host(request)?)),
        ("@authority", []) => Ok(verify::own_host(request)?.to_ascii_lowercase()),
        ("@scheme", []) => Ok("https".to_owned()),
        ("@request-target", []) => Ok(target.to_owned()),
        ("@path", []) => Ok(path.to_owned()),
        ("@query", []) => Ok(format!("?{query}")),
        (derived, []) if derived.starts_with('@') => Err(SignatureError::Malformed("a component is not known")),
        (header, []) if header.bytes().any(|b| b.is_ascii_uppercase()) => {
            Err(SignatureError::Malformed("a component is not in small letters"))
        }
        (header, []) => header_values(request.headers, header),
    }
}

/// One parameter of the query (section 2.2.8), which must stand there once.
fn parameter(query: &str, wanted: &str) -> Result<String, SignatureError> {
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let mut all = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| encoded(name) == wanted);
    match (all.next(), all.next()) {
        (Some((_, value)), None) => Ok(encoded(&value).replace('+', "%20")),
        _ => Err(SignatureError::Malformed("a signed parameter of the query does not stand there once")),
    }
}

fn check_digest(request: &Request<'_>, body: &[u8]) -> Result<(), SignatureError> {
    let list = header_values(request.headers, CONTENT_DIGEST.as_str())?;
    let digests = structured::dictionary(&list).ok_or(SignatureError::NoDigest)?;
    match digests.into_iter().find(|(name, _)| name == "sha-256") {
        Some((_, Member::Item(Item { value: Bare::Bytes(claimed), .. }))) => {
            let actual = ring::digest::digest(&ring::digest::SHA256, body);
            if claimed == actual.as_ref() { Ok(()) } else { Err(SignatureError::WrongDigest) }
        }
        _ => Err(SignatureError::NoDigest),
    }
}

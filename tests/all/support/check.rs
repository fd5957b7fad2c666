//! How strict the strictest receivers are with what reaches them.

use super::World;
use crate::activitypub::validators;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cyanotype::activitypub::signature::PublicKey;
use http::HeaderMap;
use serde_json::Value;
use std::collections::HashMap;
use std::time::Duration;

type Check<T = ()> = Result<T, String>;

/// Public keys fetched so far, by key id.
pub type Keys = tokio::sync::Mutex<HashMap<String, (String, PublicKey)>>;

/// A request as it came in.
pub struct Incoming<'a> {
    pub method: &'a str,
    /// The name this server answers to.
    pub host: &'a str,
    /// Path and query.
    pub target: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

impl Incoming<'_> {
    fn header(&self, name: &str) -> Check<&str> {
        let mut all = self.headers.get_all(name).iter();
        let value = all.next().ok_or_else(|| format!("no {name}"))?;
        if all.next().is_some() {
            return Err(format!("{name} stands twice"));
        }
        value.to_str().map_err(|_| format!("{name} is no text"))
    }
}

fn demand(condition: bool, otherwise: impl Into<String>) -> Check {
    if condition { Ok(()) } else { Err(otherwise.into()) }
}

/// draft-cavage as every receiver takes it. Gives the actor who owns the key.
pub async fn signature(world: &World, keys: &Keys, request: &Incoming<'_>) -> Check<String> {
    if request.headers.contains_key("signature-input") {
        return rfc9421(world, keys, request).await;
    }
    let header = request.header("signature")?;
    validators::signature_header(header)?;
    let parameter = |name: &str| {
        let start = format!("{name}=\"");
        let rest = &header[header.find(&start)? + start.len()..];
        Some(rest[..rest.find('"')?].to_owned())
    };
    let names = parameter("headers").ok_or("no headers parameter")?;
    let expected = match request.method {
        "POST" if request.headers.contains_key("collection-synchronization") => {
            "(request-target) host date digest content-type collection-synchronization"
        }
        "POST" => "(request-target) host date digest content-type",
        _ => "(request-target) host date",
    };
    demand(names == expected, format!("signed are: {names}"))?;
    demand(request.header("host")? == request.host, "signed for another host")?;
    check_date(world, request.header("date")?)?;
    if request.method == "POST" {
        let hash = ring::digest::digest(&ring::digest::SHA256, request.body);
        let digest = format!("SHA-256={}", STANDARD.encode(hash.as_ref()));
        demand(request.header("digest")? == digest, "the digest is not that of the body")?;
    }
    let line = |name: &str| match name {
        "(request-target)" => Ok(format!("{name}: {} {}", request.method.to_lowercase(), request.target)),
        _ => request.header(name).map(|value| format!("{name}: {value}")),
    };
    let message = names.split(' ').map(line).collect::<Check<Vec<_>>>()?.join("\n");
    let signature = STANDARD.decode(parameter("signature").unwrap_or_default()).map_err(|e| e.to_string())?;
    let key_id = parameter("keyId").ok_or("no keyId")?;
    let (owner, key) = key(world, keys, &key_id).await?;
    key.verify(message.as_bytes(), &signature).map_err(|error| error.to_string())?;
    Ok(owner)
}

/// RFC 9421 as its receivers take it. Gives the actor who owns the key.
async fn rfc9421(world: &World, keys: &Keys, request: &Incoming<'_>) -> Check<String> {
    let (input, has_body) = (request.header("signature-input")?, request.method == "POST");
    let covered =
        if has_body { r#"("@method" "@target-uri" "content-digest")"# } else { r#"("@method" "@target-uri")"# };
    let input = input.strip_prefix("sig1=").ok_or("another label")?;
    let rest = input.strip_prefix(covered).and_then(|rest| rest.strip_prefix(";created="));
    let (created, rest) =
        rest.and_then(|rest| rest.split_once(";keyid=\"")).ok_or_else(|| format!("input: {input}"))?;
    let key_id = rest.strip_suffix('"').ok_or("keyid is not closed")?;
    let created = Duration::from_secs(created.parse().map_err(|_| "created")?);
    check_date(world, &httpdate::fmt_http_date(std::time::UNIX_EPOCH + created))?;
    let mut base =
        format!("\"@method\": {}\n\"@target-uri\": https://{}{}\n", request.method, request.host, request.target);
    if has_body {
        let hash = ring::digest::digest(&ring::digest::SHA256, request.body);
        let digest = format!("sha-256=:{}:", STANDARD.encode(hash.as_ref()));
        demand(request.header("content-digest")? == digest, "the content-digest is not that of the body")?;
        base = format!("{base}\"content-digest\": {digest}\n");
    }
    let base = format!("{base}\"@signature-params\": {input}");
    let signature = request.header("signature")?.strip_prefix("sig1=:").and_then(|rest| rest.strip_suffix(':'));
    let signature = STANDARD.decode(signature.ok_or("another label")?).map_err(|error| error.to_string())?;
    let (owner, key) = key(world, keys, key_id).await?;
    key.verify(base.as_bytes(), &signature).map_err(|error| error.to_string())?;
    Ok(owner)
}

/// Five minutes: the narrowest window there is.
fn check_date(world: &World, text: &str) -> Check {
    let date = httpdate::parse_http_date(text).map_err(|_| format!("Date: {text}"))?;
    demand(httpdate::fmt_http_date(date) == text, "the Date is in an obsolete form")?;
    let now = world.clock().system();
    let off = now.duration_since(date).unwrap_or_else(|early| early.duration());
    demand(off <= Duration::from_secs(300), format!("the Date is {} s off", off.as_secs()))
}

async fn key(world: &World, keys: &Keys, key_id: &str) -> Check<(String, PublicKey)> {
    if let Some(known) = keys.lock().await.get(key_id) {
        return Ok(known.clone());
    }
    let address = key_id.split('#').next().unwrap_or_default();
    let answer = world.client().get(address).header("accept", "application/activity+json").send().await;
    let answer = answer.map_err(|error| format!("{address}: {error}"))?;
    demand(answer.status() == 200, format!("{address} answers {}", answer.status()))?;
    let bytes = answer.bytes().await.map_err(|error| error.to_string())?;
    let actor: Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    validators::actor_for_everybody(&actor)?;
    demand(actor["publicKey"]["id"] == key_id, "the actor has another key")?;
    demand(actor["id"] == address, "the key is not the actor's")?;
    let key = PublicKey::from_pem(actor["publicKey"]["publicKeyPem"].as_str().unwrap_or_default());
    let found = (address.to_owned(), key.map_err(|error| error.to_string())?);
    keys.lock().await.insert(key_id.to_owned(), found.clone());
    Ok(found)
}

/// A delivery: signed by its actor, and of a shape that nobody drops.
pub async fn delivery(world: &World, keys: &Keys, request: &Incoming<'_>) -> Check {
    let owner = signature(world, keys, request).await?;
    demand(request.header("content-type")? == "application/activity+json", "another Content-Type")?;
    let activity: Value = serde_json::from_slice(request.body).map_err(|error| error.to_string())?;
    demand(activity["actor"] == owner.as_str(), "the key's owner is not the actor")?;
    validators::delivery_for_everybody(request.body)
}

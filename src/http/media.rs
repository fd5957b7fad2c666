//! `/media/{key}.jpg` and the like: derived pictures, for browsers and other servers alike. No cookies are read or
//! set; names are random and never change their bytes.

use super::{Web, error};
use crate::blob::Key;
use crate::service::Refusal;
use crate::service::photos::files;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use std::ops::Range;

pub fn router() -> Router<Web> {
    Router::new().route("/media/{file}", get(serve))
}

const FIXED: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'; sandbox"),
    ("cross-origin-resource-policy", "cross-origin"),
    ("content-disposition", "inline"),
    ("accept-ranges", "bytes"),
    ("x-robots-tag", "noindex"),
];

/// A name means the same picture for ever …
const KEPT: &str = "public, max-age=31536000, immutable";
/// … which nobody keeps for others where not everybody may see it.
const KEPT_BY_ONE: &str = "private, max-age=31536000, immutable";

async fn serve(State(web): State<Web>, method: Method, Path(file): Path<String>, headers: HeaderMap) -> Response {
    let Ok(key) = format!("media/{file}").parse::<Key>() else { return error::bare(&Refusal::Missing) };
    answer(&web, &key, &method, &headers).await.unwrap_or_else(|refusal| error::bare(&refusal))
}

/// Which bytes these are. Under a key they change only where the same picture was made again, and then
/// hardly ever to the same length.
fn tag_of(key: &Key, total: u64) -> String {
    let key = key.to_string();
    let name = key.rsplit('/').next().unwrap_or_default();
    format!("\"{}-{total:x}\"", name.split('.').next().unwrap_or_default())
}

async fn answer(web: &Web, key: &Key, method: &Method, asked: &HeaderMap) -> Result<Response, Refusal> {
    // Most ask for the whole: the store tells its length as it gives it.
    let plain =
        method == Method::GET && !asked.contains_key(header::RANGE) && !asked.contains_key(header::IF_NONE_MATCH);
    let (key, total, mut whole) = if plain {
        let (key, blob) = files::served(&web.app, key, None).await?.ok_or(Refusal::Missing)?;
        (key, blob.len_total, Some(blob))
    } else {
        let (key, total) = files::served_size(&web.app, key).await?.ok_or(Refusal::Missing)?;
        (key, total, None)
    };
    let tag = tag_of(&key, total);
    let same = asked
        .get(header::IF_NONE_MATCH)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.contains(&tag) || v.trim() == "*");
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    let kind = key.media_type().ok_or(Refusal::Missing)?;
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.mime()));
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(if key.is_open() { KEPT } else { KEPT_BY_ONE }));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if same {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    // Of a HEAD the range is ignored (RFC 9110, section 14.2).
    let range = if method == Method::GET { range(asked, &tag, total) } else { Ok(None) };
    let range = match range {
        Ok(range) => range,
        Err(()) => {
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response.headers_mut().insert(header::CONTENT_RANGE, text(format!("bytes */{total}")));
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            return Ok(response);
        }
    };
    let length = range.as_ref().map_or(total, |r| r.end - r.start);
    response.headers_mut().insert(header::CONTENT_LENGTH, text(length.to_string()));
    if let Some(r) = &range {
        response.headers_mut().insert(header::CONTENT_RANGE, text(format!("bytes {}-{}/{total}", r.start, r.end - 1)));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    if method != Method::HEAD {
        let blob = match whole.take() {
            Some(blob) => blob,
            None => files::served(&web.app, &key, range).await?.ok_or(Refusal::Missing)?.1,
        };
        *response.body_mut() = Body::from_stream(blob.stream);
    }
    Ok(response)
}

fn text(value: String) -> HeaderValue {
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static(""))
}

/// One range of the file, when one is asked for (RFC 9110, section 14). Several at once, or a form
/// not understood, get the whole file; one outside it is an error.
fn range(headers: &HeaderMap, tag: &str, total: u64) -> Result<Option<Range<u64>>, ()> {
    if headers.get(header::IF_RANGE).is_some_and(|v| v.to_str().ok() != Some(tag)) {
        return Ok(None);
    }
    let Some(spec) = headers.get(header::RANGE).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("bytes="))
    else {
        return Ok(None);
    };
    let Some((from, to)) = spec.split_once('-').filter(|_| !spec.contains(',')) else { return Ok(None) };
    let range = match (from.trim().parse::<u64>(), to.trim().parse::<u64>()) {
        (Ok(from), Ok(to)) if from <= to => from..to.saturating_add(1).min(total),
        (Ok(from), Err(_)) if to.trim().is_empty() => from..total,
        (Err(_), Ok(last)) if from.trim().is_empty() => total.saturating_sub(last)..total,
        _ => return Ok(None),
    };
    if range.start >= total || range.is_empty() { Err(()) } else { Ok(Some(range)) }
}

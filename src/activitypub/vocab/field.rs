//! The forms in which a single member of a document comes.

use super::ReadError;
use crate::activitypub::html::truncate;
use crate::activitypub::{IdError, RemoteId, id, stamp};
use serde_json::{Map, Value};

pub(super) type Object = Map<String, Value>;

/// Most entries of `to` or `cc` that are kept.
const MAX_ADDRESSES: usize = 1000;

pub(super) fn object(value: &Value) -> Result<&Object, ReadError> {
    value.as_object().ok_or(ReadError::NotAnObject)
}

/// The member, where `null` counts as absent.
pub(super) fn get<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

/// One thing, or the things of a list.
pub(super) fn many(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(list)) => list,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

/// `type`: a string, or the first of a list that `known` accepts, or the first.
pub(super) fn kind(object: &Object, known: impl Fn(&str) -> bool) -> Option<&str> {
    let names = || many(object.get("type")).iter().take(8).filter_map(Value::as_str);
    names().find(|name| known(name)).or_else(|| names().next())
}

/// An id as it is written: a string, or an object's `id`.
pub(super) fn id_text(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.as_object()?.get("id")?.as_str())
}

/// The only entry's id. A list of several is nobody's id.
pub(super) fn single_id(value: &Value) -> Option<&str> {
    match many(Some(value)) {
        [one] => id_text(one),
        _ => None,
    }
}

/// An id the document cannot do without.
pub(super) fn required_id(object: &Object, name: &'static str) -> Result<RemoteId, ReadError> {
    let text = get(object, name).and_then(single_id).ok_or(ReadError::Missing(name))?;
    RemoteId::parse(text).map_err(|error| ReadError::BadId(name, error))
}

/// An id that is left out when absent or unusable.
pub(super) fn optional_id(object: &Object, name: &str) -> Option<RemoteId> {
    RemoteId::parse(get(object, name).and_then(single_id)?).ok()
}

/// Unlike [`optional_id`], tells "absent" from "unusable".
pub(super) fn tried_id(object: &Object, name: &str) -> Option<Result<RemoteId, IdError>> {
    let text = many(get(object, name)).iter().find_map(id_text)?;
    Some(RemoteId::parse(text))
}

/// The addresses of `to` or `cc`, as they are written.
pub(super) fn addresses(object: &Object, name: &str) -> Vec<String> {
    let texts = many(get(object, name)).iter().filter_map(id_text);
    texts.filter(|text| text.len() <= id::MAX_ID_BYTES).take(MAX_ADDRESSES).map(str::to_owned).collect()
}

/// Text, given plainly, as `{"@value": …}` or as the first of a list of those.
fn text_of(value: &Value) -> Option<&str> {
    match many(Some(value)).first()? {
        Value::String(text) => Some(text),
        Value::Object(object) => object.get("@value")?.as_str(),
        _ => None,
    }
}

/// Text of `name`, or the first of `nameMap`.
pub(super) fn text<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    let plain = get(object, name).and_then(text_of).filter(|text| !text.is_empty());
    plain.or_else(|| get(object, &format!("{name}Map"))?.as_object()?.values().find_map(Value::as_str))
}

/// Plain text on one line, without control characters, of at most `longest` characters.
pub(super) fn line(text: &str, longest: usize) -> String {
    let shown = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !c.is_control());
    shown.take(longest).collect::<String>().trim().to_owned()
}

/// Plain text that may have several lines.
pub(super) fn lines(text: &str, longest: usize) -> String {
    let shown = text.chars().filter(|c| *c == '\n' || !c.is_control());
    shown.take(longest).collect::<String>().trim().to_owned()
}

/// HTML as received, cut; not safe to show.
pub(super) fn raw_html(text: &str, bytes: usize) -> String {
    truncate(text, bytes).to_owned()
}

pub(super) fn flag(object: &Object, name: &str) -> bool {
    object.get(name).and_then(Value::as_bool).unwrap_or(false)
}

pub(super) fn time(object: &Object, name: &str) -> Option<i64> {
    stamp::read(get(object, name)?.as_str()?)
}

/// A count: a whole number that is not negative.
pub(super) fn count(value: &Value) -> Option<i64> {
    value.as_i64().filter(|number| *number >= 0)
}

/// Address and media type of a string, a `Link`, or an object with `url`.
pub(super) fn link(value: &Value) -> Option<(&str, Option<&str>)> {
    match value {
        Value::String(text) => Some((text, None)),
        Value::Object(object) => {
            let href = object.get("href").or_else(|| object.get("url"))?.as_str()?;
            Some((href, object.get("mediaType").and_then(Value::as_str)))
        }
        _ => None,
    }
}

/// The page of a document: `url` as string, `Link` or list, HTML preferred; http and https only.
pub(super) fn page(object: &Object) -> Option<String> {
    let links = || many(get(object, "url")).iter().take(32).filter_map(link);
    let html = links().find(|(_, media)| *media == Some("text/html"));
    let (href, _) = html.or_else(|| links().find(|(_, media)| media.is_none())).or_else(|| links().next())?;
    id::display_url(href)
}

/// Address of a picture given as `Image`, a list of them, a `Link` or a string; https only.
pub(super) fn picture(value: Option<&Value>) -> Option<String> {
    let first = many(value).first()?;
    let target = first.as_object().and_then(|object| object.get("url")).unwrap_or(first);
    let (href, _) = many(Some(target)).iter().find_map(link)?;
    id::media_url(href)
}

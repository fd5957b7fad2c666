//! What a call says, as one bag: query, urlencoded body, multipart body and JSON body alike, whatever the
//! method. Lists come as `a[]=1&a[]=2`, `a[0]=1&a[1]=2`, `a=1`, `a=1&a=2` or a JSON array; what lies within
//! something as `source[privacy]`. What is empty is absent. What is unknown or said twice never fails.

use super::error::ApiError;
use crate::service::Fault;
use crate::service::limits;
use crate::service::uploads::Upload;
use axum::http::StatusCode;
use serde_json::Value;
use std::collections::BTreeMap;

/// The parameters of a call.
#[derive(Debug, Default)]
pub struct Params {
    /// Each with the path to it: `source[privacy]` lies at `source`, `privacy`; a place in a list is a
    /// number, or empty where none was said.
    given: Vec<(Vec<String>, String)>,
    /// Files of a multipart body, by name.
    pub files: Vec<(String, Upload)>,
}

impl Params {
    /// Adds names and values as a query or a form has them.
    pub fn add<'a>(&mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(), ApiError> {
        for (name, value) in pairs {
            self.put(path(name), value.to_owned())?;
        }
        Ok(())
    }

    /// Adds a JSON body.
    pub fn add_json(&mut self, body: &[u8]) -> Result<(), ApiError> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        match serde_json::from_slice(body) {
            Ok(value @ Value::Object(_)) => self.flatten(Vec::new(), value),
            _ => Err(ApiError::new(StatusCode::BAD_REQUEST, "The body is no JSON object.")),
        }
    }

    fn flatten(&mut self, at: Vec<String>, value: Value) -> Result<(), ApiError> {
        let deeper = |name: String| at.iter().cloned().chain(path(&name)).collect::<Vec<_>>();
        match value {
            Value::Null => Ok(()),
            Value::Bool(flag) => self.put(at, flag.to_string()),
            Value::Number(number) => self.put(at, number.to_string()),
            Value::String(text) => self.put(at, text),
            // Said, and nothing in it.
            Value::Array(list) if list.is_empty() => self.put(at, String::new()),
            Value::Array(list) => {
                list.into_iter().enumerate().try_for_each(|(n, item)| self.flatten(deeper(n.to_string()), item))
            }
            Value::Object(map) => map.into_iter().try_for_each(|(name, item)| self.flatten(deeper(name), item)),
        }
    }

    fn put(&mut self, at: Vec<String>, value: String) -> Result<(), ApiError> {
        if self.given.len() >= limits::PARAMETERS {
            return Err(ApiError::new(StatusCode::BAD_REQUEST, "There are too many parameters."));
        }
        if at.len() > limits::DEPTH {
            return Err(ApiError::new(StatusCode::BAD_REQUEST, "The parameters lie too deep within one another."));
        }
        self.given.push((at, value.replace('\0', "")));
        Ok(())
    }

    /// One value (the last, where it was said more than once). Empty is absent.
    pub fn text(&self, name: &str) -> Option<&str> {
        let at = path(name);
        self.given.iter().rev().find(|(known, value)| *known == at && !value.is_empty()).map(|(_, v)| v.as_str())
    }

    /// One value that has to be there.
    pub fn need(&self, name: &'static str) -> Result<&str, ApiError> {
        self.text(name).ok_or_else(|| ApiError::faulty(vec![(name, Fault::Blank, format!("{name} is missing."))]))
    }

    /// Whether it was said at all, be it empty.
    pub fn sent(&self, name: &str) -> bool {
        let at = path(name);
        self.given.iter().any(|(known, _)| known.starts_with(&at))
    }

    /// Yes or no, in each spelling in use; what is neither is absent.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.text(name)?.to_ascii_lowercase().as_str() {
            "true" | "1" | "t" | "on" | "yes" => Some(true),
            "false" | "0" | "f" | "off" | "no" => Some(false),
            _ => None,
        }
    }

    /// A whole number; what is none is absent.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }

    /// The id of something that has to be there: what is no number is not found.
    pub fn id(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.text(name).map(id).transpose()
    }

    /// Every value of a list, in order, without empty ones.
    pub fn list(&self, name: &str) -> Vec<&str> {
        let at = path(name);
        let within = |known: &[String]| match known.strip_prefix(at.as_slice()) {
            Some([]) => Some(0),
            Some([place]) => place_of(place),
            _ => None,
        };
        let mut found: Vec<(usize, &str)> = self
            .given
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .filter_map(|(known, value)| Some((within(known)?, value.as_str())))
            .collect();
        found.sort_by_key(|(place, _)| *place);
        found.into_iter().map(|(_, value)| value).collect()
    }

    /// Every id of a list; what is none is left out, and so is what is too much.
    pub fn ids(&self, name: &str) -> Vec<i64> {
        self.list(name).into_iter().filter_map(|text| id(text).ok()).take(limits::IDS).collect()
    }

    /// Things with parameters of their own: `fields_attributes[0][name]`, `keywords[][keyword]`, or a JSON
    /// list of objects.
    pub fn rows(&self, name: &str) -> Vec<Params> {
        let at = path(name);
        let mut rows: BTreeMap<usize, Params> = BTreeMap::new();
        let mut unnumbered = usize::MAX / 2;
        for (known, value) in &self.given {
            let Some([place, rest @ ..]) = known.strip_prefix(at.as_slice()) else { continue };
            let Some(place) = place_of(place).filter(|_| !rest.is_empty()) else { continue };
            let place = if known[at.len()].is_empty() {
                // Without a number, a name that was said already begins the next one.
                let begun = rows.get(&unnumbered).is_some_and(|row| row.given.iter().any(|(k, _)| k == rest));
                unnumbered += usize::from(begun);
                unnumbered
            } else {
                place
            };
            rows.entry(place).or_default().given.push((rest.to_vec(), value.clone()));
        }
        rows.into_values().collect()
    }
}

/// An id as apps write it; anything else is not found.
pub fn id(text: &str) -> Result<i64, ApiError> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|id| digits && *id > 0).ok_or_else(ApiError::missing)
}

/// A number in brackets is a place; nothing in them is the next one.
fn place_of(text: &str) -> Option<usize> {
    if text.is_empty() { Some(0) } else { text.parse().ok() }
}

/// `source[privacy]` is `source`, `privacy`; brackets that do not close are part of the name.
fn path(name: &str) -> Vec<String> {
    let whole = || vec![name.to_owned()];
    let Some((first, rest)) = name.split_once('[').filter(|(first, rest)| !first.is_empty() && rest.ends_with(']'))
    else {
        return whole();
    };
    let inner: Vec<&str> = rest[..rest.len() - 1].split("][").collect();
    if inner.iter().any(|part| part.contains(['[', ']'])) {
        return whole();
    }
    // `a[]` says no more than `a`, but where something follows.
    let inner = if inner == [""] { Vec::new() } else { inner };
    std::iter::once(first).chain(inner).map(str::to_owned).collect()
}

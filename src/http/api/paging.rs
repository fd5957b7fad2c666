//! Paging: `max_id` is what comes before, `since_id` the newest after, `min_id` those next after, always
//! newest first, never the bound itself; and the `Link` header that leads on.

use super::error::ApiError;
use super::params::{Params, id};
use crate::service::timelines::Ends;
use crate::service::trends::Slice;
use crate::store::Cursor;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    pub cursor: Cursor,
    /// A short page may have a next one: what it holds is filtered.
    pub goes_on: bool,
}

impl Page {
    /// Reads it from the parameters; `(default, most)` of how many.
    pub fn asked(params: &Params, (default, most): (u64, u64)) -> Result<Self, ApiError> {
        let limit = params.number("limit").filter(|n| *n > 0).and_then(|n| u64::try_from(n).ok());
        let limit = limit.unwrap_or(default).min(most);
        let bound = |name: &str| match params.text(name) {
            None | Some("0") => Ok(None),
            Some(text) => id(text).map(Some),
        };
        let (before, since, min) = (bound("max_id")?, bound("since_id")?, bound("min_id")?);
        let after = min.or(since).unwrap_or(i64::MIN);
        let cursor = Cursor { after, from_below: min.is_some(), ..Cursor::before(before, limit) };
        Ok(Self { cursor, goes_on: false })
    }

    /// For lists that are filtered after they were read: there is more unless nothing came at all.
    pub fn going_on(self) -> Self {
        Self { goes_on: true, ..self }
    }
}

/// The `Link` header: `next` first, then `prev`, whole addresses, every parameter but the old bounds, and
/// `limit` before the new one. None on an empty page.
pub fn link(address: &str, query: &str, page: &Page, ends: Ends) -> Option<String> {
    let (first, last) = (ends.first?, ends.last?);
    let bounds = ["max_id", "since_id", "min_id", "limit"];
    let kept: Vec<_> =
        url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !bounds.contains(&name.as_ref())).collect();
    let to = |bound: &str, key: i64| {
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &kept {
            text.append_pair(name, value);
        }
        text.append_pair("limit", &page.cursor.limit.to_string());
        text.append_pair(bound, &key.to_string());
        format!("<{}?{}>", address.trim_end_matches('/'), text.finish())
    };
    let next = (ends.full || page.goes_on).then(|| format!("{}; rel=\"next\"", to("max_id", last)));
    let prev = format!("{}; rel=\"prev\"", to("min_id", first));
    Some(next.into_iter().chain([prev]).collect::<Vec<_>>().join(", "))
}

/// The `Link` header of a list that is ranked anew each time: it goes on by place.
pub fn link_by_place(address: &str, query: &str, slice: Slice, more: bool) -> Option<String> {
    let kept: Vec<_> = url::form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| !["offset", "limit"].contains(&name.as_ref()))
        .collect();
    let to = |offset: u64, rel: &str| {
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &kept {
            text.append_pair(name, value);
        }
        text.append_pair("limit", &slice.limit.to_string()).append_pair("offset", &offset.to_string());
        format!("<{}?{}>; rel=\"{rel}\"", address.trim_end_matches('/'), text.finish())
    };
    let next = more.then(|| to(slice.offset.saturating_add(slice.limit), "next"));
    let prev = (slice.offset > 0).then(|| to(slice.offset.saturating_sub(slice.limit), "prev"));
    let both: Vec<String> = next.into_iter().chain(prev).collect();
    (!both.is_empty()).then(|| both.join(", "))
}

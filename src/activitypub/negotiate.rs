//! Media types: what a visitor asks for, what a fetched document or a delivery may be.

use super::AS_CONTEXT;

/// One media range of an `Accept` header, or the one type of a `Content-Type`.
struct MediaType<'a> {
    essence: String,
    parameters: Vec<(String, &'a str)>,
}

impl<'a> MediaType<'a> {
    fn parse(text: &'a str) -> Self {
        let mut parts = split_unquoted(text, ';');
        let essence = parts.next().unwrap_or("").trim().to_ascii_lowercase();
        let parameters = parts
            .filter_map(|part| part.split_once('='))
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"')))
            .collect();
        MediaType { essence, parameters }
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// Weight as in RFC 9110, section 12.4.2; nonsense counts as refused.
    fn quality(&self) -> f32 {
        match self.parameter("q") {
            None => 1.0,
            Some(text) => text.parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0),
        }
    }

    fn has_profile(&self) -> bool {
        self.parameter("profile").is_some_and(|list| list.split_ascii_whitespace().any(|p| p == AS_CONTEXT))
    }

    fn is_utf8(&self) -> bool {
        self.parameter("charset").is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8"))
    }
}

/// Splits at a separator that stands outside `"…"`.
fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        if c == '"' {
            quoted = !quoted;
        }
        c == separator && !quoted
    })
}

/// True when an `Accept` header prefers an ActivityPub document to a page: one of its types is
/// named and ranks above HTML (by weight, then by order), or HTML is not asked for at all. An empty
/// header and `*/*` mean a browser or a crawler, so HTML.
pub fn wants_activitypub(accept: &str) -> bool {
    let mut document: Option<(f32, usize)> = None;
    let mut page: Option<(f32, usize)> = None;
    for (place, range) in split_unquoted(accept, ',').enumerate() {
        let range = MediaType::parse(range);
        let best = match range.essence.as_str() {
            "application/activity+json" | "application/ld+json" => &mut document,
            "text/html" | "application/xhtml+xml" => &mut page,
            _ => continue,
        };
        let quality = range.quality();
        if quality > 0.0 && best.is_none_or(|(q, _)| quality > q) {
            *best = Some((quality, place));
        }
    }
    match (document, page) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some((dq, dp)), Some((pq, pp))) => dq > pq || (dq == pq && dp < pp),
    }
}

/// True when a fetched document may be believed to be ActivityPub: `application/activity+json`, or
/// `application/ld+json` with the ActivityStreams profile, in UTF-8. Anything else could be a file
/// somebody uploaded there (ActivityPub, section 3.2).
pub fn is_activity_content_type(content_type: &str) -> bool {
    let media = MediaType::parse(content_type);
    let known = match media.essence.as_str() {
        "application/activity+json" => true,
        "application/ld+json" => media.has_profile(),
        _ => false,
    };
    known && media.is_utf8()
}

/// True when a delivery may be read: the signature proves where it came from, so any JSON spelling
/// in use is accepted.
pub fn is_inbox_content_type(content_type: &str) -> bool {
    let media = MediaType::parse(content_type);
    let known = ["application/activity+json", "application/ld+json", "application/json"];
    known.contains(&media.essence.as_str()) && media.is_utf8()
}

/// True when a WebFinger answer has one of the types servers give it (RFC 7033, and plain JSON).
pub fn is_jrd_content_type(content_type: &str) -> bool {
    let media = MediaType::parse(content_type);
    matches!(media.essence.as_str(), "application/jrd+json" | "application/json" | "application/activity+json")
}

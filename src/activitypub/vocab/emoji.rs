//! Custom emoji: small pictures that stand for `:name:` in names and texts (`tag` entries of type `Emoji`).

use super::field::{self, Object};
use crate::activitypub::id;
use serde_json::Value;

/// Most kept of one post or profile.
pub const MAX_EMOJI: usize = 32;
/// Longest name, in characters.
pub const MAX_SHORTCODE: usize = 64;

/// A custom emoji as another server describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emoji {
    /// Without colons: letters, digits and underscores of ASCII.
    pub shortcode: String,
    /// Its id, where it says one.
    pub uri: Option<String>,
    /// Where the picture is; https.
    pub url: String,
    /// Milliseconds since 1970, as claimed.
    pub updated: Option<i64>,
}

/// True for what may stand between colons.
pub fn is_shortcode(name: &str) -> bool {
    (1..=MAX_SHORTCODE).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Those among some tags that can be used and are, in one of these texts; each name once.
pub(super) fn read_all(tags: &[Value], texts: &[&str]) -> Vec<Emoji> {
    let mut found: Vec<Emoji> = Vec::new();
    for emoji in tags.iter().filter_map(Value::as_object).filter_map(read) {
        let name = format!(":{}:", emoji.shortcode);
        let new = found.iter().all(|known| known.shortcode != emoji.shortcode);
        if new && found.len() < MAX_EMOJI && texts.iter().any(|text| text.contains(&name)) {
            found.push(emoji);
        }
    }
    found
}

fn read(tag: &Object) -> Option<Emoji> {
    if field::kind(tag, |kind| kind == "Emoji") != Some("Emoji") {
        return None;
    }
    let name = tag.get("name")?.as_str()?;
    let shortcode = name.strip_prefix(':').and_then(|name| name.strip_suffix(':')).unwrap_or(name);
    let uri = tag.get("id").and_then(Value::as_str).and_then(id::media_url);
    let url = field::picture(field::get(tag, "icon"))?;
    let emoji = Emoji { shortcode: shortcode.to_owned(), uri, url, updated: field::time(tag, "updated") };
    is_shortcode(shortcode).then_some(emoji)
}

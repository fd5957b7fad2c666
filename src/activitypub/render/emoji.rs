//! Custom emoji: as they stand among the tags of what uses them, and by themselves at their ids.

use super::{AS_CONTEXT, with};
use crate::activitypub::stamp;
use serde_json::{Value, json};

/// A custom emoji of this server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Emoji {
    /// Id.
    pub id: String,
    /// Without colons.
    pub shortcode: String,
    /// Where the picture is.
    pub url: String,
    /// Milliseconds since 1970.
    pub updated: i64,
}

/// As it stands among tags.
pub(super) fn tag(emoji: &Emoji) -> Value {
    json!({
        "id": emoji.id,
        "type": "Emoji",
        "name": format!(":{}:", emoji.shortcode),
        "updated": stamp::write(emoji.updated),
        "icon": {"type": "Image", "mediaType": "image/png", "url": emoji.url},
    })
}

/// As it stands at its id.
pub fn document(emoji: &Emoji) -> Value {
    with(json!([AS_CONTEXT, {"toot": "http://joinmastodon.org/ns#", "Emoji": "toot:Emoji"}]), tag(emoji))
}

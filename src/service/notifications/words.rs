//! Mastodon's words for what people are told, which apps know.

use crate::service::surface::kind;

/// Each with the kinds it stands for. What has no word here is told on pages only.
pub const WORDS: [(&str, &[&str]); 9] = [
    ("mention", &[kind::REPLY, kind::MENTION]),
    ("status", &[kind::STATUS]),
    ("reblog", &[kind::BOOST]),
    ("follow", &[kind::FOLLOW]),
    ("follow_request", &[kind::FOLLOW_REQUEST]),
    ("favourite", &[kind::LIKE]),
    ("update", &[kind::UPDATE]),
    ("poll", &[kind::POLL]),
    (QUOTE, &[kind::QUOTE]),
];
/// Told only to apps that say they know it: others may lose a whole page over a word they do not know.
pub const QUOTE: &str = "quote";

/// The word for a kind.
pub fn word(kind: &str) -> Option<&'static str> {
    WORDS.iter().find(|(_, kinds)| kinds.contains(&kind)).map(|(word, _)| *word)
}

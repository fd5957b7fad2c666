//! What a `Question` asks: Mastodon's polls, which others write alike.

use super::field::{self, Object};
use serde_json::Value;

/// Most options of a poll.
pub const MAX_OPTIONS: usize = 100;
/// Longest option, in characters.
pub const MAX_OPTION: usize = 500;
/// Largest count: some readers keep counts in 32 bits.
pub const MAX_COUNT: i64 = i32::MAX as i64;

/// One option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// As written: a vote has to repeat it letter for letter. Plain text.
    pub name: String,
    /// Votes for it; none where they are not told.
    pub votes: Option<i64>,
}

/// A poll, as its author tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// In order, never none.
    pub options: Vec<Choice>,
    /// More than one may be chosen.
    pub multiple: bool,
    /// Milliseconds since 1970; when it ends, or ended.
    pub ends: Option<i64>,
    /// It is over, whatever `ends` says.
    pub closed: bool,
    /// How many people voted; none where that is not told.
    pub voters: Option<i64>,
}

impl Poll {
    /// Reads it. What has too many options, or one that is too long to be repeated whole, is none: nobody
    /// could vote in it.
    pub(super) fn read(object: &Object) -> Option<Self> {
        let multiple = field::get(object, "anyOf").is_some();
        let items = field::many(field::get(object, if multiple { "anyOf" } else { "oneOf" }));
        if items.len() > MAX_OPTIONS {
            return None;
        }
        let options: Option<Vec<Choice>> = items.iter().filter_map(named).map(choice).collect();
        let closed = field::get(object, "closed");
        let ended = closed.and_then(|_| field::time(object, "closed"));
        Some(Self {
            options: options.filter(|options| !options.is_empty())?,
            multiple,
            ends: ended.or_else(|| field::time(object, "endTime")).map(|end| end.max(0)),
            closed: ended.is_none()
                && closed.is_some_and(|value| !matches!(value, Value::Bool(false) | Value::String(_))),
            voters: field::get(object, "votersCount").and_then(count),
        })
    }
}

/// An option that says something, with its name.
fn named(item: &Value) -> Option<(&Value, &str)> {
    let name = item.get("name").or_else(|| item.get("content"))?.as_str()?;
    (!field::line(name, MAX_OPTION).is_empty()).then_some((item, name))
}

fn choice((item, name): (&Value, &str)) -> Option<Choice> {
    let votes = item.get("replies").and_then(|replies| replies.get("totalItems")).and_then(count);
    (name.chars().count() <= MAX_OPTION).then(|| Choice { name: name.to_owned(), votes })
}

fn count(value: &Value) -> Option<i64> {
    field::count(value).map(|number| number.min(MAX_COUNT))
}

/// An option on one line, as it is shown.
pub fn title(name: &str) -> String {
    field::line(name, MAX_OPTION)
}

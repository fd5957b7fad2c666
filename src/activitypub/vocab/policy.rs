//! Who may answer, like and boost a post, as its author says it: `interactionPolicy` of GoToSocial and
//! Mastodon, `capabilities` and `commentsEnabled` of Pixelfed. Whom we may quote is not read: we quote nobody.

use super::field::{self, Object};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most people or collections named for one deed.
const MAX_NAMED: usize = 20;

/// For each deed the addresses of those who may; `None` where the author said nothing about it, so that
/// everybody may who sees the post. An empty list means nobody but the author.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boost: Option<Vec<String>>,
}

impl Policy {
    /// What a post's document says.
    pub(super) fn read(object: &Object) -> Self {
        let said = object.get("interactionPolicy").and_then(Value::as_object);
        let deed = |name: &str| said.and_then(|s| s.get(name)).and_then(Value::as_object).map(allowed);
        let capabilities = object.get("capabilities").and_then(Value::as_object);
        let capability = |name: &str| capabilities.and_then(|c| c.get(name)).map(named);
        let closed = object.get("commentsEnabled").and_then(Value::as_bool) == Some(false);
        Self {
            reply: if closed { Some(Vec::new()) } else { deed("canReply").or_else(|| capability("reply")) },
            like: deed("canLike").or_else(|| capability("like")),
            boost: deed("canAnnounce").or_else(|| capability("announce")),
        }
    }

    /// True when the author restricts nothing.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }
}

/// Those who may at once, and those whose deed the author looks at first: she may take it or not, so
/// asking is allowed.
fn allowed(rule: &Object) -> Vec<String> {
    let lists = ["automaticApproval", "always", "manualApproval", "approvalRequired"];
    let mut all: Vec<String> = lists.iter().filter_map(|name| rule.get(*name)).flat_map(named).collect();
    all.sort();
    all.dedup();
    all.truncate(MAX_NAMED);
    all
}

/// Addresses; what is none (Pixelfed's `"[]"`) names nobody.
fn named(value: &Value) -> Vec<String> {
    let texts = field::many(Some(value)).iter().filter_map(Value::as_str);
    let usable =
        |text: &&str| text.len() <= 2048 && (text.starts_with("https://") || matches!(*text, "as:Public" | "Public"));
    texts.filter(usable).take(MAX_NAMED).map(str::to_owned).collect()
}

//! Collections and their pages (ActivityPub, section 5).

use super::{with_context, without_context};
use serde_json::{Value, json};

/// A collection read page by page. Without `first` its members are not shown; peers then say the
/// network is hidden.
pub fn ordered(id: &str, total: Option<i64>, first: Option<&str>) -> Value {
    let mut document = json!({"id": id, "type": "OrderedCollection"});
    if let Some(total) = total {
        document["totalItems"] = json!(total);
    }
    if let Some(first) = first {
        document["first"] = json!(first);
    }
    with_context(document)
}

/// A short collection with everything in it: pinned posts, as ids or whole notes.
pub fn ordered_items(id: &str, items: Vec<Value>) -> Value {
    let items: Vec<Value> = items.into_iter().map(without_context).collect();
    with_context(json!({"id": id, "type": "OrderedCollection", "totalItems": items.len(), "orderedItems": items}))
}

/// A page of an ordered collection. The last has no `next`.
pub fn ordered_page(id: &str, part_of: &str, next: Option<&str>, prev: Option<&str>, items: Vec<Value>) -> Value {
    page("OrderedCollectionPage", "orderedItems", id, part_of, next, prev, items)
}

/// A page of ids of answers.
pub fn replies_page(id: &str, part_of: &str, next: Option<&str>, items: Vec<Value>) -> Value {
    page("CollectionPage", "items", id, part_of, next, None, items)
}

fn page(
    kind: &str,
    member: &str,
    id: &str,
    part_of: &str,
    next: Option<&str>,
    prev: Option<&str>,
    items: Vec<Value>,
) -> Value {
    let items: Vec<Value> = items.into_iter().map(without_context).collect();
    let mut document = json!({"id": id, "type": kind, "partOf": part_of, member: items});
    for (name, address) in [("next", next), ("prev", prev)] {
        if let Some(address) = address {
            document[name] = json!(address);
        }
    }
    with_context(document)
}

/// The answers to a post, read page by page.
pub fn replies(id: &str, first: &str) -> Value {
    with_context(json!({"id": id, "type": "Collection", "first": first}))
}

/// Likes or boosts of a post: their number, not who.
pub fn count(id: &str, total: i64) -> Value {
    with_context(json!({"id": id, "type": "Collection", "totalItems": total}))
}

/// Pinned hashtags, as (name without `#`, page).
pub fn featured_tags(id: &str, tags: &[(String, String)]) -> Value {
    let items: Vec<Value> =
        tags.iter().map(|(name, href)| json!({"type": "Hashtag", "href": href, "name": format!("#{name}")})).collect();
    with_context(json!({"id": id, "type": "Collection", "totalItems": items.len(), "items": items}))
}

//! Collections and their pages (ActivityStreams vocabulary, section 3.1; ActivityPub, section 5).

use super::activity::ObjectRef;
use super::{ReadError, field};
use crate::activitypub::RemoteId;
use serde_json::Value;

/// Most items read from one page.
pub const MAX_ITEMS: usize = 200;

/// A collection, or a page of one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Collection {
    /// Its id; embedded pages often have none.
    pub id: Option<RemoteId>,
    /// How many there are in all, as claimed.
    pub total_items: Option<i64>,
    /// What stands in this document itself.
    pub items: Vec<ObjectRef>,
    /// The first page.
    pub first: Option<PageRef>,
    /// The next page.
    pub next: Option<RemoteId>,
}

/// A page, named or carried along.
#[derive(Debug, Clone, PartialEq)]
pub enum PageRef {
    /// By its id.
    Id(RemoteId),
    /// As a whole.
    Embedded(Box<Collection>),
}

impl Collection {
    /// Reads any of the four kinds of collection.
    pub fn read(value: &Value) -> Result<Self, ReadError> {
        let kinds = ["Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"];
        let object = field::object(value)?;
        let kind = field::kind(object, |kind| kinds.contains(&kind)).ok_or(ReadError::Missing("type"))?;
        if !kinds.contains(&kind) {
            return Err(ReadError::OtherType(kind.chars().take(64).collect()));
        }
        let items = field::get(object, "orderedItems").or_else(|| field::get(object, "items"));
        let first = match field::get(object, "first") {
            Some(Value::String(text)) => RemoteId::parse(text).ok().map(PageRef::Id),
            // A page does not have a first page of its own, so this goes one level deep.
            Some(page @ Value::Object(_)) if !kind.ends_with("Page") => {
                Collection::read(page).ok().map(|page| PageRef::Embedded(Box::new(page)))
            }
            _ => None,
        };
        Ok(Collection {
            id: field::optional_id(object, "id"),
            total_items: object.get("totalItems").and_then(field::count),
            items: field::many(items).iter().take(MAX_ITEMS).filter_map(ObjectRef::read).collect(),
            first: first.filter(|first| !matches!(first, PageRef::Embedded(page) if page.first.is_some())),
            next: field::optional_id(object, "next"),
        })
    }

    /// The items here, or those of a first page carried along.
    pub fn visible_items(&self) -> &[ObjectRef] {
        match &self.first {
            Some(PageRef::Embedded(page)) if self.items.is_empty() => &page.items,
            _ => &self.items,
        }
    }
}

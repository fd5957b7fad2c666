//! Lists of other servers, read page by page: outboxes, pins, answers. Bounded, and never in a circle.

use super::fetch::{self, Budget};
use crate::activitypub::RemoteId;
use crate::activitypub::vocab::{Collection, ObjectRef, PageRef};
use crate::app::App;
use crate::service::Refusal;
use std::collections::HashSet;

/// A list being read. Pages of another server than its own are not read.
pub struct Pages<'a> {
    app: &'a App,
    budget: &'a Budget,
    origin: RemoteId,
    seen: HashSet<String>,
    next: Option<Next>,
    /// Pages that may still be read.
    left: usize,
    /// How many there are in all, as the list claims.
    pub total: Option<i64>,
}

enum Next {
    Fetch(RemoteId),
    /// A first page that was carried along by the list of this id.
    Here(RemoteId, Box<Collection>),
}

/// One page.
pub struct Page {
    /// Where it is found again.
    pub id: RemoteId,
    pub items: Vec<ObjectRef>,
}

impl<'a> Pages<'a> {
    /// Begins at a list, or at one of its pages; reads so many pages at most.
    pub fn of(app: &'a App, start: RemoteId, most: usize, budget: &'a Budget) -> Self {
        let next = Some(Next::Fetch(start.clone()));
        Self { app, budget, origin: start, seen: HashSet::new(), next, left: most, total: None }
    }

    /// The next page that holds anything; none at the end, in a circle, or when what may be read was read.
    pub async fn next(&mut self) -> Result<Option<Page>, Refusal> {
        while let Some((id, list)) = self.read_one().await? {
            self.total = self.total.or(list.total_items);
            self.next = match (list.next, list.first) {
                (Some(next), _) => self.own(next).map(Next::Fetch),
                (None, Some(PageRef::Id(first))) => self.own(first).map(Next::Fetch),
                (None, Some(PageRef::Embedded(first))) => Some(Next::Here(id.clone(), first)),
                (None, None) => None,
            };
            if !list.items.is_empty() {
                return Ok(Some(Page { id, items: list.items }));
            }
        }
        Ok(None)
    }

    async fn read_one(&mut self) -> Result<Option<(RemoteId, Collection)>, Refusal> {
        let id = match &self.next {
            Some(Next::Fetch(id)) if self.left > 0 && !self.seen.contains(id.as_str()) => id.clone(),
            Some(Next::Fetch(_)) | None => return Ok(None),
            Some(Next::Here(..)) => {
                let Some(Next::Here(id, list)) = self.next.take() else { return Ok(None) };
                return Ok(Some((id, *list)));
            }
        };
        // Where it fails, the same page is the one to go on with.
        let document = fetch::document(self.app, &id, None, self.budget).await?;
        let list = Collection::read(&document).map_err(|_| Refusal::Missing)?;
        self.left -= 1;
        self.seen.insert(id.as_str().to_owned());
        self.next = None;
        Ok(Some((id, list)))
    }

    fn own(&self, id: RemoteId) -> Option<RemoteId> {
        id.same_origin(&self.origin).then_some(id)
    }

    /// The page to go on with another time; none when the list is at its end or goes in a circle.
    pub fn rest(&self) -> Option<RemoteId> {
        match &self.next {
            Some(Next::Fetch(id)) if !self.seen.contains(id.as_str()) => Some(id.clone()),
            _ => None,
        }
    }

    /// How many pages were fetched.
    pub fn read(&self) -> usize {
        self.seen.len()
    }
}

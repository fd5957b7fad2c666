//! Which pictures of other servers are looked at: noted in memory while pages are made, written down
//! together by the worker, so that no view of a page writes anything.

use std::collections::BTreeSet;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Looks of each kind that are noted before they are written down; more are left out, and noted another
/// time.
pub const MOST: usize = 10_000;

/// What was noted.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Noted {
    /// Photos of other servers that were looked at, by id.
    pub photos: BTreeSet<i64>,
    /// Photos that were looked at and are not here.
    pub missed_photos: BTreeSet<i64>,
    /// Accounts of other servers whose avatar or header was looked at.
    pub people: BTreeSet<i64>,
    /// Accounts whose avatar or header is not here.
    pub missed_people: BTreeSet<i64>,
}

impl Noted {
    fn misses(&self) -> bool {
        !self.missed_photos.is_empty() || !self.missed_people.is_empty()
    }

    /// Nothing was noted.
    pub fn is_empty(&self) -> bool {
        self.photos.is_empty() && self.people.is_empty() && !self.misses()
    }
}

/// Looks that are not written down yet.
#[derive(Debug, Default)]
pub struct Looks(Mutex<Noted>);

impl Looks {
    /// Notes more; true when something is missed that was not missed before.
    pub fn note(&self, more: Noted) -> bool {
        let mut noted = self.lock();
        let missed = noted.misses();
        let Noted { photos, missed_photos, people, missed_people } = &mut *noted;
        for (all, more) in [
            (photos, more.photos),
            (missed_photos, more.missed_photos),
            (people, more.people),
            (missed_people, more.missed_people),
        ] {
            let room = MOST.saturating_sub(all.len());
            all.extend(more.into_iter().take(room));
        }
        noted.misses() && !missed
    }

    /// Something that was looked at is not here.
    pub fn misses(&self) -> bool {
        self.lock().misses()
    }

    /// Takes everything that was noted.
    pub fn take(&self) -> Noted {
        mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

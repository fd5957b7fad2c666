//! Things made from the database, remembered as long as nothing they were made of has changed.
//!
//! What something is made of need not be said: [`Reader`] takes it from the statements that are asked while
//! it is made. What changes, the database says itself, through triggers on every table ([`watched`]); so
//! that neither who reads nor who writes can forget to. `docs/notes/memo.md` has the reasons and figures.

mod changes;
mod others;
mod postgres;
mod reader;
mod statement;
mod watched;

pub use changes::Changes;
pub(super) use others::Others;
pub(super) use postgres::{Ears, Teller, WORK, connect, note, taken as told_by};
pub(super) use reader::worked;
pub use reader::{Reader, only_rows};
pub use watched::{NOT_WATCHED, WATCHED};
pub(super) use watched::{taken, watching};

use super::Db;
use crate::clock::{MINUTE, Millis};
use changes::Topic;
use reader::MadeOf;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What ends by itself (a mute, a filter, a poll) is noticed after so long: nothing changes then.
const KEPT: Millis = MINUTE;

/// Values by key. Clones share them.
#[derive(Clone)]
pub struct Memo<K, V>(moka::sync::Cache<K, Arc<Kept<V>>>);

struct Kept<V> {
    value: V,
    made_of: Box<[Topic]>,
    /// Not good any more then, by the clock of the server.
    until: Millis,
    /// It was right as of this number of changes.
    right: AtomicU64,
}

impl<K, V> Memo<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Room for so much, as `weight` has it.
    pub fn new(room: u64, weight: impl Fn(&V) -> u32 + Send + Sync + 'static) -> Self {
        let weigh = move |_: &K, kept: &Arc<Kept<V>>| weight(&kept.value).saturating_add(kept.weight());
        let cache = moka::sync::Cache::builder().max_capacity(room).weigher(weigh);
        Self(cache.time_to_live(std::time::Duration::from_millis(KEPT.unsigned_abs())).build())
    }

    /// What is remembered, if it still holds.
    pub async fn recall(&self, db: &Db, now: Millis, key: &K) -> Option<V> {
        let kept = self.0.get(key)?;
        if kept.until <= now || !db.is_told().await {
            return None;
        }
        if !kept.holds(&db.changes) {
            return None;
        }
        reader::include(&kept.made_of);
        Some(kept.value.clone())
    }

    /// Makes a value, and remembers it where it may be: `keep` says whether it is worth it.
    pub async fn make<E>(
        &self,
        db: &Db,
        now: Millis,
        key: K,
        make: impl Future<Output = Result<V, E>>,
        keep: impl FnOnce(&V) -> bool,
    ) -> Result<V, E> {
        let before = db.changes.count();
        let (made, of) = MadeOf::watch(make).await;
        if let (Ok(value), Some(before), Some(of)) = (&made, before, of)
            && keep(value)
        {
            let kept = Kept { value: value.clone(), made_of: of, until: now + KEPT, right: AtomicU64::new(before) };
            self.0.insert(key, Arc::new(kept));
        }
        made
    }
}

impl<V> Kept<V> {
    fn weight(&self) -> u32 {
        u32::try_from(self.made_of.len() * size_of::<Topic>() + 200).unwrap_or(u32::MAX)
    }

    fn holds(&self, changes: &Changes) -> bool {
        let Some(count) = changes.count() else { return false };
        let right = self.right.load(Ordering::Relaxed);
        if right == count {
            return true;
        }
        let holds = changes.none_since(right, &self.made_of);
        if holds {
            self.right.fetch_max(count, Ordering::Relaxed);
        }
        holds
    }
}

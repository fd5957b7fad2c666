//! What changed in the database, as far as this process was told.

use super::watched::{self, ALL_KEYS, ANYTHING};
use sea_orm::prelude::*;
use sea_orm::{QueryResult, TryGetError, Value};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Rows with one key in one column of a table; see [`watched::column`] for the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Topic {
    pub column: u16,
    pub key: i64,
}

impl Topic {
    /// Anything in a table.
    pub fn table(table: u16) -> Self {
        Self { column: table | ANYTHING, key: 0 }
    }

    /// Every key in a table.
    pub fn all_keys(table: u16) -> Self {
        Self { column: table | ALL_KEYS, key: 0 }
    }

    /// Rows with this key; none where no row can have it.
    pub fn keyed(column: u16, key: &Value) -> Option<Self> {
        Some(Self { column, key: number(key)? })
    }
}

/// A number for a key: itself, or what a text comes to. Two texts of one number are only told apart less well.
fn number(value: &Value) -> Option<i64> {
    match value {
        Value::BigInt(Some(n)) => Some(*n),
        Value::Int(Some(n)) => Some(i64::from(*n)),
        Value::String(Some(text)) => Some(hashed(text.as_bytes())),
        Value::Bytes(Some(bytes)) => Some(hashed(bytes)),
        _ => None,
    }
}

fn hashed(bytes: &[u8]) -> i64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    i64::from_ne_bytes(hasher.finish().to_ne_bytes())
}

/// Keys that one transaction changes in a table, beyond which all of them count as changed.
const MANY: usize = 500;
/// Topics remembered before they are forgotten together.
const REMEMBERED: usize = 100_000;

/// Counts changes, and remembers which was the last one of each topic.
#[derive(Default)]
pub struct Changes {
    /// Somebody tells.
    told: AtomicBool,
    count: AtomicU64,
    marks: RwLock<Marks>,
}

#[derive(Default)]
struct Marks {
    last: HashMap<Topic, u64>,
    /// Whatever was made before this one may be wrong.
    floor: u64,
}

impl Changes {
    /// So many changes so far; none while nobody tells, when nothing may be remembered.
    pub fn count(&self) -> Option<u64> {
        self.told.load(Ordering::Acquire).then(|| self.count.load(Ordering::Acquire))
    }

    /// Somebody tells from now on, or missed something: all that was made so far may be wrong.
    pub fn begin_anew(&self) {
        let mut marks = self.write();
        let count = self.count.load(Ordering::Acquire) + 1;
        *marks = Marks { last: HashMap::new(), floor: count };
        self.count.store(count, Ordering::Release);
        self.told.store(true, Ordering::Release);
    }

    /// Nobody tells any more.
    pub fn end(&self) {
        self.told.store(false, Ordering::Release);
    }

    /// Notes what a transaction changed, which is in the database now.
    pub fn note(&self, changed: &[Topic]) {
        if changed.is_empty() || self.count().is_none() {
            return;
        }
        let mut marks = self.write();
        let count = self.count.load(Ordering::Acquire) + 1;
        if marks.last.len() > REMEMBERED {
            *marks = Marks { last: HashMap::new(), floor: count };
        }
        let mut keys: HashMap<u16, usize> = HashMap::new();
        for topic in changed {
            let table = watched::table_of(topic.column);
            marks.last.insert(Topic::table(table), count);
            let so_many = keys.entry(table).or_default();
            *so_many += 1;
            if *so_many <= MANY {
                marks.last.insert(*topic, count);
            } else {
                marks.last.insert(Topic::all_keys(table), count);
            }
        }
        self.count.store(count, Ordering::Release);
    }

    /// Nothing of all this changed after so many changes.
    pub(super) fn none_since(&self, since: u64, topics: &[Topic]) -> bool {
        let marks = self.read();
        let after = |topic: &Topic| marks.last.get(topic).is_some_and(|last| *last > since);
        marks.floor <= since
            && !topics.iter().any(|topic| after(topic) || after(&Topic::all_keys(watched::table_of(topic.column))))
    }

    fn read(&self) -> RwLockReadGuard<'_, Marks> {
        self.marks.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Marks> {
        self.marks.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads what a trigger put down: the number of a column, and a key of any type.
pub fn told(row: &QueryResult) -> Result<Topic, DbErr> {
    let column: i64 = row.try_get_by_index(0)?;
    let column = u16::try_from(column).map_err(|_| DbErr::Custom(format!("no column has the number {column}")))?;
    let text = || Ok::<_, TryGetError>(hashed(row.try_get_by_index::<String>(1)?.as_bytes()));
    let bytes = || Ok::<_, TryGetError>(hashed(&row.try_get_by_index::<Vec<u8>>(1)?));
    let key = match row.try_get_by_index::<Option<i64>>(1) {
        Ok(key) => key.unwrap_or_default(),
        Err(_) => text().or_else(|_| bytes())?,
    };
    Ok(Topic { column, key })
}

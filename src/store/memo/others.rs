//! What other processes write into the same file of SQLite, such as the command line: no trigger of ours
//! sees that.

use super::changes::Changes;
use sea_orm::{ConnectionTrait, DbErr, Statement};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// It is noticed after so long.
const NOTICED: Duration = Duration::from_millis(100);

/// When it was looked last, and what was seen.
#[derive(Default)]
pub struct Others(Mutex<Option<(Instant, i64)>>);

impl Others {
    fn seen(&self) -> MutexGuard<'_, Option<(Instant, i64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It was looked a moment ago.
    pub fn is_fresh(&self) -> bool {
        self.seen().is_some_and(|(at, _)| at.elapsed() < NOTICED)
    }

    /// Looks, unless it did a moment ago. To be called by the only connection that writes here, in a
    /// transaction: for it, `data_version` changes when somebody else wrote, and only then.
    pub async fn look(&self, tx: &impl ConnectionTrait, changes: &Changes) {
        if self.is_fresh() {
            return;
        }
        let version = version(tx).await;
        let same = version.as_ref().is_ok_and(|version| self.seen().is_some_and(|(_, before)| before == *version));
        if !same {
            changes.begin_anew();
        }
        *self.seen() = version.ok().map(|version| (Instant::now(), version));
    }
}

async fn version(tx: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let statement = Statement::from_string(tx.get_database_backend(), "PRAGMA data_version");
    let row = tx.query_one_raw(statement).await?;
    row.ok_or_else(|| DbErr::Custom("SQLite does not say the version of its data".to_owned()))?.try_get_by_index(0)
}

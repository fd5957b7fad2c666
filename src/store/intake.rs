//! What other servers deliver, into the queue. Many deliveries that come at the same time are written
//! in one transaction: a commit that reaches the disk costs more than everything in it.

use super::{Db, jobs};
use crate::entity::{job, marker};
use sea_orm::prelude::*;
use sea_orm::sea_query::{OnConflict, Query};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use tokio::sync::oneshot;

/// Deliveries written in one transaction.
const TOGETHER: usize = 256;

/// One delivery.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Set with it; where it stands already, the delivery is a repetition and changes nothing.
    pub once: Option<marker::Model>,
    /// The work it makes.
    pub job: job::Model,
}

type Waiting = (Heard, oneshot::Sender<Result<(), DbErr>>);

/// Deliveries that wait to be written.
#[derive(Default)]
pub struct Intake {
    waiting: Mutex<Vec<Waiting>>,
    turn: tokio::sync::Mutex<()>,
}

impl Intake {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The oldest that wait.
    fn some(&self) -> Vec<Waiting> {
        let mut waiting = self.lock();
        let most = waiting.len().min(TOGETHER);
        waiting.drain(..most).collect()
    }
}

impl Db {
    /// Writes a delivery down. After `Ok` it is in the queue, or was before.
    ///
    /// Whoever comes while others are being written waits for that, and then writes everything that
    /// came meanwhile; the rest find theirs done.
    pub async fn hear(&self, heard: Heard) -> Result<(), DbErr> {
        let (done, answer) = oneshot::channel();
        self.intake.lock().push((heard, done));
        let db = self.clone();
        // It is written even if nobody waits for the answer any more.
        self.tasks.spawn(async move {
            let _turn = db.intake.turn.lock().await;
            let some = db.intake.some();
            if !some.is_empty() {
                db.write_down(some).await;
            }
        });
        answer.await.unwrap_or_else(|_| Err(DbErr::Custom("a delivery was not written down".to_owned())))
    }

    async fn write_down(&self, some: Vec<Waiting>) {
        let (heard, answers): (Vec<_>, Vec<_>) = some.into_iter().unzip();
        if self.write_all(heard.clone()).await.is_ok() {
            for answer in answers {
                let _ = answer.send(Ok(()));
            }
            return;
        }
        // One that cannot be written must not keep out the others.
        for (heard, answer) in heard.into_iter().zip(answers) {
            let _ = answer.send(self.write_all(vec![heard]).await);
        }
    }

    async fn write_all(&self, heard: Vec<Heard>) -> Result<(), DbErr> {
        self.write_first(move |tx| {
            Box::pin(async move {
                let mut new = set_markers(tx, &heard).await?;
                // Of two that are the same, the first counts.
                let fresh = heard.into_iter().filter(|h| h.once.as_ref().is_none_or(|mark| new.remove(&mark.uri)));
                let rows = fresh.map(|h| h.job).collect();
                crate::fault::point("before an activity is queued");
                jobs::enqueue_all(tx, rows).await
            })
        })
        .await
    }
}

/// Sets the markers; returns the addresses of those that were not set before.
async fn set_markers(tx: &impl ConnectionTrait, heard: &[Heard]) -> Result<HashSet<String>, DbErr> {
    let mut insert = Query::insert()
        .into_table(marker::Entity)
        .columns([marker::Column::Uri, marker::Column::Kind, marker::Column::Actor, marker::Column::CreatedAt])
        .on_conflict(OnConflict::columns([marker::Column::Uri, marker::Column::Kind]).do_nothing().to_owned())
        .returning_col(marker::Column::Uri)
        .to_owned();
    let mut any = false;
    for mark in heard.iter().filter_map(|h| h.once.clone()) {
        insert.values_panic([mark.uri.into(), mark.kind.into(), mark.actor.into(), mark.created_at.into()]);
        any = true;
    }
    if !any {
        return Ok(HashSet::new());
    }
    let rows = tx.query_all(&insert).await?;
    rows.iter().map(|row| row.try_get("", "uri")).collect()
}

//! The number of this process: taken when it starts, and kept as long as it runs, so that no two processes give
//! the same id.

use super::App;
use crate::clock::{HOUR, Millis};
use crate::secrets::random_hex;
use crate::store::{Db, nodes};
use anyhow::Context;
use sea_orm::DbErr;
use std::time::Duration;

/// It is another's after so long without a word.
const LEASE: Millis = HOUR;
/// A word is said so often; …
const KEPT: Duration = Duration::from_secs(5 * 60);
/// … and where the database did not hear it, so soon again.
const AGAIN: Duration = Duration::from_secs(5);

/// A number, and what this process calls itself.
#[derive(Debug, Clone)]
pub struct Node {
    pub number: i64,
    pub holder: String,
}

impl Node {
    /// Takes a number.
    pub async fn take(db: &Db, now: Millis) -> anyhow::Result<Self> {
        let holder = random_hex::<16>()?;
        let number = take(db, holder.clone(), now).await?;
        let number = number.context("more processes than can be told apart run over this database")?;
        Ok(Self { number, holder })
    }
}

async fn take(db: &Db, holder: String, now: Millis) -> Result<Option<i64>, DbErr> {
    db.write_queue(move |tx| {
        let holder = holder.clone();
        Box::pin(async move { nodes::take(tx, &holder, now, now + LEASE).await })
    })
    .await
}

/// Keeps the number, or takes another where it is lost, until the app stops.
pub async fn keep(app: App) {
    let mut pause = KEPT;
    while app.stopping.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
        pause = match renew(&app).await {
            Ok(()) => KEPT,
            Err(error) => {
                tracing::warn!(%error, "the number of this process could not be kept yet");
                AGAIN
            }
        };
    }
}

/// Says once that the number is still in use.
pub async fn renew(app: &App) -> Result<(), DbErr> {
    let (number, holder, now) = (app.ids.node(), app.holder.clone(), app.now());
    let kept = app.db.write_quietly(move |tx| {
        let holder = holder.clone();
        Box::pin(async move { nodes::keep(tx, number, &holder, now + LEASE).await })
    });
    if kept.await? {
        return Ok(());
    }
    let other = take(&app.db, app.holder.clone(), now).await?;
    let other = other.ok_or_else(|| DbErr::Custom("no number is free for this process".to_owned()))?;
    app.ids.renumber(other);
    tracing::info!(number, other, "this process has another number");
    Ok(())
}

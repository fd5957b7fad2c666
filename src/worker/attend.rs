//! What every process does for itself beside what it is asked, whatever its role.

use crate::app::App;
use crate::service::federation::kept;
use crate::service::housekeeping;
use std::time::Duration;

/// The list of servers kept out is read again this often; the command line may have changed it.
const POLICIES: Duration = Duration::from_secs(10);
/// What people looked at is written down this often; at once when something they looked at is not here.
const LOOKS: Duration = Duration::from_secs(60);
/// The log of the database is looked after this often.
const FOLD: Duration = Duration::from_secs(60);

/// Until the app is told to stop.
pub async fn attend(app: App) {
    let mut read_policies = tokio::time::interval(POLICIES);
    let mut write_looks = tokio::time::interval(LOOKS);
    let mut fold_log = tokio::time::interval(FOLD);
    while !app.stopping.is_cancelled() {
        let woken = app.wake.notified();
        if app.looks.misses() {
            looks(&app).await;
        }
        tokio::select! {
            () = woken => {}
            _ = read_policies.tick() => housekeeping::read_policies(&app).await,
            _ = write_looks.tick() => looks(&app).await,
            _ = fold_log.tick() => fold(&app).await,
            () = app.stopping.cancelled() => {}
        }
    }
    looks(&app).await;
}

async fn fold(app: &App) {
    if let Err(error) = app.db.fold_log().await {
        tracing::warn!(%error, "the log of the database could not be folded into it");
    }
}

async fn looks(app: &App) {
    if let Err(error) = kept::write_looks(app).await {
        // They are noted again when somebody looks again.
        tracing::warn!(%error, "what people looked at could not be written down");
    }
}

//! How often apps call, counted by all processes together: each counts for itself and adds what it counted to a
//! row in the database, now and then.

use super::Refusal;
use crate::app::App;
use crate::clock::Millis;
use crate::store::sessions;
use std::collections::HashMap;

/// Calls of one app in a window of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calls {
    /// Whose; the same in every process.
    pub bucket: String,
    /// When the window began.
    pub window: Millis,
    /// Counted since they were last shared; in what comes back, those of all processes.
    pub count: u32,
}

/// Adds what was counted here; returns what was counted everywhere.
pub async fn share(app: &App, mut counted: Vec<Calls>) -> Result<Vec<Calls>, Refusal> {
    // Two processes that add to the same rows take them in the same order.
    counted.sort_by(|a, b| (&a.bucket, a.window).cmp(&(&b.bucket, b.window)));
    let rows: Vec<_> = counted.iter().map(|c| (c.bucket.clone(), c.window, i64::from(c.count))).collect();
    let totals: HashMap<(String, Millis), i64> = app
        .db
        .write_queue(move |tx| Box::pin(async move { Ok::<_, Refusal>(sessions::add_attempts(tx, rows).await?) }))
        .await?
        .into_iter()
        .map(|(bucket, window, count)| ((bucket, window), count))
        .collect();
    let everywhere = counted.into_iter().filter_map(|calls| {
        let total = totals.get(&(calls.bucket.clone(), calls.window))?;
        Some(Calls { count: u32::try_from(*total).unwrap_or(u32::MAX), ..calls })
    });
    Ok(everywhere.collect())
}

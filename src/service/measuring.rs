//! What is not counted as it happens is looked at when somebody asks for the metrics.

use super::work::Queue;
use crate::app::App;
use crate::clock::{Millis, SECOND};
use crate::store::standing;
use crate::telemetry::metrics;
use sea_orm::DbErr;

/// The database is not asked more often than this, whoever asks us.
const ASKED: Millis = 5 * SECOND;

/// All metrics as Prometheus reads them. What cannot be known now is as it was.
pub async fn text(app: &App) -> Result<String, metrics::Error> {
    let mut asked = app.measured.lock().await;
    if *asked + ASKED <= app.now() {
        match queues(app).await {
            Ok(()) => *asked = app.now(),
            Err(error) => tracing::warn!(%error, "how long the queues are could not be asked"),
        }
    }
    drop(asked);
    connections(app);
    let photos = app.photos.standing();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    app.metrics.photos.with_label_values(&["waiting"]).set(count(photos.waiting));
    app.metrics.photos.with_label_values(&["running"]).set(count(photos.running));
    app.metrics.resident.set(resident());
    app.metrics.text()
}

async fn queues(app: &App) -> Result<(), DbErr> {
    let (db, now, metrics) = (&app.db.read, app.now(), &app.metrics);
    for queue in Queue::ALL {
        let standing = standing::jobs(db, queue.as_str(), now).await?;
        metrics.jobs.with_label_values(&[queue.as_str(), "waiting"]).set(standing.all);
        metrics.jobs.with_label_values(&[queue.as_str(), "due"]).set(standing.due);
        metrics.job_age.with_label_values(&[queue.as_str()]).set(standing.age(now));
    }
    let standing = standing::deliveries(db, now).await?;
    metrics.deliveries.with_label_values(&["waiting"]).set(standing.all);
    metrics.deliveries.with_label_values(&["due"]).set(standing.due);
    metrics.delivery_age.set(standing.age(now));
    Ok(())
}

fn connections(app: &App) {
    for (pool, connections) in app.db.connections() {
        for (state, count) in [("used", connections.used), ("idle", connections.idle), ("most", connections.most)] {
            app.metrics.connections.with_label_values(&[pool, state]).set(count);
        }
    }
}

/// Bytes of memory that this process takes; 0 where the system does not say (`proc(5)`).
fn resident() -> i64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split_whitespace().nth(1)?.parse::<i64>().ok());
    let page = i64::try_from(rustix::param::page_size()).unwrap_or(4_096);
    pages.map_or(0, |pages| pages.saturating_mul(page))
}

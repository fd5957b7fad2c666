//! Rows that the database gave in this process, as its driver says.

use std::sync::atomic::{AtomicU64, Ordering};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

static GIVEN: AtomicU64 = AtomicU64::new(0);

/// So many so far.
pub fn given() -> u64 {
    GIVEN.load(Ordering::Relaxed)
}

/// Counts from now on.
pub fn count() {
    let said = tracing_subscriber::filter::Targets::new().with_target("sqlx::query", tracing::Level::TRACE);
    tracing_subscriber::registry().with(Rows.with_filter(said)).init();
}

struct Rows;

impl<S: Subscriber> Layer<S> for Rows {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut Sum);
    }
}

struct Sum;

impl Visit for Sum {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows_returned" {
            GIVEN.fetch_add(value, Ordering::Relaxed);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

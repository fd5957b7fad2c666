//! Servers that are out of order: when they are tried again, and when they are not tried any more.
//!
//! A host that fails five times running is left alone for ten minutes, then tried with one delivery; for
//! twice as long after each such trial in vain, up to six hours. One that has not answered for a week is
//! tried once a week. Whatever it says or takes itself brings it back at once.

use crate::app::App;
use crate::clock::{DAY, HOUR, MINUTE, Millis};
use crate::entity::{host, inbox};
use crate::service::Refusal;
use crate::store::{deliveries, inboxes};
use sea_orm::ConnectionTrait;

/// Failures in a row after which a host is left alone.
pub const FAILURES: i64 = 5;
/// For so long at first …
pub const FIRST_PAUSE: Millis = 10 * MINUTE;
/// … and at most.
pub const LONGEST_PAUSE: Millis = 6 * HOUR;
/// A host that fails, or an inbox that answers 404, for so long is tried only now and then.
pub const DEAD_AFTER: Millis = 7 * DAY;
/// How often that is.
pub const PROBE: Millis = 7 * DAY;

/// When a new delivery to an inbox may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At that moment, or when there is room after it.
    At(Millis),
    /// At once, to see whether the inbox is there again.
    Probe,
    /// Nothing is sent there any more.
    Never,
}

/// When a new delivery may go to this inbox, whose host stands so.
pub fn when(inbox: &inbox::Model, failing: Option<&host::Model>, now: Millis) -> When {
    match (inbox.stopped_at, failing) {
        (Some(since), _) if now - since >= PROBE => When::Probe,
        (Some(_), _) => When::Never,
        (None, Some(host)) if host.open_until > now && host.open_until - now > LONGEST_PAUSE * 2 => When::Never,
        (None, Some(host)) => When::At(host.open_until.max(now)),
        (None, None) => When::At(now),
    }
}

/// A host failed once more; how it stands now.
pub fn failed(host: &str, before: Option<&host::Model>, now: Millis, jitter: impl Fn(Millis) -> Millis) -> host::Model {
    let since = before.map_or(now, |b| b.failing_since);
    let failures = before.map_or(1, |b| b.failures + 1);
    let pause = if failures < FAILURES {
        0
    } else if now - since >= DEAD_AFTER {
        PROBE
    } else {
        let doublings = u32::try_from(failures - FAILURES).unwrap_or(0).min(10);
        jitter((FIRST_PAUSE << doublings).min(LONGEST_PAUSE))
    };
    host::Model { host: host.to_owned(), failures, failing_since: since, failed_at: now, open_until: now + pause }
}

/// Whether one delivery at a time is all that a host gets: it failed often, and this is the trial.
pub fn on_trial(host: Option<&host::Model>) -> bool {
    host.is_some_and(|h| h.failures >= FAILURES)
}

/// A host said something itself, rightly signed: it is there again. Not asked more often than it would
/// be tried anyway.
pub async fn heard(app: &App, name: &str) -> Result<(), Refusal> {
    if name.is_empty() || !inboxes::troubled(&app.db.read, name).await? {
        return Ok(());
    }
    let (name, now) = (name.to_owned(), app.now());
    app.db.write(move |tx| Box::pin(async move { revive(tx, &name, now).await })).await
}

async fn revive(tx: &impl ConnectionTrait, name: &str, now: Millis) -> Result<(), Refusal> {
    inboxes::resume(tx, name).await?;
    if let Some(row) = inboxes::failing(tx, [name]).await?.remove(name)
        && row.open_until > now
        && now - row.failed_at >= FIRST_PAUSE
    {
        inboxes::set_failing(tx, host::Model { open_until: now, ..row }).await?;
        deliveries::wake(tx, name, now, true).await?;
    }
    Ok(())
}

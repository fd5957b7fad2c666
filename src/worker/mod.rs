//! Claims jobs, runs them, and shuts down well. What a job means is in `service`.

mod run;

use crate::app::App;
use crate::clock::{DAY, HOUR, MINUTE, Millis};
use crate::entity::job;
use crate::service::{Refusal, housekeeping};
use crate::store::jobs;
use futures_util::FutureExt;
use run::Outcome;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// A worker that dies gives its jobs back after so long.
const LEASE: Millis = 2 * MINUTE;
/// Jobs taken at once.
const BATCH: u64 = 64;
/// Without a call, the queue is looked at this often.
const IDLE: Duration = Duration::from_millis(1_000);
/// Running jobs have so long to end when the server stops; then their leases are given back.
const DRAIN: Duration = Duration::from_secs(10);
/// Waits between attempts; a fifth more or less, so that peers are not all asked at once.
const WAITS: [Millis; 9] = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 8 * HOUR, DAY, 2 * DAY, 2 * DAY];
/// The list of servers kept out is read again this often; the command line may have changed it.
const POLICIES: Duration = Duration::from_secs(10);
/// Housekeeping runs this often.
const HOUSEKEEPING: Duration = Duration::from_secs(3_600);

/// How many jobs run in each lane, and which ones.
#[derive(Default)]
struct Busy {
    lanes: HashMap<String, usize>,
    running: HashMap<i64, ()>,
}

/// Runs jobs until the app is told to stop, then lets running ones end.
pub async fn work(app: App) {
    let places = Arc::new(Semaphore::new(app.settings.deliveries));
    let busy = Arc::new(Mutex::new(Busy::default()));
    let mut keep_house = tokio::time::interval(HOUSEKEEPING);
    let mut read_policies = tokio::time::interval(POLICIES);
    while !app.stopping.is_cancelled() {
        let woken = app.wake.notified();
        let taken = match claim(&app, &places, &busy).await {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(%error, "no jobs could be taken from the queue");
                tokio::time::sleep(IDLE).await;
                0
            }
        };
        if taken > 0 {
            continue;
        }
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(IDLE) => {}
            _ = read_policies.tick() => housekeeping::read_policies(&app).await,
            _ = keep_house.tick() => housekeeping::run(&app).await,
            () = app.stopping.cancelled() => {}
        }
    }
    drain(&app, &busy).await;
}

fn most(app: &App, lane: &str) -> usize {
    match lane.split(':').next() {
        Some("to") => app.settings.deliveries_per_host,
        // In order, one after the other: an Undo must not overtake what it undoes.
        Some("from") => 1,
        _ => 4,
    }
}

fn lock(busy: &Mutex<Busy>) -> std::sync::MutexGuard<'_, Busy> {
    busy.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes what is due and starts it. Returns how many jobs were started.
async fn claim(app: &App, places: &Arc<Semaphore>, busy: &Arc<Mutex<Busy>>) -> Result<usize, Refusal> {
    let free = u64::try_from(places.available_permits()).unwrap_or(0).min(BATCH);
    if free == 0 {
        return Ok(0);
    }
    let now = app.now();
    let full: Vec<String> =
        lock(busy).lanes.iter().filter(|(lane, n)| **n >= most(app, lane)).map(|(lane, _)| lane.clone()).collect();
    let looked = jobs::any_due(&app.db.read, now, &full).await?;
    if !looked {
        return Ok(0);
    }
    let taken = app
        .db
        .write_quietly(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(jobs::claim(tx, now, now + LEASE, &full, free).await?) })
        })
        .await?;
    let mut back = Vec::new();
    let mut started = 0;
    for job in taken {
        let room = {
            let mut busy = lock(busy);
            let count = busy.lanes.entry(job.lane.clone()).or_insert(0);
            let room = *count < most(app, &job.lane);
            if room {
                *count += 1;
                busy.running.insert(job.id, ());
            }
            room
        };
        match places.clone().try_acquire_owned() {
            Ok(place) if room => {
                started += 1;
                start(app, job, busy.clone(), place);
            }
            _ => back.push(job.id),
        }
    }
    if !back.is_empty() {
        app.db
            .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(jobs::release(tx, &back).await?) }))
            .await?;
    }
    Ok(started)
}

fn start(app: &App, job: job::Model, busy: Arc<Mutex<Busy>>, place: tokio::sync::OwnedSemaphorePermit) {
    let task_app = app.clone();
    app.tasks.spawn(async move {
        let app = task_app;
        let (id, lane) = (job.id, job.lane.clone());
        let outcome = attempt(&app, &job).await;
        if let Err(error) = settle(&app, &job, outcome).await {
            // The lease runs out by itself, and the job runs again.
            tracing::warn!(%error, job = id, "a job's end could not be written");
        }
        {
            let mut busy = lock(&busy);
            busy.running.remove(&id);
            if let Some(count) = busy.lanes.get_mut(&lane) {
                *count -= 1;
                if *count == 0 {
                    busy.lanes.remove(&lane);
                }
            }
        }
        drop(place);
        app.wake.notify_waiters();
    });
}

/// Runs a job once, within its lease. A panic is one failed attempt.
async fn attempt(app: &App, job: &job::Model) -> Outcome {
    // Its process died each time: whatever it does, it is not tried for ever.
    if usize::try_from(job.attempts).is_ok_and(|n| n > WAITS.len() + 1) {
        return Outcome::Never("it was begun too often".to_owned());
    }
    let limit = Duration::from_millis(u64::try_from(LEASE - 10_000).unwrap_or(0));
    let run = AssertUnwindSafe(run::run(app, job)).catch_unwind();
    let later = |why: &str| Outcome::Later { why: why.to_owned(), not_before: None };
    match tokio::time::timeout(limit, run).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => later("it panicked"),
        Err(_) => later("it took too long"),
    }
}

/// Writes down how a job ended.
async fn settle(app: &App, job: &job::Model, outcome: Outcome) -> Result<(), Refusal> {
    crate::fault::point("before a job's end is written");
    let (id, kind) = (job.id, job.kind.clone());
    match outcome {
        Outcome::Done => {
            app.db
                .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(jobs::finish(tx, id).await?) }))
                .await?
        }
        Outcome::Never(why) => {
            tracing::info!(job = id, %kind, %why, "a job was given up");
            app.db
                .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(jobs::park(tx, id, &why).await?) }))
                .await?;
        }
        Outcome::Later { why, not_before } => {
            let tried = usize::try_from(job.attempts.max(1) - 1).unwrap_or(0);
            let Some(wait) = WAITS.get(tried) else {
                tracing::info!(job = id, %kind, %why, "a job was given up after many attempts");
                return app
                    .db
                    .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(jobs::park(tx, id, &why).await?) }))
                    .await;
            };
            let at = (app.now() + jitter(*wait)).max(not_before.unwrap_or(0));
            tracing::debug!(job = id, %kind, %why, "a job will be tried again");
            app.db
                .write_quietly(move |tx| {
                    Box::pin(async move { Ok::<_, Refusal>(jobs::retry(tx, id, at, &why).await?) })
                })
                .await?;
        }
    }
    Ok(())
}

/// A fifth more or less.
fn jitter(wait: Millis) -> Millis {
    let random = crate::secrets::random::<2>().map_or(32_768, |b| i64::from(u16::from_le_bytes(b)));
    wait * 4 / 5 + wait * 2 / 5 * random / 65_536
}

/// Lets running jobs end; what does not end in time goes back into the queue.
async fn drain(app: &App, busy: &Mutex<Busy>) {
    let ended = async {
        while !lock(busy).running.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    if tokio::time::timeout(DRAIN, ended).await.is_ok() {
        return;
    }
    let left: Vec<i64> = lock(busy).running.keys().copied().collect();
    tracing::warn!(jobs = left.len(), "jobs that did not end in time go back into the queue");
    let back = app
        .db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(jobs::release(tx, &left).await?) }))
        .await;
    if let Err(error) = back {
        tracing::warn!(%error, "their leases will run out by themselves");
    }
}

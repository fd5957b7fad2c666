//! Claims jobs, runs them, and shuts down well. What a job means is in `service`.

mod attend;
pub mod courier;
mod places;
mod run;

pub use attend::attend;

use crate::app::App;
use crate::clock::{DAY, HOUR, MINUTE, Millis, SECOND};
use crate::entity::job;
use crate::service::federation::deliver::{WAITS, jitter};
use crate::service::work::Queue;
use crate::service::{Refusal, housekeeping};
use crate::store::{deliveries, jobs};
use futures_util::FutureExt;
use places::{Place, Places};
use run::Outcome;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

/// A worker that dies gives its jobs back after so long.
const LEASE: Millis = 2 * MINUTE;
/// A job over which its process died more often is given up. A process may die for reasons of its own, many times in
/// a row, and then no job is to be lost.
const DEATHS: i64 = 40;
/// What waits for our own store of photos is tried again soon: it is back within moments as a rule, and what
/// was deleted is to be gone.
const STORE_WAITS: [Millis; 9] =
    [5 * SECOND, 10 * SECOND, 20 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 3 * HOUR, 12 * HOUR, DAY];
/// Jobs looked at at once, of one queue.
const BATCH: u64 = 256;
/// Without a call, the queue is looked at this often.
const IDLE: Duration = Duration::from_millis(1_000);
/// Running jobs have so long to end when the server stops; then their leases are given back.
const DRAIN: Duration = Duration::from_secs(10);
/// Housekeeping runs this often.
const HOUSEKEEPING: Duration = Duration::from_secs(3_600);

/// Runs jobs and delivers until the app is told to stop, then lets what runs end.
pub async fn work(app: App) {
    let house = Box::pin(keep_house(app.clone()));
    tokio::join!(attend(app.clone()), do_jobs(app.clone()), courier::deliver(app), house);
}

/// Beside the jobs: it may take long. What is left when the server stops is done the next time.
async fn keep_house(app: App) {
    let mut turns = tokio::time::interval(HOUSEKEEPING);
    let keeping = async {
        loop {
            turns.tick().await;
            housekeeping::run_in_turn(&app).await;
        }
    };
    app.stopping.run_until_cancelled(keeping).await;
}

/// What a dead process had taken may be taken again at once. Only for whoever is alone with the database.
pub async fn take_over(app: &App) -> Result<(), Refusal> {
    app.db
        .write(|tx| {
            Box::pin(async move {
                jobs::release_all(tx).await?;
                Ok::<_, Refusal>(deliveries::release_all(tx).await?)
            })
        })
        .await
}

async fn do_jobs(app: App) {
    let places = Places::new();
    while !app.stopping.is_cancelled() {
        let woken = app.wake.notified();
        let mut started = 0;
        for queue in Queue::ALL {
            match claim(&app, queue, &places).await {
                Ok(more) => started += more,
                Err(error) => {
                    tracing::warn!(%error, queue = queue.as_str(), "no jobs could be taken from the queue");
                    tokio::time::sleep(IDLE).await;
                }
            }
        }
        if started > 0 {
            continue;
        }
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(IDLE) => {}
            () = app.stopping.cancelled() => {}
        }
    }
    drain(&app, &places).await;
}

/// Takes what is due in a queue, as far as there is room, and starts it. Returns how many jobs were
/// started.
async fn claim(app: &App, queue: Queue, places: &Arc<Places>) -> Result<usize, Refusal> {
    if places.free(queue) == 0 {
        return Ok(0);
    }
    let now = app.now();
    let ids = choose(app, queue, places, now).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let taken = app
        .db
        .write_queue(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(jobs::claim(tx, &ids, now, now + LEASE).await?) })
        })
        .await?;
    let mut started = 0;
    for job in taken {
        // Only here places are taken: there is room for what was chosen.
        let Some(place) = places.take(queue, &job) else { continue };
        start(app, job, place);
        started += 1;
    }
    Ok(started)
}

/// What is due in a queue, as far as there is room. Where everything that was looked at has to wait for another
/// process, what comes behind it is looked at as well.
async fn choose(app: &App, queue: Queue, places: &Places, now: Millis) -> Result<Vec<i64>, Refusal> {
    let mut full = places.full_lanes();
    loop {
        let in_order = queue == Queue::Incoming;
        let due = jobs::due(&app.db.read, queue.as_str(), now, &full, in_order, BATCH).await?;
        let more = u64::try_from(due.len()).is_ok_and(|looked_at| looked_at >= BATCH);
        let (ids, held) = places.choose(queue, due, now);
        if !ids.is_empty() || held.is_empty() || !more {
            return Ok(ids);
        }
        full.extend(held);
    }
}

fn start(app: &App, job: job::Model, place: Place) {
    let task_app = app.clone();
    app.tasks.spawn(async move {
        let app = task_app;
        let outcome = attempt(&app, &job).await;
        if let Err(error) = settle(&app, &job, outcome).await {
            // The lease runs out by itself, and the job runs again.
            tracing::warn!(%error, job = job.id, "a job's end could not be written");
        }
        drop(place);
        app.wake.notify_waiters();
    });
}

/// Runs a job once, within its lease. A panic is one failed attempt.
async fn attempt(app: &App, job: &job::Model) -> Outcome {
    // Whatever it does to its process, it is not tried for ever.
    if job.deaths > DEATHS {
        return Outcome::Never("its process died too often".to_owned());
    }
    let limit = Duration::from_millis(u64::try_from(LEASE - 10_000).unwrap_or(0));
    let run = AssertUnwindSafe(Box::pin(run::run(app, job))).catch_unwind();
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
            app.db.write_queue(move |tx| Box::pin(async move { Ok::<_, Refusal>(jobs::finish(tx, id).await?) })).await?
        }
        Outcome::Never(why) => {
            tracing::info!(job = id, %kind, %why, "a job was given up");
            app.db
                .write_queue(move |tx| Box::pin(async move { Ok::<_, Refusal>(jobs::park(tx, id, &why).await?) }))
                .await?;
        }
        Outcome::Later { why, not_before } => {
            let wait = WAITS.get(tried(job)).copied();
            again(app, job, wait, why, not_before.unwrap_or(0)).await?;
        }
        // Never given up: what was deleted is to be gone, whenever the store is back.
        Outcome::Soon(why) => {
            let wait = STORE_WAITS.get(tried(job)).copied().unwrap_or(DAY);
            again(app, job, Some(wait), why, 0).await?;
        }
    }
    Ok(())
}

/// How often it ended before.
fn tried(job: &job::Model) -> usize {
    usize::try_from(job.attempts.max(1) - 1).unwrap_or(0)
}

/// Puts a job back, to be tried again after `wait`; where none is left it is given up.
async fn again(
    app: &App,
    job: &job::Model,
    wait: Option<Millis>,
    why: String,
    not_before: Millis,
) -> Result<(), Refusal> {
    let (id, kind) = (job.id, &job.kind);
    let Some(wait) = wait else {
        tracing::info!(job = id, %kind, %why, "a job was given up after many attempts");
        return app
            .db
            .write_queue(move |tx| Box::pin(async move { Ok::<_, Refusal>(jobs::park(tx, id, &why).await?) }))
            .await;
    };
    let at = (app.now() + jitter(wait)).max(not_before);
    tracing::debug!(job = id, %kind, %why, "a job will be tried again");
    app.db.write_queue(move |tx| Box::pin(async move { Ok::<_, Refusal>(jobs::retry(tx, id, at, &why).await?) })).await
}

/// Lets running jobs end; what does not end in time goes back into the queue.
async fn drain(app: &App, places: &Places) {
    let ended = async {
        while !places.running().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    if tokio::time::timeout(DRAIN, ended).await.is_ok() {
        return;
    }
    let left = places.running();
    tracing::warn!(jobs = left.len(), "jobs that did not end in time go back into the queue");
    let back =
        app.db.write_queue(move |tx| Box::pin(async move { Ok::<_, Refusal>(jobs::release(tx, &left).await?) })).await;
    if let Err(error) = back {
        tracing::warn!(%error, "their leases will run out by themselves");
    }
}

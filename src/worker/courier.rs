//! Delivers. Takes what is due by the hundred, sends it, and writes down how it went by the dozen: a
//! commit costs as much for one as for many.
//!
//! One delivery at a time to an inbox, and the next one only when the last is written down, so that a
//! process that dies repeats one at most. A host has a few places, one until it has answered; and whoever
//! has not answered after a second waits on in places of its own, so that a hundred hosts that hang hold
//! up nobody.

pub mod hosts;
mod log;

use super::{BATCH, DRAIN, IDLE, LEASE};
use crate::app::App;
use crate::clock::{Millis, SECOND};
use crate::service::Refusal;
use crate::service::federation::deliver::{self, Delivery, Letter};
use crate::store::deliveries::{self, Parcel};
use crate::store::inboxes;
use futures_util::FutureExt;
use hosts::{Hosts, Ready};
use log::Log;
use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, mpsc};

/// Deliveries taken at once.
const BATCH_OF_PARCELS: usize = 512;
/// Whoever takes longer to answer gives its place up and waits elsewhere.
const PATIENCE: Duration = Duration::from_millis(1_000);
/// So many may wait there; beyond it they keep their places.
const SLOW: usize = 256;
/// What waits for a host that does not answer is put off for so long, or until it answers.
const HOLD: Millis = 30 * SECOND;
/// Ends are gathered for so long, to be written down together.
const GATHER: Duration = Duration::from_millis(5);
/// How often it is looked for those who take long.
const LOOK: Duration = Duration::from_millis(250);
/// What was taken and could not be begun for so long is given back.
const STALE: Duration = Duration::from_secs(60);

/// A delivery under way.
struct Sending {
    parcel: Parcel,
    since: Instant,
    slow: bool,
}

struct Courier {
    app: App,
    hosts: Hosts,
    /// Under way, by number of the delivery.
    sending: HashMap<i64, Sending>,
    slow: usize,
    log: Log,
    signing: Arc<Semaphore>,
    /// Taken and not written down yet. A clock that leaps must not have them taken twice.
    mine: HashSet<i64>,
    back: mpsc::UnboundedSender<(i64, Delivery)>,
    /// There may be more that is due.
    more: bool,
    looked: Instant,
}

/// Delivers until the app is told to stop; then lets what is under way end.
pub async fn deliver(app: App) {
    let (back, mut arriving) = mpsc::unbounded_channel();
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let mut courier = Courier {
        hosts: Hosts::new(app.settings.deliveries_per_host),
        sending: HashMap::new(),
        slow: 0,
        mine: HashSet::new(),
        log: Log::default(),
        signing: Arc::new(Semaphore::new(cores)),
        back,
        more: true,
        looked: Instant::now(),
        app,
    };
    let stopping = courier.app.stopping.clone();
    let wake = courier.app.wake.clone();
    while !stopping.is_cancelled() {
        let woken = wake.notified();
        courier.look();
        if let Err(error) = courier.turn().await {
            tracing::warn!(%error, "deliveries could not be taken or written down");
            tokio::time::sleep(IDLE).await;
        }
        courier.start();
        if courier.has_work() {
            tokio::task::yield_now().await;
            courier.gather(&mut arriving);
            continue;
        }
        tokio::select! {
            Some((id, how)) = arriving.recv() => {
                courier.ended(id, how);
                tokio::time::sleep(GATHER).await;
                courier.gather(&mut arriving);
            }
            () = woken => {
                // What wakes comes in swarms: looked for once.
                courier.more = true;
                tokio::time::sleep(GATHER).await;
            }
            () = tokio::time::sleep(courier.pause()) => courier.more = true,
            () = stopping.cancelled() => {}
        }
    }
    courier.drain(arriving).await;
}

impl Courier {
    /// How long nothing may happen before it is looked around.
    fn pause(&self) -> Duration {
        if self.sending.is_empty() { IDLE } else { LOOK }
    }

    /// Whether another turn would take something at once.
    fn has_work(&self) -> bool {
        self.more && self.room() > 0
    }

    /// How many more may be taken: as many again as can be under way.
    fn room(&self) -> usize {
        let places = self.app.settings.deliveries;
        let taken = self.hosts.claimed() + self.sending.len() - self.slow;
        if self.hosts.claimed() > places / 2 { 0 } else { (places * 2).saturating_sub(taken).min(BATCH_OF_PARCELS) }
    }

    /// Writes down what has ended and takes what is due, in one transaction.
    async fn turn(&mut self) -> Result<(), Refusal> {
        let (now, room) = (self.app.now(), self.room());
        let asked = self.more && room > 0;
        let (due, rest) = if asked { self.due(now, room).await? } else { (Vec::new(), self.more) };
        let log = std::mem::take(&mut self.log);
        if due.is_empty() && log.is_empty() {
            self.more = rest;
            return Ok(());
        }
        let ids: Vec<i64> = due.iter().map(|p| p.id).collect();
        let (app, kept) = (self.app.clone(), Arc::new(log));
        let writing = kept.clone();
        let taken = self
            .app
            .db
            .write_queue(move |tx| {
                Box::pin(async move {
                    let alone = writing.write(&app, tx, now).await?;
                    Ok::<_, Refusal>((deliveries::claim(tx, &ids, now, now + LEASE).await?, alone))
                })
            })
            .await;
        let (taken, alone) = match taken {
            Ok(written) => written,
            Err(refusal) => {
                // Nothing is forgotten: it is written down with the next turn.
                self.log = Arc::try_unwrap(kept).unwrap_or_default();
                return Err(refusal);
            }
        };
        // What waited for something that has ended may go.
        self.more = rest || !kept.ends.is_empty();
        for (parcel, _) in &kept.ends {
            if self.mine.remove(&parcel.id) {
                self.hosts.written(parcel);
            }
        }
        let taken: HashSet<i64> = taken.into_iter().collect();
        self.prepare(due.into_iter().filter(|p| taken.contains(&p.id)).collect()).await?;
        for (host, until) in alone {
            let given_up = self.hosts.give_up_on(&host);
            self.give_back(given_up.into_iter().map(|r| r.parcel.id), until);
        }
        Ok(())
    }

    /// What is due, as far as there is room for it, and whether there may be more.
    async fn due(&self, now: Millis, room: usize) -> Result<(Vec<Parcel>, bool), Refusal> {
        let limit = u64::try_from(room).unwrap_or(BATCH);
        let mut due = deliveries::due(&self.app.db.read, now, &self.hosts.full(), limit).await?;
        let more = due.len() >= room;
        due.retain(|parcel| !self.mine.contains(&parcel.id));
        Ok((self.hosts.choose(due), more))
    }

    /// Reads what was taken, and leaves out what need not be sent.
    async fn prepare(&mut self, taken: Vec<Parcel>) -> Result<(), Refusal> {
        if taken.is_empty() {
            return Ok(());
        }
        let read = async {
            let letters = deliver::letters(&self.app, &taken).await?;
            let kept_out = deliver::kept_out(&self.app, &taken).await?;
            let failing = inboxes::failing(&self.app.db.read, taken.iter().map(|p| p.host.as_str())).await?;
            Ok::<_, Refusal>((letters, kept_out, failing))
        };
        let (letters, kept_out, failing) = match read.await {
            Ok(read) => read,
            Err(refusal) => {
                self.give_back(taken.iter().map(|p| p.id), self.app.now() + SECOND);
                return Err(refusal);
            }
        };
        for parcel in taken {
            self.mine.insert(parcel.id);
            let letter = letters.get(&parcel.activity_id).filter(|_| !kept_out.contains(&parcel.host));
            match letter {
                Some(letter) => {
                    let trial = crate::service::federation::hosts::on_trial(failing.get(&parcel.host));
                    self.hosts.add(Ready { parcel, letter: letter.clone(), since: Instant::now() }, trial);
                }
                None => {
                    self.mine.remove(&parcel.id);
                    self.log.ends.push((parcel, Delivery::NotNeeded));
                }
            }
        }
        Ok(())
    }

    /// Goes back untried, to be taken again at `run_at`.
    fn give_back(&mut self, ids: impl IntoIterator<Item = i64>, run_at: Millis) {
        let ids: Vec<i64> = ids.into_iter().collect();
        for id in &ids {
            self.mine.remove(id);
        }
        self.log.back(ids, run_at);
    }

    /// Begins what may begin.
    fn start(&mut self) {
        while self.sending.len() - self.slow < self.app.settings.deliveries {
            let Some(next) = self.hosts.take_next() else { return };
            if next.since.elapsed() > STALE {
                self.hosts.ended(&next.parcel, false, false);
                self.hosts.written(&next.parcel);
                self.give_back([next.parcel.id], self.app.now());
                continue;
            }
            self.send(next);
        }
    }

    fn send(&mut self, ready: Ready) {
        let (app, back, signing) = (self.app.clone(), self.back.clone(), self.signing.clone());
        let Ready { parcel, letter, .. } = ready;
        let (id, there) = (parcel.id, parcel.clone());
        self.sending.insert(id, Sending { parcel, since: Instant::now(), slow: false });
        self.app.tasks.spawn(async move {
            let how = attempt(&app, &letter, &there, &signing).await;
            // Nobody listens once the courier has stopped: the lease was given back.
            let _ = back.send((id, how));
        });
    }

    fn ended(&mut self, id: i64, how: Delivery) {
        let Some(sending) = self.sending.remove(&id) else { return };
        let answered = matches!(how, Delivery::Arrived { .. });
        self.hosts.ended(&sending.parcel, sending.slow, answered);
        if sending.slow {
            self.slow -= 1;
            if answered {
                self.log.wake.insert(sending.parcel.host.clone());
            }
        }
        self.log.ends.push((sending.parcel, how));
    }

    fn gather(&mut self, arriving: &mut mpsc::UnboundedReceiver<(i64, Delivery)>) {
        while let Ok((id, how)) = arriving.try_recv() {
            self.ended(id, how);
        }
    }

    /// Those who take long give up their places, and what else is for their hosts is put off.
    fn look(&mut self) {
        if self.looked.elapsed() < LOOK {
            return;
        }
        self.looked = Instant::now();
        let until = self.app.now() + HOLD;
        let mut given_up = Vec::new();
        for sending in self.sending.values_mut().filter(|s| !s.slow && s.since.elapsed() > PATIENCE) {
            if self.slow >= SLOW {
                break;
            }
            sending.slow = true;
            self.slow += 1;
            given_up.extend(self.hosts.slow(&sending.parcel.host));
            self.log.hold.insert(sending.parcel.host.clone());
        }
        self.give_back(given_up.into_iter().map(|r| r.parcel.id), until);
    }

    /// Lets what is under way end; what does not end in time, and what was not begun, goes back.
    async fn drain(mut self, mut arriving: mpsc::UnboundedReceiver<(i64, Delivery)>) {
        let now = self.app.now();
        self.log.back(self.hosts.give_up().into_iter().map(|r| r.parcel.id), now);
        let end = Instant::now() + DRAIN;
        while !self.sending.is_empty() {
            let left = end.saturating_duration_since(Instant::now());
            match tokio::time::timeout(left, arriving.recv()).await {
                Ok(Some((id, how))) => self.ended(id, how),
                _ => break,
            }
        }
        if !self.sending.is_empty() {
            tracing::warn!(
                deliveries = self.sending.len(),
                "deliveries that did not end in time go back into the queue"
            );
        }
        self.log.back(self.sending.keys().copied(), now);
        let (app, log) = (self.app.clone(), std::mem::take(&mut self.log));
        let written = self.app.db.write_queue(move |tx| Box::pin(async move { log.write(&app, tx, now).await })).await;
        if let Err(error) = written {
            tracing::warn!(%error, "how deliveries ended could not be written down; their leases will run out");
        }
    }
}

/// One attempt, within its lease. A panic is one failed attempt.
async fn attempt(app: &App, letter: &Letter, parcel: &Parcel, signing: &Semaphore) -> Delivery {
    let limit = Duration::from_millis(u64::try_from(LEASE / 2).unwrap_or(0));
    let run = AssertUnwindSafe(deliver::attempt(app, letter, parcel, signing)).catch_unwind();
    match tokio::time::timeout(limit, run).await {
        Ok(Ok(delivery)) => delivery,
        Ok(Err(_)) => Delivery::later("it panicked"),
        Err(_) => Delivery::later("it took too long"),
    }
}

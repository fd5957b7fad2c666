//! Who may run: so many jobs of each queue, and so many of each lane in it.

use crate::clock::Millis;
use crate::entity::job;
use crate::service::work::Queue;
use crate::store::jobs::Due;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Activities of others understood at the same time.
const INCOMING: usize = 16;
/// Photos and portraits of others fetched at the same time.
const PICTURES: usize = 16;
/// Profiles and conversations of others fetched at the same time.
const LOOKING: usize = 8;
/// Messages to apps sent at the same time.
const PUSHES: usize = 16;
/// Jobs that need nobody else, at the same time.
const LOCAL: usize = 8;
/// Jobs of one lane at the same time, where nothing else is said.
const PER_LANE: usize = 4;

/// The places there are, and who is in them.
pub struct Places {
    queues: [(Queue, Arc<Semaphore>); Queue::ALL.len()],
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    /// How many in each lane.
    lanes: HashMap<String, usize>,
    jobs: HashSet<i64>,
}

/// One job's place; free again when dropped.
pub struct Place {
    _permit: OwnedSemaphorePermit,
    places: Arc<Places>,
    job: i64,
    lane: String,
}

impl Places {
    pub fn new() -> Arc<Self> {
        let most = |queue| match queue {
            Queue::Incoming => INCOMING,
            Queue::Pictures => PICTURES,
            Queue::Looking => LOOKING,
            Queue::Pushes => PUSHES,
            Queue::Local | Queue::Deliveries => LOCAL,
        };
        Arc::new(Self {
            queues: Queue::ALL.map(|queue| (queue, Arc::new(Semaphore::new(most(queue))))),
            taken: Mutex::default(),
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn most_in(lane: &str) -> usize {
        match lane.split(':').next() {
            // In order, one after the other: an Undo must not overtake what it undoes.
            Some("from") => 1,
            _ => PER_LANE,
        }
    }

    fn queue(&self, queue: Queue) -> Option<&Arc<Semaphore>> {
        self.queues.iter().find(|(known, _)| *known == queue).map(|(_, places)| places)
    }

    /// Places of a queue that are free.
    pub fn free(&self, queue: Queue) -> usize {
        self.queue(queue).map_or(0, |places| places.available_permits())
    }

    /// Lanes in which nothing more may run.
    pub fn full_lanes(&self) -> Vec<String> {
        let taken = self.taken();
        taken.lanes.iter().filter(|(lane, n)| **n >= Self::most_in(lane)).map(|(lane, _)| lane.clone()).collect()
    }

    /// Of these jobs, oldest first, those there is room for; and the lanes of which another process has something
    /// that nothing may overtake.
    pub fn choose(&self, queue: Queue, due: Vec<Due>, now: Millis) -> (Vec<i64>, Vec<String>) {
        let (waiting, taken): (Vec<Due>, Vec<Due>) = due.into_iter().partition(|job| job.leased_until <= now);
        let held: HashSet<String> =
            taken.into_iter().map(|job| job.lane).filter(|lane| Self::most_in(lane) == 1).collect();
        let mut lanes = self.taken().lanes.clone();
        let mut has_room = |lane: &String| {
            let count = lanes.entry(lane.clone()).or_insert(0);
            *count += 1;
            *count <= Self::most_in(lane) && !held.contains(lane)
        };
        let chosen = waiting.into_iter().filter(|job| has_room(&job.lane)).map(|job| job.id);
        (chosen.take(self.free(queue)).collect(), held.into_iter().collect())
    }

    /// Gives a chosen job its place.
    pub fn take(self: &Arc<Self>, queue: Queue, job: &job::Model) -> Option<Place> {
        let permit = self.queue(queue)?.clone().try_acquire_owned().ok()?;
        let mut taken = self.taken();
        *taken.lanes.entry(job.lane.clone()).or_insert(0) += 1;
        taken.jobs.insert(job.id);
        Some(Place { _permit: permit, places: self.clone(), job: job.id, lane: job.lane.clone() })
    }

    /// Jobs that run.
    pub fn running(&self) -> Vec<i64> {
        self.taken().jobs.iter().copied().collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.jobs.remove(&self.job);
        if let Some(count) = taken.lanes.get_mut(&self.lane) {
            *count -= 1;
            if *count == 0 {
                taken.lanes.remove(&self.lane);
            }
        }
    }
}

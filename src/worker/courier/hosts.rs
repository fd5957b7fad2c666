//! Who may be sent something now: hosts take turns, each has a few places, each inbox one.

use crate::service::federation::deliver::Letter;
use crate::store::deliveries::Parcel;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

/// Claimed of one host before nothing more is claimed for it, …
const PER_HOST: usize = 8;
/// … and of one that has not answered: a hundred that hang must not fill all the room there is.
const UNANSWERED: usize = 2;

/// A delivery that was taken and not begun.
pub struct Ready {
    pub parcel: Parcel,
    pub letter: Arc<Letter>,
    pub since: Instant,
}

/// Hosts for which something was taken or is under way; no others are remembered.
pub struct Hosts {
    per_host: usize,
    by_name: HashMap<String, Host>,
    /// Those that have something to be begun, in turn.
    order: VecDeque<String>,
    claimed: usize,
}

#[derive(Default)]
struct Host {
    claimed: VecDeque<Ready>,
    running: usize,
    /// Of those, how many take long.
    slow: usize,
    /// It has answered since it is here.
    answered: bool,
    /// It failed lately: one at a time, to see.
    trial: bool,
    /// Inboxes whose last delivery is not written down yet.
    busy: HashSet<i64>,
    /// It stands in the order.
    queued: bool,
}

impl Host {
    fn places(&self, per_host: usize) -> usize {
        if self.answered && !self.trial && self.slow == 0 { per_host } else { 1 }
    }

    /// How many may be claimed and not begun.
    fn room(&self) -> usize {
        if self.answered && !self.trial { PER_HOST } else { UNANSWERED }
    }
}

impl Hosts {
    pub fn new(per_host: usize) -> Self {
        Self { per_host, by_name: HashMap::new(), order: VecDeque::new(), claimed: 0 }
    }

    /// How many were taken and not begun.
    pub fn claimed(&self) -> usize {
        self.claimed
    }

    /// How many hosts are remembered.
    pub fn known(&self) -> usize {
        self.by_name.len().max(self.order.len())
    }

    /// Hosts for which nothing more should be taken.
    pub fn full(&self) -> Vec<String> {
        let full = |h: &Host| h.claimed.len() >= h.room() || h.slow > 0 || (h.trial && h.running > 0);
        self.by_name.iter().filter(|(_, h)| full(h)).map(|(name, _)| name.clone()).collect()
    }

    /// Of what is due, oldest first, what there is room for: no host may have all of it.
    pub fn choose(&self, due: Vec<Parcel>) -> Vec<Parcel> {
        let mut more: HashMap<String, usize> = HashMap::new();
        let mut has_room = |name: &str| {
            let (held, most) = self.by_name.get(name).map_or((0, UNANSWERED), |h| (h.claimed.len(), h.room()));
            let count = more.entry(name.to_owned()).or_insert(held);
            *count += 1;
            *count <= most
        };
        due.into_iter().filter(|parcel| has_room(&parcel.host)).collect()
    }

    /// Takes in what was claimed; `trial` where its host failed lately.
    pub fn add(&mut self, ready: Ready, trial: bool) {
        let name = ready.parcel.host.clone();
        let host = self.by_name.entry(name.clone()).or_default();
        host.trial = trial && !host.answered;
        host.claimed.push_back(ready);
        self.claimed += 1;
        if !host.queued {
            host.queued = true;
            self.order.push_back(name);
        }
    }

    /// The next delivery that may begin; its place is taken.
    pub fn take_next(&mut self) -> Option<Ready> {
        for _ in 0..self.order.len() {
            let name = self.order.pop_front()?;
            let Some(host) = self.by_name.get_mut(&name) else { continue };
            let free = host.running < host.places(self.per_host);
            let at = host.claimed.iter().position(|r| !host.busy.contains(&r.parcel.inbox_id)).filter(|_| free);
            let next = at.and_then(|at| host.claimed.remove(at));
            if let Some(ready) = &next {
                host.running += 1;
                host.busy.insert(ready.parcel.inbox_id);
                self.claimed -= 1;
            }
            host.queued = !host.claimed.is_empty();
            if host.queued {
                self.order.push_back(name);
            }
            if next.is_some() {
                return next;
            }
        }
        None
    }

    /// A delivery has ended.
    pub fn ended(&mut self, parcel: &Parcel, slow: bool, answered: bool) {
        let Some(host) = self.by_name.get_mut(&parcel.host) else { return };
        host.running -= 1;
        host.slow -= usize::from(slow);
        host.answered |= answered;
        host.trial &= !answered;
    }

    /// How it ended is written down: its inbox may have the next one.
    pub fn written(&mut self, parcel: &Parcel) {
        let Some(host) = self.by_name.get_mut(&parcel.host) else { return };
        host.busy.remove(&parcel.inbox_id);
        if host.running == 0 && host.claimed.is_empty() && host.busy.is_empty() {
            self.by_name.remove(&parcel.host);
        }
    }

    /// A delivery to this host takes long: what else was taken for it is given up.
    pub fn slow(&mut self, name: &str) -> Vec<Ready> {
        if let Some(host) = self.by_name.get_mut(name) {
            host.slow += 1;
        }
        self.give_up_on(name)
    }

    /// What was taken for a host and not begun.
    pub fn give_up_on(&mut self, name: &str) -> Vec<Ready> {
        let Some(host) = self.by_name.get_mut(name) else { return Vec::new() };
        self.claimed -= host.claimed.len();
        std::mem::take(&mut host.claimed).into()
    }

    /// Everything that was not begun.
    pub fn give_up(&mut self) -> Vec<Ready> {
        self.claimed = 0;
        self.by_name.values_mut().flat_map(|host| std::mem::take(&mut host.claimed)).collect()
    }
}

//! Ids: positive 64-bit numbers ordered by time: 41 bits of milliseconds since 2020, 10 of the
//! process's node, 12 of a counter.

use crate::clock::{Clock, Millis};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

/// 2020-01-01 in milliseconds: where the 41 bits begin.
const EPOCH: Millis = 1_577_836_800_000;
const NODE_BITS: i64 = 10;
/// So many processes can be told apart.
pub const NODES: i64 = 1 << NODE_BITS;
const COUNT_BITS: i64 = 12;

/// Gives ids; never one at or before the last it gave, even when the clock steps back.
#[derive(Debug)]
pub struct Ids {
    clock: Clock,
    node: AtomicI64,
    last: Mutex<i64>,
}

impl Ids {
    /// `node` is this process's number, 0 to 1023; `after` the largest id known from earlier runs.
    pub fn new(clock: Clock, node: i64, after: i64) -> Self {
        Self {
            clock,
            node: AtomicI64::new(node.rem_euclid(NODES)),
            last: Mutex::new(after >> (NODE_BITS + COUNT_BITS) << COUNT_BITS | 0xfff),
        }
    }

    /// The number of this process.
    pub fn node(&self) -> i64 {
        self.node.load(Ordering::Relaxed)
    }

    /// This process has another number from now on.
    pub fn renumber(&self, node: i64) {
        self.node.store(node.rem_euclid(NODES), Ordering::Relaxed);
    }

    /// The next id.
    pub fn next(&self) -> i64 {
        let now = (self.clock.now() - EPOCH).max(0) << COUNT_BITS;
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *last = now.max(*last + 1);
        let (millis, count) = (*last >> COUNT_BITS, *last & ((1 << COUNT_BITS) - 1));
        millis << (NODE_BITS + COUNT_BITS) | self.node() << COUNT_BITS | count
    }

    /// An id for something that happened at `at` elsewhere: ordered by that time, never later than
    /// now, and still unique because its low bits are random.
    pub fn at(&self, at: Millis, random: u32) -> i64 {
        let millis = at.min(self.clock.now()).max(EPOCH) - EPOCH;
        millis << (NODE_BITS + COUNT_BITS) | i64::from(random & 0x3f_ffff)
    }
}

/// The smallest id of a moment: what came before it has a smaller one.
pub fn first_of(at: Millis) -> i64 {
    (at - EPOCH).max(0) << (NODE_BITS + COUNT_BITS)
}

/// The time an id carries, in milliseconds.
pub fn time_of(id: i64) -> Millis {
    (id >> (NODE_BITS + COUNT_BITS)) + EPOCH
}

//! Time that work takes, whatever else the machine is doing.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Measures the processor time of the thread that began it.
pub struct Stopwatch(Duration);

impl Stopwatch {
    pub fn begin() -> Self {
        Self(now())
    }

    pub fn spent(&self) -> Duration {
        now() - self.0
    }
}

fn now() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let whole = "processor time is never negative";
    Duration::new(time.tv_sec.try_into().expect(whole), time.tv_nsec.try_into().expect(whole))
}

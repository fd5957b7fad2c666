//! What is to be written down with the next turn.

use crate::app::App;
use crate::clock::Millis;
use crate::service::Refusal;
use crate::service::federation::deliver::{self, Delivery};
use crate::store::deliveries::{self, Parcel};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Ends, and what is put off or taken up again.
#[derive(Clone, Default)]
pub struct Log {
    /// How deliveries went.
    pub ends: Vec<(Parcel, Delivery)>,
    /// Given back untried, by when they may be taken again.
    back: BTreeMap<Millis, Vec<i64>>,
    /// Hosts that do not answer: what is for them waits.
    pub hold: HashSet<String>,
    /// Hosts that did answer after all.
    pub wake: HashSet<String>,
}

impl Log {
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty() && self.back.is_empty() && self.hold.is_empty() && self.wake.is_empty()
    }

    /// These go back untried.
    pub fn back(&mut self, ids: impl IntoIterator<Item = i64>, run_at: Millis) {
        let mut ids = ids.into_iter().peekable();
        if ids.peek().is_some() {
            self.back.entry(run_at).or_default().extend(ids);
        }
    }

    /// Writes all of it down. Returns the hosts that are left alone from now on, and until when.
    pub async fn write(
        &self,
        app: &App,
        tx: &impl ConnectionTrait,
        now: Millis,
    ) -> Result<HashMap<String, Millis>, Refusal> {
        crate::fault::point("before the ends of deliveries are written");
        for host in self.hold.iter().filter(|host| !self.wake.contains(*host)) {
            deliveries::hold(tx, host, now, now + super::HOLD).await?;
        }
        for (run_at, ids) in &self.back {
            deliveries::release(tx, ids, *run_at).await?;
        }
        for host in &self.wake {
            deliveries::wake(tx, host, now, false).await?;
        }
        if self.ends.is_empty() { Ok(HashMap::new()) } else { deliver::settle(app, tx, &self.ends).await }
    }
}

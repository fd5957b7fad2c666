//! One activity to one inbox, and what its answer means for the delivery, the inbox and the host.

use super::signer::{self, Signer};
use super::{gone, hosts, knock, still, sync};
use crate::activitypub::ACTIVITY_JSON;
use crate::app::App;
use crate::clock::{DAY, HOUR, MINUTE, Millis};
use crate::entity::activity;
use crate::fault;
use crate::ids::time_of;
use crate::net::{DoorError, PostAnswer, Sign};
use crate::service::Refusal;
use crate::service::work::host_of;
use crate::store::deliveries::{self, Parcel};
use crate::store::{inboxes, jobs, policies};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue, StatusCode};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use url::Url;

/// Waits between attempts; a fifth more or less, so that peers are not all asked at once.
pub const WAITS: [Millis; 9] = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 8 * HOUR, DAY, 2 * DAY, 2 * DAY];
/// Nothing is tried again that was said so long ago, however often it was held back meanwhile.
pub const EXPIRES: Millis = 7 * DAY;
/// `Retry-After` is honoured up to this.
pub const LONGEST_RETRY_AFTER: Millis = HOUR;
/// Characters of an answer that are kept.
pub const ANSWER: usize = 300;

/// An activity ready to be sent to many.
pub struct Letter {
    said: activity::Model,
    body: Bytes,
}

impl Letter {
    pub fn new(said: activity::Model) -> Self {
        Self { body: Bytes::from(said.body.clone()), said }
    }
}

/// How an attempt went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The other server has it.
    Arrived { status: u16 },
    /// There is nothing to deliver, or nobody to deliver it to, any more.
    NotNeeded,
    /// It may work later.
    Later { status: u16, why: String, not_before: Option<Millis>, host_failed: bool },
    /// It will never work.
    Refused { status: u16, why: String },
}

impl Delivery {
    /// Something on our side was not ready.
    pub fn later(why: impl Into<String>) -> Self {
        Self::Later { status: 0, why: why.into(), not_before: None, host_failed: false }
    }
}

/// What these parcels carry, by activity: each activity is read and judged once, however many there are.
/// What no longer holds, or is for a server that is kept out, is left out.
pub async fn letters(app: &App, parcels: &[Parcel]) -> Result<HashMap<i64, Arc<Letter>>, Refusal> {
    super::frozen::freeze(app).await?;
    let mut found = HashMap::new();
    let activities: HashSet<i64> = parcels.iter().map(|p| p.activity_id).collect();
    let activities: Vec<i64> = activities.into_iter().collect();
    for (id, said) in jobs::said_all(&app.db.read, &activities).await? {
        match still::so(app, &said).await {
            Ok(true) => {}
            Ok(false) | Err(Refusal::Missing | Refusal::Gone) => continue,
            Err(refusal) => return Err(refusal),
        }
        found.insert(id, Arc::new(Letter::new(said)));
    }
    Ok(found)
}

/// Hosts of these parcels that are kept out.
pub async fn kept_out(app: &App, parcels: &[Parcel]) -> Result<HashSet<String>, Refusal> {
    let blocked: HashSet<String> =
        policies::blocked_domains(&app.db.read).await?.into_iter().map(|row| row.domain).collect();
    let out = |host: &&str| policies::with_parents(host).iter().any(|domain| blocked.contains(domain));
    Ok(parcels.iter().map(|p| p.host.as_str()).filter(out).map(str::to_owned).collect())
}

/// Tries once. Every attempt is signed anew, over the same bytes; `signing` says how many may be
/// signed at the same time.
pub async fn attempt(app: &App, letter: &Letter, parcel: &Parcel, signing: &Semaphore) -> Delivery {
    match post(app, letter, parcel, signing).await {
        Ok(delivery) => delivery,
        Err(Refusal::Missing | Refusal::Gone) => Delivery::NotNeeded,
        Err(refusal) => Delivery::later(refusal.to_string()),
    }
}

async fn post(app: &App, letter: &Letter, parcel: &Parcel, signing: &Semaphore) -> Result<Delivery, Refusal> {
    let url = Url::parse(&parcel.url).map_err(|_| Refusal::Missing)?;
    let said = &letter.said;
    let along = sync::header(app, said, &parcel.host).await?;
    let signer = signer::of_activity(app, said.account_id, said.id, &said.kind).await?.with(along);
    let (url, body) = (&url, &letter.body);
    let ask = |form| -> BoxFuture<'_, _> {
        let signer = signer.by(form);
        Box::pin(async move {
            let signed = sign(signer, url, body.clone(), signing).await;
            app.door.post(url, body.clone(), ACTIVITY_JSON, &signed).await
        })
    };
    fault::point("before a delivery");
    let answer = knock::knock(app, url, ask, |answer: &PostAnswer| answer.status).await;
    fault::point("after a delivery");
    Ok(match answer {
        Ok(answer) => judge(app, answer.status, answer.retry_after, &answer.body_excerpt),
        Err(DoorError::BlockedHost { .. }) => Delivery::NotNeeded,
        Err(error) if error.is_permanent() && !comes_back(&error) => {
            Delivery::Refused { status: 0, why: error.to_string() }
        }
        Err(error) => Delivery::Later { status: 0, why: error.to_string(), not_before: None, host_failed: true },
    })
}

/// A signature made beforehand, for this request alone.
struct Signed(Result<Vec<(HeaderName, HeaderValue)>, String>);

impl Sign for Signed {
    fn sign(
        &self,
        _: &str,
        _: &Url,
        _: Option<&[u8]>,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, Box<dyn Error + Send + Sync>> {
        Ok(self.0.clone()?)
    }
}

/// Signing takes as long as answering a page: it is done beside the threads that do that.
async fn sign(signer: Signer, url: &Url, body: Bytes, signing: &Semaphore) -> Signed {
    let _turn = signing.acquire().await;
    let url = url.clone();
    let made = tokio::task::spawn_blocking(move || signer.sign("POST", &url, Some(&body)).map_err(|e| e.to_string()));
    Signed(made.await.unwrap_or_else(|error| Err(error.to_string())))
}

/// Names and certificates come back: an expired one is renewed, a domain is paid for again.
fn comes_back(error: &DoorError) -> bool {
    matches!(error, DoorError::Tls { .. } | DoorError::NoSuchHost { .. })
}

fn judge(app: &App, status: StatusCode, retry_after: Option<Duration>, body: &str) -> Delivery {
    let why = || body.trim().chars().take(ANSWER).collect::<String>();
    let code = status.as_u16();
    let later = |host_failed| {
        let wait = retry_after.and_then(|d| i64::try_from(d.as_millis()).ok()).map(|ms| ms.min(LONGEST_RETRY_AFTER));
        Delivery::Later { status: code, why: why(), not_before: wait.map(|ms| app.now() + ms), host_failed }
    };
    match status {
        s if s.is_success() => Delivery::Arrived { status: code },
        StatusCode::UNAUTHORIZED | StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => later(false),
        s if s.is_server_error() && s != StatusCode::NOT_IMPLEMENTED => later(true),
        _ => Delivery::Refused { status: code, why: why() },
    }
}

/// Writes down how deliveries went, and what follows from it for inboxes and hosts; in one transaction,
/// however many they are. Returns the hosts that are left alone from now on, and until when.
pub async fn settle(
    app: &App,
    tx: &impl ConnectionTrait,
    ends: &[(Parcel, Delivery)],
) -> Result<HashMap<String, Millis>, Refusal> {
    let now = app.now();
    let mut alike: BTreeMap<(i64, u16), Vec<i64>> = BTreeMap::new();
    for (parcel, delivery) in ends {
        match delivery {
            Delivery::Arrived { status } => {
                alike.entry((deliveries::ARRIVED, *status)).or_default().push(parcel.id);
                if parcel.missing_since.is_some() || parcel.stopped_at.is_some() {
                    inboxes::set(tx, parcel.inbox_id, None, None).await?;
                }
            }
            Delivery::NotNeeded => alike.entry((deliveries::NOT_NEEDED, 0)).or_default().push(parcel.id),
            Delivery::Refused { status, why } => refused(app, tx, parcel, *status, why).await?,
            Delivery::Later { status, why, not_before, .. } => {
                later(tx, parcel, i64::from(*status), why, not_before.unwrap_or(0), now).await?;
            }
        }
    }
    for ((state, status), ids) in alike {
        deliveries::end(tx, &ids, state, i64::from(status), None, now).await?;
    }
    judge_hosts(tx, ends, now).await
}

async fn later(
    tx: &impl ConnectionTrait,
    parcel: &Parcel,
    status: i64,
    why: &str,
    not_before: Millis,
    now: Millis,
) -> Result<(), Refusal> {
    let wait = usize::try_from(parcel.attempts).ok().and_then(|tried| WAITS.get(tried)).copied();
    match wait.filter(|_| now - time_of(parcel.id) < EXPIRES) {
        Some(wait) => deliveries::retry(tx, parcel.id, (now + jitter(wait)).max(not_before), status, why).await?,
        None => {
            tracing::info!(host = %parcel.host, %why, "a delivery was given up after many attempts");
            deliveries::end(tx, &[parcel.id], deliveries::GIVEN_UP, status, Some(why), now).await?;
        }
    }
    Ok(())
}

async fn refused(app: &App, tx: &impl ConnectionTrait, parcel: &Parcel, status: u16, why: &str) -> Result<(), Refusal> {
    let now = app.now();
    tracing::info!(host = %parcel.host, status, %why, "a delivery was refused");
    deliveries::end(tx, &[parcel.id], deliveries::REFUSED, i64::from(status), Some(why), now).await?;
    match status {
        404 => {
            let since = parcel.missing_since.unwrap_or(now);
            let stop = now - since >= hosts::DEAD_AFTER;
            inboxes::set(tx, parcel.inbox_id, Some(since), stop.then_some(now).or(parcel.stopped_at)).await?;
        }
        410 => gone::look(app, tx, parcel.inbox_id).await?,
        _ => {}
    }
    Ok(())
}

/// A host that took something is well; one that failed is left alone after some failures.
async fn judge_hosts(
    tx: &impl ConnectionTrait,
    ends: &[(Parcel, Delivery)],
    now: Millis,
) -> Result<HashMap<String, Millis>, Refusal> {
    let mut alone = HashMap::new();
    let mut failing = inboxes::failing(tx, ends.iter().map(|(p, _)| p.host.as_str())).await?;
    for (parcel, delivery) in ends {
        let before = failing.get(&parcel.host);
        match delivery {
            Delivery::Later { host_failed: true, .. } => {
                let after = hosts::failed(&parcel.host, before, now, jitter);
                inboxes::set_failing(tx, after.clone()).await?;
                if after.open_until > now {
                    deliveries::hold(tx, &parcel.host, now, after.open_until).await?;
                    alone.insert(parcel.host.clone(), after.open_until);
                }
                failing.insert(parcel.host.clone(), after);
            }
            Delivery::NotNeeded | Delivery::Later { status: 0, .. } | Delivery::Refused { status: 0, .. } => {}
            // Whatever it says, it is there.
            _ if before.is_some() => {
                inboxes::set_well(tx, &parcel.host).await?;
                deliveries::wake(tx, &parcel.host, now, false).await?;
                failing.remove(&parcel.host);
                alone.remove(&parcel.host);
            }
            _ => {}
        }
    }
    Ok(alone)
}

/// A fifth more or less.
pub fn jitter(wait: Millis) -> Millis {
    let random = crate::secrets::random::<2>().map_or(32_768, |b| i64::from(u16::from_le_bytes(b)));
    wait * 4 / 5 + wait * 2 / 5 * random / 65_536
}

/// A delivery that an earlier version of this program put into the queue of jobs.
pub async fn adopt(app: &App, activity_id: i64, address: &str) -> Result<(), Refusal> {
    let Some(said) = jobs::said(&app.db.read, activity_id).await? else { return Ok(()) };
    let host = host_of(address);
    let (app2, address) = (app.clone(), address.to_owned());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(inbox) = inboxes::known(tx, &[(address, host)], || app2.id()).await?.pop() else {
                    return Ok(());
                };
                let row = crate::entity::delivery::Model {
                    id: app2.id(),
                    activity_id,
                    object_id: said.id,
                    inbox_id: inbox.id,
                    in_order: 0,
                    state: deliveries::WAITING,
                    run_at: app2.now(),
                    leased_until: 0,
                    attempts: 0,
                    status: 0,
                    answer: None,
                    ended_at: None,
                };
                Ok(deliveries::enqueue(tx, vec![row]).await?)
            })
        })
        .await
}

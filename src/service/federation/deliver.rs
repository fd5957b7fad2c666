//! One activity to one inbox.

use super::{knock, signer, still};
use crate::app::App;
use crate::clock::{HOUR, Millis};
use crate::fault;
use crate::service::Refusal;
use crate::store::{jobs, policies};
use bytes::Bytes;
use http::StatusCode;
use std::time::Duration;
use url::Url;

/// How a delivery went.
#[derive(Debug)]
pub enum Delivery {
    /// The other server has it.
    Arrived,
    /// There is nothing to deliver, or nobody to deliver it to, any more.
    NotNeeded,
    /// It may work later.
    Later { why: String, not_before: Option<Millis> },
    /// It will never work.
    Refused(String),
}

/// Tries once. Every attempt is signed anew, over the same bytes.
pub async fn deliver(app: &App, activity: i64, inbox: &str) -> Delivery {
    match attempt(app, activity, inbox).await {
        Ok(delivery) => delivery,
        Err(Refusal::Missing | Refusal::Gone) => Delivery::NotNeeded,
        Err(refusal) => Delivery::Later { why: refusal.to_string(), not_before: None },
    }
}

async fn attempt(app: &App, activity: i64, inbox: &str) -> Result<Delivery, Refusal> {
    super::frozen::freeze(app).await?;
    let said = jobs::said(&app.db.read, activity).await?.ok_or(Refusal::Missing)?;
    if !still::so(app, &said).await? {
        return Ok(Delivery::NotNeeded);
    }
    let url = Url::parse(inbox).map_err(|_| Refusal::Missing)?;
    if policies::domain_blocked(&app.db.read, url.host_str().unwrap_or_default()).await? {
        return Ok(Delivery::NotNeeded);
    }
    let signer = signer::of_activity(app, said.account_id, said.id, &said.kind).await?;
    fault::point("before a delivery");
    let answer = knock::post(app, &url, &Bytes::from(said.body), &signer).await;
    fault::point("after a delivery");
    Ok(match answer {
        Ok(answer) => judge(app, answer.status, answer.retry_after, &answer.body_excerpt),
        Err(error) if error.is_permanent() && !is_certificate(&error) => Delivery::Refused(error.to_string()),
        Err(error) => Delivery::Later { why: error.to_string(), not_before: None },
    })
}

/// Names and certificates come back: an expired one is renewed, a domain is paid for again.
fn is_certificate(error: &crate::net::DoorError) -> bool {
    use crate::net::DoorError;
    matches!(error, DoorError::Tls { .. } | DoorError::NoSuchHost { .. })
}

fn judge(app: &App, status: StatusCode, retry_after: Option<Duration>, body: &str) -> Delivery {
    let why = format!("answered {status}: {body}");
    match status {
        s if s.is_success() => Delivery::Arrived,
        StatusCode::UNAUTHORIZED | StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
            later(app, why, retry_after)
        }
        s if s.is_server_error() && s != StatusCode::NOT_IMPLEMENTED => later(app, why, retry_after),
        _ => Delivery::Refused(why),
    }
}

fn later(app: &App, why: String, retry_after: Option<Duration>) -> Delivery {
    let wait = retry_after.and_then(|d| i64::try_from(d.as_millis()).ok()).map(|ms| ms.min(HOUR));
    Delivery::Later { why, not_before: wait.map(|ms| app.now() + ms) }
}

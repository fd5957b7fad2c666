//! Saying something to other servers: the activity is written down and its deliveries are queued, in
//! the transaction that makes it true.

use super::urls::Urls;
use crate::app::App;
use crate::entity::{account, activity};
use crate::service::Refusal;
use crate::service::work::queue_deliveries;
use crate::store::{jobs, policies};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use std::collections::BTreeSet;

/// An activity about to be said.
pub struct Said {
    /// Its row, and the number in its id.
    pub id: i64,
    /// Who says it.
    pub account_id: i64,
    /// It answers at its id to everybody.
    pub public: bool,
    pub body: Value,
}

/// Writes it down for these inboxes. Without a public address nothing is said. Said again with the
/// same id, it goes out again as it was.
pub async fn say(app: &App, tx: &impl ConnectionTrait, said: Said, inboxes: BTreeSet<String>) -> Result<(), Refusal> {
    let inboxes = allowed(tx, inboxes).await?;
    if inboxes.is_empty() || Urls::of(app).is_none() {
        return Ok(());
    }
    let kind = said.body.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let body = serde_json::to_string(&said.body).map_err(Refusal::broken)?;
    let row = activity::Model {
        id: said.id,
        account_id: said.account_id,
        kind,
        public: i32::from(said.public),
        body,
        created_at: app.now(),
    };
    if jobs::said(tx, said.id).await?.is_none() {
        jobs::say(tx, row).await?;
    }
    Ok(queue_deliveries(app, tx, said.id, inboxes).await?)
}

/// Leaves out inboxes of servers that are kept out.
async fn allowed(tx: &impl ConnectionTrait, inboxes: BTreeSet<String>) -> Result<BTreeSet<String>, Refusal> {
    let mut kept = BTreeSet::new();
    for inbox in inboxes {
        let host = url::Url::parse(&inbox).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default();
        if !policies::domain_blocked(tx, &host).await? {
            kept.insert(inbox);
        }
    }
    Ok(kept)
}

/// The inbox of one remote person; nobody for a local one.
pub fn to_one(person: &account::Model) -> BTreeSet<String> {
    person.inbox.iter().filter(|_| !person.domain.is_empty()).cloned().collect()
}

/// Addresses of our side; nothing can be said without them.
pub fn urls(app: &App) -> Result<Urls, Refusal> {
    Urls::of(app).ok_or(Refusal::Missing)
}

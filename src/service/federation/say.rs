//! Saying something to other servers: the activity is written down and its deliveries are queued, in
//! the transaction that makes it true.

use super::urls::{Named, Urls};
use super::{documents, hosts};
use crate::app::App;
use crate::entity::{account, activity, delivery, inbox};
use crate::service::Refusal;
use crate::service::work::{self, Work, host_of};
use crate::store::{deliveries, inboxes as store_inboxes, jobs, keys, policies};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Deliveries queued in one transaction.
const CHUNK: usize = 500;

/// An activity about to be said.
#[derive(Clone)]
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
/// same id, it goes out again as it was. Very many inboxes get their deliveries from jobs that are
/// written down with it, so that nobody's writing waits for all of them.
pub async fn say(app: &App, tx: &impl ConnectionTrait, said: Said, inboxes: BTreeSet<String>) -> Result<(), Refusal> {
    let Some(mut words) = Words::of(app, said)? else { return Ok(()) };
    words.again = true;
    let inboxes = in_turns(inboxes);
    if inboxes.len() <= CHUNK {
        return put(app, tx, &words, &inboxes).await;
    }
    if jobs::said(tx, words.row.id).await?.is_none() {
        jobs::say(tx, words.row.clone()).await?;
    }
    for some in inboxes.chunks(CHUNK) {
        let spread = Work::Spread { activity: words.row.id, inboxes: some.to_vec() };
        work::queue(app, tx, spread).await?;
    }
    Ok(())
}

/// Queues what was said for some of very many inboxes. Run again after a crash it sends nothing twice.
pub async fn spread(app: &App, activity: i64, inboxes: Vec<String>) -> Result<(), Refusal> {
    let Some(row) = jobs::said(&app.db.read, activity).await? else { return Ok(()) };
    let body = serde_json::from_str(&row.body).map_err(Refusal::broken)?;
    let said = Said { id: row.id, account_id: row.account_id, public: row.public != 0, body };
    let Some(words) = Words::of(app, said)? else { return Ok(()) };
    let app2 = app.clone();
    app.db.write(move |tx| Box::pin(async move { put(&app2, tx, &words, &inboxes).await })).await
}

/// The same to very many, in transactions of its own. Run again after a crash it sends nothing twice.
pub async fn say_widely(app: &App, said: Said, inboxes: BTreeSet<String>) -> Result<(), Refusal> {
    let Some(words) = Words::of(app, said)? else { return Ok(()) };
    for some in in_turns(inboxes).chunks(CHUNK) {
        let (app2, words, some) = (app.clone(), words.clone(), some.to_vec());
        app.db.write(move |tx| Box::pin(async move { put(&app2, tx, &words, &some).await })).await?;
    }
    Ok(())
}

/// What is written down of an activity.
#[derive(Clone)]
struct Words {
    row: activity::Model,
    /// What it is about, as a number of ours: deliveries about one object keep their order.
    object: i64,
    /// It goes out once more where it has been before.
    again: bool,
}

impl Words {
    fn of(app: &App, said: Said) -> Result<Option<Self>, Refusal> {
        let Some(urls) = Urls::of(app) else { return Ok(None) };
        let kind = said.body.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let object = about(&urls, &kind, &said);
        let body = serde_json::to_string(&said.body).map_err(Refusal::broken)?;
        let row = activity::Model {
            id: said.id,
            account_id: said.account_id,
            kind,
            public: i32::from(said.public),
            body,
            created_at: app.now(),
        };
        Ok(Some(Self { row, object, again: false }))
    }

    /// Whoever has the object from then on.
    fn hands_over(&self) -> bool {
        matches!(self.row.kind.as_str(), "Create" | "Update" | "Announce" | "Add")
    }
}

/// The post, the account or the activity of ours that it is about; its own number otherwise.
fn about(urls: &Urls, kind: &str, said: &Said) -> i64 {
    let named = |pointer: &str| said.body.pointer(pointer).and_then(Value::as_str).and_then(|id| urls.parse(id));
    let object = match kind {
        "Create" | "Update" | "Delete" | "Add" | "Remove" => match documents::about_post(urls, &said.body) {
            Some(post) => return post,
            None => named("/object/id").or_else(|| named("/object")),
        },
        "Undo" => named("/object/id"),
        _ => None,
    };
    match object {
        Some(Named::Actor(id) | Named::Activity(id)) => id,
        _ => said.id,
    }
}

async fn put(app: &App, tx: &impl ConnectionTrait, words: &Words, inboxes: &[String]) -> Result<(), Refusal> {
    let inboxes = allowed(tx, inboxes).await?;
    if inboxes.is_empty() {
        return Ok(());
    }
    if jobs::said(tx, words.row.id).await?.is_none() {
        jobs::say(tx, words.row.clone()).await?;
    }
    if words.row.kind == "Update" {
        supersede(app, tx, words).await?;
    }
    let known = store_inboxes::known(tx, &inboxes, || app.id()).await?;
    let failing = store_inboxes::failing(tx, known.iter().map(|i| i.host.as_str())).await?;
    let mut places: HashMap<&str, &inbox::Model> = known.iter().map(|row| (row.url.as_str(), row)).collect();
    let mut rows = Vec::with_capacity(known.len());
    for inbox in inboxes.iter().filter_map(|(url, _)| places.remove(url.as_str())) {
        let when = hosts::when(inbox, failing.get(&inbox.host), app.now());
        rows.push(delivery(app, words, inbox, when));
        if when == hosts::When::Probe {
            store_inboxes::set(tx, inbox.id, inbox.missing_since, Some(app.now())).await?;
        }
    }
    if words.hands_over() {
        let ids: Vec<i64> = rows.iter().map(|row| row.inbox_id).collect();
        store_inboxes::remember(tx, words.object, &ids).await?;
    }
    let queued =
        if words.again { deliveries::enqueue_again(tx, rows).await } else { deliveries::enqueue(tx, rows).await };
    Ok(queued?)
}

fn delivery(app: &App, words: &Words, inbox: &inbox::Model, when: hosts::When) -> delivery::Model {
    let now = app.now();
    let (state, run_at) = match when {
        hosts::When::At(at) => (deliveries::WAITING, at.max(now)),
        hosts::When::Probe => (deliveries::WAITING, now),
        hosts::When::Never => (deliveries::STOPPED, now),
    };
    delivery::Model {
        id: app.id(),
        activity_id: words.row.id,
        object_id: words.object,
        inbox_id: inbox.id,
        in_order: i32::from(words.row.kind == "Update"),
        state,
        run_at,
        leased_until: 0,
        attempts: 0,
        status: 0,
        answer: None,
        ended_at: (state != deliveries::WAITING).then_some(now),
    }
}

/// Who has not heard of an earlier change yet hears of the last one only. What tells of a new key stays:
/// it alone is signed with the key they know.
async fn supersede(app: &App, tx: &impl ConnectionTrait, words: &Words) -> Result<(), Refusal> {
    let mut old = Vec::new();
    for id in deliveries::activities_waiting(tx, words.object).await? {
        let is_update = id != words.row.id && jobs::said(tx, id).await?.is_some_and(|said| said.kind == "Update");
        if is_update && keys::retired(tx, id).await?.is_none() {
            old.push(id);
        }
    }
    Ok(deliveries::supersede(tx, words.object, &old, app.now()).await?)
}

/// Address and host of each, without those of servers that are kept out.
async fn allowed(tx: &impl ConnectionTrait, inboxes: &[String]) -> Result<Vec<(String, String)>, Refusal> {
    let blocked: BTreeSet<String> = policies::blocked_domains(tx).await?.into_iter().map(|row| row.domain).collect();
    let kept = |host: &str| !host.is_empty() && policies::with_parents(host).iter().all(|d| !blocked.contains(d));
    Ok(inboxes.iter().map(|url| (url.clone(), host_of(url))).filter(|(_, host)| kept(host)).collect())
}

/// One inbox of each host, then the second of each, and so on: no host has to wait for all of another's.
fn in_turns(inboxes: BTreeSet<String>) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut placed: Vec<(usize, String)> = inboxes
        .into_iter()
        .map(|url| {
            let turn = seen.entry(host_of(&url)).or_insert(0);
            *turn += 1;
            (*turn, url)
        })
        .collect();
    placed.sort();
    placed.into_iter().map(|(_, url)| url).collect()
}

/// The inbox of one remote person; nobody for a local one.
pub fn to_one(person: &account::Model) -> BTreeSet<String> {
    person.inbox.iter().filter(|_| !person.domain.is_empty()).cloned().collect()
}

/// Addresses of our side; nothing can be said without them.
pub fn urls(app: &App) -> Result<Urls, Refusal> {
    Urls::of(app).ok_or(Refusal::Missing)
}

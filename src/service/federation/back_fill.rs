//! No empty profile: when somebody here looks at a person of another server, or follows her, her pins and
//! her last posts are fetched, in the background; and older ones when they are asked for.

use super::fetch::{self, Budget};
use super::pages::{Page, Pages};
use super::{moving, note, people};
use crate::activitypub::RemoteId;
use crate::activitypub::vocab::ObjectRef;
use crate::app::App;
use crate::entity::{account, profile_fill};
use crate::service::work::{self, Work};
use crate::service::{Refusal, limits};
use crate::store::{accounts, looking, posts};
use serde_json::Value;
use std::time::Duration;

/// How often it is looked whether fetching ended.
const GLANCE: Duration = Duration::from_millis(40);

/// What is known of a remote profile's past.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Past {
    /// Posts are being fetched.
    pub under_way: bool,
    /// There are older ones to be asked for.
    pub more: bool,
}

fn past(row: Option<&profile_fill::Model>) -> Past {
    Past {
        under_way: row.is_some_and(|f| f.ended_at.is_none()),
        more: row.is_some_and(|f| f.ended_at.is_some() && f.next.is_some()),
    }
}

/// Somebody who is signed in looks at a remote person, or follows her: what is new there is fetched, not
/// more often than once an hour.
pub async fn looked_at(app: &App, row: &account::Model) -> Result<Past, Refusal> {
    if row.domain.is_empty() || app.public().is_none() {
        return Ok(Past::default());
    }
    let known = looking::fill(&app.db.read, row.id).await?;
    match &known {
        Some(fill) if app.now() - fill.asked_at < limits::LOOK_AGAIN => Ok(past(known.as_ref())),
        _ => ask(app, row, false).await,
    }
}

/// What is known, without asking for anything.
pub async fn known(app: &App, account_id: i64) -> Result<Past, Refusal> {
    Ok(past(looking::fill(&app.db.read, account_id).await?.as_ref()))
}

/// Somebody who is signed in wants older posts.
pub async fn more(app: &App, row: &account::Model) -> Result<Past, Refusal> {
    let now = past(looking::fill(&app.db.read, row.id).await?.as_ref());
    if now.more { ask(app, row, true).await } else { Ok(now) }
}

async fn ask(app: &App, row: &account::Model, more: bool) -> Result<Past, Refusal> {
    let work = Work::FillProfile { account: row.id, host: row.domain.clone(), more };
    let (app2, id, now) = (app.clone(), row.id, app.now());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                looking::ask(tx, id, now).await?;
                work::queue_once(&app2, tx, work, format!("fill:{id}"), 0).await?;
                Ok::<_, Refusal>(())
            })
        })
        .await?;
    Ok(Past { under_way: true, more: false })
}

/// Waits a little for fetching to end, so that whoever looks for the first time sees something.
pub async fn settled(app: &App, account_id: i64, within: Duration) -> Result<Past, Refusal> {
    let wait = async {
        loop {
            let now = known(app, account_id).await?;
            if !now.under_way {
                return Ok(now);
            }
            tokio::time::sleep(GLANCE).await;
        }
    };
    match tokio::time::timeout(within, wait).await {
        Ok(past) => past,
        Err(_) => known(app, account_id).await,
    }
}

/// Fetches pins and last posts, or older ones. Ends in any case: nobody waits for ever.
pub async fn fill(app: &App, account_id: i64, more: bool) -> Result<(), Refusal> {
    let Some(row) = accounts::by_id(&app.db.read, account_id).await? else { return Ok(()) };
    let usable = !row.domain.is_empty() && row.deleted_at.is_none() && row.suspended == 0;
    let before = looking::fill(&app.db.read, account_id).await?;
    let (mut next, mut pages) = before.map_or((None, 0), |f| (f.next, f.pages));
    if usable {
        let budget = Budget::person();
        let fetching = fetch_past(app, &row, more, next.clone(), pages, &budget);
        // A server that hangs holds up one place for a minute, and whoever waits not at all.
        let fetched = tokio::time::timeout(limits::LOOKING, fetching).await;
        match fetched.unwrap_or_else(|_| Err(Refusal::broken("it took too long"))) {
            Ok((rest, read)) => (next, pages) = (rest, pages + read),
            Err(refusal) => {
                tracing::info!(account = account_id, why = %refusal, "a remote profile was not fetched");
                // The page to go on with is no more.
                next = next.filter(|_| !more || !matches!(refusal, Refusal::Missing | Refusal::Gone));
            }
        }
    }
    let now = app.now();
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(looking::ended(tx, account_id, now, next, pages).await?) })
        })
        .await
}

/// Gives the page to go on with, and how many were read.
async fn fetch_past(
    app: &App,
    row: &account::Model,
    more: bool,
    next: Option<String>,
    pages: i64,
    budget: &Budget,
) -> Result<(Option<String>, i64), Refusal> {
    let id = row.uri.as_deref().and_then(|u| RemoteId::parse(u).ok()).ok_or(Refusal::Missing)?;
    let row = people::by_id(app, &id, budget).await?;
    if !more {
        moving::confirm(app, &row, budget).await;
        pins(app, &row, budget).await?;
        totals(app, &row, budget).await?;
    }
    let start = if more { next.clone() } else { row.outbox_url.clone() };
    let Some(start) = start.and_then(|s| RemoteId::parse(&s).ok()).filter(|s| s.same_origin(&id)) else {
        return Ok((next.filter(|_| !more), 0));
    };
    let mut list = Pages::of(app, start, limits::OUTBOX_PAGES, budget);
    let read = outbox(app, &row, &mut list, !more && pages > 0, budget).await?;
    if let Some(total) = list.total.filter(|_| !more) {
        keep_totals(app, row.id, [Some(total), None, None]).await?;
    }
    let deep = pages + i64::try_from(list.read()).unwrap_or(0);
    let rest = match read {
        // News only: where older ones go on stays as it was.
        Read::Known => next,
        _ if deep >= limits::OUTBOX_DEPTH => None,
        Read::UpTo(page) => page.map(|p| p.as_str().to_owned()),
    };
    Ok((rest, deep - pages))
}

/// How far an outbox was read.
enum Read {
    /// To what had been fetched before.
    Known,
    /// To before this page, or to its end.
    UpTo(Option<RemoteId>),
}

/// Keeps posts of an outbox, newest first, up to a number. `news`: only down to what is known.
async fn outbox(
    app: &App,
    row: &account::Model,
    list: &mut Pages<'_>,
    news: bool,
    budget: &Budget,
) -> Result<Read, Refusal> {
    let mut kept = 0;
    while let Some(page) = list.next().await.or_else(|refusal| if kept > 0 { Ok(None) } else { Err(refusal) })? {
        let mut fresh = 0;
        let Page { id, items } = page;
        for item in items {
            let Some(found) = candidate(row, &item) else { continue };
            if kept >= limits::OUTBOX_POSTS || (budget.is_spent() && matches!(found, Candidate::Named(_))) {
                // The same page again, next time: what is kept by then costs nothing.
                return Ok(Read::UpTo(Some(id)));
            }
            if keep(app, row, found, budget).await? {
                kept += 1;
                fresh += 1;
            }
        }
        if news && fresh == 0 {
            return Ok(Read::Known);
        }
    }
    Ok(Read::UpTo(list.rest()))
}

/// A post of hers in a list of hers.
enum Candidate {
    /// Carried along by her own server.
    Whole(Value),
    /// To be fetched.
    Named(RemoteId),
}

/// What an entry of an outbox or of pins is, where it is a post of hers: boosts and the like are left out.
fn candidate(row: &account::Model, item: &ObjectRef) -> Option<Candidate> {
    let actor = RemoteId::parse(row.uri.as_deref()?).ok()?;
    let own = |id: RemoteId| id.same_origin(&actor).then_some(id);
    let Some(value) = item.value() else { return own(item.remote_id()?).map(Candidate::Named) };
    let inner = match item.kind() {
        Some("Create") => value.get("object")?,
        Some("Announce" | "Like" | "Add" | "Update" | "Delete") | None => return None,
        Some(_) => value,
    };
    match inner {
        Value::String(id) => own(RemoteId::parse(id).ok()?).map(Candidate::Named),
        Value::Object(_) => {
            own(RemoteId::parse(inner.get("id")?.as_str()?).ok()?)?;
            Some(Candidate::Whole(inner.clone()))
        }
        _ => None,
    }
}

/// True when it is new here. What is not hers, or not for everybody, is left out.
async fn keep(app: &App, row: &account::Model, found: Candidate, budget: &Budget) -> Result<bool, Refusal> {
    let value = match found {
        Candidate::Whole(value) => value,
        Candidate::Named(id) => {
            if posts::by_uri(&app.db.read, id.as_str()).await?.is_some() {
                return Ok(false);
            }
            match fetch::document(app, &id, None, budget).await {
                Ok(document) => match document.get("object").filter(|_| document["type"] == "Create") {
                    Some(inner @ Value::Object(_)) => inner.clone(),
                    _ => document,
                },
                Err(_) => return Ok(false),
            }
        }
    };
    match note::keep_of_author(app, row, &value).await {
        Ok(new) => Ok(new),
        Err(Refusal::Busy) => Err(Refusal::Busy),
        Err(_) => Ok(false),
    }
}

/// Her pins, in her order; what she took down is taken down here.
async fn pins(app: &App, row: &account::Model, budget: &Budget) -> Result<(), Refusal> {
    let Some(id) = row.featured_url.as_deref().and_then(|u| RemoteId::parse(u).ok()) else { return Ok(()) };
    let mut list = Pages::of(app, id, 1, budget);
    let Ok(page) = list.next().await else { return Ok(()) };
    let mut pinned = Vec::new();
    for item in page.map(|p| p.items).unwrap_or_default().into_iter().take(limits::REMOTE_PINS) {
        let Some(found) = candidate(row, &item) else { continue };
        let id = match &found {
            Candidate::Named(id) => id.as_str().to_owned(),
            Candidate::Whole(value) => value["id"].as_str().unwrap_or_default().to_owned(),
        };
        keep(app, row, found, budget).await?;
        pinned.extend(posts::by_uri(&app.db.read, &id).await?.filter(|p| p.account_id == row.id).map(|p| p.id));
    }
    let (author, now) = (row.id, app.now());
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                for old in posts::pinned(tx, author).await? {
                    if !pinned.contains(&old.id) {
                        posts::set_pinned(tx, old.id, None).await?;
                    }
                }
                for (place, id) in pinned.iter().enumerate() {
                    posts::set_pinned(tx, *id, Some(now - i64::try_from(place).unwrap_or(0))).await?;
                }
                Ok(())
            })
        })
        .await
}

/// How many follow her and whom she follows, as her server says.
async fn totals(app: &App, row: &account::Model, budget: &Budget) -> Result<(), Refusal> {
    let followers = people::total(app, row.followers_url.as_deref(), budget).await;
    let following = people::total(app, row.following_url.as_deref(), budget).await;
    keep_totals(app, row.id, [None, followers, following]).await
}

async fn keep_totals(app: &App, account_id: i64, totals: [Option<i64>; 3]) -> Result<(), Refusal> {
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(accounts::set_totals(tx, account_id, totals).await?) })
        })
        .await
}

//! Polls of other servers: what they ask, how people here answer, and how it ends. Nobody here makes one.

use super::surface;
use super::visibility::{self, Reader};
use super::work::{self, Work};
use super::{Refusal, federation, limits};
use crate::activitypub::RemoteId;
use crate::activitypub::vocab::{Choice, Poll, poll as wire};
use crate::app::App;
use crate::clock::Millis;
use crate::entity::{poll, poll_vote, post};
use crate::store::{accounts, polls, posts};
use federation::fetch::Budget;
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};

/// People told of the end of a poll in one transaction.
const TOLD_AT_ONCE: u64 = 50;
/// Requests to find out how a poll stands: its document, and where its address leads elsewhere first.
const REQUESTS: u32 = 2;

/// An option as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choosable {
    /// As its author wrote it.
    pub name: String,
    /// None where its author does not tell.
    pub votes: Option<i64>,
}

/// What can be chosen, in order.
pub fn options(row: &poll::Model) -> Vec<Choosable> {
    serde_json::from_str(&row.options).unwrap_or_default()
}

/// What somebody chose: places among the options.
pub fn choices(row: &poll_vote::Model) -> Vec<usize> {
    serde_json::from_str(&row.choices).unwrap_or_default()
}

/// Nobody votes any more.
pub fn is_over(row: &poll::Model, now: Millis) -> bool {
    row.ends_at.is_some_and(|end| end <= now)
}

/// What its author says a post asks. When it was not edited, only numbers and the end can be new; when
/// it asks something else, what was voted before counts no more.
pub async fn heard(
    app: &App,
    tx: &impl ConnectionTrait,
    post_id: i64,
    asked: Option<&Poll>,
    edited: bool,
) -> Result<(), Refusal> {
    let known = polls::of_post(tx, post_id).await?;
    let Some(asked) = asked else {
        if edited && known.is_some() {
            polls::forget_post(tx, post_id).await?;
        }
        return Ok(());
    };
    let same = known.filter(|known| asks_the_same(known, asked));
    if same.is_none() {
        if !edited {
            return Ok(());
        }
        polls::forget_votes(tx, post_id).await?;
    }
    let now = app.now();
    let before = same.and_then(|known| known.ends_at);
    let ends_at = match asked.closed {
        true => [asked.ends, before, Some(now)].into_iter().flatten().min(),
        false => asked.ends,
    };
    let kept = |option: &Choice| Choosable { name: option.name.clone(), votes: option.votes };
    let row = poll::Model {
        post_id,
        options: written(&asked.options.iter().map(kept).collect::<Vec<_>>())?,
        multiple: i32::from(asked.multiple),
        ends_at,
        voters: asked.voters,
        heard_at: now,
        asked_at: 0,
    };
    if ends_at != before && !polls::voters(tx, post_id, 0, 1).await?.is_empty() {
        await_end(app, tx, &row).await?;
    }
    Ok(polls::put(tx, row).await?)
}

fn asks_the_same(known: &poll::Model, asked: &Poll) -> bool {
    (known.multiple != 0) == asked.multiple
        && options(known).iter().map(|o| &o.name).eq(asked.options.iter().map(|o| &o.name))
}

fn written(value: &impl Serialize) -> Result<String, Refusal> {
    serde_json::to_string(value).map_err(Refusal::broken)
}

/// Those who voted are told when it is over. Should its end be moved, another job waits for the new one.
async fn await_end(app: &App, tx: &impl ConnectionTrait, row: &poll::Model) -> Result<(), DbErr> {
    let Some(end) = row.ends_at else { return Ok(()) };
    let key = format!("poll_end:{}:{end}", row.post_id);
    let delay = end.saturating_sub(app.now()).max(0);
    work::queue_once(app, tx, Work::EndPoll { post: row.post_id }, key, delay).await.map(drop)
}

/// The post behind a poll, for whoever may see it.
pub async fn asking(app: &App, reader: Reader, post_id: i64) -> Result<post::Model, Refusal> {
    let post = visibility::visible(app, reader, post_id).await?;
    polls::of_post(&app.db.read, post.id).await?.ok_or(Refusal::Missing)?;
    Ok(post)
}

/// Somebody here votes, once and for good: for one option, or for several where that is allowed. It counts
/// here at once; its author is told, and says later how it stands.
pub async fn vote(app: &App, voter_id: i64, post_id: i64, chosen: &[i64]) -> Result<(), Refusal> {
    let post = asking(app, Some(voter_id), post_id).await?;
    let (app2, chosen) = (app.clone(), chosen.to_vec());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let mut row = polls::of_post(tx, post.id).await?.ok_or(Refusal::Missing)?;
                let mut options = options(&row);
                let places = places(&row, &options, &chosen, app2.now())?;
                let vote = poll_vote::Model {
                    post_id: post.id,
                    account_id: voter_id,
                    choices: written(&places)?,
                    created_at: app2.now(),
                };
                if !polls::vote(tx, vote).await? {
                    return Err(Refusal::Conflict("You have voted in this poll already.".to_owned()));
                }
                for (at, option) in options.iter_mut().enumerate() {
                    option.votes = if places.contains(&at) { one_more(option.votes) } else { option.votes };
                }
                row.voters = one_more(row.voters);
                row.options = written(&options)?;
                polls::put(tx, row.clone()).await?;
                let names: Vec<&str> = places.iter().filter_map(|at| Some(options.get(*at)?.name.as_str())).collect();
                federation::vote::say(&app2, tx, voter_id, &post, &names).await?;
                Ok(await_end(&app2, tx, &row).await?)
            })
        })
        .await
}

/// What is not told stays untold.
fn one_more(count: Option<i64>) -> Option<i64> {
    count.map(|n| n.saturating_add(1).min(wire::MAX_COUNT))
}

/// Places among the options, each once, when they may be chosen.
fn places(row: &poll::Model, options: &[Choosable], chosen: &[i64], now: Millis) -> Result<Vec<usize>, Refusal> {
    let no = |why: &str| Err(Refusal::invalid("choices", why));
    if is_over(row, now) {
        return no("This poll is over.");
    }
    let mut places: Vec<usize> = Vec::new();
    for choice in chosen {
        match usize::try_from(*choice).ok().filter(|at| *at < options.len()) {
            Some(at) if places.contains(&at) => {}
            Some(at) => places.push(at),
            None => return no("There is no such option in this poll."),
        }
    }
    match places.len() {
        0 => no("Choose one of the options."),
        1 => Ok(places),
        _ if row.multiple == 0 => no("Only one option can be chosen in this poll."),
        _ => Ok(places),
    }
}

/// Somebody who is signed in looks at a post. What it asks is looked up at home when nobody told of it for a
/// while, until that was done after its end.
pub async fn looked_at(app: &App, reader: Reader, post: &post::Model) -> Result<(), Refusal> {
    if reader.is_none() || post.uri.is_none() || !visibility::of(post).is_open() {
        return Ok(());
    }
    let Some(row) = polls::of_post(&app.db.read, post.id).await? else { return Ok(()) };
    let (id, now) = (post.id, app.now());
    let since = now - limits::POLL_AGAIN;
    let settled = row.ends_at.is_some_and(|end| row.heard_at >= end);
    if settled || row.heard_at > since || row.asked_at > since {
        return Ok(());
    }
    let host = accounts::by_id(&app.db.read, post.account_id).await?.map(|author| author.domain).unwrap_or_default();
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if polls::ask(tx, id, since, now).await? {
                    let work = Work::RefreshPoll { post: id, host };
                    work::queue_once(&app2, tx, work, format!("poll:{id}"), 0).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Asks its origin how a poll stands. What is not to be had is left as it is.
pub async fn refresh(app: &App, post_id: i64) -> Result<(), Refusal> {
    let Some(post) = posts::by_id(&app.db.read, post_id).await?.filter(|p| p.deleted_at.is_none()) else {
        return Ok(());
    };
    let Some(id) = post.uri.and_then(|uri| RemoteId::parse(&uri).ok()) else { return Ok(()) };
    match federation::note::from_origin(app, &id, &Budget::of(REQUESTS)).await {
        Err(Refusal::Busy) => Err(Refusal::Busy),
        _ => Ok(()),
    }
}

/// A poll is over: those here who voted are told.
pub async fn end(app: &App, post_id: i64) -> Result<(), Refusal> {
    let db = &app.db.read;
    let over = polls::of_post(db, post_id).await?.is_some_and(|row| is_over(&row, app.now()));
    let Some(post) = posts::by_id(db, post_id).await?.filter(|p| over && p.deleted_at.is_none()) else {
        return Ok(());
    };
    let mut after = 0;
    loop {
        let voters = polls::voters(db, post_id, after, TOLD_AT_ONCE).await?;
        let Some(last) = voters.last() else { return Ok(()) };
        after = *last;
        let (app2, post) = (app.clone(), post.clone());
        app.db
            .write(move |tx| {
                Box::pin(async move {
                    for voter in voters {
                        surface::poll_ended(&app2, tx, voter, &post).await?;
                    }
                    Ok::<_, Refusal>(())
                })
            })
            .await?;
    }
}

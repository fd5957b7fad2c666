//! What somebody wants to be told of, and who waits until she asks.

use crate::app::App;
use crate::entity::{account, notification_policy, notification_request, post};
use crate::service::happening::{self, Happening};
use crate::service::timelines::{Ends, Part};
use crate::service::visibility::can_see;
use crate::service::{Refusal, limits};
use crate::store::{Cursor, accounts, posts, requests};
use sea_orm::DbErr;
use std::collections::HashMap;

/// What is done with something; later ones are stricter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Choice {
    /// It is told.
    #[default]
    Accept,
    /// It waits until she asks.
    Filter,
    /// It is never told.
    Drop,
}

impl Choice {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Filter => "filter",
            Self::Drop => "drop",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Accept, Self::Filter, Self::Drop].into_iter().find(|choice| choice.as_str() == text)
    }
}

/// What somebody wants to be told of. Everything, unless she says otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    /// Of people she does not follow, …
    pub not_following: Choice,
    /// of people who do not follow her, or not for long, …
    pub not_followers: Choice,
    /// of accounts that are new, …
    pub new_accounts: Choice,
    /// what is said to her alone and not in answer to her, …
    pub private_mentions: Choice,
    /// and of accounts that the server limits. There are none yet.
    pub limited_accounts: Choice,
}

pub(super) fn policy_of(row: &notification_policy::Model) -> Policy {
    let choice = |text: &str| Choice::parse(text).unwrap_or_default();
    Policy {
        not_following: choice(&row.not_following),
        not_followers: choice(&row.not_followers),
        new_accounts: choice(&row.new_accounts),
        private_mentions: choice(&row.private_mentions),
        limited_accounts: choice(&row.limited_accounts),
    }
}

/// Her policy, and how many people wait, with how much.
pub async fn policy(app: &App, owner: i64) -> Result<(Policy, usize, usize), Refusal> {
    let policy = requests::policy(&app.db.read, owner).await?.as_ref().map(policy_of).unwrap_or_default();
    let (people, waiting) = requests::totals(&app.db.read, owner, limits::WAITING_COUNTED).await?;
    Ok((policy, people, waiting))
}

/// Changes it.
pub async fn set_policy(app: &App, owner: i64, policy: Policy) -> Result<(), Refusal> {
    let row = notification_policy::Model {
        account_id: owner,
        not_following: policy.not_following.as_str().to_owned(),
        not_followers: policy.not_followers.as_str().to_owned(),
        new_accounts: policy.new_accounts.as_str().to_owned(),
        private_mentions: policy.private_mentions.as_str().to_owned(),
        limited_accounts: policy.limited_accounts.as_str().to_owned(),
    };
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(requests::put_policy(tx, row).await?) }))
        .await
}

/// Somebody who waits to be heard.
#[derive(Debug, Clone)]
pub struct Request {
    pub row: notification_request::Model,
    pub actor: account::Model,
    /// How much waits.
    pub count: i64,
    /// The newest post of it, where there is one that she may see.
    pub last: Option<post::Model>,
}

/// Who waits to be heard, the newest first.
pub async fn listed(app: &App, owner: i64, cursor: Cursor) -> Result<Part<Request>, Refusal> {
    let rows = requests::page(&app.db.read, owner, cursor).await?;
    let keys: Vec<i64> = rows.iter().map(|r| r.id).collect();
    Ok(Part { items: whole(app, owner, rows).await?, ends: Ends::of(&keys, cursor) })
}

/// One who waits.
pub async fn one(app: &App, owner: i64, id: i64) -> Result<Request, Refusal> {
    let rows = requests::by_ids(&app.db.read, owner, &[id]).await?;
    whole(app, owner, rows).await?.pop().ok_or(Refusal::Missing)
}

async fn whole(app: &App, owner: i64, rows: Vec<notification_request::Model>) -> Result<Vec<Request>, DbErr> {
    let db = &app.db.read;
    let actors: Vec<i64> = rows.iter().map(|r| r.actor_id).collect();
    let waiting = requests::waiting(db, owner, &actors, &super::SAID).await?;
    let people = accounts::by_ids(db, actors.iter().copied()).await?;
    let ids: Vec<i64> = waiting.values().map(|(_, post)| *post).filter(|id| *id != 0).collect();
    let last = can_see(db, Some(owner), posts::by_ids(db, &ids).await?.into_values().collect()).await?;
    let last: HashMap<i64, post::Model> = last.into_iter().map(|p| (p.id, p)).collect();
    let one = |row: notification_request::Model| {
        let actor = people.get(&row.actor_id).filter(|a| a.suspended == 0 && a.deleted_at.is_none())?.clone();
        // What waited may have been taken back.
        let (count, post) = waiting.get(&row.actor_id).copied()?;
        Some(Request { actor, count, last: last.get(&post).cloned(), row })
    };
    Ok(rows.into_iter().filter_map(one).collect())
}

/// She wants to hear these people, from now on and what they said so far. Those who do not wait are left out;
/// one that is asked for alone must be there.
pub async fn accept(app: &App, owner: i64, ids: Vec<i64>) -> Result<(), Refusal> {
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let found = requests::by_ids(tx, owner, &ids).await?;
                if found.is_empty() {
                    return Err(Refusal::Missing);
                }
                for row in found {
                    requests::permit(tx, owner, row.actor_id).await?;
                    requests::let_in(tx, owner, row.actor_id).await?;
                }
                Ok(happening::say(&app2, tx, Happening::Merged { account: owner }).await?)
            })
        })
        .await
}

/// She does not: what they said so far goes unheard.
pub async fn dismiss(app: &App, owner: i64, ids: Vec<i64>) -> Result<(), Refusal> {
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                let found = requests::by_ids(tx, owner, &ids).await?;
                if found.is_empty() {
                    return Err(Refusal::Missing);
                }
                for row in found {
                    requests::dismiss(tx, owner, row.actor_id).await?;
                }
                Ok(())
            })
        })
        .await
}

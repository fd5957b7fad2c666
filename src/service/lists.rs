//! Lists of people: a home of its own for each.

use super::homes::{NO_ANSWERS, TO_FOLLOWED, TO_LISTED};
use super::sessions::Viewer;
use super::timelines::{Ends, Part};
use super::work::{self, Work};
use super::{Refusal, accounts, limits};
use crate::app::App;
use crate::entity::{account, list, list_member};
use crate::store::{self, Cursor, feeds, relations};
use sea_orm::ConnectionTrait;
use std::collections::HashSet;

/// What is to be changed of a list; what is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub title: Option<String>,
    /// `followed`, `list` or `none`.
    pub replies_policy: Option<String>,
    /// Its people stay out of home.
    pub exclusive: Option<bool>,
}

impl Change {
    fn put(self, row: list::Model) -> Result<list::Model, Refusal> {
        let title = self.title.map_or(row.title.clone(), |title| title.trim().to_owned());
        let length = title.chars().count();
        if length == 0 {
            return Err(Refusal::invalid("title", "A list has a title."));
        }
        if length > limits::LIST_TITLE {
            let why = format!("The title has {length} characters; {} are possible.", limits::LIST_TITLE);
            return Err(Refusal::invalid("title", why));
        }
        let policy = self.replies_policy.unwrap_or_else(|| row.replies_policy.clone());
        if ![NO_ANSWERS, TO_FOLLOWED, TO_LISTED].contains(&policy.as_str()) {
            return Err(Refusal::invalid("replies_policy", "Answers are shown to followed, list or none."));
        }
        let exclusive = self.exclusive.map_or(row.exclusive, i32::from);
        Ok(list::Model { title, replies_policy: policy, exclusive, ..row })
    }
}

/// Makes a list.
pub async fn create(app: &App, viewer: &Viewer, change: Change) -> Result<list::Model, Refusal> {
    let row = change.put(list::Model {
        id: app.id(),
        account_id: viewer.id(),
        title: String::new(),
        replies_policy: TO_LISTED.to_owned(),
        exclusive: 0,
        created_at: app.now(),
    })?;
    let made = row.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if store::lists::of_owner(tx, row.account_id).await?.len() >= limits::LISTS {
                    return Err(Refusal::Forbidden(format!("You can have {} lists at most.", limits::LISTS)));
                }
                Ok(store::lists::insert(tx, row).await?)
            })
        })
        .await?;
    Ok(made)
}

/// A list of hers; anybody else's does not exist.
pub async fn own(app: &App, viewer: &Viewer, id: i64) -> Result<list::Model, Refusal> {
    own_in(&app.db.read, viewer.id(), id).await
}

async fn own_in(db: &impl ConnectionTrait, owner: i64, id: i64) -> Result<list::Model, Refusal> {
    store::lists::by_id(db, id).await?.filter(|list| list.account_id == owner).ok_or(Refusal::Missing)
}

/// Her lists; those that `person` is in, where that is asked for.
pub async fn all(app: &App, viewer: &Viewer, person: Option<i64>) -> Result<Vec<list::Model>, Refusal> {
    let db = &app.db.read;
    Ok(match person {
        Some(person) => store::lists::with(db, viewer.id(), person).await?,
        None => store::lists::of_owner(db, viewer.id()).await?,
    })
}

/// Changes a list. Whether it is exclusive decides at once about what stands in home.
pub async fn change(app: &App, viewer: &Viewer, id: i64, change: Change) -> Result<list::Model, Refusal> {
    let (app2, owner) = (app.clone(), viewer.id());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let before = own_in(tx, owner, id).await?;
                let row = change.put(before.clone())?;
                store::lists::save(tx, row.clone()).await?;
                if before.exclusive != row.exclusive {
                    turned(&app2, tx, &row).await?;
                }
                Ok(row)
            })
        })
        .await
}

/// A list has become exclusive, or is so no longer.
async fn turned(app: &App, tx: &impl ConnectionTrait, list: &list::Model) -> Result<(), Refusal> {
    for member in store::lists::members(tx, list.id, Cursor::first(limits::LISTED)).await? {
        match list.exclusive != 0 {
            true => leave_home(tx, list, member.account_id).await?,
            false => come_home(app, tx, list, member.account_id).await?,
        }
    }
    Ok(())
}

async fn leave_home(tx: &impl ConnectionTrait, list: &list::Model, member: i64) -> Result<(), Refusal> {
    if member == list.account_id { Ok(()) } else { Ok(feeds::drop_author(tx, list.account_id, member).await?) }
}

async fn come_home(app: &App, tx: &impl ConnectionTrait, list: &list::Model, member: i64) -> Result<(), Refusal> {
    if member == list.account_id {
        return Ok(());
    }
    Ok(work::queue(app, tx, Work::FillHome { owner: list.account_id, author: member }).await?)
}

/// A list goes; whom it kept out of home comes there again.
pub async fn remove(app: &App, viewer: &Viewer, id: i64) -> Result<(), Refusal> {
    let (app2, owner) = (app.clone(), viewer.id());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let list = own_in(tx, owner, id).await?;
                if list.exclusive != 0 {
                    turned(&app2, tx, &list::Model { exclusive: 0, ..list.clone() }).await?;
                }
                Ok(store::lists::remove(tx, list.id).await?)
            })
        })
        .await
}

/// Puts people into a list: such as she follows or asks to follow, and herself.
pub async fn add(app: &App, viewer: &Viewer, id: i64, people: Vec<i64>) -> Result<(), Refusal> {
    let (app2, owner) = (app.clone(), viewer.id());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let list = own_in(tx, owner, id).await?;
                let follows = relations::between(tx, owner, &people).await?;
                let known: HashSet<i64> =
                    follows.iter().filter(|f| f.follower_id == owner).map(|f| f.target_id).chain([owner]).collect();
                if people.iter().any(|person| !known.contains(person)) {
                    return Err(Refusal::Missing);
                }
                let there = store::lists::members(tx, id, Cursor::first(limits::LISTED)).await?.len();
                if u64::try_from(there + people.len()).unwrap_or(u64::MAX) > limits::LISTED {
                    return Err(Refusal::Forbidden(format!("A list holds {} people at most.", limits::LISTED)));
                }
                for person in people {
                    let row = list_member::Model { id: app2.id(), list_id: id, account_id: person };
                    if store::lists::add(tx, row).await? {
                        if list.exclusive != 0 {
                            leave_home(tx, &list, person).await?;
                        }
                        work::queue(&app2, tx, Work::FillList { list: id, author: person }).await?;
                    }
                }
                Ok(())
            })
        })
        .await
}

/// Takes people out of a list.
pub async fn take_out(app: &App, viewer: &Viewer, id: i64, people: Vec<i64>) -> Result<(), Refusal> {
    let (app2, owner) = (app.clone(), viewer.id());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let list = own_in(tx, owner, id).await?;
                let there = store::lists::has(tx, id, &people).await?;
                for person in there {
                    store::lists::take_out(tx, &[id], person).await?;
                    feeds::drop_author(tx, id, person).await?;
                    if list.exclusive != 0 {
                        come_home(&app2, tx, &list, person).await?;
                    }
                }
                Ok(())
            })
        })
        .await
}

/// Who is in a list, the last added first.
pub async fn members(app: &App, viewer: &Viewer, id: i64, cursor: Cursor) -> Result<Part<account::Model>, Refusal> {
    own(app, viewer, id).await?;
    let rows = store::lists::members(&app.db.read, id, cursor).await?;
    let keys: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let ids: Vec<i64> = rows.iter().map(|row| row.account_id).collect();
    Ok(Part { items: accounts::listed(app, Some(viewer.id()), &ids).await?, ends: Ends::of(&keys, cursor) })
}

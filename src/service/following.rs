//! Following, being followed, letting go.

use super::sessions::Viewer;
use super::timelines::{Ends, Part};
use super::visibility::Reader;
use super::work::{self, Work};
use super::{Refusal, federation, limits, surface};
use crate::app::App;
use crate::entity::{account, follow};
use crate::store::{Cursor, accounts, feeds, hidden_servers, lists, notifications, policies, relations};
use sea_orm::ConnectionTrait;
use std::collections::HashSet;

/// What of the followed one comes to her follower; what is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Boosts come home too.
    pub reblogs: Option<bool>,
    /// Each post is told.
    pub notify: Option<bool>,
    /// Only posts in these languages come home; none for all.
    pub languages: Option<Vec<String>>,
}

impl Options {
    fn put(&self, row: &mut follow::Model) {
        row.reblogs = self.reblogs.map_or(row.reblogs, i32::from);
        row.notify = self.notify.map_or(row.notify, i32::from);
        if let Some(languages) = &self.languages {
            let json = serde_json::to_string(languages).unwrap_or_default();
            row.languages = if languages.is_empty() { String::new() } else { json };
        }
    }
}

/// A person of this server follows somebody. A remote person is asked; she answers with an Accept.
pub async fn follow(app: &App, follower: &account::Model, target_id: i64) -> Result<(), Refusal> {
    follow_with(app, follower, target_id, Options::default()).await
}

/// The same, with what she wants of it. Whom she follows already she goes on to follow, and differently.
pub async fn follow_with(
    app: &App,
    follower: &account::Model,
    target_id: i64,
    options: Options,
) -> Result<(), Refusal> {
    let target = may_follow(app, follower, target_id).await?;
    let at_once = target.domain.is_empty() && target.locked == 0;
    let mut row = relations::row(app.id(), follower.id, target_id, app.now());
    options.put(&mut row);
    if !at_once {
        row.state = relations::PENDING.to_owned();
    }
    // No empty home: what she posted lately is fetched meanwhile.
    federation::back_fill::looked_at(app, &target).await?;
    let (app2, follower) = (app.clone(), follower.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let made = relations::insert(tx, row.clone()).await?;
                let mut row = relations::get(tx, row.follower_id, row.target_id).await?.unwrap_or(row);
                if made && target.domain.is_empty() {
                    surface::follow_appeared(&app2, tx, &row, at_once).await?;
                }
                if !made {
                    let before = row.clone();
                    options.put(&mut row);
                    changed(tx, &before, &row).await?;
                }
                // Asked again while no answer came: said again, the Accept may have been lost.
                if !target.domain.is_empty() && row.state == relations::PENDING {
                    federation::follow::say(&app2, tx, &row, &follower, &target).await?;
                }
                Ok(())
            })
        })
        .await
}

/// She follows on, and wants something else of it.
async fn changed(tx: &impl ConnectionTrait, before: &follow::Model, row: &follow::Model) -> Result<(), Refusal> {
    if before == row {
        return Ok(());
    }
    relations::set_options(tx, row).await?;
    if before.reblogs != 0 && row.reblogs == 0 {
        let lists = lists::with(tx, row.follower_id, row.target_id).await?;
        for place in lists.iter().map(|list| list.id).chain([row.follower_id]) {
            feeds::drop_boosts_by(tx, place, row.target_id).await?;
        }
    }
    Ok(())
}

/// Whom one may follow; a sentence where that cannot be.
async fn may_follow(app: &App, follower: &account::Model, target_id: i64) -> Result<account::Model, Refusal> {
    let target = accounts::by_id(&app.db.read, target_id).await?.ok_or(Refusal::Missing)?;
    if target.deleted_at.is_some() || target.suspended != 0 {
        return Err(Refusal::Missing);
    }
    if target.id == follower.id {
        return Err(Refusal::Forbidden("You cannot follow yourself.".to_owned()));
    }
    if !policies::between(&app.db.read, follower.id, &[target.id]).await?.is_empty() {
        return Err(Refusal::Forbidden("One of you blocks the other.".to_owned()));
    }
    if hidden_servers::hides(&app.db.read, follower.id, &target.domain).await? {
        let why = format!("You hide {}. Show it again to follow its people.", target.domain);
        return Err(Refusal::Forbidden(why));
    }
    if !target.domain.is_empty() && app.public().is_none() {
        return Err(Refusal::Forbidden(
            "This server has no public address yet, so people elsewhere cannot be followed.".to_owned(),
        ));
    }
    Ok(target)
}

/// Ends that somebody follows: she is not told, but her server is.
pub async fn remove_follower(app: &App, target: &account::Model, follower_id: i64) -> Result<(), Refusal> {
    let (app2, target) = (app.clone(), target.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(row) = relations::remove(tx, follower_id, target.id).await? else { return Ok(()) };
                surface::follow_gone(tx, follower_id, target.id).await?;
                forget_told(tx, target.id, follower_id).await?;
                let Some(follower) = accounts::by_id(tx, follower_id).await? else { return Ok(()) };
                federation::follow::reject(&app2, tx, &row, &follower, &target).await
            })
        })
        .await
}

/// Stops following, or takes a request back.
pub async fn unfollow(app: &App, follower: &account::Model, target_id: i64) -> Result<(), Refusal> {
    let (app2, follower) = (app.clone(), follower.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(row) = relations::remove(tx, follower.id, target_id).await? else { return Ok(()) };
                surface::follow_gone(tx, follower.id, target_id).await?;
                let Some(target) = accounts::by_id(tx, target_id).await? else { return Ok(()) };
                forget_told(tx, target_id, follower.id).await?;
                federation::follow::unsay(&app2, tx, &row, &follower, &target).await
            })
        })
        .await
}

async fn forget_told(tx: &impl ConnectionTrait, target_id: i64, follower_id: i64) -> Result<(), Refusal> {
    notifications::forget(tx, target_id, surface::kind::FOLLOW, follower_id, 0).await?;
    Ok(notifications::forget(tx, target_id, surface::kind::FOLLOW_REQUEST, follower_id, 0).await?)
}

/// The followed one's server says that it never was, or is no longer, so.
pub async fn ended(app: &App, follower_id: i64, target_id: i64) -> Result<(), Refusal> {
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                relations::remove(tx, follower_id, target_id).await?;
                Ok(surface::follow_gone(tx, follower_id, target_id).await?)
            })
        })
        .await
}

/// The followed one elsewhere said yes.
pub async fn accepted(app: &App, row: follow::Model, target: &account::Model) -> Result<(), Refusal> {
    let (app2, target) = (app.clone(), target.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                relations::set(tx, row.id, relations::ACCEPTED, None).await?;
                surface::follow_granted(&app2, tx, row.follower_id, &target).await?;
                let work = Work::FillHome { owner: row.follower_id, author: row.target_id };
                Ok(work::queue(&app2, tx, work).await?)
            })
        })
        .await
}

/// Another server takes somebody here for a follower who is none: it is told so.
pub async fn deny(app: &App, follower: &account::Model, target: &account::Model) -> Result<(), Refusal> {
    let row = relations::row(app.id(), follower.id, target.id, app.now());
    let (app2, follower, target) = (app.clone(), follower.clone(), target.clone());
    app.db
        .write(move |tx| Box::pin(async move { federation::follow::unsay(&app2, tx, &row, &follower, &target).await }))
        .await
}

/// Answers a request to follow.
pub async fn answer(app: &App, target: &account::Model, follower_id: i64, yes: bool) -> Result<(), Refusal> {
    let (app2, target) = (app.clone(), target.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let row = relations::get(tx, follower_id, target.id).await?.ok_or(Refusal::Missing)?;
                let Some(follower) = accounts::by_id(tx, follower_id).await? else { return Err(Refusal::Missing) };
                forget_told(tx, target.id, follower_id).await?;
                if yes {
                    relations::set(tx, row.id, relations::ACCEPTED, None).await?;
                    surface::follow_appeared(&app2, tx, &row, true).await?;
                    surface::follow_granted(&app2, tx, follower_id, &target).await?;
                    federation::follow::accept(&app2, tx, &row, &follower, &target).await
                } else {
                    relations::remove(tx, follower_id, target.id).await?;
                    federation::follow::reject(&app2, tx, &row, &follower, &target).await
                }
            })
        })
        .await
}

/// Which of the two lists of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Followers,
    Following,
}

/// Who follows a person, or whom she follows, the newest follow first: without those who are gone, and those
/// between whom and the reader there is a block. Nobody but herself sees those of somebody who hides them.
pub async fn listed(
    app: &App,
    reader: Reader,
    of: &account::Model,
    side: Side,
    cursor: Cursor,
) -> Result<Part<account::Model>, Refusal> {
    let db = &app.db.read;
    if hides_people(of, reader) {
        return Ok(Part { items: Vec::new(), ends: Ends::default() });
    }
    let rows = match side {
        Side::Followers => relations::followers(db, of.id, cursor).await?,
        Side::Following => relations::following(db, of.id, cursor).await?,
    };
    let keys: Vec<i64> = rows.iter().map(|f| f.id).collect();
    let ids: Vec<i64> =
        rows.iter().map(|f| if side == Side::Followers { f.follower_id } else { f.target_id }).collect();
    Ok(Part { items: super::accounts::listed(app, reader, &ids).await?, ends: Ends::of(&keys, cursor) })
}

/// Whether a person keeps from this reader whom she follows, and who follows her.
pub fn hides_people(of: &account::Model, reader: Reader) -> bool {
    of.hide_collections != 0 && reader != Some(of.id)
}

/// Who asks to follow a person and waits, the last first.
pub async fn requests(app: &App, viewer: &Viewer, cursor: Cursor) -> Result<Part<account::Model>, Refusal> {
    let rows = relations::requests(&app.db.read, viewer.id(), cursor).await?;
    let keys: Vec<i64> = rows.iter().map(|f| f.id).collect();
    let ids: Vec<i64> = rows.iter().map(|f| f.follower_id).collect();
    let reader = Some(viewer.id());
    Ok(Part { items: super::accounts::listed(app, reader, &ids).await?, ends: Ends::of(&keys, cursor) })
}

/// Of each of these people: those who follow her and whom the viewer follows too.
pub async fn familiar(app: &App, viewer: &Viewer, ids: &[i64]) -> Result<Vec<(i64, Vec<account::Model>)>, Refusal> {
    let db = &app.db.read;
    let hiding: HashSet<i64> = accounts::by_ids(db, ids.iter().copied())
        .await?
        .into_values()
        .filter(|a| a.hide_collections != 0)
        .map(|a| a.id)
        .collect();
    let pairs = relations::familiar(db, viewer.id(), ids, limits::FAMILIAR).await?;
    let people: HashSet<i64> = pairs.iter().map(|(_, follower)| *follower).collect();
    let people: Vec<i64> = people.into_iter().collect();
    let shown = super::accounts::listed(app, Some(viewer.id()), &people).await?;
    let of = |id: i64| {
        let theirs = pairs.iter().filter(|(target, _)| *target == id && !hiding.contains(&id));
        theirs.filter_map(|(_, follower)| shown.iter().find(|row| row.id == *follower)).cloned().collect()
    };
    Ok(ids.iter().map(|id| (*id, of(*id))).collect())
}

/// Whom somebody follows who follows her too, the last she followed first.
pub async fn mutuals(app: &App, viewer: &Viewer, limit: u64) -> Result<Vec<account::Model>, Refusal> {
    let ids = relations::mutual(&app.db.read, viewer.id(), limit).await?;
    super::accounts::listed(app, Some(viewer.id()), &ids).await
}

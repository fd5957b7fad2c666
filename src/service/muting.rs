//! Not wanting to see somebody for a while. Nobody is told, and nothing else changes.

use super::Refusal;
use super::sessions::Viewer;
use super::timelines::{Ends, Part};
use super::visibility::Reader;
use crate::app::App;
use crate::clock::{DAY, HOUR, Millis};
use crate::entity::{account, mute, post};
use crate::store::{Cursor, accounts, mutes};
use sea_orm::{ConnectionTrait, DbErr};
use std::collections::{HashMap, HashSet};

/// How long one can mute: a word for forms, words for people, and how long; 0 is without an end.
pub const LENGTHS: [(&str, &str, Millis); 5] = [
    ("hour", "For an hour", HOUR),
    ("day", "For a day", DAY),
    ("week", "For a week", 7 * DAY),
    ("month", "For thirty days", 30 * DAY),
    ("always", "Until I unmute", 0),
];

/// Mutes somebody for so long (0: without an end); what she does is not told either, where that is asked for.
pub async fn mute(app: &App, who: i64, target_id: i64, length: Millis, notifications: bool) -> Result<(), Refusal> {
    if who == target_id {
        return Err(Refusal::Forbidden("You cannot mute yourself.".to_owned()));
    }
    accounts::by_id(&app.db.read, target_id).await?.ok_or(Refusal::Missing)?;
    let now = app.now();
    let row = mute::Model {
        id: app.id(),
        account_id: who,
        target_id,
        notifications: i32::from(notifications),
        until: if length > 0 { now + length } else { 0 },
        created_at: now,
    };
    app.db.write(move |tx| Box::pin(async move { Ok::<_, Refusal>(mutes::put(tx, row).await?) })).await
}

/// Takes it back.
pub async fn unmute(app: &App, who: i64, target_id: i64) -> Result<(), Refusal> {
    app.db.write(move |tx| Box::pin(async move { Ok(mutes::remove(tx, who, target_id).await.map(drop)?) })).await
}

/// Whom somebody mutes, and until when (0: without an end), the last first.
pub async fn listed(app: &App, viewer: &Viewer, cursor: Cursor) -> Result<Part<(account::Model, Millis)>, Refusal> {
    let rows = mutes::page(&app.db.read, viewer.id(), app.now(), cursor).await?;
    let keys: Vec<i64> = rows.iter().map(|m| m.id).collect();
    let ids: Vec<i64> = rows.iter().map(|m| m.target_id).collect();
    let until: HashMap<i64, Millis> = rows.iter().map(|m| (m.target_id, m.until)).collect();
    let people = super::accounts::listed(app, None, &ids).await?;
    let timed = |row: account::Model| {
        let until = until.get(&row.id).copied().unwrap_or(0);
        (row, until)
    };
    Ok(Part { items: people.into_iter().map(timed).collect(), ends: Ends::of(&keys, cursor) })
}

/// Leaves out posts of people the reader mutes. For lists; whoever opens a post or a profile wants to see it.
pub async fn unmuted(app: &App, reader: Reader, rows: Vec<post::Model>) -> Result<Vec<post::Model>, DbErr> {
    let Some(reader) = reader else { return Ok(rows) };
    let muted = muted(&app.db.read, reader, rows.iter().map(|p| p.account_id), app.now()).await?;
    Ok(rows.into_iter().filter(|p| !muted.contains(&p.account_id)).collect())
}

/// Whom of these a person mutes.
pub async fn muted(
    db: &impl ConnectionTrait,
    who: i64,
    others: impl IntoIterator<Item = i64>,
    now: Millis,
) -> Result<HashSet<i64>, DbErr> {
    let others: HashSet<i64> = others.into_iter().collect();
    let others: Vec<i64> = others.into_iter().collect();
    Ok(mutes::of(db, who, &others, now).await?.into_iter().map(|m| m.target_id).collect())
}

//! Hashtags as apps show them: how much they are used, and what the reader does with them.

use crate::activitypub::text::hashtag_key;
use crate::app::App;
use crate::clock::DAY;
use crate::entity::tag;
use crate::service::federation::featured;
use crate::service::visibility::Reader;
use crate::store::tag_usage::Day;
use crate::store::{accounts, tag_follows, tag_usage};
use sea_orm::DbErr;
use std::collections::HashSet;

/// Days of a hashtag that are told, today among them.
const DAYS: i64 = 7;

/// A hashtag, with everything apps want to know.
#[derive(Debug, Clone)]
pub struct Hashtag {
    pub row: tag::Model,
    /// Today first.
    pub days: Vec<Day>,
    /// The reader follows it.
    pub following: bool,
    /// It stands at the head of the reader's profile.
    pub featuring: bool,
}

/// Hashtags for this reader, in the order given; a fixed number of queries, however many they are.
pub async fn hashtags(app: &App, reader: Reader, rows: Vec<tag::Model>) -> Result<Vec<Hashtag>, DbErr> {
    let db = &app.db.read;
    let ids: Vec<i64> = rows.iter().map(|tag| tag.id).filter(|id| *id > 0).collect();
    let today = app.now().div_euclid(DAY);
    let used = tag_usage::days(db, &ids, today - DAYS + 1).await?;
    let (mut followed, mut shown) = (HashSet::new(), HashSet::new());
    if let Some(reader) = reader {
        followed = tag_follows::of(db, reader, &ids).await?;
        let own = accounts::by_id(db, reader).await?.map(|row| featured::tags_of(&row)).unwrap_or_default();
        shown.extend(own.iter().filter_map(|name| hashtag_key(name)));
    }
    let one = |row: tag::Model| {
        let known = used.get(&row.id);
        let of = |day: i64| known.and_then(|days| days.iter().find(|d| d.day == day)).copied();
        let days = (0..DAYS).map(|back| today - back);
        Hashtag {
            days: days.map(|day| of(day).unwrap_or(Day { day, posts: 0, people: 0 })).collect(),
            following: followed.contains(&row.id),
            featuring: shown.contains(&row.name_key),
            row,
        }
    };
    Ok(rows.into_iter().map(one).collect())
}

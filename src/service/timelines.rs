//! Lists of posts as apps page through them: home, what everybody may see, a hashtag, a person. What
//! stands in them is decided here and by `can_see`, for every edge.

use super::filters::{self, Context};
use super::muting::unmuted;
use super::sessions::Viewer;
use super::views::Shown;
use super::visibility::{self, Reader, can_see};
use super::{Refusal, limits};
use crate::activitypub::text::hashtag_key;
use crate::app::App;
use crate::entity::{account, list, post};
use crate::store::feeds::{Placed, Tagged};
use crate::store::{Cursor, feeds, posts, reactions, tags};
use std::collections::{HashMap, HashSet};

/// A part of a list, newest first, and where the next parts begin.
#[derive(Debug, Clone)]
pub struct Part<T> {
    pub items: Vec<T>,
    pub ends: Ends,
}

/// The keys of the first and the last row looked at, whether or not the reader may see them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ends {
    pub first: Option<i64>,
    pub last: Option<i64>,
    /// As many as were asked for: there may be more.
    pub full: bool,
}

impl Ends {
    /// Of rows that were read through this cursor.
    pub fn of(keys: &[i64], cursor: Cursor) -> Self {
        let full = u64::try_from(keys.len()).unwrap_or(u64::MAX) >= cursor.limit;
        Self { first: keys.first().copied(), last: keys.last().copied(), full }
    }
}

/// Somebody's home: what those she follows posted and boosted.
///
/// With `here`, only of people of this server: what others wrote is left out of the part it stands in.
pub async fn home(app: &App, viewer: &Viewer, here: bool, cursor: Cursor) -> Result<Part<Shown>, Refusal> {
    let db = &app.db.read;
    let pictures = viewer.login.home_pictures != 0;
    let entries = feeds::home(db, viewer.id(), pictures, app.now(), cursor).await?;
    let mut part = placed(app, viewer, entries, cursor).await?;
    part.items.retain(|shown| !here || shown.post.uri.is_none());
    Ok(part)
}

/// What stands in a list of hers.
pub async fn list(app: &App, viewer: &Viewer, list: &list::Model, cursor: Cursor) -> Result<Part<Shown>, Refusal> {
    let entries = feeds::list(&app.db.read, list.id, viewer.id(), app.now(), cursor).await?;
    placed(app, viewer, entries, cursor).await
}

/// What was put into a home or a list, as far as she may see it.
async fn placed(app: &App, viewer: &Viewer, entries: Vec<Placed>, cursor: Cursor) -> Result<Part<Shown>, Refusal> {
    let keys: Vec<i64> = entries.iter().map(|(entry, _)| entry.entry_id).collect();
    let through: Vec<i64> = entries.iter().filter(|(e, _)| e.via_id != 0).map(|(entry, _)| entry.entry_id).collect();
    let mut boosts: HashMap<i64, _> =
        reactions::boosts_by_ids(&app.db.read, &through).await?.into_iter().map(|b| (b.id, b)).collect();
    let shown =
        entries.into_iter().map(|(entry, post)| Shown { post, boost: boosts.remove(&entry.entry_id) }).collect();
    let items = seen(app, Some(viewer.id()), Context::Home, shown).await?;
    Ok(Part { items, ends: Ends::of(&keys, cursor) })
}

/// What everybody may see: of this server (`here`), of others, or of all.
pub async fn public(
    app: &App,
    reader: Reader,
    here: Option<bool>,
    pictures: bool,
    cursor: Cursor,
) -> Result<Part<Shown>, Refusal> {
    let rows = feeds::wall(&app.db.read, here, pictures, cursor).await?;
    listed(app, reader, rows, cursor).await
}

/// Which posts with a hashtag are asked for.
#[derive(Debug, Clone, Default)]
pub struct Hashtags<'a> {
    pub name: &'a str,
    /// These will do as well; …
    pub any: Vec<&'a str>,
    /// these have to be there too; …
    pub all: Vec<&'a str>,
    /// and none of these.
    pub none: Vec<&'a str>,
    pub here: Option<bool>,
    pub pictures: bool,
}

/// What everybody may see that carries a hashtag.
pub async fn tagged(app: &App, reader: Reader, asked: Hashtags<'_>, cursor: Cursor) -> Result<Part<Shown>, Refusal> {
    let db = &app.db.read;
    let keys = |names: &[&str]| -> Vec<String> {
        names.iter().filter_map(|name| hashtag_key(name)).take(limits::MORE_TAGS).collect()
    };
    let main = hashtag_key(asked.name).ok_or(Refusal::Missing)?;
    let (any, all, none) = (keys(&asked.any), keys(&asked.all), keys(&asked.none));
    let every: Vec<String> = any.iter().chain(&all).chain(&none).chain([&main]).cloned().collect();
    let known = tags::by_keys(db, &every).await?;
    let ids = |keys: &[String]| -> Vec<i64> {
        known.iter().filter(|tag| keys.contains(&tag.name_key)).map(|tag| tag.id).collect()
    };
    let all_ids = ids(&all);
    let mut rows = Vec::new();
    // What nobody ever tagged so is on no post.
    if all_ids.len() == all.iter().collect::<HashSet<_>>().len() {
        let which = Tagged { all: all_ids, none: ids(&none), here: asked.here, pictures_only: asked.pictures };
        for tag in ids(&[vec![main], any].concat()) {
            rows.extend(feeds::tagged(db, tag, &which, cursor).await?.into_iter().map(Shown::from));
        }
    }
    let rows = merged(rows, cursor).into_iter().map(|shown| shown.post).collect();
    listed(app, reader, rows, cursor).await
}

/// Posts anybody may have written: without people the reader mutes.
async fn listed(app: &App, reader: Reader, rows: Vec<post::Model>, cursor: Cursor) -> Result<Part<Shown>, Refusal> {
    let keys: Vec<i64> = rows.iter().map(|p| p.id).collect();
    let kept = can_see(&app.db.read, reader, unmuted(app, reader, rows).await?).await?;
    let kept = filters::hide(app, reader, Context::Public, kept, |post| post).await?;
    Ok(Part { items: kept.into_iter().map(Shown::from).collect(), ends: Ends::of(&keys, cursor) })
}

/// Which posts of a person are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Which<'a> {
    pub pictures: bool,
    pub no_answers: bool,
    pub no_boosts: bool,
    /// With this hashtag.
    pub tagged: Option<&'a str>,
}

/// What a person posted and boosted, as far as this reader may see it.
pub async fn of_person(
    app: &App,
    reader: Reader,
    person: &account::Model,
    which: Which<'_>,
    cursor: Cursor,
) -> Result<Part<Shown>, Refusal> {
    visibility::may_meet(app, reader, person).await?;
    let db = &app.db.read;
    let visibilities: &[&str] =
        if reader.is_some() { &["public", "quiet", "followers", "mentioned"] } else { &["public", "quiet"] };
    let tagged = match which.tagged.map(hashtag_key) {
        None => None,
        Some(key) => match tags::by_key(db, &key.unwrap_or_default()).await? {
            Some(tag) => Some(tag.id),
            None => return Ok(Part { items: Vec::new(), ends: Ends::default() }),
        },
    };
    let said = posts::Said { pictures_only: which.pictures, no_answers: which.no_answers, tagged };
    let rows = posts::said_by(db, person.id, visibilities, said, cursor).await?;
    let mut shown: Vec<Shown> = rows.into_iter().map(Shown::from).collect();
    if !which.no_boosts && !which.pictures && tagged.is_none() {
        let boosts = reactions::boosts_by(db, person.id, cursor).await?;
        let rows = posts::by_ids(db, &boosts.iter().map(|b| b.post_id).collect::<Vec<_>>()).await?;
        // Her own are looked at because the reader wants to; those of others only stand beside them.
        let (own, others): (Vec<_>, Vec<_>) = rows.into_values().partition(|row| row.account_id == person.id);
        let others = unmuted(app, reader, others).await?;
        let rows: HashMap<i64, post::Model> = own.into_iter().chain(others).map(|row| (row.id, row)).collect();
        shown.extend(
            boosts.into_iter().filter_map(|b| Some(Shown { post: rows.get(&b.post_id)?.clone(), boost: Some(b) })),
        );
    }
    let shown = merged(shown, cursor);
    let keys: Vec<i64> = shown.iter().map(Shown::key).collect();
    let items = seen(app, reader, Context::Account, shown).await?;
    Ok(Part { items, ends: Ends::of(&keys, cursor) })
}

/// Of lists read through the same cursor, the part that one list would have given; newest first.
fn merged(mut shown: Vec<Shown>, cursor: Cursor) -> Vec<Shown> {
    let most = usize::try_from(cursor.limit).unwrap_or(usize::MAX);
    shown.sort_by_key(|s| std::cmp::Reverse(s.key()));
    shown.dedup_by_key(|s| s.key());
    if cursor.from_below {
        shown.drain(..shown.len().saturating_sub(most));
    }
    shown.truncate(most);
    shown
}

/// What a person pinned, the last pinned first.
pub async fn pinned(app: &App, reader: Reader, person: &account::Model) -> Result<Vec<Shown>, Refusal> {
    visibility::may_meet(app, reader, person).await?;
    let rows = can_see(&app.db.read, reader, posts::pinned(&app.db.read, person.id).await?).await?;
    Ok(rows.into_iter().map(Shown::from).collect())
}

/// One post, or a boost of one, by its id.
pub async fn one(app: &App, reader: Reader, id: i64) -> Result<Shown, Refusal> {
    if posts::by_id(&app.db.read, id).await?.is_some() {
        return Ok(visibility::visible(app, reader, id).await?.into());
    }
    let boost = reactions::boost_by_id(&app.db.read, id).await?.ok_or(Refusal::Missing)?;
    let booster = crate::store::accounts::by_id(&app.db.read, boost.account_id).await?.ok_or(Refusal::Missing)?;
    if super::accounts::listed(app, reader, &[booster.id]).await?.is_empty() {
        return Err(Refusal::Missing);
    }
    Ok(Shown { post: visibility::visible(app, reader, boost.post_id).await?, boost: Some(boost) })
}

/// Posts, or boosts of posts, by their ids in this order; those she may not see are left out.
pub async fn several(app: &App, reader: Reader, ids: &[i64]) -> Result<Vec<Shown>, Refusal> {
    let db = &app.db.read;
    let boosts = reactions::boosts_by_ids(db, ids).await?;
    let all: Vec<i64> = ids.iter().copied().chain(boosts.iter().map(|b| b.post_id)).collect();
    let found = posts::by_ids(db, &all).await?;
    let shown = |id: &i64| match boosts.iter().find(|b| b.id == *id) {
        Some(boost) => Some(Shown { post: found.get(&boost.post_id)?.clone(), boost: Some(boost.clone()) }),
        None => found.get(id).cloned().map(Shown::from),
    };
    admitted(app, reader, ids.iter().filter_map(shown).collect()).await
}

/// What a post answers, from the first one down, and what was answered to it, in the order of a conversation.
pub async fn context(app: &App, reader: Reader, row: &post::Model) -> Result<(Vec<Shown>, Vec<Shown>), Refusal> {
    let above = can_see(&app.db.read, reader, posts::above(&app.db.read, row).await?).await?;
    let above = filters::hide(app, reader, Context::Thread, above, |post| post).await?;
    let most = if reader.is_some() { limits::CONTEXT } else { limits::CONVERSATION };
    let below = super::views::answers(app, reader, row, 0, most).await?.0.into_iter().map(|(post, _)| post);
    Ok((above.into_iter().map(Shown::from).collect(), below.map(Shown::from).collect()))
}

/// Keeps what this reader may see, and what her filters do not hide.
async fn seen(app: &App, reader: Reader, context: Context, shown: Vec<Shown>) -> Result<Vec<Shown>, Refusal> {
    let kept = admitted(app, reader, shown).await?;
    Ok(filters::hide(app, reader, context, kept, |shown| &shown.post).await?)
}

/// Keeps what this reader may see, and may see through whoever boosted it.
async fn admitted(app: &App, reader: Reader, shown: Vec<Shown>) -> Result<Vec<Shown>, Refusal> {
    let seen = can_see(&app.db.read, reader, shown.iter().map(|s| s.post.clone()).collect()).await?;
    let seen: HashSet<i64> = seen.into_iter().map(|p| p.id).collect();
    let boosters: HashSet<i64> = shown.iter().filter_map(|s| Some(s.boost.as_ref()?.account_id)).collect();
    let boosters: Vec<i64> = boosters.into_iter().collect();
    let met: HashSet<i64> = match boosters.is_empty() {
        true => HashSet::new(),
        false => super::accounts::listed(app, reader, &boosters).await?.into_iter().map(|row| row.id).collect(),
    };
    let through = |s: &Shown| s.boost.as_ref().is_none_or(|boost| met.contains(&boost.account_id));
    Ok(shown.into_iter().filter(|s| seen.contains(&s.post.id) && through(s)).collect())
}

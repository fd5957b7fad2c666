//! Notifications shown as one: everybody who likes or boosts the same post, everybody who follows, within
//! half a day. The group follows from the notification alone, so nothing about it is kept.

use super::{Told, seen};
use crate::app::App;
use crate::clock::{HOUR, Millis};
use crate::entity::notification;
use crate::ids::{first_of, time_of};
use crate::service::sessions::Viewer;
use crate::service::surface::kind;
use crate::service::timelines::{Ends, Part};
use crate::service::{Refusal, limits};
use crate::store::notifications::{Span, Wanted};
use crate::store::{Cursor, notifications};
use std::collections::HashMap;
use std::fmt;

/// What is told within so long is told together.
const SPAN: Millis = 12 * HOUR;
/// Kinds that are told together.
pub const GROUPED: [&str; 3] = [kind::LIKE, kind::BOOST, kind::FOLLOW];
/// Those in a group who are shown.
const SHOWN: usize = 8;

/// Names a group: `like-123-41000`, or `ungrouped-456` for one that stands alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    Alone(i64),
    Together { kind: &'static str, post_id: i64, half_day: i64 },
}

impl Key {
    /// Of a notification; `together` are the kinds that may be grouped.
    pub fn of(row: &notification::Model, together: &[&'static str]) -> Self {
        match together.iter().find(|kind| **kind == row.kind) {
            Some(kind) => Self::Together { kind, post_id: row.post_id, half_day: time_of(row.id).div_euclid(SPAN) },
            None => Self::Alone(row.id),
        }
    }

    /// Reads one back.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |text: &str| text.parse::<i64>().ok().filter(|n| *n >= 0);
        let mut parts = text.rsplitn(3, '-');
        let last = number(parts.next()?)?;
        let before = parts.next()?;
        if before == "ungrouped" {
            return Some(Self::Alone(last));
        }
        let name = parts.next()?;
        let kind = GROUPED.into_iter().find(|kind| *kind == name)?;
        Some(Self::Together { kind, post_id: number(before)?, half_day: last })
    }

    /// What belongs to it; none where there is no such time.
    pub fn span(&self) -> Option<Span> {
        let Self::Together { kind, post_id, half_day } = self else { return None };
        let from = half_day.checked_mul(SPAN)?;
        Some(Span { kind: (*kind).to_owned(), post_id: *post_id, from: first_of(from), to: first_of(from + SPAN) })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alone(id) => write!(f, "ungrouped-{id}"),
            Self::Together { kind, post_id, half_day } => write!(f, "{kind}-{post_id}-{half_day}"),
        }
    }
}

/// A group, as far as it is shown.
#[derive(Debug, Clone)]
pub struct Group {
    pub key: Key,
    /// How many there are in it, shown or not.
    pub count: i64,
    /// The newest and the oldest id on this page.
    pub newest: i64,
    pub oldest: i64,
    /// The newest of them, never none.
    pub told: Vec<Told>,
}

/// Rows that belong together, in the order in which they begin.
struct Rows {
    key: Key,
    rows: Vec<notification::Model>,
}

/// A part of somebody's groups, the newest first. The page ends before the first notification that would
/// begin a group too many.
pub async fn listed(
    app: &App,
    owner: i64,
    wanted: &Wanted,
    together: &[&'static str],
    cursor: Cursor,
) -> Result<Part<Group>, Refusal> {
    let wide = Cursor { limit: limits::NOTIFICATIONS_READ, ..cursor };
    let rows = notifications::page(&app.db.read, owner, wanted, wide).await?;
    let all_read = u64::try_from(rows.len()).unwrap_or(u64::MAX) < wide.limit;
    let most = usize::try_from(cursor.limit).unwrap_or(usize::MAX);
    let mut taken: Vec<Rows> = Vec::new();
    let mut places: HashMap<Key, usize> = HashMap::new();
    let (mut keys, mut cut) = (Vec::new(), false);
    // From where the cursor stands.
    let ordered: Vec<_> = if cursor.from_below { rows.into_iter().rev().collect() } else { rows };
    for row in ordered {
        let key = Key::of(&row, together);
        let place = match places.get(&key) {
            Some(place) => *place,
            None if taken.len() == most => {
                cut = true;
                break;
            }
            None => {
                taken.push(Rows { key: key.clone(), rows: Vec::new() });
                places.insert(key, taken.len() - 1);
                taken.len() - 1
            }
        };
        keys.push(row.id);
        if let Some(group) = taken.get_mut(place) {
            group.rows.push(row);
        }
    }
    keys.sort_unstable_by(|a, b| b.cmp(a));
    let ends = Ends { first: keys.first().copied(), last: keys.last().copied(), full: cut || !all_read };
    let mut items = shown(app, owner, taken).await?;
    items.sort_by_key(|group| std::cmp::Reverse(group.newest));
    Ok(Part { items, ends })
}

/// Groups with those in them who may be shown, and with how many there are.
async fn shown(app: &App, owner: i64, taken: Vec<Rows>) -> Result<Vec<Group>, Refusal> {
    let spans: Vec<Span> = taken.iter().filter_map(|group| group.key.span()).collect();
    let sizes = notifications::sizes(&app.db.read, owner, &spans).await?;
    let mut groups: Vec<(Group, Vec<notification::Model>)> = Vec::new();
    for mut group in taken {
        group.rows.sort_by_key(|row| std::cmp::Reverse(row.id));
        let (Some(newest), Some(oldest)) = (group.rows.first(), group.rows.last()) else { continue };
        let (newest, oldest) = (newest.id, oldest.id);
        let here = i64::try_from(group.rows.len()).unwrap_or(1);
        let count = group.key.span().and_then(|span| sizes.get(&span).copied()).unwrap_or(1).max(here);
        groups.push((Group { key: group.key, count, newest, oldest, told: Vec::new() }, group.rows));
    }
    fill(app, owner, &mut groups, SHOWN).await?;
    // Some of the newest may be hidden from her: then those below them are shown.
    fill(app, owner, &mut groups, usize::MAX).await?;
    Ok(groups.into_iter().map(|(group, _)| group).filter(|group| !group.told.is_empty()).collect())
}

/// Looks at so many of the newest of each group that is not full, and shows of them who may be shown.
async fn fill(
    app: &App,
    owner: i64,
    groups: &mut [(Group, Vec<notification::Model>)],
    some: usize,
) -> Result<(), Refusal> {
    let (mut rows, mut places) = (Vec::new(), HashMap::new());
    let short = |(_, (group, _)): &(usize, &mut (Group, Vec<notification::Model>))| group.told.len() < SHOWN;
    for (place, (_, left)) in groups.iter_mut().enumerate().filter(short) {
        let looked_at: Vec<_> = left.drain(..left.len().min(some)).collect();
        places.extend(looked_at.iter().map(|row| (row.id, place)));
        rows.extend(looked_at);
    }
    for told in seen(app, owner, rows).await? {
        let group = places.get(&told.row.id).and_then(|place| groups.get_mut(*place));
        if let Some((group, _)) = group.filter(|(group, _)| group.told.len() < SHOWN) {
            group.told.push(told);
        }
    }
    Ok(())
}

/// One group by its key.
pub async fn one(app: &App, owner: i64, key: Key) -> Result<Group, Refusal> {
    let rows = rows_of(app, owner, &key, Cursor::first(limits::NOTIFICATIONS_READ)).await?;
    shown(app, owner, vec![Rows { key, rows }]).await?.pop().ok_or(Refusal::Missing)
}

async fn rows_of(app: &App, owner: i64, key: &Key, cursor: Cursor) -> Result<Vec<notification::Model>, Refusal> {
    Ok(match (key, key.span()) {
        (Key::Alone(id), _) => notifications::by_id(&app.db.read, owner, *id).await?.into_iter().collect(),
        (_, Some(span)) => notifications::within(&app.db.read, owner, &span, cursor).await?,
        _ => Vec::new(),
    })
}

/// Everybody in a group, the newest first.
pub async fn people(app: &App, owner: i64, key: Key, cursor: Cursor) -> Result<Part<Told>, Refusal> {
    let rows = rows_of(app, owner, &key, cursor).await?;
    let keys: Vec<i64> = rows.iter().map(|n| n.id).collect();
    Ok(Part { items: seen(app, owner, rows).await?, ends: Ends::of(&keys, cursor) })
}

/// Takes a whole group out of her list.
pub async fn dismiss(app: &App, owner: i64, key: Key) -> Result<(), Refusal> {
    let span = match (&key, key.span()) {
        (Key::Alone(id), _) => return super::dismiss(app, owner, *id).await,
        (_, span) => span.ok_or(Refusal::Missing)?,
    };
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(notifications::dismiss_within(tx, owner, &span).await?) })
        })
        .await
}

/// How many groups she has not read; counted up to `cap`.
pub async fn unread(
    app: &App,
    viewer: &Viewer,
    wanted: &Wanted,
    together: &[&'static str],
    cap: u64,
) -> Result<usize, Refusal> {
    let cursor = Cursor { after: viewer.login.notifications_seen, ..Cursor::first(cap) };
    Ok(listed(app, viewer.id(), wanted, together, cursor).await?.items.len())
}

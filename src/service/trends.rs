//! What many people like and use just now, and whom one could follow. Counted anew for each who asks, over
//! a bounded number of new posts; nobody stands here who does not want to be found.

use super::filters::{self, Context};
use super::muting::{muted, unmuted};
use super::sessions::Viewer;
use super::views::Shown;
use super::visibility::{Reader, can_see};
use super::{Refusal, limits};
use crate::activitypub::text::hashtag_key;
use crate::app::App;
use crate::clock::{DAY, Millis};
use crate::entity::{account, tag};
use crate::ids::{first_of, time_of};
use crate::store::trends::{Liked, People as Part};
use crate::store::{accounts, posts, relations, tags as tag_rows, trends};
use std::collections::{HashMap, HashSet};

/// A part of a list that is ranked anew each time.
#[derive(Debug, Clone, Copy)]
pub struct Slice {
    pub offset: u64,
    pub limit: u64,
}

impl Slice {
    fn of<T>(self, ranked: Vec<T>) -> Ranked<T> {
        let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let more = ranked.len() > number(self.offset.saturating_add(self.limit));
        Ranked { items: ranked.into_iter().skip(number(self.offset)).take(number(self.limit)).collect(), more }
    }
}

/// What stands in a part of a ranked list.
#[derive(Debug, Clone)]
pub struct Ranked<T> {
    pub items: Vec<T>,
    /// There are more after these.
    pub more: bool,
}

/// What a post counts: half as much each two days, and a boost twice a like.
fn weight(post: &Liked, now: Millis) -> f64 {
    let days = (now - time_of(post.id)).max(0) as f64 / DAY as f64;
    (post.likes + 2 * post.boosts) as f64 * (-days / 2.0).exp2()
}

/// Posts that many people like, of the last week.
pub async fn posts(app: &App, reader: Reader, slice: Slice) -> Result<Ranked<Shown>, Refusal> {
    let now = app.now();
    ranked(app, reader, (7 * DAY, None), slice, |post| weight(post, now)).await
}

/// Posts that were liked most in so long: of this server (`here`), of others, or of all.
pub async fn most_liked(
    app: &App,
    reader: Reader,
    within: Millis,
    here: Option<bool>,
    slice: Slice,
) -> Result<Ranked<Shown>, Refusal> {
    ranked(app, reader, (within, here), slice, |post| (post.likes + 2 * post.boosts) as f64).await
}

async fn ranked(
    app: &App,
    reader: Reader,
    (within, here): (Millis, Option<bool>),
    slice: Slice,
    weight: impl Fn(&Liked) -> f64,
) -> Result<Ranked<Shown>, Refusal> {
    let db = &app.db.read;
    let mut liked = trends::liked(db, first_of(app.now() - within), here, limits::TRENDS_FROM).await?;
    liked.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(b.id.cmp(&a.id)));
    liked.truncate(limits::TRENDS_LISTED);
    let Ranked { items, more } = slice.of(liked);
    let ids: Vec<i64> = items.iter().map(|post| post.id).collect();
    let mut rows = posts::by_ids(db, &ids).await?;
    let rows = ids.iter().filter_map(|id| rows.remove(id)).collect();
    let seen = can_see(db, reader, unmuted(app, reader, rows).await?).await?;
    let kept = filters::hide(app, reader, Context::Public, seen, |post| post).await?;
    Ok(Ranked { items: kept.into_iter().map(Shown::from).collect(), more })
}

/// A hashtag with how often it was used in the last week.
#[derive(Debug, Clone)]
pub struct Used {
    pub tag: tag::Model,
    pub posts: i64,
}

/// Hashtags that several people used in the last week, the one most used first.
pub async fn tags(app: &App, slice: Slice) -> Result<Ranked<Used>, Refusal> {
    let db = &app.db.read;
    let week = first_of(app.now() - 7 * DAY);
    let above = trends::newest_start(db, limits::TRENDS_POSTS).await?.max(week);
    let used = trends::tags(db, above, limits::TRENDS_PEOPLE, limits::TRENDS_LISTED as u64).await?;
    let Ranked { items, more } = slice.of(used);
    let ids: Vec<i64> = items.iter().map(|(id, ..)| *id).collect();
    let mut known = tag_rows::by_ids(db, &ids).await?;
    let used = |(id, _, posts)| Some(Used { tag: known.remove(&id)?, posts });
    Ok(Ranked { items: items.into_iter().filter_map(used).collect(), more })
}

/// Hashtags that stand on new posts together with this one, the most frequent first.
pub async fn related(app: &App, name: &str, limit: u64) -> Result<Vec<Used>, Refusal> {
    let db = &app.db.read;
    let key = hashtag_key(name).ok_or(Refusal::Missing)?;
    let Some(tag) = tag_rows::by_key(db, &key).await? else { return Ok(Vec::new()) };
    let found = trends::used_with(db, tag.id, limits::RELATED_FROM, limit).await?;
    let mut known = tag_rows::by_ids(db, &found.iter().map(|(id, _)| *id).collect::<Vec<_>>()).await?;
    Ok(found.into_iter().filter_map(|(id, posts)| Some(Used { tag: known.remove(&id)?, posts })).collect())
}

/// In which order people are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Who posted last first.
    Active,
    /// Who came last first.
    New,
}

/// People who want to be found: of this server alone (`here`), or all that are known.
pub async fn directory(
    app: &App,
    reader: Reader,
    order: Order,
    here: bool,
    slice: Slice,
) -> Result<Ranked<account::Model>, Refusal> {
    let db = &app.db.read;
    let part = Part { here, offset: slice.offset, limit: slice.limit + 1 };
    let mut ids = match order {
        Order::Active => {
            let above = trends::newest_start(db, limits::TRENDS_POSTS).await?;
            trends::posting(db, above, part).await?
        }
        Order::New => trends::newcomers(db, part).await?,
    };
    let limit = usize::try_from(slice.limit).unwrap_or(usize::MAX);
    let more = ids.len() > limit;
    ids.truncate(limit);
    Ok(Ranked { items: super::accounts::listed(app, reader, &ids).await?, more })
}

/// Why somebody is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// People she follows do.
    Friends,
    /// Many here do.
    Followed,
}

/// Whom somebody could follow: whom those follow whom she follows, then whom most people here do.
pub async fn suggestions(app: &App, viewer: &Viewer, limit: u64) -> Result<Vec<(Why, account::Model)>, Refusal> {
    let (db, who) = (&app.db.read, viewer.id());
    let friends =
        trends::followed_by_friends(db, who, limits::SUGGESTING_FRIENDS, limits::TRENDS_LISTED as u64).await?;
    let popular = most_followed(app).await?;
    let mut asked: Vec<(Why, i64)> = friends.into_iter().map(|id| (Why::Friends, id)).collect();
    let known: HashSet<i64> = asked.iter().map(|(_, id)| *id).collect();
    asked.extend(popular.into_iter().filter(|id| !known.contains(id)).map(|id| (Why::Followed, id)));
    let ids: Vec<i64> = asked.iter().map(|(_, id)| *id).collect();
    let mut left_out: HashSet<i64> = trends::dismissed(db, who).await?.into_iter().collect();
    left_out.insert(who);
    left_out.extend(muted(db, who, ids.iter().copied(), app.now()).await?);
    let follows = relations::between(db, who, &ids).await?;
    left_out.extend(follows.into_iter().filter(|follow| follow.follower_id == who).map(|follow| follow.target_id));
    let mut rows: HashMap<i64, _> =
        super::accounts::listed(app, Some(who), &ids).await?.into_iter().map(|row| (row.id, row)).collect();
    let wanted = asked.into_iter().filter(|(_, id)| !left_out.contains(id));
    let found = wanted.filter_map(|(why, id)| Some((why, rows.remove(&id)?)));
    Ok(found.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
}

/// Of those who posted lately, whom most people here follow; somebody follows each.
async fn most_followed(app: &App) -> Result<Vec<i64>, Refusal> {
    let db = &app.db.read;
    let above = trends::newest_start(db, limits::TRENDS_POSTS).await?;
    let part = Part { here: false, offset: 0, limit: limits::TRENDS_LISTED as u64 };
    let mut ids = trends::posting(db, above, part).await?;
    let counts = accounts::counts(db, &ids).await?;
    let followers = |id: i64| counts.get(&id).map_or(0, |count| count.followers);
    ids.retain(|id| followers(*id) > 0);
    ids.sort_by_key(|id| std::cmp::Reverse(followers(*id)));
    Ok(ids)
}

/// People whom many here follow, as far as this reader may meet them.
pub async fn popular(app: &App, reader: Reader, limit: u64) -> Result<Vec<account::Model>, Refusal> {
    let mut ids = most_followed(app).await?;
    ids.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    super::accounts::listed(app, reader, &ids).await
}

/// Somebody does not want this one suggested any more.
pub async fn dismiss(app: &App, viewer: &Viewer, id: i64) -> Result<(), Refusal> {
    let who = viewer.id();
    accounts::by_id(&app.db.read, id).await?.ok_or(Refusal::Missing)?;
    app.db.write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(trends::dismiss(tx, who, id).await?) })).await
}

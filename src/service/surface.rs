//! What follows once something appears, changes or goes: feeds, homes, notifications, counters, and
//! what other servers are told. Every use case calls it once, inside its transaction.

use super::happening::{self, Happening};
use super::notifications::tell;
use super::work::{self, What, Work};
use super::{federation, limits, messages, visibility};
use crate::activitypub::Visibility;
use crate::app::App;
use crate::blob::Key;
use crate::entity::{account, boost, follow, post, quote};
use crate::store;
use crate::store::{
    bookmarks, edits, endorsements, feeds, filters, lists, media, notifications, polls, posts, reactions, tags,
};
use sea_orm::{ConnectionTrait, DbErr};

/// Boosts that are tried when another one is taken back.
const OTHER_BOOSTS: u64 = 5;

/// Kinds of notification.
pub mod kind {
    pub const FOLLOW: &str = "follow";
    pub const FOLLOW_REQUEST: &str = "follow_request";
    pub const FOLLOW_GRANTED: &str = "follow_granted";
    pub const LIKE: &str = "like";
    pub const BOOST: &str = "boost";
    pub const REPLY: &str = "reply";
    pub const MENTION: &str = "mention";
    pub const QUOTE: &str = "quote";
    /// Somebody posted whose every post she wants to be told of.
    pub const STATUS: &str = "status";
    /// A post that she boosted was edited.
    pub const UPDATE: &str = "update";
    /// A poll that she voted in is over.
    pub const POLL: &str = "poll";
}

/// Whether a post stands on the server's public feed.
pub fn listed(post: &post::Model, author: &account::Model) -> i32 {
    let shown = author.domain.is_empty()
        && visibility::of(post) == Visibility::Public
        && post.photo_count > 0
        && post.in_reply_to_id.is_none()
        && post.in_reply_to_uri.is_none()
        && post.deleted_at.is_none();
    i32::from(shown)
}

/// Whether a post stands in homes: answers do not, nor do messages without a picture.
pub fn shown_in_homes(post: &post::Model) -> bool {
    let is_answer = post.in_reply_to_id.is_some() || post.in_reply_to_uri.is_some();
    let is_message = visibility::of(post) == Visibility::Mentioned && post.photo_count == 0;
    post.deleted_at.is_none() && !is_answer && !is_message
}

/// How a post comes here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Written here, or delivered by its author.
    Said,
    /// Fetched because somebody looked: what is old is no news.
    Found,
}

/// A post, local or remote, has just been inserted with its mentions.
pub async fn post_appeared(
    app: &App,
    tx: &impl ConnectionTrait,
    post: &post::Model,
    author: &account::Model,
    arrival: Arrival,
) -> Result<(), DbErr> {
    if author.domain.is_empty() && shown_in_homes(post) {
        feeds::put_home(tx, &[author.id], feeds::Entry::of_post(post.id)).await?;
    }
    if let Some(parent_id) = post.in_reply_to_id.filter(|_| visibility::of(post).is_open()) {
        posts::count_replies(tx, parent_id, 1).await?;
    }
    if arrival == Arrival::Said || post.published_at > app.now() - limits::NEWS {
        let parent = match post.in_reply_to_id {
            Some(id) => posts::by_id(tx, id).await?,
            None => None,
        };
        if let Some(parent) = parent {
            tell(app, tx, parent.account_id, kind::REPLY, author.id, post.id).await?;
        }
        tell_mentioned(app, tx, post, author).await?;
        happening::say(app, tx, Happening::Posted { post: post.id }).await?;
    }
    messages::appeared(app, tx, post, author).await?;
    let activity = app.id();
    work::queue(app, tx, Work::FanOut { post: post.id, what: What::Created, activity }).await
}

/// A post was edited, here or elsewhere.
pub async fn post_changed(
    app: &App,
    tx: &impl ConnectionTrait,
    post: &post::Model,
    author: &account::Model,
) -> Result<(), DbErr> {
    tell_mentioned(app, tx, post, author).await?;
    for booster in reactions::boosters_here(tx, post.id, limits::BOOSTERS_TOLD).await? {
        // Told of the last edit only.
        notifications::forget(tx, booster, kind::UPDATE, author.id, post.id).await?;
        tell(app, tx, booster, kind::UPDATE, author.id, post.id).await?;
    }
    happening::say(app, tx, Happening::Changed { post: post.id }).await?;
    if author.domain.is_empty() {
        let activity = app.id();
        work::queue(app, tx, Work::FanOut { post: post.id, what: What::Updated, activity }).await?;
    }
    Ok(())
}

/// A post goes, here and everywhere it was ever sent.
pub async fn post_gone(
    app: &App,
    tx: &impl ConnectionTrait,
    post: post::Model,
    author: &account::Model,
) -> Result<(), DbErr> {
    if post.deleted_at.is_some() {
        return Ok(());
    }
    let id = post.id;
    post_cleared(app, tx, post).await?;
    if author.domain.is_empty() {
        let activity = app.id();
        work::queue(app, tx, Work::FanOut { post: id, what: What::Deleted, activity }).await?;
    }
    Ok(())
}

/// A post goes and nobody is told of it by itself: its row becomes a tombstone, its photos go at once.
pub async fn post_cleared(app: &App, tx: &impl ConnectionTrait, mut post: post::Model) -> Result<(), DbErr> {
    post.deleted_at = Some(app.now());
    post.listed = 0;
    post.pinned_at = None;
    post.caption.clear();
    post.html = None;
    post.warning.clear();
    let photos = media::of_posts(tx, &[post.id]).await?;
    let mut keys = Vec::new();
    for photo in &photos {
        keys.extend(media::remove(tx, photo.id).await?);
    }
    drop_blobs(app, tx, keys).await?;
    if let Some(parent) = post.in_reply_to_id.filter(|_| visibility::of(&post).is_open()) {
        posts::count_replies(tx, parent, -1).await?;
    }
    feeds::drop_post(tx, post.id).await?;
    notifications::forget_post(tx, post.id).await?;
    bookmarks::forget_post(tx, post.id).await?;
    edits::forget(tx, post.id).await?;
    filters::forget_post(tx, post.id).await?;
    polls::forget_post(tx, post.id).await?;
    tags::set(tx, post.id, Vec::new()).await?;
    posts::save(tx, post.clone()).await?;
    happening::say(app, tx, Happening::Gone { post: post.id }).await?;
    messages::gone(tx, &post).await
}

/// Somebody boosted; the row is new.
pub async fn boost_appeared(
    app: &App,
    tx: &impl ConnectionTrait,
    boost: &boost::Model,
    post: &post::Model,
) -> Result<(), DbErr> {
    posts::count(tx, post.id, post::Column::BoostCount, 1).await?;
    if store::accounts::by_id(tx, boost.account_id).await?.is_some_and(|booster| booster.domain.is_empty()) {
        let entry = feeds::Entry { post_id: post.id, via_id: boost.account_id, entry_id: boost.id };
        feeds::put_home(tx, &[boost.account_id], entry).await?;
    }
    tell(app, tx, post.account_id, kind::BOOST, boost.account_id, post.id).await?;
    work::queue(app, tx, Work::FanOutBoost { boost: boost.id }).await
}

/// A boost was taken back. Homes that had the post through it may have it through another one.
pub async fn boost_gone(
    app: &App,
    tx: &impl ConnectionTrait,
    boost: &boost::Model,
    post: &post::Model,
) -> Result<(), DbErr> {
    posts::count(tx, post.id, post::Column::BoostCount, -1).await?;
    notifications::forget(tx, post.account_id, kind::BOOST, boost.account_id, post.id).await?;
    feeds::drop_boost(tx, post.id, boost.account_id).await?;
    happening::say(app, tx, Happening::Unboosted { boost: boost.id, post: post.id }).await?;
    for other in reactions::newest_boosts(tx, post.id, OTHER_BOOSTS).await? {
        work::queue(app, tx, Work::FanOutBoost { boost: other.id }).await?;
    }
    Ok(())
}

/// Somebody liked; the row is new.
pub async fn like_appeared(
    app: &App,
    tx: &impl ConnectionTrait,
    account_id: i64,
    post: &post::Model,
) -> Result<(), DbErr> {
    posts::count(tx, post.id, post::Column::LikeCount, 1).await?;
    tell(app, tx, post.account_id, kind::LIKE, account_id, post.id).await
}

/// A like was taken back.
pub async fn like_gone(tx: &impl ConnectionTrait, account_id: i64, post: &post::Model) -> Result<(), DbErr> {
    posts::count(tx, post.id, post::Column::LikeCount, -1).await?;
    notifications::forget(tx, post.account_id, kind::LIKE, account_id, post.id).await
}

/// A poll in which somebody here voted is over.
pub async fn poll_ended(app: &App, tx: &impl ConnectionTrait, voter_id: i64, post: &post::Model) -> Result<(), DbErr> {
    tell(app, tx, voter_id, kind::POLL, post.account_id, post.id).await
}

/// A follow that somebody here asked for was granted by a person who decides one by one.
pub async fn follow_granted(
    app: &App,
    tx: &impl ConnectionTrait,
    follower_id: i64,
    target: &account::Model,
) -> Result<(), DbErr> {
    if target.locked == 0 {
        return Ok(());
    }
    tell(app, tx, follower_id, kind::FOLLOW_GRANTED, target.id, 0).await
}

/// Somebody elsewhere quotes a post; told with her post where it is kept here, else with the one quoted.
pub async fn quote_appeared(
    app: &App,
    tx: &impl ConnectionTrait,
    quote: &quote::Model,
    author_id: i64,
) -> Result<(), DbErr> {
    let shown = quote.quoting_id.unwrap_or(quote.post_id);
    tell(app, tx, author_id, kind::QUOTE, quote.account_id, shown).await
}

/// A quote was taken back.
pub async fn quote_gone(tx: &impl ConnectionTrait, quote: &quote::Model, author_id: i64) -> Result<(), DbErr> {
    let shown = quote.quoting_id.unwrap_or(quote.post_id);
    notifications::forget(tx, author_id, kind::QUOTE, quote.account_id, shown).await
}

/// A follow is in force, or waits for an answer.
pub async fn follow_appeared(
    app: &App,
    tx: &impl ConnectionTrait,
    follow: &follow::Model,
    in_force: bool,
) -> Result<(), DbErr> {
    let what = if in_force { kind::FOLLOW } else { kind::FOLLOW_REQUEST };
    tell(app, tx, follow.target_id, what, follow.follower_id, 0).await?;
    if in_force {
        work::queue(app, tx, Work::FillHome { owner: follow.follower_id, author: follow.target_id }).await?;
    }
    Ok(())
}

/// Somebody follows nobody of these two any more: what came of it goes from her home and her lists, and she
/// shows the other no more.
pub async fn follow_gone(tx: &impl ConnectionTrait, follower_id: i64, target_id: i64) -> Result<(), DbErr> {
    let left = home_without(tx, follower_id, target_id).await?;
    lists::take_out(tx, &left, target_id).await?;
    endorsements::remove(tx, follower_id, target_id).await
}

/// Takes a person's posts and boosts out of somebody's home and lists; gives the lists she is in.
pub async fn home_without(tx: &impl ConnectionTrait, owner_id: i64, author_id: i64) -> Result<Vec<i64>, DbErr> {
    let lists: Vec<i64> = lists::with(tx, owner_id, author_id).await?.into_iter().map(|list| list.id).collect();
    for place in lists.iter().chain([&owner_id]) {
        feeds::drop_author(tx, *place, author_id).await?;
    }
    Ok(lists)
}

/// Somebody posted whose every post a person wants to be told of.
pub async fn followed_posted(
    app: &App,
    tx: &impl ConnectionTrait,
    person: i64,
    author: i64,
    post_id: i64,
) -> Result<(), DbErr> {
    tell(app, tx, person, kind::STATUS, author, post_id).await
}

/// A profile changed: one Update follows, however often it changes in the next seconds.
pub async fn profile_changed(app: &App, tx: &impl ConnectionTrait, row: &account::Model) -> Result<(), DbErr> {
    if app.public().is_none() {
        return Ok(());
    }
    let activity = app.id();
    let work = Work::ProfileUpdate { account: row.id, activity };
    work::queue_once(app, tx, work, format!("profile_update:{}", row.id), federation::PROFILE_DEBOUNCE).await.map(drop)
}

/// Files one job removes: they are gone well before it would be taken for hung.
const DROPPED_AT_ONCE: usize = 100;

/// Stored bytes that no row names any more. What is closed may have been copied to where it opens just now.
pub async fn drop_blobs(app: &App, tx: &impl ConnectionTrait, keys: Vec<String>) -> Result<(), DbErr> {
    let opened = |key: &String| {
        key.parse::<Key>().ok().filter(|k| !k.is_original() && !k.is_open()).map(|k| k.moved(true).to_string())
    };
    let all: Vec<String> = keys.iter().filter_map(opened).chain(keys.iter().cloned()).collect();
    for keys in all.chunks(DROPPED_AT_ONCE) {
        work::queue(app, tx, Work::DropBlobs { keys: keys.to_vec() }).await?;
    }
    Ok(())
}

async fn tell_mentioned(
    app: &App,
    tx: &impl ConnectionTrait,
    post: &post::Model,
    author: &account::Model,
) -> Result<(), DbErr> {
    let parent_author = match post.in_reply_to_id {
        Some(id) => posts::by_id(tx, id).await?.map(|p| p.account_id),
        None => None,
    };
    for mention in tags::mentions(tx, &[post.id]).await? {
        if Some(mention.account_id) != parent_author {
            tell(app, tx, mention.account_id, kind::MENTION, author.id, post.id).await?;
        }
    }
    Ok(())
}

//! What comes into homes and into lists: posts and boosts of those somebody follows, and posts with hashtags
//! she follows. Runs as a job, in chunks; run again after a crash it changes nothing that is done.

use super::surface::{self, shown_in_homes};
use super::{Refusal, limits, visibility};
use crate::activitypub::Visibility;
use crate::app::App;
use crate::clock::{DAY, Millis};
use crate::entity::{follow, list, post};
use crate::store::feeds::Entry;
use crate::store::relations::Follower;
use crate::store::{Cursor, accounts, feeds, lists, posts, relations, settings, tag_follows, tags};
use sea_orm::{ConnectionTrait, DbErr};
use std::collections::HashSet;

/// Homes filled in one transaction: the writer is held for some ten milliseconds.
const CHUNK: u64 = 2_000;
/// Lists looked at at once.
const LISTS: u64 = 500;
/// Posts of somebody newly followed that go into a home.
const FILL: u64 = 40;

/// Answers of people in a list are shown when they go to nobody, …
pub const NO_ANSWERS: &str = "none";
/// … to somebody whom its owner follows, or …
pub const TO_FOLLOWED: &str = "followed";
/// … to somebody in it.
pub const TO_LISTED: &str = "list";

/// How something comes to those who follow somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Posted,
    Boosted,
}

/// What came, of whom, and how.
struct Arrived<'a> {
    row: &'a post::Model,
    whose: i64,
    how: How,
    entry: Entry,
    /// People in it, where it is for them alone.
    only: Option<Vec<i64>>,
}

impl Arrived<'_> {
    /// Whether it comes to a follower, as she chose.
    fn is_wanted(&self, reblogs: i32, languages: &str) -> bool {
        match self.how {
            How::Boosted => reblogs != 0,
            How::Posted => speaks(languages, &self.row.language),
        }
    }

    fn is_for(&self, person: i64) -> bool {
        self.only.as_ref().is_none_or(|people| people.contains(&person))
    }
}

/// Whether posts in a language come to a follower, whatever its region; those that say nothing always do.
fn speaks(languages: &str, language: &str) -> bool {
    if languages.is_empty() || languages == "[]" {
        return true;
    }
    let chosen: Vec<String> = serde_json::from_str(languages).unwrap_or_default();
    let plain = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    chosen.is_empty() || language.is_empty() || chosen.iter().any(|known| plain(known) == plain(language))
}

/// A post appeared.
pub async fn post_came(app: &App, row: &post::Model) -> Result<(), Refusal> {
    let arrived = arrived(app, row, row.account_id, How::Posted, Entry::of_post(row.id)).await?;
    if shown_in_homes(row) {
        to_homes(app, &arrived).await?;
        to_hashtags(app, row).await?;
    }
    to_lists(app, &arrived).await
}

/// Somebody boosted a post.
pub async fn boost_came(app: &App, row: &post::Model, by: i64, boost_id: i64) -> Result<(), Refusal> {
    let entry = Entry { post_id: row.id, via_id: by, entry_id: boost_id };
    let arrived = arrived(app, row, by, How::Boosted, entry).await?;
    to_homes(app, &arrived).await?;
    to_lists(app, &arrived).await
}

async fn arrived<'a>(
    app: &App,
    row: &'a post::Model,
    whose: i64,
    how: How,
    entry: Entry,
) -> Result<Arrived<'a>, DbErr> {
    let only = match visibility::of(row) {
        Visibility::Mentioned => {
            let named = tags::mentions(&app.db.read, &[row.id]).await?;
            Some(named.into_iter().map(|m| m.account_id).collect())
        }
        _ => None,
    };
    Ok(Arrived { row, whose, how, entry, only })
}

async fn put(app: &App, owners: Vec<i64>, entry: Entry) -> Result<(), Refusal> {
    if owners.is_empty() {
        return Ok(());
    }
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(feeds::put_home(tx, &owners, entry).await?) }))
        .await
}

/// Into the homes of everybody here who follows her; for narrow posts only of those who may see.
async fn to_homes(app: &App, arrived: &Arrived<'_>) -> Result<(), Refusal> {
    let followers = |after| relations::followers_here(&app.db.read, arrived.whose, after, CHUNK);
    let mut some = followers(0).await?;
    while let Some(last) = some.last().map(|f| f.follower_id) {
        // The next ones are looked up while these are written.
        let (next, done) = tokio::join!(followers(last), to_homes_of(app, arrived, some));
        done?;
        some = next?;
    }
    Ok(())
}

async fn to_homes_of(app: &App, arrived: &Arrived<'_>, mut some: Vec<Follower>) -> Result<(), Refusal> {
    some.retain(|f| arrived.is_for(f.follower_id) && arrived.is_wanted(f.reblogs, &f.languages));
    let mut owners: Vec<i64> = some.iter().map(|f| f.follower_id).collect();
    let out = lists::keeping_out(&app.db.read, arrived.whose, &owners).await?;
    owners.retain(|owner| !out.contains(owner));
    put(app, owners, arrived.entry).await?;
    if arrived.how == How::Posted {
        tell(app, arrived.row, some.iter().filter(|f| f.notify != 0).map(|f| f.follower_id).collect()).await?;
    }
    Ok(())
}

/// Those who asked for it are told of each post; of what is old already, nobody is.
async fn tell(app: &App, row: &post::Model, whom: Vec<i64>) -> Result<(), Refusal> {
    if whom.is_empty() || row.published_at <= app.now() - limits::NEWS {
        return Ok(());
    }
    let (app2, author, id) = (app.clone(), row.account_id, row.id);
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                for person in whom {
                    surface::followed_posted(&app2, tx, person, author, id).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Into the homes of everybody here who follows one of its hashtags.
async fn to_hashtags(app: &App, row: &post::Model) -> Result<(), Refusal> {
    let db = &app.db.read;
    if visibility::of(row) != Visibility::Public {
        return Ok(());
    }
    let carried: Vec<i64> = tags::of_posts(db, &[row.id]).await?.into_iter().map(|(_, tag)| tag.id).collect();
    let mut after = 0;
    loop {
        let mut owners = tag_follows::followers(db, &carried, after, CHUNK).await?;
        let Some(last) = owners.last().copied() else { return Ok(()) };
        after = last;
        let out = lists::keeping_out(db, row.account_id, &owners).await?;
        owners.retain(|owner| !out.contains(owner));
        put(app, owners, Entry::of_post(row.id)).await?;
    }
}

/// Into the lists she is in.
async fn to_lists(app: &App, arrived: &Arrived<'_>) -> Result<(), Refusal> {
    let db = &app.db.read;
    let parent = match (arrived.how, arrived.row.in_reply_to_id) {
        (How::Posted, Some(id)) => posts::by_id(db, id).await?.map(|p| p.account_id),
        _ => None,
    };
    let mut after = 0;
    loop {
        let some = lists::holding(db, arrived.whose, after, LISTS).await?;
        let Some(last) = some.last().map(|l| l.id) else { return Ok(()) };
        after = last;
        let mut chosen = wanting(db, arrived, some).await?;
        if arrived.how == How::Posted {
            let answered: Vec<i64> = parent.into_iter().collect();
            let mut kept = Vec::new();
            for list in chosen {
                if shows(arrived.row, parent, &list, &Known::of(db, &list, &answered).await?) {
                    kept.push(list);
                }
            }
            chosen = kept;
        }
        put(app, chosen.into_iter().map(|l| l.id).collect(), arrived.entry).await?;
    }
}

/// Lists whose owner follows her, or is her, and wants what came.
async fn wanting(
    db: &impl ConnectionTrait,
    arrived: &Arrived<'_>,
    some: Vec<list::Model>,
) -> Result<Vec<list::Model>, DbErr> {
    let owners: Vec<i64> = some.iter().map(|l| l.account_id).collect::<HashSet<_>>().into_iter().collect();
    let follows = relations::between(db, arrived.whose, &owners).await?;
    let is_wanted = |owner: i64| {
        let follow = follows.iter().find(|f| f.follower_id == owner && f.state == relations::ACCEPTED);
        owner == arrived.whose
            || follow.is_some_and(|f| arrived.is_for(owner) && arrived.is_wanted(f.reblogs, &f.languages))
    };
    Ok(some.into_iter().filter(|l| is_wanted(l.account_id)).collect())
}

/// Of people who were answered: whom the owner of a list follows, and who is in it.
struct Known {
    followed: HashSet<i64>,
    listed: HashSet<i64>,
}

impl Known {
    async fn of(db: &impl ConnectionTrait, list: &list::Model, answered: &[i64]) -> Result<Self, DbErr> {
        let (mut followed, mut listed) = (HashSet::new(), HashSet::new());
        match list.replies_policy.as_str() {
            TO_FOLLOWED => {
                let follows = relations::between(db, list.account_id, answered).await?;
                followed.extend(follows.iter().filter(|f| f.follower_id == list.account_id).map(|f| f.target_id));
            }
            TO_LISTED if !answered.is_empty() => listed = lists::has(db, list.id, answered).await?,
            _ => {}
        }
        Ok(Self { followed, listed })
    }
}

/// Whether a post by somebody in a list stands there; `parent` wrote what it answers.
fn shows(row: &post::Model, parent: Option<i64>, list: &list::Model, known: &Known) -> bool {
    if row.in_reply_to_id.is_none() && row.in_reply_to_uri.is_none() {
        return shown_in_homes(row);
    }
    let Some(parent) = parent else { return false };
    let own = parent == row.account_id || parent == list.account_id;
    let narrow = visibility::of(row) == Visibility::Mentioned;
    !narrow && row.deleted_at.is_none() && (own || known.followed.contains(&parent) || known.listed.contains(&parent))
}

/// When homes were trimmed last.
const TRIMMED: &str = "homes_trimmed_at";
/// Homes looked at together; each holds a thousand entries or so.
const LOOKED_AT: u64 = 200;

/// Once a day what is too old leaves homes and lists, whoever comes first.
pub async fn trim_daily(app: &App) -> Result<(), Refusal> {
    let now = app.now();
    let last: Millis = settings::get(&app.db.read, TRIMMED).await?.and_then(|v| v.parse().ok()).unwrap_or(0);
    if now - last < DAY {
        return Ok(());
    }
    // Before it is done: it may take longer than the turn of whoever comes next.
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(settings::put(tx, TRIMMED, now.to_string()).await?) })
        })
        .await?;
    let mut after = 0;
    loop {
        let sizes = feeds::sizes(&app.db.read, after, LOOKED_AT).await?;
        let Some((owner, _)) = sizes.last() else { return Ok(()) };
        after = *owner;
        for (owner, size) in sizes {
            if u64::try_from(size).is_ok_and(|size| size > limits::HOME) {
                app.db
                    .write_quietly(move |tx| {
                        Box::pin(async move { Ok::<_, Refusal>(feeds::trim(tx, owner, limits::HOME).await?) })
                    })
                    .await?;
            }
        }
    }
}

/// Somebody is newly followed: her newest posts known here go into the follower's home, and into those of
/// the follower's lists that she is in.
pub async fn follow_began(app: &App, owner: i64, author: i64) -> Result<(), Refusal> {
    let db = &app.db.read;
    if accounts::by_id(db, owner).await?.is_none_or(|a| !a.domain.is_empty()) {
        return Ok(());
    }
    for list in lists::with(db, owner, author).await? {
        joined(app, &list, author).await?;
    }
    let Some(follow) = relations::get(db, owner, author).await? else { return Ok(()) };
    if lists::keeping_out(db, author, &[owner]).await?.contains(&owner) {
        return Ok(());
    }
    let newest = newest(db, author, &follow).await?;
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                for row in newest.iter().filter(|row| shown_in_homes(row)) {
                    feeds::put_home(tx, &[owner], Entry::of_post(row.id)).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Somebody is newly in a list: her newest posts known here go into it.
pub async fn list_joined(app: &App, list_id: i64, author: i64) -> Result<(), Refusal> {
    let db = &app.db.read;
    let Some(list) = lists::by_id(db, list_id).await? else { return Ok(()) };
    if lists::has(db, list.id, &[author]).await?.is_empty() {
        return Ok(());
    }
    joined(app, &list, author).await
}

async fn joined(app: &App, list: &list::Model, author: i64) -> Result<(), Refusal> {
    let db = &app.db.read;
    let newest = if list.account_id == author {
        posts::of_account(db, author, posts::Kind::All, &SEEN, Cursor::first(FILL)).await?
    } else {
        match relations::get(db, list.account_id, author).await? {
            Some(follow) if follow.state == relations::ACCEPTED => newest(db, author, &follow).await?,
            _ => return Ok(()),
        }
    };
    let above: Vec<i64> = newest.iter().filter_map(|row| row.in_reply_to_id).collect();
    let above = posts::by_ids(db, &above).await?;
    let answered: Vec<i64> = above.values().map(|p| p.account_id).collect::<HashSet<_>>().into_iter().collect();
    let known = Known::of(db, list, &answered).await?;
    let parent = |row: &post::Model| above.get(&row.in_reply_to_id?).map(|p| p.account_id);
    let kept: Vec<i64> = newest.iter().filter(|row| shows(row, parent(row), list, &known)).map(|row| row.id).collect();
    let owner = list.id;
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                for id in kept {
                    feeds::put_home(tx, &[owner], Entry::of_post(id)).await?;
                }
                Ok(())
            })
        })
        .await
}

/// What somebody who follows may see of a person, narrow posts aside.
const SEEN: [&str; 3] = ["public", "quiet", "followers"];

/// The newest posts of somebody that come to this follower.
async fn newest(db: &impl ConnectionTrait, author: i64, follow: &follow::Model) -> Result<Vec<post::Model>, DbErr> {
    let rows = posts::of_account(db, author, posts::Kind::All, &SEEN, Cursor::first(FILL.min(limits::HOME))).await?;
    Ok(rows.into_iter().filter(|row| speaks(&follow.languages, &row.language)).collect())
}

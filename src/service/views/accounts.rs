//! People as apps show them: each with her numbers, and how somebody stands to them.

use super::people::bio_of;
use super::{Emoji, Emojis};
use crate::activitypub::SanitizedHtml;
use crate::activitypub::html::only_link;
use crate::app::App;
use crate::clock::Millis;
use crate::entity::account;
use crate::service::federation::moving;
use crate::service::federation::urls::{AbsoluteLinks, Named, Urls};
use crate::store::{self, endorsements, hidden_servers, mutes, person_notes, policies, profile_links, relations};
use sea_orm::DbErr;
use std::collections::HashMap;

/// Shown for people without a picture; apps know it by its name.
pub const NO_AVATAR: &str = "/static/avatars/missing.png";

/// A person, with everything apps want to know.
#[derive(Debug, Clone)]
pub struct Account {
    pub row: account::Model,
    pub bio: SanitizedHtml,
    /// Name, value, and since when the page it links to is known to link back.
    pub fields: Vec<(String, SanitizedHtml, Option<Millis>)>,
    /// Custom emoji of her name, bio and fields.
    pub emojis: Vec<Emoji>,
    pub posts: i64,
    pub followers: i64,
    pub following: i64,
    /// When she last posted for everybody.
    pub last_at: Option<Millis>,
    /// Where she has moved, where that account is known here; it has moved nowhere itself.
    pub moved: Option<Box<Account>>,
}

/// These people by id. A fixed number of queries, however many they are.
pub async fn accounts(
    app: &App,
    urls: &Urls,
    rows: impl IntoIterator<Item = account::Model>,
) -> Result<HashMap<i64, Account>, DbErr> {
    let db = &app.db.read;
    let mut rows: HashMap<i64, account::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    let moved = moved_to(app, urls, &rows).await?;
    let asked: Vec<i64> = rows.keys().copied().collect();
    rows.extend(moved.values().map(|row| (row.id, row.clone())));
    let ids: Vec<i64> = rows.keys().copied().collect();
    let counts = store::accounts::counts(db, &ids).await?;
    let texts: Vec<(&str, &str)> =
        rows.values().flat_map(|row| words_of(row).map(|text| (&*row.domain, text))).collect();
    let emojis = Emojis::load(app, texts).await?;
    let back = profile_links::verified(db, &ids).await?;
    let links = AbsoluteLinks::new(urls.clone());
    let whole = |row: &account::Model, moved: Option<Box<Account>>| {
        let known = counts.get(&row.id).copied().unwrap_or_default();
        let (bio, fields) = bio_of(row, &links);
        let since = |html: &SanitizedHtml| {
            let href = only_link(html.as_str())?;
            back.iter().find(|link| link.account_id == row.id && link.href == href)?.verified_at
        };
        Account {
            bio,
            fields: fields.into_iter().map(|(name, html)| (name, html.clone(), since(&html))).collect(),
            emojis: emojis.used(&row.domain, words_of(row)),
            posts: row.remote_posts.unwrap_or(known.posts),
            followers: row.remote_followers.unwrap_or(known.followers),
            following: row.remote_following.unwrap_or(known.following),
            last_at: Some(known.posted_at).filter(|at| *at > 0),
            moved,
            row: row.clone(),
        }
    };
    let one = |id: i64| {
        let row = rows.get(&id)?;
        let moved = moved.get(&id).map(|row| Box::new(whole(row, None)));
        Some((id, whole(row, moved)))
    };
    Ok(asked.into_iter().filter_map(one).collect())
}

/// What custom emoji of a person may stand in.
fn words_of(row: &account::Model) -> [&str; 3] {
    [&row.name, &row.bio, &row.fields]
}

/// Where those who moved are now, as far as that is known here.
async fn moved_to(
    app: &App,
    urls: &Urls,
    rows: &HashMap<i64, account::Model>,
) -> Result<HashMap<i64, account::Model>, DbErr> {
    let addresses: HashMap<i64, &String> =
        rows.values().filter_map(|row| Some((row.id, row.moved_to.as_ref()?))).collect();
    if addresses.is_empty() {
        return Ok(HashMap::new());
    }
    let ours = |address: &str| match urls.parse(address) {
        Some(Named::Actor(id)) => Some(id),
        _ => None,
    };
    let elsewhere: Vec<String> = addresses.values().map(|a| (*a).clone()).collect();
    let mut found = store::accounts::by_uris(&app.db.read, &elsewhere).await?;
    found
        .extend(store::accounts::by_ids(&app.db.read, addresses.values().filter_map(|a| ours(a))).await?.into_values());
    found.retain(|row| row.deleted_at.is_none() && row.suspended == 0);
    // Anybody elsewhere can say so; it holds where the other says it too.
    let there = |from: i64, address: &str| {
        let (id, old) = (ours(address), rows.get(&from).and_then(|row| row.uri.as_deref()));
        let new = found.iter().find(|row| Some(row.id) == id || row.uri.as_deref() == Some(address))?;
        old.is_none_or(|old| moving::names(new, old)).then(|| new.clone())
    };
    Ok(addresses.into_iter().filter_map(|(id, address)| Some((id, there(id, address)?))).collect())
}

/// How somebody stands to a person.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    pub id: i64,
    pub following: bool,
    /// She asked, and waits for an answer.
    pub requested: bool,
    pub followed_by: bool,
    /// The other asked her.
    pub requested_by: bool,
    pub blocking: bool,
    pub blocked_by: bool,
    pub muting: bool,
    pub muting_notifications: bool,
    /// None where there is no end.
    pub muted_until: Option<Millis>,
    /// Her boosts come home too.
    pub reblogs: bool,
    /// Each of her posts is told.
    pub notifying: bool,
    /// The languages whose posts come home; none for all.
    pub languages: Vec<String>,
    pub following_since: Option<Millis>,
    /// Her server is hidden.
    pub hides_server: bool,
    pub endorsed: bool,
    pub note: String,
}

/// How `who` stands to each of these, in their order; those unknown here are left out.
pub async fn standings(app: &App, who: i64, ids: &[i64]) -> Result<Vec<Standing>, DbErr> {
    standings_with(app, who, ids, true).await
}

/// The same, also of those who are suspended or not.
pub async fn standings_with(app: &App, who: i64, ids: &[i64], suspended: bool) -> Result<Vec<Standing>, DbErr> {
    let db = &app.db.read;
    let mut known = store::accounts::by_ids(db, ids.iter().copied()).await?;
    known.retain(|_, row| suspended || row.suspended == 0);
    let follows = relations::between(db, who, ids).await?;
    let blocks = policies::between(db, who, ids).await?;
    let muted = mutes::of(db, who, ids, app.now()).await?;
    let hidden = hidden_servers::of(db, who).await?;
    let endorsed = endorsements::of(db, who, ids).await?;
    let notes = person_notes::of(db, who, ids).await?;
    let one = |id: i64| {
        let own = follows.iter().find(|f| f.follower_id == who && f.target_id == id);
        let since = own.filter(|f| f.state == relations::ACCEPTED).map(|f| f.created_at);
        let state = |from: i64, to: i64, state: &str| {
            follows.iter().any(|f| f.follower_id == from && f.target_id == to && f.state == state)
        };
        let blocks = |from: i64, to: i64| blocks.iter().any(|b| b.account_id == from && b.target_id == to);
        let mute = muted.iter().find(|m| m.target_id == id);
        Standing {
            id,
            following: state(who, id, relations::ACCEPTED),
            requested: state(who, id, relations::PENDING),
            followed_by: state(id, who, relations::ACCEPTED),
            requested_by: state(id, who, relations::PENDING),
            blocking: blocks(who, id),
            blocked_by: blocks(id, who),
            muting: mute.is_some(),
            muting_notifications: mute.is_some_and(|m| m.notifications != 0),
            muted_until: mute.map(|m| m.until).filter(|until| *until > 0),
            reblogs: own.is_some_and(|f| f.reblogs != 0),
            notifying: own.is_some_and(|f| f.notify != 0),
            languages: own.and_then(|f| serde_json::from_str(&f.languages).ok()).unwrap_or_default(),
            following_since: since,
            hides_server: known.get(&id).is_some_and(|row| hidden.contains(&row.domain)),
            endorsed: endorsed.contains(&id),
            note: notes.get(&id).cloned().unwrap_or_default(),
        }
    };
    Ok(ids.iter().copied().filter(|id| known.contains_key(id)).map(one).collect())
}

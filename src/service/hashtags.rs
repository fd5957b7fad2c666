//! Hashtags that somebody follows, or puts at the head of her profile.

use super::federation::featured;
use super::sessions::Viewer;
use super::timelines::{Ends, Part};
use super::{Refusal, limits};
use crate::activitypub::text::hashtag_key;
use crate::app::App;
use crate::clock::Millis;
use crate::entity::{account, tag, tag_follow};
use crate::store::feeds::{Entry, Tagged};
use crate::store::{Cursor, accounts, feeds, tag_follows, tag_usage, tags};
use sea_orm::ConnectionTrait;

/// Posts of a hashtag newly followed that go into a home.
const FILL: u64 = 40;

/// A hashtag as it is known; one that nobody used yet has no number.
pub async fn known(app: &App, name: &str) -> Result<tag::Model, Refusal> {
    let key = hashtag_key(name).ok_or(Refusal::Missing)?;
    let found = tags::by_key(&app.db.read, &key).await?;
    Ok(found.unwrap_or_else(|| tag::Model { id: 0, name: shown(name), name_key: key }))
}

/// As it was typed, without the sign.
fn shown(name: &str) -> String {
    name.trim().trim_start_matches(['#', '＃']).to_owned()
}

async fn ensured(app: &App, tx: &impl ConnectionTrait, name: &str) -> Result<tag::Model, Refusal> {
    let name_key = hashtag_key(name).ok_or_else(|| wrong(name))?;
    let row = tag::Model { id: app.id(), name: shown(name), name_key };
    tags::ensure(tx, row).await?.ok_or(Refusal::Missing)
}

fn wrong(name: &str) -> Refusal {
    Refusal::invalid("name", format!("\"{name}\" is no hashtag such as #fog."))
}

/// Follows a hashtag: what carries it, for everybody, comes home, and the newest of it does at once.
pub async fn follow(app: &App, viewer: &Viewer, name: &str) -> Result<tag::Model, Refusal> {
    hashtag_key(name).ok_or(Refusal::Missing)?;
    let (app2, owner, name) = (app.clone(), viewer.id(), name.to_owned());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let tag = ensured(&app2, tx, &name).await?;
                let row =
                    tag_follow::Model { id: app2.id(), account_id: owner, tag_id: tag.id, created_at: app2.now() };
                if !tag_follows::put(tx, row).await? {
                    return Ok(tag);
                }
                if tag_follows::count(tx, owner).await? > limits::TAGS_FOLLOWED {
                    let why = format!("You can follow {} hashtags at most.", limits::TAGS_FOLLOWED);
                    return Err(Refusal::Forbidden(why));
                }
                for post in feeds::tagged(tx, tag.id, &Tagged::default(), Cursor::first(FILL)).await? {
                    if super::surface::shown_in_homes(&post) {
                        feeds::put_home(tx, &[owner], Entry::of_post(post.id)).await?;
                    }
                }
                Ok(tag)
            })
        })
        .await
}

/// Follows it no longer; what was home for it alone goes.
pub async fn unfollow(app: &App, viewer: &Viewer, name: &str) -> Result<tag::Model, Refusal> {
    let (tag, owner) = (known(app, name).await?, viewer.id());
    let id = tag.id;
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if tag_follows::remove(tx, owner, id).await? {
                    tag_follows::drop_from_home(tx, owner, id).await?;
                }
                Ok::<_, Refusal>(())
            })
        })
        .await?;
    Ok(tag)
}

/// Those somebody follows, the last first.
pub async fn followed(app: &App, viewer: &Viewer, cursor: Cursor) -> Result<Part<tag::Model>, Refusal> {
    let rows = tag_follows::page(&app.db.read, viewer.id(), cursor).await?;
    let keys: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut found = tags::by_ids(&app.db.read, &rows.iter().map(|row| row.tag_id).collect::<Vec<_>>()).await?;
    let items = rows.iter().filter_map(|row| found.remove(&row.tag_id)).collect();
    Ok(Part { items, ends: Ends::of(&keys, cursor) })
}

/// A hashtag at the head of a profile.
#[derive(Debug, Clone)]
pub struct Featured {
    pub tag: tag::Model,
    /// Posts of hers that carry it, as far as everybody sees them.
    pub posts: i64,
    /// When the last was published.
    pub last_at: Option<Millis>,
}

/// Those at the head of a profile, in her order.
pub async fn featured(app: &App, person: &account::Model) -> Result<Vec<Featured>, Refusal> {
    let db = &app.db.read;
    let keys: Vec<String> = featured::tags_of(person).iter().filter_map(|name| hashtag_key(name)).collect();
    let rows = tags::by_keys(db, &keys).await?;
    let usage = tag_usage::of_person(db, person.id, &rows.iter().map(|tag| tag.id).collect::<Vec<_>>()).await?;
    let one = |key: &String| {
        let tag = rows.iter().find(|tag| tag.name_key == *key)?.clone();
        let (posts, last) = usage.get(&tag.id).copied().unwrap_or_default();
        Some(Featured { tag, posts, last_at: (last > 0).then_some(last) })
    };
    Ok(keys.iter().filter_map(one).collect())
}

/// Puts a hashtag at the head of her profile.
pub async fn feature(app: &App, viewer: &Viewer, name: &str) -> Result<tag::Model, Refusal> {
    hashtag_key(name).ok_or_else(|| wrong(name))?;
    let (app2, id, name) = (app.clone(), viewer.id(), name.to_owned());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let tag = ensured(&app2, tx, &name).await?;
                let row = accounts::by_id(tx, id).await?.ok_or(Refusal::Missing)?;
                let mut names = featured::tags_of(&row);
                if names.iter().any(|known| hashtag_key(known).as_deref() == Some(&tag.name_key)) {
                    return Ok(tag);
                }
                if names.len() >= limits::FEATURED_TAGS {
                    let why = format!("{} hashtags are possible.", limits::FEATURED_TAGS);
                    return Err(Refusal::invalid("name", why));
                }
                names.push(shown(&name));
                save(&app2, tx, &row, &names).await?;
                featured::say_tag(&app2, tx, &row, &shown(&name), true).await?;
                Ok(tag)
            })
        })
        .await
}

/// Takes one from there, by its number; one that does not stand there is [`Refusal::Missing`].
pub async fn unfeature(app: &App, viewer: &Viewer, tag_id: i64) -> Result<tag::Model, Refusal> {
    let (app2, id) = (app.clone(), viewer.id());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let tag = tags::by_ids(tx, &[tag_id]).await?.remove(&tag_id).ok_or(Refusal::Missing)?;
                let row = accounts::by_id(tx, id).await?.ok_or(Refusal::Missing)?;
                let is_it = |name: &String| hashtag_key(name).as_deref() == Some(&tag.name_key);
                let (gone, names): (Vec<String>, Vec<String>) =
                    featured::tags_of(&row).into_iter().partition(|name| is_it(name));
                let gone = gone.into_iter().next().ok_or(Refusal::Missing)?;
                save(&app2, tx, &row, &names).await?;
                featured::say_tag(&app2, tx, &row, &gone, false).await?;
                Ok(tag)
            })
        })
        .await
}

async fn save(app: &App, tx: &impl ConnectionTrait, row: &account::Model, names: &[String]) -> Result<(), Refusal> {
    let json = serde_json::to_string(names).map_err(Refusal::broken)?;
    accounts::set_featured_tags(tx, row.id, json).await?;
    Ok(super::surface::profile_changed(app, tx, row).await?)
}

/// Hashtags she uses most and does not show yet.
pub async fn offered(app: &App, viewer: &Viewer) -> Result<Vec<tag::Model>, Refusal> {
    let db = &app.db.read;
    let shown = featured::tags_of(&viewer.account);
    let shown: Vec<String> = shown.iter().filter_map(|name| hashtag_key(name)).collect();
    let most = limits::TAGS_OFFERED + u64::try_from(shown.len()).unwrap_or(0);
    let ids = tag_usage::most_used_by(db, viewer.id(), most).await?;
    let mut found = tags::by_ids(db, &ids).await?;
    let rows = ids.iter().filter_map(|id| found.remove(id)).filter(|tag| !shown.contains(&tag.name_key));
    Ok(rows.take(usize::try_from(limits::TAGS_OFFERED).unwrap_or(0)).collect())
}

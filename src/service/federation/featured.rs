//! Pinned posts: what is said when somebody pins by hand, and what other servers find in `featured`.
//! They read it whole when they first meet her, and read nothing else of the past: so her newest
//! albums follow her pins there.

use super::fetch::Budget;
use super::note;
use super::say::{Said, say as tell};
use super::urls::{self, Urls};
use crate::activitypub::render::activity as render;
use crate::activitypub::text;
use crate::activitypub::vocab::Activity;
use crate::app::App;
use crate::entity::{account, post, tag};
use crate::service::{Refusal, limits, visibility};
use crate::store::{Cursor, accounts, posts, relations, tags as tags_store};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use std::collections::BTreeSet;

/// She pinned a post, or took it down.
pub async fn say(
    app: &App,
    tx: &impl ConnectionTrait,
    author: &account::Model,
    post: &post::Model,
    on: bool,
) -> Result<(), Refusal> {
    let Some(urls) = Urls::of(app) else { return Ok(()) };
    let id = app.id();
    let form = if on { render::add } else { render::remove };
    let body = form(&urls.activity(id), &urls.actor(author.id), &urls.post(post.id), &urls.featured(author.id));
    let inboxes: BTreeSet<String> =
        relations::follower_inboxes(tx, author.id).await?.into_iter().map(|(_, inbox)| inbox).collect();
    tell(app, tx, Said { id, account_id: author.id, public: true, body }, inboxes).await
}

/// She put a hashtag at the head of her profile, or took it from there.
pub async fn say_tag(
    app: &App,
    tx: &impl ConnectionTrait,
    author: &account::Model,
    name: &str,
    on: bool,
) -> Result<(), Refusal> {
    let Some(urls) = Urls::of(app) else { return Ok(()) };
    let id = app.id();
    let form = if on { render::add_tag } else { render::remove_tag };
    let page = urls.at(&urls::tag_path(&text::hashtag_key(name).unwrap_or_default()));
    let body = form(&urls.activity(id), &urls.actor(author.id), name, &page, &urls.featured(author.id));
    let inboxes: BTreeSet<String> =
        relations::follower_inboxes(tx, author.id).await?.into_iter().map(|(_, inbox)| inbox).collect();
    tell(app, tx, Said { id, account_id: author.id, public: true, body }, inboxes).await
}

/// Hashtags at the head of a profile, here or elsewhere.
pub fn tags_of(row: &account::Model) -> Vec<String> {
    serde_json::from_str(&row.featured_tags).unwrap_or_default()
}

/// Somebody elsewhere pins a post of hers or a hashtag, or takes it down.
pub async fn hear(
    app: &App,
    signer: &account::Model,
    activity: &Activity,
    budget: &Budget,
    on: bool,
) -> Result<(), Refusal> {
    let own = activity.target.as_ref().is_some_and(|t| Some(t.as_str()) == signer.featured_url.as_deref());
    if !own {
        return Ok(());
    }
    if activity.object.kind() == Some("Hashtag") {
        return hear_tag(app, signer, activity, on).await;
    }
    let post = match note::known(app, &activity.object).await? {
        Some(post) => post,
        None if on && relations::followed_here(&app.db.read, signer.id).await? => {
            let id = activity.object.remote_id().filter(|id| id.same_origin(&activity.actor));
            note::fetch(app, &id.ok_or(Refusal::Missing)?, budget).await?
        }
        None => return Ok(()),
    };
    if post.account_id != signer.id || !visibility::of(&post).is_open() {
        return Ok(());
    }
    if on && posts::pinned(&app.db.read, signer.id).await?.len() >= limits::REMOTE_PINS {
        return Ok(());
    }
    let (id, at) = (post.id, on.then(|| app.now()));
    app.db.write_quietly(move |tx| Box::pin(async move { Ok(posts::set_pinned(tx, id, at).await?) })).await
}

async fn hear_tag(app: &App, signer: &account::Model, activity: &Activity, on: bool) -> Result<(), Refusal> {
    let name = activity.object.value().and_then(|tag| tag.get("name")).and_then(Value::as_str).unwrap_or_default();
    let Some(key) = text::hashtag_key(name) else { return Ok(()) };
    let shown = name.trim_start_matches('#').to_owned();
    let (id, new_id) = (signer.id, app.id());
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                let Some(row) = accounts::by_id(tx, id).await? else { return Ok(()) };
                let mut tags = tags_of(&row);
                tags.retain(|tag| text::hashtag_key(tag).as_deref() != Some(&key));
                if on {
                    tags_store::ensure(tx, tag::Model { id: new_id, name: shown.clone(), name_key: key }).await?;
                    tags.push(shown);
                }
                tags.truncate(limits::FEATURED_TAGS);
                let tags = serde_json::to_string(&tags).map_err(Refusal::broken)?;
                Ok::<_, Refusal>(accounts::set_featured_tags(tx, id, tags).await?)
            })
        })
        .await
}

/// Her pins, then her newest public albums, up to the number she chose in all.
pub async fn posts_of(app: &App, author: &account::Model) -> Result<Vec<post::Model>, Refusal> {
    let mut shown = posts::pinned(&app.db.read, author.id).await?;
    let wanted = usize::try_from(author.featured_albums).unwrap_or(0);
    if shown.len() < wanted {
        let newest = Cursor::first(u64::try_from(wanted + shown.len()).unwrap_or(20));
        for post in posts::of_account(&app.db.read, author.id, posts::Kind::Photos, &["public"], newest).await? {
            if shown.len() < wanted && post.pinned_at.is_none() {
                shown.push(post);
            }
        }
    }
    Ok(shown)
}

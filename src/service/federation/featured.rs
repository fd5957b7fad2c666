//! Pinned posts: what is said when somebody pins by hand, and what other servers find in `featured`.
//! They read it whole when they first meet her, and read nothing else of the past: so her newest
//! albums follow her pins there.

use super::say::{Said, say as tell};
use super::urls::Urls;
use super::{fetch::Budget, note};
use crate::activitypub::render::activity as render;
use crate::activitypub::vocab::Activity;
use crate::app::App;
use crate::entity::{account, post};
use crate::service::{Refusal, visibility};
use crate::store::{Cursor, posts, relations};
use sea_orm::ConnectionTrait;
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

/// Somebody elsewhere pins a post of hers, or takes it down: shown so here where the post is known, or
/// where anybody here follows her.
pub async fn hear(
    app: &App,
    signer: &account::Model,
    activity: &Activity,
    on: bool,
    budget: &Budget,
) -> Result<(), Refusal> {
    let to_pins = activity.target.as_ref().is_some_and(|t| signer.featured_url.as_deref() == Some(t.as_str()));
    if !to_pins {
        return Ok(());
    }
    let post = match note::known(app, &activity.object).await? {
        Some(post) => post,
        None if on && relations::followed_here(&app.db.read, signer.id).await? => {
            let id = activity.object.remote_id().ok_or(Refusal::Missing)?;
            note::fetch(app, &id, budget).await?
        }
        None => return Ok(()),
    };
    if post.account_id != signer.id || !visibility::of(&post).is_open() {
        return Ok(());
    }
    let at = on.then(|| app.now());
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(posts::set_pinned(tx, post.id, at).await?) }))
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

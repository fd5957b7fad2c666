//! Pinned posts: what is said when somebody pins by hand, and what other servers find in `featured`.
//! They read it whole when they first meet her, and read nothing else of the past: so her newest
//! albums follow her pins there.

use super::say::{Said, say as tell};
use super::urls::Urls;
use crate::activitypub::render::activity as render;
use crate::app::App;
use crate::entity::{account, post};
use crate::service::Refusal;
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

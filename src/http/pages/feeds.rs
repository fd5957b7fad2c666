//! Lists of posts: the front page, explore, hashtags, home; notifications, search, about.

use super::context::{About, Explore, Home, Notifications, Search, Tag};
use super::templates::Shown;
use super::{Answer, finish};
use crate::activitypub::text::hashtag_key;
use crate::entity::post;
use crate::http::Web;
use crate::http::viewer::{SignedIn, Visitor};
use crate::service::federation::urls;
use crate::service::filters::Context;
use crate::service::muting::unmuted;
use crate::service::visibility::{Reader, can_see};
use crate::service::{Refusal, limits, notifications as told, search as finding, usage, views};
use crate::store::{Cursor, accounts, feeds, tags};
use axum::extract::{Path, State};
use axum::response::Response;
use axum_extra::extract::Query;
use serde::Deserialize;
use std::collections::HashMap;

/// Where a page of a list begins.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    /// Only what is older than this id.
    pub before: Option<i64>,
}

/// A page of posts; the next one begins after the last row looked at, shown or not.
pub async fn page_of(
    web: &Web,
    reader: Reader,
    context: Context,
    rows: Vec<post::Model>,
    limit: u64,
    from: &From,
    path: &str,
) -> Result<views::Page<views::Post>, Refusal> {
    let full = u64::try_from(rows.len()).unwrap_or(0) >= limit;
    let last = rows.last().map(|r| r.id).filter(|_| full);
    let seen = can_see(&web.app.db.read, reader, rows).await?;
    let items = views::posts_in(&web.app, reader, context, seen).await?;
    Ok(linked(items, last, from, path))
}

/// The same of what everybody posts: without people the reader mutes.
async fn wall_of(
    web: &Web,
    reader: Reader,
    rows: Vec<post::Model>,
    limit: u64,
    from: &From,
    path: &str,
) -> Result<views::Page<views::Post>, Refusal> {
    let full = u64::try_from(rows.len()).unwrap_or(0) >= limit;
    let last = rows.last().map(|r| r.id).filter(|_| full);
    let kept = unmuted(&web.app, reader, rows).await?;
    let page = page_of(web, reader, Context::Public, kept, limit, from, path).await?;
    Ok(linked(page.items, last, from, path))
}

/// A page with its links to older and newest ones.
pub fn linked<T>(items: Vec<T>, last: Option<i64>, from: &From, path: &str) -> views::Page<T> {
    let joint = if path.contains('?') { '&' } else { '?' };
    views::Page {
        items,
        older: last.map(|id| format!("{path}{joint}before={id}")),
        newest: from.before.map(|_| path.to_owned()),
    }
}

pub async fn front(State(web): State<Web>, visitor: Visitor, Query(from): Query<From>) -> Response {
    let answer = match &visitor.viewer {
        Some(_) => home_page(&web, &visitor, &from).await,
        None => explore_page(&web, &visitor, &from, "/").await,
    };
    finish(&web, &visitor, answer).await
}

pub async fn explore(State(web): State<Web>, visitor: Visitor, Query(from): Query<From>) -> Response {
    let answer = explore_page(&web, &visitor, &from, "/explore").await;
    finish(&web, &visitor, answer).await
}

async fn explore_page(web: &Web, visitor: &Visitor, from: &From, path: &str) -> Answer {
    let rows = feeds::explore(&web.app.db.read, Cursor::before(from.before, limits::PAGE)).await?;
    let posts = wall_of(web, visitor.reader(), rows, limits::PAGE, from, path).await?;
    let shown = Shown::new(web, visitor, "explore").await;
    let intro = (path == "/" && from.before.is_none()).then(|| web.app.settings.server_description.clone());
    Ok(shown.render("explore.html", &Explore { frame: shown.frame.clone(), posts, intro }))
}

async fn home_page(web: &Web, visitor: &Visitor, from: &From) -> Answer {
    let viewer = visitor.signed_in()?;
    let app = &web.app;
    let pictures = viewer.login.home_pictures != 0;
    let cursor = Cursor::before(from.before, limits::HOME_PAGE);
    let entries = feeds::home(&app.db.read, viewer.id(), pictures, app.now(), cursor).await?;
    let full = entries.len() >= usize::try_from(limits::HOME_PAGE).unwrap_or(0);
    let last = entries.last().map(|(entry, _)| entry.entry_id).filter(|_| full);
    let (entries, ordered): (Vec<_>, Vec<_>) = entries.into_iter().unzip();
    let seen = can_see(&app.db.read, visitor.reader(), ordered).await?;
    let mut items = views::posts_in(app, visitor.reader(), Context::Home, seen).await?;
    let via: HashMap<String, i64> =
        entries.iter().filter(|e| e.via_id != 0).map(|e| (e.post_id.to_string(), e.via_id)).collect();
    let boosters = views::people(app, visitor.reader(), via.values().copied()).await?;
    for item in &mut items {
        item.boosted_by = via.get(&item.id).and_then(|id| boosters.get(id)).cloned();
    }
    let shown = Shown::new(web, visitor, "home").await;
    let posts = linked(items, last, from, "/");
    Ok(shown.render("home.html", &Home { frame: shown.frame.clone(), posts, pictures }))
}

pub async fn tag(
    State(web): State<Web>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(from): Query<From>,
) -> Response {
    let answer = tag_page(&web, &visitor, &name, &from).await;
    finish(&web, &visitor, answer).await
}

async fn tag_page(web: &Web, visitor: &Visitor, name: &str, from: &From) -> Answer {
    let key = hashtag_key(name).ok_or(Refusal::Missing)?;
    let (name, rows) = match tags::by_key(&web.app.db.read, &key).await? {
        Some(tag) => {
            let pictures = feeds::Tagged { pictures_only: true, ..feeds::Tagged::default() };
            let cursor = Cursor::before(from.before, limits::PAGE);
            (tag.name, feeds::tagged(&web.app.db.read, tag.id, &pictures, cursor).await?)
        }
        None => (name.to_owned(), Vec::new()),
    };
    let posts = wall_of(web, visitor.reader(), rows, limits::PAGE, from, &urls::tag_path(&key)).await?;
    let shown = Shown::new(web, visitor, "explore").await;
    Ok(shown.render("tag.html", &Tag { frame: shown.frame.clone(), name, posts }))
}

pub async fn notifications(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Query(from): Query<From>,
) -> Response {
    let answer = async {
        let app = &web.app;
        let cursor = Cursor::before(from.before, limits::PEOPLE_PAGE);
        let part = told::listed(app, viewer.id(), &told::shown_on_pages(), cursor).await?;
        let newest = part.ends.first;
        let last = part.ends.last.filter(|_| part.ends.full);
        let items = views::notifications(app, viewer.id(), viewer.login.notifications_seen, part.items).await?;
        let mut shown = Shown::new(&web, &visitor, "notifications").await;
        if let Some(newest) = newest.filter(|id| *id > viewer.login.notifications_seen) {
            let id = viewer.id();
            app.db
                .write(move |tx| {
                    Box::pin(async move { Ok::<_, Refusal>(accounts::set_notifications_seen(tx, id, newest).await?) })
                })
                .await?;
            shown.frame.unread = 0;
        }
        let items = linked(items, last, &from, "/notifications");
        Ok(shown.render("notifications.html", &Notifications { frame: shown.frame.clone(), items }))
    };
    finish(&web, &visitor, answer.await).await
}

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

pub async fn search(State(web): State<Web>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    let answer = async {
        let query: String = asked.q.trim().chars().take(500).collect();
        let found = finding::search(&web.app, visitor.reader(), visitor.viewer.is_some(), &query).await?;
        let mut people = Vec::new();
        for row in &found.people {
            people.push(views::profile(&web.app, row, visitor.reader()).await?);
        }
        let posts = views::posts(&web.app, visitor.reader(), found.posts).await?;
        let tags = found.tags.into_iter().map(|tag| tag.name).collect();
        let shown = Shown::new(&web, &visitor, "search").await;
        let page = Search { frame: shown.frame.clone(), query, people, posts, tags, error: found.why_nothing };
        Ok(shown.render("search.html", &page))
    };
    finish(&web, &visitor, answer.await).await
}

pub async fn about(State(web): State<Web>, visitor: Visitor) -> Response {
    let answer = async {
        let app = &web.app;
        let db = &app.db.read;
        let owner = match accounts::owner(db).await? {
            Some(login) => accounts::by_id(db, login.account_id).await?.map(|row| views::person(app, &row)),
            None => None,
        };
        let size = usage::size(app).await?;
        let shown = Shown::new(&web, &visitor, "about").await;
        let page = About {
            frame: shown.frame.clone(),
            description: app.settings.server_description.clone(),
            rules: app.settings.rules.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            people: size.people,
            posts: size.posts,
            owner,
        };
        Ok(shown.render("about.html", &page))
    };
    finish(&web, &visitor, answer.await).await
}

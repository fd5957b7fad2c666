//! Profiles, followers, following, requests to follow.

use super::context::{People, ProfilePage, Requests};
use super::feeds::{From, linked, page_of};
use super::templates::Shown;
use super::{Answer, finish, redirect, safe_path};
use crate::entity::account;
use crate::http::Web;
use crate::http::ap;
use crate::http::nul::Form;
use crate::http::viewer::{SignedIn, Visitor};
use crate::service::federation::back_fill::{self, Past};
use crate::service::federation::urls;
use crate::service::filters::Context;
use crate::service::visibility::{can_see, may_meet};
use crate::service::{Refusal, accounts, following as follows, limits, views};
use crate::store::{self, Cursor, posts, relations};
use axum::extract::{OriginalUri, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum_extra::extract::Query;
use serde::Deserialize;
use std::time::Duration;

#[derive(Debug, Default, Deserialize)]
pub struct Tab {
    tab: Option<String>,
    before: Option<i64>,
}

/// Every visibility: `can_see` decides.
const ANY: [&str; 4] = ["public", "quiet", "followers", "mentioned"];

pub async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Path(acct): Path<String>,
    Query(tab): Query<Tab>,
) -> Response {
    if ap::asks_for_activity(&headers) {
        return ap::actor_by_acct(&web, &headers, &uri, &acct).await;
    }
    let answer = profile_page(&web, &visitor, &acct, tab).await;
    finish(&web, &visitor, answer).await
}

async fn profile_page(web: &Web, visitor: &Visitor, acct: &str, asked: Tab) -> Answer {
    let app = &web.app;
    let mut row = accounts::by_acct(app, acct).await?;
    let reader = visitor.reader();
    may_meet(&web.app, visitor.reader(), &row).await?;
    let past = look(web, visitor, &mut row).await?;
    let profile = views::profile(app, &row, reader).await?;
    let (tab, kind) = match asked.tab.as_deref() {
        Some("albums") => ("albums", posts::Kind::Albums),
        Some("replies") => ("replies", posts::Kind::Replies),
        _ => ("photos", posts::Kind::Photos),
    };
    let base = if tab == "photos" { profile.person.path.clone() } else { format!("{}?tab={tab}", profile.person.path) };
    let from = From { before: asked.before };
    let rows = posts::of_account(&app.db.read, row.id, kind, &ANY, Cursor::before(from.before, limits::PAGE)).await?;
    let list = page_of(web, reader, Context::Account, rows, limits::PAGE, &from, &base).await?;
    let pinned = match tab == "photos" && from.before.is_none() {
        true => {
            let seen = can_see(&app.db.read, reader, posts::pinned(&app.db.read, row.id).await?).await?;
            views::posts_in(app, reader, Context::Account, seen).await?
        }
        false => Vec::new(),
    };
    let shown = Shown::new(web, visitor, if profile.relation.own { "you" } else { "explore" }).await;
    let activity_id = urls::known_actor(app, &row).unwrap_or_default();
    let page = ProfilePage {
        frame: shown.frame.clone(),
        profile,
        tab: tab.to_owned(),
        posts: list,
        pinned,
        activity_id: activity_id.clone(),
        under_way: past.under_way,
        more: past.more && reader.is_some(),
    };
    Ok(ap::with_alternate(shown.render("profile.html", &page), &activity_id))
}

/// A first look at somebody elsewhere waits so long for her posts.
const LOOK: Duration = Duration::from_millis(1_500);
/// Whoever asked for older ones waits a little longer.
const LOOK_BACK: Duration = Duration::from_secs(5);

/// What is new on the server of a remote person is fetched when somebody who is signed in looks.
async fn look(web: &Web, visitor: &Visitor, row: &mut account::Model) -> Result<Past, Refusal> {
    if row.domain.is_empty() {
        return Ok(Past::default());
    }
    if visitor.viewer.is_none() {
        return back_fill::known(&web.app, row.id).await;
    }
    let past = back_fill::looked_at(&web.app, row).await?;
    if !past.under_way {
        return Ok(past);
    }
    let past = back_fill::settled(&web.app, row.id, LOOK).await?;
    *row = store::accounts::by_id(&web.app.db.read, row.id).await?.ok_or(Refusal::Missing)?;
    Ok(past)
}

/// What was shown last, when older posts are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Seen {
    tab: String,
    before: String,
}

/// Older posts are fetched from a remote person's server.
pub async fn fetch_older(
    State(web): State<Web>,
    SignedIn(visitor, _): SignedIn,
    Path(acct): Path<String>,
    Form(seen): Form<Seen>,
) -> Response {
    let answer = async {
        let row = accounts::by_acct(&web.app, &acct).await?;
        may_meet(&web.app, visitor.reader(), &row).await?;
        back_fill::more(&web.app, &row).await?;
        back_fill::settled(&web.app, row.id, LOOK_BACK).await?;
        let mut query = Vec::new();
        if matches!(seen.tab.as_str(), "albums" | "replies") {
            query.push(format!("tab={}", seen.tab));
        }
        if let Ok(before) = seen.before.parse::<i64>() {
            query.push(format!("before={before}"));
        }
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        Ok(redirect(&format!("{}{query}", urls::person_path(&row))))
    };
    finish(&web, &visitor, answer.await).await
}

pub async fn followers(
    State(web): State<Web>,
    visitor: Visitor,
    Path(acct): Path<String>,
    Query(from): Query<From>,
) -> Response {
    let answer = people_page(&web, &visitor, &acct, "followers", from).await;
    finish(&web, &visitor, answer).await
}

pub async fn following(
    State(web): State<Web>,
    visitor: Visitor,
    Path(acct): Path<String>,
    Query(from): Query<From>,
) -> Response {
    let answer = people_page(&web, &visitor, &acct, "following", from).await;
    finish(&web, &visitor, answer).await
}

async fn people_page(web: &Web, visitor: &Visitor, acct: &str, which: &str, from: From) -> Answer {
    let app = &web.app;
    let row = accounts::by_acct(app, acct).await?;
    may_meet(&web.app, visitor.reader(), &row).await?;
    let cursor = Cursor::before(from.before, limits::PEOPLE_PAGE);
    let list = match which {
        _ if follows::hides_people(&row, visitor.reader()) => Vec::new(),
        "followers" => relations::followers(&app.db.read, row.id, cursor).await?,
        _ => relations::following(&app.db.read, row.id, cursor).await?,
    };
    let last = list.last().map(|f| f.id).filter(|_| list.len() >= usize::try_from(limits::PEOPLE_PAGE).unwrap_or(0));
    let ids: Vec<i64> = list.iter().map(|f| if which == "followers" { f.follower_id } else { f.target_id }).collect();
    let mut found = views::people(app, visitor.reader(), ids.iter().copied()).await?;
    let people = ids.iter().filter_map(|id| found.remove(id)).collect();
    let profile = views::profile(app, &row, visitor.reader()).await?;
    let base = format!("{}/{which}", profile.person.path);
    let shown = Shown::new(web, visitor, "").await;
    Ok(shown.render(
        "people.html",
        &People {
            frame: shown.frame.clone(),
            profile,
            which: which.to_owned(),
            people: linked(people, last, &from, &base),
        },
    ))
}

/// Where a form wants to return to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Back {
    pub back: String,
}

impl Back {
    /// There, or else here.
    pub fn or(&self, here: &str) -> String {
        safe_path(&self.back).unwrap_or(here).to_owned()
    }
}

pub async fn follow(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path(acct): Path<String>,
    Form(back): Form<Back>,
) -> Response {
    let answer = async {
        let row = accounts::by_acct(&web.app, &acct).await?;
        follows::follow(&web.app, &viewer.account, row.id).await?;
        Ok(redirect(&back.or(&format!("/@{acct}"))))
    };
    finish(&web, &visitor, answer.await).await
}

pub async fn unfollow(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path(acct): Path<String>,
    Form(back): Form<Back>,
) -> Response {
    let answer = async {
        let row = accounts::by_acct(&web.app, &acct).await?;
        follows::unfollow(&web.app, &viewer.account, row.id).await?;
        Ok(redirect(&back.or(&format!("/@{acct}"))))
    };
    finish(&web, &visitor, answer.await).await
}

pub async fn accept(
    State(web): State<Web>,
    signed_in: SignedIn,
    Path(acct): Path<String>,
    Form(back): Form<Back>,
) -> Response {
    answer_request(&web, signed_in, &acct, &back, true).await
}

pub async fn reject(
    State(web): State<Web>,
    signed_in: SignedIn,
    Path(acct): Path<String>,
    Form(back): Form<Back>,
) -> Response {
    answer_request(&web, signed_in, &acct, &back, false).await
}

async fn answer_request(
    web: &Web,
    SignedIn(visitor, viewer): SignedIn,
    acct: &str,
    back: &Back,
    yes: bool,
) -> Response {
    let answer = async {
        let row = accounts::by_acct(&web.app, acct).await?;
        follows::answer(&web.app, &viewer.account, row.id, yes).await?;
        Ok(redirect(&back.or("/notifications")))
    };
    finish(web, &visitor, answer.await).await
}

/// Everybody who asks to follow and waits.
pub async fn requests(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Query(from): Query<From>,
) -> Response {
    let answer = async {
        let app = &web.app;
        let cursor = Cursor::before(from.before, limits::PEOPLE_PAGE);
        let rows = relations::requests(&app.db.read, viewer.id(), cursor).await?;
        let full = rows.len() >= usize::try_from(limits::PEOPLE_PAGE).unwrap_or(0);
        let last = rows.last().map(|f| f.id).filter(|_| full);
        let mut people = views::people(app, Some(viewer.id()), rows.iter().map(|f| f.follower_id)).await?;
        let items = rows.iter().filter_map(|f| people.remove(&f.follower_id)).collect();
        let shown = Shown::new(&web, &visitor, "notifications").await;
        let page = Requests {
            frame: shown.frame.clone(),
            locked: viewer.account.locked != 0,
            people: linked(items, last, &from, "/follow-requests"),
        };
        Ok(shown.render("requests.html", &page))
    };
    finish(&web, &visitor, answer.await).await
}

/// Somebody is no longer to follow.
pub async fn remove_follower(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path(acct): Path<String>,
    Form(back): Form<Back>,
) -> Response {
    let answer = async {
        let row = accounts::by_acct(&web.app, &acct).await?;
        follows::remove_follower(&web.app, &viewer.account, row.id).await?;
        Ok(redirect(&back.or(&format!("/@{acct}"))))
    };
    finish(&web, &visitor, answer.await).await
}

//! Profiles, followers, following, blocking.

use super::context::{Confirm, People, ProfilePage};
use super::feeds::{From, linked, page_of};
use super::templates::Shown;
use super::{Answer, finish, redirect, safe_path};
use crate::entity::account;
use crate::http::Web;
use crate::http::ap;
use crate::http::viewer::{SignedIn, Visitor};
use crate::service::federation::urls;
use crate::service::visibility::can_see;
use crate::service::{Refusal, accounts, following as follows, limits, moderation, views};
use crate::store::{Cursor, policies, posts, relations};
use axum::extract::{OriginalUri, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum_extra::extract::{Form, Query};
use serde::Deserialize;

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
    let row = accounts::by_acct(app, acct).await?;
    let reader = visitor.reader();
    refuse_blocked(web, visitor, &row).await?;
    let profile = views::profile(app, &row, reader).await?;
    let (tab, kind) = match asked.tab.as_deref() {
        Some("albums") => ("albums", posts::Kind::Albums),
        Some("replies") => ("replies", posts::Kind::Replies),
        _ => ("photos", posts::Kind::Photos),
    };
    let base = if tab == "photos" { profile.person.path.clone() } else { format!("{}?tab={tab}", profile.person.path) };
    let from = From { before: asked.before };
    let rows = posts::of_account(&app.db.read, row.id, kind, &ANY, Cursor::before(from.before, limits::PAGE)).await?;
    let list = page_of(web, reader, rows, limits::PAGE, &from, &base).await?;
    let pinned = match tab == "photos" && from.before.is_none() {
        true => {
            views::posts(app, reader, can_see(&app.db.read, reader, posts::pinned(&app.db.read, row.id).await?).await?)
                .await?
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
    };
    Ok(ap::with_alternate(shown.render("profile.html", &page), &activity_id))
}

/// Whoever is blocked by somebody does not find her.
async fn refuse_blocked(web: &Web, visitor: &Visitor, row: &account::Model) -> Result<(), Refusal> {
    if policies::domain_blocked(&web.app.db.read, &row.domain).await? {
        return Err(Refusal::Missing);
    }
    let Some(reader) = visitor.reader() else { return Ok(()) };
    let blocks = policies::between(&web.app.db.read, reader, &[row.id]).await?;
    if blocks.iter().any(|b| b.account_id == row.id) { Err(Refusal::Missing) } else { Ok(()) }
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
    refuse_blocked(web, visitor, &row).await?;
    let cursor = Cursor::before(from.before, limits::PEOPLE_PAGE);
    let list = match which {
        "followers" => relations::followers(&app.db.read, row.id, cursor).await?,
        _ => relations::following(&app.db.read, row.id, cursor).await?,
    };
    let last = list.last().map(|f| f.id).filter(|_| list.len() >= usize::try_from(limits::PEOPLE_PAGE).unwrap_or(0));
    let ids: Vec<i64> = list.iter().map(|f| if which == "followers" { f.follower_id } else { f.target_id }).collect();
    let mut found = views::people(app, ids.iter().copied()).await?;
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

pub async fn accept(State(web): State<Web>, signed_in: SignedIn, Path(acct): Path<String>) -> Response {
    answer_request(&web, signed_in, &acct, true).await
}

pub async fn reject(State(web): State<Web>, signed_in: SignedIn, Path(acct): Path<String>) -> Response {
    answer_request(&web, signed_in, &acct, false).await
}

async fn answer_request(web: &Web, SignedIn(visitor, viewer): SignedIn, acct: &str, yes: bool) -> Response {
    let answer = async {
        let row = accounts::by_acct(&web.app, acct).await?;
        follows::answer(&web.app, &viewer.account, row.id, yes).await?;
        Ok(redirect("/notifications"))
    };
    finish(web, &visitor, answer.await).await
}

pub async fn ask_block(State(web): State<Web>, SignedIn(visitor, _): SignedIn, Path(acct): Path<String>) -> Response {
    let answer = async {
        let row = accounts::by_acct(&web.app, &acct).await?;
        let person = views::person(&web.app, &row);
        let shown = Shown::new(&web, &visitor, "").await;
        let page = Confirm {
            frame: shown.frame.clone(),
            title: format!("Block {}?", person.name),
            text: "You will not see each other here any more, and neither of you follows the other. They are not told."
                .to_owned(),
            action: format!("{}/block", person.path),
            button: "Block".to_owned(),
            back: person.path,
        };
        Ok(shown.render("confirm.html", &page))
    };
    finish(&web, &visitor, answer.await).await
}

pub async fn block(State(web): State<Web>, SignedIn(visitor, viewer): SignedIn, Path(acct): Path<String>) -> Response {
    let answer = async {
        let row = accounts::by_acct(&web.app, &acct).await?;
        moderation::block(&web.app, &viewer.account, row.id).await?;
        Ok(redirect(&format!("/@{acct}?said=blocked")))
    };
    finish(&web, &visitor, answer.await).await
}

pub async fn unblock(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path(acct): Path<String>,
    Form(back): Form<Back>,
) -> Response {
    let answer = async {
        let row = accounts::by_acct(&web.app, &acct).await?;
        moderation::unblock(&web.app, &viewer.account, row.id).await?;
        Ok(redirect(&back.or(&format!("/@{acct}"))))
    };
    finish(&web, &visitor, answer.await).await
}

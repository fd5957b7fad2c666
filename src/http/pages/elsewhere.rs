//! From here to other servers and back: the page other servers send their people to, and the way to their
//! own server for visitors.

use super::context::Elsewhere;
use super::templates::Shown;
use super::{Answer, finish, redirect};
use crate::http::Web;
use crate::http::error;
use crate::http::nul::Form;
use crate::http::viewer::{SignedIn, Visitor};
use crate::service::federation::elsewhere::{self, Way};
use crate::service::federation::fetch::Budget;
use crate::service::federation::find::{self, Thing};
use crate::service::federation::urls::{self, Urls};
use crate::service::{Refusal, accounts, search, views, visibility};
use crate::store;
use axum::extract::{Path, State};
use axum::response::Response;
use axum_extra::extract::Query;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    uri: String,
    acct: String,
}

/// Somebody comes from another server to follow, like or answer what is at `uri`.
pub async fn interact(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Query(asked): Query<Asked>,
) -> Response {
    let answer = async {
        let app = &web.app;
        let wanted = if asked.uri.is_empty() { &asked.acct } else { &asked.uri };
        let wanted: String = wanted.trim().chars().take(2_048).collect();
        let name = wanted.strip_prefix("acct:").unwrap_or(&wanted);
        let budget = Budget::person();
        let thing = match search::handle(name) {
            Some(mention) if !name.contains("://") => {
                find::person(app, &mention, Some(&budget)).await.map(|p| Thing::Person(Box::new(p)))
            }
            _ => find::by_address(app, Some(viewer.id()), &wanted, Some(&budget)).await,
        };
        match thing {
            Ok(Thing::Person(row)) => Ok(redirect(&urls::person_path(&row))),
            Ok(Thing::Post(row)) => {
                let author = store::accounts::by_id(&app.db.read, row.account_id).await?.ok_or(Refusal::Missing)?;
                Ok(redirect(&urls::post_path(&author, row.id)))
            }
            Err(Refusal::Missing | Refusal::Gone | Refusal::Broken(_)) => {
                // The search page says what was not found, and lets it be mended.
                Ok(redirect(&format!("/search?q={}", urls::segment(&wanted))))
            }
            Err(refusal) => Err(refusal),
        }
    };
    finish(&web, &visitor, answer.await).await
}

/// A visitor's handle.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Own {
    handle: String,
}

pub async fn ask_person(State(web): State<Web>, visitor: Visitor, Path(acct): Path<String>) -> Response {
    let answer = page(&web, &visitor, &acct, None, Own::default(), None, "").await;
    finish(&web, &visitor, answer).await
}

pub async fn ask_post(
    State(web): State<Web>,
    visitor: Visitor,
    Path((acct, post)): Path<(String, String)>,
) -> Response {
    let answer = page(&web, &visitor, &acct, Some(&post), Own::default(), None, "").await;
    finish(&web, &visitor, answer).await
}

pub async fn person(
    State(web): State<Web>,
    visitor: Visitor,
    Path(acct): Path<String>,
    Form(own): Form<Own>,
) -> Response {
    let answer = show_way(&web, &visitor, &acct, None, own).await;
    finish(&web, &visitor, answer).await
}

pub async fn post(
    State(web): State<Web>,
    visitor: Visitor,
    Path((acct, post)): Path<(String, String)>,
    Form(own): Form<Own>,
) -> Response {
    let answer = show_way(&web, &visitor, &acct, Some(&post), own).await;
    finish(&web, &visitor, answer).await
}

async fn show_way(web: &Web, visitor: &Visitor, acct: &str, post: Option<&str>, own: Own) -> Answer {
    let (_, address) = about(web, visitor, acct, post).await?;
    match elsewhere::way(&web.app, &own.handle, &address, &visitor.client.bucket()).await {
        Ok(way) => page(web, visitor, acct, post, own, Some(way), "").await,
        Err(refusal @ (Refusal::Invalid { .. } | Refusal::TooMany { .. })) => {
            let (status, why) = error::said(&refusal);
            let mut response = page(web, visitor, acct, post, own, None, &why).await?;
            *response.status_mut() = status;
            Ok(error::with_retry(&refusal, response))
        }
        Err(refusal) => Err(refusal),
    }
}

/// Whom it is about, and the address other servers know her or her post by.
async fn about(
    web: &Web,
    visitor: &Visitor,
    acct: &str,
    post: Option<&str>,
) -> Result<(crate::entity::account::Model, String), Refusal> {
    let app = &web.app;
    Urls::of(app).ok_or(Refusal::Missing)?;
    let row = accounts::by_acct(app, acct).await?;
    let address = match post {
        None => urls::known_actor(app, &row),
        Some(post) => {
            let post = visibility::visible(app, visitor.reader(), super::id(post)?).await?;
            if post.account_id != row.id || !visibility::of(&post).is_open() {
                return Err(Refusal::Missing);
            }
            urls::known_post(app, &row, &post)
        }
    };
    Ok((row, address.ok_or(Refusal::Missing)?))
}

async fn page(
    web: &Web,
    visitor: &Visitor,
    acct: &str,
    post: Option<&str>,
    own: Own,
    way: Option<Way>,
    error: &str,
) -> Answer {
    if web.app.public().is_none() {
        // Nobody elsewhere can do anything here yet.
        let here = post.map_or_else(|| format!("/@{acct}"), |post| format!("/@{acct}/{post}"));
        return Ok(redirect(&format!("/sign-in?next={}", urls::segment(&here))));
    }
    let (row, address) = about(web, visitor, acct, post).await?;
    let person = views::person(&web.app, &row);
    let here = post.map_or_else(|| person.path.clone(), |post| format!("{}/{post}", person.path));
    let shown = Shown::new(web, visitor, "").await;
    let page = Elsewhere {
        frame: shown.frame.clone(),
        person,
        is_post: post.is_some(),
        action: format!("{here}/elsewhere"),
        here,
        address,
        handle: own.handle,
        way: way.as_ref().map(|w| w.address.clone()),
        way_host: way.map(|w| w.host).unwrap_or_default(),
        error: error.to_owned(),
    };
    Ok(shown.render("elsewhere.html", &page))
}

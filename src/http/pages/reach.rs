//! What a person decides about other servers, and moving there.

use super::context::{Reach, Who};
use super::templates::Shown;
use super::{Answer, finish, redirect};
use crate::http::nul::Form;
use crate::http::viewer::{SignedIn, Visitor};
use crate::http::{Web, error};
use crate::service::federation::{featured, moving};
use crate::service::reach::{self, ReachChange};
use crate::service::sessions::{self, Viewer};
use crate::service::{Refusal, policy, views};
use crate::store::accounts;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

pub async fn show(State(web): State<Web>, SignedIn(visitor, viewer): SignedIn) -> Response {
    let answer = page(&web, &visitor, &viewer, None, String::new(), Vec::new()).await;
    finish(&web, &visitor, answer).await
}

/// The page; `typed` and `target` are what a refused form said.
async fn page(
    web: &Web,
    visitor: &Visitor,
    viewer: &Viewer,
    typed: Option<ReachForm>,
    target: String,
    errors: Vec<String>,
) -> Answer {
    let app = &web.app;
    let account = &viewer.account;
    let form = match typed {
        Some(form) => form,
        None => ReachForm {
            aliases: aliases(web, &account.aliases).await?.join("\n"),
            sites: list(&account.attribution_domains).join("\n"),
            tags: featured::tags_of(account).iter().map(|tag| format!("#{tag}")).collect::<Vec<_>>().join(" "),
            replies: account.replies_from.clone(),
            quotes: account.quotes_from.clone(),
            says_blocks: if account.says_blocks != 0 { "true".to_owned() } else { String::new() },
        },
    };
    let choices = |chosen: &str| {
        let choice = |(value, label): &(&str, &str)| Who {
            value: (*value).to_owned(),
            label: (*label).to_owned(),
            chosen: *value == chosen,
        };
        policy::CHOICES.iter().map(choice).collect()
    };
    let shown = Shown::new(web, visitor, "you").await;
    let page = Reach {
        frame: shown.frame.clone(),
        replies: choices(&form.replies),
        quotes: choices(&form.quotes),
        aliases: form.aliases,
        sites: form.sites,
        tags: form.tags,
        says_blocks: !form.says_blocks.is_empty(),
        moved_to: views::profile(app, account, Some(account.id)).await?.moved_to,
        target,
        errors,
    };
    Ok(shown.render("reach.html", &page))
}

fn list(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_default()
}

/// Other accounts, by handle where they are known here.
async fn aliases(web: &Web, json: &str) -> Result<Vec<String>, Refusal> {
    let mut shown = Vec::new();
    for id in list(json) {
        let known = accounts::by_uri(&web.app.db.read, &id).await?;
        shown.push(known.map_or(id, |row| views::person(&web.app, &row).handle));
    }
    Ok(shown)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReachForm {
    aliases: String,
    sites: String,
    tags: String,
    replies: String,
    quotes: String,
    says_blocks: String,
}

pub async fn save(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Form(form): Form<ReachForm>,
) -> Response {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let change = ReachChange {
        aliases: words(&form.aliases),
        sites: words(&form.sites),
        tags: words(&form.tags),
        replies_from: form.replies.clone(),
        quotes_from: form.quotes.clone(),
        says_blocks: !form.says_blocks.is_empty(),
    };
    let answer = match reach::change(&web.app, &viewer.account, change).await {
        Ok(()) => Ok(redirect("/settings/reach?said=saved")),
        Err(refusal) => refused(&web, &visitor, &viewer, Some(form), String::new(), refusal).await,
    };
    finish(&web, &visitor, answer).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MoveForm {
    target: String,
    password: String,
}

/// Moving away: the password is asked again, followers cannot be called back.
pub async fn leave(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Form(form): Form<MoveForm>,
) -> Response {
    let moved = async {
        sessions::check_password(&web.app, &viewer, &form.password).await?;
        moving::say(&web.app, &viewer.account, &form.target).await
    };
    let answer = match moved.await {
        Ok(_) => Ok(redirect("/settings/reach?said=saved")),
        Err(refusal) => refused(&web, &visitor, &viewer, None, form.target, refusal).await,
    };
    finish(&web, &visitor, answer).await
}

/// She stays after all.
pub async fn stay(State(web): State<Web>, SignedIn(visitor, viewer): SignedIn) -> Response {
    let answer = moving::unsay(&web.app, &viewer.account).await.map(|()| redirect("/settings/reach?said=saved"));
    finish(&web, &visitor, answer).await
}

async fn refused(
    web: &Web,
    visitor: &Visitor,
    viewer: &Viewer,
    typed: Option<ReachForm>,
    target: String,
    refusal: Refusal,
) -> Answer {
    let told = matches!(
        refusal,
        Refusal::Invalid { .. } | Refusal::TooMany { .. } | Refusal::Forbidden(_) | Refusal::Conflict(_)
    );
    if !told {
        return Err(refusal);
    }
    let (status, why) = error::said(&refusal);
    let mut response = page(web, visitor, viewer, typed, target, vec![why]).await?;
    *response.status_mut() = status;
    Ok(response)
}

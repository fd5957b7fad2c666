//! A post's page and what can be done on it.

use super::context::{Confirm, PostPage};
use super::people::Back;
use super::templates::Shown;
use super::{Answer, deliveries, finish, id, redirect};
use crate::entity::{account, post};
use crate::http::Web;
use crate::http::ap;
use crate::http::error;
use crate::http::nul::Form;
use crate::http::viewer::{SignedIn, Visitor};
use crate::service::federation::{quote as quotes, urls, walk};
use crate::service::{Refusal, accounts, conversation, limits, polls, posting, reacting, views, visibility};
use crate::store::posts;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::Query;
use serde::Deserialize;
use serde_json::json;

/// The post at `/@acct/id` with its author; another person's path does not lead to it.
async fn find(web: &Web, visitor: &Visitor, acct: &str, post: &str) -> Result<(account::Model, post::Model), Refusal> {
    let row = visibility::visible(&web.app, visitor.reader(), id(post)?).await?;
    let author = accounts::by_acct(&web.app, acct).await?;
    if author.id == row.account_id { Ok((author, row)) } else { Err(Refusal::Missing) }
}

pub async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    headers: HeaderMap,
    Path((acct, post)): Path<(String, String)>,
    Query(part): Query<Part>,
) -> Response {
    if ap::asks_for_activity(&headers) {
        return ap::post_at_page(&web, &headers, &acct, &post).await;
    }
    let answer = page(&web, &visitor, &acct, &post, part, Refused::default()).await;
    finish(&web, &visitor, answer).await
}

/// Which part of a conversation.
#[derive(Debug, Default, Deserialize)]
pub struct Part {
    /// Only what came after this id.
    after: Option<i64>,
}

/// A reply or a vote that was not taken, given back with the reason.
#[derive(Default)]
struct Refused {
    text: String,
    why: String,
    /// Why a vote was not taken.
    vote: String,
}

async fn page(web: &Web, visitor: &Visitor, acct: &str, post: &str, part: Part, refused: Refused) -> Answer {
    let app = &web.app;
    let reader = visitor.reader();
    let (author, row) = find(web, visitor, acct, post).await?;
    // What others answered elsewhere is looked for while somebody who is signed in looks.
    let looking = reader.is_some() && walk::looked_at(app, &row).await?;
    polls::looked_at(app, reader, &row).await?;
    let above = views::above(app, reader, &row).await?;
    let (replies, next) = views::conversation(app, reader, &row, part.after.unwrap_or(0)).await?;
    let quotes = views::quoted_by(app, reader, &row).await?;
    let path = urls::post_path(&author, row.id);
    let profile = views::profile(app, &author, reader).await?;
    let activity_id = urls::known_post(app, &author, &row).unwrap_or_default();
    let reach = match reader {
        Some(id) if id == author.id => deliveries::line(app, &path, row.id).await?,
        _ => None,
    };
    let Some(view) = views::posts(app, reader, vec![row]).await?.pop() else { return Err(Refusal::Missing) };
    let shown = Shown::new(web, visitor, "explore").await;
    let page = PostPage {
        reach,
        frame: shown.frame.clone(),
        post: view,
        above,
        shown: i64::try_from(replies.len()).unwrap_or(0),
        replies,
        looking,
        quotes,
        later: next.map(|id| format!("{path}?after={id}#conversation")),
        first: part.after.map(|_| format!("{path}#conversation")),
        profile,
        draft_reply: refused.text,
        error: refused.why,
        vote_error: refused.vote,
        activity_id: activity_id.clone(),
        number: posting::new_draft_id(app).to_string(),
        max_caption: i64::try_from(app.settings.max_caption).unwrap_or(5_000),
    };
    Ok(ap::with_alternate(shown.render("post.html", &page), &activity_id))
}

/// What a script is told after a like or boost.
async fn marks(web: &Web, visitor: &Visitor, row: &post::Model, back: &Back, path: &str) -> Answer {
    if !visitor.wants_json {
        return Ok(redirect(&back.or(path)));
    }
    let row = visibility::visible(&web.app, visitor.reader(), row.id).await?;
    let Some(view) = views::posts(&web.app, visitor.reader(), vec![row]).await?.pop() else {
        return Err(Refusal::Missing);
    };
    Ok(Json(json!({ "liked": view.liked, "likes": view.likes, "boosted": view.boosted, "boosts": view.boosts }))
        .into_response())
}

/// One of the small things done to a post with a press of a button.
#[derive(Clone, Copy)]
enum Deed {
    Like,
    Unlike,
    Boost,
    Unboost,
    Pin,
    Unpin,
}

async fn deed(
    web: Web,
    SignedIn(visitor, viewer): SignedIn,
    acct: String,
    post: String,
    back: Back,
    deed: Deed,
) -> Response {
    let app = &web.app;
    let answer = async {
        let (_, row) = find(&web, &visitor, &acct, &post).await?;
        match deed {
            Deed::Like => reacting::like(app, viewer.id(), row.id, None).await.map(drop)?,
            Deed::Unlike => reacting::unlike(app, viewer.id(), row.id).await.map(drop)?,
            Deed::Boost => reacting::boost(app, viewer.id(), row.id, None).await.map(drop)?,
            Deed::Unboost => reacting::unboost(app, viewer.id(), row.id).await.map(drop)?,
            Deed::Pin => posting::pin(app, &viewer.account, row.id, true).await?,
            Deed::Unpin => posting::pin(app, &viewer.account, row.id, false).await?,
        }
        marks(&web, &visitor, &row, &back, &format!("/@{acct}/{post}")).await
    };
    finish(&web, &visitor, answer.await).await
}

type Where = Path<(String, String)>;

pub async fn like(
    State(web): State<Web>,
    who: SignedIn,
    Path((acct, post)): Where,
    Form(back): Form<Back>,
) -> Response {
    deed(web, who, acct, post, back, Deed::Like).await
}

pub async fn unlike(
    State(web): State<Web>,
    who: SignedIn,
    Path((acct, post)): Where,
    Form(back): Form<Back>,
) -> Response {
    deed(web, who, acct, post, back, Deed::Unlike).await
}

pub async fn boost(
    State(web): State<Web>,
    who: SignedIn,
    Path((acct, post)): Where,
    Form(back): Form<Back>,
) -> Response {
    deed(web, who, acct, post, back, Deed::Boost).await
}

pub async fn unboost(
    State(web): State<Web>,
    who: SignedIn,
    Path((acct, post)): Where,
    Form(back): Form<Back>,
) -> Response {
    deed(web, who, acct, post, back, Deed::Unboost).await
}

pub async fn pin(State(web): State<Web>, who: SignedIn, Path((acct, post)): Where, Form(back): Form<Back>) -> Response {
    deed(web, who, acct, post, back, Deed::Pin).await
}

pub async fn unpin(
    State(web): State<Web>,
    who: SignedIn,
    Path((acct, post)): Where,
    Form(back): Form<Back>,
) -> Response {
    deed(web, who, acct, post, back, Deed::Unpin).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReplyForm {
    text: String,
    back: String,
    number: String,
}

pub async fn reply(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path((acct, post)): Where,
    Form(form): Form<ReplyForm>,
) -> Response {
    let answer = async {
        let (_, row) = find(&web, &visitor, &acct, &post).await?;
        match conversation::reply(&web.app, &viewer.account, row.id, &form.text, form.number.parse().ok()).await {
            Ok(made) => {
                let here = Back { back: form.back }.or(&format!("/@{acct}/{post}"));
                Ok(redirect(&with_reply(&web, &here, &made).await?))
            }
            // What was typed is given back with the sentence.
            Err(refusal @ Refusal::Invalid { .. }) => {
                let (status, why) = error::said(&refusal);
                let refused = Refused { text: form.text, why, ..Refused::default() };
                let mut response = page(&web, &visitor, &acct, &post, Part::default(), refused).await?;
                *response.status_mut() = status;
                Ok(response)
            }
            Err(refusal) => Err(refusal),
        }
    };
    finish(&web, &visitor, answer.await).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct VoteForm {
    choice: Vec<String>,
}

pub async fn vote(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path((acct, post)): Where,
    Form(form): Form<VoteForm>,
) -> Response {
    let answer = async {
        let (_, row) = find(&web, &visitor, &acct, &post).await?;
        let chosen: Vec<i64> = form.choice.iter().map(|text| text.parse().unwrap_or(-1)).collect();
        match polls::vote(&web.app, viewer.id(), row.id, &chosen).await {
            Ok(()) => Ok(redirect(&format!("/@{acct}/{post}#poll"))),
            Err(refusal @ (Refusal::Invalid { .. } | Refusal::Conflict(_))) => {
                let (status, vote) = error::said(&refusal);
                let refused = Refused { vote, ..Refused::default() };
                let mut response = page(&web, &visitor, &acct, &post, Part::default(), refused).await?;
                *response.status_mut() = status;
                Ok(response)
            }
            Err(refusal) => Err(refusal),
        }
    };
    finish(&web, &visitor, answer.await).await
}

/// The part of a page on which a new reply stands, whatever part it was written on.
async fn with_reply(web: &Web, here: &str, reply: &post::Model) -> Result<String, Refusal> {
    let page = here.split(['?', '#']).next().unwrap_or_default();
    let before = posts::said_before(&web.app.db.read, reply.root_id, reply.id).await?;
    let part = if before < limits::CONVERSATION { String::new() } else { format!("?after={}", reply.id - 1) };
    Ok(format!("{page}{part}#reply-{}", reply.id))
}

/// The author takes back that a post elsewhere may quote hers.
pub async fn revoke_quote(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path((acct, post, quote)): Path<(String, String, String)>,
) -> Response {
    let answer = async {
        find(&web, &visitor, &acct, &post).await?;
        quotes::revoke(&web.app, &viewer.account, id(&quote)?).await?;
        Ok(redirect(&format!("/@{acct}/{post}#quotes")))
    };
    finish(&web, &visitor, answer.await).await
}

pub async fn ask_delete(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path((acct, post)): Where,
) -> Response {
    let answer = async {
        let (author, row) = find(&web, &visitor, &acct, &post).await?;
        if author.id != viewer.id() {
            return Err(Refusal::Missing);
        }
        let path = urls::post_path(&author, row.id);
        let shown = Shown::new(&web, &visitor, "").await;
        let page = Confirm {
            frame: shown.frame.clone(),
            title: "Delete this post?".to_owned(),
            text: "Its photos, likes and replies go with it, for good. Other servers that have it are asked to delete it too.".to_owned(),
            action: format!("{path}/delete"),
            button: "Delete".to_owned(),
            back: path,
        };
        Ok(shown.render("confirm.html", &page))
    };
    finish(&web, &visitor, answer.await).await
}

pub async fn delete(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path((acct, post)): Where,
) -> Response {
    let answer = async {
        find(&web, &visitor, &acct, &post).await?;
        posting::delete(&web.app, &viewer.account, id(&post)?, false).await?;
        Ok(redirect(&format!("/@{acct}?said=deleted")))
    };
    finish(&web, &visitor, answer.await).await
}

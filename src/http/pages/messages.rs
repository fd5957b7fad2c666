//! Conversations among mentioned people.

use super::context::{ConversationLine, Conversations};
use super::feeds::{From, linked};
use super::templates::Shown;
use super::{Answer, finish, id, redirect};
use crate::entity::post;
use crate::http::Web;
use crate::http::error;
use crate::http::nul::Form;
use crate::http::viewer::{SignedIn, Visitor};
use crate::service::federation::urls;
use crate::service::visibility;
use crate::service::{Refusal, limits, messages, posting, views};
use crate::store::{Cursor, accounts, posts};
use axum::extract::{Path, State};
use axum::response::Response;
use axum_extra::extract::Query;
use serde::Deserialize;
use std::collections::HashMap;

/// What a message's form says.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Message {
    to: String,
    text: String,
    number: String,
}

/// Which page, and to whom a message is begun.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    before: Option<i64>,
    to: Option<String>,
}

pub async fn list(State(web): State<Web>, SignedIn(visitor, _): SignedIn, Query(asked): Query<Asked>) -> Response {
    let message = Message { to: asked.to.unwrap_or_default(), ..Message::default() };
    let answer = page(&web, &visitor, From { before: asked.before }, message, "").await;
    finish(&web, &visitor, answer).await
}

async fn page(web: &Web, visitor: &Visitor, from: From, message: Message, error: &str) -> Answer {
    let app = &web.app;
    let owner = visitor.signed_in()?.id();
    let part = messages::listed(app, owner, Cursor::before(from.before, limits::PEOPLE_PAGE)).await?;
    let oldest = part.ends.last.filter(|_| part.ends.full);
    let ids: Vec<i64> = part.items.iter().flat_map(|c| &c.people).map(|person| person.id).collect();
    let people = views::people(app, Some(owner), ids).await?;
    let last: Vec<post::Model> = part.items.iter().map(|c| c.last.clone()).collect();
    let last = views::posts(app, Some(owner), last).await?;
    let last: HashMap<String, views::Post> = last.into_iter().map(|post| (post.id.clone(), post)).collect();
    let line = |conversation: messages::Conversation| {
        Some(ConversationLine {
            id: conversation.row.id.to_string(),
            people: conversation.people.iter().filter_map(|p| people.get(&p.id).cloned()).collect(),
            last: last.get(&conversation.last.id.to_string())?.clone(),
            unread: conversation.row.unread != 0,
        })
    };
    let items = part.items.into_iter().filter_map(line).collect();
    let shown = Shown::new(web, visitor, "notifications").await;
    let number = Some(message.number.clone()).filter(|n| !n.is_empty());
    let page = Conversations {
        frame: shown.frame.clone(),
        items: linked(items, oldest, &from, "/messages"),
        to: message.to,
        text: message.text,
        number: number.unwrap_or_else(|| posting::new_draft_id(app).to_string()),
        max_caption: i64::try_from(app.settings.max_caption).unwrap_or(5_000),
        error: error.to_owned(),
    };
    Ok(shown.render("messages.html", &page))
}

pub async fn write(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Form(message): Form<Message>,
) -> Response {
    let answer = async {
        let number = message.number.parse().ok();
        match messages::write(&web.app, &viewer.account, &message.to, &message.text, number).await {
            Ok(post) => Ok(redirect(&urls::post_path(&viewer.account, post.id))),
            Err(refusal @ Refusal::Invalid { .. }) => {
                let (status, why) = error::said(&refusal);
                let mut response = page(&web, &visitor, From::default(), message.clone(), &why).await?;
                *response.status_mut() = status;
                Ok(response)
            }
            Err(refusal) => Err(refusal),
        }
    };
    finish(&web, &visitor, answer.await).await
}

/// Leads to the conversation, at its newest message.
pub async fn open(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path(conversation): Path<String>,
) -> Response {
    let answer = async {
        let app = &web.app;
        let last = messages::open(app, viewer.id(), id(&conversation)?).await?;
        // From the start, where one may see it.
        let first = visibility::visible(app, Some(viewer.id()), last.root_id).await.unwrap_or_else(|_| last.clone());
        let author = accounts::by_id(&app.db.read, first.account_id).await?.ok_or(Refusal::Missing)?;
        let before = posts::said_before(&app.db.read, last.root_id, last.id).await?;
        let part = if before < limits::CONVERSATION { String::new() } else { format!("?after={}", last.id - 1) };
        let place = if last.id == first.id { String::new() } else { format!("#reply-{}", last.id) };
        Ok(redirect(&format!("{}{part}{place}", urls::post_path(&author, first.id))))
    };
    finish(&web, &visitor, answer.await).await
}

pub async fn dismiss(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path(conversation): Path<String>,
) -> Response {
    let answer = async {
        messages::dismiss(&web.app, viewer.id(), id(&conversation)?).await?;
        Ok(redirect("/messages"))
    };
    finish(&web, &visitor, answer.await).await
}

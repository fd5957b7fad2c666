//! Conversations among mentioned people.

use super::call::{Answer, Call, done, json};
use super::json::{self as entities, Conversation, Empty};
use super::{Access, ApiError, Route};
use crate::service::{limits, messages};

const WRITE: Access = Access::Person(&["write:conversations"]);

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/conversations", Access::Person(&["read:statuses"]), list).pages().lists::<Conversation>(),
        Route::delete("/api/v1/conversations/{id}", WRITE, dismiss).gives::<Empty>(),
        Route::post("/api/v1/conversations/{id}/read", WRITE, read).gives::<Conversation>(),
        Route::post("/api/v1/conversations/{id}/unread", WRITE, unread).gives::<Conversation>(),
    ]
}

async fn list(call: Call) -> Answer {
    let page = call.page(limits::POSTS_LISTED)?;
    let me = call.me()?.id();
    let part = messages::listed(&call.app, me, page.cursor).await?;
    let found = entities::conversations(&call.app, &call.urls, me, part.items).await?;
    call.listed(&found, &page, part.ends)
}

async fn dismiss(call: Call) -> Answer {
    messages::dismiss(&call.app, call.me()?.id(), call.id()?).await?;
    done()
}

async fn read(call: Call) -> Answer {
    mark(call, false).await
}

async fn unread(call: Call) -> Answer {
    mark(call, true).await
}

async fn mark(call: Call, unread: bool) -> Answer {
    let me = call.me()?.id();
    let conversation = messages::set_unread(&call.app, me, call.id()?, unread).await?;
    let found = entities::conversations(&call.app, &call.urls, me, vec![conversation]).await?;
    json(found.first().ok_or_else(ApiError::missing)?)
}

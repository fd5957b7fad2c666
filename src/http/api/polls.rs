//! Polls of posts from other servers. A poll has the id of its post.

use super::call::{Answer, Call, json};
use super::json::{self as entities, Poll};
use super::{Access, ApiError, Route};
use crate::service::polls;
use crate::service::views::Shown;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/polls/{id}", Access::Open("read:statuses"), show).gives::<Poll>(),
        Route::post("/api/v1/polls/{id}/votes", Access::Person(&["write:statuses"]), vote)
            .takes(&["choices[]:number"])
            .gives::<Poll>(),
    ]
}

/// How it stands, for whoever calls.
async fn show(call: Call) -> Answer {
    let post = polls::asking(&call.app, call.reader(), call.id()?).await?;
    polls::looked_at(&call.app, call.reader(), &post).await?;
    let status = entities::status(&call, Shown::from(post)).await?;
    json(&status.poll.ok_or_else(ApiError::missing)?)
}

async fn vote(call: Call) -> Answer {
    // What is no number is no option.
    let chosen: Vec<i64> = call.params.list("choices").iter().map(|text| text.trim().parse().unwrap_or(-1)).collect();
    polls::vote(&call.app, call.me()?.id(), call.id()?, &chosen).await?;
    show(call).await
}

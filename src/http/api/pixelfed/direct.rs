//! Messages between two people, as Pixelfed's app reads and writes them: posts among mentioned people.

use crate::http::api::call::{Answer, Call, done, json};
use crate::http::api::json::pixelfed::{DirectMessage, DirectThread, People};
use crate::http::api::json::{self as entities, Empty};
use crate::http::api::{Access, ApiError, Route};
use crate::service::federation::urls::acct;
use crate::service::views::Shown;
use crate::service::{accounts, following, limits, messages, posting, views};

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1.1/direct/thread", Access::Person(&["read:statuses"]), thread)
            .takes(&["pid:id"])
            .pages()
            .gives::<DirectThread>(),
        Route::post("/api/v1.1/direct/thread/send", Access::Person(&["write:statuses"]), send)
            .takes(&["to_id:id", "message", "type"])
            .names(&[("text", "message"), ("to", "to_id")])
            .gives::<DirectMessage>(),
        Route::delete("/api/v1.1/direct/thread/message", Access::Person(&["write:statuses"]), delete)
            .takes(&["id:id"])
            .gives::<Empty>(),
        Route::get("/api/v1.1/direct/compose/mutuals", Access::Person(&["read:follows"]), mutuals).gives::<People>(),
    ]
}

fn needed(call: &Call, name: &'static str) -> Result<i64, ApiError> {
    call.params.id(name)?.ok_or_else(|| ApiError::invalid(name, format!("{name} is missing.")))
}

async fn said(call: &Call, shown: Vec<Shown>) -> Result<Vec<DirectMessage>, ApiError> {
    let me = call.me()?.id().to_string();
    let found = entities::statuses(call, shown.clone()).await?;
    Ok(shown.iter().zip(&found).map(|(shown, status)| DirectMessage::of(&call.app, &me, shown, status)).collect())
}

async fn thread(call: Call) -> Answer {
    let me = call.me()?.id();
    let other = accounts::met(&call.app, call.reader(), needed(&call, "pid")?).await?;
    let page = call.page(limits::POSTS_LISTED)?;
    let rows = messages::between(&call.app, me, other.id, page.cursor).await?;
    let messages = said(&call, rows.into_iter().map(Shown::from).collect()).await?;
    let muted = views::standings(&call.app, me, &[other.id]).await?.iter().any(|standing| standing.muting);
    json(&DirectThread::of(&entities::account(&call, other).await?, muted, messages))
}

async fn send(call: Call) -> Answer {
    let me = call.me()?;
    let other = accounts::met(&call.app, call.reader(), needed(&call, "to_id")?).await?;
    let post = messages::write(&call.app, &me.account, &acct(&other), call.params.need("message")?, None).await?;
    json(&said(&call, vec![post.into()]).await?.pop().ok_or_else(ApiError::missing)?)
}

async fn delete(call: Call) -> Answer {
    posting::delete(&call.app, &call.me()?.account, needed(&call, "id")?, false).await?;
    done()
}

async fn mutuals(call: Call) -> Answer {
    let rows = following::mutuals(&call.app, call.me()?, limits::PEOPLE_LISTED.0).await?;
    json(&People { data: entities::accounts(&call, rows).await? })
}

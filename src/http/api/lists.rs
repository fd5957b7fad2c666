//! Lists of people, and what stands in them.

use super::call::{Answer, Call, done, json};
use super::json::{self as entities, Account, Empty, List, Status};
use super::{Access, Route};
use crate::service::lists::{self, Change};
use crate::service::{limits, timelines};
use crate::store::Cursor;

const READ: Access = Access::Person(&["read:lists"]);
const WRITE: Access = Access::Person(&["write:lists"]);
const TAKES: &[&str] = &["title", "replies_policy", "exclusive:flag"];

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/lists", READ, all).lists::<List>(),
        Route::post("/api/v1/lists", WRITE, create).takes(TAKES).gives::<List>(),
        Route::get("/api/v1/lists/{id}", READ, show).gives::<List>(),
        Route::put("/api/v1/lists/{id}", WRITE, change).takes(TAKES).gives::<List>(),
        Route::delete("/api/v1/lists/{id}", WRITE, remove).gives::<Empty>(),
        Route::get("/api/v1/lists/{id}/accounts", READ, people).pages().lists::<Account>(),
        Route::post("/api/v1/lists/{id}/accounts", WRITE, add).takes(&["account_ids[]:id"]).gives::<Empty>(),
        Route::delete("/api/v1/lists/{id}/accounts", WRITE, take_out).takes(&["account_ids[]:id"]).gives::<Empty>(),
        Route::get("/api/v1/accounts/{id}/lists", READ, with).lists::<List>(),
        Route::get("/api/v1/timelines/list/{id}", READ, timeline).pages().remembered().lists::<Status>(),
    ]
}

fn asked(call: &Call) -> Change {
    Change {
        // Sent and empty is wrong; not sent is as it was.
        title: call.params.sent("title").then(|| call.params.text("title").unwrap_or_default().to_owned()),
        replies_policy: call.params.text("replies_policy").map(str::to_owned),
        exclusive: call.params.flag("exclusive"),
    }
}

async fn all(call: Call) -> Answer {
    let rows = lists::all(&call.app, call.me()?, None).await?;
    json(&rows.iter().map(List::of).collect::<Vec<_>>())
}

async fn with(call: Call) -> Answer {
    let rows = lists::all(&call.app, call.me()?, Some(call.id()?)).await?;
    json(&rows.iter().map(List::of).collect::<Vec<_>>())
}

async fn create(call: Call) -> Answer {
    json(&List::of(&lists::create(&call.app, call.me()?, asked(&call)).await?))
}

async fn show(call: Call) -> Answer {
    json(&List::of(&lists::own(&call.app, call.me()?, call.id()?).await?))
}

async fn change(call: Call) -> Answer {
    json(&List::of(&lists::change(&call.app, call.me()?, call.id()?, asked(&call)).await?))
}

async fn remove(call: Call) -> Answer {
    lists::remove(&call.app, call.me()?, call.id()?).await?;
    done()
}

async fn people(call: Call) -> Answer {
    let mut page = call.page(limits::PEOPLE_LISTED)?;
    // The one list of people that is given whole when 0 are asked for.
    if call.params.text("limit") == Some("0") {
        page.cursor = Cursor::first(limits::LISTED);
    }
    let part = lists::members(&call.app, call.me()?, call.id()?, page.cursor).await?;
    let found = entities::accounts(&call, part.items).await?;
    call.listed(&found, &page, part.ends)
}

async fn add(call: Call) -> Answer {
    lists::add(&call.app, call.me()?, call.id()?, call.params.ids("account_ids")).await?;
    done()
}

async fn take_out(call: Call) -> Answer {
    lists::take_out(&call.app, call.me()?, call.id()?, call.params.ids("account_ids")).await?;
    done()
}

async fn timeline(call: Call) -> Answer {
    let page = call.page(limits::POSTS_LISTED)?.going_on();
    let list = lists::own(&call.app, call.me()?, call.id()?).await?;
    let part = timelines::list(&call.app, call.me()?, &list, page.cursor).await?;
    call.posts(part, &page).await
}

//! Lists of posts by many people.

use super::call::{Answer, Call};
use super::json::Status;
use super::{Access, Route};
use crate::service::{limits, timelines};

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/timelines/home", Access::Person(&["read:statuses"]), home).pages().lists::<Status>(),
        Route::get("/api/v1/timelines/public", Access::Open("read:statuses"), public)
            .takes(&["local:flag", "remote:flag", "only_media:flag"])
            .pages()
            .lists::<Status>(),
        Route::get("/api/v1/timelines/tag/{name}", Access::Open("read:statuses"), tagged).pages().lists::<Status>(),
    ]
}

async fn home(call: Call) -> Answer {
    let page = call.page(limits::POSTS_LISTED)?.going_on();
    let part = timelines::home(&call.app, call.me()?, page.cursor).await?;
    call.posts(part, &page).await
}

async fn public(call: Call) -> Answer {
    let page = call.page(limits::POSTS_LISTED)?;
    let asked = |name: &str| call.params.flag(name) == Some(true);
    let here = match (asked("local"), asked("remote")) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    };
    let part = timelines::public(&call.app, call.reader(), here, asked("only_media"), page.cursor).await?;
    call.posts(part, &page).await
}

async fn tagged(call: Call) -> Answer {
    let page = call.page(limits::POSTS_LISTED)?;
    let part = timelines::tagged(&call.app, call.reader(), call.path("name"), page.cursor).await?;
    call.posts(part, &page).await
}

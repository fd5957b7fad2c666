//! Lists of posts by many people.

use super::call::{Answer, Call};
use super::json::Status;
use super::{Access, Route};
use crate::service::limits;
use crate::service::timelines::{self, Hashtags};

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/timelines/home", Access::Person(&["read:statuses"]), home)
            .takes(&["local:flag"])
            .pages()
            .remembered()
            .lists::<Status>(),
        Route::get("/api/v1/timelines/public", Access::Open("read:statuses"), public)
            .takes(&["local:flag", "remote:flag", "only_media:flag"])
            .pages()
            .remembered()
            .lists::<Status>(),
        Route::get("/api/v1/timelines/tag/{name}", Access::Open("read:statuses"), tagged)
            .takes(&["any[]", "all[]", "none[]", "local:flag", "remote:flag", "only_media:flag"])
            .pages()
            .remembered()
            .lists::<Status>(),
    ]
}

async fn home(call: Call) -> Answer {
    let page = call.page(limits::POSTS_LISTED)?.going_on();
    let here = call.params.flag("local") == Some(true);
    let part = timelines::home(&call.app, call.me()?, here, page.cursor).await?;
    call.posts(part, &page).await
}

/// Of this server, of others, or of all.
fn origin(call: &Call) -> Option<bool> {
    let asked = |name: &str| call.params.flag(name) == Some(true);
    match (asked("local"), asked("remote")) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

async fn public(call: Call) -> Answer {
    let page = call.page(limits::POSTS_LISTED)?;
    let pictures = call.params.flag("only_media") == Some(true);
    let part = timelines::public(&call.app, call.reader(), origin(&call), pictures, page.cursor).await?;
    call.posts(part, &page).await
}

async fn tagged(call: Call) -> Answer {
    let page = call.page(limits::POSTS_LISTED)?;
    let asked = Hashtags {
        name: call.path("name"),
        any: call.params.list("any"),
        all: call.params.list("all"),
        none: call.params.list("none"),
        here: origin(&call),
        pictures: call.params.flag("only_media") == Some(true),
    };
    let part = timelines::tagged(&call.app, call.reader(), asked, page.cursor).await?;
    call.posts(part, &page).await
}

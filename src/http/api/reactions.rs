//! What somebody does with a post, who did, and what she likes and keeps.

use super::call::{Answer, Call, json};
use super::json::{self as entities, Account, Status};
use super::{Access, ApiError, Route};
use crate::entity::post;
use crate::service::views::Shown;
use crate::service::{Refusal, bookmarks, limits, posting, reacting, timelines};

const LIKE: Access = Access::Person(&["write:favourites"]);
const WRITE: Access = Access::Person(&["write:statuses"]);
const KEEP: Access = Access::Person(&["write:bookmarks"]);
const PIN: Access = Access::Person(&["write:accounts"]);
const MUTE: Access = Access::Person(&["write:mutes"]);
const PEOPLE: Access = Access::Open("read:accounts");

pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/v1/statuses/{id}/favourite", LIKE, favourite).gives::<Status>(),
        Route::post("/api/v1/statuses/{id}/unfavourite", LIKE, unfavourite).gives::<Status>(),
        Route::post("/api/v1/statuses/{id}/reblog", WRITE, reblog).takes(&["visibility"]).gives::<Status>(),
        Route::post("/api/v1/statuses/{id}/unreblog", WRITE, unreblog).gives::<Status>(),
        Route::post("/api/v1/statuses/{id}/bookmark", KEEP, bookmark).gives::<Status>(),
        Route::post("/api/v1/statuses/{id}/unbookmark", KEEP, unbookmark).gives::<Status>(),
        Route::post("/api/v1/statuses/{id}/pin", PIN, pin).gives::<Status>(),
        Route::post("/api/v1/statuses/{id}/unpin", PIN, unpin).gives::<Status>(),
        Route::post("/api/v1/statuses/{id}/mute", MUTE, mute).gives::<Status>(),
        Route::post("/api/v1/statuses/{id}/unmute", MUTE, unmute).gives::<Status>(),
        Route::get("/api/v1/statuses/{id}/favourited_by", PEOPLE, favourited_by).pages().lists::<Account>(),
        Route::get("/api/v1/statuses/{id}/reblogged_by", PEOPLE, reblogged_by).pages().lists::<Account>(),
        Route::get("/api/v1/bookmarks", Access::Person(&["read:bookmarks"]), kept).pages().lists::<Status>(),
        Route::get("/api/v1/favourites", Access::Person(&["read:favourites"]), liked).pages().lists::<Status>(),
    ]
}

/// The post in the path, also where a boost of it is named.
async fn target(call: &Call) -> Result<post::Model, Refusal> {
    let id = call.id().map_err(|_| Refusal::Missing)?;
    Ok(timelines::one(&call.app, call.reader(), id).await?.post)
}

/// The same, where it is for its author alone.
async fn own(call: &Call) -> Result<post::Model, ApiError> {
    let post = target(call).await?;
    if post.account_id != call.me()?.id() {
        return Err(Refusal::Forbidden("Only what you posted yourself can be pinned.".to_owned()).into());
    }
    Ok(post)
}

/// The post as it is now, with the marks of whoever calls.
async fn again(call: &Call, post: &post::Model) -> Answer {
    let shown = timelines::one(&call.app, call.reader(), post.id).await?;
    json(&entities::status(call, shown).await?)
}

async fn favourite(call: Call) -> Answer {
    let post = target(&call).await?;
    reacting::like(&call.app, call.me()?.id(), post.id, None).await?;
    again(&call, &post).await
}

async fn unfavourite(call: Call) -> Answer {
    let post = target(&call).await?;
    reacting::unlike(&call.app, call.me()?.id(), post.id).await?;
    again(&call, &post).await
}

/// Answers the boost, which wraps the post. It is for everybody, as what is boosted is.
async fn reblog(call: Call) -> Answer {
    let post = target(&call).await?;
    if call.params.text("visibility").is_some_and(|wanted| !["public", "unlisted"].contains(&wanted)) {
        return Err(ApiError::invalid("visibility", "What is boosted here is boosted for everybody."));
    }
    let me = call.me()?.id();
    reacting::boost(&call.app, me, post.id, None).await?;
    let post = timelines::one(&call.app, call.reader(), post.id).await?.post;
    let shown: Shown = reacting::boosted(&call.app, me, post).await?;
    json(&entities::status(&call, shown).await?)
}

async fn unreblog(call: Call) -> Answer {
    let post = target(&call).await?;
    reacting::unboost(&call.app, call.me()?.id(), post.id).await?;
    again(&call, &post).await
}

async fn bookmark(call: Call) -> Answer {
    let post = target(&call).await?;
    bookmarks::keep(&call.app, call.me()?.id(), &post).await?;
    again(&call, &post).await
}

async fn unbookmark(call: Call) -> Answer {
    let post = target(&call).await?;
    bookmarks::let_go(&call.app, call.me()?.id(), &post).await?;
    again(&call, &post).await
}

async fn pin(call: Call) -> Answer {
    let post = own(&call).await?;
    posting::pin(&call.app, &call.me()?.account, post.id, true).await?;
    again(&call, &post).await
}

async fn unpin(call: Call) -> Answer {
    let post = own(&call).await?;
    posting::pin(&call.app, &call.me()?.account, post.id, false).await?;
    again(&call, &post).await
}

async fn mute(call: Call) -> Answer {
    let post = target(&call).await?;
    bookmarks::silence(&call.app, call.me()?.id(), &post).await?;
    again(&call, &post).await
}

async fn unmute(call: Call) -> Answer {
    let post = target(&call).await?;
    bookmarks::unsilence(&call.app, call.me()?.id(), &post).await?;
    again(&call, &post).await
}

async fn favourited_by(call: Call) -> Answer {
    people(call, false).await
}

async fn reblogged_by(call: Call) -> Answer {
    people(call, true).await
}

async fn people(call: Call, boosts: bool) -> Answer {
    let post = target(&call).await?;
    let page = call.page(limits::PEOPLE_LISTED)?;
    let part = reacting::people(&call.app, call.reader(), &post, boosts, page.cursor).await?;
    let found = entities::accounts(&call, part.items).await?;
    call.listed(&found, &page, part.ends)
}

async fn kept(call: Call) -> Answer {
    let page = call.page(limits::POSTS_LISTED)?;
    let part = bookmarks::listed(&call.app, call.me()?.id(), page.cursor).await?;
    call.posts(part, &page).await
}

async fn liked(call: Call) -> Answer {
    let page = call.page(limits::POSTS_LISTED)?;
    let part = bookmarks::liked(&call.app, call.me()?.id(), page.cursor).await?;
    call.posts(part, &page).await
}

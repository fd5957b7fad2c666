//! Looking for people, posts and hashtags.

use super::call::{Answer, Call, json};
use super::json::{self as entities, Search, Tag};
use super::{Access, ApiError, Route};
use crate::service::search::{self, Asked};
use crate::service::{limits, views};

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v2/search", Access::Open("read:search"), look)
            .takes(&[
                "q",
                "type",
                "resolve:flag",
                "following:flag",
                "account_id:id",
                "max_id:id",
                "min_id:id",
                "limit:number",
                "offset:number",
            ])
            .gives::<Search>(),
    ]
}

async fn look(call: Call) -> Answer {
    let flag = |name: &str| call.params.flag(name) == Some(true);
    let slice = call.slice(limits::FOUND);
    if call.reader().is_none() && (flag("resolve") || slice.offset > 0) {
        return Err(ApiError::token("Only somebody who is signed in makes this server look further."));
    }
    let kind = call.params.text("type");
    let of = |word: &str| kind.is_none_or(|kind| kind == word || !["accounts", "statuses", "hashtags"].contains(&kind));
    let query: String = call.params.text("q").unwrap_or_default().trim().chars().take(limits::QUERY).collect();
    // 0 and what is no number are absent, as in lists.
    let bound = |name: &str| call.params.number(name).filter(|id| *id > 0);
    let asked = Asked {
        query: &query,
        may_ask: flag("resolve"),
        people: of("accounts"),
        posts: of("statuses"),
        tags: of("hashtags"),
        followed: flag("following"),
        by: call.params.id("account_id")?,
        before: bound("max_id"),
        after: bound("min_id"),
        limit: slice.limit,
        offset: slice.offset,
    };
    let found = search::for_app(&call.app, call.reader(), asked).await?;
    let tags = views::hashtags(&call.app, call.reader(), found.tags).await?;
    json(&Search {
        accounts: entities::accounts(&call, found.people).await?,
        statuses: entities::statuses(&call, found.posts.into_iter().map(views::Shown::from).collect()).await?,
        hashtags: tags.iter().map(|view| Tag::of(&call.urls, view)).collect(),
    })
}

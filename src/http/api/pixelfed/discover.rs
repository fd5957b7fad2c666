//! What Pixelfed's app shows of what many like.

use crate::clock::DAY;
use crate::http::api::call::{Answer, Call, json};
use crate::http::api::json::pixelfed::{PixelfedTag, RelatedTag};
use crate::http::api::json::{self as entities, Account, Status};
use crate::http::api::{Access, Route};
use crate::service::federation::urls::tag_path;
use crate::service::limits;
use crate::service::trends::{self, Slice};

const POSTS: Access = Access::Open("read:statuses");

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1.1/discover/posts/trending", POSTS, of_range).takes(&["range"]).lists::<Status>(),
        Route::get("/api/v1.1/discover/posts/network/trending", POSTS, of_network).lists::<Status>(),
        Route::get("/api/v1.1/discover/accounts/popular", Access::Open("read:accounts"), popular).lists::<Account>(),
        Route::get("/api/v1.1/discover/posts/hashtags", POSTS, hashtags).lists::<PixelfedTag>(),
        Route::get("/api/v1/tags/{name}/related", POSTS, related).lists::<RelatedTag>(),
    ]
}

/// As many as one screen takes.
const FIRST: Slice = Slice { offset: 0, limit: limits::POSTS_LISTED.1 };

async fn posts(call: &Call, days: i64, here: bool) -> Answer {
    let found = trends::most_liked(&call.app, call.reader(), days * DAY, Some(here), FIRST).await?;
    json(&entities::statuses(call, found.items).await?)
}

async fn of_range(call: Call) -> Answer {
    let days = match call.params.text("range") {
        Some("monthly") => 31,
        Some("yearly") => 365,
        _ => 1,
    };
    posts(&call, days, true).await
}

async fn of_network(call: Call) -> Answer {
    posts(&call, 7, false).await
}

async fn popular(call: Call) -> Answer {
    let found = trends::popular(&call.app, call.reader(), limits::FOUND.0).await?;
    json(&entities::accounts(&call, found).await?)
}

async fn hashtags(call: Call) -> Answer {
    let found = trends::tags(&call.app, Slice { offset: 0, limit: limits::TAGS_RANKED.1 }).await?;
    let tags = found.items.into_iter().map(|used| PixelfedTag {
        id: used.tag.id.to_string(),
        name: format!("#{}", used.tag.name),
        hashtag: used.tag.name_key.clone(),
        url: call.urls.at(&tag_path(&used.tag.name_key)),
        count: used.posts,
    });
    json(&tags.collect::<Vec<_>>())
}

async fn related(call: Call) -> Answer {
    let found = trends::related(&call.app, call.path("name"), limits::TAGS_RANKED.0).await?;
    let tags = found.into_iter().map(|used| RelatedTag { name: used.tag.name, related_count: used.posts });
    json(&tags.collect::<Vec<_>>())
}

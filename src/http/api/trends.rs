//! What many like and use, and whom one could follow.

use super::call::{Answer, Call, done, json};
use super::json::{self as entities, Account, Empty, Status, Suggestion, Tag, TrendsLink};
use super::{Access, Route};
use crate::service::trends::{self, Order};
use crate::service::{limits, views};

const PLACES: &[&str] = &["limit:number", "offset:number"];
const PEOPLE: Access = Access::Person(&["read:accounts"]);
/// Mastodon asks for no more than for reading them.
const DISMISS: Access = Access::Person(&["read:accounts", "write:accounts"]);

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/trends", Access::Open("read:statuses"), tags).takes(PLACES).ranked().lists::<Tag>(),
        Route::get("/api/v1/trends/tags", Access::Open("read:statuses"), tags).takes(PLACES).ranked().lists::<Tag>(),
        Route::get("/api/v1/trends/statuses", Access::Open("read:statuses"), posts)
            .takes(PLACES)
            .ranked()
            .lists::<Status>(),
        Route::get("/api/v1/trends/links", Access::Open("read:statuses"), links).takes(PLACES).lists::<TrendsLink>(),
        Route::get("/api/v2/suggestions", PEOPLE, suggestions).takes(&["limit:number"]).lists::<Suggestion>(),
        Route::get("/api/v1/suggestions", PEOPLE, people).takes(&["limit:number"]).lists::<Account>(),
        Route::delete("/api/v1/suggestions/{id}", DISMISS, dismiss).gives::<Empty>(),
        Route::get("/api/v1/directory", Access::Open("read:accounts"), directory)
            .takes(&["limit:number", "offset:number", "order", "local:flag"])
            .ranked()
            .lists::<Account>(),
    ]
}

async fn tags(call: Call) -> Answer {
    let slice = call.slice(limits::TAGS_RANKED);
    let found = trends::tags(&call.app, slice).await?;
    let rows = found.items.into_iter().map(|used| used.tag).collect();
    let views = views::hashtags(&call.app, call.reader(), rows).await?;
    let tags: Vec<Tag> = views.iter().map(|view| Tag::of(&call.urls, view)).collect();
    call.ranked(&tags, slice, found.more)
}

async fn posts(call: Call) -> Answer {
    let slice = call.slice(limits::POSTS_LISTED);
    let found = trends::posts(&call.app, call.reader(), slice).await?;
    call.ranked(&entities::statuses(&call, found.items).await?, slice, found.more)
}

/// Links are shown here as they stand in posts; none is counted, so none of them trends.
async fn links(_: Call) -> Answer {
    json(&Vec::<TrendsLink>::new())
}

async fn suggestions(call: Call) -> Answer {
    let slice = call.slice(limits::PEOPLE_LISTED);
    let found = trends::suggestions(&call.app, call.me()?, slice.limit).await?;
    let (why, rows): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let accounts = entities::accounts(&call, rows).await?;
    json(&why.into_iter().zip(accounts).map(|(why, account)| Suggestion::of(why, account)).collect::<Vec<_>>())
}

/// The same as older apps ask.
async fn people(call: Call) -> Answer {
    let slice = call.slice(limits::PEOPLE_LISTED);
    let found = trends::suggestions(&call.app, call.me()?, slice.limit).await?;
    json(&entities::accounts(&call, found.into_iter().map(|(_, row)| row).collect()).await?)
}

async fn dismiss(call: Call) -> Answer {
    trends::dismiss(&call.app, call.me()?, call.id()?).await?;
    done()
}

async fn directory(call: Call) -> Answer {
    let slice = call.slice(limits::PEOPLE_LISTED);
    let order = if call.params.text("order") == Some("new") { Order::New } else { Order::Active };
    let here = call.params.flag("local") == Some(true);
    let found = trends::directory(&call.app, call.reader(), order, here, slice).await?;
    call.ranked(&entities::accounts(&call, found.items).await?, slice, found.more)
}

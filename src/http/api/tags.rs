//! Hashtags: what is known of them, who follows them, and those at the heads of profiles.

use super::call::{Answer, Call, done, json};
use super::json::{Empty, FeaturedTag, Tag};
use super::{Access, ApiError, Route};
use crate::entity::tag;
use crate::service::{Refusal, accounts, hashtags, limits, views};

const FOLLOW: Access = Access::Person(&["write:follows"]);
const OWN: Access = Access::Person(&["write:accounts"]);

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/tags/{name}", Access::Open("read"), show).gives::<Tag>(),
        Route::post("/api/v1/tags/{name}/follow", FOLLOW, follow).gives::<Tag>(),
        Route::post("/api/v1/tags/{name}/unfollow", FOLLOW, unfollow).gives::<Tag>(),
        Route::post("/api/v1/tags/{name}/feature", OWN, feature).gives::<Tag>(),
        Route::post("/api/v1/tags/{name}/unfeature", OWN, unfeature).gives::<Tag>(),
        Route::get("/api/v1/followed_tags", Access::Person(&["read:follows"]), followed).pages().lists::<Tag>(),
        Route::get("/api/v1/featured_tags", Access::Person(&["read:accounts"]), own_featured).lists::<FeaturedTag>(),
        Route::post("/api/v1/featured_tags", OWN, put).takes(&["name"]).gives::<FeaturedTag>(),
        Route::delete("/api/v1/featured_tags/{id}", OWN, take).gives::<Empty>(),
        Route::get("/api/v1/featured_tags/suggestions", Access::Person(&["read:accounts"]), offered).lists::<Tag>(),
        Route::get("/api/v1/accounts/{id}/featured_tags", Access::Open("read:accounts"), featured)
            .lists::<FeaturedTag>(),
    ]
}

/// Hashtags for whoever calls, in this order.
async fn shown(call: &Call, rows: Vec<tag::Model>) -> Result<Vec<Tag>, ApiError> {
    let found = views::hashtags(&call.app, call.reader(), rows).await?;
    Ok(found.iter().map(|view| Tag::of(&call.urls, view)).collect())
}

async fn one(call: &Call, row: tag::Model) -> Answer {
    json(&shown(call, vec![row]).await?.pop().ok_or(Refusal::Missing)?)
}

async fn show(call: Call) -> Answer {
    let row = hashtags::known(&call.app, call.path("name")).await?;
    one(&call, row).await
}

async fn follow(call: Call) -> Answer {
    let row = hashtags::follow(&call.app, call.me()?, call.path("name")).await?;
    one(&call, row).await
}

async fn unfollow(call: Call) -> Answer {
    let row = hashtags::unfollow(&call.app, call.me()?, call.path("name")).await?;
    one(&call, row).await
}

async fn feature(call: Call) -> Answer {
    let row = hashtags::feature(&call.app, call.me()?, call.path("name")).await?;
    one(&call, row).await
}

async fn unfeature(call: Call) -> Answer {
    let row = hashtags::known(&call.app, call.path("name")).await?;
    match hashtags::unfeature(&call.app, call.me()?, row.id).await {
        Ok(_) | Err(Refusal::Missing) => one(&call, row).await,
        Err(refusal) => Err(refusal.into()),
    }
}

async fn followed(call: Call) -> Answer {
    let page = call.page(limits::NAMES_LISTED)?;
    let part = hashtags::followed(&call.app, call.me()?, page.cursor).await?;
    let found = shown(&call, part.items).await?;
    call.listed(&found, &page, part.ends)
}

async fn own_featured(call: Call) -> Answer {
    let me = call.me()?.account.clone();
    heads(&call, &me).await
}

async fn featured(call: Call) -> Answer {
    let row = accounts::met(&call.app, call.reader(), call.id()?).await?;
    heads(&call, &row).await
}

async fn heads(call: &Call, person: &accounts::Row) -> Answer {
    let found = hashtags::featured(&call.app, person).await?;
    json(&found.iter().map(|view| FeaturedTag::of(&call.urls, view)).collect::<Vec<_>>())
}

async fn put(call: Call) -> Answer {
    let row = hashtags::feature(&call.app, call.me()?, call.params.need("name")?).await?;
    let me = accounts::there(&call.app, call.me()?.id()).await?;
    let found = hashtags::featured(&call.app, &me).await?;
    let view = found.iter().find(|view| view.tag.id == row.id).ok_or(Refusal::Missing)?;
    json(&FeaturedTag::of(&call.urls, view))
}

async fn take(call: Call) -> Answer {
    hashtags::unfeature(&call.app, call.me()?, call.id()?).await?;
    done()
}

async fn offered(call: Call) -> Answer {
    let rows = hashtags::offered(&call.app, call.me()?).await?;
    json(&shown(&call, rows).await?)
}

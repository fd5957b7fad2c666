//! The server, in parts: its rules, whom it knows, what it says of itself, and what a link to a post shows.
//! What is not here is not there: no statistics of sign-ins by week (nobody's visits are kept so long), no
//! list of the servers that are kept out, no legal texts.

use super::call::{Answer, Call, json};
use super::json::{ExtendedDescription, OEmbed, Rule};
use super::{Access, ApiError, Route};
use crate::activitypub::text;
use crate::service::description as said;
use crate::service::federation::find::{self, Thing};
use crate::service::federation::urls::LocalLinks;
use crate::service::{peers, views};

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/instance/rules", Access::Free, rules).lists::<Rule>(),
        Route::get("/api/v1/instance/peers", Access::Free, known).lists::<String>(),
        Route::get("/api/v1/instance/extended_description", Access::Free, description).gives::<ExtendedDescription>(),
        Route::get("/api/oembed", Access::Free, embed)
            .takes(&["url", "maxwidth:number", "maxheight:number", "format"])
            .gives::<OEmbed>(),
    ]
}

async fn rules(call: Call) -> Answer {
    json(&Rule::all(&call.app))
}

async fn known(call: Call) -> Answer {
    json(&peers::known(&call.app).await?)
}

async fn description(call: Call) -> Answer {
    let html = text::to_html(&call.app.settings.server_description, &LocalLinks::default());
    json(&ExtendedDescription::of(&html, said::since(&call.app).await?))
}

/// What other sites show of a link to a post that everybody may see (oEmbed 1.0).
async fn embed(call: Call) -> Answer {
    if call.params.text("format").is_some_and(|format| format != "json") {
        return Err(ApiError::new(axum::http::StatusCode::NOT_IMPLEMENTED, "It is said in JSON only."));
    }
    let address = call.params.need("url")?.to_owned();
    if !call.urls.is_ours(&address) {
        return Err(ApiError::missing());
    }
    let Thing::Post(post) = find::by_address(&call.app, None, &address, None).await? else {
        return Err(ApiError::missing());
    };
    let status = super::json::status(&call, views::Shown::from(*post)).await?;
    if !status.local {
        return Err(ApiError::missing());
    }
    let most = |name: &str| call.params.number(name).filter(|n| *n > 0).unwrap_or(i64::MAX);
    json(&OEmbed::of(&call.app, &call.urls, &status, (most("maxwidth"), most("maxheight"))))
}

//! What whoever calls has chosen, and how far she has read.

use super::call::{Answer, Call, json};
use super::json::{self as entities, Markers, Preferences};
use super::{Access, ApiError, Route, params};
use crate::service::reading;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/preferences", Access::Person(&["read:accounts"]), preferences).gives::<Preferences>(),
        Route::get("/api/v1/markers", Access::Person(&["read:statuses"]), markers)
            .takes(&["timeline[]"])
            .gives::<Markers>(),
        Route::post("/api/v1/markers", Access::Person(&["write:statuses"]), mark)
            .takes(&["home[last_read_id]:id", "notifications[last_read_id]:id"])
            .gives::<Markers>(),
    ]
}

async fn preferences(call: Call) -> Answer {
    let viewer = call.me()?;
    json(&Preferences {
        visibility: entities::privacy(&viewer.login).to_owned(),
        sensitive: viewer.login.posts_sensitive != 0,
        language: Some(viewer.login.language.clone()).filter(|l| !l.is_empty()),
        quote_policy: entities::quote_policy(&viewer.account).to_owned(),
        expand_media: "default".to_owned(),
        expand_spoilers: false,
        autoplay_gifs: false,
    })
}

async fn markers(call: Call) -> Answer {
    let rows = reading::markers(&call.app, call.me()?, &call.params.list("timeline")).await?;
    json(&Markers::of(rows))
}

async fn mark(call: Call) -> Answer {
    let mut read = Vec::new();
    for timeline in reading::TIMELINES {
        if let Some(text) = call.params.text(&format!("{timeline}[last_read_id]")) {
            read.push((timeline, params::id(text).map_err(|_| ApiError::invalid("last_read_id", "That is no id."))?));
        }
    }
    let rows = reading::mark(&call.app, call.me()?, read).await?;
    json(&Markers::of(rows))
}

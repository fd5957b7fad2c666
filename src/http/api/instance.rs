//! The server itself.

use super::call::{Answer, Call, json};
use super::json::{self as entities, CustomEmoji, InstanceV1, InstanceV2, Known};
use super::{Access, ApiError, Route};
use crate::service::push::Vapid;
use crate::service::{usage, views};
use crate::store::{accounts, emoji};

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/instance", Access::Free, v1).gives::<InstanceV1>(),
        Route::get("/api/v2/instance", Access::Free, v2).gives::<InstanceV2>(),
        Route::get("/api/v1/custom_emojis", Access::Free, emojis).lists::<CustomEmoji>(),
    ]
}

async fn known(call: &Call) -> Result<Known, ApiError> {
    let (app, db) = (&call.app, &call.app.db.read);
    let owner = match accounts::owner(db).await? {
        Some(login) => accounts::by_id(db, login.account_id).await?,
        None => None,
    };
    let size = usage::size(app).await?;
    Ok(Known {
        people: size.people,
        posts: size.posts + size.answers,
        servers: size.servers,
        active_month: size.active_month,
        owner: match owner {
            Some(row) => Some(entities::account(call, row).await?),
            None => None,
        },
        vapid_key: Vapid::of(app).await?.public(),
    })
}

async fn v1(call: Call) -> Answer {
    let known = known(&call).await?;
    json(&InstanceV1::of(&call.app, &call.urls, known))
}

async fn v2(call: Call) -> Answer {
    let known = known(&call).await?;
    json(&InstanceV2::of(&call.app, &call.urls, known))
}

/// Those of this server.
async fn emojis(call: Call) -> Answer {
    let rows = emoji::ours(&call.app.db.read).await?;
    let found = rows.into_iter().filter_map(|row| views::Emoji::of(&call.app, row));
    json(&found.map(|view| CustomEmoji::of(&call.urls, &view)).collect::<Vec<_>>())
}

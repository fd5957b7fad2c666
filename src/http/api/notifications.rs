//! What people are told, one by one.

use super::call::{Answer, Call, done, json};
use super::json::{self as entities, Counted, Empty, Kinds, Notification};
use super::{Access, ApiError, Route};
use crate::service::{limits, notifications};
use crate::store::notifications::Wanted;

pub(super) const READ: Access = Access::Person(&["read:notifications"]);
pub(super) const WRITE: Access = Access::Person(&["write:notifications"]);

pub fn routes() -> Vec<Route> {
    let kinds =
        &["types[]", "exclude_types[]", "supported_types[]", "account_id:id", "include_filtered:flag"] as &[_];
    vec![
        Route::get("/api/v1/notifications", READ, list).takes(kinds).pages().lists::<Notification>(),
        Route::get("/api/v1/notifications/unread_count", READ, unread)
            .takes(&["types[]", "exclude_types[]", "account_id:id", "limit:number"])
            .gives::<Counted>(),
        Route::get("/api/v1/notifications/{id}", READ, show).gives::<Notification>(),
        Route::post("/api/v1/notifications/{id}/dismiss", WRITE, dismiss).gives::<Empty>(),
        Route::post("/api/v1/notifications/clear", WRITE, clear).gives::<Empty>(),
    ]
}

/// Which notifications are asked for.
pub(super) fn wanted(call: &Call) -> Result<Wanted, ApiError> {
    Ok(Wanted {
        kinds: Kinds::asked(&call.params),
        actor: call.params.id("account_id")?,
        filtered: call.params.flag("include_filtered") == Some(true),
    })
}

/// Up to how many unread ones are counted.
pub(super) fn counted(call: &Call) -> u64 {
    let (usual, most) = limits::UNREAD_COUNTED;
    let asked = call.params.number("limit").and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
    asked.unwrap_or(usual).min(most)
}

async fn list(call: Call) -> Answer {
    let page = call.page(limits::PEOPLE_LISTED)?.going_on();
    let me = call.me()?.id();
    let part = notifications::listed(&call.app, me, &wanted(&call)?, page.cursor).await?;
    let found = entities::notifications(&call.app, &call.urls, me, part.items).await?;
    call.listed(&found, &page, part.ends)
}

async fn show(call: Call) -> Answer {
    let me = call.me()?.id();
    let told = notifications::one(&call.app, me, call.id()?).await?;
    json(&entities::told(&call.app, &call.urls, me, told).await?.ok_or_else(ApiError::missing)?)
}

async fn unread(call: Call) -> Answer {
    let count = notifications::unread(&call.app, call.me()?, &wanted(&call)?, counted(&call)).await?;
    json(&Counted { count })
}

async fn dismiss(call: Call) -> Answer {
    notifications::dismiss(&call.app, call.me()?.id(), call.id()?).await?;
    done()
}

async fn clear(call: Call) -> Answer {
    notifications::clear(&call.app, call.me()?.id()).await?;
    done()
}

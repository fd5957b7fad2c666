//! What people are told, like with like.

use super::call::{Answer, Call, done, json};
use super::json::{self as entities, Account, Counted, Empty, GroupedNotifications, Kinds};
use super::notifications::{READ, WRITE, counted, wanted};
use super::{ApiError, Route};
use crate::service::limits;
use crate::service::notifications::groups::{self, Key};

pub fn routes() -> Vec<Route> {
    let takes = &[
        "types[]",
        "exclude_types[]",
        "grouped_types[]",
        "supported_types[]",
        "account_id:id",
        "include_filtered:flag",
        "expand_accounts",
    ] as &[_];
    vec![
        Route::get("/api/v2/notifications", READ, list).takes(takes).pages().gives::<GroupedNotifications>(),
        Route::get("/api/v2/notifications/unread_count", READ, unread)
            .takes(&["types[]", "exclude_types[]", "grouped_types[]", "account_id:id", "limit:number"])
            .gives::<Counted>(),
        Route::get("/api/v2/notifications/{name}", READ, show)
            .takes(&["expand_accounts"])
            .gives::<GroupedNotifications>(),
        Route::get("/api/v2/notifications/{name}/accounts", READ, people).pages().lists::<Account>(),
        Route::post("/api/v2/notifications/{name}/dismiss", WRITE, dismiss).gives::<Empty>(),
    ]
}

fn key(call: &Call) -> Result<Key, ApiError> {
    Key::parse(call.path("name")).ok_or_else(ApiError::missing)
}

/// Whether only one person of each group is to be told whole.
fn partial(call: &Call) -> bool {
    call.params.text("expand_accounts") == Some("partial_avatars")
}

async fn list(call: Call) -> Answer {
    let page = call.page(limits::PEOPLE_LISTED)?.going_on();
    let (me, together) = (call.me()?.id(), Kinds::together(&call.params));
    let part = groups::listed(&call.app, me, &wanted(&call)?, &together, page.cursor).await?;
    let found = entities::grouped(&call.app, &call.urls, me, part.items, partial(&call)).await?;
    call.listed(&found, &page, part.ends)
}

async fn show(call: Call) -> Answer {
    let me = call.me()?.id();
    let group = groups::one(&call.app, me, key(&call)?).await?;
    json(&entities::grouped(&call.app, &call.urls, me, vec![group], partial(&call)).await?)
}

async fn people(call: Call) -> Answer {
    let page = call.page((limits::PEOPLE_LISTED.1, limits::PEOPLE_LISTED.1))?;
    let part = groups::people(&call.app, call.me()?.id(), key(&call)?, page.cursor).await?;
    if part.ends.first.is_none() {
        return Err(ApiError::missing());
    }
    let found = entities::accounts(&call, part.items.into_iter().map(|told| told.actor).collect()).await?;
    call.listed(&found, &page, part.ends)
}

async fn unread(call: Call) -> Answer {
    let together = Kinds::together(&call.params);
    let count = groups::unread(&call.app, call.me()?, &wanted(&call)?, &together, counted(&call)).await?;
    json(&Counted { count })
}

async fn dismiss(call: Call) -> Answer {
    groups::dismiss(&call.app, call.me()?.id(), key(&call)?).await?;
    done()
}

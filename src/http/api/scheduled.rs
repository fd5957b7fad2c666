//! Posts that wait for their hour.

use super::call::{Answer, Call, done, json};
use super::json::{Empty, ScheduledStatus};
use super::{Access, ApiError, Route};
use crate::activitypub::stamp;
use crate::service::{limits, scheduling};

const READ: Access = Access::Person(&["read:statuses"]);
const WRITE: Access = Access::Person(&["write:statuses"]);

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/scheduled_statuses", READ, list).pages().lists::<ScheduledStatus>(),
        Route::get("/api/v1/scheduled_statuses/{id}", READ, show).gives::<ScheduledStatus>(),
        Route::put("/api/v1/scheduled_statuses/{id}", WRITE, change)
            .takes(&["scheduled_at:time"])
            .gives::<ScheduledStatus>(),
        Route::delete("/api/v1/scheduled_statuses/{id}", WRITE, cancel).gives::<Empty>(),
    ]
}

async fn list(call: Call) -> Answer {
    let page = call.page(limits::POSTS_LISTED)?;
    let part = scheduling::listed(&call.app, call.me()?.id(), page.cursor).await?;
    let found = ScheduledStatus::all(&call, part.items).await?;
    call.listed(&found, &page, part.ends)
}

async fn show(call: Call) -> Answer {
    let waiting = scheduling::one(&call.app, call.me()?.id(), call.id()?).await?;
    json(&ScheduledStatus::of(&call, waiting).await?)
}

async fn change(call: Call) -> Answer {
    let id = call.id()?;
    let why = "scheduled_at is a time such as 2027-01-31T08:30:00.000Z.";
    let at = stamp::read(call.params.need("scheduled_at")?).ok_or_else(|| ApiError::invalid("scheduled_at", why))?;
    let waiting = scheduling::move_to(&call.app, call.me()?.id(), id, at).await?;
    json(&ScheduledStatus::of(&call, waiting).await?)
}

async fn cancel(call: Call) -> Answer {
    scheduling::cancel(&call.app, call.me()?.id(), call.id()?).await?;
    done()
}

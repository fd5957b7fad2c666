//! Posts, as whoever calls may see them.

use super::call::{Answer, Call, json};
use super::json::{self as entities, Context, Status};
use super::{Access, Route};
use crate::service::timelines;

const READ: Access = Access::Open("read:statuses");

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/statuses/{id}", READ, show).gives::<Status>(),
        Route::get("/api/v1/statuses/{id}/context", READ, context).gives::<Context>(),
    ]
}

async fn show(call: Call) -> Answer {
    let shown = timelines::one(&call.app, call.reader(), call.id()?).await?;
    json(&entities::status(&call, shown).await?)
}

async fn context(call: Call) -> Answer {
    let shown = timelines::one(&call.app, call.reader(), call.id()?).await?;
    let (above, below) = timelines::context(&call.app, call.reader(), &shown.post).await?;
    let above_count = above.len();
    // Both at once: half the queries.
    let mut ancestors = entities::statuses(&call, above.into_iter().chain(below).collect()).await?;
    let descendants = ancestors.split_off(above_count.min(ancestors.len()));
    json(&Context { ancestors, descendants })
}

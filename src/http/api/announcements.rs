//! What the server has to say to everybody.

use super::call::{Answer, Call, done, json};
use super::json::{Announcement, Empty};
use super::{Access, Route};
use crate::service::announcements;

const REACT: Access = Access::Person(&["write:favourites"]);

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/announcements", Access::Person(&["read:accounts", "read:statuses"]), list)
            .takes(&["with_dismissed:flag"])
            .lists::<Announcement>(),
        Route::post("/api/v1/announcements/{id}/dismiss", Access::Person(&["write:accounts"]), dismiss)
            .gives::<Empty>(),
        Route::put("/api/v1/announcements/{id}/reactions/{name}", REACT, react).gives::<Empty>(),
        Route::delete("/api/v1/announcements/{id}/reactions/{name}", REACT, unreact).gives::<Empty>(),
    ]
}

async fn list(call: Call) -> Answer {
    let dismissed = call.params.flag("with_dismissed") == Some(true);
    let found = announcements::listed(&call.app, call.me()?.id(), dismissed).await?;
    json(&found.iter().map(|found| Announcement::of(&call.app, &call.urls, found)).collect::<Vec<_>>())
}

async fn dismiss(call: Call) -> Answer {
    announcements::dismiss(&call.app, call.me()?.id(), call.id()?).await?;
    done()
}

async fn react(call: Call) -> Answer {
    announcements::react(&call.app, call.me()?.id(), call.id()?, call.path("name"), true).await?;
    done()
}

async fn unreact(call: Call) -> Answer {
    announcements::react(&call.app, call.me()?.id(), call.id()?, call.path("name"), false).await?;
    done()
}

//! People, as whoever calls may see them.

use super::call::{Answer, Call, json};
use super::json::{self as entities, Account, CredentialAccount, Relationship, Status};
use super::{Access, ApiError, Route};
use crate::entity::account;
use crate::service::following::{self, Side};
use crate::service::timelines::{self, Ends, Part, Which};
use crate::service::{Refusal, accounts, limits, views};
use crate::store::relations;

const READ: Access = Access::Open("read:accounts");

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/accounts/verify_credentials", Access::Person(&["profile", "read:accounts"]), verify)
            .gives::<CredentialAccount>(),
        Route::get("/api/v1/accounts/lookup", READ, lookup).takes(&["acct"]).gives::<Account>(),
        Route::get("/api/v1/accounts/relationships", Access::Person(&["read:follows"]), relationships)
            .takes(&["id[]:id", "with_suspended:flag"])
            .lists::<Relationship>(),
        Route::get("/api/v1/accounts/{id}", READ, show).gives::<Account>(),
        Route::get("/api/v1/accounts/{id}/statuses", Access::Open("read:statuses"), posts)
            .takes(&[
                "only_media:flag",
                "exclude_replies:flag",
                "exclude_reblogs:flag",
                "pinned:flag",
                "tagged",
                "_pe:flag",
            ])
            .pages()
            .lists::<Status>(),
        Route::get("/api/v1/accounts/{id}/followers", READ, followers).pages().lists::<Account>(),
        Route::get("/api/v1/accounts/{id}/following", READ, followed).pages().lists::<Account>(),
    ]
}

async fn verify(call: Call) -> Answer {
    let viewer = call.me()?;
    let waiting = relations::count_requests(&call.app.db.read, viewer.id()).await?;
    let found = views::accounts(&call.app, &call.urls, [viewer.account.clone()]).await?;
    let view = found.get(&viewer.id()).ok_or(Refusal::Missing)?;
    json(&CredentialAccount::of(&call.app, &call.urls, viewer, view, i64::try_from(waiting).unwrap_or(0)))
}

/// The person in the path, as far as whoever calls may know of her.
async fn person(call: &Call) -> Result<account::Model, ApiError> {
    Ok(accounts::met(&call.app, call.reader(), call.id()?).await?)
}

async fn show(call: Call) -> Answer {
    let row = person(&call).await?;
    json(&entities::account(&call, row).await?)
}

async fn lookup(call: Call) -> Answer {
    let acct = call.params.need("acct")?.trim_start_matches('@');
    let row = accounts::by_acct(&call.app, acct).await?;
    let row = accounts::met(&call.app, call.reader(), row.id).await?;
    json(&entities::account(&call, row).await?)
}

async fn relationships(call: Call) -> Answer {
    let standings = views::standings(&call.app, call.me()?.id(), &call.params.ids("id")).await?;
    json(&standings.iter().map(Relationship::of).collect::<Vec<_>>())
}

async fn posts(call: Call) -> Answer {
    let row = person(&call).await?;
    let page = call.page(limits::POSTS_LISTED)?;
    let asked = |name: &str| call.params.flag(name) == Some(true);
    if asked("pinned") {
        let shown = timelines::pinned(&call.app, call.reader(), &row).await?;
        return call.posts(Part { items: shown, ends: Ends::default() }, &page).await;
    }
    // Pixelfed's app shows photos only, and stops at a page without any.
    let grid = asked("_pe");
    let which = Which {
        pictures: asked("only_media") || grid,
        no_answers: asked("exclude_replies") || grid,
        no_boosts: asked("exclude_reblogs") || grid,
        tagged: call.params.text("tagged"),
    };
    let part = timelines::of_person(&call.app, call.reader(), &row, which, page.cursor).await?;
    call.posts(part, &page).await
}

async fn followers(call: Call) -> Answer {
    people(call, Side::Followers).await
}

async fn followed(call: Call) -> Answer {
    people(call, Side::Following).await
}

async fn people(call: Call, side: Side) -> Answer {
    let row = person(&call).await?;
    let page = call.page(limits::PEOPLE_LISTED)?;
    let part = following::listed(&call.app, call.reader(), &row, side, page.cursor).await?;
    let found = entities::accounts(&call, part.items).await?;
    call.listed(&found, &page, part.ends)
}

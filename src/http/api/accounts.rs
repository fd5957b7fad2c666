//! People, as whoever calls may see them.

use super::call::{Answer, Call, json};
use super::json::{self as entities, Account, Empty, FamiliarFollowers, Relationship, Status};
use super::{Access, ApiError, Route};
use crate::entity::account;
use crate::service::following::{self, Side};
use crate::service::search_people::{self, Wanted};
use crate::service::timelines::{self, Ends, Part, Which};
use crate::service::{accounts, limits, views};
use std::collections::HashMap;

const READ: Access = Access::Open("read:accounts");

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/accounts", READ, several).takes(&["id[]:id"]).lists::<Account>(),
        Route::get("/api/v1/accounts/search", Access::Person(&["read:accounts"]), search)
            .takes(&["q", "limit:number", "offset:number", "resolve:flag", "following:flag"])
            .lists::<Account>(),
        Route::get("/api/v1/accounts/familiar_followers", Access::Person(&["read:follows"]), familiar)
            .takes(&["id[]:id"])
            .lists::<FamiliarFollowers>(),
        Route::get("/api/v1/accounts/lookup", READ, lookup).takes(&["acct"]).gives::<Account>(),
        Route::get("/api/v1/accounts/relationships", Access::Person(&["read:follows"]), relationships)
            .takes(&["id[]:id", "with_suspended:flag"])
            .lists::<Relationship>(),
        Route::get("/api/v1/accounts/{id}", READ, show).gives::<Account>(),
        // Once for proofs made elsewhere; Mastodon keeps none any more either, and answers so.
        Route::get("/api/v1/accounts/{id}/identity_proofs", READ, proofs).lists::<Empty>(),
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
            .remembered()
            .lists::<Status>(),
        Route::get("/api/v1/accounts/{id}/followers", READ, followers).pages().lists::<Account>(),
        Route::get("/api/v1/accounts/{id}/following", READ, followed).pages().lists::<Account>(),
    ]
}

async fn several(call: Call) -> Answer {
    let rows = accounts::all_met(&call.app, call.reader(), &call.params.ids("id")).await?;
    json(&entities::accounts(&call, rows).await?)
}

async fn search(call: Call) -> Answer {
    let params = &call.params;
    let count = |name: &str| params.number(name).and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
    let (usual, most) = limits::PEOPLE_LISTED;
    let wanted = Wanted {
        text: params.text("q").unwrap_or_default(),
        resolve: params.flag("resolve") == Some(true),
        followed: params.flag("following") == Some(true),
        limit: count("limit").unwrap_or(usual).min(most),
        offset: count("offset").unwrap_or(0).min(limits::SEARCH_DEPTH),
    };
    let rows = search_people::people(&call.app, call.reader(), wanted).await?;
    json(&entities::accounts(&call, rows).await?)
}

async fn familiar(call: Call) -> Answer {
    let found = following::familiar(&call.app, call.me()?, &call.params.ids("id")).await?;
    let mut people: HashMap<i64, accounts::Row> = HashMap::new();
    people.extend(found.iter().flat_map(|(_, rows)| rows).map(|row| (row.id, row.clone())));
    let shown = entities::accounts(&call, people.into_values().collect()).await?;
    let of = |rows: &[accounts::Row]| {
        let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
        ids.iter().filter_map(|id| shown.iter().find(|account| account.id == *id)).cloned().collect()
    };
    let list = found.iter().map(|(id, rows)| FamiliarFollowers { id: id.to_string(), accounts: of(rows) });
    json(&list.collect::<Vec<_>>())
}

/// The person in the path, as far as whoever calls may know of her.
async fn person(call: &Call) -> Result<account::Model, ApiError> {
    Ok(accounts::met(&call.app, call.reader(), call.id()?).await?)
}

async fn show(call: Call) -> Answer {
    let row = person(&call).await?;
    json(&entities::account(&call, row).await?)
}

async fn proofs(call: Call) -> Answer {
    person(&call).await?;
    json(&Vec::<Empty>::new())
}

async fn lookup(call: Call) -> Answer {
    let acct = call.params.need("acct")?.trim_start_matches('@');
    let row = accounts::by_acct(&call.app, acct).await?;
    let row = accounts::met(&call.app, call.reader(), row.id).await?;
    json(&entities::account(&call, row).await?)
}

async fn relationships(call: Call) -> Answer {
    let suspended = call.params.flag("with_suspended") == Some(true);
    let asked = call.params.ids("id");
    let standings = views::standings_with(&call.app, call.me()?.id(), &asked, suspended).await?;
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

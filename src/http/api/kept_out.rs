//! Whom whoever calls keeps out: people she blocks or mutes, and servers she hides.

use super::call::{Answer, Call, done, json};
use super::json::{self as entities, Account, DomainBlockPreview, Empty, MutedAccount};
use super::{Access, Route};
use crate::service::{hiding, limits, moderation, muting};

const READ: Access = Access::Person(&["read:blocks"]);
const WRITE: Access = Access::Person(&["write:blocks"]);

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/blocks", READ, blocks).pages().lists::<Account>(),
        Route::get("/api/v1/mutes", Access::Person(&["read:mutes"]), mutes).pages().lists::<MutedAccount>(),
        Route::get("/api/v1/domain_blocks", READ, servers).pages().lists::<String>(),
        Route::post("/api/v1/domain_blocks", WRITE, hide).takes(&["domain"]).gives::<Empty>(),
        Route::delete("/api/v1/domain_blocks", WRITE, show).takes(&["domain"]).gives::<Empty>(),
        Route::get("/api/v1/domain_blocks/preview", READ, preview).takes(&["domain"]).gives::<DomainBlockPreview>(),
    ]
}

async fn blocks(call: Call) -> Answer {
    let page = call.page(limits::PEOPLE_LISTED)?;
    let part = moderation::blocked(&call.app, call.me()?, page.cursor).await?;
    let found = entities::accounts(&call, part.items).await?;
    call.listed(&found, &page, part.ends)
}

async fn mutes(call: Call) -> Answer {
    let page = call.page(limits::PEOPLE_LISTED)?;
    let part = muting::listed(&call.app, call.me()?, page.cursor).await?;
    let (people, until): (Vec<_>, Vec<_>) = part.items.into_iter().unzip();
    let found = entities::accounts(&call, people).await?;
    let muted: Vec<MutedAccount> =
        found.into_iter().zip(until).map(|(account, until)| MutedAccount::of(account, until)).collect();
    call.listed(&muted, &page, part.ends)
}

async fn servers(call: Call) -> Answer {
    let page = call.page(limits::NAMES_LISTED)?;
    let part = hiding::listed(&call.app, call.me()?, page.cursor).await?;
    call.listed(&part.items, &page, part.ends)
}

async fn hide(call: Call) -> Answer {
    hiding::hide(&call.app, call.me()?, call.params.need("domain")?).await?;
    done()
}

async fn show(call: Call) -> Answer {
    hiding::show(&call.app, call.me()?, call.params.need("domain")?).await?;
    done()
}

async fn preview(call: Call) -> Answer {
    let (following_count, followers_count) =
        hiding::preview(&call.app, call.me()?, call.params.need("domain")?).await?;
    json(&DomainBlockPreview { following_count, followers_count })
}

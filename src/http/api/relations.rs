//! How whoever calls stands to a person, and what she does about it.

use super::call::{Answer, Call, json};
use super::json::{self as entities, Account, Relationship};
use super::{Access, ApiError, Route};
use crate::service::following::{self, Options};
use crate::service::{Refusal, accounts, endorsing, limits, moderation, muting, noting, views};

const FOLLOWS: Access = Access::Person(&["write:follows"]);
const BLOCKS: Access = Access::Person(&["write:blocks"]);
const MUTES: Access = Access::Person(&["write:mutes"]);
const OWN: Access = Access::Person(&["write:accounts"]);

pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/v1/accounts/{id}/follow", FOLLOWS, follow)
            .takes(&["reblogs:flag", "notify:flag", "languages[]"])
            .gives::<Relationship>(),
        Route::post("/api/v1/accounts/{id}/unfollow", FOLLOWS, unfollow).gives::<Relationship>(),
        Route::post("/api/v1/accounts/{id}/remove_from_followers", FOLLOWS, remove).gives::<Relationship>(),
        Route::post("/api/v1/accounts/{id}/block", BLOCKS, block).gives::<Relationship>(),
        Route::post("/api/v1/accounts/{id}/unblock", BLOCKS, unblock).gives::<Relationship>(),
        Route::post("/api/v1/accounts/{id}/mute", MUTES, mute)
            .takes(&["notifications:flag", "duration:number"])
            .gives::<Relationship>(),
        Route::post("/api/v1/accounts/{id}/unmute", MUTES, unmute).gives::<Relationship>(),
        Route::post("/api/v1/accounts/{id}/note", OWN, note).takes(&["comment"]).gives::<Relationship>(),
        Route::post("/api/v1/accounts/{id}/endorse", OWN, endorse).gives::<Relationship>(),
        Route::post("/api/v1/accounts/{id}/unendorse", OWN, unendorse).gives::<Relationship>(),
        // As they were called before.
        Route::post("/api/v1/accounts/{id}/pin", OWN, endorse).gives::<Relationship>(),
        Route::post("/api/v1/accounts/{id}/unpin", OWN, unendorse).gives::<Relationship>(),
        Route::get("/api/v1/accounts/{id}/endorsements", Access::Open("read:accounts"), endorsed)
            .pages()
            .lists::<Account>(),
        Route::get("/api/v1/endorsements", Access::Person(&["read:accounts"]), own_endorsed).pages().lists::<Account>(),
        Route::get("/api/v1/follow_requests", Access::Person(&["read:follows"]), requests).pages().lists::<Account>(),
        Route::post("/api/v1/follow_requests/{id}/authorize", FOLLOWS, authorize).gives::<Relationship>(),
        Route::post("/api/v1/follow_requests/{id}/reject", FOLLOWS, reject).gives::<Relationship>(),
    ]
}

/// How she stands to the person in the path now.
async fn standing(call: &Call) -> Answer {
    let standings = views::standings(&call.app, call.me()?.id(), &[call.id()?]).await?;
    json(&Relationship::of(standings.first().ok_or(Refusal::Missing)?))
}

/// The person in the path, as far as whoever calls may know of her.
async fn met(call: &Call) -> Result<i64, ApiError> {
    Ok(accounts::met(&call.app, call.reader(), call.id()?).await?.id)
}

/// The same of one who may have blocked her, or is gone: what she did herself can be done and taken back.
async fn there(call: &Call) -> Result<i64, ApiError> {
    Ok(accounts::there(&call.app, call.id()?).await?.id)
}

async fn follow(call: Call) -> Answer {
    let params = &call.params;
    let languages = params.list("languages").into_iter().take(limits::LANGUAGES).map(str::to_owned).collect();
    let options = Options {
        reblogs: params.flag("reblogs"),
        notify: params.flag("notify"),
        languages: params.sent("languages").then_some(languages),
    };
    following::follow_with(&call.app, &call.me()?.account, met(&call).await?, options).await?;
    standing(&call).await
}

async fn unfollow(call: Call) -> Answer {
    following::unfollow(&call.app, &call.me()?.account, there(&call).await?).await?;
    standing(&call).await
}

async fn remove(call: Call) -> Answer {
    following::remove_follower(&call.app, &call.me()?.account, there(&call).await?).await?;
    standing(&call).await
}

async fn block(call: Call) -> Answer {
    moderation::block(&call.app, &call.me()?.account, there(&call).await?).await?;
    standing(&call).await
}

async fn unblock(call: Call) -> Answer {
    moderation::unblock(&call.app, &call.me()?.account, there(&call).await?).await?;
    standing(&call).await
}

async fn mute(call: Call) -> Answer {
    // In seconds; what is longer than anybody waits has no end.
    let length = call.params.number("duration").unwrap_or(0).clamp(0, i64::MAX / 1_000) * 1_000;
    let length = if length > limits::MUTE_LONGEST { 0 } else { length };
    let notifications = call.params.flag("notifications").unwrap_or(true);
    muting::mute(&call.app, call.me()?.id(), there(&call).await?, length, notifications).await?;
    standing(&call).await
}

async fn unmute(call: Call) -> Answer {
    muting::unmute(&call.app, call.me()?.id(), there(&call).await?).await?;
    standing(&call).await
}

async fn note(call: Call) -> Answer {
    let comment = call.params.text("comment").unwrap_or_default();
    noting::note(&call.app, call.me()?.id(), there(&call).await?, comment).await?;
    standing(&call).await
}

async fn endorse(call: Call) -> Answer {
    endorsing::endorse(&call.app, call.me()?.id(), met(&call).await?).await?;
    standing(&call).await
}

async fn unendorse(call: Call) -> Answer {
    endorsing::unendorse(&call.app, call.me()?.id(), there(&call).await?).await?;
    standing(&call).await
}

async fn endorsed(call: Call) -> Answer {
    let person = met(&call).await?;
    shown_by(&call, person).await
}

async fn own_endorsed(call: Call) -> Answer {
    let me = call.me()?.id();
    shown_by(&call, me).await
}

async fn shown_by(call: &Call, person: i64) -> Answer {
    let page = call.page(limits::PEOPLE_LISTED)?;
    let part = endorsing::listed(&call.app, call.reader(), person, page.cursor).await?;
    let found = entities::accounts(call, part.items).await?;
    call.listed(&found, &page, part.ends)
}

async fn requests(call: Call) -> Answer {
    let page = call.page(limits::PEOPLE_LISTED)?;
    let part = following::requests(&call.app, call.me()?, page.cursor).await?;
    let found = entities::accounts(&call, part.items).await?;
    call.listed(&found, &page, part.ends)
}

async fn authorize(call: Call) -> Answer {
    following::answer(&call.app, &call.me()?.account, there(&call).await?, true).await?;
    standing(&call).await
}

async fn reject(call: Call) -> Answer {
    following::answer(&call.app, &call.me()?.account, there(&call).await?, false).await?;
    standing(&call).await
}

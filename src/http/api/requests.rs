//! What somebody wants to be told of, and who waits until she asks.

use super::call::{Answer, Call, done, json};
use super::json::{self as entities, Empty, Merged, NotificationPolicy, NotificationPolicyV1, NotificationRequest};
use super::notifications::{READ, WRITE};
use super::{ApiError, Route};
use crate::service::limits;
use crate::service::notifications::requests::{self, Choice, Policy};

const V1: &str = "/api/v1/notifications/policy";
const V2: &str = "/api/v2/notifications/policy";

pub fn routes() -> Vec<Route> {
    let choices =
        &["for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions", "for_limited_accounts"]
            as &[_];
    let flags = &[
        "filter_not_following:flag",
        "filter_not_followers:flag",
        "filter_new_accounts:flag",
        "filter_private_mentions:flag",
    ] as &[_];
    vec![
        Route::get(V2, READ, policy).gives::<NotificationPolicy>(),
        Route::patch(V2, WRITE, set_policy).takes(choices).gives::<NotificationPolicy>(),
        Route::put(V2, WRITE, set_policy).takes(choices).gives::<NotificationPolicy>(),
        Route::get(V1, READ, policy_v1).gives::<NotificationPolicyV1>(),
        Route::patch(V1, WRITE, set_policy_v1).takes(flags).gives::<NotificationPolicyV1>(),
        Route::put(V1, WRITE, set_policy_v1).takes(flags).gives::<NotificationPolicyV1>(),
        Route::get("/api/v1/notifications/requests", READ, list).pages().lists::<NotificationRequest>(),
        Route::get("/api/v1/notifications/requests/merged", READ, merged).gives::<Merged>(),
        Route::post("/api/v1/notifications/requests/accept", WRITE, accept_all).takes(&["id[]:id"]).gives::<Empty>(),
        Route::post("/api/v1/notifications/requests/dismiss", WRITE, dismiss_all).takes(&["id[]:id"]).gives::<Empty>(),
        Route::get("/api/v1/notifications/requests/{id}", READ, show).gives::<NotificationRequest>(),
        Route::post("/api/v1/notifications/requests/{id}/accept", WRITE, accept).gives::<Empty>(),
        Route::post("/api/v1/notifications/requests/{id}/dismiss", WRITE, dismiss).gives::<Empty>(),
    ]
}

async fn policy(call: Call) -> Answer {
    let (policy, people, waiting) = requests::policy(&call.app, call.me()?.id()).await?;
    json(&NotificationPolicy::of(policy, people, waiting))
}

async fn set_policy(call: Call) -> Answer {
    let me = call.me()?.id();
    let (old, people, waiting) = requests::policy(&call.app, me).await?;
    let asked = |name: &'static str, old: Choice| match call.params.text(name) {
        None => Ok(old),
        Some(text) => Choice::parse(text)
            .ok_or_else(|| ApiError::invalid(name, format!("{name} is one of accept, filter and drop."))),
    };
    let policy = Policy {
        not_following: asked("for_not_following", old.not_following)?,
        not_followers: asked("for_not_followers", old.not_followers)?,
        new_accounts: asked("for_new_accounts", old.new_accounts)?,
        private_mentions: asked("for_private_mentions", old.private_mentions)?,
        limited_accounts: asked("for_limited_accounts", old.limited_accounts)?,
    };
    requests::set_policy(&call.app, me, policy).await?;
    json(&NotificationPolicy::of(policy, people, waiting))
}

async fn policy_v1(call: Call) -> Answer {
    let (policy, people, waiting) = requests::policy(&call.app, call.me()?.id()).await?;
    json(&NotificationPolicyV1::of(policy, people, waiting))
}

async fn set_policy_v1(call: Call) -> Answer {
    let me = call.me()?.id();
    let (old, people, waiting) = requests::policy(&call.app, me).await?;
    let asked = |name: &str, old: Choice| match call.params.flag(name) {
        None => old,
        Some(false) => Choice::Accept,
        // What is dropped already is more than is asked for.
        Some(true) => old.max(Choice::Filter),
    };
    let policy = Policy {
        not_following: asked("filter_not_following", old.not_following),
        not_followers: asked("filter_not_followers", old.not_followers),
        new_accounts: asked("filter_new_accounts", old.new_accounts),
        private_mentions: asked("filter_private_mentions", old.private_mentions),
        ..old
    };
    requests::set_policy(&call.app, me, policy).await?;
    json(&NotificationPolicyV1::of(policy, people, waiting))
}

async fn list(call: Call) -> Answer {
    let page = call.page(limits::PEOPLE_LISTED)?;
    let part = requests::listed(&call.app, call.me()?.id(), page.cursor).await?;
    let found = entities::requests(&call, part.items).await?;
    call.listed(&found, &page, part.ends)
}

async fn show(call: Call) -> Answer {
    let request = requests::one(&call.app, call.me()?.id(), call.id()?).await?;
    json(&entities::requests(&call, vec![request]).await?.pop().ok_or_else(ApiError::missing)?)
}

/// What is accepted stands in the list by the time the answer goes out.
async fn merged(call: Call) -> Answer {
    call.me()?;
    json(&Merged { merged: true })
}

async fn accept(call: Call) -> Answer {
    requests::accept(&call.app, call.me()?.id(), vec![call.id()?]).await?;
    done()
}

async fn accept_all(call: Call) -> Answer {
    let ids = call.params.ids("id");
    if !ids.is_empty() {
        requests::accept(&call.app, call.me()?.id(), ids).await?;
    }
    done()
}

async fn dismiss(call: Call) -> Answer {
    requests::dismiss(&call.app, call.me()?.id(), vec![call.id()?]).await?;
    done()
}

async fn dismiss_all(call: Call) -> Answer {
    let ids = call.params.ids("id");
    if !ids.is_empty() {
        requests::dismiss(&call.app, call.me()?.id(), ids).await?;
    }
    done()
}

//! What Pixelfed's own app calls beyond Mastodon's API, as far as it can be answered truly. What there is
//! not here (stories, collections, its push relay) has no row: the app gets along without.

mod direct;
mod discover;

use super::call::{Answer, Call, json};
use super::json::pixelfed::{Active, ComposeSettings, PixelfedAccountLimits, PixelfedConfig, PixelfedGate};
use super::json::pixelfed::{PixelfedUploader, Said};
use super::json::{self as entities, Account};
use super::{Access, ApiError, Route};
use crate::http::ap::info;
use crate::service::reporting::{self, Complaint};
use crate::service::{Refusal, accounts, following, limits, visibility};

pub fn routes() -> Vec<Route> {
    let own = vec![
        Route::get("/api/nodeinfo/2.0.json", Access::Free, gate).gives::<PixelfedGate>(),
        Route::get("/api/v2/config", Access::Free, config).gives::<PixelfedConfig>(),
        Route::get("/api/v1.1/compose/settings", Access::Person(&["read:accounts"]), compose)
            .gives::<ComposeSettings>(),
        Route::get("/api/v1.1/accounts/username/{name}", Access::Open("read:accounts"), by_name)
            .takes(&["_pe:flag"])
            .gives::<Account>(),
        Route::get("/api/v1.1/accounts/mutuals/{id}", Access::Person(&["read:follows"]), mutuals).lists::<Account>(),
        Route::post("/api/v1.1/report", Access::Person(&["write:reports"]), report)
            .takes(&["object_type", "object_id:id", "report_type"])
            .gives::<Said>(),
        Route::get("/api/v1.1/nag/state", Access::Person(&["read", "push"]), nag).gives::<Active>(),
    ];
    [own, discover::routes(), direct::routes()].concat()
}

/// What the app wants to hear before anybody can sign in with it, at an address that nobody else reads.
async fn gate(call: Call) -> Answer {
    if !call.app.settings.pixelfed_app {
        return Err(ApiError::missing());
    }
    json(&PixelfedGate::of(&info(&call.app).await?, call.urls.origin()))
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX).min(i64::from(i32::MAX))
}

async fn config(call: Call) -> Answer {
    let settings = &call.app.settings;
    json(&PixelfedConfig {
        open_registration: settings.open_registration,
        uploader: PixelfedUploader {
            max_photo_size: number(settings.max_photo_bytes / 1_024),
            max_caption_length: number(settings.max_caption),
            max_altext_length: number(settings.max_alt),
            album_limit: number(settings.max_photos),
        },
        account: PixelfedAccountLimits {
            max_bio_length: number(limits::BIO),
            max_name_length: number(limits::NAME),
            max_password_length: number(limits::PASSWORD_BYTES),
            min_password_length: number(limits::PASSWORD),
        },
    })
}

async fn compose(call: Call) -> Answer {
    let settings = &call.app.settings;
    json(&ComposeSettings {
        default_scope: entities::privacy(&call.me()?.login).to_owned(),
        default_license: 1,
        media_descriptions: false,
        max_altext_length: number(settings.max_alt),
        max_media_attachments: number(settings.max_photos),
    })
}

async fn by_name(call: Call) -> Answer {
    let row = accounts::by_acct(&call.app, call.path("name").trim_start_matches('@')).await?;
    let row = accounts::met(&call.app, call.reader(), row.id).await?;
    json(&entities::account(&call, row).await?)
}

/// People she follows who follow this one.
async fn mutuals(call: Call) -> Answer {
    let id = accounts::met(&call.app, call.reader(), call.id()?).await?.id;
    let found = following::familiar(&call.app, call.me()?, &[id]).await?.into_iter().flat_map(|(_, rows)| rows);
    json(&entities::accounts(&call, found.collect()).await?)
}

/// The word a report is kept under, for each of the app's.
fn category(word: &str) -> &'static str {
    match word {
        "spam" | "scam" => "spam",
        "copyright" | "underage" | "terrorism" => "legal",
        "sensitive" | "abusive" | "violence" | "impersonation" => "violation",
        _ => "other",
    }
}

async fn report(call: Call) -> Answer {
    let id = call.params.id("object_id")?.ok_or_else(|| ApiError::invalid("object_id", "Say what is reported."))?;
    let word = call.params.need("report_type")?;
    let me = call.me()?;
    let (target_id, posts) = match call.params.need("object_type")? {
        "user" => (accounts::met(&call.app, call.reader(), id).await?.id, Vec::new()),
        "post" => (visibility::visible(&call.app, call.reader(), id).await?.account_id, vec![id]),
        _ => return Err(Refusal::Missing.into()),
    };
    let complaint = Complaint {
        target_id,
        category: category(word).to_owned(),
        comment: word.to_owned(),
        posts,
        ..Complaint::default()
    };
    reporting::report(&call.app, &me.account, complaint).await?;
    json(&Said { code: 200, msg: "Successfully sent report".to_owned() })
}

/// The app's pushes go through a relay of Pixelfed's, which knows nothing of this server.
async fn nag(_: Call) -> Answer {
    json(&Active { active: false })
}

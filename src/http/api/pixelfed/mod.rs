//! What Pixelfed's own app calls beyond Mastodon's API, as far as it can be answered truly. What there is
//! not here (stories, collections, its push relay) has no row: the app gets along without.

mod direct;
mod discover;

use super::call::{Answer, Call, json};
use super::json::pixelfed::{
    Active, AppSettings, ComposeSettings, PixelfedAccountLimits, PixelfedConfig, PixelfedGate,
};
use super::json::pixelfed::{PixelfedUploader, Said};
use super::json::{self as entities, Account};
use super::{Access, ApiError, Route};
use crate::http::ap::info;
use crate::service::reporting::{self, Complaint};
use crate::service::{Refusal, accounts, following, limits, visibility};

const PUSHES: Access = Access::Person(&["read", "push"]);

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
        Route::get("/api/v1.1/nag/state", PUSHES, pushes).gives::<Active>(),
        Route::get("/api/v1.1/push/state", PUSHES, pushes).gives::<Active>(),
        Route::get("/api/pixelfed/v1/app/settings", Access::Person(&["read:accounts"]), settings)
            .gives::<AppSettings>(),
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
fn category(word: &str) -> Option<&'static str> {
    match word {
        "spam" | "scam" => Some("spam"),
        "copyright" | "underage" | "terrorism" => Some("legal"),
        "sensitive" | "abusive" | "violence" | "impersonation" => Some("violation"),
        _ => None,
    }
}

/// Faults are told in words of Pixelfed's: the app shows what it knows by `error_code`.
async fn report(call: Call) -> Answer {
    let asked = |name: &str| {
        call.params.text(name).ok_or_else(|| ApiError::coded("ERROR_INVALID_PARAMS", format!("{name} is missing.")))
    };
    let (kind, id, word) = (asked("object_type")?, asked("object_id")?, asked("report_type")?);
    let category = category(word).ok_or_else(|| ApiError::coded("ERROR_TYPE_INVALID", "That is no reason."))?;
    let lost = || ApiError::coded("ERROR_INVALID_OBJECT_ID", "There is nothing of that id.");
    let id = super::params::id(id).map_err(|_| lost())?;
    let me = call.me()?;
    let found = match kind {
        "user" => accounts::met(&call.app, call.reader(), id).await.map(|row| (row.id, Vec::new())),
        "post" => visibility::visible(&call.app, call.reader(), id).await.map(|row| (row.account_id, vec![id])),
        _ => return Err(ApiError::coded("ERROR_REPORT_OBJECT_TYPE_INVALID", "Only people and posts can be reported.")),
    };
    let (target_id, posts) = match found {
        Err(Refusal::Missing | Refusal::Gone) => return Err(lost()),
        found => found?,
    };
    if target_id == me.id() {
        return Err(ApiError::coded("ERROR_NO_SELF_REPORTS", "You cannot report yourself."));
    }
    let complaint =
        Complaint { target_id, category: category.to_owned(), comment: word.to_owned(), posts, ..Complaint::default() };
    reporting::report(&call.app, &me.account, complaint).await?;
    json(&Said { code: 200, msg: "Successfully sent report".to_owned() })
}

/// The app's pushes go through a relay of Pixelfed's, which knows nothing of this server.
async fn pushes(_: Call) -> Answer {
    json(&Active { active: false })
}

/// Nothing of the app's own switches is kept here: it is told what they are at first.
async fn settings(call: Call) -> Answer {
    json(&AppSettings::of(&call.me()?.account))
}

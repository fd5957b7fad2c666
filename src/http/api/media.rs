//! Photos an app sends before it posts, and what is said of them.

use super::call::{Answer, Call, done, json, said};
use super::json::{self as entities, MediaAttachment};
use super::{Access, ApiError, Route};
use crate::service::attaching::{self, Stage, Told};
use crate::service::photos::focus::Focus;
use crate::service::{Refusal, limits};
use axum::http::StatusCode;

const WRITE: Access = Access::Person(&["write:media"]);
/// `thumbnail` is for other kinds of media, and not looked at.
const TAKES: &[&str] = &["file:file", "description", "focus", "thumbnail:file"];

pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/v1/media", WRITE, wait).takes(TAKES).files(2).gives::<MediaAttachment>(),
        Route::post("/api/v2/media", WRITE, take)
            .takes(TAKES)
            .files(2)
            .also(&[(202, "It is taken, and still being worked on: `url` is null. Ask for it again.")])
            .gives::<MediaAttachment>(),
        Route::get("/api/v1/media/{id}", WRITE, show)
            .also(&[(206, "It is still being worked on: `url` is null. Ask again.")])
            .gives::<MediaAttachment>(),
        Route::put("/api/v1/media/{id}", WRITE, describe).takes(&["description", "focus"]).gives::<MediaAttachment>(),
        Route::delete("/api/v1/media/{id}", WRITE, take_back).gives::<entities::Empty>(),
    ]
}

/// What a call says of a photo.
pub fn told(params: &super::Params) -> Result<Told, ApiError> {
    let alt = params.sent("description").then(|| params.text("description").unwrap_or_default().replace("\r\n", "\n"));
    let focus = match params.text("focus") {
        Some(text) => {
            Some(text.parse::<Focus>().map_err(|_| ApiError::invalid("focus", "focus is two numbers: x,y."))?)
        }
        None => None,
    };
    Ok(Told { alt, focus })
}

async fn wait(call: Call) -> Answer {
    upload(call, None).await
}

async fn take(call: Call) -> Answer {
    upload(call, Some(limits::UPLOAD)).await
}

async fn upload(mut call: Call, wait: Option<std::time::Duration>) -> Answer {
    let told = told(&call.params)?;
    let place = call.params.files.iter().position(|(name, _)| name == "file");
    let Some(place) = place else { return Err(ApiError::file("There is no file in the call.")) };
    let (_, file) = call.params.files.swap_remove(place);
    let row = attaching::take(&call.app, call.me()?.id(), file, told, wait).await.map_err(|refusal| match refusal {
        Refusal::Invalid { field: "photos", why, .. } => ApiError::file(&why),
        other => other.into(),
    })?;
    let status = if attaching::stage(&call.app, &row) == Stage::Ready { StatusCode::OK } else { StatusCode::ACCEPTED };
    said(status, &entities::attachment(&call, row).await?)
}

async fn show(call: Call) -> Answer {
    let row = attaching::own(&call.app, call.me()?.id(), call.id()?).await?;
    let status = match attaching::stage(&call.app, &row) {
        Stage::Ready => StatusCode::OK,
        Stage::Coming => StatusCode::PARTIAL_CONTENT,
        Stage::Failed => return Err(ApiError::file("The file could not be read. Send it again, or another one.")),
    };
    said(status, &entities::attachment(&call, row).await?)
}

async fn describe(call: Call) -> Answer {
    let row = attaching::describe(&call.app, &call.me()?.account, call.id()?, told(&call.params)?).await?;
    json(&entities::attachment(&call, row).await?)
}

async fn take_back(call: Call) -> Answer {
    attaching::take_back(&call.app, call.me()?.id(), call.id()?).await?;
    done()
}

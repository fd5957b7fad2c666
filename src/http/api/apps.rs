//! Registering an app.

use super::call::{Answer, Call, json};
use super::json::{Application, CredentialApplication};
use super::{Access, ApiError, Route};
use crate::service::Refusal;
use crate::service::apps::{self, NewApp, Scopes};
use crate::service::push::Vapid;
use crate::store::tokens;

pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/v1/apps", Access::Free, register)
            .takes(&["client_name", "redirect_uris[]", "scopes", "website"])
            .gives::<CredentialApplication>(),
        Route::get("/api/v1/apps/verify_credentials", Access::App(&[]), verify).gives::<Application>(),
    ]
}

async fn register(call: Call) -> Answer {
    let params = &call.params;
    let scopes = Scopes::parse(params.text("scopes").unwrap_or_default())
        .map_err(|unknown| ApiError::invalid("scopes", format!("{unknown}.")))?;
    let new = NewApp {
        name: params.need("client_name")?.to_owned(),
        website: params.text("website").map(str::to_owned),
        redirect_uris: params
            .list("redirect_uris")
            .into_iter()
            .flat_map(str::split_whitespace)
            .map(str::to_owned)
            .collect(),
        scopes,
    };
    let made = apps::register(&call.app, new, &call.client.bucket()).await?;
    json(&CredentialApplication::of(&made, Vapid::of(&call.app).await?.public()))
}

async fn verify(call: Call) -> Answer {
    let app_id = call.holder.as_ref().map_or(0, |holder| holder.app_id);
    let row = tokens::app(&call.app.db.read, app_id).await?.ok_or(Refusal::Missing)?;
    json(&Application::of(&row, Vapid::of(&call.app).await?.public()))
}

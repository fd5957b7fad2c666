//! Where an app wants to be told although it does not listen.

use super::call::{Answer, Call, done, json};
use super::json::{Empty, WebPushSubscription};
use super::{Access, ApiError, Route, access};
use crate::entity::push_subscription;
use crate::service::Refusal;
use crate::service::push::{self, Of, Vapid, Wish};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const PATH: &str = "/api/v1/push/subscription";
const PUSH: Access = Access::Person(&["push"]);

pub fn routes() -> Vec<Route> {
    vec![
        Route::post(PATH, PUSH, subscribe)
            .takes(&[
                "subscription[endpoint]",
                "subscription[keys][p256dh]",
                "subscription[keys][auth]",
                "subscription[standard]:flag",
                "data[alerts]",
                "data[policy]",
            ])
            .gives::<WebPushSubscription>(),
        Route::get(PATH, PUSH, show).gives::<WebPushSubscription>(),
        Route::put(PATH, PUSH, change).takes(&["data[alerts]", "data[policy]"]).gives::<WebPushSubscription>(),
        Route::delete(PATH, PUSH, unsubscribe).gives::<Empty>(),
    ]
}

fn token_id(call: &Call) -> Result<i64, ApiError> {
    Ok(call.holder.as_ref().ok_or(Refusal::SignIn)?.token_id)
}

/// Base64 in either alphabet, padded or not.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&alphabet::URL_SAFE, lenient);
    engine.decode(text.trim().replace('+', "-").replace('/', "_")).ok()
}

fn of(call: &Call) -> Of {
    let wanted = |word: &&str| call.params.flag(&format!("data[alerts][{word}]")) == Some(true);
    // Ice Cubes says it outside.
    let policy = call.params.text("data[policy]").or_else(|| call.params.text("policy"));
    Of { alerts: push::alerts().filter(wanted).map(str::to_owned).collect(), policy: policy.map(str::to_owned) }
}

async fn answer(call: &Call, row: &push_subscription::Model) -> Answer {
    json(&WebPushSubscription::of(row, Vapid::of(&call.app).await?.public()))
}

async fn subscribe(call: Call) -> Answer {
    let params = &call.params;
    let key = |name: &'static str, field: &'static str| {
        let text = params.text(name).ok_or_else(|| ApiError::invalid(field, format!("{name} is missing.")))?;
        bytes(text).ok_or_else(|| ApiError::invalid(field, format!("{name} is no base64.")))
    };
    let endpoint = params.text("subscription[endpoint]");
    let wish = Wish {
        token_id: token_id(&call)?,
        token: access::bearer(&call.headers).unwrap_or_default(),
        endpoint: endpoint
            .ok_or_else(|| ApiError::invalid("endpoint", "subscription[endpoint] is missing."))?
            .to_owned(),
        public_key: key("subscription[keys][p256dh]", "p256dh")?,
        auth: key("subscription[keys][auth]", "auth")?,
        standard: params.flag("subscription[standard]") == Some(true),
        told: of(&call),
    };
    let row = push::subscribe(&call.app, call.me()?, wish).await?;
    answer(&call, &row).await
}

async fn show(call: Call) -> Answer {
    let row = push::subscription(&call.app, token_id(&call)?).await?;
    answer(&call, &row).await
}

async fn change(call: Call) -> Answer {
    let row = push::change(&call.app, token_id(&call)?, of(&call), call.params.sent("data[alerts]")).await?;
    answer(&call, &row).await
}

async fn unsubscribe(call: Call) -> Answer {
    push::unsubscribe(&call.app, token_id(&call)?).await?;
    done()
}

//! One message to one app.

use super::seal::{Sealed, seal};
use super::vapid::Vapid;
use crate::activitypub::html::to_plain_text;
use crate::app::App;
use crate::clock::{DAY, SECOND};
use crate::entity::push_subscription::Model;
use crate::net::Sign;
use crate::service::federation::urls::{Urls, acct};
use crate::service::notifications::words;
use crate::service::notifications::{self, Told};
use crate::service::surface::kind;
use crate::service::{Refusal, limits, views};
use crate::store::{pushes, relations, tokens};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use serde_json::json;
use std::error::Error;
use url::Url;

/// A message that could not be handed over for so long is no news any more.
const TTL: i64 = 2 * DAY;

/// Tells an app what its person was told, if she was and may still see it.
pub async fn send(app: &App, subscription: i64, notification: i64) -> Result<(), Refusal> {
    let Some(row) = pushes::by_id(&app.db.read, subscription).await? else { return Ok(()) };
    if !tokens::in_force(&app.db.read, &[row.token_id], app.now()).await?.contains(&row.token_id) {
        return forget(app, row.id).await;
    }
    let told = match notifications::one(app, row.account_id, notification).await {
        Ok(told) => told,
        Err(Refusal::Missing) => return Ok(()),
        Err(refusal) => return Err(refusal),
    };
    if told.row.created_at < app.now() - TTL || !wanted(app, &row, &told).await? {
        return Ok(());
    }
    let endpoint = Url::parse(&row.endpoint).map_err(Refusal::broken)?;
    let plain = message(app, &row, &told)?;
    let sealed = seal(&row.public_key, &row.auth, plain.as_bytes(), row.standard != 0).map_err(Refusal::broken)?;
    let along = along(app, &row, &endpoint, &sealed).await?;
    let posted = app.door.post(&endpoint, Bytes::from(sealed.body), "application/octet-stream", &along).await;
    match posted {
        Ok(answer) if answer.status.is_success() => Ok(()),
        // It is full, or in a hurry.
        Ok(answer) if matches!(answer.status.as_u16(), 408 | 429) || answer.status.is_server_error() => {
            Err(Refusal::broken(format!("{} answered {}", host(&endpoint), answer.status)))
        }
        Ok(answer) => {
            tracing::info!(status = %answer.status, host = host(&endpoint), "an app is told no more");
            forget(app, row.id).await
        }
        Err(error) if error.is_permanent() => {
            tracing::info!(%error, "an app cannot be told");
            forget(app, row.id).await
        }
        Err(error) => Err(Refusal::broken(error)),
    }
}

fn host(endpoint: &Url) -> &str {
    endpoint.host_str().unwrap_or_default()
}

async fn forget(app: &App, id: i64) -> Result<(), Refusal> {
    app.db.write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(pushes::remove(tx, id).await?) })).await
}

/// Whether the app wants to be told of this person.
async fn wanted(app: &App, row: &Model, told: &Told) -> Result<bool, Refusal> {
    let (from, to) = match row.policy.as_str() {
        "all" => return Ok(true),
        "followed" => (row.account_id, told.actor.id),
        "follower" => (told.actor.id, row.account_id),
        _ => return Ok(false),
    };
    let follows = relations::between(&app.db.read, row.account_id, &[told.actor.id]).await?;
    Ok(follows.iter().any(|f| f.follower_id == from && f.target_id == to && f.state == relations::ACCEPTED))
}

/// What the app is told, in JSON.
fn message(app: &App, row: &Model, told: &Told) -> Result<String, Refusal> {
    let token = app.secrets.open(&row.sealed_token)?;
    let actor = &told.actor;
    let name = if actor.name.trim().is_empty() { acct(actor) } else { actor.name.clone() };
    let title = match told.row.kind.as_str() {
        kind::FOLLOW => format!("{name} follows you"),
        kind::FOLLOW_REQUEST => format!("{name} asks to follow you"),
        kind::LIKE => format!("{name} likes your post"),
        kind::BOOST => format!("{name} boosted your post"),
        kind::REPLY => format!("{name} replied"),
        kind::QUOTE => format!("{name} quotes your post"),
        kind::STATUS => format!("{name} posted"),
        kind::POLL => format!("The poll of {name} is over"),
        kind::UPDATE => format!("{name} edited a post you boosted"),
        _ => format!("{name} mentioned you"),
    };
    let body = match &told.post {
        Some(post) if !post.warning.is_empty() => post.warning.clone(),
        Some(post) => post.html.as_deref().map_or_else(|| post.caption.clone(), to_plain_text),
        None => acct(actor),
    };
    let short = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    let urls = Urls::for_app(app, &format!("https://{}", app.handle_domain()));
    let icon = match &actor.avatar_key {
        Some(key) => urls.media(app, key),
        None => urls.at(views::NO_AVATAR),
    };
    Ok(json!({
        "access_token": String::from_utf8_lossy(&token),
        "preferred_locale": "en",
        "notification_id": told.row.id,
        "notification_type": words::word(&told.row.kind).unwrap_or_default(),
        "icon": icon,
        "title": short(&title, limits::PUSH_TITLE),
        "body": short(&body, limits::PUSH_BODY),
    })
    .to_string())
}

/// What stands above a message.
struct Along(Vec<(HeaderName, HeaderValue)>);

impl Sign for Along {
    fn sign(
        &self,
        _: &str,
        _: &Url,
        _: Option<&[u8]>,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, Box<dyn Error + Send + Sync>> {
        Ok(self.0.clone())
    }
}

async fn along(app: &App, row: &Model, endpoint: &Url, sealed: &Sealed) -> Result<Along, Refusal> {
    let vapid = Vapid::of(app).await?;
    let (token, public) = (vapid.token(app, endpoint)?, vapid.public());
    let value = |text: String| HeaderValue::from_str(&text).map_err(Refusal::broken);
    let mut headers = vec![
        (HeaderName::from_static("ttl"), HeaderValue::from(TTL / SECOND)),
        (HeaderName::from_static("urgency"), HeaderValue::from_static("normal")),
    ];
    if row.standard != 0 {
        headers.push((header::CONTENT_ENCODING, HeaderValue::from_static("aes128gcm")));
        headers.push((header::AUTHORIZATION, value(format!("vapid t={token}, k={public}"))?));
    } else {
        headers.push((header::CONTENT_ENCODING, HeaderValue::from_static("aesgcm")));
        headers.push((header::AUTHORIZATION, value(format!("WebPush {token}"))?));
        headers.push((HeaderName::from_static("encryption"), value(format!("salt={}", BASE64.encode(sealed.salt)))?));
        let keys = format!("dh={};p256ecdsa={public}", BASE64.encode(&sealed.ours));
        headers.push((HeaderName::from_static("crypto-key"), value(keys)?));
    }
    Ok(Along(headers))
}

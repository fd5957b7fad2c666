//! The key by which services that carry pushes know this server (VAPID, RFC 8292). It is made once and
//! stays for ever: apps keep its public half.

use crate::app::App;
use crate::clock::{HOUR, SECOND};
use crate::service::Refusal;
use crate::store::settings;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING as ES256, EcdsaKeyPair, KeyPair};
use serde_json::json;
use url::Url;

/// Where it stands, sealed.
pub const SETTING: &str = "vapid_key";
/// A token is good for so long; RFC 8292 allows a day.
const GOOD_FOR: i64 = 12 * HOUR;

/// The key.
pub struct Vapid {
    pair: EcdsaKeyPair,
}

impl Vapid {
    /// Reads it, or makes it.
    pub async fn of(app: &App) -> Result<Self, Refusal> {
        let sealed = match settings::get(&app.db.read, SETTING).await? {
            Some(sealed) => sealed,
            None => made(app).await?,
        };
        let sealed = STANDARD.decode(sealed).map_err(Refusal::broken)?;
        let plain = app.secrets.open(&sealed)?;
        let pair = EcdsaKeyPair::from_pkcs8(&ES256, &plain, &SystemRandom::new());
        Ok(Self { pair: pair.map_err(|_| Refusal::broken("the key for pushes is none"))? })
    }

    /// Its public half: a point, in base64 for addresses, without `=`.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.pair.public_key().as_ref())
    }

    /// A signed token for the service at this address (RFC 8292, section 2).
    pub fn token(&self, app: &App, endpoint: &Url) -> Result<String, Refusal> {
        let home = app.public().map_or_else(|| format!("https://{}", app.handle_domain()), |p| p.origin.clone());
        let claims = json!({
            "aud": endpoint.origin().ascii_serialization(),
            "exp": (app.now() + GOOD_FOR) / SECOND,
            "sub": home,
        });
        let said = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", said(&json!({ "typ": "JWT", "alg": "ES256" })), said(&claims));
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes());
        let signature = signature.map_err(|_| Refusal::broken("a push could not be signed"))?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref())))
    }
}

/// Makes one, sealed, unless another process was quicker: then that one counts.
async fn made(app: &App) -> Result<String, Refusal> {
    let plain = EcdsaKeyPair::generate_pkcs8(&ES256, &SystemRandom::new());
    let plain = plain.map_err(|_| Refusal::broken("no key for pushes could be made"))?;
    let sealed = STANDARD.encode(app.secrets.seal(plain.as_ref())?);
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                settings::put_once(tx, SETTING, sealed).await?;
                settings::get(tx, SETTING).await?.ok_or_else(|| Refusal::broken("the key for pushes was not kept"))
            })
        })
        .await
}

/// Seals it anew, after a new secret came into use.
pub async fn seal_anew(app: &App) -> Result<(), Refusal> {
    let Some(sealed) = settings::get(&app.db.read, SETTING).await? else { return Ok(()) };
    let plain = app.secrets.open(&STANDARD.decode(sealed).map_err(Refusal::broken)?)?;
    let sealed = STANDARD.encode(app.secrets.seal(&plain)?);
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(settings::put(tx, SETTING, sealed).await?) }))
        .await
}

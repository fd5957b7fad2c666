//! Signs requests to other servers as a local actor.

use super::frozen;
use crate::activitypub::ACTIVITY_JSON;
use crate::activitypub::signature::{Form, SigningKey, cavage, rfc9421};
use crate::app::App;
use crate::clock::Clock;
use crate::net::Sign;
use crate::service::{Refusal, accounts};
use crate::store::keys;
use http::{HeaderName, HeaderValue};
use std::error::Error;
use url::Url;

/// An actor's signature; made anew for each request.
#[derive(Clone)]
pub struct Signer {
    key: SigningKey,
    key_id: String,
    clock: Clock,
    form: Form,
    /// Headers that go along with a delivery, signed.
    more: Vec<(HeaderName, HeaderValue)>,
}

/// Signs as this local account.
pub async fn of(app: &App, account_id: i64) -> Result<Signer, Refusal> {
    let urls = frozen::freeze(app).await?;
    let key = accounts::signing_key(app, account_id).await?;
    Ok(Signer { key, key_id: urls.key(account_id), clock: app.clock.clone(), form: Form::Cavage, more: Vec::new() })
}

/// Signs an activity as whoever says it; what tells of her new key is signed with the one before.
pub async fn of_activity(app: &App, account_id: i64, activity: i64, kind: &str) -> Result<Signer, Refusal> {
    let signer = of(app, account_id).await?;
    if kind != "Update" {
        return Ok(signer);
    }
    let retired = keys::retired(&app.db.read, activity).await?.and_then(|row| row.private_key);
    let Some(sealed) = retired else { return Ok(signer) };
    let key = SigningKey::from_pkcs8_der(&app.secrets.open(&sealed)?).map_err(Refusal::broken)?;
    Ok(Signer { key, ..signer })
}

impl Signer {
    /// The same with one more header.
    pub fn with(mut self, header: Option<(HeaderName, HeaderValue)>) -> Self {
        self.more.extend(header);
        self
    }

    /// The same by another standard.
    pub fn by(&self, form: Form) -> Self {
        Self { form, ..self.clone() }
    }
}

impl Sign for Signer {
    fn sign(
        &self,
        method: &str,
        url: &Url,
        body: Option<&[u8]>,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, Box<dyn Error + Send + Sync>> {
        let (key, id, now) = (&self.key, &self.key_id, self.clock.system());
        let headers = match (self.form, body.filter(|_| method != "GET")) {
            (Form::Cavage, None) => cavage::sign_get(key, id, url, now),
            (Form::Cavage, Some(body)) => cavage::sign_post_with(key, id, url, body, ACTIVITY_JSON, now, &self.more),
            (Form::Rfc9421, None) => rfc9421::sign_get(key, id, url, now),
            (Form::Rfc9421, Some(body)) => rfc9421::sign_post_with(key, id, url, body, ACTIVITY_JSON, now, &self.more),
        };
        Ok(headers?)
    }
}

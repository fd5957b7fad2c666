//! Signs requests to other servers as a local actor.

use super::frozen;
use crate::activitypub::ACTIVITY_JSON;
use crate::activitypub::signature::{SigningKey, cavage};
use crate::app::App;
use crate::clock::Clock;
use crate::net::Sign;
use crate::service::{Refusal, accounts};
use http::{HeaderName, HeaderValue};
use std::error::Error;
use url::Url;

/// An actor's signature; made anew for each request.
pub struct Signer {
    key: SigningKey,
    key_id: String,
    clock: Clock,
    /// Headers that go along with a delivery, signed.
    more: Vec<(HeaderName, HeaderValue)>,
}

impl Signer {
    /// The same with one more header.
    pub fn with(mut self, header: Option<(HeaderName, HeaderValue)>) -> Self {
        self.more.extend(header);
        self
    }
}

/// Signs as this local account.
pub async fn of(app: &App, account_id: i64) -> Result<Signer, Refusal> {
    let urls = frozen::freeze(app).await?;
    let key = accounts::signing_key(app, account_id).await?;
    Ok(Signer { key, key_id: urls.key(account_id), clock: app.clock.clone(), more: Vec::new() })
}

impl Sign for Signer {
    fn sign(
        &self,
        method: &str,
        url: &Url,
        body: Option<&[u8]>,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, Box<dyn Error + Send + Sync>> {
        let now = self.clock.system();
        let headers = match (method, body) {
            ("GET", _) | (_, None) => cavage::sign_get(&self.key, &self.key_id, url, now),
            (_, Some(body)) => {
                cavage::sign_post_with(&self.key, &self.key_id, url, body, ACTIVITY_JSON, now, &self.more)
            }
        };
        Ok(headers?)
    }
}

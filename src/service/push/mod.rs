//! Telling apps that do not listen: where each wants to be told, and of what. Messages go through services
//! that others run, encrypted so that only the app reads them.

pub mod seal;
mod send;
pub mod vapid;

pub use send::send;
pub use vapid::Vapid;

use super::notifications::words::{self, WORDS};
use super::sessions::Viewer;
use super::work::{self, Work, host_of};
use super::{Refusal, limits};
use crate::app::App;
use crate::entity::push_subscription::Model;
use crate::secrets::random;
use crate::store::pushes;
use sea_orm::{ConnectionTrait, DbErr};
use url::Url;

/// Of whom one wants to be told.
pub const POLICIES: [&str; 4] = ["all", "followed", "follower", "none"];
/// Further kinds that apps ask for; nothing here is of them.
const OTHERS: [&str; 4] = ["quoted_update", "severed_relationships", "admin.sign_up", "admin.report"];

/// Where an app wants to be told, and of what.
pub struct Wish {
    pub token_id: i64,
    /// The token itself: it goes back to the app with every message, encrypted.
    pub token: String,
    pub endpoint: String,
    pub public_key: Vec<u8>,
    pub auth: Vec<u8>,
    /// As RFC 8291 says, rather than as its draft did.
    pub standard: bool,
    pub told: Of,
}

/// Of what an app wants to be told.
#[derive(Debug, Clone, Default)]
pub struct Of {
    /// Words of [`alerts`].
    pub alerts: Vec<String>,
    /// One of [`POLICIES`].
    pub policy: Option<String>,
}

/// Every kind there is a word for.
pub fn alerts() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(word, _)| *word).chain(OTHERS)
}

impl Of {
    fn alerts(&self) -> String {
        alerts().filter(|word| self.alerts.iter().any(|asked| asked == word)).collect::<Vec<_>>().join(" ")
    }

    fn policy(&self) -> Result<Option<&str>, Refusal> {
        match self.policy.as_deref() {
            Some(policy) if !POLICIES.contains(&policy) => {
                Err(Refusal::invalid("policy", "The policy is one of all, followed, follower and none."))
            }
            policy => Ok(policy),
        }
    }
}

/// An app wants to be told; what it wanted before no longer counts.
pub async fn subscribe(app: &App, viewer: &Viewer, wish: Wish) -> Result<Model, Refusal> {
    let endpoint = Url::parse(&wish.endpoint).ok().filter(|url| app.door.may_visit(url));
    let endpoint = endpoint.ok_or_else(|| {
        Refusal::invalid("endpoint", "The endpoint is no address on the open internet that begins with https.")
    })?;
    if !seal::is_point(&wish.public_key) {
        return Err(Refusal::invalid("p256dh", "The key is no point on P-256."));
    }
    if wish.auth.is_empty() || wish.auth.len() > limits::PUSH_AUTH {
        return Err(Refusal::invalid("auth", "The secret for pushes has 16 bytes."));
    }
    let row = Model {
        // Apps keep it in 31 bits.
        id: i64::from(u32::from_be_bytes(random::<4>()?) >> 1).max(1),
        token_id: wish.token_id,
        account_id: viewer.id(),
        endpoint: endpoint.into(),
        public_key: wish.public_key,
        auth: wish.auth,
        standard: i32::from(wish.standard),
        policy: wish.told.policy()?.unwrap_or("all").to_owned(),
        alerts: wish.told.alerts(),
        sealed_token: app.secrets.seal(wish.token.as_bytes())?,
        created_at: app.now(),
    };
    let kept = row.clone();
    app.db.write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(pushes::put(tx, kept).await?) })).await?;
    Ok(row)
}

/// Where the app with this token is told.
pub async fn subscription(app: &App, token_id: i64) -> Result<Model, Refusal> {
    pushes::of_token(&app.db.read, token_id).await?.ok_or(Refusal::Missing)
}

/// The app wants to be told of something else: kinds where any are named, and of whom where that is said.
pub async fn change(app: &App, token_id: i64, told: Of, kinds: bool) -> Result<Model, Refusal> {
    let mut row = subscription(app, token_id).await?;
    if kinds {
        row.alerts = told.alerts();
    }
    if let Some(policy) = told.policy()? {
        row.policy = policy.to_owned();
    }
    let kept = row.clone();
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(pushes::change(tx, kept.id, &kept.policy, &kept.alerts).await?) })
        })
        .await?;
    Ok(row)
}

/// The app wants to be told no more.
pub async fn unsubscribe(app: &App, token_id: i64) -> Result<(), Refusal> {
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(pushes::remove_of(tx, token_id).await?) }))
        .await
}

/// Somebody was told something: her apps that want to know of its kind are told too.
pub async fn told(
    app: &App,
    tx: &impl ConnectionTrait,
    account_id: i64,
    notification: i64,
    kind: &str,
) -> Result<(), DbErr> {
    let Some(word) = words::word(kind) else { return Ok(()) };
    for row in pushes::of_account(tx, account_id).await? {
        if row.policy != "none" && row.alerts.split(' ').any(|wanted| wanted == word) {
            let work = Work::Push { subscription: row.id, notification, host: host_of(&row.endpoint) };
            work::queue(app, tx, work).await?;
        }
    }
    Ok(())
}

/// Seals everything of this kind anew, after a new secret came into use.
pub async fn seal_anew(app: &App) -> Result<(), Refusal> {
    vapid::seal_anew(app).await?;
    let mut sealed = Vec::new();
    for row in pushes::all(&app.db.read).await? {
        sealed.push((row.id, app.secrets.seal(&app.secrets.open(&row.sealed_token)?)?));
    }
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                for (id, token) in sealed {
                    pushes::set_sealed(tx, id, token).await?;
                }
                Ok(())
            })
        })
        .await
}

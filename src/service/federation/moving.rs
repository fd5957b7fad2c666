//! Moving to another account (FEP-7628), said and heard. Both accounts must say it: the old one by its
//! Move, the new one by naming the old among its other names.

use super::fetch::Budget;
use super::say::{self, Said, say as tell};
use super::urls::{Named, Urls, known_actor};
use super::{find, people};
use crate::activitypub::RemoteId;
use crate::activitypub::render::activity as render;
use crate::activitypub::text::Mention;
use crate::activitypub::vocab::Activity;
use crate::app::App;
use crate::clock::{DAY, Millis};
use crate::entity::account;
use crate::service::work::{self, Work};
use crate::service::{Refusal, following, surface};
use crate::store::{accounts, relations};
use std::collections::BTreeSet;

/// An account moves at most once in so long.
pub const COOL_DOWN: Millis = 7 * DAY;
/// Followers who move along in one go.
const CHUNK: u64 = 100;

/// Whether an account says that another one is the same person.
pub fn names(row: &account::Model, other: &str) -> bool {
    let aliases: Vec<String> = serde_json::from_str(&row.aliases).unwrap_or_default();
    aliases.iter().any(|alias| alias == other)
}

/// Somebody elsewhere has moved: her followers here follow the new account.
pub async fn hear(app: &App, signer: &account::Model, activity: &Activity, budget: &Budget) -> Result<(), Refusal> {
    let old = activity.actor.as_str();
    let about_herself = activity.object.id().is_some_and(|id| id.as_str() == old);
    let Some(target) = activity.target.as_ref().filter(|t| about_herself && t.as_str() != old) else {
        return Ok(());
    };
    if signer.moved_at.is_some_and(|at| app.now() - at < COOL_DOWN) {
        return Ok(());
    }
    let new = account_at(app, target, budget).await?;
    if !names(&new, old) {
        return Ok(());
    }
    let (app2, old, new, address) = (app.clone(), signer.id, new.id, target.as_str().to_owned());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                accounts::set_moved(tx, old, Some(&address), Some(app2.now())).await?;
                Ok(queue(&app2, tx, old, new, 0).await?)
            })
        })
        .await
}

/// Somebody elsewhere says that she has moved: the other account is asked whether it says so too, unless that
/// is known. Only then it is shown.
pub async fn confirm(app: &App, row: &account::Model, budget: &Budget) {
    let Some(target) = row.moved_to.as_deref().and_then(|to| RemoteId::parse(to).ok()) else { return };
    let Some(old) = row.uri.as_deref() else { return };
    if !people::known(app, &target).await.is_ok_and(|new| new.is_some_and(|new| names(&new, old)))
        && let Err(refusal) = account_at(app, &target, budget).await
    {
        tracing::debug!(%refusal, %target, "an account that somebody is said to have moved to was not found");
    }
}

/// The account behind an id as it stands now, here or elsewhere.
async fn account_at(app: &App, id: &RemoteId, budget: &Budget) -> Result<account::Model, Refusal> {
    match Urls::of(app).and_then(|urls| urls.parse(id.as_str())) {
        Some(Named::Actor(id)) => accounts::by_id(&app.db.read, id)
            .await?
            .filter(|a| a.id > 0 && a.domain.is_empty() && a.deleted_at.is_none())
            .ok_or(Refusal::Missing),
        _ => people::refresh(app, id, budget).await,
    }
}

async fn queue(
    app: &App,
    tx: &impl sea_orm::ConnectionTrait,
    from: i64,
    to: i64,
    after: i64,
) -> Result<(), sea_orm::DbErr> {
    let key = format!("move:{from}:{to}:{after}");
    work::queue_once(app, tx, Work::MoveFollowers { from, to, after }, key, 0).await.map(drop)
}

/// The next of the people here who follow `from` follow `to` instead.
pub async fn followers(app: &App, from: i64, to: i64, after: i64) -> Result<(), Refusal> {
    let some = relations::local_followers(&app.db.read, from, after, CHUNK).await?;
    let Some(last) = some.last().copied() else { return Ok(()) };
    for follower in accounts::by_ids(&app.db.read, some.iter().copied()).await?.into_values() {
        // Whoever blocks the new account, or is it, only lets go of the old one.
        match following::follow(app, &follower, to).await {
            Ok(()) | Err(Refusal::Forbidden(_) | Refusal::Missing) => {}
            Err(other) => return Err(other),
        }
        following::unfollow(app, &follower, from).await?;
    }
    if u64::try_from(some.len()).unwrap_or(0) < CHUNK {
        return Ok(());
    }
    let app2 = app.clone();
    app.db.write(move |tx| Box::pin(async move { Ok(queue(&app2, tx, from, to, last).await?) })).await
}

/// A person of this server moves to the account with this handle, which must name her already.
pub async fn say(app: &App, who: &account::Model, handle: &str) -> Result<account::Model, Refusal> {
    let urls = say::urls(app)
        .map_err(|_| Refusal::Forbidden("This server has no public address yet, so nobody can move.".to_owned()))?;
    let budget = Budget::person();
    let new = by_handle(app, handle, &budget).await?;
    let address = known_actor(app, &new).ok_or(Refusal::Missing)?;
    if new.id == who.id {
        return Err(Refusal::invalid("target", "That is this account."));
    }
    if !names(&new, &urls.actor(who.id)) {
        return Err(Refusal::invalid(
            "target",
            format!(
                "@{} does not name this account as its own yet. Add @{}@{} to its other names (\"aliases\") first.",
                super::urls::acct(&new),
                who.username,
                urls.handle_domain()
            ),
        ));
    }
    if who.moved_at.is_some_and(|at| app.now() - at < COOL_DOWN) {
        return Err(Refusal::Conflict("This account has moved in the last seven days. Try again later.".to_owned()));
    }
    let (app2, mut row, target) = (app.clone(), who.clone(), new.id);
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let now = app2.now();
                accounts::set_moved(tx, row.id, Some(&address), Some(now)).await?;
                row.moved_to = Some(address.clone());
                surface::profile_changed(&app2, tx, &row).await?;
                let id = app2.id();
                let body = render::move_to(&urls.activity(id), &urls.actor(row.id), &address, &urls.followers(row.id));
                let inboxes: BTreeSet<String> =
                    relations::follower_inboxes(tx, row.id).await?.into_iter().map(|(_, inbox)| inbox).collect();
                tell(&app2, tx, Said { id, account_id: row.id, public: true, body }, inboxes).await?;
                Ok::<_, Refusal>(queue(&app2, tx, row.id, target, 0).await?)
            })
        })
        .await?;
    Ok(new)
}

/// She stays after all: the pointer goes, followers do not come back.
pub async fn unsay(app: &App, who: &account::Model) -> Result<(), Refusal> {
    let (app2, mut row) = (app.clone(), who.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                accounts::set_moved(tx, row.id, None, row.moved_at).await?;
                row.moved_to = None;
                Ok(surface::profile_changed(&app2, tx, &row).await?)
            })
        })
        .await
}

/// Somebody by handle, as her server describes her now.
pub async fn by_handle(app: &App, handle: &str, budget: &Budget) -> Result<account::Model, Refusal> {
    let wrong = || Refusal::invalid("target", format!("\"{handle}\" is no handle such as @ada@photos.example."));
    let (user, host) = handle.trim().trim_start_matches('@').split_once('@').ok_or_else(wrong)?;
    let mention = Mention { user: user.to_owned(), host: Some(host.to_lowercase()) };
    let unknown = |_| Refusal::invalid("target", format!("{} was not found.", handle.trim()));
    let row = find::person(app, &mention, Some(budget)).await.map_err(unknown)?;
    match row.uri.as_deref().and_then(|uri| RemoteId::parse(uri).ok()) {
        Some(id) => people::refresh(app, &id, budget).await.map_err(unknown),
        None => Ok(row),
    }
}

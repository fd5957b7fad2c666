//! Servers that somebody does not want to see. Nobody there is told; what ties her to people there ends.

use super::moderation::clean_domain;
use super::sessions::Viewer;
use super::timelines::{Ends, Part};
use super::work::{self, Work};
use super::{Refusal, following};
use crate::app::App;
use crate::entity::hidden_server;
use crate::store::{Cursor, accounts, hidden_servers};

/// Ties ended before it is asked again whether she still hides the server.
const CHUNK: u64 = 50;

/// Hides a server from somebody, in every place. What she was told of it goes, and so do her follows of
/// people there and theirs of her.
pub async fn hide(app: &App, viewer: &Viewer, domain: &str) -> Result<(), Refusal> {
    let domain = clean_domain(domain)?;
    if domain == app.handle_domain() || app.public().is_some_and(|public| public.host == domain) {
        return Err(Refusal::invalid("domain", "That is this server."));
    }
    let row = hidden_server::Model { id: app.id(), account_id: viewer.id(), domain, created_at: app.now() };
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let (account, domain) = (row.account_id, row.domain.clone());
                if !hidden_servers::put(tx, row).await? {
                    return Ok(());
                }
                hidden_servers::forget_told(tx, account, &domain).await?;
                Ok(work::queue(&app2, tx, Work::HideServer { account, domain }).await?)
            })
        })
        .await
}

/// Takes it back. Follows do not come back by themselves.
pub async fn show(app: &App, viewer: &Viewer, domain: &str) -> Result<(), Refusal> {
    let (id, domain) = (viewer.id(), clean_domain(domain)?);
    app.db.write(move |tx| Box::pin(async move { Ok(hidden_servers::remove(tx, id, &domain).await?) })).await
}

/// Which servers somebody hides, the last first.
pub async fn listed(app: &App, viewer: &Viewer, cursor: Cursor) -> Result<Part<String>, Refusal> {
    let rows = hidden_servers::page(&app.db.read, viewer.id(), cursor).await?;
    let keys: Vec<i64> = rows.iter().map(|row| row.id).collect();
    Ok(Part { items: rows.into_iter().map(|row| row.domain).collect(), ends: Ends::of(&keys, cursor) })
}

/// How many people of a server she follows, and how many follow her.
pub async fn preview(app: &App, viewer: &Viewer, domain: &str) -> Result<(u64, u64), Refusal> {
    Ok(hidden_servers::count_tied(&app.db.read, viewer.id(), &clean_domain(domain)?).await?)
}

/// Ends what ties somebody to the people of a server, unless she shows it again meanwhile.
pub async fn part(app: &App, account_id: i64, domain: &str) -> Result<(), Refusal> {
    let db = &app.db.read;
    let Some(who) = accounts::by_id(db, account_id).await? else { return Ok(()) };
    loop {
        if !hidden_servers::hides(db, account_id, domain).await? {
            return Ok(());
        }
        let some = hidden_servers::tied(db, account_id, domain, CHUNK).await?;
        if some.is_empty() {
            return Ok(());
        }
        for follow in some {
            match follow.follower_id == account_id {
                true => following::unfollow(app, &who, follow.target_id).await?,
                false => following::remove_follower(app, &who, follow.follower_id).await?,
            }
        }
    }
}

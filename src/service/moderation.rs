//! Keeping out: one person another, the administrator a whole server.

use super::accounts::listed;
use super::sessions::Viewer;
use super::timelines::{Ends, Part};
use super::{Refusal, federation, surface};
use crate::app::App;
use crate::entity::{account, block};
use crate::store::{Cursor, accounts, notifications, policies, relations};

/// Blocks somebody: follows end both ways, and neither sees or reaches the other any more. Another
/// server learns only that its person is no longer a follower.
pub async fn block(app: &App, who: &account::Model, target_id: i64) -> Result<(), Refusal> {
    if who.id == target_id {
        return Err(Refusal::Forbidden("You cannot block yourself.".to_owned()));
    }
    let target = accounts::by_id(&app.db.read, target_id).await?.ok_or(Refusal::Missing)?;
    let row = block::Model { id: app.id(), account_id: who.id, target_id, created_at: app.now() };
    let (app2, who) = (app.clone(), who.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if policies::block(tx, row.clone()).await? {
                    federation::block::say(&app2, tx, &row, &who, &target).await?;
                }
                federation::quote::revoke_all(&app2, tx, &who, target.id).await?;
                if let Some(follow) = relations::remove(tx, target.id, who.id).await? {
                    federation::follow::reject(&app2, tx, &follow, &target, &who).await?;
                }
                if let Some(follow) = relations::remove(tx, who.id, target.id).await? {
                    federation::follow::unsay(&app2, tx, &follow, &who, &target).await?;
                }
                for (a, b) in [(who.id, target.id), (target.id, who.id)] {
                    surface::follow_gone(tx, a, b).await?;
                    notifications::forget_between(tx, a, b).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Takes a block back. Follows do not come back by themselves.
pub async fn unblock(app: &App, who: &account::Model, target_id: i64) -> Result<(), Refusal> {
    let (app2, who) = (app.clone(), who.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(row) = policies::unblock(tx, who.id, target_id).await? else { return Ok(()) };
                match accounts::by_id(tx, target_id).await? {
                    Some(target) => federation::block::unsay(&app2, tx, &row, &who, &target).await,
                    None => Ok(()),
                }
            })
        })
        .await
}

/// Whom somebody blocks, the last first. Those who block her too are among them.
pub async fn blocked(app: &App, viewer: &Viewer, cursor: Cursor) -> Result<Part<account::Model>, Refusal> {
    let rows = policies::blocked_by(&app.db.read, viewer.id(), cursor).await?;
    let keys: Vec<i64> = rows.iter().map(|b| b.id).collect();
    let ids: Vec<i64> = rows.iter().map(|b| b.target_id).collect();
    // Nobody in particular reads: the blocks themselves are what is asked for.
    Ok(Part { items: listed(app, None, &ids).await?, ends: Ends::of(&keys, cursor) })
}

/// Whether a host, or a domain it belongs to, is kept out.
pub async fn is_kept_out(app: &App, host: &str) -> Result<bool, Refusal> {
    if let Some(known) = app.kept_out.get(host) {
        return Ok(known);
    }
    let found = policies::domain_blocked(&app.db.read, host).await?;
    app.kept_out.insert(host.to_owned(), found);
    Ok(found)
}

/// A domain as it is kept: lower-case, without a port or a closing dot, in punycode.
pub fn clean_domain(text: &str) -> Result<String, Refusal> {
    let text =
        text.trim().trim_start_matches("https://").trim_end_matches('/').trim_end_matches(":443").trim_end_matches('.');
    let wrong = || Refusal::invalid("domain", format!("\"{text}\" is no domain such as example.org."));
    let url = url::Url::parse(&format!("https://{text}/")).map_err(|_| wrong())?;
    url.domain().filter(|d| d.contains('.') && url.path() == "/").map(str::to_owned).ok_or_else(wrong)
}

/// Keeps a server out, with its subdomains, in both directions.
pub async fn block_domain(app: &App, domain: &str, note: &str) -> Result<String, Refusal> {
    let domain = clean_domain(domain)?;
    let (kept, note, now) = (domain.clone(), note.to_owned(), app.now());
    app.db
        .write(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(policies::block_domain(tx, &kept, &note, now).await?) })
        })
        .await?;
    app.kept_out.invalidate_all();
    Ok(domain)
}

/// Lets a server in again.
pub async fn unblock_domain(app: &App, domain: &str) -> Result<bool, Refusal> {
    let domain = clean_domain(domain)?;
    let was = app.db.write(move |tx| Box::pin(async move { Ok(policies::unblock_domain(tx, &domain).await?) })).await;
    app.kept_out.invalidate_all();
    was
}

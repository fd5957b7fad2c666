//! Leaving for good: an account of this server is deleted, with everything it said and everything that is
//! known of its person. What stays is the name, so that nobody can ever take it, and numbers that answer
//! "gone". The key stays until everybody has been told, because nobody believes what is not signed.

use super::federation::keys;
use super::federation::say::{Said, say_widely};
use super::federation::urls::Urls;
use super::work::{self, Work, host_of};
use super::{Refusal, accounts, sessions, surface};
use crate::activitypub::render::activity as render;
use crate::app::App;
use crate::entity::{account, post};
use crate::service::sessions::Viewer;
use crate::store::{self, deliveries, inboxes, policies, posts};
use serde_json::Value;
use std::collections::BTreeSet;

/// Posts cleared in one transaction.
const CHUNK: u64 = 50;
/// Path of the inbox at which Pixelfed takes a Delete, in a form of its own.
const PIXELFED_INBOX: &str = "/f/inbox";

/// Somebody leaves. She gives her password and her name, so that it happens neither by mistake nor by
/// somebody who found her browser open.
pub async fn leave(app: &App, viewer: &Viewer, password: &str, name: &str) -> Result<(), Refusal> {
    let typed = name.trim().trim_start_matches('@').to_lowercase();
    if typed != viewer.account.username {
        let why = format!("Type your name, {}, to confirm that the account is to be deleted.", viewer.account.username);
        return Err(Refusal::invalid("name", why));
    }
    sessions::check_password(app, viewer, password).await?;
    let owner = store::accounts::owner(&app.db.read).await?;
    if owner.is_some_and(|owner| owner.account_id == viewer.id()) {
        return Err(Refusal::Forbidden(
            "This account owns the server. It can be deleted from the command line only: \
             cyanotype admin delete-account."
                .to_owned(),
        ));
    }
    delete(app, &viewer.account).await
}

/// Deletes an account of this server. From this moment on it is gone for everybody here and answers 410;
/// what remains to be done is done by a job.
pub async fn delete(app: &App, account: &account::Model) -> Result<(), Refusal> {
    if !account.domain.is_empty() || account.id == accounts::INSTANCE || account.deleted_at.is_some() {
        return Err(Refusal::Missing);
    }
    let (app2, id) = (app.clone(), account.id);
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let mut row = store::accounts::by_id(tx, id).await?.ok_or(Refusal::Missing)?;
                if row.deleted_at.is_some() {
                    return Err(Refusal::Missing);
                }
                let keys = row.avatar_key.take().into_iter().chain(row.header_key.take()).collect();
                row.deleted_at = Some(app2.now());
                row.name.clear();
                row.bio.clear();
                row.fields = "[]".to_owned();
                row.discoverable = 0;
                store::accounts::save(tx, row).await?;
                store::leaving::forget_login(tx, id).await?;
                surface::drop_blobs(&app2, tx, keys).await?;
                let work = Work::Leave { account: id, activities: [app2.id(), app2.id()] };
                Ok(work::queue(&app2, tx, work).await?)
            })
        })
        .await?;
    tracing::info!(account = id, "account deleted");
    Ok(())
}

async fn clear(app: &App, batch: Vec<post::Model>) -> Result<(), Refusal> {
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                for post in batch {
                    surface::post_cleared(&app2, tx, post).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Tells everybody, then clears away what is left. Run again after a crash it goes on where it was.
pub async fn finish(app: &App, account_id: i64, activities: [i64; 2]) -> Result<(), Refusal> {
    let Some(row) = store::accounts::by_id(&app.db.read, account_id).await?.filter(|a| a.deleted_at.is_some()) else {
        return Ok(());
    };
    tell(app, &row, activities).await?;
    loop {
        let batch = posts::not_deleted_of(&app.db.read, row.id, CHUNK).await?;
        if batch.is_empty() {
            break;
        }
        clear(app, batch).await?;
    }
    let (app2, id) = (app.clone(), row.id);
    while app
        .db
        .write_quietly(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(store::leaving::forget_reactions(tx, id).await?) })
        })
        .await?
    {}
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let keys = store::leaving::forget(tx, id).await?;
                Ok::<_, Refusal>(surface::drop_blobs(&app2, tx, keys).await?)
            })
        })
        .await
}

/// Every server that could know her is told: those of all people known here, and all that were ever sent
/// anything.
async fn tell(app: &App, row: &account::Model, activities: [i64; 2]) -> Result<(), Refusal> {
    let Some(urls) = Urls::of(app) else { return Ok(()) };
    let actor = urls.actor(row.id);
    let everybody = everybody(app).await?;
    let pixelfed: BTreeSet<String> =
        everybody.iter().filter(|inbox| inbox.ends_with(PIXELFED_INBOX)).cloned().collect();
    let said = |id: i64, body: Value| Said { id, account_id: row.id, public: true, body };
    let [first, second] = activities;
    say_widely(app, said(first, render::delete_actor(&actor)), everybody).await?;
    say_widely(app, said(second, render::delete_actor_as_object(&actor)), pixelfed).await
}

/// One inbox of each server where there is one for all its people; else every inbox there is.
async fn everybody(app: &App) -> Result<BTreeSet<String>, Refusal> {
    let (mut found, mut whole) = (BTreeSet::new(), BTreeSet::new());
    for (shared, own) in inboxes::of_everybody(&app.db.read).await? {
        if let Some(inbox) = &shared {
            whole.insert(host_of(inbox));
        }
        found.extend(shared.or(own));
    }
    let more = inboxes::all(&app.db.read).await?;
    found.extend(more.into_iter().filter(|inbox| !whole.contains(&host_of(inbox))));
    Ok(found)
}

/// Keys of those who left and of whom everybody has been told are forgotten.
pub async fn forget_keys(app: &App) -> Result<(), Refusal> {
    for row in store::leaving::with_keys(&app.db.read, 100).await? {
        if store::leaving::leaving(&app.db.read, row.id).await?
            || deliveries::any_waiting_of(&app.db.read, row.id).await?
        {
            continue;
        }
        app.keys.invalidate(&row.id);
        app.db
            .write_quietly(move |tx| {
                Box::pin(async move { Ok::<_, Refusal>(store::leaving::forget_key(tx, row.id).await?) })
            })
            .await?;
    }
    Ok(())
}

/// Clears away everything that is kept of an account elsewhere: its posts and every picture. The account
/// itself is not forgotten, and may be heard again.
pub async fn purge(app: &App, row: &account::Model) -> Result<u64, Refusal> {
    let mut cleared = 0;
    loop {
        let batch = posts::not_deleted_of(&app.db.read, row.id, CHUNK).await?;
        if batch.is_empty() {
            break;
        }
        cleared += u64::try_from(batch.len()).unwrap_or(0);
        clear(app, batch).await?;
    }
    let (app2, id) = (app.clone(), row.id);
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(mut row) = store::accounts::by_id(tx, id).await? else { return Ok(()) };
                let keys = row.avatar_key.take().into_iter().chain(row.header_key.take()).collect();
                store::accounts::save(tx, row).await?;
                Ok::<_, Refusal>(surface::drop_blobs(&app2, tx, keys).await?)
            })
        })
        .await?;
    Ok(cleared)
}

/// Suspends an account of this server or of another, or takes that back: nobody sees it or hears from it
/// meanwhile. It is not gone: what asks for it is told that there is nothing, never that it is gone for good.
pub async fn suspend(app: &App, row: &account::Model, on: bool) -> Result<(), Refusal> {
    if row.id == accounts::INSTANCE || row.deleted_at.is_some() {
        return Err(Refusal::Missing);
    }
    let id = row.id;
    app.db
        .write(move |tx| Box::pin(async move { Ok::<_, Refusal>(store::leaving::suspend(tx, id, on).await?) }))
        .await?;
    // What is signed by her from now on is judged anew.
    keys::forget(app, row.key_id.as_deref());
    Ok(())
}

/// The same for everybody of a server and of those below it; how many accounts and posts.
pub async fn purge_domain(app: &App, domain: &str) -> Result<(u64, u64), Refusal> {
    let domain = super::moderation::clean_domain(domain)?;
    let (mut people, mut cleared, mut after) = (0, 0, String::new());
    loop {
        let page = store::leaving::domains(&app.db.read, &after, 500).await?;
        let Some(last) = page.last() else {
            super::emoji::forget(app, &domain).await?;
            return Ok((people, cleared));
        };
        after = last.clone();
        for name in page.iter().filter(|name| policies::with_parents(name).contains(&domain)) {
            let (more, posts) = purge_server(app, name).await?;
            people += more;
            cleared += posts;
        }
    }
}

async fn purge_server(app: &App, domain: &str) -> Result<(u64, u64), Refusal> {
    let (mut people, mut cleared, mut after) = (0, 0, 0);
    loop {
        let page = store::leaving::of_domain(&app.db.read, domain, after, 100).await?;
        let Some(last) = page.last() else { return Ok((people, cleared)) };
        after = last.id;
        for row in page {
            cleared += purge(app, &row).await?;
            people += 1;
        }
    }
}

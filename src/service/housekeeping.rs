//! What must be tidied now and then: half-made uploads, forgotten drafts, old markers, unused bytes.

use super::federation::{deliver, kept};
use super::storage::sweeping;
use super::{Refusal, attaching, counting, happening, homes, leaving, limits, posting, surface};
use crate::app::App;
use crate::blob::Key;
use crate::clock::{DAY, HOUR, MINUTE, Millis};
use crate::ids::first_of;
use crate::store::{
    delivery_log, drafts, emoji, feeds, forms, keys, markers, media, mutes, policies, sessions, settings, tokens,
};
use futures_util::stream::{self, StreamExt};
use sea_orm::DbErr;

/// Forgotten things looked at at once, and how often in one turn: what a large server leaves in an hour, and more.
const SOME: u64 = 100;
const MOST_ROUNDS: usize = 200;

/// Whose turn it is keeps house: one process an hour, however many there are.
pub async fn run_in_turn(app: &App) {
    match is_my_turn(app).await {
        Ok(true) => run(app).await,
        Ok(false) => {}
        Err(error) => tracing::warn!(%error, "whose turn it is to keep house could not be found out"),
    }
}

/// When the next turn begins, by the clock of the server.
const NEXT_TURN: &str = "housekeeping_next";

async fn is_my_turn(app: &App) -> Result<bool, DbErr> {
    let now = app.now();
    // A little less than the worker's hour: or it would be two hours, whenever it comes a moment early.
    let next = (now + HOUR - MINUTE).to_string();
    app.db
        .write_quietly(move |tx| {
            let next = next.clone();
            Box::pin(async move {
                let before = settings::get(tx, NEXT_TURN).await?.unwrap_or_default();
                if before.parse::<Millis>().is_ok_and(|due| due > now) {
                    return Ok::<_, DbErr>(false);
                }
                settings::put_once(tx, NEXT_TURN, String::new()).await?;
                settings::change(tx, NEXT_TURN, &before, next).await
            })
        })
        .await
}

/// Everything, once; a failure of one part is logged and the next one runs.
pub async fn run(app: &App) {
    for (what, done) in [
        ("uploads", unfinished_uploads(app).await),
        ("drafts", forgotten_drafts(app).await),
        ("tables", app.db.look_at_tables().await.map_err(Refusal::from)),
        ("photos in nothing", attaching::tidy(app).await),
        ("records", old_records(app).await),
        ("deliveries", old_deliveries(app).await),
        ("keys", leaving::forget_keys(app).await),
        ("homes", unplaced(app).await),
        ("old entries of homes", homes::trim_daily(app).await),
        ("pictures of others", kept::tidy(app).await),
        ("counters", counting::nightly(app).await),
        ("happenings", happening::sweep(app).await),
        ("uploads in parts", sweeping::abandon_parts(app).await),
    ] {
        if let Err(error) = done {
            tracing::warn!(%error, what, "housekeeping failed");
        }
    }
}

/// Tells the door which servers are kept out: it refuses redirects to them too.
pub async fn read_policies(app: &App) {
    match policies::blocked_domains(&app.db.read).await {
        Ok(rows) => app.door.set_blocked(rows.into_iter().map(|r| r.domain)),
        Err(error) => tracing::warn!(%error, "the list of servers kept out could not be read"),
    }
}

/// Photos whose process died while their bytes were on the way: rows and bytes go.
async fn unfinished_uploads(app: &App) -> Result<(), Refusal> {
    for _ in 0..MOST_ROUNDS {
        let some = media::unfinished(&app.db.read, app.now() - HOUR, SOME).await?;
        let last = (some.len() as u64) < SOME;
        for photo in some {
            let app2 = app.clone();
            app.db
                .write(move |tx| {
                    Box::pin(async move {
                        let keys = media::remove(tx, photo.id).await?;
                        Ok::<_, Refusal>(surface::drop_blobs(&app2, tx, keys).await?)
                    })
                })
                .await?;
        }
        if last {
            break;
        }
    }
    Ok(())
}

async fn forgotten_drafts(app: &App) -> Result<(), Refusal> {
    for _ in 0..MOST_ROUNDS {
        let some = drafts::stale(&app.db.read, app.now() - limits::DRAFT, SOME).await?;
        let last = (some.len() as u64) < SOME;
        for draft in some {
            posting::discard(app, draft.account_id, draft.id).await?;
        }
        if last {
            break;
        }
    }
    Ok(())
}

/// What a version before this one put into homes is given its place.
async fn unplaced(app: &App) -> Result<(), Refusal> {
    app.db.write_quietly(|tx| Box::pin(async move { Ok::<_, Refusal>(feeds::place(tx).await?) })).await
}

async fn old_records(app: &App) -> Result<(), Refusal> {
    let now = app.now();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                markers::sweep(tx, now - 30 * DAY).await?;
                mutes::sweep(tx, now).await?;
                forms::sweep(tx, now).await?;
                emoji::sweep(tx, now - limits::EMOJI_MISSING).await?;
                keys::sweep_retired(tx, now - 30 * DAY).await?;
                tokens::sweep(tx, now - limits::APP_KEPT, now).await?;
                Ok::<_, Refusal>(sessions::sweep(tx, now - DAY, now).await?)
            })
        })
        .await
}

/// The log of deliveries reaches back so many days; what was said stays as long, and twice as long as
/// anything is tried.
async fn old_deliveries(app: &App) -> Result<(), Refusal> {
    let oldest = app.now() - i64::from(app.settings.delivery_log_days) * DAY;
    let before = first_of(oldest);
    while app
        .db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(delivery_log::trim(tx, before).await?) }))
        .await?
    {}
    let said = oldest.min(app.now() - deliver::EXPIRES * 2);
    while app
        .db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(delivery_log::trim_said(tx, said).await?) }))
        .await?
    {}
    Ok(())
}

/// Files removed at the same time.
const REMOVED_TOGETHER: usize = 8;

/// Removes stored bytes, and the rows of profile pictures that named them.
pub async fn drop_blobs(app: &App, keys: &[String]) -> Result<(), Refusal> {
    let keys_known: Vec<Key> = keys.iter().filter_map(|key| key.parse().ok()).collect();
    let mut gone = stream::iter(keys_known)
        .map(|key| async move { app.blobs.delete(&key).await })
        .buffer_unordered(REMOVED_TOGETHER);
    while let Some(one) = gone.next().await {
        one?;
    }
    let keys = keys.to_vec();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                for key in &keys {
                    media::remove_picture(tx, key).await?;
                }
                Ok(())
            })
        })
        .await
}

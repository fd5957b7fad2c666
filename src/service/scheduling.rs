//! Posts that wait for their hour. Their photos wait with them; a job posts them, also after a restart.

use super::timelines::{Ends, Part};
use super::work::{self, Work};
use super::writing::{self, Photos, Written};
use super::{Refusal, apps, attaching, limits};
use crate::activitypub::Visibility;
use crate::app::App;
use crate::clock::Millis;
use crate::entity::{account, photo, scheduled_post};

use crate::store::{Cursor, accounts, media, scheduled};
use sea_orm::ConnectionTrait;
use std::collections::HashMap;

/// A post that waits, with its photos.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub row: scheduled_post::Model,
    pub photos: Vec<photo::Model>,
}

/// What a call with a number came to.
#[derive(Debug, Clone)]
pub enum Said {
    /// The id of the post.
    Posted(i64),
    Scheduled(Waiting),
}

fn soon_enough(app: &App, at: Millis) -> Result<(), Refusal> {
    let now = app.now();
    if at < now + limits::SCHEDULED_AHEAD {
        return Err(Refusal::invalid("scheduled_at", "A post can be scheduled five minutes ahead at least."));
    }
    if at > now + limits::SCHEDULED_LATEST {
        return Err(Refusal::invalid("scheduled_at", "A post can be scheduled five years ahead at most."));
    }
    Ok(())
}

/// Keeps what somebody wrote until `at`. What is wrong with it is said now.
pub async fn schedule(
    app: &App,
    author: &account::Model,
    application_id: i64,
    written: Written,
    at: Millis,
) -> Result<Waiting, Refusal> {
    soon_enough(app, at)?;
    if let Err(refusal) = writing::check(app, author, &written).await {
        // A call with the same number was quicker: the photos are in its post by now.
        return match written.number {
            Some(number) => one(app, author.id, number).await.map_err(|_| refusal),
            None => Err(refusal),
        };
    }
    if scheduled::count(&app.db.read, author.id).await? >= limits::SCHEDULED {
        let why = format!("{} posts wait already. Take one back first.", limits::SCHEDULED);
        return Err(Refusal::invalid("scheduled_at", why));
    }
    let row = scheduled_post::Model {
        id: written.number.unwrap_or_else(|| app.id()),
        account_id: author.id,
        application_id,
        at,
        caption: written.text.trim().replace("\r\n", "\n"),
        warning: written.warning.trim().to_owned(),
        sensitive: i32::from(written.sensitive),
        language: written.language,
        visibility: written.visibility.map(|v| v.as_str().to_owned()),
        in_reply_to_id: written.answers,
        created_at: app.now(),
    };
    let loose = match written.photos {
        Photos::Loose(ids) => ids,
        Photos::None | Photos::Kept(_) => Vec::new(),
    };
    let app2 = app.clone();
    let row = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                if let Some(known) = scheduled::by_id(tx, row.id).await? {
                    return Ok::<_, Refusal>(known);
                }
                scheduled::insert(tx, row.clone()).await?;
                attaching::put(tx, row.account_id, &loose, None, Some(row.id)).await?;
                queue(&app2, tx, &row).await?;
                Ok(row)
            })
        })
        .await?;
    with_photos(app, row).await
}

async fn queue(app: &App, tx: &impl ConnectionTrait, row: &scheduled_post::Model) -> Result<(), Refusal> {
    Ok(work::queue_at(app, tx, Work::PostScheduled { scheduled: row.id }, row.at).await?)
}

async fn with_photos(app: &App, row: scheduled_post::Model) -> Result<Waiting, Refusal> {
    Ok(Waiting { photos: media::of_draft(&app.db.read, row.id).await?, row })
}

/// What an earlier call with this number came to.
pub async fn said(app: &App, author: &account::Model, number: i64) -> Result<Option<Said>, Refusal> {
    if let Some(post) = writing::sent(&app.db.read, author.id, number).await? {
        return Ok(Some(Said::Posted(post.id)));
    }
    match scheduled::by_id(&app.db.read, number).await?.filter(|row| row.account_id == author.id) {
        Some(row) => Ok(Some(Said::Scheduled(with_photos(app, row).await?))),
        None => Ok(None),
    }
}

/// A waiting post of this very person.
pub async fn one(app: &App, author_id: i64, id: i64) -> Result<Waiting, Refusal> {
    let row = scheduled::by_id(&app.db.read, id).await?.filter(|row| row.account_id == author_id);
    with_photos(app, row.ok_or(Refusal::Missing)?).await
}

/// What somebody has waiting, the last written first.
pub async fn listed(app: &App, author_id: i64, cursor: Cursor) -> Result<Part<Waiting>, Refusal> {
    let rows = scheduled::page(&app.db.read, author_id, cursor).await?;
    let keys: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut photos: HashMap<i64, Vec<photo::Model>> = HashMap::new();
    for photo in media::of_drafts(&app.db.read, &keys).await? {
        photos.entry(photo.draft_id.unwrap_or(0)).or_default().push(photo);
    }
    let items = rows.into_iter().map(|row| Waiting { photos: photos.remove(&row.id).unwrap_or_default(), row });
    Ok(Part { items: items.collect(), ends: Ends::of(&keys, cursor) })
}

/// Another hour for a waiting post.
pub async fn move_to(app: &App, author_id: i64, id: i64, at: Millis) -> Result<Waiting, Refusal> {
    soon_enough(app, at)?;
    let app2 = app.clone();
    let row = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = scheduled::by_id(tx, id).await?.filter(|row| row.account_id == author_id);
                let row = scheduled_post::Model { at, ..row.ok_or(Refusal::Missing)? };
                scheduled::save(tx, row.clone()).await?;
                // The job of the hour before finds that it is not its turn.
                queue(&app2, tx, &row).await?;
                Ok::<_, Refusal>(row)
            })
        })
        .await?;
    with_photos(app, row).await
}

/// Takes a waiting post back; its photos are in nothing again.
pub async fn cancel(app: &App, author_id: i64, id: i64) -> Result<(), Refusal> {
    let now = app.now();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let row = scheduled::by_id(tx, id).await?.filter(|row| row.account_id == author_id);
                let row = row.ok_or(Refusal::Missing)?;
                for photo in media::of_draft(tx, row.id).await? {
                    media::loosen(tx, photo.id, now).await?;
                }
                Ok(scheduled::remove(tx, row.id).await?)
            })
        })
        .await
}

/// Its hour has come. What cannot be posted any more stays in the list of its author, who may mend it or take
/// it back. Run again after a crash it posts nothing twice: its number is the post's.
pub async fn post(app: &App, id: i64) -> Result<(), Refusal> {
    let Some(row) = scheduled::by_id(&app.db.read, id).await?.filter(|row| row.at <= app.now()) else {
        return Ok(());
    };
    let author = accounts::by_id(&app.db.read, row.account_id).await?.ok_or(Refusal::Missing)?;
    if author.deleted_at.is_some() || author.suspended != 0 {
        return Ok(());
    }
    let written = Written {
        text: row.caption,
        warning: row.warning,
        sensitive: row.sensitive != 0,
        language: row.language,
        visibility: row.visibility.as_deref().and_then(|v| v.parse::<Visibility>().ok()),
        answers: row.in_reply_to_id,
        photos: Photos::Kept(row.id),
        only: None,
        number: Some(row.id),
        via: apps::via(app, row.application_id).await?,
    };
    writing::post(app, &author, written).await?;
    app.db.write_quietly(move |tx| Box::pin(async move { Ok(scheduled::remove(tx, id).await?) })).await
}

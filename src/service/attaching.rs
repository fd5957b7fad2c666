//! Photos that apps send before they write: each is in nothing until a post takes it, and goes if none does.
//! They are developed and stored as those that come with the composer's form are.

use super::photos::focus::Focus;
use super::uploads::{self, Made, NewPhoto, Upload};
use super::{Refusal, editing, limits, sessions, surface};
use crate::app::App;
use crate::clock::Millis;
use crate::entity::{account, photo};
use crate::store::{media, scheduled};
use sea_orm::ConnectionTrait;
use std::time::Duration;

/// What an app says of a photo.
#[derive(Debug, Clone, Default)]
pub struct Told {
    pub alt: Option<String>,
    pub focus: Option<Focus>,
}

impl Told {
    fn check(&self, app: &App) -> Result<(), Refusal> {
        let length = self.alt.as_deref().unwrap_or_default().chars().count();
        if length <= app.settings.max_alt {
            return Ok(());
        }
        let why = format!("The description has {length} characters; {} are possible.", app.settings.max_alt);
        Err(Refusal::invalid("description", why))
    }
}

/// How far a photo has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Being developed or stored.
    Coming,
    Ready,
    /// It will never be had.
    Failed,
}

/// How far a photo has come; one whose process died is not waited for.
pub fn stage(app: &App, row: &photo::Model) -> Stage {
    match row.state.as_str() {
        uploads::READY => Stage::Ready,
        uploads::FAILED => Stage::Failed,
        _ if row.created_at < app.now() - limits::DEVELOPED => Stage::Failed,
        _ => Stage::Coming,
    }
}

/// Takes a photo. Waits until it is ready, or no longer than `wait`, and then gives it as far as it has come;
/// whoever waits for ever is refused where too many wait already.
pub async fn take(
    app: &App,
    account_id: i64,
    upload: Upload,
    told: Told,
    wait: Option<Duration>,
) -> Result<photo::Model, Refusal> {
    told.check(app)?;
    let bucket = [(format!("uploads:{account_id}"), limits::UPLOADS)];
    sessions::take_attempt(app, &bucket, limits::UPLOADS_WINDOW).await?;
    let (focus_x, focus_y) = told.focus.unwrap_or_default().thousandths();
    let row = photo::Model {
        state: uploads::DEVELOPING.to_owned(),
        alt: told.alt.unwrap_or_default(),
        focus_x,
        focus_y,
        loose_since: app.now(),
        ..uploads::blank_of(app, account_id, &upload.file_name)
    };
    let new = row.clone();
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(media::insert(tx, new, Vec::new()).await?) }))
        .await?;
    // In a task of its own: an app that hangs up must not leave a photo half stored.
    let (app2, coming, patient) = (app.clone(), row.clone(), wait.is_some());
    let developing = app.tasks.spawn(async move {
        let id = coming.id;
        let done = develop(&app2, coming, &upload, patient).await;
        if done.is_err() {
            set_state(&app2, id, uploads::FAILED).await?;
        }
        done
    });
    let done = match wait {
        None => developing.await,
        Some(wait) => match tokio::time::timeout(wait, developing).await {
            Ok(done) => done,
            Err(_) => return Ok(row),
        },
    };
    let done = done.map_err(Refusal::broken)?;
    if done.is_err() {
        // Told at once, so nobody asks for it again.
        uploads::forget(app, row.id).await?;
    }
    done
}

async fn set_state(app: &App, id: i64, state: &'static str) -> Result<(), Refusal> {
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(media::set_state(tx, id, state).await?) }))
        .await
}

/// Makes its sizes and stores everything. What was said of it meanwhile holds.
async fn develop(app: &App, row: photo::Model, upload: &Upload, patient: bool) -> Result<photo::Model, Refusal> {
    let mut made = Made::of(app, row.account_id, upload, patient).await?;
    let file = uploads::fingerprint(&upload.path).await.map_err(Refusal::broken)?;
    let mut new = NewPhoto::of(app, row, &made, file)?;
    let (row, sizes) = (new.row.clone(), new.sizes.clone());
    new.row = app
        .db
        .write_quietly(move |tx| {
            Box::pin(async move {
                let now = media::by_id(tx, row.id).await?.ok_or(Refusal::Missing)?;
                let row = photo::Model {
                    alt: if now.alt.is_empty() { row.alt } else { now.alt },
                    focus_x: now.focus_x,
                    focus_y: now.focus_y,
                    ..row
                };
                media::save(tx, row.clone()).await?;
                media::insert_sizes(tx, sizes).await?;
                Ok::<_, Refusal>(row)
            })
        })
        .await?;
    new.store(app, upload, &mut made.derived).await?;
    uploads::make_ready(app, new).await
}

/// A photo of this very person; anybody else's does not exist.
pub async fn own(app: &App, account_id: i64, id: i64) -> Result<photo::Model, Refusal> {
    media::by_id(&app.db.read, id).await?.filter(|row| row.account_id == account_id).ok_or(Refusal::Missing)
}

/// Says something else of a photo. One that is in a post already is changed with its post.
pub async fn describe(app: &App, author: &account::Model, id: i64, told: Told) -> Result<photo::Model, Refusal> {
    told.check(app)?;
    let row = own(app, author.id, id).await?;
    if let Some(post_id) = row.post_id {
        let changes = editing::Changes::of_photo(id, told);
        editing::change(app, author, post_id, changes).await?;
        return own(app, author.id, id).await;
    }
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                let now = media::by_id(tx, id).await?.ok_or(Refusal::Missing)?;
                let focus = told.focus.unwrap_or_else(|| Focus::of(&now)).thousandths();
                media::arrange(tx, id, now.position, told.alt.as_deref().unwrap_or(&now.alt), focus).await?;
                media::by_id(tx, id).await?.ok_or(Refusal::Missing)
            })
        })
        .await
}

/// Takes a photo back that is in nothing.
pub async fn take_back(app: &App, account_id: i64, id: i64) -> Result<(), Refusal> {
    if own(app, account_id, id).await?.loose_since == 0 {
        return Err(Refusal::Conflict("The photo is part of a post. Take it out there.".to_owned()));
    }
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(_) = media::by_id(tx, id).await?.filter(|row| row.loose_since > 0) else { return Ok(()) };
                let keys = media::remove(tx, id).await?;
                Ok(surface::drop_blobs(&app2, tx, keys).await?)
            })
        })
        .await
}

/// Waits for those of these photos that are still coming.
pub async fn settled(app: &App, ids: &[i64]) -> Result<(), Refusal> {
    let until = tokio::time::Instant::now() + limits::ATTACHED;
    loop {
        let rows = media::by_ids(&app.db.read, ids).await?;
        if rows.iter().all(|row| stage(app, row) != Stage::Coming) {
            return Ok(());
        }
        if tokio::time::Instant::now() > until {
            return Err(Refusal::invalid("media_ids", "A photo is still being worked on. Try again in a moment."));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Puts loose photos of this person into a post, or into what will become one, in this order, after what is
/// there already. What is somebody else's, in something else or not there is named and refused.
pub async fn put(
    tx: &impl ConnectionTrait,
    author_id: i64,
    ids: &[i64],
    post_id: Option<i64>,
    draft_id: Option<i64>,
) -> Result<(), Refusal> {
    check(tx, author_id, ids).await?;
    for (position, id) in (0..).zip(ids) {
        media::attach(tx, *id, post_id, draft_id, position).await?;
    }
    Ok(())
}

/// Refuses photos that cannot be put into anything.
pub async fn check(db: &impl ConnectionTrait, author_id: i64, ids: &[i64]) -> Result<(), Refusal> {
    let rows = media::by_ids(db, ids).await?;
    let fine = |id: &i64| {
        rows.iter().any(|p| p.id == *id && p.account_id == author_id && p.loose_since > 0 && p.state == uploads::READY)
    };
    let odd: Vec<String> = ids.iter().filter(|id| !fine(id)).map(i64::to_string).collect();
    if odd.is_empty() {
        return Ok(());
    }
    let why = format!("These photos are not there, or are in a post already: {}.", odd.join(", "));
    Err(Refusal::invalid("media_ids", why))
}

/// Photos that nothing took in time go.
pub async fn tidy(app: &App) -> Result<(), Refusal> {
    for row in media::loose(&app.db.read, app.now() - limits::LOOSE, 200).await? {
        take_back(app, row.account_id, row.id).await?;
    }
    let before: Millis = app.now() - limits::POSTING_KEY;
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(scheduled::sweep_keys(tx, before).await?) }))
        .await
}

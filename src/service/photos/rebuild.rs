//! Making every size again from the originals: after the pipeline has become better, a quality was
//! chosen anew, or an author has changed what is written into her files. Goes photo by photo, so that it can be stopped and begun
//! again; doing it twice changes nothing.

use super::housing;
use crate::app::App;
use crate::blob::Key;
use crate::entity::{photo, rendition};
use crate::photo::Role;
use crate::service::{Refusal, storage, surface, uploads};
use crate::store::media;
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;

/// A file that other servers know by an older name: it keeps answering, with the newest bytes.
pub const FORMER: &str = "former";

/// Which photos are made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those made by an older pipeline or with other qualities.
    Outdated,
    /// All that have an original.
    All,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    /// Files that are different now.
    pub changed: u64,
    pub failed: u64,
    /// Photos there were to do at the start.
    pub total: u64,
}

/// Makes them again, one after the other; `told` hears after each.
///
/// # Errors
/// Only what stops everything, such as a database that is gone; a photo that fails is counted and left
/// as it is.
pub async fn rebuild(app: &App, which: Which, mut told: impl FnMut(Progress)) -> Result<Progress, Refusal> {
    let _alone = storage::alone(app)?;
    let but = match which {
        Which::Outdated => Some(app.recipe().number()),
        Which::All => None,
    };
    let mut progress = Progress { total: media::count_originals(&app.db.read, but).await?, ..Progress::default() };
    let mut after = 0;
    loop {
        let page = media::originals_but(&app.db.read, but, after, 50).await?;
        let Some(last) = page.last() else { return Ok(progress) };
        after = last.id;
        for row in page {
            let id = row.id;
            match again(app, row).await {
                Ok(changed) => progress.changed += changed,
                Err(refusal) => {
                    tracing::warn!(photo = id, %refusal, "a photo could not be made again and stays as it is");
                    progress.failed += 1;
                }
            }
            progress.done += 1;
            told(progress);
        }
    }
}

/// One photo; how many of its files are different now.
async fn again(app: &App, row: photo::Model) -> Result<u64, Refusal> {
    forget_half_made(app, row.id).await?;
    let original = fetch(app, &row).await?;
    let made = uploads::Made::of(app, row.account_id, &original, true).await?;
    let before = media::sizes_of(&app.db.read, &[row.id]).await?;
    let mut new = Vec::new();
    let mut kept = Vec::new();
    let open = housing::is_open(app, row.post_id).await?;
    for (size, rendition) in made.sizes(app, row.id, open)?.into_iter().zip(&made.derived.renditions) {
        let same = |old: &&rendition::Model| old.role == size.role && old.content_hash == size.content_hash;
        match before.iter().find(same) {
            Some(old) => kept.push(old.key.clone()),
            None => new.push((size, Bytes::from(rendition.bytes.clone()))),
        }
    }
    // Rows first: whatever happens to the bytes, their keys are known.
    let rows = new.iter().map(|(size, _)| rendition::Model { role: half_made(&size.role), ..size.clone() }).collect();
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(media::insert_sizes(tx, rows).await?) }))
        .await?;
    store(app, &before, &new).await?;
    let changed = new.len() as u64;
    replace(app, made.described(app, row), before, kept, new.into_iter().map(|(size, _)| size).collect()).await?;
    Ok(changed)
}

/// The role of a file whose bytes are on their way.
fn half_made(role: &str) -> String {
    format!("{HALF_MADE}{role}")
}

const HALF_MADE: &str = "making ";

/// What an earlier run left when it was stopped in the middle.
async fn forget_half_made(app: &App, photo_id: i64) -> Result<(), Refusal> {
    let sizes = media::sizes_of(&app.db.read, &[photo_id]).await?;
    let left: Vec<String> = sizes.into_iter().filter(|s| s.role.starts_with(HALF_MADE)).map(|s| s.key).collect();
    if left.is_empty() {
        return Ok(());
    }
    let app2 = app.clone();
    app.db.write(move |tx| Box::pin(async move { Ok::<_, Refusal>(surface::drop_blobs(&app2, tx, left).await?) })).await
}

/// The original, copied into a temporary file.
pub(super) async fn fetch(app: &App, row: &photo::Model) -> Result<uploads::Upload, Refusal> {
    let (_, mut blob) = super::files::original(app, row.account_id, row.id).await?;
    let upload = uploads::Upload { path: uploads::temp_path(app)?, file_name: row.file_name.clone() };
    let mut file = tokio::fs::File::create(&upload.path).await.map_err(Refusal::broken)?;
    while let Some(chunk) = blob.stream.next().await {
        file.write_all(&chunk.map_err(Refusal::broken)?).await.map_err(Refusal::broken)?;
    }
    file.flush().await.map_err(Refusal::broken)?;
    Ok(upload)
}

/// New bytes under new names; names other servers know get the new bytes too, because they fetch again
/// years later.
async fn store(app: &App, before: &[rendition::Model], new: &[(rendition::Model, Bytes)]) -> Result<(), Refusal> {
    for (size, bytes) in new {
        app.blobs.put_bytes(&key(&size.key)?, bytes.clone(), "image/jpeg").await?;
        if size.role == Role::Federated.as_str() {
            for known in before.iter().filter(|old| old.role == size.role || old.role == FORMER) {
                app.blobs.put_bytes(&key(&known.key)?, bytes.clone(), "image/jpeg").await?;
            }
        }
    }
    Ok(())
}

fn key(text: &str) -> Result<Key, Refusal> {
    text.parse().map_err(Refusal::broken)
}

async fn replace(
    app: &App,
    row: photo::Model,
    before: Vec<rendition::Model>,
    kept: Vec<String>,
    new: Vec<rendition::Model>,
) -> Result<(), Refusal> {
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let keys: Vec<String> = new.iter().map(|s| s.key.clone()).collect();
                // Deleted meanwhile: what was stored goes again, under old names too.
                let Some(now) = media::by_id(tx, row.id).await? else {
                    let keys = keys.into_iter().chain(before.into_iter().map(|s| s.key)).collect();
                    return Ok::<_, Refusal>(surface::drop_blobs(&app2, tx, keys).await?);
                };
                let federated_anew = new.iter().find(|s| s.role == Role::Federated.as_str());
                let mut gone = Vec::new();
                for old in before.into_iter().filter(|old| !kept.contains(&old.key)) {
                    match federated_anew {
                        // Under this name there are the newest bytes now.
                        Some(newest) if old.role == newest.role || old.role == FORMER => {
                            let row = rendition::Model { key: old.key, role: FORMER.to_owned(), ..newest.clone() };
                            media::save_size(tx, row).await?;
                        }
                        _ if made_of_pixels(&old.role) => {
                            media::remove_picture(tx, &old.key).await?;
                            gone.push(old.key);
                        }
                        _ => {}
                    }
                }
                for size in &new {
                    media::set_role(tx, &size.key, &size.role).await?;
                }
                let row = photo::Model {
                    alt: now.alt,
                    focus_x: now.focus_x,
                    focus_y: now.focus_y,
                    position: now.position,
                    post_id: now.post_id,
                    draft_id: now.draft_id,
                    loose_since: now.loose_since,
                    shows: now.shows,
                    offered: now.offered,
                    ..row
                };
                media::save(tx, row).await?;
                Ok(surface::drop_blobs(&app2, tx, gone).await?)
            })
        })
        .await
}

/// Sizes are made again; what is copied from the original and former names are not theirs.
fn made_of_pixels(role: &str) -> bool {
    role.parse::<Role>().is_ok()
}

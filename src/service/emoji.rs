//! Custom emoji of this server: added and taken away by whoever looks after it; and what all of them have
//! in common, wherever they are from.

use super::uploads::{self, Upload};
use super::{Refusal, surface};
use crate::activitypub::vocab::emoji::is_shortcode;
use crate::app::App;
use crate::blob::MediaType;
use crate::clock::Millis;
use crate::entity::emoji;
use crate::store::emoji as stored;
use bytes::Bytes;
use std::path::PathBuf;

/// Side of the square that the pictures fit into, in pixels: three times what they are shown at.
const SIDE: u32 = 96;

/// A row of which only the name is known.
pub fn blank(id: i64, shortcode: &str, domain: Option<&str>, now: Millis) -> emoji::Model {
    emoji::Model {
        id,
        handle: stored::handle(shortcode, domain.unwrap_or_default()),
        shortcode: shortcode.to_owned(),
        domain: domain.map(str::to_owned),
        media_key: None,
        uri: None,
        remote_url: None,
        updated: None,
        asked_at: now,
        visible_in_picker: i32::from(domain.is_none()),
        category: None,
    }
}

/// What stands between colons in a text and could be a name. The same may come twice.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(':').filter(|part| is_shortcode(part))
}

/// Makes what is served of a file and stores it under a new name.
pub async fn store(app: &App, file: &Upload) -> Result<String, Refusal> {
    let made = app.photos.emoji(&file.path, SIDE).await.map_err(|e| uploads::refused("The picture", e))?;
    let key = uploads::new_key(MediaType::Png, true)?;
    app.blobs.put_bytes(&key, Bytes::from(made.bytes), MediaType::Png.mime()).await?;
    Ok(key.to_string())
}

/// Adds one, or puts another picture in its place. The file is copied first, and left where it is.
pub async fn add(app: &App, shortcode: &str, file: PathBuf, category: Option<String>) -> Result<(), Refusal> {
    if !is_shortcode(shortcode) {
        return Err(Refusal::invalid("name", "A name has 1 to 64 letters (a–z, A–Z), digits or underscores."));
    }
    let upload = Upload { path: uploads::temp_path(app)?, file_name: String::new() };
    tokio::fs::copy(&file, &upload.path)
        .await
        .map_err(|e| Refusal::invalid("file", format!("The file cannot be read: {e}.")))?;
    let key = store(app, &upload).await?;
    let mut row = blank(app.id(), shortcode, None, app.now());
    row.media_key = Some(key);
    row.updated = Some(app.now());
    row.category = category;
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let known = stored::named(tx, &[row.handle.clone()].into()).await?.pop();
                let Some(old) = known else { return Ok(stored::insert_if_new(tx, row).await.map(drop)?) };
                stored::save(tx, emoji::Model { id: old.id, ..row }).await?;
                Ok(surface::drop_blobs(&app2, tx, old.media_key.into_iter().collect()).await?)
            })
        })
        .await
}

/// Takes one away; false when there was none of that name.
pub async fn remove(app: &App, shortcode: &str) -> Result<bool, Refusal> {
    let (app2, handle) = (app.clone(), stored::handle(shortcode, ""));
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(row) = stored::named(tx, &[handle].into()).await?.pop() else { return Ok(false) };
                stored::remove(tx, row.id).await?;
                surface::drop_blobs(&app2, tx, row.media_key.into_iter().collect()).await?;
                Ok(true)
            })
        })
        .await
}

/// Forgets those of another server and of those below it, pictures and all.
pub async fn forget(app: &App, domain: &str) -> Result<(), Refusal> {
    loop {
        let (app2, domain) = (app.clone(), domain.to_owned());
        let some = app.db.write(move |tx| {
            Box::pin(async move {
                let rows = stored::of_domain(tx, &domain, 500).await?;
                for row in &rows {
                    stored::remove(tx, row.id).await?;
                }
                let keys = rows.iter().filter_map(|row| row.media_key.clone()).collect();
                surface::drop_blobs(&app2, tx, keys).await?;
                Ok::<_, Refusal>(!rows.is_empty())
            })
        });
        if !some.await? {
            return Ok(());
        }
    }
}

//! Files of a photo that are no sizes of it: its animation, and a cleaned copy of its original where
//! its author offers one. Made by jobs, after the photo can be seen.

use super::housing;
use crate::app::App;
use crate::blob::MediaType;
use crate::darkroom::{Copied, DarkroomError};
use crate::entity::{photo, rendition};
use crate::photo::Removed;
use crate::secrets::sha256;
use crate::service::work::{self, Work};
use crate::service::{Refusal, surface, uploads};
use crate::store::media;
use bytes::Bytes;
use sea_orm::{ConnectionTrait, DbErr};

/// Role of a file that moves.
pub const ANIMATION: &str = "animation";
/// Role of a cleaned original that everybody may have.
pub const ORIGINAL: &str = "original";

/// Puts in what the photos of a post are still to get, and takes away what is not offered any more.
pub async fn wanted(app: &App, tx: &impl ConnectionTrait, post_id: i64) -> Result<(), DbErr> {
    let photos = media::of_posts(tx, &[post_id]).await?;
    let ids: Vec<i64> = photos.iter().map(|p| p.id).collect();
    let sizes = media::sizes_of(tx, &ids).await?;
    for photo in photos {
        let has = |role: &str| sizes.iter().find(|s| s.photo_id == Some(photo.id) && s.role == role);
        if photo.offered == 0
            && let Some(copy) = has(ORIGINAL)
        {
            media::remove_picture(tx, &copy.key).await?;
            surface::drop_blobs(app, tx, vec![copy.key.clone()]).await?;
        }
        let lacks_copy = photo.offered != 0 && has(ORIGINAL).is_none();
        if lacks_copy || (moves(&photo) && has(ANIMATION).is_none()) {
            work::queue(app, tx, Work::PhotoExtras { photo: photo.id }).await?;
        }
    }
    Ok(())
}

/// The file had more than one frame.
fn moves(photo: &photo::Model) -> bool {
    let removed: Vec<Removed> = serde_json::from_str(&photo.removed).unwrap_or_default();
    removed.contains(&Removed::Animation)
}

/// Makes what a photo still lacks.
pub async fn make(app: &App, photo_id: i64) -> Result<(), Refusal> {
    let Some(row) = media::by_id(&app.db.read, photo_id).await?.filter(|p| p.original_key.is_some()) else {
        return Ok(());
    };
    let sizes = media::sizes_of(&app.db.read, &[photo_id]).await?;
    let lacks = |role: &str| sizes.iter().all(|s| s.role != role);
    let original = super::rebuild::fetch(app, &row).await?;
    if moves(&row) && lacks(ANIMATION) {
        keep(app, &row, ANIMATION, app.photos.animation(&original.path).await).await?;
    }
    if row.offered != 0 && lacks(ORIGINAL) {
        keep(app, &row, ORIGINAL, app.photos.stripped(&original.path).await).await?;
    }
    Ok(())
}

/// Stores a copy under a name of its own; what cannot be copied is left out, with a word in the log.
async fn keep(
    app: &App,
    photo: &photo::Model,
    role: &str,
    made: Result<Option<Copied>, DarkroomError>,
) -> Result<(), Refusal> {
    let made = match made {
        Ok(Some(made)) => made,
        Ok(None) => return Ok(()),
        Err(error) if error.is_about_the_file() => {
            tracing::info!(photo = photo.id, role, %error, "a photo has no such file");
            return Ok(());
        }
        Err(error) => return Err(uploads::refused(&photo.file_name, error)),
    };
    let Some(kind) = MediaType::of_mime(made.format.mime()) else { return Ok(()) };
    let key = uploads::new_key(kind, housing::is_open(app, photo.post_id).await?)?;
    let row = rendition::Model {
        key: key.to_string(),
        photo_id: Some(photo.id),
        account_id: None,
        role: role.to_owned(),
        width: i64::from(made.width),
        height: i64::from(made.height),
        bytes: i64::try_from(made.bytes.len()).unwrap_or(i64::MAX),
        created_at: app.now(),
        quality: 0,
        gamut: "srgb".to_owned(),
        content_hash: Some(sha256(&made.bytes)),
    };
    app.blobs.put_bytes(&key, Bytes::from(made.bytes), kind.mime()).await?;
    let (app2, id) = (app.clone(), photo.id);
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let now = media::by_id(tx, id).await?;
                let still = now.is_some_and(|p| row.role != ORIGINAL || p.offered != 0);
                let sizes = media::sizes_of(tx, &[id]).await?;
                if !still || sizes.iter().any(|s| s.role == row.role) {
                    return Ok::<_, Refusal>(surface::drop_blobs(&app2, tx, vec![row.key]).await?);
                }
                Ok(media::insert_sizes(tx, vec![row]).await?)
            })
        })
        .await
}

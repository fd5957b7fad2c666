//! Where what is made of a photo lies: with what everybody may see, which may have a public address, or with
//! what the server alone gives out, to whoever knows the name. A photo is closed until a post that everybody
//! may see takes it; its name stays the same, and this server answers to it wherever it lies.

use crate::app::App;
use crate::blob::Key;
use crate::service::work::{self, Work};
use crate::service::{Refusal, visibility};
use crate::store::{media, posts};
use futures_util::future::join_all;

/// Photos looked at in one go.
const PAGE: u64 = 200;

/// Whether what is made of a photo of this post lies open; in no post it does not.
pub async fn is_open(app: &App, post_id: Option<i64>) -> Result<bool, Refusal> {
    let Some(post_id) = post_id else { return Ok(false) };
    let post = posts::by_id(&app.db.read, post_id).await?;
    Ok(post.is_some_and(|post| visibility::of(&post).is_open()))
}

/// Puts what is made of the photos of a post where it belongs; later, if it cannot be done now: until then
/// this server gives it out.
pub async fn settle_or_later(app: &App, post_id: i64) -> Result<(), Refusal> {
    let Err(refusal) = settle(app, post_id).await else { return Ok(()) };
    tracing::info!(post = post_id, %refusal, "photos of a post are put where they belong later");
    let app2 = app.clone();
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                let (work, key) = (Work::HousePhotos { post: post_id }, format!("house:{post_id}"));
                Ok::<_, Refusal>(work::queue_once(&app2, tx, work, key, 0).await.map(drop)?)
            })
        })
        .await
}

/// Puts what is made of the photos of a post where it belongs. Done twice it changes nothing.
pub async fn settle(app: &App, post_id: i64) -> Result<(), Refusal> {
    let Some(post) = posts::by_id(&app.db.read, post_id).await?.filter(|post| post.deleted_at.is_none()) else {
        return Ok(());
    };
    let open = visibility::of(&post).is_open();
    let photos: Vec<i64> = media::of_posts(&app.db.read, &[post_id]).await?.into_iter().map(|p| p.id).collect();
    let keys = media::sizes_of(&app.db.read, &photos).await?.into_iter().filter_map(|size| size.key.parse().ok());
    let astray: Vec<Key> = keys.filter(|key: &Key| key.is_open() != open).collect();
    if astray.is_empty() {
        return Ok(());
    }
    let copies = astray.into_iter().map(|key| async move {
        let target = key.moved(open);
        Ok::<_, Refusal>(app.blobs.copy(&key, &target).await?.then_some((key, target)))
    });
    let copied: Result<Vec<_>, Refusal> = join_all(copies).await.into_iter().collect();
    crate::fault::point("between a copy and its row");
    rename(app, copied?.into_iter().flatten().collect()).await
}

/// The rows name the copies; what nothing names any more goes.
async fn rename(app: &App, copied: Vec<(Key, Key)>) -> Result<(), Refusal> {
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let mut left = Vec::new();
                for (from, to) in copied {
                    if media::rename_size(tx, from.as_str(), to.as_str()).await? {
                        left.push(from.to_string());
                    } else if !media::names(tx, to.as_str()).await? {
                        // Deleted while it was copied. (Or another run was quicker: then a row names it.)
                        left.push(to.to_string());
                    }
                }
                if left.is_empty() {
                    return Ok::<_, Refusal>(());
                }
                Ok(work::queue(&app2, tx, Work::DropBlobs { keys: left }).await?)
            })
        })
        .await
}

/// Puts everything where it belongs that an earlier version left elsewhere, photo by photo.
pub async fn settle_all(app: &App) -> Result<(), Refusal> {
    let mut after = 0;
    loop {
        let page = media::posted_after(&app.db.read, after, PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        let mut posts: Vec<i64> = page.into_iter().map(|(_, post)| post).collect();
        posts.dedup();
        for post in posts {
            settle(app, post).await?;
        }
    }
}

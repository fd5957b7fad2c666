//! Pictures of posts elsewhere, as rows: what is said about them, before and after they are fetched.

use crate::activitypub::vocab::{Attachment, Place};
use crate::app::App;
use crate::entity::photo;
use crate::service::photos::focus::Focus;
use crate::service::photos::told;
use crate::service::work::{self, Work};
use crate::service::{Refusal, surface, uploads};
use crate::store::media;
use sea_orm::ConnectionTrait;

/// Rows for pictures that are still elsewhere; what can be shown meanwhile is the placeholder.
pub(super) fn rows(app: &App, account_id: i64, post_id: i64, attachments: &[Attachment]) -> Vec<photo::Model> {
    let row = |(position, a): (usize, &Attachment)| {
        let focus = a.focal_point.and_then(|(x, y)| Focus::new(x, y)).unwrap_or_default();
        let (focus_x, focus_y) = focus.thousandths();
        let (metadata, shows) = told::heard(a);
        photo::Model {
            id: app.id(),
            account_id,
            post_id: Some(post_id),
            position: i64::try_from(position).unwrap_or(0),
            alt: a.alt.clone(),
            focus_x,
            focus_y,
            original_type: a.media_type.clone().unwrap_or_default(),
            width: a.width.unwrap_or(0).clamp(0, 30_000),
            height: a.height.unwrap_or(0).clamp(0, 30_000),
            color: a.blurhash.as_deref().map(color_of).unwrap_or_default(),
            blurhash: a.blurhash.clone().unwrap_or_default(),
            remote_url: Some(a.url.clone()),
            created_at: app.now(),
            metadata,
            shows,
            place: a.place.as_ref().map(Place::kept).unwrap_or_default(),
            ..uploads::blank()
        }
    };
    attachments.iter().enumerate().map(row).collect()
}

/// The average colour a blurhash carries, as `#rrggbb`.
fn color_of(hash: &str) -> String {
    match blurhash::decode(hash, 1, 1, 1.0).as_deref() {
        Ok([r, g, b, ..]) => format!("#{r:02x}{g:02x}{b:02x}"),
        _ => String::new(),
    }
}

pub(super) async fn add(app: &App, tx: &impl ConnectionTrait, photos: Vec<photo::Model>) -> Result<(), Refusal> {
    for photo in photos {
        let host = work::host_of(photo.remote_url.as_deref().unwrap_or_default());
        let work = Work::FetchPhoto { photo: photo.id, host };
        media::insert(tx, photo, Vec::new()).await?;
        work::queue(app, tx, work).await?;
    }
    Ok(())
}

/// A picture at a known address is the same picture: only what is said about it may change.
pub(super) async fn replace(
    app: &App,
    tx: &impl ConnectionTrait,
    post_id: i64,
    new: Vec<photo::Model>,
) -> Result<(), Refusal> {
    let mut old = media::of_posts(tx, &[post_id]).await?;
    let mut added = Vec::new();
    for photo in new {
        match old.iter().position(|o| o.remote_url == photo.remote_url) {
            Some(at) => {
                let focus = Focus::of(&photo).thousandths();
                let known = old.swap_remove(at).id;
                media::arrange(tx, known, photo.position, &photo.alt, focus).await?;
                media::describe(tx, known, photo).await?;
            }
            None => added.push(photo),
        }
    }
    let mut keys = Vec::new();
    for gone in old {
        keys.extend(media::remove(tx, gone.id).await?);
    }
    surface::drop_blobs(app, tx, keys).await?;
    add(app, tx, added).await
}

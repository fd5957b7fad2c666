//! Pictures of other servers: fetched through the guarded door, derived by our own pipeline, served
//! from here. Nobody's browser is sent to another server for them.

use super::fetch::Budget;
use super::people;
use crate::app::App;
use crate::clock::{HOUR, Millis};
use crate::entity::{account, photo};
use crate::service::uploads::{self, ProfilePicture, Upload};
use crate::service::{Refusal, surface};
use crate::store::{accounts, kept, media, policies};
use url::Url;

/// Attempts before a photo is left as its placeholder.
const ATTEMPTS: i64 = 5;
/// The same while it cannot be stored.
pub(super) const STORE_ATTEMPTS: i64 = 8;
/// A photo this old that its server does not have is gone.
const NEW: Millis = HOUR;
/// Largest avatar or header fetched, in bytes.
const PICTURE_BYTES: u64 = 8 << 20;

/// Fetches a remote photo once.
pub async fn fetch_photo(app: &App, photo_id: i64, attempt: i64) -> Result<(), Refusal> {
    let Some(row) = media::by_id(&app.db.read, photo_id).await?.filter(|p| p.state == uploads::REMOTE) else {
        return Ok(());
    };
    let Some(address) = row.remote_url.clone() else { return Ok(()) };
    let limit = u64::try_from(app.settings.max_photo_bytes).unwrap_or(u64::MAX);
    let fetched = match download(app, &address, limit, row.created_at).await {
        Ok(upload) => uploads::fill_remote(app, row.clone(), upload).await,
        Err(refusal) => Err(refusal),
    };
    match fetched {
        // Our own store is away: no word against the photo, as long as that may be a matter of hours.
        Err(Refusal::NoStore) if attempt < STORE_ATTEMPTS => Err(Refusal::NoStore),
        Err(later @ (Refusal::Broken(_) | Refusal::Busy | Refusal::Full)) if attempt < ATTEMPTS => Err(later),
        Err(refusal) => {
            tracing::info!(%refusal, "a remote photo is left as its placeholder");
            // What cannot be read will not be readable another time.
            let state = if matches!(refusal, Refusal::Invalid { .. }) { uploads::FAILED } else { uploads::NOT_HAD };
            give_up(app, row, state).await
        }
        Ok(()) => Ok(()),
    }
}

/// The photo has its placeholder, and whatever was stored of it goes.
async fn give_up(app: &App, row: photo::Model, state: &'static str) -> Result<(), Refusal> {
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let keys = media::drop_sizes(tx, row.id).await?;
                surface::drop_blobs(&app2, tx, keys).await?;
                kept::asked(tx, row.id, app2.now()).await?;
                Ok::<_, Refusal>(media::set_state(tx, row.id, state).await?)
            })
        })
        .await
}

/// A file from another server, on disk. It was named `since` then.
pub(super) async fn download(app: &App, address: &str, limit: u64, since: Millis) -> Result<Upload, Refusal> {
    let url = Url::parse(address).map_err(|_| Refusal::Missing)?;
    if policies::domain_blocked(&app.db.read, url.host_str().unwrap_or_default()).await? {
        return Err(Refusal::Missing);
    }
    let upload = Upload { path: uploads::temp_path(app)?, file_name: String::new() };
    let got = app.door.get_media(&url, &upload.path, limit).await;
    match got {
        Ok(media) if media.status.is_success() => Ok(upload),
        Ok(media) if media.status.is_client_error() && app.now() - since > NEW => Err(Refusal::Missing),
        // Some servers store pictures a moment after they announce them.
        Ok(media) => Err(Refusal::broken(format!("{} answered {}", url.host_str().unwrap_or_default(), media.status))),
        Err(error) if error.is_permanent() => Err(Refusal::Missing),
        Err(error) => Err(Refusal::broken(error)),
    }
}

/// A remote account's avatar and header, and the totals its collections claim.
pub async fn fetch_pictures(app: &App, account_id: i64) -> Result<(), Refusal> {
    let Some(row) = accounts::by_id(&app.db.read, account_id).await?.filter(|a| !a.domain.is_empty()) else {
        return Ok(());
    };
    let avatar = picture(app, &row, row.avatar_url.as_deref(), ProfilePicture::Avatar).await;
    let header = picture(app, &row, row.header_url.as_deref(), ProfilePicture::Header).await;
    let [posts, followers, following] = people::totals(app, &row, &Budget::activity()).await;
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(mut now) = accounts::by_id(tx, account_id).await? else { return Ok(()) };
                let mut unused = Vec::new();
                if let Some(key) = avatar {
                    unused.extend(now.avatar_key.replace(key));
                }
                if let Some(key) = header {
                    unused.extend(now.header_key.replace(key));
                }
                now.pictures_asked_at = app2.now();
                now.pictures_seen_at = app2.now();
                now.remote_posts = posts.or(now.remote_posts);
                now.remote_followers = followers.or(now.remote_followers);
                now.remote_following = following.or(now.remote_following);
                accounts::save(tx, now).await?;
                Ok::<_, Refusal>(surface::drop_blobs(&app2, tx, unused).await?)
            })
        })
        .await
}

/// A new picture's key; none when there is none to be had.
async fn picture(app: &App, row: &account::Model, address: Option<&str>, which: ProfilePicture) -> Option<String> {
    let upload = download(app, address?, PICTURE_BYTES, row.created_at).await.ok()?;
    uploads::profile_picture(app, row.id, which, &upload).await.ok()
}

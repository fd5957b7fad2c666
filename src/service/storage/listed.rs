//! The public address of media, as strangers see it.

use crate::app::App;
use crate::service::uploads;
use url::Url;

/// More than enough to tell a list by, in bytes.
const MOST_OF_A_LIST: u64 = 4 << 20;

/// Whether anybody who asks the public media address gets a list of what is there. Names of pictures are
/// random so that nobody finds what was not shown to them; a list would give them all away.
pub async fn is_listed(app: &App) -> bool {
    let Some(base) = &app.settings.media_address else { return false };
    let base = base.as_str().trim_end_matches('/');
    for end in ["/", "/?list-type=2", "/media/"] {
        if let Ok(url) = Url::parse(&format!("{base}{end}"))
            && shows_a_list(app, &url).await
        {
            return true;
        }
    }
    false
}

async fn shows_a_list(app: &App, url: &Url) -> bool {
    let Ok(path) = uploads::temp_path(app) else { return false };
    let answer = app.door.get_media(url, &path, MOST_OF_A_LIST).await;
    let text = tokio::fs::read(&path).await.unwrap_or_default();
    let _ = tokio::fs::remove_file(&path).await;
    answer.is_ok_and(|answer| answer.status.is_success()) && is_a_list(&text)
}

/// S3 and its like, Azure, and the pages web servers make of a folder.
fn is_a_list(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    ["<ListBucketResult", "<EnumerationResults", "<title>Index of"].iter().any(|mark| text.contains(mark))
}

/// Says so in the log, once, if it is.
pub async fn warn_if_listed(app: App) {
    if is_listed(&app).await {
        tracing::error!(
            "media_address shows everybody a list of all photos, those for followers too: \
             allow reading single objects below media/ only, and forbid listing"
        );
    }
}

//! What a server says of itself beyond Instance, and what a link to a post shows.

use super::media::MediaMeta;
use super::{Status, time};
use crate::activitypub::SanitizedHtml;
use crate::app::App;
use crate::clock::Millis;
use crate::service::federation::urls::Urls;
use serde::Serialize;
use utoipa::ToSchema;

/// What the server says of itself, in HTML.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExtendedDescription {
    pub updated_at: String,
    pub content: String,
}

impl ExtendedDescription {
    pub fn of(html: &SanitizedHtml, since: Millis) -> Self {
        Self { updated_at: time(since), content: html.as_str().to_owned() }
    }
}

/// What other sites show of a link (oEmbed 1.0): a photo, or a link where there is none to be shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OEmbed {
    pub version: String,
    /// `photo` or `link`.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub author_name: String,
    pub author_url: String,
    pub provider_name: String,
    pub provider_url: String,
    /// Seconds.
    pub cache_age: i64,
    pub url: Option<String>,
    pub width: Option<i64>,
    pub height: Option<i64>,
}

/// It may be shown for an hour without asking again.
const CACHED: i64 = 3_600;
/// Characters of what was said that make a title.
const TITLE: usize = 140;

impl OEmbed {
    /// No wider and no higher than that; a covered photo is not shown.
    pub fn of(app: &App, urls: &Urls, status: &Status, (width, height): (i64, i64)) -> Self {
        let covered = status.sensitive || !status.spoiler_text.is_empty();
        let photo = status.media_attachments.first().filter(|photo| !covered && photo.kind == "image");
        let files = photo.into_iter().flat_map(|photo| match &photo.meta {
            MediaMeta::Known(meta) => {
                vec![(photo.url.clone(), &meta.original), (photo.preview_url.clone(), &meta.small)]
            }
            MediaMeta::Unknown(_) => Vec::new(),
        });
        let mut known = files.filter_map(|(address, size)| Some((address?, size)));
        let file = known.find(|(_, size)| size.width <= width && size.height <= height);
        let said = if status.spoiler_text.is_empty() { &status.content_text } else { &status.spoiler_text };
        let author = &status.account;
        let name = if author.display_name.is_empty() { &author.username } else { &author.display_name };
        Self {
            version: "1.0".to_owned(),
            kind: if file.is_some() { "photo" } else { "link" }.to_owned(),
            title: said.chars().take(TITLE).collect(),
            author_name: name.clone(),
            author_url: author.url.clone(),
            provider_name: app.settings.server_name.clone(),
            provider_url: urls.origin().to_owned(),
            cache_age: CACHED,
            width: file.as_ref().map(|(_, size)| size.width),
            height: file.as_ref().map(|(_, size)| size.height),
            url: file.map(|(url, _)| url),
        }
    }
}

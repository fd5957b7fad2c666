//! MediaAttachment.

use crate::entity::photo;
use crate::service::federation::urls::Urls;
use crate::service::photos::focus::Focus;
use crate::service::views::Picture;
use serde::Serialize;
use utoipa::ToSchema;

/// How large a file of a photo is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Dimensions {
    pub width: i64,
    pub height: i64,
    /// `1600x1067`
    pub size: String,
    pub aspect: f64,
}

impl Dimensions {
    fn of(width: i64, height: i64) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        Self { width, height, size: format!("{width}x{height}"), aspect: width as f64 / height as f64 }
    }
}

/// Around which point to crop: x to the right, y up, each −1 to 1.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FocalPoint {
    pub x: f64,
    pub y: f64,
}

/// What is known of the files.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Meta {
    pub original: Dimensions,
    pub small: Dimensions,
    pub focus: FocalPoint,
}

/// A photo of a post.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MediaAttachment {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub url: Option<String>,
    pub preview_url: Option<String>,
    pub remote_url: Option<String>,
    pub preview_remote_url: Option<String>,
    pub text_url: Option<String>,
    pub description: Option<String>,
    pub blurhash: Option<String>,
    pub meta: Meta,
}

/// Pixels of the longer side that a preview has at least, where there are so many.
const PREVIEW: i64 = 960;

impl MediaAttachment {
    pub fn of(urls: &Urls, row: &photo::Model, picture: &Picture) -> Self {
        let whole = |path: &str| if path.starts_with('/') { urls.at(path) } else { path.to_owned() };
        let large = picture.sizes.first();
        let small = picture.sizes.iter().rev().find(|s| s.width.max(s.height) >= PREVIEW).or(large);
        let original = match (&picture.animation, large) {
            (Some(moving), _) => Dimensions::of(moving.width, moving.height),
            (None, Some(size)) => Dimensions::of(size.width, size.height),
            (None, None) => Dimensions::of(picture.width, picture.height),
        };
        // What has not been fetched yet is shown from where it is: apps want an address on every post.
        let file = picture.animation.as_ref().map(|moving| &moving.src).or(large.map(|size| &size.src));
        let url = file.map(|path| whole(path)).or_else(|| row.remote_url.clone());
        let (x, y) = Focus::of(row).numbers();
        Self {
            id: row.id.to_string(),
            kind: if picture.ready { "image" } else { "unknown" }.to_owned(),
            preview_url: small.map(|size| whole(&size.src)).or_else(|| url.clone()),
            url,
            remote_url: row.remote_url.clone(),
            preview_remote_url: None,
            text_url: None,
            description: Some(row.alt.clone()).filter(|alt| !alt.is_empty()),
            blurhash: Some(row.blurhash.clone()).filter(|hash| !hash.is_empty()),
            meta: Meta {
                small: small.map_or_else(|| original.clone(), |size| Dimensions::of(size.width, size.height)),
                original,
                focus: FocalPoint { x, y },
            },
        }
    }
}

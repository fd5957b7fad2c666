//! MediaAttachment.

use super::{Empty, whole};
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

/// Empty until the photo is ready.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum MediaMeta {
    Known(Meta),
    Unknown(Empty),
}

/// A photo of a post, or one that waits for a post.
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
    pub meta: MediaMeta,
}

/// Pixels of the longer side that a preview has at least, where there are so many.
const PREVIEW: i64 = 960;

impl MediaAttachment {
    pub fn of(urls: &Urls, row: &photo::Model, picture: &Picture) -> Self {
        if !picture.ready && row.remote_url.is_none() {
            return Self::coming(row);
        }
        let large = picture.sizes.first();
        let small = picture.sizes.iter().rev().find(|s| s.width.max(s.height) >= PREVIEW).or(large);
        let original = match (&picture.animation, large) {
            (Some(moving), _) => Dimensions::of(moving.width, moving.height),
            (None, Some(size)) => Dimensions::of(size.width, size.height),
            (None, None) => Dimensions::of(picture.width, picture.height),
        };
        // What has not been fetched yet is shown from where it is: apps want an address on every post.
        let file = picture.animation.as_ref().map(|moving| &moving.src).or(large.map(|size| &size.src));
        let url = file.map(|path| whole(urls, path)).or_else(|| row.remote_url.clone());
        let (x, y) = Focus::of(row).numbers();
        Self {
            id: row.id.to_string(),
            kind: if picture.ready { "image" } else { "unknown" }.to_owned(),
            preview_url: small.map(|size| whole(urls, &size.src)).or_else(|| url.clone()),
            url,
            remote_url: row.remote_url.clone(),
            preview_remote_url: None,
            text_url: None,
            description: Some(row.alt.clone()).filter(|alt| !alt.is_empty()),
            blurhash: Some(row.blurhash.clone()).filter(|hash| !hash.is_empty()),
            meta: MediaMeta::Known(Meta {
                small: small.map_or_else(|| original.clone(), |size| Dimensions::of(size.width, size.height)),
                original,
                focus: FocalPoint { x, y },
            }),
        }
    }

    /// One of ours that is still being worked on.
    fn coming(row: &photo::Model) -> Self {
        Self {
            id: row.id.to_string(),
            kind: "image".to_owned(),
            url: None,
            preview_url: None,
            remote_url: None,
            preview_remote_url: None,
            text_url: None,
            description: Some(row.alt.clone()).filter(|alt| !alt.is_empty()),
            blurhash: None,
            meta: MediaMeta::Unknown(Empty {}),
        }
    }
}

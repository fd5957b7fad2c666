//! StatusSource, StatusEdit, ScheduledStatus: what a post was typed as, was before, and will be.

use super::{Account, CustomEmoji, MediaAttachment, Status, time};
use crate::activitypub::Visibility;
use crate::http::api::ApiError;
use crate::http::api::call::Call;
use crate::service::editing::Version;
use crate::service::scheduling::Waiting;
use crate::service::views;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use utoipa::ToSchema;

/// A post as it was typed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StatusSource {
    pub id: String,
    pub text: String,
    pub spoiler_text: String,
}

/// What a post said at one time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StatusEdit {
    /// HTML.
    pub content: String,
    pub spoiler_text: String,
    pub sensitive: bool,
    pub created_at: String,
    pub account: Account,
    pub media_attachments: Vec<MediaAttachment>,
    pub emojis: Vec<CustomEmoji>,
    #[schema(value_type = Option<Object>)]
    pub poll: Option<Value>,
}

impl StatusEdit {
    /// `status` shows the post with the words it had then and the photos it has now: those that are gone cannot
    /// be shown any more.
    pub fn of(status: Status, version: Version) -> Self {
        let mut media = status.media_attachments;
        if let Some(then) = version.photos {
            let alts: HashMap<String, String> = then.into_iter().map(|(id, alt)| (id.to_string(), alt)).collect();
            media.retain(|photo| alts.contains_key(&photo.id));
            for photo in &mut media {
                photo.description = alts.get(&photo.id).cloned().filter(|alt| !alt.is_empty());
            }
        }
        Self {
            content: status.content,
            spoiler_text: status.spoiler_text,
            sensitive: status.sensitive,
            created_at: time(version.said_at),
            account: status.account,
            media_attachments: media,
            emojis: status.emojis,
            poll: None,
        }
    }
}

/// What a scheduled post will be.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ScheduledParams {
    pub text: String,
    pub media_ids: Vec<String>,
    pub sensitive: bool,
    pub spoiler_text: String,
    pub visibility: String,
    pub in_reply_to_id: Option<String>,
    pub language: Option<String>,
    pub application_id: i64,
    /// Always absent: apps know the time from outside.
    pub scheduled_at: Option<String>,
    pub idempotency: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub poll: Option<Value>,
}

/// What a new post is: there, or waiting for its hour. Only described: each is answered as itself.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum PostedStatus {
    Now(Box<Status>),
    Later(Box<ScheduledStatus>),
}

/// What is answered of a post that was deleted. Only described: it is the Status that was, less its `content`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeletedStatus {
    pub id: String,
    pub created_at: String,
    pub account: Account,
    /// As it was typed.
    pub text: String,
    pub spoiler_text: String,
    pub sensitive: bool,
    pub visibility: String,
    pub media_attachments: Vec<MediaAttachment>,
    #[schema(value_type = Option<Object>)]
    pub poll: Option<Value>,
}

/// A post that waits for its hour.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ScheduledStatus {
    pub id: String,
    pub scheduled_at: String,
    pub params: ScheduledParams,
    pub media_attachments: Vec<MediaAttachment>,
}

impl ScheduledStatus {
    pub async fn of(call: &Call, waiting: Waiting) -> Result<Self, ApiError> {
        Self::all(call, vec![waiting]).await?.pop().ok_or_else(ApiError::missing)
    }

    /// Many at once.
    pub async fn all(call: &Call, waiting: Vec<Waiting>) -> Result<Vec<Self>, ApiError> {
        let photos = waiting.iter().flat_map(|w| w.photos.iter().cloned()).collect();
        let mut pictures: HashMap<i64, Vec<MediaAttachment>> = HashMap::new();
        for (row, picture) in views::of_photos(&call.app, photos).await? {
            let id = row.draft_id.unwrap_or(0);
            pictures.entry(id).or_default().push(MediaAttachment::of(&call.urls, &row, &picture));
        }
        let one = |waiting: Waiting| {
            let row = waiting.row;
            let seen = row.visibility.as_deref().and_then(|v| v.parse().ok()).unwrap_or(Visibility::Public);
            Self {
                id: row.id.to_string(),
                scheduled_at: time(row.at),
                params: ScheduledParams {
                    text: row.caption,
                    media_ids: waiting.photos.iter().map(|photo| photo.id.to_string()).collect(),
                    sensitive: row.sensitive != 0,
                    spoiler_text: row.warning,
                    visibility: super::visibility(seen).to_owned(),
                    in_reply_to_id: row.in_reply_to_id.map(|id| id.to_string()),
                    language: row.language,
                    application_id: row.application_id,
                    scheduled_at: None,
                    idempotency: None,
                    poll: None,
                },
                media_attachments: pictures.remove(&row.id).unwrap_or_default(),
            }
        };
        Ok(waiting.into_iter().map(one).collect())
    }
}

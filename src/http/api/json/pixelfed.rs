//! What Pixelfed's own app asks for beyond Mastodon's API.

use super::{Account, Status};
use crate::activitypub::nodeinfo::NodeInfo;
use crate::app::App;
use crate::entity::account;
use crate::service::views::{Shown, ago};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// The program that answers at the app's own address.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Software {
    pub name: String,
    pub version: String,
}

/// NodeInfo as Pixelfed's app reads it before it lets anybody sign in. Its first two words are what it
/// insists on; `metadata` says what is really here, as every other document of this server does.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PixelfedGate {
    pub version: String,
    pub software: Software,
    pub protocols: Vec<String>,
    #[schema(value_type = Object)]
    pub services: Value,
    #[serde(rename = "openRegistrations")]
    pub open_registrations: bool,
    #[schema(value_type = Object)]
    pub usage: Value,
    #[schema(value_type = Object)]
    pub metadata: Value,
}

/// What the app is told: it takes no server that calls itself otherwise, or an older version.
const SPOKEN: (&str, &str) = ("pixelfed", "0.12.4");

impl PixelfedGate {
    pub fn of(info: &NodeInfo, origin: &str) -> Self {
        let software = Software { name: SPOKEN.0.to_owned(), version: SPOKEN.1.to_owned() };
        let usage = info.usage.unwrap_or_default();
        Self {
            version: "2.0".to_owned(),
            software,
            protocols: vec!["activitypub".to_owned()],
            services: json!({ "inbound": [], "outbound": [] }),
            open_registrations: info.open_registrations,
            usage: json!({
                "users": {
                    "total": usage.users,
                    "activeMonth": usage.active_month,
                    "activeHalfyear": usage.active_halfyear,
                },
                "localPosts": usage.posts,
                "localComments": usage.comments,
            }),
            metadata: json!({
                "nodeName": info.name,
                "nodeDescription": info.description,
                "software": { "name": info.software, "version": info.version, "homepage": origin },
            }),
        }
    }
}

/// A hashtag that many use.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PixelfedTag {
    pub id: String,
    /// With `#`.
    pub name: String,
    /// Without.
    pub hashtag: String,
    pub url: String,
    pub count: i64,
}

/// A hashtag often used together with another.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RelatedTag {
    pub name: String,
    pub related_count: i64,
}

/// What the screen for new posts has to know.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ComposeSettings {
    pub default_scope: String,
    /// All rights reserved: no other licence is offered here.
    pub default_license: i64,
    pub media_descriptions: bool,
    pub max_altext_length: i64,
    pub max_media_attachments: i64,
}

/// Lengths of what a profile holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PixelfedAccountLimits {
    pub max_bio_length: i64,
    pub max_name_length: i64,
    pub max_password_length: i64,
    pub min_password_length: i64,
}

/// Limits of posts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PixelfedUploader {
    pub max_photo_size: i64,
    pub max_caption_length: i64,
    pub max_altext_length: i64,
    pub album_limit: i64,
}

/// What holds on this server.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PixelfedConfig {
    pub open_registration: bool,
    pub uploader: PixelfedUploader,
    pub account: PixelfedAccountLimits,
}

/// A message between two people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DirectMessage {
    pub id: String,
    pub hidden: bool,
    #[serde(rename = "isAuthor")]
    pub is_author: bool,
    /// `text` or `photo`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Plain.
    pub text: String,
    pub media: Option<String>,
    pub created_at: String,
    #[serde(rename = "timeAgo")]
    pub time_ago: String,
    pub seen: bool,
    /// The id to delete or report it by.
    #[serde(rename = "reportId")]
    pub report_id: String,
}

impl DirectMessage {
    /// As `me` reads it.
    pub fn of(app: &App, me: &str, shown: &Shown, status: &Status) -> Self {
        let photo = status.media_attachments.first();
        Self {
            id: status.id.clone(),
            hidden: false,
            is_author: status.account.id == me,
            kind: if photo.is_some() { "photo" } else { "text" }.to_owned(),
            text: status.content_text.clone(),
            media: photo.and_then(|photo| photo.url.clone()),
            created_at: status.created_at.clone(),
            time_ago: ago(shown.post.published_at, app.now()),
            seen: true,
            report_id: status.id.clone(),
        }
    }
}

/// What two people wrote to each other, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DirectThread {
    pub id: String,
    pub name: String,
    pub username: String,
    pub avatar: String,
    pub url: String,
    pub muted: bool,
    #[serde(rename = "isLocal")]
    pub is_local: bool,
    pub messages: Vec<DirectMessage>,
}

impl DirectThread {
    pub fn of(with: &Account, muted: bool, messages: Vec<DirectMessage>) -> Self {
        Self {
            id: with.id.clone(),
            name: with.display_name.clone(),
            username: with.acct.clone(),
            avatar: with.avatar.clone(),
            url: with.url.clone(),
            muted,
            is_local: with.local,
            messages,
        }
    }
}

/// People one can write to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct People {
    pub data: Vec<Account>,
}

/// Said after a report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Said {
    pub code: i64,
    pub msg: String,
}

/// What the app shows of timelines.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppTimelines {
    pub show_public: bool,
    pub show_network: bool,
    pub hide_likes_shares: bool,
}

/// How the app shows photos.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppMedia {
    pub hide_public_behind_cw: bool,
    pub always_show_cw: bool,
    pub show_alt_text: bool,
}

/// How the app looks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppAppearance {
    pub links_use_in_app_browser: bool,
    /// `light`, `dark` or `system`.
    pub theme: String,
}

/// The app's own switches.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppCommon {
    pub timelines: AppTimelines,
    pub media: AppMedia,
    pub appearance: AppAppearance,
}

/// The app's own switches for one person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppSettings {
    pub id: String,
    pub username: String,
    /// Absent where nothing is kept.
    pub updated_at: Option<String>,
    pub common: AppCommon,
}

impl AppSettings {
    /// As the app has them before anybody changes one: both timelines are here, and so are alt texts.
    pub fn of(row: &account::Model) -> Self {
        Self {
            id: row.id.to_string(),
            username: row.username.clone(),
            updated_at: None,
            common: AppCommon {
                timelines: AppTimelines { show_public: true, show_network: true, hide_likes_shares: false },
                media: AppMedia { hide_public_behind_cw: true, always_show_cw: false, show_alt_text: true },
                appearance: AppAppearance { links_use_in_app_browser: true, theme: "system".to_owned() },
            },
        }
    }
}

/// Whether something is there.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Active {
    pub active: bool,
}

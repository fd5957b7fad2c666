//! Announcement.

use super::{CustomEmoji, media, time};
use crate::activitypub::text;
use crate::app::App;
use crate::service::announcements::{self, Reaction};
use crate::service::federation::urls::{AbsoluteLinks, Urls};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Something the server has to say to everybody.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Announcement {
    pub id: String,
    /// HTML.
    pub content: String,
    pub starts_at: Option<String>,
    pub ends_at: Option<String>,
    pub all_day: bool,
    pub published_at: String,
    pub updated_at: String,
    pub read: bool,
    #[schema(value_type = Vec<Object>)]
    pub mentions: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    pub statuses: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    pub tags: Vec<Value>,
    pub emojis: Vec<CustomEmoji>,
    pub reactions: Vec<AnnouncementReaction>,
}

/// How many react so.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AnnouncementReaction {
    pub name: String,
    pub count: i64,
    pub me: bool,
    pub url: Option<String>,
    pub static_url: Option<String>,
}

impl Announcement {
    pub fn of(app: &App, urls: &Urls, view: &announcements::Announcement) -> Self {
        let row = &view.row;
        let reaction = |made: &Reaction| {
            let picture = made.emoji.as_ref().and_then(|row| row.media_key.as_deref()).map(|key| media(app, urls, key));
            AnnouncementReaction {
                name: made.name.clone(),
                count: made.count,
                me: made.own,
                static_url: picture.clone(),
                url: picture,
            }
        };
        Self {
            id: row.id.to_string(),
            content: text::to_html(&row.text, &AbsoluteLinks::new(urls.clone())).as_str().to_owned(),
            starts_at: row.starts_at.map(time),
            ends_at: row.ends_at.map(time),
            all_day: false,
            published_at: time(row.published_at),
            updated_at: time(row.published_at),
            read: view.read,
            mentions: Vec::new(),
            statuses: Vec::new(),
            tags: Vec::new(),
            emojis: Vec::new(),
            reactions: view.reactions.iter().map(reaction).collect(),
        }
    }
}

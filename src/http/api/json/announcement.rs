//! Announcement.

use super::status::{Mention, StatusTag};
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
    pub mentions: Vec<Mention>,
    #[schema(value_type = Vec<Object>)]
    pub statuses: Vec<Value>,
    pub tags: Vec<StatusTag>,
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
        let mut links = AbsoluteLinks::new(urls.clone());
        for (name, person) in &view.mentions {
            links.know(name, person);
        }
        Self {
            id: row.id.to_string(),
            content: text::to_html(&row.text, &links).as_str().to_owned(),
            starts_at: row.starts_at.map(time),
            ends_at: row.ends_at.map(time),
            all_day: false,
            published_at: time(row.published_at),
            updated_at: time(row.published_at),
            read: view.read,
            mentions: view.mentions.iter().map(|(_, row)| Mention::of(urls, row)).collect(),
            statuses: Vec::new(),
            tags: text::hashtags(&row.text).iter().map(|(key, _)| StatusTag::of(urls, key)).collect(),
            emojis: CustomEmoji::all(urls, &view.emojis),
            reactions: view.reactions.iter().map(reaction).collect(),
        }
    }
}

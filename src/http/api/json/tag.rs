//! Tag and FeaturedTag.

use super::day;
use crate::clock::DAY;
use crate::service::federation::urls::{Urls, tag_path};
use crate::service::hashtags::Featured;
use crate::service::views::Hashtag;
use serde::Serialize;
use utoipa::ToSchema;

/// A day of a hashtag; numbers in text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TagHistory {
    /// When it began, in seconds since 1970.
    pub day: String,
    pub uses: String,
    pub accounts: String,
}

/// A hashtag.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Tag {
    /// `0` for one that nobody used yet.
    pub id: String,
    pub name: String,
    pub url: String,
    /// The last seven days, today first.
    pub history: Vec<TagHistory>,
    pub following: bool,
    pub featuring: bool,
}

impl Tag {
    pub fn of(urls: &Urls, view: &Hashtag) -> Self {
        let history = view.days.iter().map(|day| TagHistory {
            day: (day.day * DAY / 1_000).to_string(),
            uses: day.posts.to_string(),
            accounts: day.people.to_string(),
        });
        Self {
            id: view.row.id.to_string(),
            name: view.row.name_key.clone(),
            url: urls.at(&tag_path(&view.row.name_key)),
            history: history.collect(),
            following: view.following,
            featuring: view.featuring,
        }
    }
}

/// A hashtag at the head of a profile.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeaturedTag {
    /// That of the hashtag.
    pub id: String,
    pub name: String,
    pub url: String,
    /// Posts of hers that carry it, in text.
    pub statuses_count: String,
    /// A day.
    pub last_status_at: Option<String>,
}

impl FeaturedTag {
    pub fn of(urls: &Urls, view: &Featured) -> Self {
        Self {
            id: view.tag.id.to_string(),
            name: view.tag.name_key.clone(),
            url: urls.at(&tag_path(&view.tag.name_key)),
            statuses_count: view.posts.to_string(),
            last_status_at: view.last_at.map(day),
        }
    }
}

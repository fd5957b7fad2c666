//! MutedAccount, FamiliarFollowers, DomainBlockPreview, Report, Profile.

use super::account::BOT_KINDS;
use super::account::Field;
use super::{Account, FeaturedTag, media, time};
use crate::app::App;
use crate::clock::Millis;
use crate::entity::{account, report};
use crate::service::federation::urls::Urls;
use serde::Serialize;
use utoipa::ToSchema;

/// Somebody who is muted, and until when.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MutedAccount {
    #[serde(flatten)]
    pub account: Account,
    pub mute_expires_at: Option<String>,
}

impl MutedAccount {
    /// `until` is 0 where there is no end.
    pub fn of(account: Account, until: Millis) -> Self {
        Self { account, mute_expires_at: (until > 0).then(|| time(until)) }
    }
}

/// Who follows a person, of those whom one follows oneself.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FamiliarFollowers {
    pub id: String,
    pub accounts: Vec<Account>,
}

/// What hiding a server would end.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DomainBlockPreview {
    pub following_count: u64,
    pub followers_count: u64,
}

/// A report, as whoever made it sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Report {
    pub id: String,
    pub action_taken: bool,
    pub action_taken_at: Option<String>,
    /// `spam`, `legal`, `violation` or `other`.
    pub category: String,
    pub comment: String,
    pub forwarded: bool,
    pub created_at: String,
    pub status_ids: Vec<String>,
    pub rule_ids: Vec<String>,
    pub target_account: Account,
}

impl Report {
    pub fn of(row: &report::Model, target_account: Account) -> Self {
        let posts: Vec<i64> = serde_json::from_str(&row.posts).unwrap_or_default();
        Self {
            id: row.id.to_string(),
            action_taken: row.closed_at.is_some(),
            action_taken_at: row.closed_at.map(time),
            category: row.category.clone(),
            comment: row.comment.clone(),
            forwarded: row.forwarded != 0,
            created_at: time(row.created_at),
            status_ids: posts.iter().map(i64::to_string).collect(),
            rule_ids: serde_json::from_str(&row.rules).unwrap_or_default(),
            target_account,
        }
    }
}

/// What one says of oneself, as it was typed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Profile {
    pub id: String,
    pub display_name: String,
    /// Plain text.
    pub note: String,
    pub fields: Vec<Field>,
    /// Absent where there is none.
    pub avatar: Option<String>,
    pub avatar_static: Option<String>,
    pub avatar_description: String,
    pub header: Option<String>,
    pub header_static: Option<String>,
    pub header_description: String,
    pub locked: bool,
    pub bot: bool,
    pub hide_collections: Option<bool>,
    pub discoverable: Option<bool>,
    pub indexable: bool,
    pub show_media: bool,
    pub show_media_replies: bool,
    pub show_featured: bool,
    pub attribution_domains: Vec<String>,
    pub featured_tags: Vec<FeaturedTag>,
}

impl Profile {
    pub fn of(app: &App, urls: &Urls, row: &account::Model, featured_tags: Vec<FeaturedTag>) -> Self {
        let typed: Vec<(String, String)> = serde_json::from_str(&row.fields).unwrap_or_default();
        let picture = |key: &Option<String>| key.as_deref().map(|key| media(app, urls, key));
        Self {
            id: row.id.to_string(),
            display_name: row.name.clone(),
            note: row.bio.clone(),
            fields: typed.into_iter().map(|(name, value)| Field { name, value, verified_at: None }).collect(),
            avatar: picture(&row.avatar_key),
            avatar_static: picture(&row.avatar_key),
            avatar_description: row.avatar_alt.clone(),
            header: picture(&row.header_key),
            header_static: picture(&row.header_key),
            header_description: row.header_alt.clone(),
            locked: row.locked != 0,
            bot: BOT_KINDS.contains(&row.kind.as_str()),
            hide_collections: Some(row.hide_collections != 0),
            discoverable: Some(row.discoverable != 0),
            indexable: row.indexable != 0,
            show_media: true,
            show_media_replies: true,
            show_featured: true,
            attribution_domains: serde_json::from_str(&row.attribution_domains).unwrap_or_default(),
            featured_tags,
        }
    }
}

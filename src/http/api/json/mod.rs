//! The entities apps are answered with, a file a noun. Every key is always there; what is not known is
//! `null`, `[]` or `""`; ids are digits in text, times have three digits after the second.

mod about;
mod account;
mod announcement;
mod app;
mod conversation;
mod edit;
mod filter;
mod instance;
mod list;
mod marker;
mod media;
mod notification;
mod people;
pub mod pixelfed;
mod policy;
mod poll;
mod push;
mod search;
mod server;
mod status;
mod tag;

pub use about::{ExtendedDescription, OEmbed};
pub use account::{Account, CredentialAccount, Relationship, privacy, quote_policy};
pub use announcement::Announcement;
pub use app::{Application, CredentialApplication, GivenToken, Token, UserInfo};
pub use conversation::{Conversation, conversations};
pub use edit::{DeletedStatus, PostedStatus, ScheduledStatus, StatusEdit, StatusSource};
pub use filter::{Filter, FilterKeyword, FilterResult, FilterStatus, FilterV1};
pub use instance::{InstanceV1, InstanceV2, Known, Limits, Rule};
pub use list::List;
pub use marker::{Marker, Markers, Preferences};
pub use media::MediaAttachment;
pub use notification::{
    Counted, GroupedNotifications, Kinds, Notification, NotificationGroup, grouped, notifications, told,
};
pub use people::{DomainBlockPreview, FamiliarFollowers, MutedAccount, Profile, Report};
pub use policy::{Merged, NotificationPolicy, NotificationPolicyV1, NotificationRequest, requests};
pub use poll::Poll;
pub use push::WebPushSubscription;
pub use search::{Search, Suggestion, TrendsLink};
pub use server::AuthorizationServer;
pub use status::{Context, Status, visibility};
pub use tag::{FeaturedTag, Tag};

use super::call::Call;
use super::error::ApiError;
use crate::app::App;
use crate::clock::Millis;
use crate::entity::photo;
use crate::service::accounts::Row;
use crate::service::federation::urls::Urls;
use crate::service::views::{self, Shown, iso};
use crate::service::visibility::Reader;
use sea_orm::DbErr;
use serde::Serialize;
use utoipa::ToSchema;

/// An emoji of a server's own.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomEmoji {
    pub shortcode: String,
    pub url: String,
    pub static_url: String,
    pub visible_in_picker: bool,
    pub category: Option<String>,
    pub featured: bool,
}

impl CustomEmoji {
    pub fn of(urls: &Urls, view: &views::Emoji) -> Self {
        let address = whole(urls, &view.path);
        Self {
            shortcode: view.shortcode.clone(),
            static_url: address.clone(),
            url: address,
            visible_in_picker: view.offered,
            category: view.category.clone(),
            featured: false,
        }
    }

    fn all(urls: &Urls, views: &[views::Emoji]) -> Vec<Self> {
        views.iter().map(|view| Self::of(urls, view)).collect()
    }
}

/// A path of this server made absolute; an address stays as it is.
fn whole(urls: &Urls, path: &str) -> String {
    if path.starts_with('/') { urls.at(path) } else { path.to_owned() }
}

/// Nothing to say.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// Posts for whoever calls, in this order.
pub async fn statuses(call: &Call, shown: Vec<Shown>) -> Result<Vec<Status>, ApiError> {
    Ok(statuses_for(&call.app, &call.urls, call.reader(), shown).await?)
}

/// The same for somebody who did not call: she listens.
pub async fn statuses_for(app: &App, urls: &Urls, reader: Reader, shown: Vec<Shown>) -> Result<Vec<Status>, DbErr> {
    let found = views::statuses(app, urls, reader, shown).await?;
    Ok(found.iter().map(|status| Status::of(app, urls, status)).collect())
}

/// One post for whoever calls.
pub async fn status(call: &Call, shown: Shown) -> Result<Status, ApiError> {
    statuses(call, vec![shown]).await?.pop().ok_or_else(ApiError::missing)
}

/// One photo, as far as it has come.
pub async fn attachment(call: &Call, row: photo::Model) -> Result<MediaAttachment, ApiError> {
    let (row, picture) = views::of_photos(&call.app, vec![row]).await?.pop().ok_or_else(ApiError::missing)?;
    Ok(MediaAttachment::of(&call.urls, &row, &picture))
}

/// People, in this order.
pub async fn accounts(call: &Call, rows: Vec<Row>) -> Result<Vec<Account>, ApiError> {
    Ok(accounts_for(&call.app, &call.urls, rows).await?)
}

/// The same for somebody who did not call.
pub async fn accounts_for(app: &App, urls: &Urls, rows: Vec<Row>) -> Result<Vec<Account>, DbErr> {
    let order: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let found = views::accounts(app, urls, rows).await?;
    Ok(order.iter().filter_map(|id| Some(Account::of(app, urls, found.get(id)?))).collect())
}

/// One person.
pub async fn account(call: &Call, row: Row) -> Result<Account, ApiError> {
    accounts(call, vec![row]).await?.pop().ok_or_else(ApiError::missing)
}

/// Something stored, as an absolute address.
fn media(app: &App, urls: &Urls, key: &str) -> String {
    urls.media(app, key)
}

/// `2026-11-12T08:30:00.000Z`
fn time(at: Millis) -> String {
    iso(at)
}

/// `2026-11-12`
fn day(at: Millis) -> String {
    iso(at).chars().take(10).collect()
}

//! NotificationPolicy, NotificationRequest.

use super::{Account, Status, accounts, statuses, time};
use crate::http::api::call::Call;
use crate::http::api::error::ApiError;
use crate::service::notifications::requests::{Choice, Policy, Request};
use crate::service::views::Shown;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// How much waits.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PolicySummary {
    pub pending_requests_count: usize,
    pub pending_notifications_count: usize,
}

/// What somebody wants to be told of; each `accept`, `filter` or `drop`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NotificationPolicy {
    pub for_not_following: String,
    pub for_not_followers: String,
    pub for_new_accounts: String,
    pub for_private_mentions: String,
    pub for_limited_accounts: String,
    pub summary: PolicySummary,
}

impl NotificationPolicy {
    pub fn of(policy: Policy, people: usize, waiting: usize) -> Self {
        Self {
            for_not_following: policy.not_following.as_str().to_owned(),
            for_not_followers: policy.not_followers.as_str().to_owned(),
            for_new_accounts: policy.new_accounts.as_str().to_owned(),
            for_private_mentions: policy.private_mentions.as_str().to_owned(),
            for_limited_accounts: policy.limited_accounts.as_str().to_owned(),
            summary: PolicySummary { pending_requests_count: people, pending_notifications_count: waiting },
        }
    }
}

/// The same as apps of before 4.3 came out read it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NotificationPolicyV1 {
    pub filter_not_following: bool,
    pub filter_not_followers: bool,
    pub filter_new_accounts: bool,
    pub filter_private_mentions: bool,
    pub summary: PolicySummary,
}

impl NotificationPolicyV1 {
    pub fn of(policy: Policy, people: usize, waiting: usize) -> Self {
        Self {
            filter_not_following: policy.not_following != Choice::Accept,
            filter_not_followers: policy.not_followers != Choice::Accept,
            filter_new_accounts: policy.new_accounts != Choice::Accept,
            filter_private_mentions: policy.private_mentions != Choice::Accept,
            summary: PolicySummary { pending_requests_count: people, pending_notifications_count: waiting },
        }
    }
}

/// Somebody waits to be heard.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NotificationRequest {
    pub id: String,
    pub created_at: String,
    pub updated_at: String,
    /// In text.
    pub notifications_count: String,
    pub account: Account,
    pub last_status: Option<Status>,
}

/// Whether what was accepted stands in the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Merged {
    pub merged: bool,
}

/// Those who wait, for whoever calls, in this order.
pub async fn requests(call: &Call, list: Vec<Request>) -> Result<Vec<NotificationRequest>, ApiError> {
    let posts = list.iter().filter_map(|r| r.last.clone()).map(Shown::from).collect();
    let posts: HashMap<String, Status> =
        statuses(call, posts).await?.into_iter().map(|status| (status.id.clone(), status)).collect();
    let people: HashMap<String, Account> = accounts(call, list.iter().map(|r| r.actor.clone()).collect())
        .await?
        .into_iter()
        .map(|account| (account.id.clone(), account))
        .collect();
    let one = |request: Request| {
        Some(NotificationRequest {
            id: request.row.id.to_string(),
            created_at: time(request.row.created_at),
            updated_at: time(request.row.updated_at),
            notifications_count: request.count.to_string(),
            account: people.get(&request.actor.id.to_string())?.clone(),
            last_status: request.last.and_then(|post| posts.get(&post.id.to_string()).cloned()),
        })
    };
    Ok(list.into_iter().filter_map(one).collect())
}

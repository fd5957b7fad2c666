//! WebPushSubscription.

use crate::entity::push_subscription;
use crate::service::push;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Where an app is told, and of what.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebPushSubscription {
    /// A number of at most 31 bits.
    pub id: i64,
    pub endpoint: String,
    /// As RFC 8291 says, rather than as its draft did.
    pub standard: bool,
    /// Every kind there is.
    pub alerts: BTreeMap<String, bool>,
    pub policy: String,
    /// Public key of this server.
    pub server_key: String,
}

impl WebPushSubscription {
    pub fn of(row: &push_subscription::Model, server_key: String) -> Self {
        let wanted = |word: &str| row.alerts.split(' ').any(|known| known == word);
        Self {
            id: row.id,
            endpoint: row.endpoint.clone(),
            standard: row.standard != 0,
            alerts: push::alerts().map(|word| (word.to_owned(), wanted(word))).collect(),
            policy: row.policy.clone(),
            server_key,
        }
    }
}

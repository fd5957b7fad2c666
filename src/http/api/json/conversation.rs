//! Conversation.

use super::{Account, Status, accounts_for, statuses_for};
use crate::app::App;
use crate::service::federation::urls::Urls;
use crate::service::messages;
use crate::service::views::Shown;
use sea_orm::DbErr;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// A conversation among mentioned people, as one of them finds it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Conversation {
    pub id: String,
    pub unread: bool,
    /// The others, never none.
    pub accounts: Vec<Account>,
    pub last_status: Option<Status>,
}

/// Conversations for their owner, in this order.
pub async fn conversations(
    app: &App,
    urls: &Urls,
    owner: i64,
    list: Vec<messages::Conversation>,
) -> Result<Vec<Conversation>, DbErr> {
    let people: HashMap<i64, _> = list.iter().flat_map(|c| c.people.iter().map(|p| (p.id, p.clone()))).collect();
    let people: HashMap<String, Account> = accounts_for(app, urls, people.into_values().collect())
        .await?
        .into_iter()
        .map(|account| (account.id.clone(), account))
        .collect();
    let last = list.iter().map(|c| Shown::from(c.last.clone())).collect();
    let last: HashMap<String, Status> = statuses_for(app, urls, Some(owner), last)
        .await?
        .into_iter()
        .map(|status| (status.id.clone(), status))
        .collect();
    let one = |conversation: messages::Conversation| Conversation {
        id: conversation.row.id.to_string(),
        unread: conversation.row.unread != 0,
        accounts: conversation.people.iter().filter_map(|p| people.get(&p.id.to_string()).cloned()).collect(),
        last_status: last.get(&conversation.last.id.to_string()).cloned(),
    };
    Ok(list.into_iter().map(one).collect())
}

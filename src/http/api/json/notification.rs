//! Notification, alone and in groups.

use super::{Account, Status, accounts_for, statuses_for, time};
use crate::app::App;
use crate::entity::notification;
use crate::http::api::params::Params;
use crate::ids::time_of;
use crate::service::federation::urls::Urls;
use crate::service::notifications::Told;
use crate::service::notifications::groups::{GROUPED, Group, Key};
use crate::service::notifications::words::{self, QUOTE, WORDS};
use crate::service::views::Shown;
use sea_orm::DbErr;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use utoipa::ToSchema;

/// A kind that nothing is of.
const NONE: &str = "none";

/// Mastodon's word.
fn word(kind: &str) -> &'static str {
    words::word(kind).unwrap_or(NONE)
}

/// Which kinds an app asks for.
pub struct Kinds;

impl Kinds {
    /// `types[]`, `exclude_types[]`, `supported_types[]`
    pub fn asked(params: &Params) -> Vec<&'static str> {
        let (types, excluded, known) =
            (params.list("types"), params.list("exclude_types"), params.list("supported_types"));
        let wanted = |word: &str| {
            let named = types.contains(&word) || (types.is_empty() && (word != QUOTE || known.contains(&word)));
            named && !excluded.contains(&word)
        };
        let mut kinds: Vec<&str> =
            WORDS.iter().filter(|(word, _)| wanted(word)).flat_map(|(_, kinds)| kinds.iter().copied()).collect();
        // Nothing at all is another thing than everything.
        if kinds.is_empty() {
            kinds.push(NONE);
        }
        kinds
    }

    /// `grouped_types[]`: those that may be told together.
    pub fn together(params: &Params) -> Vec<&'static str> {
        let types = params.list("grouped_types");
        GROUPED.into_iter().filter(|kind| types.is_empty() || types.contains(&word(kind))).collect()
    }
}

/// Somebody did something.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Notification {
    pub id: String,
    /// `mention`, `status`, `reblog`, `follow`, `follow_request`, `favourite`, `update` or `quote`.
    #[serde(rename = "type")]
    pub kind: String,
    pub created_at: String,
    pub group_key: String,
    pub account: Account,
    pub status: Option<Status>,
    /// It waits until its owner asks for it.
    pub filtered: bool,
    #[schema(value_type = Option<Object>)]
    pub report: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub event: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub moderation_warning: Option<Value>,
}

/// How many.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Counted {
    pub count: usize,
}

/// Notifications for their owner, in this order.
pub async fn notifications(app: &App, urls: &Urls, owner: i64, list: Vec<Told>) -> Result<Vec<Notification>, DbErr> {
    let known = Around::load(app, urls, owner, list.iter()).await?;
    Ok(list.iter().filter_map(|told| known.notification(&told.row)).collect())
}

/// One of them.
pub async fn told(app: &App, urls: &Urls, owner: i64, one: Told) -> Result<Option<Notification>, DbErr> {
    Ok(notifications(app, urls, owner, vec![one]).await?.pop())
}

/// Everybody and everything that some notifications are about.
struct Around {
    accounts: BTreeMap<i64, Account>,
    statuses: BTreeMap<i64, Status>,
}

impl Around {
    async fn load(app: &App, urls: &Urls, owner: i64, list: impl Iterator<Item = &Told>) -> Result<Self, DbErr> {
        let (mut people, mut posts) = (HashMap::new(), HashMap::new());
        for told in list {
            people.insert(told.actor.id, told.actor.clone());
            if let Some(post) = &told.post {
                posts.insert(post.id, Shown::from(post.clone()));
            }
        }
        let people = people.into_values().collect();
        let posts = posts.into_values().collect();
        let id = |text: &str| text.parse::<i64>().unwrap_or(0);
        let accounts = accounts_for(app, urls, people).await?.into_iter().map(|a| (id(&a.id), a)).collect();
        let statuses = statuses_for(app, urls, Some(owner), posts).await?;
        Ok(Self { accounts, statuses: statuses.into_iter().map(|s| (id(&s.id), s)).collect() })
    }

    fn notification(&self, row: &notification::Model) -> Option<Notification> {
        let status = self.statuses.get(&row.post_id).cloned();
        if row.post_id != 0 && status.is_none() {
            return None;
        }
        Some(Notification {
            id: row.id.to_string(),
            kind: word(&row.kind).to_owned(),
            created_at: time(row.created_at),
            group_key: Key::of(row, &GROUPED).to_string(),
            account: self.accounts.get(&row.actor_id)?.clone(),
            status,
            filtered: row.filtered != 0,
            report: None,
            event: None,
            moderation_warning: None,
        })
    }
}

/// Notifications told as one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NotificationGroup {
    pub group_key: String,
    pub notifications_count: i64,
    #[serde(rename = "type")]
    pub kind: String,
    /// A number: Ice Cubes reads it as one.
    pub most_recent_notification_id: i64,
    pub page_min_id: Option<String>,
    pub page_max_id: Option<String>,
    pub latest_page_notification_at: Option<String>,
    /// The newest first, each of them among `accounts` or `partial_accounts`.
    pub sample_account_ids: Vec<String>,
    /// Among `statuses`.
    pub status_id: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub report: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub event: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub moderation_warning: Option<Value>,
}

/// Enough of a person to draw her.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PartialAccount {
    pub id: String,
    pub acct: String,
    pub url: String,
    pub avatar: String,
    pub avatar_static: String,
    pub locked: bool,
    pub bot: bool,
}

/// Groups, with everybody and everything they are about, each once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GroupedNotifications {
    pub accounts: Vec<Account>,
    /// Those shown only small, where that is asked for.
    pub partial_accounts: Vec<PartialAccount>,
    pub statuses: Vec<Status>,
    pub notification_groups: Vec<NotificationGroup>,
}

/// Groups for their owner; `partial`: only the newest person of each is told whole.
pub async fn grouped(
    app: &App,
    urls: &Urls,
    owner: i64,
    groups: Vec<Group>,
    partial: bool,
) -> Result<GroupedNotifications, DbErr> {
    let known = Around::load(app, urls, owner, groups.iter().flat_map(|group| &group.told)).await?;
    let whole: HashSet<i64> =
        groups.iter().filter_map(|group| group.told.first()).map(|told| told.row.actor_id).collect();
    let is_whole = |id: &i64| !partial || whole.contains(id);
    let small = |account: &Account| PartialAccount {
        id: account.id.clone(),
        acct: account.acct.clone(),
        url: account.url.clone(),
        avatar: account.avatar.clone(),
        avatar_static: account.avatar_static.clone(),
        locked: account.locked,
        bot: account.bot,
    };
    Ok(GroupedNotifications {
        notification_groups: groups.iter().filter_map(|group| one_group(&known, group)).collect(),
        partial_accounts: known.accounts.iter().filter(|(id, _)| !is_whole(id)).map(|(_, a)| small(a)).collect(),
        accounts: known.accounts.into_iter().filter(|(id, _)| is_whole(id)).map(|(_, a)| a).collect(),
        statuses: known.statuses.into_values().collect(),
    })
}

fn one_group(known: &Around, group: &Group) -> Option<NotificationGroup> {
    let row = &group.told.first()?.row;
    if row.post_id != 0 && !known.statuses.contains_key(&row.post_id) {
        return None;
    }
    let people = group.told.iter().map(|told| told.row.actor_id).filter(|id| known.accounts.contains_key(id));
    Some(NotificationGroup {
        group_key: group.key.to_string(),
        notifications_count: group.count,
        kind: word(&row.kind).to_owned(),
        most_recent_notification_id: group.newest,
        page_min_id: Some(group.oldest.to_string()),
        page_max_id: Some(group.newest.to_string()),
        latest_page_notification_at: Some(time(time_of(group.newest))),
        sample_account_ids: people.map(|id| id.to_string()).collect(),
        status_id: (row.post_id != 0).then(|| row.post_id.to_string()),
        report: None,
        event: None,
        moderation_warning: None,
    })
}

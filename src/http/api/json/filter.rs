//! Filters, in both versions, and what they find in posts.

use super::time;
use crate::entity::{content_filter, filter_keyword, filter_post};
use crate::service::filters::{self, BLUR, HIDE, Matched, WARN};
use serde::Serialize;
use utoipa::ToSchema;

/// A word or phrase.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FilterKeyword {
    pub id: String,
    pub keyword: String,
    pub whole_word: bool,
}

impl FilterKeyword {
    pub fn of(row: &filter_keyword::Model) -> Self {
        Self { id: row.id.to_string(), keyword: row.keyword.clone(), whole_word: row.whole_word != 0 }
    }
}

/// A post that a filter names.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FilterStatus {
    pub id: String,
    pub status_id: String,
}

impl FilterStatus {
    pub fn of(row: &filter_post::Model) -> Self {
        Self { id: row.id.to_string(), status_id: row.post_id.to_string() }
    }
}

/// What holds of a filter, without its parts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FilterRule {
    pub id: String,
    pub title: String,
    /// `home`, `notifications`, `public`, `thread`, `account`.
    pub context: Vec<String>,
    pub expires_at: Option<String>,
    /// `warn` or `hide`. What blurs on pages warns in apps: some of them fail at a third word.
    pub filter_action: String,
}

fn contexts(row: &content_filter::Model) -> Vec<String> {
    row.contexts.split(' ').map(str::to_owned).collect()
}

impl FilterRule {
    pub fn of(row: &content_filter::Model) -> Self {
        Self {
            id: row.id.to_string(),
            title: row.title.clone(),
            context: contexts(row),
            expires_at: row.expires_at.map(time),
            filter_action: if row.action == BLUR { WARN.to_owned() } else { row.action.clone() },
        }
    }
}

/// A filter.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Filter {
    #[serde(flatten)]
    pub rule: FilterRule,
    pub keywords: Vec<FilterKeyword>,
    pub statuses: Vec<FilterStatus>,
}

impl Filter {
    pub fn of(filter: &filters::Filter) -> Self {
        Self {
            rule: FilterRule::of(&filter.row),
            keywords: filter.keywords.iter().map(FilterKeyword::of).collect(),
            statuses: filter.posts.iter().map(FilterStatus::of).collect(),
        }
    }
}

/// A word with the filter it belongs to, as older apps know it; its id is the word's.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FilterV1 {
    pub id: String,
    pub phrase: String,
    pub context: Vec<String>,
    pub expires_at: Option<String>,
    pub irreversible: bool,
    pub whole_word: bool,
}

impl FilterV1 {
    pub fn of(row: &content_filter::Model, word: &filter_keyword::Model) -> Self {
        Self {
            id: word.id.to_string(),
            phrase: word.keyword.clone(),
            context: contexts(row),
            expires_at: row.expires_at.map(time),
            irreversible: row.action == HIDE,
            whole_word: word.whole_word != 0,
        }
    }
}

/// A filter that holds a post back, and why.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FilterResult {
    pub filter: FilterRule,
    pub keyword_matches: Option<Vec<String>>,
    pub status_matches: Option<Vec<String>>,
}

impl FilterResult {
    /// `post` is the id of the post.
    pub fn of(found: &Matched, post: i64) -> Self {
        Self {
            filter: FilterRule::of(&found.filter),
            keyword_matches: Some(found.keywords.clone()).filter(|words| !words.is_empty()),
            status_matches: found.names_it.then(|| vec![post.to_string()]),
        }
    }
}

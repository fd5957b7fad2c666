//! What was looked for, what trends, who is suggested.

use super::{Account, Status, Tag};
use crate::service::trends::Why;
use serde::Serialize;
use utoipa::ToSchema;

/// What was found, of each kind.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Search {
    pub accounts: Vec<Account>,
    pub statuses: Vec<Status>,
    pub hashtags: Vec<Tag>,
}

/// A link that trends. None does here: links are not counted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrendsLink {
    pub url: String,
}

/// Somebody one could follow.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Suggestion {
    /// `past_interactions` or `global`, for older apps.
    pub source: String,
    /// `friends_of_friends` or `most_followed`.
    pub sources: Vec<String>,
    pub account: Account,
}

impl Suggestion {
    pub fn of(why: Why, account: Account) -> Self {
        let (source, word) = match why {
            Why::Friends => ("past_interactions", "friends_of_friends"),
            Why::Followed => ("global", "most_followed"),
        };
        Self { source: source.to_owned(), sources: vec![word.to_owned()], account }
    }
}

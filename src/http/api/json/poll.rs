//! Poll.

use super::{CustomEmoji, time};
use crate::service::federation::urls::Urls;
use crate::service::views;
use serde::Serialize;
use utoipa::ToSchema;

/// Something to choose.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PollOption {
    /// Plain text.
    pub title: String,
    /// Null where its author does not tell.
    pub votes_count: Option<i64>,
}

/// What a post of another server asks. Its id is that of the post.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Poll {
    pub id: String,
    pub expires_at: Option<String>,
    pub expired: bool,
    pub multiple: bool,
    pub votes_count: i64,
    pub voters_count: Option<i64>,
    pub options: Vec<PollOption>,
    pub emojis: Vec<CustomEmoji>,
    pub voted: bool,
    /// Places among the options.
    pub own_votes: Vec<usize>,
}

impl Poll {
    pub fn of(urls: &Urls, post_id: i64, view: &views::Poll) -> Self {
        let option = |option: &views::PollOption| PollOption { title: option.title.clone(), votes_count: option.votes };
        let chosen = view.options.iter().enumerate().filter(|(_, option)| option.chosen);
        Self {
            id: post_id.to_string(),
            expires_at: view.ends_at.map(time),
            expired: view.over,
            multiple: view.multiple,
            votes_count: view.votes,
            voters_count: view.voters,
            options: view.options.iter().map(option).collect(),
            emojis: CustomEmoji::all(urls, &view.emojis),
            voted: view.voted,
            own_votes: chosen.map(|(at, _)| at).collect(),
        }
    }
}

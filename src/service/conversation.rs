//! Replies, and the words in captions: whom they mention, which hashtags they carry.

use super::federation::fetch::Budget;
use super::federation::urls;
use super::writing::{self, Written};
use super::{Refusal, federation, limits, visibility};
use crate::activitypub::{Visibility, text};
use crate::app::App;
use crate::entity::{account, post};
use crate::store::{accounts, tags};
use sea_orm::{ConnectionTrait, DbErr};
use std::time::Duration;

/// Looking up the people a text mentions takes at most so long.
const LOOKING: Duration = Duration::from_secs(8);

/// What a text mentions, looked up.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// Folded key, name as typed, id for a new tag.
    tags: Vec<(String, String, i64)>,
    /// Account and the name as typed.
    pub mentions: Vec<(i64, String)>,
}

impl Words {
    /// Reads a text. People elsewhere who are not known here yet are looked up, a few at most.
    pub async fn read(app: &App, author: &account::Model, caption: &str) -> Result<Self, Refusal> {
        let mut words = Self::given(app, text::hashtags(caption), Vec::new());
        let budget = Budget::person();
        let asking = words.look_up(app, author, caption, &budget);
        // Other people's servers must not hold up a post: who is not found in time stays plain text.
        if tokio::time::timeout(LOOKING, asking).await.is_err() {
            tracing::info!("some people mentioned could not be looked up in time");
        }
        Ok(words)
    }

    async fn look_up(&mut self, app: &App, author: &account::Model, caption: &str, budget: &Budget) {
        for mention in text::mentions(caption).into_iter().take(limits::MENTIONS) {
            let found = federation::find::person(app, &mention, Some(budget)).await.ok();
            if let Some(person) = found.filter(|p| p.id != author.id) {
                self.mentions.push((person.id, urls::written(&mention)));
            }
        }
    }

    /// Adds somebody who is addressed without being named in the text.
    pub fn address(&mut self, account_id: i64, name: String) {
        if !self.mentions.iter().any(|(id, _)| *id == account_id) {
            self.mentions.push((account_id, name));
        }
    }

    /// Hashtags, with their keys, and people that are known already.
    pub fn given(app: &App, hashtags: Vec<(String, String)>, mentions: Vec<(i64, String)>) -> Self {
        let tags = hashtags.into_iter().take(limits::TAGS).map(|(key, name)| (key, name, app.id())).collect();
        Self { tags, mentions }
    }

    /// Writes them beside the post. Hashtags lead to public posts only: of others not even the name shows.
    pub async fn write(self, tx: &impl ConnectionTrait, post_id: i64, seen: Visibility) -> Result<(), DbErr> {
        let tags = if seen == Visibility::Public { self.tags } else { Vec::new() };
        tags::set(tx, post_id, tags).await?;
        tags::set_mentions(tx, post_id, self.mentions).await
    }
}

/// An empty local post by this person, to be filled in.
pub fn blank(id: i64, account_id: i64, caption: &str, now: i64) -> post::Model {
    post::Model {
        id,
        account_id,
        draft_id: None,
        uri: None,
        url: None,
        in_reply_to_id: None,
        in_reply_to_uri: None,
        root_id: id,
        caption: caption.replace("\r\n", "\n"),
        html: None,
        warning: String::new(),
        sensitive: 0,
        language: String::new(),
        visibility: Visibility::Public.as_str().to_owned(),
        listed: 0,
        photo_count: 0,
        published_at: now,
        received_at: now,
        edited_at: None,
        deleted_at: None,
        pinned_at: None,
        like_count: 0,
        boost_count: 0,
        reply_count: 0,
        policy: String::new(),
        place: String::new(),
        category: String::new(),
        via: String::new(),
    }
}

/// The language that somebody of this server writes in.
pub async fn language_of(app: &App, account_id: i64) -> Result<String, DbErr> {
    Ok(accounts::login_of(&app.db.read, account_id).await?.map(|login| login.language).unwrap_or_default())
}

/// Answers a post that the person may see, with words alone. `number` comes from the form: sent twice, it is one
/// answer.
pub async fn reply(
    app: &App,
    author: &account::Model,
    parent_id: i64,
    caption: &str,
    number: Option<i64>,
) -> Result<post::Model, Refusal> {
    if caption.trim().is_empty() {
        visibility::visible(app, Some(author.id), parent_id).await?;
        return Err(Refusal::invalid("text", "Write a few words first."));
    }
    let written = Written { text: caption.to_owned(), answers: Some(parent_id), number, ..Written::default() };
    writing::post(app, author, written).await
}

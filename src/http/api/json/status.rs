//! Status and Context.

use super::{Account, CustomEmoji, FilterResult, MediaAttachment, Poll, time};
use crate::activitypub::Visibility;
use crate::app::App;
use crate::entity::account;
use crate::service::apps::Via;
use crate::service::federation::urls::{Urls, acct, tag_path};
use crate::service::views;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Somebody a post names.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Mention {
    pub id: String,
    pub username: String,
    pub url: String,
    pub acct: String,
}

impl Mention {
    pub(super) fn of(urls: &Urls, row: &account::Model) -> Self {
        Self { id: row.id.to_string(), username: row.username.clone(), url: urls.page_of(row), acct: acct(row) }
    }
}

/// A hashtag of a post.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StatusTag {
    pub name: String,
    pub url: String,
}

impl StatusTag {
    pub(super) fn of(urls: &Urls, key: &str) -> Self {
        Self { name: key.to_owned(), url: urls.at(&tag_path(key)) }
    }
}

/// The app a post was written with, where that is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StatusApplication {
    pub name: String,
    pub website: Option<String>,
}

/// Who likes a post, as Pixelfed's app shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LikedBy {
    pub id: String,
    pub username: String,
    pub url: String,
    pub others: bool,
    pub total_count: i64,
    pub total_count_pretty: String,
}

/// A post, or a boost of one: then `reblog` holds it, and the rest says who boosted it and when.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Status {
    pub id: String,
    pub uri: String,
    pub url: Option<String>,
    pub created_at: String,
    pub edited_at: Option<String>,
    pub account: Account,
    /// HTML.
    pub content: String,
    /// `public`, `unlisted`, `private` or `direct`.
    pub visibility: String,
    pub sensitive: bool,
    pub spoiler_text: String,
    pub media_attachments: Vec<MediaAttachment>,
    pub mentions: Vec<Mention>,
    pub tags: Vec<StatusTag>,
    pub emojis: Vec<CustomEmoji>,
    pub reblogs_count: i64,
    pub favourites_count: i64,
    pub replies_count: i64,
    pub quotes_count: i64,
    pub in_reply_to_id: Option<String>,
    pub in_reply_to_account_id: Option<String>,
    #[schema(no_recursion)]
    pub reblog: Option<Box<Status>>,
    pub poll: Option<Poll>,
    #[schema(value_type = Option<Object>)]
    pub card: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub quote: Option<Value>,
    pub language: Option<String>,
    pub application: Option<StatusApplication>,
    pub favourited: bool,
    pub reblogged: bool,
    pub muted: bool,
    pub bookmarked: bool,
    pub pinned: bool,
    pub filtered: Vec<FilterResult>,
    // From here on for Pixelfed's app.
    pub pf_type: String,
    /// Plain text.
    pub content_text: String,
    pub reply_count: i64,
    pub liked_by: Option<LikedBy>,
    pub local: bool,
    pub comments_disabled: bool,
    pub place: Option<String>,
    #[serde(rename = "taggedPeople")]
    pub tagged_people: Vec<String>,
}

/// Mastodon's word for who sees a post.
pub fn visibility(seen_by: Visibility) -> &'static str {
    match seen_by {
        Visibility::Public => "public",
        Visibility::Quiet => "unlisted",
        Visibility::Followers => "private",
        Visibility::Mentioned => "direct",
    }
}

impl Status {
    /// For whoever the view was made for.
    pub fn of(app: &App, urls: &Urls, view: &views::Status) -> Self {
        let post = Self::of_post(app, urls, view);
        let Some(boost) = &view.boost else { return post };
        let address = boost.row.uri.clone().unwrap_or_else(|| urls.activity(boost.row.id));
        Self {
            id: boost.row.id.to_string(),
            uri: address.clone(),
            url: Some(address),
            created_at: time(boost.row.created_at),
            edited_at: None,
            account: Account::of(app, urls, &boost.by),
            in_reply_to_id: None,
            in_reply_to_account_id: None,
            pinned: false,
            reblog: Some(Box::new(post.clone())),
            ..post
        }
    }

    fn of_post(app: &App, urls: &Urls, view: &views::Status) -> Self {
        let (row, author) = (&view.row, &view.author.row);
        let local = author.domain.is_empty();
        let page = urls.at(&crate::service::federation::urls::post_path(author, row.id));
        let tag = |tag: &crate::entity::tag::Model| StatusTag::of(urls, &tag.name_key);
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Self {
            id: row.id.to_string(),
            uri: row.uri.clone().unwrap_or_else(|| urls.post(row.id)),
            url: if local { Some(page) } else { row.url.clone().or_else(|| row.uri.clone()) },
            created_at: time(row.published_at),
            edited_at: row.edited_at.map(time),
            account: Account::of(app, urls, &view.author),
            content: view.html.as_str().to_owned(),
            visibility: visibility(view.seen_by).to_owned(),
            sensitive: row.sensitive != 0,
            spoiler_text: row.warning.clone(),
            media_attachments: view.photos.iter().map(|(row, p)| MediaAttachment::of(urls, row, p)).collect(),
            mentions: view.mentions.iter().map(|row| Mention::of(urls, row)).collect(),
            tags: view.tags.iter().map(tag).collect(),
            emojis: CustomEmoji::all(urls, &view.emojis),
            reblogs_count: row.boost_count,
            favourites_count: row.like_count,
            replies_count: row.reply_count,
            quotes_count: view.quotes,
            in_reply_to_id: view.answers.map(|(id, _)| id.to_string()),
            in_reply_to_account_id: view.answers.map(|(_, account)| account.to_string()),
            reblog: None,
            poll: view.poll.as_ref().map(|poll| Poll::of(urls, row.id, poll)),
            card: None,
            quote: None,
            language: text(&row.language),
            application: Via::of(&row.via).map(|Via { name, website }| StatusApplication { name, website }),
            favourited: view.liked,
            reblogged: view.boosted,
            muted: view.silent,
            bookmarked: view.kept,
            pinned: view.own && row.pinned_at.is_some(),
            filtered: view.filtered.iter().map(|found| FilterResult::of(found, row.id)).collect(),
            pf_type: match view.photos.len() {
                0 => "text",
                1 => "photo",
                _ => "photo:album",
            }
            .to_owned(),
            content_text: view.text.clone(),
            reply_count: row.reply_count,
            liked_by: None,
            local,
            comments_disabled: local && !view.own && author.replies_from == "nobody",
            place: None,
            tagged_people: Vec::new(),
        }
    }
}

/// What stands around a post.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Context {
    pub ancestors: Vec<Status>,
    pub descendants: Vec<Status>,
}

//! Posts: notes, and everything other programs publish that can be shown like one.

use super::ReadError;
use super::attachment::{self, Attachment};
use super::emoji::{self, Emoji};
use super::field::{self, Object};
use super::place::{self, Place};
use super::policy::Policy;
use super::poll::{self, Poll};
use crate::activitypub::{RemoteId, html, text};
use serde_json::Value;

/// Most hashtags kept of one post.
pub const MAX_HASHTAGS: usize = 100;
/// Most mentions kept of one post.
pub const MAX_MENTIONS: usize = 100;
/// Longest content warning, in characters.
pub const MAX_WARNING: usize = 2000;
/// Longest name of a category, in characters.
pub const MAX_CATEGORY: usize = 100;
/// Longest title of a converted document, in characters.
const MAX_TITLE: usize = 500;
/// Most tags looked at.
const MAX_TAGS: usize = 3000;

/// A person named in a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Id of the actor.
    pub href: RemoteId,
    /// `@bob@elsewhere.example` as written; may be empty or wrong.
    pub name: String,
}

/// A post of another server.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Its id.
    pub id: RemoteId,
    /// `Note`, or what it was before it was made to look like one.
    pub kind: String,
    /// Author, on the same server.
    pub attributed_to: RemoteId,
    /// Its page.
    pub url: Option<String>,
    /// HTML as received (or made of title and link); not safe to show.
    pub content: String,
    /// Content warning, plain text.
    pub summary: Option<String>,
    /// Pictures are to be covered.
    pub sensitive: bool,
    /// What it answers.
    pub in_reply_to: Option<RemoteId>,
    /// It answers something, be it of an unusable id: it is no post of its own.
    pub is_reply: bool,
    /// Milliseconds since 1970, as claimed.
    pub published: Option<i64>,
    /// Milliseconds since 1970, as claimed.
    pub updated: Option<i64>,
    /// As written.
    pub to: Vec<String>,
    /// As written.
    pub cc: Vec<String>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// Pictures, in order.
    pub attachments: Vec<Attachment>,
    /// Keys of its hashtags ([`text::hashtag_key`]), each once.
    pub hashtags: Vec<String>,
    /// People it is tagged with.
    pub mentions: Vec<Mention>,
    /// Custom emoji of its text and warning.
    pub emoji: Vec<Emoji>,
    /// Where it was, as Pixelfed says it of a whole post.
    pub place: Option<Place>,
    /// What it is filed under, as Vernissage says it.
    pub category: String,
    /// It is a vote in a poll: to be ignored, never shown as an answer.
    pub is_poll_vote: bool,
    /// What it asks.
    pub poll: Option<Poll>,
    /// Likes, as claimed.
    pub likes_total: Option<i64>,
    /// Boosts, as claimed.
    pub shares_total: Option<i64>,
    /// Where its answers are listed.
    pub replies: Option<RemoteId>,
    /// What it belongs to, as some servers mark it.
    pub conversation: Option<String>,
    /// Where its conversation is listed (FEP-7888).
    pub context: Option<RemoteId>,
    /// Who may do what with it.
    pub policy: Policy,
    /// The post it quotes (FEP-044f, and the names used before it).
    pub quotes: Option<RemoteId>,
}

fn is_native(kind: &str) -> bool {
    matches!(kind, "Note" | "Question")
}

fn is_readable(kind: &str) -> bool {
    is_native(kind) || matches!(kind, "Article" | "Page" | "Image" | "Video" | "Audio" | "Event" | "Document")
}

impl Note {
    /// Reads a post. `speaker` is who is known to have sent it; among several authors, she is the
    /// one who counts. Author and id must be of the same server.
    pub fn read(value: &Value, speaker: Option<&RemoteId>) -> Result<Self, ReadError> {
        let object = field::object(value)?;
        let kind = field::kind(object, is_readable).ok_or(ReadError::Missing("type"))?;
        if !is_readable(kind) {
            return Err(ReadError::OtherType(kind.chars().take(64).collect()));
        }
        let id = field::required_id(object, "id")?;
        let attributed_to = author(object, speaker)?;
        if !attributed_to.same_origin(&id) {
            return Err(ReadError::ForeignHost("attributedTo"));
        }
        let url = field::page(object);
        let native = is_native(kind);
        let shown_at = url.as_deref().unwrap_or(id.as_str());
        let poll = Poll::read(object).filter(|_| kind == "Question");
        let content = if native { own_content(object, poll.is_some()) } else { title_and_link(object, shown_at) };
        let mut attachments = attachment::read_all(object);
        if matches!(kind, "Article" | "Page") && attachments.is_empty() {
            let content = field::raw_html(field::text(object, "content").unwrap_or(""), html::MAX_HTML);
            attachments = attachment::read_inline(&content);
        }
        if !native && attachments.is_empty() {
            attachments = attachment::read_of_document(object, kind);
        }
        let summary = if native { warning(object) } else { None };
        let in_reply_to = field::tried_id(object, "inReplyTo");
        let is_reply = in_reply_to.is_some();
        let tags = tags(object);
        Ok(Note {
            kind: kind.to_owned(),
            attributed_to,
            sensitive: field::flag(object, "sensitive") || summary.is_some(),
            is_poll_vote: is_vote(object, &content, &attachments, is_reply),
            in_reply_to: in_reply_to.and_then(Result::ok),
            is_reply,
            published: field::time(object, "published"),
            updated: field::time(object, "updated"),
            to: field::addresses(object, "to"),
            cc: field::addresses(object, "cc"),
            language: language(object),
            attachments,
            emoji: emoji::read_all(tags, &said(&content, &summary, &poll)),
            place: place::read(object),
            category: category(tags),
            hashtags: hashtags(tags),
            mentions: mentions(tags),
            likes_total: total(object, "likes"),
            shares_total: total(object, "shares"),
            replies: field::optional_id(object, "replies").filter(|replies| replies.same_origin(&id)),
            conversation: conversation(object),
            context: field::optional_id(object, "context").filter(|context| context.same_origin(&id)),
            policy: Policy::read(object),
            quotes: quoted(object),
            poll,
            summary,
            content,
            url,
            id,
        })
    }
}

/// Those of its tags that are looked at.
fn tags(object: &Object) -> &[Value] {
    let tags = field::many(field::get(object, "tag"));
    &tags[..tags.len().min(MAX_TAGS)]
}

/// Who wrote it: the speaker when she is among the authors, else a single author, else the first
/// who is a person.
fn author(object: &Object, speaker: Option<&RemoteId>) -> Result<RemoteId, ReadError> {
    let all = field::many(field::get(object, "attributedTo"));
    if let Some(speaker) = speaker
        && all.iter().take(16).filter_map(field::id_text).any(|id| id == speaker.as_str())
    {
        return Ok(speaker.clone());
    }
    let person = all.iter().take(16).find(|author| author.get("type").and_then(Value::as_str) == Some("Person"));
    let text = person.or(all.first()).and_then(field::id_text).ok_or(ReadError::Missing("attributedTo"))?;
    RemoteId::parse(text).map_err(|error| ReadError::BadId("attributedTo", error))
}

/// Everything in which custom emoji may stand.
fn said<'a>(content: &'a str, summary: &'a Option<String>, poll: &'a Option<Poll>) -> Vec<&'a str> {
    let options = poll.iter().flat_map(|poll| &poll.options).map(|option| option.name.as_str());
    [content, summary.as_deref().unwrap_or("")].into_iter().chain(options).collect()
}

/// Its text; with what it asks as a list, where that is no poll one could vote in.
fn own_content(object: &Object, is_poll: bool) -> String {
    let mut content = field::raw_html(field::text(object, "content").unwrap_or(""), html::MAX_HTML);
    let options = field::get(object, "oneOf").or_else(|| field::get(object, "anyOf")).filter(|_| !is_poll);
    for option in field::many(options).iter().take(poll::MAX_OPTIONS) {
        if let Some(name) = option.get("name").and_then(Value::as_str) {
            let votes = option.get("replies").and_then(|r| r.get("totalItems")).and_then(field::count);
            let votes = match votes {
                None => String::new(),
                Some(1) => " · 1 vote".to_owned(),
                Some(many) => format!(" · {many} votes"),
            };
            content.push_str(&format!("<p>○ {}{votes}</p>", text::escape(&field::line(name, MAX_TITLE))));
        }
    }
    content
}

/// What a document of another kind is shown as: title, summary, and a link to the whole.
fn title_and_link(object: &Object, url: &str) -> String {
    let mut content = String::new();
    let title = field::line(&html::to_plain_text(field::text(object, "name").unwrap_or("")), MAX_TITLE);
    if !title.is_empty() {
        content.push_str(&format!("<p><strong>{}</strong></p>", text::escape(&title)));
    }
    let summary = field::lines(&html::to_plain_text(field::text(object, "summary").unwrap_or("")), MAX_WARNING);
    for paragraph in summary.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
        content.push_str(&format!("<p>{}</p>", text::escape(paragraph).replace('\n', "<br>")));
    }
    let url = text::escape(url);
    content.push_str(&format!("<p><a href=\"{url}\">{url}</a></p>"));
    content
}

fn warning(object: &Object) -> Option<String> {
    let text = field::line(&html::to_plain_text(field::text(object, "summary")?), MAX_WARNING);
    (!text.is_empty()).then_some(text)
}

/// A vote is a note with a name, in answer to a poll, and nothing else in it.
fn is_vote(object: &Object, content: &str, attachments: &[Attachment], is_reply: bool) -> bool {
    is_reply && attachments.is_empty() && content.trim().is_empty() && field::get(object, "name").is_some()
}

/// The language whose text is the content; else the first of the map.
fn language(object: &Object) -> Option<String> {
    let map = ["contentMap", "nameMap", "summaryMap"].iter().find_map(|name| object.get(*name)?.as_object())?;
    let content = object.get("content").and_then(Value::as_str);
    let same = map.iter().find(|(_, value)| content.is_some() && value.as_str() == content);
    let (tag, _) = same.or_else(|| map.iter().next())?;
    let fine = (2..=35).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (fine && tag != "und").then(|| tag.clone())
}

fn has_kind(tag: &Value, kind: &str) -> bool {
    tag.as_object().and_then(|tag| field::kind(tag, |name| name == kind)) == Some(kind)
}

fn hashtags(tags: &[Value]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for tag in tags.iter().filter(|tag| has_kind(tag, "Hashtag")) {
        let key = tag.get("name").and_then(Value::as_str).and_then(text::hashtag_key);
        if let Some(key) = key
            && keys.len() < MAX_HASHTAGS
            && !keys.contains(&key)
        {
            keys.push(key);
        }
    }
    keys
}

/// The first category.
fn category(tags: &[Value]) -> String {
    let found = tags.iter().find(|tag| has_kind(tag, "Category"));
    field::line(found.and_then(|tag| tag.get("name")?.as_str()).unwrap_or(""), MAX_CATEGORY)
}

fn mentions(tags: &[Value]) -> Vec<Mention> {
    let mut people: Vec<Mention> = Vec::new();
    for tag in tags.iter().filter(|tag| has_kind(tag, "Mention")) {
        let href = tag.get("href").and_then(Value::as_str).and_then(|href| RemoteId::parse(href).ok());
        if let Some(href) = href
            && people.len() < MAX_MENTIONS
            && people.iter().all(|known| known.href != href)
        {
            let name = field::line(tag.get("name").and_then(Value::as_str).unwrap_or(""), 512);
            people.push(Mention { href, name });
        }
    }
    people
}

fn total(object: &Object, name: &str) -> Option<i64> {
    field::count(object.get(name)?.get("totalItems")?)
}

/// The post that is quoted, under each name in use.
fn quoted(object: &Object) -> Option<RemoteId> {
    ["quote", "quoteUrl", "quoteUri", "_misskey_quote"].iter().find_map(|name| field::optional_id(object, name))
}

fn conversation(object: &Object) -> Option<String> {
    let text = object.get("conversation").or_else(|| object.get("context"))?.as_str()?;
    (!text.is_empty() && text.len() <= 2048).then(|| text.to_owned())
}

//! What pages, feeds, the API and ActivityPub render from: plain values, already allowed for the
//! viewer, with paths that start at `/` and no address of the server in them.

use super::Emoji;
use crate::activitypub::{SanitizedHtml, Visibility};
use crate::clock::Millis;
use serde::{Serialize, Serializer};

/// Lets HTML that has been made safe stand in a template as it is. The only place that may: what
/// comes through here is a [`SanitizedHtml`] by type. In JSON it is plain text.
#[allow(clippy::disallowed_methods, reason = "the one door for HTML into templates")]
fn safe<S: Serializer>(html: &SanitizedHtml, serializer: S) -> Result<S::Ok, S::Error> {
    minijinja::Value::from_safe_string(html.as_str().to_owned()).serialize(serializer)
}

/// One served size of a picture.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct Size {
    /// `fed`, `2560`, `1600`, `960` or `480`.
    pub role: String,
    /// Path (or address, when the media store has a public one) of the JPEG.
    pub src: String,
    /// Pixels.
    pub width: i64,
    /// Pixels.
    pub height: i64,
}

/// Something a photo says about itself, for people.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct DataLine {
    pub label: String,
    pub value: String,
}

/// A file of a photo that is no size of it.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct OtherFile {
    pub src: String,
    /// Pixels.
    pub width: i64,
    /// Pixels.
    pub height: i64,
    pub bytes: i64,
}

/// A photograph as it can be shown.
#[derive(Debug, Clone, Serialize, Default)]
pub struct Picture {
    /// Id in digits.
    pub id: String,
    /// Pixels of the largest size.
    pub width: i64,
    /// Pixels of the largest size.
    pub height: i64,
    /// What the photographer says is to be seen; empty when she said nothing.
    pub alt: String,
    /// Placeholder, may be empty for remote photos that brought none.
    pub blurhash: String,
    /// Average colour as `#rrggbb`.
    pub color: String,
    /// Around which point to crop where cropping cannot be helped: per cent from the left, from the top.
    pub focus: (i64, i64),
    /// The middling size, for `src`.
    pub src: String,
    /// The smallest size, for thumbnails.
    pub thumb: String,
    /// The largest size, for the full-screen view and OpenGraph.
    pub large: String,
    /// Every size for `srcset`, as `path 480w, path 960w`.
    pub srcset: String,
    /// Every size, largest first.
    pub sizes: Vec<Size>,
    /// Camera data its author shows.
    pub data: Vec<DataLine>,
    /// It moves: the file that does.
    pub animation: Option<OtherFile>,
    /// The original without what is private, where its author offers it.
    pub original: Option<OtherFile>,
    /// False while a remote photo has not been fetched yet: only the placeholder can be shown.
    pub ready: bool,
    /// It is not on its way either: its server did not have it, or it could not be read.
    pub lost: bool,
}

impl Picture {
    /// Width divided by height.
    pub fn ratio(&self) -> f64 {
        if self.height <= 0 { 1.0 } else { self.width as f64 / self.height as f64 }
    }
}

/// A person, short: beside a post, in a list.
#[derive(Debug, Clone, Serialize, Default)]
pub struct Person {
    /// Id in digits.
    pub id: String,
    /// Display name, or the user name where there is none.
    pub name: String,
    /// The same with pictures for custom emoji.
    #[serde(serialize_with = "safe")]
    pub shown: SanitizedHtml,
    /// `ada` or `bob@elsewhere.example`: unique on this server.
    pub acct: String,
    /// `@ada@photos.example`: unique everywhere.
    pub handle: String,
    /// `/@ada`, `/@bob@elsewhere.example`.
    pub path: String,
    /// Square picture, 400 px; empty when there is none (a letter is drawn then).
    pub avatar: String,
    /// First letter of the name, for the drawn avatar.
    pub initial: String,
    /// True for accounts of this server.
    pub local: bool,
    /// True where follows are approved one by one.
    pub locked: bool,
}

/// A field of a profile.
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    /// Label.
    pub name: String,
    /// Text or link, sanitised.
    #[serde(serialize_with = "safe")]
    pub value: SanitizedHtml,
    /// The day on which the page it leads to was seen to link back; empty when it does not, or is no page.
    pub verified: String,
}

/// How the viewer stands to a person.
#[derive(Debug, Clone, Serialize, Default)]
pub struct Relation {
    /// It is the viewer herself.
    pub own: bool,
    /// The viewer follows.
    pub following: bool,
    /// The viewer asked, no answer yet.
    pub requested: bool,
    /// The person follows the viewer.
    pub followed_by: bool,
    /// The viewer blocks the person.
    pub blocking: bool,
    /// The viewer mutes the person.
    pub muting: bool,
}

/// A person, whole: the head of a profile.
#[derive(Debug, Clone, Serialize)]
pub struct Profile {
    /// The short form.
    #[serde(flatten)]
    pub person: Person,
    /// What she says of herself.
    #[serde(serialize_with = "safe")]
    pub bio: SanitizedHtml,
    /// The same as plain text, for descriptions.
    pub bio_text: String,
    /// Wide picture behind the head; absent when there is none.
    pub header: Option<String>,
    /// How to speak of her; empty where she does not say.
    pub pronouns: String,
    /// Labelled lines.
    pub fields: Vec<Field>,
    /// Posts with photos or not, as known here.
    pub posts: i64,
    /// People who follow.
    pub followers: i64,
    /// People followed.
    pub following: i64,
    /// Her server; empty for people of this one.
    pub server: String,
    /// The three numbers are what her own server counts.
    pub counted_there: bool,
    /// For a remote person: her page at home.
    pub remote_url: Option<String>,
    /// The account she has moved to.
    pub moved_to: Option<Moved>,
    /// Hashtags at the head of her profile.
    pub tags: Vec<TagLink>,
    /// How the viewer stands to her.
    pub relation: Relation,
}

/// Where somebody is now.
#[derive(Debug, Clone, Serialize)]
pub struct Moved {
    /// Her handle there, or the address.
    pub name: String,
    /// Her profile here, or the address.
    pub path: String,
}

/// A hashtag that leads to its page.
#[derive(Debug, Clone, Serialize)]
pub struct TagLink {
    /// Without `#`.
    pub name: String,
    /// `/tags/fog`.
    pub path: String,
}

/// A post elsewhere that quotes one of ours.
#[derive(Debug, Clone, Serialize)]
pub struct Quoting {
    /// Id in digits.
    pub id: String,
    /// Who quotes.
    pub author: Person,
    /// The quoting post: here where it is kept, else where it is.
    pub path: String,
}

/// A post with everything a page needs to show it to this viewer.
#[derive(Debug, Clone, Serialize)]
pub struct Post {
    /// Id in digits.
    pub id: String,
    /// `/@ada/123`.
    pub path: String,
    /// Who posted.
    pub author: Person,
    /// Caption with links, paragraphs.
    #[serde(serialize_with = "safe")]
    pub caption: SanitizedHtml,
    /// The same as plain text on one line, for titles and descriptions.
    pub caption_text: String,
    /// Content warning; empty when there is none.
    pub warning: String,
    /// Photos stay covered until asked for.
    pub sensitive: bool,
    /// Title of the viewer's filter behind which it stands here; empty when there is none.
    pub fold: String,
    /// BCP 47 tag, may be empty.
    pub language: String,
    /// Who sees it.
    pub visibility: Visibility,
    /// The same in words: "Public", "Quiet public", "Followers", "Mentioned people".
    pub visibility_label: String,
    /// `2026-11-12T08:30:00.000Z`.
    pub published: String,
    /// "12 November 2026".
    pub published_day: String,
    /// "2 h", "3 d", or a day.
    pub published_ago: String,
    /// Where it was, as its author says; may be empty.
    pub place: String,
    /// What it is filed under; may be empty.
    pub category: Option<TagLink>,
    /// Edited after posting.
    pub edited: bool,
    /// In order.
    pub photos: Vec<Picture>,
    /// Likes known here.
    pub likes: i64,
    /// Boosts known here.
    pub boosts: i64,
    /// Replies shown here.
    pub replies: i64,
    /// The viewer likes it.
    pub liked: bool,
    /// The viewer boosted it.
    pub boosted: bool,
    /// Boosting is allowed: by who sees the post, and by its author.
    pub can_boost: bool,
    /// Its author lets the viewer like it.
    pub can_like: bool,
    /// Its author lets the viewer answer it.
    pub can_reply: bool,
    /// Its author lets nobody answer it.
    pub closed: bool,
    /// Stands at the head of the author's profile.
    pub pinned: bool,
    /// The viewer wrote it.
    pub own: bool,
    /// Whom it answers, when it is a reply whose parent is known.
    pub answers: Option<Answered>,
    /// Who boosted it into the viewer's home.
    pub boosted_by: Option<Person>,
    /// For a remote post: its page at home.
    pub remote_url: Option<String>,
    /// What it asks.
    pub poll: Option<Poll>,
}

/// What a post of another server asks.
#[derive(Debug, Clone, Serialize)]
pub struct Poll {
    /// In order, never none.
    pub options: Vec<PollOption>,
    /// Several may be chosen.
    pub multiple: bool,
    /// Nobody votes any more.
    pub over: bool,
    /// When it ends, or ended.
    #[serde(skip)]
    pub ends_at: Option<Millis>,
    /// The same as `2026-11-12T08:30:00.000Z`; empty when it has no end.
    pub ends: String,
    /// The same as "12 November 2026".
    pub ends_day: String,
    /// Votes that are told of.
    pub votes: i64,
    /// People who voted, where that is told.
    pub voters: Option<i64>,
    /// The viewer voted.
    pub voted: bool,
    /// Custom emoji of its options.
    #[serde(skip)]
    pub emojis: Vec<Emoji>,
}

/// Something to choose.
#[derive(Debug, Clone, Serialize)]
pub struct PollOption {
    /// Plain text on one line.
    pub title: String,
    /// The same with pictures for custom emoji.
    #[serde(serialize_with = "safe")]
    pub shown: SanitizedHtml,
    /// Votes for it, where they are told.
    pub votes: Option<i64>,
    /// Per cent: of the votes, or of the people where each may choose several.
    pub share: Option<i64>,
    /// The viewer chose it.
    pub chosen: bool,
}

/// The post that a reply answers.
#[derive(Debug, Clone, Serialize)]
pub struct Answered {
    /// Its page here.
    pub path: String,
    /// Who wrote it.
    pub author: Person,
}

/// A reply within a conversation.
#[derive(Debug, Clone, Serialize)]
pub struct Reply {
    /// The reply itself.
    #[serde(flatten)]
    pub post: Post,
    /// 0 for answers to the photo itself, then deeper; capped at 4 for display.
    pub depth: i64,
    /// Written by the author of the photo.
    pub by_author: bool,
}

/// A line on the notifications page.
#[derive(Debug, Clone, Serialize)]
pub struct Notification {
    /// Id in digits.
    pub id: String,
    /// `follow`, `follow_request`, `follow_granted`, `like`, `boost`, `reply`, `mention`, `poll`, ….
    pub kind: String,
    /// Who did it.
    pub actor: Person,
    /// The post it is about; for replies the reply itself.
    pub post: Option<Post>,
    /// "2 h".
    pub ago: String,
    /// `2026-11-12T08:30:00.000Z`.
    pub at: String,
    /// Not seen before this view.
    pub fresh: bool,
}

/// One page of a longer list, newest first.
#[derive(Debug, Clone, Serialize)]
pub struct Page<T> {
    /// What stands on this page.
    pub items: Vec<T>,
    /// Path and query of the next, older page.
    pub older: Option<String>,
    /// Path and query of the first page, when this is not it.
    pub newest: Option<String>,
}

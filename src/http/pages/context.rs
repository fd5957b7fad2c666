//! What each template gets: one struct a page. `frame` is on every page.

mod own;

pub use own::{
    AppLine, Authorize, Code, FieldInput, Join, Leave, MutedPerson, Reach, Reset, SessionLine, Settings, SignIn, Who,
};

use crate::service::views::{Notification, Page, Person, Picture, Post, Profile, Quoting, Reply};
use serde::Serialize;

/// What the frame around every page needs.
#[derive(Debug, Clone, Serialize, Default)]
pub struct Frame {
    /// Name of the server.
    pub server_name: String,
    /// Value of the nonce for the page's one `<style>` block.
    pub nonce: String,
    /// Who is looking; absent for visitors.
    pub viewer: Option<Person>,
    /// Notifications not looked at yet.
    pub unread: i64,
    /// Conversations not read yet.
    pub messages: i64,
    /// People who ask to follow and wait.
    pub requests: i64,
    /// Reports that wait; only for the owner.
    pub reports: i64,
    /// Who is looking owns the server.
    pub owner: bool,
    /// Which entry of the navigation is "you are here": `home`, `explore`, `notifications`, `compose`, `you`, `search`, or empty.
    pub here: String,
    /// People can sign up.
    pub open: bool,
    /// Set for the owner while no public address is set: nothing federates.
    pub not_federating: bool,
    /// A sentence to show once above the page ("Saved."), or empty.
    pub notice: String,
    /// The public address without a closing slash, e.g. `https://photos.example`; empty when none is set.
    pub origin: String,
    /// Path of this page, for canonical links.
    pub path: String,
    /// Version in the query of static files, so that they can be cached for ever.
    pub assets: String,
}

/// `explore.html`: the server's public feed in rows. Also the front page for visitors.
#[derive(Debug, Clone, Serialize)]
pub struct Explore {
    pub frame: Frame,
    pub posts: Page<Post>,
    /// Visitors on the front page get a line about the server.
    pub intro: Option<String>,
}

/// `tag.html`
#[derive(Debug, Clone, Serialize)]
pub struct Tag {
    pub frame: Frame,
    pub name: String,
    pub posts: Page<Post>,
}

/// `home.html`: one column of posts by people the viewer follows.
#[derive(Debug, Clone, Serialize)]
pub struct Home {
    pub frame: Frame,
    pub posts: Page<Post>,
    /// Posts without pictures are left out.
    pub pictures: bool,
}

/// `profile.html`; `tab` is `photos`, `albums` or `replies`.
#[derive(Debug, Clone, Serialize)]
pub struct ProfilePage {
    pub frame: Frame,
    pub profile: Profile,
    pub tab: String,
    pub posts: Page<Post>,
    /// Shown above the rest on the first page.
    pub pinned: Vec<Post>,
    /// ActivityPub id, for `rel=alternate`; empty when nothing federates.
    pub activity_id: String,
    /// Posts are being fetched from the person's own server.
    pub under_way: bool,
    /// Older ones can be fetched from there.
    pub more: bool,
}

/// `requests.html`: people who ask to follow.
#[derive(Debug, Clone, Serialize)]
pub struct Requests {
    pub frame: Frame,
    /// The viewer approves followers one by one.
    pub locked: bool,
    pub people: Page<Person>,
}

/// `messages.html`: conversations among mentioned people, and the form that begins one.
#[derive(Debug, Clone, Serialize)]
pub struct Conversations {
    pub frame: Frame,
    pub items: Page<ConversationLine>,
    /// Handles typed so far.
    pub to: String,
    pub text: String,
    /// Goes with the message, so that sending it twice makes one.
    pub number: String,
    pub max_caption: i64,
    /// Why it was refused, or empty.
    pub error: String,
}

/// A conversation in the list.
#[derive(Debug, Clone, Serialize)]
pub struct ConversationLine {
    pub id: String,
    /// Who are in it, without the viewer.
    pub people: Vec<Person>,
    /// Its newest post.
    pub last: Post,
    pub unread: bool,
}

/// `mute.html`
#[derive(Debug, Clone, Serialize)]
pub struct MutePage {
    pub frame: Frame,
    pub person: Person,
    pub lengths: Vec<Choice>,
}

/// `report.html`
#[derive(Debug, Clone, Serialize)]
pub struct ReportPage {
    pub frame: Frame,
    pub person: Person,
    /// Posts that are reported with her.
    pub posts: Vec<Post>,
    pub categories: Vec<Choice>,
    pub comment: String,
    pub forward: bool,
    /// Her server, where it can be told; else empty.
    pub server: String,
    /// Largest number of characters in the comment.
    pub most: i64,
    pub error: String,
}

/// `reports.html`: what waits for the owner.
#[derive(Debug, Clone, Serialize)]
pub struct Reports {
    pub frame: Frame,
    /// Those that are done are shown.
    pub done: bool,
    pub items: Page<ReportLine>,
}

/// A report in the list.
#[derive(Debug, Clone, Serialize)]
pub struct ReportLine {
    pub id: String,
    pub target: Person,
    /// Who reported, when it was somebody here.
    pub reporter: Option<Person>,
    /// The server it came from; empty when it was somebody here.
    pub server: String,
    pub category: String,
    pub comment: String,
    /// Rules of the server that are said to be broken, in words.
    pub rules: Vec<String>,
    /// Paths of the posts that are still there.
    pub posts: Vec<String>,
    /// The other server was told.
    pub forwarded: bool,
    pub ago: String,
    pub at: String,
}

/// `elsewhere.html`: the way to a visitor's own server.
#[derive(Debug, Clone, Serialize)]
pub struct Elsewhere {
    pub frame: Frame,
    pub person: Person,
    /// A post is meant, not the person.
    pub is_post: bool,
    pub action: String,
    /// The page it is about.
    pub here: String,
    /// Its address for searching by hand.
    pub address: String,
    /// As typed.
    pub handle: String,
    /// Where it goes on, once that is known.
    pub way: Option<String>,
    pub way_host: String,
    pub error: String,
}

/// `people.html`: followers or following.
#[derive(Debug, Clone, Serialize)]
pub struct People {
    pub frame: Frame,
    pub profile: Profile,
    /// `followers` or `following`
    pub which: String,
    pub people: Page<Person>,
}

/// `post.html`
#[derive(Debug, Clone, Serialize)]
pub struct PostPage {
    pub frame: Frame,
    pub post: Post,
    pub replies: Vec<Reply>,
    /// What it answers, from the first post down.
    pub above: Vec<Post>,
    /// How many replies are on this page.
    pub shown: i64,
    /// Replies are being looked for on other servers.
    pub looking: bool,
    /// Posts elsewhere that quote it.
    pub quotes: Vec<Quoting>,
    /// Path of the part of the conversation that follows.
    pub later: Option<String>,
    /// Path of its first part, when this is not it.
    pub first: Option<String>,
    /// How the viewer stands to the author: for the Follow button.
    pub profile: Profile,
    /// Refused reply text, given back.
    pub draft_reply: String,
    /// Why it was refused, or empty.
    pub error: String,
    /// Why a vote was refused, or empty.
    pub vote_error: String,
    /// ActivityPub id, for `rel=alternate`; empty when nothing federates or the post is not public.
    pub activity_id: String,
    /// Goes with the reply, so that sending it twice makes one.
    pub number: String,
    /// Largest number of characters in a reply.
    pub max_caption: i64,
    /// For the author alone: how far it got.
    pub reach: Option<ReachLine>,
}

/// How many servers have a post.
#[derive(Debug, Clone, Serialize)]
pub struct ReachLine {
    pub reached: i64,
    pub of: i64,
    /// Path of the page that lists them.
    pub path: String,
}

/// `deliveries.html`: where a post went, for its author alone.
#[derive(Debug, Clone, Serialize)]
pub struct Deliveries {
    pub frame: Frame,
    pub post_path: String,
    pub reached: i64,
    pub of: i64,
    pub lines: Vec<DeliveryLine>,
    /// Path of the page with what came before.
    pub older: Option<String>,
}

/// One delivery.
#[derive(Debug, Clone, Serialize)]
pub struct DeliveryLine {
    pub host: String,
    /// What was told: the post, a change, its end.
    pub what: String,
    /// ISO 8601.
    pub when: String,
    pub ago: String,
    /// How it stands.
    pub how: String,
    pub arrived: bool,
}

/// `notifications.html`
#[derive(Debug, Clone, Serialize)]
pub struct Notifications {
    pub frame: Frame,
    pub items: Page<Notification>,
}

/// A photo being composed.
#[derive(Debug, Clone, Serialize, Default)]
pub struct DraftPhoto {
    #[serde(flatten)]
    pub picture: Picture,
    /// Name of the file as she chose it, shown to her only.
    pub file_name: String,
    /// 1, 2, 3 …
    pub number: i64,
    /// x to the right, y up, each −1 to 1.
    pub focus_point: (f64, f64),
    /// What the photo says about itself, with the choice to show it.
    pub lines: Vec<DataChoice>,
    /// A cleaned copy of the original is offered.
    pub offered: bool,
}

/// A field of camera data in the composer, or in the settings (there without a value).
#[derive(Debug, Clone, Serialize, Default, PartialEq, Eq)]
pub struct DataChoice {
    pub key: String,
    pub label: String,
    pub value: String,
    pub shown: bool,
}

/// `files.html`: what is kept of the photos of a post and what is served of them, for their owner.
#[derive(Debug, Clone, Serialize)]
pub struct Files {
    pub frame: Frame,
    pub post_path: String,
    pub photos: Vec<PhotoFiles>,
}

/// One photo on `files.html`.
#[derive(Debug, Clone, Serialize)]
pub struct PhotoFiles {
    pub id: String,
    pub file_name: String,
    /// "JPEG"
    pub format: String,
    pub width: i64,
    pub height: i64,
    pub bytes: i64,
    /// "Adobe RGB (1998)"
    pub colours: String,
    pub original_path: String,
    /// Noun phrases.
    pub removed: Vec<String>,
    pub files: Vec<ServedFile>,
}

/// One served file on `files.html`.
#[derive(Debug, Clone, Serialize)]
pub struct ServedFile {
    pub purpose: String,
    pub src: String,
    pub format: String,
    pub profile: String,
    /// 0 where it was copied, not encoded.
    pub quality: i64,
    pub width: i64,
    pub height: i64,
    pub bytes: i64,
}

/// A choice in a `<select>`.
#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
    /// What it changes for whom; may be empty.
    pub hint: String,
    pub chosen: bool,
}

/// `compose.html`: a new post, and the same screen for editing one.
#[derive(Debug, Clone, Serialize)]
pub struct Compose {
    pub frame: Frame,
    /// Where the form goes: `/compose` (no draft yet), `/compose/{draft}` or `/@ada/{post}/edit`.
    pub action: String,
    /// Id of the draft in digits; empty before the first photo came without script.
    pub draft: String,
    /// Editing a post that is out: no choice of visibility, the button says "Save changes".
    pub editing: bool,
    pub photos: Vec<DraftPhoto>,
    /// Ids of the post's own photos that go when the changes are saved; not shown any more.
    pub removed: Vec<String>,
    pub caption: String,
    pub warning: String,
    pub languages: Vec<Choice>,
    /// Where it was.
    pub place_name: String,
    pub country: String,
    /// What it may be filed under.
    pub categories: Vec<Choice>,
    pub visibilities: Vec<Choice>,
    /// Sentences about what was refused, one a file or field; empty when all is well.
    pub errors: Vec<String>,
    pub max_photos: i64,
    pub max_caption: i64,
    pub max_alt: i64,
    /// Largest file in bytes.
    pub max_bytes: i64,
    /// Photos that have alt text.
    pub with_alt: i64,
}

/// `search.html`
#[derive(Debug, Clone, Serialize)]
pub struct Search {
    pub frame: Frame,
    pub query: String,
    pub people: Vec<Profile>,
    pub posts: Vec<Post>,
    pub tags: Vec<String>,
    /// Why nothing was found, or empty.
    pub error: String,
}

/// `confirm.html`: asks before something that cannot be undone (delete a post, block a person).
#[derive(Debug, Clone, Serialize)]
pub struct Confirm {
    pub frame: Frame,
    pub title: String,
    pub text: String,
    pub action: String,
    pub button: String,
    pub back: String,
}

/// `about.html`
#[derive(Debug, Clone, Serialize)]
pub struct About {
    pub frame: Frame,
    pub description: String,
    /// Rules of the server, one sentence each.
    pub rules: Vec<String>,
    pub version: String,
    pub people: i64,
    pub posts: i64,
    pub owner: Option<Person>,
}

/// `error.html`: a sentence and a way on.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorPage {
    pub frame: Frame,
    pub status: u16,
    pub title: String,
    pub text: String,
}

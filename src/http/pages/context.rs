//! What each template gets: one struct a page. `frame` is on every page.

use crate::service::views::{Notification, Page, Person, Picture, Post, Profile, Reply};
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
    /// ActivityPub id, for `rel=alternate`; empty when nothing federates or the post is not public.
    pub activity_id: String,
    /// Goes with the reply, so that sending it twice makes one.
    pub number: String,
    /// Largest number of characters in a reply.
    pub max_caption: i64,
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

/// `settings.html`
#[derive(Debug, Clone, Serialize)]
pub struct Settings {
    pub frame: Frame,
    /// Fields of camera data, those ticked that new photos show.
    pub data: Vec<DataChoice>,
    pub credit_artist: String,
    pub credit_copyright: String,
    pub name: String,
    pub bio: String,
    pub avatar: String,
    pub header: String,
    /// Label and value, always four rows (empty ones too).
    pub fields: Vec<FieldInput>,
    pub locked: bool,
    pub discoverable: bool,
    /// How many newest albums `featured` shows to other servers, 0 to 10.
    pub featured_albums: i64,
    pub blocked: Page<Person>,
    pub errors: Vec<String>,
    pub sessions: Vec<SessionLine>,
    pub email: String,
}

#[derive(Debug, Clone, Serialize, Default)]
pub struct FieldInput {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct SessionLine {
    pub id: String,
    pub device: String,
    pub last_seen: String,
    pub current: bool,
}

/// `sign-in.html`
#[derive(Debug, Clone, Serialize)]
pub struct SignIn {
    pub frame: Frame,
    pub login: String,
    pub error: String,
    /// Path to go to afterwards.
    pub next: String,
}

/// `join.html`: signing up; also the owner's first account (`owner` true, `action` is the one-time link).
#[derive(Debug, Clone, Serialize)]
pub struct Join {
    pub frame: Frame,
    pub action: String,
    pub owner: bool,
    pub closed: bool,
    pub username: String,
    pub email: String,
    pub errors: Vec<String>,
    /// Host in handles, e.g. `photos.example`.
    pub handle_host: String,
}

/// `reset.html`: a new password through a one-time link.
#[derive(Debug, Clone, Serialize)]
pub struct Reset {
    pub frame: Frame,
    pub action: String,
    pub username: String,
    pub error: String,
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

//! Pages about one's own account: signing in, joining, settings, leaving.

use super::{Choice, DataChoice, Frame};
use crate::service::views::{Moved, Page, Person};
use serde::Serialize;

/// `leave.html`: asks before an account is deleted.
#[derive(Debug, Clone, Serialize)]
pub struct Leave {
    pub frame: Frame,
    /// What has to be typed.
    pub name: String,
    /// It owns the server and cannot be deleted here.
    pub owner: bool,
    pub errors: Vec<String>,
}

/// `reach.html`
#[derive(Debug, Clone, Serialize)]
pub struct Reach {
    pub frame: Frame,
    /// Who may answer, and who may quote: one of each is chosen.
    pub replies: Vec<Who>,
    pub quotes: Vec<Who>,
    /// Other accounts, one a line.
    pub aliases: String,
    /// Sites that may name her, one a line.
    pub sites: String,
    /// Hashtags with blanks between.
    pub tags: String,
    pub says_blocks: bool,
    pub moved_to: Option<Moved>,
    /// Handle given back with a refusal.
    pub target: String,
    pub errors: Vec<String>,
}

/// Who may do something: one of several to choose from.
#[derive(Debug, Clone, Serialize)]
pub struct Who {
    pub value: String,
    pub label: String,
    pub chosen: bool,
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
    pub pronouns: String,
    /// What she writes in unless she says otherwise.
    pub languages: Vec<Choice>,
    /// Label and value, always four rows (empty ones too).
    pub fields: Vec<FieldInput>,
    pub locked: bool,
    pub discoverable: bool,
    /// How many newest albums `featured` shows to other servers, 0 to 10.
    pub featured_albums: i64,
    pub blocked: Page<Person>,
    pub muted: Vec<MutedPerson>,
    /// Home shows posts with pictures only.
    pub home_pictures: bool,
    pub errors: Vec<String>,
    pub sessions: Vec<SessionLine>,
    pub apps: Vec<AppLine>,
    /// What one types where an app asks for a server.
    pub server: String,
    pub email: String,
}

/// An app that was let in.
#[derive(Debug, Clone, Serialize)]
pub struct AppLine {
    pub id: String,
    pub name: String,
    /// Its page, or empty.
    pub website: String,
    /// What it may do, a sentence each.
    pub may: Vec<String>,
    /// "3 d"
    pub last_seen: String,
    /// A day.
    pub since: String,
}

/// `authorize.html`: asks whether an app is to be let in.
#[derive(Debug, Clone, Serialize)]
pub struct Authorize {
    pub frame: Frame,
    pub app: String,
    /// Host of its page, or empty.
    pub website: String,
    /// What it wants to be able to do, a sentence each.
    pub may: Vec<String>,
    /// Where it takes one back to: a host, or a scheme; empty where it shows a code.
    pub back_to: String,
    /// Goes along with the answer.
    pub asked: Vec<FieldInput>,
    /// Where one signs in as somebody else.
    pub other: String,
}

/// `code.html`: a code to be copied into an app.
#[derive(Debug, Clone, Serialize)]
pub struct Code {
    pub frame: Frame,
    pub code: String,
}

/// Somebody muted.
#[derive(Debug, Clone, Serialize)]
pub struct MutedPerson {
    #[serde(flatten)]
    pub person: Person,
    /// A day, or empty where there is no end.
    pub until: String,
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

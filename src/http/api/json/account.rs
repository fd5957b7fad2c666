//! Account, CredentialAccount, Relationship.

use super::{CustomEmoji, day, media, time};
use crate::activitypub::html::to_plain_text;
use crate::app::App;
use crate::clock::{DAY, Millis};
use crate::entity::{account, login};
use crate::service::federation::urls::{Urls, acct};
use crate::service::profiles;
use crate::service::sessions::Viewer;
use crate::service::views::{self, NO_AVATAR};
use serde::Serialize;
use utoipa::ToSchema;

/// Shown for people without a picture behind their names; apps know it by its name.
const NO_HEADER: &str = "/static/headers/missing.png";

/// Kinds of account behind which nobody sits.
pub(super) const BOT_KINDS: [&str; 2] = ["Service", "Application"];

/// A line on a profile.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Field {
    pub name: String,
    /// HTML.
    pub value: String,
    pub verified_at: Option<String>,
}

/// A role shown on a profile.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountRole {
    pub id: String,
    pub name: String,
    pub color: String,
}

/// A person, of this server or of another.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Account {
    pub id: String,
    pub username: String,
    /// `ada`, or `bob@elsewhere.example`.
    pub acct: String,
    pub url: String,
    pub uri: String,
    pub display_name: String,
    /// HTML.
    pub note: String,
    pub avatar: String,
    pub avatar_static: String,
    pub avatar_description: String,
    pub header: String,
    pub header_static: String,
    pub header_description: String,
    pub locked: bool,
    pub bot: bool,
    pub group: bool,
    pub discoverable: Option<bool>,
    pub indexable: bool,
    pub noindex: Option<bool>,
    pub created_at: String,
    pub last_status_at: Option<String>,
    pub statuses_count: i64,
    pub followers_count: i64,
    pub following_count: i64,
    pub emojis: Vec<CustomEmoji>,
    pub fields: Vec<Field>,
    pub roles: Vec<AccountRole>,
    pub hide_collections: Option<bool>,
    #[schema(no_recursion)]
    pub moved: Option<Box<Account>>,
    pub suspended: bool,
    pub limited: bool,
    pub memorial: bool,
    // From here on for Pixelfed's app.
    pub local: bool,
    pub is_admin: bool,
    pub note_text: String,
    pub website: Option<String>,
    pub pronouns: Vec<String>,
    pub header_bg: Option<String>,
    pub location: Option<String>,
}

impl Account {
    pub fn of(app: &App, urls: &Urls, view: &views::Account) -> Self {
        let row = &view.row;
        let gone = row.suspended != 0;
        let picture = |key: &Option<String>, none: &str| match key.as_deref().filter(|_| !gone) {
            Some(key) => media(app, urls, key),
            None => urls.at(none),
        };
        let (avatar, header) = (picture(&row.avatar_key, NO_AVATAR), picture(&row.header_key, NO_HEADER));
        let local = row.domain.is_empty();
        let note = if gone { "" } else { view.bio.as_str() };
        let field = |(name, value, since): &(String, crate::activitypub::SanitizedHtml, Option<Millis>)| Field {
            name: name.clone(),
            value: value.as_str().to_owned(),
            verified_at: since.map(time),
        };
        Self {
            id: row.id.to_string(),
            username: row.username.clone(),
            acct: acct(row),
            url: urls.page_of(row),
            uri: urls.actor_of(row),
            display_name: if gone { String::new() } else { row.name.clone() },
            note: note.to_owned(),
            avatar_static: avatar.clone(),
            avatar,
            avatar_description: row.avatar_alt.clone(),
            header_static: header.clone(),
            header,
            header_description: row.header_alt.clone(),
            locked: row.locked != 0,
            bot: BOT_KINDS.contains(&row.kind.as_str()),
            group: row.kind == "Group",
            discoverable: Some(row.discoverable != 0),
            indexable: row.indexable != 0,
            noindex: local.then_some(row.indexable == 0),
            // The day is enough, and tells nobody when she signed up.
            created_at: time(row.created_at - row.created_at.rem_euclid(DAY)),
            last_status_at: view.last_at.map(day),
            statuses_count: view.posts,
            followers_count: view.followers,
            following_count: view.following,
            emojis: if gone { Vec::new() } else { CustomEmoji::all(urls, &view.emojis) },
            fields: if gone { Vec::new() } else { view.fields.iter().map(field).collect() },
            roles: Vec::new(),
            hide_collections: Some(row.hide_collections != 0),
            moved: view.moved.as_ref().map(|there| Box::new(Self::of(app, urls, there))),
            suspended: gone,
            limited: false,
            memorial: false,
            local,
            is_admin: false,
            note_text: to_plain_text(note),
            website: line(view, profiles::is_website),
            pronouns: line(view, profiles::is_pronouns).map(|line| words(&line)).unwrap_or_default(),
            header_bg: None,
            location: None,
        }
    }
}

/// The line of somebody's profile that says this, as plain text.
fn line(view: &views::Account, says: fn(&str, &str) -> bool) -> Option<String> {
    let shown = view.fields.iter().filter(|_| view.row.suspended == 0);
    let mut lines = shown.map(|(name, value, _)| (name, value.to_plain_text()));
    lines.find(|(name, value)| says(name, value)).map(|(_, value)| value.trim().to_owned())
}

/// `she`, `her` of `she/her`.
fn words(pronouns: &str) -> Vec<String> {
    pronouns.split('/').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What a person typed about herself, and how she posts unless she says otherwise.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Source {
    /// Plain text.
    pub note: String,
    pub fields: Vec<Field>,
    pub privacy: String,
    pub sensitive: bool,
    pub language: Option<String>,
    pub follow_requests_count: i64,
    pub hide_collections: Option<bool>,
    pub discoverable: Option<bool>,
    pub indexable: bool,
    pub attribution_domains: Vec<String>,
    pub quote_policy: String,
}

/// What a person may do on this server beside what everybody may.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Role {
    pub id: String,
    pub name: String,
    /// Bits, as a number in text: nothing an app could do.
    pub permissions: String,
    pub color: String,
    pub highlighted: bool,
}

/// Choices Pixelfed's app asks for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PixelfedSettings {
    pub crawlable: bool,
    pub indexable: bool,
    pub disable_embeds: bool,
    pub is_suggestable: bool,
    pub public_dm: bool,
    pub show_atom: bool,
    pub show_profile_follower_count: bool,
    pub show_profile_following_count: bool,
    pub high_contrast_mode: bool,
    pub reduce_motion: bool,
    pub media_descriptions: bool,
    pub video_autoplay: bool,
}

/// Mastodon's word for who sees what somebody posts unless she says otherwise.
pub fn privacy(login: &login::Model) -> &'static str {
    login.posts_to.parse().map_or("public", super::status::visibility)
}

/// Mastodon's word for who may quote somebody.
pub fn quote_policy(row: &account::Model) -> &'static str {
    match row.quotes_from.as_str() {
        "everyone" => "public",
        "followers" => "followers",
        _ => "nobody",
    }
}

/// Whoever calls, as she sees herself.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CredentialAccount {
    #[serde(flatten)]
    pub account: Account,
    pub source: Source,
    pub role: Role,
    pub settings: PixelfedSettings,
}

impl CredentialAccount {
    /// `waiting` is how many ask to follow her.
    pub fn of(app: &App, urls: &Urls, viewer: &Viewer, view: &views::Account, waiting: i64) -> Self {
        let row = &viewer.account;
        let typed: Vec<(String, String)> = serde_json::from_str(&row.fields).unwrap_or_default();
        let field = |(name, value)| Field { name, value, verified_at: None };
        let owner = viewer.is_owner();
        let source = Source {
            note: row.bio.clone(),
            fields: typed.into_iter().map(field).collect(),
            privacy: privacy(&viewer.login).to_owned(),
            sensitive: viewer.login.posts_sensitive != 0,
            language: Some(viewer.login.language.clone()).filter(|l| !l.is_empty()),
            follow_requests_count: waiting,
            hide_collections: Some(row.hide_collections != 0),
            discoverable: Some(row.discoverable != 0),
            indexable: row.indexable != 0,
            attribution_domains: serde_json::from_str(&row.attribution_domains).unwrap_or_default(),
            quote_policy: quote_policy(row).to_owned(),
        };
        let role = Role {
            id: if owner { "1" } else { "-99" }.to_owned(),
            name: if owner { "Owner" } else { "" }.to_owned(),
            permissions: "0".to_owned(),
            color: String::new(),
            highlighted: false,
        };
        let settings = PixelfedSettings {
            crawlable: row.indexable != 0,
            indexable: row.indexable != 0,
            disable_embeds: true,
            is_suggestable: row.discoverable != 0,
            public_dm: true,
            show_atom: false,
            show_profile_follower_count: row.hide_collections == 0,
            show_profile_following_count: row.hide_collections == 0,
            high_contrast_mode: false,
            reduce_motion: false,
            media_descriptions: false,
            video_autoplay: false,
        };
        Self { account: Account::of(app, urls, view), source, role, settings }
    }
}

/// How whoever calls stands to a person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Relationship {
    pub id: String,
    pub following: bool,
    pub showing_reblogs: bool,
    pub notifying: bool,
    pub languages: Option<Vec<String>>,
    pub followed_by: bool,
    pub blocking: bool,
    pub blocked_by: bool,
    pub muting: bool,
    pub muting_notifications: bool,
    pub muting_expires_at: Option<String>,
    pub requested: bool,
    pub requested_by: bool,
    pub domain_blocking: bool,
    pub endorsed: bool,
    pub note: String,
    /// For Pixelfed's app.
    pub following_since: Option<String>,
}

impl Relationship {
    pub fn of(view: &views::Standing) -> Self {
        Self {
            id: view.id.to_string(),
            following: view.following,
            showing_reblogs: view.reblogs,
            notifying: view.notifying,
            languages: Some(view.languages.clone()).filter(|list| !list.is_empty()),
            followed_by: view.followed_by,
            blocking: view.blocking,
            blocked_by: view.blocked_by,
            muting: view.muting,
            muting_notifications: view.muting_notifications,
            muting_expires_at: view.muted_until.map(time),
            requested: view.requested,
            requested_by: view.requested_by,
            domain_blocking: view.hides_server,
            endorsed: view.endorsed,
            note: view.note.clone(),
            following_since: view.following_since.map(time),
        }
    }
}

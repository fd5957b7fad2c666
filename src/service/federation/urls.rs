//! Addresses of things here: paths for pages, absolute ones for other servers. Local rows hold none:
//! the public address is joined on when something is said.

use crate::activitypub::text::{Links, Mention};
use crate::app::App;
use crate::config::PublicAddress;
use crate::entity::{account, post};
use crate::service::accounts::INSTANCE;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::HashMap;

/// Text as one segment of a path, or as a value in a query.
pub fn segment(text: &str) -> String {
    const KEEP: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'@');
    utf8_percent_encode(text, KEEP).to_string()
}

/// `ada`, or `bob@elsewhere.example`.
pub fn acct(row: &account::Model) -> String {
    if row.domain.is_empty() { row.username.clone() } else { format!("{}@{}", row.username, row.domain) }
}

/// `/@ada`
pub fn person_path(row: &account::Model) -> String {
    format!("/@{}", segment(&acct(row)))
}

/// `/@ada/123`
pub fn post_path(author: &account::Model, id: i64) -> String {
    format!("{}/{id}", person_path(author))
}

/// `/tags/fog`
pub fn tag_path(key: &str) -> String {
    format!("/tags/{}", segment(key))
}

/// `bob@elsewhere.example` or `bob`, as a mention was typed, folded for looking up.
pub fn written(mention: &Mention) -> String {
    match &mention.host {
        Some(host) => format!("{}@{host}", mention.user.to_lowercase()),
        None => mention.user.to_lowercase(),
    }
}

/// Absolute addresses, as other servers see them.
#[derive(Debug, Clone)]
pub struct Urls {
    public: PublicAddress,
}

impl Urls {
    /// None while no public address is set: then nothing is said to anybody.
    pub fn of(app: &App) -> Option<Self> {
        app.public().map(|public| Self { public: public.clone() })
    }

    /// For an app: the public address, or where it reached us while none is set.
    pub fn for_app(app: &App, origin: &str) -> Self {
        Self::of(app).unwrap_or_else(|| {
            let host = origin.split_once("://").map_or(origin, |(_, host)| host).to_owned();
            let public = PublicAddress { origin: origin.to_owned(), handle_domain: app.handle_domain(), host };
            Self { public }
        })
    }

    pub fn origin(&self) -> &str {
        &self.public.origin
    }

    pub fn host(&self) -> &str {
        &self.public.host
    }

    pub fn handle_domain(&self) -> &str {
        &self.public.handle_domain
    }

    /// A path made absolute.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.public.origin)
    }

    /// Something stored, under this server or at the media store's public address.
    pub fn media(&self, app: &App, key: &str) -> String {
        let path = crate::service::views::picture_path(app, key);
        if path.starts_with('/') { self.at(&path) } else { path }
    }

    /// Somebody's page at home.
    pub fn page_of(&self, row: &account::Model) -> String {
        match row.url.as_ref().or(row.uri.as_ref()).filter(|_| !row.domain.is_empty()) {
            Some(there) => there.clone(),
            None => self.at(&person_path(row)),
        }
    }

    /// Id of an actor, of this server or of another.
    pub fn actor_of(&self, row: &account::Model) -> String {
        match row.uri.as_ref().filter(|_| !row.domain.is_empty()) {
            Some(there) => there.clone(),
            None => self.actor(row.id),
        }
    }

    /// Id of a local actor.
    pub fn actor(&self, id: i64) -> String {
        if id == INSTANCE { self.at("/actor") } else { self.at(&format!("/ap/users/{id}")) }
    }

    pub fn key(&self, id: i64) -> String {
        format!("{}#main-key", self.actor(id))
    }

    pub fn ed25519_key(&self, id: i64) -> String {
        format!("{}#ed25519-key", self.actor(id))
    }

    pub fn inbox(&self, id: i64) -> String {
        format!("{}/inbox", self.actor(id))
    }

    pub fn outbox(&self, id: i64) -> String {
        format!("{}/outbox", self.actor(id))
    }

    pub fn followers(&self, id: i64) -> String {
        format!("{}/followers", self.actor(id))
    }

    pub fn following(&self, id: i64) -> String {
        format!("{}/following", self.actor(id))
    }

    pub fn featured(&self, id: i64) -> String {
        format!("{}/collections/featured", self.actor(id))
    }

    pub fn featured_tags(&self, id: i64) -> String {
        format!("{}/collections/tags", self.actor(id))
    }

    /// Those followers of a person who live on the server that asks.
    pub fn followers_of_host(&self, id: i64) -> String {
        format!("{}/followers/sync", self.actor(id))
    }

    /// Proof that a quote is allowed.
    pub fn stamp(&self, author: i64, id: i64) -> String {
        format!("{}/stamps/{id}", self.actor(author))
    }

    pub fn shared_inbox(&self) -> String {
        self.at("/ap/inbox")
    }

    /// Id of a local post.
    pub fn post(&self, id: i64) -> String {
        self.at(&format!("/ap/posts/{id}"))
    }

    /// Id of the Create of a local post.
    pub fn create(&self, id: i64) -> String {
        self.at(&format!("/ap/posts/{id}/activity"))
    }

    /// Id of a custom emoji of ours.
    pub fn emoji(&self, id: i64) -> String {
        self.at(&format!("/ap/emoji/{id}"))
    }

    /// Id of what stands for a choice in a poll. Nothing is served there.
    pub fn vote(&self, voter: i64, id: i64) -> String {
        format!("{}/votes/{id}", self.actor(voter))
    }

    /// Id of any other activity of ours.
    pub fn activity(&self, id: i64) -> String {
        self.at(&format!("/ap/activities/{id}"))
    }

    /// What an address of this server names; none for addresses of others.
    pub fn parse(&self, address: &str) -> Option<Named> {
        let path = address.strip_prefix(&self.public.origin)?;
        let path = path.split(['?', '#']).next().unwrap_or(path);
        if path == "/actor" {
            return Some(Named::Actor(INSTANCE));
        }
        let number = |text: &str| text.parse::<i64>().ok().filter(|id| *id > 0);
        if let Some(rest) = path.strip_prefix("/ap/users/") {
            return number(rest).map(Named::Actor);
        }
        if let Some(rest) = path.strip_prefix("/ap/posts/") {
            return number(rest.strip_suffix("/activity").unwrap_or(rest)).map(Named::Post);
        }
        if let Some(rest) = path.strip_prefix("/ap/activities/") {
            return number(rest).map(Named::Activity);
        }
        let mut parts = path.strip_prefix("/@")?.split('/');
        let name = parts.next().filter(|n| !n.is_empty())?;
        match (parts.next(), parts.next()) {
            (None | Some(""), None) => Some(Named::Name(name.to_owned())),
            (Some(post), None) => number(post).map(Named::Post),
            _ => None,
        }
    }

    /// Whether an address is on this server, whatever it names.
    pub fn is_ours(&self, address: &str) -> bool {
        url::Url::parse(address)
            .ok()
            .and_then(|u| u.host_str().map(|h| h == self.public.host || h == self.public.handle_domain))
            .unwrap_or(false)
    }
}

/// What one of our addresses names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    Actor(i64),
    Post(i64),
    Activity(i64),
    /// A profile's page, by name.
    Name(String),
}

/// ActivityPub id of an account; for local ones only with a public address.
pub fn known_actor(app: &App, row: &account::Model) -> Option<String> {
    if row.domain.is_empty() { Urls::of(app).map(|u| u.actor(row.id)) } else { row.uri.clone() }
}

/// ActivityPub id of a post; for local ones only with a public address.
pub fn known_post(app: &App, author: &account::Model, row: &post::Model) -> Option<String> {
    if author.domain.is_empty() { Urls::of(app).map(|u| u.post(row.id)) } else { row.uri.clone() }
}

/// Links for our own pages.
#[derive(Debug, Clone, Default)]
pub struct LocalLinks {
    people: HashMap<String, String>,
}

impl LocalLinks {
    /// A mention, as typed, leads to this person.
    pub fn know(&mut self, name: &str, person: &account::Model) {
        self.people.insert(name.to_lowercase(), person_path(person));
    }
}

impl Links for LocalLinks {
    fn hashtag(&self, key: &str) -> Option<String> {
        Some(tag_path(key))
    }

    fn mention(&self, mention: &Mention) -> Option<String> {
        self.people.get(&written(mention)).cloned()
    }
}

/// Links for what other servers are sent: hashtags lead here, people to their own pages.
#[derive(Debug, Clone)]
pub struct AbsoluteLinks {
    urls: Urls,
    people: HashMap<String, String>,
}

impl AbsoluteLinks {
    pub fn new(urls: Urls) -> Self {
        Self { urls, people: HashMap::new() }
    }

    /// A mention, as typed, leads to this person's page at home.
    pub fn know(&mut self, name: &str, person: &account::Model) {
        let page = if person.domain.is_empty() {
            Some(self.urls.at(&person_path(person)))
        } else {
            person.url.clone().or_else(|| person.uri.clone())
        };
        if let Some(page) = page {
            self.people.insert(name.to_lowercase(), page);
        }
    }
}

impl Links for AbsoluteLinks {
    fn hashtag(&self, key: &str) -> Option<String> {
        Some(self.urls.at(&tag_path(key)))
    }

    fn mention(&self, mention: &Mention) -> Option<String> {
        self.people.get(&written(mention)).cloned()
    }
}

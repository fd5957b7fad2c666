//! What an app may do. `read` holds `read:statuses`; `follow` is an old word for six of them.

use std::collections::BTreeSet;
use std::fmt;

/// An app wants a token that it renews itself (OpenID Connect Core, section 11).
pub const OFFLINE: &str = "offline_access";

/// Every scope there is, parents before their children.
pub const ALL: &[&str] = &[
    "profile",
    "read",
    "read:accounts",
    "read:blocks",
    "read:bookmarks",
    "read:collections",
    "read:favourites",
    "read:filters",
    "read:follows",
    "read:lists",
    "read:mutes",
    "read:notifications",
    "read:search",
    "read:statuses",
    "write",
    "write:accounts",
    "write:blocks",
    "write:bookmarks",
    "write:collections",
    "write:conversations",
    "write:favourites",
    "write:filters",
    "write:follows",
    "write:lists",
    "write:media",
    "write:mutes",
    "write:notifications",
    "write:reports",
    "write:statuses",
    "follow",
    "push",
    OFFLINE,
    "admin:read",
    "admin:read:accounts",
    "admin:read:reports",
    "admin:read:domain_allows",
    "admin:read:domain_blocks",
    "admin:read:ip_blocks",
    "admin:read:email_domain_blocks",
    "admin:read:canonical_email_blocks",
    "admin:write",
    "admin:write:accounts",
    "admin:write:reports",
    "admin:write:domain_allows",
    "admin:write:domain_blocks",
    "admin:write:ip_blocks",
    "admin:write:email_domain_blocks",
    "admin:write:canonical_email_blocks",
];

/// Those behind which there is something here. An app may register and be given the others too: many ask for
/// whatever there is anywhere.
pub fn offered() -> impl Iterator<Item = &'static str> {
    ALL.iter().copied().filter(|scope| !is_of_collections(scope) && !scope.starts_with("admin:"))
}

/// There are no collections here.
fn is_of_collections(scope: &str) -> bool {
    scope.ends_with(":collections")
}

/// What `follow` stands for.
const FOLLOW: [&str; 3] = ["blocks", "follows", "mutes"];

/// Some scopes, each once, in the order of [`ALL`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(Vec<&'static str>);

/// A word that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no scope")]
pub struct UnknownScope(pub String);

impl Scopes {
    /// Reads words with blanks or `+` between them; none at all mean `read`.
    pub fn parse(text: &str) -> Result<Self, UnknownScope> {
        let words: BTreeSet<&str> =
            text.split(|c: char| c.is_whitespace() || c == '+' || c == ',').filter(|w| !w.is_empty()).collect();
        if let Some(unknown) = words.iter().find(|word| !ALL.contains(word)) {
            return Err(UnknownScope((*unknown).chars().take(100).collect()));
        }
        let known: Vec<&str> = ALL.iter().copied().filter(|scope| words.contains(scope)).collect();
        Ok(Self(if known.is_empty() { vec!["read"] } else { known }))
    }

    /// As a row keeps them: what is no scope any more is left out.
    pub fn stored(text: &str) -> Self {
        Self(ALL.iter().copied().filter(|scope| text.split(' ').any(|word| word == *scope)).collect())
    }

    /// Whether these let an app do what needs `scope`.
    pub fn allow(&self, scope: &str) -> bool {
        self.0.iter().any(|held| holds(held, scope))
    }

    /// Whether everything the others allow is allowed by these.
    pub fn cover(&self, others: &Self) -> bool {
        others.0.iter().all(|scope| self.allow(scope))
    }

    /// These and the others.
    pub fn with(&self, others: &Self) -> Self {
        Self(ALL.iter().copied().filter(|scope| self.0.contains(scope) || others.0.contains(scope)).collect())
    }

    /// Each of them.
    pub fn list(&self) -> &[&'static str] {
        &self.0
    }

    /// What they let an app do, in words for the person who is asked.
    pub fn in_words(&self) -> Vec<&'static str> {
        let covered = |scope: &str| self.0.iter().any(|held| *held != scope && holds(held, scope));
        let told = self.0.iter().filter(|scope| !covered(scope) && !is_of_collections(scope));
        let words: Vec<&str> = told.map(|scope| words(scope)).collect();
        if words.is_empty() { vec!["Nothing: what it asks for is not there on this server"] } else { words }
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// One scope holds another: itself, its children, and what `follow` stands for.
fn holds(held: &str, scope: &str) -> bool {
    if held == scope || scope.strip_prefix(held).is_some_and(|rest| rest.starts_with(':')) {
        return true;
    }
    let what = scope.strip_prefix("read:").or(scope.strip_prefix("write:"));
    held == "follow" && what.is_some_and(|what| FOLLOW.contains(&what))
}

/// What one scope lets an app do.
pub fn words(scope: &str) -> &'static str {
    match scope {
        "profile" => "See your name and your profile",
        "read" => "See everything you see here: home, messages, notifications, lists and settings",
        "read:accounts" => "See your profile and those of others",
        "read:blocks" => "See whom you block",
        "read:bookmarks" => "See what you bookmarked",
        "read:favourites" => "See what you like",
        "read:filters" => "See your filters",
        "read:follows" => "See whom you follow and who follows you",
        "read:lists" => "See your lists",
        "read:mutes" => "See whom you mute",
        "read:notifications" => "See your notifications",
        "read:search" => "Search for you, on other servers too",
        "read:statuses" => "See every post you may see, also those for followers and your messages",
        "write" => "Post, like, boost, message and delete in your name, and change your profile",
        "write:accounts" => "Change your profile and what you show on it",
        "write:blocks" => "Block people and servers for you",
        "write:bookmarks" => "Bookmark posts for you",
        "write:conversations" => "Mark your messages as read, or take them out of your list",
        "write:favourites" => "Like posts in your name",
        "write:filters" => "Change your filters",
        "write:follows" => "Follow and unfollow people in your name",
        "write:lists" => "Change your lists",
        "write:media" => "Upload photos for your posts",
        "write:mutes" => "Mute people for you",
        "write:notifications" => "Clear your notifications",
        "write:reports" => "Report people in your name",
        "write:statuses" => "Post, edit and delete in your name",
        "follow" => "Follow, block and mute people in your name, and see whom you do",
        OFFLINE => "Stay let in by renewing its access every week",
        "push" => "Be told at once when somebody likes, answers or follows",
        _ if scope.starts_with("admin:read") => "See what those who run this server see, where you are one of them",
        _ => "Look after this server, where you are one of those who do",
    }
}

//! What one can listen to, in Mastodon's words.

use crate::activitypub::text::hashtag_key;

/// Something one can listen to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Home, and what one is told.
    User,
    /// What one is told.
    Notifications,
    /// What everybody may see: of this server, of others, or of all; with pictures only, or not.
    Public { here: Option<bool>, pictures: bool },
    /// The same with a hashtag, as it was asked for and folded.
    Hashtag { name: String, key: String, here: bool },
    /// A list of one's own.
    List(i64),
    /// Conversations among mentioned people.
    Direct,
}

/// There is no such stream, or something about it was not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("There is no such stream, or its tag or list is missing")]
pub struct Unknown;

impl Stream {
    /// By name, with the tag or the list it is about.
    pub fn parse(name: &str, tag: Option<&str>, list: Option<&str>) -> Result<Self, Unknown> {
        let (name, pictures) = match name.strip_suffix(":media") {
            Some(name) if name.starts_with("public") => (name, true),
            _ => (name, false),
        };
        let hashtag = |here: bool| {
            let name = tag.map(|tag| tag.trim_start_matches('#')).filter(|tag| !tag.is_empty()).ok_or(Unknown)?;
            Ok(Self::Hashtag { key: hashtag_key(name).ok_or(Unknown)?, name: name.to_owned(), here })
        };
        Ok(match name {
            "user" => Self::User,
            "user:notification" => Self::Notifications,
            "public" => Self::Public { here: None, pictures },
            "public:local" => Self::Public { here: Some(true), pictures },
            "public:remote" => Self::Public { here: Some(false), pictures },
            "hashtag" => return hashtag(false),
            "hashtag:local" => return hashtag(true),
            "list" => Self::List(list.and_then(|id| id.parse().ok()).filter(|id| *id > 0).ok_or(Unknown)?),
            "direct" => Self::Direct,
            _ => return Err(Unknown),
        })
    }

    /// Its name, and what it is about.
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::User => vec!["user".to_owned()],
            Self::Notifications => vec!["user:notification".to_owned()],
            Self::Public { here, pictures } => {
                let of = match here {
                    None => "",
                    Some(true) => ":local",
                    Some(false) => ":remote",
                };
                vec![format!("public{of}{}", if *pictures { ":media" } else { "" })]
            }
            Self::Hashtag { name, here, .. } => {
                vec![if *here { "hashtag:local" } else { "hashtag" }.to_owned(), name.clone()]
            }
            Self::List(id) => vec!["list".to_owned(), id.to_string()],
            Self::Direct => vec!["direct".to_owned()],
        }
    }

    /// What an app must be allowed to listen to it.
    pub fn scope(&self) -> &'static str {
        match self {
            Self::Notifications => "read:notifications",
            _ => "read:statuses",
        }
    }
}

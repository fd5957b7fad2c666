//! Who may see a post, and how that is said in `to` and `cc` (ActivityPub, section 5.6 and 6).
//!
//! | here | `to` | `cc` |
//! |---|---|---|
//! | public | everybody | followers, mentioned people |
//! | quiet | followers | everybody, mentioned people |
//! | followers | followers | mentioned people |
//! | mentioned | mentioned people | |

use super::PUBLIC;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Who may see a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody; stands in tag pages and public lists.
    Public,
    /// Everybody who has the address or follows; in no public list.
    Quiet,
    /// Followers and the people mentioned.
    Followers,
    /// Only the people mentioned.
    Mentioned,
}

/// A text that names no visibility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the visibility is one of public, quiet, followers, mentioned")]
pub struct UnknownVisibility;

impl Visibility {
    /// All of them, widest first.
    pub const ALL: [Visibility; 4] =
        [Visibility::Public, Visibility::Quiet, Visibility::Followers, Visibility::Mentioned];

    /// `public`, `quiet`, `followers` or `mentioned`.
    pub fn as_str(self) -> &'static str {
        match self {
            Visibility::Public => "public",
            Visibility::Quiet => "quiet",
            Visibility::Followers => "followers",
            Visibility::Mentioned => "mentioned",
        }
    }

    /// True when no signature is needed to read it.
    pub fn is_open(self) -> bool {
        matches!(self, Visibility::Public | Visibility::Quiet)
    }
}

impl fmt::Display for Visibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Visibility {
    type Err = UnknownVisibility;
    fn from_str(text: &str) -> Result<Self, UnknownVisibility> {
        Visibility::ALL.into_iter().find(|v| v.as_str() == text).ok_or(UnknownVisibility)
    }
}

/// True for "everybody" in each spelling in use.
pub fn is_public(address: &str) -> bool {
    matches!(address, PUBLIC | "as:Public" | "Public")
}

/// `to` and `cc` of a post, its Create, its Update and its Announce.
pub fn addressing(visibility: Visibility, followers: &str, mentioned: &[String]) -> (Vec<String>, Vec<String>) {
    let with = |first: Option<&str>| -> Vec<String> {
        let mut list: Vec<String> = first.map(str::to_owned).into_iter().collect();
        for id in mentioned {
            if !list.contains(id) {
                list.push(id.clone());
            }
        }
        list
    };
    match visibility {
        Visibility::Public => (vec![PUBLIC.to_owned()], with(Some(followers))),
        Visibility::Quiet => (vec![followers.to_owned()], with(Some(PUBLIC))),
        Visibility::Followers => (vec![followers.to_owned()], with(None)),
        Visibility::Mentioned => (with(None), Vec::new()),
    }
}

/// What a received post's addressing means. Only the author's own followers collection, byte for
/// byte, makes it a followers post; whatever is not understood is taken for the narrowest.
pub fn classify(to: &[String], cc: &[String], followers: Option<&str>) -> Visibility {
    let names_followers = |list: &[String]| followers.is_some_and(|f| list.iter().any(|a| a == f));
    if to.iter().any(|a| is_public(a)) {
        Visibility::Public
    } else if cc.iter().any(|a| is_public(a)) {
        Visibility::Quiet
    } else if names_followers(to) || names_followers(cc) {
        Visibility::Followers
    } else {
        Visibility::Mentioned
    }
}

//! Addresses that name things on other servers.
//!
//! Servers compare ids byte for byte, so nothing here rewrites: a spelling that is not already
//! canonical is refused. Two spellings of one place must never become two identities, and one
//! identity must never hide behind another's spelling (ActivityPub, section 3.1; FEP-fe34).

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use url::{Host, Url};

/// Longest id accepted, in bytes.
pub const MAX_ID_BYTES: usize = 2048;

/// Why a text is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Longer than [`MAX_ID_BYTES`].
    #[error("the address is longer than {MAX_ID_BYTES} bytes")]
    TooLong,
    /// Not `https://`.
    #[error("the address does not begin with https://")]
    NotHttps,
    /// No URL at all.
    #[error("the address is not a URL")]
    NotUrl,
    /// Carries a user name or a password.
    #[error("the address carries a user name or password")]
    UserInfo,
    /// Names a port, be it the usual one.
    #[error("the address names a port")]
    Port,
    /// An IP address stands where a name should.
    #[error("the host is an address, not a name")]
    LiteralAddress,
    /// One label, a trailing dot, an empty or overlong label.
    #[error("the host is not a full domain name")]
    BadHost,
    /// Has a `#…` where none may be.
    #[error("the address has a fragment")]
    Fragment,
    /// Another spelling of a canonical URL: upper case in the host, `..`, unescaped characters.
    #[error("the address is not written in its canonical form")]
    NotCanonical,
}

/// Checks `text` and returns where its host ends.
fn check(text: &str, fragment_allowed: bool) -> Result<usize, IdError> {
    if text.len() > MAX_ID_BYTES {
        return Err(IdError::TooLong);
    }
    let rest = text.strip_prefix("https://").ok_or(IdError::NotHttps)?;
    let authority = &rest[..rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())];
    if authority.contains('@') {
        return Err(IdError::UserInfo);
    }
    let url = Url::parse(text).map_err(|_| IdError::NotUrl)?;
    let host = match url.host() {
        Some(Host::Domain(host)) => host,
        Some(_) => return Err(IdError::LiteralAddress),
        None => return Err(IdError::NotUrl),
    };
    if authority.contains(':') {
        return Err(IdError::Port);
    }
    if !is_full_name(host) {
        return Err(IdError::BadHost);
    }
    if url.fragment().is_some() && !fragment_allowed {
        return Err(IdError::Fragment);
    }
    if url.as_str() != text {
        return Err(IdError::NotCanonical);
    }
    Ok("https://".len() + host.len())
}

/// At least two labels of 1 to 63 characters, 253 in all, no trailing dot.
pub(crate) fn is_full_name(host: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    host.len() <= 253
        && host.contains('.')
        && host.split('.').all(|label| (1..=63).contains(&label.len()) && label.bytes().all(plain))
}

macro_rules! address {
    ($(#[$doc:meta])* $name:ident, fragment: $fragment:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name {
            text: String,
            host_end: usize,
        }

        impl $name {
            /// Checks the text and keeps it as it is.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                Ok(Self { host_end: check(text, $fragment)?, text: text.to_owned() })
            }

            /// The text it was made from, unchanged.
            pub fn as_str(&self) -> &str {
                &self.text
            }

            /// Host name, lower-case.
            pub fn host(&self) -> &str {
                &self.text["https://".len()..self.host_end]
            }

            /// As a URL, for whoever makes a request of it.
            pub fn to_url(&self) -> Option<Url> {
                Url::parse(&self.text).ok()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.text)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "<{}>", self.text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.text
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.text
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.text == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.text == *other
            }
        }
    };
}

address! {
    /// The id of an actor, a post or a collection: canonical https, no fragment; it can be fetched.
    RemoteId, fragment: false
}

address! {
    /// The id of an activity. Many servers never serve theirs and name them by a fragment of
    /// something else (`…/users/bob#likes/9`), so a fragment is part of it.
    ActivityId, fragment: true
}

address! {
    /// The id of a public key; usually the actor's id with `#main-key`, at some servers a path.
    KeyId, fragment: true
}

impl RemoteId {
    /// True when both stand on the same server. Scheme and port are the same by construction.
    pub fn same_origin(&self, other: &RemoteId) -> bool {
        self.host() == other.host()
    }
}

impl ActivityId {
    /// The same as a [`RemoteId`], when there is no fragment.
    pub fn to_remote_id(&self) -> Option<RemoteId> {
        RemoteId::parse(&self.text).ok()
    }
}

impl KeyId {
    /// The document the key is found in: the id without its fragment.
    pub fn document(&self) -> RemoteId {
        let end = self.text.find('#').unwrap_or(self.text.len());
        RemoteId { text: self.text[..end].to_owned(), host_end: self.host_end }
    }
}

impl From<RemoteId> for ActivityId {
    fn from(id: RemoteId) -> Self {
        ActivityId { text: id.text, host_end: id.host_end }
    }
}

/// An address for people to follow (`url`, a link in a profile): http or https, any host, never
/// `javascript:` or the like. Written canonically; `None` when it cannot be shown.
pub fn display_url(text: &str) -> Option<String> {
    let url = parse_web_url(text)?;
    Some(url.into())
}

/// An address bytes are fetched from (a picture): as [`display_url`], but https only.
pub fn media_url(text: &str) -> Option<String> {
    let url = parse_web_url(text)?;
    (url.scheme() == "https").then(|| url.into())
}

fn parse_web_url(text: &str) -> Option<Url> {
    if text.len() > MAX_ID_BYTES {
        return None;
    }
    let url = Url::parse(text.trim()).ok()?;
    let fine = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.host_str().is_some_and(|host| !host.is_empty())
        && url.as_str().len() <= MAX_ID_BYTES;
    fine.then_some(url)
}

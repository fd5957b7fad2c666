//! The use cases: one function a thing people do, and what follows from it. A page, an app, another
//! server and the command line all come through here; a rule of the product lives here, once.

pub mod accounts;
pub mod announcements;
pub mod apps;
pub mod attaching;
pub mod backup;
pub mod bookmarks;
pub mod calls;
pub mod categories;
pub mod conversation;
pub mod counting;
pub mod description;
pub mod editing;
pub mod emoji;
pub mod endorsing;
pub mod federation;
pub mod filters;
pub mod following;
pub mod happening;
pub mod hashtags;
pub mod hiding;
pub mod homes;
pub mod housekeeping;
pub mod leaving;
pub mod limits;
pub mod lists;
pub mod measuring;
pub mod messages;
pub mod moderation;
pub mod muting;
pub mod notifications;
pub mod noting;
pub mod peers;
pub mod photos;
pub mod policy;
pub mod polls;
pub mod posting;
pub mod profiles;
pub mod push;
pub mod reach;
pub mod reacting;
pub mod reading;
pub mod reporting;
pub mod scheduling;
pub mod search;
pub mod search_people;
pub mod search_posts;
pub mod sessions;
pub mod storage;
pub mod streaming;
pub mod surface;
pub mod timelines;
pub mod trends;
pub mod uploads;
pub mod usage;
pub mod views;
pub mod visibility;
pub mod work;
pub mod writing;

use sea_orm::DbErr;

/// Why something was not done. Each edge gives it its own form: a page, JSON, text.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It does not exist, or not for this viewer: the two look alike.
    #[error("not found")]
    Missing,
    /// It existed and is gone for good.
    #[error("gone")]
    Gone,
    /// One must sign in first.
    #[error("sign in first")]
    SignIn,
    /// It is not allowed; a sentence says why.
    #[error("{0}")]
    Forbidden(String),
    /// What was sent is wrong; a sentence says what and how to mend it.
    #[error("{why}")]
    Invalid {
        /// The field it is about.
        field: &'static str,
        /// In what way it is wrong.
        fault: Fault,
        /// A sentence.
        why: String,
    },
    /// Too often; come back after so many seconds.
    #[error("too many attempts")]
    TooMany {
        /// Seconds.
        retry_after: u64,
    },
    /// Somebody was quicker, or it is already so; a sentence.
    #[error("{0}")]
    Conflict(String),
    /// No room just now.
    #[error("busy")]
    Busy,
    /// No space left to keep it.
    #[error("no space left")]
    Full,
    /// The store of photos is away, or refuses; it is tried again, and later it works.
    #[error("the media store is not available")]
    NoStore,
    /// It broke here; the cause is for the log.
    #[error("something broke: {0}")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// In what way something that was sent is wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fault {
    #[default]
    Invalid,
    /// It is missing or empty.
    Blank,
    TooShort,
    TooLong,
    /// It belongs to somebody else.
    Taken,
    /// It is kept for the server itself.
    Reserved,
    /// What had to be agreed to was not.
    NotAccepted,
}

impl Refusal {
    /// What was sent is wrong.
    pub fn invalid(field: &'static str, why: impl Into<String>) -> Self {
        Self::faulty(field, Fault::Invalid, why)
    }

    /// What was sent is wrong in a way that has a name.
    pub fn faulty(field: &'static str, fault: Fault, why: impl Into<String>) -> Self {
        Self::Invalid { field, fault, why: why.into() }
    }

    /// It broke here.
    pub fn broken(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Broken(cause.into())
    }
}

impl From<DbErr> for Refusal {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(_) => Self::Busy,
            DbErr::RecordNotFound(_) => Self::Missing,
            full if crate::store::is_full(&full) => Self::Full,
            away if crate::store::is_away(&away) => {
                tracing::warn!(error = %away, "the database does not answer");
                Self::Busy
            }
            other => Self::broken(other),
        }
    }
}

impl crate::store::FromDatabase for Refusal {
    fn database(&self) -> Option<&DbErr> {
        match self {
            Self::Broken(cause) => cause.downcast_ref(),
            _ => None,
        }
    }
}

impl From<crate::blob::BlobError> for Refusal {
    fn from(error: crate::blob::BlobError) -> Self {
        match error {
            crate::blob::BlobError::Full { .. } => Self::Full,
            crate::blob::BlobError::Unavailable { source } => {
                tracing::warn!(cause = chain(&*source), "the media store is not available");
                Self::NoStore
            }
            crate::blob::BlobError::Refused { source } => {
                tracing::error!(
                    cause = chain(&*source),
                    "the media store refuses: look at its keys, rights and buckets"
                );
                Self::NoStore
            }
            other => Self::broken(other),
        }
    }
}

/// What went wrong, and what lies behind it.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let behind = std::iter::successors(error.source(), |error| error.source());
    behind.fold(error.to_string(), |text, error| format!("{text}: {error}"))
}

impl From<crate::secrets::SecretError> for Refusal {
    fn from(error: crate::secrets::SecretError) -> Self {
        Self::broken(error)
    }
}

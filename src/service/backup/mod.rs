//! Backups: a folder with everything a server is made of, as it was at one moment, and a server made of it
//! again: `docs/notes/backups.md`.

mod folder;
mod making;
mod media;
mod restoring;

pub use making::make;
pub use media::{Brought, bring_back};
pub use restoring::restore;

use crate::blob::BlobError;
use crate::secrets::SecretError;
use crate::service::Refusal;
use crate::store::copy::{self, CopyError, Sum};
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;

/// The database, always a file of SQLite.
const DATABASE: &str = "database.sqlite";
/// What opens the sealed keys in it.
const SECRET: &str = "secret.key";
/// Every file the database knows, a line each: name, bytes, SHA-256, where it was.
const LIST: &str = "media.tsv";
/// The files themselves, if they were asked for, as they lie in a data folder.
const MEDIA: &str = "media";
/// What all of it is; written last.
const MANIFEST: &str = "backup.json";

/// How backups are laid out; a later number is another way.
const FORMAT: u32 = 1;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// Of the program that made it.
    pub version: String,
    /// When, in UTC.
    pub made_at: String,
    pub public_address: Option<String>,
    /// Rows and checksums of all tables.
    pub tables: Vec<Sum>,
    pub media: Listed,
    /// SHA-256 of these files.
    pub secret: String,
    pub list: String,
}

/// What the list of media comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub files: u64,
    pub bytes: u64,
    /// Of these, files that are nowhere.
    pub missing: u64,
    /// The others are in the backup.
    pub copied: bool,
}

/// How far it has come.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// Of what is in the backup it is looked whether it is whole.
    Checking,
    Database(copy::Progress<'a>),
    /// Per mille of all names that were gone through, and how many files there were.
    Media {
        per_mille: usize,
        files: u64,
    },
}

/// Why there is no backup, or none is restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{0} is there already; name a folder that is not")]
    Exists(String),
    #[error("another backup is being made in {0}")]
    Busy(String),
    #[error("{0} holds no backup that can be read")]
    NotOne(String, #[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("this backup was made by a newer version, {0}; restore it with that version's program")]
    Newer(String),
    #[error("the backup is damaged: {0} is not what was put there. Nothing was restored")]
    Damaged(String),
    #[error("{0} is there already, and is not the backup's; move it away if no server needs it")]
    OtherSecret(String),
    #[error(transparent)]
    Copy(#[from] CopyError),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the media could not be read or written")]
    Blob(#[from] BlobError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("the database could not be read")]
    Database(#[from] DbErr),
    #[error("{0}")]
    File(String, #[source] io::Error),
}

impl BackupError {
    fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let name = path.display().to_string();
        move |source| Self::File(name, source)
    }
}

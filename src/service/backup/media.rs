//! The media of a backup: which files the database knows, and where they are.

use super::folder::NewFolder;
use super::{BackupError, Listed, MEDIA, Progress};
use crate::app::App;
use crate::blob::{self, BlobError, Blobs, Key, Place};
use crate::secrets::hex;
use crate::store::connect;
use crate::store::stored::{self, Known};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::path::Path;

/// Lists every file that a database knows, and copies those that are there if it is asked for.
pub(super) async fn list(
    app: &App,
    database: &Path,
    folder: &NewFolder,
    files: bool,
    mut told: impl FnMut(Progress<'_>),
) -> Result<(String, Listed), BackupError> {
    let db = connect::look_into(database).await?;
    let copies = files.then(|| Blobs::local(folder.path.join(MEDIA))).transpose()?;
    let (mut text, mut listed) = (String::new(), Listed { copied: files, ..Listed::default() });
    for (beginning, per_mille) in beginnings() {
        let (known, found) = (known(&db, &beginning).await?, found(&app.blobs, &beginning).await?);
        for (key, row) in known {
            let mut place = match found.get(&key) {
                None => renamed(&app.blobs, &key).await?,
                there => there.copied(),
            };
            if let (Some(_), Some(copies)) = (place, &copies)
                && carry(&app.blobs, copies, &key, &row).await?.is_none()
            {
                // It was deleted just now.
                place = None;
            }
            let bytes = place.map(|(_, bytes)| bytes).or(row.bytes.and_then(|bytes| u64::try_from(bytes).ok()));
            let hash = row.hash.as_deref().map_or_else(|| "-".to_owned(), hex);
            let at = place.map_or_else(|| "missing".to_owned(), |(place, _)| place.to_string());
            // Writing into a text cannot fail.
            let _ = writeln!(text, "{key}\t{}\t{hash}\t{at}", bytes.unwrap_or(0));
            listed.files += 1;
            listed.bytes += bytes.unwrap_or(0);
            listed.missing += u64::from(place.is_none());
        }
        told(Progress::Media { per_mille, files: listed.files });
    }
    db.close().await?;
    Ok((text, listed))
}

/// How it went with the media of a backup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brought {
    /// Files that were where they belong already, and those that came from the backup.
    pub there: u64,
    pub brought: u64,
    /// Files of the backup that are not what was stored once; left out.
    pub damaged: Vec<String>,
    /// Files that are neither here nor in the backup.
    pub missing: Vec<String>,
}

/// Brings files that are missing from a backup, if it has them.
pub async fn bring_back(app: &App, folder: &Path, mut told: impl FnMut(Progress<'_>)) -> Result<Brought, BackupError> {
    let copies = Blobs::existing_local(folder.join(MEDIA))?;
    let mut went = Brought::default();
    for (beginning, per_mille) in beginnings() {
        let (known, found) = (known(&app.db.read, &beginning).await?, found(&app.blobs, &beginning).await?);
        for (key, row) in known {
            if found.contains_key(&key) {
                went.there += 1;
                continue;
            }
            let mut brought = match &copies {
                Some(copies) => carry(copies, &app.blobs, &key, &row).await?,
                None => None,
            };
            if brought.is_none() {
                // It may lie here under the name that it had later.
                brought = carry(&app.blobs, &app.blobs, &key, &row).await?;
            }
            match brought {
                Some(true) => went.brought += 1,
                Some(false) => went.damaged.push(key.to_string()),
                None => went.missing.push(key.to_string()),
            }
        }
        told(Progress::Media { per_mille, files: went.there + went.brought });
    }
    Ok(went)
}

/// Every beginning of a name, and how far one is after it.
fn beginnings() -> impl Iterator<Item = (String, usize)> {
    let all = Key::beginnings().count();
    Key::beginnings().zip(1..).map(move |(beginning, n)| (beginning, n * 1_000 / all))
}

/// What the rows know, by name.
async fn known(db: &impl sea_orm::ConnectionTrait, beginning: &str) -> Result<BTreeMap<Key, Known>, BackupError> {
    let rows = stored::beginning_with(db, beginning).await?;
    Ok(rows.into_iter().filter_map(|(key, row)| Some((key.parse().ok()?, row))).collect())
}

/// What is stored: where, and how long it is.
async fn found(blobs: &Blobs, beginning: &str) -> Result<HashMap<Key, (Place, u64)>, BackupError> {
    let mut found = HashMap::new();
    for side in blobs.sides() {
        for file in side.list(beginning).await? {
            found.entry(file.key).or_insert((side.place(), file.bytes));
        }
    }
    Ok(found)
}

/// Where a file is that was opened or closed to everybody since: its name is in the other area then.
async fn renamed(blobs: &Blobs, key: &Key) -> Result<Option<(Place, u64)>, BackupError> {
    for side in blobs.sides() {
        if let Some(bytes) = side.size(&key.moved(!key.is_open())).await? {
            return Ok(Some((side.place(), bytes)));
        }
    }
    Ok(None)
}

/// Copies a file from one store to another: none if it is not there, false if it is not what was stored once,
/// and stays where it is.
async fn carry(from: &Blobs, to: &Blobs, key: &Key, row: &Known) -> Result<Option<bool>, BlobError> {
    let mut blob = from.get(key, None).await?;
    if blob.is_none() {
        blob = from.get(&key.moved(!key.is_open()), None).await?;
    }
    let Some(blob) = blob else { return Ok(None) };
    let path = to.temp_dir().join(format!("{:032x}", rand::random::<u128>()));
    let carried = async {
        let (sum, _) = blob::written(blob, &path).await?;
        let whole = row.hash.as_ref().is_none_or(|hash| *hash == sum);
        if whole {
            let mime = row.mime.as_deref().filter(|mime| !mime.is_empty()).unwrap_or(key.mime());
            to.put_file(key, &path, mime).await?;
        }
        Ok(Some(whole))
    };
    let carried = carried.await;
    // There is none where it was put.
    let _ = tokio::fs::remove_file(&path).await;
    carried
}

//! Making a server of a backup again.

use super::folder::sum;
use super::{BackupError, DATABASE, FORMAT, LIST, MANIFEST, Manifest, Progress, SECRET};
use crate::app::create_private;
use crate::config::{Database, Settings};
use crate::fault;
use crate::secrets::{self, Secrets};
use crate::store::connect;
use crate::store::copy::{CopyError, Source, Target, copy};
use std::path::{Path, PathBuf};

/// Fills the database that the settings name, which must be empty, and puts the secret into its place, once all
/// of the backup was found to be what was put there.
pub async fn restore(
    settings: &Settings,
    folder: &Path,
    mut told: impl FnMut(Progress<'_>),
) -> Result<Manifest, BackupError> {
    told(Progress::Checking);
    let manifest = read(folder)?;
    let database = folder.join(DATABASE);
    let mut source = Source::beside(&Database::Sqlite(database.clone())).await?;
    check_tables(&source.sums().await?, &manifest)?;
    create_private(&settings.data_dir).map_err(BackupError::file(&settings.data_dir))?;
    let secret = check_secret(settings, folder)?;
    // Before it is brought up to date, where that is needed: what cannot be filled need not wait for it.
    let target = Target::open(&settings.database).await?;
    let newer = match source.is_older() {
        true => Some(UpToDate::of(&database, &settings.data_dir).await?),
        false => None,
    };
    if let Some(newer) = &newer {
        source.close().await?;
        source = Source::beside(&Database::Sqlite(newer.0.clone())).await?;
    }
    let copied = copy(&mut source, target, |progress| told(Progress::Database(progress))).await?;
    // First: a database without its secret would be worth nothing, a secret without a database does no harm.
    let place = settings.data_dir.join(SECRET);
    secrets::write(&place, &secret).map_err(BackupError::file(&place))?;
    fault::point("after the secret is restored");
    copied.keep().await?;
    source.close().await?;
    Ok(manifest)
}

/// What the backup says it is, if its small files are what they were.
fn read(folder: &Path) -> Result<Manifest, BackupError> {
    let path = folder.join(MANIFEST);
    let no_backup =
        |cause: Box<dyn std::error::Error + Send + Sync>| BackupError::NotOne(folder.display().to_string(), cause);
    let text = std::fs::read_to_string(&path).map_err(|e| no_backup(e.into()))?;
    let said: serde_json::Value = serde_json::from_str(&text).map_err(|e| no_backup(e.into()))?;
    if said["format"].as_u64().is_some_and(|format| format > u64::from(FORMAT)) {
        return Err(BackupError::Newer(said["version"].as_str().unwrap_or_default().to_owned()));
    }
    let manifest: Manifest = serde_json::from_value(said).map_err(|e| no_backup(e.into()))?;
    for (name, was) in [(SECRET, &manifest.secret), (LIST, &manifest.list)] {
        if sum(&folder.join(name))? != *was {
            return Err(BackupError::Damaged(name.to_owned()));
        }
    }
    Ok(manifest)
}

fn check_tables(are: &[crate::store::copy::Sum], manifest: &Manifest) -> Result<(), BackupError> {
    if are.len() != manifest.tables.len() {
        return Err(BackupError::Damaged(DATABASE.to_owned()));
    }
    match are.iter().zip(&manifest.tables).find(|(is, was)| is != was) {
        Some((_, was)) => Err(BackupError::Damaged(format!("{DATABASE}, in its table {}", was.table))),
        None => Ok(()),
    }
}

/// The backup's secret, if no other stands in its place.
fn check_secret(settings: &Settings, folder: &Path) -> Result<String, BackupError> {
    let (from, place) = (folder.join(SECRET), settings.data_dir.join(SECRET));
    Secrets::load(&from)?;
    let secret = std::fs::read_to_string(&from).map_err(BackupError::file(&from))?;
    match std::fs::read_to_string(&place) {
        Ok(other) if other != secret => Err(BackupError::OtherSecret(place.display().to_string())),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(BackupError::file(&place)(error)),
        _ => Ok(secret),
    }
}

/// A copy of an older version's database that has seen all steps of this one; gone with its value.
struct UpToDate(PathBuf);

impl UpToDate {
    async fn of(database: &Path, data: &Path) -> Result<Self, BackupError> {
        let newer = Self(data.join("restoring.sqlite"));
        let mut copied = std::fs::File::create(&newer.0).map_err(BackupError::file(&newer.0))?;
        let mut file = std::fs::File::open(database).map_err(BackupError::file(database))?;
        std::io::copy(&mut file, &mut copied).map_err(BackupError::file(&newer.0))?;
        drop(copied);
        let prepared = connect::prepare(&Database::Sqlite(newer.0.clone())).await;
        prepared.map_err(|error| CopyError::Open(newer.0.display().to_string(), error))?;
        Ok(newer)
    }
}

impl Drop for UpToDate {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

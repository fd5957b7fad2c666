//! Making a backup while servers run.

use super::folder::NewFolder;
use super::{BackupError, DATABASE, FORMAT, LIST, MANIFEST, Manifest, Progress, SECRET, media};
use crate::activitypub::stamp;
use crate::app::App;
use crate::config::Database;
use crate::fault;
use crate::store::copy::{Source, Target, copy};
use std::path::Path;

/// Makes a backup in a folder that is not there yet, with the files of all media if `files` says so.
pub async fn make(
    app: &App,
    becomes: &Path,
    files: bool,
    mut told: impl FnMut(Progress<'_>),
) -> Result<Manifest, BackupError> {
    let folder = NewFolder::begin(becomes)?;
    let made_at = app.now();
    let database = folder.path.join(DATABASE);
    let mut source = Source::beside(&app.settings.database).await?;
    let target = Target::open(&Database::Sqlite(database.clone())).await?;
    let copied = copy(&mut source, target, |progress| told(Progress::Database(progress))).await?;
    let tables = copied.sums.clone();
    copied.keep().await?;
    source.close().await?;
    // After the database: a secret stands in its file before anything is sealed with it.
    let secret = app.settings.data_dir.join(SECRET);
    let secret = std::fs::read(&secret).map_err(BackupError::file(&secret))?;
    let secret = folder.put(SECRET, &secret)?;
    // After the database too: a file is there before a post that shows it.
    let (list, media) = media::list(app, &database, &folder, files, told).await?;
    let manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: stamp::write(made_at),
        public_address: app.public().map(|public| public.origin.clone()),
        tables,
        media,
        secret,
        list: folder.put(LIST, list.as_bytes())?,
    };
    let text = serde_json::to_string_pretty(&manifest)
        .map_err(|e| BackupError::Refused(crate::service::Refusal::broken(e)))?;
    folder.put(MANIFEST, text.as_bytes())?;
    fault::point("before a backup has its name");
    folder.finish()?;
    fault::point("after a backup has its name");
    Ok(manifest)
}

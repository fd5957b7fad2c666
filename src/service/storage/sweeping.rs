//! What is stored and nobody's: files that no row knows, rows whose file is not there, uploads in parts and
//! temporary files that a process left when it died. Nothing is touched that is younger than a day: its row may
//! be on its way.

use crate::app::App;
use crate::blob::{Key, Listed, Place};
use crate::clock::DAY;
use crate::service::Refusal;
use crate::store::stored;
use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// Something that should not be as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A file that no row knows.
    Orphan { place: Place, file: Listed },
    /// A row whose file is nowhere; with its photo, if it is of one.
    Missing { key: String, photo_id: Option<i64> },
    /// An upload in parts that was never ended.
    Parts { key: Key, begun: SystemTime },
    /// A file on its way into a store that never got there.
    Temporary { path: PathBuf, bytes: u64 },
}

/// How much was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    pub orphans: u64,
    /// Of orphans and temporary files.
    pub bytes: u64,
    pub missing: u64,
    pub parts: u64,
    pub temporary: u64,
    /// Files that lie in the place where nothing is put any more: `media move` takes them over.
    pub elsewhere: u64,
}

/// Looks through every place. `told` hears of each thing; with `delete` it goes, but for rows.
pub async fn sweep(app: &App, delete: bool, mut told: impl FnMut(&Found)) -> Result<Sum, Refusal> {
    let mut sum = Sum::default();
    for beginning in Key::beginnings() {
        through(app, &beginning, delete, &mut sum, &mut told).await?;
    }
    for side in app.blobs.sides() {
        for upload in old_parts(app, &side).await? {
            sum.parts += 1;
            told(&Found::Parts { key: upload.key.clone(), begun: upload.begun });
            if delete {
                side.abort(&upload).await?;
            }
        }
        for (path, bytes) in old_files(side.temp_dir(), day_ago(app)) {
            sum.temporary += 1;
            sum.bytes += bytes;
            told(&Found::Temporary { path: path.clone(), bytes });
            if delete {
                std::fs::remove_file(path).map_err(Refusal::broken)?;
            }
        }
    }
    Ok(sum)
}

/// Gives up uploads in parts that were never ended: what was sent of them costs room and is seen in no list.
pub async fn abandon_parts(app: &App) -> Result<(), Refusal> {
    for side in app.blobs.sides() {
        for upload in old_parts(app, &side).await? {
            side.abort(&upload).await?;
            tracing::info!(key = %upload.key, "an upload that was never ended was given up");
        }
    }
    Ok(())
}

async fn old_parts(app: &App, side: &crate::blob::Blobs) -> Result<Vec<crate::blob::Unfinished>, Refusal> {
    let mut parts = side.unfinished().await?;
    parts.retain(|upload| upload.begun < day_ago(app));
    Ok(parts)
}

fn day_ago(app: &App) -> SystemTime {
    app.clock.system() - Duration::from_millis(u64::try_from(DAY).unwrap_or(0))
}

/// All whose names begin so. Files are listed before rows are read: a row comes before its file.
async fn through(
    app: &App,
    beginning: &str,
    delete: bool,
    sum: &mut Sum,
    told: &mut impl FnMut(&Found),
) -> Result<(), Refusal> {
    let mut there: HashSet<String> = HashSet::new();
    let mut listed = Vec::new();
    for (n, side) in app.blobs.sides().into_iter().enumerate() {
        let files = side.list(beginning).await?;
        there.extend(files.iter().map(|file| file.key.to_string()));
        sum.elsewhere += if n == 0 { 0 } else { u64::try_from(files.len()).unwrap_or(0) };
        listed.push((side, files));
    }
    let known = stored::beginning_with(&app.db.read, beginning).await?;
    for (side, files) in listed {
        for file in files.into_iter().filter(|f| !known.contains_key(f.key.as_str()) && f.modified < day_ago(app)) {
            sum.orphans += 1;
            sum.bytes += file.bytes;
            told(&Found::Orphan { place: side.place(), file: file.clone() });
            if delete && !stored::is_known(&app.db.read, file.key.as_str()).await? {
                side.delete(&file.key).await?;
            }
        }
    }
    let lost = known.into_iter().filter(|(key, row)| !there.contains(key) && row.created_at < app.now() - DAY);
    for (text, row) in lost {
        let Ok(key) = text.parse::<Key>() else { continue };
        // It may have been moved, or deleted with its row, while the lists were read.
        if app.blobs.size(&key).await?.is_none() && stored::is_known(&app.db.read, &text).await? {
            sum.missing += 1;
            told(&Found::Missing { key: text, photo_id: row.photo_id });
        }
    }
    Ok(())
}

/// Files of a folder that were written before then, with their lengths.
fn old_files(folder: &std::path::Path, before: SystemTime) -> Vec<(PathBuf, u64)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let old = entries.filter_map(|entry| {
        let about = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
        about.modified().ok().filter(|time| *time < before)?;
        Some((entry.path(), about.len()))
    });
    old.collect()
}

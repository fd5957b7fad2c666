//! Moving everything that is stored from one place to another while the server runs. Each file is copied,
//! read back, and taken away where it was; begun again it goes on with what is left. The server meanwhile puts
//! new files into the new place, reads from either, and deletes in both: `docs/notes/media-places.md`.

use super::serving;
use crate::app::App;
use crate::blob::{self, BlobError, Blobs, Key, Listed, Place};
use crate::service::Refusal;
use crate::service::photos::housing;
use crate::service::uploads::Upload;
use crate::store::stored::{self, Known};
use futures_util::stream::{self, StreamExt};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::time::Duration;

/// Files on their way at the same time. Of each, some MiB are in memory, whatever its size.
const TOGETHER: usize = 4;
/// After all are moved it is looked again, so often: a server that was not started anew yet may have put
/// something where it was.
const PASSES: usize = 3;
/// What is tried again after so long while a store is away.
const WAITS: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(15),
    Duration::from_secs(30),
];

/// How far it has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Per mille of all names that were gone through: names are random, so it tells how much is left.
    pub per_mille: usize,
    /// Files moved now, and their bytes.
    pub files: u64,
    pub bytes: u64,
    /// Files that were in the new place already: taken away where they were.
    pub there: u64,
    /// Files that could not be moved and stay where they are.
    pub failed: Vec<String>,
    /// Files that are not what their rows say was stored; moved as they are.
    pub damaged: Vec<String>,
}

/// How it went with one file.
enum Went {
    Moved {
        bytes: u64,
        damaged: bool,
    },
    There,
    /// Deleted meanwhile.
    Gone,
}

/// Moves everything; `told` hears after each file.
///
/// # Errors
/// A sentence where it cannot be begun; [`Refusal::NoStore`] and the like where all of it fails. Single files
/// that fail are counted.
pub async fn move_all(app: &App, from: Place, to: Place, mut told: impl FnMut(&Progress)) -> Result<Progress, Refusal> {
    let mut progress = Progress::default();
    let Some((source, target)) = begin(app, from, to).await? else {
        progress.per_mille = 1_000;
        return Ok(progress);
    };
    let _alone = super::alone(app)?;
    let temporary = Temporary::make(&target)?;
    if to == Place::S3 {
        // A bucket may have a public address: what not everybody may see is not to lie below it.
        housing::settle_all(app).await?;
    }
    for _ in 0..PASSES {
        let before = progress.files + progress.there;
        let places = Places { source: &source, target: &target, temporary: &temporary };
        pass(app, &places, &mut progress, &mut told).await?;
        if progress.files + progress.there == before || !progress.failed.is_empty() {
            break;
        }
    }
    if progress.failed.is_empty() {
        source.prune().await?;
    }
    Ok(progress)
}

/// The two places, if there is anything to move; a sentence where it is the wrong moment.
async fn begin(app: &App, from: Place, to: Place) -> Result<Option<(Blobs, Blobs)>, Refusal> {
    if from == to {
        return Err(Refusal::invalid("to", format!("Media cannot be moved from {from} to {to}.")));
    }
    if app.blobs.place() != to {
        let set_up = match to {
            Place::S3 => "set s3_endpoint, s3_bucket and the keys, and leave media_store empty",
            Place::Local => "set media_store = \"local\" and leave the settings of the bucket as they are",
        };
        return Err(Refusal::invalid(
            "to",
            format!(
                "New media is put into {from}, as the settings are now. First {set_up}, and start the server anew: it \
                 then puts new media into {to} and still finds what is in {from}. Then run this again."
            ),
        ));
    }
    if serving::puts_into(app, from).map_err(Refusal::broken)? {
        return Err(Refusal::Conflict(format!(
            "A server runs since before the settings were changed, and still puts media into {from}. Start it anew, \
             then run this again."
        )));
    }
    let sides = app.blobs.sides();
    let side = |place: Place| sides.iter().find(|side| side.place() == place).cloned();
    let (Some(source), Some(target)) = (side(from), side(to)) else { return Ok(None) };
    target.ready().await?;
    Ok(Some((source, target)))
}

/// Where files are on their way: beside those of the server, which takes away what it finds when it starts.
/// Goes with its value.
struct Temporary {
    folder: PathBuf,
}

impl Temporary {
    fn make(target: &Blobs) -> Result<Self, Refusal> {
        let folder = target.temp_dir().join("moving");
        // What an earlier run left.
        let _ = std::fs::remove_dir_all(&folder);
        DirBuilder::new().mode(0o700).create(&folder).map_err(Refusal::broken)?;
        Ok(Self { folder })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// From where to where, and what lies between.
struct Places<'a> {
    source: &'a Blobs,
    target: &'a Blobs,
    temporary: &'a Temporary,
}

async fn pass(
    app: &App,
    places: &Places<'_>,
    progress: &mut Progress,
    told: &mut impl FnMut(&Progress),
) -> Result<(), Refusal> {
    progress.failed.clear();
    let all = Key::beginnings().count();
    for (n, beginning) in Key::beginnings().enumerate() {
        let listed = patiently(async || places.source.list(&beginning).await).await?;
        if !listed.is_empty() {
            let known = stored::beginning_with(&app.db.read, &beginning).await?;
            let mut going = stream::iter(listed)
                .map(|file| {
                    let known = known.get(file.key.as_str());
                    async move {
                        let went = patiently(async || one(places, &file, known).await).await;
                        (file, went)
                    }
                })
                .buffer_unordered(TOGETHER);
            while let Some((file, went)) = going.next().await {
                note(progress, &file, went)?;
                told(progress);
            }
        }
        progress.per_mille = (n + 1) * 1_000 / all;
    }
    told(progress);
    Ok(())
}

/// Counts it; what would fail with every other file too is an error.
fn note(progress: &mut Progress, file: &Listed, went: Result<Went, BlobError>) -> Result<(), Refusal> {
    match went {
        Ok(Went::Moved { bytes, damaged }) => {
            progress.files += 1;
            progress.bytes += bytes;
            if damaged {
                progress.damaged.push(file.key.to_string());
            }
        }
        Ok(Went::There) => progress.there += 1,
        Ok(Went::Gone) => {}
        Err(error @ (BlobError::Full { .. } | BlobError::Refused { .. })) => return Err(error.into()),
        Err(error) => {
            tracing::warn!(key = %file.key, %error, "a file could not be moved and stays where it is");
            progress.failed.push(file.key.to_string());
        }
    }
    Ok(())
}

/// Moves one file, if the new place does not have it: what it has was put there by the server since, or by an
/// earlier run that was ended before it could take the other one away.
async fn one(places: &Places<'_>, file: &Listed, known: Option<&Known>) -> Result<Went, BlobError> {
    let Places { source, target, temporary } = places;
    let key = &file.key;
    if target.size(key).await?.is_some() {
        source.delete(key).await?;
        return Ok(Went::There);
    }
    let Some(found) = source.get(key, None).await? else { return Ok(Went::Gone) };
    let name = format!("{:032x}", rand::random::<u128>());
    // Removed when this ends, whichever way.
    let copy = Upload { path: temporary.folder.join(name), file_name: String::new() };
    let (sum, bytes) = blob::written(found, &copy.path).await?;
    let mime = known.and_then(|known| known.mime.as_deref()).unwrap_or(key.mime());
    target.put_file(key, &copy.path, mime).await?;
    crate::fault::point("before what was moved is read back");
    let back = match target.get(key, None).await? {
        Some(back) => Some(blob::fingerprint(back).await?),
        None => None,
    };
    // The server deletes first where it was, then where it goes: what is not there any more goes here too.
    if source.size(key).await?.is_none() {
        target.delete(key).await?;
        return Ok(Went::Gone);
    }
    if back.as_ref() != Some(&(sum.clone(), bytes)) {
        target.delete(key).await?;
        return Err(BlobError::Unavailable { source: "what was read back is not what was stored".into() });
    }
    crate::fault::point("before what was moved is taken away");
    source.delete(key).await?;
    let damaged = known.and_then(|known| known.hash.as_ref()).is_some_and(|hash| *hash != sum);
    Ok(Went::Moved { bytes, damaged })
}

/// Again, and again, as long as a store is merely away.
async fn patiently<T>(mut what: impl AsyncFnMut() -> Result<T, BlobError>) -> Result<T, BlobError> {
    for wait in WAITS {
        match what().await {
            Err(BlobError::Unavailable { source }) => {
                tracing::info!(cause = %source, "a store does not answer; it is asked again in a moment");
                tokio::time::sleep(wait).await;
            }
            done => return done,
        }
    }
    what().await
}

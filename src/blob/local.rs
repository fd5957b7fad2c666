//! Objects as files: `originals/ab/ab…`, `media/ab/ab….jpg`, `closed/ab/ab….jpg`, and `tmp/` beside them
//! for what is being written. Folders 0700, files 0600.
//!
//! A file is complete or absent under its name: it is written and synced in `tmp/`, renamed, and its
//! folder synced. A crash in between leaves a file in `tmp/`, which may be removed when it is old.

use super::{Blob, BlobError, Key, Listed};
use crate::fault;
use bytes::Bytes;
use futures_util::StreamExt;
use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

/// How much is read at a time, in bytes: a picture of the feed at once.
const CHUNK: usize = 128 * 1024;

/// The folders of objects.
const AREAS: [&str; 3] = ["closed", "media", "originals"];

/// A folder of files.
#[derive(Debug)]
pub(super) struct Local {
    folders: Arc<Folders>,
    pub(super) temp: PathBuf,
}

/// The folders, and which of them are known to be on disk.
#[derive(Debug)]
struct Folders {
    root: PathBuf,
    durable: Mutex<HashSet<PathBuf>>,
}

impl Local {
    pub(super) fn new(root: PathBuf) -> Result<Self, BlobError> {
        let temp = root.join("tmp");
        make_dir(&root)?;
        make_dir(&temp)?;
        Ok(Self { folders: Arc::new(Folders { root, durable: Mutex::default() }), temp })
    }

    /// The folder, if objects were ever kept in it.
    pub(super) fn existing(root: PathBuf) -> Result<Option<Self>, BlobError> {
        let used = AREAS.iter().any(|area| root.join(area).is_dir());
        used.then(|| Self::new(root)).transpose()
    }

    fn path(&self, key: &Key) -> PathBuf {
        let (kind, name) = key.parts();
        let fan = name.get(..2).unwrap_or_default();
        self.folders.root.join(kind).join(fan).join(name)
    }

    pub(super) async fn put_bytes(&self, key: &Key, bytes: Bytes) -> Result<(), BlobError> {
        let (folders, temp, target) = (Arc::clone(&self.folders), self.temp.join(fresh_name()), self.path(key));
        blocking(move || {
            let placed = write(&temp, &bytes).and_then(|()| folders.place(&temp, &target));
            if placed.is_err() {
                let _ = fs::remove_file(&temp);
            }
            Ok(placed?)
        })
        .await
    }

    pub(super) async fn put_file(&self, key: &Key, source: &Path) -> Result<(), BlobError> {
        let (folders, temp, target) = (Arc::clone(&self.folders), self.temp.join(fresh_name()), self.path(key));
        let source = source.to_owned();
        blocking(move || {
            let file = File::open(&source).map_err(|source| BlobError::Source { source })?;
            file.set_permissions(Permissions::from_mode(0o600))?;
            file.sync_all()?;
            match folders.place(&source, &target) {
                Err(e) if e.kind() == ErrorKind::CrossesDevices => {}
                placed => return Ok(placed?),
            }
            let placed = copy(&file, &temp).and_then(|()| folders.place(&temp, &target));
            let _ = fs::remove_file(if placed.is_ok() { &source } else { &temp });
            Ok(placed?)
        })
        .await
    }

    pub(super) async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Option<Blob>, BlobError> {
        let path = self.path(key);
        let opened = blocking(move || {
            let mut file = match File::open(&path) {
                Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
                opened => opened?,
            };
            let len_total = file.metadata()?.len();
            let range = super::clamped(range, len_total)?;
            if range.start > 0 {
                file.seek(io::SeekFrom::Start(range.start))?;
            }
            // Most pictures: read with the same step that opens them.
            let mut first = vec![0; usize::try_from(range.end - range.start).unwrap_or(CHUNK).min(CHUNK)];
            file.read_exact(&mut first)?;
            Ok(Some((len_total, range, Bytes::from(first), file)))
        });
        let Some((len_total, range, first, file)) = opened.await? else { return Ok(None) };
        let left = (range.end - range.start).saturating_sub(CHUNK as u64);
        let first = futures_util::stream::once(std::future::ready(Ok(first)));
        let stream = if left == 0 {
            first.boxed()
        } else {
            let rest = tokio::fs::File::from_std(file).take(left);
            first.chain(ReaderStream::with_capacity(rest, CHUNK)).boxed()
        };
        Ok(Some(Blob { len_total, range, stream }))
    }

    pub(super) async fn size(&self, key: &Key) -> Result<Option<u64>, BlobError> {
        match tokio::fs::metadata(self.path(key)).await {
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            found => Ok(Some(found?.len())),
        }
    }

    pub(super) async fn delete(&self, key: &Key) -> Result<(), BlobError> {
        let path = self.path(key);
        blocking(move || match fs::remove_file(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
            Err(e) => Err(e.into()),
            Ok(()) => Ok(sync_parent(&path)?),
        })
        .await
    }

    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<Listed>, BlobError> {
        let (folders, prefix) = (Arc::clone(&self.folders), prefix.to_owned());
        blocking(move || {
            let mut found = Vec::new();
            for kind in AREAS {
                for fan in entries(&folders.root.join(kind))? {
                    let name = fan.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                    let (here, length) = (format!("{kind}/{name}"), prefix.len());
                    // A folder is read only where its files can begin so.
                    if !here.starts_with(prefix.get(..length.min(here.len())).unwrap_or_default()) {
                        continue;
                    }
                    for file in entries(&fan)? {
                        found.extend(listed(&file, kind, &prefix)?);
                    }
                }
            }
            found.sort_by(|a, b| a.key.cmp(&b.key));
            Ok(found)
        })
        .await
    }

    /// Gives a file a second name, as new as if it had been written now; whether there was a file.
    pub(super) async fn copy(&self, from: &Key, to: &Key) -> Result<bool, BlobError> {
        let (folders, temp) = (Arc::clone(&self.folders), self.temp.join(fresh_name()));
        let (from, to) = (self.path(from), self.path(to));
        blocking(move || {
            let file = match File::open(&from) {
                Err(e) if e.kind() == ErrorKind::NotFound => return Ok(false),
                opened => opened?,
            };
            // What looks old would be taken for left over before a row names it.
            #[allow(clippy::disallowed_methods, reason = "the time of files, which the file system sets else")]
            file.set_modified(SystemTime::now())?;
            let named = fs::hard_link(&from, &temp).or_else(|_| copy(&file, &temp));
            let placed = named.and_then(|()| folders.place(&temp, &to));
            // A name that leads to the same file already stays, and the other one too.
            let _ = fs::remove_file(&temp);
            placed?;
            Ok(true)
        })
        .await
    }

    /// Takes empty folders away.
    pub(super) async fn prune(&self) -> Result<(), BlobError> {
        let folders = Arc::clone(&self.folders);
        blocking(move || {
            for area in AREAS {
                let area = folders.root.join(area);
                for fan in entries(&area)? {
                    // One with something in it stays.
                    if fs::remove_dir(&fan).is_ok() {
                        folders.durable.lock().unwrap_or_else(PoisonError::into_inner).remove(&fan);
                    }
                }
                let _ = fs::remove_dir(&area);
            }
            Ok(())
        })
        .await
    }

    pub(super) async fn ready(&self) -> Result<(), BlobError> {
        let probe = self.temp.join(fresh_name());
        blocking(move || {
            let written = write(&probe, b"ready");
            let _ = fs::remove_file(&probe);
            Ok(written?)
        })
        .await
    }
}

/// Runs to its end even when the caller no longer waits, so that nothing stays half done.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(e) => Err(BlobError::Unavailable { source: e.into() }),
    }
}

fn fresh_name() -> String {
    format!("{:032x}", rand::random::<u128>())
}

fn make_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn copy(mut from: &File, to: &Path) -> io::Result<()> {
    let mut file = create(to)?;
    io::copy(&mut from, &mut file)?;
    file.sync_all()
}

impl Folders {
    /// Moves a synced file to its name, and makes the name durable with the folders above it.
    fn place(&self, from: &Path, to: &Path) -> io::Result<()> {
        let fan = to.parent().unwrap_or(&self.root);
        let durable = || self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        if !durable().contains(fan) {
            make_dir(fan)?;
            sync_parent(fan)?;
            sync_dir(&self.root)?;
            durable().insert(fan.to_owned());
        }
        fault::point("between a file's writing and its name");
        fs::rename(from, to)?;
        sync_dir(fan)
    }
}

fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), sync_dir)
}

/// What a folder holds; nothing if there is no such folder.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(Vec::new()),
        read => read?.map(|entry| Ok(entry?.path())).collect(),
    }
}

/// The object a file is, unless it is something else or vanished meanwhile.
fn listed(file: &Path, kind: &str, prefix: &str) -> io::Result<Option<Listed>> {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let text = format!("{kind}/{name}");
    let Some(key) = text.parse::<Key>().ok().filter(|_| text.starts_with(prefix)) else { return Ok(None) };
    match fs::metadata(file) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        found => {
            let found = found?;
            Ok(Some(Listed { key, bytes: found.len(), modified: found.modified()? }))
        }
    }
}

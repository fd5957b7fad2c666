//! The store of bytes: a folder, or a bucket of an S3-compatible store. The same promises on both.

mod error;
mod key;
mod local;
mod s3;
mod store;

pub use crate::config::Place;
pub use error::BlobError;
pub use key::{BadKey, Key, MediaType};
pub use s3::S3Config;

use crate::telemetry::metrics::Counts;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use local::Local;
use ring::digest::{Context, SHA256};
use s3::S3;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use store::{At, Store};
use tokio::io::AsyncWriteExt;

/// The store of bytes. Cheap to clone.
///
/// While media moves there is a second one beside the first: what the first does not have is looked for
/// there, deletions go to both, and nothing is put there any more.
#[derive(Debug, Clone)]
pub struct Blobs {
    first: Store,
    second: Option<Store>,
}

/// An object that is being read.
pub struct Blob {
    /// Length of the whole object, in bytes.
    pub len_total: u64,
    /// Which of its bytes `stream` gives.
    pub range: Range<u64>,
    /// The bytes. An error in it means that the rest cannot be read.
    pub stream: BoxStream<'static, io::Result<Bytes>>,
}

/// An object as [`Blobs::list`] finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub key: Key,
    /// Length in bytes.
    pub bytes: u64,
    /// When it was stored.
    pub modified: SystemTime,
}

/// An upload in parts that was begun and not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    pub key: Key,
    /// As the store calls it.
    pub id: String,
    pub begun: SystemTime,
}

impl Blobs {
    /// Files in the folder `root`, which is made if missing.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn local(root: PathBuf) -> Result<Self, BlobError> {
        Ok(Self::of(At::Local(Arc::new(Local::new(root)?)).into()))
    }

    /// The folder `root`, if objects were ever kept in it.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn existing_local(root: PathBuf) -> Result<Option<Self>, BlobError> {
        Ok(Local::existing(root)?.map(|local| Self::of(At::Local(Arc::new(local)).into())))
    }

    /// A bucket. Asks it nothing yet; see [`Blobs::ready`].
    ///
    /// # Errors
    /// When the folder for temporary files cannot be made.
    pub fn s3(config: S3Config) -> Result<Self, BlobError> {
        Ok(Self::of(At::S3(Arc::new(S3::new(config)?)).into()))
    }

    fn of(first: Store) -> Self {
        Self { first, second: None }
    }

    /// With another store in which objects may still lie.
    #[must_use]
    pub fn beside(self, other: Option<Self>) -> Self {
        Self { second: other.map(|other| other.first), ..self }
    }

    /// Counts in `errors` what the stores do not do, by place and operation.
    #[must_use]
    pub fn counted(mut self, errors: &Counts) -> Self {
        for store in std::iter::once(&mut self.first).chain(&mut self.second) {
            store.errors = Some(errors.clone());
        }
        self
    }

    /// Where things are put.
    pub fn place(&self) -> Place {
        self.first.place()
    }

    /// Each store alone, the one where things are put first.
    pub fn sides(&self) -> Vec<Self> {
        std::iter::once(&self.first).chain(&self.second).cloned().map(Self::of).collect()
    }

    /// Stores `bytes` under `key`, replacing what was there. Durable when it returns.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Full`; readers then see what was there before.
    pub async fn put_bytes(&self, key: &Key, bytes: Bytes, content_type: &str) -> Result<(), BlobError> {
        self.first.put_bytes(key, bytes, content_type).await
    }

    /// Stores the file at `path` under `key` and takes it away from there. Durable when it returns.
    /// Fast for a file in [`Blobs::temp_dir`]; one in another file system is copied. However long the file
    /// is, no more than some MiB of it are in memory.
    ///
    /// # Errors
    /// `Source` if the file cannot be read, else as [`Blobs::put_bytes`]; the file then stays.
    pub async fn put_file(&self, key: &Key, path: &Path, content_type: &str) -> Result<(), BlobError> {
        self.first.put_file(key, path, content_type).await
    }

    /// Reads an object, or the part of it in `range` (cut at its end).
    ///
    /// # Errors
    /// `OutOfRange` if no byte of it lies in `range`, else `Unavailable` or `Refused`.
    pub async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Option<Blob>, BlobError> {
        let found = self.first.get(key, range.clone()).await;
        let Some(second) = self.also_in(&found) else { return found };
        match second.get(key, range.clone()).await {
            Ok(None) if found.is_ok() => self.first.get(key, range).await,
            Ok(None) | Err(BlobError::Unavailable { .. }) if found.is_err() => found,
            other => other,
        }
    }

    /// Where to look for what the first store does not have, or does not give. What is not in the second
    /// one either may have been moved between the two looks: the first is asked once more.
    fn also_in<T>(&self, found: &Result<Option<T>, BlobError>) -> Option<&Store> {
        match found {
            Ok(Some(_)) | Err(BlobError::OutOfRange { .. }) => None,
            Ok(None) | Err(_) => self.second.as_ref(),
        }
    }

    /// Reads a whole object into memory.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn read_all(&self, key: &Key) -> Result<Option<Bytes>, BlobError> {
        let Some(mut blob) = self.get(key, None).await? else { return Ok(None) };
        let mut bytes = BytesMut::with_capacity(usize::try_from(blob.len_total).unwrap_or(0));
        while let Some(chunk) = blob.stream.next().await {
            bytes.extend_from_slice(&chunk?);
        }
        Ok(Some(bytes.freeze()))
    }

    /// An object's length in bytes.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn size(&self, key: &Key) -> Result<Option<u64>, BlobError> {
        let found = self.first.size(key).await;
        let Some(second) = self.also_in(&found) else { return found };
        match second.size(key).await {
            Ok(None) if found.is_ok() => self.first.size(key).await,
            Ok(None) | Err(BlobError::Unavailable { .. }) if found.is_err() => found,
            other => other,
        }
    }

    /// Removes an object everywhere; it is well if there is none.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`; it may then be gone from one store and not from the other.
    pub async fn delete(&self, key: &Key) -> Result<(), BlobError> {
        // In this order: whoever moves it looks afterwards whether it is still where it was.
        let second = match &self.second {
            Some(second) => second.delete(key).await,
            None => Ok(()),
        };
        // Gone from one of them at least, where the other cannot be asked.
        self.first.delete(key).await.and(second)
    }

    /// Puts the bytes of an object under another key too, where it may be found from then on; whether there
    /// were any. In the store itself where that has them.
    ///
    /// # Errors
    /// As [`Blobs::put_bytes`].
    pub async fn copy(&self, from: &Key, to: &Key) -> Result<bool, BlobError> {
        if self.first.copy(from, to).await? {
            return Ok(true);
        }
        let Some(blob) = self.get(from, None).await? else { return Ok(false) };
        let path = self.temp_dir().join(format!("{:032x}", rand::random::<u128>()));
        let copied = match written(blob, &path).await {
            Ok(_) => self.put_file(to, &path, to.mime()).await,
            Err(error) => Err(error),
        };
        let _ = tokio::fs::remove_file(&path).await;
        copied.map(|()| true)
    }

    /// All objects of the first store whose key begins with `prefix` (`media/`, `originals/ab`, or empty),
    /// by key. Whatever else lies in the store is passed over. For going through all of it:
    /// [`Key::beginnings`] in turn keep the lists short.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Listed>, BlobError> {
        self.first.list(prefix).await
    }

    /// Uploads in parts to the first store that were begun and not ended; in a folder there are none.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn unfinished(&self) -> Result<Vec<Unfinished>, BlobError> {
        match &self.first.at {
            At::Local(_) => Ok(Vec::new()),
            At::S3(s3) => s3.unfinished().await,
        }
    }

    /// Gives an upload in parts up; what was sent of it goes.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn abort(&self, upload: &Unfinished) -> Result<(), BlobError> {
        match &self.first.at {
            At::Local(_) => Ok(()),
            At::S3(s3) => s3.abort(&upload.key, &upload.id).await,
        }
    }

    /// Takes away what an empty store leaves behind in the file system.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn prune(&self) -> Result<(), BlobError> {
        match &self.first.at {
            At::Local(local) => local.prune().await,
            At::S3(_) => Ok(()),
        }
    }

    /// Whether the store works: the folder can be written, the bucket answers.
    ///
    /// # Errors
    /// What [`Blobs::put_bytes`] would meet.
    pub async fn ready(&self) -> Result<(), BlobError> {
        match &self.first.at {
            At::Local(local) => local.ready().await,
            At::S3(s3) => s3.ready().await,
        }
    }

    /// Where files are written before [`Blobs::put_file`]. What is old in it is left over from a
    /// crash and may be removed.
    pub fn temp_dir(&self) -> &Path {
        match &self.first.at {
            At::Local(local) => &local.temp,
            At::S3(s3) => &s3.temp,
        }
    }
}

/// Writes what is read of an object into a new file; SHA-256 and length of what was written.
///
/// # Errors
/// `Unavailable` where the object breaks off; what was written stays.
pub async fn written(mut blob: Blob, path: &Path) -> Result<(Vec<u8>, u64), BlobError> {
    let mut file = tokio::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).await?;
    let (mut sum, mut length) = (Context::new(&SHA256), 0);
    while let Some(chunk) = blob.stream.next().await {
        let chunk = chunk?;
        sum.update(&chunk);
        length += u64::try_from(chunk.len()).unwrap_or(0);
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    whole(&blob, length)?;
    Ok((sum.finish().as_ref().to_vec(), length))
}

/// SHA-256 and length of an object, read in pieces.
///
/// # Errors
/// `Unavailable` where it breaks off.
pub async fn fingerprint(mut blob: Blob) -> Result<(Vec<u8>, u64), BlobError> {
    let (mut sum, mut length) = (Context::new(&SHA256), 0);
    while let Some(chunk) = blob.stream.next().await {
        let chunk = chunk?;
        sum.update(&chunk);
        length += u64::try_from(chunk.len()).unwrap_or(0);
    }
    whole(&blob, length)?;
    Ok((sum.finish().as_ref().to_vec(), length))
}

fn whole(blob: &Blob, length: u64) -> Result<(), BlobError> {
    let expected = blob.range.end - blob.range.start;
    match length == expected {
        true => Ok(()),
        false => Err(BlobError::Unavailable { source: format!("{length} bytes of {expected} came").into() }),
    }
}

/// The range asked for, cut at the end of an object of `len` bytes.
fn clamped(range: Option<Range<u64>>, len: u64) -> Result<Range<u64>, BlobError> {
    let Some(range) = range else { return Ok(0..len) };
    let range = range.start..range.end.min(len);
    if range.is_empty() { Err(BlobError::OutOfRange { len }) } else { Ok(range) }
}

//! The store of bytes: a folder, or a bucket of an S3-compatible store. The same promises on both.

mod error;
mod key;
mod local;
mod s3;

pub use error::BlobError;
pub use key::{BadKey, Key, MediaType};
pub use s3::S3Config;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use local::Local;
use s3::S3;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// The store of bytes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Store,
}

#[derive(Debug, Clone)]
enum Store {
    Local(Arc<Local>),
    S3(Arc<S3>),
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

impl Blobs {
    /// Files in the folder `root`, which is made if missing.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn local(root: PathBuf) -> Result<Self, BlobError> {
        Ok(Self { store: Store::Local(Arc::new(Local::new(root)?)) })
    }

    /// A bucket. Asks it nothing yet; see [`Blobs::ready`].
    ///
    /// # Errors
    /// When the folder for temporary files cannot be made.
    pub fn s3(config: S3Config) -> Result<Self, BlobError> {
        Ok(Self { store: Store::S3(Arc::new(S3::new(config)?)) })
    }

    /// Stores `bytes` under `key`, replacing what was there. Durable when it returns.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Full`; readers then see what was there before.
    pub async fn put_bytes(&self, key: &Key, bytes: Bytes, content_type: &str) -> Result<(), BlobError> {
        match &self.store {
            Store::Local(local) => local.put_bytes(key, bytes).await,
            Store::S3(s3) => s3.put_bytes(key, bytes, content_type).await,
        }
    }

    /// Stores the file at `path` under `key` and takes it away from there. Durable when it returns.
    /// Fast for a file in [`Blobs::temp_dir`]; one in another file system is copied.
    ///
    /// # Errors
    /// `Source` if the file cannot be read, else as [`Blobs::put_bytes`]; the file then stays.
    pub async fn put_file(&self, key: &Key, path: &Path, content_type: &str) -> Result<(), BlobError> {
        match &self.store {
            Store::Local(local) => local.put_file(key, path).await,
            Store::S3(s3) => s3.put_file(key, path, content_type).await,
        }
    }

    /// Reads an object, or the part of it in `range` (cut at its end).
    ///
    /// # Errors
    /// `OutOfRange` if no byte of it lies in `range`, else `Unavailable` or `Refused`.
    pub async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Option<Blob>, BlobError> {
        match &self.store {
            Store::Local(local) => local.get(key, range).await,
            Store::S3(s3) => s3.get(key, range).await,
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
        match &self.store {
            Store::Local(local) => local.size(key).await,
            Store::S3(s3) => s3.size(key).await,
        }
    }

    /// Removes an object; it is well if there is none.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn delete(&self, key: &Key) -> Result<(), BlobError> {
        match &self.store {
            Store::Local(local) => local.delete(key).await,
            Store::S3(s3) => s3.delete(key).await,
        }
    }

    /// All objects whose key begins with `prefix` (`media/`, `originals/ab`, or empty), by key.
    /// Whatever else lies in the store is passed over. For sweeping: `media/00` to `media/ff` in turn
    /// keeps the lists short.
    ///
    /// # Errors
    /// `Unavailable` or `Refused`.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Listed>, BlobError> {
        match &self.store {
            Store::Local(local) => local.list(prefix).await,
            Store::S3(s3) => s3.list(prefix).await,
        }
    }

    /// Whether the store works: the folder can be written, the bucket answers.
    ///
    /// # Errors
    /// What [`Blobs::put_bytes`] would meet.
    pub async fn ready(&self) -> Result<(), BlobError> {
        match &self.store {
            Store::Local(local) => local.ready().await,
            Store::S3(s3) => s3.ready().await,
        }
    }

    /// Where files are written before [`Blobs::put_file`]. What is old in it is left over from a
    /// crash and may be removed.
    pub fn temp_dir(&self) -> &Path {
        match &self.store {
            Store::Local(local) => &local.temp,
            Store::S3(s3) => &s3.temp,
        }
    }
}

/// The range asked for, cut at the end of an object of `len` bytes.
fn clamped(range: Option<Range<u64>>, len: u64) -> Result<Range<u64>, BlobError> {
    let Some(range) = range else { return Ok(0..len) };
    let range = range.start..range.end.min(len);
    if range.is_empty() { Err(BlobError::OutOfRange { len }) } else { Ok(range) }
}

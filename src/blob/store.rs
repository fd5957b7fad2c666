//! One store: a folder or a bucket.

use super::local::Local;
use super::s3::S3;
use super::{Blob, BlobError, Key, Listed, Place};
use crate::telemetry::metrics::Counts;
use bytes::Bytes;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// A folder or a bucket.
#[derive(Debug, Clone)]
pub(super) enum At {
    Local(Arc<Local>),
    S3(Arc<S3>),
}

/// One store, and where it is counted what it did not do.
#[derive(Debug, Clone)]
pub(super) struct Store {
    pub(super) at: At,
    pub(super) errors: Option<Counts>,
}

impl From<At> for Store {
    fn from(at: At) -> Self {
        Self { at, errors: None }
    }
}

impl Store {
    pub(super) fn place(&self) -> Place {
        match self.at {
            At::Local(_) => Place::Local,
            At::S3(_) => Place::S3,
        }
    }

    /// What whoever asked did wrong is no error of the store.
    fn counted<T>(&self, operation: &str, done: Result<T, BlobError>) -> Result<T, BlobError> {
        if let (Some(errors), Err(BlobError::Unavailable { .. } | BlobError::Refused { .. } | BlobError::Full { .. })) =
            (&self.errors, &done)
        {
            errors.with_label_values(&[self.place().as_str(), operation]).inc();
        }
        done
    }

    pub(super) async fn put_bytes(&self, key: &Key, bytes: Bytes, content_type: &str) -> Result<(), BlobError> {
        let done = match &self.at {
            At::Local(local) => local.put_bytes(key, bytes).await,
            At::S3(s3) => s3.put_bytes(key, bytes, content_type).await,
        };
        self.counted("put", done)
    }

    pub(super) async fn put_file(&self, key: &Key, path: &Path, content_type: &str) -> Result<(), BlobError> {
        let done = match &self.at {
            At::Local(local) => local.put_file(key, path).await,
            At::S3(s3) => s3.put_file(key, path, content_type).await,
        };
        self.counted("put", done)
    }

    pub(super) async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Option<Blob>, BlobError> {
        let done = match &self.at {
            At::Local(local) => local.get(key, range).await,
            At::S3(s3) => s3.get(key, range).await,
        };
        self.counted("get", done)
    }

    pub(super) async fn size(&self, key: &Key) -> Result<Option<u64>, BlobError> {
        let done = match &self.at {
            At::Local(local) => local.size(key).await,
            At::S3(s3) => s3.size(key).await,
        };
        self.counted("get", done)
    }

    pub(super) async fn delete(&self, key: &Key) -> Result<(), BlobError> {
        let done = match &self.at {
            At::Local(local) => local.delete(key).await,
            At::S3(s3) => s3.delete(key).await,
        };
        self.counted("delete", done)
    }

    pub(super) async fn copy(&self, from: &Key, to: &Key) -> Result<bool, BlobError> {
        let done = match &self.at {
            At::Local(local) => local.copy(from, to).await,
            At::S3(s3) => s3.copy(from, to).await,
        };
        self.counted("copy", done)
    }

    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<Listed>, BlobError> {
        let done = match &self.at {
            At::Local(local) => local.list(prefix).await,
            At::S3(s3) => s3.list(prefix).await,
        };
        self.counted("list", done)
    }
}

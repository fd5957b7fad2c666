//! One store: a folder or a bucket.

use super::local::Local;
use super::s3::S3;
use super::{Blob, BlobError, Key, Listed, Place};
use bytes::Bytes;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// A folder or a bucket.
#[derive(Debug, Clone)]
pub(super) enum Store {
    Local(Arc<Local>),
    S3(Arc<S3>),
}

impl Store {
    pub(super) fn place(&self) -> Place {
        match self {
            Self::Local(_) => Place::Local,
            Self::S3(_) => Place::S3,
        }
    }

    pub(super) async fn put_bytes(&self, key: &Key, bytes: Bytes, content_type: &str) -> Result<(), BlobError> {
        match self {
            Self::Local(local) => local.put_bytes(key, bytes).await,
            Self::S3(s3) => s3.put_bytes(key, bytes, content_type).await,
        }
    }

    pub(super) async fn put_file(&self, key: &Key, path: &Path, content_type: &str) -> Result<(), BlobError> {
        match self {
            Self::Local(local) => local.put_file(key, path).await,
            Self::S3(s3) => s3.put_file(key, path, content_type).await,
        }
    }

    pub(super) async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Option<Blob>, BlobError> {
        match self {
            Self::Local(local) => local.get(key, range).await,
            Self::S3(s3) => s3.get(key, range).await,
        }
    }

    pub(super) async fn size(&self, key: &Key) -> Result<Option<u64>, BlobError> {
        match self {
            Self::Local(local) => local.size(key).await,
            Self::S3(s3) => s3.size(key).await,
        }
    }

    pub(super) async fn delete(&self, key: &Key) -> Result<(), BlobError> {
        match self {
            Self::Local(local) => local.delete(key).await,
            Self::S3(s3) => s3.delete(key).await,
        }
    }

    pub(super) async fn copy(&self, from: &Key, to: &Key) -> Result<bool, BlobError> {
        match self {
            Self::Local(local) => local.copy(from, to).await,
            Self::S3(s3) => s3.copy(from, to).await,
        }
    }

    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<Listed>, BlobError> {
        match self {
            Self::Local(local) => local.list(prefix).await,
            Self::S3(s3) => s3.list(prefix).await,
        }
    }
}

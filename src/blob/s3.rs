//! Objects in a bucket of an S3-compatible store.
//!
//! Needs the rights to get, put, delete and list, and to abort uploads. Kept to what every such store
//! understands: no checksum trailers, no batch deletes, no conditions; uploads in parts and copies are the
//! plain ones.

mod client;
mod upload;

use super::{Blob, BlobError, Key, Listed};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::types::Object;
use futures_util::StreamExt;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

/// For the next bytes of an object that is being read.
const STALL_TIME: Duration = Duration::from_secs(20);
/// Files on their way at the same time: of each a part is in memory.
const SENDING: usize = 4;

/// Where the bucket is and how it is entered.
#[derive(Clone)]
pub struct S3Config {
    /// `https://s3.example`, or `http://…` for a store next door.
    pub endpoint: String,
    pub bucket: String,
    /// Where originals and what not everybody may see lie; the same bucket if none is named.
    pub private_bucket: Option<String>,
    /// As the store expects it in signatures.
    pub region: String,
    pub access_key: String,
    pub secret_key: String,
    /// Bucket in the path rather than in the host name.
    pub path_style: bool,
    /// Put before every key, for a bucket that holds other things too; may be empty.
    pub prefix: String,
    /// Names dialled at fixed addresses; ports are those of the endpoint.
    pub resolve: Vec<(String, SocketAddr)>,
    /// Local folder for files before they are stored; made if missing.
    pub temp_dir: PathBuf,
    /// Tasks that must end before the process does: uploads that nobody waits for any more.
    pub tasks: TaskTracker,
}

/// A bucket, or two.
#[derive(Debug)]
pub(super) struct S3 {
    client: Client,
    public: String,
    private: String,
    prefix: String,
    pub(super) temp: PathBuf,
    tasks: TaskTracker,
    sending: Semaphore,
}

impl S3 {
    pub(super) fn new(config: S3Config) -> Result<Self, BlobError> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&config.temp_dir)?;
        let prefix = match config.prefix.trim_matches('/') {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let client = Client::from_conf(client::settings(&config).build());
        let private = config.private_bucket.unwrap_or_else(|| config.bucket.clone());
        let (public, temp, tasks) = (config.bucket, config.temp_dir, config.tasks);
        Ok(Self { client, public, private, prefix, temp, tasks, sending: Semaphore::new(SENDING) })
    }

    fn bucket(&self, key: &Key) -> &str {
        if key.is_open() { &self.public } else { &self.private }
    }

    fn buckets(&self) -> impl Iterator<Item = &str> {
        let other = Some(self.private.as_str()).filter(|private| *private != self.public);
        std::iter::once(self.public.as_str()).chain(other)
    }

    fn name(&self, key: &Key) -> String {
        format!("{}{key}", self.prefix)
    }

    pub(super) async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Option<Blob>, BlobError> {
        let header = match &range {
            Some(range) if range.is_empty() => return self.out_of_range(key).await,
            // Stores read these numbers as signed.
            Some(range) if i64::try_from(range.end).is_err() => Some(format!("bytes={}-", range.start)),
            Some(range) => Some(format!("bytes={}-{}", range.start, range.end - 1)),
            None => None,
        };
        let asked =
            self.client.get_object().bucket(self.bucket(key)).key(self.name(key)).set_range(header).send().await;
        match asked {
            Ok(found) => opened(found).map(Some),
            Err(e) if e.as_service_error().is_some_and(|e| e.is_no_such_key()) => Ok(None),
            Err(e) if status(&e) == Some(416) => self.out_of_range(key).await,
            Err(e) => Err(fault(e)),
        }
    }

    async fn out_of_range(&self, key: &Key) -> Result<Option<Blob>, BlobError> {
        match self.size(key).await? {
            Some(len) => Err(BlobError::OutOfRange { len }),
            None => Ok(None),
        }
    }

    pub(super) async fn size(&self, key: &Key) -> Result<Option<u64>, BlobError> {
        match self.client.head_object().bucket(self.bucket(key)).key(self.name(key)).send().await {
            Ok(found) => length(found.content_length()).map(Some),
            Err(e) if e.as_service_error().is_some_and(|e| e.is_not_found()) => Ok(None),
            Err(e) => Err(fault(e)),
        }
    }

    pub(super) async fn delete(&self, key: &Key) -> Result<(), BlobError> {
        match self.client.delete_object().bucket(self.bucket(key)).key(self.name(key)).send().await {
            Err(e) if e.code() == Some("NoSuchKey") => Ok(()),
            Err(e) => Err(fault(e)),
            Ok(_) => Ok(()),
        }
    }

    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<Listed>, BlobError> {
        let mut found = Vec::new();
        let full = format!("{}{prefix}", self.prefix);
        for bucket in self.buckets() {
            let mut pages = self.client.list_objects_v2().bucket(bucket).prefix(&full).into_paginator().send();
            while let Some(page) = pages.next().await {
                let here = page.map_err(fault)?;
                // What lies in the wrong one of two buckets is not found under its key either.
                let ours = here.contents().iter().filter_map(|object| self.listed(object));
                found.extend(ours.filter(|listed| self.bucket(&listed.key) == bucket));
            }
        }
        found.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(found)
    }

    /// The object, if it is one of ours; one without a date is passed over, lest it be taken for old.
    fn listed(&self, object: &Object) -> Option<Listed> {
        let key = object.key()?.strip_prefix(&self.prefix)?.parse().ok()?;
        let modified = SystemTime::try_from(*object.last_modified()?).ok()?;
        Some(Listed { key, bytes: length(object.size()).ok()?, modified })
    }

    pub(super) async fn ready(&self) -> Result<(), BlobError> {
        for bucket in self.buckets() {
            self.client.head_bucket().bucket(bucket).send().await.map_err(fault)?;
        }
        Ok(())
    }
}

fn opened(found: GetObjectOutput) -> Result<Blob, BlobError> {
    let sent = length(found.content_length())?;
    let (start, len_total) = match found.content_range() {
        Some(text) => content_range(text).ok_or_else(|| unavailable(format!("odd Content-Range: {text}")))?,
        None => (0, sent),
    };
    let stream = futures_util::stream::unfold(Some(found.body), |body| async {
        let mut body = body?;
        let next = match tokio::time::timeout(STALL_TIME, body.next()).await {
            Ok(next) => next?.map_err(io::Error::other),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        };
        let rest = next.is_ok().then_some(body);
        Some((next, rest))
    });
    Ok(Blob { len_total, range: start..start + sent, stream: stream.boxed() })
}

/// Start and total of `bytes 5-9/20`.
fn content_range(text: &str) -> Option<(u64, u64)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    Some((range.split_once('-')?.0.parse().ok()?, total.parse().ok()?))
}

fn length(stated: Option<i64>) -> Result<u64, BlobError> {
    stated.and_then(|len| u64::try_from(len).ok()).ok_or_else(|| unavailable("an answer without a length"))
}

fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> BlobError {
    BlobError::Unavailable { source: source.into() }
}

fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|answer| answer.status().as_u16())
}

fn fault<E>(error: SdkError<E>) -> BlobError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let (status, code) = (status(&error), error.code().unwrap_or_default());
    let full = status == Some(507) || matches!(code, "XMinioStorageFull" | "QuotaExceeded");
    let refused = matches!(error, SdkError::ConstructionFailure(_))
        || status.is_some_and(|status| (400..500).contains(&status) && !matches!(status, 408 | 429));
    let source = Box::new(error);
    match (full, refused) {
        (true, _) => BlobError::Full { source },
        (_, true) => BlobError::Refused { source },
        _ => BlobError::Unavailable { source },
    }
}

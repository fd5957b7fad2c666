//! Bytes on their way into a bucket.
//!
//! What is small goes in one request, what is long in parts, of which one at a time is in memory. Each
//! request is signed with the SHA-256 of what it carries, so that the store itself refuses what changed
//! on the way. An upload in parts is completed or aborted, whoever stops waiting for it; what a process
//! that died left behind is listed by [`S3::unfinished`].

use super::client::CONNECT_TIME;
use super::{S3, fault, unavailable};
use crate::blob::{BlobError, Key, Unfinished};
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, MultipartUpload};
use bytes::{Bytes, BytesMut};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::io::AsyncReadExt;

/// For one attempt at a request that carries bytes, and the slowest line in bytes a second beyond that. Two such
/// attempts at a photo's size stay below what proxies wait for an answer.
const UPLOAD_TIME: Duration = Duration::from_secs(10);
const UPLOAD_RATE: u64 = 250_000;
/// For the pauses between attempts, all together: those that fail at once may be four.
const PAUSES: Duration = Duration::from_secs(5);
/// Bytes of one part. Stores take no less than 5 MiB, but for the last one, and no more than 10 000.
const PART: usize = 8 << 20;

/// A key names the same bytes for ever, so that they may be kept for ever.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// What the store is told of an object beside its bytes.
struct Told {
    cached: Option<String>,
    shown: &'static str,
}

impl Told {
    /// What is closed says the same as what is open, as it may be copied there; nobody reads it before.
    fn of(key: &Key) -> Self {
        match key.is_original() {
            true => Self { cached: None, shown: "attachment" },
            false => Self { cached: Some(FOR_EVER.to_owned()), shown: "inline" },
        }
    }
}

/// An upload in parts that is under way.
struct Open<'a> {
    key: &'a Key,
    id: String,
}

impl S3 {
    pub(in crate::blob) async fn put_bytes(&self, key: &Key, bytes: Bytes, kind: &str) -> Result<(), BlobError> {
        let (times, told) = (times(bytes.len()), Told::of(key));
        self.client
            .put_object()
            .bucket(self.bucket(key))
            .key(self.name(key))
            .content_type(kind)
            .content_disposition(told.shown)
            .set_cache_control(told.cached)
            .content_length(i64::try_from(bytes.len()).unwrap_or(i64::MAX))
            .body(ByteStream::from(bytes))
            .customize()
            .config_override(times)
            .send()
            .await
            .map_err(fault)?;
        Ok(())
    }

    /// Runs to its end even when the caller no longer waits, so that no parts stay behind.
    pub(in crate::blob) async fn put_file(
        self: &Arc<Self>,
        key: &Key,
        path: &Path,
        kind: &str,
    ) -> Result<(), BlobError> {
        let (this, key, path, kind) = (Arc::clone(self), key.clone(), path.to_owned(), kind.to_owned());
        let storing = self.tasks.spawn(async move {
            this.put_all_of(&key, &path, &kind).await?;
            // Stored is stored: a file that stays behind in the folder for temporary files does no harm.
            let _ = tokio::fs::remove_file(path).await;
            Ok(())
        });
        storing.await.map_err(unavailable)?
    }

    async fn put_all_of(&self, key: &Key, path: &Path, kind: &str) -> Result<(), BlobError> {
        let unreadable = |source| BlobError::Source { source };
        let mut file = tokio::fs::File::open(path).await.map_err(unreadable)?;
        let long = file.metadata().await.map_err(unreadable)?.len();
        let _place = self.sending.acquire().await.map_err(unavailable)?;
        let first = part_of(&mut file, long).await?;
        if size_of(&first) >= long {
            return self.put_bytes(key, first, kind).await;
        }
        let upload = self.begin(key, kind).await?;
        match self.send(&upload, first, &mut file, long).await {
            Ok(()) => Ok(()),
            Err(error) => {
                if let Err(error) = self.abort(key, &upload.id).await {
                    tracing::warn!(%key, %error, "parts of a file that could not be stored are left in the bucket for `media sweep`");
                }
                Err(error)
            }
        }
    }

    async fn begin<'a>(&self, key: &'a Key, kind: &str) -> Result<Open<'a>, BlobError> {
        let told = Told::of(key);
        let begun = self
            .client
            .create_multipart_upload()
            .bucket(self.bucket(key))
            .key(self.name(key))
            .content_type(kind)
            .content_disposition(told.shown)
            .set_cache_control(told.cached)
            .send()
            .await
            .map_err(fault)?;
        let id = begun.upload_id.ok_or_else(|| unavailable("an upload without an id"))?;
        Ok(Open { key, id })
    }

    /// Every part, then what makes them one object; `long` bytes in all.
    async fn send(
        &self,
        upload: &Open<'_>,
        first: Bytes,
        file: &mut tokio::fs::File,
        long: u64,
    ) -> Result<(), BlobError> {
        let (mut parts, mut part, mut number, mut left) = (Vec::new(), first, 1, long);
        while !part.is_empty() {
            left = left.saturating_sub(size_of(&part));
            let tag = self.send_part(upload, number, part).await?;
            parts.push(CompletedPart::builder().part_number(number).e_tag(tag).build());
            crate::fault::point("between two parts");
            number += 1;
            part = part_of(file, left).await?;
        }
        let completed = self
            .client
            .complete_multipart_upload()
            .bucket(self.bucket(upload.key))
            .key(self.name(upload.key))
            .upload_id(&upload.id)
            .multipart_upload(CompletedMultipartUpload::builder().set_parts(Some(parts)).build())
            .customize()
            .config_override(times(PART))
            .send()
            .await;
        match completed {
            // An answer that was lost: the attempt after it finds nothing to complete, and the object there.
            Err(e) if e.code() != Some("NoSuchUpload") => return Err(fault(e)),
            _ => {}
        }
        match self.size(upload.key).await? {
            Some(size) if size == long => Ok(()),
            size => Err(unavailable(format!("of {long} bytes the bucket has {size:?}"))),
        }
    }

    async fn send_part(&self, upload: &Open<'_>, number: i32, part: Bytes) -> Result<String, BlobError> {
        let times = times(part.len());
        let sent = self
            .client
            .upload_part()
            .bucket(self.bucket(upload.key))
            .key(self.name(upload.key))
            .upload_id(&upload.id)
            .part_number(number)
            .content_length(i64::try_from(part.len()).unwrap_or(i64::MAX))
            .body(ByteStream::from(part))
            .customize()
            .config_override(times)
            .send()
            .await
            .map_err(fault)?;
        sent.e_tag.ok_or_else(|| unavailable("a part without a tag"))
    }

    /// Uploads in parts that were begun and neither completed nor aborted; those of others are passed over.
    /// Stores that do not tell have none.
    pub(in crate::blob) async fn unfinished(&self) -> Result<Vec<Unfinished>, BlobError> {
        let mut found = Vec::new();
        for bucket in self.buckets() {
            let mut after = (None, None);
            loop {
                let page = self
                    .client
                    .list_multipart_uploads()
                    .bucket(bucket)
                    .set_prefix(Some(self.prefix.clone()).filter(|p| !p.is_empty()))
                    .set_key_marker(after.0.clone())
                    .set_upload_id_marker(after.1.clone())
                    .send()
                    .await;
                let page = match page {
                    Err(e) if e.code() == Some("NotImplemented") => break,
                    page => page.map_err(fault)?,
                };
                found.extend(page.uploads().iter().filter_map(|upload| self.unfinished_of(upload)));
                let last = page.is_truncated() != Some(true) || page.next_key_marker().is_none();
                let next = (page.next_key_marker, page.next_upload_id_marker);
                // A store that sends back to where the list is already would do so for ever.
                if last || next == after {
                    break;
                }
                after = next;
            }
        }
        Ok(found)
    }

    /// One without a date is passed over, lest it be taken for old.
    fn unfinished_of(&self, upload: &MultipartUpload) -> Option<Unfinished> {
        let key = upload.key()?.strip_prefix(&self.prefix)?.parse().ok()?;
        let begun = SystemTime::try_from(*upload.initiated()?).ok()?;
        Some(Unfinished { key, id: upload.upload_id()?.to_owned(), begun })
    }

    /// Gives an upload in parts up; it is well if there is none.
    pub(in crate::blob) async fn abort(&self, key: &Key, id: &str) -> Result<(), BlobError> {
        let aborted = self.client.abort_multipart_upload().bucket(self.bucket(key)).key(self.name(key)).upload_id(id);
        match aborted.send().await {
            Err(e) if e.code() == Some("NoSuchUpload") => Ok(()),
            Err(e) => Err(fault(e)),
            Ok(_) => Ok(()),
        }
    }

    /// Copies within the store, without its bytes coming here; whether there was something to copy.
    pub(in crate::blob) async fn copy(&self, from: &Key, to: &Key) -> Result<bool, BlobError> {
        // Of letters that need no escaping, but for what a bucket or prefix may be called.
        let source = format!("{}/{}", self.bucket(from), self.name(from));
        let source = percent_encoding::utf8_percent_encode(&source, SOURCE).to_string();
        let copied = self.client.copy_object().copy_source(source).bucket(self.bucket(to)).key(self.name(to));
        match copied.send().await {
            Err(e) if matches!(e.code(), Some("NoSuchKey")) || super::status(&e) == Some(404) => Ok(false),
            Err(e) => Err(fault(e)),
            Ok(_) => Ok(true),
        }
    }
}

/// What is escaped in the name of a copy's source: everything but letters, digits, and `-_.~/`.
const SOURCE: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// So long for a request that carries so many bytes.
fn times(bytes: usize) -> Builder {
    let attempt = UPLOAD_TIME + Duration::from_secs(u64::try_from(bytes).unwrap_or(u64::MAX) / UPLOAD_RATE);
    let times = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIME)
        .operation_attempt_timeout(attempt)
        .operation_timeout(attempt * 2 + PAUSES);
    Builder::new().timeout_config(times.build())
}

fn size_of(bytes: &Bytes) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// The next part of a file of which so many bytes are left; empty at its end.
async fn part_of(file: &mut tokio::fs::File, left: u64) -> Result<Bytes, BlobError> {
    let most = usize::try_from(left).unwrap_or(PART).min(PART);
    let mut part = BytesMut::with_capacity(most);
    let mut rest = file.take(u64::try_from(most).unwrap_or(u64::MAX));
    while part.len() < most {
        match rest.read_buf(&mut part).await {
            Ok(0) => break,
            Ok(_) => {}
            Err(source) => return Err(BlobError::Source { source }),
        }
    }
    Ok(part.freeze())
}

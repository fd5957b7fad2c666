//! Objects in a bucket of an S3-compatible store.
//!
//! Needs the rights to get, put, delete and list. Kept to what every such store understands: no
//! checksum trailers, no batch deletes, no multipart uploads (one request may carry 5 GB).

use super::{Blob, BlobError, Key, Listed};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Builder, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation, SharedHttpClient,
    StalledStreamProtectionConfig,
};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::Object;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use bytes::Bytes;
use futures_util::StreamExt;
use std::error::Error;
use std::io;
use std::ops::Range;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// For a connection. Three attempts that meet nobody stay within `CALL_TIME`.
const CONNECT_TIME: Duration = Duration::from_secs(3);
/// For the head of an answer, all attempts together: nobody waits longer for a store that is down.
const CALL_TIME: Duration = Duration::from_secs(10);
/// For the next bytes of an object that is being read.
const STALL_TIME: Duration = Duration::from_secs(20);
/// For one attempt at an upload, and the slowest line in bytes a second beyond that.
const UPLOAD_TIME: Duration = Duration::from_secs(30);
const UPLOAD_RATE: u64 = 250_000;
const ATTEMPTS: u32 = 3;

/// A key names the same bytes for ever, so that they may be kept for ever.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Where the bucket is and how it is entered.
#[derive(Clone)]
pub struct S3Config {
    /// `https://s3.example`, or `http://…` for a store next door.
    pub endpoint: String,
    pub bucket: String,
    /// As the store expects it in signatures.
    pub region: String,
    pub access_key: String,
    pub secret_key: String,
    /// Bucket in the path rather than in the host name.
    pub path_style: bool,
    /// Put before every key, for a bucket that holds other things too; may be empty.
    pub prefix: String,
    /// Local folder for files before they are stored; made if missing.
    pub temp_dir: PathBuf,
}

/// A bucket.
#[derive(Debug)]
pub(super) struct S3 {
    client: Client,
    bucket: String,
    prefix: String,
    pub(super) temp: PathBuf,
}

impl S3 {
    pub(super) fn new(config: S3Config) -> Result<Self, BlobError> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&config.temp_dir)?;
        let prefix = match config.prefix.trim_matches('/') {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let client = Client::from_conf(settings(&config).build());
        Ok(Self { client, bucket: config.bucket, prefix, temp: config.temp_dir })
    }

    fn name(&self, key: &Key) -> String {
        format!("{}{key}", self.prefix)
    }

    pub(super) async fn put_bytes(&self, key: &Key, bytes: Bytes, content_type: &str) -> Result<(), BlobError> {
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.put(key, ByteStream::from(bytes), len, content_type).await
    }

    pub(super) async fn put_file(&self, key: &Key, path: &Path, content_type: &str) -> Result<(), BlobError> {
        let unreadable = |source| BlobError::Source { source };
        let len = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
        let body = ByteStream::from_path(path).await.map_err(|e| unreadable(io::Error::other(e)))?;
        self.put(key, body, len, content_type).await?;
        // Stored is stored: a file that stays behind in the folder for temporary files does no harm.
        let _ = tokio::fs::remove_file(path).await;
        Ok(())
    }

    async fn put(&self, key: &Key, body: ByteStream, len: u64, content_type: &str) -> Result<(), BlobError> {
        let attempt = UPLOAD_TIME + Duration::from_secs(len / UPLOAD_RATE);
        let times = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIME)
            .operation_attempt_timeout(attempt)
            .operation_timeout(attempt * ATTEMPTS)
            .build();
        let (cached, shown) = if key.is_media() { (Some(FOR_EVER.to_owned()), "inline") } else { (None, "attachment") };
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(self.name(key))
            .content_type(content_type)
            .content_disposition(shown)
            .set_cache_control(cached)
            .content_length(i64::try_from(len).unwrap_or(i64::MAX))
            .body(body)
            .customize()
            .config_override(Builder::new().timeout_config(times))
            .send()
            .await
            .map_err(fault)?;
        Ok(())
    }

    pub(super) async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Option<Blob>, BlobError> {
        let header = match &range {
            Some(range) if range.is_empty() => return self.out_of_range(key).await,
            // Stores read these numbers as signed.
            Some(range) if i64::try_from(range.end).is_err() => Some(format!("bytes={}-", range.start)),
            Some(range) => Some(format!("bytes={}-{}", range.start, range.end - 1)),
            None => None,
        };
        let asked = self.client.get_object().bucket(&self.bucket).key(self.name(key)).set_range(header).send().await;
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
        match self.client.head_object().bucket(&self.bucket).key(self.name(key)).send().await {
            Ok(found) => length(found.content_length()).map(Some),
            Err(e) if e.as_service_error().is_some_and(|e| e.is_not_found()) => Ok(None),
            Err(e) => Err(fault(e)),
        }
    }

    pub(super) async fn delete(&self, key: &Key) -> Result<(), BlobError> {
        match self.client.delete_object().bucket(&self.bucket).key(self.name(key)).send().await {
            Err(e) if e.code() == Some("NoSuchKey") => Ok(()),
            Err(e) => Err(fault(e)),
            Ok(_) => Ok(()),
        }
    }

    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<Listed>, BlobError> {
        let mut found = Vec::new();
        let full = format!("{}{prefix}", self.prefix);
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).prefix(full).into_paginator().send();
        while let Some(page) = pages.next().await {
            found.extend(page.map_err(fault)?.contents().iter().filter_map(|object| self.listed(object)));
        }
        Ok(found)
    }

    /// The object, if it is one of ours; one without a date is passed over, lest it be taken for old.
    fn listed(&self, object: &Object) -> Option<Listed> {
        let key = object.key()?.strip_prefix(&self.prefix)?.parse().ok()?;
        let modified = SystemTime::try_from(*object.last_modified()?).ok()?;
        Some(Listed { key, bytes: length(object.size()).ok()?, modified })
    }

    pub(super) async fn ready(&self) -> Result<(), BlobError> {
        self.client.head_bucket().bucket(&self.bucket).send().await.map_err(fault)?;
        Ok(())
    }
}

fn settings(config: &S3Config) -> Builder {
    let times = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIME)
        .operation_attempt_timeout(CALL_TIME)
        .operation_timeout(CALL_TIME);
    aws_sdk_s3::Config::builder()
        .behavior_version_latest()
        .http_client(http_client(&config.endpoint))
        .endpoint_url(&config.endpoint)
        .region(Region::new(config.region.clone()))
        .credentials_provider(Credentials::new(&config.access_key, &config.secret_key, None, None, "settings"))
        .force_path_style(config.path_style)
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        // It takes slow lines and slow readers for stalled ones; `STALL_TIME` watches instead.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(times.build())
}

/// TLS by ring and the system's roots; a store without TLS needs no roots, and may run where none
/// are installed.
fn http_client(endpoint: &str) -> SharedHttpClient {
    let roots = TrustStore::empty().with_native_roots(endpoint.starts_with("https:"));
    let tls = TlsContext::builder().with_trust_store(roots).build().unwrap_or_default();
    aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls)
        .build_https()
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

//! How the store is asked: TLS, times, attempts.

use super::S3Config;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Builder, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation, SharedHttpClient,
    StalledStreamProtectionConfig,
};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// For a connection.
pub(super) const CONNECT_TIME: Duration = Duration::from_secs(3);
/// For the head of an answer, all attempts together: nobody waits longer for a store that is down.
const CALL_TIME: Duration = Duration::from_secs(10);
/// Each waits longer than the one before, and not as long as another process that failed with it. The first
/// may be lost to a connection that was kept open and is not any more.
const ATTEMPTS: u32 = 4;
/// At most so long before the second one.
const BACKOFF: Duration = Duration::from_millis(500);

pub(super) fn settings(config: &S3Config) -> Builder {
    let times = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIME)
        .operation_attempt_timeout(CALL_TIME)
        .operation_timeout(CALL_TIME);
    aws_sdk_s3::Config::builder()
        .behavior_version_latest()
        .http_client(http_client(config))
        .endpoint_url(&config.endpoint)
        .region(Region::new(config.region.clone()))
        .credentials_provider(Credentials::new(&config.access_key, &config.secret_key, None, None, "settings"))
        .force_path_style(config.path_style)
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        // It takes slow lines and slow readers for stalled ones; `STALL_TIME` watches instead.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(BACKOFF))
        .timeout_config(times.build())
}

/// TLS by ring and the system's roots; a store without TLS needs no roots, and may run where none
/// are installed.
fn http_client(config: &S3Config) -> SharedHttpClient {
    let roots = TrustStore::empty().with_native_roots(config.endpoint.starts_with("https:"));
    let tls = TlsContext::builder().with_trust_store(roots).build().unwrap_or_default();
    aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls)
        .build_with_resolver(Names { fixed: config.resolve.iter().cloned().collect() })
}

/// Names with fixed addresses, and those that the system knows.
#[derive(Debug, Clone)]
struct Names {
    fixed: HashMap<String, SocketAddr>,
}

impl ResolveDns for Names {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            if let Some(address) = self.fixed.get(name) {
                return Ok(vec![address.ip()]);
            }
            let found = tokio::net::lookup_host((name, 0)).await.map_err(ResolveDnsError::new)?;
            Ok(found.map(|address| address.ip()).collect::<Vec<IpAddr>>())
        })
    }
}

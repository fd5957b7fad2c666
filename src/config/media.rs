//! Settings of where media is kept and where it is served.

use super::{Checker, ConfigError, Raw};
use std::fmt;
use std::str::FromStr;
use url::Url;

/// An S3-compatible store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3 {
    pub endpoint: String,
    pub bucket: String,
    pub private_bucket: Option<String>,
    pub prefix: String,
    pub region: String,
    pub access_key: String,
    pub secret_key: String,
    pub path_style: bool,
}

/// Where media is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the data folder.
    Local,
    /// In a bucket of an S3-compatible store.
    S3,
}

impl Place {
    /// As it stands in settings and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::S3 => "s3",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Local, Self::S3]
            .into_iter()
            .find(|place| place.as_str() == text)
            .ok_or_else(|| "it must be \"local\" or \"s3\".".to_owned())
    }
}

pub(super) fn s3(c: &Checker<'_>, raw: &Raw) -> Result<Option<S3>, ConfigError> {
    if [&raw.s3_endpoint, &raw.s3_bucket, &raw.s3_access_key, &raw.s3_secret_key].iter().all(|v| v.is_empty()) {
        return Ok(None);
    }
    for (name, value) in [
        ("s3_endpoint", &raw.s3_endpoint),
        ("s3_bucket", &raw.s3_bucket),
        ("s3_access_key", &raw.s3_access_key),
        ("s3_secret_key", &raw.s3_secret_key),
    ] {
        if value.is_empty() {
            return Err(c.fail(name, "it is empty, but the other settings of the S3 store are set."));
        }
    }
    Url::parse(&raw.s3_endpoint).map_err(|_| c.fail("s3_endpoint", "it is no address such as https://s3.example."))?;
    Ok(Some(S3 {
        endpoint: raw.s3_endpoint.clone(),
        bucket: raw.s3_bucket.clone(),
        prefix: raw.s3_prefix.clone(),
        private_bucket: Some(raw.s3_private_bucket.clone()).filter(|name| !name.is_empty()),
        region: raw.s3_region.clone(),
        access_key: raw.s3_access_key.clone(),
        secret_key: raw.s3_secret_key.clone(),
        path_style: raw.s3_path_style,
    }))
}

pub(super) fn store(c: &Checker<'_>, text: &str, has_s3: bool) -> Result<Place, ConfigError> {
    match text {
        "" if has_s3 => Ok(Place::S3),
        "" => Ok(Place::Local),
        _ => match text.parse() {
            Ok(Place::S3) if !has_s3 => {
                Err(c.fail("media_store", "it is \"s3\", but s3_endpoint and its like are empty."))
            }
            Ok(place) => Ok(place),
            Err(_) => Err(c.fail("media_store", format!("it is \"{text}\" but must be \"local\" or \"s3\"."))),
        },
    }
}

pub(super) fn address(c: &Checker<'_>, text: &str) -> Result<Option<Url>, ConfigError> {
    if text.is_empty() {
        return Ok(None);
    }
    match Url::parse(text.trim_end_matches('/')) {
        Ok(url) if url.scheme() == "https" || url.scheme() == "http" => Ok(Some(url)),
        _ => Err(c.fail("media_address", "it must be an address such as https://media.photos.example.")),
    }
}

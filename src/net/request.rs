//! One request, its redirects, and the reading of its body.

use super::limits::Turn;
use super::{Door, DoorError, Sign};
use bytes::{Bytes, BytesMut};
use http::header::{DATE, HOST, LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::Response;
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;
use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};
use url::Url;

/// Where redirects may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Redirects {
    /// To the same origin: what a document says counts for its origin only.
    SameOrigin,
    /// To any host that may be visited.
    AnyHost,
}

/// What one request is made of, apart from its URL.
pub(super) struct Ask<'a> {
    pub method: Method,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Option<Bytes>,
    pub signer: Option<&'a dyn Sign>,
}

/// An answer whose head has been read.
pub(super) struct Arrived {
    pub url: Url,
    pub host: String,
    pub response: Response,
    /// Held until the body is read.
    _turn: Option<Turn>,
}

impl Door {
    /// GETs `url` and what it redirects to. Every hop is admitted, resolved, checked and signed anew.
    pub(super) async fn follow(&self, url: &Url, ask: Ask<'_>, redirects: Redirects) -> Result<Arrived, DoorError> {
        let limit = self.limits().redirects;
        let mut url = url.clone();
        url.set_fragment(None);
        for _ in 0..=limit {
            let host = self.admit(&url)?;
            let turn = self.turn(&host).await;
            let response = self.send(&host, &url, &ask).await?;
            let Some(next) = redirected(&host, &url, &response)? else {
                return Ok(Arrived { url, host, response, _turn: turn });
            };
            if redirects == Redirects::SameOrigin && next.origin() != url.origin() {
                return Err(DoorError::CrossOrigin { from: host, to: Box::new(next) });
            }
            url = next;
        }
        Err(DoorError::TooManyRedirects { host: url.host_str().unwrap_or_default().to_owned(), limit })
    }

    /// Sends one request to a host that has been admitted, and waits for the head of its answer.
    pub(super) async fn send(&self, host: &str, url: &Url, ask: &Ask<'_>) -> Result<Response, DoorError> {
        let headers = signed(host, url, ask)?;
        let mut request = self.client().request(ask.method.clone(), url.clone()).headers(headers);
        if let Some(body) = &ask.body {
            request = request.body(body.clone());
        }
        request.send().await.map_err(|e| self.failed(host, e))
    }

    /// The whole body, at most `limit` bytes of it after decompression.
    pub(super) async fn read(&self, arrived: &mut Arrived, limit: u64) -> Result<Bytes, DoorError> {
        let mut body = BytesMut::new();
        let mut count = Count::new(arrived, limit)?;
        while let Some(chunk) = self.chunk(arrived).await? {
            count.add(arrived, &chunk)?;
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    /// The whole body into a file that only the owner can read; no file is left unless all went well.
    pub(super) async fn save(&self, arrived: &mut Arrived, into: &Path, limit: u64) -> Result<u64, DoorError> {
        let mut count = Count::new(arrived, limit)?;
        let file = create(into).map_err(|source| DoorError::File { source })?;
        let partial = Partial(Some(into));
        let mut writer = BufWriter::with_capacity(256 * 1024, file);
        while let Some(chunk) = self.chunk(arrived).await? {
            count.add(arrived, &chunk)?;
            writer.write_all(&chunk).await.map_err(|source| DoorError::File { source })?;
        }
        writer.flush().await.map_err(|source| DoorError::File { source })?;
        partial.keep();
        Ok(count.seen)
    }

    /// The beginning of the body as far as it comes in time; trouble with it hides no status.
    pub(super) async fn excerpt(&self, response: &mut Response) -> String {
        let most = self.limits().excerpt_bytes;
        let mut body = BytesMut::new();
        let reading = async {
            while let Ok(Some(chunk)) = response.chunk().await {
                body.extend_from_slice(chunk.get(..most.saturating_sub(body.len())).unwrap_or(&chunk));
                if body.len() >= most {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(self.limits().excerpt_time, reading).await;
        String::from_utf8_lossy(&body).chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    }

    async fn chunk(&self, arrived: &mut Arrived) -> Result<Option<Bytes>, DoorError> {
        arrived.response.chunk().await.map_err(|e| self.failed(&arrived.host, e))
    }

    fn failed(&self, host: &str, error: reqwest::Error) -> DoorError {
        DoorError::from_client(host, self.limits().connect_time, error)
    }
}

/// Counts a body against its limit: by what is announced, then by what comes.
struct Count {
    seen: u64,
    limit: u64,
}

impl Count {
    fn new(arrived: &Arrived, limit: u64) -> Result<Self, DoorError> {
        let mut count = Self { seen: 0, limit };
        count.grow(arrived, arrived.response.content_length().unwrap_or(0))?;
        Ok(Self { seen: 0, limit })
    }

    fn add(&mut self, arrived: &Arrived, chunk: &Bytes) -> Result<(), DoorError> {
        self.grow(arrived, u64::try_from(chunk.len()).unwrap_or(u64::MAX))
    }

    fn grow(&mut self, arrived: &Arrived, by: u64) -> Result<(), DoorError> {
        self.seen = self.seen.saturating_add(by);
        if self.seen > self.limit {
            return Err(DoorError::TooLarge { host: arrived.host.clone(), limit: self.limit });
        }
        Ok(())
    }
}

/// Removes a half-written file, also when the request is dropped half-way.
struct Partial<'a>(Option<&'a Path>);

impl Partial<'_> {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Partial<'_> {
    fn drop(&mut self) {
        if let Some(path) = self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Not asynchronous: a request dropped while a thread still creates the file would leave it behind.
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path).map(File::from_std)
}

/// The headers of one request, with the signer's for this very URL. `Host` is left to the HTTP
/// client, which sends it in HTTP/1 and `:authority` in HTTP/2, where some servers refuse both; here
/// it is only made sure that the signed one is the same.
fn signed(host: &str, url: &Url, ask: &Ask<'_>) -> Result<HeaderMap, DoorError> {
    let mut headers: HeaderMap = ask.headers.iter().cloned().collect();
    let Some(signer) = ask.signer else { return Ok(headers) };
    let fault = |source| DoorError::Signing { host: host.to_owned(), source };
    for (name, value) in signer.sign(ask.method.as_str(), url, ask.body.as_deref()).map_err(fault)? {
        if name != HOST {
            headers.insert(name, value);
        } else if value.as_bytes() != host.as_bytes() {
            return Err(fault("the signed Host is another one".into()));
        }
    }
    Ok(headers)
}

/// Where the answer redirects to, if it does.
fn redirected(host: &str, url: &Url, response: &Response) -> Result<Option<Url>, DoorError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = response.headers().get(LOCATION).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
    let mut next = location
        .and_then(|location| url.join(location).ok())
        .ok_or_else(|| DoorError::BadRedirect { host: host.to_owned() })?;
    next.set_fragment(None);
    Ok(Some(next))
}

/// `Retry-After` (RFC 9110, section 10.2.3). A date is read against the answer's own `Date`, so that
/// neither clock has to be right.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let after = text(RETRY_AFTER)?;
    if let Ok(seconds) = after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(after).ok()?;
    let now = httpdate::parse_http_date(text(DATE)?).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

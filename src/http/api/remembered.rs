//! Answers that are remembered as long as nothing they were made of has changed: apps ask for the same
//! again and again, and what a flood of visitors asks for is the same for all of them.

use super::call::Answer;
use super::error::ApiError;
use super::route::Route;
use crate::app::App;
use crate::http::Web;
use crate::http::client::Client;
use crate::service::Refusal;
use crate::service::apps::grants::Holder;
use crate::store::memo::Memo;
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

/// Answers by what was asked.
pub type Answers = Memo<Asked, Said>;

/// Room for them, in bytes.
const ROOM: u64 = 16 << 20;
/// A longer question is not worth it.
const LONGEST: usize = 500;

/// None so far.
pub fn answers() -> Answers {
    // Packed, it takes a fifth of that once more.
    let weight = |said: &Said| u32::try_from(said.body.len() / 5 * 6).unwrap_or(u32::MAX).saturating_add(1_000);
    Memo::new(ROOM, weight)
}

/// What was asked, by whom.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Asked {
    /// Her account.
    who: Option<i64>,
    /// Path and query.
    what: String,
    /// How this server was called, where it may be called anything.
    origin: Option<String>,
}

/// A question whose answer may be remembered.
pub struct Question {
    asked: Asked,
    /// Whoever asks takes the answer in gzip too.
    packed: bool,
}

impl Question {
    /// None where it has to be answered anew each time.
    pub fn of(route: &Route, web: &Web, parts: &Parts, client: &Client, holder: Option<&Holder>) -> Option<Self> {
        let what = parts.uri.path_and_query()?.as_str();
        // Parameters may stand in a body too, whatever the method.
        let bodies = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING];
        if !route.remembered || what.len() > LONGEST || bodies.iter().any(|name| parts.headers.contains_key(name)) {
            return None;
        }
        let who = holder.and_then(|holder| holder.viewer.as_ref()).map(|viewer| viewer.id());
        let origin = web.app.public().is_none().then(|| client.origin());
        let asked = Asked { who, what: what.to_owned(), origin };
        Some(Self { asked, packed: takes_gzip(&parts.headers) })
    }
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Said {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    /// The body in gzip, once somebody has asked for it: packing takes as long as everything else together.
    packed: Arc<OnceLock<Option<Bytes>>>,
}

impl Said {
    async fn by(response: Response) -> Result<Self, ApiError> {
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.map_err(Refusal::broken)?;
        Ok(Self { status: parts.status, headers: parts.headers, body, packed: Arc::default() })
    }

    /// The answer once more, packed for whoever takes that.
    fn again(self, packed: bool) -> Response {
        let gzip = packed.then(|| self.packed.get_or_init(|| in_gzip(&self.body).ok()).clone()).flatten();
        let Some(body) = gzip else { return self.into_response() };
        let mut response = Self { body, ..self }.into_response();
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
        response
    }
}

fn in_gzip(body: &[u8]) -> std::io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body)?;
    encoder.finish().map(Bytes::from)
}

/// RFC 9110, section 12.5.3: it is named, and not with a weight of nothing.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let named = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_ok_and(|weight| weight > 0.0)
    })
}

impl IntoResponse for Said {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// Answers from memory, or makes the answer.
pub async fn answer<F>(web: &Web, Question { asked, packed }: Question, make: impl FnOnce() -> F) -> Answer
where
    F: Future<Output = Answer>,
{
    let (app, answers) = (&web.app, &web.answers);
    let now = app.now();
    let before = answers.recall(&app.db, now, &asked).await;
    app.metrics.asked_memory("answers", before.is_some());
    if let Some(said) = before.clone().filter(|_| !app.doubts.load(Ordering::Relaxed)) {
        return Ok(said.again(packed));
    }
    let key = asked.clone();
    let made = async { Said::by(make().await?).await };
    let said = answers.make(&app.db, now, key, made, |said| said.status == StatusCode::OK && before.is_none()).await?;
    if let Some(before) = before {
        compare(app, answers, &asked, &before, &said).await?;
    }
    Ok(said.into_response())
}

/// What is remembered is the same as what was made anew, or it is an error.
async fn compare(app: &App, answers: &Answers, asked: &Asked, before: &Said, now: &Said) -> Result<(), ApiError> {
    if before.body == now.body && before.headers == now.headers {
        return Ok(());
    }
    // What was written this very moment may be read before it is noted.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    if answers.recall(&app.db, app.now(), asked).await.is_none() {
        return Ok(());
    }
    let told = format!("{asked:?} is remembered wrongly:\n{:?}\nis now\n{:?}", before.body, now.body);
    Err(Refusal::broken(anyhow::Error::msg(told)).into())
}

//! Files in multipart forms, streamed to disk, and the text fields around them.

use super::Web;
use crate::fault;
use crate::service::Refusal;
use crate::service::photos::data;
use crate::service::uploads::{Upload, temp_path};
use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::io::{AsyncWriteExt, BufWriter};

const TOO_MUCH: &str = "That is more than the server takes at once. Send fewer photos at a time.";
/// Longest text field, in bytes.
const MAX_TEXT: usize = 256 * 1024;
/// Fields in a form: so many for each photo (which one, alt text, place, whether to leave it out, two for
/// the focal point, two for what is offered, its camera data) …
const FIELDS_PER_PHOTO: usize = 8 + data::FIELDS.len();
/// … and so many others.
const OTHER_FIELDS: usize = 50;

/// A form that has been read whole: its files lie on disk.
#[derive(Debug, Default)]
pub struct Filled {
    pub fields: Vec<(String, String)>,
    /// Name of the field, and the file.
    pub files: Vec<(String, Upload)>,
    /// Sentences about files that were refused while streaming; the rest is there.
    pub refused: Vec<String>,
}

impl Filled {
    /// The first field of that name.
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    /// All fields of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// Reads a multipart form; a file that is too large is refused by name and the rest goes on.
pub async fn read(web: &Web, mut form: Multipart, most_files: usize) -> Result<Filled, Refusal> {
    let mut filled = Filled::default();
    let most_fields = web.app.settings.max_photos * FIELDS_PER_PHOTO + OTHER_FIELDS;
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            // The words stand before the files: what is here already is kept.
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                filled.refused.push(TOO_MUCH.to_owned());
                break;
            }
            Err(error) => return Err(broken_form(error)),
        };
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            // A file input left empty.
            Some(file) if file.is_empty() => {}
            Some(file) => {
                let left_out = filled.files.len() >= most_files;
                let upload = match save(web, field, clean(&file), left_out).await {
                    Ok(upload) => upload,
                    Err(Refusal::Invalid { field: "photos", why, .. }) => {
                        filled.refused.push(why);
                        break;
                    }
                    Err(refusal) => return Err(refusal),
                };
                match upload {
                    Ok(upload) if left_out => filled
                        .refused
                        .push(format!("{} was left out: at most {most_files} photos at once.", upload.file_name)),
                    Ok(upload) => filled.files.push((name, upload)),
                    Err(sentence) => filled.refused.push(sentence),
                }
            }
            None => {
                let text = text(field).await?;
                filled.fields.push((name, text));
            }
        }
        if filled.fields.len() > most_fields {
            return Err(Refusal::invalid("form", "The form has too many fields."));
        }
    }
    Ok(filled)
}

/// The last part of a path, without what could do harm where it is shown.
fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars()
        .filter(|c| !c.is_control() && !('\u{202a}'..='\u{202e}').contains(c) && !('\u{2066}'..='\u{2069}').contains(c))
        .take(120)
        .collect()
}

async fn text(mut field: Field<'_>) -> Result<String, Refusal> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken_form)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_TEXT {
            return Err(Refusal::invalid("form", "A text in the form is too long."));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).replace('\0', ""))
}

/// Streams one file to disk. The inner error is a sentence about this file alone.
async fn save(
    web: &Web,
    mut field: Field<'_>,
    file_name: String,
    discard: bool,
) -> Result<Result<Upload, String>, Refusal> {
    let most = web.app.settings.max_photo_bytes;
    let upload = Upload { path: temp_path(&web.app)?, file_name };
    fault::point("before a file of a form is made");
    let file = tokio::fs::File::create(&upload.path).await.map_err(Refusal::broken)?;
    let mut out = BufWriter::with_capacity(256 * 1024, file);
    let mut length = 0usize;
    while let Some(chunk) = field.chunk().await.map_err(broken_form)? {
        length += chunk.len();
        if length <= most && !discard {
            out.write_all(&chunk).await.map_err(unwritable)?;
        }
    }
    if length > most {
        return Ok(Err(format!(
            "{} is {} MB; the limit is {} MB.",
            upload.file_name,
            length.div_ceil(1 << 20),
            most >> 20
        )));
    }
    out.flush().await.map_err(unwritable)?;
    fault::point("after a file of a form is written");
    Ok(Ok(upload))
}

/// A full disk loses the photo, not the words.
fn unwritable(error: std::io::Error) -> Refusal {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return Refusal::invalid(
            "photos",
            "The server has no space left for photos. Tell its owner; your text is kept.",
        );
    }
    Refusal::broken(error)
}

fn broken_form(error: MultipartError) -> Refusal {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Refusal::invalid("photos", TOO_MUCH);
    }
    Refusal::invalid("form", "The form did not arrive whole. Try again.")
}

/// What an early answer still reads of a body, and discards.
const DISCARD: usize = 256 << 20;

/// Lets a body come in whole even when it is answered before its end (not signed in, too many photos).
/// A browser that is cut off while it sends shows an error of its own instead of the answer.
pub async fn read_to_the_end(State(web): State<Web>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Bytes, axum::Error>>(4);
    let mut whole = body.into_data_stream();
    web.app.tasks.spawn(async move {
        let mut discarded = 0;
        while let Some(chunk) = whole.next().await {
            let failed = chunk.is_err();
            let length = chunk.as_ref().map_or(0, Bytes::len);
            // Nobody listens any more: the answer is out.
            if sender.is_closed() || sender.send(chunk).await.is_err() {
                discarded += length;
            }
            if failed || discarded > DISCARD {
                break;
            }
        }
    });
    let lent = futures_util::stream::unfold(receiver, async |mut receiver| {
        let chunk = receiver.recv().await?;
        Some((chunk, receiver))
    });
    next.run(Request::from_parts(parts, Body::from_stream(lent))).await
}

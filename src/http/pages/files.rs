//! The owner's own look at her files: what is kept and served of each photo, her originals one by one
//! and all together.

use super::context::{Files, PhotoFiles, ServedFile};
use super::templates::Shown;
use super::{Answer, finish, id};
use crate::app::App;
use crate::blob::Blob;
use crate::entity::photo;
use crate::http::Web;
use crate::http::viewer::{SignedIn, Visitor};
use crate::photo::Format;
use crate::service::Refusal;
use crate::service::photos::files::{self, Told};
use crate::service::sessions::Viewer;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::mpsc::Sender;

pub async fn show(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path((acct, post)): Path<(String, String)>,
) -> Response {
    let answer = page(&web, &visitor, &viewer, &acct, &post).await;
    finish(&web, &visitor, answer).await
}

async fn page(web: &Web, visitor: &Visitor, viewer: &Viewer, acct: &str, post: &str) -> Answer {
    if acct != viewer.account.username {
        return Err(Refusal::Missing);
    }
    let told = files::of_post(&web.app, &viewer.account, id(post)?).await?;
    let shown = Shown::new(web, visitor, "you").await;
    let post_path = format!("/@{acct}/{post}");
    let photos = told.into_iter().map(|one| photo_files(one, &post_path)).collect();
    Ok(shown.render("files.html", &Files { frame: shown.frame.clone(), post_path, photos }))
}

fn photo_files(told: Told, post_path: &str) -> PhotoFiles {
    let row = told.photo;
    PhotoFiles {
        id: row.id.to_string(),
        original_path: format!("{post_path}/files/{}", row.id),
        format: Format::of_mime(&row.original_type).map_or_else(|| row.original_type.clone(), |f| f.name().to_owned()),
        file_name: row.file_name,
        width: row.original_width,
        height: row.original_height,
        bytes: row.original_bytes,
        colours: told.colours,
        removed: told.removed.into_iter().map(str::to_owned).collect(),
        files: told
            .files
            .into_iter()
            .map(|file| ServedFile {
                purpose: file.purpose.to_owned(),
                src: file.path,
                format: file.format.to_owned(),
                profile: file.profile.to_owned(),
                quality: file.row.quality,
                width: file.row.width,
                height: file.row.height,
                bytes: file.row.bytes,
            })
            .collect(),
    }
}

/// The original, byte for byte, to its owner.
pub async fn original(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path((_, _, photo)): Path<(String, String, String)>,
) -> Response {
    let answer = async {
        let (row, blob) = files::original(&web.app, viewer.id(), id(&photo)?).await?;
        let mut response = download(&row.original_type, &name_of(&row), Body::from_stream(blob.stream));
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(blob.len_total));
        Ok(response)
    };
    finish(&web, &visitor, answer.await).await
}

/// Something to be kept, never to be shown in the page's own name.
fn download(kind: &str, name: &str, body: Body) -> Response {
    let mut response = Response::new(body);
    let named = format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(name, NON_ALPHANUMERIC));
    for (header, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, named.as_str()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::CACHE_CONTROL, "private, no-store"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(header, value);
        }
    }
    response
}

/// As she called it; by its number where it had no name.
fn name_of(row: &photo::Model) -> String {
    let end = Format::of_mime(&row.original_type).map_or("bin", Format::extension);
    if row.file_name.is_empty() { format!("photo-{}.{end}", row.id) } else { row.file_name.clone() }
}

/// All her originals in one archive, oldest first.
pub async fn export(State(web): State<Web>, SignedIn(_, viewer): SignedIn) -> Response {
    let (sender, receiver) = tokio::sync::mpsc::channel::<std::io::Result<Bytes>>(4);
    let (app, owner) = (web.app.clone(), viewer.id());
    web.app.tasks.spawn(async move {
        if let Err(refusal) = pack(&app, owner, &sender).await {
            crate::http::error::log(&refusal);
            // The archive ends here, and the browser says that it is not whole.
            let _ = sender.send(Err(std::io::Error::other("an original could not be read"))).await;
        }
    });
    let stream =
        futures_util::stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver))).fuse();
    download("application/x-tar", &format!("{}-originals.tar", viewer.account.username), Body::from_stream(stream))
}

const BLOCK: u64 = 512;

async fn pack(app: &App, owner: i64, to: &Sender<std::io::Result<Bytes>>) -> Result<(), Refusal> {
    let mut after = 0;
    loop {
        let page = files::originals_after(app, owner, after).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for row in page {
            let (row, blob) = match files::original(app, owner, row.id).await {
                Ok(found) => found,
                // Deleted while the archive was on its way.
                Err(Refusal::Missing) => continue,
                Err(refusal) => return Err(refusal),
            };
            if !add(&row, blob, to).await? || app.stopping.is_cancelled() {
                return Ok(());
            }
        }
    }
    // Two empty blocks end an archive.
    let _ = to.send(Ok(Bytes::from(vec![0; 2 * BLOCK as usize]))).await;
    Ok(())
}

/// One file of the archive; false when nobody listens any more.
async fn add(row: &photo::Model, mut blob: Blob, to: &Sender<std::io::Result<Bytes>>) -> Result<bool, Refusal> {
    let mut head = tar::Header::new_ustar();
    let end = Format::of_mime(&row.original_type).map_or("bin", Format::extension);
    head.set_path(format!("{}.{end}", row.id)).map_err(Refusal::broken)?;
    head.set_size(blob.len_total);
    head.set_mode(0o600);
    head.set_mtime(u64::try_from(row.created_at / 1000).unwrap_or(0));
    head.set_cksum();
    if to.send(Ok(Bytes::copy_from_slice(head.as_bytes()))).await.is_err() {
        return Ok(false);
    }
    while let Some(chunk) = blob.stream.next().await {
        if to.send(Ok(chunk.map_err(Refusal::broken)?)).await.is_err() {
            return Ok(false);
        }
    }
    let filling = (BLOCK - blob.len_total % BLOCK) % BLOCK;
    Ok(to.send(Ok(Bytes::from(vec![0; filling as usize]))).await.is_ok())
}

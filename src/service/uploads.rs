//! Photos coming in: from a temporary file to durable sizes.
//!
//! Who cleans up after a crash: the temporary file, the start of the server; bytes that are stored
//! while the row still says `storing`, housekeeping, which knows their keys from the row.

use super::photos::housing;
use super::{Refusal, posting, surface};
use crate::app::App;
use crate::blob::{Key, MediaType};
use crate::darkroom::DarkroomError;
use crate::entity::{photo, rendition};
use crate::fault;
use crate::photo::{self as craft, Derived};
use crate::secrets::{random_hex, sha256};
use crate::store::{accounts, media};
use bytes::Bytes;
use futures_util::future::join_all;
use std::mem;
use std::path::PathBuf;
use tokio::io::AsyncReadExt;

/// An app sent it, and its sizes are being made.
pub const DEVELOPING: &str = "developing";
/// The row is written, its bytes are on their way into the store.
pub const STORING: &str = "storing";
/// Every size is durable.
pub const READY: &str = "ready";
/// Known from another server, not fetched yet.
pub const REMOTE: &str = "remote";
/// Was here, and was put away because nobody looked; fetched again when somebody does.
pub const PUT_AWAY: &str = "put_away";
/// Its server does not have it, or is not there; asked again after a while, when somebody looks.
pub const NOT_HAD: &str = "not_had";
/// Could not be read; not tried again.
pub const FAILED: &str = "failed";

/// An uploaded file, on disk.
#[derive(Debug)]
pub struct Upload {
    /// Where it lies; removed when the upload is dropped, unless it was moved.
    pub path: PathBuf,
    /// As its owner called it: shown to her, used for nothing else.
    pub file_name: String,
}

impl Drop for Upload {
    fn drop(&mut self) {
        // Gone already when it was moved into the store.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// A name for a new temporary file, on the same file system as the store.
pub fn temp_path(app: &App) -> Result<PathBuf, Refusal> {
    Ok(app.blobs.temp_dir().join(random_hex::<16>()?))
}

/// Takes a photo into a draft of this person: derives its sizes, makes everything durable, and only
/// then calls it ready. A refusal names the file. The same file again is the same photo: a form that
/// was sent twice adds nothing.
///
/// `with` are the photos that came in the same form before this one: there, two files that are the
/// same are meant.
pub async fn add_to_draft(
    app: &App,
    account_id: i64,
    draft_id: i64,
    upload: Upload,
    with: &[i64],
) -> Result<photo::Model, Refusal> {
    let draft = posting::open_draft(app, account_id, draft_id).await?;
    if draft.post_id.is_some() {
        return Err(Refusal::Missing);
    }
    let made = Made::of(app, account_id, &upload, false).await?;
    let (hash, bytes) = fingerprint(&upload.path).await.map_err(Refusal::broken)?;
    let new = NewPhoto::of(app, blank_of(app, account_id, &upload.file_name), &made, (hash, bytes))?;
    let (row, sizes, most, in_post) = (new.row.clone(), new.sizes.clone(), app.settings.max_photos, draft.editing_id);
    let with = with.to_vec();
    let new = app
        .db
        .write_quietly(move |tx| {
            Box::pin(async move {
                let here = media::of_draft(tx, draft_id).await?;
                let there = media::of_posts(tx, in_post.as_slice()).await?;
                if let Some(same) = here.iter().find(|p| p.content_hash == row.content_hash && !with.contains(&p.id)) {
                    // Its own sizes again, under their own keys: a process may have died between them.
                    return Ok(NewPhoto { row: same.clone(), sizes: media::sizes_of(tx, &[same.id]).await? });
                }
                if here.len() + there.len() >= most {
                    return Err(Refusal::invalid(
                        "photos",
                        format!("{} was left out: a post has at most {most} photos.", row.file_name),
                    ));
                }
                let position = here.iter().chain(&there).map(|p| p.position + 1).max().unwrap_or(0);
                let row = photo::Model { draft_id: Some(draft_id), position, ..row };
                media::insert(tx, row.clone(), sizes.clone()).await?;
                Ok(NewPhoto { row, sizes })
            })
        })
        .await?;
    if new.row.state == READY {
        return Ok(new.row);
    }
    // In a task of its own: a closed tab must not leave a photo half stored.
    let app2 = app.clone();
    let mut derived = made.derived;
    let storing = app.tasks.spawn(async move {
        match new.store(&app2, &upload, &mut derived).await {
            Ok(()) => make_ready(&app2, new).await,
            Err(refusal) => {
                forget(&app2, new.row.id).await?;
                Err(refusal)
            }
        }
    });
    storing.await.map_err(Refusal::broken)?
}

/// Everything made of an original of a person of this server.
pub struct Made {
    pub derived: Derived,
    /// Fields of camera data her photos show unless she says otherwise.
    shows: String,
}

impl Made {
    /// Derives the sizes and writes her name into them, where she asked for it. `patient`: nobody waits
    /// for it.
    pub async fn of(app: &App, account_id: i64, file: &Upload, patient: bool) -> Result<Self, Refusal> {
        let derived = match patient {
            true => app.photos.process_patiently(&file.path).await,
            false => app.photos.process(&file.path).await,
        };
        let mut derived = derived.map_err(|e| refused(&file.file_name, e))?;
        let login = accounts::login_of(&app.db.read, account_id).await?;
        let Some(login) = login else { return Ok(Self { derived, shows: String::new() }) };
        for rendition in &mut derived.renditions {
            let bytes = std::mem::take(&mut rendition.bytes);
            rendition.bytes = craft::with_credit(bytes, &login.credit_artist, &login.credit_copyright);
        }
        Ok(Self { derived, shows: login.shows })
    }

    /// Rows for its sizes, each with a new random key, open or closed.
    pub fn sizes(&self, app: &App, photo_id: i64, open: bool) -> Result<Vec<rendition::Model>, Refusal> {
        sizes_of(app, &self.derived, Some(photo_id), open)
    }

    /// The row with what is known of the original and its sizes.
    pub fn described(&self, app: &App, row: photo::Model) -> photo::Model {
        let derived = &self.derived;
        let json = |value: Result<String, serde_json::Error>, none: &str| value.unwrap_or_else(|_| none.to_owned());
        photo::Model {
            metadata: json(serde_json::to_string(&derived.metadata), "{}"),
            removed: json(serde_json::to_string(&derived.removed), "[]"),
            original_width: i64::from(derived.width),
            original_height: i64::from(derived.height),
            ..seen(app, row, derived)
        }
    }
}

/// The row with what can be seen of it, remote or not.
fn seen(app: &App, row: photo::Model, derived: &Derived) -> photo::Model {
    let largest = derived.renditions.first();
    photo::Model {
        width: largest.map_or(0, |r| i64::from(r.width)),
        height: largest.map_or(0, |r| i64::from(r.height)),
        blurhash: derived.blurhash.clone(),
        color: color(derived.average),
        pipeline: app.recipe().number(),
        ..row
    }
}

/// SHA-256 and length of a file, read in pieces.
pub(super) async fn fingerprint(path: &std::path::Path) -> std::io::Result<(Vec<u8>, i64)> {
    let mut file = tokio::fs::File::open(path).await?;
    let mut sum = ring::digest::Context::new(&ring::digest::SHA256);
    let mut piece = vec![0; 256 * 1024];
    let mut length = 0;
    loop {
        let read = file.read(&mut piece).await?;
        if read == 0 {
            return Ok((sum.finish().as_ref().to_vec(), length));
        }
        sum.update(piece.get(..read).unwrap_or_default());
        length += i64::try_from(read).unwrap_or(0);
    }
}

/// A sentence that names the file and says why; what is our own fault is no sentence about the file.
pub fn refused(file_name: &str, error: DarkroomError) -> Refusal {
    if matches!(error, DarkroomError::Full) {
        return Refusal::Busy;
    }
    if !error.is_about_the_file() {
        return Refusal::broken(error);
    }
    let name = if file_name.is_empty() { "The file" } else { file_name };
    Refusal::invalid("photos", format!("{name} {error}."))
}

/// A photo that could not be stored: its row goes, and what was stored of it.
pub(super) async fn forget(app: &App, id: i64) -> Result<(), Refusal> {
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let keys = media::remove(tx, id).await?;
                Ok(surface::drop_blobs(&app2, tx, keys).await?)
            })
        })
        .await
}

/// It is stored; or it was taken back while its bytes were on the way, and then these go too.
pub(super) async fn make_ready(app: &App, new: NewPhoto) -> Result<photo::Model, Refusal> {
    let app2 = app.clone();
    let ready = app.db.write(move |tx| {
        Box::pin(async move {
            let Some(now) = media::by_id(tx, new.row.id).await? else {
                let keys = new.row.original_key.into_iter().chain(new.sizes.into_iter().map(|s| s.key)).collect();
                surface::drop_blobs(&app2, tx, keys).await?;
                return Ok(None);
            };
            media::set_state(tx, now.id, READY).await?;
            Ok::<_, Refusal>(Some(photo::Model { state: READY.to_owned(), ..now }))
        })
    });
    ready.await?.ok_or(Refusal::Missing)
}

/// A photo of this person of which only the file's name is known.
pub(super) fn blank_of(app: &App, account_id: i64, file_name: &str) -> photo::Model {
    photo::Model { id: app.id(), account_id, file_name: clip(file_name, 200), created_at: app.now(), ..blank() }
}

/// A photo's rows with the keys its bytes will have.
pub(super) struct NewPhoto {
    pub(super) row: photo::Model,
    pub(super) sizes: Vec<rendition::Model>,
}

impl NewPhoto {
    /// The row with everything that was made of its file, whose hash and length these are.
    pub(super) fn of(
        app: &App,
        row: photo::Model,
        made: &Made,
        (hash, bytes): (Vec<u8>, i64),
    ) -> Result<Self, Refusal> {
        let id = row.id;
        let derived = &made.derived;
        let row = made.described(
            app,
            photo::Model {
                state: STORING.to_owned(),
                alt: clip(derived.metadata.alt_text.as_deref().unwrap_or_default(), app.settings.max_alt),
                original_key: Some(Key::original(&random_hex::<16>()?).map_err(Refusal::broken)?.to_string()),
                original_type: derived.format.mime().to_owned(),
                original_bytes: bytes,
                content_hash: Some(hash),
                shows: made.shows.clone(),
                ..row
            },
        );
        Ok(Self { row, sizes: made.sizes(app, id, false)? })
    }

    /// Everything durable in the store, the original first.
    pub(super) async fn store(&self, app: &App, original: &Upload, derived: &mut Derived) -> Result<(), Refusal> {
        if let Some(key) = &self.row.original_key {
            fault::point("before the original is stored");
            app.blobs.put_file(&key_of(key)?, &original.path, &self.row.original_type).await?;
        }
        store_sizes(app, &self.sizes, derived).await
    }
}

fn key_of(text: &str) -> Result<Key, Refusal> {
    text.parse().map_err(Refusal::broken)
}

/// A name nobody can guess, open or closed (see [`super::photos::housing`]).
pub fn new_key(kind: MediaType, open: bool) -> Result<Key, Refusal> {
    Ok(Key::media(&random_hex::<16>()?, kind).map_err(Refusal::broken)?.moved(open))
}

/// A photo of which nothing is known.
pub fn blank() -> photo::Model {
    photo::Model {
        id: 0,
        account_id: 0,
        post_id: None,
        draft_id: None,
        position: 0,
        state: REMOTE.to_owned(),
        alt: String::new(),
        focus_x: 0,
        focus_y: 0,
        file_name: String::new(),
        original_key: None,
        original_type: String::new(),
        original_bytes: 0,
        content_hash: None,
        width: 0,
        height: 0,
        blurhash: String::new(),
        color: String::new(),
        pipeline: 0,
        remote_url: None,
        created_at: 0,
        metadata: "{}".to_owned(),
        removed: "[]".to_owned(),
        shows: String::new(),
        offered: 0,
        original_width: 0,
        original_height: 0,
        place: String::new(),
        seen_at: 0,
        asked_at: 0,
        loose_since: 0,
    }
}

/// A row for one made file.
fn size_row(app: &App, r: &craft::Rendition, role: &str, open: bool) -> Result<rendition::Model, Refusal> {
    Ok(rendition::Model {
        key: new_key(MediaType::Jpeg, open)?.to_string(),
        photo_id: None,
        account_id: None,
        role: role.to_owned(),
        width: i64::from(r.width),
        height: i64::from(r.height),
        bytes: i64::try_from(r.bytes.len()).unwrap_or(i64::MAX),
        created_at: app.now(),
        quality: i64::from(r.quality),
        gamut: if r.gamut == craft::Gamut::DisplayP3 { "p3" } else { "srgb" }.to_owned(),
        content_hash: Some(sha256(&r.bytes)),
    })
}

/// Rows for the sizes, each with a new random key.
fn sizes_of(app: &App, derived: &Derived, photo_id: Option<i64>, open: bool) -> Result<Vec<rendition::Model>, Refusal> {
    let row = |r: &craft::Rendition| Ok(rendition::Model { photo_id, ..size_row(app, r, r.role.as_str(), open)? });
    derived.renditions.iter().map(row).collect()
}

/// All at once: each waits for the disk. Their bytes are taken, not copied. Waits for every one of them
/// even when one fails, so that none is written after its name was given up.
async fn store_sizes(app: &App, sizes: &[rendition::Model], derived: &mut Derived) -> Result<(), Refusal> {
    let made = derived.renditions.iter_mut().map(|rendition| Bytes::from(mem::take(&mut rendition.bytes)));
    let stores = sizes.iter().zip(made).map(|(row, bytes)| async move {
        fault::point("before a size is stored");
        let key = key_of(&row.key)?;
        Ok(app.blobs.put_bytes(&key, bytes, "image/jpeg").await?)
    });
    let stored: Result<Vec<()>, Refusal> = join_all(stores).await.into_iter().collect();
    fault::point("after the sizes are stored");
    stored.map(drop)
}

/// The sizes of a remote photo that has been fetched into a file. No original is kept.
pub async fn fill_remote(app: &App, mut row: photo::Model, file: Upload) -> Result<(), Refusal> {
    let mut derived = app.photos.process_patiently(&file.path).await.map_err(|e| refused("The photo", e))?;
    let open = housing::is_open(app, row.post_id).await?;
    let sizes = sizes_of(app, &derived, Some(row.id), open)?;
    // Rows first: whatever happens to the bytes, their keys are known.
    let (app2, id, rows) = (app.clone(), row.id, sizes.clone());
    let wanted = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let wanted = media::by_id(tx, id).await?.is_some_and(|now| now.state == REMOTE);
                if wanted {
                    // Of an attempt that broke off some may be stored already.
                    let before = media::drop_sizes(tx, id).await?;
                    surface::drop_blobs(&app2, tx, before).await?;
                    media::insert_sizes(tx, rows).await?;
                }
                Ok::<_, Refusal>(wanted)
            })
        })
        .await?;
    if !wanted {
        return Ok(());
    }
    store_sizes(app, &sizes, &mut derived).await?;
    row.state = READY.to_owned();
    let row = seen(app, row, &derived);
    let (app2, keys) = (app.clone(), sizes.into_iter().map(|s| s.key).collect());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                // The post may have been deleted while its photo was on the way.
                match media::by_id(tx, row.id).await? {
                    Some(now) => {
                        media::save(
                            tx,
                            photo::Model {
                                seen_at: app2.now(),
                                alt: now.alt,
                                metadata: now.metadata,
                                shows: now.shows,
                                place: now.place,
                                focus_x: now.focus_x,
                                focus_y: now.focus_y,
                                position: now.position,
                                post_id: now.post_id,
                                ..row
                            },
                        )
                        .await?;
                    }
                    None => surface::drop_blobs(&app2, tx, keys).await?,
                }
                Ok(())
            })
        })
        .await
}

/// Which of a profile's two pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfilePicture {
    /// Square, 400 px.
    Avatar,
    /// Wide, up to 1500 px.
    Header,
}

/// Derives and stores a picture for a profile. Returns its key, durable but not yet in any profile.
pub async fn profile_picture(
    app: &App,
    account_id: i64,
    which: ProfilePicture,
    file: &Upload,
) -> Result<String, Refusal> {
    let made = match which {
        ProfilePicture::Avatar => app.photos.avatar(&file.path, 400).await,
        ProfilePicture::Header => app.photos.fit(&file.path, 1500).await,
    }
    .map_err(|e| refused(&file.file_name, e))?;
    let role = if which == ProfilePicture::Avatar { "avatar" } else { "header" };
    let row = rendition::Model { account_id: Some(account_id), ..size_row(app, &made, role, true)? };
    let key = key_of(&row.key)?;
    app.db
        .write(move |tx| Box::pin(async move { Ok::<_, Refusal>(media::insert_sizes(tx, vec![row]).await?) }))
        .await?;
    if let Err(error) = app.blobs.put_bytes(&key, Bytes::from(made.bytes), "image/jpeg").await {
        // A row whose file is not there would be counted for good.
        let (app2, key) = (app.clone(), key.to_string());
        app.db
            .write(move |tx| {
                Box::pin(async move { Ok::<_, Refusal>(surface::drop_blobs(&app2, tx, vec![key]).await?) })
            })
            .await?;
        return Err(error.into());
    }
    Ok(key.to_string())
}

/// At most so many characters.
pub fn clip(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').take(most).collect()
}

fn color([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

//! Pictures of other servers are kept while people here look at them, as far as there is room. What is put
//! away has its placeholder, and comes back when somebody looks again. Nothing of our own is ever put away.

use crate::app::{App, Noted};
use crate::clock::{DAY, Millis};
use crate::entity::{account, photo};
use crate::service::visibility::Reader;
use crate::service::work::{self, Work};
use crate::service::{Refusal, limits, surface, uploads};
use crate::store::kept::{self, Candidate, What};
use crate::store::media;
use sea_orm::ConnectionTrait;

/// Put away in one transaction.
const CHUNK: u64 = 50;

/// How much may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes, in all.
    pub bytes: i64,
    /// What nobody looked at since then goes, room or not.
    pub seen_since: Millis,
}

impl Room {
    /// As the settings have it.
    pub fn of(app: &App) -> Self {
        let days = i64::from(app.settings.remote_media_days);
        Self {
            bytes: i64::try_from(app.settings.remote_media_bytes).unwrap_or(i64::MAX),
            seen_since: app.now() - days * DAY,
        }
    }
}

/// What was put away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PutAway {
    /// Photos, and accounts with their avatar and header.
    pub items: u64,
    pub bytes: i64,
}

/// Somebody looks at photos. Only who is signed in counts: a visitor makes this server ask nobody.
pub fn photos_seen<'a>(app: &App, reader: Reader, rows: impl IntoIterator<Item = &'a photo::Model>) {
    if reader.is_none() {
        return;
    }
    let (mut noted, now) = (Noted::default(), app.now());
    for row in rows.into_iter().filter(|row| row.remote_url.is_some()) {
        match row.state.as_str() {
            uploads::READY if now - row.seen_at >= limits::LOOK_NOTED => noted.photos.insert(row.id),
            uploads::PUT_AWAY => noted.missed_photos.insert(row.id),
            uploads::NOT_HAD if now - row.asked_at >= limits::PICTURE_AGAIN => noted.missed_photos.insert(row.id),
            _ => false,
        };
    }
    note(app, noted);
}

/// Somebody looks at the faces of people.
pub fn people_seen<'a>(app: &App, reader: Reader, rows: impl IntoIterator<Item = &'a account::Model>) {
    if reader.is_none() {
        return;
    }
    let (mut noted, now) = (Noted::default(), app.now());
    let met = |row: &&account::Model| !row.domain.is_empty() && row.deleted_at.is_none() && row.suspended == 0;
    for row in rows.into_iter().filter(met) {
        let missing = |key: &Option<String>, url: &Option<String>| key.is_none() && url.is_some();
        let misses = missing(&row.avatar_key, &row.avatar_url) || missing(&row.header_key, &row.header_url);
        if misses && now - row.pictures_asked_at >= limits::PICTURE_AGAIN {
            noted.missed_people.insert(row.id);
        }
        let has = row.avatar_key.is_some() || row.header_key.is_some();
        if has && now - row.pictures_seen_at >= limits::LOOK_NOTED {
            noted.people.insert(row.id);
        }
    }
    note(app, noted);
}

fn note(app: &App, noted: Noted) {
    if !noted.is_empty() && app.looks.note(noted) {
        app.wake.notify_waiters();
    }
}

/// Writes down what was looked at since the last time, all at once, and has fetched what was missed.
pub async fn write_looks(app: &App) -> Result<(), Refusal> {
    let noted = app.looks.take();
    if noted.is_empty() {
        return Ok(());
    }
    let app2 = app.clone();
    app.db.write(move |tx| Box::pin(async move { write(&app2, tx, noted).await })).await
}

async fn write(app: &App, tx: &impl ConnectionTrait, noted: Noted) -> Result<(), Refusal> {
    let now = app.now();
    let list = |ids: std::collections::BTreeSet<i64>| ids.into_iter().collect::<Vec<i64>>();
    kept::seen(tx, &list(noted.photos), &list(noted.people), now).await?;
    let (missed, long_ago) = (list(noted.missed_photos), now - limits::PICTURE_AGAIN);
    let mut wanted = kept::turn(tx, &missed, (uploads::PUT_AWAY, uploads::REMOTE), now).await?;
    wanted.extend(kept::turn(tx, &missed, (uploads::NOT_HAD, uploads::REMOTE), long_ago).await?);
    for photo in wanted {
        let host = work::host_of(photo.remote_url.as_deref().unwrap_or_default());
        let work = Work::FetchPhoto { photo: photo.id, host };
        work::queue_once(app, tx, work, format!("photo:{}", photo.id), 0).await?;
    }
    for row in kept::ask(tx, &list(noted.missed_people), long_ago, now).await? {
        let work = Work::FetchPictures { account: row.id, host: row.domain };
        work::queue_once(app, tx, work, format!("pictures:{}", row.id), 0).await?;
    }
    Ok(())
}

/// Puts away what there is no room for, at most so much in one go.
pub async fn tidy(app: &App) -> Result<(), Refusal> {
    let now = app.now();
    while app
        .db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(kept::place(tx, uploads::READY, now).await?) }))
        .await?
    {}
    let done = put_away(app, Room::of(app), limits::PUT_AWAY_AT_ONCE).await?;
    if done.items > 0 {
        tracing::info!(items = done.items, bytes = done.bytes, "pictures of other servers were put away");
    }
    Ok(())
}

/// Puts pictures away until the rest has room: those first that nobody looked at for longest, avatars of
/// people who are followed here only when nothing else is left. At most `most` of them.
pub async fn put_away(app: &App, room: Room, most: u64) -> Result<PutAway, Refusal> {
    let mut over = kept::of_others(&app.db.read).await?.iter().sum::<i64>() - room.bytes;
    let mut done = PutAway::default();
    for followed in [false, true] {
        while done.items < most {
            let candidates = candidates(app, followed, CHUNK.min(most - done.items)).await?;
            let known = candidates.len();
            let chosen = choose(candidates, over, room.seen_since);
            if chosen.is_empty() {
                break;
            }
            let (count, bytes) = (chosen.len(), chosen.iter().map(|c| c.bytes).sum::<i64>());
            remove(app, chosen).await?;
            over -= bytes;
            done.bytes += bytes;
            done.items += u64::try_from(count).unwrap_or(0);
            if count < known {
                break;
            }
        }
    }
    Ok(done)
}

/// What goes next, in its order.
async fn candidates(app: &App, followed: bool, limit: u64) -> Result<Vec<Candidate>, Refusal> {
    let db = &app.db.read;
    let mut all = kept::pictures(db, followed, limit).await?;
    if !followed {
        all.extend(kept::photos(db, uploads::READY, limit).await?);
        all.sort_by_key(|candidate| candidate.seen_at);
        all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    Ok(all)
}

/// As many from the beginning as must go.
fn choose(candidates: Vec<Candidate>, mut over: i64, seen_since: Millis) -> Vec<Candidate> {
    let goes = |candidate: &Candidate| {
        let goes = over > 0 || candidate.seen_at < seen_since;
        over -= candidate.bytes;
        goes
    };
    candidates.into_iter().take_while(goes).collect()
}

/// The rows forget their files at once; the files go after that, as often as it takes.
async fn remove(app: &App, chosen: Vec<Candidate>) -> Result<(), Refusal> {
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let mut keys = Vec::new();
                for candidate in chosen {
                    match candidate.what {
                        What::Photo(id) => {
                            let states = (uploads::READY, uploads::PUT_AWAY);
                            if !kept::turn(tx, &[id], states, Millis::MAX).await?.is_empty() {
                                keys.extend(media::drop_sizes(tx, id).await?);
                            }
                        }
                        What::Pictures(id) => keys.extend(kept::forget_pictures(tx, id).await?),
                    }
                }
                Ok::<_, Refusal>(surface::drop_blobs(&app2, tx, keys).await?)
            })
        })
        .await
}

/// What is stored, in words of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    pub bytes: kept::Bytes,
    /// Photos of other servers that are here.
    pub photos: u64,
    /// Those that were, and come back when somebody looks.
    pub put_away: u64,
}

/// Adds up what is stored.
pub async fn usage(app: &App) -> Result<Usage, Refusal> {
    let db = &app.db.read;
    Ok(Usage {
        bytes: kept::bytes(db).await?,
        photos: kept::count(db, uploads::READY).await?,
        put_away: kept::count(db, uploads::PUT_AWAY).await?,
    })
}

//! Posts, said and heard: Create, Update, Delete.

use super::fetch::{self as fetching, Budget};
use super::people;
use super::urls::{Named, Urls};
use crate::activitypub::vocab::{Activity, Attachment, Note, ObjectRef};
use crate::activitypub::{RemoteId, html, visibility as addressing};
use crate::app::App;
use crate::entity::{account, photo, post};
use crate::secrets::random;
use crate::service::conversation::Words;
use crate::service::photos::focus::Focus;
use crate::service::visibility::{self, visible};
use crate::service::work::{self, Work};
use crate::service::{Refusal, surface, uploads};
use crate::store::{accounts, markers, media, posts, relations};
use sea_orm::ConnectionTrait;
use serde_json::Value;

/// Ancestors fetched above a reply.
const ANCESTORS: usize = 10;

/// A post, ours or another's, that an activity is about, if it is known here.
pub async fn known(app: &App, object: &ObjectRef) -> Result<Option<post::Model>, Refusal> {
    let Some(id) = object.id() else { return Ok(None) };
    known_by(app, id.as_str()).await
}

async fn known_by(app: &App, uri: &str) -> Result<Option<post::Model>, Refusal> {
    if let Some(urls) = Urls::of(app)
        && urls.is_ours(uri)
    {
        let Some(Named::Post(id)) = urls.parse(uri) else { return Ok(None) };
        return Ok(posts::by_id(&app.db.read, id).await?.filter(|p| p.uri.is_none() && p.deleted_at.is_none()));
    }
    Ok(posts::by_uri(&app.db.read, uri).await?.filter(|p| p.deleted_at.is_none()))
}

/// A post by id, fetched from its origin when it is not known.
pub async fn fetch(app: &App, id: &RemoteId, budget: &Budget) -> Result<post::Model, Refusal> {
    if let Some(row) = known_by(app, id.as_str()).await? {
        return Ok(row);
    }
    let document = fetching::document(app, id, None, budget).await?;
    keep_fetched(app, &document, budget).await
}

/// Keeps a post from a document that was fetched from its own origin, with what it answers.
pub async fn keep_fetched(app: &App, document: &Value, budget: &Budget) -> Result<post::Model, Refusal> {
    let note = read(document, None)?;
    let author = people::by_id(app, &note.attributed_to, budget).await?;
    let parent = parent_of(app, &note, budget).await?;
    keep(app, &author, note, parent).await
}

fn read(value: &Value, speaker: Option<&RemoteId>) -> Result<Note, Refusal> {
    Note::read(value, speaker).map_err(|error| {
        tracing::debug!(%error, "no usable post");
        Refusal::Missing
    })
}

/// What a note answers, known or fetched, ancestors first; a chain that is too long or broken ends
/// where it ends.
async fn parent_of(app: &App, note: &Note, budget: &Budget) -> Result<Option<post::Model>, Refusal> {
    let mut chain: Vec<Note> = Vec::new();
    let mut next = note.in_reply_to.clone();
    let mut found = None;
    while let Some(id) = next.take() {
        if let Some(row) = known_by(app, id.as_str()).await? {
            found = Some(row);
            break;
        }
        if chain.len() >= ANCESTORS || Urls::of(app).is_some_and(|u| u.is_ours(id.as_str())) {
            break;
        }
        let Ok(document) = fetching::document(app, &id, None, budget).await else { break };
        let Ok(ancestor) = read(&document, None) else { break };
        next = ancestor.in_reply_to.clone();
        chain.push(ancestor);
    }
    while let Some(ancestor) = chain.pop() {
        let Ok(author) = people::by_id(app, &ancestor.attributed_to, budget).await else { return Ok(None) };
        match keep(app, &author, ancestor, found.take()).await {
            Ok(row) => found = Some(row),
            Err(_) => return Ok(None),
        }
    }
    Ok(found)
}

/// Somebody elsewhere posted. Kept when it concerns anybody here: a follower, somebody mentioned, or
/// a conversation that is known.
pub async fn hear_create(
    app: &App,
    signer: &account::Model,
    activity: &Activity,
    budget: &Budget,
) -> Result<(), Refusal> {
    let speaker = &activity.actor;
    let mut note = match activity.object.value() {
        // Carried along, and the signer's own by id and by author.
        Some(value) => read(value, Some(speaker))?,
        None => {
            let id = activity.object.remote_id().filter(|id| id.same_origin(speaker)).ok_or(Refusal::Missing)?;
            read(&fetching::document(app, &id, None, budget).await?, Some(speaker))?
        }
    };
    if note.to.is_empty() && note.cc.is_empty() {
        note.to.clone_from(&activity.to);
        note.cc.clone_from(&activity.cc);
    }
    if note.attributed_to != *speaker || note.is_poll_vote || !concerns_us(app, signer, &note).await? {
        return Ok(());
    }
    let parent = parent_of(app, &note, budget).await?;
    if let Some(parent) = &parent {
        // Whoever may not see a post, or is blocked by its author, does not answer it here.
        visible(app, Some(signer.id), parent.id).await?;
    }
    keep(app, signer, note, parent).await.map(drop)
}

async fn concerns_us(app: &App, signer: &account::Model, note: &Note) -> Result<bool, Refusal> {
    if relations::followed_here(&app.db.read, signer.id).await? {
        return Ok(true);
    }
    if let Some(parent) = &note.in_reply_to
        && known_by(app, parent.as_str()).await?.is_some()
    {
        return Ok(true);
    }
    let Some(urls) = Urls::of(app) else { return Ok(false) };
    Ok(note.mentions.iter().any(|m| matches!(urls.parse(m.href.as_str()), Some(Named::Actor(_)))))
}

/// Writes down a post of another server. One already known stays as it is.
async fn keep(
    app: &App,
    author: &account::Model,
    note: Note,
    parent: Option<post::Model>,
) -> Result<post::Model, Refusal> {
    if Urls::of(app).is_none_or(|u| u.is_ours(note.id.as_str()))
        || author.domain.is_empty()
        || author.deleted_at.is_some()
    {
        return Err(Refusal::Missing);
    }
    if markers::get(&app.db.read, note.id.as_str(), markers::GONE)
        .await?
        .is_some_and(|who| who == note.attributed_to.as_str())
    {
        return Err(Refusal::Gone);
    }
    let row = row_of(app, author, &note, parent.as_ref())?;
    let words = words_of(app, author, &note).await?;
    let photos = photos_of(app, author.id, row.id, &note.attachments);
    let (app2, author, uri) = (app.clone(), author.clone(), note.id.as_str().to_owned());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if let Some(known) = posts::by_uri(tx, &uri).await? {
                    return Ok(known);
                }
                posts::insert(tx, row.clone()).await?;
                words.write(tx, row.id, visibility::of(&row)).await?;
                add_photos(&app2, tx, photos).await?;
                posts::adopt(tx, &row, &uri).await?;
                surface::post_appeared(&app2, tx, &row, &author).await?;
                Ok(row)
            })
        })
        .await
}

fn row_of(
    app: &App,
    author: &account::Model,
    note: &Note,
    parent: Option<&post::Model>,
) -> Result<post::Model, Refusal> {
    let now = app.now();
    let published = note.published.unwrap_or(now).min(now);
    let id = app.ids.at(published, u32::from_le_bytes(random::<4>()?));
    let visibility = addressing::classify(&note.to, &note.cc, author.followers_url.as_deref());
    Ok(post::Model {
        uri: Some(note.id.as_str().to_owned()),
        url: note.url.clone(),
        in_reply_to_id: parent.map(|p| p.id),
        in_reply_to_uri: note
            .in_reply_to
            .as_ref()
            .map(|i| i.as_str().to_owned())
            .or_else(|| note.is_reply.then(String::new)),
        root_id: parent.map_or(id, |p| p.root_id),
        html: Some(html::sanitize(&note.content).into_string()),
        warning: note.summary.clone().unwrap_or_default(),
        sensitive: i32::from(note.sensitive),
        language: note.language.clone().unwrap_or_default(),
        visibility: visibility.as_str().to_owned(),
        photo_count: i64::try_from(note.attachments.len()).unwrap_or(0),
        published_at: published,
        received_at: now,
        edited_at: note.updated.filter(|u| *u > published).map(|u| u.min(now)),
        ..crate::service::conversation::blank(id, author.id, "", now)
    })
}

/// Hashtags and mentions; only people already known here, and nobody twice.
async fn words_of(app: &App, author: &account::Model, note: &Note) -> Result<Words, Refusal> {
    let mut mentions = Vec::new();
    let urls = Urls::of(app);
    for mention in &note.mentions {
        let row = match urls.as_ref().and_then(|u| u.parse(mention.href.as_str())) {
            Some(Named::Actor(id)) => accounts::by_id(&app.db.read, id).await?,
            Some(_) => None,
            None => people::known(app, &mention.href).await?,
        };
        if let Some(row) = row.filter(|r| r.id != author.id) {
            mentions.push((row.id, mention.name.trim_start_matches('@').to_lowercase()));
        }
    }
    let hashtags = note.hashtags.iter().map(|key| (key.clone(), key.clone())).collect();
    Ok(Words::given(app, hashtags, mentions))
}

/// Rows for pictures that are still elsewhere; what can be shown meanwhile is the placeholder.
fn photos_of(app: &App, account_id: i64, post_id: i64, attachments: &[Attachment]) -> Vec<photo::Model> {
    let row = |(position, a): (usize, &Attachment)| {
        let focus = a.focal_point.and_then(|(x, y)| Focus::new(x, y)).unwrap_or_default();
        let (focus_x, focus_y) = focus.thousandths();
        photo::Model {
            id: app.id(),
            account_id,
            post_id: Some(post_id),
            position: i64::try_from(position).unwrap_or(0),
            alt: a.alt.clone(),
            focus_x,
            focus_y,
            original_type: a.media_type.clone().unwrap_or_default(),
            width: a.width.unwrap_or(0).clamp(0, 30_000),
            height: a.height.unwrap_or(0).clamp(0, 30_000),
            color: a.blurhash.as_deref().map(color_of).unwrap_or_default(),
            blurhash: a.blurhash.clone().unwrap_or_default(),
            remote_url: Some(a.url.clone()),
            created_at: app.now(),
            ..uploads::blank()
        }
    };
    attachments.iter().enumerate().map(row).collect()
}

/// The average colour a blurhash carries, as `#rrggbb`.
fn color_of(hash: &str) -> String {
    match blurhash::decode(hash, 1, 1, 1.0).as_deref() {
        Ok([r, g, b, ..]) => format!("#{r:02x}{g:02x}{b:02x}"),
        _ => String::new(),
    }
}

async fn add_photos(app: &App, tx: &impl ConnectionTrait, photos: Vec<photo::Model>) -> Result<(), Refusal> {
    for photo in photos {
        let host = work::host_of(photo.remote_url.as_deref().unwrap_or_default());
        let work = Work::FetchPhoto { photo: photo.id, host };
        media::insert(tx, photo, Vec::new()).await?;
        work::queue(app, tx, work).await?;
    }
    Ok(())
}

/// Somebody elsewhere changed a post of hers. Older changes than the one known are ignored.
pub async fn hear_update(
    app: &App,
    signer: &account::Model,
    activity: &Activity,
    budget: &Budget,
) -> Result<(), Refusal> {
    let note = match activity.object.value() {
        Some(value) => read(value, Some(&activity.actor))?,
        None => {
            let id =
                activity.object.remote_id().filter(|id| id.same_origin(&activity.actor)).ok_or(Refusal::Missing)?;
            read(&fetching::document(app, &id, None, budget).await?, Some(&activity.actor))?
        }
    };
    if note.attributed_to != activity.actor {
        return Ok(());
    }
    let Some(old) = posts::by_uri(&app.db.read, note.id.as_str()).await? else {
        return hear_create(app, signer, activity, budget).await;
    };
    let newer = note.updated.is_some_and(|at| at > old.edited_at.unwrap_or(old.published_at));
    if old.account_id != signer.id || old.deleted_at.is_some() || !newer {
        return Ok(());
    }
    change(app, signer, old, note).await
}

async fn change(app: &App, author: &account::Model, old: post::Model, note: Note) -> Result<(), Refusal> {
    let words = words_of(app, author, &note).await?;
    let fresh = row_of(app, author, &note, None)?;
    let photos = photos_of(app, author.id, old.id, &note.attachments);
    let (app2, author) = (app.clone(), author.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                // As it is now: it may have been deleted, or have found its parent, meanwhile.
                let Some(old) = posts::by_id(tx, old.id).await?.filter(|p| p.deleted_at.is_none()) else {
                    return Ok(());
                };
                // Who sees it and what it answers never change.
                let row = post::Model {
                    html: fresh.html,
                    url: fresh.url,
                    warning: fresh.warning,
                    sensitive: fresh.sensitive,
                    language: fresh.language,
                    photo_count: fresh.photo_count,
                    edited_at: note.updated.map(|u| u.min(app2.now())),
                    ..old
                };
                replace_photos(&app2, tx, row.id, photos).await?;
                posts::save(tx, row.clone()).await?;
                words.write(tx, row.id, visibility::of(&row)).await?;
                Ok(surface::post_changed(&app2, tx, &row, &author).await?)
            })
        })
        .await
}

/// A picture at a known address is the same picture: only its words, place and focal point may change.
async fn replace_photos(
    app: &App,
    tx: &impl ConnectionTrait,
    post_id: i64,
    new: Vec<photo::Model>,
) -> Result<(), Refusal> {
    let mut old = media::of_posts(tx, &[post_id]).await?;
    let mut added = Vec::new();
    for photo in new {
        match old.iter().position(|o| o.remote_url == photo.remote_url) {
            Some(at) => {
                let focus = Focus::of(&photo).thousandths();
                media::arrange(tx, old.swap_remove(at).id, photo.position, &photo.alt, focus).await?;
            }
            None => added.push(photo),
        }
    }
    let mut keys = Vec::new();
    for gone in old {
        keys.extend(media::remove(tx, gone.id).await?);
    }
    surface::drop_blobs(app, tx, keys).await?;
    add_photos(app, tx, added).await
}

/// Somebody elsewhere deleted something of hers. It does not come back, even if its Create is late.
pub async fn hear_delete(app: &App, signer: &account::Model, object: &RemoteId) -> Result<(), Refusal> {
    let (app2, signer, uri, now) = (app.clone(), signer.clone(), object.as_str().to_owned(), app.now());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                match posts::by_uri(tx, &uri).await? {
                    Some(row) if row.account_id != signer.id => return Ok(()),
                    Some(row) => surface::post_gone(&app2, tx, row, &signer).await?,
                    None => {}
                }
                markers::put(tx, &uri, markers::GONE, signer.uri.as_deref().unwrap_or_default(), now).await?;
                Ok(())
            })
        })
        .await
}

//! Posts, said and heard: Create, Update, Delete.

use super::fetch::{self as fetching, Budget};
use super::urls::{Named, Urls};
use super::{emoji, people, pictures};
use crate::activitypub::vocab::{Activity, Note, ObjectRef, Place};
use crate::activitypub::{RemoteId, Visibility, html, visibility as addressing};
use crate::app::App;
use crate::entity::{account, post};
use crate::secrets::random;
use crate::service::conversation::Words;
use crate::service::policy::{self, Deed};
use crate::service::surface::Arrival;
use crate::service::visibility::{self, visible};
use crate::service::{Refusal, editing, limits, polls, surface};
use crate::store::{accounts, looking, markers, media, posts, quotes, relations};
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::Value;

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

/// Whether an address names a post that is known here.
pub async fn is_known(app: &App, uri: &str) -> Result<bool, Refusal> {
    Ok(known_by(app, uri).await?.is_some())
}

/// A post that somebody else told of, as its origin has it now: changed if it is known, kept if it has
/// pictures or answers what is known.
pub async fn from_origin(app: &App, id: &RemoteId, budget: &Budget) -> Result<(), Refusal> {
    if Urls::of(app).is_none_or(|urls| urls.is_ours(id.as_str())) {
        return Ok(());
    }
    let document = fetching::document(app, id, None, budget).await?;
    let note = read(&document, None)?;
    if let Some(old) = posts::by_uri(&app.db.read, note.id.as_str()).await? {
        let author = accounts::by_id(&app.db.read, old.account_id).await?.ok_or(Refusal::Missing)?;
        let hers = author.uri.as_deref() == Some(note.attributed_to.as_str());
        return if hers && old.deleted_at.is_none() { said_again(app, &author, old, note).await } else { Ok(()) };
    }
    let answers = match &note.in_reply_to {
        Some(parent) => is_known(app, parent.as_str()).await?,
        None => !note.is_reply && !note.attachments.is_empty(),
    };
    if answers { keep_fetched(app, &document, budget).await.map(drop) } else { Ok(()) }
}

fn is_newer(note: &Note, old: &post::Model) -> bool {
    note.updated.is_some_and(|at| at > old.edited_at.unwrap_or(old.published_at))
}

/// A post that is known, as its author has it now: changed if that is newer; else only its poll may stand
/// otherwise. What is older than what is known says nothing.
async fn said_again(app: &App, author: &account::Model, old: post::Model, note: Note) -> Result<(), Refusal> {
    if is_newer(&note, &old) {
        return change(app, author, old, note).await;
    }
    if note.poll.is_none() || note.updated.is_some_and(|at| old.edited_at.is_some_and(|known| at < known)) {
        return Ok(());
    }
    let app2 = app.clone();
    app.db
        .write(move |tx| Box::pin(async move { polls::heard(&app2, tx, old.id, note.poll.as_ref(), false).await }))
        .await
}

/// Keeps a post from a document that was fetched from its own origin, with what it answers.
pub async fn keep_fetched(app: &App, document: &Value, budget: &Budget) -> Result<post::Model, Refusal> {
    let note = read(document, None)?;
    let author = people::by_id(app, &note.attributed_to, budget).await?;
    let parent = parent_of(app, &note, budget).await?;
    keep(app, &author, note, parent, Arrival::Found).await
}

/// Keeps a post that an author's own list carries, if it is hers and for everybody; true when it is new.
pub async fn keep_of_author(app: &App, author: &account::Model, document: &Value) -> Result<bool, Refusal> {
    let note = read(document, None)?;
    let hers = author.uri.as_deref() == Some(note.attributed_to.as_str());
    if !hers || note.is_poll_vote || !addressing::classify(&note.to, &note.cc, None).is_open() {
        return Err(Refusal::Missing);
    }
    if known_by(app, note.id.as_str()).await?.is_some() {
        return Ok(false);
    }
    let parent = match &note.in_reply_to {
        Some(id) => known_by(app, id.as_str()).await?,
        None => None,
    };
    keep(app, author, note, parent, Arrival::Found).await.map(|_| true)
}

/// Keeps an answer that was found in a list, if it belongs to this conversation, with what lies between.
pub async fn keep_answer(app: &App, document: &Value, root: i64, budget: &Budget) -> Result<post::Model, Refusal> {
    let note = read(document, None)?;
    if !note.is_reply || note.is_poll_vote {
        return Err(Refusal::Missing);
    }
    let (between, top) = climb(app, &note, budget).await?;
    let top = top.filter(|t| t.root_id == root).ok_or(Refusal::Missing)?;
    let parent = descend(app, between, Some(top), budget).await?.ok_or(Refusal::Missing)?;
    let author = people::by_id(app, &note.attributed_to, budget).await?;
    visible(app, Some(author.id), parent.id).await?;
    keep(app, &author, note, Some(parent), Arrival::Found).await
}

/// Keeps a post that its author sent or that was fetched from its origin, whomever it concerns.
pub(super) async fn keep_own(app: &App, author: &account::Model, note: Note) -> Result<post::Model, Refusal> {
    keep(app, author, note, None, Arrival::Said).await
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
    let (between, top) = climb(app, note, budget).await?;
    descend(app, between, top, budget).await
}

/// Fetches what lies above a note until something that is known here.
async fn climb(app: &App, note: &Note, budget: &Budget) -> Result<(Vec<Note>, Option<post::Model>), Refusal> {
    let mut chain: Vec<Note> = Vec::new();
    let mut next = note.in_reply_to.clone();
    while let Some(id) = next.take() {
        if let Some(row) = known_by(app, id.as_str()).await? {
            return Ok((chain, Some(row)));
        }
        let twice = id == note.id || chain.iter().any(|n| n.id == id);
        if twice || chain.len() >= limits::ANCESTORS || Urls::of(app).is_some_and(|u| u.is_ours(id.as_str())) {
            break;
        }
        let Ok(document) = fetching::document(app, &id, None, budget).await else { break };
        let Ok(ancestor) = read(&document, None) else { break };
        next = ancestor.in_reply_to.clone();
        chain.push(ancestor);
    }
    Ok((chain, None))
}

/// Keeps what lies above a note, from the top down; gives what the note itself answers.
async fn descend(
    app: &App,
    mut chain: Vec<Note>,
    top: Option<post::Model>,
    budget: &Budget,
) -> Result<Option<post::Model>, Refusal> {
    let mut found = top;
    while let Some(ancestor) = chain.pop() {
        let Ok(author) = people::by_id(app, &ancestor.attributed_to, budget).await else { return Ok(None) };
        match keep(app, &author, ancestor, found.take(), Arrival::Found).await {
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
        policy::check(app, signer.id, Deed::Reply, parent).await?;
    }
    meet(app, signer, &note, budget).await;
    keep(app, signer, note, parent, Arrival::Said).await.map(drop)
}

/// A conversation among a few goes on among all of them: those who are not known here yet are looked up.
async fn meet(app: &App, author: &account::Model, note: &Note, budget: &Budget) {
    let seen = addressing::classify(&note.to, &note.cc, author.followers_url.as_deref());
    if seen == Visibility::Mentioned {
        for mention in note.mentions.iter().take(limits::RECIPIENTS) {
            // Whoever cannot be had is left out of the answer.
            let _ = people::by_id(app, &mention.href, budget).await;
        }
    }
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
    arrival: Arrival,
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
    let photos = pictures::rows(app, author.id, row.id, &note.attachments);
    let lists = Lists::of(&note);
    let (app2, author, uri) = (app.clone(), author.clone(), note.id.as_str().to_owned());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if let Some(known) = posts::by_uri(tx, &uri).await? {
                    return Ok(known);
                }
                posts::insert(tx, row.clone()).await?;
                words.write(tx, row.id, visibility::of(&row)).await?;
                pictures::add(&app2, tx, photos).await?;
                posts::adopt(tx, &row, &uri).await?;
                lists.write(tx, row.id).await?;
                polls::heard(&app2, tx, row.id, note.poll.as_ref(), true).await?;
                emoji::hear(&app2, tx, &author.domain, &note.emoji).await?;
                surface::post_appeared(&app2, tx, &row, &author, arrival).await?;
                Ok(row)
            })
        })
        .await
}

/// Where a post of another server lists what answers it.
#[derive(Clone)]
struct Lists {
    replies: Option<String>,
    context: Option<String>,
}

impl Lists {
    fn of(note: &Note) -> Self {
        let text = |id: &Option<RemoteId>| id.as_ref().map(|i| i.as_str().to_owned());
        Self { replies: text(&note.replies), context: text(&note.context) }
    }

    async fn write(self, tx: &impl ConnectionTrait, post_id: i64) -> Result<(), DbErr> {
        match (&self.replies, &self.context) {
            (None, None) => Ok(()),
            _ => looking::put_thread(tx, post_id, self.replies, self.context).await,
        }
    }
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
        policy: policy::kept(&note.policy),
        place: place_of(note),
        category: note.category.clone(),
        ..crate::service::conversation::blank(id, author.id, "", now)
    })
}

/// Where a whole post was: what is said of it, or of each of its pictures alike.
fn place_of(note: &Note) -> String {
    let mut all = note.attachments.iter().map(|picture| picture.place.as_ref());
    let first = all.next().flatten();
    let common = first.filter(|first| all.all(|other| other == Some(*first)));
    note.place.as_ref().or(common).map(Place::kept).unwrap_or_default()
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
    if old.account_id != signer.id || old.deleted_at.is_some() {
        return Ok(());
    }
    said_again(app, signer, old, note).await
}

async fn change(app: &App, author: &account::Model, old: post::Model, note: Note) -> Result<(), Refusal> {
    let words = words_of(app, author, &note).await?;
    let fresh = row_of(app, author, &note, None)?;
    let photos = pictures::rows(app, author.id, old.id, &note.attachments);
    let (app2, author) = (app.clone(), author.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                // As it is now: it may have been deleted, or have found its parent, meanwhile.
                let Some(old) = posts::by_id(tx, old.id).await?.filter(|p| p.deleted_at.is_none()) else {
                    return Ok(());
                };
                let before = old.clone();
                // Who sees it and what it answers never change.
                let row = post::Model {
                    html: fresh.html,
                    url: fresh.url,
                    warning: fresh.warning,
                    sensitive: fresh.sensitive,
                    language: fresh.language,
                    photo_count: fresh.photo_count,
                    policy: fresh.policy,
                    place: fresh.place,
                    category: fresh.category,
                    edited_at: note.updated.map(|u| u.min(app2.now())),
                    ..old
                };
                if (&before.html, &before.warning, before.sensitive) != (&row.html, &row.warning, row.sensitive) {
                    let photos_before = media::of_posts(tx, &[row.id]).await?;
                    editing::keep_version(&app2, tx, &before, &photos_before).await?;
                }
                pictures::replace(&app2, tx, row.id, photos).await?;
                polls::heard(&app2, tx, row.id, note.poll.as_ref(), true).await?;
                posts::save(tx, row.clone()).await?;
                emoji::hear(&app2, tx, &author.domain, &note.emoji).await?;
                words.write(tx, row.id, visibility::of(&row)).await?;
                Ok(surface::post_changed(&app2, tx, &row, &author).await?)
            })
        })
        .await
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
                quotes::forget(tx, &uri).await?;
                markers::put(tx, &uri, markers::GONE, signer.uri.as_deref().unwrap_or_default(), now).await?;
                Ok(())
            })
        })
        .await
}

//! Writing a post: what a page, an app and the clock have in common.

use super::conversation::{self, Words};
use super::federation::urls;
use super::photos::extras;
use super::policy::{self, Deed};
use super::{Refusal, attaching, limits, surface, uploads, visibility};
use crate::activitypub::{Visibility, text};
use crate::app::App;
use crate::clock::Millis;
use crate::entity::{account, login, post, posting_key};
use crate::secrets::sha256;
use crate::store::{accounts, media, posts, scheduled, tags};
use sea_orm::ConnectionTrait;

/// What somebody wrote.
#[derive(Debug, Clone, Default)]
pub struct Written {
    pub text: String,
    pub warning: String,
    /// Its photos are covered, also without a warning.
    pub sensitive: bool,
    /// Absent: what she usually writes in.
    pub language: Option<String>,
    /// Absent: everybody, or whoever sees what it answers.
    pub visibility: Option<Visibility>,
    /// The post it answers.
    pub answers: Option<i64>,
    pub photos: Photos,
    /// Those who may be named in the text; absent: anybody.
    pub only: Option<Vec<i64>>,
    /// Sent twice with the same number, it is one post.
    pub number: Option<i64>,
    /// The app it was written with, as a post keeps it; empty where it was none.
    pub via: String,
}

/// What somebody wrote with an app: where the app does not say, it is as she usually posts.
pub fn as_usual(login: &login::Model, written: Written, sensitive: Option<bool>) -> Written {
    let photos = matches!(&written.photos, Photos::Loose(ids) if !ids.is_empty());
    let usual = login.posts_to.parse().ok().filter(|_| written.answers.is_none());
    Written {
        visibility: written.visibility.or(usual),
        language: written.language.or_else(|| Some(login.language.clone())),
        sensitive: sensitive.unwrap_or(photos && login.posts_sensitive != 0),
        ..written
    }
}

/// Where the photos of a new post are.
#[derive(Debug, Clone, Default)]
pub enum Photos {
    #[default]
    None,
    /// In nothing: sent by an app, in this order.
    Loose(Vec<i64>),
    /// In the draft or the scheduled post of this id, in their order.
    Kept(i64),
}

impl Photos {
    async fn count(&self, db: &impl ConnectionTrait) -> Result<usize, Refusal> {
        Ok(match self {
            Self::None => 0,
            Self::Loose(ids) => ids.len(),
            Self::Kept(id) => media::of_draft(db, *id).await?.iter().filter(|p| p.state == uploads::READY).count(),
        })
    }
}

/// The number that calls of this person with this key post under. Another key, another number.
pub async fn number_of(app: &App, account_id: i64, key: &[u8]) -> Result<i64, Refusal> {
    let row = posting_key::Model { account_id, key_hash: sha256(key), number: app.id(), created_at: app.now() };
    let since: Millis = app.now() - limits::POSTING_KEY;
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(scheduled::number(tx, row, since).await?) }))
        .await
}

/// The post that was sent with this number, if it was.
pub async fn sent(db: &impl ConnectionTrait, author_id: i64, number: i64) -> Result<Option<post::Model>, Refusal> {
    match posts::by_draft(db, number).await? {
        Some(row) if row.account_id != author_id => Err(Refusal::Missing),
        found => Ok(found),
    }
}

/// Posts what somebody wrote.
///
/// What answers a post is as widely visible as that at most, and what would be public is quiet: answers belong
/// under the photo, not into public lists. Without photos only answers and messages are taken.
pub async fn post(app: &App, author: &account::Model, written: Written) -> Result<post::Model, Refusal> {
    if let Some(number) = written.number
        && let Some(row) = sent(&app.db.read, author.id, number).await?
    {
        return Ok(row);
    }
    let parent = match check(app, author, &written).await {
        Ok(parent) => parent,
        // A call with the same number was quicker: the photos are in its post by now.
        Err(refusal) => return again(app, author, written.number).await?.ok_or(refusal),
    };
    let text = written.text.trim();
    let words = addressed(app, author, text, parent.as_ref()).await?;
    let seen = seen_by(written.visibility, parent.as_ref());
    let count = written.photos.count(&app.db.read).await?;
    if parent.is_none() && seen == Visibility::Mentioned && count == 0 && words.mentions.is_empty() {
        return Err(Refusal::invalid("to", "Say to whom, with a handle such as @name@server."));
    }
    let language = match &written.language {
        Some(language) => language.clone(),
        None => conversation::language_of(app, author.id).await?,
    };
    let warning = written.warning.trim().to_owned();
    let id = app.id();
    let mut row = post::Model {
        draft_id: written.number,
        in_reply_to_id: parent.as_ref().map(|p| p.id),
        root_id: parent.as_ref().map_or(id, |p| p.root_id),
        visibility: seen.as_str().to_owned(),
        sensitive: i32::from(written.sensitive || !warning.is_empty()),
        warning,
        language,
        photo_count: i64::try_from(count).unwrap_or(0),
        via: written.via,
        ..conversation::blank(id, author.id, text, app.now())
    };
    row.listed = surface::listed(&row, author);
    put_once(app, author, row, words, written.photos).await
}

async fn again(app: &App, author: &account::Model, number: Option<i64>) -> Result<Option<post::Model>, Refusal> {
    match number {
        Some(number) => sent(&app.db.read, author.id, number).await,
        None => Ok(None),
    }
}

/// Refuses what names anybody whom the app did not mean to be told.
async fn as_meant(app: &App, author: &account::Model, written: &Written) -> Result<(), Refusal> {
    let Some(meant) = &written.only else { return Ok(()) };
    let words = Words::read(app, author, &written.text).await?;
    let more: Vec<&str> =
        words.mentions.iter().filter(|(id, _)| !meant.contains(id)).map(|(_, name)| name.as_str()).collect();
    if more.is_empty() {
        return Ok(());
    }
    Err(Refusal::invalid("allowed_mentions", format!("It would be sent to others too: {}.", more.join(", "))))
}

/// Refuses what cannot be posted as it is; gives what it answers.
pub async fn check(app: &App, author: &account::Model, written: &Written) -> Result<Option<post::Model>, Refusal> {
    let parent = match written.answers {
        Some(id) => {
            let parent = visibility::visible(app, Some(author.id), id).await?;
            policy::check(app, author.id, Deed::Reply, &parent).await?;
            Some(parent)
        }
        None => None,
    };
    let (said, most) = (written.text.trim(), app.settings.max_caption);
    for (field, what, length, most) in [
        ("text", "The text", text::length(said), most),
        ("spoiler_text", "The content warning", written.warning.trim().chars().count(), limits::WARNING),
    ] {
        if length > most {
            return Err(Refusal::invalid(field, format!("{what} has {length} characters; {most} are possible.")));
        }
    }
    as_meant(app, author, written).await?;
    if let Photos::Loose(ids) = &written.photos {
        if ids.len() > app.settings.max_photos {
            let why = format!("A post has at most {} photos.", app.settings.max_photos);
            return Err(Refusal::invalid("media_ids", why));
        }
        attaching::settled(app, ids).await?;
        attaching::check(&app.db.read, author.id, ids).await?;
    }
    let none = written.photos.count(&app.db.read).await? == 0;
    if none && said.is_empty() {
        return Err(Refusal::invalid("text", "Write a few words first, or add a photo."));
    }
    if none && parent.is_none() && written.visibility != Some(Visibility::Mentioned) {
        return Err(Refusal::invalid("media_ids", "Choose at least one photo. Only answers and messages go without."));
    }
    Ok(parent)
}

/// The words of a text, with everybody who is addressed because of what it answers.
async fn addressed(
    app: &App,
    author: &account::Model,
    text: &str,
    parent: Option<&post::Model>,
) -> Result<Words, Refusal> {
    let mut words = Words::read(app, author, text).await?;
    let Some(parent) = parent else { return Ok(words) };
    if parent.account_id != author.id
        && let Some(person) = accounts::by_id(&app.db.read, parent.account_id).await?
    {
        words.address(person.id, urls::acct(&person));
    }
    // A conversation among a few goes on among all of them.
    if visibility::of(parent) == Visibility::Mentioned {
        for other in tags::mentions(&app.db.read, &[parent.id]).await?.into_iter().filter(|m| m.account_id != author.id)
        {
            words.address(other.account_id, other.name);
        }
    }
    Ok(words)
}

/// Who sees what was written.
fn seen_by(wanted: Option<Visibility>, parent: Option<&post::Model>) -> Visibility {
    let Some(parent) = parent else { return wanted.unwrap_or(Visibility::Public) };
    let widest = match visibility::of(parent) {
        Visibility::Public => Visibility::Quiet,
        other => other,
    };
    // Widest first in the list of all.
    let place = |seen: Visibility| Visibility::ALL.iter().position(|v| *v == seen);
    wanted.filter(|wanted| place(*wanted) > place(widest)).unwrap_or(widest)
}

/// Writes a new post down, unless it was already sent with the same number.
pub(super) async fn put_once(
    app: &App,
    author: &account::Model,
    row: post::Model,
    words: Words,
    photos: Photos,
) -> Result<post::Model, Refusal> {
    let (app2, author) = (app.clone(), author.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if let Some(number) = row.draft_id
                    && let Some(sent) = sent(tx, author.id, number).await?
                {
                    return Ok(sent);
                }
                put(&app2, tx, &author, &row, words, &photos).await?;
                Ok(row)
            })
        })
        .await
}

/// Writes a new post down, and what follows from it.
pub(super) async fn put(
    app: &App,
    tx: &impl ConnectionTrait,
    author: &account::Model,
    row: &post::Model,
    words: Words,
    photos: &Photos,
) -> Result<(), Refusal> {
    posts::insert(tx, row.clone()).await?;
    match photos {
        Photos::None => {}
        Photos::Loose(ids) => attaching::put(tx, author.id, ids, Some(row.id), None).await?,
        Photos::Kept(id) => media::publish(tx, *id, row.id).await?,
    }
    words.write(tx, row.id, visibility::of(row)).await?;
    if row.photo_count > 0 {
        extras::wanted(app, tx, row.id).await?;
    }
    Ok(surface::post_appeared(app, tx, row, author, surface::Arrival::Said).await?)
}

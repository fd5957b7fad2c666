//! Conversations among mentioned people: who has them in her list, and what begins one.

use super::conversation::{Words, blank, language_of};
use super::federation::fetch::Budget;
use super::federation::{self, urls};
use super::happening::{self, Happening};
use super::timelines::{Ends, Part};
use super::writing::{self, Photos};
use super::{Refusal, limits, visibility};
use crate::activitypub::{Visibility, text};
use crate::app::App;
use crate::entity::{account, conversation, post};
use crate::store::{Cursor, accounts, conversations, hidden_servers, mutes, policies, posts, tags};
use sea_orm::{ConnectionTrait, DbErr};
use std::collections::{HashMap, HashSet};

/// A narrow post appeared: everybody here who is in it has its conversation in her list.
pub async fn appeared(
    app: &App,
    tx: &impl ConnectionTrait,
    post: &post::Model,
    author: &account::Model,
) -> Result<(), DbErr> {
    if visibility::of(post) != Visibility::Mentioned {
        return Ok(());
    }
    let mut people: Vec<i64> = tags::mentions(tx, &[post.id]).await?.into_iter().map(|m| m.account_id).collect();
    people.push(author.id);
    people.sort_unstable();
    people.dedup();
    for owner in people {
        if !is_told(app, tx, owner, author.id).await? {
            continue;
        }
        let row = conversation::Model {
            id: app.id(),
            account_id: owner,
            root_id: post.root_id,
            last_post_id: post.id,
            unread: i32::from(owner != author.id),
        };
        conversations::put(tx, row).await?;
        happening::say(app, tx, Happening::Conversed { account: owner, root: post.root_id }).await?;
    }
    Ok(())
}

/// A person of this server who neither blocks the author nor keeps her silent, nor hides her server.
async fn is_told(app: &App, tx: &impl ConnectionTrait, owner: i64, author: i64) -> Result<bool, DbErr> {
    if owner == author {
        return Ok(accounts::login_of(tx, owner).await?.is_some());
    }
    let of = accounts::by_id(tx, author).await?.map(|author| author.domain).unwrap_or_default();
    Ok(accounts::login_of(tx, owner).await?.is_some()
        && !hidden_servers::hides(tx, owner, &of).await?
        && policies::between(tx, owner, &[author]).await?.is_empty()
        && mutes::of(tx, owner, &[author], app.now()).await?.iter().all(|m| m.notifications == 0))
}

/// A narrow post goes: conversations that ended with it end with the one before, or are gone.
pub async fn gone(tx: &impl ConnectionTrait, post: &post::Model) -> Result<(), DbErr> {
    for row in conversations::ending_with(tx, post.id).await? {
        let earlier = conversations::before(tx, row.root_id, post.id, 50).await?;
        let seen = visibility::can_see(tx, Some(row.account_id), earlier).await?;
        match seen.first() {
            Some(last) => conversations::set_last(tx, row.id, last.id).await?,
            None => conversations::remove(tx, row.id).await?,
        }
    }
    Ok(())
}

/// Somebody opens a conversation of hers: it is read. Gives its newest post.
pub async fn open(app: &App, owner: i64, id: i64) -> Result<post::Model, Refusal> {
    let row = conversations::by_id(&app.db.read, owner, id).await?.ok_or(Refusal::Missing)?;
    if row.unread != 0 {
        app.db
            .write_quietly(move |tx| {
                Box::pin(async move { Ok::<_, Refusal>(conversations::set_unread(tx, id, false).await?) })
            })
            .await?;
    }
    visibility::visible(app, Some(owner), row.last_post_id).await
}

/// Takes a conversation out of one's list.
pub async fn dismiss(app: &App, owner: i64, id: i64) -> Result<(), Refusal> {
    conversations::by_id(&app.db.read, owner, id).await?.ok_or(Refusal::Missing)?;
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(conversations::remove(tx, id).await?) }))
        .await
}

/// A conversation in somebody's list.
#[derive(Debug, Clone)]
pub struct Conversation {
    pub row: conversation::Model,
    /// Who are in it beside its owner: whoever wrote and is mentioned in its newest post, or the owner herself
    /// when she is alone. Never none.
    pub people: Vec<account::Model>,
    pub last: post::Model,
}

/// A part of somebody's list, the conversation with the newest post first; the cursor runs over posts' ids.
pub async fn listed(app: &App, owner: i64, cursor: Cursor) -> Result<Part<Conversation>, Refusal> {
    let rows = conversations::page(&app.db.read, owner, cursor).await?;
    let keys: Vec<i64> = rows.iter().map(|r| r.last_post_id).collect();
    let items = unsilenced(app, owner, whole(app, owner, rows).await?).await?;
    Ok(Part { items, ends: Ends::of(&keys, cursor) })
}

/// Without those in which somebody spoke last of whom the owner wants to be told nothing.
async fn unsilenced(app: &App, owner: i64, all: Vec<Conversation>) -> Result<Vec<Conversation>, DbErr> {
    let authors: Vec<i64> = all.iter().map(|conversation| conversation.last.account_id).collect();
    let silent = mutes::of(&app.db.read, owner, &authors, app.now()).await?;
    let silent: HashSet<i64> = silent.into_iter().filter(|m| m.notifications != 0).map(|m| m.target_id).collect();
    Ok(all.into_iter().filter(|conversation| !silent.contains(&conversation.last.account_id)).collect())
}

/// One of somebody's conversations.
pub async fn one(app: &App, owner: i64, id: i64) -> Result<Conversation, Refusal> {
    let row = conversations::by_id(&app.db.read, owner, id).await?.ok_or(Refusal::Missing)?;
    whole(app, owner, vec![row]).await?.pop().ok_or(Refusal::Missing)
}

/// Marks one as read or unread.
pub async fn set_unread(app: &App, owner: i64, id: i64, unread: bool) -> Result<Conversation, Refusal> {
    one(app, owner, id).await?;
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(conversations::set_unread(tx, id, unread).await?) })
        })
        .await?;
    one(app, owner, id).await
}

/// These, as far as their owner may see their newest posts; a fixed number of queries.
pub async fn whole(app: &App, owner: i64, rows: Vec<conversation::Model>) -> Result<Vec<Conversation>, DbErr> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let db = &app.db.read;
    let ids: Vec<i64> = rows.iter().map(|r| r.last_post_id).collect();
    let last = posts::by_ids(db, &ids).await?.into_values().collect();
    let last: HashMap<i64, post::Model> =
        visibility::can_see(db, Some(owner), last).await?.into_iter().map(|p| (p.id, p)).collect();
    let mut people: HashMap<i64, Vec<i64>> = last.values().map(|p| (p.id, vec![p.account_id])).collect();
    for mention in tags::mentions(db, &ids).await? {
        people.entry(mention.post_id).or_default().push(mention.account_id);
    }
    let known = accounts::by_ids(db, people.values().flatten().copied().chain([owner])).await?;
    let one = |row: conversation::Model| {
        let last = last.get(&row.last_post_id)?.clone();
        let mut seen = HashSet::from([owner]);
        let ids = people.get(&last.id)?.iter().filter(|id| seen.insert(**id));
        let mut people: Vec<account::Model> = ids.filter_map(|id| known.get(id)).cloned().collect();
        if people.is_empty() {
            people.push(known.get(&owner)?.clone());
        }
        Some(Conversation { row, people, last })
    };
    Ok(rows.into_iter().filter_map(one).collect())
}

/// What somebody and another person wrote to each other, newest first.
pub async fn between(app: &App, owner: i64, other: i64, cursor: Cursor) -> Result<Vec<post::Model>, Refusal> {
    let db = &app.db.read;
    Ok(visibility::can_see(db, Some(owner), conversations::between(db, owner, other, cursor).await?).await?)
}

/// Writes to people alone. `to` holds handles; `number` comes from the form: sent twice, it is one message.
pub async fn write(
    app: &App,
    author: &account::Model,
    to: &str,
    said: &str,
    number: Option<i64>,
) -> Result<post::Model, Refusal> {
    let said = said.trim();
    let length = said.chars().count();
    if length == 0 {
        return Err(Refusal::invalid("text", "Write a few words first."));
    }
    if length > app.settings.max_caption {
        let why = format!("The message has {length} characters; {} are possible.", app.settings.max_caption);
        return Err(Refusal::invalid("text", why));
    }
    let mut words = Words::read(app, author, said).await?;
    for person in recipients(app, author, to).await? {
        words.address(person.id, urls::acct(&person));
    }
    if words.mentions.is_empty() {
        return Err(Refusal::invalid("to", "Say to whom, with a handle such as @name@server."));
    }
    let row = post::Model {
        draft_id: number,
        visibility: Visibility::Mentioned.as_str().to_owned(),
        language: language_of(app, author.id).await?,
        ..blank(app.id(), author.id, said, app.now())
    };
    writing::put_once(app, author, row, words, Photos::None).await
}

/// Everybody named in the field; a name that leads to nobody is said.
async fn recipients(app: &App, author: &account::Model, to: &str) -> Result<Vec<account::Model>, Refusal> {
    let names: Vec<&str> =
        to.split(|c: char| c.is_whitespace() || c == ',' || c == ';').filter(|n| !n.is_empty()).collect();
    if names.len() > limits::RECIPIENTS {
        let why = format!("A message goes to {} people at most.", limits::RECIPIENTS);
        return Err(Refusal::invalid("to", why));
    }
    let budget = Budget::person();
    let mut found = Vec::new();
    for name in names {
        let mention = text::mentions(&format!("@{}", name.trim_start_matches('@'))).into_iter().next();
        let person = match &mention {
            Some(mention) => federation::find::person(app, mention, Some(&budget)).await,
            None => Err(Refusal::Missing),
        };
        let nobody =
            || Refusal::invalid("to", format!("{name} was not found. Write the whole handle, such as @name@server."));
        let person = person.map_err(|refusal| match refusal {
            Refusal::Busy | Refusal::Full | Refusal::NoStore | Refusal::Forbidden(_) => refusal,
            _ => nobody(),
        })?;
        if !policies::between(&app.db.read, author.id, &[person.id]).await?.is_empty() {
            return Err(Refusal::invalid(
                "to",
                format!("You and {name} cannot write to each other: one of you blocks the other."),
            ));
        }
        if person.id != author.id {
            found.push(person);
        }
    }
    Ok(found)
}

//! Filters: what a person does not want to read, and what becomes of posts that hold it. They are hers
//! alone; nobody else notices.

mod matching;
mod parts;

pub use matching::{Folds, Matched, Matcher, hide, sieve};
pub use parts::{
    action_of, add_keyword, add_post, change_alone, change_keyword, keyword, keywords, make_alone, post, posts,
    remove_alone, remove_keyword, remove_post,
};

use super::{Refusal, limits};
use crate::app::App;
use crate::clock::Millis;
use crate::entity::{content_filter, filter_keyword, filter_post};
use crate::service::happening::{self, Happening};
use crate::store::{Work, filters as rows};
use sea_orm::{ConnectionTrait, DbErr};

/// Where a filter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Home, and lists of people.
    Home,
    Notifications,
    /// What everybody posts, and hashtags.
    Public,
    /// What stands around a post.
    Thread,
    /// What one person posted.
    Account,
}

impl Context {
    pub const ALL: [Self; 5] = [Self::Home, Self::Notifications, Self::Public, Self::Thread, Self::Account];

    /// Its name in the client API, and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Notifications => "notifications",
            Self::Public => "public",
            Self::Thread => "thread",
            Self::Account => "account",
        }
    }
}

/// What becomes of a post: it stands behind a fold, …
pub const WARN: &str = "warn";
/// … is left out of lists, …
pub const HIDE: &str = "hide";
/// … or its photos are covered.
pub const BLUR: &str = "blur";

/// A filter with all its parts.
#[derive(Debug, Clone)]
pub struct Filter {
    pub row: content_filter::Model,
    pub keywords: Vec<filter_keyword::Model>,
    pub posts: Vec<filter_post::Model>,
}

/// A word as it is sent: all that is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Word {
    /// Absent for a new one.
    pub id: Option<i64>,
    pub keyword: Option<String>,
    pub whole: Option<bool>,
    pub remove: bool,
}

/// A filter as it is sent: all that is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub title: Option<String>,
    pub contexts: Option<Vec<String>>,
    pub action: Option<String>,
    /// After so many seconds, or never.
    pub expires: Option<Option<i64>>,
    pub words: Vec<Word>,
}

/// Whether a filter holds at `now`.
pub fn holds(row: &content_filter::Model, now: Millis) -> bool {
    row.expires_at.is_none_or(|end| end > now)
}

/// Every filter of somebody, also those that have ended.
pub async fn list(app: &App, who: i64) -> Result<Vec<Filter>, Refusal> {
    let db = &app.db.read;
    let (mut keywords, mut posts) = (rows::keywords(db, who, None).await?, rows::posts(db, who, None).await?);
    let whole = |row: content_filter::Model| Filter {
        keywords: keywords.extract_if(.., |word| word.filter_id == row.id).collect(),
        posts: posts.extract_if(.., |post| post.filter_id == row.id).collect(),
        row,
    };
    Ok(rows::of(db, who).await?.into_iter().map(whole).collect())
}

/// One filter of hers.
pub async fn one(app: &App, who: i64, id: i64) -> Result<Filter, Refusal> {
    whole(&app.db.read, who, id).await
}

async fn whole(db: &impl ConnectionTrait, who: i64, id: i64) -> Result<Filter, Refusal> {
    Ok(Filter {
        row: rows::by_id(db, who, id).await?.ok_or(Refusal::Missing)?,
        keywords: rows::keywords(db, who, Some(id)).await?,
        posts: rows::posts(db, who, Some(id)).await?,
    })
}

/// Makes a filter.
pub async fn make(app: &App, who: i64, wanted: Wanted) -> Result<Filter, Refusal> {
    let row = content_filter::Model {
        id: app.id(),
        account_id: who,
        title: String::new(),
        contexts: String::new(),
        action: WARN.to_owned(),
        expires_at: None,
    };
    let row = changed(row, &wanted, app.now())?;
    let app2 = app.clone();
    write(app, who, move |tx| {
        Box::pin(async move {
            if rows::of(tx, who).await?.len() >= limits::FILTERS {
                let why = format!("There can be {} filters; delete one first.", limits::FILTERS);
                return Err(Refusal::invalid("title", why));
            }
            let id = row.id;
            rows::put(tx, row).await?;
            put_words(&app2, tx, who, id, wanted.words).await?;
            whole(tx, who, id).await
        })
    })
    .await
}

/// Changes a filter of hers.
pub async fn change(app: &App, who: i64, id: i64, wanted: Wanted) -> Result<Filter, Refusal> {
    let app2 = app.clone();
    write(app, who, move |tx| {
        Box::pin(async move {
            let row = rows::by_id(tx, who, id).await?.ok_or(Refusal::Missing)?;
            rows::put(tx, changed(row, &wanted, app2.now())?).await?;
            put_words(&app2, tx, who, id, wanted.words).await?;
            whole(tx, who, id).await
        })
    })
    .await
}

/// Takes a filter away.
pub async fn remove(app: &App, who: i64, id: i64) -> Result<(), Refusal> {
    write(app, who, move |tx| {
        Box::pin(async move {
            rows::by_id(tx, who, id).await?.ok_or(Refusal::Missing)?;
            Ok(rows::remove(tx, who, id).await?)
        })
    })
    .await
}

/// Writes what no other server hears of; her apps do.
async fn write<T: Send + 'static>(app: &App, who: i64, work: impl Work<T, Refusal>) -> Result<T, Refusal> {
    let app2 = app.clone();
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                let done = work(tx).await?;
                happening::say(&app2, tx, Happening::Filters { account: who }).await?;
                Ok(done)
            })
        })
        .await
}

/// The row with what was sent, once that is found to be right.
fn changed(mut row: content_filter::Model, wanted: &Wanted, now: Millis) -> Result<content_filter::Model, Refusal> {
    if let Some(title) = &wanted.title {
        row.title = title.trim().to_owned();
    }
    if row.title.is_empty() || row.title.chars().count() > limits::FILTER_TITLE {
        let why = format!("Give the filter a title of at most {} characters.", limits::FILTER_TITLE);
        return Err(Refusal::invalid("title", why));
    }
    if let Some(contexts) = &wanted.contexts {
        row.contexts = words_of(contexts)?;
    }
    if row.contexts.is_empty() {
        return Err(Refusal::invalid("context", "Say where the filter holds."));
    }
    if let Some(action) = &wanted.action {
        if ![WARN, HIDE, BLUR].contains(&action.as_str()) {
            return Err(Refusal::invalid("filter_action", "A filter can warn, hide or blur."));
        }
        row.action.clone_from(action);
    }
    if let Some(expires) = wanted.expires {
        row.expires_at = expires.map(|seconds| now.saturating_add(seconds.saturating_mul(1_000)));
    }
    Ok(row)
}

/// Contexts in the one order they are kept in.
fn words_of(contexts: &[String]) -> Result<String, Refusal> {
    if let Some(unknown) = contexts.iter().find(|word| Context::ALL.iter().all(|c| c.word() != word.as_str())) {
        return Err(Refusal::invalid("context", format!("There is no context called \u{201c}{unknown}\u{201d}.")));
    }
    let chosen = Context::ALL.iter().map(|c| c.word()).filter(|word| contexts.iter().any(|c| c == word));
    Ok(chosen.collect::<Vec<_>>().join(" "))
}

/// Adds, changes and removes words of a filter.
async fn put_words(
    app: &App,
    tx: &impl ConnectionTrait,
    who: i64,
    filter_id: i64,
    words: Vec<Word>,
) -> Result<(), Refusal> {
    for word in words {
        let known = match word.id {
            Some(id) => {
                let found = rows::keyword(tx, who, id).await?.filter(|known| known.filter_id == filter_id);
                Some(found.ok_or(Refusal::Missing)?)
            }
            None => None,
        };
        match known {
            Some(known) if word.remove => rows::remove_keyword(tx, known.id).await?,
            None if word.remove => {}
            known => {
                let new = || filter_keyword::Model {
                    id: app.id(),
                    account_id: who,
                    filter_id,
                    keyword: String::new(),
                    whole_word: 1,
                };
                rows::put_keyword(tx, spelt(known.unwrap_or_else(new), &word)?).await?;
            }
        }
    }
    if rows::keywords(tx, who, None).await?.len() > limits::FILTER_WORDS {
        let why = format!("There can be {} words in all filters together.", limits::FILTER_WORDS);
        return Err(Refusal::invalid("keyword", why));
    }
    Ok(())
}

/// The row with what was sent.
fn spelt(mut row: filter_keyword::Model, word: &Word) -> Result<filter_keyword::Model, Refusal> {
    if let Some(keyword) = &word.keyword {
        row.keyword = keyword.trim().to_owned();
    }
    if row.keyword.is_empty() || row.keyword.chars().count() > limits::FILTER_WORD {
        let why = format!("A word or phrase has at least one and at most {} characters.", limits::FILTER_WORD);
        return Err(Refusal::invalid("keyword", why));
    }
    if let Some(whole) = word.whole {
        row.whole_word = i32::from(whole);
    }
    Ok(row)
}

/// Whether somebody has a filter that could hold anything back at all: most people have none.
async fn any(db: &impl ConnectionTrait, who: i64, now: Millis) -> Result<Vec<content_filter::Model>, DbErr> {
    Ok(rows::of(db, who).await?.into_iter().filter(|row| holds(row, now)).collect())
}

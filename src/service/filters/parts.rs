//! The words and posts of filters, each by itself; and filters of one word, which is all that the first
//! version of the client API knows.

use super::{Filter, HIDE, WARN, Wanted, Word, changed, make, put_words, spelt, whole, write};
use crate::app::App;
use crate::entity::{content_filter, filter_keyword, filter_post};
use crate::service::{Refusal, limits, visibility};
use crate::store::filters as rows;

/// The words of a filter.
pub async fn keywords(app: &App, who: i64, filter_id: i64) -> Result<Vec<filter_keyword::Model>, Refusal> {
    Ok(super::one(app, who, filter_id).await?.keywords)
}

/// One word of hers.
pub async fn keyword(app: &App, who: i64, id: i64) -> Result<filter_keyword::Model, Refusal> {
    rows::keyword(&app.db.read, who, id).await?.ok_or(Refusal::Missing)
}

/// Adds a word to a filter.
pub async fn add_keyword(app: &App, who: i64, filter_id: i64, word: Word) -> Result<filter_keyword::Model, Refusal> {
    let app2 = app.clone();
    write(app, who, move |tx| {
        Box::pin(async move {
            rows::by_id(tx, who, filter_id).await?.ok_or(Refusal::Missing)?;
            put_words(&app2, tx, who, filter_id, vec![Word { id: None, ..word }]).await?;
            rows::keywords(tx, who, Some(filter_id)).await?.pop().ok_or(Refusal::Missing)
        })
    })
    .await
}

/// Changes a word.
pub async fn change_keyword(app: &App, who: i64, id: i64, word: Word) -> Result<filter_keyword::Model, Refusal> {
    write(app, who, move |tx| {
        Box::pin(async move {
            let row = spelt(rows::keyword(tx, who, id).await?.ok_or(Refusal::Missing)?, &word)?;
            rows::put_keyword(tx, row.clone()).await?;
            Ok(row)
        })
    })
    .await
}

/// Takes a word away.
pub async fn remove_keyword(app: &App, who: i64, id: i64) -> Result<(), Refusal> {
    write(app, who, move |tx| {
        Box::pin(async move {
            rows::keyword(tx, who, id).await?.ok_or(Refusal::Missing)?;
            Ok(rows::remove_keyword(tx, id).await?)
        })
    })
    .await
}

/// The posts of a filter.
pub async fn posts(app: &App, who: i64, filter_id: i64) -> Result<Vec<filter_post::Model>, Refusal> {
    Ok(super::one(app, who, filter_id).await?.posts)
}

/// One post of a filter of hers.
pub async fn post(app: &App, who: i64, id: i64) -> Result<filter_post::Model, Refusal> {
    rows::post(&app.db.read, who, id).await?.ok_or(Refusal::Missing)
}

/// Adds a post to a filter: one that she may see.
pub async fn add_post(app: &App, who: i64, filter_id: i64, post_id: i64) -> Result<filter_post::Model, Refusal> {
    let post_id = visibility::visible(app, Some(who), post_id).await?.id;
    let id = app.id();
    write(app, who, move |tx| {
        Box::pin(async move {
            rows::by_id(tx, who, filter_id).await?.ok_or(Refusal::Missing)?;
            if rows::posts(tx, who, None).await?.len() >= limits::FILTER_POSTS {
                let why = format!("There can be {} posts in all filters together.", limits::FILTER_POSTS);
                return Err(Refusal::invalid("status_id", why));
            }
            rows::add_post(tx, filter_post::Model { id, account_id: who, filter_id, post_id }).await?;
            let mut all = rows::posts(tx, who, Some(filter_id)).await?.into_iter();
            all.find(|row| row.post_id == post_id).ok_or(Refusal::Missing)
        })
    })
    .await
}

/// Takes a post out of a filter.
pub async fn remove_post(app: &App, who: i64, id: i64) -> Result<(), Refusal> {
    write(app, who, move |tx| {
        Box::pin(async move {
            rows::post(tx, who, id).await?.ok_or(Refusal::Missing)?;
            Ok(rows::remove_post(tx, id).await?)
        })
    })
    .await
}

/// Makes a filter of one word, which is its title too.
pub async fn make_alone(
    app: &App,
    who: i64,
    wanted: Wanted,
    word: Word,
) -> Result<(content_filter::Model, filter_keyword::Model), Refusal> {
    let wanted = Wanted { title: word.keyword.clone(), words: vec![word], ..wanted };
    let Filter { row, mut keywords, .. } = make(app, who, wanted).await?;
    Ok((row, keywords.pop().ok_or(Refusal::Missing)?))
}

/// Changes a word and its filter; a filter of several words is not changed for the sake of one.
pub async fn change_alone(
    app: &App,
    who: i64,
    id: i64,
    wanted: Wanted,
    word: Word,
) -> Result<(content_filter::Model, filter_keyword::Model), Refusal> {
    let now = app.now();
    write(app, who, move |tx| {
        Box::pin(async move {
            let known = rows::keyword(tx, who, id).await?.ok_or(Refusal::Missing)?;
            let Filter { row, keywords, posts } = whole(tx, who, known.filter_id).await?;
            let mut new = changed(row.clone(), &wanted, now)?;
            if keywords.len() == 1 && row.title == known.keyword {
                new.title = word.keyword.clone().unwrap_or(new.title);
            }
            let known = spelt(known, &word)?;
            if new != row {
                if keywords.len() > 1 || !posts.is_empty() {
                    let why = "This filter has several parts. Change it in an app that shows them.";
                    return Err(Refusal::invalid("context", why));
                }
                rows::put(tx, new.clone()).await?;
            }
            rows::put_keyword(tx, known.clone()).await?;
            Ok((new, known))
        })
    })
    .await
}

/// Takes a word away, and its filter once nothing is left of it.
pub async fn remove_alone(app: &App, who: i64, id: i64) -> Result<(), Refusal> {
    write(app, who, move |tx| {
        Box::pin(async move {
            let known = rows::keyword(tx, who, id).await?.ok_or(Refusal::Missing)?;
            let filter = whole(tx, who, known.filter_id).await?;
            if filter.keywords.len() == 1 && filter.posts.is_empty() {
                return Ok(rows::remove(tx, who, known.filter_id).await?);
            }
            Ok(rows::remove_keyword(tx, id).await?)
        })
    })
    .await
}

/// What the first version of the client API can say of an action: it hides for good, or warns.
pub fn action_of(irreversible: bool) -> &'static str {
    if irreversible { HIDE } else { WARN }
}

//! Finding people, posts and hashtags. Only somebody who is signed in makes this server ask others.

use super::federation::fetch::Budget;
use super::visibility::{Reader, can_see};
use super::{Refusal, federation, search_people, search_posts};
use crate::activitypub::text::{self, hashtag_key};
use crate::app::App;
use crate::entity::{account, post, tag};
use crate::store::{accounts, policies, tags};

/// People and hashtags shown at most.
const MOST: u64 = 20;

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    pub people: Vec<account::Model>,
    pub posts: Vec<post::Model>,
    pub tags: Vec<tag::Model>,
    /// A sentence when there is nothing, else empty.
    pub why_nothing: String,
}

/// Looks for a handle, an address, a hashtag or the start of a name. `may_ask`: other servers may
/// be asked about handles and addresses not known here.
pub async fn search(app: &App, reader: Reader, may_ask: bool, query: &str) -> Result<Found, Refusal> {
    let mut found = Found::default();
    let budget = may_ask.then(Budget::person);
    if query.is_empty() {
        return Ok(found);
    }
    if query.starts_with("https://") || query.starts_with("http://") {
        by_address(app, reader, budget.as_ref(), query, &mut found).await?;
    } else if let Some(key) = query.strip_prefix('#').and_then(hashtag_key) {
        found.tags = tags::search(&app.db.read, &key, MOST, 0).await?;
    } else if let Some(mention) = handle(query) {
        match federation::find::person(app, &mention, budget.as_ref()).await {
            Ok(person) => found.people.push(person),
            Err(refusal) => found.why_nothing = why_not(refusal, may_ask, query)?,
        }
    } else {
        let text = query.trim_start_matches('@');
        found.people = accounts::search(&app.db.read, text, MOST).await?;
        if let Some(key) = hashtag_key(text) {
            found.tags = tags::search(&app.db.read, &key, MOST, 0).await?;
        }
    }
    hide(app, reader, &mut found).await?;
    if found.why_nothing.is_empty() && found.people.is_empty() && found.posts.is_empty() && found.tags.is_empty() {
        found.why_nothing = format!(
            "Nothing here is called \u{201c}{query}\u{201d}. Try a whole handle such as @name@server, or the address of a post."
        );
    }
    Ok(found)
}

/// What an app looks for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// A handle, an address, a hashtag or the start of a name.
    pub query: &'a str,
    /// Other servers may be asked about handles and addresses not known here.
    pub may_ask: bool,
    pub people: bool,
    pub posts: bool,
    pub tags: bool,
    /// Of people only those the reader follows.
    pub followed: bool,
    /// Of posts only those of this person.
    pub by: Option<i64>,
    /// Of posts found by words only those below this id, and above the other.
    pub before: Option<i64>,
    pub after: Option<i64>,
    /// Of each kind so many, after so many.
    pub limit: u64,
    pub offset: u64,
}

/// Looks for what an app asks. What cannot be had is not found.
pub async fn for_app(app: &App, reader: Reader, asked: Asked<'_>) -> Result<Found, Refusal> {
    let (mut found, query) = (Found::default(), asked.query);
    let an_address = query.starts_with("https://") || query.starts_with("http://");
    if query.is_empty() || (an_address && asked.offset > 0) {
        return Ok(found);
    }
    if an_address {
        let budget = asked.may_ask.then(Budget::person);
        if asked.people || asked.posts {
            by_address(app, reader, budget.as_ref(), query, &mut found).await?;
        }
    } else {
        if asked.people && !query.starts_with('#') {
            let wanted = search_people::Wanted {
                text: query,
                resolve: asked.may_ask,
                followed: asked.followed,
                limit: asked.limit,
                offset: asked.offset,
            };
            found.people = search_people::people(app, reader, wanted).await?;
        }
        if asked.tags
            && let Some(key) = hashtag_key(query.trim_start_matches('#'))
        {
            found.tags = tags::search(&app.db.read, &key, asked.limit, asked.offset).await?;
        }
        if let Some(reader) = reader.filter(|_| asked.posts) {
            let Asked { query: text, by, before, after, limit, offset, .. } = asked;
            let wanted = search_posts::Wanted { text, by, before, after, limit, offset };
            found.posts = search_posts::posts(app, reader, wanted).await?;
        }
    }
    hide(app, reader, &mut found).await?;
    found.people.retain(|_| asked.people);
    found.posts.retain(|post| asked.posts && asked.by.is_none_or(|by| post.account_id == by));
    Ok(found)
}

/// `@bob@elsewhere.example`, with or without the first sign.
pub fn handle(query: &str) -> Option<text::Mention> {
    let plain = query.trim_start_matches('@');
    let found = text::mentions(&format!("@{plain}"));
    found.into_iter().next().filter(|m| m.host.is_some() && plain.split('@').count() == 2)
}

/// A sentence about what was not found; what is wrong here stays an error.
fn why_not(refusal: Refusal, asked: bool, query: &str) -> Result<String, Refusal> {
    match refusal {
        Refusal::Missing if asked => {
            Ok(format!("{query} was not found. Is it spelt right, and does it lead to a person or a post?"))
        }
        Refusal::Missing => Ok(format!("{query} is not known here. Sign in to look on other servers.")),
        Refusal::Gone => Ok(format!("{query} has been deleted.")),
        Refusal::Forbidden(why) => Ok(why),
        Refusal::Broken(cause) if asked => {
            tracing::info!(%cause, "another server could not be asked");
            Ok("Their server could not be reached just now. Try again in a while.".to_owned())
        }
        other => Err(other),
    }
}

async fn by_address(
    app: &App,
    reader: Reader,
    budget: Option<&Budget>,
    query: &str,
    found: &mut Found,
) -> Result<(), Refusal> {
    match federation::find::by_address(app, reader, query, budget).await {
        Ok(federation::find::Thing::Person(row)) => found.people.push(*row),
        Ok(federation::find::Thing::Post(row)) => found.posts.push(*row),
        Err(refusal) => found.why_nothing = why_not(refusal, budget.is_some(), "That address")?,
    }
    Ok(())
}

/// Takes out whom and what this reader may not see.
async fn hide(app: &App, reader: Reader, found: &mut Found) -> Result<(), Refusal> {
    found.posts = can_see(&app.db.read, reader, std::mem::take(&mut found.posts)).await?;
    let out = policies::kept_out_of(&app.db.read, &found.people).await?;
    found.people.retain(|person| !out.contains(&person.id));
    if let Some(reader) = reader {
        let ids: Vec<i64> = found.people.iter().map(|person| person.id).collect();
        let blocks = policies::between(&app.db.read, reader, &ids).await?;
        found.people.retain(|person| blocks.iter().all(|block| block.account_id != person.id));
    }
    Ok(())
}

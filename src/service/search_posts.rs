//! Finding posts by their words: one's own, and those one likes or keeps. Nobody else's can be searched.

use super::visibility::can_see;
use super::{Refusal, limits};
use crate::activitypub::Visibility;
use crate::activitypub::html::to_plain_text;
use crate::app::App;
use crate::entity::post;
use crate::store::posts::Kind;
use crate::store::{Cursor, bookmarks, media, posts, reactions};
use std::collections::{HashMap, HashSet};
use unicode_normalization::UnicodeNormalization;

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Words, each of which stands in the post, its warning or one of its alt texts.
    pub text: &'a str,
    /// Only posts of this person.
    pub by: Option<i64>,
    /// Only posts below this id, and above the other.
    pub before: Option<i64>,
    pub after: Option<i64>,
    pub limit: u64,
    pub offset: u64,
}

/// What was found, the newest first. Her newest [`limits::OWN_SEARCHED`] posts are looked through, and the posts
/// of her newest [`limits::KEPT_SEARCHED`] likes and bookmarks.
pub async fn posts(app: &App, reader: i64, wanted: Wanted<'_>) -> Result<Vec<post::Model>, Refusal> {
    let text = fold(wanted.text);
    let words: Vec<&str> = text.split_whitespace().take(limits::WORDS).collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: Vec<post::Model> = candidates(app, reader, wanted).await?;
    found.retain(|row| {
        wanted.by.is_none_or(|by| row.account_id == by)
            && wanted.before.is_none_or(|id| row.id < id)
            && wanted.after.is_none_or(|id| row.id > id)
    });
    let found = can_see(&app.db.read, Some(reader), found).await?;
    let ids: Vec<i64> = found.iter().map(|row| row.id).collect();
    let mut alts: HashMap<i64, String> = HashMap::new();
    for photo in media::of_posts(&app.db.read, &ids).await? {
        let all = alts.entry(photo.post_id.unwrap_or(0)).or_default();
        all.push('\n');
        all.push_str(&photo.alt);
    }
    let says = |row: &post::Model| {
        let plain = row.html.as_deref().map_or_else(|| row.caption.clone(), to_plain_text);
        let alt = alts.get(&row.id).map_or("", String::as_str);
        let said = fold(&format!("{plain}\n{}\n{alt}", row.warning));
        words.iter().all(|word| said.contains(word))
    };
    let mut found: Vec<post::Model> = found.into_iter().filter(says).collect();
    found.sort_by_key(|row| std::cmp::Reverse(row.id));
    let (skip, take) = (usize::try_from(wanted.offset).unwrap_or(0), usize::try_from(wanted.limit).unwrap_or(0));
    Ok(found.into_iter().skip(skip).take(take).collect())
}

/// What is looked through.
async fn candidates(app: &App, reader: i64, wanted: Wanted<'_>) -> Result<Vec<post::Model>, Refusal> {
    let db = &app.db.read;
    let mut found = HashMap::new();
    if wanted.by.is_none_or(|by| by == reader) {
        let every = Visibility::ALL.map(Visibility::as_str);
        let cursor =
            Cursor { after: wanted.after.unwrap_or(i64::MIN), ..Cursor::before(wanted.before, limits::OWN_SEARCHED) };
        let own = posts::of_account(db, reader, Kind::All, &every, cursor).await?;
        found.extend(own.into_iter().map(|row| (row.id, row)));
    }
    if wanted.by != Some(reader) {
        let some = Cursor::first(limits::KEPT_SEARCHED);
        let kept = bookmarks::page(db, reader, some).await?.into_iter().map(|row| row.post_id);
        let liked = reactions::likes_by(db, reader, some).await?.into_iter().map(|row| row.post_id);
        let ids: HashSet<i64> = kept.chain(liked).filter(|id| !found.contains_key(id)).collect();
        found.extend(posts::by_ids(db, &ids.into_iter().collect::<Vec<_>>()).await?);
    }
    Ok(found.into_values().collect())
}

/// As words are compared: NFKC, lower-case.
fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

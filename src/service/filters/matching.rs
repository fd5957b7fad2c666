//! What filters find in posts. They are read and compiled once for a list, and every word is looked for
//! in one pass over a post.

use super::{BLUR, Context, HIDE, any};
use crate::activitypub::html::to_plain_text;
use crate::app::App;
use crate::entity::{content_filter, filter_keyword, photo, post, tag};
use crate::service::views::{Polls, Post};
use crate::service::visibility::Reader;
use crate::store::{filters as rows, media, tags};
use aho_corasick::AhoCorasick;
use sea_orm::DbErr;
use std::collections::{BTreeMap, HashMap, HashSet};
use unicode_normalization::UnicodeNormalization;

/// A filter that holds a post back, and why.
#[derive(Debug, Clone)]
pub struct Matched {
    pub filter: content_filter::Model,
    /// Its words that the post holds.
    pub keywords: Vec<String>,
    /// It names the post.
    pub names_it: bool,
}

/// The filters of one reader that are in force.
#[derive(Default)]
pub struct Matcher {
    reader: Reader,
    filters: BTreeMap<i64, content_filter::Model>,
    words: Vec<filter_keyword::Model>,
    search: Option<AhoCorasick>,
    /// Filters by the post they name.
    posts: HashMap<i64, Vec<i64>>,
}

impl Matcher {
    /// Those of her filters that are wanted; one query where she has none.
    pub async fn of(app: &App, reader: Reader, wanted: impl Fn(&content_filter::Model) -> bool) -> Result<Self, DbErr> {
        let Some(who) = reader else { return Ok(Self::default()) };
        let db = &app.db.read;
        let filters: BTreeMap<i64, _> =
            any(db, who, app.now()).await?.into_iter().filter(wanted).map(|row| (row.id, row)).collect();
        if filters.is_empty() {
            return Ok(Self::default());
        }
        let mut words = rows::keywords(db, who, None).await?;
        words.retain(|word| filters.contains_key(&word.filter_id));
        let mut posts: HashMap<i64, Vec<i64>> = HashMap::new();
        for row in rows::posts(db, who, None).await? {
            if filters.contains_key(&row.filter_id) {
                posts.entry(row.post_id).or_default().push(row.filter_id);
            }
        }
        // It fails for more words than anybody may have.
        let search = AhoCorasick::new(words.iter().map(|word| folded(&word.keyword))).ok();
        Ok(Self { reader, filters, words, search, posts })
    }

    /// Nothing is held back.
    pub fn is_empty(&self) -> bool {
        self.filters.is_empty()
    }

    /// What holds this post back, in the order in which the filters were made. Nothing does of her own.
    pub fn on<'a>(
        &self,
        post: &post::Model,
        photos: impl IntoIterator<Item = &'a photo::Model>,
        tags: impl IntoIterator<Item = &'a tag::Model>,
        asked: impl IntoIterator<Item = &'a str>,
    ) -> Vec<Matched> {
        if self.is_empty() || self.reader == Some(post.account_id) {
            return Vec::new();
        }
        let mut found: BTreeMap<i64, (Vec<String>, bool)> = BTreeMap::new();
        for id in self.posts.get(&post.id).into_iter().flatten() {
            found.entry(*id).or_default().1 = true;
        }
        for word in self.words_in(&text_of(post, photos, tags, asked)) {
            found.entry(word.filter_id).or_default().0.push(word.keyword.clone());
        }
        let matched =
            |(id, (keywords, names_it))| Some(Matched { filter: self.filters.get(&id)?.clone(), keywords, names_it });
        found.into_iter().filter_map(matched).collect()
    }

    fn words_in(&self, text: &str) -> Vec<&filter_keyword::Model> {
        let Some(search) = &self.search else { return Vec::new() };
        let mut found = HashSet::new();
        for hit in search.find_overlapping_iter(text) {
            let at = hit.pattern().as_usize();
            let whole = || self.words.get(at).is_some_and(|word| word.whole_word != 0);
            if !found.contains(&at) && (!whole() || stands_alone(text, hit.start(), hit.end())) {
                found.insert(at);
            }
        }
        self.words.iter().enumerate().filter(|(at, _)| found.contains(at)).map(|(_, word)| word).collect()
    }
}

/// A letter or digit of a word.
fn of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether what stands there is no part of a longer word. An end that is itself no letter may touch one.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let joined = |left: Option<char>, right: Option<char>| left.is_some_and(of_word) && right.is_some_and(of_word);
    let (before, within, after) = (&text[..start], &text[start..end], &text[end..]);
    !joined(before.chars().next_back(), within.chars().next())
        && !joined(within.chars().next_back(), after.chars().next())
}

/// Letters as they are compared: compatible forms and cases are one, so are blanks of every length.
fn folded(text: &str) -> String {
    let plain: String = text.nfkc().flat_map(char::to_lowercase).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Everything of a post that is looked through: what it says, its warning, what its photos show, its
/// hashtags, what can be chosen in its poll; each on a line of its own.
fn text_of<'a>(
    post: &post::Model,
    photos: impl IntoIterator<Item = &'a photo::Model>,
    tags: impl IntoIterator<Item = &'a tag::Model>,
    asked: impl IntoIterator<Item = &'a str>,
) -> String {
    let said = post.html.as_deref().map_or_else(|| post.caption.clone(), to_plain_text);
    let mut lines = vec![folded(&said), folded(&post.warning)];
    lines.extend(photos.into_iter().map(|photo| folded(&photo.alt)));
    lines.extend(tags.into_iter().map(|tag| folded(&format!("#{}", tag.name))));
    lines.extend(asked.into_iter().map(folded));
    lines.join("\n")
}

/// Behind what posts stand on a page.
#[derive(Debug, Default)]
pub struct Folds(HashMap<i64, Fold>);

#[derive(Debug, Default)]
struct Fold {
    /// Title of the filter that warns.
    title: Option<String>,
    blur: bool,
}

impl Folds {
    /// Folds what is warned of and covers what is blurred.
    pub fn on(&self, posts: &mut [Post]) {
        for post in posts {
            let Some(fold) = post.id.parse().ok().and_then(|id: i64| self.0.get(&id)) else { continue };
            if let Some(title) = &fold.title {
                post.fold.clone_from(title);
            }
            post.sensitive |= fold.blur;
        }
    }
}

/// Leaves out what her filters hide here, and says behind what the rest stands. A fixed number of queries.
pub async fn sieve<T>(
    app: &App,
    reader: Reader,
    context: Context,
    items: Vec<T>,
    post: impl Fn(&T) -> &post::Model,
) -> Result<(Vec<T>, Folds), DbErr> {
    let here = |filter: &content_filter::Model| filter.contexts.split(' ').any(|word| word == context.word());
    through(app, &Matcher::of(app, reader, here).await?, items, post).await
}

/// Leaves out what her filters hide here. Where nothing is hidden, nothing is looked through.
pub async fn hide<T>(
    app: &App,
    reader: Reader,
    context: Context,
    items: Vec<T>,
    post: impl Fn(&T) -> &post::Model,
) -> Result<Vec<T>, DbErr> {
    let here = |filter: &content_filter::Model| {
        filter.action == HIDE && filter.contexts.split(' ').any(|word| word == context.word())
    };
    Ok(through(app, &Matcher::of(app, reader, here).await?, items, post).await?.0)
}

async fn through<T>(
    app: &App,
    matcher: &Matcher,
    items: Vec<T>,
    post: impl Fn(&T) -> &post::Model,
) -> Result<(Vec<T>, Folds), DbErr> {
    if matcher.is_empty() || items.is_empty() {
        return Ok((items, Folds::default()));
    }
    let db = &app.db.read;
    let ids: Vec<i64> = items.iter().map(|item| post(item).id).collect();
    let mut photos: HashMap<i64, Vec<photo::Model>> = HashMap::new();
    for photo in media::of_posts(db, &ids).await? {
        photos.entry(photo.post_id.unwrap_or(0)).or_default().push(photo);
    }
    let mut tagged: HashMap<i64, Vec<tag::Model>> = HashMap::new();
    for (id, tag) in tags::of_posts(db, &ids).await? {
        tagged.entry(id).or_default().push(tag);
    }
    let polls = Polls::load(db, None, &ids).await?;
    let (mut kept, mut folds) = (Vec::new(), Folds::default());
    for item in items {
        let id = post(&item).id;
        let (photos, tags) = (photos.get(&id).into_iter().flatten(), tagged.get(&id).into_iter().flatten());
        let found = matcher.on(post(&item), photos, tags, polls.words(id));
        if found.iter().any(|matched| matched.filter.action == HIDE) {
            continue;
        }
        if !found.is_empty() {
            let warns = found.iter().find(|matched| matched.filter.action != BLUR);
            let blur = found.iter().any(|matched| matched.filter.action == BLUR);
            folds.0.insert(id, Fold { title: warns.map(|matched| matched.filter.title.clone()), blur });
        }
        kept.push(item);
    }
    Ok((kept, folds))
}

//! Posts as apps show them: whole, with everybody they name.

use super::{Account, Emoji, Emojis, Picture, Poll, Polls, accounts, of_photos};
use crate::activitypub::html::{sanitize, to_plain_text};
use crate::activitypub::{SanitizedHtml, Visibility, text};
use crate::app::App;
use crate::clock::Millis;
use crate::entity::{account, boost, photo, post, tag};
use crate::service::federation::urls::{AbsoluteLinks, Urls};
use crate::service::filters::{Matched, Matcher};
use crate::service::visibility::{self, Reader, can_see};
use crate::store::marks::{self, Marks};
use crate::store::{self, media, posts as rows, quotes, tags};
use sea_orm::DbErr;
use std::collections::{HashMap, HashSet};

/// A post as it comes into a list: by itself, or because somebody boosted it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub post: post::Model,
    pub boost: Option<boost::Model>,
}

impl From<post::Model> for Shown {
    fn from(post: post::Model) -> Self {
        Self { post, boost: None }
    }
}

impl Shown {
    /// What orders it among others.
    pub fn key(&self) -> i64 {
        self.boost.as_ref().map_or(self.post.id, |boost| boost.id)
    }
}

/// The boost through which a post is shown.
#[derive(Debug, Clone)]
pub struct Boosted {
    pub row: boost::Model,
    pub by: Account,
}

/// A post, with everything apps want to know.
#[derive(Debug, Clone)]
pub struct Status {
    pub row: post::Model,
    pub author: Account,
    pub html: SanitizedHtml,
    /// The same as plain text.
    pub text: String,
    pub seen_by: Visibility,
    pub photos: Vec<(photo::Model, Picture)>,
    pub mentions: Vec<account::Model>,
    pub tags: Vec<tag::Model>,
    /// What it answers, and who wrote that, where the reader may see it.
    pub answers: Option<(i64, i64)>,
    pub liked: bool,
    pub boosted: bool,
    /// The reader keeps it for later.
    pub kept: bool,
    /// The reader is not told of its conversation.
    pub silent: bool,
    /// How often it is quoted.
    pub quotes: i64,
    /// Custom emoji of its text and its warning.
    pub emojis: Vec<Emoji>,
    /// What it asks.
    pub poll: Option<Poll>,
    /// The reader wrote it.
    pub own: bool,
    /// Filters of the reader that hold it back, wherever they hold.
    pub filtered: Vec<Matched>,
    pub boost: Option<Boosted>,
}

/// Posts for this reader, in the order given; a fixed number of queries, however many they are. The rows
/// must have come through `can_see`.
pub async fn statuses(app: &App, urls: &Urls, reader: Reader, list: Vec<Shown>) -> Result<Vec<Status>, DbErr> {
    if list.is_empty() {
        return Ok(Vec::new());
    }
    let batch = Batch::load(app, urls, reader, &list).await?;
    Ok(list.into_iter().filter_map(|shown| batch.view(urls, reader, shown)).collect())
}

/// What custom emoji of a post may stand in.
fn words_of(row: &post::Model) -> [&str; 2] {
    [row.html.as_deref().unwrap_or(&row.caption), &row.warning]
}

struct Batch {
    people: HashMap<i64, Account>,
    rows: HashMap<i64, account::Model>,
    mentions: HashMap<i64, Vec<(i64, String)>>,
    tags: HashMap<i64, Vec<tag::Model>>,
    photos: HashMap<i64, Vec<(photo::Model, Picture)>>,
    parents: HashMap<i64, i64>,
    marks: Marks,
    quotes: HashMap<i64, i64>,
    emojis: Emojis,
    polls: Polls,
    now: Millis,
    filters: Matcher,
}

impl Batch {
    async fn load(app: &App, urls: &Urls, reader: Reader, list: &[Shown]) -> Result<Self, DbErr> {
        let db = &app.db.read;
        let ids: Vec<i64> = list.iter().map(|s| s.post.id).collect::<HashSet<_>>().into_iter().collect();
        let answered: Vec<i64> = list.iter().filter_map(|s| s.post.in_reply_to_id).collect();
        let parents = can_see(db, reader, rows::by_ids(db, &answered).await?.into_values().collect()).await?;
        let named = tags::mentions(db, &ids).await?;
        let speaking: HashSet<i64> = list
            .iter()
            .flat_map(|s| [s.post.account_id].into_iter().chain(s.boost.as_ref().map(|b| b.account_id)))
            .collect();
        let everybody: HashSet<i64> = speaking.iter().copied().chain(named.iter().map(|m| m.account_id)).collect();
        let known = store::accounts::by_ids(db, everybody).await?;
        let speakers: Vec<account::Model> = speaking.iter().filter_map(|id| known.get(id)).cloned().collect();
        let mut photos: HashMap<i64, Vec<(photo::Model, Picture)>> = HashMap::new();
        for pair in of_photos(app, media::of_posts(db, &ids).await?).await? {
            photos.entry(pair.0.post_id.unwrap_or(0)).or_default().push(pair);
        }
        let mut mentions: HashMap<i64, Vec<(i64, String)>> = HashMap::new();
        for mention in named {
            mentions.entry(mention.post_id).or_default().push((mention.account_id, mention.name));
        }
        let mut tagged: HashMap<i64, Vec<tag::Model>> = HashMap::new();
        for (post, tag) in tags::of_posts(db, &ids).await? {
            tagged.entry(post).or_default().push(tag);
        }
        let roots: Vec<i64> = list.iter().map(|s| s.post.root_id).collect();
        let marks = match reader {
            Some(id) => marks::of(db, id, &ids, &roots).await?,
            None => Marks::default(),
        };
        let domain = |id: &i64| known.get(id).map_or("", |author| author.domain.as_str());
        let polls = Polls::load(db, reader, &ids).await?;
        let mut texts: Vec<(&str, &str)> = Vec::new();
        for row in list.iter().map(|shown| &shown.post) {
            let words = words_of(row).into_iter().chain(polls.words(row.id));
            texts.extend(words.map(|text| (domain(&row.account_id), text)));
        }
        let emojis = Emojis::load(app, texts).await?;
        Ok(Self {
            people: accounts(app, urls, speakers).await?,
            rows: known,
            mentions,
            tags: tagged,
            photos,
            parents: parents.into_iter().map(|p| (p.id, p.account_id)).collect(),
            marks,
            quotes: quotes::totals(db, &ids).await?,
            emojis,
            polls,
            now: app.now(),
            filters: Matcher::of(app, reader, |_| true).await?,
        })
    }

    fn view(&self, urls: &Urls, reader: Reader, shown: Shown) -> Option<Status> {
        let Shown { post: row, boost } = shown;
        let boost = match boost {
            Some(row) => Some(Boosted { by: self.people.get(&row.account_id)?.clone(), row }),
            None => None,
        };
        let named = self.mentions.get(&row.id).map_or(&[] as &[_], Vec::as_slice);
        let html = match &row.html {
            Some(html) => sanitize(html),
            None => {
                let mut links = AbsoluteLinks::new(urls.clone());
                for (id, name) in named {
                    if let Some(person) = self.rows.get(id) {
                        links.know(name, person);
                    }
                }
                text::to_html(&row.caption, &links)
            }
        };
        let domain = self.rows.get(&row.account_id).map_or("", |author| author.domain.as_str());
        let photos = self.photos.get(&row.id).map_or(&[] as &[_], Vec::as_slice);
        let tags = self.tags.get(&row.id).map_or(&[] as &[_], Vec::as_slice);
        Some(Status {
            author: self.people.get(&row.account_id)?.clone(),
            text: to_plain_text(html.as_str()),
            html,
            seen_by: visibility::of(&row),
            photos: photos.to_vec(),
            mentions: named.iter().filter_map(|(id, _)| self.rows.get(id)).cloned().collect(),
            tags: tags.to_vec(),
            answers: row.in_reply_to_id.and_then(|id| Some((id, *self.parents.get(&id)?))),
            liked: self.marks.liked.contains(&row.id),
            boosted: self.marks.boosted.contains(&row.id),
            kept: self.marks.kept.contains(&row.id),
            silent: self.marks.silent.contains(&row.root_id),
            quotes: self.quotes.get(&row.id).copied().unwrap_or(0),
            emojis: self.emojis.used(domain, words_of(&row)),
            own: reader == Some(row.account_id),
            poll: self.polls.of(row.id, domain, &self.emojis, self.now),
            filtered: self.filters.on(&row, photos.iter().map(|(photo, _)| photo), tags, self.polls.words(row.id)),
            boost,
            row,
        })
    }
}

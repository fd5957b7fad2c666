//! Posts, conversations and notifications as they can be shown.

use super::{
    Answered, Emojis, Notification, Person, Picture, Polls, Post, Quoting, Reply, TagLink, ago, day, iso, of_photos,
    people, person,
};
use crate::activitypub::html::{sanitize, to_plain_text};
use crate::activitypub::vocab::Place;
use crate::activitypub::{Visibility, text};
use crate::app::App;
use crate::entity::{account, post};
use crate::service::federation::{kept, urls};
use crate::service::filters::{self, Context};
use crate::service::muting::unmuted;
use crate::service::notifications::Told;
use crate::service::policy::{self, Deed, Rights};
use crate::service::visibility::{self, Reader, can_see};
use crate::service::{categories, limits};
use crate::store::marks::{self, Marks};
use crate::store::{accounts, media, posts as rows, quotes, tags};
use sea_orm::DbErr;
use std::collections::{HashMap, HashSet};

/// Posts for this reader, in the order given. The rows must have come through `can_see`.
pub async fn posts(app: &App, reader: Reader, list: Vec<post::Model>) -> Result<Vec<Post>, DbErr> {
    let batch = Batch::load(app, reader, &list).await?;
    Ok(list.iter().filter_map(|row| batch.view(app, row)).collect())
}

/// The same with the reader's filters: what they hide here is left out, the rest may stand behind a fold.
pub async fn posts_in(app: &App, reader: Reader, context: Context, list: Vec<post::Model>) -> Result<Vec<Post>, DbErr> {
    let (kept, folds) = filters::sieve(app, reader, context, list, |row| row).await?;
    let mut found = posts(app, reader, kept).await?;
    folds.on(&mut found);
    Ok(found)
}

/// Everything a list of posts needs, loaded at once.
struct Batch {
    reader: Reader,
    authors: HashMap<i64, account::Model>,
    pictures: HashMap<i64, Vec<Picture>>,
    links: HashMap<i64, urls::LocalLinks>,
    emojis: Emojis,
    polls: Polls,
    rights: Rights,
    marks: Marks,
    parents: HashMap<i64, post::Model>,
}

impl Batch {
    async fn load(app: &App, reader: Reader, list: &[post::Model]) -> Result<Self, DbErr> {
        let db = &app.db.read;
        let ids: Vec<i64> = list.iter().map(|p| p.id).collect();
        let parent_ids: Vec<i64> = list.iter().filter_map(|p| p.in_reply_to_id).collect();
        let parents = can_see(db, reader, rows::by_ids(db, &parent_ids).await?.into_values().collect()).await?;
        let mentions = tags::mentions(db, &ids).await?;
        let who = list
            .iter()
            .map(|p| p.account_id)
            .chain(parents.iter().map(|p| p.account_id))
            .chain(mentions.iter().map(|m| m.account_id));
        let authors = accounts::by_ids(db, who.collect::<HashSet<_>>()).await?;
        let mut links: HashMap<i64, urls::LocalLinks> = HashMap::new();
        for mention in mentions {
            if let Some(person) = authors.get(&mention.account_id) {
                links.entry(mention.post_id).or_default().know(&mention.name, person);
            }
        }
        let mut pictures: HashMap<i64, Vec<Picture>> = HashMap::new();
        let photos = media::of_posts(db, &ids).await?;
        kept::photos_seen(app, reader, &photos);
        kept::people_seen(app, reader, authors.values());
        for (row, picture) in of_photos(app, photos).await? {
            pictures.entry(row.post_id.unwrap_or(0)).or_default().push(picture);
        }
        let marks = match reader {
            Some(id) => marks::of(db, id, &ids, &[]).await?,
            None => Marks::default(),
        };
        let parents = parents.into_iter().map(|p| (p.id, p)).collect();
        let polls = Polls::load(db, reader, &ids).await?;
        let emojis = emojis(app, list, &authors, &polls).await?;
        let rights = Rights::load(app, reader, list).await?;
        Ok(Self { reader, authors, pictures, links, emojis, polls, rights, marks, parents })
    }

    fn view(&self, app: &App, row: &post::Model) -> Option<Post> {
        let author = self.authors.get(&row.account_id)?;
        let seen = visibility::of(row);
        let caption = match &row.html {
            Some(html) => sanitize(html),
            None => text::to_html(&row.caption, self.links.get(&row.id).unwrap_or(&urls::LocalLinks::default())),
        };
        let caption_text = to_plain_text(caption.as_str()).split_whitespace().collect::<Vec<_>>().join(" ");
        let now = app.now();
        let (place, photos) = self.where_and_what(row);
        Some(Post {
            id: row.id.to_string(),
            path: urls::post_path(author, row.id),
            author: self.emojis.on(person(app, author), author),
            caption: self.emojis.within(&author.domain, caption),
            caption_text,
            warning: row.warning.clone(),
            sensitive: row.sensitive != 0,
            fold: String::new(),
            language: row.language.clone(),
            visibility: seen,
            visibility_label: label(seen).to_owned(),
            published: iso(row.published_at),
            published_day: day(row.published_at),
            published_ago: ago(row.published_at, now),
            edited: row.edited_at.is_some(),
            photos,
            place,
            category: filed_under(&row.category),
            likes: row.like_count,
            boosts: row.boost_count,
            replies: row.reply_count,
            liked: self.marks.liked.contains(&row.id),
            boosted: self.marks.boosted.contains(&row.id),
            can_boost: seen.is_open() && self.rights.may(Deed::Boost, row, author),
            can_like: self.rights.may(Deed::Like, row, author),
            can_reply: self.rights.may(Deed::Reply, row, author),
            closed: policy::is_closed(row, author),
            pinned: row.pinned_at.is_some(),
            own: self.reader == Some(row.account_id),
            answers: self.answered(app, row),
            boosted_by: None,
            poll: self.polls.of(row.id, &author.domain, &self.emojis, now),
            remote_url: (!author.domain.is_empty()).then(|| row.url.clone().or_else(|| row.uri.clone())).flatten(),
        })
    }

    fn answered(&self, app: &App, row: &post::Model) -> Option<Answered> {
        let parent = self.parents.get(&row.in_reply_to_id?)?;
        let author = self.authors.get(&parent.account_id)?;
        Some(Answered { path: urls::post_path(author, parent.id), author: self.emojis.on(person(app, author), author) })
    }

    /// Where a post was, and its photos; each photo says where only when the post does not.
    fn where_and_what(&self, row: &post::Model) -> (String, Vec<Picture>) {
        let place = Place::of(&row.place).label();
        let mut photos = self.pictures.get(&row.id).cloned().unwrap_or_default();
        if !place.is_empty() {
            photos.iter_mut().for_each(|photo| photo.data.retain(|line| line.label != super::pictures::PLACE));
        }
        (place, photos)
    }
}

/// Custom emoji of captions, of what is asked, and of everybody's names.
async fn emojis(
    app: &App,
    list: &[post::Model],
    authors: &HashMap<i64, account::Model>,
    polls: &Polls,
) -> Result<Emojis, DbErr> {
    let domain = |id: &i64| authors.get(id).map_or("", |author| author.domain.as_str());
    let captions = list.iter().map(|p| (domain(&p.account_id), p.html.as_ref().unwrap_or(&p.caption).as_str()));
    let names = authors.values().map(|author| (author.domain.as_str(), author.name.as_str()));
    let mut texts: Vec<(&str, &str)> = captions.chain(names).collect();
    for row in list {
        texts.extend(polls.words(row.id).map(|words| (domain(&row.account_id), words)));
    }
    Emojis::load(app, texts).await
}

/// A category, with the page of the hashtag of the same name.
fn filed_under(name: &str) -> Option<TagLink> {
    let key = text::hashtag_key(&categories::hashtag(name))?;
    Some(TagLink { path: urls::tag_path(&key), name: name.to_owned() })
}

/// Who sees it, in words.
pub fn label(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "Public",
        Visibility::Quiet => "Quiet public",
        Visibility::Followers => "Followers",
        Visibility::Mentioned => "Mentioned people",
    }
}

/// What was answered to a post, and to the answers, after the id `after`: each under what it answers,
/// oldest first. With the id after which the next page begins, where there is one.
pub async fn conversation(
    app: &App,
    reader: Reader,
    top: &post::Model,
    after: i64,
) -> Result<(Vec<Reply>, Option<i64>), DbErr> {
    let (ordered, next) = answers(app, reader, top, after, limits::CONVERSATION).await?;
    let by: HashSet<i64> = ordered.iter().filter(|(p, _)| p.account_id == top.account_id).map(|(p, _)| p.id).collect();
    let depths: HashMap<String, i64> = ordered.iter().map(|(p, d)| (p.id.to_string(), *d)).collect();
    let views = posts_in(app, reader, Context::Thread, ordered.into_iter().map(|(p, _)| p).collect()).await?;
    let reply = |post: Post| Reply {
        depth: depths.get(&post.id).copied().unwrap_or(0).min(4),
        by_author: post.id.parse().is_ok_and(|id: i64| by.contains(&id)),
        post,
    };
    Ok((views.into_iter().map(reply).collect(), next))
}

/// The rows of a conversation that this reader sees, each with its depth, and after which id the next page begins.
pub type Answers = (Vec<(post::Model, i64)>, Option<i64>);

/// The rows of [`conversation`], `most` at a time, each with how deep it stands.
pub async fn answers(app: &App, reader: Reader, top: &post::Model, after: i64, most: u64) -> Result<Answers, DbErr> {
    let db = &app.db.read;
    let all = match top.id == top.root_id {
        true => rows::conversation(db, top.root_id, after, most).await?,
        false => rows::beneath(db, top.id, after, most).await?,
    };
    let next = all.last().map(|p| p.id).filter(|_| u64::try_from(all.len()).unwrap_or(0) >= most);
    let seen = unmuted(app, reader, can_see(db, reader, all).await?).await?;
    let seen = filters::hide(app, reader, Context::Thread, seen, |row| row).await?;
    let parents = parents_of(&seen);
    let mut under: HashMap<i64, Vec<post::Model>> = HashMap::new();
    for row in seen {
        let parent = parents.get(&row.id).copied();
        under.entry(parent.unwrap_or(top.id)).or_default().push(row);
    }
    let mut ordered = Vec::new();
    let mut stack: Vec<(post::Model, i64)> =
        under.remove(&top.id).unwrap_or_default().into_iter().rev().map(|p| (p, 0)).collect();
    while let Some((row, depth)) = stack.pop() {
        stack.extend(under.remove(&row.id).unwrap_or_default().into_iter().rev().map(|p| (p, depth + 1)));
        ordered.push((row, depth));
    }
    Ok((ordered, next))
}

/// What each of these posts answers, where that is among them: what answers a reply that is hidden, or stands
/// on an earlier page, is left out, and so is what answers itself in a circle.
fn parents_of(list: &[post::Model]) -> HashMap<i64, i64> {
    let here: HashSet<i64> = list.iter().map(|p| p.id).collect();
    let known = list.iter().filter_map(|p| Some((p.id, p.in_reply_to_id.filter(|id| here.contains(id))?)));
    let parents: HashMap<i64, i64> = known.collect();
    let ends = |from: i64| {
        let mut seen = HashSet::new();
        let mut at = Some(from);
        while let Some(id) = at {
            if !seen.insert(id) {
                return false;
            }
            at = parents.get(&id).copied();
        }
        true
    };
    parents.iter().filter(|(id, _)| ends(**id)).map(|(id, parent)| (*id, *parent)).collect()
}

/// What a post answers, from the first one down, as far as this reader may see.
pub async fn above(app: &App, reader: Reader, row: &post::Model) -> Result<Vec<Post>, DbErr> {
    let seen = can_see(&app.db.read, reader, rows::above(&app.db.read, row).await?).await?;
    posts_in(app, reader, Context::Thread, seen).await
}

/// Posts elsewhere that quote this one and that the reader may see; its author sees all.
pub async fn quoted_by(app: &App, reader: Reader, post: &post::Model) -> Result<Vec<Quoting>, DbErr> {
    let rows = quotes::of_post(&app.db.read, post.id).await?;
    let ids: Vec<i64> = rows.iter().filter_map(|q| q.quoting_id).collect();
    let kept = rows::by_ids(&app.db.read, &ids).await?.into_values().collect();
    let shown: HashSet<i64> = can_see(&app.db.read, reader, kept).await?.into_iter().map(|p| p.id).collect();
    let authors = accounts::by_ids(&app.db.read, rows.iter().map(|q| q.account_id)).await?;
    let own = reader == Some(post.account_id);
    let line = |row: &crate::entity::quote::Model| {
        let author = authors.get(&row.account_id).filter(|a| a.deleted_at.is_none() && a.suspended == 0)?;
        let here = row.quoting_id.filter(|id| shown.contains(id)).map(|id| urls::post_path(author, id));
        let path = here.or_else(|| own.then(|| row.uri.clone()))?;
        Some(Quoting { id: row.id.to_string(), author: person(app, author), path })
    };
    Ok(rows.iter().filter_map(line).collect())
}

/// Notifications that somebody may see, as lines of a page; `seen` is the newest she has looked at.
pub async fn notifications(app: &App, owner: i64, seen: i64, list: Vec<Told>) -> Result<Vec<Notification>, DbErr> {
    let actors: HashMap<i64, Person> = people(app, Some(owner), list.iter().map(|told| told.row.actor_id)).await?;
    let about: HashMap<i64, post::Model> = list.iter().filter_map(|t| t.post.clone()).map(|p| (p.id, p)).collect();
    let views: HashMap<String, Post> =
        posts_in(app, Some(owner), Context::Notifications, about.into_values().collect())
            .await?
            .into_iter()
            .map(|p| (p.id.clone(), p))
            .collect();
    let line = |told: Told| {
        let row = told.row;
        let post = views.get(&row.post_id.to_string()).cloned();
        if row.post_id != 0 && post.is_none() {
            return None;
        }
        Some(Notification {
            id: row.id.to_string(),
            actor: actors.get(&row.actor_id)?.clone(),
            post,
            ago: ago(row.created_at, app.now()),
            at: iso(row.created_at),
            fresh: row.id > seen,
            kind: row.kind,
        })
    };
    Ok(list.into_iter().filter_map(line).collect())
}

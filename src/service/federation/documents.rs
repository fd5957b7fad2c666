//! What other servers find at our addresses, and what deliveries carry: the same documents.

use super::urls::{self, AbsoluteLinks, Urls};
use super::{emoji, featured, profile, sync};
use crate::activitypub::render::{collection, note as render};
use crate::activitypub::text;
use crate::activitypub::visibility::addressing;
use crate::activitypub::vocab::Place;
use crate::app::App;
use crate::entity::{account, photo, post, rendition};
use crate::service::photos::focus::Focus;
use crate::service::photos::told;
use crate::service::visibility::{self, Reader, can_see, visible};
use crate::service::{Refusal, categories, following, policy, views};
use crate::store::{Cursor, accounts, media, posts, relations, tags};
use serde_json::{Value, json};

/// Posts on a page of an outbox.
const OUTBOX_PAGE: u64 = 20;
/// Ids on a page of other collections.
const PAGE: u64 = 60;

/// A local post as plain values, ready to be written.
pub async fn post_values(
    app: &App,
    urls: &Urls,
    author: &account::Model,
    row: &post::Model,
) -> Result<render::Post, Refusal> {
    let db = &app.db.read;
    let rows = media::of_posts(db, &[row.id]).await?;
    let ids: Vec<i64> = rows.iter().map(|p| p.id).collect();
    let sizes = media::sizes_of(db, &ids).await?;
    let mut links = AbsoluteLinks::new(urls.clone());
    let mut mentions = Vec::new();
    for mention in tags::mentions(db, &[row.id]).await? {
        let Some(person) = accounts::by_id(db, mention.account_id).await? else { continue };
        links.know(&mention.name, &person);
        if let Some(actor) = urls::known_actor(app, &person) {
            mentions.push(render::Mention { actor, name: views::person(app, &person).handle });
        }
    }
    let mentioned: Vec<String> = mentions.iter().map(|m| m.actor.clone()).collect();
    let (to, cc) = addressing(visibility::of(row), &urls.followers(author.id), &mentioned);
    let (id, place) = (urls.post(row.id), Place::of(&row.place));
    Ok(render::Post {
        author: urls.actor(author.id),
        url: urls.at(&urls::post_path(author, row.id)),
        published: row.published_at,
        updated: row.edited_at,
        to,
        cc,
        warning: Some(row.warning.clone()),
        sensitive: row.sensitive != 0,
        in_reply_to: parent_id(app, row).await?,
        content: text::to_html(&row.caption, &links),
        language: Some(row.language.clone()),
        photos: rows.iter().filter_map(|p| photo_values(app, urls, p, &sizes, &place)).collect(),
        hashtags: hashtags(urls, &row.caption),
        mentions,
        emoji: emoji::used(app, urls, &[&row.caption, &row.warning]).await?,
        place,
        category: category(urls, &row.category),
        replies: format!("{id}/replies"),
        likes: format!("{id}/likes"),
        shares: format!("{id}/shares"),
        likes_total: row.like_count,
        shares_total: row.boost_count,
        permitted: policy::said(row, author, &urls.actor(author.id), &urls.followers(author.id), &mentioned),
        id,
    })
}

async fn parent_id(app: &App, row: &post::Model) -> Result<Option<String>, Refusal> {
    let Some(parent_id) = row.in_reply_to_id else { return Ok(row.in_reply_to_uri.clone()) };
    let Some(parent) = posts::by_id(&app.db.read, parent_id).await? else { return Ok(row.in_reply_to_uri.clone()) };
    let author = accounts::by_id(&app.db.read, parent.account_id).await?;
    Ok(author.and_then(|a| urls::known_post(app, &a, &parent)))
}

/// The file that federates, and what is known of it.
fn photo_values(
    app: &App,
    urls: &Urls,
    row: &photo::Model,
    sizes: &[rendition::Model],
    place: &Place,
) -> Option<render::Photo> {
    let size = sizes.iter().find(|s| s.photo_id == Some(row.id) && s.role == "fed")?;
    let said = told::said(row);
    Some(render::Photo {
        url: urls.media(app, &size.key),
        alt: Some(row.alt.clone()),
        blurhash: Some(row.blurhash.clone()),
        width: size.width,
        height: size.height,
        focal_point: Focus::of(row).said(),
        exif: said.exif,
        licence: said.licence,
        place: place.clone(),
    })
}

/// The category and its page: that of the hashtag of the same name.
fn category(urls: &Urls, name: &str) -> Option<(String, String)> {
    let key = text::hashtag_key(&categories::hashtag(name))?;
    Some((name.to_owned(), urls.at(&urls::tag_path(&key))))
}

fn hashtags(urls: &Urls, caption: &str) -> Vec<render::Hashtag> {
    let tags = text::hashtags(caption).into_iter();
    tags.map(|(key, name)| render::Hashtag { href: urls.at(&urls::tag_path(&key)), name }).collect()
}

/// A local account that other servers may know of.
async fn local(app: &App, id: i64) -> Result<account::Model, Refusal> {
    let row = accounts::by_id(&app.db.read, id).await?.filter(|a| a.domain.is_empty()).ok_or(Refusal::Missing)?;
    match row {
        row if row.deleted_at.is_some() => Err(Refusal::Gone),
        // Never "gone": that cannot be taken back, elsewhere.
        row if row.suspended != 0 => Err(Refusal::Missing),
        row => Ok(row),
    }
}

/// The actor document.
pub async fn actor(app: &App, urls: &Urls, id: i64) -> Result<Value, Refusal> {
    profile::document(app, urls, &local(app, id).await?).await
}

/// A document, and whether everybody may keep a copy.
pub struct Document {
    pub value: Value,
    pub public: bool,
}

/// A post. Deleted public ones leave a tombstone; what the reader may not see was never there.
pub async fn post(
    app: &App,
    urls: &Urls,
    reader: Reader,
    id: i64,
    form: fn(&render::Post) -> Value,
) -> Result<Document, Refusal> {
    let row = posts::by_id(&app.db.read, id).await?.filter(|p| p.uri.is_none()).ok_or(Refusal::Missing)?;
    let open = visibility::of(&row).is_open();
    if row.deleted_at.is_some() {
        return if open { Err(Refusal::Gone) } else { Err(Refusal::Missing) };
    }
    let row = visible(app, reader, row.id).await?;
    let author = local(app, row.account_id).await?;
    Ok(Document { value: form(&post_values(app, urls, &author, &row).await?), public: open })
}

/// What stands at a deleted post's id.
pub async fn tombstone(app: &App, urls: &Urls, id: i64) -> Result<Value, Refusal> {
    let row = posts::by_id(&app.db.read, id).await?.ok_or(Refusal::Missing)?;
    Ok(render::tombstone(&urls.post(id), row.deleted_at))
}

/// Public answers to a post, wherever they were written, oldest first: the collection, or its page of
/// what came `after` an id.
pub async fn replies(app: &App, urls: &Urls, reader: Reader, id: i64, after: Option<i64>) -> Result<Value, Refusal> {
    let row = visible(app, reader, id).await?;
    let address = format!("{}/replies", urls.post(row.id));
    let page = |after: i64| match after {
        0 => format!("{address}?page=1"),
        after => format!("{address}?page=1&after={after}"),
    };
    let Some(after) = after else { return Ok(collection::replies(&address, &page(0))) };
    let answers = posts::public_replies(&app.db.read, row.id, after, PAGE).await?;
    let full = answers.len() >= usize::try_from(PAGE).unwrap_or(0);
    let next = answers.last().filter(|_| full).map(|last| page(last.id));
    let answers = can_see(&app.db.read, None, answers).await?;
    let authors = accounts::by_ids(&app.db.read, answers.iter().map(|a| a.account_id)).await?;
    let item = |answer: &post::Model| urls::known_post(app, authors.get(&answer.account_id)?, answer);
    let items = answers.iter().filter_map(item).map(Value::String).collect();
    Ok(collection::replies_page(&page(after), &address, next.as_deref(), items))
}

/// How many like or boost a post; never who.
pub async fn count(app: &App, urls: &Urls, reader: Reader, id: i64, what: &str) -> Result<Value, Refusal> {
    let row = visible(app, reader, id).await?;
    let total = if what == "likes" { row.like_count } else { row.boost_count };
    Ok(collection::count(&format!("{}/{what}", urls.post(id)), total))
}

/// What everybody may see of somebody, newest first.
pub async fn outbox(app: &App, urls: &Urls, id: i64, page: bool, before: Option<i64>) -> Result<Value, Refusal> {
    let author = local(app, id).await?;
    let address = urls.outbox(author.id);
    if !page {
        let total = accounts::count_of(&app.db.read, author.id).await?.posts;
        return Ok(collection::ordered(&address, Some(total), Some(&format!("{address}?page=true"))));
    }
    let cursor = Cursor::before(before, OUTBOX_PAGE);
    let rows = posts::of_account(&app.db.read, author.id, posts::Kind::All, &["public", "quiet"], cursor).await?;
    let next = rows
        .last()
        .filter(|_| rows.len() >= usize::try_from(OUTBOX_PAGE).unwrap_or(0))
        .map(|last| format!("{address}?page=true&before={}", last.id));
    let items = rows
        .iter()
        .map(|row| {
            json!({
                "id": urls.create(row.id), "type": "Create", "actor": urls.actor(author.id),
                "published": views::iso(row.published_at), "object": urls.post(row.id),
            })
        })
        .collect();
    let own = before.map_or_else(|| format!("{address}?page=true"), |id| format!("{address}?page=true&before={id}"));
    Ok(collection::ordered_page(&own, &address, next.as_deref(), None, items))
}

/// Who follows, or is followed.
pub async fn network(
    app: &App,
    urls: &Urls,
    id: i64,
    followers: bool,
    page: bool,
    before: Option<i64>,
) -> Result<Value, Refusal> {
    let person = local(app, id).await?;
    let db = &app.db.read;
    let address = if followers { urls.followers(person.id) } else { urls.following(person.id) };
    // How many stays to be read; whom does not.
    let hidden = following::hides_people(&person, None);
    if page && hidden {
        return Err(Refusal::Missing);
    }
    if !page {
        let count = accounts::count_of(db, person.id).await?;
        let total = if followers { count.followers } else { count.following };
        return Ok(collection::ordered(
            &address,
            Some(total),
            (!hidden).then(|| format!("{address}?page=1")).as_deref(),
        ));
    }
    let cursor = Cursor::before(before, PAGE);
    let rows = if followers {
        relations::followers(db, person.id, cursor).await?
    } else {
        relations::following(db, person.id, cursor).await?
    };
    let next = rows
        .last()
        .filter(|_| rows.len() >= usize::try_from(PAGE).unwrap_or(0))
        .map(|last| format!("{address}?page=1&before={}", last.id));
    let ids: Vec<i64> = rows.iter().map(|f| if followers { f.follower_id } else { f.target_id }).collect();
    let mut people = accounts::by_ids(db, ids.iter().copied()).await?;
    let items = ids
        .iter()
        .filter_map(|id| people.remove(id))
        .filter_map(|p| urls::known_actor(app, &p))
        .map(Value::String)
        .collect();
    let own = before.map_or_else(|| format!("{address}?page=1"), |id| format!("{address}?page=1&before={id}"));
    Ok(collection::ordered_page(&own, &address, next.as_deref(), None, items))
}

/// Pins and newest albums, as ids: each is fetched by whoever wants it.
pub async fn featured_posts(app: &App, urls: &Urls, id: i64) -> Result<Value, Refusal> {
    let author = local(app, id).await?;
    let items = featured::posts_of(app, &author).await?.into_iter().map(|p| Value::String(urls.post(p.id))).collect();
    Ok(collection::ordered_items(&urls.featured(author.id), items))
}

/// Pinned hashtags.
pub async fn featured_tags(app: &App, urls: &Urls, id: i64) -> Result<Value, Refusal> {
    let author = local(app, id).await?;
    let page = |name: &str| urls.at(&urls::tag_path(&text::hashtag_key(name).unwrap_or_default()));
    let tags: Vec<(String, String)> =
        featured::tags_of(&author).into_iter().map(|name| (name.clone(), page(&name))).collect();
    Ok(collection::featured_tags(&urls.featured_tags(author.id), &tags))
}

/// Followers of a person who live on one server, for that server alone (FEP-8fcf).
pub async fn followers_of_host(app: &App, urls: &Urls, id: i64, host: &str) -> Result<Value, Refusal> {
    let person = local(app, id).await?;
    let ids = sync::of_host(app, person.id, host).await?.ok_or(Refusal::Missing)?;
    let items = ids.into_iter().map(Value::String).collect();
    Ok(collection::ordered_items(&urls.followers_of_host(person.id), items))
}

/// An activity of ours, where everybody may see it. One about a post is there as long as the post is.
/// What was said to one person answers to her alone.
pub async fn activity(app: &App, urls: &Urls, reader: Reader, id: i64) -> Result<Document, Refusal> {
    let row = crate::store::jobs::said(&app.db.read, id).await?.ok_or(Refusal::Missing)?;
    let body: Value = serde_json::from_str(&row.body).map_err(Refusal::broken)?;
    if row.public == 0 && !is_told_to(app, reader, &row.body).await? {
        return Err(Refusal::Missing);
    }
    if row.kind != "Delete"
        && let Some(post) = about_post(urls, &body)
    {
        visible(app, reader, post).await?;
    }
    Ok(Document { value: body, public: row.public != 0 })
}

/// What people are shown in place of an activity.
pub enum Shown {
    /// The post it is about.
    Post(i64),
    /// Whoever did it.
    Person(i64),
}

/// Where a browser that comes upon an activity's id belongs. What was said to one person is shown to none.
pub async fn shown_at(app: &App, id: i64) -> Result<Shown, Refusal> {
    let row = crate::store::jobs::said(&app.db.read, id).await?.filter(|a| a.public != 0).ok_or(Refusal::Missing)?;
    let body: Value = serde_json::from_str(&row.body).map_err(Refusal::broken)?;
    let about = Urls::of(app).and_then(|urls| about_post(&urls, &body));
    Ok(about.map_or(Shown::Person(row.account_id), Shown::Post))
}

/// Whether an activity names its reader.
async fn is_told_to(app: &App, reader: Reader, body: &str) -> Result<bool, Refusal> {
    let Some(id) = reader else { return Ok(false) };
    let uri = accounts::by_id(&app.db.read, id).await?.and_then(|row| row.uri);
    Ok(uri.is_some_and(|uri| body.contains(&format!("\"{uri}\""))))
}

/// The local post that an activity is about.
pub fn about_post(urls: &Urls, activity: &Value) -> Option<i64> {
    let object = activity.get("object")?;
    let id = object.as_str().or_else(|| object.get("id")?.as_str())?;
    match urls.parse(id) {
        Some(urls::Named::Post(post)) => Some(post),
        _ => None,
    }
}

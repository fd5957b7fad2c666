//! People as they can be shown.

use super::{Emojis, Field, Moved, Person, Profile, Relation, TagLink, day, picture_path};
use crate::activitypub::SanitizedHtml;
use crate::activitypub::html::{name_with_emoji, only_link, sanitize, to_plain_text};
use crate::activitypub::text::{self, Links};
use crate::app::App;
use crate::entity::account;
use crate::service::federation::{featured, kept, moving, urls};
use crate::service::profiles as own;
use crate::service::visibility::Reader;
use crate::store::{accounts, mutes, policies, profile_links, relations};
use sea_orm::DbErr;
use std::collections::HashMap;

/// The short form.
pub fn person(app: &App, row: &account::Model) -> Person {
    let acct = urls::acct(row);
    let name = if row.name.trim().is_empty() { row.username.clone() } else { row.name.clone() };
    Person {
        id: row.id.to_string(),
        shown: name_with_emoji(&name, |_| None),
        initial: name.chars().find(|c| c.is_alphanumeric()).unwrap_or('?').to_uppercase().to_string(),
        name,
        handle: format!(
            "@{}@{}",
            row.username,
            if row.domain.is_empty() { app.handle_domain() } else { row.domain.clone() }
        ),
        path: format!("/@{acct}"),
        acct,
        avatar: row.avatar_key.as_deref().map(|key| picture_path(app, key)).unwrap_or_default(),
        local: row.domain.is_empty(),
        locked: row.locked != 0,
    }
}

/// Short forms by id, as this reader is shown them.
pub async fn people(
    app: &App,
    reader: Reader,
    ids: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, Person>, DbErr> {
    let rows = accounts::by_ids(&app.db.read, ids).await?;
    kept::people_seen(app, reader, rows.values());
    let emojis = Emojis::load(app, rows.values().map(|row| (row.domain.as_str(), row.name.as_str()))).await?;
    Ok(rows.into_iter().map(|(id, row)| (id, emojis.on(person(app, &row), &row))).collect())
}

/// A person, whole, as this reader meets her.
pub async fn profile(app: &App, row: &account::Model, reader: Reader) -> Result<Profile, DbErr> {
    let db = &app.db.read;
    kept::people_seen(app, reader, [row]);
    let (bio, fields) = bio_of(row, &urls::LocalLinks::default());
    let texts = [&row.name, &row.bio, &row.fields].map(|text| (row.domain.as_str(), text.as_str()));
    let emojis = Emojis::load(app, texts).await?;
    let known = accounts::count_of(db, row.id).await?;
    Ok(Profile {
        person: emojis.on(person(app, row), row),
        bio_text: to_plain_text(bio.as_str()),
        bio: emojis.within(&row.domain, bio),
        header: row.header_key.as_deref().map(|key| picture_path(app, key)),
        pronouns: own::pronouns(row),
        fields: lines(app, row, fields, &emojis).await?,
        posts: row.remote_posts.unwrap_or(known.posts),
        followers: row.remote_followers.unwrap_or(known.followers),
        following: row.remote_following.unwrap_or(known.following),
        server: row.domain.clone(),
        counted_there: row.remote_followers.is_some() && row.remote_following.is_some(),
        remote_url: (!row.domain.is_empty()).then(|| row.url.clone().or_else(|| row.uri.clone())).flatten(),
        moved_to: moved_to(app, row).await?,
        tags: featured::tags_of(row).into_iter().filter_map(tag_link).collect(),
        relation: relation(app, row.id, reader).await?,
    })
}

/// Lines as they are shown: without the pronouns, which stand beside the name.
async fn lines(
    app: &App,
    row: &account::Model,
    fields: Vec<(String, SanitizedHtml)>,
    emojis: &Emojis,
) -> Result<Vec<Field>, DbErr> {
    let checked = profile_links::of(&app.db.read, row.id).await?;
    let verified = |html: &SanitizedHtml| {
        let href = only_link(html.as_str())?;
        let link = checked.iter().find(|link| link.href == href)?;
        link.verified_at.map(day)
    };
    let field = |(name, value): (String, SanitizedHtml)| Field {
        verified: verified(&value).unwrap_or_default(),
        value: emojis.within(&row.domain, value),
        name,
    };
    Ok(fields.into_iter().filter(|(name, value)| !own::is_pronouns(name, &value.to_plain_text())).map(field).collect())
}

/// Anybody elsewhere can say that she is now somebody else: it is shown only where that one says so too.
/// Of people here that was made sure when they moved.
async fn moved_to(app: &App, row: &account::Model) -> Result<Option<Moved>, DbErr> {
    let Some(address) = &row.moved_to else { return Ok(None) };
    let local = urls::Urls::of(app).and_then(|urls| urls.parse(address));
    let new = match local {
        Some(urls::Named::Actor(id)) => accounts::by_id(&app.db.read, id).await?,
        _ => accounts::by_uri(&app.db.read, address).await?,
    };
    let said_there = |new: &account::Model| row.uri.as_deref().is_none_or(|old| moving::names(new, old));
    Ok(match new.filter(|n| n.deleted_at.is_none() && n.suspended == 0) {
        Some(new) => said_there(&new).then(|| {
            let new = person(app, &new);
            Moved { name: new.handle, path: new.path }
        }),
        None => row.domain.is_empty().then(|| Moved { name: address.clone(), path: address.clone() }),
    })
}

fn tag_link(name: String) -> Option<TagLink> {
    let key = text::hashtag_key(&name)?;
    Some(TagLink { path: urls::tag_path(&key), name })
}

async fn relation(app: &App, id: i64, reader: Reader) -> Result<Relation, DbErr> {
    let Some(reader) = reader else { return Ok(Relation::default()) };
    let follows = relations::between(&app.db.read, reader, &[id]).await?;
    let blocks = policies::between(&app.db.read, reader, &[id]).await?;
    let out = follows.iter().find(|f| f.follower_id == reader);
    Ok(Relation {
        own: reader == id,
        following: out.is_some_and(|f| f.state == relations::ACCEPTED),
        requested: out.is_some_and(|f| f.state == relations::PENDING),
        followed_by: follows.iter().any(|f| f.target_id == reader && f.state == relations::ACCEPTED),
        blocking: blocks.iter().any(|b| b.account_id == reader),
        muting: !mutes::of(&app.db.read, reader, &[id], app.now()).await?.is_empty(),
    })
}

/// What somebody says of herself, and her labelled lines. Local ones are plain text, remote ones HTML.
pub fn bio_of(row: &account::Model, links: &dyn Links) -> (SanitizedHtml, Vec<(String, SanitizedHtml)>) {
    let local = row.domain.is_empty();
    let bio = if local { text::to_html(&row.bio, links) } else { sanitize(&row.bio) };
    let pairs: Vec<(String, String)> = serde_json::from_str(&row.fields).unwrap_or_default();
    let html = |value: &str| if local { text::field_to_html(value, links) } else { sanitize(value) };
    (bio, pairs.into_iter().map(|(name, value)| (name, html(&value))).collect())
}

/// Labelled lines with links.
pub fn fields(row: &account::Model) -> Vec<(String, SanitizedHtml)> {
    bio_of(row, &urls::LocalLinks::default()).1
}

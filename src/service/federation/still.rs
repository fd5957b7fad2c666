//! Whether what waits to be delivered is still so. A like that could not be delivered and was taken back
//! since must not arrive after its Undo, nor an Undo after the next like: whatever came last has a
//! delivery of its own, and what it overtook is not sent any more.

use super::documents::about_post;
use super::featured::tags_of;
use super::relays;
use super::urls::{Named, Urls};
use crate::activitypub::text::hashtag_key;
use crate::app::App;
use crate::entity::{activity, follow, post};
use crate::service::Refusal;
use crate::service::accounts::INSTANCE;
use crate::store::{accounts, marks, policies, posts, quotes, reactions, relations};
use serde_json::Value;

/// False when saying it now would leave other servers with something that no longer holds.
pub async fn so(app: &App, said: &activity::Model) -> Result<bool, Refusal> {
    let (Some(urls), Ok(body)) = (Urls::of(app), serde_json::from_str::<Value>(&said.body)) else { return Ok(true) };
    if said.account_id == INSTANCE {
        return relays::still(app, said, &body).await;
    }
    let db = &app.db.read;
    Ok(match said.kind.as_str() {
        "Create" | "Update" => match about_post(&urls, &body) {
            Some(id) => posts::by_id(db, id).await?.is_some_and(|p| p.deleted_at.is_none()),
            None => true,
        },
        // These carry the number of the row they tell of.
        "Like" => reactions::like_by_id(db, said.id).await?.is_some(),
        "Announce" => reactions::boost_by_id(db, said.id).await?.is_some(),
        // One that was answered has arrived, whatever its inbox said.
        "Follow" => relations::by_id(db, said.id).await?.is_some_and(|f| f.state == relations::PENDING),
        "Add" => pinned(app, &urls, said.account_id, &body).await?,
        "Remove" => !pinned(app, &urls, said.account_id, &body).await?,
        // Answers to requests to quote; a stamp taken back since is not given any more.
        "Accept" if text(&body, "/object/type") == "QuoteRequest" => in_force(app, text(&body, "/result")).await?,
        "Reject" if text(&body, "/object/type") == "QuoteRequest" => true,
        "Block" => policies::block_by_id(db, said.id).await?.is_some(),
        "Accept" => answered(app, said, &body).await?.is_some_and(|f| f.state == relations::ACCEPTED),
        "Reject" => answered(app, said, &body).await?.is_none(),
        "Undo" => !again(app, &urls, said.account_id, &body).await?,
        _ => true,
    })
}

/// Whether a post or a hashtag stands at the head of her profile.
async fn pinned(app: &App, urls: &Urls, who: i64, body: &Value) -> Result<bool, Refusal> {
    if text(body, "/object/type") == "Hashtag" {
        let (row, tag) = (accounts::by_id(&app.db.read, who).await?, hashtag_key(text(body, "/object/name")));
        let tags = row.map(|row| tags_of(&row)).unwrap_or_default();
        return Ok(tag.is_some() && tags.iter().any(|own| hashtag_key(own) == tag));
    }
    let Some(id) = about_post(urls, body) else { return Ok(false) };
    Ok(posts::by_id(&app.db.read, id).await?.is_some_and(|p| p.pinned_at.is_some()))
}

async fn in_force(app: &App, stamp: &str) -> Result<bool, Refusal> {
    let Some(id) = stamp.rsplit('/').next().and_then(|id| id.parse().ok()) else { return Ok(false) };
    Ok(quotes::by_id(&app.db.read, id).await?.is_some_and(|q| q.revoked_at.is_none()))
}

/// The follow that an Accept or Reject is about, as it stands.
async fn answered(app: &App, said: &activity::Model, body: &Value) -> Result<Option<follow::Model>, Refusal> {
    let follower = text(body, "/object/actor");
    let Some(follower) = accounts::by_uri(&app.db.read, follower).await? else { return Ok(None) };
    Ok(relations::get(&app.db.read, follower.id, said.account_id).await?)
}

/// Whether what was taken back was done anew: peers find it by what it is about, not by its id.
async fn again(app: &App, urls: &Urls, who: i64, undo: &Value) -> Result<bool, Refusal> {
    let (db, about) = (&app.db.read, text(undo, "/object/object"));
    match text(undo, "/object/type") {
        "Follow" => match accounts::by_uri(db, about).await? {
            Some(target) => Ok(relations::get(db, who, target.id).await?.is_some()),
            None => Ok(false),
        },
        "Block" => match accounts::by_uri(db, about).await? {
            Some(target) => Ok(policies::between(db, who, &[target.id]).await?.iter().any(|b| b.account_id == who)),
            None => Ok(false),
        },
        kind @ ("Like" | "Announce") => match named(app, urls, about).await? {
            Some(post) => {
                let marks = marks::of(db, who, &[post.id], &[]).await?;
                Ok(if kind == "Like" { !marks.liked.is_empty() } else { !marks.boosted.is_empty() })
            }
            None => Ok(false),
        },
        _ => Ok(false),
    }
}

async fn named(app: &App, urls: &Urls, address: &str) -> Result<Option<post::Model>, Refusal> {
    Ok(match urls.parse(address) {
        Some(Named::Post(id)) => posts::by_id(&app.db.read, id).await?,
        _ => posts::by_uri(&app.db.read, address).await?,
    })
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

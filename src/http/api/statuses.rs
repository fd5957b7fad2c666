//! Posts, as whoever calls may see them, and as she writes, changes and deletes them.

use super::call::{Answer, Call, json};
use super::json::{
    self as entities, Context, DeletedStatus, PostedStatus, ScheduledStatus, Status, StatusEdit, StatusSource,
};
use super::media::told;
use super::{Access, ApiError, Params, Route, params};
use crate::activitypub::{Visibility, stamp};
use crate::clock::Millis;
use crate::entity::post;
use crate::service::editing::{self, Changes};
use crate::service::scheduling::{self, Said};
use crate::service::writing::{self, Photos, Written};
use crate::service::{Refusal, apps, limits, posting, reacting, timelines, views};
use std::collections::HashMap;

const READ: Access = Access::Open("read:statuses");
const WRITE: Access = Access::Person(&["write:statuses"]);

const NAMES: &[(&str, &str)] = &[("text", "status"), ("caption", "status"), ("to", "status"), ("photos", "media_ids")];

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/statuses", READ, several).takes(&["id[]:id"]).lists::<Status>(),
        Route::post("/api/v1/statuses", WRITE, create)
            .takes(&[
                "status",
                "media_ids[]:id",
                "in_reply_to_id:id",
                "sensitive:flag",
                "spoiler_text",
                "visibility",
                "language",
                "scheduled_at:time",
                "allowed_mentions[]:id",
            ])
            .names(NAMES)
            .gives::<PostedStatus>(),
        Route::get("/api/v1/statuses/{id}", READ, show).remembered().gives::<Status>(),
        Route::put("/api/v1/statuses/{id}", WRITE, edit)
            .takes(&["status", "media_ids[]:id", "media_attributes[]", "sensitive:flag", "spoiler_text", "language"])
            .names(NAMES)
            .gives::<Status>(),
        Route::delete("/api/v1/statuses/{id}", WRITE, delete).takes(&["delete_media:flag"]).gives::<DeletedStatus>(),
        Route::get("/api/v1/statuses/{id}/context", READ, context).remembered().gives::<Context>(),
        Route::get("/api/v1/statuses/{id}/source", Access::Person(&["read:statuses"]), source).gives::<StatusSource>(),
        Route::get("/api/v1/statuses/{id}/history", READ, history).lists::<StatusEdit>(),
    ]
}

async fn show(call: Call) -> Answer {
    let shown = timelines::one(&call.app, call.reader(), call.id()?).await?;
    json(&entities::status(&call, shown).await?)
}

async fn several(call: Call) -> Answer {
    let mut ids = call.params.ids("id");
    ids.truncate(limits::POSTS_BY_ID);
    let shown = timelines::several(&call.app, call.reader(), &ids).await?;
    json(&entities::statuses(&call, shown).await?)
}

async fn context(call: Call) -> Answer {
    let shown = timelines::one(&call.app, call.reader(), call.id()?).await?;
    let (above, below) = timelines::context(&call.app, call.reader(), &shown.post).await?;
    let above_count = above.len();
    // Both at once: half the queries.
    let mut ancestors = entities::statuses(&call, above.into_iter().chain(below).collect()).await?;
    let descendants = ancestors.split_off(above_count.min(ancestors.len()));
    json(&Context { ancestors, descendants })
}

/// What is not there must not be dropped silently.
fn refuse_what_is_not_here(params: &Params) -> Result<(), ApiError> {
    if !params.list("poll[options]").is_empty() {
        return Err(ApiError::invalid("poll", "There are no polls on this server."));
    }
    if params.text("quoted_status_id").or(params.text("quote_id")).is_some() {
        return Err(ApiError::invalid("quoted_status_id", "Posts cannot quote others on this server."));
    }
    Ok(())
}

fn visibility(params: &Params) -> Result<Option<Visibility>, ApiError> {
    let Some(word) = params.text("visibility") else { return Ok(None) };
    let known = Visibility::ALL.into_iter().find(|seen| entities::visibility(*seen) == word);
    let why = "The visibility is one of public, unlisted, private, direct.";
    known.map(Some).ok_or_else(|| ApiError::invalid("visibility", why))
}

/// A language tag such as `de` or `pt-BR`; anything else is absent.
fn language(params: &Params) -> Option<String> {
    let text = params.text("language")?;
    let mut parts = text.split('-');
    let first = parts.next().is_some_and(|p| (2..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphabetic()));
    let rest = parts.all(|p| (2..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    (first && rest && text.len() <= 35).then(|| text.to_owned())
}

/// Ids of photos, each once. Some apps send `null` for what they could not upload.
fn photos(params: &Params) -> Result<Vec<i64>, ApiError> {
    let mut ids = Vec::new();
    for text in params.list("media_ids").into_iter().filter(|text| !["null", "undefined"].contains(text)) {
        let id = params::id(text).map_err(|_| ApiError::invalid("media_ids", format!("There is no photo {text}.")))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

fn hour(params: &Params) -> Result<Option<Millis>, ApiError> {
    let Some(text) = params.text("scheduled_at") else { return Ok(None) };
    let why = "scheduled_at is a time such as 2027-01-31T08:30:00.000Z.";
    stamp::read(text).map(Some).ok_or_else(|| ApiError::invalid("scheduled_at", why))
}

/// What is to be posted.
async fn written(call: &Call, number: Option<i64>) -> Result<Written, ApiError> {
    let answers = match call.params.id("in_reply_to_id")? {
        Some(id) => Some(timelines::one(&call.app, call.reader(), id).await?.post.id),
        None => None,
    };
    let text = |name: &str| call.params.text(name).unwrap_or_default().to_owned();
    let written = Written {
        text: text("status"),
        warning: text("spoiler_text"),
        sensitive: false,
        language: language(&call.params),
        visibility: visibility(&call.params)?,
        answers,
        photos: Photos::Loose(photos(&call.params)?),
        only: call.params.sent("allowed_mentions").then(|| call.params.ids("allowed_mentions")),
        number,
        via: apps::via(&call.app, call.holder.as_ref().map_or(0, |holder| holder.app_id)).await?,
    };
    Ok(writing::as_usual(&call.me()?.login, written, call.params.flag("sensitive")))
}

async fn create(call: Call) -> Answer {
    let (app, viewer) = (&call.app, call.me()?);
    refuse_what_is_not_here(&call.params)?;
    let number = match call.headers.get("idempotency-key") {
        Some(key) => Some(writing::number_of(app, viewer.id(), key.as_bytes()).await?),
        None => None,
    };
    if let Some(number) = number
        && let Some(said) = scheduling::said(app, &viewer.account, number).await?
    {
        return answer(&call, said).await;
    }
    let app_id = call.holder.as_ref().map_or(0, |holder| holder.app_id);
    let written = written(&call, number).await?;
    let said = match hour(&call.params)? {
        Some(at) => Said::Scheduled(scheduling::schedule(app, &viewer.account, app_id, written, at).await?),
        None => Said::Posted(writing::post(app, &viewer.account, written).await?.id),
    };
    answer(&call, said).await
}

async fn answer(call: &Call, said: Said) -> Answer {
    match said {
        Said::Posted(id) => again(call, id).await,
        Said::Scheduled(waiting) => json(&ScheduledStatus::of(call, waiting).await?),
    }
}

/// A post as it is now.
async fn again(call: &Call, id: i64) -> Answer {
    let shown = timelines::one(&call.app, call.reader(), id).await?;
    json(&entities::status(call, shown).await?)
}

async fn edit(call: Call) -> Answer {
    let params = &call.params;
    refuse_what_is_not_here(params)?;
    let text = |name: &str| params.sent(name).then(|| params.text(name).unwrap_or_default().to_owned());
    let mut about = HashMap::new();
    for row in params.rows("media_attributes") {
        let id = row.id("id").map_err(|_| ApiError::invalid("media_attributes", "There is no such photo."))?;
        if let Some(id) = id {
            about.insert(id, told(&row)?);
        }
    }
    let changes = Changes {
        text: text("status"),
        warning: text("spoiler_text"),
        sensitive: params.flag("sensitive"),
        language: language(params),
        photos: if params.sent("media_ids") { Some(photos(params)?) } else { None },
        told: about,
    };
    let row = editing::change(&call.app, &call.me()?.account, call.id()?, changes).await?;
    again(&call, row.id).await
}

async fn own(call: &Call) -> Result<post::Model, ApiError> {
    Ok(posting::own_post(&call.app.db.read, call.me()?.id(), call.id()?).await?)
}

/// Answers what was deleted, with what was typed, to be written anew.
async fn delete(call: Call) -> Answer {
    let (app, viewer) = (&call.app, call.me()?);
    let shown = timelines::one(app, call.reader(), call.id()?).await?;
    let post = shown.post.clone();
    let boosted = shown.boost.as_ref().map(|boost| boost.account_id == viewer.id());
    let status = entities::status(&call, shown).await?;
    match boosted {
        Some(true) => drop(reacting::unboost(app, viewer.id(), post.id).await?),
        Some(false) => return Err(ApiError::missing()),
        None => {
            let keep = call.params.flag("delete_media") != Some(true);
            posting::delete(app, &viewer.account, post.id, keep).await?;
        }
    }
    let mut said = serde_json::to_value(&status).map_err(Refusal::broken)?;
    if let Some(members) = said.as_object_mut() {
        members.remove("content");
        let typed = if boosted.is_none() { post.caption } else { String::new() };
        members.insert("text".to_owned(), typed.into());
    }
    json(&said)
}

async fn source(call: Call) -> Answer {
    let row = own(&call).await?;
    json(&StatusSource { id: row.id.to_string(), text: row.caption, spoiler_text: row.warning })
}

async fn history(call: Call) -> Answer {
    let shown = timelines::one(&call.app, call.reader(), call.id()?).await?;
    let versions = editing::versions(&call.app, &shown.post).await?;
    let rows = versions.iter().map(|version| views::Shown::from(version.post.clone())).collect();
    let said = entities::statuses(&call, rows).await?;
    json(&said.into_iter().zip(versions).map(|(status, version)| StatusEdit::of(status, version)).collect::<Vec<_>>())
}

//! Reports: by people here, and by other servers. They wait for whoever looks after this server; nothing
//! happens by itself.

use super::visibility::visible;
use super::{Refusal, federation, limits};
use crate::app::App;
use crate::clock::DAY;
use crate::entity::{account, report};
use crate::store::{accounts, posts, reports};

/// Why somebody reports: a word for forms and the database, and words for people.
pub const CATEGORIES: [(&str, &str); 4] = [
    ("spam", "It is spam"),
    ("violation", "It breaks the rules of this server"),
    ("legal", "It is against the law"),
    ("other", "Something else"),
];

/// What somebody reports.
#[derive(Debug, Clone, Default)]
pub struct Complaint {
    pub target_id: i64,
    /// One of [`CATEGORIES`]; anything else is `other`.
    pub category: String,
    pub comment: String,
    pub posts: Vec<i64>,
    /// Their own server is told too, without a name.
    pub forward: bool,
    /// Ids of the rules that are broken.
    pub rules: Vec<String>,
}

fn category(word: &str) -> &'static str {
    CATEGORIES.iter().map(|(known, _)| *known).find(|known| *known == word).unwrap_or("other")
}

/// A person of this server reports somebody, or posts of hers.
pub async fn report(app: &App, reporter: &account::Model, complaint: Complaint) -> Result<report::Model, Refusal> {
    let target = accounts::by_id(&app.db.read, complaint.target_id).await?.ok_or(Refusal::Missing)?;
    if target.id == reporter.id {
        return Err(Refusal::Forbidden("You cannot report yourself.".to_owned()));
    }
    let length = complaint.comment.trim().chars().count();
    if length > limits::REPORT {
        let why = format!("What you say has {length} characters; {} are possible.", limits::REPORT);
        return Err(Refusal::invalid("comment", why));
    }
    if reports::by_person(&app.db.read, reporter.id, app.now() - DAY).await? >= limits::REPORTS {
        return Err(Refusal::TooMany { retry_after: 3_600 });
    }
    let unknown = complaint.rules.iter().find(|id| rule(app, id).is_none());
    if let Some(unknown) = unknown {
        return Err(Refusal::invalid("rule_ids", format!("This server has no rule {unknown}.")));
    }
    let mut named = Vec::new();
    for id in complaint.posts {
        named.push(visible(app, Some(reporter.id), id).await?);
    }
    named.retain(|p| p.account_id == target.id);
    let forward = complaint.forward && !target.domain.is_empty() && app.public().is_some();
    let row = row(app, reporter.id, target.id, category(&complaint.category), complaint.comment.trim());
    let ids: Vec<i64> = named.iter().map(|p| p.id).collect();
    let rules = serde_json::to_string(&complaint.rules).map_err(Refusal::broken)?;
    let row = report::Model { posts: as_json(&ids)?, rules, forwarded: i32::from(forward), ..row };
    let (app2, kept) = (app.clone(), row.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                reports::insert(tx, row.clone()).await?;
                if forward { federation::flag::say(&app2, tx, &row, &target, &named).await } else { Ok(()) }
            })
        })
        .await?;
    Ok(kept)
}

/// The rule of this id: its place in the list.
fn rule<'a>(app: &'a App, id: &str) -> Option<&'a String> {
    let place: usize = id.parse().ok().filter(|place| id == usize::to_string(place))?;
    app.settings.rules.get(place.checked_sub(1)?)
}

/// The rules that whoever reported says are broken, in words.
pub fn broken_rules(app: &App, row: &report::Model) -> Vec<String> {
    let ids: Vec<String> = serde_json::from_str(&row.rules).unwrap_or_default();
    ids.iter().filter_map(|id| rule(app, id)).cloned().collect()
}

fn as_json(ids: &[i64]) -> Result<String, Refusal> {
    serde_json::to_string(ids).map_err(Refusal::broken)
}

fn row(app: &App, reporter_id: i64, target_id: i64, category: &str, comment: &str) -> report::Model {
    report::Model {
        id: app.id(),
        reporter_id,
        target_id,
        category: category.to_owned(),
        comment: comment.to_owned(),
        posts: "[]".to_owned(),
        forwarded: 0,
        created_at: app.now(),
        closed_at: None,
        closed_by: None,
        rules: "[]".to_owned(),
    }
}

/// Another server reports a person of this one. Kept up to a number a day.
pub async fn heard(
    app: &App,
    reporter: &account::Model,
    target_id: i64,
    posts: &[i64],
    comment: &str,
) -> Result<(), Refusal> {
    let today = reports::from_server(&app.db.read, &reporter.domain, app.now() - DAY).await?;
    if today >= limits::REPORTS_FROM_SERVER {
        tracing::info!(domain = %reporter.domain, "a report is not kept: that server sent too many today");
        return Ok(());
    }
    let row = report::Model { posts: as_json(posts)?, ..row(app, reporter.id, target_id, "other", comment.trim()) };
    app.db.write(move |tx| Box::pin(async move { Ok::<_, Refusal>(reports::insert(tx, row).await?) })).await
}

/// A report has been looked at.
pub async fn close(app: &App, by: &account::Model, id: i64) -> Result<(), Refusal> {
    let (by, now) = (by.id, app.now());
    let closed = app
        .db
        .write(move |tx| Box::pin(async move { Ok::<_, Refusal>(reports::close(tx, id, by, now).await?) }))
        .await?;
    if closed || reports::by_id(&app.db.read, id).await?.is_some() { Ok(()) } else { Err(Refusal::Missing) }
}

/// The posts a report names that are still there.
pub async fn named_posts(app: &App, row: &report::Model) -> Result<Vec<crate::entity::post::Model>, Refusal> {
    let ids: Vec<i64> = serde_json::from_str(&row.posts).unwrap_or_default();
    let mut found = posts::by_ids(&app.db.read, &ids).await?;
    Ok(ids.iter().filter_map(|id| found.remove(id)).filter(|p| p.deleted_at.is_none()).collect())
}
